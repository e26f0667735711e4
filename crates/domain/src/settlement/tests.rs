//! Tables worked by hand, the published periods of Xiang Hu Bao, and random histories against the naive model.

use super::shortfall::{self, Rule};
use super::*;
use huzhu_ledger::{Currency, EntryId, JournalEntry};
use proptest::prelude::*;

const FEN: fn(u64) -> Amount = Amount::from_minor;

fn yuan(text: &str) -> Amount {
    Amount::parse(text, Currency::CNY).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the rules hold an option, the rows only caps")]
fn cap(minor: u64, excess: Excess) -> Option<Cap> {
    Some(Cap { amount: FEN(minor), excess })
}

/// Equal sharing afterwards, fee 8 percent, no caps.
fn equal() -> Rules {
    let fee = Percent::parse("8").unwrap();
    Rules { model: Model::After, fee, weights: vec![1], cap_per_claim: None, cap_per_year: None }
}

fn cohort(band: u8, count: u64, charged_this_year: u64) -> Cohort {
    Cohort { band, count, charged_this_year: FEN(charged_this_year), prepaid: Amount::ZERO }
}

fn run(rules: &Rules, claims: &[u64], cohorts: &[Cohort], before: u64, carried: u64) -> Settlement {
    let claims: Vec<Amount> = claims.iter().copied().map(FEN).collect();
    let input =
        Input { rules, claims: &claims, cohorts, surplus_before: FEN(before), carried_before: FEN(carried) };
    let settlement = close(&input).unwrap();
    check_lines(&settlement);
    settlement
}

/// The lines of every close make an entry, unless nothing moved.
fn check_lines(settlement: &Settlement) {
    let lines = settlement.lines();
    if !lines.is_empty() {
        let day = jiff::civil::date(2019, 1, 28);
        JournalEntry::new(EntryId::new(1), day, Currency::CNY, "close", lines).unwrap();
    }
}

#[test]
fn the_first_published_period_of_xiang_hu_bao_comes_out_as_published() {
    let claims = [yuan("300000.00"), yuan("300000.00")];
    let cohorts = [cohort(0, 23_000_000, 0)];
    let (rules, none) = (equal(), Amount::ZERO);
    let input = Input {
        rules: &rules,
        claims: &claims,
        cohorts: &cohorts,
        surplus_before: none,
        carried_before: none,
    };
    let s = close(&input).unwrap();
    assert_eq!(s.aid, yuan("600000.00"));
    assert_eq!(s.fee, yuan("48000.00"));
    assert_eq!(s.cost, yuan("648000.00"));
    assert_eq!(s.share(), yuan("0.03"));
    assert_eq!(s.charged, yuan("690000.00"));
    assert_eq!(s.surplus, yuan("42000.00"));
    assert_eq!((s.borne_by_operator, s.borne_by_sponsor, s.carried_to_next), (none, none, none));
}

/// The other rows that name members, claims and share. They do not name the aid: what they leave open is how many claims
/// were of people of 40 and older (100,000) or of mild thyroid cancer (50,000), and the surplus of the period before (below
/// one minor unit for each member). The share bounds the aid from both sides; at both ends the share must be the published
/// one, and the average aid must lie between the smallest and the largest of the plan.
#[test]
fn the_other_published_periods_of_xiang_hu_bao_are_possible() {
    let check = |period: &str, members: u64, aided: u64, share: &str| {
        let share = yuan(share).minor();
        let most = |available: u64| arithmetic::largest_aid(u128::from(available), equal().fee).minor();
        let (least_aid, most_aid) = (most((share - 1) * members) + 1, most(share * members));
        for (aid, expected) in
            [(least_aid - 1, share - 1), (least_aid, share), (most_aid, share), (most_aid + 1, share + 1)]
        {
            let s = run(&equal(), &[aid], &[cohort(0, members, 0)], 0, 0);
            assert_eq!(s.share(), FEN(expected), "{period}");
        }
        for aid in [least_aid, most_aid] {
            let average = aid.div_euclid(aided);
            assert!((5_000_000..=30_000_000).contains(&average), "{period}: {average} fen for each claim");
        }
    };
    check("2019-06 second", 72_000_000, 150, "0.51");
    check("2019-07 second", 79_000_000, 496, "1.48");
}

/// 68,675 people, 104 million members at the end of the year, 91.00 yuan each, fee received 729 million, 9.9 billion shared
/// by all plans. Taking the fee off, 8 percent of the aid is 733.7 million: 0.6 percent more than received, because the
/// figures are rounded and aid of the last period was paid in the next year. 91.00 x 104 million is 9.46 billion: 4.4
/// percent less than shared, because the 9.9 billion cover the sister plans as well and membership fell during the year.
#[test]
fn the_published_year_2020_agrees_up_to_the_explained_difference() {
    let (shared, fee) = (yuan("9900000000"), yuan("729000000"));
    let aid = shared.checked_sub(fee).unwrap();
    let computed = equal().fee.of(aid);
    assert_eq!(computed, yuan("733680000"));
    let permille = |a: Amount, b: Amount| (a.minor().abs_diff(b.minor()) * 1_000).div_euclid(b.minor());
    assert_eq!(permille(computed, fee), 6);
    let members = yuan("91.00").checked_mul(104_000_000).unwrap();
    assert_eq!(permille(members, shared), 44);
}

#[test]
fn shares_are_rounded_up_and_the_excess_is_carried() {
    let check = |claims: &[u64], members: u64, before: u64, share: u64, surplus: u64, charged: u64| {
        let s = run(&Rules { fee: Percent::ZERO, ..equal() }, claims, &[cohort(0, members, 0)], before, 0);
        assert_eq!(
            (s.share().minor(), s.surplus.minor(), s.charged.minor()),
            (share, surplus, charged),
            "{claims:?} over {members} with surplus {before}"
        );
    };
    check(&[100], 3, 0, 34, 2, 102);
    check(&[100], 3, 2, 33, 1, 99);
    check(&[99], 3, 0, 33, 0, 99);
    check(&[1], 1_000, 0, 1, 999, 1_000);
    check(&[5], 1_000, 999, 0, 994, 0);
    check(&[999], 1_000, 999, 0, 0, 0);
    check(&[1_000], 1_000, 999, 1, 999, 1_000);
    check(&[], 10, 7, 0, 7, 0);
    check(&[], 0, 7, 0, 7, 0);
}

#[test]
fn a_period_without_claims_closes_and_moves_nothing() {
    let s = run(&equal(), &[], &[cohort(0, 10, 0)], 7, 0);
    assert_eq!(s.lines(), []);
    assert_eq!((s.cost, s.surplus, s.headcount), (Amount::ZERO, FEN(7), 10));
}

#[test]
fn age_bands_pay_in_proportion_to_their_weights() {
    let rules = Rules { fee: Percent::ZERO, weights: vec![2, 3, 5], ..equal() };
    // 10 x 2 + 20 x 3 + 4 x 5 = 100 parts of 1,001 minor units.
    let cohorts = [cohort(0, 10, 0), cohort(1, 20, 0), cohort(2, 4, 0)];
    let s = run(&rules, &[1_001], &cohorts, 0, 0);
    assert_eq!(s.shares, [FEN(21), FEN(31), FEN(51)]);
    assert_eq!((s.charged, s.surplus), (FEN(210 + 620 + 204), FEN(33)));
}

#[test]
fn what_is_above_the_cap_per_claim_goes_where_the_terms_say() {
    // 100 members, cap 5: a claim may cost 500 with its fee of 10 percent. 1,000 costs 1,100: 600 above. 300 is below.
    let check = |excess, share: u64, operator: u64, carried: u64, aid: &[u64], fee: u64| {
        let rules = Rules { fee: Percent::parse("10").unwrap(), cap_per_claim: cap(5, excess), ..equal() };
        let s = run(&rules, &[1_000, 300], &[cohort(0, 100, 0)], 0, 0);
        let granted: Vec<u64> = s.aid_per_claim.iter().map(|a| a.minor()).collect();
        assert_eq!(
            (s.share().minor(), s.borne_by_operator.minor(), s.carried_to_next.minor(), s.fee.minor()),
            (share, operator, carried, fee),
            "{excess:?}"
        );
        assert_eq!(granted, aid);
    };
    check(Excess::Operator, 9, 600, 0, &[1_000, 300], 130); // 1,430 - 600 = 830
    check(Excess::NextPeriod, 9, 0, 600, &[1_000, 300], 130);
    check(Excess::CutAid, 9, 0, 0, &[454, 300], 75); // 455 + 45.5, rounded up to 46, is 501; 454 + 45 is 499
}

#[test]
fn what_is_above_the_cap_per_year_goes_where_the_terms_say() {
    // Cap 100; 10 members have 5 left, 10 have 100 left. 400 without fee: 20 each, but ten can pay 5 only: 150 missing.
    let cohorts = [cohort(0, 10, 95), cohort(0, 10, 0)];
    let check = |excess, dues: [u64; 2], operator: u64, carried: u64, aid: &[u64]| {
        let rules = Rules { fee: Percent::ZERO, cap_per_year: cap(100, excess), ..equal() };
        let s = run(&rules, &[100, 300], &cohorts, 0, 0);
        let got: Vec<u64> = s.dues.iter().map(|c| c.share.minor()).collect();
        let granted: Vec<u64> = s.aid_per_claim.iter().map(|a| a.minor()).collect();
        assert_eq!(got, dues, "{excess:?}");
        assert_eq!(
            (s.borne_by_operator.minor(), s.carried_to_next.minor()),
            (operator, carried),
            "{excess:?}"
        );
        assert_eq!(granted, aid, "{excess:?}");
    };
    check(Excess::Operator, [5, 20], 150, 0, &[100, 300]);
    check(Excess::OtherMembers, [5, 35], 0, 0, &[100, 300]);
    check(Excess::NextPeriod, [5, 20], 0, 150, &[100, 300]);
    check(Excess::CutAid, [5, 20], 0, 0, &[62, 187]); // 250 of 400, rounded down
}

#[test]
fn when_all_members_are_at_the_yearly_cap_the_operator_bears_the_rest() {
    let rules = Rules { fee: Percent::ZERO, cap_per_year: cap(100, Excess::OtherMembers), ..equal() };
    let s = run(&rules, &[5_000], &[cohort(0, 10, 95), cohort(0, 10, 0)], 0, 0);
    assert_eq!((s.charged, s.borne_by_operator, s.surplus), (FEN(1_050), FEN(3_950), Amount::ZERO));
    // A cap lowered below what was charged already leaves no room and gives nothing back.
    let s = run(&rules, &[10], &[cohort(0, 10, 500)], 0, 0);
    assert_eq!((s.charged, s.borne_by_operator), (Amount::ZERO, FEN(10)));
}

#[test]
fn cost_passed_on_is_shared_by_the_next_period() {
    let rules = Rules { fee: Percent::ZERO, cap_per_year: cap(100, Excess::NextPeriod), ..equal() };
    let first = run(&rules, &[400], &[cohort(0, 10, 80)], 0, 0);
    assert_eq!((first.charged, first.carried_to_next), (FEN(200), FEN(200)));
    // The new year: nothing was charged yet.
    let second = run(&rules, &[100], &[cohort(0, 10, 0)], 0, 200);
    assert_eq!((second.cost, second.charged, second.carried_to_next), (FEN(300), FEN(300), Amount::ZERO));
}

#[test]
fn a_sponsor_pays_up_to_what_it_grants_and_the_operator_the_rest() {
    let check = |room: Option<u64>, sponsor: u64, operator: u64| {
        let rules = Rules {
            model: Model::Sponsor { room: room.map(FEN) },
            cap_per_claim: cap(1, Excess::CutAid),
            ..equal()
        };
        let s = run(&rules, &[1_000], &[cohort(0, 10, 0)], 80, 0);
        assert_eq!((s.share(), s.charged, s.aid, s.aid_cut), (FEN(0), FEN(0), FEN(1_000), FEN(0)));
        assert_eq!((s.borne_by_sponsor, s.borne_by_operator), (FEN(sponsor), FEN(operator)));
    };
    check(None, 1_000, 0);
    check(Some(5_000), 1_000, 0);
    check(Some(300), 300, 700);
    check(Some(0), 0, 1_000);
}

#[test]
fn a_pool_draws_from_balances_and_reports_who_cannot_pay() {
    let rules = Rules { model: Model::Pool, fee: Percent::ZERO, ..equal() };
    let with = |count, prepaid| Cohort { prepaid: FEN(prepaid), ..cohort(0, count, 0) };
    let s = run(&rules, &[400], &[with(10, 900), with(5, 12), with(5, 0)], 0, 0);
    let parts: Vec<_> =
        s.dues.iter().map(|c| (c.share.minor(), c.from_prepaid.minor(), c.to_collect.minor())).collect();
    assert_eq!(parts, [(20, 20, 0), (20, 12, 8), (20, 0, 20)]);
    assert_eq!((s.from_prepaid, s.to_collect()), (FEN(260), FEN(140)));
}

#[test]
fn a_cost_that_nobody_is_there_to_share_is_the_operators() {
    for cohorts in [&[][..], &[cohort(0, 0, 0)]] {
        for excess in [Excess::Operator, Excess::OtherMembers, Excess::NextPeriod, Excess::CutAid] {
            let rules =
                Rules { cap_per_year: cap(100, excess), cap_per_claim: cap(1, Excess::CutAid), ..equal() };
            let s = run(&rules, &[1_000], cohorts, 80, 0);
            assert_eq!(
                (s.aid, s.borne_by_operator, s.surplus, s.headcount),
                (FEN(1_000), FEN(1_000), FEN(0), 0)
            );
        }
    }
}

#[test]
fn contradictory_and_oversized_input_is_refused() {
    let check = |rules: Rules, claims: &[u64], cohorts: &[Cohort], expected: InputError| {
        let claims: Vec<Amount> = claims.iter().copied().map(FEN).collect();
        let (surplus_before, carried_before) = (Amount::ZERO, Amount::ZERO);
        let input = Input { rules: &rules, claims: &claims, cohorts, surplus_before, carried_before };
        assert_eq!(close(&input), Err(expected));
    };
    check(Rules { weights: vec![], ..equal() }, &[], &[], InputError::ZeroWeight);
    check(Rules { weights: vec![1, 0], ..equal() }, &[], &[], InputError::ZeroWeight);
    let unknown = InputError::UnknownBand { cohort: 1, band: 1, bands: 1 };
    check(equal(), &[], &[cohort(0, 1, 0), cohort(1, 1, 0)], unknown);
    let others = Rules { cap_per_claim: cap(1, Excess::OtherMembers), ..equal() };
    check(others, &[], &[], InputError::NoOtherMembers);
    check(equal(), &[1], &[cohort(0, MAX_HEADCOUNT, 0), cohort(0, 1, 0)], InputError::TooManyMembers);
    check(equal(), &[1], &[cohort(0, u64::MAX, 0), cohort(0, u64::MAX, 0)], InputError::TooManyMembers);
    check(equal(), &[u64::MAX, 1], &[cohort(0, 1, 0)], InputError::TooLarge);
    check(equal(), &[u64::MAX], &[cohort(0, 1, 0)], InputError::TooLarge);
    let heavy = Rules { weights: vec![u32::MAX], ..equal() };
    check(heavy, &[u64::MAX - 7], &[cohort(0, MAX_HEADCOUNT, 0)], InputError::TooLarge);
}

/// The case of 2024: due 133,300.00, received 40,000.00. The judgment gives the two figures, not the plan's totals; the
/// clause makes the fraction 40,000 / 133,300 = 0.30007... the same for every claim. So for any total aid T, the period must
/// have collected T x 0.30007... and 8 percent on it: here T is ten times the claim.
#[test]
fn the_claimant_of_the_court_case_receives_the_fraction_that_the_clause_implies() {
    let fee = Percent::parse("8").unwrap();
    let claims = [yuan("133300.00"), yuan("300000.00"), yuan("899700.00")];
    let outcome = shortfall::resolve(Rule::CutAid, yuan("432000.00"), &claims, fee).unwrap();
    assert_eq!(outcome.paid[0], yuan("40000.00"));
    // 300,000 x 400,000 / 1,333,000 = 90,022.505..., 899,700 x 400,000 / 1,333,000 = 269,977.494...
    assert_eq!(outcome.paid[1..], [yuan("90022.50"), yuan("269977.49")]);
    // The fen that rounding leaves is on nobody's claim; it stays in the surplus.
    assert_eq!((outcome.fee, outcome.remainder), (yuan("32000.00"), yuan("0.01")));
}

#[test]
fn a_shortfall_goes_where_the_terms_say() {
    let fee = Percent::parse("8").unwrap();
    let check = |rule, available: u64, paid: [u64; 2], rest: [u64; 4]| {
        let o = shortfall::resolve(rule, FEN(available), &[FEN(1_000), FEN(3_000)], fee).unwrap();
        assert_eq!(o.paid, paid.map(FEN), "{rule:?} {available}");
        let got = [o.fee, o.remainder, o.borne_by_operator, o.carried_to_next];
        assert_eq!(got, rest.map(FEN), "{rule:?} {available}");
    };
    // Owed: 4,000 and 320.
    check(Rule::CutAid, 4_320, [1_000, 3_000], [320, 0, 0, 0]);
    check(Rule::CutAid, 4_325, [1_000, 3_000], [320, 5, 0, 0]);
    check(Rule::CutAid, 2_160, [500, 1_500], [160, 0, 0, 0]);
    check(Rule::CutAid, 2_161, [500, 1_500], [160, 1, 0, 0]);
    check(Rule::CutAid, 0, [0, 0], [0, 0, 0, 0]);
    check(Rule::NextPeriod, 2_160, [1_000, 3_000], [320, 0, 0, 2_160]);
    check(Rule::Operator, 2_160, [1_000, 3_000], [320, 0, 2_160, 0]);
    check(Rule::Operator, 5_000, [1_000, 3_000], [320, 680, 0, 0]);
}

fn excesses() -> impl Strategy<Value = Excess> {
    prop_oneof![
        Just(Excess::Operator),
        Just(Excess::NextPeriod),
        Just(Excess::CutAid),
        Just(Excess::OtherMembers)
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let model = prop_oneof![
        4 => Just(Model::After),
        2 => Just(Model::Pool),
        1 => prop::option::of(0_u64..5_000).prop_map(|room| Model::Sponsor { room: room.map(FEN) })
    ];
    let claim_excess = excesses().prop_map(|e| if e == Excess::OtherMembers { Excess::Operator } else { e });
    let claim_cap = prop::option::of((0_u64..200, claim_excess));
    let year_cap = prop::option::weighted(0.8, (0_u64..900, excesses()));
    let weights = prop_oneof![Just(vec![1]), prop::collection::vec(1_u32..9, 1..4)];
    (model, 0_u32..2_000, weights, claim_cap, year_cap).prop_map(|(model, fee, weights, claim, year)| Rules {
        model,
        fee: Percent::from_hundredths(fee).unwrap(),
        weights,
        cap_per_claim: claim.and_then(|(minor, excess)| cap(minor, excess)),
        cap_per_year: year.and_then(|(minor, excess)| cap(minor, excess)),
    })
}

/// One period of a history: claims, joiners as (band, number, prepaid), leavers as (which cohort, how many), and whether a
/// new year begins before it.
type Period = (Vec<u64>, Vec<(u8, u64, u64)>, Vec<(usize, u64)>, bool);

fn history() -> impl Strategy<Value = Vec<Period>> {
    let joiners = prop::collection::vec((0_u8..4, 0_u64..30, 0_u64..1_500), 0..4);
    let leavers = prop::collection::vec((0_usize..8, 0_u64..20), 0..3);
    let period = (prop::collection::vec(0_u64..6_000, 0..5), joiners, leavers, prop::bool::weighted(0.2));
    prop::collection::vec(period, 1..14)
}

/// A community kept twice: as cohorts, and as members with the cohort they were put in.
#[derive(Default)]
struct Community {
    cohorts: Vec<Cohort>,
    members: Vec<(usize, naive::Member)>,
}

impl Community {
    fn move_on(
        &mut self,
        bands: usize,
        joiners: &[(u8, u64, u64)],
        leavers: &[(usize, u64)],
        new_year: bool,
    ) {
        for &(at, count) in leavers {
            let Some(cohort) = self.cohorts.get_mut(at) else {
                continue;
            };
            let gone = count.min(cohort.count);
            cohort.count -= gone;
            for _ in 0..gone {
                let last = self.members.iter().rposition(|(home, _)| *home == at).unwrap();
                self.members.remove(last);
            }
        }
        for &(band, count, prepaid) in joiners {
            let band = band % u8::try_from(bands).unwrap();
            let (charged_this_year, prepaid) = (Amount::ZERO, FEN(prepaid));
            let home = self.cohorts.len();
            self.cohorts.push(Cohort { band, count, charged_this_year, prepaid });
            self.members
                .extend((0..count).map(|_| (home, naive::Member { band, charged_this_year, prepaid })));
        }
        if new_year {
            self.cohorts.iter_mut().for_each(|c| c.charged_this_year = Amount::ZERO);
            self.members.iter_mut().for_each(|(_, m)| m.charged_this_year = Amount::ZERO);
        }
    }

    /// Books what each member was charged in both pictures, each from its own result.
    fn book(&mut self, fast: &Settlement, slow: &naive::Outcome) {
        let wide = |minor: u128| Amount::from_wide(minor).unwrap();
        for (cohort, due) in self.cohorts.iter_mut().zip(&fast.dues) {
            cohort.charged_this_year = cohort.charged_this_year.checked_add(due.share).unwrap();
            cohort.prepaid = cohort.prepaid.checked_sub(due.from_prepaid).unwrap();
        }
        for (at, (_, member)) in self.members.iter_mut().enumerate() {
            member.charged_this_year = member.charged_this_year.checked_add(wide(slow.dues[at])).unwrap();
            member.prepaid = member.prepaid.checked_sub(wide(slow.from_prepaid[at])).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn cohorts_and_members_agree_to_the_minor_unit_over_whole_histories(rules in rules(), history in history()) {
        let mut community = Community::default();
        let (mut before, mut carried) = (Amount::ZERO, Amount::ZERO);
        for (claims, joiners, leavers, new_year) in history {
            community.move_on(rules.weights.len(), &joiners, &leavers, new_year);
            let claims: Vec<Amount> = claims.into_iter().map(FEN).collect();
            let input = Input {
                rules: &rules,
                claims: &claims,
                cohorts: &community.cohorts,
                surplus_before: before,
                carried_before: carried,
            };
            let fast = close(&input).unwrap();
            check_lines(&fast);
            let members: Vec<_> = community.members.iter().map(|(_, member)| *member).collect();
            let slow = naive::close(&rules, &claims, &members, before, carried);
            let granted: Vec<u128> = fast.aid_per_claim.iter().map(|a| a.wide()).collect();
            prop_assert_eq!(&granted, &slow.aid_per_claim);
            prop_assert_eq!(fast.fee.wide(), slow.fee);
            for (at, (home, _)) in community.members.iter().enumerate() {
                prop_assert_eq!(fast.dues[*home].share.wide(), slow.dues[at]);
                prop_assert_eq!(fast.dues[*home].from_prepaid.wide(), slow.from_prepaid[at]);
            }
            prop_assert_eq!(fast.surplus.wide(), slow.surplus);
            prop_assert_eq!(fast.borne_by_operator.wide(), slow.operator);
            prop_assert_eq!(fast.borne_by_sponsor.wide(), slow.sponsor);
            prop_assert_eq!(fast.carried_to_next.wide(), slow.next_period);
            prop_assert_eq!(fast.charged.wide(), slow.dues.iter().sum::<u128>());
            community.book(&fast, &slow);
            (before, carried) = (fast.surplus, fast.carried_to_next);
        }
    }

    #[test]
    fn nobody_is_charged_above_the_yearly_cap(rules in rules(), history in history()) {
        let mut cohorts: Vec<Cohort> = Vec::new();
        for (claims, joiners, _, _) in history {
            let bands = u8::try_from(rules.weights.len()).unwrap();
            cohorts.extend(joiners.iter().map(|&(band, count, _)| cohort(band % bands, count, 0)));
            let s = run(&rules, &claims, &cohorts, 0, 0);
            for (cohort, due) in cohorts.iter_mut().zip(&s.dues) {
                cohort.charged_this_year = cohort.charged_this_year.checked_add(due.share).unwrap();
                if let Some(cap) = rules.cap_per_year {
                    prop_assert!(cohort.charged_this_year <= cap.amount);
                }
            }
        }
    }

    #[test]
    fn a_pro_rata_cut_gives_each_claim_its_exact_fraction_rounded_down(
        claims in prop::collection::vec(1_u64..1_000_000_000, 1..20), permille in 0_u64..1_000, fee in 0_u32..5_000
    ) {
        let fee = Percent::from_hundredths(fee).unwrap();
        let aid: u64 = claims.iter().sum();
        let owed = aid + fee.of(FEN(aid)).minor();
        let available = (owed * permille).div_euclid(1_000);
        let aids: Vec<Amount> = claims.iter().copied().map(FEN).collect();
        let o = shortfall::resolve(Rule::CutAid, FEN(available), &aids, fee).unwrap();
        let paid: u64 = o.paid.iter().map(|a| a.minor()).sum();
        prop_assert_eq!(paid + o.fee.minor() + o.remainder.minor(), available);
        // Less than one unit for each claim and one for the fee is left over.
        prop_assert!(o.remainder.minor() <= u64::try_from(claims.len()).unwrap() + 2);
        for (claim, paid) in claims.iter().zip(&o.paid) {
            // claim x (available / owed), up to the rounding of fee and pot: 2 units of the whole, 1 of the claim.
            let exact = u128::from(*claim) * u128::from(available);
            let got = paid.wide() * u128::from(owed);
            prop_assert!(got.abs_diff(exact) <= u128::from(owed) * 2 + u128::from(aid));
        }
    }

    #[test]
    fn no_input_makes_a_close_panic(
        rules in rules(), claims in prop::collection::vec(any::<u64>(), 0..4),
        cohorts in prop::collection::vec((0_u8..4, any::<u64>(), any::<u64>(), any::<u64>()), 0..5),
        shift in 0_u32..64, before: u64, carried: u64, weights in prop::collection::vec(any::<u32>(), 1..4),
        wild: bool, caps in (any::<u64>(), any::<u64>())
    ) {
        let mut rules = rules;
        if wild {
            rules.weights = weights;
            if let Some(cap) = &mut rules.cap_per_claim { cap.amount = FEN(caps.0); }
            if let Some(cap) = &mut rules.cap_per_year { cap.amount = FEN(caps.1); }
        }
        let claims: Vec<Amount> = claims.into_iter().map(|c| FEN(c >> shift)).collect();
        let cohorts: Vec<Cohort> = cohorts
            .into_iter()
            .map(|(band, count, charged, prepaid)| Cohort {
                band, count: count >> shift, charged_this_year: FEN(charged), prepaid: FEN(prepaid)
            })
            .collect();
        let input = Input {
            rules: &rules, claims: &claims, cohorts: &cohorts,
            surplus_before: FEN(before), carried_before: FEN(carried >> shift)
        };
        if let Ok(settlement) = close(&input) {
            check_lines(&settlement);
        }
    }
}

#[test]
fn closing_a_hundred_million_members_depends_on_cohorts_only() {
    // No clock here: the bench measures. This says that the result of 400 cohorts with all rules on is exact.
    let rules = Rules {
        weights: vec![2, 3, 5, 8],
        cap_per_claim: cap(10, Excess::Operator),
        cap_per_year: cap(18_800, Excess::OtherMembers),
        ..equal()
    };
    let cohorts: Vec<Cohort> =
        (0_u64..400).map(|n| cohort(u8::try_from(n % 4).unwrap(), 250_000, n * 46)).collect();
    let claims = vec![30_000_000_u64; 3_000];
    let s = run(&rules, &claims, &cohorts, 77, 0);
    assert_eq!(s.headcount, 100_000_000);
    assert!(s.surplus.minor() < 100_000_000);
}
