//! Rows of what hangs on a claim, a plan or a jury case: objections, jury cases, jurors, ballots, second reviews.
//!
//! They are all listed in the same few ways (about something, by somebody, in a state of a plan), so they share one row and
//! one table instead of five. What a page needs beyond that is read by replay of the stream, or stands in `body`.

use huzhu_domain::event::StreamId;
use huzhu_domain::id::{BallotId, ClaimId, JuryCaseId, MemberId, ObjectionId};
use huzhu_domain::jury::{BallotEvent, Juror, JuryCase};
use huzhu_domain::objection::Objection;
use huzhu_domain::plan::PlanId;
use huzhu_domain::second_review::SecondReview;
use huzhu_domain::time::Moment;

/// What stands in the body of the row of a juror who passed the exam.
pub const PASSED: &str = "passed";

/// What kind of thing a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatterKind {
    /// An objection; about a claim, by the objector.
    Objection,
    /// A jury case; about a claim, by whoever asked for it.
    JuryCase,
    /// A juror; about a plan, by the juror.
    Juror,
    /// A ballot; about a jury case, by nobody.
    Ballot,
    /// A second review; about a claim, by whoever gave the second opinion.
    SecondReview,
}

impl MatterKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Objection, Self::JuryCase, Self::Juror, Self::Ballot, Self::SecondReview];

    /// The stable word in stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Objection => "objection",
            Self::JuryCase => "jury-case",
            Self::Juror => "juror",
            Self::Ballot => "ballot",
            Self::SecondReview => "second-review",
        }
    }

    /// The kind of row that a stream has, if it has one of these.
    pub const fn of(stream: &StreamId) -> Option<Self> {
        match stream {
            StreamId::Objection(_) => Some(Self::Objection),
            StreamId::JuryCase(_) => Some(Self::JuryCase),
            StreamId::Juror(..) => Some(Self::Juror),
            StreamId::Ballot(_) => Some(Self::Ballot),
            StreamId::SecondReview(_) => Some(Self::SecondReview),
            StreamId::Member(_)
            | StreamId::Plan(_)
            | StreamId::Enrolment(_)
            | StreamId::Claim(_)
            | StreamId::Period(..) => None,
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterRecord {
    /// Its stream, one of those that [`MatterKind::of`] knows.
    pub stream: StreamId,
    /// The plan.
    pub plan: PlanId,
    /// What it is about: the text of an id, see [`MatterKind`].
    pub about: String,
    /// Whose it is, see [`MatterKind`].
    pub member: Option<MemberId>,
    /// Word of its state.
    pub state: String,
    /// Until when somebody has the ball.
    pub until: Option<Moment>,
    /// What lists need beyond that, as text that the kind defines; never personal data. Ballots: the sealed vote;
    /// jurors: [`PASSED`] or nothing.
    pub body: String,
}

impl MatterRecord {
    /// The row of an objection.
    pub fn of_objection(objection: &Objection) -> Self {
        Self {
            stream: StreamId::Objection(objection.id()),
            plan: objection.plan().clone(),
            about: objection.claim().to_string(),
            member: Some(objection.by()),
            state: objection.state().word().to_owned(),
            until: objection.state().until(),
            body: String::new(),
        }
    }

    /// The row of a jury case.
    pub fn of_jury_case(case: &JuryCase) -> Self {
        Self {
            stream: StreamId::JuryCase(case.id()),
            plan: case.plan().clone(),
            about: case.claim().to_string(),
            member: Some(case.by()),
            state: case.word().to_owned(),
            until: case.until(),
            body: String::new(),
        }
    }

    /// The row of a juror.
    pub fn of_juror(juror: &Juror) -> Self {
        Self {
            stream: StreamId::Juror(juror.plan().clone(), juror.member()),
            plan: juror.plan().clone(),
            about: juror.plan().to_string(),
            member: Some(juror.member()),
            state: juror.word().to_owned(),
            until: None,
            body: juror.passed().map_or_else(String::new, |_| PASSED.to_owned()),
        }
    }

    /// The row of a ballot.
    pub fn of_ballot(id: BallotId, event: &BallotEvent) -> Self {
        let BallotEvent::Cast { case, plan, sealed, at: _ } = event;
        Self {
            stream: StreamId::Ballot(id),
            plan: plan.clone(),
            about: case.to_string(),
            member: None,
            state: "cast".to_owned(),
            until: None,
            body: sealed.clone(),
        }
    }

    /// The row of a second review.
    pub fn of_second_review(review: &SecondReview) -> Self {
        Self {
            stream: StreamId::SecondReview(review.claim()),
            plan: review.plan().clone(),
            about: review.claim().to_string(),
            member: review.second().map(|(by, _, _)| *by),
            state: review.word().to_owned(),
            until: review.second().is_none().then(|| review.until()),
            body: String::new(),
        }
    }
}

/// Which rows; lists are ordered by the text of the stream, and [`crate::ports::Page::after`] is such a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatterQuery {
    /// About something: objections, jury cases and second reviews of a claim, ballots of a jury case, jurors of a plan.
    About(MatterKind, String),
    /// By somebody.
    ByMember(MatterKind, MemberId),
    /// Of a plan, in any of these states.
    InStates(MatterKind, PlanId, Vec<&'static str>),
}

impl MatterQuery {
    /// Objections to a claim.
    pub fn objections_to(claim: ClaimId) -> Self {
        Self::About(MatterKind::Objection, claim.to_string())
    }

    /// Jury cases of a claim.
    pub fn cases_of(claim: ClaimId) -> Self {
        Self::About(MatterKind::JuryCase, claim.to_string())
    }

    /// Ballots of a jury case.
    pub fn ballots_of(case: JuryCaseId) -> Self {
        Self::About(MatterKind::Ballot, case.to_string())
    }
}

/// The id of an objection in a row.
pub const fn objection_of(row: &MatterRecord) -> Option<ObjectionId> {
    match row.stream {
        StreamId::Objection(id) => Some(id),
        _ => None,
    }
}

/// The id of a jury case in a row.
pub const fn case_of(row: &MatterRecord) -> Option<JuryCaseId> {
    match row.stream {
        StreamId::JuryCase(id) => Some(id),
        _ => None,
    }
}
