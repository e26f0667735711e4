//! `huzhu verify receipt`: what a court expert runs.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use huzhu_log::Hash;
use huzhu_log::proof::MAX_PROOF;
use huzhu_log::receipt::{Content, Receipt as LogReceipt, ReceiptError, Shown};
use serde_json::json;

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
        let rules = self.trust.given()?.ok_or_else(|| {
            Failure::WrongUse(
                "say whom to believe: --policy FILE or --vkey KEY; a receipt cannot vouch for itself"
                    .to_owned(),
            )
        })?;
        let name = self.path.display().to_string();
        let text = read_text(&self.path)?;
        let receipt: LogReceipt = match text.parse() {
            Ok(receipt) => receipt,
            Err(error) => return Ok(refuse(&name, &format!("this is no receipt: {error}"), json)),
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

/// The receipt's text. What is too long or no text is no receipt, but could be read.
fn read_text(path: &Path) -> Result<String, Failure> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| Failure::broken(&shown, error))?;
    let limit = u64::try_from(MAX_PROOF).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(|error| Failure::broken(&shown, error))?;
    // Bytes that are no text become characters that no receipt has.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
    if let Some(inner) = receipt.inner() {
        proved.push(format!(
            "it is number {} of {} in that entry",
            inner.index.saturating_add(1),
            inner.size
        ));
    }
    proved.push(format!(
        "the entry is under a head of {} entries with the root {}",
        head.size(),
        head.root()
    ));
    proved.extend(signed_by(&shown.verified));
    match shown.verified.cosigned.iter().map(|witness| witness.at).min() {
        Some(first) => proved.push(format!(
            "by that witness's clock the entry was in the log at {} at the latest",
            seconds(first)
        )),
        None => not_proved.push("the time: nobody but the log itself states it".to_owned()),
    }
    not_proved.push("who handed it in, and whether what it says is true".to_owned());
    not_proved.push(
        "that others are shown the same log: `huzhu verify log` and `huzhu monitor` look at that".to_owned(),
    );
    let facts = json!({
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
    Report { proved, not_proved, facts }
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
