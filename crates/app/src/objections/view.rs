//! What people read of objections: the public counts and answers, the objector and the claimant the texts, staff the queue.

use huzhu_domain::claim::Dispute;
use huzhu_domain::event::StreamId;
use huzhu_domain::id::{ClaimId, ObjectionId};
use huzhu_domain::objection::{Ground, Objection};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::Moment;

use super::{OWN_MAX, answer_name, text_name};
use crate::App;
use crate::call::{Call, Caller};
use crate::claims::{EvidenceView, OpenClaim};
use crate::error::AppError;
use crate::matter::{MatterKind, MatterQuery, objection_of};
use crate::permission::Action;
use crate::ports::Page;

/// Objections on one page of a queue or of a card: protects memory.
const LIST_MAX: u32 = 1_000;

/// From which side somebody reads an objection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who objected.
    Objector,
    /// Whose claim it is.
    Claimant,
    /// Somebody who works for the plan and is not related to the claim.
    Staff,
}

impl Side {
    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Objector => "objector",
            Self::Claimant => "claimant",
            Self::Staff => "staff",
        }
    }
}

/// An objection as everybody may read it: no names and no texts, which may speak of somebody's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicObjection {
    /// Why, in a word.
    pub ground: Ground,
    /// When it was raised.
    pub raised: Moment,
    /// Word of its state.
    pub state: &'static str,
    /// When an answer is due.
    pub until: Option<Moment>,
    /// When it was answered, taken back or became moot.
    pub ended: Option<Moment>,
}

/// An objection in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectionLine {
    /// The objection.
    pub id: ObjectionId,
    /// The claim.
    pub claim: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// What everybody may read.
    pub seen: PublicObjection,
}

/// An objection with both sides, for those who are concerned. Nobody but staff learns who objected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectionView {
    /// The objection.
    pub line: ObjectionLine,
    /// From which side the caller reads it.
    pub side: Side,
    /// What the objector wrote; `None` after erasure of the person who fell ill.
    pub text: Option<String>,
    /// The written answer.
    pub answer: Option<String>,
    /// Files of the objector, for the objector and for those who may answer; with salts for the objector.
    pub files: Vec<EvidenceView>,
    /// How many files there are, also for those who do not see them.
    pub file_count: usize,
    /// The caller may add a file now.
    pub may_add_files: bool,
    /// Word of the state of the claim.
    pub claim_state: &'static str,
    /// The caller may answer it now.
    pub may_answer: bool,
}

impl From<&Objection> for PublicObjection {
    fn from(objection: &Objection) -> Self {
        Self {
            ground: objection.ground(),
            raised: objection.raised(),
            state: objection.state().word(),
            until: objection.state().until(),
            ended: objection.ended(),
        }
    }
}

impl From<&Objection> for ObjectionLine {
    fn from(objection: &Objection) -> Self {
        Self {
            id: objection.id(),
            claim: objection.claim(),
            plan: objection.plan().clone(),
            seen: PublicObjection::from(objection),
        }
    }
}

impl App {
    /// The objections to a claim whose card is public, oldest first, for everybody.
    ///
    /// # Errors
    /// [`AppError::NotFound`] while the claim is not public.
    pub async fn objections_to(&self, claim: ClaimId) -> Result<Vec<PublicObjection>, AppError> {
        self.card(claim).await?;
        let lines = self.objection_lines(&MatterQuery::objections_to(claim), LIST_MAX).await?;
        Ok(lines.into_iter().map(|line| line.seen).collect())
    }

    /// The caller's own objections, newest first.
    pub async fn my_objections(&self, call: &Call) -> Result<Vec<ObjectionLine>, AppError> {
        let query = MatterQuery::ByMember(MatterKind::Objection, Self::member_of(call)?);
        let mut lines = self.objection_lines(&query, OWN_MAX).await?;
        lines.reverse();
        Ok(lines)
    }

    /// Open objections of a plan that the caller may read, the most urgent first.
    ///
    /// # Errors
    /// [`AppError::Denied`] for people without the role.
    pub async fn objection_queue(&self, call: &Call, plan: &PlanId) -> Result<Vec<ObjectionLine>, AppError> {
        self.authorise(call, Action::AnswerObjection, self.clock.now()).await?;
        let query = MatterQuery::InStates(MatterKind::Objection, plan.clone(), vec!["open"]);
        let mut lines = Vec::new();
        for line in self.objection_lines(&query, LIST_MAX).await? {
            match self.readable_claim(call, line.claim).await {
                Ok(_) => lines.push(line),
                Err(AppError::Refused(_) | AppError::NotFound(_)) => {}
                Err(other) => return Err(other),
            }
        }
        lines.sort_by_key(|line| (line.seen.until, line.id));
        Ok(lines)
    }

    /// One objection, for the objector, the claimant, and staff who are not related to the claim. To anybody else it looks like
    /// none.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; a refusal for staff in conflict.
    pub async fn objection_view(&self, call: &Call, id: ObjectionId) -> Result<ObjectionView, AppError> {
        let caller = Self::member_of(call)?;
        let objection = self.load_objection(id).await?.state;
        let missing = AppError::NotFound("objection");
        let (open, side) = match self.own_claim(objection.claim(), caller).await {
            Ok(open) => (open, Side::Claimant),
            Err(AppError::NotFound(_)) if objection.by() == caller => {
                (self.open_claim(objection.claim()).await?, Side::Objector)
            }
            Err(AppError::NotFound(_)) => match &call.caller {
                Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {
                    (self.readable_claim(call, objection.claim()).await?, Side::Staff)
                }
                _ => return Err(missing),
            },
            Err(other) => return Err(other),
        };
        let owner = open.claim().claimed().member;
        let text = self.store.unseal(owner, &text_name(id)).await?;
        let answer = self.store.unseal(owner, &answer_name(id)).await?;
        let words = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let may_answer = side == Side::Staff
            && objection.state().until().is_some()
            && open.claim().recommender() != Some(caller)
            && matches!(&call.caller, Caller::Member { roles, .. } if Action::AnswerObjection.allows(roles));
        let files = self.files_of_objection(call, &open, id, side).await?;
        Ok(ObjectionView {
            files,
            file_count: open.claim().files_of(Dispute::Objection(id)).count(),
            may_add_files: objection.take_file(caller).is_ok(),
            line: ObjectionLine::from(&objection),
            side,
            text: words(text),
            answer: words(answer),
            claim_state: open.claim().state().word(),
            may_answer,
        })
    }

    async fn files_of_objection(
        &self,
        call: &Call,
        open: &OpenClaim,
        id: ObjectionId,
        side: Side,
    ) -> Result<Vec<EvidenceView>, AppError> {
        let shown = match side {
            Side::Objector => true,
            Side::Claimant => false,
            Side::Staff => call.may(Action::AnswerObjection),
        };
        let claim = open.claim();
        let files: Vec<_> = claim.files_of(Dispute::Objection(id)).filter(|_| shown).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let recorded = self.store.stream(&StreamId::Claim(claim.id())).await?;
        self.file_views(claim.claimed().member, files, &recorded, side == Side::Objector).await
    }

    async fn objection_lines(&self, query: &MatterQuery, limit: u32) -> Result<Vec<ObjectionLine>, AppError> {
        let rows = self.store.matters(query, &Page::first(limit)).await?;
        let mut lines = Vec::with_capacity(rows.len());
        for id in rows.iter().filter_map(objection_of) {
            lines.push(ObjectionLine::from(&self.load_objection(id).await?.state));
        }
        Ok(lines)
    }
}
