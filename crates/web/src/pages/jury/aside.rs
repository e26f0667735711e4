//! The page on which a juror leaves a case: without a reason where one was drawn by lot, with one sentence where one is too close
//! to the claim.
//!
//! Guarantees: whoever says that they are too close sees the case no more, so that the form leads away from it; a seat that was
//! drawn becomes free at the same time, for the next reserve.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use huzhu_app::jury::OfCase;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, see_other};
use super::words;
use crate::design::{FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

/// Where it leads.
const AWAY: &str = "/me/juror?done=aside";

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/me/juror/cases/{id}/aside", get(page).post(act))
}

#[derive(Template)]
#[template(path = "jury/aside.html")]
struct AsidePage {
    page: Page,
    l: Locale,
    base: String,
    key: String,
    /// Drawn by lot, and free to leave without a reason.
    drawn: bool,
    close: String,
    errors: Vec<FieldError>,
}

async fn page(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    show(&visit, &id, &Fields::default(), Vec::new()).await
}

async fn show(visit: &MemberVisit, id: &str, fields: &Fields, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let case = words::jury_case_id(id)?;
    let docket = visit.app().docket(&visit.call(), case).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = AsidePage {
        page: visit.page(l.t("aside-title")),
        l,
        base: format!("/me/juror/cases/{case}"),
        key: visit.fresh_key(),
        drawn: docket.may_step_aside,
        close: fields.text("close").to_owned(),
        errors,
    };
    visit.render_as(status, &shown)
}

async fn act(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let l = visit.l();
    let case = words::jury_case_id(&id)?;
    let key = fields.text("key");
    let declares = fields.text("why") == "close";
    let reason = fields.text("close").trim();
    if declares && reason.is_empty() {
        return show(&visit, &id, &fields, vec![wrong("close", l.t("aside-missing"))]).await;
    }
    let drawn = visit.app().docket(&visit.call(), case).await?.may_step_aside;
    if drawn || !declares {
        // First, since to whoever is too close there is no case that they could leave.
        let aside = visit.app().step_aside(&visit.call_with(key), OfCase { case }).await;
        if let Err(error) = aside {
            return show(&visit, &id, &fields, form_errors(l, error)?).await;
        }
    }
    if declares {
        let call = visit.call_with(&format!("{key}-close"));
        if let Err(error) = visit.app().declare_conflict_with_case(&call, case, reason).await {
            let mut errors = form_errors(l, error)?;
            for error in errors.iter_mut().filter(|error| error.field == "text") {
                "close".clone_into(&mut error.field);
            }
            return show(&visit, &id, &fields, errors).await;
        }
    }
    Ok(see_other(AWAY))
}
