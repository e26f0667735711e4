//! `huzhu verify receipt`: what a court expert runs.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use huzhu_log::Hash;
use huzhu_log::proof::MAX_PROOF;
use huzhu_log::receipt::{Content, Receipt as LogReceipt, ReceiptError, Shown};
use huzhu_log::tlog_policy::TlogPolicy;
use serde_json::json;

use super::draw::read;
use super::share::OwnShare;
use super::{Report, refuse};
use crate::commands::trust::{Trust, milliseconds, seconds, signed_by, signed_by_json};
use crate::output::{Ending, Failure};

/// Check a receipt without any network. The keys must come from elsewhere: from the platform's public pages, from the
/// contract, from a witness; never from who hands the receipt in.
#[derive(Debug, Args)]
pub(crate) struct Receipt {
    /// The receipt (`.tlog-proof`).
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The original file that the receipt was given for.
    #[arg(long, value_name = "ORIGINAL")]
    file: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
}

impl Receipt {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let rules = believed(&self.trust)?;
        let name = self.path.display().to_string();
        let receipt = match parse(&read(&self.path, MAX_PROOF)?) {
            Ok(receipt) => receipt,
            Err(finding) => return Ok(refuse(&name, &finding, json)),
        };
        let digest = match (&self.file, receipt.file_hasher()) {
            (Some(path), Some(mut hasher)) => {
                read_file(path, |piece| hasher.update(piece))?;
                Some(hasher.finish())
            }
            (Some(_), None) => return Ok(refuse(&name, &ReceiptError::NoFile.to_string(), json)),
            (None, _) => None,
        };
        match receipt.verify(&rules, digest.as_ref()) {
            Ok(shown) => {
                let original = self.file.as_deref();
                Ok(report(&receipt, &shown, original).print(&format!("{name}: this receipt is good."), json))
            }
            Err(ReceiptError::OtherFile) => {
                let digest = digest.map(|digest| digest.to_hex()).unwrap_or_default();
                let why = format!("{}: SHA-256 of salt and file is {digest}", ReceiptError::OtherFile);
                Ok(refuse(&name, &why, json))
            }
            Err(error) => Ok(refuse(&name, &error.to_string(), json)),
        }
    }
}

/// Whom to believe about a receipt; without that nothing is shown.
pub(super) fn believed(trust: &Trust) -> Result<TlogPolicy, Failure> {
    trust.given()?.ok_or_else(|| {
        Failure::WrongUse(
            "say whom to believe: --policy FILE or --vkey KEY; a receipt cannot vouch for itself".to_owned(),
        )
    })
}

/// A receipt from the bytes of its file, or why it is none. What is too long or no text is no receipt, but could be read.
pub(super) fn parse(bytes: &[u8]) -> Result<LogReceipt, String> {
    // Bytes that are no text become characters that no receipt has.
    let text = String::from_utf8_lossy(bytes);
    text.parse().map_err(|error| format!("this is no receipt: {error}"))
}

/// Reads a file piece by piece, whatever its size.
fn read_file(path: &Path, mut each: impl FnMut(&[u8])) -> Result<(), Failure> {
    let broken = |error| Failure::broken(&path.display().to_string(), error);
    let mut file = BufReader::new(File::open(path).map_err(broken)?);
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece).map_err(broken)? {
            0 => return Ok(()),
            read => each(piece.get(..read).unwrap_or_default()),
        }
    }
}

fn report(receipt: &LogReceipt, shown: &Shown, original: Option<&Path>) -> Report {
    let head = &shown.verified.checkpoint;
    let (kind, at) = (receipt.kind(), milliseconds(receipt.at()));
    let mut proved = vec![format!(
        "{} has an entry of kind `{kind}` at index {}; the log's own time for it is {at}",
        head.origin(),
        shown.index
    )];
    let mut not_proved = Vec::new();
    match receipt.content() {
        Content::File { digest, .. } => match original {
            Some(path) => {
                proved.push(format!("{} is the file that was handed in, bit by bit", path.display()));
            }
            None => not_proved.push(format!(
                "which file was handed in: give the original with --file (its salted digest is {})",
                digest.to_hex()
            )),
        },
        Content::Message { message, .. } => {
            proved.push(format!("the entry is about this: {}", readable(message)));
        }
        Content::Public(payload) => {
            proved.push(format!("the entry says this: {}", readable(payload)));
        }
    }
    let share = OwnShare::of(receipt, shown);
    if let Some(share) = &share {
        proved.extend(share.sentences());
    }
    if let Some(inner) = receipt.inner() {
        proved.push(format!(
            "it is number {} of {} in that entry",
            inner.index.saturating_add(1),
            inner.size
        ));
    }
    proved.extend(under_head(shown));
    match seen_by_witness(shown) {
        Some(sentence) => proved.push(sentence),
        None => not_proved.push(NO_TIME.to_owned()),
    }
    match &share {
        Some(_) => not_proved.extend(OwnShare::not_shown()),
        None => not_proved.push("who handed it in, and whether what it says is true".to_owned()),
    }
    not_proved.push(SAME_LOG.to_owned());
    let mut facts = json!({
        "origin": head.origin(),
        "index": shown.index,
        "kind": kind.word(),
        "at": at,
        "entry": hex(shown),
        "size": head.size(),
        "root": head.root().to_string(),
        "file_checked": shown.is_file_checked,
        "signed": signed_by_json(&shown.verified),
    });
    if let Some(share) = &share {
        facts["share"] = share.facts();
    }
    Report { proved, not_proved, facts }
}

/// What no single receipt shows.
pub(super) const SAME_LOG: &str =
    "that others are shown the same log: `huzhu verify log` and `huzhu monitor` look at that";
/// What a receipt without a witness does not show.
pub(super) const NO_TIME: &str = "the time: nobody but the log itself states it";

/// The head that the entry is under, and who signed it.
pub(super) fn under_head(shown: &Shown) -> Vec<String> {
    let head = &shown.verified.checkpoint;
    let mut lines =
        vec![format!("the entry is under a head of {} entries with the root {}", head.size(), head.root())];
    lines.extend(signed_by(&shown.verified));
    lines
}

/// Until when the entry was there, by the first witness's clock.
pub(super) fn seen_by_witness(shown: &Shown) -> Option<String> {
    let first = shown.verified.cosigned.iter().map(|witness| witness.at).min()?;
    Some(format!("by that witness's clock the entry was in the log at {} at the latest", seconds(first)))
}

/// The canonical bytes of the entry in hexadecimal digits, so that others can hash them.
fn hex(shown: &Shown) -> Option<String> {
    let bytes = shown.entry.encode().ok()?;
    Some(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

/// Bytes as text where they are one, else their length and digest.
fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => format!("{} bytes with SHA-256 {}", bytes.len(), Hash::digest(bytes).to_hex()),
    }
}
