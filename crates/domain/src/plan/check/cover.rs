//! Rules of the cover and of the aid table.

use std::collections::{BTreeMap, BTreeSet};

use super::ages::{Fault, faults};
use super::{Found, rules};
use crate::plan::age::AgeBand;
use crate::plan::aid::{Aid, AidKind, Frequency};
use crate::plan::cover::{Cover, Severity};
use crate::plan::terms::TermsParts;

pub(super) fn cover(cover: &Cover, found: &mut Found) {
    if cover.conditions.is_empty() {
        let message = "the plan covers nothing".to_owned();
        found.add(rules::COVER_EMPTY, "cover", &[], message, "add a [[cover.conditions]] entry");
    }
    let groups = (0_usize..).zip(&cover.groups);
    let codes = groups.map(|(i, g)| (g.code.as_str(), format!("cover.groups[{i}].code")));
    found.repeated(rules::GROUP_CODES, codes, &mut BTreeMap::new());
    let conditions = (0_usize..).zip(&cover.conditions);
    let codes = conditions.map(|(i, c)| (c.code.as_str(), format!("cover.conditions[{i}].code")));
    found.repeated(rules::CONDITION_CODES, codes, &mut BTreeMap::new());
    for (i, group) in (0_usize..).zip(&cover.groups) {
        if !cover.conditions.iter().any(|c| c.group == group.code) {
            found.add(
                rules::GROUP_EMPTY,
                format!("cover.groups[{i}].code"),
                &["cover.conditions[].group"],
                format!("no condition is in the group `{}`", group.code),
                "add a condition of this group or remove the group",
            );
        }
    }
    for i in 0..cover.conditions.len() {
        condition(cover, i, found);
    }
}

fn condition(cover: &Cover, i: usize, found: &mut Found) {
    let Some(condition) = cover.conditions.get(i) else {
        return;
    };
    let path = format!("cover.conditions[{i}]");
    if cover.group(&condition.group).is_none() {
        let known: Vec<&str> = cover.groups.iter().map(|g| g.code.as_str()).collect();
        found.add(
            rules::CONDITION_GROUP,
            format!("{path}.group"),
            &["cover.groups[].code"],
            format!("there is no group `{}`; the plan has: {}", condition.group, known.join(", ")),
            "name one of the groups in [[cover.groups]] or add this one there",
        );
    }
    if condition.icd10.is_empty() && condition.icd11.is_empty() {
        found.add(
            rules::CONDITION_ICD,
            path.clone(),
            &[&format!("{path}.icd10"), &format!("{path}.icd11")],
            format!("the condition `{}` has no ICD code", condition.code),
            "add icd10 = [\"...\"] or icd11 = [\"...\"]; the definition still decides",
        );
    }
    if condition.ages.from > condition.ages.last() {
        found.add(
            rules::CONDITION_AGES,
            format!("{path}.age_to"),
            &[&format!("{path}.age_from")],
            format!("the ages {} run backwards", condition.ages),
            "make age_to at least age_from",
        );
    }
    let different: BTreeSet<Severity> = condition.severities.iter().copied().collect();
    if condition.severities.is_empty() || different.len() < condition.severities.len() {
        found.add(
            rules::CONDITION_SEVERITIES,
            format!("{path}.severities"),
            &[],
            "severities are missing or named twice".to_owned(),
            "list mild, moderate, severe as far as they are covered, each once",
        );
    }
}

pub(super) fn aid(parts: &TermsParts, found: &mut Found) {
    rows(parts, found);
    table_ages(parts, found);
    frequency(&parts.aid, found);
    tenure(&parts.aid, found);
    if let AidKind::Reimbursement { percent, .. } = parts.aid.kind
        && percent.hundredths() == 0
    {
        let message = "a reimbursement of 0 % pays nothing".to_owned();
        found.add(
            rules::AID_PERCENT,
            "aid.percent",
            &[],
            message,
            "write the part of the cost that is paid, such as \"80\"",
        );
    }
}

fn rows(parts: &TermsParts, found: &mut Found) {
    let ceiling = parts.aid.frequency.ceiling();
    for (i, row) in (0_usize..).zip(&parts.aid.table) {
        let path = format!("aid.table[{i}]");
        let used = parts
            .cover
            .conditions
            .iter()
            .any(|c| c.group == row.group && c.severities.contains(&row.severity));
        if parts.cover.group(&row.group).is_none() {
            found.add(
                rules::AID_GROUP,
                format!("{path}.group"),
                &["cover.groups[].code"],
                format!("there is no group `{}`", row.group),
                "name one of the groups in [[cover.groups]]",
            );
        } else if !used {
            found.add(
                rules::AID_USELESS,
                format!("{path}.severity"),
                &["cover.conditions[].group", "cover.conditions[].severities"],
                format!("no condition of the group `{}` is {}", row.group, row.severity.code()),
                "remove the row, or add that severity to a condition of the group",
            );
        }
        if row.amount.is_zero() {
            found.add(
                rules::AID_ZERO,
                format!("{path}.amount"),
                &[],
                "this row pays nothing".to_owned(),
                "write an amount above zero, or take the severity out of the conditions",
            );
        }
        if let Some(ceiling) = ceiling
            && row.amount > ceiling
        {
            let currency = parts.identity.currency;
            found.add(
                rules::AID_ABOVE_CEILING,
                format!("{path}.amount"),
                &["aid.ceiling"],
                format!(
                    "{} is above the ceiling of all payouts, {}",
                    row.amount.decimal(currency),
                    ceiling.decimal(currency)
                ),
                "lower the amount or raise the ceiling",
            );
        }
    }
}

/// The ages at which `group` and `severity` must have an amount: those that may be enrolled and that a condition takes.
/// `None`: no condition asks for it.
fn needed(parts: &TermsParts, group: &str, severity: Severity) -> Option<AgeBand> {
    let conditions = parts.cover.conditions.iter();
    let asking: Vec<AgeBand> = conditions
        .filter(|c| c.group.as_str() == group && c.severities.contains(&severity))
        .map(|c| c.ages)
        .collect();
    let from = asking.iter().map(|ages| ages.from).min()?.max(parts.joining.age_from.years());
    let wanted = if asking.iter().any(|ages| ages.to.is_none()) {
        None
    } else {
        asking.iter().filter_map(|a| a.to).max()
    };
    let enrolled = parts.leaving.end_at_age.map(|age| age.saturating_sub(1));
    let to = match (wanted, enrolled) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Some(AgeBand { from, to })
}

fn table_ages(parts: &TermsParts, found: &mut Found) {
    let mut pairs: Vec<(&str, Severity, usize)> = Vec::new();
    for (i, condition) in (0_usize..).zip(&parts.cover.conditions) {
        for severity in &condition.severities {
            let (group, severity) = (condition.group.as_str(), *severity);
            if !pairs.iter().any(|(g, s, _)| *g == group && *s == severity) {
                pairs.push((group, severity, i));
            }
        }
    }
    for (group, severity, i) in pairs {
        let Some(needed) = needed(parts, group, severity) else {
            continue;
        };
        let table = (0_usize..).zip(&parts.aid.table);
        let bands: Vec<(usize, AgeBand)> = table
            .filter(|(_, row)| row.group.as_str() == group && row.severity == severity)
            .map(|(row, r)| (row, r.ages))
            .collect();
        if bands.is_empty() && parts.cover.groups.iter().any(|g| g.code.as_str() == group) {
            found.add(
                rules::AID_MISSING,
                "aid.table",
                &[
                    "aid.table[].group",
                    "aid.table[].severity",
                    &format!("cover.conditions[{i}].severities"),
                    &format!("cover.conditions[{i}].group"),
                ],
                format!("no row pays for {} claims of the group `{group}`", severity.code()),
                "add a [[aid.table]] row for this group and severity",
            );
            continue;
        }
        for fault in faults(&bands, needed) {
            age_fault(fault, found);
        }
    }
}

/// What a gap or a useless row depends on; `[]` stands for any entry.
const GAP_RELATED: [&str; 10] = [
    "joining.age_from",
    "leaving.end_at_age",
    "aid.table[].group",
    "aid.table[].severity",
    "aid.table[].age_from",
    "aid.table[].age_to",
    "cover.conditions[].group",
    "cover.conditions[].severities",
    "cover.conditions[].age_from",
    "cover.conditions[].age_to",
];

fn age_fault(fault: Fault, found: &mut Found) {
    let row_path = |row: usize| format!("aid.table[{row}]");
    match fault {
        Fault::Backwards { row } => found.add(
            rules::AID_BACKWARDS,
            format!("{}.age_to", row_path(row)),
            &[&format!("{}.age_from", row_path(row))],
            "the ages of this row run backwards".to_owned(),
            "make age_to at least age_from",
        ),
        Fault::Overlap { row, other, age } => found.add(
            rules::AID_OVERLAP,
            format!("{}.age_from", row_path(row)),
            &["aid.table[].group", "aid.table[].severity", "aid.table[].age_from", "aid.table[].age_to"],
            format!("age {age} is in this row and in row {} too", other.saturating_add(1)),
            "let each age fall into one row; ages include both ends",
        ),
        Fault::Gap { row, from, to, at_end } => {
            let ages = AgeBand { from, to };
            let key = if at_end { "age_to" } else { "age_from" };
            found.add(
                rules::AID_GAP,
                format!("{}.{key}", row_path(row)),
                &GAP_RELATED,
                format!("no amount for the ages {ages}, which may be enrolled"),
                "extend a row or add one; leave age_to out for no upper end",
            );
        }
        Fault::Unused { row } => found.add(
            rules::AID_USELESS,
            format!("{}.age_from", row_path(row)),
            &GAP_RELATED,
            "nobody of these ages can be enrolled".to_owned(),
            "remove the row, or change the ages of joining and of the automatic end",
        ),
    }
}

fn frequency(aid: &Aid, found: &mut Found) {
    let Frequency::Several { times, ceiling } = &aid.frequency else {
        return;
    };
    if ceiling.is_zero() {
        let message = "a ceiling of nothing pays nothing".to_owned();
        found.add(
            rules::AID_ZERO,
            "aid.ceiling",
            &[],
            message,
            "write the most that one enrolment can receive",
        );
    }
    for (severity, count) in times {
        if *count == 0 {
            found.add(
                rules::AID_TIMES,
                format!("aid.times.{}", severity.code()),
                &[],
                format!("{} claims would never pay", severity.code()),
                "write 1 or more, or leave the line out for any number",
            );
        }
    }
}

fn tenure(aid: &Aid, found: &mut Found) {
    for (i, pair) in (1_usize..).zip(aid.tenure.windows(2)) {
        let [before, step] = pair else { continue };
        if step.from_days <= before.from_days || step.percent <= before.percent {
            found.add(
                rules::AID_TENURE,
                format!("aid.tenure[{i}].from_days"),
                &["aid.tenure"],
                "this step does not rise above the one before".to_owned(),
                "order the steps by days; each pays a larger part than the one before",
            );
        }
    }
}
