//! What auditors and operators read: books, audit trail, refused acts.

use axum::extract::State;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use huzhu_app::ports::{Actor, Page, Position};
use huzhu_app::record::RefusedAct;
use huzhu_app::staff::TrailRow;
use huzhu_ledger::amount::decimal;
use huzhu_ledger::{Currency, JournalEntry, Side};
use serde::Serialize;
use utoipa::ToSchema;

use super::request::{Answer, Member, Of, Paging, make_cursor, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{DayText, Instant, Money, PlanRef};

/// What stands on an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
struct BalanceBody {
    /// Code of the account.
    account: &'static str,
    /// On which side it stands.
    side: SideWord,
    /// How much.
    balance: Money,
}

/// The two sides of an account.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SideWord {
    /// Debit.
    Debit,
    /// Credit.
    Credit,
}

impl From<Side> for SideWord {
    fn from(side: Side) -> Self {
        match side {
            Side::Debit => Self::Debit,
            Side::Credit => Self::Credit,
        }
    }
}

/// The books of a plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Books)]
struct BooksBody {
    /// The plan.
    plan: PlanRef,
    /// What stands on each account that was ever moved.
    balances: Vec<BalanceBody>,
    /// What is wrong with the sums; empty for sound books.
    findings: Vec<String>,
    /// Unpaid shares summed over enrolments: must equal the account `arrears`.
    owed_by_enrolments: Money,
    /// What the operator still has to pay in.
    due_from_operator: Money,
    /// What the sponsor still has to pay in.
    due_from_sponsor: Money,
}

/// A line of a journal entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Line)]
struct LineBody {
    /// Code of the account.
    account: &'static str,
    /// On which side.
    side: SideWord,
    /// How much.
    amount: Money,
}

/// A journal entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalEntry)]
struct EntryBody {
    /// Its id, 32 hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    id: String,
    /// The day on which it takes effect.
    date: DayText,
    /// What it is about.
    description: String,
    /// A claim or a period.
    reference: Option<String>,
    /// The entry that it reverses.
    reverses: Option<String>,
    /// Its lines; debits and credits are equal.
    lines: Vec<LineBody>,
}

/// A page of the journal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Journal)]
struct JournalBody {
    /// Oldest first.
    entries: Vec<EntryBody>,
    /// Cursor of the next page; `null` at the end.
    next: Option<String>,
}

/// One line of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrailRow)]
struct TrailRowBody {
    /// Place in the order of the whole store.
    position: u64,
    /// When.
    at: Instant,
    /// Kind of the event, such as `claim.taken`.
    kind: &'static str,
    /// An id, `plan:...` or `period:...`.
    stream: String,
    /// Who: a member's id, or `system`.
    actor: String,
    /// In which role.
    role: &'static str,
}

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditTrail)]
struct TrailBody {
    /// Newest first.
    events: Vec<TrailRowBody>,
    /// Cursor of the next page; `null` at the end.
    next: Option<String>,
}

/// Something that was asked for and refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedAct)]
struct RefusedBody {
    /// When.
    at: Instant,
    /// Who: a member's id, or `system`.
    actor: String,
    /// What, as the word of the action.
    action: String,
    /// On what.
    subject: String,
    /// Code of the refusal.
    reason: String,
}

/// The newest refused acts.
#[derive(Debug, Serialize, ToSchema)]
struct RefusedList {
    /// Newest first.
    refused: Vec<RefusedBody>,
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("audit", id, summary).role("auditor or operator");
    let get = Method::GET;
    table
        .add(
            &get,
            "/plans/{plan}/books",
            books,
            op("getBooks", "The balances of a plan").answers::<BooksBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/books/entries",
            entries,
            op("listEntries", "The journal of a plan").paged().answers::<JournalBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/books/hledger",
            hledger,
            op("exportBooks", "The whole journal as text that hledger reads").answers_text("text/plain"),
        )
        .add(
            &get,
            "/audit/events",
            events,
            op("listEvents", "What happened").paged().answers::<TrailBody>(200),
        )
        .add(
            &get,
            "/audit/refused",
            refused,
            op("listRefused", "What was asked for and refused, the newest 200").answers::<RefusedList>(200),
        )
}

async fn books(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let books = edge.app.books(&call, &plan.0, &Page::first(1)).await?;
    let currency = books.balances.currency();
    let money = |amount| Money::of(amount, currency);
    ok(BooksBody {
        plan,
        balances: books
            .balances
            .iter()
            .map(|(account, balance)| BalanceBody {
                account: account.code(),
                side: balance.side.into(),
                balance: Money {
                    amount: decimal(balance.minor, currency),
                    currency: currency.code().to_owned(),
                },
            })
            .collect(),
        findings: books.findings.iter().map(ToString::to_string).collect(),
        owed_by_enrolments: money(books.owed_by_enrolments),
        due_from_operator: money(books.due_from_operator),
        due_from_sponsor: money(books.due_from_sponsor),
    })
}

async fn entries(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(plan): Of<PlanRef>,
    paging: Paging,
) -> Answer {
    let list = format!("entries:{}", plan.0);
    let after = paging.after(&list)?;
    // Numbers of the journal begin at 1 and have no gaps.
    let before: u64 = match &after {
        None => 0,
        Some(number) => number.parse().map_err(|_| Problem::field("cursor", "bad-cursor"))?,
    };
    let one_more = paging.limit.saturating_add(1);
    let books = edge.app.books(&call, &plan.0, &Page { after, limit: one_more }).await?;
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let last = before.saturating_add(u64::from(paging.limit));
    let next = (books.entries.len() > limit).then(|| make_cursor(&list, &last.to_string()));
    let currency = books.balances.currency();
    ok(JournalBody {
        entries: books.entries.iter().take(limit).map(|e| entry_body(e, currency)).collect(),
        next,
    })
}

fn entry_body(entry: &JournalEntry, currency: Currency) -> EntryBody {
    EntryBody {
        id: format!("{:032x}", entry.id().number()),
        date: DayText(entry.date()),
        description: entry.description().to_owned(),
        reference: entry.reference().map(str::to_owned),
        reverses: entry.reverses().map(|other| format!("{:032x}", other.number())),
        lines: entry
            .lines()
            .iter()
            .map(|line| LineBody {
                account: line.account.code(),
                side: line.side.into(),
                amount: Money::of(line.amount, currency),
            })
            .collect(),
    }
}

async fn hledger(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let text = edge.app.export_hledger(&call, &plan.0).await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

async fn events(State(edge): State<Edge>, Member(call): Member, paging: Paging) -> Answer {
    let before = match paging.after("events")? {
        None => None,
        Some(text) => Some(Position(text.parse().map_err(|_| Problem::field("cursor", "bad-cursor"))?)),
    };
    let trail = edge.app.audit_trail(&call, before, paging.limit).await?;
    ok(TrailBody {
        events: trail.rows.into_iter().map(trail_row).collect(),
        next: trail.next.map(|position| make_cursor("events", &position.0.to_string())),
    })
}

fn trail_row(row: TrailRow) -> TrailRowBody {
    TrailRowBody {
        position: row.position.0,
        at: Instant(row.at),
        kind: row.kind,
        stream: row.stream,
        actor: actor_word(row.actor),
        role: row.role,
    }
}

fn actor_word(actor: Actor) -> String {
    match actor {
        Actor::Member(id) => id.to_string(),
        Actor::System => "system".to_owned(),
    }
}

async fn refused(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let trail = edge.app.audit_trail(&call, None, super::request::LIMIT_MAX).await?;
    let show = |act: RefusedAct| RefusedBody {
        at: Instant(act.at),
        actor: actor_word(act.actor),
        action: act.action,
        subject: act.subject,
        reason: act.reason,
    };
    ok(RefusedList { refused: trail.refused.into_iter().map(show).collect() })
}
