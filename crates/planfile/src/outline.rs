//! A plan in plain words, English or Chinese: sections of sentences, for the terminal and for pages.

use huzhu_domain::plan::Language::{En, Zh};
use huzhu_domain::plan::{
    Age, AgeBand, AidKind, Asker, Cap, Contact, DependantsPay, Excess, Frequency, Headcount, IllnessInside,
    JuryMode, Language, LastPeriodsPayer, Model, PeriodDays, PlanTerms, Refund, Relation, Retry, Severity,
    Shortfall, Split,
};

use crate::money::{count, money};

/// A titled part of a plan in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Sentences, each standing for itself.
    pub lines: Vec<String>,
}

/// The plan in plain words, section by section.
pub fn outline(terms: &PlanTerms, language: Language) -> Vec<Section> {
    let say = Say { terms, language };
    let parts: [(&str, &str, Vec<String>); 11] = [
        ("The plan", "计划", say.plan()),
        ("Who may join", "谁可以加入", say.joining()),
        ("The wait", "等待期", say.waiting()),
        ("What is covered", "保障范围", say.cover()),
        ("What is paid", "互助金", say.aid()),
        ("How the cost is shared", "如何分摊", say.sharing()),
        ("When", "时间安排", say.calendar()),
        ("How claims are reviewed", "如何审核", say.review()),
        ("The jury", "评审团", say.jury()),
        ("Leaving", "退出", say.leaving()),
        ("If the plan ends", "计划终止", say.ending()),
    ];
    let pick = |en: &str, zh: &str| {
        if language == En {
            en.to_owned()
        } else {
            zh.to_owned()
        }
    };
    parts
        .into_iter()
        .map(|(en, zh, lines)| Section {
            title: pick(en, zh),
            lines,
        })
        .collect()
}

/// The plan as text for the terminal.
pub fn show(terms: &PlanTerms, language: Language) -> String {
    let mut out = String::new();
    let name = terms.identity().name.get(language);
    let version = terms.version();
    out.push_str(&match language {
        En => format!("{name} (version {version})\n"),
        Zh => format!("{name}(第 {version} 版)\n"),
    });
    for section in outline(terms, language) {
        out.push_str(&format!("\n{}\n", section.title));
        for line in section.lines {
            out.push_str(&format!("  - {line}\n"));
        }
    }
    out
}

/// Ages for people: `under 40`, `from 40 to 59`, `from 40 on`, `of any age`.
pub(crate) fn ages(band: AgeBand, language: Language) -> String {
    match (band.from, band.to, language) {
        (0, None, En) => "of any age".to_owned(),
        (0, None, Zh) => "不限年龄".to_owned(),
        (0, Some(to), En) => format!("to the age of {to}"),
        (0, Some(to), Zh) => format!("{to} 周岁及以下"),
        (from, None, En) => format!("from the age of {from}"),
        (from, None, Zh) => format!("{from} 周岁及以上"),
        (from, Some(to), En) if from == to => format!("at the age of {from}"),
        (from, Some(to), En) => format!("from {from} to {to} years of age"),
        (from, Some(to), Zh) => format!("{from} 至 {to} 周岁"),
    }
}

/// A severity for people.
pub(crate) fn severity(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Mild, En) => "mild",
        (Severity::Mild, Zh) => "轻度",
        (Severity::Moderate, En) => "moderate",
        (Severity::Moderate, Zh) => "中度",
        (Severity::Severe, En) => "severe",
        (Severity::Severe, Zh) => "重度",
    }
}

/// An age of joining for people.
pub(crate) fn age(age: Age, language: Language) -> String {
    match (age, language) {
        (age, En) => age.to_string(),
        (Age::Days(days), Zh) => format!("{days} 天"),
        (Age::Years(years), Zh) => format!("{years} 周岁"),
    }
}

/// Who bears what is above a cap.
pub(crate) fn excess(excess: Excess, language: Language) -> &'static str {
    match (excess, language) {
        (Excess::Operator, En) => "the operator bears the rest",
        (Excess::Operator, Zh) => "超出部分由运营方承担",
        (Excess::OtherMembers, En) => "the other members bear the rest",
        (Excess::OtherMembers, Zh) => "超出部分由其他成员承担",
        (Excess::NextPeriod, En) => "the rest goes to the next period",
        (Excess::NextPeriod, Zh) => "超出部分计入下一期",
        (Excess::CutAid, En) => "the aid of that period is cut in proportion",
        (Excess::CutAid, Zh) => "超出部分按比例减少当期互助金",
    }
}

struct Say<'a> {
    terms: &'a PlanTerms,
    language: Language,
}

impl Say<'_> {
    fn pick(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self.language {
            En => en.into(),
            Zh => zh.into(),
        }
    }

    fn money(&self, amount: huzhu_ledger::Amount) -> String {
        money(amount, self.terms.currency(), self.language)
    }

    fn plan(&self) -> Vec<String> {
        let id = self.terms.identity();
        let mut lines = vec![id.summary.get(self.language).to_owned()];
        let effective = id.effective;
        lines.push(self.pick(
            format!(
                "These terms, version {}, are in force from {effective}.",
                id.version
            ),
            format!("本条款为第 {} 版,自 {effective} 起生效。", id.version),
        ));
        if let Some(last) = id.last_day {
            lines.push(self.pick(
                format!("The plan is temporary; its last day is {last}."),
                format!("本计划为临时计划,最后一天为 {last}。"),
            ));
        }
        let days = id.change_notice_days;
        lines.push(self.pick(
            format!("Changed terms are public for at least {days} days before they take effect, and never touch a claim for an earlier event."),
            format!("条款变更至少提前 {days} 天公示,且不影响此前发生的事件。"),
        ));
        let zone = id.zone.iana_name().unwrap_or("UTC");
        lines.push(self.pick(
            format!("Days begin at 0:00 in {zone}."),
            format!("每日以 {zone} 时区零时为准。"),
        ));
        lines
    }

    fn joining(&self) -> Vec<String> {
        let joining = self.terms.joining();
        let (from, to) = (
            age(joining.age_from, self.language),
            age(joining.age_to, self.language),
        );
        let mut lines = vec![self.pick(
            format!("People from {from} to {to} of age may join."),
            format!("出生满 {from} 至 {to} 可加入。"),
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
            n => self.pick(
                format!("{n} questions about health are asked:"),
                format!("健康告知共 {n} 项:"),
            ),
        });
        lines.extend(
            joining
                .questions
                .iter()
                .map(|q| q.text.get(self.language).to_owned()),
        );
        lines.push(self.dependants());
        if !joining.several_plans {
            lines.push(self.pick(
                "Members may not be in another plan at the same time.",
                "不可同时加入其他计划。",
            ));
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
                "也可以只参与分摊而不享受保障(赠与人)。",
            ));
        }
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
                format!("成员少于 {n} 名时,计划须宣布终止。"),
            ));
        }
        if let Some(day) = joining.closed_from {
            lines.push(self.pick(
                format!("From {day} on nobody may join any more."),
                format!("自 {day} 起不再接受加入。"),
            ));
        }
        lines
    }

    fn dependants(&self) -> String {
        let joining = self.terms.joining();
        if joining.dependants.is_empty() {
            return self.pick("Everybody joins for the own person only.", "仅可为本人加入。");
        }
        let names: Vec<&str> = joining
            .dependants
            .iter()
            .map(|r| relation(*r, self.language))
            .collect();
        let (en, zh) = match joining.dependants_pay {
            DependantsPay::Payer => ("and pays their shares", "并由付款人分摊"),
            DependantsPay::Nobody => ("and no share is taken for them", "且不为其分摊"),
        };
        self.pick(
            format!("A member may enrol dependants ({}) {en}.", names.join(", ")),
            format!("成员可为家属({})加入,{zh}。", names.join("、")),
        )
    }

    fn waiting(&self) -> Vec<String> {
        let waiting = self.terms.waiting();
        if waiting.days == 0 {
            return vec![self.pick(
                "There is no wait: cover begins the day after joining.",
                "无等待期:加入次日零时起生效。",
            )];
        }
        let days = waiting.days;
        let mut lines = vec![self.pick(
            format!("Illness is covered after {days} days, counted from 0:00 of the day after joining; the last day is part of the wait."),
            format!("疾病等待期 {days} 天,自加入次日零时起算,含最后一天。"),
        )];
        lines.push(if waiting.accident_exempt {
            self.pick(
                "Accidents are covered from the day after joining.",
                "意外事故无等待期,自加入次日起保障。",
            )
        } else {
            self.pick("The wait holds for accidents too.", "意外事故同样适用等待期。")
        });
        lines.push(match waiting.illness_inside {
            IllnessInside::RefundAndEnd => self.pick(
                "Who falls ill inside the wait receives no aid; shares are refunded without interest and the enrolment ends.",
                "等待期内患病不予互助,已分摊金额无息退还,并退出计划。",
            ),
            IllnessInside::End => self.pick(
                "Who falls ill inside the wait receives no aid and the enrolment ends.",
                "等待期内患病不予互助,并退出计划。",
            ),
            IllnessInside::NoAid => self.pick(
                "Who falls ill inside the wait receives no aid for that illness and stays in the plan.",
                "等待期内患病,该疾病不予互助,成员资格保留。",
            ),
        });
        lines
    }

    fn cover(&self) -> Vec<String> {
        let cover = self.terms.cover();
        let mut lines = Vec::new();
        for condition in &cover.conditions {
            let group = cover
                .group(&condition.group)
                .map_or("", |g| g.name.get(self.language));
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
                self.pick(
                    format!(", {}", ages(condition.ages, En)),
                    format!(",{}", ages(condition.ages, Zh)),
                )
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
                format!("不保障({}):{text}", exclusion.code),
            ));
        }
        lines
    }

    fn aid(&self) -> Vec<String> {
        let aid = self.terms.aid();
        let mut lines = Vec::new();
        for row in &aid.table {
            let group = self
                .terms
                .cover()
                .group(&row.group)
                .map_or("", |g| g.name.get(self.language));
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
                "一次性给付,与治疗费用无关。",
            )),
            AidKind::Reimbursement { percent, deductible } => {
                let deductible = self.money(deductible);
                lines.push(self.pick(
                    format!(
                        "{percent} of the proven cost above {deductible} is paid, at most the amount above."
                    ),
                    format!("超过 {deductible} 的实际费用按 {percent} 报销,以上述金额为限。"),
                ));
            }
        }
        match &aid.frequency {
            Frequency::Once => lines.push(self.pick("The plan pays once.", "互助金仅给付一次。")),
            Frequency::Several { times, ceiling } => {
                let ceiling = self.money(*ceiling);
                lines.push(self.pick(
                    format!("The plan may pay several times, together at most {ceiling}."),
                    format!("可多次给付,累计不超过 {ceiling}。"),
                ));
                for (grade, n) in times {
                    let grade = severity(*grade, self.language);
                    lines.push(self.pick(
                        format!("{grade}: at most {n} payouts"),
                        format!("{grade}:最多 {n} 次"),
                    ));
                }
            }
        }
        for step in &aid.tenure {
            let (days, percent) = (step.from_days, step.percent);
            lines.push(self.pick(
                format!("From {days} days after joining, {percent} of the amount is paid."),
                format!("加入满 {days} 天后,给付金额的 {percent}。"),
            ));
        }
        lines
    }

    fn sharing(&self) -> Vec<String> {
        let sharing = self.terms.sharing();
        let mut lines = Vec::new();
        lines.push(match &sharing.model {
            Model::After => self.pick(
                "Nothing is paid in advance: the cost of each period is shared afterwards.",
                "无需预付:每期费用事后分摊。",
            ),
            Model::Pool { deposit, minimum } => {
                let (deposit, minimum) = (self.money(*deposit), self.money(*minimum));
                self.pick(
                    format!("Members pay in {deposit} when joining; shares are drawn from it, and below {minimum} they top up."),
                    format!("加入时预存 {deposit},分摊从中扣除;余额低于 {minimum} 时须充值。"),
                )
            }
            Model::Sponsor { name, limit } => {
                let name = name.get(self.language);
                match limit.map(|limit| self.money(limit)) {
                    Some(limit) => self.pick(
                        format!("{name} pays everything, at most {limit}; members pay nothing."),
                        format!("全部费用由{name}承担,最多 {limit};成员无需付费。"),
                    ),
                    None => self.pick(
                        format!("{name} pays everything; members pay nothing."),
                        format!("全部费用由{name}承担;成员无需付费。"),
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
                "等待期已满的成员参与分摊,等待期内不分摊。",
            ),
            Headcount::Enrolled => self.pick(
                "Everybody enrolled shares, also during the wait.",
                "所有成员均参与分摊,包括等待期内。",
            ),
        });
        lines.push(self.pick(
            "Shares are rounded up to the smallest coin; what is too much lowers the cost of the next period.",
            "分摊金额向上取整到最小货币单位,多收部分抵减下一期费用。",
        ));
        lines.extend(self.caps());
        lines.push(match sharing.shortfall {
            Shortfall::Operator => self.pick("The operator bears what cannot be collected.", "未能收取的部分由运营方承担。"),
            Shortfall::NextPeriod => self.pick("What cannot be collected is added to the next period.", "未能收取的部分计入下一期。"),
            Shortfall::CutAid => self.pick(
                "When less is collected than needed, the fee is taken off at its rate and the rest is split over the claims in proportion to their aid.",
                "如实收不足,先按比例扣除管理费,其余按互助金比例分给各申请人。",
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
                        format!("{ages}的成员(以 1 月 1 日计)分摊 {weight} 份。"),
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
                format!("每位成员{zh}最多分摊 {amount},{rest}。"),
            )
        };
        let claim = sharing
            .cap_per_claim
            .map(|cap| line(cap, "for one claim", "每个案例"));
        let year = sharing
            .cap_per_year
            .map(|cap| line(cap, "in a calendar year", "每个自然年"));
        claim.into_iter().chain(year).collect()
    }

    fn calendar(&self) -> Vec<String> {
        let calendar = self.terms.calendar();
        let period = |days: &PeriodDays| {
            let (notice, shared) = (days.notice_day, days.sharing_day);
            if days.shared_next_month {
                self.pick(
                    format!("Notice begins on day {notice} of each month; shares are taken on day {shared} of the next month."),
                    format!("每月 {notice} 日开始公示,次月 {shared} 日分摊。"),
                )
            } else {
                self.pick(
                    format!("Notice begins on day {notice} of each month; shares are taken on day {shared}."),
                    format!("每月 {notice} 日开始公示,{shared} 日分摊。"),
                )
            }
        };
        let mut lines: Vec<String> = calendar.periods.iter().map(period).collect();
        let (notice, payout, filing) = (
            calendar.notice_length_days,
            calendar.payout_days,
            calendar.filing_deadline_days,
        );
        lines.push(self.pick(
            format!("Claims are on notice for {notice} days; everybody may object meanwhile."),
            format!("案例公示 {notice} 天,期间任何人可提出异议。"),
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

    fn review(&self) -> Vec<String> {
        let review = self.terms.review();
        let mut lines = Vec::new();
        for item in &review.evidence {
            let name = item.name.get(self.language);
            let names: Vec<&str> = item
                .groups
                .iter()
                .map(|code| {
                    self.terms
                        .cover()
                        .group(code)
                        .map_or("", |g| g.name.get(self.language))
                })
                .collect();
            let place = if names.is_empty() {
                self.pick("all claims", "所有申请")
            } else {
                names.join(", ")
            };
            let kind = if item.required {
                self.pick("required", "必需")
            } else {
                self.pick("if there is any", "如有")
            };
            lines.push(self.pick(
                format!("Evidence: {name} ({place}; {kind})"),
                format!("材料:{name}({place};{kind})"),
            ));
        }
        lines.push(if review.four_eyes_from.is_zero() {
            self.pick(
                "Every decision is confirmed by a second person.",
                "每项决定均由第二人复核。",
            )
        } else {
            let amount = self.money(review.four_eyes_from);
            self.pick(
                format!("From {amount} on a second person confirms the decision."),
                format!("互助金达 {amount} 时由第二人复核。"),
            )
        });
        let sample = review.second_review;
        lines.push(self.pick(
            format!("{sample} of the decided claims are drawn for a second review."),
            format!("已决案例中抽取 {sample} 再次审核。"),
        ));
        lines
    }

    fn jury(&self) -> Vec<String> {
        let Some(jury) = self.terms.jury() else {
            return vec![self.pick("This plan has no jury.", "本计划没有评审团。")];
        };
        let threshold = jury.threshold;
        let mut lines = vec![match jury.mode {
            JuryMode::Open { quorum, quorum_percent_max, hours } => self.pick(
                format!("Every qualified juror may vote for {hours} hours; {} valid ballots are needed, in small plans {quorum_percent_max} of the jurors.", count(u64::from(quorum))),
                format!("所有合格评审员均可在 {hours} 小时内投票;须有 {} 张有效票,小型计划为评审员的 {quorum_percent_max}。", count(u64::from(quorum))),
            ),
            JuryMode::Drawn { size, reserves, deadline_days, appeals } => self.pick(
                format!("{size} jurors and {reserves} reserves are drawn by lot; they have {deadline_days} days; appeals: {appeals}."),
                format!("抽签产生 {size} 名评审员和 {reserves} 名候补,投票期 {deadline_days} 天,可上诉 {appeals} 次。"),
            ),
        }];
        lines.push(self.pick(
            format!("A refusal is overturned when {threshold} of the ballots favour the claimant."),
            format!("支持申请人的票数达到 {threshold} 时,拒绝决定被推翻。"),
        ));
        let askers: Vec<&str> = jury.asked_by.iter().map(|a| asker(*a, self.language)).collect();
        lines.push(self.pick(
            format!("It may be asked for by: {}.", askers.join(", ")),
            format!("可由以下人员提出:{}。", askers.join("、")),
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
                format!("不受理({}):{text}", ground.code),
            ));
        }
        lines
    }

    fn leaving(&self) -> Vec<String> {
        let leaving = self.terms.leaving();
        let mut lines = vec![if leaving.owes_noticed_period {
            self.pick(
                "Members may leave at any time; from the first day of notice on, that period's share is still owed.",
                "成员可随时退出;公示首日起退出的,仍须承担当期分摊。",
            )
        } else {
            self.pick(
                "Members may leave at any time and owe nothing more.",
                "成员可随时退出,无需再承担分摊。",
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
            lines.push(self.pick(
                format!("They may move to the plan {plan}."),
                format!("之后可转入计划 {plan}。"),
            ));
        }
        if leaving.end_after_aid {
            lines.push(self.pick("The enrolment ends when aid has been paid.", "给付互助金后退出。"));
        }
        if leaving.end_when_unpaid {
            lines.push(self.pick(
                "The enrolment ends when a share stays unpaid after all retries.",
                "重试后仍未支付分摊的,退出计划。",
            ));
        }
        if leaving.end_when_ineligible {
            lines.push(self.pick(
                "The enrolment ends when the conditions of joining turn out not to have been met.",
                "经查不符合加入条件的,退出计划。",
            ));
        }
        lines
    }

    fn ending(&self) -> Vec<String> {
        let ending = self.terms.ending();
        let (notice, run_off, periods) = (ending.notice_days, ending.run_off_days, ending.last_periods);
        let mut lines = vec![self.pick(
            format!("The end is announced {notice} days before."),
            format!("计划终止须提前 {notice} 天公告。"),
        )];
        lines.push(match ending.last_periods_paid_by {
            LastPeriodsPayer::Members => self.pick(
                "Members pay the last periods as always.",
                "最后几期仍由成员分摊。",
            ),
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

pub(crate) fn relation(relation: Relation, language: Language) -> &'static str {
    let (en, zh) = match relation {
        Relation::Spouse => ("spouse", "配偶"),
        Relation::Child => ("children", "子女"),
        Relation::Parent => ("parents", "父母"),
        Relation::ParentInLaw => ("parents-in-law", "配偶父母"),
        Relation::Sibling => ("siblings", "兄弟姐妹"),
        Relation::Grandparent => ("grandparents", "祖父母和外祖父母"),
        Relation::Grandchild => ("grandchildren", "孙子女和外孙子女"),
    };
    if language == En { en } else { zh }
}

fn asker(asker: Asker, language: Language) -> &'static str {
    let (en, zh) = match asker {
        Asker::Claimant => ("the claimant", "申请人"),
        Asker::Objector => ("a member who objected", "提出异议的成员"),
        Asker::Operator => ("the operator", "运营方"),
    };
    if language == En { en } else { zh }
}
