//! The receipt of one share as a small file: the leaf, and the way to the root of its period.
//!
//! Guarantees: [`ShareFile::verify`] believes nothing that the file says about the root: that comes from the settlement.

use huzhu_ledger::{Amount, Currency};
use huzhu_log::share::MAX_PATH;
use huzhu_log::{Hash, PeriodTag, ShareLeaf, ShareNode, SharePath};
use serde::{Deserialize, Serialize};

use crate::period::Manifest;

/// The format of the file.
const FORMAT: &str = "huzhu.org/share@v1";
/// Bytes of a file at most that is read.
pub const BYTES_MAX: usize = 16 * 1_024;

/// The receipt of one share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareFile {
    /// [`FORMAT`].
    format: String,
    /// The plan.
    pub plan: String,
    /// The period.
    pub period: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Place in the roster, from 0.
    pub place: u64,
    /// Places of the roster.
    pub places: u64,
    /// The share as a decimal.
    pub share: String,
    /// Whether this place was counted in the headcount.
    pub counted: bool,
    /// The leaf's salt, 32 hexadecimal digits.
    pub salt: String,
    /// Nodes beside the way, from the leaf upwards: hash in base64, sum in minor units, count.
    pub path: Vec<(String, u64, u64)>,
}

impl ShareFile {
    /// The file of a leaf.
    pub fn new(manifest: &Manifest, leaf: &ShareLeaf, path: &SharePath, currency: Currency) -> Self {
        let named = &manifest.named;
        Self {
            format: FORMAT.to_owned(),
            plan: named.plan.clone(),
            period: named.period.clone(),
            currency: named.currency.clone(),
            place: leaf.index,
            places: path.size,
            share: Amount::from_minor(leaf.amount).decimal(currency),
            counted: leaf.counted,
            salt: PeriodTag(leaf.salt).to_string(),
            path: path.nodes.iter().map(|node| (node.hash.to_string(), node.sum, node.count)).collect(),
        }
    }

    /// Reads a file. Nothing is checked but the form.
    ///
    /// # Errors
    /// A sentence that names the field and what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > BYTES_MAX {
            return Err(format!("a receipt of a share has at most {BYTES_MAX} bytes"));
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if file.format != FORMAT {
            return Err(format!("`format` is {:?}, this program reads {FORMAT}", file.format));
        }
        if file.path.len() > MAX_PATH {
            return Err(format!("`path` has more than {MAX_PATH} nodes"));
        }
        Ok(file)
    }

    /// Leaf and path as the file states them.
    ///
    /// # Errors
    /// A sentence that names the field and what is wrong with it.
    pub fn parts(&self) -> Result<(ShareLeaf, SharePath), String> {
        let currency = Currency::parse(&self.currency).map_err(|error| format!("`currency`: {error}"))?;
        let amount = Amount::parse(&self.share, currency).map_err(|error| format!("`share`: {error}"))?;
        let salt = u128::from_str_radix(&self.salt, 16).ok().filter(|_| self.salt.len() == 32);
        let salt = salt.ok_or("`salt` must be 32 hexadecimal digits")?.to_be_bytes();
        let node = |(at, (hash, sum, count)): (usize, &(String, u64, u64))| {
            let hash: Hash = hash.parse().map_err(|error| format!("`path[{at}]`: {error}"))?;
            Ok(ShareNode { hash, sum: *sum, count: *count })
        };
        let nodes = self.path.iter().enumerate().map(node).collect::<Result<Vec<_>, String>>()?;
        let period = PeriodTag::new(&self.plan, &self.period);
        let leaf =
            ShareLeaf { period, salt, index: self.place, amount: amount.minor(), counted: self.counted };
        Ok((leaf, SharePath { size: self.places, nodes }))
    }

    /// Checks the share against the period that `manifest` states.
    ///
    /// # Errors
    /// A sentence that says what does not agree.
    pub fn verify(&self, manifest: &Manifest) -> Result<(), String> {
        let named = &manifest.named;
        if (&self.plan, &self.period, &self.currency) != (&named.plan, &named.period, &named.currency) {
            let (plan, period) = (&named.plan, &named.period);
            return Err(format!(
                "the receipt is of {} {}, the settlement of {plan} {period}",
                self.plan, self.period
            ));
        }
        if self.places != named.places {
            return Err(format!("the receipt has {} places, the settlement {}", self.places, named.places));
        }
        let head = manifest.tree().ok_or("the period was settled without a share tree")?;
        let (leaf, path) = self.parts()?;
        path.verify(&leaf, &head).map_err(|error| error.to_string())
    }
}
