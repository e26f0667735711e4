//! A member's own share in the receipt of a settlement: the leaf, and the way to the head of the share tree in the entry.
//!
//! Guarantees: a share that checks is under the root, the sum and the headcount of the entry, which agree with its equation; the
//! equation adds up. The period is that of the entry and stands nowhere else, so that it cannot be another one.
//!
//! Limits: the first node beside the way is the neighbouring place with its share; whose place that is stands nowhere.

use crate::entry::{Body, Entry, EntryKind};
use crate::format::{FormatError, Lines, decimal, from_hex, to_hex};
use crate::hash::Hash;
use crate::receipt::Content;
use crate::share::{MAX_PATH, PeriodTag, ShareLeaf, ShareNode, SharePath};

/// One's own share, and the way to the head of the tree of all shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareProof {
    /// The share and its place. The period is not written: it is that of the settlement.
    pub leaf: ShareLeaf,
    /// The nodes beside the way.
    pub path: SharePath,
}

/// A share where there is no settlement.
pub(super) fn wrong_kind() -> FormatError {
    FormatError::whole("a share belongs to a settlement, and to nothing else")
}

impl ShareProof {
    /// Checks that the share is in the settlement that `entry` is.
    ///
    /// # Errors
    /// What disagrees: kind, tree, period, path, sum, headcount or equation.
    pub(super) fn check(&self, entry: &Entry) -> Result<(), FormatError> {
        let Body::Settlement { plan, period, equation, shares, .. } = &entry.body else {
            return Err(wrong_kind());
        };
        let head = shares
            .as_ref()
            .ok_or_else(|| FormatError::whole("this period was settled without a tree of shares"))?;
        if self.leaf.period != PeriodTag::new(plan, period) {
            let what = format!("the share is not of the period that was settled ({plan}, {period})");
            return Err(FormatError::whole(what));
        }
        let wrong = |error| FormatError::whole(format!("the share: {error}"));
        self.path.verify(&self.leaf, head).map_err(wrong)?;
        if head.sum != equation.shares_total {
            let (tree, stated) = (head.sum, equation.shares_total);
            let what = format!(
                "all shares of the tree are {tree} minor units, those of the equation of the period {stated}"
            );
            return Err(FormatError::whole(what));
        }
        if head.count != equation.headcount {
            let (tree, stated) = (head.count, equation.headcount);
            let what = format!("the tree counts {tree} members, the equation of the period {stated}");
            return Err(FormatError::whole(what));
        }
        equation.check()
    }

    /// Its lines.
    pub(super) fn write(&self) -> String {
        let ShareLeaf { salt, index, amount, counted, .. } = &self.leaf;
        let counted = if *counted { "counted" } else { "uncounted" };
        let line = format!("share {index} {} {amount} {counted} {}\n", self.path.size, to_hex(salt));
        let node = |ShareNode { hash, sum, count }: &ShareNode| format!("{hash} {sum} {count}\n");
        line + &self.path.nodes.iter().map(node).collect::<String>()
    }

    /// Reads its lines: `line` is the first of them. `settlement` is what the receipt says before.
    pub(super) fn read(
        line: &str,
        lines: &mut Lines<'_>,
        (kind, at, content): (EntryKind, u64, &Content),
    ) -> Result<Self, FormatError> {
        let period = match content {
            Content::Public(payload) if kind == EntryKind::Settlement => period_of(at, payload)?,
            _ => return Err(wrong_kind()),
        };
        let first = read_first(line, period);
        let (leaf, size) = first.ok_or_else(|| {
            lines.wrong("`share`, place, places, amount, `counted` or `uncounted`, and 32 hexadecimal digits are expected")
        })?;
        let mut nodes = Vec::new();
        while let Some(line) = lines.next()? {
            if nodes.len() == MAX_PATH {
                return Err(lines.wrong(format!("the way of a share has at most {MAX_PATH} nodes")));
            }
            let node = read_node(line);
            nodes.push(node.ok_or_else(|| lines.wrong("a hash in base64, a sum and a count are expected"))?);
        }
        Ok(Self { leaf, path: SharePath { size, nodes } })
    }
}

/// The tag of the period that a payload settles.
fn period_of(at: u64, payload: &[u8]) -> Result<PeriodTag, FormatError> {
    let entry = Entry::from_parts(EntryKind::Settlement, at, payload);
    match entry.map_err(|error| FormatError::whole(format!("the settlement: {error}")))?.body {
        Body::Settlement { plan, period, .. } => Ok(PeriodTag::new(&plan, &period)),
        _ => Err(wrong_kind()),
    }
}

/// Leaf and number of places.
fn read_first(line: &str, period: PeriodTag) -> Option<(ShareLeaf, u64)> {
    let mut words = line.strip_prefix("share ")?.split(' ');
    let (index, size, amount) = (decimal(words.next()?)?, decimal(words.next()?)?, decimal(words.next()?)?);
    let counted = match words.next()? {
        "counted" => true,
        "uncounted" => false,
        _ => return None,
    };
    let salt = from_hex(words.next()?)?.try_into().ok()?;
    let leaf = ShareLeaf { period, salt, index, amount, counted };
    words.next().is_none().then_some((leaf, size))
}

fn read_node(line: &str) -> Option<ShareNode> {
    let mut words = line.split(' ');
    let hash: Hash = words.next()?.parse().ok()?;
    let (sum, count) = (decimal(words.next()?)?, decimal(words.next()?)?);
    words.next().is_none().then_some(ShareNode { hash, sum, count })
}
