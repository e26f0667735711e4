//! pain.002, customer payment status report: what became of a file, its batches, its items. Any version.
//!
//! Shape: [`read`] tells one [`Part`] after the other. A report may say one thing of the whole file, other things of single
//! batches, and again others of single items: what is said of the smaller thing counts ([`Told::or`]). Items that a report does
//! not name share what it says of their batch, or else of the file.

use std::io::BufRead;

use super::ReadError;
use super::xml::{Pull, Step};

/// What a bank says became of something.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It was read and looks right; the money has not moved.
    Taken,
    /// The money has moved.
    Settled,
    /// It was refused: no money moves.
    Rejected,
    /// It waits.
    Pending,
    /// Some of its parts were refused; they are named.
    Partly,
    /// A code that is not known here: a person has to look.
    Unknown(String),
}

impl Told {
    /// By `ExternalPaymentTransactionStatus1Code` and its two siblings for groups and batches.
    pub fn of(code: &str) -> Self {
        match code {
            "ACTC" | "ACCP" | "ACSP" | "ACWC" | "ACWP" | "ACFC" => Self::Taken,
            "ACSC" | "ACCC" => Self::Settled,
            "RJCT" | "CANC" => Self::Rejected,
            "PDNG" | "RCVD" | "PATC" => Self::Pending,
            "PART" => Self::Partly,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// What counts for an item: what is said of itself, else of its batch, else of the file. Where the larger thing was only
    /// partly taken and the item is not named, it was taken.
    pub fn or(item: Option<Self>, batch: Option<Self>, file: Option<Self>) -> Option<Self> {
        let said = item.or(batch).or(file)?;
        Some(if said == Self::Partly { Self::Taken } else { said })
    }
}

/// Why something was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// `ExternalStatusReason1Code` such as `AM04` (not enough money), or a bank's own.
    pub code: Option<String>,
    /// In the bank's words.
    pub words: Option<String>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// The whole file.
    File {
        /// Message id of the report.
        report: String,
        /// Message id of the file that it is about.
        original: String,
        /// Kind of that file, such as `pain.008.001.08`.
        kind: Option<String>,
        /// Items that the bank has counted.
        items: Option<u64>,
        /// Their sum, as the bank wrote it.
        sum: Option<String>,
        /// What became of it.
        told: Option<Told>,
        /// Why.
        reason: Reason,
    },
    /// A batch; comes before its items.
    Batch {
        /// Its id in the file.
        original: String,
        /// What became of it.
        told: Option<Told>,
        /// Why.
        reason: Reason,
    },
    /// An item.
    Item {
        /// Its instruction in the file.
        instruction: Option<String>,
        /// What stands on statements.
        end_to_end: Option<String>,
        /// What became of it.
        told: Option<Told>,
        /// Why.
        reason: Reason,
        /// Amount, as the bank wrote it, with its currency.
        amount: Option<(String, String)>,
    },
}

#[derive(Default)]
struct File {
    report: String,
    original: String,
    kind: Option<String>,
    items: Option<u64>,
    sum: Option<String>,
    told: Option<Told>,
    reason: Reason,
}

#[derive(Default)]
struct Item {
    instruction: Option<String>,
    end_to_end: Option<String>,
    told: Option<Told>,
    reason: Reason,
    amount: Option<(String, String)>,
}

#[derive(Default)]
struct Batch {
    original: String,
    told: Option<Told>,
    reason: Reason,
    given: bool,
}

const ROOT: &str = "Document/CstmrPmtStsRpt";

/// Reads a report, telling `tell` each part. Nothing may be taken from a report before the whole was read: keep what is told
/// apart until this has returned.
///
/// # Errors
/// [`ReadError`]; `tell` refuses a part by a reason of its own.
pub fn read(bytes: impl BufRead, tell: &mut dyn FnMut(Part) -> Result<(), String>) -> Result<(), ReadError> {
    let mut pull = Pull::new(bytes);
    let (mut file, mut batch, mut item) = (File::default(), Batch::default(), Item::default());
    let mut files = 0_u32;
    loop {
        match pull.next()? {
            Step::End if files == 1 => return Ok(()),
            Step::End => return Err(pull.refuse("this is no status report (pain.002)")),
            Step::Open => match below(&pull) {
                "OrgnlPmtInfAndSts" => batch = Batch::default(),
                "OrgnlPmtInfAndSts/TxInfAndSts" | "TxInfAndSts" => {
                    item = Item::default();
                    give(&pull, &mut batch, tell)?;
                }
                _ => {}
            },
            Step::Close => match below(&pull) {
                "GrpHdr/MsgId" => pull.text().clone_into(&mut file.report),
                "OrgnlGrpInfAndSts" => {
                    files = files.saturating_add(1);
                    if files > 1 {
                        return Err(pull.refuse("the report is about more than one file"));
                    }
                    let part = finish(std::mem::take(&mut file), &pull)?;
                    tell(part).map_err(|why| pull.refuse(why))?;
                }
                "OrgnlPmtInfAndSts" => give(&pull, &mut batch, tell)?,
                "OrgnlPmtInfAndSts/TxInfAndSts" | "TxInfAndSts" => {
                    let Item { instruction, end_to_end, told, reason, amount } = std::mem::take(&mut item);
                    if instruction.is_none() && end_to_end.is_none() {
                        return Err(pull.refuse("an item is named by neither instruction nor end-to-end id"));
                    }
                    let part = Part::Item { instruction, end_to_end, told, reason, amount };
                    tell(part).map_err(|why| pull.refuse(why))?;
                }
                _ => {
                    if !pull.text().is_empty() {
                        leaf(&pull, &mut file, &mut batch, &mut item)?;
                    }
                }
            },
        }
    }
}

/// The path within the report.
fn below<R: BufRead>(pull: &Pull<R>) -> &str {
    pull.path().strip_prefix(ROOT).unwrap_or_default().trim_start_matches('/')
}

fn give<R: BufRead>(
    pull: &Pull<R>,
    batch: &mut Batch,
    tell: &mut dyn FnMut(Part) -> Result<(), String>,
) -> Result<(), ReadError> {
    // Reports about one file without batches have their items below the report itself.
    if batch.given || batch.original.is_empty() {
        return Ok(());
    }
    batch.given = true;
    let (original, told) = (batch.original.clone(), batch.told.clone());
    let reason = std::mem::take(&mut batch.reason);
    tell(Part::Batch { original, told, reason }).map_err(|why| pull.refuse(why))
}

fn finish<R: BufRead>(file: File, pull: &Pull<R>) -> Result<Part, ReadError> {
    let File { report, original, kind, items, sum, told, reason } = file;
    if report.is_empty() || original.is_empty() {
        return Err(pull.refuse("the report does not say its own id or that of the file it is about"));
    }
    Ok(Part::File { report, original, kind, items, sum, told, reason })
}

fn leaf<R: BufRead>(
    pull: &Pull<R>,
    file: &mut File,
    batch: &mut Batch,
    item: &mut Item,
) -> Result<(), ReadError> {
    let text = || Some(pull.text().to_owned());
    let path = below(pull);
    if let Some(path) = path.strip_prefix("OrgnlGrpInfAndSts/") {
        match path {
            "OrgnlMsgId" => pull.text().clone_into(&mut file.original),
            "OrgnlMsgNmId" => file.kind = text(),
            "OrgnlNbOfTxs" => {
                let number = pull.text().parse();
                file.items = Some(number.map_err(|_| pull.refuse("OrgnlNbOfTxs is not a number"))?);
            }
            "OrgnlCtrlSum" => file.sum = text(),
            "GrpSts" => file.told = Some(Told::of(pull.text())),
            other => why(other, pull.text(), &mut file.reason),
        }
        return Ok(());
    }
    let in_batch = path.strip_prefix("OrgnlPmtInfAndSts/");
    let of_item = in_batch.unwrap_or(path).strip_prefix("TxInfAndSts/");
    match (of_item, in_batch) {
        (Some(path), _) => match path {
            "OrgnlInstrId" => item.instruction = text(),
            "OrgnlEndToEndId" => item.end_to_end = text(),
            "TxSts" => item.told = Some(Told::of(pull.text())),
            "OrgnlTxRef/Amt/InstdAmt" | "OrgnlTxRef/InstdAmt" => {
                let currency = pull.currency().unwrap_or_default().to_owned();
                item.amount = Some((pull.text().to_owned(), currency));
            }
            other => why(other, pull.text(), &mut item.reason),
        },
        (None, Some(path)) => match path {
            "OrgnlPmtInfId" => pull.text().clone_into(&mut batch.original),
            "PmtInfSts" => batch.told = Some(Told::of(pull.text())),
            other => why(other, pull.text(), &mut batch.reason),
        },
        (None, None) => {}
    }
    Ok(())
}

/// The first reason counts; further words are kept until there are some.
fn why(path: &str, text: &str, reason: &mut Reason) {
    let place = match path {
        "StsRsnInf/Rsn/Cd" | "StsRsnInf/Rsn/Prtry" => &mut reason.code,
        "StsRsnInf/AddtlInf" => &mut reason.words,
        _ => return,
    };
    if place.is_none() {
        *place = Some(text.to_owned());
    }
}
