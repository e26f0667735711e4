//! Mistakes in plan terms: stable rule codes, the place, the facts and the remedy.

/// A rule that plan terms keep. The code is stable: documents and tests cite it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rule {
    /// `P` and three digits; from P100 on rules of the terms, below P100 rules of the file.
    pub code: &'static str,
    /// The rule in one sentence.
    pub sentence: &'static str,
}

impl Rule {
    /// A rule; used by the lists of rules only.
    pub const fn new(code: &'static str, sentence: &'static str) -> Self {
        Self { code, sentence }
    }
}

/// One mistake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TermsMistake {
    /// The rule that is broken.
    pub rule: Rule,
    /// The place, as in the plan file: `aid.table[2].age_from`, counted from 0.
    pub path: String,
    /// Other places that the mistake depends on; an index `[]` stands for any entry of a list.
    pub related: Vec<String>,
    /// What is wrong, with the values found.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}
