//! Charts as SVG, made on the server from whole numbers.
//!
//! Shape: [`bars`], [`steps`], [`line()`], [`area`] take a [`Frame`] and [`Point`]s, [`stacked`] takes [`Stack`]s; each gives one
//! `<figure>` with caption, description, the drawing for wide and for narrow screens, and the same figures in a table behind
//! a disclosure. In a template: `{{ chart|safe }}`.
//!
//! Guarantees: pure, the same data give the same bytes; every text is escaped; colours come from the stylesheet only, so that
//! dark mode, print and a strict content security policy just work; no data and one point are drawn as what they are.
//!
//! Limits: values are not negative; the vertical axis begins at 0, always. More than [`MAX_POINTS`] points: the latest are drawn.

mod plot;
mod scale;

use crate::i18n::Locale;
use plot::Kind;
use std::fmt::Write as _;

/// How many points a chart draws: the width of the narrow drawing, and the size of the page.
pub const MAX_POINTS: usize = 120;

/// How many groups a stacked chart tells apart; further ones share the last look.
pub const MAX_GROUPS: usize = 3;

/// What stands around the data.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Unique on the page; letters, digits and `-`.
    pub id: &'a str,
    /// Language of the words that the chart adds itself.
    pub l: Locale,
    /// What the chart shows.
    pub title: &'a str,
    /// What there is to be seen, in one or two sentences, for everybody.
    pub desc: &'a str,
    /// Name of the horizontal axis, such as "Period".
    pub x_name: &'a str,
    /// Name of the vertical axis with its unit, such as "Share per member".
    pub y_name: &'a str,
    /// How a value is written at the axis: short.
    pub tick: &'a dyn Fn(u64) -> String,
    /// A level drawn as a dashed line with its name, such as the cap of a share.
    pub cap: Option<(u64, &'a str)>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Name on the horizontal axis: short, since it stands below the chart.
    pub label: String,
    /// The value in its smallest unit (minor units, members, claims).
    pub value: u64,
    /// The value written in full, for the table and on pointing.
    pub shown: String,
}

impl Point {
    /// A value with its name and its text.
    #[must_use]
    pub fn new(label: impl Into<String>, value: u64, shown: impl Into<String>) -> Self {
        Self { label: label.into(), value, shown: shown.into() }
    }
}

/// One column of a stacked chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Name on the horizontal axis.
    pub label: String,
    /// One value for each group, from the bottom up; a missing one is 0.
    pub values: Vec<u64>,
}

/// Columns: amounts of separate periods.
#[must_use]
pub fn bars(frame: &Frame<'_>, points: &[Point]) -> String {
    single(frame, points, Kind::Bars)
}

/// A stair: what holds until the next change.
#[must_use]
pub fn steps(frame: &Frame<'_>, points: &[Point]) -> String {
    single(frame, points, Kind::Steps)
}

/// A line: what moves from period to period.
#[must_use]
pub fn line(frame: &Frame<'_>, points: &[Point]) -> String {
    single(frame, points, Kind::Line)
}

/// A filled line: how much there is, such as the headcount.
#[must_use]
pub fn area(frame: &Frame<'_>, points: &[Point]) -> String {
    single(frame, points, Kind::Area)
}

/// Columns of several groups on top of each other, such as claims by outcome. `groups` from the bottom up.
#[must_use]
pub fn stacked(frame: &Frame<'_>, groups: &[&str], stacks: &[Stack]) -> String {
    let stacks = latest(stacks);
    let labels: Vec<&str> = stacks.iter().map(|stack| stack.label.as_str()).collect();
    let rows: Vec<Vec<u64>> = stacks.iter().map(|stack| stack.values.clone()).collect();
    let mut keys = String::from("<ul class=\"keys\">");
    for (at, group) in groups.iter().enumerate() {
        let class = at.min(MAX_GROUPS.saturating_sub(1));
        let _ = write!(
            keys,
            "<li><svg viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"k{class}\" x=\"1\" y=\"1\" width=\"12\" \
             height=\"12\" rx=\"3\"/></svg>{}</li>",
            escaped(group)
        );
    }
    keys.push_str("</ul>");
    let draw = |size| plot::stacked(frame, size, &labels, &rows, groups);
    let cells = |at: usize| {
        let row = rows.get(at).map(Vec::as_slice).unwrap_or_default();
        (0..groups.len()).map(|group| frame.l.count(row.get(group).copied().unwrap_or(0))).collect()
    };
    assembled(frame, &keys, groups, &labels, draw, cells)
}

fn single(frame: &Frame<'_>, points: &[Point], kind: Kind) -> String {
    let points = latest(points);
    let labels: Vec<&str> = points.iter().map(|point| point.label.as_str()).collect();
    let cells = |at: usize| points.get(at).map(|point| point.shown.clone()).into_iter().collect();
    assembled(frame, "", &[frame.y_name], &labels, |size| plot::single(frame, size, points, kind), cells)
}

/// The figure around a drawing: caption, description, legend, both sizes, table.
fn assembled(
    frame: &Frame<'_>,
    keys: &str,
    columns: &[&str],
    labels: &[&str],
    draw: impl Fn(plot::Size) -> String,
    cells: impl Fn(usize) -> Vec<String>,
) -> String {
    let mut text = format!(
        "<figure class=\"chart\"><figcaption>{}</figcaption><p class=\"desc\">{}</p>",
        escaped(frame.title),
        escaped(frame.desc)
    );
    if labels.is_empty() {
        let _ = write!(text, "<p class=\"banner\">{}</p></figure>", escaped(&frame.l.t("chart-no-data")));
        return text;
    }
    text.push_str(keys);
    text.push_str(&draw(plot::WIDE));
    text.push_str(&draw(plot::SLIM));
    let _ = write!(
        text,
        "<details class=\"more\"><summary>{}</summary><div class=\"inside\"><table><thead><tr><th scope=\"col\">{}</th>",
        escaped(&frame.l.t("chart-table")),
        escaped(frame.x_name)
    );
    for column in columns {
        let _ = write!(text, "<th scope=\"col\" class=\"num\">{}</th>", escaped(column));
    }
    text.push_str("</tr></thead><tbody>");
    for (at, label) in labels.iter().enumerate() {
        let _ = write!(text, "<tr><th scope=\"row\">{}</th>", escaped(label));
        for cell in cells(at) {
            let _ = write!(text, "<td class=\"num\">{}</td>", escaped(&cell));
        }
        text.push_str("</tr>");
    }
    text.push_str("</tbody></table></div></details></figure>");
    text
}

fn latest<T>(all: &[T]) -> &[T] {
    all.get(all.len().saturating_sub(MAX_POINTS)..).unwrap_or_default()
}

/// A text as it may stand in markup and in attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(sign),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(value: u64) -> String {
        value.to_string()
    }

    fn frame() -> Frame<'static> {
        Frame {
            id: "c",
            l: Locale::En,
            title: "Share <per> period",
            desc: "It \"rose\".",
            x_name: "Period",
            y_name: "Share",
            tick: &tick,
            cap: None,
        }
    }

    fn points(values: &[u64]) -> Vec<Point> {
        values
            .iter()
            .enumerate()
            .map(|(at, value)| Point::new(format!("p{at}"), *value, format!("{value} fen")))
            .collect()
    }

    /// Numbers of an attribute, in order of appearance.
    fn numbers(svg: &str, attribute: &str) -> Vec<u64> {
        svg.split(&format!(" {attribute}=\""))
            .skip(1)
            .filter_map(|after| after.split_once('"').and_then(|(number, _)| number.parse().ok()))
            .collect()
    }

    #[test]
    fn no_data_is_said_and_not_drawn() {
        for chart in
            [bars(&frame(), &[]), line(&frame(), &[]), area(&frame(), &[]), stacked(&frame(), &["paid"], &[])]
        {
            assert!(chart.contains("banner") && !chart.contains("<svg viewBox=\"0 0 720"), "{chart}");
        }
    }

    #[test]
    fn one_point_is_one_mark_and_one_row() {
        for (chart, mark) in [
            (bars(&frame(), &points(&[7])), "class=\"bar\""),
            (line(&frame(), &points(&[7])), "class=\"dot\""),
            (steps(&frame(), &points(&[7])), "class=\"trace\""),
            (area(&frame(), &points(&[7])), "class=\"dot\""),
        ] {
            assert_eq!(chart.matches(mark).count(), 2, "once for each size: {chart}");
            assert_eq!(chart.matches("7 fen</td>").count(), 1, "{chart}");
            assert!(!chart.contains("NaN") && !chart.contains('-'.to_string().as_str().repeat(2).as_str()));
        }
    }

    #[test]
    fn all_zero_is_a_flat_chart() {
        let chart = bars(&frame(), &points(&[0, 0]));
        let wide = chart.split("</svg>").next().unwrap();
        assert!(wide.matches("class=\"bar\"").count() == 2);
        assert!(numbers(wide, "height").iter().all(|height| *height <= 1), "{wide}");
    }

    #[test]
    fn heights_are_in_proportion_and_stay_inside() {
        let chart = bars(&frame(), &points(&[100, 200, 400, u64::MAX >> 2]));
        assert!(!chart.is_empty());
        let chart = bars(&frame(), &points(&[100, 200, 400]));
        let wide = chart.split("</svg>").next().unwrap();
        let heights = numbers(wide.split("class=\"bar\"").skip(1).collect::<String>().as_str(), "height");
        assert_eq!(heights.len(), 3);
        assert!(
            heights[1].abs_diff(heights[0] * 2) <= 1 && heights[2].abs_diff(heights[0] * 4) <= 2,
            "{heights:?}"
        );
        for y in numbers(wide, "y").into_iter().chain(numbers(wide, "y2")) {
            assert!(y <= 300, "{y}");
        }
    }

    #[test]
    fn texts_cannot_break_out_of_the_markup() {
        let chart = bars(&frame(), &[Point::new("<script>", 1, "\"&'")]);
        assert!(!chart.contains("<script>") && !chart.contains("<per>"));
        assert!(chart.contains("&lt;script&gt;") && chart.contains("&quot;&amp;&#39;"));
    }

    #[test]
    fn a_chart_has_title_description_axis_names_and_no_inline_style() {
        let charts = [
            steps(&Frame { cap: Some((5, "cap")), ..frame() }, &points(&[1, 2, 9])),
            stacked(&frame(), &["paid", "refused"], &[Stack { label: "p".into(), values: vec![3, 1] }]),
        ];
        for chart in charts {
            for part in
                ["<title id=\"c-wide-t\">", "<desc id=\"c-slim-d\">", ">Period<", ">Share<", "role=\"img\""]
            {
                assert!(chart.contains(part), "{part} in {chart}");
            }
            assert!(!chart.contains("style="));
        }
    }

    #[test]
    fn a_stack_is_as_high_as_its_parts_and_has_a_legend() {
        let stacks =
            [Stack { label: "a".into(), values: vec![3, 1] }, Stack { label: "b".into(), values: vec![2] }];
        let chart = stacked(&frame(), &["paid", "refused"], &stacks);
        assert_eq!(chart.matches("<li>").count(), 2);
        assert_eq!(chart.matches("<td class=\"num\">").count(), 4, "a missing value is a 0 in the table");
        assert_eq!(chart.split("</svg>").nth(2).unwrap().matches("class=\"k0\"").count(), 2);
    }

    #[test]
    fn of_very_many_points_the_latest_are_drawn() {
        let chart = bars(&frame(), &points(&(0..500).collect::<Vec<_>>()));
        assert_eq!(chart.matches("<tr>").count(), MAX_POINTS + 1);
        assert!(chart.contains("499 fen") && !chart.contains(">379 fen"));
    }
}
