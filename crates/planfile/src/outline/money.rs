//! What is paid, who pays it and when, in plain words.

use huzhu_domain::plan::{
    AidKind, Cap, Contact, Frequency, Headcount, Model, PeriodDays, Retry, Shortfall, Split,
};

use super::{Say, ages, excess, severity};

impl Say<'_> {
    pub(super) fn aid(&self) -> Vec<String> {
        let aid = self.terms.aid();
        let mut lines = Vec::new();
        for row in &aid.table {
            let group = self.terms.cover().group(&row.group).map_or("", |g| g.name.get(self.language));
            let (grade, amount, ages) = (
                severity(row.severity, self.language),
                self.money(row.amount),
                ages(row.ages, self.language),
            );
            lines.push(self.pick(
                format!("{group}, {grade}, {ages}: {amount}"),
                format!("{group},{grade},{ages}:{amount}"),
            ));
        }
        match aid.kind {
            AidKind::LumpSum => lines.push(self.pick(
                "The amount is paid at once, whatever the treatment cost.",
                "一次性给付，与治疗费用无关。",
            )),
            AidKind::Reimbursement { percent, deductible } => {
                let deductible = self.money(deductible);
                lines.push(self.pick(
                    format!(
                        "{percent} of the proven cost above {deductible} is paid, at most the amount above."
                    ),
                    format!("超过 {deductible} 的实际费用按 {percent} 报销，以上述金额为限。"),
                ));
            }
        }
        match &aid.frequency {
            Frequency::Once => lines.push(self.pick("The plan pays once.", "互助金仅给付一次。")),
            Frequency::Several { times, ceiling } => {
                let ceiling = self.money(*ceiling);
                lines.push(self.pick(
                    format!("The plan may pay several times, together at most {ceiling}."),
                    format!("可多次给付，累计不超过 {ceiling}。"),
                ));
                for (grade, n) in times {
                    let grade = severity(*grade, self.language);
                    lines.push(
                        self.pick(format!("{grade}: at most {n} payouts"), format!("{grade}：最多 {n} 次")),
                    );
                }
            }
        }
        for step in &aid.tenure {
            let (days, percent) = (step.from_days, step.percent);
            lines.push(self.pick(
                format!("From {days} days after joining, {percent} of the amount is paid."),
                format!("加入满 {days} 天后，给付金额的 {percent}。"),
            ));
        }
        lines
    }

    pub(super) fn sharing(&self) -> Vec<String> {
        let sharing = self.terms.sharing();
        let mut lines = Vec::new();
        lines.push(match &sharing.model {
            Model::After => self.pick(
                "Nothing is paid in advance: the cost of each period is shared afterwards.",
                "无需预付：每期费用事后分摊。",
            ),
            Model::Pool { deposit, minimum } => {
                let (deposit, minimum) = (self.money(*deposit), self.money(*minimum));
                self.pick(
                    format!("Members pay in {deposit} when joining; shares are drawn from it, and below {minimum} they top up."),
                    format!("加入时预存 {deposit}，分摊从中扣除；余额低于 {minimum} 时须充值。"),
                )
            }
            Model::Sponsor { name, limit } => {
                let name = name.get(self.language);
                match limit.map(|limit| self.money(limit)) {
                    Some(limit) => self.pick(
                        format!("{name} pays everything, at most {limit}; members pay nothing."),
                        format!("全部费用由{name}承担，最多 {limit}；成员无需付费。"),
                    ),
                    None => self.pick(
                        format!("{name} pays everything; members pay nothing."),
                        format!("全部费用由{name}承担；成员无需付费。"),
                    ),
                }
            }
        });
        let fee = sharing.fee;
        lines.push(self.pick(
            format!("A fee of {fee} of the aid that is really paid goes to the operator."),
            format!("运营方按实际给付互助金的 {fee} 收取管理费。"),
        ));
        if matches!(sharing.model, Model::Sponsor { .. }) {
            return lines;
        }
        lines.extend(self.split());
        lines.push(match sharing.headcount {
            Headcount::Covered => self.pick(
                "Members whose wait is over share; people still waiting do not.",
                "等待期已满的成员参与分摊，等待期内不分摊。",
            ),
            Headcount::Enrolled => self.pick(
                "Everybody enrolled shares, also during the wait.",
                "所有成员均参与分摊，包括等待期内。",
            ),
        });
        lines.push(self.pick(
            "Shares are rounded up to the smallest coin; what is too much lowers the cost of the next period.",
            "分摊金额向上取整到最小货币单位，多收部分抵减下一期费用。",
        ));
        lines.extend(self.caps());
        lines.push(match sharing.shortfall {
            Shortfall::Operator => self.pick("The operator bears what cannot be collected.", "未能收取的部分由运营方承担。"),
            Shortfall::NextPeriod => self.pick("What cannot be collected is added to the next period.", "未能收取的部分计入下一期。"),
            Shortfall::CutAid => self.pick(
                "When less is collected than needed, the fee is taken off at its rate and the rest is split over the claims in proportion to their aid.",
                "如实收不足，先按比例扣除管理费，其余按互助金比例分给各申请人。",
            ),
        });
        lines
    }

    fn split(&self) -> Vec<String> {
        match &self.terms.sharing().split {
            Split::Equal => vec![self.pick("Everybody pays the same share.", "每位成员分摊金额相同。")],
            Split::Banded(bands) => bands
                .iter()
                .map(|band| {
                    let (ages, weight) = (ages(band.ages, self.language), band.weight);
                    self.pick(
                        format!("Members {ages} (on 1 January) pay {weight} parts."),
                        format!("{ages}的成员（以 1 月 1 日计）分摊 {weight} 份。"),
                    )
                })
                .collect(),
        }
    }

    fn caps(&self) -> Vec<String> {
        let sharing = self.terms.sharing();
        let line = |cap: Cap, en: &str, zh: &str| {
            let (amount, rest) = (self.money(cap.amount), excess(cap.excess, self.language));
            self.pick(
                format!("A member pays at most {amount} {en}; {rest}."),
                format!("每位成员{zh}最多分摊 {amount}，{rest}。"),
            )
        };
        let claim = sharing.cap_per_claim.map(|cap| line(cap, "for one claim", "每个案例"));
        let year = sharing.cap_per_year.map(|cap| line(cap, "in a calendar year", "每个自然年"));
        claim.into_iter().chain(year).collect()
    }

    pub(super) fn calendar(&self) -> Vec<String> {
        let calendar = self.terms.calendar();
        let period = |days: &PeriodDays| {
            let (notice, shared) = (days.notice_day, days.sharing_day);
            if days.shared_next_month {
                self.pick(
                    format!("Notice begins on day {notice} of each month; shares are taken on day {shared} of the next month."),
                    format!("每月 {notice} 日开始公示，次月 {shared} 日分摊。"),
                )
            } else {
                self.pick(
                    format!("Notice begins on day {notice} of each month; shares are taken on day {shared}."),
                    format!("每月 {notice} 日开始公示，{shared} 日分摊。"),
                )
            }
        };
        let mut lines: Vec<String> = calendar.periods.iter().map(period).collect();
        let (notice, payout, filing) =
            (calendar.notice_length_days, calendar.payout_days, calendar.filing_deadline_days);
        lines.push(self.pick(
            format!("Claims are on notice for {notice} days; everybody may object meanwhile."),
            format!("案例公示 {notice} 天，期间任何人可提出异议。"),
        ));
        lines.push(self.pick(
            format!("Aid is paid within {payout} days of the sharing day."),
            format!("分摊日后 {payout} 天内给付互助金。"),
        ));
        lines.push(self.pick(
            format!("A claim is filed within {filing} days of the event."),
            format!("须在事件发生后 {filing} 天内提出申请。"),
        ));
        lines.push(match calendar.first_contact {
            Contact::Days(n) => self.pick(
                format!("After a report somebody gets in touch within {n} days."),
                format!("报案后 {n} 天内联系。"),
            ),
            Contact::WorkingDays(n) => self.pick(
                format!("After a report somebody gets in touch within {n} working days."),
                format!("报案后 {n} 个工作日内联系。"),
            ),
        });
        lines.push(match calendar.retry {
            Retry::Days(n) => self.pick(
                format!("A debit that fails is tried again for {n} days."),
                format!("扣款失败后 {n} 天内重试。"),
            ),
            Retry::UntilBeforeNext(n) => self.pick(
                format!("A debit that fails is tried again until {n} days before the next sharing day."),
                format!("扣款失败后重试至下一分摊日前 {n} 天。"),
            ),
        });
        lines.push(match calendar.reminder_days {
            Some(n) => self.pick(
                format!("Payers are reminded {n} days before each debit."),
                format!("每次扣款前 {n} 天提醒付款人。"),
            ),
            None => self.pick("There is no reminder before a debit.", "扣款前不作提醒。"),
        });
        lines
    }
}
