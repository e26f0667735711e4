//! Investigation: a reviewer asks an independent person to gather facts, who sees only what is needed for that and has no say
//! in the result.
//!
//! Guarantees: questions and findings are sealed under the key of the person who fell ill; an investigator opens the files that
//! the reviewer chose and no others, and each look is on record; files that they hand in become evidence of the claim, which the
//! person it is about can read too (`evidence`); whoever is asked, and for which claims, follows from rules.

use huzhu_domain::claim::{ClaimEvent, State, mask_name};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, PlanId};
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::Amount;
use serde::{Deserialize, Serialize};

use super::desk::Load;
use super::refusal::refused;
use super::review::check_text;
use super::{ClaimReceipt, OpenClaim};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{Actor, ClaimQuery, Page, Recorded, Sealed, Unit};

/// Claims in investigation that a list of an investigator looks through.
const LIST_MAX: u32 = 2_000;
/// One in so many claims is investigated whatever it is about, drawn by a keyed hash of its id: whoever hands in a claim must
/// reckon with being asked, and nobody can choose who is.
const SAMPLED_ONE_IN: u64 = 20;
/// From this share of the largest amount of the aid table on, in percent, a claim is investigated. The largest payouts are the
/// ones that somebody would forge papers for, and few enough to look at.
const ALWAYS_FROM_PERCENT: u64 = 100;

/// Asks an investigator to gather facts.
#[derive(Clone, Debug, Serialize)]
pub struct OrderInvestigation {
    /// The claim.
    pub claim: ClaimId,
    /// Whom.
    pub investigator: MemberId,
    /// What to find out; 1 to 4,000 characters.
    pub questions: String,
    /// The files that the investigator may open.
    pub files: Vec<EvidenceId>,
}

/// Hands in what was found.
#[derive(Clone, Debug, Serialize)]
pub struct HandInFindings {
    /// The claim.
    pub claim: ClaimId,
    /// What was found; 1 to 4,000 characters.
    pub findings: String,
}

/// Goes on without findings.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndInvestigation {
    /// The claim.
    pub claim: ClaimId,
}

/// What is sealed with an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Order {
    questions: String,
    files: Vec<EvidenceId>,
}

/// What an investigator sees of a claim, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvestigationView {
    /// The claim.
    pub claim: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// The name with all but its first character hidden.
    pub name: String,
    /// The condition in the terms.
    pub condition: ConditionCode,
    /// When it happened.
    pub event_date: Day,
    /// What to find out.
    pub questions: String,
    /// Files that the reviewer chose.
    pub files: Vec<EvidenceId>,
    /// Files that the investigator has handed in so far.
    pub handed_in: Vec<EvidenceId>,
    /// When the findings are due.
    pub until: Moment,
}

/// Why a claim must be investigated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The aid is among the largest that the terms give.
    Amount,
    /// Drawn by lot.
    Sample,
}

impl Route {
    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Sample => "sample",
        }
    }
}

impl App {
    /// Asks an investigator to gather facts.
    ///
    /// # Errors
    /// A refusal when that person has not the role or is not independent of the claim.
    pub async fn order_investigation(
        &self,
        call: &Call,
        command: &OrderInvestigation,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        let questions = check_text(&command.questions)?;
        self.catch_up_before(call, Action::ReviewClaim, command.claim).await?;
        self.transact(call, Action::ReviewClaim, command, |now| async move {
            let reviewer = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, reviewer).await?;
            self.check_role(command.investigator, Role::Investigator).await?;
            self.check_independent(command.claim, command.investigator).await?;
            if command.files.iter().any(|file| !open.claim().evidence().contains_key(file)) {
                return Err(refused("claim-unknown-evidence", Vec::new()));
            }
            let event =
                open.claim().order_investigation(reviewer, command.investigator, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let order = Order { questions: questions.to_owned(), files: command.files.clone() };
            let bytes = serde_json::to_vec(&order).map_err(|e| AppError::Broken(e.to_string()))?;
            let name = order_name(command.claim, open.next_number());
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            unit.sealed.push(sealed(&open, name, bytes));
            Ok((unit, receipt))
        })
        .await
    }

    /// Hands in what was found: by the investigator who was asked, and nobody else.
    pub async fn hand_in_findings(
        &self,
        call: &Call,
        command: &HandInFindings,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        let findings = check_text(&command.findings)?;
        self.catch_up_before(call, Action::Investigate, command.claim).await?;
        self.transact(call, Action::Investigate, command, |now| async move {
            let investigator = Self::member_of(call)?;
            let open = self.investigated_claim(command.claim, investigator).await?;
            let event = open.claim().hand_in_findings(investigator, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let name = super::review::remark_name(command.claim, open.next_number());
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            unit.sealed.push(sealed(&open, name, findings.as_bytes().to_vec()));
            Ok((unit, receipt))
        })
        .await
    }

    /// Goes on without findings.
    pub async fn end_investigation(
        &self,
        call: &Call,
        command: EndInvestigation,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up_before(call, Action::ReviewClaim, command.claim).await?;
        self.transact(call, Action::ReviewClaim, &("end-investigation", command), |now| async move {
            let reviewer = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, reviewer).await?;
            let event = open.claim().end_investigation(reviewer, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            Ok((unit, receipt))
        })
        .await
    }

    /// Investigators who can be asked about a claim, the one with the least to do first.
    pub async fn investigators_for(&self, call: &Call, claim: ClaimId) -> Result<Vec<Load>, AppError> {
        self.authorise(call, Action::ReviewClaim, self.clock.now()).await?;
        let open = self.strangers_claim(claim, Self::member_of(call)?).await?;
        self.loads(&open, Role::Investigator).await
    }

    /// What the caller was asked to find out, the most urgent first.
    pub async fn my_investigations(&self, call: &Call) -> Result<Vec<InvestigationView>, AppError> {
        self.authorise(call, Action::Investigate, self.clock.now()).await?;
        let caller = Self::member_of(call)?;
        let mut list = Vec::new();
        for plan in self.store.plans().await? {
            let query = ClaimQuery::InStates(plan.id, vec!["investigating"]);
            for row in self.store.claims(&query, &Page::first(LIST_MAX)).await? {
                match self.investigated_claim(row.id, caller).await {
                    Ok(open) => list.push(self.view_of_investigation(&open).await?),
                    Err(AppError::NotFound(_)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        list.sort_by_key(|view| (view.until, view.claim));
        Ok(list)
    }

    /// One task of the caller; to anybody else it looks like none.
    pub async fn investigation(&self, call: &Call, claim: ClaimId) -> Result<InvestigationView, AppError> {
        self.authorise(call, Action::Investigate, self.clock.now()).await?;
        let open = self.investigated_claim(claim, Self::member_of(call)?).await?;
        self.view_of_investigation(&open).await
    }

    /// Whether a claim of this aid must be investigated, and why. The same answer whenever it is asked.
    pub(crate) fn route(&self, open: &OpenClaim, aid: Amount) -> Result<Option<Route>, AppError> {
        let table = &open.terms()?.aid().table;
        let largest = table.iter().map(|row| row.amount.minor()).max().unwrap_or(0);
        let share = |amount: u64, percent: u64| u128::from(amount).saturating_mul(u128::from(percent));
        if largest > 0 && share(aid.minor(), 100) >= share(largest, ALWAYS_FROM_PERCENT) {
            return Ok(Some(Route::Amount));
        }
        let drawn = self.draws(open.claim().id(), "investigation").checked_rem(SAMPLED_ONE_IN) == Some(0);
        Ok(drawn.then_some(Route::Sample))
    }

    /// A number that follows from the id of a claim and the secret of the instance: nobody can steer it, and asking again gives
    /// the same.
    pub(super) fn draws(&self, claim: ClaimId, purpose: &'static str) -> u64 {
        let hash: Digest = self.secrets.keyed_hash(purpose, claim.to_string().as_bytes());
        hash.bytes().first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first))
    }

    /// A claim that the caller was asked to investigate, while that is open.
    pub(super) async fn investigated_claim(
        &self,
        id: ClaimId,
        caller: MemberId,
    ) -> Result<OpenClaim, AppError> {
        let open = self.strangers_claim(id, caller).await?;
        match open.claim().state() {
            State::Investigating { investigator, .. } if *investigator == caller => Ok(open),
            _ => Err(AppError::NotFound("claim")),
        }
    }

    /// The files that the investigator of a claim may open.
    pub(super) async fn chosen_files(&self, open: &OpenClaim) -> Result<Vec<EvidenceId>, AppError> {
        Ok(self.order(open).await?.map_or_else(Vec::new, |order| order.files))
    }

    async fn order(&self, open: &OpenClaim) -> Result<Option<Order>, AppError> {
        let claim = open.claim();
        let recorded = self.store.stream(&StreamId::Claim(claim.id())).await?;
        let Some(last) = recorded.iter().rev().find(|one| is_order(one)) else { return Ok(None) };
        let bytes = self.store.unseal(claim.claimed().member, &order_name(claim.id(), last.number)).await?;
        let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes);
        bytes.map(read).transpose().map_err(|e| AppError::Broken(format!("order of {}: {e}", claim.id())))
    }

    /// What the investigator has added since the order, oldest first.
    async fn handed_in(&self, open: &OpenClaim, investigator: MemberId) -> Result<Vec<EvidenceId>, AppError> {
        let recorded = self.store.stream(&StreamId::Claim(open.claim().id())).await?;
        let since = recorded.iter().rposition(is_order).unwrap_or(recorded.len());
        let own = recorded.iter().skip(since).filter(|one| one.actor == Actor::Member(investigator));
        let added = own.filter_map(|one| match &one.event {
            Event::Claim(ClaimEvent::EvidenceAdded { evidence, .. }) => Some(*evidence),
            _ => None,
        });
        Ok(added.collect())
    }

    async fn view_of_investigation(&self, open: &OpenClaim) -> Result<InvestigationView, AppError> {
        let claim = open.claim();
        let order = self.order(open).await?.unwrap_or(Order { questions: String::new(), files: Vec::new() });
        let name = self.name_of(claim.claimed().member).await?;
        let handed_in = match claim.state() {
            State::Investigating { investigator, .. } => self.handed_in(open, *investigator).await?,
            _ => Vec::new(),
        };
        Ok(InvestigationView {
            claim: claim.id(),
            plan: claim.claimed().plan.clone(),
            name: mask_name(&name),
            condition: claim.illness().condition.clone(),
            event_date: claim.illness().event_date,
            questions: order.questions,
            files: order.files,
            handed_in,
            until: claim.state().until().unwrap_or(Moment::MAX),
        })
    }
}

fn is_order(one: &Recorded) -> bool {
    matches!(&one.event, Event::Claim(ClaimEvent::InvestigationOrdered { .. }))
}

fn order_name(claim: ClaimId, number: u64) -> String {
    format!("claim/{claim}/investigation/{number}")
}

fn sealed(open: &OpenClaim, name: String, bytes: Vec<u8>) -> Sealed {
    Sealed { owner: open.claim().claimed().member, name, bytes }
}
