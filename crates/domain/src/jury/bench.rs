//! Who sits on a jury drawn by lot, and until when each of them can vote.
//!
//! Shape: the order of the draw, those who have a conflict, and those who stepped aside, each with its time. Everything else is
//! computed for a moment from who has voted by then ([`Bench::calls`]): whoever lets the own time pass is replaced by the next
//! reserve, who gets the same time from that moment on.
//!
//! Guarantees: the same order, departures and votes give the same calls, whoever asks and whenever: no worker has to run in time.

use std::collections::{BTreeMap, BTreeSet};

use super::draw::Order;
use super::seating::{Exclusion, SkipReason};
use crate::id::MemberId;
use crate::time::Moment;

/// A jury drawn by lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bench {
    /// Everybody who was drawn, first one first: position on the roster, and who that is.
    drawn: Vec<(u32, MemberId)>,
    conflicts: BTreeSet<u32>,
    left: BTreeMap<u32, Moment>,
    seats: u16,
    opened: Moment,
    days: u16,
}

/// One juror who was called to vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called {
    /// Position on the roster.
    pub position: u32,
    /// Who.
    pub juror: MemberId,
    /// Since when.
    pub since: Moment,
    /// Until when.
    pub until: Moment,
    /// How it ended, as far as it has.
    pub end: Option<CallEnd>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// With a ballot, cast at this time.
    Voted(Moment),
    /// Without one.
    Left(SkipReason, Moment),
}

impl Bench {
    /// A jury of `seats`, called at `opened`, each with `days` of 24 hours to vote. `members` are those at the positions of the
    /// order, in its order.
    pub fn new(
        order: &Order,
        members: &[MemberId],
        conflicts: BTreeSet<u32>,
        seats: u16,
        opened: Moment,
        days: u16,
    ) -> Self {
        let drawn = order.positions().iter().copied().zip(members.iter().copied()).collect();
        Self { drawn, conflicts, left: BTreeMap::new(), seats, opened, days }
    }

    /// How many seats there are.
    pub const fn seats(&self) -> u16 {
        self.seats
    }

    /// When the first jurors were called.
    pub const fn opened(&self) -> Moment {
        self.opened
    }

    /// When the first calls end.
    pub fn first_until(&self) -> Moment {
        self.after(self.opened)
    }

    fn after(&self, since: Moment) -> Moment {
        let time = jiff::SignedDuration::from_hours(i64::from(self.days).saturating_mul(24));
        since.saturating_add(time).unwrap_or(Moment::MAX)
    }

    /// Everybody who was drawn, first one first: position on the roster, and who that is.
    pub fn drawn(&self) -> &[(u32, MemberId)] {
        &self.drawn
    }

    /// Where a member stands on the roster, of those who were drawn and have no conflict.
    pub fn position(&self, member: MemberId) -> Option<u32> {
        let found = self.drawn.iter().find(|(_, who)| *who == member).map(|(position, _)| *position);
        found.filter(|position| !self.conflicts.contains(position))
    }

    /// Whether whoever stands there stepped aside.
    pub fn has_left(&self, position: u32) -> bool {
        self.left.contains_key(&position)
    }

    /// Notes that somebody stepped aside.
    pub(super) fn leave(&mut self, position: u32, at: Moment) {
        self.left.entry(position).or_insert(at);
    }

    /// Everybody who was called by `now`, in the order in which they were drawn, given when those who voted did.
    pub fn calls(&self, now: Moment, votes: &BTreeMap<MemberId, Moment>) -> Vec<Called> {
        let mut free = self.drawn.iter().filter(|(position, _)| !self.conflicts.contains(position));
        let mut calls = Vec::new();
        // Seats that become empty, by the time at which they do.
        let mut vacant: BTreeSet<(Moment, u32)> = BTreeSet::new();
        for _ in 0..self.seats {
            if let Some(call) = self.call(free.next(), self.opened, now, votes) {
                note(&mut vacant, &call);
                calls.push(call);
            }
        }
        while let Some((at, _)) = vacant.pop_first() {
            // Reserves who stepped aside before they were needed are passed over.
            let next = free.find(|(position, _)| self.left.get(position).is_none_or(|left| at < *left));
            if let Some(call) = self.call(next, at, now, votes) {
                note(&mut vacant, &call);
                calls.push(call);
            }
        }
        calls
    }

    fn call(
        &self,
        next: Option<&(u32, MemberId)>,
        since: Moment,
        now: Moment,
        votes: &BTreeMap<MemberId, Moment>,
    ) -> Option<Called> {
        let (position, juror) = *next?;
        let until = self.after(since);
        let left = self.left.get(&position).filter(|at| **at <= now);
        let end = match (votes.get(&juror), left) {
            (Some(at), _) => Some(CallEnd::Voted(*at)),
            (None, Some(at)) if *at < until => {
                Some(CallEnd::Left(SkipReason::SteppedAside, (*at).max(since)))
            }
            (None, _) if until <= now => Some(CallEnd::Left(SkipReason::NoShow, until)),
            (None, _) => None,
        };
        Some(Called { position, juror, since, until, end })
    }

    /// Until when somebody can still vote; `None` when everybody has, or nobody is left.
    pub fn open_until(&self, now: Moment, votes: &BTreeMap<MemberId, Moment>) -> Option<Moment> {
        self.calls(now, votes).iter().filter(|call| call.end.is_none()).map(|call| call.until).max()
    }

    /// When the last ballot was cast or the last call ended: when the case was ripe for its verdict, whoever looks later.
    pub fn ended(&self, now: Moment, votes: &BTreeMap<MemberId, Moment>) -> Moment {
        let ends = self.calls(now, votes).into_iter().filter_map(|call| match call.end? {
            CallEnd::Voted(at) | CallEnd::Left(_, at) => Some(at),
        });
        ends.fold(self.opened, Moment::max)
    }

    /// Who was drawn and does not sit, and why: what a published draw states.
    pub fn exclusions(&self, now: Moment, votes: &BTreeMap<MemberId, Moment>) -> Vec<Exclusion> {
        let conflict = |position: &u32| Exclusion { position: *position, reason: SkipReason::Conflict };
        let mut all: BTreeMap<u32, Exclusion> =
            self.conflicts.iter().map(|position| (*position, conflict(position))).collect();
        for (position, _) in self.left.iter().filter(|(_, at)| **at <= now) {
            let voted = self.drawn.iter().any(|(at, who)| at == position && votes.contains_key(who));
            if !voted {
                let exclusion = Exclusion { position: *position, reason: SkipReason::SteppedAside };
                all.entry(*position).or_insert(exclusion);
            }
        }
        for call in self.calls(now, votes) {
            if let Some(CallEnd::Left(reason, _)) = call.end {
                all.entry(call.position).or_insert(Exclusion { position: call.position, reason });
            }
        }
        all.into_values().collect()
    }
}

fn note(vacant: &mut BTreeSet<(Moment, u32)>, call: &Called) {
    if let Some(CallEnd::Left(_, at)) = call.end {
        vacant.insert((at, call.position));
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;
    use crate::jury::Seating;

    fn juror(n: u32) -> MemberId {
        MemberId::from_uuid(uuid::Uuid::from_u128(u128::from(n)))
    }

    fn day(n: i64) -> Moment {
        Moment::UNIX_EPOCH + (24 * n).hours()
    }

    /// Six were drawn for three seats, with two days each; the second has a conflict.
    fn bench() -> Bench {
        let order = Order::stated(vec![10, 11, 12, 13, 14, 15]);
        let members: Vec<MemberId> = (10..16).map(juror).collect();
        Bench::new(&order, &members, BTreeSet::from([11]), 3, day(0), 2)
    }

    /// Who was called, since which day and until which, in hours.
    fn seen(bench: &Bench, now: Moment, votes: &[(u32, Moment)]) -> String {
        let votes = votes.iter().map(|(n, at)| (juror(*n), *at)).collect();
        let hours = |at: Moment| at.as_second().div_euclid(3_600);
        let line = |call: Called| {
            let end = match call.end {
                None => "open".to_owned(),
                Some(CallEnd::Voted(_)) => "voted".to_owned(),
                Some(CallEnd::Left(reason, at)) => format!("{reason}@{}", hours(at)),
            };
            format!("{}:{}-{}:{end}", call.position, hours(call.since), hours(call.until))
        };
        bench.calls(now, &votes).into_iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn whoever_does_not_come_is_replaced_by_the_next_reserve_with_the_same_time() {
        let mut bench = bench();
        assert_eq!(seen(&bench, day(0), &[]), "10:0-48:open 12:0-48:open 13:0-48:open");
        // One steps aside after a day; the reserve has two days from then on.
        bench.leave(12, day(1));
        let votes = [(10, day(1))];
        assert_eq!(
            seen(&bench, day(1), &votes),
            "10:0-48:voted 12:0-48:stepped-aside@24 13:0-48:open 14:24-72:open"
        );
        // One does not come; the last reserve is called. Then nobody is left.
        assert_eq!(
            seen(&bench, day(2), &votes),
            "10:0-48:voted 12:0-48:stepped-aside@24 13:0-48:no-show@48 14:24-72:open 15:48-96:open"
        );
        let none: BTreeMap<MemberId, Moment> = [(juror(10), day(1))].into();
        assert_eq!(bench.open_until(day(2), &none), Some(day(4)));
        assert_eq!(bench.open_until(day(4), &none), None);
        assert_eq!(bench.ended(day(9), &none), day(4));
        let all = [10, 13, 14].map(|n| (juror(n), day(1))).into();
        assert_eq!((bench.open_until(day(1), &all), bench.ended(day(1), &all)), (None, day(1)));
    }

    #[test]
    fn a_reserve_who_stepped_aside_before_is_passed_over() {
        let mut bench = bench();
        bench.leave(14, day(0));
        assert_eq!(
            seen(&bench, day(2), &[(10, day(1)), (12, day(1))]),
            "10:0-48:voted 12:0-48:voted 13:0-48:no-show@48 15:48-96:open"
        );
        assert_eq!((bench.position(juror(11)), bench.position(juror(15))), (None, Some(15)));
    }

    proptest! {
        /// Looking in between, or only at the end, gives the same jury; and the published draw seats the same people.
        #[test]
        fn calls_depend_on_what_happened_and_not_on_when_somebody_looked(
            leaves in proptest::collection::btree_map(0_u32..12, 0_i64..10, 0..6),
            voters in proptest::collection::btree_set(0_u32..12, 0..12),
            conflicts in proptest::collection::btree_set(0_u32..12, 0..4),
            seats in 1_u16..8,
        ) {
            let order = Order::stated((0..12).collect());
            let members: Vec<MemberId> = (0..12).map(juror).collect();
            let mut bench = Bench::new(&order, &members, conflicts, seats, day(0), 2);
            let mut votes = BTreeMap::new();
            // Each day whoever may vote and wants to does, and whoever wants to leave leaves.
            for now in 0..40 {
                for (position, at) in &leaves {
                    if *at == now && !votes.contains_key(&juror(*position)) {
                        bench.leave(*position, day(now));
                    }
                }
                let open: Vec<Called> =
                    bench.calls(day(now), &votes).into_iter().filter(|call| call.end.is_none()).collect();
                for call in open {
                    if voters.contains(&call.position) {
                        votes.insert(call.juror, day(now));
                    }
                }
                // The past does not change.
                let (before, after) = (bench.calls(day(now), &votes), bench.calls(day(60), &votes));
                for call in before {
                    let later = after.iter().find(|later| later.position == call.position);
                    prop_assert_eq!(later.map(|later| later.since), Some(call.since));
                }
            }
            let calls = bench.calls(day(90), &votes);
            prop_assert!(calls.iter().all(|call| call.end.is_some()));
            let voted: BTreeSet<u32> = calls.iter()
                .filter(|call| matches!(call.end, Some(CallEnd::Voted(_))))
                .map(|call| call.position).collect();
            prop_assert!(voted.len() <= usize::from(seats));
            let seating = Seating::of(&order, &bench.exclusions(day(90), &votes), u32::from(seats), 12).unwrap();
            prop_assert_eq!(seating.jurors.into_iter().collect::<BTreeSet<u32>>(), voted);
        }
    }
}
