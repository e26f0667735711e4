//! Public figures of a plan: how long claims wait, how they end, how often a decision does not hold.
//!
//! Guarantees: small numbers arrive here already taken out; where one is missing the page says so and draws nothing.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use huzhu_app::statistics::{Count, Days, Month, MonthFigures, SMALL, Stage, Statistics};
use jiff::civil::date;

use super::super::frame::{Answer, Visit, plan_name};
use super::super::member::reason_text;
use super::Shown;
use crate::chart::{self, Frame, Point};
use crate::design::Page;
use crate::edge::Edge;
use crate::i18n::Locale;

/// The largest number of people that is not shown.
const LARGEST_HIDDEN: u64 = SMALL.saturating_sub(1);

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/plans/{id}/statistics", get(page))
}

#[derive(Template)]
#[template(path = "public/statistics.html")]
struct StatisticsPage {
    page: Page,
    l: Locale,
    base: String,
    /// The largest number that is not shown.
    largest_hidden: u64,
    empty: bool,
    stats: Vec<(String, String, String)>,
    stages: Vec<(String, String, String)>,
    reasons: Vec<(String, String)>,
    open: Vec<(String, String)>,
    charts: Vec<String>,
    months: Vec<MonthRow>,
}

struct MonthRow {
    name: String,
    reported: String,
    approved: String,
    refused: String,
    objections: String,
    opinions: String,
    agree: String,
    kappa: String,
}

async fn page(visit: Visit, Path(id): Path<String>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let terms = shown.terms()?;
    let found = visit.app().statistics(shown.id()).await?;
    let title = l.t("statistics-title");
    let reasons = found.refused.iter().map(|(code, n)| (reason_text(l, terms, code), count(l, *n)));
    let open = ["statistics-open-1", "statistics-open-2", "statistics-open-4", "statistics-open-8"]
        .into_iter()
        .chain(std::iter::once("statistics-open-longer"));
    visit.render(&StatisticsPage {
        page: visit.plan_page(format!("{title} · {}", plan_name(&shown.plan, l)), &shown.plan),
        l,
        base: format!("/plans/{}", shown.id()),
        largest_hidden: LARGEST_HIDDEN,
        empty: found.months.is_empty(),
        stats: stats(l, &found),
        stages: stages(l, &found),
        reasons: reasons.collect(),
        open: open.zip(found.open).map(|(key, n)| (l.t(key), count(l, n))).collect(),
        charts: charts(l, &found),
        months: found.months.iter().rev().map(|month| row(l, month)).collect(),
    })
}

/// A count, or that it is too small to be shown.
fn count(l: Locale, count: Count) -> String {
    count.map_or_else(|| l.t1("statistics-few", "least", SMALL), |count| l.count(count))
}

/// A part of a whole as percent: `-` where there is no whole, and the words for few where one of both is hidden.
fn part(l: Locale, part: Count, whole: Count) -> String {
    match (part, whole) {
        (_, Some(0)) => l.t("statistics-none"),
        (Some(part), Some(whole)) => {
            let hundredths = part.saturating_mul(10_000).checked_div(whole).unwrap_or(0);
            l.percent_hundredths(hundredths)
        }
        _ => l.t1("statistics-few", "least", SMALL),
    }
}

/// Cohen's kappa with two decimals; a true minus sign before negative ones.
fn kappa(l: Locale, thousandths: Option<i64>) -> String {
    let Some(thousandths) = thousandths else { return l.t("statistics-none") };
    let hundredths = thousandths.unsigned_abs().saturating_add(5).div_euclid(10);
    let sign = if thousandths < 0 && hundredths > 0 { "\u{2212}" } else { "" };
    format!("{sign}{}.{:02}", hundredths.div_euclid(100), hundredths.rem_euclid(100))
}

/// What stands out: label, figure, what it is counted from.
fn stats(l: Locale, found: &Statistics) -> Vec<(String, String, String)> {
    let of = |whole: Count| l.t1("statistics-of", "count", count(l, whole));
    let turnout = &found.turnout;
    vec![
        (l.t("statistics-approved"), count(l, found.approved), String::new()),
        (l.t("statistics-refused"), count(l, found.refusals), String::new()),
        (
            l.t("statistics-upheld"),
            part(l, found.objections_upheld, found.objections_answered),
            of(found.objections_answered),
        ),
        (l.t("statistics-verdicts-for"), part(l, found.verdicts_for, found.verdicts), of(found.verdicts)),
        (
            l.t("statistics-turnout"),
            part(l, turnout.ballots, turnout.electorate),
            l.t1("statistics-turnout-of", "count", count(l, turnout.electorate)),
        ),
        (
            l.t("statistics-agree"),
            found.agreement.agree.map_or_else(|| l.t("statistics-none"), |n| l.percent_hundredths(n)),
            l.t1("statistics-kappa-note", "kappa", kappa(l, found.agreement.kappa)),
        ),
        (l.t("statistics-missed"), count(l, found.missed), String::new()),
    ]
}

/// Stage, half of them took so long at most, how many went through.
fn stages(l: Locale, found: &Statistics) -> Vec<(String, String, String)> {
    let row = |(stage, days): &(Stage, Days)| {
        let median = days.median.map_or_else(|| l.t("statistics-none"), |days| l.days(days));
        (l.t(stage_key(*stage)), median, count(l, days.count))
    };
    found.stages.iter().map(row).collect()
}

const fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Review => "statistics-stage-review",
        Stage::Confirmation => "statistics-stage-confirmation",
        Stage::WaitForNotice => "statistics-stage-wait-for-notice",
        Stage::NoticeToPayout => "statistics-stage-notice-to-payout",
        Stage::Whole => "statistics-stage-whole",
        Stage::Objection => "statistics-stage-objection",
    }
}

fn row(l: Locale, month: &MonthFigures) -> MonthRow {
    let agreement = month.agreement;
    MonthRow {
        name: name_of(l, month.month),
        reported: count(l, month.reported),
        approved: count(l, month.approved),
        refused: count(l, month.refused),
        objections: count(l, month.objections),
        opinions: count(l, agreement.given),
        agree: agreement.agree.map_or_else(|| l.t("statistics-none"), |n| l.percent_hundredths(n)),
        kappa: kappa(l, agreement.kappa),
    }
}

fn name_of(l: Locale, month: Month) -> String {
    l.month_of(date(month.year, month.month, 1))
}

/// Claims by month: handed in, approved, refused.
fn charts(l: Locale, found: &Statistics) -> Vec<String> {
    type Column = fn(&MonthFigures) -> Count;
    let columns: [(&str, &str, Column); 3] = [
        ("reported", "statistics-chart-reported", |month| month.reported),
        ("approved", "statistics-chart-approved", |month| month.approved),
        ("refused", "statistics-chart-refused", |month| month.refused),
    ];
    let plain = |number: u64| l.count(number);
    let draw = |(id, key, column): (&str, &str, Column)| {
        let points: Vec<Point> = found
            .months
            .iter()
            .map(|month| {
                Point::new(month.month.to_string(), column(month).unwrap_or(0), count(l, column(month)))
            })
            .collect();
        let frame = Frame {
            id,
            l,
            title: &l.t(key),
            desc: &l.t1("statistics-chart-desc", "most", LARGEST_HIDDEN),
            x_name: &l.t("statistics-month"),
            y_name: &l.t("chart-claims-axis"),
            tick: &plain,
            cap: None,
        };
        chart::bars(&frame, &points)
    };
    columns.into_iter().map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_numbers_are_said_to_be_hidden_and_kappa_keeps_its_sign() {
        let l = Locale::En;
        for (found, expected) in [
            (count(l, Some(0)), "0"),
            (count(l, Some(1_234)), "1,234"),
            (count(l, None), "fewer than 5"),
            (part(l, Some(5), Some(20)), "25%"),
            (part(l, Some(0), Some(0)), "none"),
            (part(l, None, Some(20)), "fewer than 5"),
            (kappa(l, Some(400)), "0.40"),
            (kappa(l, Some(-1_000)), "\u{2212}1.00"),
            (kappa(l, Some(-4)), "0.00"),
            (kappa(l, Some(996)), "1.00"),
            (kappa(l, None), "none"),
        ] {
            assert_eq!(found, expected);
        }
    }
}
