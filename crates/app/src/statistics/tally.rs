//! Folding events into counts. Pure: no store, no clock.

use std::collections::BTreeMap;

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, JuryCaseId, ObjectionId};
use huzhu_domain::jury::JuryCaseEvent;
use huzhu_domain::objection::{Answer, ObjectionEvent};
use huzhu_domain::plan::{PlanId, ReasonCode};
use huzhu_domain::second_review::SecondReviewEvent;
use huzhu_domain::time::{Moment, TimeZone, day_of};

use super::hide::single;
use super::{Agreement, Count, Days, MonthFigures, Statistics, Turnout, hidden};
use crate::ports::{Position, Recorded};

/// A stage of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// From the report to the recommendation.
    Review,
    /// From the recommendation to the decision.
    Confirmation,
    /// From the approval to the notice.
    WaitForNotice,
    /// From the notice to the payout.
    NoticeToPayout,
    /// From the report to the payout or the refusal.
    Whole,
    /// From an objection to its answer.
    Objection,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 6] = [
        Self::Review,
        Self::Confirmation,
        Self::WaitForNotice,
        Self::NoticeToPayout,
        Self::Whole,
        Self::Objection,
    ];

    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Confirmation => "confirmation",
            Self::WaitForNotice => "wait-for-notice",
            Self::NoticeToPayout => "notice-to-payout",
            Self::Whole => "whole",
            Self::Objection => "objection",
        }
    }
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A claim on its way.
#[derive(Clone, Debug)]
struct Open {
    plan: PlanId,
    reported: Option<Moment>,
    since: Option<Moment>,
}

#[derive(Clone, Debug, Default)]
struct MonthCounts {
    reported: u64,
    approved: u64,
    refused: u64,
    objections: u64,
    /// First approves, second approves: how many.
    opinions: BTreeMap<(bool, bool), u64>,
}

/// Counts of one plan.
#[derive(Clone, Debug, Default)]
struct PlanTally {
    /// Stage, whole days, how many.
    days: BTreeMap<Stage, BTreeMap<u64, u64>>,
    approved: u64,
    refused: BTreeMap<ReasonCode, u64>,
    answered: u64,
    upheld: u64,
    verdicts: u64,
    verdicts_for: u64,
    /// Jurors who could vote, of all juries that were counted.
    electorate: u64,
    /// Ballots that they cast.
    ballots: u64,
    missed: u64,
    /// First approves, second approves: how many.
    opinions: BTreeMap<(bool, bool), u64>,
    months: BTreeMap<Month, MonthCounts>,
}

/// What was folded so far.
#[derive(Debug)]
pub(crate) struct Tally {
    position: Position,
    zones: BTreeMap<PlanId, TimeZone>,
    plans: BTreeMap<PlanId, PlanTally>,
    claims: BTreeMap<ClaimId, Open>,
    objections: BTreeMap<ObjectionId, (PlanId, Moment)>,
    juries: BTreeMap<JuryCaseId, PlanId>,
    second: BTreeMap<ClaimId, (PlanId, bool)>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            position: Position(0),
            zones: BTreeMap::new(),
            plans: BTreeMap::new(),
            claims: BTreeMap::new(),
            objections: BTreeMap::new(),
            juries: BTreeMap::new(),
            second: BTreeMap::new(),
        }
    }
}

impl Tally {
    /// The last event that was folded.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    /// A plan that this event is the first of, and whose time zone is needed.
    pub(crate) fn unknown_plan(&self, recorded: &Recorded) -> Option<PlanId> {
        let plan = match &recorded.event {
            Event::Claim(ClaimEvent::Drafted(claimed)) => &claimed.plan,
            Event::Objection(ObjectionEvent::Raised { plan, .. })
            | Event::SecondReview(SecondReviewEvent::Drawn { plan, .. }) => plan,
            _ => return None,
        };
        (!self.zones.contains_key(plan)).then(|| plan.clone())
    }

    /// The time zone of a plan.
    pub(crate) fn learn(&mut self, plan: PlanId, zone: TimeZone) {
        self.zones.insert(plan, zone);
    }

    /// Folds one event.
    pub(crate) fn take(&mut self, recorded: &Recorded) {
        self.position = recorded.position;
        match (&recorded.stream, &recorded.event) {
            (StreamId::Claim(id), Event::Claim(event)) => self.claim(*id, event, recorded.at),
            (StreamId::Objection(id), Event::Objection(event)) => self.objection(*id, event, recorded.at),
            (StreamId::JuryCase(id), Event::JuryCase(event)) => self.jury(*id, event),
            (StreamId::SecondReview(claim), Event::SecondReview(event)) => match event {
                SecondReviewEvent::Drawn { plan, first, .. } => {
                    self.second.insert(*claim, (plan.clone(), first.approves()));
                }
                SecondReviewEvent::Given { second, .. } => {
                    if let Some((plan, first)) = self.second.remove(claim) {
                        let month = month_of(self.zones.get(&plan), recorded.at);
                        let tally = self.plans.entry(plan).or_default();
                        let pair = (first, second.approves());
                        more(tally.opinions.entry(pair).or_default());
                        more(tally.months.entry(month).or_default().opinions.entry(pair).or_default());
                    }
                }
            },
            _ => {}
        }
    }

    fn claim(&mut self, id: ClaimId, event: &ClaimEvent, at: Moment) {
        if let ClaimEvent::Drafted(claimed) = event {
            self.claims.insert(id, Open { plan: claimed.plan.clone(), reported: None, since: None });
            return;
        }
        let Some(open) = self.claims.get_mut(&id) else { return };
        let month = month_of(self.zones.get(&open.plan), at);
        let tally = self.plans.entry(open.plan.clone()).or_default();
        let since = open.since;
        let mut took = |stage, from: Option<Moment>| {
            if let Some(days) = from.and_then(|from| whole_days(from, at)) {
                more(tally.days.entry(stage).or_default().entry(days).or_default());
            }
        };
        let mut ends = false;
        match event {
            ClaimEvent::Reported { .. } => {
                (open.reported, open.since) = (Some(at), Some(at));
                more(&mut tally.months.entry(month).or_default().reported);
            }
            ClaimEvent::Recommended { .. } => {
                took(Stage::Review, since);
                open.since = Some(at);
            }
            ClaimEvent::Returned { .. } | ClaimEvent::ObjectionUpheld { .. } => open.since = Some(at),
            ClaimEvent::Approved { .. } => {
                took(Stage::Confirmation, since);
                open.since = Some(at);
                more(&mut tally.approved);
                more(&mut tally.months.entry(month).or_default().approved);
            }
            ClaimEvent::Refused { reason, .. } => {
                took(Stage::Confirmation, since);
                took(Stage::Whole, open.reported);
                open.since = Some(at);
                more(tally.refused.entry(reason.clone()).or_default());
                more(&mut tally.months.entry(month).or_default().refused);
            }
            ClaimEvent::PutOnNotice { .. } => {
                took(Stage::WaitForNotice, since);
                open.since = Some(at);
            }
            ClaimEvent::Paid { .. } => {
                took(Stage::NoticeToPayout, since);
                took(Stage::Whole, open.reported);
                ends = true;
            }
            ClaimEvent::Withdrawn => ends = true,
            ClaimEvent::VerdictReached { for_claimant, .. } => {
                more(&mut tally.verdicts);
                if *for_claimant {
                    more(&mut tally.verdicts_for);
                }
            }
            ClaimEvent::DeadlinePassed { .. } => more(&mut tally.missed),
            _ => {}
        }
        if ends {
            self.claims.remove(&id);
        }
    }

    fn jury(&mut self, id: JuryCaseId, event: &JuryCaseEvent) {
        match event {
            JuryCaseEvent::Requested { plan, .. } => {
                self.juries.insert(id, plan.clone());
            }
            JuryCaseEvent::Closed { count, .. } => {
                let Some(plan) = self.juries.remove(&id) else { return };
                let tally = self.plans.entry(plan).or_default();
                let ballots = count.valid().saturating_add(count.invalid);
                tally.electorate = tally.electorate.saturating_add(count.electorate);
                tally.ballots = tally.ballots.saturating_add(ballots.min(count.electorate));
            }
            JuryCaseEvent::Declined { .. } | JuryCaseEvent::Voided { .. } => {
                self.juries.remove(&id);
            }
            _ => {}
        }
    }

    fn objection(&mut self, id: ObjectionId, event: &ObjectionEvent, at: Moment) {
        match event {
            ObjectionEvent::Raised { plan, .. } => {
                let month = month_of(self.zones.get(plan), at);
                let tally = self.plans.entry(plan.clone()).or_default();
                more(&mut tally.months.entry(month).or_default().objections);
                self.objections.insert(id, (plan.clone(), at));
            }
            ObjectionEvent::Answered { answer, .. } => {
                let Some((plan, raised)) = self.objections.remove(&id) else { return };
                let tally = self.plans.entry(plan).or_default();
                more(&mut tally.answered);
                if *answer == Answer::Upheld {
                    more(&mut tally.upheld);
                }
                if let Some(days) = whole_days(raised, at) {
                    more(tally.days.entry(Stage::Objection).or_default().entry(days).or_default());
                }
            }
            ObjectionEvent::Withdrawn { .. } | ObjectionEvent::BecameMoot { .. } => {
                self.objections.remove(&id);
            }
        }
    }

    /// The figures of a plan as everybody may read them.
    pub(crate) fn figures(&self, plan: &PlanId, now: Moment, months_max: usize) -> Statistics {
        let nothing = PlanTally::default();
        let tally = self.plans.get(plan).unwrap_or(&nothing);
        let mut refused: Vec<(&ReasonCode, u64)> = tally.refused.iter().map(|(code, n)| (code, *n)).collect();
        refused.sort_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
        let counts: Vec<u64> = refused.iter().map(|(_, n)| *n).collect();
        let pair = |whole: u64, part: u64| -> [Count; 2] {
            match hidden(&[part, whole.saturating_sub(part)]).as_slice() {
                [Some(part), Some(_)] => [Some(whole), Some(*part)],
                _ => [single(whole), None],
            }
        };
        let [objections_answered, objections_upheld] = pair(tally.answered, tally.upheld);
        let [verdicts, verdicts_for] = pair(tally.verdicts, tally.verdicts_for);
        let [electorate, ballots] = pair(tally.electorate, tally.ballots);
        let refusals = counts.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
        Statistics {
            stages: Stage::ALL.map(|stage| (stage, days(tally.days.get(&stage)))).to_vec(),
            approved: single(tally.approved),
            refusals: single(refusals),
            refused: refused.iter().map(|(code, _)| (*code).clone()).zip(hidden(&counts)).collect(),
            objections_answered,
            objections_upheld,
            verdicts,
            verdicts_for,
            turnout: Turnout { electorate, ballots },
            agreement: agreement(&tally.opinions),
            open: self.ages(plan, now),
            missed: single(tally.missed),
            months: months(&tally.months, months_max),
        }
    }

    /// Open claims by weeks since the report.
    fn ages(&self, plan: &PlanId, now: Moment) -> [Count; 5] {
        let mut counts = [0_u64; 5];
        let open = self.claims.values().filter(|open| open.plan == *plan);
        for reported in open.filter_map(|open| open.reported) {
            let days = whole_days(reported, now).unwrap_or(0);
            let [one, two, four, eight, longer] = &mut counts;
            more(match days {
                0..=6 => one,
                7..=13 => two,
                14..=27 => four,
                28..=55 => eight,
                _ => longer,
            });
        }
        hidden(&counts).try_into().unwrap_or([None; 5])
    }
}

fn more(count: &mut u64) {
    *count = count.saturating_add(1);
}

fn whole_days(from: Moment, to: Moment) -> Option<u64> {
    u64::try_from(to.duration_since(from).as_hours().div_euclid(24)).ok()
}

fn month_of(zone: Option<&TimeZone>, at: Moment) -> Month {
    let day = day_of(at, zone.unwrap_or(&TimeZone::UTC));
    Month { year: day.year(), month: day.month() }
}

/// The median of a histogram of days.
fn days(histogram: Option<&BTreeMap<u64, u64>>) -> Days {
    let Some(histogram) = histogram else { return Days { count: Some(0), median: None } };
    let count = histogram.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
    let mut seen = 0_u64;
    let mut median = None;
    for (days, n) in histogram {
        seen = seen.saturating_add(*n);
        if seen.saturating_mul(2) >= count {
            median = Some(*days);
            break;
        }
    }
    let count = single(count);
    Days { count, median: median.filter(|_| count.is_some()) }
}

fn months(all: &BTreeMap<Month, MonthCounts>, max: usize) -> Vec<MonthFigures> {
    let months: Vec<(&Month, &MonthCounts)> = all.iter().rev().take(max).collect();
    let column = |of: fn(&MonthCounts) -> u64| {
        hidden(&months.iter().map(|(_, counts)| of(counts)).collect::<Vec<u64>>()).into_iter()
    };
    let (mut reported, mut approved) = (column(|one| one.reported), column(|one| one.approved));
    let (mut refused, mut objections) = (column(|one| one.refused), column(|one| one.objections));
    let mut given = column(|one| one.opinions.values().fold(0_u64, |sum, n| sum.saturating_add(*n)));
    let mut figures: Vec<MonthFigures> = months
        .iter()
        .map(|(month, counts)| MonthFigures {
            month: **month,
            reported: reported.next().flatten(),
            approved: approved.next().flatten(),
            refused: refused.next().flatten(),
            objections: objections.next().flatten(),
            agreement: match given.next().flatten() {
                Some(_) => agreement(&counts.opinions),
                None => Agreement { given: None, agree: None, kappa: None },
            },
        })
        .collect();
    figures.reverse();
    figures
}

/// Agreement of two opinions, with Cohen's kappa in whole numbers.
fn agreement(opinions: &BTreeMap<(bool, bool), u64>) -> Agreement {
    let of = |first, second| i128::from(opinions.get(&(first, second)).copied().unwrap_or(0));
    let (yes, mixed, dixem, no) = (of(true, true), of(true, false), of(false, true), of(false, false));
    let n = yes.saturating_add(mixed).saturating_add(dixem).saturating_add(no);
    let given = u64::try_from(n).ok().and_then(single);
    let nothing = Agreement { given, agree: None, kappa: None };
    if n == 0 || given.is_none() {
        return nothing;
    }
    let same = yes.saturating_add(no);
    let row = |a: i128, b: i128, c: i128, d: i128| a.saturating_add(b).saturating_mul(c.saturating_add(d));
    let chance = row(yes, mixed, yes, dixem).saturating_add(row(dixem, no, mixed, no));
    let above = n.saturating_mul(same).saturating_sub(chance);
    let room = n.saturating_mul(n).saturating_sub(chance);
    let kappa =
        above.saturating_mul(1_000).checked_div_euclid(room).and_then(|kappa| i64::try_from(kappa).ok());
    let agree = same.saturating_mul(10_000).checked_div_euclid(n).and_then(|part| u64::try_from(part).ok());
    Agreement { given, agree, kappa }
}

#[cfg(test)]
mod tests {
    use huzhu_domain::claim::JuryAsker;
    use huzhu_domain::id::MemberId;
    use huzhu_domain::jury::{self, Ruling};
    use huzhu_domain::plan::PlanVersion;
    use huzhu_domain::second_review::Opinion;

    use super::*;
    use crate::ports::Actor;

    #[test]
    fn medians_are_those_of_a_sorted_list() {
        for (list, expected) in [
            (&[1, 2, 3, 4, 5][..], Some(3)),
            (&[9, 9, 9, 9, 1, 1], Some(9)),
            (&[0, 0, 0, 7, 8, 9], Some(0)),
            (&[1, 2, 3, 4], None),
        ] {
            let mut histogram = BTreeMap::new();
            for day in list {
                *histogram.entry(*day).or_default() += 1;
            }
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            let naive = (list.len() >= 5).then(|| sorted[(list.len() - 1).div_euclid(2)]);
            assert_eq!((days(Some(&histogram)).median, naive), (expected, expected), "{list:?}");
        }
    }

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // Cohen's own example in two rows: 20 and 15 agree, 5 and 10 do not. po = 0.7, pe = 0.5, kappa = 0.4.
        for (table, agree, kappa) in [
            ([20, 5, 10, 15], Some(7_000), Some(400)),
            ([10, 0, 0, 10], Some(10_000), Some(1_000)),
            ([5, 5, 5, 5], Some(5_000), Some(0)),
            ([0, 10, 10, 0], Some(0), Some(-1_000)),
            ([10, 0, 0, 0], Some(10_000), None),
            ([2, 1, 0, 0], None, None),
        ] {
            let keys = [(true, true), (true, false), (false, true), (false, false)];
            let opinions = keys.into_iter().zip(table).collect();
            let found = agreement(&opinions);
            assert_eq!((found.agree, found.kappa), (agree, kappa), "{table:?}");
        }
    }

    fn folded(events: Vec<(StreamId, Event, &str)>) -> Statistics {
        let mut tally = Tally::default();
        for (n, (stream, event, at)) in (1..).zip(events) {
            let at = at.parse().expect("a moment");
            let recorded =
                Recorded { position: Position(n), stream, number: 1, at, actor: Actor::System, event };
            if let Some(plan) = tally.unknown_plan(&recorded) {
                tally.learn(plan, TimeZone::UTC);
            }
            tally.take(&recorded);
        }
        tally.figures(&PlanId::new("town").expect("an id"), Moment::MAX, 24)
    }

    fn uuid(n: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(n)
    }

    #[test]
    fn jurors_who_could_vote_and_did_are_added_up_over_the_juries_of_the_plan() {
        let (by, at) = (MemberId::from_uuid(uuid(1)), Moment::UNIX_EPOCH);
        let digest = huzhu_domain::digest::Digest::from_bytes([7; 32]);
        let jury = |n: u128, plan: &str, count: [u64; 4]| {
            let stream = StreamId::JuryCase(JuryCaseId::from_uuid(uuid(n)));
            let [for_claimant, against, invalid, electorate] = count;
            let requested = JuryCaseEvent::Requested {
                claim: ClaimId::from_uuid(uuid(n)),
                plan: PlanId::new(plan).expect("an id"),
                version: PlanVersion(1),
                round: 0,
                by,
                asker: JuryAsker::Claimant,
                at,
                until: at,
            };
            let closed = JuryCaseEvent::Closed {
                subject: digest,
                key: digest,
                root: digest,
                count: jury::Count { for_claimant, against, invalid, electorate },
                ruling: Ruling::ForClaimant,
                appeal_until: None,
                at,
            };
            [requested, closed].map(|event| (stream.clone(), Event::JuryCase(event), "2026-02-03T00:00:00Z"))
        };
        for (juries, electorate, ballots) in [
            (vec![], Some(0), Some(0)),
            (vec![jury(1, "town", [5, 4, 1, 15]), jury(2, "town", [2, 3, 0, 11])], Some(26), Some(15)),
            // Four stayed away: hidden, since whoever was drawn could tell who.
            (vec![jury(1, "town", [5, 0, 0, 9])], Some(9), None),
            (vec![jury(1, "elsewhere", [9, 9, 0, 30])], Some(0), Some(0)),
        ] {
            let found = folded(juries.into_iter().flatten().collect()).turnout;
            assert_eq!((found.electorate, found.ballots), (electorate, ballots));
        }
    }

    #[test]
    fn agreement_of_a_month_is_hidden_where_few_second_opinions_were_given() {
        let by = MemberId::from_uuid(uuid(1));
        let at = Moment::UNIX_EPOCH;
        let mut events = Vec::new();
        // Six in February that agree in five cases, and two in March.
        for n in 1..=8_u128 {
            let stream = StreamId::SecondReview(ClaimId::from_uuid(uuid(n)));
            let day = if n > 6 { "2026-03-03T00:00:00Z" } else { "2026-02-03T00:00:00Z" };
            let refuse = || Opinion::Refuse { reason: ReasonCode::new("excluded").expect("a code") };
            let first = if n % 2 == 0 { Opinion::Approve } else { refuse() };
            let second = if n == 1 { Opinion::Approve } else { first.clone() };
            let plan = PlanId::new("town").expect("an id");
            let drawn =
                SecondReviewEvent::Drawn { plan, recommender: by, confirmer: by, first, at, until: at };
            let given = SecondReviewEvent::Given { by, second, at };
            events.extend([drawn, given].map(|event| (stream.clone(), Event::SecondReview(event), day)));
        }
        let found = folded(events);
        let months: Vec<(String, Count, Option<u64>)> = found
            .months
            .iter()
            .map(|one| (one.month.to_string(), one.agreement.given, one.agreement.agree))
            .collect();
        // February is hidden too: the total is public, and March would come out by subtraction.
        assert_eq!(months, [("2026-02".to_owned(), None, None), ("2026-03".to_owned(), None, None)]);
        // po = 7/8, pe = (5*4 + 3*4)/64 = 1/2, kappa = 0.75.
        assert_eq!((found.agreement.given, found.agreement.kappa), (Some(8), Some(750)));
    }
}
