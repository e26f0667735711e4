//! The page `/design`: every component in every state, for those who build pages and for those who check them.
//!
//! Shape: [`page`] renders one template with sample data. The samples are invented and stand here, not in the catalogues,
//! because no member ever reads them; everything that a component says by itself comes from the catalogues.

mod drawn;

use super::{
    Account, Choice, DateInput, EquationTerm, Fact, FieldError, NavItem, NoticeCard, Page, Step, StepState,
    Task, Theme,
};
use crate::format::MoneyParts;
use crate::i18n::Locale;
use askama::Template;
use huzhu_ledger::{Amount, Currency};

/// A sample text in both languages.
#[derive(Clone, Copy)]
struct Sample(Locale);

impl Sample {
    /// The text in the language of the page.
    fn say(self, en: &str, zh: &str) -> String {
        if self.0.is_zh() { zh.to_owned() } else { en.to_owned() }
    }
}

#[derive(Template)]
#[template(path = "design.html")]
struct Gallery {
    page: Page,
    l: Locale,
    s: Sample,
    share: MoneyParts,
    forecast: MoneyParts,
    errors: Vec<FieldError>,
    date: DateInput,
    wrong_date: DateInput,
    options: Vec<Choice>,
    facts: Vec<Fact>,
    tasks: Vec<Task>,
    terms: Vec<EquationTerm>,
    steps: Vec<Step>,
    cards: Vec<NoticeCard>,
    trail: Vec<NavItem>,
    tabs: Vec<NavItem>,
    rows: Vec<[String; 4]>,
    charts: Vec<String>,
}

/// The page in a language, with the theme that the device asks for.
///
/// # Errors
/// Only when writing to memory fails.
pub fn page(l: Locale) -> Result<String, askama::Error> {
    themed(l, Theme::Auto)
}

/// The page in a language and a theme.
///
/// # Errors
/// As [`page`].
pub fn themed(l: Locale, theme: Theme) -> Result<String, askama::Error> {
    let s = Sample(l);
    Gallery {
        page: frame(s, theme),
        l,
        s,
        share: l.money_parts(Amount::from_minor(3), Currency::CNY),
        forecast: l.money_parts(Amount::from_minor(407), Currency::CNY),
        errors: vec![
            FieldError {
                field: "bad-mail".into(),
                message: s
                    .say("Write an e-mail address such as li@example.org", "请填写邮箱，例如 li@example.org"),
            },
            FieldError {
                field: "bad-born".into(),
                message: s.say("There is no 30 February. Check the day", "2 月没有 30 日，请检查日期"),
            },
        ],
        date: DateInput { year: "1986".into(), month: "4".into(), day: "7".into() },
        wrong_date: DateInput { year: "1986".into(), month: "2".into(), day: "30".into() },
        options: options(s),
        facts: facts(s),
        tasks: tasks(s),
        terms: terms(s),
        steps: steps(s),
        cards: cards(s),
        trail: vec![
            NavItem::new(s.say("Plan", "计划"), "#", false),
            NavItem::new(s.say("Notice board", "公示栏"), "#", false),
            NavItem::new(s.say("Second half of February", "2 月下半月"), "#", true),
        ],
        tabs: vec![
            NavItem { count: "18".into(), ..NavItem::new(s.say("On notice", "公示中"), "#tabs", true) },
            NavItem { count: "2".into(), ..NavItem::new(s.say("Objected", "有异议"), "#tabs", false) },
            NavItem::new(s.say("Past", "往期"), "#tabs", false),
        ],
        rows: rows(s),
        charts: drawn::charts(s),
    }
    .render()
}

fn rows(s: Sample) -> Vec<[String; 4]> {
    let cny = |minor| s.0.money(Amount::from_minor(minor), Currency::CNY);
    [("1", 2, 0, 60_000_000, 3), ("2", 10, 1, 253_000_000, 5), ("3", 24, 2, 634_000_000, 9)]
        .map(|(half, claims, refused, aid, share)| {
            [
                s.say(&format!("Period {half}"), &format!("第 {half} 期")),
                format!("{claims} / {refused}"),
                cny(aid),
                cny(share),
            ]
        })
        .to_vec()
}

fn frame(s: Sample, theme: Theme) -> Page {
    let l = s.0;
    Page {
        l,
        theme,
        title: s.say("Design", "设计"),
        description: String::new(),
        plan_name: s.say("Critical illness plan", "大病互助计划"),
        nav: vec![
            NavItem::new(s.say("The plan", "计划"), "#", false),
            NavItem::new(s.say("Notice board", "公示栏"), "#", true),
            NavItem::new(s.say("Periods", "各期账目"), "#", false),
            NavItem::new(s.say("Check it", "核对"), "#", false),
        ],
        account: Account::SignedIn { name: s.say("Li Na", "李娜"), home: "#".into() },
        path: "/design".into(),
        csrf: "sample".into(),
        personas: vec![
            Choice::new("li-na", s.say("Li Na, member for 200 days", "李娜，加入 200 天"), true),
            Choice::new("wang", s.say("Wang Wei, reviewer", "王伟，审核员"), false),
        ],
        mailbox_href: "#".into(),
    }
}

fn options(s: Sample) -> Vec<Choice> {
    vec![
        Choice {
            hint: s.say("One share for each period, collected afterwards.", "每期一份分摊，事后收取。"),
            ..Choice::new("me", s.say("Only me", "只有我自己"), true)
        },
        Choice {
            hint: s.say(
                "Your children under 18. You pay their shares.",
                "18 岁以下的子女，由您支付他们的分摊。",
            ),
            ..Choice::new("children", s.say("My children and me", "我和我的孩子"), false)
        },
        Choice::new("parents", s.say("My parents", "我的父母"), false),
    ]
}

fn facts(s: Sample) -> Vec<Fact> {
    let change = s.say("Change", "修改");
    let row = |name: String, value: String| Fact {
        href: "#facts".into(),
        action: change.clone(),
        ..Fact::new(name, value)
    };
    vec![
        row(s.say("Name", "姓名"), s.say("Li Na", "李娜")),
        row(s.say("Date of birth", "出生日期"), s.0.day(jiff::civil::date(1986, 4, 7))),
        row(s.say("Who is covered", "保障谁"), s.say("You and one child", "您和一个孩子")),
        Fact::new(
            s.say("Plan version", "计划版本"),
            s.say("3, in force since 1 January 2020", "第 3 版，2020年1月1日起生效"),
        ),
    ]
}

fn tasks(s: Sample) -> Vec<Task> {
    let task = |name: String, hint: String, status: String, tone: &'static str, href: &str| Task {
        name,
        hint,
        status,
        tone,
        href: href.into(),
    };
    vec![
        task(
            s.say("Say what happened", "说说发生了什么"),
            String::new(),
            s.say("Done", "已完成"),
            "good",
            "#tasks",
        ),
        task(
            s.say("Add the hospital's papers", "上传医院的材料"),
            s.say("2 of 4 files are here", "已收到 4 份中的 2 份"),
            s.say("Begun", "进行中"),
            "wait",
            "#tasks",
        ),
        task(
            s.say("Check your answers", "检查并提交"),
            String::new(),
            s.say("Not yet", "还不能开始"),
            "",
            "",
        ),
    ]
}

fn terms(s: Sample) -> Vec<EquationTerm> {
    let l = s.0;
    let cny = |minor| l.money(Amount::from_minor(minor), Currency::CNY);
    let term =
        |name: String, note: String, value: String, total: bool| EquationTerm { name, note, value, total };
    vec![
        term(s.say("Aid for 2 members", "给 2 位成员的互助金"), String::new(), cny(60_000_000), false),
        term(
            s.say("plus the fee of 8%", "加 8% 管理费"),
            s.say("for running the plan", "用于维持计划运转"),
            cny(4_800_000),
            false,
        ),
        term(s.say("less what was left over last time", "减上期结余"), String::new(), cny(0), false),
        term(s.say("Cost of this period", "本期总成本"), String::new(), cny(64_800_000), true),
        term(
            s.say("shared by members", "参与分摊的成员"),
            s.say("counted at 0:00 on the first day of notice", "以公示首日 0 点为准"),
            l.count(23_000_000),
            false,
        ),
        term(
            s.say("You pay", "您支付"),
            s.say("rounded up to the fen; the rest is kept for next time", "向上取到分，多出的留到下期"),
            cny(3),
            true,
        ),
    ]
}

fn steps(s: Sample) -> Vec<Step> {
    let l = s.0;
    let today = jiff::civil::date(2020, 2, 4);
    let step = |state, title: String, when: String, text: String| Step { state, title, when, text };
    vec![
        step(
            StepState::Done,
            s.say("You reported it", "您已报案"),
            l.day(jiff::civil::date(2020, 1, 28)),
            String::new(),
        ),
        step(
            StepState::Done,
            s.say("All papers are here", "材料齐了"),
            l.day(jiff::civil::date(2020, 2, 2)),
            s.say("4 files, each with a receipt.", "共 4 份，每份都有凭证。"),
        ),
        step(
            StepState::Now,
            s.say("A reviewer reads your claim", "审核员正在看您的申请"),
            l.day_in(jiff::civil::date(2020, 2, 7), today),
            s.say(
                "You need not do anything. If a paper is missing, we write to you.",
                "您不用做什么。缺材料时我们会联系您。",
            ),
        ),
        step(
            StepState::Next,
            s.say("Everybody can read and object", "公示，接受所有成员监督"),
            String::new(),
            s.say("3 days", "3 天"),
        ),
        step(StepState::Next, s.say("The aid is paid", "互助金到账"), String::new(), String::new()),
    ]
}

fn cards(s: Sample) -> Vec<NoticeCard> {
    let l = s.0;
    let until = l.day_in(jiff::civil::date(2020, 2, 7), jiff::civil::date(2020, 2, 4));
    let cny = |minor| l.money_round(Amount::from_minor(minor), Currency::CNY);
    let card = |id: &str, name: String, person: String, condition: String, aid| NoticeCard {
        id: id.into(),
        name,
        person,
        condition,
        since: s.say("In the plan for 211 days", "加入计划 211 天"),
        aid: cny(aid),
        gave: s.say(
            "Before falling ill, this member helped 1,204 others with ¥12.06 CNY in all.",
            "生病之前，这位成员帮助过 1,204 人，一共分摊 12.06 元。",
        ),
        until: s.say(&format!("Objections until {until}"), &format!("异议截止：{until}")),
        href: "#cards".into(),
        chain: "#cards".into(),
        status: s.say("On notice", "公示中"),
        tone: "wait",
    };
    vec![
        card(
            "a",
            s.say("Ms Zhang", "张*"),
            s.say("34, woman, Henan", "34 岁 · 女 · 河南"),
            s.say("Breast cancer, stage II", "乳腺癌 Ⅱ 期"),
            30_000_000,
        ),
        card(
            "b",
            s.say("Mr Chen", "陈**"),
            s.say("52, man, Sichuan", "52 岁 · 男 · 四川"),
            s.say("Heart attack", "急性心肌梗死"),
            10_000_000,
        ),
        NoticeCard {
            status: s.say("Objected", "有异议"),
            tone: "",
            ..card(
                "c",
                s.say("Child Liu", "刘*"),
                s.say("6, girl, Gansu", "6 岁 · 女 · 甘肃"),
                s.say("Acute leukaemia", "急性白血病"),
                30_000_000,
            )
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_under_60_kilobytes_with_its_stylesheet_and_has_no_inline_style() {
        for l in Locale::ALL {
            let html = page(l).expect("it renders");
            // Two drawings of six charts and every component at once: twice what a page of the portal has.
            assert!(html.len() < 75_000, "{} bytes", html.len());
            for banned in [" style=", "<style", "onclick", "javascript:", "[gallery", "http://"] {
                assert!(!html.contains(banned), "{banned} in {}", l.code());
            }
            assert!(!html.contains("NaN") && html.contains(&format!("<html lang=\"{}\"", l.tag())));
        }
    }

    #[test]
    fn every_id_is_there_once_and_every_reference_meets_one() {
        let html = page(Locale::En).expect("it renders");
        let values = |attribute: &str| -> Vec<String> {
            let opening = format!(" {attribute}=\"");
            let found = html.split(opening.as_str()).skip(1).filter_map(|after| after.split_once('"'));
            found.flat_map(|(value, _)| value.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
        };
        let ids = values("id");
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            let wanted: Vec<_> = values(attribute).into_iter().filter(|id| !id.is_empty()).collect();
            assert!(!wanted.is_empty(), "{attribute}");
            for id in wanted {
                assert!(unique.contains(&id), "{attribute}={id} leads nowhere");
            }
        }
    }
}
