//! Changes of cover and aid: which conditions come and go, and at which ages the aid changes.

use std::collections::BTreeSet;

use huzhu_domain::plan::{AgeBand, AidKind, Condition, Frequency, GroupCode, PlanTerms, Severity};

use super::{More, Pair, Who, direction};
use crate::outline::{ages, severity};

impl Pair<'_> {
    pub(super) fn cover(&mut self) {
        let (old, new) = (self.old.cover(), self.new.cover());
        for condition in &old.conditions {
            if new.condition(&condition.code).is_none() {
                let name = condition.name.get(self.language);
                self.say(
                    Who::Loses,
                    format!("People with this condition are not covered any more: {name}."),
                    format!("不再保障：{name}。"),
                );
            }
        }
        for condition in &new.conditions {
            let name = condition.name.get(self.language);
            match old.condition(&condition.code) {
                None => self.say(
                    Who::Gains,
                    format!("People with this condition are covered now: {name}."),
                    format!("新增保障：{name}。"),
                ),
                Some(before) => self.condition(before, condition),
            }
        }
        for exclusion in &new.exclusions {
            if !old.exclusions.iter().any(|e| e.code == exclusion.code) {
                let text = exclusion.text.get(self.language);
                self.say(Who::Loses, format!("New exclusion: {text}"), format!("新增除外：{text}"));
            }
        }
        for exclusion in &old.exclusions {
            if !new.exclusions.iter().any(|e| e.code == exclusion.code) {
                let text = exclusion.text.get(self.language);
                self.say(Who::Gains, format!("No longer excluded: {text}"), format!("取消除外：{text}"));
            }
        }
    }

    /// A condition that is in both: definition, codes, and the aid where it moved to another group.
    fn condition(&mut self, old: &Condition, new: &Condition) {
        let name = new.name.get(self.language).to_owned();
        if old.definition != new.definition || old.icd10 != new.icd10 || old.icd11 != new.icd11 {
            self.say(
                Who::Neutral,
                format!("The definition of {name} changes: {}", new.definition.get(self.language)),
                format!("{name}的定义有变：{}", new.definition.get(self.language)),
            );
        }
        if old.group != new.group || old.severities != new.severities {
            self.moved(&name, old, new);
        }
        if old.ages != new.ages {
            let (a, b) = (ages(old.ages, self.language), ages(new.ages, self.language));
            let wider = new.ages.from <= old.ages.from && new.ages.last() >= old.ages.last();
            let narrower = new.ages.from >= old.ages.from && new.ages.last() <= old.ages.last();
            let who = if wider {
                Who::Gains
            } else if narrower {
                Who::Loses
            } else {
                Who::Both
            };
            self.say(
                who,
                format!("{name} is covered {b} instead of {a}."),
                format!("{name}的保障年龄由{a}改为{b}。"),
            );
        }
    }

    /// The aid of a condition that is paid as another group or in other severities.
    fn moved(&mut self, name: &str, old: &Condition, new: &Condition) {
        if let ([before], [after]) = (old.severities.as_slice(), new.severities.as_slice()) {
            let (from, to) = (steps(self.old, &old.group, *before), steps(self.new, &new.group, *after));
            self.amounts(name, *after, &from, &to);
            return;
        }
        for grade in Severity::ALL {
            let paid = |terms: &PlanTerms, condition: &Condition| {
                if condition.severities.contains(&grade) {
                    steps(terms, &condition.group, grade)
                } else {
                    Vec::new()
                }
            };
            let (from, to) = (paid(self.old, old), paid(self.new, new));
            self.amounts(name, grade, &from, &to);
        }
    }

    pub(super) fn aid(&mut self) {
        let codes: BTreeSet<&GroupCode> = self.new.cover().groups.iter().map(|g| &g.code).collect();
        for code in codes {
            if self.old.cover().group(code).is_none() {
                continue;
            }
            let name = self.new.cover().group(code).map_or("", |g| g.name.get(self.language)).to_owned();
            for grade in Severity::ALL {
                let (before, after) = (steps(self.old, code, grade), steps(self.new, code, grade));
                self.amounts(&name, grade, &before, &after);
            }
        }
        self.kind();
        self.frequency();
        if self.old.aid().tenure != self.new.aid().tenure {
            self.say(
                Who::Neutral,
                "How aid grows with the time of membership changes.",
                "互助金随成员时间增长的规则有变。",
            );
        }
    }

    fn amounts(&mut self, name: &str, grade: Severity, old: &[Step], new: &[Step]) {
        for (band, before, after) in merged(old, new) {
            if before == after {
                continue;
            }
            let (grade, ages) = (severity(grade, self.language), ages(band, self.language));
            let text = |pair: &Self, amount: u64| match amount {
                0 => String::from(if pair.language == huzhu_domain::plan::Language::En {
                    "nothing"
                } else {
                    "不给付"
                }),
                minor => pair.money(huzhu_ledger::Amount::from_minor(minor)),
            };
            let (a, b) = (text(self, before), text(self, after));
            self.say(
                direction(after > before, More::Helps),
                format!("{name} ({grade}): claimants {ages} receive {b} instead of {a}."),
                format!("{name}（{grade}），{ages}的申请人：互助金由 {a} 改为 {b}。"),
            );
        }
    }

    fn kind(&mut self) {
        match (self.old.aid().kind, self.new.aid().kind) {
            (AidKind::LumpSum, AidKind::LumpSum) => {}
            (AidKind::LumpSum, AidKind::Reimbursement { .. }) => {
                self.say(
                    Who::Loses,
                    "Only proven cost is paid now, no lump sum.",
                    "改为按实际费用报销，不再一次性给付。",
                );
            }
            (AidKind::Reimbursement { .. }, AidKind::LumpSum) => {
                self.say(
                    Who::Gains,
                    "A lump sum is paid now, whatever the cost.",
                    "改为一次性给付，与费用无关。",
                );
            }
            (
                AidKind::Reimbursement { percent: old, deductible: before },
                AidKind::Reimbursement { percent: new, deductible: after },
            ) => {
                if old != new {
                    let who = direction(new > old, More::Helps);
                    self.say(
                        who,
                        format!("{new} of the cost is paid instead of {old}."),
                        format!("报销比例由 {old} 改为 {new}。"),
                    );
                }
                if before != after {
                    let who = direction(after > before, More::Hurts);
                    let (a, b) = (self.money(before), self.money(after));
                    self.say(
                        who,
                        format!("Members bear the first {b} instead of {a}."),
                        format!("免赔额由 {a} 改为 {b}。"),
                    );
                }
            }
        }
    }

    fn frequency(&mut self) {
        match (&self.old.aid().frequency, &self.new.aid().frequency) {
            (Frequency::Once, Frequency::Once) => {}
            (Frequency::Once, Frequency::Several { .. }) => {
                self.say(Who::Gains, "The plan may pay several times now.", "可多次给付。");
            }
            (Frequency::Several { .. }, Frequency::Once) => {
                self.say(Who::Loses, "The plan pays only once now.", "仅给付一次。");
            }
            (
                Frequency::Several { times: old, ceiling: before },
                Frequency::Several { times: new, ceiling: after },
            ) => {
                if before != after {
                    let who = direction(after > before, More::Helps);
                    let (a, b) = (self.money(*before), self.money(*after));
                    self.say(
                        who,
                        format!("All payouts together: {b} instead of {a}."),
                        format!("累计给付上限由 {a} 改为 {b}。"),
                    );
                }
                if old != new {
                    self.say(
                        Who::Neutral,
                        "How often each severity pays changes.",
                        "各严重程度的给付次数有变。",
                    );
                }
            }
        }
    }
}

/// Ages with one amount in minor units; 0 where nothing is paid.
type Step = (AgeBand, u64);

/// The aid of a group and severity by age, over all ages that may be enrolled.
fn steps(terms: &PlanTerms, group: &GroupCode, grade: Severity) -> Vec<Step> {
    let rows = terms.aid().table.iter().filter(|row| row.group == *group && row.severity == grade);
    let end = terms.leaving().end_at_age.map(|age| age.saturating_sub(1));
    let mut steps: Vec<Step> = rows
        .map(|row| {
            let to = match (row.ages.to, end) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            (AgeBand { from: row.ages.from, to }, row.amount.minor())
        })
        .collect();
    steps.sort_by_key(|(band, _)| band.from);
    steps
}

fn at(steps: &[Step], age: u8) -> u64 {
    steps.iter().find(|(band, _)| band.contains(age)).map_or(0, |(_, amount)| *amount)
}

/// The ages at which either table changes, with both amounts; neighbours with the same pair are one.
fn merged(old: &[Step], new: &[Step]) -> Vec<(AgeBand, u64, u64)> {
    let mut found: Vec<(AgeBand, u64, u64)> = Vec::new();
    for age in 0..=u8::MAX {
        let (before, after) = (at(old, age), at(new, age));
        match found.last_mut() {
            Some((band, a, b)) if *a == before && *b == after => band.to = Some(age),
            _ => found.push((AgeBand { from: age, to: Some(age) }, before, after)),
        }
    }
    for (band, _, _) in &mut found {
        if band.to == Some(u8::MAX) {
            band.to = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_compared_age_by_age() {
        let band = |from, to| AgeBand { from, to };
        let old = [(band(0, Some(39)), 300), (band(40, Some(59)), 100)];
        let new = [(band(0, Some(49)), 300), (band(50, None), 100)];
        let all = merged(&old, &new);
        let changed: Vec<_> = all.into_iter().filter(|(_, a, b)| a != b).collect();
        assert_eq!(changed, [(band(40, Some(49)), 100, 300), (band(60, None), 0, 100)]);
    }
}
