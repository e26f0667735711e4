//! The rules that hold between the terms of a plan.
//!
//! Shape: one file for each cluster of groups, one function for each group; every function adds what it finds, so that
//! a plan file's author sees all mistakes at once. [`rules`] lists every rule with its stable code.

mod ages;
mod cover;
mod procedure;
pub mod rules;
mod sharing;

use std::collections::BTreeMap;

use super::mistake::{Rule, TermsMistake};
use super::terms::TermsParts;
use super::{Age, PlanVersion};

/// Longest wait, in days: two years; the plans that ran had 0 to 180.
pub const MAX_WAIT_DAYS: u16 = 730;

/// Longest notice before changed terms take effect, in days.
pub const MAX_CHANGE_NOTICE_DAYS: u16 = 365;

/// Every mistake of the parts, in the order of the groups.
pub fn mistakes(parts: &TermsParts) -> Vec<TermsMistake> {
    let mut found = Found::default();
    identity(parts, &mut found);
    joining(parts, &mut found);
    waiting(parts, &mut found);
    cover::cover(&parts.cover, &mut found);
    cover::aid(parts, &mut found);
    sharing::sharing(parts, &mut found);
    sharing::calendar(&parts.calendar, &mut found);
    procedure::review(parts, &mut found);
    if let Some(jury) = &parts.jury {
        procedure::jury(jury, &mut found);
    }
    procedure::leaving(parts, &mut found);
    procedure::ending(parts, &mut found);
    found.0
}

/// The mistakes found so far.
#[derive(Default)]
struct Found(Vec<TermsMistake>);

impl Found {
    /// Adds a mistake; `related` are other places it depends on.
    fn add(&mut self, rule: Rule, path: impl Into<String>, related: &[&str], message: String, remedy: &str) {
        self.0.push(TermsMistake {
            rule,
            path: path.into(),
            related: related.iter().map(|p| (*p).to_owned()).collect(),
            message,
            remedy: remedy.to_owned(),
        });
    }

    /// Reports every code that was used before; `path` names the place of the n-th code.
    fn repeated<'a>(
        &mut self,
        rule: Rule,
        codes: impl IntoIterator<Item = (&'a str, String)>,
        seen: &mut BTreeMap<String, String>,
    ) {
        for (code, path) in codes {
            if let Some(first) = seen.get(code) {
                let message = format!("the code `{code}` is used twice");
                let first = first.clone();
                self.add(rule, path, &[&first], message, "give each entry a code of its own");
            } else {
                seen.insert(code.to_owned(), path);
            }
        }
    }
}

fn identity(parts: &TermsParts, found: &mut Found) {
    let id = &parts.identity;
    if id.version == PlanVersion(0) {
        found.add(
            rules::VERSION_FROM_ONE,
            "plan.version",
            &[],
            "versions are counted from 1".to_owned(),
            "write 1 for the first version of a plan",
        );
    }
    if let Some(last) = id.last_day
        && last < id.effective
    {
        found.add(
            rules::LAST_DAY_AFTER_FIRST,
            "plan.last_day",
            &["plan.effective"],
            format!("the last day, {last}, comes before the first, {}", id.effective),
            "put the last day on or after the effective day, or leave it out",
        );
    }
    if id.change_notice_days == 0 || id.change_notice_days > MAX_CHANGE_NOTICE_DAYS {
        found.add(
            rules::CHANGE_NOTICE,
            "plan.change_notice_days",
            &[],
            format!("members get {} days of notice before their terms change", id.change_notice_days),
            "choose 1 to 365 days; 15 is usual",
        );
    }
}

fn joining(parts: &TermsParts, found: &mut Found) {
    let joining = &parts.joining;
    let crossed = match (joining.age_from, joining.age_to) {
        (Age::Days(from), Age::Days(to)) => from > to,
        (Age::Years(from), Age::Years(to)) => from > to,
        // A completed year lasts until the day before the next birthday.
        (Age::Days(from), Age::Years(to)) => {
            u32::from(from) > (u32::from(to).saturating_add(1)).saturating_mul(365)
        }
        (Age::Years(from), Age::Days(to)) => u32::from(from).saturating_mul(365) > u32::from(to),
    };
    if crossed {
        found.add(
            rules::JOINING_AGES,
            "joining.age_to",
            &["joining.age_from"],
            format!("nobody can join: from {} to {}", joining.age_from, joining.age_to),
            "make age_to at least age_from",
        );
    }
    if joining.members_to_go_on > joining.members_to_start && joining.members_to_start > 0 {
        found.add(
            rules::MEMBERS_NEEDED,
            "joining.members_to_go_on",
            &["joining.members_to_start"],
            format!(
                "the plan would start with {} members and end below {}",
                joining.members_to_start, joining.members_to_go_on
            ),
            "ask for no more members to go on than to start",
        );
    }
    if joining.only_members_of.as_ref() == Some(&parts.identity.id) {
        found.add(
            rules::MEMBERS_OF_ITSELF,
            "joining.only_members_of",
            &["plan.id"],
            "only members of this plan could join this plan".to_owned(),
            "name another plan or leave the line out",
        );
    }
    if joining.credit_score_min.is_some() && !joining.real_name {
        found.add(
            rules::CREDIT_NEEDS_NAME,
            "joining.credit_score_min",
            &["joining.real_name"],
            "a credit score belongs to a confirmed identity, which this plan does not ask for".to_owned(),
            "set real_name = true or leave the credit score out",
        );
    }
    if let Some(closed) = joining.closed_from
        && parts.identity.version == PlanVersion(1)
        && closed <= parts.identity.effective
    {
        found.add(
            rules::CLOSED_BEFORE_OPEN,
            "joining.closed_from",
            &["plan.effective"],
            format!(
                "nobody could ever join: closed from {closed}, in force from {}",
                parts.identity.effective
            ),
            "close after the effective day, or leave the line out",
        );
    }
    let codes = (0_usize..).zip(&joining.questions);
    let codes = codes.map(|(i, q)| (q.code.as_str(), format!("joining.questions[{i}].code")));
    found.repeated(rules::QUESTION_CODES, codes, &mut BTreeMap::new());
}

fn waiting(parts: &TermsParts, found: &mut Found) {
    if parts.waiting.days > MAX_WAIT_DAYS {
        found.add(
            rules::WAIT_LENGTH,
            "waiting.days",
            &[],
            format!("a wait of {} days is longer than two years", parts.waiting.days),
            "choose 0 to 730 days; plans that ran had 90 or 180",
        );
    }
}

#[cfg(test)]
mod tests;
