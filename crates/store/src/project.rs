//! The rows that follow from events, written in the transaction that keeps the events.

use huzhu_app::codec;
use huzhu_app::ports::Append;
use huzhu_app::record::{ClaimRecord, EnrolmentRecord, MemberRecord, PeriodRecord, PlanRecord, Record};
use huzhu_domain::enrolment::EnrolmentEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::MemberId;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::balances::Totals;
use huzhu_ledger::{Account, Balances, Currency};
use rusqlite::{Connection, params};

use crate::matters;
use crate::reader::{list, one};
use crate::rows::{Failure, broken, bytes, integer, roles};

/// Replaces the row of the stream.
pub(crate) fn record(connection: &Connection, append: &Append) -> Result<(), Failure> {
    match (&append.stream, &append.record) {
        (StreamId::Member(id), Record::Member(row)) if *id == row.id => member(connection, row),
        (StreamId::Plan(id), Record::Plan(row)) if *id == row.id => plan(connection, row),
        (StreamId::Enrolment(id), Record::Enrolment(row)) if *id == row.id => {
            former_payers(connection, row, &append.events)?;
            enrolment(connection, row)
        }
        (StreamId::Claim(id), Record::Claim(row)) if *id == row.id => claim(connection, row),
        (StreamId::Period(plan, key), Record::Period(row)) if *plan == row.plan && *key == row.key => {
            period(connection, row)
        }
        (stream, Record::Matter(row)) if *stream == row.stream => matters::project(connection, row),
        (stream, _) => Err(broken(format!("the row of {stream} is another one's"))),
    }
}

fn member(connection: &Connection, row: &MemberRecord) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO member (id, contact, identity, roles) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET contact = excluded.contact, identity = excluded.identity,
            roles = excluded.roles",
    )?;
    statement.execute(params![
        bytes(row.id.uuid()),
        row.contact.map(|digest| *digest.bytes()),
        row.identity.map(|digest| *digest.bytes()),
        roles(row)
    ])?;
    Ok(())
}

fn plan(connection: &Connection, row: &PlanRecord) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO plan (id, events, open) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET events = excluded.events, open = excluded.open",
    )?;
    statement.execute(params![row.id.as_str(), integer(row.events)?, row.open])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO plan_version (plan, version, published, effective, withdrawn, digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (plan, version) DO UPDATE SET published = excluded.published,
            effective = excluded.effective, withdrawn = excluded.withdrawn, digest = excluded.digest",
    )?;
    for version in &row.versions {
        statement.execute(params![
            row.id.as_str(),
            version.version.0,
            codec::moment(version.published),
            codec::day(version.effective),
            version.withdrawn,
            version.digest.bytes()
        ])?;
    }
    Ok(())
}

/// Notes who paid before somebody else took over: they keep seeing the enrolment.
fn former_payers(connection: &Connection, row: &EnrolmentRecord, events: &[Event]) -> Result<(), Failure> {
    let changes = |event: &Event| matches!(event, Event::Enrolment(EnrolmentEvent::PayerChanged { .. }));
    if !events.iter().any(changes) {
        return Ok(());
    }
    let sql = "SELECT payer FROM enrolment WHERE id = ?1";
    let mut payer: Option<MemberId> = one(connection, sql, [bytes(row.id.uuid())], |row| {
        Ok(MemberId::from_uuid(uuid::Uuid::from_bytes(row.get(0)?)))
    })?;
    for event in events {
        let after = match event {
            Event::Enrolment(EnrolmentEvent::Joined(joined)) => joined.payer,
            Event::Enrolment(EnrolmentEvent::PayerChanged { payer, .. }) => *payer,
            _ => continue,
        };
        if let Some(before) = payer.replace(after) {
            connection
                .prepare_cached(
                    "INSERT INTO former_payer (payer, enrolment) VALUES (?1, ?2)
                     ON CONFLICT (payer, enrolment) DO NOTHING",
                )?
                .execute(params![bytes(before.uuid()), bytes(row.id.uuid())])?;
        }
    }
    Ok(())
}

fn enrolment(connection: &Connection, row: &EnrolmentRecord) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO enrolment (id, plan, version, member, payer, relation, identity, joined, covered_from,
            shares_from, band_class, over_age_from, ended_on, ended_why, arrears, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
            (SELECT coalesce(max(place), -1) + 1 FROM enrolment WHERE plan = ?2))
         ON CONFLICT (id) DO UPDATE SET version = excluded.version,
            member = excluded.member, payer = excluded.payer, relation = excluded.relation,
            identity = excluded.identity, joined = excluded.joined, covered_from = excluded.covered_from,
            shares_from = excluded.shares_from, band_class = excluded.band_class,
            over_age_from = excluded.over_age_from, ended_on = excluded.ended_on,
            ended_why = excluded.ended_why, arrears = excluded.arrears",
    )?;
    statement.execute(params![
        bytes(row.id.uuid()),
        row.plan.as_str(),
        row.version.0,
        bytes(row.member.uuid()),
        bytes(row.payer.uuid()),
        row.relation.map(|relation| codec::column(&relation)),
        row.identity.bytes(),
        codec::day(row.joined),
        codec::day(row.covered_from),
        codec::day(row.shares_from),
        row.band_class,
        row.over_age_from.map(codec::day),
        row.ended.map(|(until, _)| codec::day(until)),
        row.ended.map(|(_, reason)| reason.word()),
        row.arrears.minor().to_string()
    ])?;
    Ok(())
}

fn claim(connection: &Connection, row: &ClaimRecord) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO claim (id, plan, enrolment, member, filed_by, state, condition, event_date, reported,
            reviewer, due, period, aid)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO UPDATE SET plan = excluded.plan, enrolment = excluded.enrolment,
            member = excluded.member, filed_by = excluded.filed_by, state = excluded.state,
            condition = excluded.condition, event_date = excluded.event_date, reported = excluded.reported,
            reviewer = excluded.reviewer, due = excluded.due, period = excluded.period, aid = excluded.aid",
    )?;
    statement.execute(params![
        bytes(row.id.uuid()),
        row.plan.as_str(),
        bytes(row.enrolment.uuid()),
        bytes(row.member.uuid()),
        bytes(row.filed_by.uuid()),
        row.state,
        row.condition.as_str(),
        codec::day(row.event_date),
        row.reported.map(codec::moment),
        row.reviewer.map(|id| bytes(id.uuid())),
        row.until.map(codec::moment),
        row.period.map(|key| key.to_string()),
        row.aid.map(|aid| aid.minor().to_string())
    ])?;
    Ok(())
}

fn period(connection: &Connection, row: &PeriodRecord) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO period (plan, period, state, noticed, statement, collection)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (plan, period) DO UPDATE SET state = excluded.state, noticed = excluded.noticed,
            statement = excluded.statement, collection = excluded.collection",
    )?;
    statement.execute(params![
        row.plan.as_str(),
        row.key.to_string(),
        row.state,
        codec::column(&row.noticed),
        row.statement.as_ref().map(codec::column),
        row.collection.as_ref().map(codec::column)
    ])?;
    Ok(())
}

/// The balances of a plan's books; `None` before the first entry.
pub(crate) fn balances(connection: &Connection, plan: &PlanId) -> Result<Option<Balances>, Failure> {
    let sql = "SELECT account, currency, debits, credits FROM balance WHERE plan = ?1";
    let totals = list(connection, sql, [plan.as_str()], |row| {
        let text = |at| row.get::<_, String>(at);
        let account = Account::from_code(&text(0)?).map_err(broken)?;
        let currency = Currency::parse(&text(1)?).map_err(broken)?;
        let debits = text(2)?.parse().map_err(broken)?;
        let credits = text(3)?.parse().map_err(broken)?;
        Ok((currency, (account, Totals { debits, credits })))
    })?;
    let Some((currency, _)) = totals.first() else {
        return Ok(None);
    };
    let currency = *currency;
    if totals.iter().any(|(other, _)| *other != currency) {
        return Err(broken(format!("the books of {plan} are kept in two currencies")));
    }
    let totals = totals.into_iter().map(|(_, totals)| totals);
    Ok(Some(Balances::from_totals(currency, totals)))
}
