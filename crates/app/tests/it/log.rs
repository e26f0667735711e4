//! The log: what is put on it, once, whatever goes wrong; and that a changed byte is found.

use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::log::{LogPlace, LogReceipt, ROUND, ReceiptAnswer, ReceiptOf};
use huzhu_app::periods::{CollectPeriod, OfPeriod};
use huzhu_app::ports::{LogReader, LogYear, Position, Store};
use huzhu_domain::plan::Relation;
use huzhu_log::receipt::Receipt;
use huzhu_log::tlog_policy::TlogPolicy;
use huzhu_log::{Body, Entry, EntryKind};
use huzhu_sim::log::{LogFault, MemoryLog};
use jiff::civil::date;

use crate::world::*;

const YEAR: LogYear = LogYear(2026);

/// Kinds of the entries of a year, in order.
fn kinds(log: &MemoryLog, year: LogYear) -> Vec<&'static str> {
    log.entries(year).iter().map(|bytes| Entry::decode(bytes).expect("an entry").body.kind().word()).collect()
}

/// Three join, one of them has a claim that is decided, noticed and settled.
async fn lives(town: &Town) {
    for n in 1..=3 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.approves(1).await;
    let of = OfPeriod { plan: plan(), key: "2026-03-1".parse().expect("a period") };
    town.on(date(2026, 3, 7));
    town.app.open_notice(&operator(), &of).await.expect("notice");
    town.on(date(2026, 3, 14));
    town.app.settle_period(&operator(), &of).await.expect("settled");
    let collect = CollectPeriod { plan: plan(), key: of.key, failed: Vec::new(), report: b"report".to_vec() };
    town.app.collect_period(&operator(), &collect).await.expect("collected");
}

#[tokio::test]
async fn events_become_entries_in_their_order_and_consents_one_batch_a_round() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    // The file was waited for: the first round is everything before it, consents last.
    assert_eq!(
        kinds(&town.log, YEAR),
        [
            "plan-version",
            "evidence",
            "consents",
            "decision",
            "decision",
            "decision",
            "roster",
            "notice",
            "decision",
            "settlement",
            "decision",
        ]
    );
    let consents = Entry::decode(&town.log.entries(YEAR)[2]).expect("an entry");
    assert!(matches!(consents.body, Body::Consents { count: 3, .. }), "{consents:?}");
    // Feeding again puts nothing there.
    let fed = town.app.feed_log(ROUND).await.expect("a round");
    assert_eq!((fed.entries, fed.more), (0, false));
}

#[tokio::test]
async fn faults_at_any_submission_put_nothing_on_the_log_twice_and_leave_nothing_out() {
    let calm = Town::new(&[]).await;
    lives(&calm).await;
    calm.check().await.expect("a check");
    let expected = kinds(&calm.log, YEAR);
    for fault in [LogFault::NotKept, LogFault::ReplyLost] {
        for first in 1..=6_u64 {
            let town = Town::with_log(&[], MemoryLog::scripted([(first, fault), (first + 1, fault)])).await;
            lives(&town).await;
            for _ in 0..4 {
                town.app.feed_log(3).await.ok();
            }
            town.check().await.expect("a check");
            let mut found = kinds(&town.log, YEAR);
            let mut sorted = expected.clone();
            // Rounds differ, so consents may come in other batches.
            for list in [&mut found, &mut sorted] {
                list.retain(|kind| *kind != "consents");
                list.sort_unstable();
            }
            assert_eq!(found, sorted, "{fault:?} at {first}");
        }
    }
}

#[tokio::test]
async fn a_log_that_does_not_answer_delays_entries_and_nothing_else() {
    let town = Town::new(&[]).await;
    town.log.set_down(true);
    lives(&town).await;
    let feeding = town.app.feed_log(ROUND).await;
    assert!(matches!(feeding, Err(AppError::Unavailable(_))), "{feeding:?}");
    town.log.set_down(false);
    town.check().await.expect("a check");
    assert_eq!(town.app.log_stopped().await, None);
}

#[tokio::test]
async fn a_new_year_begins_a_new_log_that_names_the_one_before() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    town.joins(8, date(2027, 1, 1)).await;
    town.check().await.expect("a check");
    assert_eq!(kinds(&town.log, LogYear(2027)), ["previous", "consents"]);
    // A clock that goes back a little over New Year does not go back to the old log.
    town.joins(9, date(2026, 12, 31)).await;
    town.check().await.expect("a check");
    assert_eq!(kinds(&town.log, LogYear(2027)), ["previous", "consents", "consents"]);
}

#[tokio::test]
async fn each_changed_byte_of_the_log_is_found() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    for (index, bytes) in town.log.entries(YEAR).into_iter().enumerate() {
        for at in [0, 1, 9, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            town.log.tamper(YEAR, index, changed);
            let report = town.check_log().await;
            assert!(!report.findings.is_empty(), "byte {at} of entry {index}");
        }
        town.log.tamper(YEAR, index, bytes);
    }
    assert_eq!(town.check_log().await.findings, []);
}

#[tokio::test]
async fn a_log_that_disagrees_with_the_events_stops_the_feeder_with_a_reason() {
    let town = Town::with_log(&[], MemoryLog::scripted([(1, LogFault::ReplyLost)])).await;
    assert!(town.app.feed_log(ROUND).await.is_err());
    // The plan is on the log and nobody noted it: now somebody changes it.
    let mut first = town.log.entries(YEAR)[0].clone();
    *first.last_mut().expect("bytes") ^= 1;
    town.log.tamper(YEAR, 0, first);
    for _ in 0..2 {
        let heard = town.app.feed_log(ROUND).await;
        assert!(matches!(&heard, Err(AppError::Broken(why)) if why.contains("entry 0")), "{heard:?}");
    }
    assert!(town.app.log_stopped().await.is_some());
    // What people do goes on.
    lives(&town).await;
}

#[tokio::test]
async fn an_erased_person_leaves_tombstones_and_a_log_that_still_agrees() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    let before = town.log.entries(YEAR).len();
    town.knows(1).await;
    let refused = town.app.erase_person(&operator(), member(1)).await;
    assert_eq!(code(refused), "erasure-claim-open");
    town.erases(2).await;
    town.check().await.expect("a check");
    // Member 2 had consented only: nothing of their own is on the log.
    assert_eq!(town.log.entries(YEAR).len(), before);
    assert_eq!(town.store.unseal(member(2), "person").await, Ok(None));
    assert_eq!(town.store.salt(member(2), "x").await, Ok(None));

    town.files(5, 3, date(2026, 3, 1)).await;
    let own = huzhu_app::claims::OwnClaim { claim: claim(5) };
    town.app.withdraw_claim(&as_member(3), own).await.expect("withdrawn");
    town.check().await.expect("a check");
    let files = town.files.len();
    town.erases(3).await;
    assert_eq!(town.files.len(), files - 1);
    town.check().await.expect("a check");
    let entries = town.log.entries(YEAR);
    let stones: Vec<u64> = entries
        .iter()
        .filter_map(|bytes| match Entry::decode(bytes).expect("an entry").body {
            Body::Tombstone { index, .. } => Some(index),
            _ => None,
        })
        .collect();
    let kind_at = |index: &u64| kinds(&town.log, YEAR)[usize::try_from(*index).expect("small")];
    assert_eq!(stones.iter().map(kind_at).collect::<Vec<_>>(), ["evidence", "decision", "decision"]);
    // Again: the work is done again, the event is not.
    town.erases(3).await;
    town.check().await.expect("a check");
    assert_eq!(town.log.entries(YEAR).len(), entries.len());
}

#[tokio::test]
async fn a_file_that_is_taken_back_leaves_a_tombstone_for_its_entry() {
    let town = Town::new(&[]).await;
    town.joins(1, date(2026, 1, 10)).await;
    town.on(date(2026, 3, 2));
    let draft = huzhu_app::claims::DraftClaim {
        claim: claim(1),
        enrolment: enrolment(1),
        illness: illness(date(2026, 3, 1)),
    };
    town.app.draft_claim(&as_member(1), &draft).await.expect("a draft");
    town.hands_in(1, 1, 7).await;
    let remove = huzhu_app::claims::RemoveEvidence { claim: claim(1), evidence: evidence(7) };
    town.app.remove_evidence(&as_member(1), remove).await.expect("removed");
    town.check().await.expect("a check");
    let stone = town.store.logged_entry(EntryKind::Tombstone.byte(), Position(5)).await;
    assert!(stone.expect("an answer").is_some());
    assert_eq!(kinds(&town.log, YEAR).last(), Some(&"tombstone"));
}

/// The receipt, which must be there and must verify, with the file where there is one.
async fn receipt(town: &Town, call: &Call, of: ReceiptOf) -> (LogReceipt, Entry) {
    let answer = town.app.receipt(call, of).await.expect("an answer");
    let ReceiptAnswer::Ready(file) = answer else { unreachable!("not yet: {of:?}") };
    let rules = town.log.tlog_policy(file.place.year).await.expect("an answer").expect("a log");
    let trusted = TlogPolicy::parse(rules.as_bytes()).expect("rules");
    let receipt: Receipt = file.text.parse().expect("a receipt");
    let original = receipt.file_hasher().map(|mut hasher| {
        hasher.update(b"%PDF-1.7 diagnosis");
        hasher.finish()
    });
    let shown = receipt.verify(&trusted, original.as_ref()).expect("it verifies");
    assert_eq!((shown.index, shown.entry.body.kind()), (file.place.index, file.kind));
    (file, shown.entry)
}

#[tokio::test]
async fn receipts_verify_under_the_rules_of_the_log_and_are_for_those_who_may_see_the_thing() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    let file = ReceiptOf::Evidence { claim: claim(1), evidence: evidence(1) };
    let consent = ReceiptOf::Consent { enrolment: enrolment(2) };
    let view = town.app.claim_view(&as_member(1), claim(1)).await.expect("a view");
    let step = |kind: &str| {
        let step = view.timeline.iter().find(|step| step.kind == kind).expect("a step");
        ReceiptOf::Step { claim: claim(1), number: step.number }
    };
    let rows: [(&Call, ReceiptOf, EntryKind); 6] = [
        (&as_member(1), file, EntryKind::Evidence),
        (&reviewer(), file, EntryKind::Evidence),
        (&as_member(2), consent, EntryKind::Consents),
        (&as_member(1), step("claim.reported"), EntryKind::Decision),
        (&as_member(1), step("claim.approved"), EntryKind::Decision),
        (&confirmer(), step("claim.recommended"), EntryKind::Decision),
    ];
    for (call, of, kind) in rows {
        assert_eq!(receipt(&town, call, of).await.1.body.kind(), kind, "{of:?}");
    }
    let not_theirs: [(&Call, ReceiptOf); 5] = [
        (&as_member(2), file),
        (&operator(), file),
        (&as_member(1), consent),
        (&as_member(1), step("claim.recommended")),
        (&as_member(1), step("claim.drafted")),
    ];
    for (call, of) in not_theirs {
        let heard = town.app.receipt(call, of).await;
        assert!(matches!(heard, Err(AppError::NotFound(_))), "{of:?}: {heard:?}");
    }
    // What the timeline offers is what there is.
    town.app.feed_log(ROUND).await.expect("a round");
    let view = town.app.claim_view(&as_member(1), claim(1)).await.expect("a view");
    for step in &view.timeline {
        let of = ReceiptOf::Step { claim: claim(1), number: step.number };
        assert_eq!(step.logged.is_some(), town.app.receipt(&as_member(1), of).await.is_ok(), "{}", step.kind);
    }
    assert_eq!(view.evidence[0].logged, Some(LogPlace { year: YEAR, index: 1 }));
}

#[tokio::test]
async fn receipts_of_shares_add_up_to_the_settlement_and_are_for_those_who_pay() {
    let town = Town::new(&[]).await;
    // Enrolment 9 is paid by member 2, and 4 joins too late to be counted.
    town.joins_under(9, date(2026, 1, 11), member(2), Some(Relation::Child), date(2015, 6, 1)).await;
    town.joins(4, date(2026, 3, 7)).await;
    lives(&town).await;
    let app = &town.app;
    let period = "2026-03-1".parse().expect("a period");
    let share = |n| ReceiptOf::Share { enrolment: enrolment(n), period };
    let statement =
        app.period_statement(&plan(), period).await.expect("a period").statement.expect("settled");
    let (mut sum, mut count) = (0, 0);
    // By hand: 1,080.00 over four members, the second of whom pays for one more.
    for (place, n, payer, amount) in
        [(0, 9, 2, 27_000), (1, 4, 4, 0), (2, 1, 1, 27_000), (3, 2, 2, 27_000), (4, 3, 3, 27_000)]
    {
        let (file, entry) = receipt(&town, &as_member(payer), share(n)).await;
        assert_eq!(file.kind, EntryKind::Settlement);
        let read: Receipt = file.text.parse().expect("a receipt");
        let shown = read.share().expect("a share");
        assert_eq!((shown.leaf.index, shown.leaf.amount, shown.path.size), (place, amount, 5), "{n}");
        let Body::Settlement { shares: Some(tree), equation, .. } = entry.body else {
            unreachable!("a settlement with its shares")
        };
        assert_eq!((tree.sum, tree.count), (equation.shares_total, equation.headcount));
        sum += shown.leaf.amount;
        count += u64::from(shown.leaf.counted);
    }
    assert_eq!((sum, count), (statement.shares_total.minor(), statement.headcount));
    town.on(date(2026, 3, 20));
    town.joins(5, date(2026, 3, 20)).await;
    let later = ReceiptOf::Share { enrolment: enrolment(1), period: "2026-03-2".parse().expect("a period") };
    for (who, call, of, missing) in [
        ("a neighbour", as_member(3), share(1), "enrolment"),
        ("an operator", operator(), share(1), "enrolment"),
        ("an auditor", auditor(), share(1), "enrolment"),
        ("nobody's", as_member(1), share(99), "enrolment"),
        ("whoever joined after", as_member(5), share(5), "share"),
        ("a period to come", as_member(1), later, "share"),
    ] {
        assert_eq!(app.receipt(&call, of).await, Err(AppError::NotFound(missing)), "{who}");
    }
    assert_eq!(app.receipt(&Call::anonymous(), share(1)).await, Err(AppError::SignInNeeded));
    town.check_log().await;
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn public_entries_have_receipts_for_everybody_and_salted_ones_for_nobody() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    let key = "2026-03-1".parse().expect("a period");
    let places = town.app.log_places_of_period(&plan(), key).await.expect("places");
    let version =
        town.app.log_place_of_version(&plan(), huzhu_domain::plan::PlanVersion(1)).await.expect("a place");
    assert_eq!(town.app.log_place_of_card(claim(1)).await, Ok(places.notice));
    let found =
        [version, places.roster, places.notice, places.settlement].map(|place| place.expect("a place"));
    for (index, kind) in kinds(&town.log, YEAR).into_iter().enumerate() {
        let place = LogPlace { year: YEAR, index: u64::try_from(index).expect("small") };
        let of = ReceiptOf::Entry { year: place.year, index: place.index };
        if found.contains(&place) {
            receipt(&town, &Call::anonymous(), of).await;
        } else {
            let heard = town.app.receipt(&Call::anonymous(), of).await;
            assert_eq!(heard, Err(AppError::NotFound("entry")), "{kind}");
        }
        let view = town.app.log_entry(place).await.expect("an entry");
        assert_eq!(view.entry.body.kind().word(), kind);
    }
    let settled = town.app.log_entry(places.settlement.expect("a place")).await.expect("an entry");
    let Body::Settlement { equation, currency, .. } = settled.entry.body else {
        unreachable!("a settlement")
    };
    let statement =
        town.app.period_statement(&plan(), key).await.expect("a period").statement.expect("settled");
    assert_eq!((equation.aid, equation.headcount), (statement.aid.minor(), statement.headcount));
    assert_eq!(currency, "CNY");
}

#[tokio::test]
async fn the_explorer_counts_lists_and_pages_what_is_on_the_log() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    let heads = town.app.log_heads().await.expect("heads");
    assert_eq!((heads.len(), heads[0].size), (1, 11));
    let counts = town.app.log_counts(date(2026, 1, 1), date(2027, 1, 1)).await.expect("counts");
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<u64>(), 11);
    assert_eq!(counts[0].0, date(2026, 3, 14));
    let day = town.app.log_entries_of(date(2026, 3, 2), None).await.expect("rows");
    assert_eq!(day.len(), 4);
    let some = town.app.log_entries_of(date(2026, 3, 2), Some(EntryKind::Evidence)).await.expect("rows");
    assert_eq!(some.len(), 1);
    let newest = town.app.log_page(YEAR, None, 3).await.expect("rows");
    let older = town.app.log_page(YEAR, newest.last().map(|row| row.place.index), 100).await.expect("rows");
    let indexes: Vec<u64> = newest.iter().chain(&older).map(|row| row.place.index).collect();
    assert_eq!(indexes, (0..11).rev().collect::<Vec<u64>>());
}

#[tokio::test]
async fn what_waits_for_the_log_is_told_when_to_come_back_and_erased_people_have_no_receipts() {
    let town = Town::new(&[]).await;
    town.log.set_down(true);
    lives(&town).await;
    let consent = ReceiptOf::Consent { enrolment: enrolment(2) };
    let heard = town.app.receipt(&as_member(2), consent).await;
    assert!(matches!(heard, Ok(ReceiptAnswer::NotYet { retry_seconds: 1.. })), "{heard:?}");
    town.log.set_down(false);
    receipt(&town, &as_member(2), consent).await;
    town.erases(2).await;
    assert_eq!(town.app.receipt(&as_member(2), consent).await, Err(AppError::NotFound("salt")));
    // Others of the same batch keep theirs.
    receipt(&town, &as_member(3), ReceiptOf::Consent { enrolment: enrolment(3) }).await;
    town.check().await.expect("a check");
}

#[tokio::test]
async fn the_card_that_was_on_display_leads_to_the_notice_entry_until_the_person_is_erased() {
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    let card = town.app.card_on_log(claim(1)).await.expect("a card");
    let text = String::from_utf8(card.text.clone()).expect("text");
    assert!(text.contains("\"aid\":") && text.contains("王**"), "{text}");
    let leaf = huzhu_log::leaf_hash(huzhu_log::salted_digest(&card.salt, &card.text).as_bytes());
    let inner = &card.inner;
    let root = huzhu_log::tree::root_of_inclusion(&leaf, inner.index, inner.size, &inner.path);
    let entry = town.app.log_entry(card.place.expect("a place")).await.expect("an entry").entry;
    let Body::Notice { cards, count, .. } = entry.body else { unreachable!("a notice") };
    assert_eq!((root, inner.size), (Ok(cards), count));
    town.store.erase(member(1)).await.expect("erased");
    assert_eq!(town.app.card_on_log(claim(1)).await, Err(AppError::NotFound("card")));
}

#[tokio::test]
async fn hidden_facts_of_a_card_are_opened_by_who_may_and_the_others_stay_shut() {
    use std::collections::BTreeSet;

    use huzhu_app::card_file::{CardFinding, CardOpening, OpenField};
    use huzhu_app::log::OpenCard;
    use huzhu_domain::claim::HiddenField;
    use huzhu_domain::member::Role;
    let town = Town::new(&[]).await;
    lives(&town).await;
    town.check().await.expect("a check");
    let year = town.app.card_on_log(claim(1)).await.expect("a card").place.expect("a place").year;
    let rules = town.log.tlog_policy(year).await.expect("an answer").expect("rules");
    let rules = TlogPolicy::parse(rules.as_bytes()).expect("rules");
    let open = |fields: &[HiddenField]| OpenCard {
        claim: claim(1),
        fields: fields.iter().copied().collect::<BTreeSet<_>>(),
    };
    let one = open(&[HiddenField::Name]);
    let mut values = Vec::new();
    for field in HiddenField::ALL {
        let opening = town.app.open_card(&auditor(), &open(&[field])).await.expect("opened");
        let read = CardOpening::read(opening.to_json().as_bytes()).expect("a file");
        let shown = read.check(&rules).expect("proven");
        assert_eq!((shown.claim.as_str(), shown.plan.as_str()), (claim(1).to_string().as_str(), "small"));
        assert_eq!((read.fields.len(), shown.shut.len()), (1, 4));
        assert!(!read.card.contains("王小1") && !read.card.contains("1990-06-01"), "the card itself hides");
        let OpenField { value, .. } = &read.fields[0];
        values.push(value.clone());
        // Nothing in it can be another thing.
        let fields = vec![OpenField { value: format!("{value}."), ..read.fields[0].clone() }];
        let other = CardOpening { fields, ..read.clone() };
        assert!(matches!(other.check(&rules), Err(CardFinding::OtherValue { .. })));
        let other = CardOpening { card: read.card.replace("王**", "李**"), ..read.clone() };
        assert!(matches!(other.check(&rules), Err(CardFinding::OtherCard { .. })));
        let other = CardOpening { index: read.index + 1, ..read };
        assert!(other.check(&rules).is_err());
    }
    assert_eq!(values, ["王小1", "1990-06-01", "2026-03-01", "2026-01-10", ""]);
    // The claimant may, without a note, and several at once; strangers and staff with other roles may not.
    let own = town.app.open_card(&as_member(1), &open(&HiddenField::ALL)).await.expect("one's own");
    assert!(own.check(&rules).expect("proven").shut.is_empty());
    for call in [as_member(2), reviewer(), confirmer(), operator(), as_staff(905, Role::Clerk)] {
        assert_eq!(town.app.open_card(&call, &one).await, Err(AppError::NotFound("card")));
    }
    assert_eq!(town.app.open_card(&Call::anonymous(), &one).await, Err(AppError::SignInNeeded));
    let trail = town.app.audit_trail(&auditor(), None, 200).await.expect("a trail");
    assert_eq!(trail.rows.iter().filter(|row| row.kind == "claim.card-opened").count(), 5);
    let unknown = OpenCard { claim: claim(77), ..one.clone() };
    assert_eq!(town.app.open_card(&auditor(), &unknown).await, Err(AppError::NotFound("card")));
    town.store.erase(member(1)).await.expect("erased");
    assert_eq!(town.app.open_card(&auditor(), &one).await, Err(AppError::NotFound("card")));
    assert_eq!(town.app.open_card(&as_member(1), &one).await, Err(AppError::NotFound("card")));
}
