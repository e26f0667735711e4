//! What changes between two versions of a plan, and who gains and who loses by it.
//!
//! "Gains" and "loses" are said from the side of the people a sentence names: members, claimants, people who want to
//! join. Where a change helps some members and costs others (higher aid is shared by all), it says both.

mod aid;

use std::fmt;

use huzhu_domain::plan::Language::{self, En, Zh};
use huzhu_domain::plan::{
    Age, Cap, Frequency, Headcount, IllnessInside, LastPeriodsPayer, Model, PlanTerms, Refund, Shortfall,
    Split,
};
use huzhu_ledger::Amount;

use crate::money::money;
use crate::outline::{age, excess, outline, relation};

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
    let mut pair = Pair {
        old,
        new,
        language,
        changes: Vec::new(),
    };
    pair.identity();
    pair.joining();
    pair.waiting();
    pair.cover();
    pair.aid();
    pair.sharing();
    pair.calendar();
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
            self.say(
                who,
                format!("{en}: {new} instead of {old}."),
                format!("{zh}:由 {old} 改为 {new}。"),
            );
        }
    }

    /// A yes or no; `texts` are the sentences for yes and no in English and Chinese.
    fn flag(&mut self, (old, new): (bool, bool), yes: More, en: [&str; 2], zh: [&str; 2]) {
        if old != new {
            let who = direction(new, yes);
            let [yes_en, no_en] = en;
            let [yes_zh, no_zh] = zh;
            if new {
                self.say(who, yes_en, yes_zh)
            } else {
                self.say(who, no_en, no_zh)
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
                format!("两者是不同的计划:{a} 与 {b}。"),
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
        self.number(
            days,
            More::Helps,
            "Days of notice before terms change",
            "条款变更公示天数",
        );
        if old.last_day != new.last_day {
            match new.last_day {
                Some(day) => self.say(
                    Who::Loses,
                    format!("The plan ends on {day}."),
                    format!("计划于 {day} 结束。"),
                ),
                None => self.say(
                    Who::Gains,
                    "The plan no longer has a last day.",
                    "计划不再有终止日期。",
                ),
            }
        }
    }

    fn joining(&mut self) {
        let (old, new) = (self.old.joining(), self.new.joining());
        let days = |age: Age| match age {
            Age::Days(days) => u32::from(days),
            Age::Years(years) => u32::from(years).saturating_mul(365),
        };
        for (a, b, more, en, zh) in [
            (
                old.age_from,
                new.age_from,
                More::Hurts,
                "Youngest age of joining",
                "最低加入年龄",
            ),
            (
                old.age_to,
                new.age_to,
                More::Helps,
                "Oldest age of joining",
                "最高加入年龄",
            ),
        ] {
            if a != b {
                let (from, to) = (age(a, self.language), age(b, self.language));
                let who = direction(days(b) > days(a), more);
                self.say(
                    who,
                    format!("{en}: {to} instead of {from}."),
                    format!("{zh}:由 {from} 改为 {to}。"),
                );
            }
        }
        self.credit(old.credit_score_min, new.credit_score_min);
        let name = (old.real_name, new.real_name);
        let en = [
            "The payer's identity must be confirmed now.",
            "The payer's identity need not be confirmed any more.",
        ];
        self.flag(
            name,
            More::Neither,
            en,
            ["付款人须实名认证。", "付款人不再须实名认证。"],
        );
        let (a, b) = (old.questions.len(), new.questions.len());
        self.number(
            (a, b),
            More::Hurts,
            "Questions of the health declaration",
            "健康告知项数",
        );
        if a == b && old.questions != new.questions {
            self.say(
                Who::Neutral,
                "The questions of the health declaration are worded anew.",
                "健康告知内容有变。",
            );
        }
        for kind in &new.dependants {
            if !old.dependants.contains(kind) {
                let name = relation(*kind, self.language);
                self.say(
                    Who::Gains,
                    format!("Members may enrol {name} now."),
                    format!("可为{name}加入。"),
                );
            }
        }
        for kind in &old.dependants {
            if !new.dependants.contains(kind) {
                let name = relation(*kind, self.language);
                self.say(
                    Who::Loses,
                    format!("Members may not enrol {name} any more."),
                    format!("不可再为{name}加入。"),
                );
            }
        }
        let start = (old.members_to_start, new.members_to_start);
        self.number(
            start,
            More::Hurts,
            "Members needed to take effect",
            "生效所需成员数",
        );
        let go_on = (old.members_to_go_on, new.members_to_go_on);
        self.number(
            go_on,
            More::Neither,
            "Members below which the plan must end",
            "低于此成员数须终止",
        );
        if old.closed_from != new.closed_from {
            match new.closed_from {
                Some(day) => self.say(
                    Who::Loses,
                    format!("Nobody may join from {day} on."),
                    format!("自 {day} 起不再接受加入。"),
                ),
                None => self.say(Who::Gains, "People may join again.", "重新接受加入。"),
            }
        }
    }

    fn credit(&mut self, old: Option<u32>, new: Option<u32>) {
        match (old, new) {
            (Some(a), Some(b)) => self.number(
                (a, b),
                More::Hurts,
                "Credit score needed to join",
                "加入所需信用分",
            ),
            (None, Some(b)) => {
                self.say(
                    Who::Loses,
                    format!("Joining needs a credit score of {b} now."),
                    format!("加入须信用分不低于 {b}。"),
                );
            }
            (Some(_), None) => self.say(
                Who::Gains,
                "Joining needs no credit score any more.",
                "加入不再要求信用分。",
            ),
            (None, None) => {}
        }
    }

    fn waiting(&mut self) {
        let (old, new) = (*self.old.waiting(), *self.new.waiting());
        self.number(
            (old.days, new.days),
            More::Hurts,
            "Days of waiting for new members",
            "新成员等待期天数",
        );
        let en = [
            "Accidents are covered during the wait now.",
            "Accidents are not covered during the wait any more.",
        ];
        let zh = ["等待期内保障意外事故。", "等待期内不再保障意外事故。"];
        self.flag((old.accident_exempt, new.accident_exempt), More::Helps, en, zh);
        let rank = |inside: IllnessInside| match inside {
            IllnessInside::End => 0,
            IllnessInside::RefundAndEnd => 1,
            IllnessInside::NoAid => 2,
        };
        if old.illness_inside != new.illness_inside {
            let who = direction(rank(new.illness_inside) > rank(old.illness_inside), More::Helps);
            self.say(
                who,
                "An illness inside the wait has other consequences.",
                "等待期内患病的处理有变。",
            );
        }
    }

    fn sharing(&mut self) {
        let (old, new) = (self.old.sharing(), self.new.sharing());
        if old.fee != new.fee {
            let (a, b, who) = (old.fee, new.fee, direction(new.fee > old.fee, More::Hurts));
            self.say(
                who,
                format!("Members pay a fee of {b} instead of {a}."),
                format!("管理费由 {a} 改为 {b}。"),
            );
        }
        if old.model != new.model {
            let who = match (&old.model, &new.model) {
                (_, Model::Sponsor { .. }) => Who::Gains,
                (Model::Sponsor { .. }, _) => Who::Loses,
                _ => Who::Neutral,
            };
            self.say(
                who,
                "The money comes from elsewhere: see how the cost is shared.",
                "资金来源有变:见分摊方式。",
            );
        }
        self.cap(
            (old.cap_per_claim, new.cap_per_claim),
            ["for one claim", "每个案例"],
        );
        self.cap(
            (old.cap_per_year, new.cap_per_year),
            ["in a calendar year", "每个自然年"],
        );
        if old.headcount != new.headcount {
            match new.headcount {
                Headcount::Enrolled => self.say(
                    Who::Both,
                    "New members share during the wait; the others pay less.",
                    "等待期内的成员也参与分摊,其他成员分摊减少。",
                ),
                Headcount::Covered => self.say(
                    Who::Both,
                    "New members do not share during the wait; the others pay more.",
                    "等待期内的成员不再分摊,其他成员分摊增加。",
                ),
            }
        }
        if old.split != new.split {
            match new.split {
                Split::Equal => self.say(
                    Who::Both,
                    "Everybody pays the same share again: the old gain, the young lose.",
                    "改为均摊:年长者受益,年轻者受损。",
                ),
                Split::Banded(_) => self.say(
                    Who::Both,
                    "Shares go by age with new weights: some age bands pay less, others more.",
                    "按年龄分摊的权重有变:部分年龄段减少,部分增加。",
                ),
            }
        }
        if old.shortfall != new.shortfall {
            match new.shortfall {
                Shortfall::Operator => self.say(
                    Who::Gains,
                    "The operator bears what cannot be collected.",
                    "未能收取的部分由运营方承担。",
                ),
                Shortfall::NextPeriod => self.say(
                    Who::Both,
                    "What cannot be collected is added to the next period.",
                    "未能收取的部分计入下一期。",
                ),
                Shortfall::CutAid => self.say(
                    Who::Both,
                    "What cannot be collected is taken off the aid: claimants lose what members do not pay.",
                    "未能收取的部分从互助金中扣减:申请人受损。",
                ),
            }
        }
    }

    fn cap(&mut self, (old, new): (Option<Cap>, Option<Cap>), [en, zh]: [&str; 2]) {
        match (old, new) {
            (None, Some(new)) => {
                let (amount, rest) = (self.money(new.amount), excess(new.excess, self.language));
                self.say(
                    Who::Gains,
                    format!("A member pays at most {amount} {en} now; {rest}."),
                    format!("每位成员{zh}最多分摊 {amount},{rest}。"),
                );
            }
            (Some(_), None) => {
                self.say(
                    Who::Loses,
                    format!("There is no limit any more on what a member pays {en}."),
                    format!("取消成员{zh}的分摊上限。"),
                );
            }
            (Some(old), Some(new)) => {
                if old.amount != new.amount {
                    let (a, b) = (self.money(old.amount), self.money(new.amount));
                    let who = direction(new.amount > old.amount, More::Hurts);
                    self.say(
                        who,
                        format!("The most a member pays {en}: {b} instead of {a}."),
                        format!("成员{zh}分摊上限由 {a} 改为 {b}。"),
                    );
                }
                if old.excess != new.excess {
                    let rest = excess(new.excess, self.language);
                    self.say(
                        Who::Both,
                        format!("Above the limit {en}, {rest} now."),
                        format!("{zh}超出上限时:{rest}。"),
                    );
                }
            }
            (None, None) => {}
        }
    }

    fn calendar(&mut self) {
        let (old, new) = (self.old.calendar(), self.new.calendar());
        if old.periods != new.periods {
            self.say(
                Who::Neutral,
                "Notice and sharing days change.",
                "公示日和分摊日有变。",
            );
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
            self.say(
                Who::Neutral,
                "Failed debits are tried again for another time.",
                "扣款重试期限有变。",
            );
        }
        let reminders = (old.reminder_days.is_some(), new.reminder_days.is_some());
        let en = [
            "Payers are reminded before each debit now.",
            "Payers are not reminded before a debit any more.",
        ];
        self.flag(
            reminders,
            More::Helps,
            en,
            ["扣款前提醒付款人。", "扣款前不再提醒付款人。"],
        );
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
                self.number((a, b), More::Helps, "Age that ends the enrolment", "自动退出年龄")
            }
            (None, Some(b)) => self.say(
                Who::Loses,
                format!("The enrolment ends at the age of {b} now."),
                format!("年满 {b} 周岁退出。"),
            ),
            (Some(_), None) => self.say(
                Who::Gains,
                "Age does not end the enrolment any more.",
                "不再因年龄退出。",
            ),
            (None, None) => {}
        }
        let en = [
            "Who leaves still owes the period on notice.",
            "Who leaves owes nothing more.",
        ];
        let owes = (old.owes_noticed_period, new.owes_noticed_period);
        self.flag(
            owes,
            More::Hurts,
            en,
            ["退出者须承担公示当期分摊。", "退出者无需再承担分摊。"],
        );
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
            if members(ending.last_periods_paid_by) {
                0
            } else {
                ending.last_periods
            }
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
            self.say(
                who,
                "What members get back at the end changes.",
                "终止时的退还规则有变。",
            );
        }
    }

    /// Whatever else reads differently, so that no change of wording goes unseen.
    fn rest(&mut self) {
        let before = outline(self.old, self.language);
        let after = outline(self.new, self.language);
        // Review and jury have no side that gains for certain: their lines are quoted.
        for index in [7_usize, 8] {
            let (Some(old), Some(new)) = (before.get(index), after.get(index)) else {
                continue;
            };
            for line in new.lines.iter().filter(|line| !old.lines.contains(line)) {
                self.say(
                    Who::Neutral,
                    format!("{}: new: {line}", new.title),
                    format!("{}:新增:{line}", new.title),
                );
            }
            for line in old.lines.iter().filter(|line| !new.lines.contains(line)) {
                self.say(
                    Who::Neutral,
                    format!("{}: gone: {line}", old.title),
                    format!("{}:取消:{line}", old.title),
                );
            }
        }
    }
}
