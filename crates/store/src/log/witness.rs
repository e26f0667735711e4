//! What a witness keeps: its key, and for each log it follows the newest checkpoint that it cosigned.
//!
//! Shape: two files in `witness/` of the data folder. `key` is the seed, sealed under the instance secret. `state` holds the
//! cosigned checkpoints as they were handed out, and is replaced as a whole: a witness follows few logs.
//!
//! Guarantees: a cosignature leaves only after the checkpoint it is for lasts on disk; so a witness that was killed never signs
//! an older size or another root for a size it signed. One request after the other is decided. A second process on the same
//! folder is refused; so is a start with the key and without the state, or with a state that the key did not sign.
//!
//! Limits: whoever puts back an older state *with* its key makes the witness forget: then a new key is needed, see
//! `docs/witness.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use huzhu_app::ports::{Clock, Entropy};
use huzhu_log::witness::{AddCheckpoint, Refusal, Seen, Witness, judge, origin};
use huzhu_log::{Cosigner, Hash, Signature, SignedCheckpoint, Vkey, cosignature};
use zeroize::Zeroize;

use super::LogError;
use super::disk::{Disk, FolderDisk};
use crate::crypto::Key;
use crate::secret::InstanceSecret;

const KEY: &str = "witness/key";
const STATE: &str = "witness/state";
const LOCK: &str = "witness/lock";
/// What the sealed bytes belong to.
const PLACE: &[u8] = b"key of the witness";
const HEAD: &str = "huzhu witness state 1\n";

/// What to do when key and state do not belong together. A witness that signs on from nothing could vouch for two histories.
const RUNBOOK: &str = "bring back the whole folder from its newest copy; if the newest state is lost, the key must never sign again: \
     move the folder `witness` away, start anew, and give the new key to those who trust this witness (docs/witness.md)";

/// A log that a witness follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedLog {
    /// First line of its checkpoints.
    pub origin: String,
    /// One of its keys.
    pub vkey: Vkey,
}

/// The witness of a data folder.
pub struct WitnessFolder {
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    cosigner: Cosigner,
    /// Keys by origin.
    followed: BTreeMap<String, Vec<Vkey>>,
    /// The newest cosigned checkpoint by origin, as on disk.
    state: Mutex<BTreeMap<String, SignedCheckpoint>>,
}

impl std::fmt::Debug for WitnessFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WitnessFolder({})", self.cosigner.vkey())
    }
}

fn damaged(what: &str) -> LogError {
    LogError::Damaged(format!("{what}; {RUNBOOK}"))
}

impl WitnessFolder {
    /// Opens the witness of a data folder and takes its lock; at the first start makes its key, which is called `name`.
    ///
    /// # Errors
    /// [`LogError`], each with what to do about it.
    pub fn open(
        data: &Path,
        name: &str,
        followed: Vec<FollowedLog>,
        secret: &InstanceSecret,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, LogError> {
        Self::on_disk(Arc::new(FolderDisk::open(data, LOCK)?), name, followed, secret, clock, entropy)
    }

    /// [`WitnessFolder::open`] for any disk that is held by nobody else.
    ///
    /// # Errors
    /// [`LogError`], each with what to do about it.
    pub fn on_disk(
        disk: Arc<dyn Disk>,
        name: &str,
        followed: Vec<FollowedLog>,
        secret: &InstanceSecret,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, LogError> {
        let sealing = secret.key("witness");
        let read = |path: &str| disk.read(path).map_err(LogError::disk("reading what the witness keeps"));
        let (key, state) = (read(KEY)?, read(STATE)?);
        let mut cosigned = BTreeMap::new();
        let cosigner = match (key, state) {
            (Some(sealed), Some(state)) => {
                let cosigner = open_key(&sealing, &sealed, name)?;
                cosigned = read_state(&state, cosigner.vkey())?;
                cosigner
            }
            (Some(_), None) => return Err(damaged(&format!("{KEY} is there and {STATE} is gone"))),
            (None, Some(state)) if state != write_state(&BTreeMap::new()).as_bytes() => {
                return Err(damaged(&format!("{STATE} is there and {KEY} is gone")));
            }
            (None, _) => {
                // The state first: a key without one is never a first start.
                let keeping = LogError::disk("keeping what the witness begins with");
                disk.keep(STATE, write_state(&cosigned).as_bytes()).map_err(&keeping)?;
                let mut seed = entropy.secret();
                let made = make_key(&sealing, &seed, name);
                seed.zeroize();
                let (cosigner, sealed) = made?;
                disk.keep(KEY, &sealed).map_err(&keeping)?;
                cosigner
            }
        };
        let mut keys: BTreeMap<String, Vec<Vkey>> = BTreeMap::new();
        for log in followed {
            keys.entry(log.origin).or_default().push(log.vkey);
        }
        Ok(Self { disk, clock, cosigner, followed: keys, state: Mutex::new(cosigned) })
    }

    /// The key that others check with.
    #[must_use]
    pub const fn vkey(&self) -> &Vkey {
        self.cosigner.vkey()
    }

    /// What was cosigned last: origin and size.
    #[must_use]
    pub fn sizes(&self) -> Vec<(String, u64)> {
        let state = self.state();
        state.iter().map(|(origin, signed)| (origin.clone(), signed.checkpoint().size())).collect()
    }

    /// Locks, also after a panic elsewhere: the map is changed by one insertion only.
    fn state(&self) -> MutexGuard<'_, BTreeMap<String, SignedCheckpoint>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for WitnessFolder {
    fn add_checkpoint(&self, request: &AddCheckpoint) -> Result<Vec<Signature>, Refusal> {
        let origin = origin(&request.note);
        let trusted = self.followed.get(origin).map_or(&[][..], Vec::as_slice);
        // Held from the decision until the disk has it: two requests at once must not both continue the same size.
        let mut state = self.state();
        let seen = state
            .get(origin)
            .map(|signed| Seen { size: signed.checkpoint().size(), root: signed.checkpoint().root() });
        let mut signed = judge(request, trusted, seen)?;
        let at = u64::try_from(self.clock.now().as_second()).unwrap_or(0);
        let cosignature = self.cosigner.cosign(&signed, at);
        signed.add(cosignature.clone());
        let mut next = state.clone();
        next.insert(origin.to_owned(), signed);
        // If this fails, the disk has the old state or the new one, and the cosignature goes nowhere: both are true.
        self.disk
            .keep(STATE, write_state(&next).as_bytes())
            .map_err(|error| Refusal::NotKept(error.to_string()))?;
        *state = next;
        Ok(vec![cosignature])
    }

    fn cosigned(&self, origin_hash: &str) -> Option<String> {
        let state = self.state();
        let mut all = state.iter();
        all.find(|(origin, _)| Hash::digest(origin.as_bytes()).to_hex() == origin_hash)
            .map(|(_, signed)| signed.to_string())
    }
}

fn make_key(sealing: &Key, seed: &[u8; 32], name: &str) -> Result<(Cosigner, Vec<u8>), LogError> {
    let refused = |error| LogError::Refused(format!("`{name}` names no witness: {error}"));
    let cosigner = Cosigner::new(name, seed).map_err(refused)?;
    let mut clear = seed.to_vec();
    clear.extend_from_slice(name.as_bytes());
    let sealed = sealing.seal(PLACE, &clear);
    clear.zeroize();
    let no_randomness = |error| LogError::Disk {
        doing: "sealing the key of the witness".to_owned(),
        source: std::io::Error::other(error),
    };
    Ok((cosigner, sealed.map_err(no_randomness)?))
}

fn open_key(sealing: &Key, sealed: &[u8], name: &str) -> Result<Cosigner, LogError> {
    let other = |_| damaged(&format!("{KEY} was changed or belongs to another instance secret"));
    let mut clear = sealing.open(PLACE, sealed).map_err(other)?;
    let cosigner = clear.split_first_chunk::<32>().and_then(|(seed, kept)| {
        let kept = std::str::from_utf8(kept).ok()?;
        Some((Cosigner::new(kept, seed).ok()?, kept == name))
    });
    clear.zeroize();
    match cosigner {
        Some((cosigner, true)) => Ok(cosigner),
        Some((cosigner, false)) => Err(LogError::Refused(format!(
            "the key of this witness is called `{}`, the configuration says `{name}`; a witness keeps its name",
            cosigner.vkey().name()
        ))),
        None => Err(damaged(&format!("{KEY} holds no key"))),
    }
}

fn write_state(state: &BTreeMap<String, SignedCheckpoint>) -> String {
    let mut text = HEAD.to_owned();
    for signed in state.values() {
        let note = signed.to_string();
        let _infallible = write!(text, "checkpoint {}\n{note}", note.len());
    }
    text.push_str("end\n");
    text
}

/// Reads the state. Each checkpoint bears the witness's own cosignature, so nobody else can have written it.
fn read_state(bytes: &[u8], own: &Vkey) -> Result<BTreeMap<String, SignedCheckpoint>, LogError> {
    let torn = || damaged(&format!("{STATE} was changed or cut"));
    let text = std::str::from_utf8(bytes).map_err(|_| torn())?;
    let mut rest = text.strip_prefix(HEAD).ok_or_else(torn)?;
    let mut state = BTreeMap::new();
    while rest != "end\n" {
        let (length, notes) = rest
            .strip_prefix("checkpoint ")
            .and_then(|rest| rest.split_once('\n'))
            .and_then(|(length, notes)| Some((length.parse::<usize>().ok()?, notes)))
            .ok_or_else(torn)?;
        let (note, after) = notes.split_at_checked(length).ok_or_else(torn)?;
        let signed: SignedCheckpoint = note.parse().map_err(|_| torn())?;
        let text = signed.note().text();
        let is_own = |line: &Signature| own.claims(line) && cosignature::verify(text, line, own).is_ok();
        if !signed.note().signatures().iter().any(is_own) {
            return Err(damaged(&format!("{STATE} holds a checkpoint that this witness has not cosigned")));
        }
        if state.insert(signed.checkpoint().origin().to_owned(), signed).is_some() {
            return Err(torn());
        }
        rest = after;
    }
    Ok(state)
}

#[cfg(test)]
mod tests;
