//! A settled period as a folder that never changes: what it was made of, what came out, and the proofs of every share.
//!
//! | file | meaning |
//! | --- | --- |
//! | `period.json` | [`Manifest`]: inputs, equation, head of the share tree. Public |
//! | `nodes.bin` | one node of 48 bytes for each page of 1,024 places: hash, sum, count (big-endian). Public |
//! | `share.u16` or `share.u32` | the share of each place in minor units, little-endian. Of operator and auditors |

use std::path::{Path, PathBuf};

use huzhu_domain::settlement::Settlement;
use huzhu_ledger::{Amount, Currency};
use huzhu_log::share::{path_of, root_of};
use huzhu_log::{Hash, ShareLeaf, ShareNode, SharePath, ShareTree};
use serde::{Deserialize, Serialize};

use crate::column::{Column, u16s, u32s};
use crate::hashing::{LeafMaker, PageTree};
use crate::histogram::is_counted;
use crate::kernel::Job;
use crate::roster::{Places, Roster, write_whole};
use crate::{PAGE, SettleError};

/// The format of the folder.
const FORMAT: &str = "huzhu.org/period@v1";
/// Name of the manifest.
const MANIFEST: &str = "period.json";
/// Bytes of a node in `nodes.bin`.
pub(crate) const NODE_WIDTH: usize = 48;

/// What a period was made of: the same names, the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// [`FORMAT`].
    format: String,
    /// The plan.
    pub plan: String,
    /// The period's public name.
    pub period: String,
    /// ISO 4217 code.
    pub currency: String,
    /// SHA-256 of the plan file's text, in hexadecimal.
    pub terms: String,
    /// Root of the roster, in hexadecimal.
    pub roster: String,
    /// Places of the roster.
    pub places: u64,
    /// Day of the headcount, in days since 1970-01-01.
    pub day: u16,
    /// Aid of each claim, as decimals.
    pub claims: Vec<String>,
    /// Surplus of the period before.
    pub surplus_before: String,
    /// Cost that the period before passed on.
    pub carried_before: String,
    /// A share tree is made.
    pub tree: bool,
}

impl Named {
    pub(crate) fn of(job: &Job<'_>) -> Self {
        let text = |amount: Amount| amount.decimal(job.currency);
        let roster = &job.roster.manifest;
        Self {
            format: FORMAT.to_owned(),
            plan: roster.plan.clone(),
            period: job.period.to_owned(),
            currency: job.currency.code().to_owned(),
            terms: job.terms.to_owned(),
            roster: roster.root.clone(),
            places: roster.places,
            day: roster.day,
            claims: job.claims.iter().copied().map(text).collect(),
            surplus_before: text(job.surplus_before),
            carried_before: text(job.carried_before),
            tree: job.leaves.is_some(),
        }
    }
}

/// The numbers of a period, as decimals in the plan's currency:
/// `aid + fee + carried_before + surplus = charged + surplus_before + borne_by_operator + borne_by_sponsor + carried_to_next`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Aid granted.
    pub aid: String,
    /// Fee on it.
    pub fee: String,
    /// Aid, fee and what was carried, less the surplus of before.
    pub cost: String,
    /// Members who share.
    pub headcount: u64,
    /// The share of each age band before the yearly cap.
    pub shares: Vec<String>,
    /// All shares together.
    pub charged: String,
    /// The part of them that is drawn from prepaid balances.
    pub from_prepaid: String,
    /// Rounding excess carried to the next period.
    pub surplus: String,
    /// What the operator bears.
    pub borne_by_operator: String,
    /// What the sponsor bears.
    pub borne_by_sponsor: String,
    /// Cost that the next period takes over.
    pub carried_to_next: String,
    /// What caps took off the aid asked for.
    pub aid_cut: String,
}

impl Numbers {
    fn of(settlement: &Settlement, currency: Currency) -> Self {
        let text = |amount: Amount| amount.decimal(currency);
        Self {
            aid: text(settlement.aid),
            fee: text(settlement.fee),
            cost: text(settlement.cost),
            headcount: settlement.headcount,
            shares: settlement.shares.iter().copied().map(text).collect(),
            charged: text(settlement.charged),
            from_prepaid: text(settlement.from_prepaid),
            surplus: text(settlement.surplus),
            borne_by_operator: text(settlement.borne_by_operator),
            borne_by_sponsor: text(settlement.borne_by_sponsor),
            carried_to_next: text(settlement.carried_to_next),
            aid_cut: text(settlement.aid_cut),
        }
    }
}

/// Head of the share tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Root, in hexadecimal.
    pub root: String,
    /// All shares, in minor units.
    pub sum: u64,
    /// All members who share.
    pub count: u64,
}

/// What `period.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What it was made of.
    pub named: Named,
    /// What came out.
    pub numbers: Numbers,
    /// Bytes of a share in its column: 2 or 4.
    pub width: usize,
    /// The share tree, where one was made.
    pub head: Option<Head>,
}

impl Manifest {
    pub(crate) fn new(
        job: &Job<'_>,
        named: Named,
        settlement: &Settlement,
        width: usize,
        root: Option<&ShareNode>,
    ) -> Self {
        let numbers = Numbers::of(settlement, job.currency);
        let head = root.map(|root| Head { root: root.hash.to_hex(), sum: root.sum, count: root.count });
        Self { named, numbers, width, head }
    }

    /// Reads the manifest of a period folder.
    ///
    /// # Errors
    /// [`SettleError`] when there is none, or it is none of ours.
    pub fn read(folder: &Path) -> Result<Self, SettleError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(SettleError::file(&path))?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|e| SettleError::damaged(&path, e.to_string()))?;
        if manifest.named.format != FORMAT {
            let what = format!("`format` is {:?}, this program reads {FORMAT}", manifest.named.format);
            return Err(SettleError::damaged(&path, what));
        }
        Ok(manifest)
    }

    /// The head of the share tree; nothing when none was made or its root is no hash.
    pub fn tree(&self) -> Option<ShareTree> {
        let head = self.head.as_ref()?;
        let root = Hash::from_hex(&head.root).ok()?;
        Some(ShareTree { root, sum: head.sum, count: head.count })
    }

    /// The column of shares in the period's folder.
    pub(crate) fn share_column(&self, folder: &Path) -> Result<Column, SettleError> {
        let name = if self.width == 2 { "share.u16" } else { "share.u32" };
        Column::open(folder.join(name), self.width, self.named.places)
    }

    /// Checks the equation, and that the share tree carries its sum and headcount.
    ///
    /// # Errors
    /// A sentence that says what does not agree.
    pub fn check(&self) -> Result<(), String> {
        let (named, numbers) = (&self.named, &self.numbers);
        let currency = Currency::parse(&named.currency).map_err(|error| format!("`currency`: {error}"))?;
        let read = |text: &String| {
            Amount::parse(text, currency).map(Amount::wide).map_err(|error| format!("{text:?}: {error}"))
        };
        let sum = |texts: &[&String]| {
            texts.iter().try_fold(0_u128, |sum, text| Ok::<_, String>(sum.saturating_add(read(text)?)))
        };
        let uses = sum(&[&numbers.aid, &numbers.fee, &named.carried_before, &numbers.surplus])?;
        let sources = sum(&[
            &numbers.charged,
            &named.surplus_before,
            &numbers.borne_by_operator,
            &numbers.borne_by_sponsor,
            &numbers.carried_to_next,
        ])?;
        if uses != sources {
            return Err(format!("the equation does not hold: {uses} on one side, {sources} on the other"));
        }
        let carried =
            self.head.as_ref().map_or(Ok((read(&numbers.charged)?, numbers.headcount)), |head| {
                Ok::<_, String>((u128::from(head.sum), head.count))
            })?;
        if carried != (read(&numbers.charged)?, numbers.headcount) {
            return Err("the equation and the share tree do not have the same sum and headcount".to_owned());
        }
        Ok(())
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), SettleError> {
        write_whole(&folder.join(MANIFEST), self)
    }

    pub(crate) fn drawn(&self, currency: Currency) -> Option<Amount> {
        Amount::parse(&self.numbers.from_prepaid, currency).ok()
    }
}

/// The shares of a settled period by place, with or without a tree.
#[derive(Debug)]
pub struct Shares {
    column: Column,
    width: usize,
    places: u64,
}

impl Shares {
    /// Opens the column of a period folder.
    ///
    /// # Errors
    /// [`SettleError`] when it is not there, or has another length than the manifest says.
    pub fn open(folder: &Path) -> Result<Self, SettleError> {
        Self::of(&Manifest::read(folder)?, folder)
    }

    fn of(manifest: &Manifest, folder: &Path) -> Result<Self, SettleError> {
        let column = manifest.share_column(folder)?;
        Ok(Self { column, width: manifest.width, places: manifest.named.places })
    }

    /// Places of the roster.
    pub const fn places(&self) -> u64 {
        self.places
    }

    /// Shares of up to `many` places from `from`, in minor units.
    ///
    /// # Errors
    /// [`SettleError`] when the column cannot be read.
    pub fn read(&self, from: u64, many: usize) -> Result<Vec<u32>, SettleError> {
        let left = usize::try_from(self.places.saturating_sub(from)).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        self.column.read(from, many.min(left), &mut bytes)?;
        Ok(if self.width == 2 { u16s(&bytes).map(u32::from).collect() } else { u32s(&bytes).collect() })
    }
}

/// A period folder that was opened.
#[derive(Debug)]
pub struct Period {
    folder: PathBuf,
    /// What its manifest says.
    pub manifest: Manifest,
    /// The head of its share tree.
    pub head: ShareTree,
    nodes: Vec<ShareNode>,
}

impl Period {
    /// Opens a period with a share tree and checks what anybody can check: that the public nodes lead to the root, that they
    /// carry the headcount and the sum of the equation, and that the equation holds.
    ///
    /// # Errors
    /// [`SettleError`], with what does not agree.
    pub fn open(folder: &Path) -> Result<Self, SettleError> {
        let manifest = Manifest::read(folder)?;
        let path = folder.join("nodes.bin");
        let Some(head) = &manifest.head else {
            return Err(SettleError::Unfit("this period was settled without a share tree".to_owned()));
        };
        let wrong = |what: String| SettleError::damaged(&path, what);
        let pages = manifest.named.places.div_ceil(PAGE as u64);
        let column = Column::open(path.clone(), NODE_WIDTH, pages)?;
        let mut bytes = Vec::new();
        column.read(0, usize::try_from(pages).unwrap_or(usize::MAX), &mut bytes)?;
        let nodes: Vec<ShareNode> = bytes.as_chunks::<NODE_WIDTH>().0.iter().map(node_of).collect();
        let crowded = nodes.iter().position(|node| node.count > PAGE as u64);
        if let Some(page) = crowded {
            return Err(wrong(format!("page {page} counts more members than it has places")));
        }
        let root =
            root_of(&nodes).ok_or_else(|| wrong("the sums are too large, or there is nobody".to_owned()))?;
        let stated = Hash::from_hex(&head.root).map_err(|e| wrong(e.to_string()))?;
        if root.hash != stated {
            return Err(wrong("the nodes lead to another root than the one of the period".to_owned()));
        }
        let head = ShareTree { root: stated, sum: head.sum, count: head.count };
        if root.head() != head {
            return Err(wrong("the nodes carry other sums than the head of the period".to_owned()));
        }
        let period = Self { folder: folder.to_owned(), manifest, head, nodes };
        period.manifest.check().map_err(|what| SettleError::damaged(&folder.join(MANIFEST), what))?;
        Ok(period)
    }

    /// The share of a place, with the way to the root.
    ///
    /// # Errors
    /// [`SettleError`] when roster and period do not belong together, or there is no such place.
    pub fn receipt(
        &self,
        roster: &Roster,
        maker: &LeafMaker,
        place: u64,
    ) -> Result<(ShareLeaf, SharePath), SettleError> {
        let named = &self.manifest.named;
        if roster.manifest.root != named.roster || roster.places() != named.places {
            return Err(SettleError::Unfit(
                "this is not the roster that the period was settled with".to_owned(),
            ));
        }
        if place >= named.places {
            return Err(SettleError::Unfit(format!("the roster has {} places, from 0", named.places)));
        }
        let page = place.div_euclid(PAGE as u64);
        let from = page.saturating_mul(PAGE as u64);
        let mut places = Places::default();
        let many = roster.read(from, PAGE, &mut places)?;
        let shares = self.shares(from, many)?;
        let counted: Vec<bool> = places
            .state
            .iter()
            .zip(u16s(&places.from))
            .map(|(state, first)| is_counted(*state, first, named.day))
            .collect();
        let rows = shares.iter().copied().zip(counted.iter().copied());
        let leaves = PageTree::new().leaf_nodes(maker, from, rows);
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let within = at(place.rem_euclid(PAGE as u64));
        let lower = path_of(&leaves, within);
        let upper = path_of(&self.nodes, at(page));
        let (Some(mut nodes), Some(upper)) = (lower, upper) else {
            return Err(SettleError::Unfit("the sums of this period are too large".to_owned()));
        };
        nodes.extend(upper);
        let share = shares.get(within).copied().unwrap_or(0);
        let leaf = maker.leaf(place, u64::from(share), counted.get(within).copied().unwrap_or(false));
        let path = SharePath { size: named.places, nodes };
        path.verify(&leaf, &self.head).map_err(|error| {
            SettleError::damaged(
                &self.folder,
                format!("{error}; key, columns and nodes do not belong together"),
            )
        })?;
        Ok((leaf, path))
    }

    /// Shares of `many` places from `from`.
    ///
    /// # Errors
    /// [`SettleError`] when the column is damaged.
    pub fn shares(&self, from: u64, many: usize) -> Result<Vec<u32>, SettleError> {
        Shares::of(&self.manifest, &self.folder)?.read(from, many)
    }
}

/// A node as it stands in `nodes.bin`.
pub(crate) fn node_bytes(node: &ShareNode) -> [u8; NODE_WIDTH] {
    let mut bytes = [0; NODE_WIDTH];
    let (hash, sums) = bytes.split_at_mut(32);
    hash.copy_from_slice(node.hash.as_bytes());
    let (sum, count) = sums.split_at_mut(8);
    sum.copy_from_slice(&node.sum.to_be_bytes());
    count.copy_from_slice(&node.count.to_be_bytes());
    bytes
}

/// The node of 48 bytes.
pub(crate) fn node_of(bytes: &[u8; NODE_WIDTH]) -> ShareNode {
    let part =
        |at: usize| bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()).copied().unwrap_or_default();
    ShareNode {
        hash: bytes.first_chunk::<32>().map_or_else(Hash::default, |hash| Hash::from_bytes(*hash)),
        sum: u64::from_be_bytes(part(32)),
        count: u64::from_be_bytes(part(40)),
    }
}
