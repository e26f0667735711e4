//! What reviewers and confirmers do to a claim: one form, one verb.

use axum::extract::Path;
use huzhu_app::call::Call;
use huzhu_app::claims::{
    Advice, AssignClaim, ConfirmClaim, EndInvestigation, RecommendClaim, RequestEvidence, SendBack, TakeClaim,
};
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::ReasonCode;
use huzhu_ledger::Amount;

use super::desk;
use super::queue;
use super::work;
use super::{keyed, status_of};
use crate::pages::forms::{Fields, form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, see_other};
use crate::problem::Problem;

/// Does one verb and comes back to the desk; a form with mistakes comes back with what was typed.
pub(super) async fn act(
    visit: MemberVisit,
    Path((id, verb)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let call = keyed(&visit, &fields)?;
    match run(&visit, &call, claim, &verb, &fields).await {
        Ok(()) => {
            // What is decided is done: the next claim waits. Where there is none to be read any more, the desk says so.
            let decides = matches!(verb.as_str(), "request" | "approve" | "refuse" | "confirm" | "return");
            let here = format!("/staff/claims/{claim}?done={verb}");
            let to = if decides { queue::onward(&visit, claim, &verb).await.unwrap_or(here) } else { here };
            Ok(see_other(&to))
        }
        Err(error) => {
            let status = status_of(&error);
            let errors = match &error {
                AppError::Invalid(mistakes) if mistakes.iter().any(|one| one.field == "cost") => {
                    vec![wrong("cost", visit.l().t("staff-cost-wrong"))]
                }
                _ => form_errors(visit.l(), error)?,
            };
            desk::show(&visit, claim, desk::Given { status, errors, fields, ..desk::Given::default() }).await
        }
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
        "request" => app.request_evidence(call, &RequestEvidence { claim, text: text() }).await.map(drop),
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
