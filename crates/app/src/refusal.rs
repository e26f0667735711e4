//! Every code with which a use case can refuse, in one place.

/// Codes of [`crate::error::Refusal`]. Each needs a text `refusal-CODE` in every language of the message catalogue.
pub const REFUSAL_CODES: &[&str] = &[
    "address-known",
    "already-enrolled",
    "already-erased",
    "already-in-arrears",
    "claim-already-judged",
    "claim-already-objected",
    "claim-conflict",
    "claim-cost-missing",
    "claim-evidence-already-added",
    "claim-evidence-not-due",
    "claim-evidence-too-large",
    "claim-id-used",
    "claim-item-missing",
    "claim-needs-confirmer",
    "claim-no-evidence",
    "claim-no-jury",
    "claim-not-eligible",
    "claim-not-independent",
    "claim-not-yours",
    "claim-nothing-to-pay",
    "claim-notice-over",
    "claim-notice-running",
    "claim-objection-not-open",
    "claim-opinion-first",
    "claim-other-period",
    "claim-own",
    "claim-reason-unknown",
    "claim-recommendation-outdated",
    "claim-same-person",
    "claim-too-late-for-jury",
    "claim-too-much-evidence",
    "claim-unknown-evidence",
    "claim-verdict-open",
    "claim-wrong-role",
    "claim-wrong-state",
    "credit-too-low",
    "dispute-evidence-too-large",
    "dispute-too-much-evidence",
    "enrolment-ended",
    "erasure-claim-open",
    "evidence-id-used",
    "health-refuses",
    "health-unanswered",
    "history-not-shown",
    "identity-already-given",
    "identity-missing",
    "identity-not-confirmed",
    "juror-already-passed",
    "juror-already-willing",
    "juror-exam-missing",
    "juror-no-exam",
    "juror-not-paying",
    "juror-not-willing",
    "juror-retake-too-early",
    "juror-standing-too-short",
    "juror-struck-off",
    "juror-too-young",
    "jury-already-voted",
    "jury-ended-with-claim",
    "jury-ground-unknown",
    "jury-involved",
    "jury-no-such-question",
    "jury-nobody-to-draw",
    "jury-not-called",
    "jury-others-ask",
    "jury-replaced",
    "jury-roster-too-large",
    "jury-too-many-questions",
    "jury-voting-over",
    "jury-voting-runs",
    "jury-wrong-state",
    "mandate-missing",
    "no-age-limit",
    "not-born",
    "not-over-age",
    "nothing-owed",
    "objection-id-used",
    "objection-not-member",
    "objection-own",
    "objection-right-lost",
    "objection-wrong-state",
    "one-plan-only",
    "only-members-of",
    "opinion-already-given",
    "override-alone",
    "override-not-needed",
    "override-there",
    "own-erasure",
    "own-roles",
    "payout-money-missing",
    "payout-same-person",
    "period-does-not-add-up",
    "period-earlier-one-open",
    "period-later-one-open",
    "period-not-counted",
    "period-notice-running",
    "period-payouts-outstanding",
    "period-too-early-for-notice",
    "period-too-early-for-sharing",
    "period-wrong-state",
    "plan-already-in-force",
    "plan-bands-after-equal",
    "plan-closed",
    "plan-closed-already",
    "plan-currency-changed",
    "plan-no-such-version",
    "plan-not-after-previous",
    "plan-notice-too-short",
    "plan-open-already",
    "plan-other",
    "plan-wrong-version",
    "relation-does-not-fit",
    "relation-not-allowed",
    "retry-window-open",
    "role-already-granted",
    "role-not-held",
    "too-many-uploads",
    "too-old",
    "too-young",
    "topic-always-mailed",
    "version-not-shown",
    "webhook-id-used",
    "webhook-too-many",
    "wrong-first-operator-secret",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// All sources of this crate but this file.
    fn sources(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, out);
            } else if !path.ends_with("src/refusal.rs") {
                out.push_str(&std::fs::read_to_string(&path).expect("a source file"));
            }
        }
    }

    #[test]
    fn the_list_holds_each_code_once_and_only_codes_that_are_used() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let mut sorted = REFUSAL_CODES.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted, REFUSAL_CODES);
        for code in REFUSAL_CODES {
            assert!(text.contains(&format!("\"{code}\"")), "{code} is not used");
        }
        for used in text.split("refused(").skip(1) {
            let Some(code) = used.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
            else {
                continue;
            };
            assert!(REFUSAL_CODES.contains(&code), "{code} is not in the list");
        }
    }
}
