//! Receipts from the log: a page for each, the receipt as file, and as PDF for people who file paper.
//!
//! Shape: each thing that has a receipt has three addresses, `../receipt`, `../receipt.tlog-proof` and `../receipt.pdf`. All go
//! through [`answer`], which asks one use case and shows what it said.
//!
//! Guarantees: who may have a receipt is decided by the use case; a receipt is made anew at each request, against the newest
//! checkpoint.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_app::log::{LogReceipt, ReceiptAnswer, ReceiptOf};
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, ObjectionId};
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::TimeZone;

use super::frame::{Answer, MemberVisit, PageError, Visit};
use super::member::step_title;
use super::public::Shown;
use crate::design::Page;
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::problem::Problem;
use crate::receipt::{Row, Sheet, pdf};

/// How a receipt is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In words, with links to the others.
    Page,
    /// The receipt itself.
    File,
    /// On paper.
    Pdf,
}

/// What a receipt is wanted for, and how its owner names it.
pub(super) struct Wanted {
    pub(super) of: ReceiptOf,
    /// In the words of its owner; empty for public entries.
    pub(super) about: String,
    /// The zone of the times.
    pub(super) zone: TimeZone,
    /// Address of the page without its ending.
    pub(super) base: String,
    /// Where the visitor came from.
    pub(super) back: String,
    pub(super) back_label: String,
}

/// A route for each form.
macro_rules! forms {
    ($router:expr, $path:literal, $handler:ident, $params:ty) => {
        $router
            .route(
                concat!($path, "/receipt"),
                get(|visit: MemberVisit, Path(of): Path<$params>| $handler(visit, of, Form::Page)),
            )
            .route(
                concat!($path, "/receipt.tlog-proof"),
                get(|visit: MemberVisit, Path(of): Path<$params>| $handler(visit, of, Form::File)),
            )
            .route(
                concat!($path, "/receipt.pdf"),
                get(|visit: MemberVisit, Path(of): Path<$params>| $handler(visit, of, Form::Pdf)),
            )
    };
}

pub(super) fn routes() -> Router<Edge> {
    let router = Router::new();
    let router = forms!(router, "/me/claims/{id}/files/{file}", evidence, (String, String));
    let router = forms!(router, "/me/claims/{id}/steps/{number}", step, (String, u64));
    let router = forms!(router, "/me/objections/{id}/files/{file}", of_objection, (String, String));
    let router = forms!(router, "/me/enrolments/{id}/shares/{key}", share, (String, String));
    forms!(router, "/me/enrolments/{id}", consent, String)
}

async fn evidence(visit: MemberVisit, (id, file): (String, String), form: Form) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let view = visit.app().claim_view(&visit.call(), claim).await?;
    let shown = Shown::of(&visit, view.plan.as_str()).await?;
    let wanted = Wanted {
        of: ReceiptOf::Evidence { claim, evidence },
        about: l.t2("sheet-file-of", "file", evidence.to_string(), "claim", claim.to_string()),
        zone: shown.terms()?.zone().clone(),
        base: format!("/me/claims/{claim}/files/{evidence}/receipt"),
        back: format!("/me/claims/{claim}"),
        back_label: l.t("sheet-back-claim"),
    };
    answer(&visit, wanted, form).await
}

async fn of_objection(visit: MemberVisit, (id, file): (String, String), form: Form) -> Answer {
    let l = visit.l();
    let objection: ObjectionId = id.parse().map_err(|_| AppError::NotFound("objection"))?;
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let line = visit.app().objection_view(&visit.call(), objection).await?.line;
    let shown = Shown::of(&visit, line.plan.as_str()).await?;
    let wanted = Wanted {
        of: ReceiptOf::Evidence { claim: line.claim, evidence },
        about: l.t2(
            "sheet-file-of-objection",
            "file",
            evidence.to_string(),
            "objection",
            objection.to_string(),
        ),
        zone: shown.terms()?.zone().clone(),
        base: format!("/me/objections/{objection}/files/{evidence}/receipt"),
        back: format!("/me/objections/{objection}"),
        back_label: l.t("sheet-back-objection"),
    };
    answer(&visit, wanted, form).await
}

async fn step(visit: MemberVisit, (id, number): (String, u64), form: Form) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let view = visit.app().claim_view(&visit.call(), claim).await?;
    let shown = Shown::of(&visit, view.plan.as_str()).await?;
    let step = view.timeline.iter().find(|step| step.number == number);
    let title = step.and_then(|step| step_title(l, step)).unwrap_or_default();
    let wanted = Wanted {
        of: ReceiptOf::Step { claim, number },
        about: l.t2("sheet-step-of", "step", title, "claim", claim.to_string()),
        zone: shown.terms()?.zone().clone(),
        base: format!("/me/claims/{claim}/steps/{number}/receipt"),
        back: format!("/me/claims/{claim}"),
        back_label: l.t("sheet-back-claim"),
    };
    answer(&visit, wanted, form).await
}

async fn consent(visit: MemberVisit, id: String, form: Form) -> Answer {
    let l = visit.l();
    let enrolment: EnrolmentId = id.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    let card = visit.app().my_enrolment(&visit.call(), enrolment).await?;
    let shown = Shown::of(&visit, card.enrolment.plan.as_str()).await?;
    let wanted = Wanted {
        of: ReceiptOf::Consent { enrolment },
        about: l.t1("sheet-consent-of", "enrolment", enrolment.to_string()),
        zone: shown.terms()?.zone().clone(),
        base: format!("/me/enrolments/{enrolment}/receipt"),
        back: format!("/me/enrolments/{enrolment}"),
        back_label: l.t("sheet-back-enrolment"),
    };
    answer(&visit, wanted, form).await
}

async fn share(visit: MemberVisit, (id, key): (String, String), form: Form) -> Answer {
    let l = visit.l();
    let enrolment: EnrolmentId = id.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    let period: PeriodKey = key.parse().map_err(|_| AppError::NotFound("period"))?;
    let card = visit.app().my_enrolment(&visit.call(), enrolment).await?;
    let shown = Shown::of(&visit, card.enrolment.plan.as_str()).await?;
    let wanted = Wanted {
        of: ReceiptOf::Share { enrolment, period },
        about: l.t2("sheet-share-of", "period", period.to_string(), "enrolment", enrolment.to_string()),
        zone: shown.terms()?.zone().clone(),
        base: format!("/me/enrolments/{enrolment}/shares/{period}/receipt"),
        back: format!("/me/enrolments/{enrolment}"),
        back_label: l.t("sheet-back-enrolment"),
    };
    answer(&visit, wanted, form).await
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    page: Page,
    l: Locale,
    back: String,
    back_label: String,
    base: String,
    /// Seconds after which it is worth looking again; 0: the receipt is there.
    wait: u32,
    about: String,
    rows: Vec<Row>,
    checks: Vec<Row>,
    message: String,
    entry: String,
}

/// Shows a receipt in a form, or says when it will be there.
pub(super) async fn answer(visit: &Visit, wanted: Wanted, form: Form) -> Answer {
    let l = visit.l();
    let receipt = match visit.app().receipt(&visit.call(), wanted.of).await? {
        ReceiptAnswer::Ready(receipt) => receipt,
        ReceiptAnswer::NotYet { retry_seconds } => return not_yet(visit, wanted, form, retry_seconds),
    };
    if form == Form::File {
        return Ok(file("text/plain; charset=utf-8", &receipt.file_name, receipt.text.into_bytes()));
    }
    let sheet = sheet(visit, &wanted, &receipt).await?;
    if form == Form::Pdf {
        let name = receipt.file_name.replace(".tlog-proof", ".pdf");
        return Ok(file("application/pdf", &name, pdf::draw(&sheet)));
    }
    let page = visit.page(l.t("sheet-title"));
    visit.render(&ReceiptPage {
        page: Page { path: wanted.base.clone(), ..page },
        l,
        back: wanted.back,
        back_label: wanted.back_label,
        base: wanted.base,
        wait: 0,
        about: wanted.about,
        rows: sheet.rows,
        checks: sheet.checks,
        message: sheet.message,
        entry: format!("/log/{}/{}", receipt.place.year, receipt.place.index),
    })
}

async fn sheet(visit: &Visit, wanted: &Wanted, receipt: &LogReceipt) -> Result<Sheet, PageError> {
    let rules = visit.app().log().tlog_policy(receipt.place.year).await.map_err(AppError::from)?;
    let sheet = Sheet::of(visit.l(), receipt, &wanted.about, &wanted.zone, rules.as_deref());
    Ok(sheet.map_err(|error| {
        tracing::error!(%error, "a receipt cannot be read");
        Problem::broken()
    })?)
}

/// Kept, and not on the log yet: the page says so; files are asked for again by programs.
fn not_yet(visit: &Visit, wanted: Wanted, form: Form, seconds: u32) -> Answer {
    if form != Form::Page {
        let mut response = Problem::took_too_long().into_response();
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
        return Ok(response);
    }
    let l = visit.l();
    let page = visit.page(l.t("sheet-title"));
    visit.render_as(
        StatusCode::ACCEPTED,
        &ReceiptPage {
            page: Page { path: wanted.base.clone(), ..page },
            l,
            back: wanted.back,
            back_label: wanted.back_label,
            base: wanted.base,
            wait: seconds,
            about: wanted.about,
            rows: Vec::new(),
            checks: Vec::new(),
            message: String::new(),
            entry: String::new(),
        },
    )
}

/// A file to keep.
fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers =
        [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (headers, bytes).into_response()
}
