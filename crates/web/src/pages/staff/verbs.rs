//! What is done to a claim on its desks: one form, one verb.

use axum::extract::Path;
use huzhu_app::call::Call;
use huzhu_app::claims::{
    Advice, AskOverride, AssignClaim, ConfirmClaim, EndInvestigation, OfOverride, RecommendClaim,
    RequestEvidence, SendBack, TakeClaim,
};
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::plan::ReasonCode;
use huzhu_ledger::Amount;

use super::conflicts;
use super::desk;
use super::queue;
use super::work;
use super::{keyed, status_of};
use crate::pages::forms::{Fields, form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, see_other};
use crate::problem::Problem;

/// Does one verb on a claim and comes back to its desk.
pub(super) async fn act(
    visit: MemberVisit,
    Path((id, verb)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    posted(Desk::Review, &visit, &id, &verb, fields).await
}

/// Does one verb on the exceptions of a claim and comes back to the desk of its conflicts.
pub(super) async fn act_on_conflicts(
    visit: MemberVisit,
    Path((id, verb)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    posted(Desk::Conflicts, &visit, &id, &verb, fields).await
}

/// A desk of a claim whose forms are verbs.
#[derive(Clone, Copy)]
enum Desk {
    /// Of reviewers and confirmers.
    Review,
    /// Of those who make exceptions.
    Conflicts,
}

/// One form of a desk: does its verb and goes where that leads; a form with mistakes comes back with what was typed.
async fn posted(desk: Desk, visit: &MemberVisit, id: &str, verb: &str, fields: Fields) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let call = keyed(visit, &fields)?;
    let done = match desk {
        Desk::Review => run(visit, &call, claim, verb, &fields).await,
        Desk::Conflicts => run_on_conflicts(visit, &call, claim, verb, &fields).await,
    };
    match (done, desk) {
        (Ok(()), Desk::Review) => {
            // What is decided is done: the next claim waits. Where there is none to be read any more, the desk says so.
            let decides = matches!(verb, "request" | "approve" | "refuse" | "confirm" | "return");
            let here = format!("/staff/claims/{claim}?done={verb}");
            let to = if decides { queue::onward(visit, claim, verb).await.unwrap_or(here) } else { here };
            Ok(see_other(&to))
        }
        (Ok(()), Desk::Conflicts) => Ok(see_other(&format!("/staff/claims/{claim}/conflicts?done={verb}"))),
        (Err(error), Desk::Review) => {
            let status = status_of(&error);
            let errors = match &error {
                AppError::Invalid(mistakes) if mistakes.iter().any(|one| one.field == "cost") => {
                    vec![wrong("cost", visit.l().t("staff-cost-wrong"))]
                }
                _ => desk::renamed(form_errors(visit.l(), error)?),
            };
            desk::show(visit, claim, desk::Given { status, errors, fields, ..desk::Given::default() }).await
        }
        (Err(error), Desk::Conflicts) => {
            let status = status_of(&error);
            let errors = conflicts::renamed(form_errors(visit.l(), error)?, "reason");
            conflicts::show_desk(visit, claim, String::new(), &fields, errors, status).await
        }
    }
}

async fn run_on_conflicts(
    visit: &MemberVisit,
    call: &Call,
    claim: ClaimId,
    verb: &str,
    fields: &Fields,
) -> Result<(), AppError> {
    let member: MemberId = fields.text("member").parse().map_err(|_| mistake("member", "missing"))?;
    let of = OfOverride { claim, member };
    match verb {
        "ask" => {
            let command = AskOverride { claim, member, reason: fields.text("reason").to_owned() };
            visit.app().ask_override(call, &command).await.map(drop)
        }
        "confirm" => visit.app().confirm_override(call, of).await.map(drop),
        "withdraw" => visit.app().withdraw_override(call, of).await.map(drop),
        _ => Err(AppError::NotFound("verb")),
    }
}

async fn run(
    visit: &MemberVisit,
    call: &Call,
    claim: ClaimId,
    verb: &str,
    fields: &Fields,
) -> Result<(), AppError> {
    let app = visit.app();
    let text = || fields.text("text").to_owned();
    match verb {
        "take" => app.take_claim(call, TakeClaim { claim }).await.map(drop),
        "request" => {
            let items = desk::asked_for(fields)?;
            let command = RequestEvidence { claim, text: text(), items };
            app.request_evidence(call, &command).await.map(drop)
        }
        "approve" => {
            let cost = cost(visit, call, claim, fields.text("cost")).await?;
            let advice = Advice::Approve { cost };
            app.recommend(call, &RecommendClaim { claim, advice }).await.map(drop)
        }
        "refuse" => {
            let reason = ReasonCode::new(fields.text("reason")).map_err(|_| mistake("reason", "missing"))?;
            let advice = Advice::Refuse { reason };
            app.recommend(call, &RecommendClaim { claim, advice }).await.map(drop)
        }
        "examine" => app.examine_claim(call, &work::examination(claim, fields)?).await.map(drop),
        "assign" => {
            let reviewer = work::who(fields, "reviewer")?;
            app.assign_claim(call, AssignClaim { claim, reviewer }).await.map(drop)
        }
        "investigate" => app.order_investigation(call, &work::order(claim, fields)?).await.map(drop),
        "end-investigation" => app.end_investigation(call, EndInvestigation { claim }).await.map(drop),
        "confirm" => app.confirm_claim(call, ConfirmClaim { claim }).await.map(drop),
        "return" => app.send_back(call, &SendBack { claim, text: text() }).await.map(drop),
        _ => Err(AppError::NotFound("verb")),
    }
}

/// The proven cost as typed; `None` where nothing was.
async fn cost(
    visit: &MemberVisit,
    call: &Call,
    claim: ClaimId,
    typed: &str,
) -> Result<Option<Amount>, AppError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let currency = visit.app().claim_view(call, claim).await?.currency;
    let amount = Amount::parse(typed.trim(), currency).map_err(|_| mistake("cost", "not-an-amount"))?;
    Ok(Some(amount))
}

fn mistake(field: &str, code: &'static str) -> AppError {
    AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code, values: Vec::new() }])
}
