//! What changes between two versions of a plan, and who gains and who loses by it.
//!
//! "Gains" and "loses" are said from the side of the people a sentence names: members, claimants, people who want to
//! join. Where a change helps some members and costs others (higher aid is shared by all), it says both.

mod aid;
mod joining;
mod sharing;

use std::fmt;

use huzhu_domain::plan::Language::{self, En, Zh};
use huzhu_domain::plan::{Frequency, LastPeriodsPayer, PlanTerms, Refund};
use huzhu_ledger::Amount;

use crate::money::money;
use crate::outline::{outline, step_days};

/// Whom a change helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The people named gain.
    Gains,
    /// The people named lose.
    Loses,
    /// Some gain what others bear.
    Both,
    /// Nobody gains or loses for certain.
    Neutral,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whom it helps.
    pub who: Who,
    /// What changes, in plain words.
    pub sentence: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.who {
            Who::Gains => '+',
            Who::Loses => '-',
            Who::Both => '±',
            Who::Neutral => '=',
        };
        write!(f, "{sign} {}", self.sentence)
    }
}

/// What changes from `old` to `new`, in the order of the groups of terms. Empty when nothing does.
pub fn diff(old: &PlanTerms, new: &PlanTerms, language: Language) -> Vec<Change> {
    let mut pair = Pair { old, new, language, changes: Vec::new() };
    pair.identity();
    pair.joining();
    pair.waiting();
    pair.cover();
    pair.aid();
    pair.sharing();
    pair.calendar();
    pair.step_days();
    pair.leaving();
    pair.ending();
    pair.rest();
    pair.changes
}

struct Pair<'a> {
    old: &'a PlanTerms,
    new: &'a PlanTerms,
    language: Language,
    changes: Vec<Change>,
}

/// Who gains when a number grows.
#[derive(Clone, Copy)]
enum More {
    Helps,
    Hurts,
    Neither,
}

fn direction(grows: bool, more: More) -> Who {
    match (more, grows) {
        (More::Neither, _) => Who::Neutral,
        (More::Helps, true) | (More::Hurts, false) => Who::Gains,
        (More::Helps, false) | (More::Hurts, true) => Who::Loses,
    }
}

impl Pair<'_> {
    fn say(&mut self, who: Who, en: impl Into<String>, zh: impl Into<String>) {
        let sentence = match self.language {
            En => en.into(),
            Zh => zh.into(),
        };
        self.changes.push(Change { who, sentence });
    }

    fn money(&self, amount: Amount) -> String {
        money(amount, self.new.currency(), self.language)
    }

    /// A number of the same thing in both: `subject` is "The wait (days)".
    fn number<T: PartialOrd + fmt::Display>(&mut self, (old, new): (T, T), more: More, en: &str, zh: &str) {
        if old != new {
            let who = direction(new > old, more);
            self.say(who, format!("{en}: {new} instead of {old}."), format!("{zh}：由 {old} 改为 {new}。"));
        }
    }

    /// A yes or no; `texts` are the sentences for yes and no in English and Chinese.
    fn flag(&mut self, (old, new): (bool, bool), yes: More, en: [&str; 2], zh: [&str; 2]) {
        if old != new {
            let who = direction(new, yes);
            let [yes_en, no_en] = en;
            let [yes_zh, no_zh] = zh;
            if new {
                self.say(who, yes_en, yes_zh);
            } else {
                self.say(who, no_en, no_zh);
            }
        }
    }

    fn identity(&mut self) {
        let (old, new) = (self.old.identity(), self.new.identity());
        if old.id != new.id {
            let (a, b) = (&old.id, &new.id);
            self.say(
                Who::Neutral,
                format!("These are different plans: {a} and {b}."),
                format!("两者是不同的计划：{a} 与 {b}。"),
            );
        }
        if old.currency != new.currency {
            let (a, b) = (old.currency, new.currency);
            self.say(
                Who::Neutral,
                format!("Amounts are in {b} instead of {a}."),
                format!("货币由 {a} 改为 {b}。"),
            );
        }
        let days = (old.change_notice_days, new.change_notice_days);
        self.number(days, More::Helps, "Days of notice before terms change", "条款变更公示天数");
        if old.last_day != new.last_day {
            match new.last_day {
                Some(day) => {
                    self.say(Who::Loses, format!("The plan ends on {day}."), format!("计划于 {day} 结束。"));
                }
                None => self.say(Who::Gains, "The plan no longer has a last day.", "计划不再有终止日期。"),
            }
        }
    }

    fn calendar(&mut self) {
        let (old, new) = (self.old.calendar(), self.new.calendar());
        if old.periods != new.periods {
            self.say(Who::Neutral, "Notice and sharing days change.", "公示日和分摊日有变。");
        }
        let pairs = [
            (
                u32::from(old.notice_length_days),
                u32::from(new.notice_length_days),
                More::Helps,
                "Days of notice",
                "公示天数",
            ),
            (
                u32::from(old.payout_days),
                u32::from(new.payout_days),
                More::Hurts,
                "Days from sharing to payout",
                "分摊后给付天数",
            ),
            (
                u32::from(old.filing_deadline_days),
                u32::from(new.filing_deadline_days),
                More::Helps,
                "Days to file a claim",
                "申请期限天数",
            ),
        ];
        for (a, b, more, en, zh) in pairs {
            self.number((a, b), more, en, zh);
        }
        if old.retry != new.retry {
            self.say(Who::Neutral, "Failed debits are tried again for another time.", "扣款重试期限有变。");
        }
        let reminders = (old.reminder_days.is_some(), new.reminder_days.is_some());
        let en = [
            "Payers are reminded before each debit now.",
            "Payers are not reminded before a debit any more.",
        ];
        self.flag(reminders, More::Helps, en, ["扣款前提醒付款人。", "扣款前不再提醒付款人。"]);
        if old.first_contact != new.first_contact {
            self.say(
                Who::Neutral,
                "The time of the first contact after a report changes.",
                "报案后首次联系期限有变。",
            );
        }
    }

    fn leaving(&mut self) {
        let (old, new) = (self.old.leaving(), self.new.leaving());
        match (old.end_at_age, new.end_at_age) {
            (Some(a), Some(b)) => {
                self.number((a, b), More::Helps, "Age that ends the enrolment", "自动退出年龄");
            }
            (None, Some(b)) => self.say(
                Who::Loses,
                format!("The enrolment ends at the age of {b} now."),
                format!("年满 {b} 周岁退出。"),
            ),
            (Some(_), None) => {
                self.say(Who::Gains, "Age does not end the enrolment any more.", "不再因年龄退出。");
            }
            (None, None) => {}
        }
        let en = ["Who leaves still owes the period on notice.", "Who leaves owes nothing more."];
        let owes = (old.owes_noticed_period, new.owes_noticed_period);
        self.flag(owes, More::Hurts, en, ["退出者须承担公示当期分摊。", "退出者无需再承担分摊。"]);
        let once = |terms: &PlanTerms| matches!(terms.aid().frequency, Frequency::Once);
        if once(self.old) == once(self.new) && old.end_after_aid != new.end_after_aid {
            self.say(
                Who::Neutral,
                "What happens to the enrolment after aid changes.",
                "给付后的成员资格有变。",
            );
        }
    }

    fn ending(&mut self) {
        let (old, new) = (self.old.ending(), self.new.ending());
        self.number(
            (old.notice_days, new.notice_days),
            More::Helps,
            "Days of notice before the plan ends",
            "计划终止公告天数",
        );
        self.number(
            (old.run_off_days, new.run_off_days),
            More::Helps,
            "Days to file claims after the end",
            "终止后申请期限天数",
        );
        let members = |payer: LastPeriodsPayer| payer == LastPeriodsPayer::Members;
        let free = |ending: &huzhu_domain::plan::Ending| {
            if members(ending.last_periods_paid_by) { 0 } else { ending.last_periods }
        };
        self.number(
            (free(old), free(new)),
            More::Helps,
            "Last periods that members need not pay",
            "成员无需分摊的最后期数",
        );
        let rank = |refund: Refund| match refund {
            Refund::None => 0,
            Refund::Balance => 1,
            Refund::AllShares => 2,
        };
        if old.refund != new.refund {
            let who = direction(rank(new.refund) > rank(old.refund), More::Helps);
            self.say(who, "What members get back at the end changes.", "终止时的退还规则有变。");
        }
    }

    /// Whatever else reads differently, so that no change of wording goes unseen.
    /// Days that claimants have and days that they wait for others.
    fn step_days(&mut self) {
        let (a, b) = (self.old.review().days, self.new.review().days);
        for (days, more, en, zh) in [
            ((a.review, b.review), More::Hurts, "Days for a reviewer to recommend", "审核员给出建议的天数"),
            (
                (a.confirmation, b.confirmation),
                More::Hurts,
                "Days for a second person to confirm",
                "第二人复核的天数",
            ),
            (
                (a.evidence, b.evidence),
                More::Helps,
                "Days for claimants to hand in what is missing",
                "申请人补交材料的天数",
            ),
            ((a.investigation, b.investigation), More::Hurts, "Days for an investigator", "调查员的天数"),
            ((a.second_review, b.second_review), More::Neither, "Days for a second review", "再次审核的天数"),
            (
                (a.objection, b.objection),
                More::Hurts,
                "Days for the answer to an objection",
                "答复异议的天数",
            ),
            (
                (a.jury_request, b.jury_request),
                More::Helps,
                "Days in which a jury may be asked for",
                "可申请评审团的天数",
            ),
            ((a.clerk, b.clerk), More::Hurts, "Days for the clerk of the jury", "书记员受理的天数"),
        ] {
            self.number(days, more, en, zh);
        }
    }

    fn rest(&mut self) {
        let sections = |terms: &PlanTerms| {
            let told = step_days(terms, self.language);
            let mut sections = outline(terms, self.language);
            for section in &mut sections {
                section.lines.retain(|line| !told.contains(line));
            }
            sections
        };
        let (before, after) = (sections(self.old), sections(self.new));
        // Review and jury have no side that gains for certain: their lines are quoted.
        for index in [7_usize, 8] {
            let (Some(old), Some(new)) = (before.get(index), after.get(index)) else {
                continue;
            };
            for line in new.lines.iter().filter(|line| !old.lines.contains(line)) {
                self.say(
                    Who::Neutral,
                    format!("{}: new: {line}", new.title),
                    format!("{}：新增：{line}", new.title),
                );
            }
            for line in old.lines.iter().filter(|line| !new.lines.contains(line)) {
                self.say(
                    Who::Neutral,
                    format!("{}: gone: {line}", old.title),
                    format!("{}：取消：{line}", old.title),
                );
            }
        }
    }
}
