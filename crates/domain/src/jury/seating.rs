//! Who sits: the order of the draw, walked past those who were excluded.
//!
//! Shape: the first `seats` positions that are not excluded are jurors, the next `reserves` are called when one of them drops
//! out. An exclusion is public with its reason; a later one moves everybody behind it up and nobody else.
//!
//! Limits: whether a reason is true cannot be computed from public data; the list says how often each was used.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::draw::Order;

/// Why somebody who was drawn does not sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum SkipReason {
    /// Relative, same household, same employer, or another conflict with the claim.
    Conflict,
    /// Stepped aside, which needs no reason and costs nothing.
    SteppedAside,
    /// Did not vote in time.
    NoShow,
}

impl SkipReason {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Conflict, Self::SteppedAside, Self::NoShow];

    /// The stable word in files and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::SteppedAside => "stepped-aside",
            Self::NoShow => "no-show",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for SkipReason {
    type Err = SeatingError;

    fn from_str(word: &str) -> Result<Self, SeatingError> {
        Self::ALL.into_iter().find(|reason| reason.word() == word).ok_or(SeatingError::UnknownReason)
    }
}

/// Somebody who was drawn and does not sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Exclusion {
    /// Position on the roster.
    pub position: u32,
    /// Why.
    pub reason: SkipReason,
}

/// Who sits after a draw and its exclusions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seating {
    /// Positions of the jurors, in the order in which they were drawn.
    pub jurors: Vec<u32>,
    /// Positions of the reserves, the next to be called first.
    pub reserves: Vec<u32>,
    /// Seats that nobody is left for: zero, unless the order is at its end.
    pub empty: u32,
}

/// Why exclusions do not fit a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatingError {
    /// Excluded, but never drawn.
    #[error("position {0} is excluded and was not drawn")]
    NotDrawn(u32),
    /// Excluded twice.
    #[error("position {0} is excluded twice")]
    Twice(u32),
    /// A reason that no rule has.
    #[error("an exclusion is for `conflict`, `stepped-aside` or `no-show`")]
    UnknownReason,
}

impl Seating {
    /// Walks an order past the excluded positions.
    ///
    /// # Errors
    /// [`SeatingError`].
    pub fn of(
        order: &Order,
        exclusions: &[Exclusion],
        seats: u32,
        reserves: u32,
    ) -> Result<Self, SeatingError> {
        let mut excluded = BTreeMap::new();
        for exclusion in exclusions {
            if excluded.insert(exclusion.position, false).is_some() {
                return Err(SeatingError::Twice(exclusion.position));
            }
        }
        let mut seating = Self { jurors: Vec::new(), reserves: Vec::new(), empty: seats };
        let mut waiting = reserves;
        for position in order.positions() {
            if let Some(was_drawn) = excluded.get_mut(position) {
                *was_drawn = true;
            } else if seating.empty > 0 {
                seating.jurors.push(*position);
                seating.empty = seating.empty.saturating_sub(1);
            } else if waiting > 0 {
                seating.reserves.push(*position);
                waiting = waiting.saturating_sub(1);
            }
        }
        match excluded.into_iter().find(|(_, was_drawn)| !was_drawn) {
            Some((position, _)) => Err(SeatingError::NotDrawn(position)),
            None => Ok(seating),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::type_complexity, reason = "a table of positions")]
    fn reserves_move_up_past_those_who_do_not_sit() {
        let order = Order::stated(vec![7, 2, 9, 4, 0, 5]);
        let rows: &[(&[u32], &[u32], &[u32], u32)] = &[
            (&[], &[7, 2, 9], &[4, 0], 0),
            (&[2], &[7, 9, 4], &[0, 5], 0),
            (&[4], &[7, 2, 9], &[0, 5], 0),
            (&[5], &[7, 2, 9], &[4, 0], 0),
            (&[7, 2, 9], &[4, 0, 5], &[], 0),
            (&[5, 7, 2, 9], &[4, 0], &[], 1),
            (&[7, 2, 9, 4, 0, 5], &[], &[], 3),
        ];
        for (excluded, jurors, reserves, empty) in rows {
            let exclude = |position: &u32| Exclusion { position: *position, reason: SkipReason::NoShow };
            let excluded: Vec<Exclusion> = excluded.iter().map(exclude).collect();
            let expected = Seating { jurors: jurors.to_vec(), reserves: reserves.to_vec(), empty: *empty };
            assert_eq!(Seating::of(&order, &excluded, 3, 2), Ok(expected), "{excluded:?}");
        }
    }

    #[test]
    fn exclusions_that_do_not_fit_are_refused() {
        let order = Order::stated(vec![7, 2]);
        let exclude = |position| Exclusion { position, reason: SkipReason::Conflict };
        for (excluded, expected) in [
            (vec![exclude(3)], SeatingError::NotDrawn(3)),
            (vec![exclude(2), exclude(7), exclude(2)], SeatingError::Twice(2)),
        ] {
            assert_eq!(Seating::of(&order, &excluded, 1, 1), Err(expected));
        }
        assert_eq!("illness".parse::<SkipReason>(), Err(SeatingError::UnknownReason));
        for reason in SkipReason::ALL {
            assert_eq!(reason.word().parse(), Ok(reason));
        }
    }
}
