//! What the rules say to a claim and what happened to it, in sentences.

use huzhu_app::claims::{ClaimView, EligibilityView, FindingView, Step};
use huzhu_domain::plan::{PlanTerms, Reason, ReasonCode};

use super::super::frame::language;
use super::super::phrases;
use crate::design::{self, StepState};
use crate::i18n::Locale;

/// One rule in words: kept or not, what it says.
pub(super) struct RuleLine {
    pub(super) tag: String,
    pub(super) tone: &'static str,
    pub(super) text: String,
    /// For a rule that is not kept: which term of the plan, and what would change it.
    pub(super) why: String,
}

/// Every rule in words, in order of precedence.
pub(super) fn rules(l: Locale, found: &EligibilityView) -> Vec<RuleLine> {
    found.findings.iter().map(|finding| rule(l, finding)).collect()
}

/// Keys of what a rule says when kept and when broken, and of what would change it.
const RULES: &[(&str, &str, &str, &str)] = &[
    ("not-enrolled", "rule-enrolled-kept", "rule-enrolled-broken", "remedy-not-enrolled"),
    ("diagnosed-before", "finding-diagnosed-kept", "finding-diagnosed-broken", "remedy-diagnosed"),
    ("undisclosed", "finding-declared-kept", "finding-declared-broken", "remedy-declared"),
    ("inside-wait", "rule-wait-kept", "rule-wait-broken", "remedy-inside-wait"),
    ("not-in-cover", "rule-cover-kept", "rule-cover-broken", "remedy-cover"),
    ("no-accident", "finding-cause-kept", "finding-cause-broken", "remedy-cause"),
    ("severity-not-covered", "finding-severity-kept", "finding-severity-broken", "remedy-severity"),
    ("age-not-covered", "finding-age-kept", "finding-age-broken", "remedy-age"),
    ("definition-not-met", "finding-definition-kept", "finding-definition-broken", "remedy-definition"),
    ("excluded", "finding-excluded-kept", "finding-excluded-broken", "remedy-excluded"),
    ("filed-late", "rule-filed-kept", "rule-filed-broken", "remedy-filed-late"),
    ("shares-unpaid", "rule-shares-kept", "rule-shares-broken", "remedy-shares-unpaid"),
    ("paid-before", "finding-second-kept", "finding-second-broken", "remedy-second"),
    ("ceiling-reached", "rule-ceiling-kept", "rule-ceiling-broken", "remedy-ceiling-reached"),
];

/// What a refusal cites where a jury found against a claim that nobody had refused before.
const BY_JURY: &str = "by-jury";

/// Two sentences after each other.
fn sentences(l: Locale, both: &[String; 2]) -> String {
    both.join(if l.is_zh() { "" } else { " " })
}

fn rule(l: Locale, finding: &FindingView) -> RuleLine {
    let known = RULES.iter().find(|(word, ..)| *word == finding.rule);
    let (kept, broken, remedy) =
        known.map_or(("rule-other", "rule-other", "remedy-evidence"), |keys| (keys.1, keys.2, keys.3));
    let day = finding.day.map_or_else(|| l.t("rule-no-day"), |day| l.day(day));
    let (tag, tone, key) =
        if finding.kept { ("rule-kept", "good", kept) } else { ("rule-broken", "wait", broken) };
    let why = if finding.kept {
        String::new()
    } else {
        sentences(l, &[l.t1("why-rule", "term", &finding.term), l.t(remedy)])
    };
    RuleLine { tag: l.t(tag), tone, text: l.t1(key, "day", day), why }
}

/// What somebody can do who thinks that a refusal is wrong.
pub(in crate::pages) fn appeal(l: Locale, terms: &PlanTerms) -> String {
    match terms.jury() {
        Some(_) => l.t1("why-jury", "days", terms.review().days.jury_request),
        None => l.t("why-no-jury"),
    }
}

/// Why a claim was refused: the text of the plan's reason or exclusion, or of the rule that the facts broke.
pub(crate) fn reason(l: Locale, terms: &PlanTerms, code: &ReasonCode) -> String {
    let own = terms.review().reasons.iter().find(|reason| reason.code == *code).map(|reason| &reason.text);
    let exclusion = terms.cover().exclusions.iter().find(|one| one.code == *code).map(|one| &one.text);
    if let Some(text) = exclusion.or(own) {
        return text.get(language(l)).to_owned();
    }
    rule_reason(l, code.as_str())
}

/// A reason that no plan file words: a rule that the facts broke, or a jury.
pub(crate) fn rule_reason(l: Locale, code: &str) -> String {
    match code {
        BY_JURY => l.t("reason-by-jury"),
        "not-enrolled" => l.t("reason-not-enrolled"),
        "inside-wait" => l.t("reason-inside-wait"),
        "not-in-cover" => l.t("reason-not-in-cover"),
        "filed-late" => l.t("reason-filed-late"),
        "shares-unpaid" => l.t("reason-shares-unpaid"),
        "ceiling-reached" => l.t("reason-ceiling-reached"),
        other => RULES
            .iter()
            .find(|(word, ..)| *word == other)
            .map_or_else(|| other.to_owned(), |(_, _, broken, _)| l.t1(broken, "day", l.t("rule-no-day"))),
    }
}

/// What would change a refusal.
pub(in crate::pages) fn remedy(l: Locale, code: &ReasonCode) -> String {
    if code.as_str() == BY_JURY {
        return l.t("remedy-by-jury");
    }
    let known = RULES.iter().find(|(word, ..)| *word == code.as_str());
    l.t(known.map_or("remedy-evidence", |(_, _, _, remedy)| *remedy))
}

/// A refusal for the claimant: who decided, the reason, what was found and by which term, what would change it.
pub(super) struct Refusal {
    pub(super) sorry: String,
    pub(super) reason: String,
    pub(super) found: String,
    pub(super) why: String,
}

/// The words of a refusal; `None` where nothing was refused.
pub(super) fn refusal(l: Locale, view: &ClaimView, terms: &PlanTerms) -> Option<Refusal> {
    let code = view.reason.as_ref()?;
    let judged = view.timeline.iter().any(|step| step.kind == "claim.verdict-applied");
    let sorry = l.t(if judged { "claim-refused-judged" } else { "claim-refused-sorry" });
    let findings = view.eligibility.as_ref().map_or(&[][..], |found| found.findings.as_slice());
    let broken = findings.iter().find(|finding| !finding.kept && finding.rule == code.as_str());
    let reason = reason(l, terms, code);
    let Some(broken) = broken else {
        let cited = l.t1("why-rule", "term", cited(terms, code));
        return Some(Refusal {
            sorry,
            reason,
            found: String::new(),
            why: sentences(l, &[cited, remedy(l, code)]),
        });
    };
    // With the day that decided, which the text of the plan cannot know.
    let line = rule(l, broken);
    let found = if line.text == reason { String::new() } else { line.text };
    Some(Refusal { sorry, found, why: line.why, reason })
}

/// The term of the plan file that words a reason.
fn cited(terms: &PlanTerms, code: &ReasonCode) -> String {
    let own = |list: &[Reason]| list.iter().any(|reason| reason.code == *code);
    if terms.cover().exclusions.iter().any(|one| one.code == *code) {
        format!("cover.exclusions.{code}")
    } else if own(&terms.review().reasons) {
        format!("review.reasons.{code}")
    } else {
        "jury.threshold".to_owned()
    }
}

/// What happened so far, what is going on, and what follows.
pub(super) fn timeline(l: Locale, view: &ClaimView, terms: &PlanTerms) -> Vec<design::Step> {
    let zone = terms.zone();
    let mut steps: Vec<design::Step> = view
        .timeline
        .iter()
        .filter_map(|step| {
            Some(design::Step {
                state: StepState::Done,
                title: l.t(step_key(step)?),
                when: l.moment(step.at, zone),
                text: step.text.clone().unwrap_or_default(),
            })
        })
        .collect();
    let (state, _) = phrases::claim_state(l, view.state);
    let until = view.until.map(|until| l.t1("claim-due", "until", phrases::deadline(l, until, zone)));
    match view.state {
        "paid" | "withdrawn" | "refused" | "verdict" => {
            if let Some(last) = steps.last_mut() {
                last.state = StepState::Ended;
            }
        }
        _ => {
            steps.push(design::Step {
                state: StepState::Now,
                title: state,
                when: until.unwrap_or_default(),
                text: phrases::holder(l, view.holder),
            });
            steps.extend(to_come(view.state).iter().map(|key| design::Step {
                state: StepState::Next,
                title: l.t(key),
                when: String::new(),
                text: String::new(),
            }));
        }
    }
    steps
}

/// Steps that are on the log: words, address of the receipt.
pub(super) fn receipts(l: Locale, base: &str, view: &ClaimView) -> Vec<(String, String)> {
    let logged = view.timeline.iter().filter(|step| step.logged.is_some());
    logged
        .filter_map(|step| Some((step_title(l, step)?, format!("{base}/steps/{}/receipt", step.number))))
        .collect()
}

/// A step in words; `None` for those that say nothing to a claimant.
pub(in super::super) fn step_title(l: Locale, step: &Step) -> Option<String> {
    step_key(step).map(|key| l.t(key))
}

/// Text of an event; `None` for those that say nothing to a claimant.
fn step_key(step: &Step) -> Option<&'static str> {
    Some(match step.kind {
        "claim.drafted" => "step-drafted",
        "claim.reported" => "step-reported",
        "claim.taken" => "step-taken",
        "claim.more-evidence-requested" => "step-more-evidence",
        "claim.evidence-completed" => "step-evidence-completed",
        "claim.recommended" => "step-recommended",
        "claim.returned" => "step-returned",
        "claim.approved" => "step-approved",
        "claim.refused" => "step-refused",
        "claim.put-on-notice" => "step-on-notice",
        "claim.cleared" => "step-cleared",
        "claim.became-payable" => "step-payable",
        "claim.paid" => "step-paid",
        "claim.withdrawn" => "step-withdrawn",
        "claim.evidence-opened" => "step-opened",
        "claim.card-opened" => "step-card-opened",
        "claim.dispute-evidence-added" => "step-dispute-evidence",
        "claim.assigned" => "step-assigned",
        "claim.investigation-ordered" => "step-investigation-ordered",
        "claim.findings-handed-in" => "step-findings",
        "claim.investigation-ended" => "step-investigation-ended",
        "claim.objected" => "step-objected",
        "claim.objection-dismissed" => "step-objection-dismissed",
        "claim.objection-withdrawn" => "step-objection-withdrawn",
        "claim.objection-upheld" => "step-objection-upheld",
        "claim.jury-requested" => "step-jury-requested",
        "claim.jury-declined" => "step-jury-declined",
        "claim.verdict-reached" => "step-verdict",
        "claim.verdict-applied" => "step-verdict-applied",
        "claim.deadline-passed" => "step-late",
        _ => return None,
    })
}

/// What follows a state when all goes well.
fn to_come(state: &str) -> &'static [&'static str] {
    const ALL: [&str; 6] =
        ["next-review", "next-confirm", "next-notice", "next-share", "next-pay", "next-done"];
    let from = match state {
        "draft" => 0,
        "reported" | "under-review" | "more-evidence-needed" | "investigating" => 1,
        "recommended" | "approved" => 2,
        "on-notice" | "objected" => 3,
        "cleared" => 4,
        // What follows depends on the verdict.
        "jury-requested" => ALL.len(),
        _ => 5,
    };
    ALL.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use huzhu_domain::claim::FindingKind;

    use super::*;

    #[test]
    fn every_rule_says_what_it_found_by_which_term_and_what_would_change_it() {
        for l in Locale::ALL {
            for kind in FindingKind::ALL {
                let broken = |kept| FindingView {
                    rule: kind.word().to_owned(),
                    kept,
                    day: None,
                    term: "a.term = 1".to_owned(),
                    remedy: kind.remedy().word().to_owned(),
                };
                let line = rule(l, &broken(false));
                assert!(line.why.contains("a.term = 1"), "{}", kind.word());
                assert_ne!(line.text, rule(l, &broken(true)).text, "{}", kind.word());
                assert_ne!(line.text, l.t("rule-other"), "{}", kind.word());
                let code = ReasonCode::new(kind.word()).expect("a code");
                assert!(line.why.ends_with(&remedy(l, &code)), "{}", kind.word());
            }
        }
    }
}
