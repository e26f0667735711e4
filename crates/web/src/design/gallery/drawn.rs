//! The charts of the design page: each kind, with many points, with one and with none.

use super::Sample;
use crate::chart::{self, Frame, Point, Stack};
use huzhu_ledger::{Amount, Currency};

/// Shares in minor units, shaped like the years of the plan that gave this software its model.
const SHARES: [u64; 16] = [3, 3, 5, 9, 14, 24, 42, 68, 95, 140, 183, 241, 290, 351, 388, 407];
/// Headcounts in millions.
const HEADS: [u64; 12] = [13, 21, 27, 36, 49, 57, 66, 75, 81, 88, 93, 97];

/// Every chart in every state.
pub(super) fn charts(s: Sample) -> Vec<String> {
    let mut drawn = of_shares(s);
    drawn.push(of_heads(s));
    drawn.push(of_claims(s));
    drawn
}

fn of_shares(s: Sample) -> Vec<String> {
    let l = s.0;
    let yuan = |minor: u64| Amount::from_minor(minor).decimal(Currency::CNY);
    let points: Vec<_> = SHARES
        .iter()
        .enumerate()
        .map(|(at, share)| Point::new(period(at), *share, l.money(Amount::from_minor(*share), Currency::CNY)))
        .collect();
    let (title, desc) = (
        s.say("What each member paid", "每位成员每期分摊"),
        s.say("From 0.03 yuan to 4.07 yuan in sixteen periods.", "十六期里，从 0.03 元涨到 4.07 元。"),
    );
    let (x_name, y_name) = (axis(s), s.say("Share of one member, yuan", "每人分摊（元）"));
    let cap = s.say("cap of one share", "单期封顶");
    let share = Frame {
        id: "share",
        l,
        title: &title,
        desc: &desc,
        x_name: &x_name,
        y_name: &y_name,
        tick: &yuan,
        cap: None,
    };
    vec![
        chart::bars(&share, &points),
        chart::steps(&Frame { id: "stair", cap: Some((450, &cap)), ..share }, &points),
        chart::line(&Frame { id: "line", ..share }, &points),
        chart::line(&Frame { id: "one", ..share }, points.get(..1).unwrap_or_default()),
        chart::line(&Frame { id: "none", ..share }, &[]),
    ]
}

fn of_heads(s: Sample) -> String {
    let l = s.0;
    let millions = |count: u64| {
        let (millions, myriads) = (count.div_euclid(1_000_000), count.div_euclid(10_000));
        s.say(&format!("{millions} m"), &format!("{} 万", l.count(myriads)))
    };
    let points: Vec<_> = HEADS
        .iter()
        .map(|heads| heads.saturating_mul(1_000_000))
        .enumerate()
        .map(|(at, heads)| Point::new(period(at), heads, l.count(heads)))
        .collect();
    let (title, y_name) = (s.say("Members in the plan", "计划内成员人数"), s.say("Members", "成员"));
    let desc = s.say("From 13 to 97 million in six months.", "半年里，从 1,300 万人到 9,700 万人。");
    let frame = Frame {
        id: "heads",
        l,
        title: &title,
        desc: &desc,
        x_name: &axis(s),
        y_name: &y_name,
        tick: &millions,
        cap: None,
    };
    chart::area(&frame, &points)
}

fn of_claims(s: Sample) -> String {
    let l = s.0;
    let counted = |count: u64| l.count(count);
    let stacks: Vec<_> = (1_u64..10)
        .enumerate()
        .map(|(at, n)| Stack {
            label: period(at),
            values: vec![n.saturating_mul(12), n.saturating_mul(3), n.min(4)],
        })
        .collect();
    let (title, y_name) = (s.say("Claims by what became of them", "申请的结果"), s.say("Claims", "申请"));
    let desc = s.say("Of each ten claims, about eight are paid.", "每十件申请，大约八件得到支付。");
    let groups = [s.say("paid", "已支付"), s.say("refused", "未通过"), s.say("withdrawn", "已撤回")];
    let frame = Frame {
        id: "claims",
        l,
        title: &title,
        desc: &desc,
        x_name: &axis(s),
        y_name: &y_name,
        tick: &counted,
        cap: None,
    };
    chart::stacked(&frame, &groups.each_ref().map(String::as_str), &stacks)
}

fn axis(s: Sample) -> String {
    s.say("Period (month, half)", "期（月-半月）")
}

fn period(at: usize) -> String {
    let half = if at.is_multiple_of(2) { "A" } else { "B" };
    format!("{}-{half}", at.div_euclid(2).saturating_add(1))
}
