//! Objections: a member says why a claim on notice is wrong, and somebody who did not recommend it answers in writing.
//!
//! Shape: every verb writes the claim and the objection in one commit; `view` is what people read.
//!
//! Guarantees: what was written is sealed under the key of the person who fell ill; once per member and claim; a claim with an
//! open objection is never settled, and one that comes free after the settlement of its period waits for the next notice, so
//! that it is neither stuck nor paid twice. Whether the period is settled is relied on, so that the two cannot cross.

mod view;

use huzhu_domain::claim::Claim;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId, ObjectionId};
use huzhu_domain::objection::{Answer, Ground, Objection, ObjectionEvent, ObjectionRejection, barred_until};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

pub use view::{ObjectionLine, ObjectionView, PublicObjection, Side};

use crate::App;
use crate::call::{Call, Done};
use crate::claims::OpenClaim;
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::inbox::Telling;
use crate::load::{append_claim, append_matter};
use crate::matter::{MatterKind, MatterQuery, objection_of};
use crate::permission::Action;
use crate::ports::{Append, EnrolmentQuery, Page, Sealed, Unit};
use crate::sign_in::invalid;

/// Longest reason or answer, in characters: protects pages and the store.
pub const TEXT_MAX: usize = 4_000;
/// Enrolments looked at to see whether somebody is in the plan: nobody pays for more people than that.
const ENROLMENTS_MAX: u32 = 200;
/// Objections of one member that are looked at: nobody reaches so many within the years that count.
const OWN_MAX: u32 = 1_000;
/// Staff who are told of an objection: protects the outbox; a plan with more staff has a queue that is looked at.
const STAFF_MAX: usize = 50;

/// Objects to a claim.
#[derive(Clone, Debug, Serialize)]
pub struct RaiseObjection {
    /// Id of the new objection, made by the caller.
    pub objection: ObjectionId,
    /// The claim on notice.
    pub claim: ClaimId,
    /// Why, in a word.
    pub ground: Ground,
    /// Why, in plain words; 1 to 4,000 characters.
    pub text: String,
}

/// Answers an objection in writing.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerObjection {
    /// The objection.
    pub objection: ObjectionId,
    /// How.
    pub answer: Answer,
    /// Why, in plain words, for the objector and the claimant; 1 to 4,000 characters.
    pub text: String,
}

/// Takes an objection back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct WithdrawObjection {
    /// The objection.
    pub objection: ObjectionId,
}

/// Where an objection and its claim stand after a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionReceipt {
    /// The objection.
    pub objection: ObjectionId,
    /// The claim.
    pub claim: ClaimId,
    /// Word of the state of the objection.
    pub state: String,
    /// When an answer is due, while it is open.
    pub until: Option<Moment>,
    /// Word of the state of the claim.
    pub claim_state: String,
}

impl From<ObjectionRejection> for AppError {
    fn from(rejection: ObjectionRejection) -> Self {
        match rejection {
            ObjectionRejection::WrongState { state, verb } => {
                refused("objection-wrong-state", vec![("state", state.to_owned()), ("verb", verb.to_owned())])
            }
            ObjectionRejection::NotYours => Self::NotFound("objection"),
            ObjectionRejection::OwnObjection => refused("objection-own", Vec::new()),
        }
    }
}

impl App {
    /// A member of the plan objects, once, while the notice runs.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a claim that is not public; refusals for strangers to the plan, for claimants, for those who
    /// lost the right to object, and after the notice.
    pub async fn raise_objection(
        &self,
        call: &Call,
        command: &RaiseObjection,
    ) -> Result<Done<ObjectionReceipt>, AppError> {
        let text = written(&command.text)?;
        self.catch_up(call, Action::Object, command.claim).await?;
        self.transact(call, Action::Object, command, |now| async move {
            let by = Self::member_of(call)?;
            let open = self.open_claim(command.claim).await?;
            // What is not public looks like nothing to members.
            self.card(command.claim).await?;
            if open.claim().is_own(by) || self.payer_of(&open).await? == Some(by) {
                return Err(refused("claim-own", Vec::new()));
            }
            let plan = &open.claim().claimed().plan;
            if !self.is_in_plan(by, plan).await? {
                return Err(refused("objection-not-member", vec![("plan", plan.to_string())]));
            }
            if let Some(until) = self.barred_from_objecting(by, plan, now).await? {
                return Err(refused("objection-right-lost", vec![("until", until.to_string())]));
            }
            let stream = StreamId::Objection(command.objection);
            if !self.store.stream(&stream).await?.is_empty() {
                return Err(refused("objection-id-used", Vec::new()));
            }
            let deadlines = open.deadlines(now)?;
            let event = open.claim().object(command.objection, by, now, &deadlines)?;
            let raised = ObjectionEvent::Raised {
                claim: command.claim,
                plan: plan.clone(),
                by,
                ground: command.ground,
                at: now,
                until: deadlines.objection,
            };
            let mut unit = Unit::new(now, call.caller.actor());
            let append = append_claim(&open.loaded, vec![event]);
            let receipt =
                receipt(&append, command.objection, command.claim, "open", Some(deadlines.objection));
            unit.appends.push(append);
            unit.appends.push(append_matter(stream, Vec::new(), vec![Event::Objection(raised)], now));
            unit.sealed.push(sealed(&open, text_name(command.objection), text));
            self.tell_of_objection(&mut unit, &open, command.objection, by, deadlines.objection).await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Answers an objection. Whoever recommended the claim, objected, or is related to the claimant cannot.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for no such objection; refusals of the claim and of the objection.
    pub async fn answer_objection(
        &self,
        call: &Call,
        command: &AnswerObjection,
    ) -> Result<Done<ObjectionReceipt>, AppError> {
        let text = written(&command.text)?;
        self.transact(call, Action::AnswerObjection, command, |now| async move {
            let by = Self::member_of(call)?;
            let objection = self.load_objection(command.objection).await?.state;
            let open = self.strangers_claim(objection.claim(), by).await?;
            let answered = objection.answer(by, command.answer, now)?;
            let mut unit = Unit::new(now, call.caller.actor());
            let event = match command.answer {
                Answer::Upheld => open.claim().uphold_objection(objection.id(), by, &open.deadlines(now)?)?,
                Answer::Dismissed | Answer::Abusive => {
                    let settled = self.settled_without(&mut unit, open.claim()).await?;
                    open.claim().dismiss_objection(objection.id(), by, settled)?
                }
            };
            let append = append_claim(&open.loaded, vec![event]);
            let receipt = receipt(&append, objection.id(), objection.claim(), word(command.answer), None);
            unit.appends.push(append);
            unit.appends.push(self.append_objection(objection.id(), answered, now).await?);
            if command.answer == Answer::Upheld {
                self.make_moot(&mut unit, open.claim(), Some(objection.id())).await?;
            }
            unit.sealed.push(sealed(&open, answer_name(objection.id()), text));
            self.tell_of_answer(&mut unit, &open, &objection, command.answer).await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// The objector takes an objection back. It still counts as the one objection to this claim.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for somebody else's; refusals when it is not open any more.
    pub async fn withdraw_objection(
        &self,
        call: &Call,
        command: WithdrawObjection,
    ) -> Result<Done<ObjectionReceipt>, AppError> {
        self.transact(call, Action::Object, &("withdraw-objection", command), |now| async move {
            let by = Self::member_of(call)?;
            let objection = self.load_objection(command.objection).await?.state;
            if objection.by() != by {
                return Err(AppError::NotFound("objection"));
            }
            let withdrawn = objection.withdraw(by, now)?;
            let open = self.open_claim(objection.claim()).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            let settled = self.settled_without(&mut unit, open.claim()).await?;
            let event = open.claim().withdraw_objection(objection.id(), by, settled)?;
            let append = append_claim(&open.loaded, vec![event]);
            let receipt = receipt(&append, objection.id(), objection.claim(), "withdrawn", None);
            unit.appends.push(append);
            unit.appends.push(self.append_objection(objection.id(), withdrawn, now).await?);
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-objection-withdrawn", None, Vec::new())
                .await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Ends the open objections of a claim that leaves its notice otherwise, but for one that has its answer already.
    pub(crate) async fn make_moot(
        &self,
        unit: &mut Unit,
        claim: &Claim,
        answered: Option<ObjectionId>,
    ) -> Result<(), AppError> {
        for id in claim.open_objections().iter().filter(|id| Some(**id) != answered) {
            let objection = self.load_objection(*id).await?.state;
            let event = objection.become_moot(unit.at)?;
            unit.appends.push(self.append_objection(*id, event, unit.at).await?);
            self.tell(unit, objection.by(), &answered_telling(&objection, "moot")).await?;
        }
        Ok(())
    }

    /// Until when somebody has lost the right to object in a plan.
    pub(crate) async fn barred_from_objecting(
        &self,
        by: MemberId,
        plan: &PlanId,
        now: Moment,
    ) -> Result<Option<Moment>, AppError> {
        let query = MatterQuery::ByMember(MatterKind::Objection, by);
        let rows = self.store.matters(&query, &Page::first(OWN_MAX)).await?;
        let mut abuses = Vec::new();
        for row in rows.iter().filter(|row| row.state == "abusive" && row.plan == *plan) {
            if let Some(id) = objection_of(row) {
                abuses.extend(self.load_objection(id).await?.state.ended());
            }
        }
        Ok(barred_until(&abuses, now))
    }

    /// Whether somebody is covered by, or pays in, a plan now.
    pub(crate) async fn is_in_plan(&self, who: MemberId, plan: &PlanId) -> Result<bool, AppError> {
        for query in [EnrolmentQuery::ByMember(who), EnrolmentQuery::ByPayer(who)] {
            let rows = self.store.enrolments(&query, &Page::first(ENROLMENTS_MAX)).await?;
            if rows.iter().any(|row| row.plan == *plan && row.ended.is_none()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the period that a claim stands in was settled without it. The unit relies on the answer.
    pub(crate) async fn settled_without(&self, unit: &mut Unit, claim: &Claim) -> Result<bool, AppError> {
        match claim.state().period() {
            Some(key) => self.is_settled(unit, &claim.claimed().plan, key).await,
            None => Ok(false),
        }
    }

    async fn append_objection(
        &self,
        id: ObjectionId,
        event: ObjectionEvent,
        at: Moment,
    ) -> Result<Append, AppError> {
        let stream = StreamId::Objection(id);
        let before = self.store.stream(&stream).await?;
        Ok(append_matter(stream, before, vec![Event::Objection(event)], at))
    }

    async fn tell_of_objection(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        objection: ObjectionId,
        by: MemberId,
        until: Moment,
    ) -> Result<(), AppError> {
        let claim = open.claim();
        self.tell_claimant(unit, claim, "mail-claim-objected", Some(until), Vec::new()).await?;
        let telling = |template| {
            Telling::new(template)
                .with("claim", claim.id())
                .with("plan", &claim.claimed().plan)
                .until(Some(until))
                .about(StreamId::Objection(objection))
        };
        self.tell(unit, by, &telling("mail-objection-raised")).await?;
        let staff = self.store.staff().await?;
        let able = staff.iter().filter(|row| {
            Action::AnswerObjection.allows(&row.roles)
                && claim.recommender() != Some(row.id)
                && row.id != by
                && !claim.is_own(row.id)
        });
        for row in able.take(STAFF_MAX) {
            self.tell(unit, row.id, &telling("mail-work-objection")).await?;
        }
        Ok(())
    }

    async fn tell_of_answer(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        objection: &Objection,
        answer: Answer,
    ) -> Result<(), AppError> {
        let template = match answer {
            Answer::Upheld => "mail-claim-objection-upheld",
            Answer::Dismissed | Answer::Abusive => "mail-claim-objection-dismissed",
        };
        self.tell_claimant(unit, open.claim(), template, None, Vec::new()).await?;
        self.tell(unit, objection.by(), &answered_telling(objection, word(answer))).await
    }
}

/// What the objector is told at the end.
fn answered_telling(objection: &Objection, answer: &str) -> Telling {
    Telling::new("mail-objection-answered")
        .with("claim", objection.claim())
        .with("plan", objection.plan())
        .with("answer", answer)
        .about(StreamId::Objection(objection.id()))
}

/// The word of an answer, which is that of the state after it.
const fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Upheld => "upheld",
        Answer::Dismissed => "dismissed",
        Answer::Abusive => "abusive",
    }
}

fn receipt(
    append: &Append,
    objection: ObjectionId,
    claim: ClaimId,
    state: &str,
    until: Option<Moment>,
) -> ObjectionReceipt {
    let claim_state = match &append.record {
        crate::record::Record::Claim(row) => row.state.to_owned(),
        _ => String::new(),
    };
    ObjectionReceipt { objection, claim, state: state.to_owned(), until, claim_state }
}

fn sealed(open: &OpenClaim, name: String, text: &str) -> Sealed {
    Sealed { owner: open.claim().claimed().member, name, bytes: text.as_bytes().to_vec() }
}

/// Sealed name of what the objector wrote.
fn text_name(id: ObjectionId) -> String {
    format!("objection/{id}/text")
}

/// Sealed name of the answer.
fn answer_name(id: ObjectionId) -> String {
    format!("objection/{id}/answer")
}

fn written(text: &str) -> Result<&str, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("text", "missing"));
    }
    if text.chars().count() > TEXT_MAX { Err(invalid("text", "too-long")) } else { Ok(text) }
}
