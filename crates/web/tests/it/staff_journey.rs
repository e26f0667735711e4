//! From the plan file to the closed period, through the forms of staff and operators.

use axum::http::StatusCode;
use huzhu_app::ports::Page;
use huzhu_domain::member::Role;
use huzhu_domain::plan::Severity;
use jiff::civil::date;

use crate::pages_world::{CONFIRMER, OPERATOR, PLAN, REVIEWER, Town, by, claim, enrolment, plan};
use crate::staff_world::{AUDITOR, Site, check_page, noon};

const RESIDENTS: u128 = 12;
const DESK: &str = "/operator/periods/demo-town/2026-02-1";

/// Does one step of the period and looks at the desk after it.
async fn step(site: &Site, step: &str, fields: &[(&str, &str)]) -> String {
    let seen = site.submit(OPERATOR, DESK, &format!("{DESK}/{step}"), fields).await;
    assert_eq!(seen.location(), format!("{DESK}?done={step}"), "{step}: {}", seen.body);
    let desk = site.get(Some(OPERATOR), seen.location()).await;
    check_page(step, &desk.body);
    desk.body
}

/// Where a verb of the claim leads: nothing else waits, so that a decision leads back to the queue.
fn leads_to(verb: &str) -> String {
    let queue = if ["confirm", "return"].contains(&verb) { "confirm" } else { "review" };
    match verb {
        "take" => format!("/staff/claims/{}?done=take", claim(3)),
        _ => format!("/staff/{queue}?plan=demo-town&after={verb}&of={}", claim(3)),
    }
}

#[tokio::test]
async fn a_plan_is_published_a_claim_decided_and_its_period_closed_with_nothing_but_forms() {
    let site = Site::over(Town::empty(false).await, false).await;
    let clock = &site.town.clock;

    // The operator publishes the plan after looking at it.
    let seen = site.upload(OPERATOR, "/operator/plans/check", &[("text", "")], PLAN).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    let key = seen.key("/operator/plans/publish").to_owned();
    let fields = [("key", key.as_str()), ("text", PLAN)];
    let seen = site.post(Some(OPERATOR), "/operator/plans/publish", &fields).await;
    assert_eq!(seen.location(), "/operator/plans?done=publish");

    // People join, and one falls ill; the forms of members have their own journey.
    clock.set(noon(date(2026, 1, 2)));
    for n in 1..=RESIDENTS {
        site.town.settle_in(n).await;
    }
    clock.set(noon(date(2026, 2, 5)));
    site.town.reported(3, "heart-attack", Severity::Severe, date(2026, 2, 4)).await;

    // A reviewer takes it and recommends; a second person sends it back once, then confirms.
    let desk = format!("/staff/claims/{}", claim(3));
    let queue = site.get(Some(REVIEWER), "/staff/review?show=new").await;
    assert!(queue.body.contains(&desk), "the queue leads to the claim");
    for (who, verb, fields) in [
        (REVIEWER, "take", vec![]),
        (REVIEWER, "approve", vec![]),
        (CONFIRMER, "return", vec![("text", "Which hospital?")]),
        (REVIEWER, "approve", vec![]),
        (CONFIRMER, "confirm", vec![]),
    ] {
        let seen = site.submit(who, &desk, &format!("{desk}/{verb}"), &fields).await;
        assert_eq!(seen.location(), leads_to(verb), "{verb}: {}", seen.body);
        let after = site.get(Some(who), seen.location()).await;
        assert_eq!(after.status, StatusCode::OK);
        check_page(verb, &after.body);
    }

    // The period: notice, settlement, collection with one failed debit, money of the operator, payout, close.
    let early = site.get(Some(OPERATOR), DESK).await;
    assert!(!early.body.contains("/notice\""), "the notice cannot begin before its day");
    clock.set(noon(date(2026, 2, 7)));
    let today = site.get(Some(OPERATOR), "/operator").await;
    assert!(today.body.contains(&format!("href=\"{DESK}\"")), "today leads to the period");
    step(&site, "notice", &[]).await;
    let summary = site.town.app.plan_summary(&plan()).await.expect("a plan");
    let terms = &summary.plan.plan.versions()[0].terms;
    clock.set(noon(terms.calendar().sharing_day("2026-02-1".parse().expect("a period")).expect("a day")));
    let settled = step(&site, "settle", &[]).await;
    assert!(settled.contains("class=\"equation\""), "the equation is spelled out");
    let failed = enrolment(5).to_string();
    let collected = step(&site, "collect", &[("report", "bank 17"), ("failed", &failed)]).await;
    assert!(collected.contains("id=\"payouts\"") && collected.contains("id=\"arrears\""));
    let claim_id = claim(3).to_string();
    let payout = [("claim", claim_id.as_str()), ("confirmation", "slip 4711")];
    let seen = site.submit(OPERATOR, DESK, &format!("{DESK}/pay"), &payout).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "the operator has not paid in what it bears");
    let auditor = by(AUDITOR, Some(Role::Auditor));
    let books = site.town.app.books(&auditor, &plan(), &Page::first(1)).await.expect("books");
    let due = books.due_from_operator.decimal(books.balances.currency());
    let money = [("plan", "demo-town"), ("source", "operator"), ("amount", &due), ("confirmation", "slip 1")];
    let seen = site.submit(OPERATOR, "/operator/pay-in", "/operator/pay-in", &money).await;
    assert_eq!(seen.location(), "/operator/pay-in?done=pay-in", "{}", seen.body);
    step(&site, "pay", &payout).await;
    step(&site, "close", &[]).await;

    // Unpaid shares: one is paid after all.
    step(&site, "retry", &[("report", "bank 18"), ("paid", &failed)]).await;

    // An auditor finds sound books and everything in the trail.
    let books = site.get(Some(AUDITOR), "/books/demo-town").await;
    assert!(books.body.contains("The books agree"), "{}", books.body);
    check_page("books", &books.body);
    let export = site.get(Some(AUDITOR), "/books/demo-town/hledger").await;
    assert!(export.header("content-disposition").contains("demo-town.journal"));
    assert!(export.body.contains("aid payable"));
    let trail = site.get(Some(AUDITOR), "/audit").await;
    assert!(trail.body.contains("The period was closed"));
    assert!(trail.body.contains("payout-money-missing"), "what was refused is there");
}
