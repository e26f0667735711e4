//! Who may join, what is covered, and how an enrolment ends, in plain words.

use huzhu_domain::plan::Language::{En, Zh};
use huzhu_domain::plan::{AgeBand, DependantsPay, IllnessInside};

use super::{Say, age, ages, relation};
use crate::money::count;

impl Say<'_> {
    pub(super) fn plan(&self) -> Vec<String> {
        let id = self.terms.identity();
        let mut lines = vec![id.summary.get(self.language).to_owned()];
        let effective = id.effective;
        lines.push(self.pick(
            format!("These terms, version {}, are in force from {effective}.", id.version),
            format!("本条款为第 {} 版，自 {effective} 起生效。", id.version),
        ));
        if let Some(last) = id.last_day {
            lines.push(self.pick(
                format!("The plan is temporary; its last day is {last}."),
                format!("本计划为临时计划，最后一天为 {last}。"),
            ));
        }
        let days = id.change_notice_days;
        lines.push(self.pick(
            format!("Changed terms are public for at least {days} days before they take effect, and never touch a claim for an earlier event."),
            format!("条款变更至少提前 {days} 天公示，且不影响此前发生的事件。"),
        ));
        let zone = id.zone.iana_name().unwrap_or("UTC");
        lines.push(
            self.pick(format!("Days begin at 0:00 in {zone}."), format!("每日以 {zone} 时区零时为准。")),
        );
        lines
    }

    pub(super) fn joining(&self) -> Vec<String> {
        let joining = self.terms.joining();
        let (from, to) = (age(joining.age_from, self.language), age(joining.age_to, self.language));
        let mut lines = vec![self.pick(
            format!("People from {from} to {to} of age may join."),
            format!("年龄为 {from}至 {to}的人可以加入。"),
        )];
        if let Some(score) = joining.credit_score_min {
            lines.push(self.pick(
                format!("The payer needs a credit score of at least {score}."),
                format!("付款人的信用分须不低于 {score}。"),
            ));
        }
        if joining.real_name {
            lines.push(self.pick("The payer's identity is confirmed.", "付款人须实名认证。"));
        }
        lines.push(match joining.questions.len() {
            0 => self.pick("There are no questions about health.", "无健康告知。"),
            n => self.pick(format!("{n} questions about health are asked:"), format!("健康告知共 {n} 项：")),
        });
        lines.extend(joining.questions.iter().map(|q| q.text.get(self.language).to_owned()));
        lines.push(self.dependants());
        if !joining.several_plans {
            lines.push(
                self.pick("Members may not be in another plan at the same time.", "不可同时加入其他计划。"),
            );
        }
        if let Some(plan) = &joining.only_members_of {
            lines.push(self.pick(
                format!("Only members of the plan {plan} may join."),
                format!("仅限计划 {plan} 的成员加入。"),
            ));
        }
        if joining.givers {
            lines.push(self.pick(
                "People may also share the cost without being covered.",
                "也可以只参与分摊而不享受保障（赠与人）。",
            ));
        }
        lines.extend(self.members_needed());
        if let Some(day) = joining.closed_from {
            lines.push(self.pick(
                format!("From {day} on nobody may join any more."),
                format!("自 {day} 起不再接受加入。"),
            ));
        }
        lines
    }

    fn members_needed(&self) -> Vec<String> {
        let joining = self.terms.joining();
        let mut lines = Vec::new();
        if joining.members_to_start > 0 {
            let n = count(joining.members_to_start);
            lines.push(self.pick(
                format!("The plan takes effect when {n} members have joined."),
                format!("满 {n} 名成员后计划生效。"),
            ));
        }
        if joining.members_to_go_on > 0 {
            let n = count(joining.members_to_go_on);
            lines.push(self.pick(
                format!("With fewer than {n} members the plan must announce its end."),
                format!("成员少于 {n} 名时，计划须宣布终止。"),
            ));
        }
        lines
    }

    fn dependants(&self) -> String {
        let joining = self.terms.joining();
        if joining.dependants.is_empty() {
            return self.pick("Everybody joins for the own person only.", "仅可为本人加入。");
        }
        let names: Vec<&str> = joining.dependants.iter().map(|r| relation(*r, self.language)).collect();
        let (en, zh) = match joining.dependants_pay {
            DependantsPay::Payer => ("and pays their shares", "并由付款人分摊"),
            DependantsPay::Nobody => ("and no share is taken for them", "且不为其分摊"),
        };
        self.pick(
            format!("A member may enrol dependants ({}) {en}.", names.join(", ")),
            format!("成员可为家属（{}）加入，{zh}。", names.join("、")),
        )
    }

    pub(super) fn waiting(&self) -> Vec<String> {
        let waiting = self.terms.waiting();
        if waiting.days == 0 {
            return vec![self.pick(
                "There is no wait: cover begins the day after joining.",
                "无等待期：加入次日零时起生效。",
            )];
        }
        let days = waiting.days;
        let mut lines = vec![self.pick(
            format!("Illness is covered after {days} days, counted from 0:00 of the day after joining; the last day is part of the wait."),
            format!("疾病等待期 {days} 天，自加入次日零时起算，含最后一天。"),
        )];
        lines.push(if waiting.accident_exempt {
            self.pick(
                "Accidents are covered from the day after joining.",
                "意外事故无等待期，自加入次日起保障。",
            )
        } else {
            self.pick("The wait holds for accidents too.", "意外事故同样适用等待期。")
        });
        lines.push(match waiting.illness_inside {
            IllnessInside::RefundAndEnd => self.pick(
                "Who falls ill inside the wait receives no aid; shares are refunded without interest and the enrolment ends.",
                "等待期内患病不予互助，已分摊金额无息退还，并退出计划。",
            ),
            IllnessInside::End => self.pick(
                "Who falls ill inside the wait receives no aid and the enrolment ends.",
                "等待期内患病不予互助，并退出计划。",
            ),
            IllnessInside::NoAid => self.pick(
                "Who falls ill inside the wait receives no aid for that illness and stays in the plan.",
                "等待期内患病，该疾病不予互助，成员资格保留。",
            ),
        });
        lines
    }

    pub(super) fn cover(&self) -> Vec<String> {
        let cover = self.terms.cover();
        let mut lines = Vec::new();
        for condition in &cover.conditions {
            let group = cover.group(&condition.group).map_or("", |g| g.name.get(self.language));
            let name = condition.name.get(self.language);
            let definition = condition.definition.get(self.language);
            let ranges: Vec<String> = condition.icd10.iter().map(ToString::to_string).collect();
            let ranges11: Vec<String> = condition.icd11.iter().map(ToString::to_string).collect();
            let mut codes = Vec::new();
            if !ranges.is_empty() {
                codes.push(format!("ICD-10 {}", ranges.join(", ")));
            }
            if !ranges11.is_empty() {
                codes.push(format!("ICD-11 {}", ranges11.join(", ")));
            }
            let codes = codes.join("; ");
            let limit = if condition.ages == AgeBand::ALL {
                String::new()
            } else {
                self.pick(format!(", {}", ages(condition.ages, En)), format!(",{}", ages(condition.ages, Zh)))
            };
            lines.push(self.pick(
                format!("{name} ({group}{limit}): {definition} [{codes}]"),
                format!("{name}({group}{limit}):{definition} [{codes}]"),
            ));
        }
        for exclusion in &cover.exclusions {
            let text = exclusion.text.get(self.language);
            lines.push(self.pick(
                format!("Not covered ({}): {text}", exclusion.code),
                format!("不保障（{}）：{text}", exclusion.code),
            ));
        }
        lines
    }

    pub(super) fn leaving(&self) -> Vec<String> {
        let leaving = self.terms.leaving();
        let mut lines = vec![if leaving.owes_noticed_period {
            self.pick(
                "Members may leave at any time; from the first day of notice on, that period's share is still owed.",
                "成员可随时退出；公示首日起退出的，仍须承担当期分摊。",
            )
        } else {
            self.pick(
                "Members may leave at any time and owe nothing more.",
                "成员可随时退出，无需再承担分摊。",
            )
        }];
        if leaving.rejoin_restarts_wait {
            lines.push(self.pick("Who joins again waits again.", "重新加入须重新计算等待期。"));
        }
        match leaving.end_at_age {
            Some(age) => lines.push(self.pick(
                format!("The enrolment ends on the birthday on which a member turns {age}."),
                format!("成员年满 {age} 周岁当日自动退出。"),
            )),
            None => lines.push(self.pick("Age does not end an enrolment.", "不因年龄退出。")),
        }
        if let Some(plan) = &leaving.move_to {
            lines.push(
                self.pick(format!("They may move to the plan {plan}."), format!("之后可转入计划 {plan}。")),
            );
        }
        if leaving.end_after_aid {
            lines.push(self.pick("The enrolment ends when aid has been paid.", "给付互助金后退出。"));
        }
        if leaving.end_when_unpaid {
            lines.push(self.pick(
                "The enrolment ends when a share stays unpaid after all retries.",
                "重试后仍未支付分摊的，退出计划。",
            ));
        }
        if leaving.end_when_ineligible {
            lines.push(self.pick(
                "The enrolment ends when the conditions of joining turn out not to have been met.",
                "经查不符合加入条件的，退出计划。",
            ));
        }
        lines
    }
}
