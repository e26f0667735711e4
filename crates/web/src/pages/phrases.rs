//! Words of the domain as people read them: states, holders, relations, grades, dates of a period.
//!
//! Each function takes the stable word or value and answers a text; those for states also answer the tone of a status tag.
//! An unknown word shows as itself: a newer store must not break a page.

use huzhu_domain::claim::{FileKind, Sex};
use huzhu_domain::enrolment::EndReason;
use huzhu_domain::plan::{Age, PeriodKey, PlanTerms, Relation, Severity, VersionState};
use huzhu_domain::time::{Day, Moment, TimeZone, day_of};

use super::frame::language;
use crate::i18n::{Locale, t_args};

/// State of a claim, with its tone.
pub fn claim_state(l: Locale, word: &str) -> (String, &'static str) {
    let (key, tone) = match word {
        "draft" => ("state-draft", ""),
        "reported" => ("state-reported", "wait"),
        "under-review" => ("state-under-review", "wait"),
        "more-evidence-needed" => ("state-more-evidence-needed", "wait"),
        "investigating" => ("state-investigating", "wait"),
        "recommended" => ("state-recommended", "wait"),
        "approved" => ("state-approved", "good"),
        "refused" => ("state-refused", ""),
        "on-notice" => ("state-on-notice", "good"),
        "objected" => ("state-objected", "wait"),
        "jury-requested" => ("state-jury-requested", "wait"),
        "verdict" => ("state-verdict", ""),
        "cleared" => ("state-cleared", "good"),
        "payable" => ("state-payable", "good"),
        "paid" => ("state-paid", "good"),
        "withdrawn" => ("state-withdrawn", ""),
        other => return (other.to_owned(), ""),
    };
    (l.t(key), tone)
}

/// Who has the ball, as a sentence for the claimant.
pub fn holder(l: Locale, word: &str) -> String {
    l.t(match word {
        "claimant" => "holder-claimant",
        "reviewer" => "holder-reviewer",
        "investigator" => "holder-investigator",
        "confirmer" => "holder-confirmer",
        "calendar" => "holder-calendar",
        "members" => "holder-members",
        "jury" => "holder-jury",
        "operator" => "holder-operator",
        _ => "holder-nobody",
    })
}

/// State of a period, with its tone.
pub fn period_state(l: Locale, word: &str) -> (String, &'static str) {
    let (key, tone) = match word {
        "gathering" => ("period-state-gathering", ""),
        "on-notice" => ("period-state-on-notice", "wait"),
        "settled" => ("period-state-settled", "wait"),
        "collected" => ("period-state-collected", "wait"),
        "closed" => ("period-state-closed", "good"),
        other => return (other.to_owned(), ""),
    };
    (l.t(key), tone)
}

/// State of a plan version, with its tone.
pub fn version_state(l: Locale, state: VersionState) -> (String, &'static str) {
    let (key, tone) = match state {
        VersionState::Draft => ("version-draft", ""),
        VersionState::Scheduled => ("version-scheduled", "wait"),
        VersionState::InForce => ("version-in-force", "good"),
        VersionState::Superseded => ("version-superseded", ""),
        VersionState::Withdrawn => ("version-withdrawn", ""),
    };
    (l.t(key), tone)
}

/// Why an enrolment ended, as a sentence.
pub fn end_reason(l: Locale, reason: EndReason) -> String {
    l.t(match reason {
        EndReason::Left => "end-left",
        EndReason::AgeReached => "end-age-reached",
        EndReason::AidReceived => "end-aid-received",
        EndReason::Unpaid => "end-unpaid",
        EndReason::Ineligible => "end-ineligible",
        EndReason::IllnessInWait => "end-illness-in-wait",
    })
}

/// How a dependant is related to the payer.
pub fn relation(l: Locale, relation: Relation) -> String {
    l.t(match relation {
        Relation::Spouse => "relation-spouse",
        Relation::Child => "relation-child",
        Relation::Parent => "relation-parent",
        Relation::ParentInLaw => "relation-parent-in-law",
        Relation::Sibling => "relation-sibling",
        Relation::Grandparent => "relation-grandparent",
        Relation::Grandchild => "relation-grandchild",
    })
}

/// Word of a relation in forms.
pub const fn relation_word(relation: Relation) -> &'static str {
    match relation {
        Relation::Spouse => "spouse",
        Relation::Child => "child",
        Relation::Parent => "parent",
        Relation::ParentInLaw => "parent-in-law",
        Relation::Sibling => "sibling",
        Relation::Grandparent => "grandparent",
        Relation::Grandchild => "grandchild",
    }
}

/// A severity grade.
pub fn severity(l: Locale, severity: Severity) -> String {
    l.t(match severity {
        Severity::Mild => "severity-mild",
        Severity::Moderate => "severity-moderate",
        Severity::Severe => "severity-severe",
    })
}

/// A sex on a notice card.
pub fn sex(l: Locale, sex: Sex) -> String {
    l.t(match sex {
        Sex::Female => "sex-female",
        Sex::Male => "sex-male",
    })
}

/// A type of file.
pub fn file_kind(l: Locale, kind: FileKind) -> String {
    match kind {
        FileKind::Pdf => "PDF".to_owned(),
        FileKind::Jpeg => l.t("file-jpeg"),
        FileKind::Png => l.t("file-png"),
        FileKind::Heic => l.t("file-heic"),
        FileKind::Dicom => l.t("file-dicom"),
    }
}

/// The size of a file in kilobytes (of 1,000 bytes, rounded up) or megabytes.
pub fn file_size(bytes: u64) -> String {
    let kilobytes = bytes.div_ceil(1_000);
    if kilobytes < 1_000 { format!("{kilobytes} kB") } else { format!("{} MB", kilobytes.div_ceil(1_000)) }
}

/// An age limit of a plan.
pub fn age(l: Locale, age: Age) -> String {
    match age {
        Age::Days(days) => l.age_in_days(u32::from(days)),
        Age::Years(years) => l.age(u16::from(years)),
    }
}

/// A period in words: `period 1 of January 2026`, `2026年1月第1期`.
pub fn period(l: Locale, key: PeriodKey) -> String {
    let Ok(first) = Day::new(key.year, key.month, 1) else {
        return key.to_string();
    };
    let month = l.month_of(first);
    let ordinal = u32::from(key.ordinal);
    t_args(l, "period-name", &[("month", &month), ("ordinal", &ordinal)])
}

/// The name of a condition; its code where the terms no longer know it.
pub fn condition(l: Locale, terms: &PlanTerms, code: &huzhu_domain::plan::ConditionCode) -> String {
    terms
        .condition(code)
        .map_or_else(|| code.to_string(), |condition| condition.name.get(language(l)).to_owned())
}

/// A deadline: the end of a day where it is midnight, since nobody reads 0:00 of the next day as that.
pub fn deadline(l: Locale, until: Moment, zone: &TimeZone) -> String {
    let local = until.to_zoned(zone.clone()).datetime();
    if local.time() == jiff::civil::Time::midnight() {
        return l.t1("end-of-day", "day", l.day(huzhu_domain::time::plus_days(local.date(), -1)));
    }
    l.moment(until, zone)
}

/// How long until a moment, for a clock: number and unit; `None` when it has passed.
pub fn left(l: Locale, until: Moment, now: Moment, zone: &TimeZone) -> Option<(String, String)> {
    if until <= now {
        return None;
    }
    let days = huzhu_domain::time::age_days(day_of(now, zone), day_of(until, zone));
    if let Ok(days @ 2..) = u32::try_from(days) {
        return Some((days.to_string(), l.t1("unit-days", "count", days)));
    }
    let hours = until.as_second().saturating_sub(now.as_second()).max(0).div_euclid(3_600);
    let hours = u32::try_from(hours).unwrap_or(u32::MAX);
    if hours == 0 {
        return Some(("<1".to_owned(), l.t1("unit-hours", "count", 1_u32)));
    }
    Some((hours.to_string(), l.t1("unit-hours", "count", hours)))
}

/// Things that are asked for: what, until when.
pub fn requested(l: Locale, items: &[huzhu_app::claims::RequestedItem]) -> Vec<(String, String)> {
    items.iter().map(|item| (item.text.clone(), l.t1("claim-item-due", "day", l.day(item.due)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huzhu_domain::claim::{Holder, State};

    #[test]
    fn every_state_and_holder_has_a_text_in_both_languages() {
        for l in Locale::ALL {
            for word in State::WORDS {
                let (text, _) = claim_state(l, word);
                assert!(text != word && !text.starts_with('['), "{word} {text}");
            }
            for one in [Holder::Claimant, Holder::Reviewer, Holder::Jury, Holder::Nobody] {
                assert!(!holder(l, one.word()).starts_with('['), "{one:?}");
            }
        }
    }

    #[test]
    fn a_clock_counts_days_then_hours() {
        let zone = TimeZone::UTC;
        let at = |text: &str| text.parse::<Moment>().expect("a moment");
        let now = at("2026-01-01T20:00:00Z");
        for (until, expected) in [
            ("2026-01-05T00:00:00Z", Some(("4", "days left"))),
            ("2026-01-02T22:00:00Z", Some(("26", "hours left"))),
            ("2026-01-01T21:00:00Z", Some(("1", "hour left"))),
            ("2026-01-01T20:00:01Z", Some(("<1", "hour left"))),
            ("2026-01-01T20:00:00Z", None),
        ] {
            let found = left(Locale::En, at(until), now, &zone);
            let expected = expected.map(|(number, unit)| (number.to_owned(), unit.to_owned()));
            assert_eq!(found, expected, "{until}");
        }
    }

    #[test]
    fn a_deadline_at_midnight_is_the_end_of_the_day_before() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let at = |text: &str| text.parse::<Moment>().expect("a moment");
        for (until, expected) in [
            ("2026-03-09T16:00:00Z", "the end of Monday 9 March 2026"),
            ("2026-03-09T16:01:00Z", "Tuesday 10 March 2026, 00:01"),
        ] {
            let shown = deadline(Locale::En, at(until), &zone).replace('\u{a0}', " ");
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn sizes_are_rounded_up() {
        for (bytes, expected) in
            [(1, "1 kB"), (1_000, "1 kB"), (1_001, "2 kB"), (999_001, "1 MB"), (20_971_520, "21 MB")]
        {
            assert_eq!(file_size(bytes), expected);
        }
    }
}
