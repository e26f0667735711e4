//! Signals that papers, accounts or people of a claim meet others: reasons to look, never reasons to refuse.
//!
//! Shape: [`signals`] is one pure function over [`Traces`], which are keyed hashes of what a claim holds; a person decides what a
//! signal means.
//!
//! Guarantees: claims of one and the same person never make a signal about each other. Limits: what counts as often and as soon
//! are constants here; a signal knows how many claims it met and not which people.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::Digest;
use crate::id::{ClaimId, MemberId};

/// Claims of other people with the same doctor and hospital from which on it is told. A doctor of a small town treats several
/// members; fewer than these would flag every village.
const PAIR_FROM: usize = 4;
/// Of all claims of others that name a doctor, the share in percent from which on it is told.
const PAIR_PERCENT: usize = 25;
/// Bits of two prints of pictures in which they may differ and still look alike, of 256. The same picture saved smaller, brighter or
/// again differs in up to some twenty, two unlike ones in about a hundred and twenty (see the tests of whoever makes the prints).
const ALIKE_BITS: u32 = 32;
/// Days after the wait in which an illness is told.
const SOON_DAYS: i32 = 14;

/// What a picture looks like: alike in most bits for pictures that look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look(pub [u8; 32]);

impl Look {
    /// Whether two pictures look alike.
    pub fn is_like(&self, other: &Self) -> bool {
        let differ = self.0.iter().zip(other.0.iter()).map(|(one, other)| (one ^ other).count_ones());
        differ.fold(0_u32, u32::saturating_add) <= ALIKE_BITS
    }
}

/// What a claim leaves: keyed hashes that are equal where the things are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traces {
    /// The claim.
    pub claim: ClaimId,
    /// The person who fell ill.
    pub member: MemberId,
    /// Contents of its files.
    pub files: BTreeSet<Digest>,
    /// What its pictures look like, by their content.
    pub looks: BTreeMap<Digest, Look>,
    /// Account to which aid would go.
    pub payee: Option<Digest>,
    /// Phone number.
    pub phone: Option<Digest>,
    /// Address.
    pub address: Option<Digest>,
    /// Doctor and hospital together.
    pub doctor: Option<Digest>,
}

/// A reason to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// A file of it is in claims of other people, bit by bit.
    SameFile {
        /// In how many.
        claims: usize,
    },
    /// A picture of it looks like another picture in claims of other people: the same bit by bit is [`Signal::SameFile`].
    SimilarPicture {
        /// In how many.
        claims: usize,
    },
    /// Claims of other people go to the same account.
    SamePayee {
        /// How many.
        claims: usize,
    },
    /// Claims of other people name the same phone number.
    SamePhone {
        /// How many.
        claims: usize,
    },
    /// Claims of other people name the same address.
    SameAddress {
        /// How many.
        claims: usize,
    },
    /// Unusually many claims name the same doctor at the same hospital.
    SameDoctor {
        /// How many others.
        claims: usize,
    },
    /// The illness came soon after the wait.
    SoonAfterWait {
        /// Whole days after its end.
        days: i32,
    },
}

impl Signal {
    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SameFile { .. } => "same-file",
            Self::SimilarPicture { .. } => "similar-picture",
            Self::SamePayee { .. } => "same-payee",
            Self::SamePhone { .. } => "same-phone",
            Self::SameAddress { .. } => "same-address",
            Self::SameDoctor { .. } => "same-doctor",
            Self::SoonAfterWait { .. } => "soon-after-wait",
        }
    }

    /// How many claims, or days.
    pub fn count(self) -> u64 {
        match self {
            Self::SameFile { claims }
            | Self::SimilarPicture { claims }
            | Self::SamePayee { claims }
            | Self::SamePhone { claims }
            | Self::SameAddress { claims }
            | Self::SameDoctor { claims } => u64::try_from(claims).unwrap_or(u64::MAX),
            Self::SoonAfterWait { days } => u64::try_from(days).unwrap_or(0),
        }
    }
}

/// What a claim has in common with others. `after_wait`: whole days between the end of the wait and the illness; `None` for
/// accidents, which have no wait.
pub fn signals(own: &Traces, others: &[Traces], after_wait: Option<i32>) -> Vec<Signal> {
    let strangers = || others.iter().filter(|one| one.member != own.member && one.claim != own.claim);
    let sharing = |what: fn(&Traces) -> Option<Digest>| {
        what(own).map_or(0, |mine| strangers().filter(|one| what(one) == Some(mine)).count())
    };
    let files = strangers().filter(|one| !one.files.is_disjoint(&own.files)).count();
    let looks_like = |one: &&Traces| {
        let alike = |file: &Digest, look: &Look| {
            one.looks.iter().any(|(other, seen)| file != other && seen.is_like(look))
        };
        own.looks.iter().any(|(file, look)| alike(file, look))
    };
    let similar = strangers().filter(looks_like).count();
    let doctor = sharing(|one| one.doctor);
    let naming = strangers().filter(|one| one.doctor.is_some()).count();
    let often = doctor >= PAIR_FROM && doctor.saturating_mul(100) >= naming.saturating_mul(PAIR_PERCENT);
    let counted = [
        (files, Signal::SameFile { claims: files }),
        (similar, Signal::SimilarPicture { claims: similar }),
        (sharing(|one| one.payee), Signal::SamePayee { claims: sharing(|one| one.payee) }),
        (sharing(|one| one.phone), Signal::SamePhone { claims: sharing(|one| one.phone) }),
        (sharing(|one| one.address), Signal::SameAddress { claims: sharing(|one| one.address) }),
        (usize::from(often), Signal::SameDoctor { claims: doctor }),
    ];
    let soon = after_wait.filter(|days| (0..SOON_DAYS).contains(days));
    counted
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, signal)| signal)
        .chain(soon.map(|days| Signal::SoonAfterWait { days }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uuid(n: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(n)
    }

    const fn hash(n: u8) -> Digest {
        Digest::from_bytes([n; 32])
    }

    /// A claim of a person; all else is its own.
    fn traces(claim: u128, member: u128) -> Traces {
        Traces {
            claim: ClaimId::from_uuid(uuid(claim)),
            member: MemberId::from_uuid(uuid(member)),
            files: BTreeSet::new(),
            looks: BTreeMap::new(),
            payee: None,
            phone: None,
            address: None,
            doctor: None,
        }
    }

    fn check(own: &Traces, others: &[Traces], after_wait: Option<i32>, expected: &[Signal]) {
        assert_eq!(signals(own, others, after_wait), expected, "{own:?} {others:?} {after_wait:?}");
    }

    #[test]
    fn what_is_shared_with_other_people_is_told_and_nothing_else() {
        let full = |claim, member| Traces {
            files: BTreeSet::from([hash(1)]),
            payee: Some(hash(2)),
            phone: Some(hash(3)),
            address: Some(hash(4)),
            ..traces(claim, member)
        };
        let own = full(1, 1);
        let all = [
            Signal::SameFile { claims: 1 },
            Signal::SamePayee { claims: 1 },
            Signal::SamePhone { claims: 1 },
            Signal::SameAddress { claims: 1 },
        ];
        check(&own, &[full(2, 2)], None, &all);
        check(&own, std::slice::from_ref(&own), None, &[]);
        check(&own, &[full(2, 1)], None, &[]);
        check(&own, &[traces(2, 2)], None, &[]);
        check(&traces(1, 1), &[traces(2, 2)], None, &[]);
    }

    #[test]
    fn a_picture_is_told_while_few_bits_differ_and_the_file_is_another() {
        // The first bits of a look are set.
        let look = |bits: usize| {
            let mut bytes = [0_u8; 32];
            for bit in 0..bits {
                bytes[bit.div_euclid(8)] |= 1 << (bit % 8);
            }
            Look(bytes)
        };
        let with = |claim: u8, bits| Traces {
            looks: BTreeMap::from([(hash(claim), look(bits))]),
            ..traces(u128::from(claim), u128::from(claim))
        };
        for (bits, told) in [(0, true), (31, true), (32, true), (33, false), (256, false)] {
            let expected = [Signal::SimilarPicture { claims: 1 }];
            check(&with(1, 0), &[with(2, bits)], None, if told { &expected } else { &[] });
        }
        // The very same picture is told as the same file; one more that looks like it is told besides.
        let same = Traces { looks: with(1, 0).looks, ..with(2, 0) };
        check(&with(1, 0), std::slice::from_ref(&same), None, &[]);
        let both = Traces { looks: same.looks.into_iter().chain(with(3, 9).looks).collect(), ..with(2, 0) };
        check(&with(1, 0), &[both], None, &[Signal::SimilarPicture { claims: 1 }]);
        check(&with(1, 0), &[Traces { member: with(1, 0).member, ..with(2, 0) }], None, &[]);
    }

    #[test]
    fn a_doctor_is_told_from_four_others_on_who_are_a_quarter_of_all() {
        let with = |claim, doctor| Traces { doctor: Some(hash(doctor)), ..traces(claim, claim) };
        let own = with(1, 9);
        for (same, other, expected) in [(3, 0, 0), (4, 0, 4), (4, 12, 4), (4, 13, 0), (5, 15, 5)] {
            let others: Vec<Traces> =
                (0..same).map(|n| with(10 + n, 9)).chain((0..other).map(|n| with(100 + n, 8))).collect();
            let signal = Signal::SameDoctor { claims: expected };
            check(&own, &others, None, if expected > 0 { std::slice::from_ref(&signal) } else { &[] });
        }
    }

    #[test]
    fn an_illness_in_the_first_two_weeks_after_the_wait_is_told() {
        for (days, told) in
            [(None, false), (Some(-1), false), (Some(0), true), (Some(13), true), (Some(14), false)]
        {
            let expected: Vec<Signal> =
                days.filter(|_| told).map(|days| Signal::SoonAfterWait { days }).into_iter().collect();
            check(&traces(1, 1), &[], days, &expected);
        }
    }
}
