//! SQL stays portable between SQLite, PostgreSQL and what speaks its protocol: checked over `.sql` files and over the SQL
//! strings of `crates/store`. The reasons are in `docs/scale.md`.

use super::lexer::Kind;
use super::repo::{Finding, Repo};

/// Words (in order) that are refused, and what to do instead.
const BANNED: &[(&str, &str)] = &[
    ("serial", "ids come from the caller; the dense index from a block allocator"),
    ("bigserial", "ids come from the caller; the dense index from a block allocator"),
    ("autoincrement", "ids come from the caller; the dense index from a block allocator"),
    ("create sequence", "ids come from the caller; the dense index from a block allocator"),
    ("nextval", "ids come from the caller; the dense index from a block allocator"),
    ("pg_advisory_lock", "use a lease row with a fencing token"),
    ("pg_advisory_xact_lock", "use a lease row with a fencing token"),
    ("pg_try_advisory_lock", "use a lease row with a fencing token"),
    ("skip locked", "use a lease row with a fencing token"),
    ("create trigger", "write the effect in the same transaction, from the use case"),
    ("create temp", "keep the intermediate result in memory"),
    ("create temporary", "keep the intermediate result in memory"),
    ("listen", "poll by position; a wake-up is only an optimisation"),
    ("notify", "poll by position; a wake-up is only an optimisation"),
    ("foreign key", "aggregates do not know each other's rows; the use case checks"),
    ("references", "aggregates do not know each other's rows; the use case checks"),
];

/// Words in the name of a column that make it money.
const MONEY: &[&str] =
    &["amount", "aid", "fee", "share", "surplus", "cost", "balance", "debit", "credit", "arrears", "minor"];

/// Aggregates that calculate.
const AGGREGATES: &[&str] = &["sum", "avg", "total"];

const MONEY_REMEDY: &str =
    "calculate in Rust with `Amount`: SQL dialects divide and widen integers differently";

/// Words that begin a statement; a string that begins so is SQL.
const STARTS: &[&str] = &[
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "WITH", "DROP", "REPLACE", "BEGIN", "PRAGMA",
];

/// Checks `.sql` files and SQL strings.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    for file in &repo.files {
        if file.ending() == "sql" {
            check_sql(&file.path, 1, &file.text, out);
        }
        if file.room() == Some("store") {
            for token in file.tokens.iter().filter(|t| t.kind == Kind::Text && is_sql(&t.text)) {
                check_sql(&file.path, token.line, &token.text, out);
            }
        }
    }
}

/// True if the string begins with a word of SQL, in capitals as the house writes it.
pub(crate) fn is_sql(text: &str) -> bool {
    let text = text.trim_start_matches(['\\', '\n', ' ']);
    STARTS.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\n', '\\'])))
}

/// Words and marks of SQL with their lines (from 0), without comments and quoted text.
pub(crate) fn tokens(sql: &str) -> Vec<(String, usize)> {
    let mut out: Vec<(String, usize)> = Vec::new();
    for (line, text) in sql.lines().enumerate() {
        let text = text.split("--").next().unwrap_or_default();
        let mut word = String::new();
        let mut quoted = false;
        for c in text.chars().chain([' ']) {
            if c == '\'' {
                quoted = !quoted;
            }
            if !quoted && (c.is_alphanumeric() || c == '_') {
                word.push(c.to_ascii_lowercase());
                continue;
            }
            if !word.is_empty() {
                out.push((std::mem::take(&mut word), line));
            }
            if !quoted && !c.is_whitespace() && c != '\'' && c != '\\' {
                out.push((c.to_string(), line));
            }
        }
    }
    out
}

fn check_sql(path: &str, first_line: usize, sql: &str, out: &mut Vec<Finding>) {
    let tokens = tokens(sql);
    let mut find = |line: usize, what: String, remedy: &str| {
        out.push(Finding::new(path, first_line.saturating_add(line), "sql", what, remedy));
    };
    for (banned, remedy) in BANNED {
        let words: Vec<&str> = banned.split(' ').collect();
        for window in tokens.windows(words.len()) {
            if window.iter().map(|(text, _)| text.as_str()).eq(words.iter().copied()) {
                let line = window.first().map_or(0, |(_, line)| *line);
                find(line, format!("`{}`", banned.to_uppercase()), remedy);
            }
        }
    }
    for window in tokens.windows(3) {
        let [(a, line), (b, _), (c, _)] = window else {
            continue;
        };
        let operator = matches!(b.as_str(), "+" | "-" | "*" | "/" | "%");
        let operands = is_operand(a) && is_operand(c) && (is_money(a) || is_money(c));
        if operator && operands {
            find(*line, format!("arithmetic on money: `{a} {b} {c}`"), MONEY_REMEDY);
        }
        if AGGREGATES.contains(&a.as_str()) && b == "(" && is_money(c) {
            find(*line, format!("arithmetic on money: `{a}({c})`"), MONEY_REMEDY);
        }
    }
}

fn is_operand(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || "_?$:)(".contains(c))
}

fn is_money(text: &str) -> bool {
    text.split('_').any(|word| MONEY.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn sql_that_is_not_portable_is_refused() {
        let rows: &[(&str, &[usize])] = &[
            ("CREATE TABLE claim (id BLOB PRIMARY KEY, aid INTEGER NOT NULL)", &[]),
            ("CREATE TABLE claim (\n  id BIGSERIAL\n)", &[2]),
            ("-- a serial story\nSELECT 1", &[]),
            ("SELECT * FROM t WHERE kind = 'listen'", &[]),
            ("SELECT id FROM job FOR UPDATE SKIP LOCKED", &[1]),
            ("CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END", &[1]),
            ("CREATE TABLE a (b BLOB REFERENCES c (d))", &[1]),
            ("UPDATE account\nSET balance = balance + ?1", &[2]),
            ("SELECT sum(aid) FROM claim", &[1]),
            ("SELECT aid_minor / 2 FROM claim", &[1]),
            ("SELECT count(*), share FROM period", &[]),
            ("SELECT *, share FROM period", &[]),
            ("UPDATE plan SET headcount = headcount + 1", &[]),
            ("SELECT share, fee FROM period WHERE aid > ?1", &[]),
        ];
        for (sql, expected) in rows {
            let expected: Vec<String> = expected.iter().map(|line| format!("m/1.sql:{line} sql")).collect();
            assert_eq!(found(check, &[("m/1.sql", sql)]), expected, "{sql}");
        }
    }

    #[test]
    fn only_sql_strings_of_the_store_are_read() {
        let source = "fn a() {\n  run(\"SELECT sum(fee) FROM x\");\n  say(\"listen to me\");\n}";
        assert_eq!(found(check, &[("crates/store/src/a.rs", source)]), ["crates/store/src/a.rs:2 sql"]);
        assert!(found(check, &[("crates/app/src/a.rs", source)]).is_empty());
    }
}
