use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use huzhu_domain::time::Moment;
use huzhu_log::{Checkpoint, InnerTree, Signer, leaf_hash, tree};
use huzhu_sim::world::{Dice, HandClock, SeededIds};

use super::super::FolderError;
use super::*;

const ORIGIN: &str = "aid.example.org/log/2026";
const NAME: &str = "witness.example.org/w1";

fn log() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

/// A log of entries `0..size`; in another history the last entry is another one.
fn signed(size: u64, history: u8) -> SignedCheckpoint {
    let leaf = |index: u64| leaf_hash(&[if index + 1 == size { history } else { 0 }, index.to_le_bytes()[0]]);
    let root = InnerTree::new((0..size).map(leaf).collect()).root();
    Checkpoint::new(ORIGIN, size, root).unwrap().sign(&log())
}

/// First requests need no proof; with equal sizes neither.
fn asked(old: u64, size: u64, history: u8) -> AddCheckpoint {
    AddCheckpoint { old, proof: Vec::new(), note: signed(size, history).note().clone() }
}

fn on_disk(disk: Arc<dyn Disk>, name: &str, secret: u8) -> Result<WitnessFolder, LogError> {
    let start: Moment = "2026-11-22T16:00:00Z".parse().unwrap();
    let followed = vec![FollowedLog { origin: ORIGIN.to_owned(), vkey: log().vkey().clone() }];
    let secret = InstanceSecret::from_bytes([secret; 32]);
    let (clock, ids) = (HandClock::new(start), SeededIds::new(Dice::new(7)));
    WitnessFolder::on_disk(disk, name, followed, &secret, Arc::new(clock), &ids)
}

fn open(data: &Path) -> Result<WitnessFolder, LogError> {
    on_disk(Arc::new(FolderDisk::open(data, LOCK)?), NAME, 3)
}

/// A disk that fails after or before it has kept something.
#[derive(Debug)]
struct Failing {
    disk: FolderDisk,
    before: AtomicBool,
    after: AtomicBool,
}

impl Disk for Failing {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(path)
    }
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }
    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.disk.replace(path, bytes)
    }
    fn keep(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if self.before.load(Ordering::SeqCst) {
            return Err(io::Error::other("full"));
        }
        self.disk.keep(path, bytes)?;
        if self.after.load(Ordering::SeqCst) { Err(io::Error::other("lost reply")) } else { Ok(()) }
    }
    fn append(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.append(path, at, bytes)
    }
    fn sync_all(&self) -> io::Result<()> {
        self.disk.sync_all()
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }
}

#[test]
fn what_was_cosigned_is_remembered_after_a_new_start_and_never_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let hash = Hash::digest(ORIGIN.as_bytes()).to_hex();
    let first = open(folder.path()).unwrap();
    assert_eq!(first.cosigned(&hash), None);
    let lines = first.add_checkpoint(&asked(0, 5, 0)).unwrap();
    let text = signed(5, 0).note().text().to_owned();
    assert_eq!(cosignature::verify(&text, &lines[0], first.vkey()), Ok(1_795_363_200));
    let (vkey, served) = (first.vkey().clone(), first.cosigned(&hash));
    drop(first);
    let again = open(folder.path()).unwrap();
    assert_eq!((again.vkey(), again.cosigned(&hash)), (&vkey, served));
    assert_eq!(again.sizes(), [(ORIGIN.to_owned(), 5)]);
    assert_eq!(again.add_checkpoint(&asked(0, 4, 0)), Err(Refusal::Conflict(5)));
    assert_eq!(again.add_checkpoint(&asked(0, 9, 0)), Err(Refusal::Conflict(5)));
    let forked = again.add_checkpoint(&asked(5, 5, 1)).unwrap_err();
    assert_eq!(forked.status(), 422);
    assert!(again.add_checkpoint(&asked(5, 5, 0)).is_ok());
    let unknown = AddCheckpoint {
        note: Checkpoint::new("other", 1, tree_root()).unwrap().sign(&log()).note().clone(),
        ..asked(0, 1, 0)
    };
    assert_eq!(again.add_checkpoint(&unknown), Err(Refusal::UnknownLog("other".to_owned())));
}

fn tree_root() -> Hash {
    tree::Frontier::new().root().max(leaf_hash(b"x"))
}

#[test]
fn nothing_is_given_away_that_was_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FolderDisk::open(folder.path(), LOCK).unwrap();
    let failing = Arc::new(Failing { disk, before: false.into(), after: false.into() });
    let witness = on_disk(Arc::clone(&failing) as _, NAME, 3).unwrap();
    failing.before.store(true, Ordering::SeqCst);
    assert_eq!(witness.add_checkpoint(&asked(0, 5, 0)).unwrap_err().status(), 500);
    assert_eq!(witness.sizes(), []);
    failing.before.store(false, Ordering::SeqCst);
    failing.after.store(true, Ordering::SeqCst);
    assert_eq!(witness.add_checkpoint(&asked(0, 5, 0)).unwrap_err().status(), 500);
    failing.after.store(false, Ordering::SeqCst);
    // Neither cosignature left, so another checkpoint of that size may still be the one.
    assert!(witness.add_checkpoint(&asked(0, 5, 1)).is_ok());
    drop(witness);
    let again = on_disk(failing, NAME, 3).unwrap();
    assert_eq!(again.add_checkpoint(&asked(5, 5, 0)).unwrap_err().status(), 422);
}

#[test]
fn a_witness_that_lost_its_memory_refuses_to_start_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let witness = open(folder.path()).unwrap();
    witness.add_checkpoint(&asked(0, 5, 0)).unwrap();
    assert!(matches!(open(folder.path()), Err(LogError::Folder(FolderError::InUse(_)))));
    drop(witness);
    let (key, state) = (folder.path().join(KEY), folder.path().join(STATE));
    let (key_bytes, state_bytes) = (std::fs::read(&key).unwrap(), std::fs::read(&state).unwrap());
    let refusal = |folder: &Path| match open(folder) {
        Err(LogError::Damaged(what)) => what,
        other => panic!("{other:?}"),
    };
    std::fs::remove_file(&state).unwrap();
    let what = refusal(folder.path());
    assert!(what.contains("state is gone") && what.contains("must never sign again"), "{what}");
    for changed in [
        state_bytes[..state_bytes.len() - 1].to_vec(),
        b"huzhu witness state 1\n".to_vec(),
        String::from_utf8(state_bytes.clone()).unwrap().replacen("\n5\n", "\n6\n", 1).into_bytes(),
        [&state_bytes[..], b"x"].concat(),
    ] {
        std::fs::write(&state, &changed).unwrap();
        refusal(folder.path());
    }
    std::fs::write(&state, &state_bytes).unwrap();
    std::fs::remove_file(&key).unwrap();
    assert!(refusal(folder.path()).contains("key is gone"));
    std::fs::write(&key, &key_bytes).unwrap();
    let disk = || Arc::new(FolderDisk::open(folder.path(), LOCK).unwrap());
    assert!(matches!(on_disk(disk(), "witness.example.org/w2", 3), Err(LogError::Refused(_))));
    assert!(matches!(on_disk(disk(), NAME, 4), Err(LogError::Damaged(_))));
    assert_eq!(open(folder.path()).unwrap().sizes(), [(ORIGIN.to_owned(), 5)]);
}

#[test]
fn a_first_start_that_was_cut_short_is_a_first_start_again() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    std::fs::remove_file(folder.path().join(KEY)).unwrap();
    assert!(open(folder.path()).is_ok());
    let other = tempfile::tempdir().unwrap();
    let disk = || Arc::new(FolderDisk::open(other.path(), LOCK).unwrap());
    assert!(matches!(on_disk(disk(), "two words", 3), Err(LogError::Refused(_))));
    assert!(open(other.path()).is_ok(), "a wrong name leaves nothing behind that matters");
}
