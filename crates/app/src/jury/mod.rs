//! The jury: from the request to the verdict that takes effect.
//!
//! Shape: `request` holds the verbs of the sides, `clerk` those of the clerk, `list` how one becomes a juror, `lot` how jurors are
//! drawn, `vote` what jurors do, `close` what the clock decides, `view` what anybody reads; [`seal`] and [`tally_file`] are the
//! bytes of ballots and tallies, which checkers use too.
//!
//! Guarantees: rules come from the terms that were frozen into the case. Who has to do with the claim, or is related to it, is
//! kept out by the platform. A juror has one ballot in a case, whose id is a keyed hash of both: whoever reads the store sees
//! neither who cast it nor, before the close, what it says. Nothing about a case depends on a worker that runs in time.
//!
//! Limits: whoever holds the instance secret can link ballots to jurors and open them before the close; `docs/jury/ballots.md`
//! says so. Files of the claim are not shown to jurors, since they name people: both sides say in words what is in them.

mod clerk;
mod close;
mod list;
mod lot;
mod messages;
mod refusal;
mod request;
pub mod seal;
pub mod tally_file;
mod view;
mod vote;

use std::collections::BTreeSet;

use huzhu_domain::claim::{Claim, JuryOrigin, State};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{BallotId, JuryCaseId, MemberId};
use huzhu_domain::jury::{BallotEvent, JuryCase, JuryCaseEvent, Side, Votes};
use huzhu_domain::plan::Jury;
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

pub use clerk::{AcceptRequest, DeclineRequest, SortQuestion};
pub use list::{Answers, ExamResult, ExamSheet, JurorStatus, OnList};
pub use lot::{PublishedDraw, ROSTER_MAX};
pub use request::{AnswerQuestion, GiveStatement, RequestJury};
pub use view::{
    CaseLine, CaseView, ClerkLine, Docket, JurorCase, QuestionView, REASONS_SHOWN, VerdictLine, VerdictView,
};
pub use vote::{AskQuestion, CastBallot, OfCase};

use crate::App;
use crate::claims::OpenClaim;
use crate::error::AppError;
use crate::load::{Loaded, append_matter};
use crate::ports::{Append, Sealed};
use seal::CaseKeys;

/// Longest statement, question or answer, in characters: protects pages and readers.
pub const TEXT_MAX: usize = 4_000;

/// Where a case stands after a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseReceipt {
    /// The case.
    pub case: JuryCaseId,
    /// Word of the state, see [`huzhu_domain::jury::CaseState::WORDS`].
    pub state: String,
    /// Until when somebody has the ball.
    pub until: Option<Moment>,
}

impl CaseReceipt {
    fn after(case: &JuryCase, event: &JuryCaseEvent) -> Self {
        let mut after = case.clone();
        after.apply(event);
        Self { case: after.id(), state: after.word().to_owned(), until: after.until() }
    }
}

/// A case with its claim and the plan of both.
pub(crate) struct OpenCase {
    /// The case.
    pub(crate) loaded: Loaded<JuryCase>,
    /// Its claim with the plan.
    pub(crate) claim: OpenClaim,
    /// Everybody who has to do with the claim.
    pub(crate) involved: BTreeSet<MemberId>,
}

impl OpenCase {
    pub(crate) const fn case(&self) -> &JuryCase {
        &self.loaded.state
    }

    /// The jury of the terms that were frozen into the case.
    pub(crate) fn jury(&self) -> Result<&Jury, AppError> {
        let terms = self.claim.plan.plan.terms_of(self.case().version()).ok_or(AppError::NotFound("plan"))?;
        terms.jury().ok_or_else(|| AppError::Broken(format!("{} has terms without a jury", self.case().id())))
    }

    /// The person under whose key texts of the case stand.
    pub(crate) const fn owner(&self) -> MemberId {
        self.claim.claim().claimed().member
    }

    /// A text of the case, to be kept with its unit.
    pub(crate) fn sealed(&self, name: &str, text: &str) -> Sealed {
        Sealed {
            owner: self.owner(),
            name: text_name(self.case().id(), name),
            bytes: text.as_bytes().to_vec(),
        }
    }
}

/// Name of a sealed text of a case.
fn text_name(case: JuryCaseId, name: &str) -> String {
    format!("jury/{case}/{name}")
}

/// Name of the statement of a side.
fn statement_name(side: Side) -> String {
    format!("statement/{}", side.word())
}

/// Everybody who has to do with a claim, and so judges nothing about it: claimants, payer, whoever examined, investigated,
/// recommended, confirmed or objected.
fn involved(claim: &Claim, payer: Option<MemberId>, asked_by: MemberId) -> BTreeSet<MemberId> {
    let mut all = BTreeSet::from([claim.claimed().member, claim.claimed().filed_by, asked_by]);
    all.extend(payer);
    all.extend(claim.recommender());
    all.extend(claim.confirmer());
    all.extend(claim.objectors().values());
    all.extend(claim.investigators());
    if let State::JuryRequested { origin: JuryOrigin::UnderReview { reviewer }, .. } = claim.state() {
        all.insert(*reviewer);
    }
    all
}

/// The id of a ballot. A keyed hash, so that one juror has one ballot in a case, and nobody without the secret knows which.
fn ballot_bytes(case: JuryCaseId, juror: MemberId) -> [u8; 32] {
    let mut bytes = [0; 32];
    let both = case.uuid().into_bytes().into_iter().chain(juror.uuid().into_bytes());
    bytes.iter_mut().zip(both).for_each(|(to, from)| *to = from);
    bytes
}

impl App {
    /// A case with its claim, whoever asks.
    pub(crate) async fn open_case(&self, id: JuryCaseId) -> Result<OpenCase, AppError> {
        let loaded = self.load_jury_case(id).await?;
        let claim = self.open_claim(loaded.state.claim()).await?;
        let payer = self.store.enrolment(claim.claim().claimed().enrolment).await?.map(|row| row.payer);
        let involved = involved(claim.claim(), payer, loaded.state.by());
        Ok(OpenCase { loaded, claim, involved })
    }

    /// The ballot that a juror has in a case, cast or not.
    pub(crate) fn ballot_of(&self, case: JuryCaseId, juror: MemberId) -> BallotId {
        let hash = self.secrets.keyed_hash("jury-ballot", &ballot_bytes(case, juror));
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash.bytes()).for_each(|(to, from)| *to = *from);
        BallotId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The nonce in the ballot of a juror.
    fn nonce_of(&self, case: JuryCaseId, juror: MemberId) -> [u8; 16] {
        let hash = self.secrets.keyed_hash("jury-ballot-nonce", &ballot_bytes(case, juror));
        let mut nonce = [0; 16];
        nonce.iter_mut().zip(hash.bytes()).for_each(|(to, from)| *to = *from);
        nonce
    }

    /// The keys of a case; derived each time, and stored nowhere before the close.
    fn case_keys(&self, case: JuryCaseId) -> CaseKeys {
        CaseKeys::derive(&self.secrets.keyed_hash("jury-case-key", case.uuid().as_bytes()))
    }

    /// Under which a juror stands on the roster of a case.
    fn pseudonym(&self, case: JuryCaseId, juror: MemberId) -> Digest {
        self.secrets.keyed_hash("jury-roster", &ballot_bytes(case, juror))
    }

    /// A sealed ballot and when it was cast; `None` when there is none yet.
    async fn cast_ballot_of(&self, id: BallotId) -> Result<Option<(String, Moment)>, AppError> {
        match self.store.stream(&StreamId::Ballot(id)).await?.first().map(|one| &one.event) {
            None => Ok(None),
            Some(Event::Ballot(BallotEvent::Cast { sealed, at, .. })) => Ok(Some((sealed.clone(), *at))),
            Some(_) => Err(AppError::Broken(format!("{id} holds a foreign event"))),
        }
    }

    /// Who of those drawn has voted, and when; empty in an open vote, where nothing depends on it.
    pub(crate) async fn votes_of(&self, case: &JuryCase) -> Result<Votes, AppError> {
        let mut votes = Votes::new();
        let drawn = case.bench().map(huzhu_domain::jury::Bench::drawn).unwrap_or_default();
        for (_, juror) in drawn {
            if let Some((_, at)) = self.cast_ballot_of(self.ballot_of(case.id(), *juror)).await? {
                votes.insert(*juror, at);
            }
        }
        Ok(votes)
    }

    /// Appends to the stream of a case.
    async fn append_case(
        &self,
        case: JuryCaseId,
        expected: u64,
        events: Vec<JuryCaseEvent>,
        at: Moment,
    ) -> Result<Append, AppError> {
        let stream = StreamId::JuryCase(case);
        let mut before = self.store.stream(&stream).await?;
        // What was decided on, not what has come since: that is a conflict when the unit is kept.
        before.retain(|one| one.number <= expected);
        Ok(append_matter(stream, before, events.into_iter().map(Event::JuryCase).collect(), at))
    }

    /// A text of a case; empty when there is none or its person was erased.
    async fn case_text(&self, open: &OpenCase, name: &str) -> Result<String, AppError> {
        let name = text_name(open.case().id(), name);
        let bytes = self.store.unseal(open.owner(), &name).await?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default())
    }
}

/// A text as it is kept.
fn check_text<'a>(field: &str, text: &'a str) -> Result<&'a str, AppError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(crate::sign_in::invalid(field, "missing")),
        n if n > TEXT_MAX => Err(crate::sign_in::invalid(field, "too-long")),
        _ => Ok(text),
    }
}
