//! The keys of all texts for refusals and wrong fields, as the message catalogues have them. Codes come from the use cases at
//! run time, so this list is what ties both sides together: tests compare it with the catalogues and with the use cases.

/// Keys of texts for rules that said no: `refusal-` and the code.
pub const REFUSALS: &[&str] = &[
    "refusal-address-known",
    "refusal-already-enrolled",
    "refusal-already-erased",
    "refusal-already-in-arrears",
    "refusal-claim-already-judged",
    "refusal-claim-already-objected",
    "refusal-claim-conflict",
    "refusal-claim-cost-missing",
    "refusal-claim-evidence-already-added",
    "refusal-claim-evidence-not-due",
    "refusal-claim-evidence-too-large",
    "refusal-claim-id-used",
    "refusal-claim-item-missing",
    "refusal-claim-needs-confirmer",
    "refusal-claim-no-evidence",
    "refusal-claim-no-jury",
    "refusal-claim-not-eligible",
    "refusal-claim-not-independent",
    "refusal-claim-not-yours",
    "refusal-claim-nothing-to-pay",
    "refusal-claim-notice-over",
    "refusal-claim-notice-running",
    "refusal-claim-objection-not-open",
    "refusal-claim-opinion-first",
    "refusal-claim-other-period",
    "refusal-claim-own",
    "refusal-claim-reason-unknown",
    "refusal-claim-recommendation-outdated",
    "refusal-claim-same-person",
    "refusal-claim-too-late-for-jury",
    "refusal-claim-too-much-evidence",
    "refusal-claim-unknown-evidence",
    "refusal-claim-verdict-open",
    "refusal-claim-wrong-role",
    "refusal-claim-wrong-state",
    "refusal-credit-too-low",
    "refusal-dispute-evidence-too-large",
    "refusal-dispute-too-much-evidence",
    "refusal-enrolment-ended",
    "refusal-erasure-claim-open",
    "refusal-evidence-id-used",
    "refusal-health-refuses",
    "refusal-health-unanswered",
    "refusal-history-not-shown",
    "refusal-identity-already-given",
    "refusal-identity-missing",
    "refusal-identity-not-confirmed",
    "refusal-juror-already-passed",
    "refusal-juror-already-willing",
    "refusal-juror-exam-missing",
    "refusal-juror-no-exam",
    "refusal-juror-not-paying",
    "refusal-juror-not-willing",
    "refusal-juror-retake-too-early",
    "refusal-juror-standing-too-short",
    "refusal-juror-struck-off",
    "refusal-juror-too-young",
    "refusal-jury-already-voted",
    "refusal-jury-ended-with-claim",
    "refusal-jury-ground-unknown",
    "refusal-jury-involved",
    "refusal-jury-no-such-question",
    "refusal-jury-nobody-to-draw",
    "refusal-jury-not-called",
    "refusal-jury-others-ask",
    "refusal-jury-replaced",
    "refusal-jury-roster-too-large",
    "refusal-jury-too-many-questions",
    "refusal-jury-voting-over",
    "refusal-jury-voting-runs",
    "refusal-jury-wrong-state",
    "refusal-mandate-missing",
    "refusal-no-age-limit",
    "refusal-not-born",
    "refusal-not-over-age",
    "refusal-nothing-owed",
    "refusal-objection-id-used",
    "refusal-objection-not-member",
    "refusal-objection-own",
    "refusal-objection-right-lost",
    "refusal-objection-wrong-state",
    "refusal-one-plan-only",
    "refusal-only-members-of",
    "refusal-opinion-already-given",
    "refusal-override-alone",
    "refusal-override-not-needed",
    "refusal-override-there",
    "refusal-own-erasure",
    "refusal-own-roles",
    "refusal-payout-money-missing",
    "refusal-payout-same-person",
    "refusal-period-does-not-add-up",
    "refusal-period-earlier-one-open",
    "refusal-period-later-one-open",
    "refusal-period-not-counted",
    "refusal-period-notice-running",
    "refusal-period-payouts-outstanding",
    "refusal-period-too-early-for-notice",
    "refusal-period-too-early-for-sharing",
    "refusal-period-wrong-state",
    "refusal-plan-already-in-force",
    "refusal-plan-bands-after-equal",
    "refusal-plan-closed",
    "refusal-plan-closed-already",
    "refusal-plan-currency-changed",
    "refusal-plan-no-such-version",
    "refusal-plan-not-after-previous",
    "refusal-plan-notice-too-short",
    "refusal-plan-open-already",
    "refusal-plan-other",
    "refusal-plan-wrong-version",
    "refusal-relation-does-not-fit",
    "refusal-relation-not-allowed",
    "refusal-retry-window-open",
    "refusal-role-already-granted",
    "refusal-role-not-held",
    "refusal-too-many-uploads",
    "refusal-too-old",
    "refusal-too-young",
    "refusal-topic-always-mailed",
    "refusal-version-not-shown",
    "refusal-webhook-id-used",
    "refusal-webhook-too-many",
    "refusal-wrong-first-operator-secret",
];

/// Keys of texts for wrong fields: `error-` and the code.
pub const ERRORS: &[&str] = &[
    "error-unreadable",
    "error-limit-out-of-range",
    "error-bad-cursor",
    "error-other-currency",
    "error-not-an-amount",
    "error-not-a-tag",
    "error-not-a-day",
    "error-not-on-list",
    "error-missing",
    "error-too-long",
    "error-item-too-long",
    "error-due-out-of-range",
    "error-too-many",
    "error-not-a-mail-address",
    "error-wrong-code",
    "error-code-expired",
    "error-name-missing",
    "error-name-impossible",
    "error-identity-number-impossible",
    "error-birth-impossible",
    "error-region-too-long",
    "error-before-plan",
    "error-unknown-condition",
    "error-unknown-exclusion",
    "error-unknown-item",
    "error-file-empty",
    "error-file-too-large",
    "error-picture-too-large",
    "error-file-longer-than-announced",
    "error-file-type",
    "error-plan-file-mistake",
    "error-webhook-bad-url",
    "error-webhook-not-https",
    "error-webhook-unknown-kind",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;
    use crate::problem::{Problem, field_text};
    use huzhu_app::error::{AppError, FieldMistake, Refusal};
    use huzhu_app::refusal::REFUSAL_CODES;
    use std::path::Path;

    #[test]
    fn every_refusal_of_the_use_cases_has_a_text_in_both_languages() {
        for code in REFUSAL_CODES {
            assert!(REFUSALS.contains(&format!("refusal-{code}").as_str()), "{code}");
            for locale in Locale::ALL {
                let problem = Problem::from(AppError::Refused(Refusal { code, values: Vec::new() }));
                assert!(!problem.detail(locale).starts_with('['), "{code} in {}", locale.code());
            }
        }
        for key in REFUSALS {
            let code = key.strip_prefix("refusal-").expect("prefix");
            assert!(REFUSAL_CODES.contains(&code), "{code}: no use case says this");
        }
    }

    fn sources(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, out);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("codes.rs") {
                out.push_str(&std::fs::read_to_string(&path).expect("a source file"));
            }
        }
    }

    /// The codes of wrong fields that a source makes: the literals in `invalid("field", "CODE")` and its relatives.
    fn field_codes(text: &str) -> Vec<String> {
        let literals = |after: &str| -> Vec<String> {
            let call = after.split(')').next().unwrap_or_default();
            call.split('"').skip(1).step_by(2).map(str::to_owned).collect()
        };
        let second = ["invalid(\"", "wrong(\"", "Problem::field(\"", "Problem::malformed(\""];
        let first = ["mistake(\n            \"", "mistake(\""];
        let mut codes = Vec::new();
        for (calls, at) in [(&second[..], 1), (&first[..], 0)] {
            for call in calls {
                let quote = call.len() - 1;
                for (found, _) in text.match_indices(call) {
                    codes.extend(literals(&text[found + quote..]).get(at).cloned());
                }
            }
        }
        codes
    }

    #[test]
    fn every_wrong_field_has_a_text_in_both_languages() {
        let mut text = String::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        sources(&root.join("../app/src"), &mut text);
        sources(&root.join("src/api"), &mut text);
        let codes = field_codes(&text);
        assert!(codes.len() > 15, "the sources were read: {codes:?}");
        for code in codes.iter().map(String::as_str).chain(["too-many", "plan-file-mistake", "unreadable"]) {
            assert!(ERRORS.contains(&format!("error-{code}").as_str()), "{code}");
        }
        for key in ERRORS {
            let code = key.strip_prefix("error-").expect("prefix");
            let mistake = FieldMistake { field: "f".to_owned(), code, values: Vec::new() };
            for locale in Locale::ALL {
                assert!(!field_text(locale, &mistake).starts_with('['), "{code} in {}", locale.code());
            }
        }
    }
}
