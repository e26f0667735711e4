//! The jury of a plan as the simulator understands it: plain numbers, their text in a plan file, and its own arithmetic of what a
//! count of ballots means. Written from the rules of mutual aid, section 6, and not from the code that it checks.

use std::fmt::Write as _;

use crate::world::Dice;

/// How jurors are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every qualified juror may vote.
    Open {
        quorum: u64,
        /// Hundredths of a percent of the jurors that are enough in a small plan.
        at_most: u64,
        hours: i64,
    },
    /// Jurors are drawn by lot.
    Drawn { size: u64, reserves: u64, days: i64, appeals: u8 },
}

/// What a jury says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    For,
    Against,
    TooFew,
}

/// The group `jury` of a plan file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JuryTerms {
    pub(crate) mode: Mode,
    /// Hundredths of a percent.
    pub(crate) threshold: u64,
    pub(crate) objectors_ask: bool,
    pub(crate) operators_ask: bool,
    pub(crate) exam: bool,
    pub(crate) standing_days: i64,
}

/// The ground on which clerks of the village may decline.
pub(crate) const GROUND: &str = "hopeless";
/// Days in which a jury may be asked for, and in which a reviewer recommends: what plan files mean that do not say.
pub(crate) const ASK_DAYS: i64 = 15;
pub(crate) const REVIEW_DAYS: i64 = 14;

impl JuryTerms {
    /// Throws a jury, or none.
    pub(crate) fn thrown(dice: &mut Dice) -> Option<Self> {
        let mode = match dice.range(0, 9) {
            0 => return None,
            1..=4 => Mode::Open {
                quorum: dice.range(1, 12),
                at_most: dice.range(500, 6_000),
                hours: dice.days(24, 96),
            },
            _ => Mode::Drawn {
                size: dice.range(1, 2) * 2 + 1,
                reserves: dice.range(0, 4),
                days: dice.days(1, 4),
                appeals: u8::try_from(dice.range(0, 2)).unwrap_or(0),
            },
        };
        Some(Self {
            mode,
            threshold: dice.pick(&[5_000, 5_001, 6_667, 3_333]).copied().unwrap_or(5_000),
            objectors_ask: dice.chance(700),
            operators_ask: dice.chance(700),
            exam: dice.chance(800),
            standing_days: dice.days(0, 30),
        })
    }

    /// Writes the group of the plan file.
    pub(crate) fn write(terms: Option<&Self>, f: &mut String) -> std::fmt::Result {
        let Some(terms) = terms else { return writeln!(f, "[jury]\nmode = \"none\"\n") };
        let percent = |part: u64| format!("{}.{:02}", part.div_euclid(100), part.rem_euclid(100));
        match terms.mode {
            Mode::Open { quorum, at_most, hours } => writeln!(
                f,
                "[jury]\nmode = \"open\"\nquorum = {quorum}\nquorum_percent_max = \"{}\"\nhours = {hours}",
                percent(at_most)
            )?,
            Mode::Drawn { size, reserves, days, appeals } => writeln!(
                f,
                "[jury]\nmode = \"drawn\"\nsize = {size}\nreserves = {reserves}\ndeadline_days = {days}\nappeals = {appeals}"
            )?,
        }
        let mut askers = vec!["\"claimant\""];
        askers.extend(terms.objectors_ask.then_some("\"objector\""));
        askers.extend(terms.operators_ask.then_some("\"operator\""));
        writeln!(
            f,
            "threshold = \"{}\"\nasked_by = [{}]\nexam = {}\nstanding_days = {}\n\n[[jury.not_accepted]]\n\
             code = \"{GROUND}\"\ntext = {{ en = \"Hopeless.\", zh = \"无望。\" }}\n",
            percent(terms.threshold),
            askers.join(", "),
            terms.exam,
            terms.standing_days
        )
    }

    /// Larger juries after the first one.
    pub(crate) const fn appeals(&self) -> u8 {
        match self.mode {
            Mode::Open { .. } => 0,
            Mode::Drawn { appeals, .. } => appeals,
        }
    }

    /// Seats of the jury of a round: each appeal has twice as many and one.
    pub(crate) fn seats(&self, round: u8) -> Option<u64> {
        match self.mode {
            Mode::Open { .. } => None,
            Mode::Drawn { size, .. } => Some((0..round).fold(size, |seats, _| 2 * seats + 1)),
        }
    }

    /// What these ballots mean; `all`: qualified jurors, or seats.
    pub(crate) fn says(&self, for_claimant: u64, against: u64, all: u64) -> Says {
        let part_up = |part: u64, of: u64| (part * of).div_ceil(10_000);
        let votes = for_claimant + against;
        let (least, measured) = match self.mode {
            Mode::Open { quorum, at_most, .. } => (quorum.min(part_up(at_most, all)).max(1), votes),
            Mode::Drawn { .. } => (all.div_ceil(2).max(1), all.max(votes)),
        };
        if votes < least {
            Says::TooFew
        } else if for_claimant * 10_000 >= self.threshold * measured {
            Says::For
        } else {
            Says::Against
        }
    }
}
