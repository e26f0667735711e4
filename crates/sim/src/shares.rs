//! Share trees in memory: every leaf is kept, and nothing is computed that the roster does not say.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use huzhu_app::ports::{Roster, ShareHead, ShareJob, ShareTrees, StoreError};
use huzhu_domain::digest::Digest;
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_log::receipt::ShareProof;
use huzhu_log::share::{path_of, root_of};
use huzhu_log::{PeriodTag, ShareLeaf, ShareNode, SharePath};
use sha2::Digest as _;

/// Trees by their roots.
#[derive(Debug, Default)]
pub struct MemoryShares {
    trees: Mutex<BTreeMap<Digest, Vec<ShareLeaf>>>,
}

#[async_trait]
impl ShareTrees for MemoryShares {
    async fn settle(&self, job: &ShareJob, roster: &mut dyn Roster) -> Result<Option<ShareHead>, StoreError> {
        let period = PeriodTag::new(job.plan.as_str(), &job.period.to_string());
        let mut leaves = Vec::new();
        loop {
            let places = roster.next().await?;
            if places.is_empty() {
                break;
            }
            for place in places {
                let index = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
                let digest = sha2::Sha256::digest([job.key.as_slice(), &index.to_be_bytes()].concat());
                let mut salt = [0; 16];
                salt.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
                let counted = place.live && place.from <= job.day;
                leaves.push(ShareLeaf { period, salt, index, amount: place.share.minor(), counted });
            }
        }
        let nodes: Vec<ShareNode> = leaves.iter().map(ShareLeaf::node).collect();
        let Some(root) = root_of(&nodes) else { return Ok(None) };
        let digest = Digest::from_bytes(*root.hash.as_bytes());
        let head = ShareHead {
            root: digest,
            places: u64::try_from(leaves.len()).unwrap_or(u64::MAX),
            sum: root.sum,
            count: root.count,
        };
        self.trees.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, leaves);
        Ok(Some(head))
    }

    async fn prove(
        &self,
        _: &PlanId,
        _: PeriodKey,
        root: &Digest,
        _: &[u8; 32],
        place: u64,
    ) -> Result<Option<ShareProof>, StoreError> {
        let trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(place).unwrap_or(usize::MAX);
        let Some(leaves) = trees.get(root) else { return Ok(None) };
        let nodes: Vec<ShareNode> = leaves.iter().map(ShareLeaf::node).collect();
        let leaf = leaves.get(at).copied();
        Ok(leaf.zip(path_of(&nodes, at)).map(|(leaf, path)| ShareProof {
            leaf,
            path: SharePath { size: u64::try_from(leaves.len()).unwrap_or(u64::MAX), nodes: path },
        }))
    }
}
