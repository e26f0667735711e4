//! The steps of a period as forms: open the notice, settle, collect, pay, close; and what is done about unpaid shares.

use axum::extract::Path;
use huzhu_app::call::Call;
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_app::periods::{CollectPeriod, LapseUnpaid, OfPeriod, PayClaim, RetryArrears};
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::plan::{PeriodKey, PlanId};

use super::period::{Given, named, show};
use super::upload::Upload;
use crate::design::FieldError;
use crate::pages::forms::{form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, see_other};
use crate::pages::staff::{keyed, status_of};

/// Mistakes in a list that are shown: protects the reader.
const MISTAKES_SHOWN: usize = 20;

/// Does one step and comes back to the desk.
pub(super) async fn act(
    visit: MemberVisit,
    Path((plan, key, step)): Path<(String, String, String)>,
    upload: Upload,
) -> Answer {
    let (plan, key) = named(&plan, &key)?;
    let call = keyed(&visit, &upload.fields)?;
    let list = match step.as_str() {
        "collect" => enrolments(&visit, &upload, "failed"),
        "retry" => enrolments(&visit, &upload, "paid"),
        _ => Ok(Vec::new()),
    };
    let outcome = match list {
        Ok(list) => run(&visit, &call, (&plan, key), &step, &upload, list).await,
        Err(errors) => {
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            return show(
                &visit,
                &plan,
                key,
                Given { status, errors, fields: upload.fields, ..Given::default() },
            )
            .await;
        }
    };
    match outcome {
        Ok(()) => Ok(see_other(&format!("/operator/periods/{plan}/{key}?done={step}"))),
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show(&visit, &plan, key, Given { status, errors, fields: upload.fields, ..Given::default() })
                .await
        }
    }
}

async fn run(
    visit: &MemberVisit,
    call: &Call,
    (plan, key): (&PlanId, PeriodKey),
    step: &str,
    upload: &Upload,
    list: Vec<EnrolmentId>,
) -> Result<(), AppError> {
    let (app, plan) = (visit.app(), plan.clone());
    let of = OfPeriod { plan: plan.clone(), key };
    match step {
        "notice" => app.open_notice(call, &of).await.map(drop),
        "settle" => app.settle_period(call, &of).await.map(drop),
        "collect" => {
            let report = reference(upload)?;
            app.collect_period(call, &CollectPeriod { plan, key, failed: list, report }).await.map(drop)
        }
        "pay" => {
            let claim = upload.fields.text("claim").parse().map_err(|_| AppError::NotFound("claim"))?;
            let confirmation = upload.fields.text("confirmation").trim();
            if confirmation.is_empty() {
                return Err(missing("confirmation"));
            }
            let command = PayClaim { claim, confirmation: confirmation.as_bytes().to_vec() };
            app.pay_claim(call, &command).await.map(drop)
        }
        "close" => app.close_period(call, &of).await.map(drop),
        "retry" => {
            let report = reference(upload)?;
            app.retry_arrears(call, &RetryArrears { plan, key, paid: list, report }).await.map(drop)
        }
        "lapse" => app.lapse_unpaid(call, &LapseUnpaid { plan }).await.map(drop),
        _ => Err(AppError::NotFound("step")),
    }
}

/// The bank's report: the file, or else the reference that was typed together with the list, so that its digest names both.
fn reference(upload: &Upload) -> Result<Vec<u8>, AppError> {
    let typed = upload.fields.text("report").trim();
    if typed.is_empty() {
        return Err(missing("report"));
    }
    let list = [upload.fields.text("failed"), upload.fields.text("paid")].concat();
    Ok([typed.as_bytes(), b"\n", list.as_bytes(), b"\n", upload.file.as_slice()].concat())
}

fn missing(field: &str) -> AppError {
    AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code: "missing", values: Vec::new() }])
}

/// The enrolments named in the field and in the file: one in each line, other columns are not looked at.
fn enrolments(
    visit: &MemberVisit,
    upload: &Upload,
    field: &str,
) -> Result<Vec<EnrolmentId>, Vec<FieldError>> {
    let l = visit.l();
    let file = String::from_utf8_lossy(&upload.file);
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    for text in [upload.fields.text(field), &file] {
        let (ids, lines) = ids_of(text);
        found.extend(ids);
        mistakes.extend(lines);
    }
    if mistakes.is_empty() {
        found.sort();
        found.dedup();
        return Ok(found);
    }
    let shown = mistakes.iter().take(MISTAKES_SHOWN);
    Err(shown.map(|line| wrong(field, l.t1("op-list-line", "line", *line))).collect())
}

/// The ids of a list, and the numbers of the lines that name none. A first line of headings is passed over.
fn ids_of(text: &str) -> (Vec<EnrolmentId>, Vec<usize>) {
    let (mut ids, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in (1_usize..).zip(text.lines()) {
        let mut words = line.split([',', ';', '\t', ' ', '"']).filter(|word| !word.is_empty());
        let id = words.clone().find(|word| word.starts_with("enr_"));
        match id.map(str::parse) {
            Some(Ok(id)) => ids.push(id),
            None if words.next().is_none() => {}
            None if number == 1 && text.lines().count() > 1 => {}
            Some(Err(_)) | None => wrong.push(number),
        }
    }
    (ids, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_one_enrolment_in_each_line() {
        let id = "enr_01930000000070008000000000000002";
        for (text, ids, wrong) in [
            ("", 0, vec![]),
            (id, 1, vec![]),
            (&format!("enrolment,reason\n{id},no money\n\n"), 1, vec![]),
            (&format!("\"{id}\";\"12\"\r\n{id}\r\n"), 2, vec![]),
            ("nothing", 0, vec![1]),
            (&format!("{id}\nenr_12\nsomething else"), 1, vec![2, 3]),
        ] {
            let (found, lines) = ids_of(text);
            assert_eq!((found.len(), lines), (ids, wrong), "{text:?}");
        }
    }
}
