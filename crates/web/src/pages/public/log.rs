//! The log for everybody: its newest head, what went in by day and kind, and single entries.
//!
//! Shape: `/log` is the overview, `/log/{year}` the entries of one year from the newest, `/log/day/{day}` those of one day (UTC) and
//! perhaps one kind, `/log/{year}/{index}` one entry down to its bytes. The files that programs read are in
//! [`crate::log_files`].
//!
//! Guarantees: every figure comes from the published log or from the notes of its feeder; entries hold nothing personal.
//!
//! Limits: counts by day are those of events; entries about keys and years are in the lists only.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_app::log::{EntryRow, EntryView, LogHead, LogPlace, ReceiptOf};
use huzhu_domain::time::{Day, TimeZone, day_of, plus_days};
use huzhu_log::{Bundle, EntryKind, Hash, SignedCheckpoint, Tile, TlogPolicy, TlogProof, Verified};

use super::super::frame::{Answer, PageError, Visit};
use super::super::receipts::{Form, Wanted, answer};
use super::log_words::{facts, kind_words};
use crate::chart::{self, Frame, Point};
use crate::design::{Fact, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::log_files::year;
use crate::problem::Problem;
use crate::receipt::signed;

/// Entries on one page of a list.
const ROWS: u32 = 50;
/// Rows of the table by day and kind; a page stays below 60 kB.
const COUNTS_SHOWN_MAX: usize = 40;
/// Days of the chart.
const DAYS_DRAWN: i64 = 60;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/log", get(overview))
        .route("/log/{year}", get(list))
        .route("/log/day/{day}", get(day))
        .route("/log/{year}/{index}", get(entry))
        .route("/log/{year}/{index}/proof.tlog-proof", get(proof))
        .route(
            "/log/{year}/{index}/receipt.pdf",
            get(|visit: Visit, Path(of): Path<(String, u64)>| public_receipt(visit, of, Form::Pdf)),
        )
}

/// One year in the chain of years.
struct Year {
    href: String,
    name: String,
    origin: String,
    size: String,
    root: String,
    /// What the first entry says about the year before; empty for the first year.
    before: String,
}

/// One line of the table by day and kind.
struct CountRow {
    day: String,
    kind: String,
    count: String,
    href: String,
}

#[derive(Template)]
#[template(path = "public/log.html")]
struct OverviewPage {
    page: Page,
    l: Locale,
    /// Empty: there is no log yet.
    size: String,
    head: Vec<Fact>,
    signed: String,
    checkpoint: String,
    base: String,
    chart: String,
    counts: Vec<CountRow>,
    latest: Vec<Line>,
    years: Vec<Year>,
}

async fn overview(visit: Visit) -> Answer {
    let l = visit.l();
    let heads = visit.app().log_heads().await?;
    let page = visit.page(l.t("log-title"));
    let Some(head) = heads.first() else {
        return visit.render(&OverviewPage {
            page,
            l,
            size: String::new(),
            head: Vec::new(),
            signed: String::new(),
            checkpoint: String::new(),
            base: String::new(),
            chart: String::new(),
            counts: Vec::new(),
            latest: Vec::new(),
            years: Vec::new(),
        });
    };
    let today = day_of(visit.now(), &TimeZone::UTC);
    let from = plus_days(today, DAYS_DRAWN.saturating_neg());
    let counts = visit.app().log_counts(from, plus_days(today, 1)).await?;
    let latest = visit.app().log_page(head.year, None, 10).await?;
    let verified = verified(head);
    visit.render(&OverviewPage {
        page,
        l,
        size: l.count(head.size),
        head: vec![
            Fact::new(l.t("sheet-log"), head.origin.clone()),
            Fact::new(l.t("sheet-size"), l.count(head.size)),
            Fact::new(l.t("sheet-root"), head.root.to_string()),
            Fact::new(l.t("sheet-signed"), signed(l, verified.as_ref(), &TimeZone::UTC)),
        ],
        signed: trust(l, verified.as_ref()),
        checkpoint: head.checkpoint.clone(),
        base: format!("/log/{}", head.year),
        chart: growth(l, &counts, from, today, head.size),
        counts: count_rows(l, &counts, today),
        latest: lines(l, &latest),
        years: years(l, &heads),
    })
}

/// Who signed the newest head, if the signatures are good under the published rules.
fn verified(head: &LogHead) -> Option<Verified> {
    let trusted = TlogPolicy::parse(head.tlog_policy.as_bytes()).ok()?;
    let checkpoint: SignedCheckpoint = head.checkpoint.parse().ok()?;
    trusted.check(&checkpoint).ok()
}

/// How far the newest head may be believed, in words.
fn trust(l: Locale, verified: Option<&Verified>) -> String {
    match verified {
        None => l.t("log-trust-none"),
        Some(verified) if !verified.is_satisfied => l.t("log-trust-short"),
        Some(verified) if verified.cosigned.is_empty() => l.t("log-trust-alone"),
        Some(verified) if verified.known == 1 => l.t("log-trust-own"),
        Some(_) => l.t("log-trust-full"),
    }
}

/// How the log grew, day by day. What no event made (keys, the year before) is there from the first day on.
fn growth(l: Locale, counts: &[(Day, EntryKind, u64)], from: Day, today: Day, size: u64) -> String {
    let all: u64 = counts.iter().map(|(.., count)| *count).sum();
    let mut sum = size.saturating_sub(all);
    let mut points = Vec::new();
    let mut day = counts.iter().map(|(day, ..)| *day).min().unwrap_or(today).max(from);
    while day <= today {
        let of_day: u64 = counts.iter().filter(|(own, ..)| *own == day).map(|(.., count)| *count).sum();
        sum = sum.saturating_add(of_day);
        points.push(Point::new(l.day_short(day), sum, l.count(sum)));
        day = plus_days(day, 1);
    }
    let frame = Frame {
        id: "growth",
        l,
        title: &l.t("log-growth-title"),
        desc: &l.t("log-growth-desc"),
        x_name: &l.t("log-day"),
        y_name: &l.t("log-entries"),
        tick: &|number| l.count(number),
        cap: None,
    };
    chart::area(&frame, &points)
}

fn count_rows(l: Locale, counts: &[(Day, EntryKind, u64)], today: Day) -> Vec<CountRow> {
    let row = |(day, kind, count): &(Day, EntryKind, u64)| CountRow {
        day: l.day_in(*day, today),
        kind: kind_words(l, *kind),
        count: l.count(*count),
        href: format!("/log/day/{day}?kind={kind}"),
    };
    counts.iter().take(COUNTS_SHOWN_MAX).map(row).collect()
}

fn years(l: Locale, heads: &[LogHead]) -> Vec<Year> {
    let row = |(at, head): (usize, &LogHead)| Year {
        href: format!("/log/{}", head.year),
        name: head.year.to_string(),
        origin: head.origin.clone(),
        size: l.count(head.size),
        root: head.root.to_string(),
        before: match heads.get(at.saturating_add(1)) {
            Some(before) => l.t1("log-year-before", "year", before.year.to_string()),
            None => l.t("log-year-first"),
        },
    };
    heads.iter().enumerate().map(row).collect()
}

/// One entry in a list.
struct Line {
    href: String,
    index: String,
    kind: String,
    at: String,
}

fn lines(l: Locale, rows: &[EntryRow]) -> Vec<Line> {
    let line = |row: &EntryRow| Line {
        href: href(row.place),
        index: row.place.index.to_string(),
        kind: kind_words(l, row.kind),
        at: crate::receipt::moment_in(l, row.at, &TimeZone::UTC),
    };
    rows.iter().map(line).collect()
}

fn href(place: LogPlace) -> String {
    format!("/log/{}/{}", place.year, place.index)
}

#[derive(Template)]
#[template(path = "public/log_list.html")]
struct ListPage {
    page: Page,
    l: Locale,
    title: String,
    lines: Vec<Line>,
    newer: String,
    older: String,
    note: String,
}

#[derive(serde::Deserialize)]
struct Before {
    before: Option<u64>,
}

async fn list(visit: Visit, Path(text): Path<String>, Query(paging): Query<Before>) -> Answer {
    let l = visit.l();
    let of = year(&text)?;
    let heads = visit.app().log_heads().await?;
    let head = heads.iter().find(|head| head.year == of).ok_or(AppError::NotFound("log"))?;
    let rows = visit.app().log_page(of, paging.before, ROWS).await?;
    let first = rows.first().map_or(0, |row| row.place.index);
    let last = rows.last().map_or(0, |row| row.place.index);
    let newer = first.saturating_add(1).saturating_add(u64::from(ROWS)).min(head.size);
    let title = l.t1("log-year-title", "year", of.to_string());
    visit.render(&ListPage {
        page: visit.page(title.clone()),
        l,
        title,
        lines: lines(l, &rows),
        newer: if !rows.is_empty() && first.saturating_add(1) < head.size {
            format!("/log/{of}?before={newer}")
        } else {
            String::new()
        },
        older: if last > 0 { format!("/log/{of}?before={last}") } else { String::new() },
        note: l.t3(
            "log-range",
            "from",
            last.to_string(),
            "to",
            first.to_string(),
            "size",
            l.count(head.size),
        ),
    })
}

#[derive(serde::Deserialize)]
struct OfKind {
    kind: Option<String>,
}

async fn day(visit: Visit, Path(day): Path<String>, Query(of): Query<OfKind>) -> Answer {
    let l = visit.l();
    let day: Day = day.parse().map_err(|_| AppError::NotFound("day"))?;
    let kind = match of.kind.as_deref().filter(|word| !word.is_empty()) {
        Some(word) => Some(word.parse::<EntryKind>().map_err(|_| AppError::NotFound("kind"))?),
        None => None,
    };
    let rows = visit.app().log_entries_of(day, kind).await?;
    let title = match kind {
        Some(kind) => l.t2("log-day-kind-title", "kind", kind_words(l, kind), "day", l.day(day)),
        None => l.t1("log-day-title", "day", l.day(day)),
    };
    let is_full = u32::try_from(rows.len()).is_ok_and(|rows| rows >= huzhu_app::log::ENTRIES_MAX);
    visit.render(&ListPage {
        page: visit.page(title.clone()),
        l,
        title,
        lines: lines(l, &rows),
        newer: String::new(),
        older: String::new(),
        note: if is_full { l.t1("log-day-full", "count", rows.len()) } else { String::new() },
    })
}

#[derive(Template)]
#[template(path = "public/log_entry.html")]
struct EntryPage {
    page: Page,
    l: Locale,
    kind: String,
    at: String,
    index: u64,
    base: String,
    year_href: String,
    year: String,
    /// What the entry says, field by field.
    says: Vec<Fact>,
    /// The holder alone knows what it is made of.
    salted: bool,
    bytes: String,
    leaf: String,
    path: Vec<String>,
    root: String,
    size: String,
    bundle: String,
    tile: String,
    newer: String,
    older: String,
}

async fn entry(visit: Visit, Path((text, index)): Path<(String, String)>) -> Answer {
    let l = visit.l();
    let place = place(&text, &index)?;
    let view = visit.app().log_entry(place).await?;
    let kind = view.entry.body.kind();
    let within = index_in_tile(&view);
    let near = |index: u64| format!("/log/{}/{index}", place.year);
    visit.render(&EntryPage {
        page: visit.page(l.t1("log-entry-title", "index", place.index.to_string())),
        l,
        kind: kind_words(l, kind),
        at: crate::receipt::moment_in(l, view.at, &TimeZone::UTC),
        index: place.index,
        base: href(place),
        year_href: format!("/log/{}", place.year),
        year: place.year.to_string(),
        says: facts(l, &view.entry.body),
        salted: kind.is_salted() || kind == EntryKind::Consents,
        bytes: hex(&view.bytes),
        leaf: view.leaf.to_string(),
        path: view.path.iter().map(Hash::to_string).collect(),
        root: view.root.to_string(),
        size: l.count(view.size),
        bundle: within
            .map_or_else(String::new, |(bundle, _)| format!("/log/{}/{}", place.year, bundle.path())),
        tile: within.map_or_else(String::new, |(_, tile)| format!("/log/{}/{}", place.year, tile.path())),
        newer: if place.index.saturating_add(1) < view.size {
            near(place.index.saturating_add(1))
        } else {
            String::new()
        },
        older: place.index.checked_sub(1).map_or_else(String::new, near),
    })
}

/// The files in which the entry and its hash stand.
fn index_in_tile(view: &EntryView) -> Option<(Bundle, Tile)> {
    let number = view.place.index.div_euclid(256);
    Some((Bundle::at(number, view.size)?, Tile::at(0, number, view.size)?))
}

fn place(text: &str, index: &str) -> Result<LogPlace, PageError> {
    let is_plain =
        index == "0" || (!index.starts_with('0') && index.bytes().all(|byte| byte.is_ascii_digit()));
    let index = index.parse().ok().filter(|_| is_plain).ok_or(AppError::NotFound("entry"))?;
    Ok(LogPlace { year: year(text)?, index })
}

/// Bytes as people compare them: pairs of digits, sixteen to a line.
fn hex(bytes: &[u8]) -> String {
    let lines = bytes
        .chunks(16)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// The way from an entry to the newest head as c2sp.org/tlog-proof: of public entries with what they say, else the bare proof.
async fn proof(visit: Visit, Path((text, index)): Path<(String, String)>) -> Answer {
    let of = place(&text, &index)?;
    let view = visit.app().log_entry(of).await?;
    let kind = view.entry.body.kind();
    if !kind.is_salted() && kind != EntryKind::Consents {
        return public_receipt(visit, (text, of.index), Form::File).await;
    }
    let head = visit.app().log_heads().await?.into_iter().find(|head| head.year == of.year);
    // A round of the log may have come between the two reads: the path must belong to the head that stands below it.
    let fits = head.filter(|head| head.size == view.size && head.root == view.root);
    let checkpoint = fits.and_then(|head| head.checkpoint.parse().ok()).ok_or_else(Problem::took_too_long)?;
    let proof = TlogProof { extra: None, index: of.index, path: view.path, checkpoint };
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{kind}-{}-{}.tlog-proof\"", of.year, of.index)),
    ];
    Ok((headers, proof.to_string()).into_response())
}

async fn public_receipt(visit: Visit, (text, index): (String, u64), form: Form) -> Answer {
    let l = visit.l();
    let base = format!("/log/{text}/{index}");
    let wanted = Wanted {
        of: ReceiptOf::Entry { year: year(&text)?, index },
        about: String::new(),
        zone: TimeZone::UTC,
        back: base.clone(),
        back_label: l.t1("log-entry-title", "index", index.to_string()),
        base,
    };
    answer(&visit, wanted, form).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_one_address() {
        for (year, index, expected) in [
            ("2026", "0", Some(0)),
            ("2026", "17", Some(17)),
            ("2026", "017", None),
            ("2026", "+7", None),
            ("2026", "", None),
            ("2026", "18446744073709551616", None),
            ("+026", "1", None),
            ("26", "1", None),
        ] {
            let found = place(year, index).ok().map(|place| place.index);
            assert_eq!(found, expected, "{year}/{index}");
        }
    }

    #[test]
    fn bytes_stand_sixteen_to_a_line() {
        assert_eq!(hex(&[0, 255]), "00 ff");
        assert_eq!(hex(&[1; 17]).lines().count(), 2);
    }
}
