//! The report on a plan file with mistakes: for people with the lines in question, for programs as JSON.

use std::fmt;
use std::ops::Range;

use huzhu_domain::plan::Rule;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde_json::{Value, json};

use crate::{Fault, MAX_MISTAKES, rules};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, counted in characters.
    pub column: usize,
    /// The bytes of the file that are wrong.
    pub span: Range<usize>,
    /// The rule that is broken; its code is stable.
    pub rule: Rule,
    /// What is wrong, with the values found.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Every mistake of one plan file, in the order of the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    name: String,
    source: String,
    mistakes: Vec<Mistake>,
}

impl Report {
    pub(crate) fn new(name: &str, source: String, mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| (a.span.start, a.rule.code).cmp(&(b.span.start, b.rule.code)));
        if faults.len() > MAX_MISTAKES {
            let left_out = faults.len().saturating_sub(MAX_MISTAKES).saturating_add(1);
            faults.truncate(MAX_MISTAKES.saturating_sub(1));
            let last = faults.last().map_or(0..0, |fault| fault.span.clone());
            faults.push(Fault {
                span: last,
                rule: rules::TOO_MANY,
                message: format!("{left_out} more mistakes are not shown"),
                remedy: "mend these first and check again".to_owned(),
            });
        }
        let lines = Lines::new(&source);
        let mistakes = faults.into_iter().map(|fault| lines.place(&source, fault)).collect();
        Self { name: name.to_owned(), source, mistakes }
    }

    /// What the file was called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The mistakes, in the order of the file; never empty.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// The report for people, with the lines in question; `colour` for terminals.
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(100);
        let source = NamedSource::new(&self.name, self.source.clone());
        let mut out = String::new();
        for mistake in &self.mistakes {
            let shown = Shown { mistake, source: &source };
            if handler.render_report(&mut out, &shown).is_err() {
                // Writing to a string does not fail; a snippet that cannot be cut out leaves the plain line.
                out.push_str(&plain(&self.name, mistake));
            }
            out.push('\n');
        }
        let count = self.mistakes.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        out.push_str(&[&self.name, ": ", &count.to_string(), " ", noun, "\n"].concat());
        out
    }

    /// The report for programs.
    pub fn to_json(&self) -> Value {
        let mistakes: Vec<Value> = self
            .mistakes
            .iter()
            .map(|m| {
                json!({
                    "line": m.line, "column": m.column, "start": m.span.start, "end": m.span.end,
                    "rule": m.rule.code, "rule_text": m.rule.sentence, "message": m.message, "remedy": m.remedy,
                })
            })
            .collect();
        json!({ "file": self.name, "mistakes": mistakes })
    }
}

fn plain(name: &str, mistake: &Mistake) -> String {
    let Mistake { line, column, rule, message, remedy, .. } = mistake;
    format!("{name}:{line}:{column}: {}: {message} ({remedy})\n", rule.code)
}

impl fmt::Display for Report {
    /// One line for each mistake: `file:line:column: code: message (remedy)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mistakes.iter().try_for_each(|mistake| f.write_str(&plain(&self.name, mistake)))
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Report {}

/// Starts of lines, to count lines and columns.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn new(source: &str) -> Self {
        let after_breaks = source.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    fn place(&self, source: &str, fault: Fault) -> Mistake {
        let start = floor_boundary(source, fault.span.start);
        let end = floor_boundary(source, fault.span.end).max(start);
        let line = self.starts.partition_point(|s| *s <= start).max(1);
        let line_start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = source.get(line_start..start).unwrap_or_default();
        // A byte order mark is not a column that anybody sees.
        let column = before.trim_start_matches('\u{feff}').chars().count().saturating_add(1);
        Mistake {
            line,
            column,
            span: start..end,
            rule: fault.rule,
            message: fault.message,
            remedy: fault.remedy,
        }
    }
}

/// The last place at or before `at` where a character begins.
fn floor_boundary(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    (0..=at).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}

/// One mistake as the renderer wants it.
struct Shown<'a> {
    mistake: &'a Mistake,
    source: &'a NamedSource<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistake.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistake.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.mistake.rule.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.mistake.remedy))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.mistake.span.clone();
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".to_owned()), span.start, span.len()))))
    }
}
