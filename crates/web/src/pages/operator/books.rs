//! The books of a plan: what stands on each account, the journal page by page, what is wrong with the sums, and the whole
//! journal as text for hledger.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use huzhu_app::books::Books;
use huzhu_app::permission::Action;
use huzhu_app::ports::Page as Cut;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::amount::decimal;
use huzhu_ledger::{Account, Currency, JournalEntry, Side};
use serde::Deserialize;

use crate::design::{NavItem, Page, Task};
use crate::format::grouped;
use crate::i18n::Locale;
use crate::pages::frame::{Answer, MemberVisit, plan_name};
use crate::pages::staff::{console, needs};
use crate::problem::Problem;

/// Journal entries on one page.
const ENTRIES: u32 = 20;

#[derive(Template)]
#[template(path = "operator/books-list.html")]
struct ListPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    plans: Vec<Task>,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    after: u64,
}

#[derive(Template)]
#[template(path = "operator/books.html")]
struct BooksPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    trail: Vec<NavItem>,
    kicker: String,
    findings: Vec<String>,
    arrears_agree: bool,
    balances: Vec<BalanceLine>,
    entries: Vec<EntryBlock>,
    previous: String,
    next: String,
    note: String,
    download: String,
}

struct BalanceLine {
    account: String,
    code: &'static str,
    debits: String,
    credits: String,
    balance: String,
}

struct EntryBlock {
    day: String,
    description: String,
    reference: String,
    lines: Vec<EntryLine>,
}

struct EntryLine {
    account: String,
    debit: String,
    credit: String,
}

/// The plans whose books can be read.
pub(super) async fn list(visit: MemberVisit) -> Answer {
    needs(&visit, Action::ReadAudit)?;
    let l = visit.l();
    let mut plans = Vec::new();
    for summary in visit.app().plan_list().await? {
        let id = &summary.plan.plan.id;
        let books = visit.app().books(&visit.call(), id, &Cut::first(1)).await?;
        let sound = books.findings.is_empty();
        plans.push(Task {
            name: plan_name(&summary.plan, l),
            href: format!("/books/{id}"),
            hint: String::new(),
            status: l.t(if sound { "op-books-sound" } else { "op-books-unsound" }),
            tone: if sound { "good" } else { "bad" },
        });
    }
    let shown =
        ListPage { page: visit.page(l.t("op-books-title")), l, ways: console(&visit, "/books"), plans };
    visit.render(&shown)
}

/// The books of one plan.
pub(super) async fn page(visit: MemberVisit, Path(plan): Path<String>, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let id = PlanId::new(&plan).map_err(|_| Problem::not_found())?;
    // One more than is shown tells whether there is a next page.
    let after = (wish.after > 0).then(|| wish.after.to_string());
    let cut = Cut { after, limit: ENTRIES.saturating_add(1) };
    let mut books = visit.app().books(&visit.call(), &id, &cut).await?;
    let summary = visit.app().plan_summary(&id).await?;
    let shown_max = usize::try_from(ENTRIES).unwrap_or(usize::MAX);
    let more = books.entries.len() > shown_max;
    books.entries.truncate(shown_max);
    let count = u64::try_from(books.entries.len()).unwrap_or(u64::MAX);
    let base = format!("/books/{id}");
    let shown = BooksPage {
        page: visit.page(l.t("op-books-title")),
        l,
        ways: console(&visit, "/books"),
        trail: vec![
            NavItem::new(l.t("op-books-title"), "/books", false),
            NavItem::new(plan_name(&summary.plan, l), "", true),
        ],
        kicker: l.t2(
            "op-books-kicker",
            "plan",
            plan_name(&summary.plan, l),
            "currency",
            books.balances.currency().code(),
        ),
        findings: books.findings.iter().map(ToString::to_string).collect(),
        arrears_agree: books.balances.balance(Account::Arrears).minor == books.owed_by_enrolments.wide(),
        balances: balances(l, &books),
        entries: books.entries.iter().map(|entry| block(l, entry)).collect(),
        previous: match wish.after {
            0 => String::new(),
            after => format!("{base}?after={}#journal", after.saturating_sub(u64::from(ENTRIES))),
        },
        next: if more {
            format!("{base}?after={}#journal", wish.after.saturating_add(count))
        } else {
            String::new()
        },
        note: l.t2(
            "op-books-entries",
            "from",
            wish.after.saturating_add(1),
            "to",
            wish.after.saturating_add(count),
        ),
        download: format!("{base}/hledger"),
    };
    visit.render(&shown)
}

fn balances(l: Locale, books: &Books) -> Vec<BalanceLine> {
    let currency = books.balances.currency();
    let line = |(account, balance): (Account, huzhu_ledger::Balance)| {
        let totals = books.balances.totals(account);
        let side = match balance.side {
            Side::Debit => "op-side-debit",
            Side::Credit => "op-side-credit",
        };
        BalanceLine {
            account: account_name(l, account),
            code: account.code(),
            debits: number(totals.debits, currency),
            credits: number(totals.credits, currency),
            balance: l.t1(side, "amount", number(balance.minor, currency)),
        }
    };
    books.balances.iter().map(line).collect()
}

fn block(l: Locale, entry: &JournalEntry) -> EntryBlock {
    let currency = entry.currency();
    let line = |line: &huzhu_ledger::Line| {
        let amount = number(line.amount.wide(), currency);
        let (debit, credit) = match line.side {
            Side::Debit => (amount, String::new()),
            Side::Credit => (String::new(), amount),
        };
        EntryLine { account: account_name(l, line.account), debit, credit }
    };
    EntryBlock {
        day: l.day_short(entry.date()),
        description: description(l, entry.description()),
        reference: entry.reference().unwrap_or_default().to_owned(),
        lines: entry.lines().iter().map(line).collect(),
    }
}

fn number(minor: u128, currency: Currency) -> String {
    grouped(&decimal(minor, currency))
}

/// The journal as text that hledger reads.
pub(super) async fn hledger(visit: MemberVisit, Path(plan): Path<String>) -> Answer {
    let id = PlanId::new(&plan).map_err(|_| Problem::not_found())?;
    let text = visit.app().export_hledger(&visit.call(), &id).await?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.journal\"")),
    ];
    Ok((headers, text).into_response())
}

/// What an entry is for. The books hold English words; those that the use cases write are told in the reader's language.
fn description(l: Locale, text: &str) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("period settled", "op-entry-settled"),
        ("payout sent", "op-entry-payout-sent"),
        ("payout confirmed by the bank", "op-entry-payout-arrived"),
        ("arrears deducted from aid", "op-entry-arrears-deducted"),
        ("shares refunded, illness inside the wait", "op-entry-refund"),
        ("arrears given up, illness inside the wait", "op-entry-given-up"),
        ("shares taken", "op-entry-shares-taken"),
        ("shares arrived at the bank", "op-entry-shares-arrived"),
        ("shares not collected", "op-entry-shares-failed"),
        ("shares not collected, borne by others for now", "op-entry-covered"),
        ("arrears taken", "op-entry-arrears-taken"),
        ("arrears arrived at the bank", "op-entry-arrears-arrived"),
        ("arrears given back to who bore them", "op-entry-arrears-back"),
    ];
    let found = TABLE.iter().find(|(own, _)| *own == text);
    found.map_or_else(|| text.to_owned(), |(_, key)| l.t(key))
}

/// The name of an account.
fn account_name(l: Locale, account: Account) -> String {
    l.t(match account {
        Account::Bank => "op-account-bank",
        Account::SharesReceivable => "op-account-shares-receivable",
        Account::CollectionsClearing => "op-account-collections-clearing",
        Account::Arrears => "op-account-arrears",
        Account::OperatorGuarantee => "op-account-operator-guarantee",
        Account::CostCarried => "op-account-cost-carried",
        Account::AidPayable => "op-account-aid-payable",
        Account::PayoutsClearing => "op-account-payouts-clearing",
        Account::SurplusCarried => "op-account-surplus-carried",
        Account::SponsorAccount => "op-account-sponsor",
        Account::ArrearsCovered => "op-account-arrears-covered",
        Account::PrepaidBalances => "op-account-prepaid",
        Account::RefundsPayable => "op-account-refunds-payable",
        Account::FeeIncome => "op-account-fee-income",
        Account::SharesRefunded => "op-account-shares-refunded",
        Account::WriteOffs => "op-account-write-offs",
        Account::FeesDrawn => "op-account-fees-drawn",
    })
}
