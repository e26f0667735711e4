//! Receipts from the log, as `.tlog-proof` files.
//!
//! A receipt that is not on the log yet is 503 with `Retry-After`: what was handed in is kept, and the same call answers later.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use huzhu_app::call::Call;
use huzhu_app::log::{ReceiptAnswer, ReceiptOf};
use huzhu_app::ports::LogYear;

use super::request::{Member, Of};
use super::table::{Op, Table};
use crate::edge::{Edge, Visitor};
use crate::problem::Problem;
use crate::wire::{ClaimRef, EnrolmentRef, EvidenceRef, PeriodRef};

/// Media type of a receipt: C2SP names none, and it is text.
const TEXT: &str = "text/plain";

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("receipts", id, summary).answers_text(TEXT);
    let get = Method::GET;
    table
        .add(
            &get,
            "/claims/{claim}/evidence/{evidence}/receipt",
            evidence,
            op("getEvidenceReceipt", "The receipt of a file, as c2sp.org/tlog-proof")
                .says("503 with Retry-After while it is not on the log yet."),
        )
        .add(
            &get,
            "/claims/{claim}/steps/{number}/receipt",
            step,
            op("getStepReceipt", "The receipt of a step of a claim, such as a decision")
                .says("The number is that of the step in the claim. Looking at a file and taking a claim have none."),
        )
        .add(
            &get,
            "/enrolments/{enrolment}/receipt",
            consent,
            op("getConsentReceipt", "The receipt of a consent; for the payer and the person covered"),
        )
        .add(
            &get,
            "/enrolments/{enrolment}/shares/{period}/receipt",
            share,
            op("getShareReceipt", "The receipt of a share, with the way to the sum of all shares; for the payer and the person covered"),
        )
        .add(
            &get,
            "/log/{year}/entries/{index}/receipt",
            entry,
            op("getEntryReceipt", "The receipt of a public entry: plan version, roster, notice, settlement")
                .public(),
        )
}

async fn evidence(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((claim, evidence)): Of<(ClaimRef, EvidenceRef)>,
) -> Result<Response, Problem> {
    answer(&edge, &call, ReceiptOf::Evidence { claim: claim.0, evidence: evidence.0 }).await
}

async fn step(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((claim, number)): Of<(ClaimRef, u64)>,
) -> Result<Response, Problem> {
    answer(&edge, &call, ReceiptOf::Step { claim: claim.0, number }).await
}

async fn consent(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(enrolment): Of<EnrolmentRef>,
) -> Result<Response, Problem> {
    answer(&edge, &call, ReceiptOf::Consent { enrolment: enrolment.0 }).await
}

async fn share(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((enrolment, period)): Of<(EnrolmentRef, PeriodRef)>,
) -> Result<Response, Problem> {
    answer(&edge, &call, ReceiptOf::Share { enrolment: enrolment.0, period: period.0 }).await
}

async fn entry(
    State(edge): State<Edge>,
    visitor: Visitor,
    Of((year, index)): Of<(u16, u64)>,
) -> Result<Response, Problem> {
    answer(&edge, &visitor.call(), ReceiptOf::Entry { year: LogYear(year), index }).await
}

pub(super) async fn answer(edge: &Edge, call: &Call, of: ReceiptOf) -> Result<Response, Problem> {
    match edge.app.receipt(call, of).await? {
        ReceiptAnswer::Ready(receipt) => {
            let name = format!("attachment; filename=\"{}\"", receipt.file_name);
            let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
            let kind = HeaderValue::from_static("text/plain; charset=utf-8");
            Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], receipt.text).into_response())
        }
        ReceiptAnswer::NotYet { retry_seconds } => {
            let mut response = Problem::took_too_long().into_response();
            response.headers_mut().insert(RETRY_AFTER, retry_seconds.into());
            Ok(response)
        }
    }
}
