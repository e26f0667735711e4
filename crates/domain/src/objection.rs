//! An objection: a member's protest against a claim on notice, from the reason to the written answer.
//!
//! What the objector wrote, and the answer, are sealed under the key of the person who fell ill; events say only that they are
//! there. The claim knows its open objections, see [`crate::claim::Claim::open_objections`].

use crate::id::{ClaimId, MemberId, ObjectionId};
use crate::plan::PlanId;
use crate::time::Moment;

/// Objections answered as abusive that cost the right to object.
pub const ABUSES_MAX: usize = 2;

/// Days within which that many abuses count, and for which the right is lost from the last of them on.
pub const ABUSE_DAYS: i64 = 365;

/// Until when somebody has lost the right to object, whose objections were answered as abusive at these moments; `None`: the
/// right is there.
///
/// [`ABUSES_MAX`] abuses within [`ABUSE_DAYS`] days cost the right for as many days after the last of them. A day has 24 hours
/// here, so that the answer does not depend on a time zone.
pub fn barred_until(abuses: &[Moment], now: Moment) -> Option<Moment> {
    let year = jiff::SignedDuration::from_hours(ABUSE_DAYS.saturating_mul(24));
    let mut sorted = abuses.to_vec();
    sorted.sort_unstable();
    let ends = sorted.windows(ABUSES_MAX).filter_map(|some| match some {
        [first, .., last] if last.duration_since(*first) <= year => last.checked_add(year).ok(),
        _ => None,
    });
    ends.max().filter(|until| now < *until)
}

/// What an objection says, in a word; the text is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Ground {
    /// The illness is not as the card says.
    NotAsStated,
    /// It began before the cover did.
    BeforeCover,
    /// Something was kept secret when joining.
    Undisclosed,
    /// The card describes another person than the one who is ill.
    OtherPerson,
    /// Another reason, which the text gives.
    Other,
}

impl Ground {
    /// All grounds, in the order in which forms list them.
    pub const ALL: [Self; 5] =
        [Self::NotAsStated, Self::BeforeCover, Self::Undisclosed, Self::OtherPerson, Self::Other];

    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotAsStated => "not-as-stated",
            Self::BeforeCover => "before-cover",
            Self::Undisclosed => "undisclosed",
            Self::OtherPerson => "other-person",
            Self::Other => "other",
        }
    }

    /// The ground that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.word() == word)
    }
}

/// How an objection was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Answer {
    /// It is right: the claim goes back to review.
    Upheld,
    /// It changes nothing.
    Dismissed,
    /// It was made to hurt somebody; whoever does so repeatedly loses the right to object.
    Abusive,
}

/// What happened to an objection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ObjectionEvent {
    /// A member objected.
    Raised {
        /// The claim on notice.
        claim: ClaimId,
        /// Its plan.
        plan: PlanId,
        /// Who objects.
        by: MemberId,
        /// Why, in a word.
        ground: Ground,
        /// When.
        at: Moment,
        /// When the answer is due.
        until: Moment,
    },
    /// Somebody answered in writing.
    Answered {
        /// Who.
        by: MemberId,
        /// How.
        answer: Answer,
        /// When.
        at: Moment,
    },
    /// The objector took it back.
    Withdrawn {
        /// When.
        at: Moment,
    },
    /// The claim went back to review, or ended, for another reason.
    BecameMoot {
        /// When.
        at: Moment,
    },
}

/// Where an objection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for an answer.
    Open {
        /// When it is due.
        until: Moment,
    },
    /// Answered.
    Answered {
        /// Who answered.
        by: MemberId,
        /// How.
        answer: Answer,
    },
    /// Taken back.
    Withdrawn,
    /// Not answered, since there is nothing left to object to.
    Moot,
}

impl State {
    /// The stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Answered { answer: Answer::Upheld, .. } => "upheld",
            Self::Answered { answer: Answer::Dismissed, .. } => "dismissed",
            Self::Answered { answer: Answer::Abusive, .. } => "abusive",
            Self::Withdrawn => "withdrawn",
            Self::Moot => "moot",
        }
    }

    /// Until when somebody has the ball.
    pub const fn until(&self) -> Option<Moment> {
        match self {
            Self::Open { until } => Some(*until),
            Self::Answered { .. } | Self::Withdrawn | Self::Moot => None,
        }
    }
}

/// Why a verb was refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectionRejection {
    /// It is not open any more.
    #[error("an objection that is {state} cannot be {verb}")]
    WrongState {
        /// The state's word.
        state: &'static str,
        /// What was tried.
        verb: &'static str,
    },
    /// Only the objector takes it back.
    #[error("only the objector takes an objection back")]
    NotYours,
    /// Nobody answers their own objection.
    #[error("nobody answers their own objection")]
    OwnObjection,
}

/// An objection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    id: ObjectionId,
    claim: ClaimId,
    plan: PlanId,
    by: MemberId,
    ground: Ground,
    raised: Moment,
    ended: Option<Moment>,
    state: State,
}

impl Objection {
    /// The state after the first event; `None` when it is no first event.
    pub fn begin(id: ObjectionId, event: &ObjectionEvent) -> Option<Self> {
        match event {
            ObjectionEvent::Raised { claim, plan, by, ground, at, until } => Some(Self {
                id,
                claim: *claim,
                plan: plan.clone(),
                by: *by,
                ground: *ground,
                raised: *at,
                ended: None,
                state: State::Open { until: *until },
            }),
            ObjectionEvent::Answered { .. }
            | ObjectionEvent::Withdrawn { .. }
            | ObjectionEvent::BecameMoot { .. } => None,
        }
    }

    /// Its id.
    pub const fn id(&self) -> ObjectionId {
        self.id
    }

    /// The claim on notice.
    pub const fn claim(&self) -> ClaimId {
        self.claim
    }

    /// The plan.
    pub const fn plan(&self) -> &PlanId {
        &self.plan
    }

    /// Who objects.
    pub const fn by(&self) -> MemberId {
        self.by
    }

    /// Why, in a word.
    pub const fn ground(&self) -> Ground {
        self.ground
    }

    /// When it was raised.
    pub const fn raised(&self) -> Moment {
        self.raised
    }

    /// When it was answered, taken back or became moot.
    pub const fn ended(&self) -> Option<Moment> {
        self.ended
    }

    /// Where it stands.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Answers it.
    pub fn answer(
        &self,
        by: MemberId,
        answer: Answer,
        at: Moment,
    ) -> Result<ObjectionEvent, ObjectionRejection> {
        self.check_open("answered")?;
        if by == self.by {
            return Err(ObjectionRejection::OwnObjection);
        }
        Ok(ObjectionEvent::Answered { by, answer, at })
    }

    /// Takes it back.
    pub fn withdraw(&self, by: MemberId, at: Moment) -> Result<ObjectionEvent, ObjectionRejection> {
        self.check_open("withdrawn")?;
        if by == self.by { Ok(ObjectionEvent::Withdrawn { at }) } else { Err(ObjectionRejection::NotYours) }
    }

    /// Whether the objector may add a file now: while nobody has answered.
    pub fn take_file(&self, by: MemberId) -> Result<(), ObjectionRejection> {
        self.check_open("given files")?;
        if by == self.by { Ok(()) } else { Err(ObjectionRejection::NotYours) }
    }

    /// There is nothing left to object to.
    pub fn become_moot(&self, at: Moment) -> Result<ObjectionEvent, ObjectionRejection> {
        self.check_open("made moot")?;
        Ok(ObjectionEvent::BecameMoot { at })
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &ObjectionEvent) {
        (self.state, self.ended) = match event {
            ObjectionEvent::Raised { until, .. } => (State::Open { until: *until }, None),
            ObjectionEvent::Answered { by, answer, at } => {
                (State::Answered { by: *by, answer: *answer }, Some(*at))
            }
            ObjectionEvent::Withdrawn { at } => (State::Withdrawn, Some(*at)),
            ObjectionEvent::BecameMoot { at } => (State::Moot, Some(*at)),
        };
    }

    fn check_open(&self, verb: &'static str) -> Result<(), ObjectionRejection> {
        match self.state {
            State::Open { .. } => Ok(()),
            other => Err(ObjectionRejection::WrongState { state: other.word(), verb }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Moment {
        Moment::UNIX_EPOCH.checked_add(jiff::SignedDuration::from_hours(day * 24)).unwrap()
    }

    #[test]
    fn two_abuses_within_a_year_cost_the_right_for_a_year() {
        for (abuses, now, expected) in [
            (&[][..], 0, None),
            (&[1], 2, None),
            (&[1, 366], 366, Some(731)),
            (&[366, 1], 730, Some(731)),
            (&[1, 366], 731, None),
            (&[1, 367], 367, None),
            (&[1, 2, 400], 401, None),
            (&[1, 2, 300], 301, Some(665)),
            (&[1, 2, 900], 366, Some(367)),
        ] {
            let moments: Vec<Moment> = abuses.iter().map(|day| at(*day)).collect();
            assert_eq!(barred_until(&moments, at(now)), expected.map(at), "{abuses:?} on day {now}");
        }
    }
}
