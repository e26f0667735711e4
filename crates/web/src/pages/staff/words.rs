//! Words of states, events, roles and rules in the two languages, for everybody who works for a plan.
//!
//! Shape: one table for each kind of word. A word that is not in its table is shown as it is, so that a new state of the
//! domain never makes a page fail.

use huzhu_app::claims::FindingView;
use huzhu_domain::claim::Signal;
use huzhu_domain::member::Role;
use huzhu_domain::plan::Severity;

use crate::i18n::Locale;

/// The text of `word` in a table of words and keys.
fn told(l: Locale, table: &[(&str, &str)], word: &str) -> String {
    table.iter().find(|(own, _)| *own == word).map_or_else(|| word.to_owned(), |(_, key)| l.t(key))
}

/// The state of a claim.
pub(crate) fn claim_state(l: Locale, word: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("draft", "staff-state-draft"),
        ("reported", "staff-state-reported"),
        ("under-review", "staff-state-under-review"),
        ("more-evidence-needed", "staff-state-more-evidence-needed"),
        ("investigating", "staff-state-investigating"),
        ("recommended", "staff-state-recommended"),
        ("approved", "staff-state-approved"),
        ("refused", "staff-state-refused"),
        ("on-notice", "staff-state-on-notice"),
        ("objected", "staff-state-objected"),
        ("jury-requested", "staff-state-jury-requested"),
        ("verdict", "staff-state-verdict"),
        ("cleared", "staff-state-cleared"),
        ("payable", "staff-state-payable"),
        ("paid", "staff-state-paid"),
        ("withdrawn", "staff-state-withdrawn"),
    ];
    told(l, TABLE, word)
}

/// The tone of a claim's state.
pub(crate) fn claim_tone(word: &str) -> &'static str {
    match word {
        "approved" | "cleared" | "payable" | "paid" => "good",
        "reported"
        | "under-review"
        | "more-evidence-needed"
        | "investigating"
        | "recommended"
        | "objected" => "wait",
        _ => "",
    }
}

/// Who has the ball, as a sentence.
pub(crate) fn holder(l: Locale, word: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("claimant", "staff-holder-claimant"),
        ("reviewer", "staff-holder-reviewer"),
        ("investigator", "staff-holder-investigator"),
        ("confirmer", "staff-holder-confirmer"),
        ("calendar", "staff-holder-calendar"),
        ("members", "staff-holder-members"),
        ("jury", "staff-holder-jury"),
        ("operator", "staff-holder-operator"),
        ("nobody", "staff-holder-nobody"),
    ];
    told(l, TABLE, word)
}

/// In which role somebody did something.
pub(crate) fn acted_as(l: Locale, word: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("claimant", "staff-role-claimant"),
        ("reviewer", "staff-role-reviewer"),
        ("confirmer", "staff-role-confirmer"),
        ("staff", "staff-role-staff"),
        ("investigator", "staff-role-investigator"),
        ("clerk", "staff-role-clerk"),
        ("juror", "staff-role-juror"),
        ("operator", "staff-role-operator"),
        ("auditor", "staff-role-auditor"),
        ("member", "staff-role-member"),
        ("system", "staff-role-system"),
    ];
    told(l, TABLE, word)
}

/// A role that somebody holds.
pub(crate) fn role(l: Locale, role: Role) -> String {
    acted_as(l, role.word())
}

/// A kind of event.
#[expect(clippy::too_many_lines, reason = "one row for each kind of event")]
pub(crate) fn event(l: Locale, kind: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("member.registered", "staff-event-member-registered"),
        ("member.identity-given", "staff-event-member-identity-given"),
        ("member.role-granted", "staff-event-member-role-granted"),
        ("member.role-revoked", "staff-event-member-role-revoked"),
        ("member.preferences-chosen", "staff-event-member-preferences-chosen"),
        ("member.erased", "staff-event-member-erased"),
        ("plan.published", "staff-event-plan-published"),
        ("plan.withdrawn", "staff-event-plan-withdrawn"),
        ("plan.closed-to-joining", "staff-event-plan-closed-to-joining"),
        ("plan.opened-to-joining", "staff-event-plan-opened-to-joining"),
        ("enrolment.joined", "staff-event-enrolment-joined"),
        ("enrolment.fell-into-arrears", "staff-event-enrolment-fell-into-arrears"),
        ("enrolment.arrears-paid", "staff-event-enrolment-arrears-paid"),
        ("enrolment.arrears-given-up", "staff-event-enrolment-arrears-given-up"),
        ("enrolment.payer-changed", "staff-event-enrolment-payer-changed"),
        ("enrolment.ended", "staff-event-enrolment-ended"),
        ("period.notice-opened", "staff-event-period-notice-opened"),
        ("period.settled", "staff-event-period-settled"),
        ("period.collected", "staff-event-period-collected"),
        ("period.closed", "staff-event-period-closed"),
        ("claim.drafted", "staff-event-claim-drafted"),
        ("claim.described", "staff-event-claim-described"),
        ("claim.evidence-added", "staff-event-claim-evidence-added"),
        ("claim.evidence-removed", "staff-event-claim-evidence-removed"),
        ("claim.dispute-evidence-added", "staff-event-claim-dispute-evidence-added"),
        ("claim.evidence-opened", "staff-event-claim-evidence-opened"),
        ("claim.card-opened", "staff-event-claim-card-opened"),
        ("claim.examined", "staff-event-claim-examined"),
        ("claim.reported", "staff-event-claim-reported"),
        ("claim.taken", "staff-event-claim-taken"),
        ("claim.more-evidence-requested", "staff-event-claim-more-evidence-requested"),
        ("claim.evidence-completed", "staff-event-claim-evidence-completed"),
        ("claim.recommended", "staff-event-claim-recommended"),
        ("claim.returned", "staff-event-claim-returned"),
        ("claim.approved", "staff-event-claim-approved"),
        ("claim.refused", "staff-event-claim-refused"),
        ("claim.put-on-notice", "staff-event-claim-put-on-notice"),
        ("claim.cleared", "staff-event-claim-cleared"),
        ("claim.became-payable", "staff-event-claim-became-payable"),
        ("claim.paid", "staff-event-claim-paid"),
        ("claim.withdrawn", "staff-event-claim-withdrawn"),
        ("claim.assigned", "staff-event-claim-assigned"),
        ("claim.investigation-ordered", "staff-event-claim-investigation-ordered"),
        ("claim.findings-handed-in", "staff-event-claim-findings-handed-in"),
        ("claim.investigation-ended", "staff-event-claim-investigation-ended"),
        ("claim.objected", "staff-event-claim-objected"),
        ("claim.objection-dismissed", "staff-event-claim-objection-dismissed"),
        ("claim.objection-withdrawn", "staff-event-claim-objection-withdrawn"),
        ("claim.objection-upheld", "staff-event-claim-objection-upheld"),
        ("claim.jury-requested", "staff-event-claim-jury-requested"),
        ("claim.jury-due", "staff-event-claim-jury-due"),
        ("claim.jury-declined", "staff-event-claim-jury-declined"),
        ("claim.verdict-reached", "staff-event-claim-verdict-reached"),
        ("claim.verdict-applied", "staff-event-claim-verdict-applied"),
        ("claim.deadline-passed", "staff-event-claim-deadline-passed"),
        ("objection.raised", "staff-event-objection-raised"),
        ("objection.answered", "staff-event-objection-answered"),
        ("objection.withdrawn", "staff-event-objection-withdrawn"),
        ("objection.became-moot", "staff-event-objection-became-moot"),
        ("jury-case.requested", "staff-event-jury-case-requested"),
        ("jury-case.declined", "staff-event-jury-case-declined"),
        ("jury-case.opened", "staff-event-jury-case-opened"),
        ("jury-case.roster-committed", "staff-event-jury-case-roster-committed"),
        ("jury-case.drawn", "staff-event-jury-case-drawn"),
        ("jury-case.stepped-aside", "staff-event-jury-case-stepped-aside"),
        ("jury-case.statement-given", "staff-event-jury-case-statement-given"),
        ("jury-case.question-asked", "staff-event-jury-case-question-asked"),
        ("jury-case.question-passed-on", "staff-event-jury-case-question-passed-on"),
        ("jury-case.question-set-aside", "staff-event-jury-case-question-set-aside"),
        ("jury-case.question-answered", "staff-event-jury-case-question-answered"),
        ("jury-case.polls-closed", "staff-event-jury-case-polls-closed"),
        ("jury-case.closed", "staff-event-jury-case-closed"),
        ("jury-case.voided", "staff-event-jury-case-voided"),
        ("juror.exam-begun", "staff-event-juror-exam-begun"),
        ("juror.exam-taken", "staff-event-juror-exam-taken"),
        ("juror.volunteered", "staff-event-juror-volunteered"),
        ("juror.resigned", "staff-event-juror-resigned"),
        ("juror.struck-off", "staff-event-juror-struck-off"),
        ("ballot.cast", "staff-event-ballot-cast"),
        ("claim.conflict-declared", "staff-event-claim-conflict-declared"),
        ("claim.override-asked", "staff-event-claim-override-asked"),
        ("claim.override-confirmed", "staff-event-claim-override-confirmed"),
        ("claim.override-withdrawn", "staff-event-claim-override-withdrawn"),
        ("claim.hidden", "staff-event-claim-hidden"),
        ("second-review.drawn", "staff-event-second-review-drawn"),
        ("second-review.given", "staff-event-second-review-given"),
    ];
    told(l, TABLE, kind)
}

/// Something that can be asked of the platform, as the word of `huzhu_app::permission::Action`.
pub(crate) fn action(l: Locale, word: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("sign-in", "staff-action-sign-in"),
        ("give-identity", "staff-action-give-identity"),
        ("choose-preferences", "staff-action-choose-preferences"),
        ("join", "staff-action-join"),
        ("leave", "staff-action-leave"),
        ("file-claim", "staff-action-file-claim"),
        ("review-claim", "staff-action-review-claim"),
        ("confirm-claim", "staff-action-confirm-claim"),
        ("run-plan", "staff-action-run-plan"),
        ("run-period", "staff-action-run-period"),
        ("grant-roles", "staff-action-grant-roles"),
        ("run-webhooks", "staff-action-run-webhooks"),
        ("read-audit", "staff-action-read-audit"),
        ("read-claims", "staff-action-read-claims"),
        ("open-card", "staff-action-open-card"),
        ("erase-person", "staff-action-erase-person"),
        ("assign-claim", "staff-action-assign-claim"),
        ("investigate", "staff-action-investigate"),
        ("object", "staff-action-object"),
        ("answer-objection", "staff-action-answer-objection"),
        ("ask-jury", "staff-action-ask-jury"),
        ("run-jury", "staff-action-run-jury"),
        ("declare-conflict", "staff-action-declare-conflict"),
        ("ask-override", "staff-action-ask-override"),
        ("confirm-override", "staff-action-confirm-override"),
        ("serve-on-jury", "staff-action-serve-on-jury"),
    ];
    told(l, TABLE, word)
}

/// A severity grade.
pub(crate) fn severity(l: Locale, severity: Severity) -> String {
    l.t(match severity {
        Severity::Mild => "staff-severity-mild",
        Severity::Moderate => "staff-severity-moderate",
        Severity::Severe => "staff-severity-severe",
    })
}

/// The rule behind a finding, in a few words.
pub(crate) fn rule(l: Locale, word: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("not-enrolled", "staff-rule-enrolled"),
        ("inside-wait", "staff-rule-wait"),
        ("not-in-cover", "staff-rule-cover"),
        ("filed-late", "staff-rule-filed"),
        ("shares-unpaid", "staff-rule-shares"),
        ("ceiling-reached", "staff-rule-ceiling"),
        ("diagnosed-before", "rule-name-diagnosed"),
        ("undisclosed", "rule-name-declared"),
        ("no-accident", "rule-name-cause"),
        ("severity-not-covered", "rule-name-severity"),
        ("age-not-covered", "rule-name-age"),
        ("definition-not-met", "rule-name-definition"),
        ("excluded", "rule-name-excluded"),
        ("paid-before", "rule-name-second"),
    ];
    told(l, TABLE, word)
}

/// What a rule found, as a sentence with the day that decided.
pub(crate) fn finding(l: Locale, finding: &FindingView) -> String {
    const BROKEN: &[(&str, &str, &str)] = &[
        ("not-enrolled", "staff-broken-enrolled", "staff-broken-enrolled-day"),
        ("inside-wait", "staff-broken-wait", "staff-broken-wait-day"),
        ("not-in-cover", "staff-broken-cover", "staff-broken-cover-day"),
        ("filed-late", "staff-broken-filed", "staff-broken-filed-day"),
        ("shares-unpaid", "staff-broken-shares", "staff-broken-shares-day"),
        ("ceiling-reached", "staff-broken-ceiling", "staff-broken-ceiling-day"),
        ("diagnosed-before", "finding-diagnosed-broken", "finding-diagnosed-broken"),
        ("undisclosed", "finding-declared-broken", "finding-declared-broken"),
        ("no-accident", "finding-cause-broken", "finding-cause-broken"),
        ("severity-not-covered", "finding-severity-broken", "finding-severity-broken"),
        ("age-not-covered", "finding-age-broken", "finding-age-broken"),
        ("definition-not-met", "finding-definition-broken", "finding-definition-broken"),
        ("excluded", "finding-excluded-broken", "finding-excluded-broken"),
        ("paid-before", "finding-second-broken", "finding-second-broken"),
    ];
    const KEPT: &[(&str, &str, &str)] = &[
        ("not-enrolled", "staff-kept-enrolled", "staff-kept-enrolled-day"),
        ("inside-wait", "staff-kept-wait", "staff-kept-wait-day"),
        ("not-in-cover", "staff-kept-cover", "staff-kept-cover-day"),
        ("filed-late", "staff-kept-filed", "staff-kept-filed-day"),
        ("shares-unpaid", "staff-kept-shares", "staff-kept-shares-day"),
        ("ceiling-reached", "staff-kept-ceiling", "staff-kept-ceiling-day"),
        ("diagnosed-before", "finding-diagnosed-kept", "finding-diagnosed-kept"),
        ("undisclosed", "finding-declared-kept", "finding-declared-kept"),
        ("no-accident", "finding-cause-kept", "finding-cause-kept"),
        ("severity-not-covered", "finding-severity-kept", "finding-severity-kept"),
        ("age-not-covered", "finding-age-kept", "finding-age-kept"),
        ("definition-not-met", "finding-definition-kept", "finding-definition-kept"),
        ("excluded", "finding-excluded-kept", "finding-excluded-kept"),
        ("paid-before", "finding-second-kept", "finding-second-kept"),
    ];
    let table = if finding.kept { KEPT } else { BROKEN };
    match (table.iter().find(|(word, ..)| *word == finding.rule), finding.day) {
        (Some((_, _, key)), Some(day)) => l.t1(key, "day", l.day(day)),
        // The first diagnosis always comes with its day where the rule is broken.
        (Some((_, key, _)), None) => l.t1(key, "day", l.t("rule-no-day")),
        (None, _) => finding.rule.clone(),
    }
}

/// What a claim has in common with others, as a sentence.
pub(crate) fn signal(l: Locale, signal: Signal) -> String {
    let key = match signal {
        Signal::SameFile { .. } => "signal-same-file",
        Signal::SimilarPicture { .. } => "signal-similar-picture",
        Signal::SamePayee { .. } => "signal-same-payee",
        Signal::SamePhone { .. } => "signal-same-phone",
        Signal::SameAddress { .. } => "signal-same-address",
        Signal::SameDoctor { .. } => "signal-same-doctor",
        Signal::SoonAfterWait { .. } => "signal-soon-after-wait",
    };
    l.t1(key, "count", signal.count())
}

/// The last eight digits of an id: enough to tell things on one page apart.
pub(crate) fn short_id(id: &impl std::fmt::Display) -> String {
    let text = id.to_string();
    let from = text.len().saturating_sub(8);
    text.get(from..).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huzhu_app::permission::Action;
    use huzhu_domain::claim::{FindingKind, State};

    #[test]
    fn every_state_rule_and_action_of_the_domain_has_its_words() {
        for l in Locale::ALL {
            for word in State::WORDS {
                assert_ne!(claim_state(l, word), word);
            }
            for kind in FindingKind::ALL {
                assert_ne!(rule(l, kind.word()), kind.word());
                for (kept, day) in [(true, None), (false, None), (true, Some(huzhu_domain::time::Day::MIN))] {
                    let found = FindingView {
                        rule: kind.word().to_owned(),
                        kept,
                        day,
                        term: String::new(),
                        remedy: String::new(),
                    };
                    assert_ne!(finding(l, &found), kind.word());
                }
            }
            for one in Action::ALL {
                assert_ne!(action(l, one.word()), one.word());
            }
            for one in Role::ALL {
                assert_ne!(role(l, one), one.word());
            }
        }
        assert_eq!(event(Locale::En, "claim.never-heard-of"), "claim.never-heard-of");
        assert_eq!(short_id(&"clm_0123456789abcdef"), "89abcdef");
    }
}
