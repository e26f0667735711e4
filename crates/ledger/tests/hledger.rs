//! The export is read by the real hledger, and its balances are compared with ours.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use huzhu_ledger::{Account, Amount, Balances, Currency, EntryId, JournalEntry, Line, Side, amount, hledger};
use jiff::civil::date;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

/// Runs hledger over a journal on its standard input and gives its standard output.
fn run(journal: &str, arguments: &[&str]) -> String {
    let started = Command::new("hledger")
        .args(["-f", "-"])
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            panic!(
                "hledger is not installed: this test needs the Debian package `hledger` (apt-get install hledger)"
            )
        }
        Err(e) => panic!("hledger could not be started: {e}"),
    };
    child.stdin.take().unwrap().write_all(journal.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "hledger {arguments:?} refused the journal: {errors}\n{journal}");
    String::from_utf8(output.stdout).unwrap()
}

fn line(account: Account, side: Side, minor: u64) -> Line {
    Line { account, side, amount: Amount::from_minor(minor) }
}

/// Month, day, text, lines in units.
type Row = (i8, i8, &'static str, &'static [(Account, Side, u64)]);

/// The entries of a small life of a plan, with texts that try to break out of
/// their line.
const ROWS: [Row; 9] = {
    use Account as A;
    use Side::{Credit, Debit};
    [
        (
            1,
            28,
            "closing of the period; with a comment | and a payee\n    assets:bank  5 CNY",
            &[
                (A::SharesReceivable, Debit, 69_000),
                (A::AidPayable, Credit, 60_000),
                (A::FeeIncome, Credit, 4_800),
                (A::SurplusCarried, Credit, 4_200),
            ],
        ),
        (
            1,
            29,
            "collection",
            &[(A::CollectionsClearing, Debit, 68_000), (A::SharesReceivable, Credit, 68_000)],
        ),
        (1, 30, "arrived", &[(A::Bank, Debit, 68_000), (A::CollectionsClearing, Credit, 68_000)]),
        (
            1,
            30,
            "(not a code) * ! = ~ 互助 \u{1f9e7}",
            &[(A::Arrears, Debit, 900), (A::SharesReceivable, Credit, 900)],
        ),
        (
            2,
            2,
            "tag:value, other:thing",
            &[(A::AidPayable, Debit, 30_000), (A::PayoutsClearing, Credit, 30_000)],
        ),
        (2, 3, "", &[(A::PayoutsClearing, Debit, 30_000), (A::Bank, Credit, 30_000)]),
        (2, 4, "sponsor", &[(A::Bank, Debit, 11), (A::SponsorAccount, Credit, 11)]),
        (2, 5, "given up", &[(A::WriteOffs, Debit, 900), (A::Arrears, Credit, 900)]),
        (2, 6, "fee", &[(A::FeesDrawn, Debit, 4_800), (A::Bank, Credit, 4_800)]),
    ]
};

/// The rows in a currency; `scale` minor units for each unit, so that every digit of the currency is in use.
fn journal(currency: Currency, scale: u64) -> Vec<JournalEntry> {
    let id = |n: usize| EntryId::new((u128::from(scale) << 64) + u128::try_from(n).unwrap());
    let mut entries = Vec::new();
    for (n, (month, day, text, lines)) in ROWS.into_iter().enumerate() {
        let scaled = lines.iter().map(|&(account, side, units)| line(account, side, units * scale)).collect();
        let entry = JournalEntry::new(id(n), date(2019, month, day), currency, text, scaled).unwrap();
        entries.push(entry.with_reference("period: 2019-01\nassets:bank  1 CNY"));
    }
    entries.push(entries[7].reverse(id(ROWS.len()), date(2019, 2, 7), "typed wrongly"));
    entries
}

/// hledger's idea of the balances, by account and currency, as signed decimal text (debits positive).
fn foreign_balances(text: &str) -> BTreeMap<(String, String), String> {
    let csv = run(text, &["balance", "--flat", "--no-total", "-E", "-O", "csv", "--layout=tidy"]);
    csv.lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split("\",\"").map(|cell| cell.trim_matches('"')).collect();
            let (account, commodity, value) = (cells[0], cells[cells.len() - 2], cells[cells.len() - 1]);
            ((account.to_owned(), commodity.to_owned()), value.to_owned())
        })
        .collect()
}

fn our_balances(books: &[Balances]) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for book in books {
        for (account, balance) in book.iter() {
            let sign = if balance.side == Side::Credit && balance.minor > 0 { "-" } else { "" };
            let number = format!("{sign}{}", amount::decimal(balance.minor, book.currency()));
            all.insert((account.hledger(), book.currency().code().to_owned()), number);
        }
    }
    all
}

/// `-0.00`, `0` and `0.00` are the same number.
fn plain(number: &str) -> String {
    if number.chars().all(|c| "-0.".contains(c)) { "0".to_owned() } else { number.to_owned() }
}

#[test]
fn hledger_accepts_the_journal_and_its_balances_equal_ours() {
    let currencies = [(Currency::CNY, 100_003), (Currency::JPY, 3), (Currency::KWD, 1_234_567)];
    let mut entries = Vec::new();
    let mut books = Vec::new();
    for (currency, scale) in currencies {
        let of_currency = journal(currency, scale);
        let mut balances = Balances::new(currency);
        for entry in &of_currency {
            balances.apply(entry).unwrap();
        }
        assert_eq!(balances.audit(), []);
        books.push(balances);
        entries.extend(of_currency);
    }
    let text = hledger::export("Test plan\ninclude nothing.journal", &entries);
    run(&text, &["check", "--strict"]);
    let theirs = foreign_balances(&text);
    let ours = our_balances(&books);
    assert!(ours.len() >= 3 * 10, "the journal is not large enough to mean something: {ours:?}");
    for (key, number) in &ours {
        let found = theirs.get(key).map_or("0", String::as_str);
        assert_eq!(plain(found), plain(number), "{key:?}");
    }
    // An account that came out even stands in hledger's table as 0 of no currency.
    let unknown =
        theirs.iter().find(|(key, number)| !key.1.is_empty() && *number != "0" && !ours.contains_key(*key));
    assert_eq!(unknown, None);
}

#[test]
fn a_journal_without_entries_is_accepted() {
    let none: [JournalEntry; 0] = [];
    run(&hledger::export("Empty plan", &none), &["check", "--strict"]);
}

#[test]
fn hledger_refuses_a_journal_that_was_tampered_with() {
    let text = hledger::export("Test plan", &journal(Currency::CNY, 100));
    let tampered = text.replacen("assets:bank  ", "assets:bank  1", 1);
    assert_ne!(text, tampered);
    let refused = std::panic::catch_unwind(|| run(&tampered, &["check", "--strict"]));
    assert!(refused.is_err(), "the check of this test would accept anything");
}

#[test]
fn the_largest_amounts_survive_the_way_through_hledger() {
    let lines = vec![
        Line::debit(Account::Bank, Amount::MAX),
        Line::debit(Account::Bank, Amount::MAX),
        Line::credit(Account::SponsorAccount, Amount::MAX),
        Line::credit(Account::PrepaidBalances, Amount::MAX),
    ];
    let entry =
        JournalEntry::new(EntryId::new(1), date(9999, 12, 31), Currency::CNY, "large", lines).unwrap();
    let theirs = foreign_balances(&hledger::export("Large", [&entry]));
    let bank = theirs.get(&("assets:bank".to_owned(), "CNY".to_owned())).map(String::as_str);
    assert_eq!(bank, Some("368934881474191032.30"));
}
