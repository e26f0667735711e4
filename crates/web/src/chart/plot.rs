//! The drawing itself, in whole picture units, once for each size.

use super::scale::Scale;
use super::{Frame, MAX_GROUPS, Point, escaped};
use std::fmt::Write as _;

/// A drawing area with its margins, in picture units that are about a CSS pixel each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    name: &'static str,
    width: u32,
    height: u32,
    labels: usize,
}

/// For screens from 40 rem and for paper.
pub(super) const WIDE: Size = Size { name: "wide", width: 720, height: 300, labels: 8 };
/// For phones.
pub(super) const SLIM: Size = Size { name: "slim", width: 330, height: 250, labels: 4 };

const LEFT: u32 = 58;
const RIGHT: u32 = 12;
const TOP: u32 = 40;
const BOTTOM: u32 = 46;

/// How the values of one row are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bars,
    Steps,
    Line,
    Area,
}

impl Size {
    fn inner_height(self) -> u32 {
        self.height.saturating_sub(TOP).saturating_sub(BOTTOM)
    }

    fn floor(self) -> u32 {
        self.height.saturating_sub(BOTTOM)
    }

    fn end(self) -> u32 {
        self.width.saturating_sub(RIGHT)
    }

    /// Left edge of slot `at` of `count` equal ones; `at == count` is the right end.
    fn slot(self, at: usize, count: usize) -> u32 {
        let inner = u128::from(self.end().saturating_sub(LEFT));
        let at = u128::try_from(at).unwrap_or(0);
        let count = u128::try_from(count.max(1)).unwrap_or(1);
        LEFT.saturating_add(u32::try_from(inner.saturating_mul(at).div_euclid(count)).unwrap_or(0))
    }

    /// Middle of slot `at`.
    fn middle(self, at: usize, count: usize) -> u32 {
        self.slot(at.saturating_mul(2).saturating_add(1), count.saturating_mul(2))
    }

    /// Left edge and width of the column in slot `at`, with a gap to the next one.
    fn column(self, at: usize, count: usize) -> (u32, u32) {
        let (from, to) = (self.slot(at, count), self.slot(at.saturating_add(1), count));
        let slot = to.saturating_sub(from);
        let gap = if slot > 9 { slot.div_ceil(4) } else { u32::from(slot > 2) };
        let width = slot.saturating_sub(gap).clamp(1, 56);
        (from.saturating_add(slot.saturating_sub(width).div_euclid(2)), width)
    }

    fn y(self, scale: Scale, value: u64) -> u32 {
        self.floor().saturating_sub(scale.part(value, self.inner_height()))
    }
}

/// A chart of one row of values.
pub(super) fn single(frame: &Frame<'_>, size: Size, points: &[Point], kind: Kind) -> String {
    let max =
        points.iter().map(|point| point.value).chain(frame.cap.map(|(level, _)| level)).max().unwrap_or(0);
    let scale = Scale::for_max(max);
    let labels: Vec<&str> = points.iter().map(|point| point.label.as_str()).collect();
    let mut svg = opened(frame, size, scale, &labels);
    match kind {
        Kind::Bars => columns(&mut svg, size, scale, points),
        Kind::Steps | Kind::Line | Kind::Area => trace(&mut svg, size, scale, points, kind),
    }
    if let Some((level, name)) = frame.cap {
        let y = size.y(scale, level);
        let _ = write!(
            svg,
            "<path class=\"cap\" d=\"M{LEFT} {y}H{}\"/><text class=\"capname\" x=\"{}\" y=\"{}\">{}</text>",
            size.end(),
            LEFT.saturating_add(6),
            y.saturating_sub(6),
            escaped(name)
        );
    }
    if let Some(last) = points.last() {
        let at = points.len().saturating_sub(1);
        let y = size.y(scale, last.value).saturating_sub(11);
        let x = size.middle(at, points.len());
        // Beside the right edge the text ends at the edge; elsewhere it stands over its mark.
        let (x, anchor) = if size.end().saturating_sub(x) < 60 { (size.end(), "end") } else { (x, "middle") };
        let _ = write!(
            svg,
            "<text class=\"val\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(&last.shown)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A chart of several groups on top of each other; `rows[column][group]`.
pub(super) fn stacked(
    frame: &Frame<'_>,
    size: Size,
    labels: &[&str],
    rows: &[Vec<u64>],
    groups: &[&str],
) -> String {
    let total = |row: &Vec<u64>| row.iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
    let scale = Scale::for_max(rows.iter().map(total).max().unwrap_or(0));
    let mut svg = opened(frame, size, scale, labels);
    for (at, row) in rows.iter().enumerate() {
        let (x, width) = size.column(at, rows.len());
        let mut below = 0_u64;
        for (group, value) in row.iter().enumerate().filter(|(_, value)| **value > 0) {
            let above = below.saturating_add(*value);
            let (y, foot) = (size.y(scale, above), size.y(scale, below));
            let _ = write!(
                svg,
                "<rect class=\"k{}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\"><title>{}, {}: {}</title></rect>",
                group.min(MAX_GROUPS.saturating_sub(1)),
                foot.saturating_sub(y),
                escaped(labels.get(at).copied().unwrap_or_default()),
                escaped(groups.get(group).copied().unwrap_or_default()),
                frame.l.count(*value)
            );
            below = above;
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The opening tag, title, description, rules, axis numbers and names.
fn opened(frame: &Frame<'_>, size: Size, scale: Scale, labels: &[&str]) -> String {
    let Size { name, width, height, .. } = size;
    let id = escaped(frame.id);
    let mut svg = format!(
        "<svg class=\"{name}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-{name}-t {id}-{name}-d\">\
         <title id=\"{id}-{name}-t\">{}</title><desc id=\"{id}-{name}-d\">{}</desc>",
        escaped(frame.title),
        escaped(frame.desc)
    );
    for value in scale.ticks() {
        let y = size.y(scale, value);
        let class = if value == 0 { "axis" } else { "rule" };
        let _ = write!(
            svg,
            "<path class=\"{class}\" d=\"M{LEFT} {y}H{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            size.end(),
            LEFT.saturating_sub(8),
            y.saturating_add(4),
            escaped(&(frame.tick)(value))
        );
    }
    let every = labels.len().div_ceil(size.labels).max(1);
    for (at, label) in labels.iter().enumerate().step_by(every) {
        let (x, y) = (size.middle(at, labels.len()), size.floor().saturating_add(18));
        let _ = write!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", escaped(label));
    }
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"14\">{}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        escaped(frame.y_name),
        size.end(),
        size.height.saturating_sub(6),
        escaped(frame.x_name)
    );
    svg
}

fn columns(svg: &mut String, size: Size, scale: Scale, points: &[Point]) {
    for (at, point) in points.iter().enumerate() {
        let (x, width) = size.column(at, points.len());
        let y = size.y(scale, point.value);
        let round = if width > 8 { 3 } else { 0 };
        let _ = write!(
            svg,
            "<rect class=\"bar\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" rx=\"{round}\"><title>{}: {}</title></rect>",
            size.floor().saturating_sub(y),
            escaped(&point.label),
            escaped(&point.shown)
        );
    }
}

fn trace(svg: &mut String, size: Size, scale: Scale, points: &[Point], kind: Kind) {
    let count = points.len();
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let y = size.y(scale, point.value);
        let _ = match (kind, at) {
            (Kind::Steps, 0) => write!(path, "M{} {y}H{}", size.slot(0, count), size.slot(1, count)),
            (Kind::Steps, _) => write!(path, "V{y}H{}", size.slot(at.saturating_add(1), count)),
            (_, 0) => write!(path, "M{} {y}", size.middle(0, count)),
            (_, _) => write!(path, "L{} {y}", size.middle(at, count)),
        };
    }
    if kind == Kind::Area && count > 1 {
        let (from, to) = (size.middle(0, count), size.middle(count.saturating_sub(1), count));
        let _ = write!(svg, "<path class=\"area\" d=\"{path}L{to} {floor}H{from}Z\"/>", floor = size.floor());
    }
    if kind == Kind::Steps || count > 1 {
        let _ = write!(svg, "<path class=\"trace\" d=\"{path}\"/>");
    }
    // A stair needs no dots; of a line and an area the last point is marked, and all of them where there is room.
    if kind != Kind::Steps {
        for (at, point) in
            points.iter().enumerate().filter(|(at, _)| count <= 24 && kind == Kind::Line || at + 1 == count)
        {
            let _ = write!(
                svg,
                "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"><title>{}: {}</title></circle>",
                size.middle(at, count),
                size.y(scale, point.value),
                escaped(&point.label),
                escaped(&point.shown)
            );
        }
    }
}
