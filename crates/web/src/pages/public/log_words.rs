//! Plain words for what is on the log.

use huzhu_app::log::LogPlace;
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::{Moment, TimeZone};
use huzhu_ledger::{Amount, Currency};
use huzhu_log::{Body, EntryKind, Equation, Hash, KeyChange};

use crate::design::Fact;
use crate::i18n::Locale;
use crate::receipt::moment_in;

/// Key of the words for a kind of entry.
pub(crate) const fn kind_key(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Evidence => "log-kind-evidence",
        EntryKind::Decision => "log-kind-decision",
        EntryKind::PlanVersion => "log-kind-plan-version",
        EntryKind::Roster => "log-kind-roster",
        EntryKind::Notice => "log-kind-notice",
        EntryKind::Objection => "log-kind-objection",
        EntryKind::Draw => "log-kind-draw",
        EntryKind::Verdict => "log-kind-verdict",
        EntryKind::Settlement => "log-kind-settlement",
        EntryKind::Payout => "log-kind-payout",
        EntryKind::Key => "log-kind-key",
        EntryKind::Consents => "log-kind-consents",
        EntryKind::Tombstone => "log-kind-tombstone",
        EntryKind::Previous => "log-kind-previous",
        EntryKind::DrawRequest => "log-kind-draw-request",
    }
}

/// The words for a kind at the beginning of a line.
pub(super) fn kind_words(l: Locale, kind: EntryKind) -> String {
    let words = l.t(kind_key(kind));
    let mut signs = words.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

/// Address of an entry for the badge beside what it proves; empty: it is not on the log.
pub(in super::super) fn chain(place: Option<LogPlace>) -> String {
    place.map_or_else(String::new, |place| format!("/log/{}/{}", place.year, place.index))
}

/// What an entry says, field by field.
pub(super) fn facts(l: Locale, body: &Body) -> Vec<Fact> {
    let hash = |key: &str, hash: &Hash| Fact::new(l.t(key), hash.to_hex());
    let text = |key: &str, text: &str| Fact::new(l.t(key), text);
    let count = |key: &str, number: u64| Fact::new(l.t(key), l.count(number));
    match body {
        Body::Evidence(digest) | Body::Decision(digest) | Body::Objection(digest) | Body::Payout(digest) => {
            vec![hash("sheet-digest", digest)]
        }
        Body::PlanVersion { plan, version, terms } => vec![
            plan_fact(l, plan, ""),
            Fact {
                href: format!("/plans/{plan}/rules?version={version}"),
                action: l.t("log-see"),
                ..Fact::new(l.t("log-version"), version.to_string())
            },
            hash("log-terms", terms),
        ],
        Body::Roster { plan, period, root, count: members, counted_at } => vec![
            plan_fact(l, plan, ""),
            // A roster of jurors names no period: it has no page.
            match period.parse::<PeriodKey>() {
                Ok(_) => period_fact(l, plan, period),
                Err(_) => Fact::new(l.t("log-roster-for"), l.t("log-roster-jury")),
            },
            count("log-members", *members),
            Fact::new(l.t("log-counted-at"), time(l, *counted_at)),
            hash("log-roster-root", root),
        ],
        Body::Notice { plan, period, cards, count: number } => vec![
            plan_fact(l, plan, "/notice"),
            period_fact(l, plan, period),
            count("log-cards-count", *number),
            hash("log-cards", cards),
        ],
        Body::Draw { subject, roster, source, result } => vec![
            hash("log-subject", subject),
            hash("log-roster-root", roster),
            text("log-source", source),
            hash("log-drawn", result),
        ],
        Body::DrawRequest { subject, roster, source } => {
            vec![hash("log-subject", subject), hash("log-roster-root", roster), text("log-source", source)]
        }
        Body::Verdict { subject, tally, count: ballots } => {
            vec![hash("log-subject", subject), count("log-ballots", *ballots), hash("log-tally", tally)]
        }
        Body::Settlement { plan, period, currency, equation, statement, shares } => {
            let mut facts = vec![plan_fact(l, plan, ""), period_fact(l, plan, period)];
            facts.extend(equation_facts(l, currency, equation));
            facts.push(hash("log-statement", statement));
            facts.extend(shares.iter().map(|tree| hash("log-shares-root", &tree.root)));
            facts
        }
        Body::Key { change, text: key } => {
            vec![Fact::new(l.t("log-change"), l.t(change_key(*change))), text("log-key", key)]
        }
        Body::Consents { root, count: number } => {
            vec![count("log-consents-count", *number), hash("log-consents-root", root)]
        }
        Body::Tombstone { origin, index } => {
            vec![text("sheet-log", origin), text("log-erased-entry", &index.to_string())]
        }
        Body::Previous { origin, size, root } => {
            vec![text("sheet-log", origin), count("sheet-size", *size), hash("sheet-root", root)]
        }
    }
}

fn plan_fact(l: Locale, plan: &str, rest: &str) -> Fact {
    let href = format!("/plans/{plan}{rest}");
    Fact { href, action: l.t("log-see"), ..Fact::new(l.t("log-plan"), plan) }
}

fn period_fact(l: Locale, plan: &str, period: &str) -> Fact {
    let href = format!("/plans/{plan}/periods/{period}");
    Fact { href, action: l.t("log-see"), ..Fact::new(l.t("chart-period"), period) }
}

fn time(l: Locale, millis: u64) -> String {
    let at = i64::try_from(millis).ok().and_then(|millis| Moment::from_millisecond(millis).ok());
    at.map_or_else(|| millis.to_string(), |at| moment_in(l, at, &TimeZone::UTC))
}

fn equation_facts(l: Locale, currency: &str, equation: &Equation) -> Vec<Fact> {
    let currency = Currency::parse(currency).ok();
    let money = |minor: u64| match currency {
        Some(currency) => l.money(Amount::from_minor(minor), currency),
        None => minor.to_string(),
    };
    [
        ("log-aid", money(equation.aid)),
        ("log-fee", money(equation.fee)),
        ("log-carried-in", money(equation.carried_in)),
        ("log-surplus-before", money(equation.surplus_before)),
        ("log-cost", money(equation.cost)),
        ("log-members", l.count(equation.headcount)),
        ("log-share", money(equation.share)),
        ("log-shares-total", money(equation.shares_total)),
        ("log-surplus", money(equation.surplus)),
        ("log-borne-operator", money(equation.borne_by_operator)),
        ("log-borne-sponsor", money(equation.borne_by_sponsor)),
        ("log-carried-out", money(equation.carried_out)),
    ]
    .into_iter()
    .map(|(key, value)| Fact::new(l.t(key), value))
    .collect()
}

const fn change_key(change: KeyChange) -> &'static str {
    match change {
        KeyChange::LogKeyAdded => "log-change-log-added",
        KeyChange::LogKeyRetired => "log-change-log-retired",
        KeyChange::WitnessAdded => "log-change-witness-added",
        KeyChange::WitnessRetired => "log-change-witness-retired",
        KeyChange::RulesReplaced => "log-change-rules",
    }
}
