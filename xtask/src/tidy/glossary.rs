//! One concept, one word: the words that `docs/glossary.md` refuses may not become names in Rust, SQL, addresses, pages or
//! message catalogues.
//!
//! Names are split into words (`JuryMember`, `jury_member` and `jury-member` are the same two) and compared word by word, so
//! `subscriber` is not `subscription` and `username` is not `user`. Limits: comments and books are read by people, not by this rule.

use super::lexer::{Kind, Token};
use super::repo::{File, Finding, Repo};
use super::sql;

/// A refused word.
struct Term {
    /// Words in order; the last one also in its plural.
    not: &'static str,
    /// The word of the house.
    say: &'static str,
    /// Where it is refused.
    scope: Scope,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Names everywhere, and also the prose of pages and message catalogues.
    NamesAndProse,
    /// Names everywhere. The word has honest uses in sentences, such as "this is not insurance".
    Names,
    /// Names in the crates of rules and use cases; elsewhere it has a technical meaning.
    Rules,
}

const TERMS: &[Term] = &[
    refuse("user", "member", Scope::NamesAndProse),
    refuse("customer", "member", Scope::NamesAndProse),
    refuse("client", "member", Scope::Rules),
    refuse("policy", "plan, or rule", Scope::Names),
    refuse("policy holder", "member", Scope::NamesAndProse),
    refuse("policyholder", "member", Scope::NamesAndProse),
    refuse("insured", "member", Scope::Names),
    refuse("insurance", "plan", Scope::Names),
    refuse("product id", "plan", Scope::Rules),
    refuse("subscription", "enrolment", Scope::NamesAndProse),
    refuse("membership", "enrolment", Scope::Names),
    refuse("enrollment", "enrolment", Scope::NamesAndProse),
    refuse("family member", "dependant", Scope::Names),
    refuse("dependent", "dependant", Scope::Names),
    refuse("ticket", "claim", Scope::Names),
    refuse("case id", "claim id", Scope::Names),
    refuse("attachment", "evidence", Scope::Rules),
    refuse("benefit", "aid", Scope::Names),
    refuse("compensation", "aid", Scope::Names),
    refuse("survey", "investigation", Scope::Names),
    refuse("publicity", "notice", Scope::NamesAndProse),
    refuse("gossip", "notice", Scope::NamesAndProse),
    refuse("complaint", "objection", Scope::Names),
    refuse("panel", "jury", Scope::Rules),
    refuse("lottery", "draw", Scope::NamesAndProse),
    refuse("cycle", "period", Scope::Rules),
    refuse("billing", "settlement, or collection", Scope::NamesAndProse),
    refuse("invoice", "statement, or share", Scope::NamesAndProse),
    refuse("charge", "share", Scope::Names),
    refuse("premium", "share", Scope::Names),
    refuse("disbursement", "payout", Scope::NamesAndProse),
    refuse("transaction", "journal entry", Scope::Rules),
    refuse("blockchain", "log", Scope::NamesAndProse),
    refuse("certificate", "receipt", Scope::Rules),
];

const fn refuse(not: &'static str, say: &'static str, scope: Scope) -> Term {
    Term { not, say, scope }
}

/// Methods of the standard library that are named like a refused word.
const METHODS: &[&str] = &["cycle"];

/// Phrases that hold a refused word with good reason.
const ALLOWED: &[(&str, &str)] = &[
    ("user agent", "a header of HTTP"),
    ("jury case id", "a jury case is one judgment of a claim, and not the claim"),
    ("juror case id", "an address of a jury case"),
    ("user version", "a pragma of SQLite"),
    ("user select", "a property of CSS"),
    ("user scalable", "a property of the viewport"),
    ("user info", "a part of an address, RFC 3986"),
    ("security policy", "Content-Security-Policy"),
    ("csp policy", "Content-Security-Policy"),
    ("referrer policy", "a header of HTTP"),
    ("permissions policy", "a header of HTTP"),
    ("opener policy", "a header of HTTP"),
    ("embedder policy", "a header of HTTP"),
    ("resource policy", "a header of HTTP"),
    ("redirect policy", "a type of the HTTP client"),
    ("req policy", "a field of RFC 3161"),
    ("tlog policy", "a file format of C2SP"),
    ("year policy", "the address of such a file"),
    ("log policy", "the address of such a file"),
    ("customer credit transfer", "a message of ISO 20022"),
    ("customer direct debit", "a message of ISO 20022"),
    ("customer payment reversal", "a message of ISO 20022"),
    ("commercial insurance", "what another company sells"),
    ("not insurance", "the sentence that says what a plan is not"),
    ("free of charge", "plain English"),
];

const REMEDY_ALLOW: &str = "or, with a reason, add the phrase to ALLOWED in xtask/src/tidy/glossary.rs";

/// The rule's own table cannot follow the rule.
const EXEMPT: &[&str] = &["xtask/src/tidy/glossary.rs"];

/// Where a file uses a refused word: line, term, and the text around it.
type Hit = (usize, &'static Term, String);

/// Checks Rust names, SQL, addresses, pages and message catalogues. One finding for each word of a file.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    for file in repo.files.iter().filter(|f| !EXEMPT.contains(&f.path.as_str())) {
        let mut hits = Vec::new();
        match file.ending() {
            "rs" => check_rust(file, &mut hits),
            "sql" => {
                for (word, line) in sql::tokens(&file.text) {
                    check_words(file, line.saturating_add(1), &word, false, &mut hits);
                }
            }
            "html" | "ftl" if file.path.starts_with("crates/") => check_prose(file, &mut hits),
            _ => {}
        }
        for term in TERMS {
            let mut lines = hits.iter().filter(|(_, hit, _)| hit.not == term.not);
            if let Some((line, _, text)) = lines.next() {
                let more = lines.count();
                let what =
                    format!("`{}` in `{}` and in {more} more places of this file", term.not, text.trim());
                let remedy = format!("say `{}`, {REMEDY_ALLOW}", term.say);
                out.push(Finding::new(&file.path, *line, "glossary", what, &remedy));
            }
        }
    }
}

fn check_rust(file: &File, hits: &mut Vec<Hit>) {
    for (index, token) in file.tokens.iter().enumerate() {
        let is_name = token.kind == Kind::Word;
        let is_sql = token.kind == Kind::Text && file.room() == Some("store") && sql::is_sql(&token.text);
        let is_address = token.kind == Kind::Text && file.room() == Some("web") && is_address(&token.text);
        if is_sql {
            let words: Vec<String> = sql::tokens(&token.text).into_iter().map(|(word, _)| word).collect();
            check_words(file, token.line, &words.join(" "), false, hits);
        } else if is_name {
            // A name of others is known by its path: `redirect::Policy`.
            let path = parent(&file.tokens, index).unwrap_or_default();
            if !is_method(&file.tokens, index) && !is_allowed(&words(&format!("{path} {}", token.text))) {
                check_words(file, token.line, &token.text, false, hits);
            }
        } else if is_address {
            check_words(file, token.line, &token.text, false, hits);
        }
    }
}

/// True for a call such as `.cycle()` of what the standard library names so.
fn is_method(tokens: &[Token], index: usize) -> bool {
    let dot = index.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|t| t.text == ".");
    dot && tokens.get(index).is_some_and(|t| METHODS.contains(&t.text.as_str()))
}

/// The word before `::` before the token at `index`.
fn parent(tokens: &[Token], index: usize) -> Option<&str> {
    let from = index.checked_sub(3)?;
    let [word, a, b] = tokens.get(from..index)? else {
        return None;
    };
    let is_path = word.kind == Kind::Word && a.text == ":" && b.text == ":";
    is_path.then_some(word.text.as_str())
}

/// An address of ours: begins with a slash and has no blanks.
fn is_address(text: &str) -> bool {
    text.len() > 1 && text.starts_with('/') && !text.contains(char::is_whitespace)
}

fn check_prose(file: &File, hits: &mut Vec<Hit>) {
    for (index, line) in file.text.lines().enumerate() {
        check_words(file, index.saturating_add(1), line, true, hits);
    }
}

fn check_words(file: &File, line: usize, text: &str, prose: bool, hits: &mut Vec<Hit>) {
    let words = words(text);
    let rules = matches!(file.room(), Some("ledger" | "domain" | "planfile" | "app" | "forecast"));
    for term in TERMS {
        let applies = match term.scope {
            Scope::NamesAndProse => true,
            Scope::Names => !prose,
            Scope::Rules => !prose && rules,
        };
        if applies && uses(&words, term.not) {
            hits.push((line, term, text.to_owned()));
        }
    }
}

/// True if the words are an allowed phrase and nothing else.
fn is_allowed(words: &[String]) -> bool {
    ALLOWED.iter().any(|(phrase, _)| words.join(" ") == *phrase)
}

/// True if the words hold the term outside every allowed phrase.
fn uses(words: &[String], term: &str) -> bool {
    let places = places(words, term);
    places.into_iter().any(|(from, to)| {
        !ALLOWED.iter().any(|(phrase, _)| places_of(words, phrase).any(|(a, b)| a <= from && to <= b))
    })
}

fn places(words: &[String], phrase: &str) -> Vec<(usize, usize)> {
    places_of(words, phrase).collect()
}

fn places_of<'a>(words: &'a [String], phrase: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    let length = phrase.len();
    words.windows(length).enumerate().filter_map(move |(at, window)| {
        let same = window.iter().zip(&phrase).all(|(word, wanted)| word == wanted || is_plural(word, wanted));
        same.then_some((at, at.saturating_add(length)))
    })
}

fn is_plural(word: &str, singular: &str) -> bool {
    word.strip_suffix('s') == Some(singular)
        || word.strip_suffix("ies").is_some_and(|stem| singular.strip_suffix('y') == Some(stem))
}

/// The words of a name or a line, in lower case: split at everything that is no letter and before capitals.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let starts_word = c.is_uppercase() && before.is_lowercase();
        if (!c.is_alphabetic() || starts_word) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    fn check_one(path: &str, text: &str, expected: usize) {
        assert_eq!(found(check, &[(path, text)]).len(), expected, "{path}: {text}");
    }

    #[test]
    fn refused_words_are_found_in_every_spelling_of_a_name() {
        check_one("crates/app/src/a.rs", "let member = 1;", 0);
        check_one("crates/app/src/a.rs", "let user = 1;", 1);
        check_one("crates/app/src/a.rs", "let all_users = 1;", 1);
        check_one("crates/app/src/a.rs", "struct UserId;", 1);
        check_one("crates/app/src/a.rs", "struct Policies;", 1);
        check_one("crates/app/src/a.rs", "let policy_holder = 1;", 2);
        check_one("crates/app/src/a.rs", "let case_id = 1; let case = 2;", 1);
        check_one("crates/app/src/a.rs", "// the user\nlet a = \"user\";", 0);
    }

    #[test]
    fn phrases_of_others_are_allowed() {
        check_one("crates/web/src/a.rs", "header::USER_AGENT; CONTENT_SECURITY_POLICY;", 0);
        check_one("crates/web/src/a.rs", "tracing_subscriber; username;", 0);
        check_one("crates/gateways/src/a.rs", "reqwest::redirect::Policy::none()", 0);
        check_one("crates/gateways/src/a.rs", "other::Policy::none()", 1);
        check_one("crates/web/src/a.rs", "let user_agent_of_user = 1;", 1);
        check_one("crates/web/src/a.rs", "let user = 1; let users = 2;", 1);
    }

    #[test]
    fn words_with_a_technical_meaning_are_refused_among_the_rules_only() {
        check_one("crates/store/src/a.rs", "connection.transaction();", 0);
        check_one("crates/domain/src/a.rs", "fn transaction() {}", 1);
        check_one("crates/domain/src/a.rs", "[1].iter().cycle();", 0);
        check_one("crates/domain/src/a.rs", "let cycle = 1;", 1);
    }

    #[test]
    fn sql_addresses_pages_and_catalogues_are_read() {
        check_one("crates/store/src/a.rs", "let q = \"SELECT id FROM customer\";", 1);
        check_one("crates/store/src/a.rs", "let q = \"PRAGMA user_version\";", 0);
        check_one("crates/web/src/a.rs", "route(\"/users/{id}\")", 1);
        check_one("crates/web/src/a.rs", "say(\"the users / all\")", 0);
        check_one("crates/web/templates/a.html", "<p>Dear customer</p>", 1);
        check_one("crates/web/templates/a.html", "<p>This is not insurance, there is no premium.</p>", 0);
        check_one("crates/web/locales/en.ftl", "join = Your subscription", 1);
        check_one("docs/a.html", "<p>Dear customer</p>", 0);
        check_one("crates/store/src/1.sql", "CREATE TABLE customer (id BLOB)", 1);
    }
}
