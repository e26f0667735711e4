//! One ballot in bytes: what a vote looks like, how it is sealed to the key of its case, and what stands for it in the tally.
//!
//! Shape: HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305; `docs/jury/ballots.md`
//! has the bytes, so that anybody can open ballots with another library once the key is released.
//!
//! Guarantees: all ballots with short reasons are of the same length, so that a sealed one says nothing; a ballot opens under its
//! own case and id only. The same vote of the same juror seals to the same bytes, so that a retry is told from a second vote
//! without opening anything.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{BallotId, JuryCaseId};
use huzhu_domain::jury::Choice;
use huzhu_log::{Hash, leaf_hash};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// First line of what stands for a ballot in the tree, and `info` of its sealing.
const DOMAIN: &str = "huzhu.org/ballot@v1";
/// Most bytes of a reason: bounds ballots and pages.
pub const REASON_BYTES_MAX: usize = 16_000;
/// Plain ballots are filled up to a multiple of this many bytes.
const BLOCK: usize = 128;
/// Bytes before the reason: choice, nonce, length.
const HEAD: usize = 19;
/// Bytes of the encapsulated key in front of a sealed ballot.
const KEY_BYTES: usize = 32;

/// What a juror says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// For or against.
    pub choice: Choice,
    /// Unguessable, so that the juror knows the own ballot in the tally.
    pub nonce: [u8; 16],
    /// Why, in the juror's words; at most [`REASON_BYTES_MAX`] bytes.
    pub reason: String,
}

impl Vote {
    fn to_bytes(&self) -> Vec<u8> {
        let length = u16::try_from(self.reason.len()).unwrap_or(u16::MAX);
        let mut bytes = Vec::with_capacity(BLOCK);
        bytes.push(match self.choice {
            Choice::Against => 0,
            Choice::ForClaimant => 1,
        });
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(self.reason.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    /// Reads what [`Vote::to_bytes`] wrote, and nothing else.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (choice, head) = head.split_first()?;
        let (nonce, length) = head.split_first_chunk::<16>()?;
        let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
        let reason = String::from_utf8(rest.get(..length)?.to_vec()).ok()?;
        let choice = match choice {
            0 => Choice::Against,
            1 => Choice::ForClaimant,
            _ => return None,
        };
        let vote = Self { choice, nonce: *nonce, reason };
        (vote.to_bytes() == bytes).then_some(vote)
    }
}

/// The two keys of a case.
#[derive(Clone)]
pub struct CaseKeys {
    secret: Digest,
    public: Digest,
}

impl std::fmt::Debug for CaseKeys {
    /// Shows no secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseKeys({})", self.public)
    }
}

impl CaseKeys {
    /// The keys that follow from 32 secret bytes (`DeriveKeyPair` of RFC 9180).
    pub fn derive(from: &Digest) -> Self {
        let (secret, public) = X25519HkdfSha256::derive_keypair(from.bytes());
        Self { secret: bytes_of(&secret), public: bytes_of(&public) }
    }

    /// The keys of a released secret key; `None` when it is none.
    pub fn released(secret: Digest) -> Option<Self> {
        let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret.bytes()).ok()?;
        Some(Self { secret, public: bytes_of(&X25519HkdfSha256::sk_to_pk(&key)) })
    }

    /// The public key.
    pub const fn public(&self) -> Digest {
        self.public
    }

    /// The secret key, which is released at the close and never before.
    pub const fn secret(&self) -> Digest {
        self.secret
    }

    /// Opens a sealed ballot; `None` when it was not sealed to this key for this case and id, or holds no vote.
    pub fn open(&self, case: JuryCaseId, ballot: BallotId, sealed: &str) -> Option<Vote> {
        let bytes = from_hex(sealed)?;
        let (encapsulated, text) = bytes.split_at_checked(KEY_BYTES)?;
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(self.secret.bytes()).ok()?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let about = about(case, ballot);
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &encapsulated,
            DOMAIN.as_bytes(),
            text,
            about.as_bytes(),
        );
        Vote::from_bytes(&opened.ok()?)
    }
}

/// Seals a vote to the public key of a case, as hexadecimal digits. `chance`: 32 bytes that nobody can guess and that are the
/// same for the same vote of the same juror only. `None` when the key is none.
pub fn seal(
    public: &Digest,
    case: JuryCaseId,
    ballot: BallotId,
    vote: &Vote,
    chance: &Digest,
) -> Option<String> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public.bytes()).ok()?;
    let mut chance = ChaCha20Rng::from_seed(*chance.bytes());
    let about = about(case, ballot);
    let (encapsulated, text) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &key,
            DOMAIN.as_bytes(),
            &vote.to_bytes(),
            about.as_bytes(),
            &mut chance,
        )
        .ok()?;
    let bytes = encapsulated.to_bytes().into_iter().chain(text);
    let bytes: Vec<u8> = bytes.collect();
    Some(super::tally_file::hex(&bytes))
}

/// The leaf of a ballot in the tree of its case: the RFC 6962 leaf hash over its sealed bytes, so that it is fixed when it is
/// cast.
pub fn leaf(case: JuryCaseId, ballot: BallotId, sealed: &str) -> Hash {
    leaf_hash(format!("{}{sealed}\n", about(case, ballot)).as_bytes())
}

fn about(case: JuryCaseId, ballot: BallotId) -> String {
    format!("{DOMAIN}\n{case}\n{ballot}\n")
}

fn bytes_of<T: Serializable>(key: &T) -> Digest {
    let bytes = key.to_bytes();
    let mut out = [0; 32];
    out.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to = *from);
    Digest::from_bytes(out)
}

/// Reads lower-case hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a').and_then(|value| value.checked_add(10)),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(n: u128) -> JuryCaseId {
        JuryCaseId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn ballot(n: u128) -> BallotId {
        BallotId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn digest(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    fn vote(choice: Choice, reason: &str) -> Vote {
        Vote { choice, nonce: [7; 16], reason: reason.to_owned() }
    }

    #[test]
    fn a_ballot_opens_with_the_key_of_its_case_and_nothing_else() {
        let keys = CaseKeys::derive(&digest(1));
        let vote = vote(Choice::ForClaimant, "因为等待期已经结束。");
        let sealed = seal(&keys.public(), case(1), ballot(1), &vote, &digest(2)).unwrap();
        assert_eq!(keys.open(case(1), ballot(1), &sealed), Some(vote.clone()));
        let released = CaseKeys::released(keys.secret()).unwrap();
        assert_eq!(released.public(), keys.public());
        assert_eq!(released.open(case(1), ballot(1), &sealed), Some(vote.clone()));
        // Another case, another ballot, another key, one flipped digit, one digit less.
        let other = CaseKeys::derive(&digest(9));
        let flipped =
            format!("{}{}", &sealed[..80], if &sealed[80..81] == "0" { "1" } else { "0" }) + &sealed[81..];
        for (keys, of, id, text) in [
            (&keys, case(2), ballot(1), sealed.as_str()),
            (&keys, case(1), ballot(2), &sealed),
            (&other, case(1), ballot(1), &sealed),
            (&keys, case(1), ballot(1), &flipped),
            (&keys, case(1), ballot(1), &sealed[..sealed.len() - 2]),
            (&keys, case(1), ballot(1), &sealed[..sealed.len() - 1]),
            (&keys, case(1), ballot(1), &sealed.to_uppercase()),
            (&keys, case(1), ballot(1), ""),
        ] {
            assert_eq!(keys.open(of, id, text), None);
        }
        // The same vote again is the same ballot; another one is another.
        let again = seal(&keys.public(), case(1), ballot(1), &vote, &digest(2)).unwrap();
        let changed = seal(&keys.public(), case(1), ballot(1), &vote, &digest(3)).unwrap();
        assert!(again == sealed && changed != sealed);
    }

    #[test]
    fn sealed_ballots_with_short_reasons_are_of_one_length() {
        let keys = CaseKeys::derive(&digest(1));
        let length = |choice, reason: &str| {
            seal(&keys.public(), case(1), ballot(1), &vote(choice, reason), &digest(2)).unwrap().len()
        };
        let expected = 2 * (KEY_BYTES + BLOCK + 16);
        let short = "x".repeat(BLOCK - HEAD);
        for (choice, reason) in
            [(Choice::ForClaimant, ""), (Choice::Against, "no"), (Choice::Against, &short)]
        {
            assert_eq!(length(choice, reason), expected, "{reason}");
        }
        assert!(length(Choice::Against, &format!("{short}x")) > expected);
    }

    #[test]
    fn only_one_spelling_of_a_vote_is_read() {
        let good = vote(Choice::Against, "no").to_bytes();
        assert_eq!(Vote::from_bytes(&good), Some(vote(Choice::Against, "no")));
        let changed = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            bytes
        };
        let longer = [good.clone(), vec![0; BLOCK]].concat();
        for bad in [
            changed(0, 2),
            changed(17, 9),
            changed(18, 1),
            changed(19, 0xff),
            changed(100, 1),
            longer,
            vec![],
        ] {
            assert_eq!(Vote::from_bytes(&bad), None, "{bad:?}");
        }
    }
}
