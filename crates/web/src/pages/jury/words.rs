//! Words and small parts that the pages of juries share.

use huzhu_app::LoadedPlan;
use huzhu_app::error::AppError;
use huzhu_app::jury::QuestionView;
use huzhu_domain::id::JuryCaseId;
use huzhu_domain::jury::{Count, Phase, Ruling, Side};
use huzhu_domain::plan::{PlanId, PlanTerms, PlanVersion};
use huzhu_domain::time::{Moment, TimeZone};

use super::super::frame::{PageError, Visit};
use super::super::phrases;
use crate::i18n::{Locale, t_args};

/// The state of a case and the tone of its tag.
pub(super) fn state(l: Locale, word: &str) -> (String, &'static str) {
    match word {
        "requested" => (l.t("jury-state-requested"), "wait"),
        "declined" => (l.t("jury-state-declined"), ""),
        "open" => (l.t("jury-state-open"), "wait"),
        "drawing" => (l.t("jury-state-drawing"), "wait"),
        "sitting" => (l.t("jury-state-sitting"), "wait"),
        "counting" => (l.t("jury-state-counting"), "wait"),
        "closed" => (l.t("jury-state-closed"), "good"),
        _ => (l.t("jury-state-voided"), ""),
    }
}

/// Who has the ball, and until when.
pub(super) fn ball(l: Locale, phase: Phase, zone: &TimeZone) -> String {
    let who = match phase {
        Phase::WithClerk(_) => l.t("jury-phase-clerk"),
        Phase::WaitingForSeed => l.t("jury-phase-seed"),
        Phase::Voting(_) => l.t("jury-phase-voting"),
        Phase::Counting => l.t("jury-phase-counting"),
        Phase::Ended => l.t("jury-phase-ended"),
    };
    match phase.until() {
        Some(until) => format!("{who} {}", l.t1("jury-until", "until", phrases::deadline(l, until, zone))),
        None => who,
    }
}

/// A clock: how much is left, in which unit.
pub(super) struct Clock {
    pub(super) left: String,
    pub(super) unit: String,
}

/// The clock of a deadline; `None` once it has passed.
pub(super) fn clock(l: Locale, until: Option<Moment>, now: Moment, zone: &TimeZone) -> Option<Clock> {
    phrases::left(l, until?, now, zone).map(|(left, unit)| Clock { left, unit })
}

/// The sentence of a ruling.
pub(super) fn ruling(l: Locale, ruling: Ruling) -> String {
    match ruling {
        Ruling::ForClaimant => l.t("jury-ruling-for"),
        Ruling::AgainstClaimant => l.t("jury-ruling-against"),
        Ruling::NoQuorum => l.t("jury-ruling-none"),
    }
}

/// The sentence of a count.
pub(super) fn count(l: Locale, count: Count) -> String {
    t_args(
        l,
        "jury-count",
        &[
            ("yes", &l.count(count.for_claimant)),
            ("no", &l.count(count.against)),
            ("all", &l.count(count.electorate)),
        ],
    )
}

/// A question in the words of the page.
pub(super) struct QuestionLine {
    pub(super) number: u32,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) answer: String,
    /// The reader can answer it.
    pub(super) can_answer: bool,
    /// The clerk can sort it.
    pub(super) can_sort: bool,
}

/// A question of a page.
pub(super) fn question(l: Locale, one: QuestionView, can_answer: bool, can_sort: bool) -> QuestionLine {
    let to = match one.to {
        Side::Claimant => l.t("jury-question-to-claimant"),
        Side::Plan => l.t("jury-question-to-plan"),
    };
    QuestionLine { number: one.number, to, text: one.text, answer: one.answer, can_answer, can_sort }
}

/// What was said, or that nothing was.
pub(super) fn said(l: Locale, text: &str) -> String {
    if text.is_empty() { l.t("jury-said-nothing") } else { text.to_owned() }
}

/// The id of an address.
pub(super) fn jury_case_id(text: &str) -> Result<JuryCaseId, PageError> {
    text.parse().map_err(|_| AppError::NotFound("jury-case").into())
}

/// The plan of a case.
pub(super) async fn plan(visit: &Visit, id: &PlanId) -> Result<std::sync::Arc<LoadedPlan>, PageError> {
    Ok(visit.app().load_plan(id).await?)
}

/// The terms that rule a case.
pub(super) fn terms(plan: &LoadedPlan, version: PlanVersion) -> Result<&PlanTerms, PageError> {
    plan.plan.terms_of(version).ok_or_else(|| AppError::NotFound("plan").into())
}

/// The last digits of an id, which is all that anybody compares.
pub(super) fn short(id: JuryCaseId) -> String {
    let text = id.to_string();
    text.get(text.len().saturating_sub(6)..).unwrap_or_default().to_owned()
}
