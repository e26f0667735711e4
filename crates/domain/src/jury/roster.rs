//! The roster: everybody who can be drawn, under pseudonyms, fixed before the seed is known.
//!
//! Guarantees: a roster is in ascending order and names nobody twice, so one set of jurors has one roster and one root.
//!
//! Limits: that nobody was left out, and that each pseudonym stands for one person, is for jurors and auditors to see: each juror
//! knows the own pseudonym.

use huzhu_log::{Frontier, leaf_hash};

use crate::digest::Digest;

/// Jurors on a roster at most: bounds the 130 MB of memory and the 270 MB of a published roster file.
pub const MAX_ROSTER: u32 = 1 << 22;

/// Everybody who can be drawn, by pseudonym.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    jurors: Vec<Digest>,
}

/// Why a list is no roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Nobody is on it.
    #[error("a roster has at least one juror")]
    Empty,
    /// More than [`MAX_ROSTER`].
    #[error("a roster has at most {MAX_ROSTER} jurors, this one has {0}")]
    TooLarge(usize),
    /// A juror stands twice on it.
    #[error("the juror at position {0} stands on the roster twice")]
    Twice(u32),
    /// A juror does not stand in ascending order.
    #[error("the juror at position {0} is out of order")]
    Unordered(u32),
}

impl Roster {
    /// The roster of these jurors, in whatever order they come.
    ///
    /// # Errors
    /// [`RosterError`], of all kinds but `Unordered`.
    pub fn of(mut jurors: Vec<Digest>) -> Result<Self, RosterError> {
        jurors.sort_unstable();
        Self::new(jurors)
    }

    /// A roster that is in order already, as published.
    ///
    /// # Errors
    /// [`RosterError`].
    pub fn new(jurors: Vec<Digest>) -> Result<Self, RosterError> {
        if jurors.is_empty() {
            return Err(RosterError::Empty);
        }
        if u32::try_from(jurors.len()).is_ok_and(|count| count <= MAX_ROSTER) {
            for (position, pair) in (1_u32..).zip(jurors.windows(2)) {
                match pair {
                    [before, after] if before == after => return Err(RosterError::Twice(position)),
                    [before, after] if before > after => return Err(RosterError::Unordered(position)),
                    _ => {}
                }
            }
            Ok(Self { jurors })
        } else {
            Err(RosterError::TooLarge(jurors.len()))
        }
    }

    /// How many jurors can be drawn.
    pub fn count(&self) -> u32 {
        // `new` refuses what does not fit.
        u32::try_from(self.jurors.len()).unwrap_or(MAX_ROSTER)
    }

    /// The jurors, by position.
    pub fn jurors(&self) -> &[Digest] {
        &self.jurors
    }

    /// The juror at a position, from 0.
    pub fn juror(&self, position: u32) -> Option<&Digest> {
        self.jurors.get(usize::try_from(position).ok()?)
    }

    /// Where a juror stands.
    pub fn position(&self, juror: &Digest) -> Option<u32> {
        self.jurors.binary_search(juror).ok().and_then(|position| u32::try_from(position).ok())
    }

    /// Root of the RFC 6962 tree whose leaves are the pseudonyms in order. Two hashes for each juror.
    pub fn root(&self) -> Digest {
        let mut tree = Frontier::new();
        self.jurors.iter().for_each(|juror| tree.append(leaf_hash(juror.bytes())));
        Digest::from_bytes(*tree.root().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use huzhu_log::{InnerTree, leaf_hash};

    use super::*;

    fn digest(first: u8) -> Digest {
        Digest::from_bytes([first; 32])
    }

    #[test]
    fn a_roster_is_in_order_and_names_nobody_twice() {
        let rows: &[(&[u8], Result<u32, RosterError>)] = &[
            (&[], Err(RosterError::Empty)),
            (&[7], Ok(1)),
            (&[1, 2, 3], Ok(3)),
            (&[1, 3, 2], Err(RosterError::Unordered(2))),
            (&[1, 1, 2], Err(RosterError::Twice(1))),
        ];
        for (jurors, expected) in rows {
            let list = jurors.iter().copied().map(digest).collect();
            assert_eq!(Roster::new(list).map(|roster| roster.count()), *expected, "{jurors:?}");
        }
        let roster = Roster::of(vec![digest(3), digest(1), digest(2)]).unwrap();
        assert_eq!(roster, Roster::new(vec![digest(1), digest(2), digest(3)]).unwrap());
        assert_eq!(roster.position(&digest(2)), Some(1));
        assert_eq!(roster.juror(1), Some(&digest(2)));
        assert_eq!((roster.position(&digest(9)), roster.juror(3)), (None, None));
        assert_eq!(Roster::of(vec![digest(3), digest(3)]), Err(RosterError::Twice(1)));
        let many = vec![digest(0); usize::try_from(MAX_ROSTER).unwrap() + 1];
        assert!(matches!(Roster::new(many), Err(RosterError::TooLarge(_))));
    }

    #[test]
    fn the_root_is_that_of_the_tree_in_memory_and_changes_with_every_entry() {
        for count in 1..40_u8 {
            let roster = Roster::new((0..count).map(digest).collect()).unwrap();
            let leaves = roster.jurors().iter().map(|juror| leaf_hash(juror.bytes())).collect();
            assert_eq!(roster.root().bytes(), InnerTree::new(leaves).root().as_bytes(), "{count}");
            for at in 0..usize::from(count) {
                let mut jurors = roster.jurors().to_vec();
                let mut bytes = *jurors[at].bytes();
                bytes[31] ^= 0x80;
                jurors[at] = Digest::from_bytes(bytes);
                assert_ne!(Roster::of(jurors).unwrap().root(), roster.root(), "{count} {at}");
            }
        }
    }
}
