use std::collections::{BTreeMap, BTreeSet};

use huzhu_domain::settlement::{Model, Rules};
use huzhu_ledger::Percent;
use proptest::prelude::*;

use super::*;
use crate::kernel::{self, settle};
use crate::roster::{RosterWriter, Row};

/// Day of the headcount: 2019-01-16.
const DAY: u16 = 17_912;

/// A roster, settled: everybody who is live and shares from `DAY` or before owes `aid / headcount`, rounded up.
struct World {
    folder: tempfile::TempDir,
    roster: Roster,
}

impl World {
    fn new(rows: &[Row], aid: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut writer =
            RosterWriter::begin(&folder.path().join("roster"), "neighbours", DAY, false).unwrap();
        for row in rows {
            writer.push(row).unwrap();
        }
        let roster = writer.end().unwrap();
        let world = Self { folder, roster };
        let rules = Rules {
            model: Model::After,
            fee: Percent::from_hundredths(0).unwrap(),
            weights: vec![1],
            cap_per_claim: None,
            cap_per_year: None,
        };
        let job = kernel::Job {
            roster: &world.roster,
            rules: &rules,
            claims: &[Amount::from_minor(aid)],
            surplus_before: Amount::ZERO,
            carried_before: Amount::ZERO,
            period: "2019-01-b",
            currency: Currency::parse("CNY").unwrap(),
            terms: "00",
            leaves: None,
            folder: &world.at("period"),
            threads: NonZeroUsize::new(2).unwrap(),
        };
        settle(&job, &Watch::default()).unwrap();
        world
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn collect(&self, failed: &[u64], before: &[Owed], name: &str) -> Result<Collection, SettleError> {
        let mut named = Failed::none(self.roster.places());
        for place in failed {
            named.name(*place)?;
        }
        let job = Job {
            period: &self.at("period"),
            roster: &self.roster,
            failed: &named,
            owed_before: before,
            folder: &self.at(name),
            threads: NonZeroUsize::new(2).unwrap(),
        };
        collect(&job, &Watch::default())
    }
}

fn row(charged: u32, live: bool) -> Row {
    Row { charged, from: DAY, band: 0, live, prepaid: 0 }
}

const fn owed(place: u32, amount: u32) -> Owed {
    Owed { place, amount }
}

/// By hand: 4 of 5 places share 10.00: 2.50 each. Two debits fail: 10.00 = 5.00 collected + 5.00 failed. Place 1 owed 0.70 before
/// and now 3.20, place 2 owes 2.50, place 4 still owes its 9.99 of before, though it has left: 15.69 in all.
#[test]
fn a_failed_share_stays_owed_and_counts_towards_the_year() {
    let rows = [row(100, true), row(0, true), row(5, true), row(7, true), row(8, false)];
    let world = World::new(&rows, 1_000);
    let collection = world.collect(&[2, 1, 1], &[owed(1, 70), owed(4, 999)], "collection").unwrap();
    let manifest = &collection.manifest;
    for (field, found, expected) in [
        ("charged", &manifest.charged, "10.00"),
        ("collected", &manifest.collected, "5.00"),
        ("failed", &manifest.failed, "5.00"),
        ("owed", &manifest.owed, "15.69"),
    ] {
        assert_eq!(found, expected, "{field}");
    }
    assert_eq!((manifest.failures, manifest.debtors), (2, 3));
    assert_eq!(collection.owed().unwrap(), [owed(1, 320), owed(2, 250), owed(4, 999)]);
    assert_eq!(collection.charged(0, 5).unwrap(), [350, 250, 255, 257, 8]);
}

#[test]
fn what_does_not_belong_together_is_refused_and_changes_nothing() {
    let world = World::new(&[row(0, true), row(0, false), row(0, true)], 1_000);
    let refused = |failed: &[u64], before: &[Owed]| {
        let error = world.collect(failed, before, "collection").unwrap_err().to_string();
        assert!(!world.at("collection").exists(), "{error}");
        error
    };
    assert!(refused(&[1], &[]).starts_with("place 1 is named, but has no share in this period"));
    assert!(refused(&[3], &[]).starts_with("place 3 is named, the roster has 3 places"));
    assert!(refused(&[0], &[owed(0, u32::MAX)]).starts_with("place 0 owes more than"));
    world.collect(&[0], &[], "collection").unwrap();
    let again = world.collect(&[0], &[], "collection").unwrap_err().to_string();
    assert!(again.contains("is there already"), "{again}");
    // Another roster.
    let other = World::new(&[row(1, true)], 1_000);
    let named = Failed::none(1);
    let (period, folder) = (world.at("period"), world.at("other"));
    let job = Job {
        period: &period,
        roster: &other.roster,
        failed: &named,
        owed_before: &[],
        folder: &folder,
        threads: NonZeroUsize::MIN,
    };
    let error = collect(&job, &Watch::default()).unwrap_err().to_string();
    assert!(error.starts_with("this is not the roster"), "{error}");
    // A list that was cut.
    std::fs::write(world.at("collection").join("arrears.bin"), [1, 2, 3]).unwrap();
    let cut = Collection::open(&world.at("collection")).unwrap().owed().unwrap_err().to_string();
    assert!(cut.contains("is not the list that the manifest tells of"), "{cut}");
}

#[test]
#[should_panic(expected = "the shares are not those of the period")]
fn shares_that_were_changed_stop_everything() {
    let world = World::new(&[row(0, true), row(0, true)], 1_000);
    let column = world.at("period").join("share.u16");
    let mut bytes = std::fs::read(&column).unwrap();
    bytes[0] ^= 1;
    std::fs::write(column, bytes).unwrap();
    world.collect(&[], &[], "collection").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Against a model of one member after the other.
    #[test]
    fn it_agrees_with_member_by_member(
        rows in prop::collection::vec((0_u32..20_000, prop::bool::weighted(0.9)), 1..3_000),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        before in prop::collection::vec((any::<prop::sample::Index>(), 1_u32..500), 0..50),
    ) {
        let live = rows.iter().filter(|(_, live)| *live).count() as u64;
        prop_assume!(live > 0);
        let places: Vec<Row> = rows.iter().map(|(charged, live)| row(*charged, *live)).collect();
        let share = u32::try_from(123_457_u64.div_ceil(live)).unwrap();
        let failed: BTreeSet<u64> = picks.iter().map(|pick| pick.index(rows.len()) as u64)
            .filter(|place| rows[usize::try_from(*place).unwrap()].1).collect();
        let before: BTreeMap<u32, u32> = before.iter()
            .map(|(pick, amount)| (u32::try_from(pick.index(rows.len())).unwrap(), *amount)).collect();
        let mut debts = before.clone();
        for place in &failed {
            *debts.entry(u32::try_from(*place).unwrap()).or_default() += share;
        }
        let world = World::new(&places, 123_457);
        let named: Vec<u64> = failed.iter().rev().copied().collect();
        let list: Vec<Owed> = before.iter().map(|(place, amount)| owed(*place, *amount)).collect();
        let collection = world.collect(&named, &list, "collection").unwrap();
        let expected: Vec<Owed> = debts.iter().map(|(place, amount)| owed(*place, *amount)).collect();
        prop_assert_eq!(collection.owed().unwrap(), expected);
        let charged: Vec<u32> = rows.iter().map(|(before, live)| before + if *live { share } else { 0 }).collect();
        prop_assert_eq!(collection.charged(0, rows.len()).unwrap(), charged);
        let lost = u64::from(share) * failed.len() as u64;
        let text = |minor: u64| Amount::from_minor(minor).decimal(Currency::parse("CNY").unwrap());
        prop_assert_eq!(&collection.manifest.failed, &text(lost));
        prop_assert_eq!(&collection.manifest.collected, &text(u64::from(share) * live - lost));
        // The same once more: the same bytes.
        world.collect(&named, &list, "again").unwrap();
        for file in ["collection.json", "charged.u32", "arrears.bin"] {
            prop_assert_eq!(std::fs::read(world.at("collection").join(file)).unwrap(), std::fs::read(world.at("again").join(file)).unwrap());
        }
    }
}
