//! The verbs of the two people who decide a claim: a reviewer recommends, a second person confirms or sends back.

use huzhu_domain::claim::{ClaimEvent, Eligibility, FindingKind, Recommendation, State};
use huzhu_domain::enrolment::{EndReason, Enrolment};
use huzhu_domain::event::StreamId;
use huzhu_domain::id::ClaimId;
use huzhu_domain::member::Role;
use huzhu_domain::plan::{AidKind, IllnessInside, Language, PlanTerms, ReasonCode};
use huzhu_domain::time::{Moment, day_of, plus_days};
use huzhu_ledger::Amount;
use serde::{Deserialize, Serialize};

use super::desk::missing_items;
use super::items::{self, AskedFor};
use super::refusal::refused;
use super::{ClaimReceipt, OpenClaim};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::{Loaded, append_claim};
use crate::periods::push_enrolment;
use crate::permission::Action;
use crate::ports::{ReliedOn, Sealed, Unit};
use crate::sign_in::invalid;

/// Longest text of a request or a remark, in characters: protects mail and pages.
const TEXT_MAX: usize = 4_000;

/// Takes a claim, from the pile or from a colleague, or goes on without evidence that did not come in time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TakeClaim {
    /// The claim.
    pub claim: ClaimId,
}

/// Asks the claimant for more evidence.
#[derive(Clone, Debug, Serialize)]
pub struct RequestEvidence {
    /// The claim.
    pub claim: ClaimId,
    /// What is missing and where to get it, in plain words; 1 to 4,000 characters.
    pub text: String,
    /// The things one by one, each with its due date; may be empty.
    pub items: Vec<AskedFor>,
}

/// What a reviewer advises.
#[derive(Clone, Debug, Serialize)]
pub enum Advice {
    /// Grant aid. How much is computed from the facts, never typed.
    Approve {
        /// Proven cost of the treatment in minor units; reimbursing plans only.
        cost: Option<Amount>,
    },
    /// Refuse.
    Refuse {
        /// An exclusion or reason of the terms, or the word of a rule that the facts break.
        reason: ReasonCode,
    },
}

/// Recommends a decision.
#[derive(Clone, Debug, Serialize)]
pub struct RecommendClaim {
    /// The claim.
    pub claim: ClaimId,
    /// What is advised.
    pub advice: Advice,
}

/// Confirms a recommendation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ConfirmClaim {
    /// The claim.
    pub claim: ClaimId,
}

/// Sends a claim back to its reviewer.
#[derive(Clone, Debug, Serialize)]
pub struct SendBack {
    /// The claim.
    pub claim: ClaimId,
    /// Why, for the reviewer; 1 to 4,000 characters.
    pub text: String,
}

/// A claim was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmReceipt {
    /// Where it stands.
    pub claim: ClaimReceipt,
    /// Aid in minor units, when approved.
    pub aid: Option<Amount>,
    /// Reason code, when refused.
    pub reason: Option<ReasonCode>,
}

impl App {
    /// Takes a claim. After the deadline for more evidence this goes on without it.
    pub async fn take_claim(&self, call: &Call, command: TakeClaim) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up_before(call, Action::ReviewClaim, command.claim).await?;
        self.transact(call, Action::ReviewClaim, &("take", command), |now| async move {
            let reviewer = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, reviewer).await?;
            let deadlines = open.deadlines(now)?;
            let event = match open.claim().state() {
                State::MoreEvidenceNeeded { .. } => open.claim().stop_waiting(reviewer, now, &deadlines)?,
                _ => open.claim().take(reviewer, &deadlines)?,
            };
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-taken", receipt.until, Vec::new())
                .await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Asks the claimant for more evidence; text and items are sealed under the key of the person who fell ill. The claim waits
    /// for the item that is due last, and never less than the terms say.
    pub async fn request_evidence(
        &self,
        call: &Call,
        command: &RequestEvidence,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        let text = check_text(&command.text)?;
        self.catch_up_before(call, Action::ReviewClaim, command.claim).await?;
        self.transact(call, Action::ReviewClaim, command, |now| async move {
            let reviewer = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, reviewer).await?;
            let deadlines = open.deadlines(now)?;
            let (items, latest) = items::dated(&command.items, deadlines.evidence, open.terms()?.zone())?;
            let event = open.claim().request_evidence(reviewer, latest, &deadlines)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            unit.sealed.push(remark(&open, text));
            if !items.is_empty() {
                unit.sealed.push(items::sealed_items(&open, &items)?);
            }
            self.tell_claimant(
                &mut unit,
                open.claim(),
                "mail-claim-evidence-needed",
                receipt.until,
                vec![("text", items::in_letter(text, &items))],
            )
            .await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Recommends a decision. An approval needs every rule kept, and its aid is what the terms give for the facts of now; a
    /// refusal needs a reason of the terms or a rule that is broken.
    pub async fn recommend(
        &self,
        call: &Call,
        command: &RecommendClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up(call, Action::ReviewClaim, command.claim).await?;
        self.transact(call, Action::ReviewClaim, command, |now| async move {
            let reviewer = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, reviewer).await?;
            let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            let recommendation = match &command.advice {
                Advice::Approve { cost } => {
                    if let Some(item) = missing_items(&open)?.first() {
                        return Err(refused("claim-item-missing", vec![("item", item.to_string())]));
                    }
                    let found = self.assess_claim(&open, &enrolment.state, *cost).await?;
                    let aid = payable(open.terms()?, &found, *cost)?;
                    if let Some(cost) = cost {
                        unit.sealed.push(sealed_cost(&open, *cost));
                    }
                    Recommendation::Approve { aid }
                }
                Advice::Refuse { reason } => {
                    let found = self.assess_claim(&open, &enrolment.state, None).await?;
                    if !may_cite(open.terms()?, &found, reason) {
                        return Err(refused("claim-reason-unknown", vec![("reason", reason.to_string())]));
                    }
                    Recommendation::Refuse { reason: reason.clone() }
                }
            };
            let event = open.claim().recommend(reviewer, recommendation, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-recommended", receipt.until, Vec::new())
                .await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// A second person decides: a confirmer, or for aid below the limit of the terms another reviewer. The facts are looked at again: if they would give another aid by now, the claim has to go
    /// back.
    pub async fn confirm_claim(
        &self,
        call: &Call,
        command: ConfirmClaim,
    ) -> Result<Done<ConfirmReceipt>, AppError> {
        self.catch_up(call, Action::ConfirmClaim, command.claim).await?;
        self.transact(call, Action::ConfirmClaim, &("confirm", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, by).await?;
            check_second_person(call, &open)?;
            let event = open.claim().confirm(by, open.deadlines(now)?.jury)?;
            let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            let mut receipt =
                ConfirmReceipt { claim: ClaimReceipt::after(open.claim(), &event), aid: None, reason: None };
            match &event {
                ClaimEvent::Approved { aid, .. } => {
                    self.check_still_right(&mut unit, &open, &enrolment.state, *aid).await?;
                    receipt.aid = Some(*aid);
                    let value = vec![("aid", aid.decimal(open.terms()?.currency()))];
                    self.tell_claimant(&mut unit, open.claim(), "mail-claim-approved", None, value).await?;
                }
                ClaimEvent::Refused { reason, .. } => {
                    receipt.reason = Some(reason.clone());
                    let ended = if reason.as_str() == FindingKind::WaitOver.word() {
                        self.end_for_illness_in_wait(&mut unit, &open, &enrolment).await?
                    } else {
                        None
                    };
                    let becomes = match ended {
                        Some(IllnessInside::RefundAndEnd) => "refunded",
                        Some(IllnessInside::End) => "ended",
                        _ if enrolment.state.ended().is_some() => "ended-before",
                        Some(IllnessInside::NoAid) | None => "goes-on",
                    };
                    let values = refused_values(&open, reason, receipt.claim.until, becomes)?;
                    self.tell_claimant(&mut unit, open.claim(), "mail-claim-refused", None, values).await?;
                }
                other => return Err(AppError::Broken(format!("a confirmation made {other:?}"))),
            }
            self.draw_second_review(&mut unit, &open, &event)?;
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            Ok((unit, receipt))
        })
        .await
    }

    /// A second person sends the claim back to its reviewer.
    pub async fn send_back(&self, call: &Call, command: &SendBack) -> Result<Done<ClaimReceipt>, AppError> {
        let text = check_text(&command.text)?;
        self.catch_up_before(call, Action::ConfirmClaim, command.claim).await?;
        self.transact(call, Action::ConfirmClaim, command, |now| async move {
            let by = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, by).await?;
            check_second_person(call, &open)?;
            let event = open.claim().send_back(by, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            unit.sealed.push(remark(&open, text));
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-returned", receipt.until, Vec::new())
                .await?;
            Ok((unit, receipt))
        })
        .await
    }

    async fn check_still_right(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        enrolment: &Enrolment,
        aid: Amount,
    ) -> Result<(), AppError> {
        let owner = open.claim().claimed().member;
        // Two claims of one person that are confirmed at once must not share one ceiling.
        for other in self.claims_of_person(enrolment).await? {
            if other.id != open.claim().id() {
                let events = self.load_claim(other.id).await?.events;
                unit.relied_on.push(ReliedOn::Stream(StreamId::Claim(other.id), events));
            }
        }
        let sealed = self.store.unseal(owner, &cost_name(open.claim().id())).await?;
        let cost = sealed
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|e| AppError::Broken(format!("cost of {}: {e}", open.claim().id())))?;
        let found = self.assess_claim(open, enrolment, cost).await?;
        if found.is_eligible() && found.aid == aid {
            Ok(())
        } else {
            let currency = open.terms()?.currency();
            Err(refused(
                "claim-recommendation-outdated",
                vec![("recommended", aid.decimal(currency)), ("now", found.aid.decimal(currency))],
            ))
        }
    }

    /// What the terms do to an enrolment whose illness began inside the wait; `None`: it goes on, or had ended before.
    async fn end_for_illness_in_wait(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        enrolment: &Loaded<Enrolment>,
    ) -> Result<Option<IllnessInside>, AppError> {
        let terms = open.terms()?;
        let rule = terms.waiting().illness_inside;
        if rule == IllnessInside::NoAid || enrolment.state.ended().is_some() {
            return Ok(None);
        }
        let today = day_of(unit.at, terms.zone());
        let until = plus_days(today, 1);
        let events = match rule {
            IllnessInside::RefundAndEnd => {
                self.give_back_shares(unit, terms, &enrolment.state, &open.claim().id().to_string()).await?;
                enrolment.state.end_giving_back(until)?
            }
            IllnessInside::End | IllnessInside::NoAid => {
                vec![enrolment.state.end(until, EndReason::IllnessInWait)?]
            }
        };
        push_enrolment(unit, enrolment, events);
        Ok(Some(rule))
    }
}

/// Whether the terms let somebody be the second person who decides: a confirmer always, another reviewer below a limit.
fn check_second_person(call: &Call, open: &OpenClaim) -> Result<(), AppError> {
    let State::Recommended { recommendation, .. } = open.claim().state() else { return Ok(()) };
    let terms = open.terms()?;
    if call.has(Role::Confirmer) || !terms.review().needs_confirmer(recommendation.aid()) {
        return Ok(());
    }
    let from = terms.review().four_eyes_from.decimal(terms.currency());
    Err(refused("claim-needs-confirmer", vec![("from", from)]))
}

/// The aid of an approval.
fn payable(terms: &PlanTerms, found: &Eligibility, cost: Option<Amount>) -> Result<Amount, AppError> {
    if let Some(broken) = found.first_broken() {
        return Err(refused(
            "claim-not-eligible",
            vec![
                ("rule", broken.kind.word().to_owned()),
                ("day", broken.day.map_or_else(String::new, |day| day.to_string())),
            ],
        ));
    }
    match terms.aid().kind {
        AidKind::Reimbursement { .. } if cost.is_none() => Err(refused("claim-cost-missing", Vec::new())),
        _ if found.aid.is_zero() => Err(refused("claim-nothing-to-pay", Vec::new())),
        AidKind::Reimbursement { .. } | AidKind::LumpSum => Ok(found.aid),
    }
}

/// What the message of a refusal says: the reason in the words of the plan where it has some, until when a jury can be asked
/// for, and what became of the enrolment.
fn refused_values(
    open: &OpenClaim,
    reason: &ReasonCode,
    jury: Option<Moment>,
    becomes: &'static str,
) -> Result<Vec<(&'static str, String)>, AppError> {
    let terms = open.terms()?;
    let mut values = vec![("reason", reason.to_string())];
    let own = terms.review().reasons.iter().find(|known| known.code == *reason).map(|known| &known.text);
    let excluded =
        || terms.cover().exclusions.iter().find(|known| known.code == *reason).map(|one| &one.text);
    if let Some(text) = own.or_else(excluded) {
        values.push(("reason-en", text.get(Language::En).to_owned()));
        values.push(("reason-zh", text.get(Language::Zh).to_owned()));
    }
    values.push(("jury", if jury.is_some() { "yes" } else { "no" }.to_owned()));
    values.push(("jury_until", jury.map_or_else(String::new, |until| until.to_string())));
    values.push(("enrolment", becomes.to_owned()));
    Ok(values)
}

/// Whether a refusal may cite a reason: a code of the terms, or a rule that is really broken.
fn may_cite(terms: &PlanTerms, found: &Eligibility, reason: &ReasonCode) -> bool {
    let of_terms = terms.review().reasons.iter().any(|known| known.code == *reason)
        || terms.cover().exclusions.iter().any(|known| known.code == *reason);
    let broken = found.findings.iter().any(|finding| !finding.kept && finding.kind.word() == reason.as_str());
    of_terms || broken
}

pub(super) fn check_text(text: &str) -> Result<&str, AppError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(invalid("text", "missing")),
        n if n > TEXT_MAX => Err(invalid("text", "too-long")),
        _ => Ok(text),
    }
}

/// Sealed name of the text that belongs to an event of a claim's stream.
pub(super) fn remark_name(claim: ClaimId, number: u64) -> String {
    format!("claim/{claim}/remark/{number}")
}

fn remark(open: &OpenClaim, text: &str) -> Sealed {
    Sealed {
        owner: open.claim().claimed().member,
        name: remark_name(open.claim().id(), open.next_number()),
        bytes: text.as_bytes().to_vec(),
    }
}

pub(super) fn cost_name(claim: ClaimId) -> String {
    format!("claim/{claim}/cost")
}

fn sealed_cost(open: &OpenClaim, cost: Amount) -> Sealed {
    Sealed {
        owner: open.claim().claimed().member,
        name: cost_name(open.claim().id()),
        bytes: cost.minor().to_string().into_bytes(),
    }
}
