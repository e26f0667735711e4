//! The texts of the exam of jurors.

use huzhu_domain::jury::exam::{ExamAnswer, ExamQuestion};

use crate::i18n::Locale;

/// Name of a question, key of its text, keys of its sentences (empty where answers are numbers or yes and no).
const TEXTS: &[(&str, &str, [&str; 3])] = &[
    (
        "what-is-mutual-aid",
        "exam-what-is-mutual-aid",
        ["exam-what-is-mutual-aid-a", "exam-what-is-mutual-aid-b", "exam-what-is-mutual-aid-c"],
    ),
    ("who-decides", "exam-who-decides", ["exam-who-decides-a", "exam-who-decides-b", "exam-who-decides-c"]),
    (
        "jury-is-bound-by",
        "exam-jury-is-bound-by",
        ["exam-jury-is-bound-by-a", "exam-jury-is-bound-by-b", "exam-jury-is-bound-by-c"],
    ),
    (
        "frozen-terms",
        "exam-frozen-terms",
        ["exam-frozen-terms-a", "exam-frozen-terms-b", "exam-frozen-terms-c"],
    ),
    (
        "knows-claimant",
        "exam-knows-claimant",
        ["exam-knows-claimant-a", "exam-knows-claimant-b", "exam-knows-claimant-c"],
    ),
    ("no-pressure", "exam-no-pressure", ["exam-no-pressure-a", "exam-no-pressure-b", "exam-no-pressure-c"]),
    ("sympathy", "exam-sympathy", ["exam-sympathy-a", "exam-sympathy-b", "exam-sympathy-c"]),
    (
        "secret-until-close",
        "exam-secret-until-close",
        ["exam-secret-until-close-a", "exam-secret-until-close-b", "exam-secret-until-close-c"],
    ),
    ("step-aside", "exam-step-aside", ["exam-step-aside-a", "exam-step-aside-b", "exam-step-aside-c"]),
    (
        "evidence-missing",
        "exam-evidence-missing",
        ["exam-evidence-missing-a", "exam-evidence-missing-b", "exam-evidence-missing-c"],
    ),
    ("old-illness", "exam-old-illness", ["exam-old-illness-a", "exam-old-illness-b", "exam-old-illness-c"]),
    ("name-masked", "exam-name-masked", ["exam-name-masked-a", "exam-name-masked-b", "exam-name-masked-c"]),
    (
        "question-to-party",
        "exam-question-to-party",
        ["exam-question-to-party-a", "exam-question-to-party-b", "exam-question-to-party-c"],
    ),
    ("one-ballot", "exam-one-ballot", ["exam-one-ballot-a", "exam-one-ballot-b", "exam-one-ballot-c"]),
    (
        "reason-is-published",
        "exam-reason-is-published",
        ["exam-reason-is-published-a", "exam-reason-is-published-b", "exam-reason-is-published-c"],
    ),
    ("courts", "exam-courts", ["exam-courts-a", "exam-courts-b", "exam-courts-c"]),
    ("share-text", "exam-share-text", ["exam-share-text-a", "exam-share-text-b", "exam-share-text-c"]),
    ("wait-days", "exam-wait-days", ["", "", ""]),
    ("accident-exempt", "exam-accident-exempt", ["", "", ""]),
    ("filing-deadline", "exam-filing-deadline", ["", "", ""]),
    ("notice-length", "exam-notice-length", ["", "", ""]),
    ("fee", "exam-fee", ["", "", ""]),
    ("leaves-after-aid", "exam-leaves-after-aid", ["", "", ""]),
    ("owes-noticed-period", "exam-owes-noticed-period", ["", "", ""]),
    ("shortfall", "exam-shortfall", ["exam-shortfall-a", "exam-shortfall-b", "exam-shortfall-c"]),
    (
        "cap-per-claim",
        "exam-cap-per-claim",
        ["exam-cap-per-claim-a", "exam-cap-per-claim-b", "exam-cap-per-claim-c"],
    ),
    ("standing", "exam-standing", ["", "", ""]),
    ("threshold", "exam-threshold", ["", "", ""]),
    ("vote-hours", "exam-vote-hours", ["", "", ""]),
    ("jury-size", "exam-jury-size", ["", "", ""]),
];

/// The text of a question.
pub(super) fn question(l: Locale, question: &ExamQuestion) -> String {
    let found = TEXTS.iter().find(|(name, ..)| *name == question.name);
    found.map_or_else(|| question.name.to_owned(), |(_, key, _)| l.t(key))
}

/// The text of an answer; `at`: which one.
pub(super) fn answer(l: Locale, question: &ExamQuestion, at: usize) -> String {
    let Some(answer) = question.answers.get(at) else { return String::new() };
    match answer {
        ExamAnswer::Sentence(letter) => {
            let found = TEXTS.iter().find(|(name, ..)| *name == question.name);
            let key = found.and_then(|(_, _, keys)| keys.iter().find(|key| key.ends_with(letter)));
            key.map_or_else(String::new, |key| l.t(key))
        }
        ExamAnswer::Days(n) => l.t1("exam-days", "n", *n),
        ExamAnswer::Hours(n) => l.t1("exam-hours", "n", *n),
        ExamAnswer::Percent(n) => l.t1("exam-percent", "n", percent(*n)),
        ExamAnswer::People(n) => l.t1("exam-people", "n", *n),
        ExamAnswer::Yes => l.t("exam-yes"),
        ExamAnswer::No => l.t("exam-no"),
        ExamAnswer::Depends => l.t("exam-depends"),
    }
}

/// Hundredths of a percent as people write them.
pub(super) fn percent(hundredths: u32) -> String {
    let (whole, rest) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
    match rest {
        0 => whole.to_string(),
        rest if rest.rem_euclid(10) == 0 => format!("{whole}.{}", rest.div_euclid(10)),
        rest => format!("{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use huzhu_domain::jury::exam::bank;

    use super::*;

    #[test]
    fn every_question_of_every_plan_has_texts_in_both_languages() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans");
        let mut seen = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(folder).expect("plans") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|ext| ext != "toml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a plan");
            let terms = huzhu_planfile::check(&text, "plan").unwrap_or_else(|_| unreachable!("{path:?}"));
            for one in bank(&terms) {
                seen.insert(one.name);
                for l in Locale::ALL {
                    let mut texts = vec![question(l, &one)];
                    texts.extend((0..3).map(|at| answer(l, &one, at)));
                    for text in &texts {
                        assert!(!text.is_empty() && !text.starts_with('[') && *text != one.name, "{one:?}");
                    }
                    texts.sort();
                    texts.dedup();
                    assert_eq!(texts.len(), 4, "{texts:?}");
                }
            }
        }
        assert_eq!(seen.len(), TEXTS.len(), "a text for each question, and no more");
    }
}
