//! Rules of review, jury, leaving and ending.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, rules};
use crate::plan::Age;
use crate::plan::aid::Frequency;
use crate::plan::ending::{LastPeriodsPayer, Refund};
use crate::plan::jury::{Jury, JuryMode};
use crate::plan::sharing::Model;
use crate::plan::terms::TermsParts;

pub(super) fn review(parts: &TermsParts, found: &mut Found) {
    let review = &parts.review;
    let items = (0_usize..).zip(&review.evidence);
    let codes = items.map(|(i, item)| (item.code.as_str(), format!("review.evidence[{i}].code")));
    found.repeated(rules::EVIDENCE_CODES, codes, &mut BTreeMap::new());
    for (i, item) in (0_usize..).zip(&review.evidence) {
        for (j, group) in (0_usize..).zip(&item.groups) {
            if parts.cover.group(group).is_none() {
                found.add(
                    rules::EVIDENCE_GROUP,
                    format!("review.evidence[{i}].groups[{j}]"),
                    &["cover.groups[].code"],
                    format!("there is no group `{group}`"),
                    "name one of the groups in [[cover.groups]], or leave groups out for all of them",
                );
            }
        }
    }
    for (i, group) in (0_usize..).zip(&parts.cover.groups) {
        if !review.evidence_for(&group.code).any(|item| item.required) {
            found.add(
                rules::EVIDENCE_MISSING,
                format!("cover.groups[{i}].code"),
                &["review.evidence[].groups", "review.evidence[].required"],
                format!("claims of the group `{}` need no evidence at all", group.code),
                "add a [[review.evidence]] entry with required = true",
            );
        }
    }
    let mut seen = BTreeMap::new();
    let exclusions = (0_usize..).zip(&parts.cover.exclusions);
    let codes = exclusions.map(|(i, e)| (e.code.as_str(), format!("cover.exclusions[{i}].code")));
    found.repeated(rules::EXCLUSION_CODES, codes, &mut seen);
    let reasons = (0_usize..).zip(&review.reasons);
    let codes = reasons.map(|(i, r)| (r.code.as_str(), format!("review.reasons[{i}].code")));
    found.repeated(rules::EXCLUSION_CODES, codes, &mut seen);
}

pub(super) fn jury(jury: &Jury, found: &mut Found) {
    if jury.threshold.hundredths() == 0 {
        let message = "a threshold of 0 % overturns every refusal".to_owned();
        found.add(
            rules::JURY_THRESHOLD,
            "jury.threshold",
            &[],
            message,
            "write a part above zero; \"50\" is usual",
        );
    }
    let different: BTreeSet<_> = jury.asked_by.iter().collect();
    if jury.asked_by.is_empty() || different.len() < jury.asked_by.len() {
        found.add(
            rules::JURY_ASKERS,
            "jury.asked_by",
            &[],
            "nobody may ask for the jury, or somebody is named twice".to_owned(),
            "list claimant, objector, operator as far as they may ask, each once",
        );
    }
    mode(jury.mode, found);
    let grounds = (0_usize..).zip(&jury.not_accepted);
    let codes = grounds.map(|(i, g)| (g.code.as_str(), format!("jury.not_accepted[{i}].code")));
    found.repeated(rules::JURY_GROUNDS, codes, &mut BTreeMap::new());
}

fn mode(mode: JuryMode, found: &mut Found) {
    match mode {
        JuryMode::Open { quorum, quorum_percent_max, hours } => {
            if quorum == 0 {
                let message = "a vote without quorum can be decided by one ballot".to_owned();
                found.add(
                    rules::JURY_QUORUM,
                    "jury.quorum",
                    &[],
                    message,
                    "write 1 or more; it is scaled down for small plans",
                );
            }
            if quorum_percent_max.hundredths() == 0 {
                let message = "0 % of the jurors is no quorum".to_owned();
                found.add(
                    rules::JURY_QUORUM,
                    "jury.quorum_percent_max",
                    &[],
                    message,
                    "write a part above zero, such as \"10\"",
                );
            }
            if hours == 0 {
                found.add(
                    rules::JURY_TIME,
                    "jury.hours",
                    &[],
                    "nobody has time to vote".to_owned(),
                    "write 1 hour or more; 24 is usual",
                );
            }
        }
        JuryMode::Drawn { size, deadline_days, .. } => {
            if size < 3 || size.is_multiple_of(2) {
                let message = format!("a jury of {size} can be split evenly or is too small");
                found.add(rules::JURY_SIZE, "jury.size", &[], message, "choose an odd number of 3 or more");
            }
            if deadline_days == 0 {
                found.add(
                    rules::JURY_TIME,
                    "jury.deadline_days",
                    &[],
                    "nobody has time to vote".to_owned(),
                    "write 1 day or more",
                );
            }
        }
    }
}

pub(super) fn leaving(parts: &TermsParts, found: &mut Found) {
    let leaving = &parts.leaving;
    if let Some(end) = leaving.end_at_age {
        let oldest = match parts.joining.age_to {
            Age::Years(years) => years,
            Age::Days(_) => parts.joining.age_to.years(),
        };
        if end <= oldest {
            found.add(
                rules::END_AGE,
                "leaving.end_at_age",
                &["joining.age_to"],
                format!("people may join at {oldest}, but the enrolment ends when they turn {end}"),
                "end at a higher age, or lower the oldest age of joining",
            );
        }
    }
    if leaving.move_to.as_ref() == Some(&parts.identity.id) {
        let message = "members whom age ends would be moved to the plan they leave".to_owned();
        found.add(
            rules::MOVE_TO_ITSELF,
            "leaving.move_to",
            &["plan.id"],
            message,
            "name another plan or leave the line out",
        );
    }
    let once = matches!(parts.aid.frequency, Frequency::Once);
    if leaving.end_after_aid != once {
        let message = if once {
            "the plan pays once, but the enrolment goes on after the aid"
        } else {
            "the plan pays several times, but the enrolment ends with the first aid"
        };
        found.add(
            rules::END_AFTER_AID,
            "leaving.end_after_aid",
            &["aid.frequency"],
            message.to_owned(),
            "write true with frequency = \"once\" and false with frequency = \"several\"",
        );
    }
}

pub(super) fn ending(parts: &TermsParts, found: &mut Found) {
    let ending = &parts.ending;
    if ending.refund == Refund::Balance && !matches!(parts.sharing.model, Model::Pool { .. }) {
        found.add(
            rules::REFUND_BALANCE,
            "ending.refund",
            &["sharing.model"],
            "this plan holds no balances that could be refunded".to_owned(),
            "write \"none\" or \"all-shares\", or choose model = \"pool\"",
        );
    }
    let payer = ending.last_periods_paid_by;
    if payer == LastPeriodsPayer::Sponsor && !matches!(parts.sharing.model, Model::Sponsor { .. }) {
        found.add(
            rules::LAST_SPONSOR,
            "ending.last_periods_paid_by",
            &["sharing.model"],
            "this plan has no sponsor".to_owned(),
            "write \"operator\" or \"members\"",
        );
    }
    if (payer == LastPeriodsPayer::Members) != (ending.last_periods == 0) {
        found.add(
            rules::LAST_PERIODS,
            "ending.last_periods",
            &["ending.last_periods_paid_by"],
            format!("{} last periods do not fit who pays them", ending.last_periods),
            "write 0 when the members pay as always, and 1 or more when somebody else does",
        );
    }
    if ending.run_off_days < parts.calendar.filing_deadline_days {
        found.add(
            rules::RUN_OFF,
            "ending.run_off_days",
            &["calendar.filing_deadline_days"],
            format!(
                "members have {} days to file a claim, but only {} after the end",
                parts.calendar.filing_deadline_days, ending.run_off_days
            ),
            "give at least as many days as the filing deadline",
        );
    }
}
