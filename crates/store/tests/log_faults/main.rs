//! The log on a disk that fails: whatever fails and whenever, no acknowledged entry is lost, two checkpoints of one size are
//! never different, each checkpoint that anybody has seen is the beginning of the log for ever, and the log goes on.
//!
//! Two kinds of tests: one fault at each call of a whole story, in each way; and long runs of random work with random faults, of which
//! `HUZHU_LOG_FAULTS` sets the number (10,000 if it is not set).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "steps of tests outside of test functions"
)]

mod disk;

use std::collections::BTreeMap;
use std::sync::Arc;

use disk::{Fault, FaultyDisk};
use huzhu_log::decode_bundle;
use huzhu_log::entry::{Body, Entry, KeyChange};
use huzhu_log::{Bundle, Cosigner, Hash, Vkey};
use huzhu_sim::world::{Dice, HandClock, SeededIds};
use huzhu_store::InstanceSecret;
use huzhu_store::log::check::{LogFiles, check_files};
use huzhu_store::log::{KeyRole, LogError, LogSettings, LogWriter, Sweeping};

/// One platform on a disk that fails.
struct Platform {
    disk: Arc<FaultyDisk>,
    clock: Arc<HandClock>,
    ids: Arc<SeededIds>,
    settings: LogSettings,
    writer: Option<LogWriter>,
    /// What was acknowledged: year, index, bytes.
    acknowledged: Vec<(u16, u64, Vec<u8>)>,
    /// Where the next look at all that was acknowledged begins.
    looked_at: usize,
    next: u64,
}

/// A step of the work.
#[derive(Clone, Copy, Debug)]
enum Step {
    Commit {
        year: u16,
        count: u64,
    },
    Rotate(KeyRole),
    Restart,
    /// Another witness is configured, and the process starts again.
    Witness(u8),
}

impl Platform {
    fn new(seed: u64, segment_bytes: u64, sweeping: Sweeping) -> Self {
        let mut dice = Dice::new(seed);
        let start = "2026-06-01T00:00:00Z".parse().unwrap();
        let settings = LogSettings { segment_bytes, sweeping, ..LogSettings::new("aid.example.org") };
        Self {
            disk: Arc::new(FaultyDisk::new(dice.fork())),
            clock: Arc::new(HandClock::new(start)),
            ids: Arc::new(SeededIds::new(dice.fork())),
            settings,
            writer: None,
            acknowledged: Vec::new(),
            looked_at: 0,
            next: 0,
        }
    }

    /// A process starts, and again until it is up.
    fn start(&mut self) {
        while self.writer.is_none() {
            self.disk.start();
            let (disk, clock, ids) = (Arc::clone(&self.disk), Arc::clone(&self.clock), Arc::clone(&self.ids));
            let secret = InstanceSecret::from_bytes([3; 32]);
            match LogWriter::open(disk, self.settings.clone(), &secret, clock, ids) {
                Ok(writer) => self.writer = Some(writer),
                Err(LogError::Disk { .. }) => {}
                Err(error) => panic!("a fault is no damage: {error}"),
            }
        }
    }

    /// True if the step was done.
    fn step(&mut self, step: Step) -> bool {
        self.start();
        self.clock.tick(1);
        let mut writer = self.writer.take().expect("a writer that was started");
        let done = match step {
            Step::Commit { year, count } => self.commit(&mut writer, year, count),
            // Keys are made with the first entry.
            Step::Rotate(_) if writer.head().is_none() => Ok(()),
            Step::Rotate(role) => writer.rotate(role).map(|_| ()),
            Step::Restart => return true,
            Step::Witness(n) => {
                self.settings.outside = Some(format!("witness w{n} {}\nquorum w{n}\n", witness(n)));
                return true;
            }
        };
        match done {
            Ok(()) => self.writer = Some(writer),
            Err(error) if error.is_refusal() => panic!("{step:?}: {error}"),
            // Nobody knows what was kept: a new process looks.
            Err(LogError::Disk { .. }) => {
                let again = writer.commit(2099, &[b"entry"]);
                assert!(matches!(again, Err(LogError::Disk { .. })), "a lost writer does nothing: {again:?}");
                return false;
            }
            Err(error) => panic!("a fault is no damage: {error}"),
        }
        true
    }

    fn commit(&mut self, writer: &mut LogWriter, year: u16, count: u64) -> Result<(), LogError> {
        let entry = |n: u64| Entry { at: n, body: Body::Evidence(Hash::digest(&n.to_be_bytes())) };
        let entries: Vec<Vec<u8>> =
            (self.next..self.next + count).map(|n| entry(n).encode().unwrap()).collect();
        self.next += count;
        let slices: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        let done = writer.commit(year, &slices)?;
        let places = (done.first_index..).zip(entries).map(|(index, bytes)| (done.year, index, bytes));
        self.acknowledged.extend(places);
        Ok(())
    }

    /// Everything that must hold at any time when a process is up.
    fn check(&mut self, is_whole: bool) {
        self.start();
        let mut files = self.disk.public();
        let earlier = if is_whole { self.disk.heads() } else { Vec::new() };
        let check = check_files(&mut files, &earlier).unwrap();
        assert_eq!(check.findings, [], "after {} faults", self.disk.faults());
        let from = if is_whole { 0 } else { self.looked_at };
        let mut bundles = BTreeMap::new();
        for (year, index, bytes) in &self.acknowledged[from..] {
            let (_, size) = check.years.iter().find(|(found, _)| found == year).expect("the year's log");
            assert!(index < size, "{year}: entry {index} of {size}");
            let bundle = Bundle::at(index / 256, *size).unwrap();
            let entries = bundles.entry((*year, bundle)).or_insert_with(|| {
                let paths = [bundle.path(), bundle.full().path()];
                let found = paths.iter().find_map(|path| files.read(&format!("{year}/{path}")).unwrap());
                let found = found.expect("a bundle");
                decode_bundle(&found).unwrap().into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
            });
            assert_eq!(entries[usize::try_from(index % 256).unwrap()], *bytes, "{year}: entry {index}");
        }
        self.looked_at = self.acknowledged.len();
    }

    /// What all logs say about outside witnesses, oldest first.
    fn said_about_witnesses(&self) -> Vec<String> {
        let mut files = self.disk.public();
        let mut said = Vec::new();
        for (year, size) in check_files(&mut files, &[]).unwrap().years {
            for bundle in (0..).map_while(|at| Bundle::at(at, size)) {
                let found = [bundle.path(), bundle.full().path()];
                let found = found.iter().find_map(|path| files.read(&format!("{year}/{path}")).unwrap());
                let bytes = found.expect("a bundle");
                for bytes in bundle.entries(&bytes).unwrap() {
                    let Body::Key { change, text } = Entry::decode(bytes).unwrap().body else { continue };
                    let name = text.split('.').next().unwrap_or_default();
                    said.extend(match change {
                        KeyChange::WitnessAdded if name.starts_with('w') => Some(format!("+{name}")),
                        KeyChange::WitnessRetired if name.starts_with('w') => Some(format!("-{name}")),
                        KeyChange::RulesReplaced => Some("rules".to_owned()),
                        _ => None,
                    });
                }
            }
        }
        said
    }
}

fn witness(n: u8) -> Vkey {
    Cosigner::new(&format!("w{n}.example.org"), &[n; 32]).unwrap().vkey().clone()
}

/// A story with everything in it: begin, grow, over a tile, over segments, new keys, new witnesses, new year, new start.
const STORY: [Step; 15] = [
    Step::Commit { year: 2026, count: 1 },
    Step::Commit { year: 2026, count: 5 },
    Step::Commit { year: 2026, count: 256 },
    Step::Restart,
    Step::Witness(1),
    Step::Commit { year: 2026, count: 1 },
    Step::Rotate(KeyRole::Log),
    Step::Commit { year: 2026, count: 3 },
    Step::Commit { year: 2026, count: 1 },
    Step::Commit { year: 2027, count: 2 },
    Step::Rotate(KeyRole::Cosigner),
    Step::Witness(2),
    Step::Restart,
    Step::Commit { year: 2027, count: 255 },
    Step::Commit { year: 2029, count: 3 },
];

/// What the story says about witnesses; a new year's log says who there is.
const WITNESSES: [&str; 7] = ["+w1", "rules", "+w1", "+w2", "-w1", "rules", "+w2"];

/// Tells the story with one fault after so many calls. Answers the calls that it took.
fn story(fault: Option<(u64, Fault)>, segment_bytes: u64, sweeping: Sweeping) -> Vec<&'static str> {
    let mut platform = Platform::new(7, segment_bytes, sweeping);
    if let Some((calls, fault)) = fault {
        platform.disk.plan(calls, fault);
    }
    for step in STORY {
        if !platform.step(step) {
            platform.check(false);
            // The caller has looked, and brings new entries.
            assert!(platform.step(step), "one fault only");
        }
    }
    platform.check(true);
    assert_eq!(platform.said_about_witnesses(), WITNESSES, "each change once");
    let calls = platform.disk.calls();
    platform.writer = None;
    platform.check(true);
    calls
}

/// Tells the story with each fault at each call.
fn all_stories(segment_bytes: u64, sweeping: Sweeping) {
    let calls = story(None, segment_bytes, sweeping);
    let mut told = 0;
    for (at, call) in (0..).zip(&calls) {
        for fault in Fault::of(call) {
            story(Some((at, *fault)), segment_bytes, sweeping);
            told += 1;
        }
    }
    println!("{told} stories with one fault each in {} calls", calls.len());
    assert!(told > 500, "{told}");
}

#[test]
fn any_one_fault_at_any_call_loses_nothing_that_was_acknowledged() {
    all_stories(1 << 20, Sweeping::AtOnce);
}

#[test]
fn any_one_fault_at_any_call_loses_nothing_when_segments_are_small() {
    all_stories(2_000, Sweeping::AtOnce);
}

#[test]
fn any_one_fault_at_any_call_loses_nothing_when_tiles_become_durable_late() {
    all_stories(1 << 20, Sweeping::Late);
}

#[test]
fn any_one_fault_at_any_call_loses_nothing_when_segments_are_small_and_tiles_become_durable_late() {
    all_stories(2_000, Sweeping::Late);
}

/// Random work with faults; answers a digest of all that happened.
fn run(seed: u64, faults: u64) -> Hash {
    let mut dice = Dice::new(seed);
    let (seed, segment) = (dice.range(0, u64::MAX), [1_500, 20_000, 1 << 20][dice.index(3)]);
    let sweeping = if dice.chance(500) { Sweeping::AtOnce } else { Sweeping::Late };
    let mut platform = Platform::new(seed, segment, sweeping);
    let mut year = 2026;
    while platform.disk.faults() < faults {
        let fault = *dice.pick(&Fault::ALL).unwrap();
        platform.disk.plan(dice.range(0, 25), fault);
        let before = platform.disk.faults();
        while platform.disk.faults() == before {
            let step = match dice.range(0, 99) {
                0..70 => Step::Commit { year, count: dice.range(1, 4) },
                70..80 => Step::Commit { year, count: dice.range(1, 120) },
                80..83 => {
                    year += 1;
                    Step::Commit { year, count: 1 }
                }
                83..86 => Step::Rotate(*dice.pick(&[KeyRole::Log, KeyRole::Cosigner]).unwrap()),
                _ => Step::Restart,
            };
            platform.step(step);
        }
        // While the process recovers from one fault, the next one may come.
        if dice.chance(300) {
            platform.disk.plan(dice.range(0, 12), *dice.pick(&Fault::ALL).unwrap());
        }
        platform.start();
        platform.disk.heal();
        platform.check(false);
    }
    platform.check(true);
    platform.disk.trace()
}

#[expect(clippy::disallowed_methods, reason = "the length of a run is set from outside")]
fn wanted_faults() -> u64 {
    std::env::var("HUZHU_LOG_FAULTS").map_or(10_000, |faults| faults.parse().unwrap())
}

/// One quarter of the faults, so that the quarters run side by side.
fn quarter(number: u64) {
    const EACH: u64 = 40;
    let seeds = wanted_faults().div_ceil(4 * EACH);
    for seed in 0..seeds {
        run(4 * seed + number, EACH);
    }
    println!("{} faults", seeds * EACH);
}

#[test]
fn random_faults_in_random_work_lose_nothing_that_was_acknowledged_1() {
    quarter(0);
}

#[test]
fn random_faults_in_random_work_lose_nothing_that_was_acknowledged_2() {
    quarter(1);
}

#[test]
fn random_faults_in_random_work_lose_nothing_that_was_acknowledged_3() {
    quarter(2);
}

#[test]
fn random_faults_in_random_work_lose_nothing_that_was_acknowledged_4() {
    quarter(3);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(run(41, 60), run(41, 60));
    assert_ne!(run(41, 60), run(42, 60));
}
