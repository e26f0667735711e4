//! The journal as text for hledger, so that a program not written by us checks the books.
//!
//! Shape: one journal with directives for every currency and account that occurs, then the entries in the order given. The
//! amounts are written with exactly the digits of their currency and a point as decimal mark; debits are positive, credits
//! negative, as plain-text accounting has it.
//!
//! Guarantees: `hledger check --strict` accepts it (a test runs the real program); whatever a description holds, it stays
//! on its line and cannot become a posting, a comment or a tag.

use crate::account::{Account, Side};
use crate::amount;
use crate::currency::Currency;
use crate::entry::JournalEntry;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The whole journal of one plan. `title` names the plan in a comment at the top.
#[must_use]
pub fn export<'a>(title: &str, entries: impl IntoIterator<Item = &'a JournalEntry> + Clone) -> String {
    let mut out = format!("; {}\n\ndecimal-mark .\n\n", one_line(title));
    directives(entries.clone(), &mut out);
    for entry in entries {
        out.push('\n');
        write_entry(entry, &mut out);
    }
    out
}

fn directives<'a>(entries: impl IntoIterator<Item = &'a JournalEntry>, out: &mut String) {
    let mut currencies: BTreeSet<Currency> = BTreeSet::new();
    let mut accounts: BTreeSet<Account> = BTreeSet::new();
    for entry in entries {
        currencies.insert(entry.currency());
        accounts.extend(entry.lines().iter().map(|line| line.account));
    }
    for currency in currencies {
        let digits = "0".repeat(usize::from(currency.digits()));
        // The point stays even without digits: hledger insists on a decimal mark in this directive.
        line(out, format_args!("commodity 1000.{digits} {}", currency.code()));
    }
    out.push('\n');
    for account in accounts {
        line(out, format_args!("account {}", account.hledger()));
    }
}

fn write_entry(entry: &JournalEntry, out: &mut String) {
    line(out, format_args!("{} * ({}) {}", entry.date(), entry.id(), one_line(entry.description())));
    if let Some(reference) = entry.reference() {
        line(out, format_args!("    ; reference: {}", one_line(reference)));
    }
    if let Some(undone) = entry.reverses() {
        line(out, format_args!("    ; reverses: {undone}"));
    }
    for posting in entry.lines() {
        let sign = match posting.side {
            Side::Debit => "",
            Side::Credit => "-",
        };
        let number = amount::decimal(posting.amount.wide(), entry.currency());
        line(
            out,
            format_args!("    {}  {sign}{number} {}", posting.account.hledger(), entry.currency().code()),
        );
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a string does not fail");
}

/// Text that stays on its line: control characters become spaces; `;` would start a comment, `|` would split off a payee,
/// and `:` or `,` would make a tag out of a word.
fn one_line(text: &str) -> String {
    let safe = |c: char| match c {
        c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => ' ',
        ';' | ':' | ',' => '\u{b7}',
        '|' => '/',
        c => c,
    };
    text.chars().map(safe).collect()
}
