//! Share trees on disk: a roster and a settled period in a folder for each settlement, made by `huzhu-settle`.
//!
//! Shape: `shares/PLAN/PERIOD/TREE/`, the last named by the root of the tree, with the folders `roster` and `period`. What is
//! being made stands beside it under a name of its own and takes its place with one rename; what a crash left behind is removed at
//! the next start. A period that was settled again with other inputs before its event was kept (two operators at once) leaves a
//! folder that no event names.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use huzhu_app::ports::{Roster, ShareHead, ShareJob, ShareTrees, StoreError};
use huzhu_domain::digest::Digest;
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_domain::settlement::Model;
use huzhu_domain::time::{Day, age_days};
use huzhu_log::PeriodTag;
use huzhu_log::receipt::ShareProof;
use huzhu_settle::hashing::LeafMaker;
use huzhu_settle::kernel::{Job, settle};
use huzhu_settle::roster::{NEVER, Row};
use huzhu_settle::{Period, RosterWriter, SettleError, Watch};

/// Folder of all trees in the data folder.
const FOLDER: &str = "shares";
/// What is being made is named so.
const MAKING: &str = "making-";

/// Trees of a data folder.
#[derive(Debug)]
pub(crate) struct ShareFolders {
    folder: PathBuf,
}

impl ShareFolders {
    /// Trees below a data folder; removes what a crash left half made.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn open(data: &Path) -> std::io::Result<Self> {
        let folder = data.join(FOLDER);
        for plan in entries(&folder)? {
            for period in entries(&plan)? {
                for tree in entries(&period)? {
                    let name = tree.file_name().unwrap_or_default().to_string_lossy();
                    if name.starts_with(MAKING) {
                        std::fs::remove_dir_all(&tree)?;
                    }
                }
            }
        }
        Ok(Self { folder })
    }

    fn of(&self, plan: &PlanId, period: PeriodKey) -> PathBuf {
        self.folder.join(plan.as_str()).join(period.to_string())
    }
}

/// What stands in a folder; nothing where there is none.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A new folder in which a tree is made.
fn making(period: &Path) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(period)?;
    Ok(tempfile::Builder::new().prefix(MAKING).tempdir_in(period)?.keep())
}

fn unavailable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

/// Days since 1970-01-01; what does not fit is never.
fn days(day: Day) -> u16 {
    u16::try_from(age_days(Day::constant(1970, 1, 1), day)).unwrap_or(NEVER)
}

fn failed(error: SettleError) -> StoreError {
    match error {
        SettleError::File { .. } => StoreError::Unavailable(error.to_string()),
        other => StoreError::Broken(other.to_string()),
    }
}

#[async_trait]
impl ShareTrees for ShareFolders {
    async fn settle(&self, job: &ShareJob, roster: &mut dyn Roster) -> Result<Option<ShareHead>, StoreError> {
        let mut places = roster.next().await?;
        if places.is_empty() {
            return Ok(None);
        }
        let period = self.of(&job.plan, job.period);
        let making = making(&period).map_err(|error| unavailable(&period, &error))?;
        let prepaid = matches!(job.rules.model, Model::Pool);
        let writer = RosterWriter::begin(&making.join("roster"), job.plan.as_str(), days(job.day), prepaid);
        let mut writer = writer.map_err(failed)?;
        while !places.is_empty() {
            for place in places {
                let charged = u32::try_from(place.charged.minor()).map_err(|_| {
                    StoreError::Broken(
                        "shares of a year above 4,294,967,295 minor units do not fit".to_owned(),
                    )
                })?;
                let row =
                    Row { charged, from: days(place.from), band: place.band, live: place.live, prepaid: 0 };
                writer.push(&row).map_err(failed)?;
            }
            places = roster.next().await?;
        }
        let job = job.clone();
        let made = tokio::task::spawn_blocking(move || make(&job, writer, &making, &period).map(Some));
        made.await.map_err(|error| StoreError::Broken(format!("the share tree was not made: {error}")))?
    }

    async fn prove(
        &self,
        plan: &PlanId,
        period: PeriodKey,
        root: &Digest,
        key: &[u8; 32],
        place: u64,
    ) -> Result<Option<ShareProof>, StoreError> {
        let folder = self.of(plan, period).join(root.to_string());
        let maker = LeafMaker::new(PeriodTag::new(plan.as_str(), &period.to_string()), key);
        let cut = tokio::task::spawn_blocking(move || {
            if !folder.exists() {
                return Ok(None);
            }
            let period = Period::open(&folder.join("period")).map_err(failed)?;
            if place >= period.manifest.named.places {
                return Ok(None);
            }
            let roster = huzhu_settle::Roster::open(&folder.join("roster")).map_err(failed)?;
            let (leaf, path) = period.receipt(&roster, &maker, place).map_err(failed)?;
            Ok(Some(ShareProof { leaf, path }))
        });
        cut.await.map_err(|error| StoreError::Broken(format!("the receipt was not cut: {error}")))?
    }
}

/// Settles over a roster, and puts the folder in its place.
fn make(job: &ShareJob, writer: RosterWriter, making: &Path, period: &Path) -> Result<ShareHead, StoreError> {
    let roster = writer.end().map_err(failed)?;
    let name = job.period.to_string();
    let maker = LeafMaker::new(PeriodTag::new(job.plan.as_str(), &name), &job.key);
    let settled = settle(
        &Job {
            roster: &roster,
            rules: &job.rules,
            claims: &job.claims,
            surplus_before: job.surplus_before,
            carried_before: job.carried_before,
            period: &name,
            currency: job.currency,
            terms: &job.terms.to_string(),
            leaves: Some(&maker),
            folder: &making.join("period"),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        },
        &Watch::default(),
    );
    let settled = settled.map_err(failed)?;
    let tree = settled.manifest.tree().ok_or_else(|| StoreError::Broken("no tree was made".to_owned()))?;
    let root = Digest::from_bytes(*tree.root.as_bytes());
    let place = period.join(root.to_string());
    // The same job may have been done before: then the same bytes are there.
    let moved =
        if place.exists() { std::fs::remove_dir_all(making) } else { std::fs::rename(making, &place) };
    moved
        .and_then(|()| std::fs::File::open(period)?.sync_all())
        .map_err(|error| unavailable(&place, &error))?;
    Ok(ShareHead { root, places: settled.manifest.named.places, sum: tree.sum, count: tree.count })
}

#[cfg(test)]
mod tests {
    use huzhu_app::ports::RosterPlace;
    use huzhu_domain::settlement::Rules;
    use huzhu_ledger::{Amount, Currency};
    use huzhu_log::ShareTree;

    use super::*;

    /// Places in batches of two.
    struct Batches(Vec<RosterPlace>);

    #[async_trait]
    impl Roster for Batches {
        async fn next(&mut self) -> Result<Vec<RosterPlace>, StoreError> {
            let rest = self.0.split_off(self.0.len().min(2));
            Ok(std::mem::replace(&mut self.0, rest))
        }
    }

    fn day(n: i8) -> Day {
        Day::constant(2026, 3, n)
    }

    /// Five people, of whom the third comes too late and the fourth has left.
    fn roster() -> Batches {
        let share = Amount::from_minor(36_000);
        let place =
            |from, live, share| RosterPlace { charged: Amount::ZERO, from: day(from), band: 0, live, share };
        Batches(vec![
            place(1, true, share),
            place(2, true, share),
            place(9, true, Amount::ZERO),
            place(1, false, Amount::ZERO),
            place(7, true, share),
        ])
    }

    fn job(claims: &[u64]) -> ShareJob {
        let text = include_str!("../../../plans/demo-town.toml");
        let terms = huzhu_planfile::check(text, "demo").expect("terms");
        ShareJob {
            plan: terms.id().clone(),
            period: "2026-03-1".parse().expect("a period"),
            currency: Currency::CNY,
            day: day(7),
            rules: Rules { cap_per_claim: None, cap_per_year: None, ..Rules::of(&terms, Amount::ZERO) },
            claims: claims.iter().copied().map(Amount::from_minor).collect(),
            surplus_before: Amount::ZERO,
            carried_before: Amount::ZERO,
            terms: Digest::from_bytes([7; 32]),
            key: [9; 32],
        }
    }

    #[tokio::test]
    async fn a_tree_is_made_once_and_each_share_leads_to_its_root() {
        let data = tempfile::tempdir().expect("a folder");
        let trees = ShareFolders::open(data.path()).expect("no trees yet");
        let job = job(&[100_000]);
        let head = trees.settle(&job, &mut roster()).await.expect("settled").expect("a tree");
        // 1,000.00 and 8 % of it over three.
        assert_eq!((head.places, head.sum, head.count), (5, 108_000, 3));
        assert_eq!(trees.settle(&job, &mut roster()).await, Ok(Some(head)), "again");
        let folder = trees.of(&job.plan, job.period);
        assert_eq!(entries(&folder).expect("a folder").len(), 1, "one tree, and nothing half made");
        let tree = ShareTree {
            root: huzhu_log::Hash::from_bytes(*head.root.bytes()),
            sum: head.sum,
            count: head.count,
        };
        for (place, amount, counted) in
            [(0, 36_000, true), (1, 36_000, true), (2, 0, false), (3, 0, false), (4, 36_000, true)]
        {
            let proof = trees.prove(&job.plan, job.period, &head.root, &job.key, place).await.expect("read");
            let ShareProof { leaf, path } = proof.expect("a place");
            assert_eq!((leaf.amount, leaf.counted), (amount, counted), "{place}");
            path.verify(&leaf, &tree).expect("it leads to the root");
        }
        let prove =
            async |root: Digest, key, place| trees.prove(&job.plan, job.period, &root, key, place).await;
        assert_eq!(prove(head.root, &job.key, 5).await, Ok(None), "nobody stands there");
        assert_eq!(prove(Digest::from_bytes([1; 32]), &job.key, 0).await, Ok(None), "no such tree");
        let other = prove(head.root, &[8; 32], 0).await;
        assert!(matches!(other, Err(StoreError::Broken(_))), "salts of another key: {other:?}");
    }

    #[tokio::test]
    async fn other_inputs_leave_a_tree_alone_and_a_start_removes_what_is_half_made() {
        let data = tempfile::tempdir().expect("a folder");
        let trees = ShareFolders::open(data.path()).expect("no trees yet");
        let first = trees.settle(&job(&[100_000]), &mut roster()).await.expect("settled").expect("a tree");
        let second = trees.settle(&job(&[200_000]), &mut roster()).await.expect("settled").expect("a tree");
        assert_ne!(first.root, second.root);
        let folder = trees.of(&job(&[]).plan, job(&[]).period);
        std::fs::create_dir_all(folder.join("making-1/roster")).expect("a folder");
        std::fs::write(folder.join("making-1/roster/charged.u32"), b"half").expect("a file");
        let trees = ShareFolders::open(data.path()).expect("opened again");
        let mut left: Vec<String> = entries(&folder)
            .expect("a folder")
            .iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect();
        left.sort();
        let mut roots = [first.root.to_string(), second.root.to_string()];
        roots.sort();
        assert_eq!(left, roots);
        assert_eq!(trees.settle(&job(&[1]), &mut Batches(Vec::new())).await, Ok(None), "nobody ever joined");
    }
}
