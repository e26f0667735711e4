//! Lists with a query, a page and an index behind each of them.

use huzhu_app::codec;
use huzhu_app::ports::{ClaimQuery, EnrolmentQuery, Page};
use huzhu_app::record::{ClaimRecord, EnrolmentRecord, Message, PlanRecord};
use huzhu_domain::id::{ClaimId, EnrolmentId};
use huzhu_domain::plan::PlanId;
use huzhu_ledger::JournalEntry;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Params, params};

use crate::crypto::Key;
use crate::people;
use crate::reader::{list, one};
use crate::rows::{self, Failure, broken, bytes};

/// All plans, by id.
pub(crate) fn plans(db: &Connection) -> Result<Vec<PlanRecord>, Failure> {
    // One transaction: a plan and its versions come from the same moment.
    let _snapshot = db.unchecked_transaction()?;
    let sql = format!("SELECT {} FROM plan ORDER BY id", rows::PLAN);
    let mut plans = list(db, &sql, [], rows::plan)?;
    for plan in &mut plans {
        plan.versions = versions(db, &plan.id)?;
    }
    Ok(plans)
}

/// One plan.
pub(crate) fn plan(db: &Connection, id: &PlanId) -> Result<Option<PlanRecord>, Failure> {
    let _snapshot = db.unchecked_transaction()?;
    let sql = format!("SELECT {} FROM plan WHERE id = ?1", rows::PLAN);
    let Some(mut plan) = one(db, &sql, [id.as_str()], rows::plan)? else {
        return Ok(None);
    };
    plan.versions = versions(db, id)?;
    Ok(Some(plan))
}

fn versions(db: &Connection, id: &PlanId) -> Result<Vec<huzhu_app::record::PlanVersionRecord>, Failure> {
    let sql = format!("SELECT {} FROM plan_version WHERE plan = ?1 ORDER BY version", rows::PLAN_VERSION);
    list(db, &sql, [id.as_str()], rows::plan_version)
}

/// The id after which a page begins; ids are 16 bytes, and no id is all zeros.
fn after<T: std::str::FromStr<Err: std::fmt::Display>>(
    page: &Page,
    uuid: impl Fn(T) -> uuid::Uuid,
) -> Result<[u8; 16], Failure> {
    match &page.after {
        Some(text) => text.parse().map(|id| bytes(uuid(id))).map_err(broken),
        None => Ok([0; 16]),
    }
}

/// Enrolments by query, in its order.
pub(crate) fn enrolments(
    db: &Connection,
    query: &EnrolmentQuery,
    page: &Page,
) -> Result<Vec<EnrolmentRecord>, Failure> {
    let (after, limit) = (after(page, EnrolmentId::uuid)?, page.limit);
    let list = |wanted: &str, params: &[&dyn ToSql]| {
        let columns = rows::ENROLMENT;
        let sql = format!("SELECT {columns} FROM enrolment WHERE {wanted} AND id > ?1 ORDER BY id LIMIT ?2");
        list(db, &sql, params, rows::enrolment)
    };
    match query {
        EnrolmentQuery::ByPayer(payer) => list(
            "id IN (SELECT id FROM enrolment WHERE payer = ?3 AND id > ?1
                UNION SELECT enrolment FROM former_payer WHERE payer = ?3 AND enrolment > ?1
                ORDER BY 1 LIMIT ?2)",
            params![after, limit, bytes(payer.uuid())],
        ),
        EnrolmentQuery::ByMember(member) => list("member = ?3", params![after, limit, bytes(member.uuid())]),
        EnrolmentQuery::ByIdentity(plan, identity) => list(
            "id IN (SELECT id FROM enrolment WHERE plan = ?3 AND identity = ?4 AND ended_on IS NULL
                UNION SELECT id FROM enrolment WHERE plan = ?3 AND identity = ?4 AND ended_on IS NOT NULL)",
            params![after, limit, plan.as_str(), identity.bytes()],
        ),
        EnrolmentQuery::OverAge(plan, day) => list(
            "plan = ?3 AND over_age_from <= ?4 AND ended_on IS NULL",
            params![after, limit, plan.as_str(), codec::day(*day)],
        ),
        EnrolmentQuery::InArrears(plan) => {
            list("plan = ?3 AND arrears <> '0'", params![after, limit, plan.as_str()])
        }
        EnrolmentQuery::EndedIllInWait(plan, day) => list(
            // The reason stands in the text, so that the index of step 44 is used.
            "plan = ?3 AND ended_why = 'illness-in-wait' AND ended_on > ?4 AND shares_from <= ?4",
            params![after, limit, plan.as_str(), codec::day(*day)],
        ),
        EnrolmentQuery::ByPlan(plan) => {
            let sql = format!(
                "SELECT {} FROM enrolment WHERE plan = ?1
                    AND place > coalesce((SELECT place FROM enrolment WHERE id = ?2), -1)
                 ORDER BY place LIMIT ?3",
                rows::ENROLMENT
            );
            crate::reader::list(db, &sql, params![plan.as_str(), after, limit], rows::enrolment)
        }
    }
}

/// Claims by query, ordered by id.
pub(crate) fn claims(db: &Connection, query: &ClaimQuery, page: &Page) -> Result<Vec<ClaimRecord>, Failure> {
    let (after, limit) = (after(page, ClaimId::uuid)?, page.limit);
    let list = |wanted: &str, params: &[&dyn ToSql]| {
        let columns = rows::CLAIM;
        let sql = format!("SELECT {columns} FROM claim WHERE {wanted} AND id > ?1 ORDER BY id LIMIT ?2");
        list(db, &sql, params, rows::claim)
    };
    match query {
        ClaimQuery::ByMember(member) => list(
            "id IN (SELECT id FROM claim WHERE member = ?3 AND id > ?1
                UNION SELECT id FROM claim WHERE filed_by = ?3 AND id > ?1 ORDER BY 1 LIMIT ?2)",
            params![after, limit, bytes(member.uuid())],
        ),
        ClaimQuery::ByEnrolment(enrolment) => {
            list("enrolment = ?3", params![after, limit, bytes(enrolment.uuid())])
        }
        ClaimQuery::InStates(plan, states) => {
            let marks: Vec<String> = (4..).take(states.len()).map(|n| format!("?{n}")).collect();
            let wanted = format!("plan = ?3 AND state IN ({})", marks.join(", "));
            let plan = plan.as_str();
            let mut params: Vec<&dyn ToSql> = vec![&after, &limit, &plan];
            params.extend(states.iter().map(|state| state as &dyn ToSql));
            list(&wanted, &params)
        }
        ClaimQuery::InPeriod(plan, period) => {
            list("plan = ?3 AND period = ?4", params![after, limit, plan.as_str(), period.to_string()])
        }
    }
}

/// Journal entries of a plan in the order in which they were kept.
pub(crate) fn entries(db: &Connection, plan: &PlanId, page: &Page) -> Result<Vec<JournalEntry>, Failure> {
    let after: u32 = match &page.after {
        Some(text) => text.parse().map_err(broken)?,
        None => 0,
    };
    let columns = rows::ENTRY;
    let sql = format!("SELECT {columns} FROM entry WHERE plan = ?1 AND number > ?2 ORDER BY number LIMIT ?3");
    list(db, &sql, params![plan.as_str(), after, page.limit], rows::entry)
}

/// Messages of a statement, with their values in clear.
pub(crate) fn messages(
    db: &Connection,
    people: &Key,
    sql: &str,
    params: impl Params,
) -> Result<Vec<Message>, Failure> {
    let sealed = list(db, sql, params, rows::message)?;
    sealed.into_iter().map(|row| people::open_message(db, people, row)).collect()
}
