//! Changes of who may join and of the wait.

use huzhu_domain::plan::{Age, IllnessInside};

use super::{More, Pair, Who, direction};
use crate::money::count;
use crate::outline::{age, relation};

impl Pair<'_> {
    pub(super) fn joining(&mut self) {
        let (old, new) = (self.old.joining(), self.new.joining());
        let days = |age: Age| match age {
            Age::Days(days) => u32::from(days),
            Age::Years(years) => u32::from(years).saturating_mul(365),
        };
        for (a, b, more, en, zh) in [
            (old.age_from, new.age_from, More::Hurts, "Youngest age of joining", "最低加入年龄"),
            (old.age_to, new.age_to, More::Helps, "Oldest age of joining", "最高加入年龄"),
        ] {
            if a != b {
                let (from, to) = (age(a, self.language), age(b, self.language));
                let who = direction(days(b) > days(a), more);
                self.say(
                    who,
                    format!("{en}: {to} instead of {from}."),
                    format!("{zh}：由 {from} 改为 {to}。"),
                );
            }
        }
        self.credit(old.credit_score_min, new.credit_score_min);
        self.questions();
        self.dependants();
        let start = (old.members_to_start, new.members_to_start);
        self.needed(start, More::Hurts, "Members needed before the plan takes effect", "生效所需成员数");
        let go_on = (old.members_to_go_on, new.members_to_go_on);
        self.needed(go_on, More::Neither, "Members below which the plan must end", "低于此成员数须终止");
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

    fn questions(&mut self) {
        let (old, new) = (self.old.joining(), self.new.joining());
        let name = (old.real_name, new.real_name);
        let en = [
            "The payer's identity must be confirmed now.",
            "The payer's identity need not be confirmed any more.",
        ];
        self.flag(name, More::Neither, en, ["付款人须实名认证。", "付款人不再须实名认证。"]);
        let (a, b) = (old.questions.len(), new.questions.len());
        self.number((a, b), More::Hurts, "Questions of the health declaration", "健康告知项数");
        if a == b && old.questions != new.questions {
            self.say(
                Who::Neutral,
                "The questions of the health declaration are worded anew.",
                "健康告知内容有变。",
            );
        }
    }

    fn dependants(&mut self) {
        let (old, new) = (self.old.joining(), self.new.joining());
        for kind in &new.dependants {
            if !old.dependants.contains(kind) {
                let name = relation(*kind, self.language);
                self.say(Who::Gains, format!("Members may enrol {name} now."), format!("可为{name}加入。"));
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
    }

    /// A number of members that a plan needs; 0 means that it needs none.
    fn needed(&mut self, (old, new): (u64, u64), more: More, en: &str, zh: &str) {
        if old != new {
            let text = |number: u64, none: &str| {
                if number == 0 { none.to_owned() } else { count(number) }
            };
            let who = direction(new > old, more);
            let (a, b) = (text(old, "none"), text(new, "none"));
            let (a_zh, b_zh) = (text(old, "无"), text(new, "无"));
            self.say(who, format!("{en}: {b} instead of {a}."), format!("{zh}：由 {a_zh} 改为 {b_zh}。"));
        }
    }

    fn credit(&mut self, old: Option<u32>, new: Option<u32>) {
        match (old, new) {
            (Some(a), Some(b)) => {
                self.number((a, b), More::Hurts, "Credit score needed to join", "加入所需信用分");
            }
            (None, Some(b)) => {
                self.say(
                    Who::Loses,
                    format!("Joining needs a credit score of {b} now."),
                    format!("加入须信用分不低于 {b}。"),
                );
            }
            (Some(_), None) => {
                self.say(Who::Gains, "Joining needs no credit score any more.", "加入不再要求信用分。");
            }
            (None, None) => {}
        }
    }

    pub(super) fn waiting(&mut self) {
        let (old, new) = (*self.old.waiting(), *self.new.waiting());
        self.number((old.days, new.days), More::Hurts, "Days of waiting for new members", "新成员等待期天数");
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
            self.say(who, "An illness inside the wait has other consequences.", "等待期内患病的处理有变。");
        }
    }
}
