//! The claim desk: facts, evidence, what the rules find, what happened so far, and what the visitor can do next.
//!
//! Shape: [`show`] reads the claim and its terms and fills one page; [`super::verbs`] brings it back with mistakes. Amounts
//! come from the use cases. A file is shown in the page only when it was asked for, since each look is recorded.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::LoadedPlan;
use huzhu_app::claims::{AskedFor, ClaimView, FindingView, days_to_choose};
use huzhu_app::error::{AppError, FieldMistake, Refusal};
use huzhu_app::permission::Action;
use huzhu_domain::claim::Recommendation;
use huzhu_domain::id::ClaimId;
use huzhu_domain::member::Role;
use huzhu_domain::plan::{AidKind, ConditionCode, Language, PlanTerms, ReasonCode};
use huzhu_domain::time::{Day, age_days, age_years, day_of};
use serde::Deserialize;

use super::viewer::{Looking, Viewer};
use super::{console, last_day, needs, words};
use crate::design::{Choice, Fact, FieldError, NavItem, Page, Step, StepState};
use crate::i18n::Locale;
use crate::pages::card_opening;
use crate::pages::forms::Fields;
use crate::pages::frame::{Answer, MemberVisit, PageError, plan_name, see_other};
use crate::pages::phrases;
use crate::problem::Problem;

/// What the address asks for, and what a form brought back.
#[derive(Default)]
pub(super) struct Given {
    /// Status of the page; zero errors mean 200.
    pub(super) status: StatusCode,
    /// Mistakes of the form.
    pub(super) errors: Vec<FieldError>,
    /// What was typed.
    pub(super) fields: Fields,
    /// The verb that was just done.
    pub(super) done: String,
    /// The claim whose verb led here, and the verb.
    pub(super) after: (String, String),
    /// The files to show in the page.
    pub(super) looking: Looking,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    beside: String,
    #[serde(default)]
    size: String,
}

#[derive(Template)]
#[template(path = "staff/desk.html")]
struct DeskPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    trail: Vec<NavItem>,
    errors: Vec<FieldError>,
    done: String,
    /// Query of the ways to the next and the previous claim.
    next: &'static str,
    kicker: String,
    title: String,
    state: String,
    tone: &'static str,
    clock: Clock,
    facts: Vec<Fact>,
    definition: String,
    findings: Vec<FindingLine>,
    /// The person was erased, so that no rule can look at the facts.
    erased: bool,
    eligible: bool,
    aid_text: String,
    asked: Vec<AskedItem>,
    viewer: Viewer,
    steps: Vec<Step>,
    recommendation: String,
    /// What it has in common with other claims, a sentence each.
    signals: Vec<String>,
    /// Facts behind the card that the visitor may open: words, address of the file.
    hidden: Vec<(String, String)>,
    can: Acts,
    address: String,
    /// Where somebody says that they are too close to the claim.
    claim_address: String,
    key: String,
    text: String,
    /// Rows in which things are asked for one by one.
    items: Vec<ItemRow>,
    /// The time that the claimant has in any case.
    usual_day: String,
    /// What is asked for now: what, until when.
    requested: Vec<(String, String)>,
    cost: String,
    reasons: Vec<Choice>,
}

/// Things that the form of the desk asks for at once; the API takes more.
const ITEM_ROWS: usize = 3;

/// A row in which something is asked for.
struct ItemRow {
    label: String,
    item: String,
    text: String,
    due: String,
    days: Vec<Choice>,
}

/// Time left on the claim, and who has the ball.
struct Clock {
    left: String,
    unit: String,
    who: String,
    what: String,
    tone: &'static str,
}

pub(super) struct FindingLine {
    pub(super) rule: String,
    pub(super) kept: bool,
    pub(super) sentence: String,
    /// The term of the plan.
    pub(super) term: String,
}

pub(super) struct AskedItem {
    pub(super) name: String,
    pub(super) required: bool,
}

/// What the visitor can do now.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts; no two of them exclude each other")]
struct Acts {
    /// `take`, `take-over`, `go-on`, `advise`, `decide`, `own-advice`; empty for nothing.
    act: &'static str,
    /// The plan pays a part of the cost, which the reviewer has to type in.
    needs_cost: bool,
    /// Notes what papers show, asks others.
    works: bool,
    /// The own queue is that of confirmers.
    confirms: bool,
    /// There is an own queue, with a claim before and after this one.
    queues: bool,
}

/// The desk of one claim.
pub(super) async fn page(visit: MemberVisit, Path(id): Path<String>, Query(wish): Query<Wish>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let looking = Looking { file: wish.file, beside: wish.beside, size: wish.size };
    let given = Given { done: wish.done, after: (wish.after, wish.of), looking, ..Given::default() };
    show(&visit, claim, given).await
}

/// Whether a refusal says that the visitor looks at the claim blindly first.
pub(super) fn is_blind(refusal: &Refusal) -> bool {
    refusal.code == "claim-opinion-first"
}

/// The desk with what a form brought back.
pub(super) async fn show(visit: &MemberVisit, claim: ClaimId, given: Given) -> Result<Response, PageError> {
    let view = match visit.app().claim_view(&visit.call(), claim).await {
        Ok(view) if view.own => return Err(AppError::NotFound("claim").into()),
        Err(AppError::Refused(refusal)) if is_blind(&refusal) => {
            return Ok(see_other(&format!("{}/{claim}", super::opinion::LIST)));
        }
        other => other?,
    };
    let plan = visit.app().plan_summary(&view.plan).await?.plan;
    let terms = plan.plan.terms_of(view.version).ok_or_else(Problem::not_found)?;
    let status = given.status;
    let signals = visit.app().claim_signals(&visit.call(), claim).await?;
    let mut shown = desk(visit, &view, &plan, terms, given);
    shown.signals = signals.into_iter().map(|signal| words::signal(visit.l(), signal)).collect();
    Ok(shown.viewer.allowed(visit.render_as(status, &shown)?))
}

fn desk(
    visit: &MemberVisit,
    view: &ClaimView,
    plan: &LoadedPlan,
    terms: &PlanTerms,
    given: Given,
) -> DeskPage {
    let (l, language) = (visit.l(), visit.language());
    let condition = terms.condition(&view.illness.condition);
    let name = condition.map_or(view.illness.condition.as_str(), |found| found.name.get(language));
    let title =
        l.t2("staff-desk-title", "condition", name, "severity", words::severity(l, view.illness.severity));
    let found = view.eligibility.as_ref();
    let can = acts(visit, view, terms);
    let back = if visit.has(Role::Reviewer) {
        NavItem::new(l.t("staff-review-title"), format!("/staff/review?plan={}", view.plan), false)
    } else {
        NavItem::new(l.t("staff-nav-today"), "/staff", false)
    };
    let aid = found.map_or_else(Default::default, |found| found.aid);
    let address = format!("/staff/claims/{}", view.id);
    let days = days_to_choose(terms, visit.now());
    let viewer = Viewer::of(visit, view.id, &address, terms, &view.evidence, &given.looking);
    DeskPage {
        page: visit.page(title.clone()),
        l,
        ways: console(visit, ""),
        trail: vec![back, NavItem::new(words::short_id(&view.id), "", true)],
        done: told_done(l, &given),
        next: if can.confirms { "?as=confirm" } else { "" },
        kicker: l.t3(
            "staff-desk-kicker",
            "plan",
            plan_name(plan, l),
            "version",
            view.version.0,
            "claim",
            words::short_id(&view.id),
        ),
        title,
        state: words::claim_state(l, view.state),
        tone: words::claim_tone(view.state),
        clock: clock(visit, view, terms),
        facts: facts(visit, view, terms),
        definition: condition.map_or_else(String::new, |found| found.definition.get(language).to_owned()),
        findings: finding_lines(l, findings_of(view)),
        erased: found.is_none(),
        eligible: found.is_some_and(|found| found.eligible),
        aid_text: l.money_round(aid, view.currency),
        asked: asked_items(language, &view.illness.condition, terms),
        viewer,
        steps: steps(l, view, terms),
        recommendation: recommendation(l, language, view, terms),
        signals: Vec::new(),
        hidden: if needs(visit, Action::OpenCard).is_ok() {
            card_opening::links(l, &address, view)
        } else {
            Vec::new()
        },
        can,
        claim_address: address.clone(),
        address,
        key: visit.fresh_key(),
        text: given.fields.text("text").to_owned(),
        usual_day: days.first().map_or_else(String::new, |day| l.day(*day)),
        items: item_rows(l, &days, &given.fields),
        requested: phrases::requested(l, &view.request_items),
        cost: given.fields.text("cost").to_owned(),
        reasons: reasons(l, language, findings_of(view), terms, given.fields.text("reason")),
        errors: given.errors,
    }
}

/// Empty rows for things that are asked for, or what was typed into them.
fn item_rows(l: Locale, days: &[Day], typed: &Fields) -> Vec<ItemRow> {
    let row = |number: usize| {
        let (item, due) = (format!("item-{number}"), format!("due-{number}"));
        let chosen = typed.text(&due);
        let choice = |(at, day): (usize, &Day)| {
            let value = if at == 0 { String::new() } else { day.to_string() };
            let name = l.day(*day);
            let name = if at == 0 { l.t1("staff-request-due-usual", "day", name) } else { name };
            Choice::new(value.clone(), name, value == chosen)
        };
        ItemRow {
            label: l.t1("staff-request-item", "number", number),
            text: typed.text(&item).to_owned(),
            days: days.iter().enumerate().map(choice).collect(),
            item,
            due,
        }
    };
    (1..=ITEM_ROWS).map(row).collect()
}

/// The things that the form asks for; empty rows are none.
pub(super) fn asked_for(fields: &Fields) -> Result<Vec<AskedFor>, AppError> {
    let mut items = Vec::new();
    for number in 1..=ITEM_ROWS {
        let text = fields.text(&format!("item-{number}")).trim().to_owned();
        if text.is_empty() {
            continue;
        }
        let due = match fields.text(&format!("due-{number}")) {
            "" => None,
            day => Some(day.parse().map_err(|_| {
                let field = format!("due-{number}");
                AppError::Invalid(vec![FieldMistake { field, code: "not-a-day", values: Vec::new() }])
            })?),
        };
        items.push(AskedFor { text, due });
    }
    Ok(items)
}

/// What the use case says of an item, at the rows of the form.
pub(super) fn renamed(mut errors: Vec<FieldError>) -> Vec<FieldError> {
    for error in &mut errors {
        if error.field.starts_with("items[") {
            "item-1".clone_into(&mut error.field);
        }
    }
    errors
}

fn acts(visit: &MemberVisit, view: &ClaimView, terms: &PlanTerms) -> Acts {
    let mine = view.reviewer == Some(visit.id);
    let reviews = visit.has(Role::Reviewer);
    let overdue = view.until.is_some_and(|until| until < visit.now());
    // Below the limit of the terms another reviewer is a second person too.
    let large = view.recommendation.as_ref().is_none_or(|one| terms.review().needs_confirmer(one.aid()));
    let confirms = visit.has(Role::Confirmer) || (reviews && !large);
    let act = match view.state {
        "reported" if reviews => "take",
        "under-review" if reviews && mine => "advise",
        "under-review" if reviews => "take-over",
        "more-evidence-needed" if reviews && overdue => "go-on",
        "recommended" if confirms && mine => "own-advice",
        "recommended" if confirms => "decide",
        _ => "",
    };
    let confirms = confirms && (!reviews || view.state == "recommended");
    Acts {
        act,
        queues: reviews || visit.has(Role::Confirmer),
        works: reviews,
        confirms,
        needs_cost: matches!(terms.aid().kind, AidKind::Reimbursement { .. }),
    }
}

fn clock(visit: &MemberVisit, view: &ClaimView, terms: &PlanTerms) -> Clock {
    let l = visit.l();
    let who = words::holder(l, view.holder);
    let Some(until) = view.until else {
        let days = view
            .reported
            .map_or(0, |at| age_days(day_of(at, terms.zone()), day_of(visit.now(), terms.zone())));
        let left = l.count(u64::try_from(days).unwrap_or(0));
        return Clock {
            left,
            unit: l.t("staff-days-old"),
            who,
            what: words::claim_state(l, view.state),
            tone: "",
        };
    };
    let (last, today) = (last_day(until, terms.zone()), day_of(visit.now(), terms.zone()));
    let days = age_days(today, last);
    let late = until < visit.now();
    Clock {
        left: l.count(u64::from(days.unsigned_abs())),
        unit: l.t(if late { "staff-days-late" } else { "staff-days-left" }),
        who,
        what: l.t1("staff-due-by", "day", l.day_in(last, today)),
        tone: if late {
            "bad"
        } else if days <= 2 {
            "wait"
        } else {
            ""
        },
    }
}

fn facts(visit: &MemberVisit, view: &ClaimView, terms: &PlanTerms) -> Vec<Fact> {
    let l = visit.l();
    let event = view.illness.event_date;
    let mut facts = Vec::new();
    match &view.person {
        Some(person) => {
            facts.push(Fact::new(l.t("staff-fact-person"), person.name.clone()));
            let age = u16::try_from(age_years(person.birth, event))
                .map_or_else(|_| String::new(), |age| l.age(age));
            facts.push(Fact::new(l.t("staff-fact-age"), age));
            facts.push(Fact::new(l.t("staff-fact-region"), person.region.clone()));
        }
        None => facts.push(Fact::new(l.t("staff-fact-person"), l.t("staff-fact-erased"))),
    }
    facts.push(Fact::new(l.t("staff-fact-event"), l.day(event)));
    let cause = if view.illness.accident { "staff-cause-accident" } else { "staff-cause-illness" };
    facts.push(Fact::new(l.t("staff-fact-cause"), l.t(cause)));
    facts.push(Fact::new(l.t("staff-fact-joined"), l.day(view.joined)));
    let days = u64::try_from(age_days(view.joined, event)).unwrap_or(0);
    facts.push(Fact::new(l.t("staff-fact-days"), l.days(days)));
    if let Some(at) = view.reported {
        facts.push(Fact::new(l.t("staff-fact-reported"), l.moment(at, terms.zone())));
    }
    if let Some(period) = view.period {
        facts.push(Fact {
            href: format!("/plans/{}/periods/{period}", view.plan),
            action: l.t("staff-fact-see"),
            ..Fact::new(l.t("staff-fact-period"), period.to_string())
        });
    }
    facts.push(Fact::new(l.t("staff-fact-claim"), view.id.to_string()));
    facts
}

/// What the terms ask for as evidence of a condition.
pub(super) fn asked_items(
    language: Language,
    condition: &ConditionCode,
    terms: &PlanTerms,
) -> Vec<AskedItem> {
    let Some(condition) = terms.condition(condition) else { return Vec::new() };
    let items = terms.review().evidence_for(&condition.group);
    items
        .map(|item| AskedItem { name: item.name.get(language).to_owned(), required: item.required })
        .collect()
}

/// What the rules found, in words.
pub(super) fn finding_lines(l: Locale, findings: &[FindingView]) -> Vec<FindingLine> {
    let line = |finding: &FindingView| FindingLine {
        rule: words::rule(l, &finding.rule),
        kept: finding.kept,
        sentence: words::finding(l, finding),
        term: finding.term.clone(),
    };
    findings.iter().map(line).collect()
}

fn findings_of(view: &ClaimView) -> &[FindingView] {
    view.eligibility.as_ref().map(|found| found.findings.as_slice()).unwrap_or_default()
}

fn steps(l: Locale, view: &ClaimView, terms: &PlanTerms) -> Vec<Step> {
    let last = view.timeline.len().saturating_sub(1);
    let step = |(at, step): (usize, &huzhu_app::claims::Step)| Step {
        state: if at == last && view.holder != "nobody" { StepState::Now } else { StepState::Done },
        title: words::event(l, step.kind),
        when: l.t2(
            "staff-step-when",
            "at",
            l.moment(step.at, terms.zone()),
            "who",
            words::acted_as(l, step.role),
        ),
        text: step.text.clone().unwrap_or_default(),
    };
    view.timeline.iter().enumerate().map(step).collect()
}

fn recommendation(l: Locale, language: Language, view: &ClaimView, terms: &PlanTerms) -> String {
    match &view.recommendation {
        Some(Recommendation::Approve { aid }) => {
            l.t1("staff-recommended-approve", "aid", l.money(*aid, view.currency))
        }
        Some(Recommendation::Refuse { reason }) => {
            l.t1("staff-recommended-refuse", "reason", reason_text(l, language, reason, view, terms))
        }
        None => match (&view.reason, view.aid) {
            (Some(reason), _) => {
                l.t1("staff-decided-refused", "reason", reason_text(l, language, reason, view, terms))
            }
            (None, Some(aid)) => l.t1("staff-decided-aid", "aid", l.money(aid, view.currency)),
            (None, None) => String::new(),
        },
    }
}

/// A reason in words: of the terms, or the rule that is broken.
fn reason_text(
    l: Locale,
    language: Language,
    reason: &ReasonCode,
    view: &ClaimView,
    terms: &PlanTerms,
) -> String {
    let of_terms = terms.review().reasons.iter().find(|known| known.code == *reason).map(|known| &known.text);
    let exclusions = &terms.cover().exclusions;
    let excluded = || exclusions.iter().find(|known| known.code == *reason).map(|known| &known.text);
    if let Some(text) = of_terms.or_else(excluded) {
        return text.get(language).to_owned();
    }
    let broken = findings_of(view).iter().find(|finding| !finding.kept && finding.rule == reason.as_str());
    broken.map_or_else(|| reason.to_string(), |finding| words::finding(l, finding))
}

/// Reasons that a refusal may cite: rules that are broken first, then exclusions and reasons of the terms.
pub(super) fn reasons(
    l: Locale,
    language: Language,
    findings: &[FindingView],
    terms: &PlanTerms,
    typed: &str,
) -> Vec<Choice> {
    let broken = findings
        .iter()
        .filter(|finding| !finding.kept)
        .map(|finding| (finding.rule.clone(), words::finding(l, finding)));
    let exclusions = terms.cover().exclusions.iter();
    let excluded = exclusions
        .map(|one| (one.code.to_string(), l.t1("staff-reason-excluded", "text", one.text.get(language))));
    let named =
        terms.review().reasons.iter().map(|one| (one.code.to_string(), one.text.get(language).to_owned()));
    std::iter::once((String::new(), l.t("staff-reason-choose")))
        .chain(broken)
        .chain(excluded)
        .chain(named)
        .map(|(code, text)| Choice::new(code.clone(), text, code == typed))
        .collect()
}

/// What was done here, or what was done on the claim before that led here.
fn told_done(l: Locale, given: &Given) -> String {
    let (verb, of) = &given.after;
    if verb.is_empty() { done_text(l, &given.done) } else { after_text(l, verb, of) }
}

/// What was done to another claim, on the page that it led to.
pub(super) fn after_text(l: Locale, verb: &str, of: &str) -> String {
    match (done_text(l, verb), of.parse::<ClaimId>()) {
        (text, Ok(claim)) if !text.is_empty() => {
            l.t2("staff-after", "claim", words::short_id(&claim), "text", text)
        }
        _ => String::new(),
    }
}

fn done_text(l: Locale, done: &str) -> String {
    match done {
        "take" => l.t("staff-done-take"),
        "request" => l.t("staff-done-request"),
        "approve" => l.t("staff-done-approve"),
        "refuse" => l.t("staff-done-refuse"),
        "confirm" => l.t("staff-done-confirm"),
        "return" => l.t("staff-done-return"),
        "examine" => l.t("staff-done-examine"),
        "assign" => l.t("staff-done-assign"),
        "investigate" => l.t("staff-done-investigate"),
        "end-investigation" => l.t("staff-done-end-investigation"),
        _ => String::new(),
    }
}
