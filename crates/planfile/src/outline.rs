//! A plan in plain words, English or Chinese: sections of sentences, for the terminal and for pages.

mod members;
mod money;
mod procedure;

use huzhu_domain::plan::Language::{En, Zh};
use huzhu_domain::plan::{Age, AgeBand, Excess, Language, PlanTerms, Relation, Severity};

use crate::money::money;

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
        if language == En { en.to_owned() } else { zh.to_owned() }
    };
    parts.into_iter().map(|(en, zh, lines)| Section { title: pick(en, zh), lines }).collect()
}

/// The sentences of [`outline`] that say in how many days each step of a claim is due.
pub(crate) fn step_days(terms: &PlanTerms, language: Language) -> Vec<String> {
    Say { terms, language }.step_days()
}

/// The plan as text for the terminal.
pub fn show(terms: &PlanTerms, language: Language) -> String {
    let name = terms.identity().name.get(language);
    let version = terms.version();
    let mut lines = vec![match language {
        En => format!("{name} (version {version})"),
        Zh => format!("{name}（第 {version} 版）"),
    }];
    for section in outline(terms, language) {
        lines.extend([String::new(), section.title]);
        lines.extend(section.lines.into_iter().map(|line| format!("  - {line}")));
    }
    lines.push(String::new());
    lines.join("\n")
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
