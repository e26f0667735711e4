//! Receipts from the log as people see them: what, when, and how to check it, on a page and on paper.
//!
//! Shape: [`Sheet::of`] reads a receipt and puts it into words; [`pdf`] draws a sheet as one page with a QR code, and with the
//! receipt itself as an attached file.
//!
//! Guarantees: everything on a sheet is taken from the receipt, whose form was checked; the cosigners on it are those whose
//! signatures are good under the published rules of trust.
//!
//! Limits: a sheet proves nothing, the receipt in it does; the sheet says so by saying how to check it.

pub mod pdf;

use huzhu_app::log::LogReceipt;
use huzhu_domain::time::{Moment, TimeZone};
use huzhu_ledger::{Amount, Currency};
use huzhu_log::receipt::ShareProof;
use huzhu_log::{Body, Content, Receipt, TlogPolicy, Verified};

use crate::i18n::{Locale, t_args};
use crate::pages::kind_key;

/// One row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// What it says.
    pub value: String,
    /// A number or digest to be compared sign by sign.
    pub exact: bool,
}

/// A receipt in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Language.
    pub l: Locale,
    /// What it is about, in words.
    pub what: String,
    /// The rows.
    pub rows: Vec<Row>,
    /// How to check it without this platform.
    pub checks: Vec<Row>,
    /// Name of the file.
    pub file_name: String,
    /// The receipt itself.
    pub text: String,
    /// Text of a message that is in the receipt; empty for files and public entries.
    pub message: String,
}

impl Sheet {
    /// A receipt in words: `about` names the thing for its owner, times are in `zone`, `policy` are the published rules of trust.
    ///
    /// # Errors
    /// When the text is no receipt.
    pub fn of(
        l: Locale,
        receipt: &LogReceipt,
        about: &str,
        zone: &TimeZone,
        rules: Option<&str>,
    ) -> Result<Self, huzhu_log::FormatError> {
        let read: Receipt = receipt.text.parse()?;
        let head = read.proof().checkpoint.checkpoint();
        let verified = rules
            .and_then(|text| TlogPolicy::parse(text.as_bytes()).ok())
            .and_then(|trusted| trusted.check(&read.proof().checkpoint).ok());
        let plain = |key: &str, value: String| Row { name: l.t(key), value, exact: false };
        let exact = |key: &str, value: String| Row { name: l.t(key), value, exact: true };
        let what = l.t(kind_key(read.kind()));
        let mut rows = vec![plain("sheet-what", what.clone())];
        if !about.is_empty() {
            rows.push(plain("sheet-about", about.to_owned()));
        }
        rows.push(plain("sheet-when", when(l, read.at(), zone)));
        let mut message = String::new();
        match read.content() {
            Content::File { salt, digest } => {
                rows.push(exact("sheet-digest", digest.to_hex()));
                rows.push(exact("sheet-salt", huzhu_log::Hash::from_bytes(*salt).to_hex()));
            }
            Content::Message { salt, message: bytes } => {
                rows.push(exact("sheet-digest", huzhu_log::salted_digest(salt, bytes).to_hex()));
                rows.push(exact("sheet-salt", huzhu_log::Hash::from_bytes(*salt).to_hex()));
                message = String::from_utf8_lossy(bytes).into_owned();
            }
            Content::Public(_) => {}
        }
        if let Some(share) = read.share() {
            rows.extend(share_rows(l, share, &read.entry()?.body));
        }
        rows.push(exact("sheet-log", head.origin().to_owned()));
        rows.push(exact("sheet-index", read.proof().index.to_string()));
        rows.push(exact("sheet-size", head.size().to_string()));
        rows.push(exact("sheet-root", head.root().to_string()));
        rows.push(plain("sheet-signed", signed(l, verified.as_ref(), zone)));
        Ok(Self {
            l,
            what,
            rows,
            checks: checks(l, &read, &receipt.file_name),
            file_name: receipt.file_name.clone(),
            text: receipt.text.clone(),
            message,
        })
    }
}

/// A share, and what it is part of.
fn share_rows(l: Locale, share: &ShareProof, settlement: &Body) -> Vec<Row> {
    let Body::Settlement { currency, shares: Some(tree), .. } = settlement else { return Vec::new() };
    let money = |minor: u64| match Currency::parse(currency) {
        Ok(currency) => l.money(Amount::from_minor(minor), currency),
        Err(_) => minor.to_string(),
    };
    let row = |key: &str, value: String| Row { name: l.t(key), value, exact: false };
    let exact = |key: &str, value: String| Row { exact: true, ..row(key, value) };
    vec![
        row("sheet-share", money(share.leaf.amount)),
        row("sheet-share-all", money(tree.sum)),
        row("sheet-share-members", l.count(tree.count)),
        exact("sheet-share-place", share.leaf.index.to_string()),
        exact("sheet-share-root", tree.root.to_string()),
    ]
}

/// A time of the log: in the zone of the reader, and in UTC as the log has it.
fn when(l: Locale, millis: u64, zone: &TimeZone) -> String {
    let at = i64::try_from(millis).ok().and_then(|millis| Moment::from_millisecond(millis).ok());
    at.map_or_else(|| millis.to_string(), |at| moment_in(l, at, zone))
}

/// A moment to the minute with its zone.
pub fn moment_in(l: Locale, at: Moment, zone: &TimeZone) -> String {
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    l.t2("sheet-moment", "moment", l.moment(at, zone), "zone", name)
}

/// Who cosigned and when, in words.
pub fn signed(l: Locale, verified: Option<&Verified>, zone: &TimeZone) -> String {
    let Some(verified) = verified else { return l.t("sheet-signed-unknown") };
    if verified.cosigned.is_empty() {
        return l.t("sheet-signed-alone");
    }
    let names: Vec<String> = verified
        .cosigned
        .iter()
        .map(|one| {
            let at = i64::try_from(one.at).ok().and_then(|seconds| Moment::from_second(seconds).ok());
            let at = at.map_or_else(|| one.at.to_string(), |at| l.moment(at, zone));
            l.t2("sheet-cosigner", "name", one.name.clone(), "at", at)
        })
        .collect();
    let count = u64::try_from(names.len()).unwrap_or(u64::MAX);
    let known = u64::try_from(verified.known).unwrap_or(u64::MAX);
    let names = names.join(&l.t("sheet-list-comma"));
    t_args(l, "sheet-signed-by", &[("count", &count), ("known", &known), ("names", &names)])
}

/// Ways to check: programs and their arguments.
fn checks(l: Locale, read: &Receipt, file_name: &str) -> Vec<Row> {
    let command = |key: &str, value: String| Row { name: l.t(key), value, exact: true };
    let mut checks = Vec::new();
    if let Content::File { salt, .. } = read.content() {
        let salt = huzhu_log::Hash::from_bytes(*salt).to_hex();
        checks.push(command("sheet-check-sum", format!("(echo {salt} | xxd -r -p; cat FILE) | sha256sum")));
        checks.push(command(
            "sheet-check-program",
            format!("huzhu verify receipt {file_name} --policy POLICY --file FILE"),
        ));
    } else {
        let what = if read.share().is_some() { "share" } else { "receipt" };
        let program = format!("huzhu verify {what} {file_name} --policy POLICY");
        checks.push(command("sheet-check-program", program));
    }
    checks
}
