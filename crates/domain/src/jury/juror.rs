//! A juror of a plan: a member who passed the exam, has been in long enough and is willing.
//!
//! Guarantees: [`Juror::qualify`] looks at the frozen terms of the case, never at those of today; stepping aside or not being
//! willing costs nothing.

use super::exam::{QUESTIONS_ASKED, RETAKE_HOURS, RIGHT_NEEDED};
use crate::id::MemberId;
use crate::plan::{Jury, PlanId};
use crate::time::{Day, Moment, plus_days};

/// Years from which somebody may judge.
pub const ADULT_YEARS: i16 = 18;

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

/// Why somebody cannot be a juror, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JurorRejection {
    /// Struck off.
    #[error("the member was struck off the list of jurors")]
    StruckOff,
    /// Pays for nobody in this plan.
    #[error("only members who pay a share in this plan can judge")]
    NotPaying,
    /// Not of age.
    #[error("only adults can judge")]
    TooYoung,
    /// Too short in the plan.
    #[error("jurors are those who have been in the plan for a while: from {from}")]
    StandingTooShort {
        /// First day with enough standing.
        from: Day,
    },
    /// The exam is missing.
    #[error("the exam is not passed")]
    ExamMissing,
    /// Not willing.
    #[error("the member is not on the list of jurors")]
    NotWilling,
    /// A failed exam can be taken again later.
    #[error("the exam can be taken again at {from}")]
    RetakeTooEarly {
        /// From when.
        from: Moment,
    },
    /// No exam is going on.
    #[error("no exam is going on")]
    NoExam,
    /// Passed already.
    #[error("the exam is passed already")]
    AlreadyPassed,
    /// On the list already.
    #[error("the member is on the list already")]
    AlreadyWilling,
}

/// What the plan knows about somebody who wants to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The first day in the plan of the oldest enrolment that the member pays for and that has not ended; `None`: pays for none.
    pub payer_since: Option<Day>,
    /// Of age. `None`: was looked at before and cannot have become untrue.
    pub adult: Option<bool>,
    /// Today in the time zone of the plan.
    pub today: Day,
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
        } else if self.exam.is_some() {
            "in-exam"
        } else if self.passed.is_some() {
            "resigned"
        } else if self.failed.is_some() {
            "failed"
        } else {
            "new"
        }
    }

    /// From when a failed exam can be taken again.
    pub fn retake_from(&self) -> Option<Moment> {
        let wait = jiff::SignedDuration::from_hours(RETAKE_HOURS);
        self.failed.map(|at| at.saturating_add(wait).unwrap_or(Moment::MAX))
    }

    /// Whether the member may judge a case of these terms, as far as the plan knows the member.
    pub fn qualify(&self, jury: &Jury, standing: &Standing) -> Result<(), JurorRejection> {
        self.may_serve(standing)?;
        let since = standing.payer_since.ok_or(JurorRejection::NotPaying)?;
        let from = plus_days(since, i64::from(jury.standing_days));
        if standing.today < from {
            return Err(JurorRejection::StandingTooShort { from });
        }
        if jury.exam && self.passed.is_none() {
            return Err(JurorRejection::ExamMissing);
        }
        if self.willing { Ok(()) } else { Err(JurorRejection::NotWilling) }
    }

    /// Begins an exam with these questions. One that is going on goes on with its own.
    pub fn begin_exam(
        &self,
        questions: Vec<u16>,
        standing: &Standing,
        now: Moment,
    ) -> Result<Option<JurorEvent>, JurorRejection> {
        self.may_serve(standing)?;
        if self.passed.is_some() {
            return Err(JurorRejection::AlreadyPassed);
        }
        if self.exam.is_some() {
            return Ok(None);
        }
        match self.retake_from() {
            Some(from) if now < from => Err(JurorRejection::RetakeTooEarly { from }),
            _ => Ok(Some(JurorEvent::ExamBegun { questions, at: now })),
        }
    }

    /// Hands the exam in; `right` of its answers were.
    pub fn hand_in_exam(&self, right: u16, now: Moment) -> Result<JurorEvent, JurorRejection> {
        let (questions, _) = self.exam.as_ref().ok_or(JurorRejection::NoExam)?;
        let asked = u16::try_from(questions.len()).unwrap_or(u16::MAX);
        // Short banks ask fewer questions, and need the same part of them.
        let needed = u32::from(asked).saturating_mul(u32::from(RIGHT_NEEDED));
        let passed = u32::from(right).saturating_mul(u32::from(QUESTIONS_ASKED)) >= needed && asked > 0;
        Ok(JurorEvent::ExamTaken { right, asked, passed, at: now })
    }

    /// Goes on the list.
    pub fn volunteer(
        &self,
        jury: &Jury,
        standing: &Standing,
        now: Moment,
    ) -> Result<JurorEvent, JurorRejection> {
        self.may_serve(standing)?;
        if self.willing {
            return Err(JurorRejection::AlreadyWilling);
        }
        if jury.exam && self.passed.is_none() {
            return Err(JurorRejection::ExamMissing);
        }
        Ok(JurorEvent::Volunteered { at: now })
    }

    /// Goes off the list, at any time and without a reason.
    pub const fn resign(&self, now: Moment) -> Result<JurorEvent, JurorRejection> {
        if self.willing { Ok(JurorEvent::Resigned { at: now }) } else { Err(JurorRejection::NotWilling) }
    }

    /// Strikes the member off.
    pub fn strike_off(&self, by: MemberId, now: Moment) -> Result<JurorEvent, JurorRejection> {
        if self.struck_off || by == self.member {
            return Err(JurorRejection::StruckOff);
        }
        Ok(JurorEvent::StruckOff { by, at: now })
    }

    const fn may_serve(&self, standing: &Standing) -> Result<(), JurorRejection> {
        if self.struck_off {
            return Err(JurorRejection::StruckOff);
        }
        if standing.payer_since.is_none() {
            return Err(JurorRejection::NotPaying);
        }
        if matches!(standing.adult, Some(false)) { Err(JurorRejection::TooYoung) } else { Ok(()) }
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

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;
    use crate::plan::sample;

    fn now() -> Moment {
        Moment::UNIX_EPOCH
    }

    fn member(n: u128) -> MemberId {
        MemberId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn juror(events: &[JurorEvent]) -> Juror {
        let mut juror = Juror::new(PlanId::new("plan").unwrap(), member(1));
        for event in events {
            juror.apply(event);
        }
        juror
    }

    const STANDING: Standing =
        Standing { payer_since: Some(date(2020, 1, 1)), adult: Some(true), today: date(2020, 1, 31) };

    fn begun() -> JurorEvent {
        JurorEvent::ExamBegun { questions: (0..10).collect(), at: now() }
    }

    fn taken(passed: bool) -> JurorEvent {
        JurorEvent::ExamTaken { right: 8, asked: 10, passed, at: now() }
    }

    #[test]
    fn whoever_judges_pays_is_of_age_has_standing_and_passed_the_exam() {
        let terms = sample::terms();
        let jury = terms.jury().unwrap();
        let passed = [begun(), taken(true)];
        let mut resigned = passed.to_vec();
        resigned.push(JurorEvent::Resigned { at: now() });
        let mut struck = passed.to_vec();
        struck.push(JurorEvent::StruckOff { by: member(9), at: now() });
        let short = Standing { today: date(2020, 1, 30), ..STANDING };
        let rows = [
            (&passed[..], STANDING, Ok(())),
            (&passed[..], Standing { adult: None, ..STANDING }, Ok(())),
            (&passed[..], short, Err(JurorRejection::StandingTooShort { from: date(2020, 1, 31) })),
            (&passed[..], Standing { adult: Some(false), ..STANDING }, Err(JurorRejection::TooYoung)),
            (&passed[..], Standing { payer_since: None, ..STANDING }, Err(JurorRejection::NotPaying)),
            (&[][..], STANDING, Err(JurorRejection::ExamMissing)),
            (&[begun(), taken(false)][..], STANDING, Err(JurorRejection::ExamMissing)),
            (&resigned[..], STANDING, Err(JurorRejection::NotWilling)),
            (&struck[..], STANDING, Err(JurorRejection::StruckOff)),
        ];
        for (events, standing, expected) in rows {
            assert_eq!(juror(events).qualify(jury, &standing), expected, "{events:?} {standing:?}");
        }
    }

    #[test]
    fn an_exam_is_passed_with_eight_of_ten_and_taken_again_after_a_day() {
        let fresh = juror(&[]);
        let event = fresh.begin_exam((0..10).collect(), &STANDING, now()).unwrap().unwrap();
        let sitting = juror(&[event]);
        assert_eq!(sitting.begin_exam(vec![1], &STANDING, now()), Ok(None), "it goes on");
        let passes = |right| {
            matches!(sitting.hand_in_exam(right, now()), Ok(JurorEvent::ExamTaken { passed: true, .. }))
        };
        assert_eq!((passes(7), passes(8), passes(10)), (false, true, true));
        assert_eq!(fresh.hand_in_exam(10, now()), Err(JurorRejection::NoExam));
        let failed = juror(&[begun(), taken(false)]);
        let from = now() + 24.hours();
        assert_eq!(
            failed.begin_exam(vec![1], &STANDING, from - 1.second()),
            Err(JurorRejection::RetakeTooEarly { from })
        );
        assert!(failed.begin_exam(vec![1], &STANDING, from).unwrap().is_some());
        let passed = juror(&[begun(), taken(true)]);
        assert_eq!(passed.begin_exam(vec![1], &STANDING, from), Err(JurorRejection::AlreadyPassed));
    }

    #[test]
    fn the_list_is_left_and_joined_again_at_will_but_not_after_dishonesty() {
        let terms = sample::terms();
        let jury = terms.jury().unwrap();
        let mut one = juror(&[begun(), taken(true)]);
        assert_eq!(one.volunteer(jury, &STANDING, now()), Err(JurorRejection::AlreadyWilling));
        one.apply(&one.resign(now()).unwrap());
        assert_eq!((one.word(), one.resign(now())), ("resigned", Err(JurorRejection::NotWilling)));
        one.apply(&one.volunteer(jury, &STANDING, now()).unwrap());
        assert_eq!((one.word(), one.is_willing()), ("willing", true));
        assert_eq!(one.strike_off(member(1), now()), Err(JurorRejection::StruckOff));
        one.apply(&one.strike_off(member(9), now()).unwrap());
        assert_eq!(one.volunteer(jury, &STANDING, now()), Err(JurorRejection::StruckOff));
        assert_eq!(juror(&[]).volunteer(jury, &STANDING, now()), Err(JurorRejection::ExamMissing));
    }
}
