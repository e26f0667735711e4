//! What ballots add up to. Pure arithmetic over counts, so the order of ballots cannot matter.
//!
//! Guarantees: reaching the threshold is enough, so a tie at exactly the threshold is for the claimant; too few ballots change
//! nothing and say so; a jury that is smaller than it should be needs as many voices for the claimant as the full one.

use huzhu_ledger::Percent;

use crate::plan::{Jury, JuryMode};

/// What a juror can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Choice {
    /// The claimant is right.
    ForClaimant,
    /// What was decided before stands.
    Against,
}

impl Choice {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ForClaimant, Self::Against];

    /// The stable word in ballots, JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ForClaimant => "for-claimant",
            Self::Against => "against",
        }
    }
}

/// How the ballots of a case were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Count {
    /// For the claimant.
    pub for_claimant: u64,
    /// Against.
    pub against: u64,
    /// Not readable, or cast by somebody who was not called.
    pub invalid: u64,
    /// Everybody who could have voted: qualified jurors, or the seats of a jury drawn by lot.
    pub electorate: u64,
}

impl Count {
    /// The ballots that count.
    pub const fn valid(&self) -> u64 {
        self.for_claimant.saturating_add(self.against)
    }

    /// Adds a ballot; `None` is one that cannot be read or that nobody may have cast.
    pub const fn add(&mut self, ballot: Option<Choice>) {
        let place = match ballot {
            Some(Choice::ForClaimant) => &mut self.for_claimant,
            Some(Choice::Against) => &mut self.against,
            None => &mut self.invalid,
        };
        *place = place.saturating_add(1);
    }

    /// What the jury of these terms says with this count. `needed` is the least number of valid ballots, see [`needed`].
    pub fn ruling(&self, jury: &Jury, needed: u64) -> Ruling {
        let valid = self.valid();
        if valid < needed || valid == 0 {
            return Ruling::NoQuorum;
        }
        // A smaller jury is measured by the full one. An open vote has no full size.
        let measured = match jury.mode {
            JuryMode::Open { .. } => valid,
            JuryMode::Drawn { .. } => valid.max(self.electorate),
        };
        if self.for_claimant >= part_up(jury.threshold, measured) {
            Ruling::ForClaimant
        } else {
            Ruling::AgainstClaimant
        }
    }
}

/// What a case ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Ruling {
    /// The jury found for the claimant.
    ForClaimant,
    /// The jury found against the claimant.
    AgainstClaimant,
    /// Too few voted: the opinion that was there stands.
    NoQuorum,
}

impl Ruling {
    /// All rulings.
    pub const ALL: [Self; 3] = [Self::ForClaimant, Self::AgainstClaimant, Self::NoQuorum];

    /// The stable word in URLs, JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ForClaimant => "for-claimant",
            Self::AgainstClaimant => "against-claimant",
            Self::NoQuorum => "no-quorum",
        }
    }
}

/// The least number of valid ballots. Open: the quorum of the terms, scaled down where fewer are qualified, and at least one.
/// Drawn: half of the seats.
pub fn needed(jury: &Jury, electorate: u64) -> u64 {
    match jury.mode {
        JuryMode::Open { quorum, quorum_percent_max, .. } => {
            u64::from(quorum).min(part_up(quorum_percent_max, electorate)).max(1)
        }
        JuryMode::Drawn { .. } => electorate.div_ceil(2).max(1),
    }
}

/// Seats of the jury of a round: n, then 2n + 1, and so on. `None` where every qualified juror may vote.
pub const fn seats(jury: &Jury, round: u8) -> Option<u16> {
    match jury.mode {
        JuryMode::Open { .. } => None,
        JuryMode::Drawn { size, .. } => {
            let (mut seats, mut left) = (size, round);
            while left > 0 {
                seats = seats.saturating_mul(2).saturating_add(1);
                left = left.saturating_sub(1);
            }
            Some(seats)
        }
    }
}

/// The smallest whole number that is at least this part of `whole`.
fn part_up(part: Percent, whole: u64) -> u64 {
    let product = u128::from(part.hundredths()).saturating_mul(u128::from(whole));
    u64::try_from(product.div_ceil(10_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(text: &str) -> Percent {
        Percent::parse(text).unwrap()
    }

    fn jury(mode: JuryMode, threshold: &str) -> Jury {
        Jury {
            mode,
            threshold: percent(threshold),
            asked_by: vec![],
            not_accepted: vec![],
            exam: true,
            standing_days: 30,
        }
    }

    fn open(quorum: u32, at_most: &str, threshold: &str) -> Jury {
        jury(JuryMode::Open { quorum, quorum_percent_max: percent(at_most), hours: 24 }, threshold)
    }

    fn drawn(size: u16, threshold: &str) -> Jury {
        jury(JuryMode::Drawn { size, reserves: 2, deadline_days: 5, appeals: 1 }, threshold)
    }

    #[test]
    fn open_votes_are_counted_as_the_plan_that_ran_counted_them() {
        use Ruling::{AgainstClaimant, ForClaimant, NoQuorum};
        let xhb = open(1_000, "100", "50");
        let small = open(1_000, "10", "50");
        let rows = [
            // 900,000 jurors, quorum 1,000, half is enough.
            (&xhb, 900_000, 250_000 - 107_000, 107_000, 0, ForClaimant),
            (&xhb, 900_000, 500, 500, 0, ForClaimant),
            (&xhb, 900_000, 499, 501, 0, AgainstClaimant),
            (&xhb, 900_000, 999, 0, 0, NoQuorum),
            (&xhb, 900_000, 999, 0, 5, NoQuorum),
            (&xhb, 900_000, 0, 1_000, 0, AgainstClaimant),
            // A small plan: 10 percent of 25 is 3.
            (&small, 25, 2, 0, 0, NoQuorum),
            (&small, 25, 2, 1, 0, ForClaimant),
            (&small, 25, 1, 2, 0, AgainstClaimant),
            (&small, 0, 0, 0, 0, NoQuorum),
        ];
        for (jury, electorate, for_claimant, against, invalid, expected) in rows {
            let count = Count { for_claimant, against, invalid, electorate };
            assert_eq!(count.ruling(jury, needed(jury, electorate)), expected, "{count:?}");
        }
    }

    #[test]
    fn a_smaller_jury_has_a_higher_bar_and_half_of_it_is_none() {
        use Ruling::{AgainstClaimant, ForClaimant, NoQuorum};
        let (half, two_thirds) = (drawn(17, "50"), drawn(17, "66.67"));
        let rows = [
            (&half, 9, 8, ForClaimant),
            (&half, 8, 9, AgainstClaimant),
            // 66.67 percent of 17 is 11.33: twelve.
            (&two_thirds, 12, 5, ForClaimant),
            (&two_thirds, 11, 6, AgainstClaimant),
            // Five did not come, and nobody was left: still nine of the seventeen, and twelve.
            (&half, 9, 3, ForClaimant),
            (&half, 8, 4, AgainstClaimant),
            (&two_thirds, 12, 0, ForClaimant),
            (&two_thirds, 11, 1, AgainstClaimant),
            (&half, 9, 0, ForClaimant),
            (&half, 8, 0, NoQuorum),
            (&half, 0, 8, NoQuorum),
            (&half, 0, 0, NoQuorum),
        ];
        for (jury, for_claimant, against, expected) in rows {
            let count = Count { for_claimant, against, invalid: 0, electorate: 17 };
            assert_eq!(count.ruling(jury, needed(jury, 17)), expected, "{count:?}");
        }
    }

    #[test]
    fn an_appeal_has_a_jury_of_twice_the_size_and_one() {
        let sizes: Vec<Option<u16>> = (0..4).map(|round| seats(&drawn(5, "50"), round)).collect();
        assert_eq!(sizes, [Some(5), Some(11), Some(23), Some(47)]);
        assert_eq!(seats(&open(5, "100", "50"), 0), None);
    }

    proptest! {
        #[test]
        fn the_order_of_ballots_does_not_matter(
            mut ballots in proptest::collection::vec(0_u8..3, 0..60),
            swaps in proptest::collection::vec((0_usize..60, 0_usize..60), 0..40),
        ) {
            let count = |ballots: &[u8]| {
                let mut count = Count { electorate: 60, ..Count::default() };
                for ballot in ballots {
                    count.add(match ballot { 0 => Some(Choice::ForClaimant), 1 => Some(Choice::Against), _ => None });
                }
                count
            };
            let before = count(&ballots);
            for (one, other) in swaps {
                if one < ballots.len() && other < ballots.len() {
                    ballots.swap(one, other);
                }
            }
            let after = count(&ballots);
            prop_assert_eq!(before, after);
            for jury in [open(20, "50", "50"), drawn(61, "66.67")] {
                prop_assert_eq!(before.ruling(&jury, needed(&jury, 60)), after.ruling(&jury, needed(&jury, 60)));
            }
        }

        #[test]
        fn one_more_voice_for_the_claimant_never_turns_a_jury_against_them(
            for_claimant in 0_u64..80, against in 0_u64..80, hundredths in 1_u32..=10_000,
        ) {
            let electorate = 160;
            for mode in [
                JuryMode::Open { quorum: 20, quorum_percent_max: Percent::HUNDRED, hours: 24 },
                JuryMode::Drawn { size: 161, reserves: 2, deadline_days: 5, appeals: 1 },
            ] {
                let jury = Jury { threshold: Percent::from_hundredths(hundredths).unwrap(), ..jury(mode, "50") };
                let needed = needed(&jury, electorate);
                let count = Count { for_claimant, against, invalid: 0, electorate };
                let more = Count { for_claimant: for_claimant + 1, ..count };
                if count.ruling(&jury, needed) == Ruling::ForClaimant {
                    prop_assert_eq!(more.ruling(&jury, needed), Ruling::ForClaimant);
                }
            }
        }
    }
}
