//! Review, jury and the end of a plan, in plain words.

use huzhu_domain::plan::{Asker, JuryMode, Language, LastPeriodsPayer, Refund};

use super::Say;
use crate::money::count;

impl Say<'_> {
    pub(super) fn review(&self) -> Vec<String> {
        let review = self.terms.review();
        let mut lines = Vec::new();
        for item in &review.evidence {
            let name = item.name.get(self.language);
            let names: Vec<&str> = item
                .groups
                .iter()
                .map(|code| self.terms.cover().group(code).map_or("", |g| g.name.get(self.language)))
                .collect();
            let place =
                if names.is_empty() { self.pick("all claims", "所有申请") } else { names.join(", ") };
            let kind = if item.required {
                self.pick("required", "必需")
            } else {
                self.pick("if there is any", "如有")
            };
            lines.push(self.pick(
                format!("Evidence: {name} ({place}; {kind})"),
                format!("材料：{name}（{place}；{kind}）"),
            ));
        }
        lines.push(if review.four_eyes_from.is_zero() {
            self.pick("Every decision is confirmed by a second person.", "每项决定均由第二人复核。")
        } else {
            let amount = self.money(review.four_eyes_from);
            self.pick(
                format!(
                    "Every decision is confirmed by a second person: by a confirmer for refusals and from {amount} on, below that by another reviewer too."
                ),
                format!(
                    "每项决定均由第二人复核：不予通过或互助金达 {amount} 时须由复核员复核，低于此数时另一位审核员也可复核。"
                ),
            )
        });
        let sample = review.second_review;
        lines.push(self.pick(
            format!("{sample} of the decided claims are drawn for a second review."),
            format!("已决案例中抽取 {sample} 再次审核。"),
        ));
        lines.extend(self.step_days());
        lines
    }

    /// In how many days each step is due.
    pub(super) fn step_days(&self) -> Vec<String> {
        let days = self.terms.review().days;
        let mut lines = vec![
            self.pick(
                format!(
                    "A reviewer recommends within {} days, and a second person confirms within {} days.",
                    days.review, days.confirmation
                ),
                format!("审核员在 {} 天内给出建议，第二人在 {} 天内复核。", days.review, days.confirmation),
            ),
            self.pick(
                format!("Claimants have {} days to hand in what is missing.", days.evidence),
                format!("申请人有 {} 天时间补交材料。", days.evidence),
            ),
            self.pick(
                format!(
                    "Investigators have {} days; a second review is due after {} days.",
                    days.investigation, days.second_review
                ),
                format!(
                    "调查员有 {} 天时间；再次审核在 {} 天内完成。",
                    days.investigation, days.second_review
                ),
            ),
            self.pick(
                format!("Objections are answered within {} days.", days.objection),
                format!("异议在 {} 天内得到答复。", days.objection),
            ),
        ];
        if self.terms.jury().is_some() {
            lines.push(self.pick(
                format!(
                    "A jury may be asked for within {} days; the clerk takes it up within {} days.",
                    days.jury_request, days.clerk
                ),
                format!("可在 {} 天内申请评审团，书记员在 {} 天内受理。", days.jury_request, days.clerk),
            ));
        }
        lines
    }

    pub(super) fn jury(&self) -> Vec<String> {
        let Some(jury) = self.terms.jury() else {
            return vec![self.pick("This plan has no jury.", "本计划没有评审团。")];
        };
        let threshold = jury.threshold;
        let mut lines = vec![match jury.mode {
            JuryMode::Open { quorum, quorum_percent_max, hours } => self.pick(
                format!("Every qualified juror may vote for {hours} hours; {} valid ballots are needed, in small plans {quorum_percent_max} of the jurors.", count(u64::from(quorum))),
                format!("所有合格评审员均可在 {hours} 小时内投票；须有 {} 张有效票，小型计划为评审员的 {quorum_percent_max}。", count(u64::from(quorum))),
            ),
            JuryMode::Drawn { size, reserves, deadline_days, appeals } => self.pick(
                format!("{size} jurors and {reserves} reserves are drawn by lot; they have {deadline_days} days; appeals: {appeals}."),
                format!("抽签产生 {size} 名评审员和 {reserves} 名候补，投票期 {deadline_days} 天，可上诉 {appeals} 次。"),
            ),
        }];
        lines.push(self.pick(
            format!("A refusal is overturned when {threshold} of the ballots favour the claimant."),
            format!("支持申请人的票数达到 {threshold} 时，拒绝决定被推翻。"),
        ));
        let askers: Vec<&str> = jury.asked_by.iter().map(|a| asker(*a, self.language)).collect();
        lines.push(self.pick(
            format!("It may be asked for by: {}.", askers.join(", ")),
            format!("可由以下人员提出：{}。", askers.join("、")),
        ));
        let days = jury.standing_days;
        lines.push(if jury.exam {
            self.pick(
                format!("Jurors have passed an exam and been members for {days} days."),
                format!("评审员须通过考试且加入满 {days} 天。"),
            )
        } else {
            self.pick(
                format!("Jurors have been members for {days} days."),
                format!("评审员须加入满 {days} 天。"),
            )
        });
        for ground in &jury.not_accepted {
            let text = ground.text.get(self.language);
            lines.push(self.pick(
                format!("Not accepted ({}): {text}", ground.code),
                format!("不受理（{}）：{text}", ground.code),
            ));
        }
        lines
    }

    pub(super) fn ending(&self) -> Vec<String> {
        let ending = self.terms.ending();
        let (notice, run_off, periods) = (ending.notice_days, ending.run_off_days, ending.last_periods);
        let mut lines = vec![self.pick(
            format!("The end is announced {notice} days before."),
            format!("计划终止须提前 {notice} 天公告。"),
        )];
        lines.push(match ending.last_periods_paid_by {
            LastPeriodsPayer::Members => {
                self.pick("Members pay the last periods as always.", "最后几期仍由成员分摊。")
            }
            LastPeriodsPayer::Operator => self.pick(
                format!("The operator pays the last {periods} periods."),
                format!("最后 {periods} 期由运营方承担。"),
            ),
            LastPeriodsPayer::Sponsor => self.pick(
                format!("The sponsor pays the last {periods} periods."),
                format!("最后 {periods} 期由赞助方承担。"),
            ),
        });
        lines.push(self.pick(
            format!("Claims for earlier events may be filed for {run_off} more days."),
            format!("终止后 {run_off} 天内仍可就此前的事件提出申请。"),
        ));
        lines.push(match ending.refund {
            Refund::None => self.pick("Past shares are not refunded.", "已分摊金额不退还。"),
            Refund::Balance => self.pick("Prepaid balances are refunded.", "退还预存余额。"),
            Refund::AllShares => self.pick("All shares ever paid are refunded.", "退还全部已分摊金额。"),
        });
        if let Some(other) = &ending.other_cover {
            lines.push(other.get(self.language).to_owned());
        }
        lines
    }
}

fn asker(asker: Asker, language: Language) -> &'static str {
    let (en, zh) = match asker {
        Asker::Claimant => ("the claimant", "申请人"),
        Asker::Objector => ("a member who objected", "提出异议的成员"),
        Asker::Operator => ("the operator", "运营方"),
    };
    if language == Language::En { en } else { zh }
}
