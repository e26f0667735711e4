//! `huzhu plan`: check, show and compare plan files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use huzhu_domain::plan::{Language, PlanTerms};
use huzhu_planfile::{Report, Who};

use crate::output::{Ending, Failure, json as print_json, line, note};

/// Check, show and compare plan files.
#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// Report every mistake of plan files, each with line, column, rule and remedy.
    Check(Check),
    /// Print a plan for people.
    Show(Show),
    /// Say who gains and who loses from one plan to another.
    Diff(Diff),
    /// Print the JSON Schema of plan files, for editors.
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Plan files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A plan file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Language of the text.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The plan as it is.
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The plan as it would be.
    #[arg(value_name = "B")]
    after: PathBuf,
    /// Language of the text.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

/// A language of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
        }
    }
}

impl Plan {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        match self {
            Self::Check(check) => check.run(json),
            Self::Show(show) => show.run(json),
            Self::Diff(diff) => diff.run(json),
            Self::Schema => {
                print_json(&huzhu_planfile::schema());
                Ok(Ending::Done)
            }
        }
    }
}

impl Check {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let mut ending = Ending::Done;
        let mut reports = Vec::new();
        for file in &self.files {
            match read(file)? {
                Ok(terms) if json => {
                    reports.push(
                        serde_json::json!({ "file": file, "plan": terms.id().as_str(), "mistakes": [] }),
                    );
                }
                Ok(terms) => line(format_args!(
                    "{}: ok ({} version {}, in force from {})",
                    file.display(),
                    terms.id(),
                    terms.version(),
                    terms.effective()
                )),
                Err(report) => {
                    ending = Ending::Refused;
                    if json {
                        reports.push(report.to_json());
                    } else {
                        note(report.render(colour()));
                    }
                }
            }
        }
        if json {
            print_json(&serde_json::Value::Array(reports));
        }
        Ok(ending)
    }
}

impl Show {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let terms = match read(&self.file)? {
            Ok(terms) => terms,
            Err(report) => return Ok(refuse(&report, json)),
        };
        if json {
            let sections: Vec<serde_json::Value> = huzhu_planfile::outline(&terms, self.lang.into())
                .into_iter()
                .map(|section| serde_json::json!({ "title": section.title, "lines": section.lines }))
                .collect();
            print_json(
                &serde_json::json!({ "plan": terms.id().as_str(), "version": terms.version().0, "sections": sections }),
            );
        } else {
            line(huzhu_planfile::show(&terms, self.lang.into()));
        }
        Ok(Ending::Done)
    }
}

impl Diff {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let (before, after) = match (read(&self.before)?, read(&self.after)?) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(report), _) | (_, Err(report)) => return Ok(refuse(&report, json)),
        };
        let changes = huzhu_planfile::diff(&before, &after, self.lang.into());
        if json {
            let changes: Vec<serde_json::Value> = changes
                .iter()
                .map(|change| serde_json::json!({ "who": who_word(change.who), "sentence": change.sentence }))
                .collect();
            print_json(&serde_json::Value::Array(changes));
            return Ok(Ending::Done);
        }
        if changes.is_empty() {
            line(match self.lang {
                Lang::En => "Nothing changes for members.",
                Lang::Zh => "对成员没有任何变化。",
            });
        }
        for change in &changes {
            line(format_args!("{:>8}  {}", who_word(change.who), change.sentence));
        }
        Ok(Ending::Done)
    }
}

const fn who_word(who: Who) -> &'static str {
    match who {
        Who::Gains => "gains",
        Who::Loses => "loses",
        Who::Both => "both",
        Who::Neutral => "neutral",
    }
}

/// Reads and checks a plan file. The outer error is about the file, the inner one about its content.
pub(crate) fn read(file: &Path) -> Result<Result<PlanTerms, Report>, Failure> {
    // One byte more than the limit is enough for the check to refuse the file, whatever its length.
    let limit = u64::try_from(huzhu_planfile::MAX_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| std::io::Read::read_to_end(&mut std::io::Read::take(opened, limit), &mut bytes))
        .map_err(|error| Failure::WrongUse(format!("cannot read {}: {error}", file.display())))?;
    Ok(huzhu_planfile::check(bytes, &file.display().to_string()))
}

/// Prints the mistakes of a plan file.
pub(crate) fn refuse(report: &Report, json: bool) -> Ending {
    if json {
        print_json(&report.to_json());
    } else {
        note(report.render(colour()));
    }
    Ending::Refused
}

fn colour() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stderr())
}
