//! The sequencer on a real folder: order, years, keys, starting again, second writers, damage.

#![expect(clippy::unwrap_used, reason = "steps of tests outside of test functions")]
#![expect(clippy::integer_division, reason = "places in bundles")]

use std::path::Path;
use std::sync::Arc;

use huzhu_app::ports::{LogReader, LogYear, Sequencer, SequencerError};
use huzhu_domain::time::Moment;
use huzhu_log::entry::{Body, Entry, EntryKind, KeyChange};
use huzhu_log::{Hash, SignedCheckpoint, Tile, Vkey, cosignature};
use huzhu_sim::world::{Dice, HandClock, SeededIds};
use huzhu_store::InstanceSecret;
use huzhu_store::log::{
    FolderError, KeyRole, LocalSequencer, LogError, LogFolder, SequencerSettings, check_log,
};

const YEAR: LogYear = LogYear(2026);

fn open_as(data: &Path, secret: u8, seed: u64) -> Result<LocalSequencer, LogError> {
    let start: Moment = "2026-12-31T23:00:00Z".parse().unwrap();
    let secret = InstanceSecret::from_bytes([secret; 32]);
    let (clock, ids) = (HandClock::new(start), SeededIds::new(Dice::new(seed)));
    LocalSequencer::open(
        data,
        SequencerSettings::new("aid.example.org"),
        &secret,
        Arc::new(clock),
        Arc::new(ids),
    )
}

fn open(data: &Path) -> LocalSequencer {
    open_as(data, 3, 1).unwrap()
}

fn entries(from: u64, count: u64) -> Vec<Vec<u8>> {
    let entry = |n: u64| Entry { at: n, body: Body::Evidence(Hash::digest(&n.to_be_bytes())) };
    (from..from + count).map(|n| entry(n).encode().unwrap()).collect()
}

fn assert_in_order(data: &Path, years: &[(u16, u64)]) {
    let check = check_log(data).unwrap();
    assert_eq!((check.findings.as_slice(), check.years.as_slice()), ([].as_slice(), years));
}

async fn entry(data: &Path, year: LogYear, index: u64) -> Vec<u8> {
    let path = format!("tile/entries/{:03}", index / 256);
    let log = LogFolder::new(data);
    let size = head(data, year).await.checkpoint().size();
    let width = (size - index / 256 * 256).min(256);
    let path = if width == 256 { path } else { format!("{path}.p/{width}") };
    let bytes = log.tile(year, &path).await.unwrap().unwrap();
    huzhu_log::decode_bundle(&bytes).unwrap()[usize::try_from(index % 256).unwrap()].to_vec()
}

async fn head(data: &Path, year: LogYear) -> SignedCheckpoint {
    LogFolder::new(data).checkpoint(year).await.unwrap().unwrap().parse().unwrap()
}

#[tokio::test]
async fn entries_get_their_places_in_order_and_are_there_after_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut next = 2;
    for round in 0..4 {
        let log = open(data);
        for count in [1, 3, 300, 1] {
            let done = log.submit(YEAR, entries(next, count)).await.unwrap();
            assert_eq!((done.origin.as_str(), done.first_index), ("aid.example.org/log/2026", next));
            next += count;
            let signed: SignedCheckpoint = done.checkpoint.parse().unwrap();
            assert_eq!(signed.checkpoint().size(), next);
            assert_eq!(head(data, YEAR).await, signed, "round {round}");
        }
        drop(log);
        assert_in_order(data, &[(2026, next)]);
    }
    for index in [2, 5, 255, 256, 300, next - 1] {
        assert_eq!(entry(data, YEAR, index).await, entries(index, 1)[0], "{index}");
    }
    // The log begins with its own keys.
    let keys: Vec<Entry> = vec![
        Entry::decode(&entry(data, YEAR, 0).await).unwrap(),
        Entry::decode(&entry(data, YEAR, 1).await).unwrap(),
    ];
    assert!(keys.iter().all(|entry| entry.body.kind() == EntryKind::Key));
}

#[tokio::test]
async fn many_callers_at_once_share_checkpoints_and_each_gets_its_own_place() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(folder.path()));
    let callers = (0_u64..200).map(|n| {
        let log = Arc::clone(&log);
        tokio::spawn(async move { (n, log.submit(YEAR, entries(1_000 * n, 1 + n % 3)).await.unwrap()) })
    });
    let mut places = Vec::new();
    let mut checkpoints = std::collections::BTreeSet::new();
    for caller in callers.collect::<Vec<_>>() {
        let (n, done) = caller.await.unwrap();
        for at in 0..=n % 3 {
            let found = entry(folder.path(), YEAR, done.first_index + at).await;
            assert_eq!(found, entries(1_000 * n + at, 1)[0], "caller {n}");
            places.push(done.first_index + at);
        }
        checkpoints.insert(done.checkpoint);
    }
    places.sort_unstable();
    assert!(places.iter().copied().eq(2..2 + 399), "each place once: {places:?}");
    assert!(checkpoints.len() < 100, "{} checkpoints", checkpoints.len());
    drop(log);
    assert_in_order(folder.path(), &[(2026, 401)]);
}

#[tokio::test]
async fn the_turn_of_a_year_closes_a_log_and_chains_the_next_one_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let log = open(data);
    log.submit(YEAR, entries(0, 700)).await.unwrap();
    let done = log.submit(LogYear(2028), entries(0, 2)).await.unwrap();
    assert_eq!((done.origin.as_str(), done.first_index), ("aid.example.org/log/2028", 3));
    assert_eq!(log.submit(YEAR, entries(0, 1)).await, Err(SequencerError::Closed(YEAR)));
    drop(log);
    assert_in_order(data, &[(2026, 703), (2028, 5)]);
    let old = head(data, YEAR).await;
    let previous = Body::Previous {
        origin: "aid.example.org/log/2026".to_owned(),
        size: old.checkpoint().size(),
        root: old.checkpoint().root(),
    };
    assert_eq!(Entry::decode(&entry(data, LogYear(2028), 0).await).unwrap().body, previous);
    let log = open(data);
    assert_eq!(log.submit(LogYear(2027), entries(0, 1)).await, Err(SequencerError::Closed(LogYear(2027))));
    assert_eq!(log.submit(LogYear(2028), entries(2, 1)).await.unwrap().first_index, 5);
    let names: Vec<String> =
        LogFolder::new(data).logs().await.unwrap().into_iter().map(|log| log.origin).collect();
    assert_eq!(names, ["aid.example.org/log/2026", "aid.example.org/log/2028"]);
}

#[tokio::test]
async fn a_new_key_is_said_by_the_log_and_the_old_one_vouches_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let log = open(data);
    assert!(matches!(log.rotate(KeyRole::Log).await, Err(SequencerError::TooMuch(_))), "no log, no key");
    let first = log.submit(YEAR, entries(0, 1)).await.unwrap().checkpoint;
    let before = log.public_keys().await.unwrap();
    let [old, old_cosigner] = before.as_slice() else { panic!("{before:?}") };
    let new = log.rotate(KeyRole::Log).await.unwrap();
    assert_ne!(new.vkey, old.vkey);
    let known = [old.vkey.clone(), new.vkey.clone()];
    let said = head(data, YEAR).await;
    assert_eq!(said.note().verify(&known).unwrap(), [&known[0], &known[1]], "both sign the change");
    let bodies = [entry(data, YEAR, 3).await, entry(data, YEAR, 4).await];
    let changes = bodies.map(|bytes| Entry::decode(&bytes).unwrap().body);
    let key = |change, vkey: &Vkey| Body::Key { change, text: vkey.to_string() };
    assert_eq!(changes[0], key(KeyChange::LogKeyAdded, &new.vkey));
    assert_eq!(changes[1], key(KeyChange::LogKeyRetired, &old.vkey));
    let cosigner = log.rotate(KeyRole::Cosigner).await.unwrap();
    drop(log);
    let log = open(data);
    let signed: SignedCheckpoint = log.submit(YEAR, entries(1, 1)).await.unwrap().checkpoint.parse().unwrap();
    assert_eq!(signed.note().verify(&known).unwrap(), [&known[1]], "from now on the new one alone");
    let cosigned = |vkey: &Vkey| {
        let line = signed.note().signatures().iter().find(|line| vkey.claims(line));
        line.map(|line| cosignature::verify(signed.note().text(), line, vkey).unwrap())
    };
    assert_eq!((cosigned(&old_cosigner.vkey), cosigned(&cosigner.vkey)), (None, Some(1_798_758_000)));
    // What the old key signed still verifies with the public list and the policy.
    let first: SignedCheckpoint = first.parse().unwrap();
    assert!(first.note().verify(&known).is_ok());
    let list = LogFolder::new(data).keys().unwrap().unwrap();
    let rules = LogFolder::new(data).tlog_policy(YEAR).await.unwrap().unwrap();
    for key in [&old.vkey, &old_cosigner.vkey, &new.vkey, &cosigner.vkey] {
        assert!(list.contains(&key.to_string()) && rules.contains(&key.to_string()), "{key}");
    }
    let rules: huzhu_log::tlog_policy::TlogPolicy =
        huzhu_log::tlog_policy::TlogPolicy::parse(rules.as_bytes()).unwrap();
    for note in [&first, &said, &signed] {
        assert!(rules.check(note).is_ok(), "{note}");
    }
    drop(log);
    assert_in_order(data, &[(2026, 8)]);
}

#[tokio::test]
async fn outside_witnesses_are_said_when_a_log_begins_and_when_the_configuration_changes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let witness = |n: u8| {
        let name = format!("w{n}.example.org");
        huzhu_log::Cosigner::new(&name, &[n; 32]).unwrap().vkey().clone()
    };
    let open = |outside: &[u8]| {
        let lines =
            outside.iter().map(|n| format!("witness w{n} {} https://w{n}.example.org\n", witness(*n)));
        let mut settings = SequencerSettings::new("aid.example.org");
        settings.log.outside = (!outside.is_empty())
            .then(|| format!("# Our friends\n{}quorum w{}\n", lines.collect::<String>(), outside[0]));
        let clock = HandClock::new("2026-12-31T23:00:00Z".parse().unwrap());
        let ids = SeededIds::new(Dice::new(1));
        let secret = InstanceSecret::from_bytes([3; 32]);
        LocalSequencer::open(data, settings, &secret, Arc::new(clock), Arc::new(ids)).unwrap()
    };
    let said = async |year, from| {
        let mut changes = Vec::new();
        for index in from..head(data, year).await.checkpoint().size() {
            match Entry::decode(&entry(data, year, index).await).unwrap().body {
                Body::Key { change, text } => changes.push((change, text)),
                body => assert_eq!(body.kind(), EntryKind::Evidence, "{index}"),
            }
        }
        changes
    };
    let rules = async || {
        let text = LogFolder::new(data).tlog_policy(YEAR).await.unwrap().unwrap();
        let digest = huzhu_log::Hash::digest(text.as_bytes());
        (KeyChange::RulesReplaced, digest.to_string())
    };
    let (added, retired) = (
        |n| (KeyChange::WitnessAdded, witness(n).to_string()),
        |n| (KeyChange::WitnessRetired, witness(n).to_string()),
    );
    // Nothing is said before there is a log, whatever was configured in between.
    drop(open(&[7]));
    let log = open(&[1]);
    assert_eq!(log.submit(YEAR, entries(0, 1)).await.unwrap().first_index, 3);
    drop(log);
    assert_eq!(said(YEAR, 2).await, [added(1)]);
    drop(open(&[1]));
    assert_eq!(head(data, YEAR).await.checkpoint().size(), 4, "nothing has changed");
    drop(open(&[2, 1]));
    assert_eq!(said(YEAR, 4).await, [added(2), rules().await]);
    drop(open(&[2]));
    assert_eq!(said(YEAR, 6).await, [retired(1), rules().await]);
    let log = open(&[]);
    assert_eq!(said(YEAR, 8).await, [retired(2), rules().await]);
    drop(log);
    let log = open(&[3]);
    assert_eq!(said(YEAR, 10).await, [added(3), rules().await]);
    log.submit(LogYear(2027), entries(0, 1)).await.unwrap();
    drop(log);
    drop(open(&[3]));
    assert_eq!(said(LogYear(2027), 3).await, [added(3)]);
    assert_in_order(data, &[(2026, 13), (2027, 5)]);
}

#[tokio::test]
async fn cosignatures_of_others_are_published_while_the_checkpoint_is_the_newest_and_survive_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let log = open(data);
    let mut heads = log.published();
    assert_eq!(*heads.borrow_and_update(), None);
    log.submit(YEAR, entries(0, 1)).await.unwrap();
    heads.changed().await.unwrap();
    let published = heads.borrow_and_update().clone().unwrap();
    let witness = huzhu_log::Cosigner::new("witness.example.org", &[9; 32]).unwrap();
    let mut signed: SignedCheckpoint = published.checkpoint.parse().unwrap();
    signed.add(witness.cosign(&signed, 1_800_000_000));
    assert_eq!(log.add_signatures(YEAR, signed.note().clone()).await, Ok(true));
    assert_eq!(head(data, YEAR).await, signed);
    drop(log);
    let log = open(data);
    assert_eq!(head(data, YEAR).await, signed, "kept by a new start");
    log.submit(YEAR, entries(1, 1)).await.unwrap();
    assert_eq!(log.add_signatures(YEAR, signed.note().clone()).await, Ok(false), "the log has moved on");
    assert_eq!(log.add_signatures(LogYear(2025), signed.note().clone()).await, Ok(false));
    assert_eq!(head(data, YEAR).await.checkpoint().size(), 4);
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_takes_nothing_along() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let too_much = [vec![], vec![vec![0; 65_536]], vec![vec![1]; 65_537], vec![vec![0; 65_000]; 1_100]];
    for batch in too_much {
        let refused = log.submit(YEAR, batch).await;
        assert!(matches!(refused, Err(SequencerError::TooMuch(_))), "{refused:?}");
    }
    assert_eq!(LogFolder::new(folder.path()).logs().await.unwrap(), []);
    let many = vec![entries(0, 1)[0].clone(); 65_536];
    assert_eq!(log.submit(YEAR, many).await.unwrap().first_index, 2);
}

#[tokio::test]
async fn partial_tiles_are_answered_after_wider_ones_have_replaced_them() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.submit(YEAR, entries(0, 98)).await.unwrap();
    let reader = LogFolder::new(folder.path());
    let partial = reader.tile(YEAR, "tile/entries/000.p/100").await.unwrap().unwrap();
    let tile = reader.tile(YEAR, "tile/0/000.p/100").await.unwrap().unwrap();
    assert_eq!(tile.len(), 3_200);
    assert_eq!(reader.tile(YEAR, "tile/0/000.p/101").await.unwrap(), None);
    log.submit(YEAR, entries(98, 200)).await.unwrap();
    assert!(!folder.path().join("log/2026/tile/0/000.p").exists());
    assert_eq!(reader.tile(YEAR, "tile/entries/000.p/100").await.unwrap().unwrap(), partial);
    assert_eq!(reader.tile(YEAR, "tile/0/000.p/100").await.unwrap().unwrap(), tile);
    assert!(reader.tile(YEAR, &Tile::new(0, 1, 20).unwrap().path()).await.unwrap().is_some());
    for path in ["checkpoint", "tile/0/../../../sequencer/keys", "tile/0/002", "../keys", "", "tile/9/000"] {
        assert_eq!(reader.tile(YEAR, path).await.unwrap(), None, "{path}");
    }
    assert_eq!(reader.tile(LogYear(1999), "tile/0/000").await.unwrap(), None);
}

#[test]
fn a_second_writer_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let second = open_as(folder.path(), 3, 1);
    assert!(matches!(&second, Err(LogError::Folder(FolderError::InUse(_)))), "{second:?}");
    drop(first);
    open(folder.path());
}

/// Damages a data folder that has a log with 600 entries and more, and answers what the next start says.
fn start_after(damage: impl Fn(&Path)) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for from in [0, 300] {
        runtime.block_on(open(data).submit(YEAR, entries(from, 300))).unwrap();
    }
    damage(data);
    open_as(data, 3, 1).map(drop).map_err(|error| error.to_string())
}

type Damage = Box<dyn Fn(&Path)>;

fn only_segment(data: &Path) -> std::path::PathBuf {
    let folder = std::fs::read_dir(data.join("sequencer/journal")).unwrap();
    let files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn damage_is_found_at_the_start_and_says_what_to_do() {
    let flip = |path: std::path::PathBuf, at: usize| {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[at] ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    assert_eq!(start_after(|_| ()), Ok(()));
    let rows: Vec<(&str, Damage, &str)> = vec![
        (
            "an older journal",
            Box::new(|data| {
                let file = only_segment(data);
                let bytes = std::fs::read(&file).unwrap();
                std::fs::write(file, &bytes[..bytes.len() - 9]).unwrap();
            }),
            "was published with 602 entries, which the journal does not know; bring back the folders",
        ),
        (
            "a damaged journal",
            Box::new(move |data| flip(only_segment(data), 40)),
            "seg is damaged; bring back",
        ),
        (
            "no keys",
            Box::new(|data| std::fs::remove_file(data.join("sequencer/keys")).unwrap()),
            "is not ours",
        ),
        (
            "damaged keys",
            Box::new(move |data| flip(data.join("sequencer/keys"), 40)),
            "was changed or belongs",
        ),
        (
            "a full tile changed, which a check of the whole log finds",
            Box::new(move |data| flip(data.join("log/2026/tile/0/001"), 40)),
            "",
        ),
        (
            "another checkpoint of the same size, which the journal replaces",
            Box::new(move |data| {
                let path = data.join("log/2026/checkpoint");
                let text = std::fs::read_to_string(&path).unwrap();
                let root = text.lines().nth(2).unwrap();
                std::fs::write(path, text.replace(root, &Hash::digest(b"x").to_string())).unwrap();
            }),
            "",
        ),
    ];
    for (name, damage, says) in rows {
        match start_after(damage) {
            Ok(()) => assert_eq!(says, "", "{name}"),
            Err(why) => assert!(!says.is_empty() && why.contains(says), "{name}: {why}"),
        }
    }
}

#[test]
fn a_log_of_which_only_the_published_files_and_the_keys_were_brought_back_goes_on() {
    let without_journal = |data: &Path| std::fs::remove_file(only_segment(data)).unwrap();
    assert_eq!(start_after(without_journal), Ok(()));
    let damaged = start_after(|data| {
        without_journal(data);
        let path = data.join("log/2026/tile/0/002.p/90");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[5] ^= 1;
        std::fs::write(path, bytes).unwrap();
    });
    let why = damaged.unwrap_err();
    assert!(why.contains("the right edge of aid.example.org/log/2026 cannot be read"), "{why}");
}

#[test]
fn another_instance_secret_does_not_open_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(open(folder.path()).submit(YEAR, entries(0, 1))).unwrap();
    let why = open_as(folder.path(), 4, 1).map(drop).unwrap_err().to_string();
    assert!(why.contains("belongs to another instance secret; bring back this file"), "{why}");
}
