//! The verify page: one self-contained document that checks receipts in the browser and works from a saved copy, offline.
//!
//! Shape: style, script, words and the published rules of trust stand inside the document. Its content security policy, sent as
//! a header and repeated in the document for saved copies, allows exactly this style and this script, and no connection at all.
//!
//! Guarantees: what a visitor drops here cannot leave the browser, neither by a mistake in the script nor by its own doing.
//!
//! Limits: whoever serves the page could serve another one. It says so by offering rules from elsewhere, a copy to keep, and
//! two other ways to check.

use std::fmt::Write as _;
use std::sync::LazyLock;

use askama::Template;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use huzhu_ledger::Currency;
use huzhu_log::EntryKind;
use sha2::{Digest as _, Sha256};

use super::super::frame::{Answer, Visit};
use super::log_words::kind_key;
use crate::design::{Theme, style};
use crate::edge::Edge;
use crate::i18n::{Arg, Locale, t_args};
use crate::problem::Problem;

/// The script as it stands in the document.
const SCRIPT: &str = include_str!("../../../assets/verify.js");
/// What the page adds to the stylesheet of the site.
const STYLE: &str = include_str!("../../../assets/verify.css");

/// Texts that the script shows. It names them without `verify-`.
const WORDS: &[&str] = &[
    "verify-form-bad",
    "verify-form-good",
    "verify-form-detail",
    "verify-inclusion-bad",
    "verify-inclusion-good",
    "verify-inclusion-detail",
    "verify-inclusion-fails",
    "verify-file-good",
    "verify-file-bad",
    "verify-file-bad-detail",
    "verify-file-open",
    "verify-file-none",
    "verify-rules-bad",
    "verify-rules-changed",
    "verify-log-unknown",
    "verify-log-unknown-detail",
    "verify-log-false",
    "verify-log-unsigned",
    "verify-log-good",
    "verify-witness-false",
    "verify-witness-line",
    "verify-quorum-bad",
    "verify-quorum-none",
    "verify-quorum-good",
    "verify-browser-old",
    "verify-browser-old-detail",
    "verify-bad-index",
    "verify-bad-path",
    "verify-bad-note",
    "verify-bad-receipt",
    "verify-bad-no-extra",
    "verify-bad-rules",
    "verify-bad-settlement",
    "verify-bad-share-kind",
    "verify-bad-share-form",
    "verify-bad-share-none",
    "verify-bad-share-place",
    "verify-bad-share-uncounted",
    "verify-bad-share-path",
    "verify-bad-share-many",
    "verify-bad-share-large",
    "verify-bad-share-root",
    "verify-bad-share-sum",
    "verify-bad-share-count",
    "verify-bad-equation",
    "verify-bad-equation-sum",
    "verify-bad-equation-count",
    "verify-bad-equation-cost",
    "verify-share-good",
    "verify-share-detail",
    "verify-share-detail-uncounted",
    "verify-share-all",
    "verify-share-all-detail",
    "verify-share-fails",
    "verify-share-shows-title",
    "verify-share-shows-1",
    "verify-share-shows-2",
    "verify-share-shows-3",
    "verify-share-not-title",
    "verify-share-not-1",
    "verify-share-not-2",
    "verify-share-not-3",
    "verify-share-not-4",
    "verify-equation-good",
    "verify-equation-fails",
    "verify-equation-needed",
    "verify-equation-paid",
    "verify-term-aid",
    "verify-term-fee",
    "verify-term-carried-in",
    "verify-term-surplus",
    "verify-term-shares",
    "verify-term-surplus-before",
    "verify-term-operator",
    "verify-term-sponsor",
    "verify-term-carried-out",
    "verify-minor-units",
    "verify-verdict-good",
    "verify-verdict-good-text",
    "verify-verdict-bad",
    "verify-verdict-bad-text",
    "verify-verdict-open",
    "verify-verdict-open-text",
    "verify-state-good",
    "verify-state-bad",
    "verify-state-open",
    "verify-message-title",
    "verify-working",
    "verify-only-file",
    "verify-nothing-yet",
    "verify-not-a-receipt",
    "verify-failed",
];

/// Values that the script puts into its texts, in braces.
const VALUES: [&str; 16] = [
    "amount", "at", "count", "got", "index", "kind", "known", "leaf", "name", "origin", "period", "place",
    "plan", "root", "size", "wanted",
];

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/verify", get(verify))
}

#[derive(Template)]
#[template(path = "public/verify.html")]
struct VerifyPage {
    l: Locale,
    theme: Theme,
    csp: String,
    style: &'static str,
    script: &'static str,
    words: String,
    rules: String,
}

async fn verify(visit: Visit) -> Answer {
    let l = visit.l();
    let heads = visit.app().log_heads().await?;
    // Rules of several years stand one behind the other; the script takes those that name the log of the receipt.
    let rules: Vec<String> = heads.into_iter().map(|head| head.tlog_policy).collect();
    let mut response = visit.render(&VerifyPage {
        l,
        theme: Theme::from_code(visit.visitor.theme),
        csp: csp_policy().to_owned(),
        style: full_style(),
        script: SCRIPT,
        words: words(l)?,
        rules: rules.join("---\n"),
    })?;
    let header = HeaderValue::from_str(&format!("{}; frame-ancestors 'none'", csp_policy()));
    let header = header.map_err(|_| Problem::broken())?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, header);
    Ok(response)
}

/// The stylesheet of the site with the page's own lines.
fn full_style() -> &'static str {
    static FULL: LazyLock<String> = LazyLock::new(|| format!("{}\n{STYLE}", style()));
    &FULL
}

/// What the document may do: this style, this script, and nothing else.
fn csp_policy() -> &'static str {
    static CSP_POLICY: LazyLock<String> = LazyLock::new(|| {
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
        format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'none'; form-action 'none'; \
             base-uri 'none'",
            hash(SCRIPT),
            hash(full_style())
        )
    });
    &CSP_POLICY
}

/// The texts of the script as JSON that may stand in a document.
fn words(l: Locale) -> Result<String, Problem> {
    let braced: Vec<(&str, String)> = VALUES.iter().map(|name| (*name, format!("{{{name}}}"))).collect();
    let args: Vec<(&str, &dyn Arg)> = braced.iter().map(|(name, text)| (*name, text as &dyn Arg)).collect();
    let text = |key: &str| serde_json::Value::String(t_args(l, key, &args));
    let own = WORDS.iter().map(|key| (key.trim_start_matches("verify-").to_owned(), text(key)));
    let kinds = EntryKind::ALL.into_iter().map(|kind| (format!("kind-{kind}"), text(kind_key(kind))));
    // What the script needs to write an amount: `CNY:2 JPY:0 ...`.
    let digits: Vec<String> =
        Currency::all().map(|currency| format!("{}:{}", currency.code(), currency.digits())).collect();
    let digits = ("digits".to_owned(), serde_json::Value::String(digits.join(" ")));
    let all: serde_json::Map<String, serde_json::Value> = own.chain(kinds).chain([digits]).collect();
    let json = serde_json::to_string(&all).map_err(|error| {
        tracing::error!(%error, "the words of the verify page are no JSON");
        Problem::broken()
    })?;
    let mut safe = String::with_capacity(json.len());
    for sign in json.chars() {
        // Nothing in it may end the element it stands in.
        if matches!(sign, '<' | '>' | '&') {
            let _ = write!(safe, "\\u{:04x}", u32::from(sign));
        } else {
            safe.push(sign);
        }
    }
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_document_ends_style_or_script_early() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(!full_style().contains('<'));
    }

    #[test]
    fn every_text_that_the_script_asks_for_is_there_in_both_languages() {
        for l in Locale::ALL {
            let words = words(l).unwrap();
            let words: serde_json::Value = serde_json::from_str(&words).unwrap();
            // Also those that are handed on to `need` and to the lines of a share.
            let handed_on = |text: &str| {
                let prefixes = ["bad-", "term-", "share-", "equation-"];
                prefixes.iter().any(|prefix| text.starts_with(prefix))
            };
            let quoted = SCRIPT.split('"').skip(1).step_by(2);
            let keys = quoted.filter(|text| handed_on(text) || SCRIPT.contains(&format!("say(\"{text}\"")));
            let mut count = 0;
            for key in keys {
                count += 1;
                assert!(words[key].is_string(), "{key}");
            }
            assert!(count > 25, "the script was read: {count}");
            assert!(words.as_object().unwrap().values().all(|text| text.as_str().unwrap().len() > 1));
        }
    }

    #[test]
    fn values_stand_in_braces_where_the_script_puts_them() {
        let words: serde_json::Value = serde_json::from_str(&words(Locale::En).unwrap()).unwrap();
        assert_eq!(words["quorum-bad"], "Too few witnesses cosigned: {count} of {known}.");
    }
}
