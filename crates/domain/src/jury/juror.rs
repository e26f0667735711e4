//! A juror of a plan: a member who passed the exam, has been in long enough and is willing.

use crate::id::MemberId;
use crate::plan::PlanId;
use crate::time::Moment;

/// What happened to somebody who is, or wants to be, a juror.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum JurorEvent {
    /// An exam began.
    ExamBegun {
        /// Numbers of the questions in the bank of the plan, in the order asked.
        questions: Vec<u16>,
        /// When.
        at: Moment,
    },
    /// An exam was handed in.
    ExamTaken {
        /// Right answers.
        right: u16,
        /// Questions asked.
        asked: u16,
        /// Whether that is enough.
        passed: bool,
        /// When.
        at: Moment,
    },
    /// The member is willing to be called.
    Volunteered {
        /// When.
        at: Moment,
    },
    /// The member is not willing any more.
    Resigned {
        /// When.
        at: Moment,
    },
    /// The member was struck off the list, for dishonesty on record.
    StruckOff {
        /// Who did it.
        by: MemberId,
        /// When.
        at: Moment,
    },
}

/// A juror, or somebody on the way to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Juror {
    plan: PlanId,
    member: MemberId,
    exam: Option<(Vec<u16>, Moment)>,
    failed: Option<Moment>,
    passed: Option<Moment>,
    willing: bool,
    struck_off: bool,
}

impl Juror {
    /// The state before the first event.
    pub const fn new(plan: PlanId, member: MemberId) -> Self {
        Self { plan, member, exam: None, failed: None, passed: None, willing: false, struck_off: false }
    }

    /// The plan.
    pub const fn plan(&self) -> &PlanId {
        &self.plan
    }

    /// The member.
    pub const fn member(&self) -> MemberId {
        self.member
    }

    /// The exam that is going on: its questions and when it began.
    pub const fn exam(&self) -> Option<&(Vec<u16>, Moment)> {
        self.exam.as_ref()
    }

    /// When the last exam was failed.
    pub const fn failed(&self) -> Option<Moment> {
        self.failed
    }

    /// When the exam was passed.
    pub const fn passed(&self) -> Option<Moment> {
        self.passed
    }

    /// Whether the member may be called, as far as the member and the record go; standing and age are looked at when a case
    /// needs jurors.
    pub const fn is_willing(&self) -> bool {
        self.willing && !self.struck_off
    }

    /// Whether the member was struck off.
    pub const fn is_struck_off(&self) -> bool {
        self.struck_off
    }

    /// The stable word of where the juror stands.
    pub const fn word(&self) -> &'static str {
        if self.struck_off {
            "struck-off"
        } else if self.willing {
            "willing"
        } else if self.passed.is_some() {
            "resigned"
        } else if self.exam.is_some() {
            "in-exam"
        } else {
            "failed"
        }
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &JurorEvent) {
        match event {
            JurorEvent::ExamBegun { questions, at } => self.exam = Some((questions.clone(), *at)),
            JurorEvent::ExamTaken { passed: true, at, .. } => {
                (self.exam, self.passed, self.willing) = (None, Some(*at), true);
            }
            JurorEvent::ExamTaken { passed: false, at, .. } => (self.exam, self.failed) = (None, Some(*at)),
            JurorEvent::Volunteered { .. } => self.willing = true,
            JurorEvent::Resigned { .. } => self.willing = false,
            JurorEvent::StruckOff { .. } => self.struck_off = true,
        }
    }
}
