//! Journeys of members through the pages, without script: signing in, joining, leaving, filing a claim.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{Request, StatusCode};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::EnrolmentId;
use sha2::{Digest as _, Sha256};

use crate::pages_world::{NEWCOMER, Town, WAITING, by, claim, enrolment};
use crate::staff_world::{Seen, Site};

async fn site() -> Site {
    Site::over(Town::lived(12).await, false).await
}

fn post(path: &str, cookie: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header(COOKIE, cookie)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

fn cookies(seen: &Seen) -> String {
    let all = seen.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().expect("text"));
    all.filter_map(|value| value.split(';').next()).collect::<Vec<_>>().join("; ")
}

/// A value of a hidden field.
fn hidden<'a>(html: &'a str, name: &str) -> &'a str {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\"")).expect("the field is there");
    rest.split_once('"').expect("an end").0
}

#[tokio::test]
async fn somebody_signs_in_with_a_code_and_comes_back_to_where_they_were() {
    let site = site().await;
    let wrong = site.send(post("/sign-in", "", "address=nonsense&back=%2Fme%2Fsettings")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("href=\"#address\"") && wrong.body.contains("value=\"nonsense\""),
        "{}",
        wrong.body
    );

    let sent = site.send(post("/sign-in", "", "address=ann%40example.org&back=%2Fme%2Fsettings")).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/sign-in/code?back=/me/settings"));
    assert!(!sent.location().contains("ann"), "no address in an address");
    let cookie = cookies(&sent);
    let bad = site.send(post("/sign-in/code", &cookie, "code=x&back=%2Fme%2Fsettings")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.body);
    assert!(bad.body.contains("href=\"#code\"") && bad.body.contains("ann@example.org"), "{}", bad.body);

    let mail = site.town.app.store().messages(None, 1).await.expect("mail");
    let code = &mail[0].values.iter().find(|(name, _)| name == "code").expect("a code").1;
    let spaced = format!("code=+{}+{}&back=%2F%2Fevil.example", &code[..3], &code[3..]);
    let done = site.send(post("/sign-in/code", &cookie, &spaced)).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/me"), "never to another site");
    let session = cookies(&done);
    let me =
        site.send(Request::get("/me").header(COOKIE, &session).body(Body::empty()).expect("a request")).await;
    assert!(me.body.contains("You are not in a plan yet"), "{}", me.body);
    let out = site.send(post("/sign-out", &session, "")).await;
    assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, "/"));
    let gone =
        site.send(Request::get("/me").header(COOKIE, &session).body(Body::empty()).expect("a request")).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
}

const HEALTHY: [(&str, &str); 3] =
    [("q-serious-illness", "no"), ("q-examination", "no"), ("q-hospital", "no")];

async fn say_who(site: &Site) {
    let health = site.get(Some(NEWCOMER), "/plans/demo-town/join/health?seen=1").await;
    assert!(health.location().starts_with("/me/identity?back="), "{}", health.location());
    let back = "/plans/demo-town/join/health?seen=1";
    let wrong = [
        ("name", "陈新"),
        ("identity_number", "330101199003071234"),
        ("birth-day", "31"),
        ("birth-month", "2"),
        ("birth-year", "1990"),
    ];
    let seen = site.submit(NEWCOMER, "/me/identity", "/me/identity", &wrong).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("value=\"陈新\"") && seen.body.contains("href=\"#birth\""), "{}", seen.body);
    let right = [
        ("back", back),
        ("name", "陈新"),
        ("identity_number", "330101199003071234"),
        ("birth-day", "7"),
        ("birth-month", "3"),
        ("birth-year", "1990"),
        ("sex", "female"),
    ];
    let seen = site.submit(NEWCOMER, "/me/identity", "/me/identity", &right).await;
    assert_eq!((seen.status, seen.location()), (StatusCode::SEE_OTHER, back), "{}", seen.body);
}

#[tokio::test]
async fn somebody_joins_step_by_step_and_a_double_click_makes_one_enrolment() {
    let site = site().await;
    let offer = site.get(Some(NEWCOMER), "/plans/demo-town/join").await;
    assert!(offer.body.contains("What each member paid"), "the price history is shown first");
    say_who(&site).await;
    let unanswered = site
        .post(Some(NEWCOMER), "/plans/demo-town/join/check", &[("seen", "1"), ("q-hospital", "no")])
        .await;
    assert_eq!(unanswered.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unanswered.body.contains("href=\"#q-examination\"")
            && !unanswered.body.contains("href=\"#q-hospital\"")
    );

    let mut fields = vec![("seen", "1")];
    fields.extend(HEALTHY);
    let check = site.post(Some(NEWCOMER), "/plans/demo-town/join/check", &fields).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.body);
    let key = hidden(&check.body, "key").to_owned();
    fields.push(("key", &key));
    let without = site.post(Some(NEWCOMER), "/plans/demo-town/join/send", &fields).await;
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && without.body.contains("href=\"#mandate\""));
    assert_eq!(hidden(&without.body, "key"), key, "the same key stays with the form");
    fields.push(("mandate", "yes"));
    let first = site.post(Some(NEWCOMER), "/plans/demo-town/join/send", &fields).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let second = site.post(Some(NEWCOMER), "/plans/demo-town/join/send", &fields).await;
    assert_eq!(second.location(), first.location());
    let home = site.town.app.home(&by(NEWCOMER, None)).await.expect("a home");
    assert_eq!(home.enrolments.len(), 1);

    let receipt = site.get(Some(NEWCOMER), first.location()).await;
    assert!(receipt.body.contains("You are in"), "{}", receipt.body);
    let id: EnrolmentId = home.enrolments[0].enrolment.id;
    let file = site.get(Some(NEWCOMER), &format!("/me/enrolments/{id}/consent.json")).await;
    let digest = Digest::from_bytes(Sha256::digest(file.body.as_bytes()).into());
    assert!(receipt.body.contains(&digest.to_string()), "the file has the digest of the receipt");
}

#[tokio::test]
async fn a_health_answer_that_refuses_is_told_at_the_form_and_nothing_is_made() {
    let site = site().await;
    say_who(&site).await;
    let mut fields =
        vec![("seen", "1"), ("q-serious-illness", "yes"), ("q-examination", "no"), ("q-hospital", "no")];
    let check = site.post(Some(NEWCOMER), "/plans/demo-town/join/check", &fields).await;
    let key = hidden(&check.body, "key").to_owned();
    fields.extend([("key", key.as_str()), ("mandate", "yes")]);
    let seen = site.post(Some(NEWCOMER), "/plans/demo-town/join/send", &fields).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("href=\"#form\""), "{}", seen.body);
    let home = site.town.app.home(&by(NEWCOMER, None)).await.expect("a home");
    assert!(home.enrolments.is_empty());
}

#[tokio::test]
async fn somebody_who_saw_another_version_begins_again() {
    let site = site().await;
    say_who(&site).await;
    let mut fields = vec![("seen", "7")];
    fields.extend(HEALTHY);
    let seen = site.post(Some(NEWCOMER), "/plans/demo-town/join/check", &fields).await;
    assert_eq!((seen.status, seen.location()), (StatusCode::SEE_OTHER, "/plans/demo-town/join"));
}

#[tokio::test]
async fn a_dependant_is_added_with_a_check_page() {
    let site = site().await;
    let mut fields = vec![
        ("plan", "demo-town"),
        ("relation", "spouse"),
        ("name", "林月"),
        ("identity_number", "330101198805064321"),
        ("birth-day", "6"),
        ("birth-month", "5"),
        ("birth-year", "1988"),
        ("sex", "female"),
    ];
    let missing = site.post(Some(2), "/me/dependants/check", &fields).await;
    assert!(missing.status == StatusCode::UNPROCESSABLE_ENTITY && missing.body.contains("value=\"林月\""));
    fields.extend(HEALTHY);
    let check = site.post(Some(2), "/me/dependants/check", &fields).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.body);
    let key = hidden(&check.body, "key").to_owned();
    fields.extend([("key", key.as_str()), ("mandate", "yes")]);
    for _ in 0..2 {
        let seen = site.post(Some(2), "/me/dependants/send", &fields).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    }
    let home = site.get(Some(2), "/me").await;
    assert_eq!(home.body.matches("林月").count(), 1, "{}", home.body);
}

#[tokio::test]
async fn leaving_takes_one_button_and_shows_first_what_is_owed() {
    let site = site().await;
    let page = format!("/me/enrolments/{}/leave", enrolment(2));
    let before = site.get(Some(2), &page).await;
    assert!(before.body.contains("because its notice has begun"), "{}", before.body);
    let left = site.submit(2, &page, &page, &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    let after = site.get(Some(2), left.location()).await;
    assert!(after.body.contains("You have left"), "{}", after.body);
    let again = site.get(Some(2), &page).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "it has ended: {}", again.body);
}

fn illness(who: u128) -> Vec<(String, String)> {
    [
        ("enrolment", enrolment(who).to_string()),
        ("condition", "stroke/severe".to_owned()),
        ("accident", "no".to_owned()),
        ("event_date-year", "2026".to_owned()),
        ("event_date-month", "3".to_owned()),
        ("event_date-day", "2".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

async fn begin(site: &Site, who: u128) -> (Seen, Seen) {
    let typed = illness(who);
    let mut fields: Vec<(&str, &str)> =
        typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let check = site.post(Some(who), "/me/claims/check", &fields).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.body);
    let key = hidden(&check.body, "key").to_owned();
    fields.push(("key", &key));
    let first = site.post(Some(who), "/me/claims/begin", &fields).await;
    let second = site.post(Some(who), "/me/claims/begin", &fields).await;
    assert_eq!(
        (first.status, second.location()),
        (StatusCode::SEE_OTHER, first.location()),
        "{}",
        first.body
    );
    (check, first)
}

#[tokio::test]
async fn a_claim_is_checked_begun_filled_handed_in_and_withdrawn() {
    let site = site().await;
    let nothing = site.post(Some(2), "/me/claims/check", &[("enrolment", &enrolment(2).to_string())]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["condition", "event_date", "accident"] {
        assert!(nothing.body.contains(&format!("href=\"#{field}\"")), "{field}");
    }
    let (check, begun) = begin(&site, 2).await;
    assert!(check.body.contains("By these answers the plan would pay"), "{}", check.body);
    let base = begun.location().to_owned();
    let files = format!("{base}/files");

    let page = site.get(Some(2), &files).await;
    let key = page.key(&files).to_owned();
    let wrong = site.upload(2, &files, &[("key", &key)], "MZ this is a program").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("a.csv") && wrong.body.contains("href=\"#file\""), "{}", wrong.body);
    for _ in 0..2 {
        let kept = site.upload(2, &files, &[("key", &key)], "%PDF-1.4 letter").await;
        assert_eq!((kept.status, kept.location()), (StatusCode::SEE_OTHER, files.as_str()), "{}", kept.body);
    }
    let draft = site.get(Some(2), &base).await;
    assert!(draft.body.contains("One file"), "a repeated upload adds nothing: {}", draft.body);

    let report = format!("{base}/report");
    let unsure = site.submit(2, &base, &report, &[]).await;
    assert!(unsure.status == StatusCode::UNPROCESSABLE_ENTITY && unsure.body.contains("href=\"#true\""));
    let handed_in = site.submit(2, &base, &report, &[("true", "yes")]).await;
    assert_eq!(handed_in.location(), base, "{}", handed_in.body);
    let after = site.get(Some(2), &base).await;
    assert!(
        after.body.contains("It is with a reviewer.") && after.body.contains("days left"),
        "{}",
        after.body
    );

    let withdraw = format!("{base}/withdraw");
    let gone = site.submit(2, &base, &withdraw, &[]).await;
    assert_eq!(gone.location(), base);
    assert!(site.get(Some(2), &base).await.body.contains("Withdrawn"));
}

#[tokio::test]
async fn what_the_rules_say_is_shown_before_filing_also_when_they_say_no() {
    let site = site().await;
    let (check, _) = begin(&site, WAITING).await;
    assert!(check.body.contains("By these answers the plan would not pay"), "{}", check.body);
    assert!(check.body.contains("It happened during the wait."), "{}", check.body);
}

#[tokio::test]
async fn more_evidence_is_asked_for_in_words_and_completed() {
    let site = site().await;
    let base = format!("/me/claims/{}", claim(8));
    let asked = site.get(Some(8), &base).await;
    assert!(asked.body.contains("hearing test") && asked.body.contains("It is your turn."), "{}", asked.body);
    let done = site.submit(8, &base, &format!("{base}/complete"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(site.get(Some(8), &base).await.body.contains("It is with a reviewer."));
}

#[tokio::test]
async fn a_file_is_downloaded_by_its_claimant_and_nobody_else() {
    let site = site().await;
    let page = site.get(Some(8), &format!("/me/claims/{}", claim(8))).await;
    let (_, rest) = page.body.split_once(&format!("href=\"/me/claims/{}/files/", claim(8))).expect("a link");
    let file = format!("/me/claims/{}/files/{}", claim(8), rest.split('"').next().expect("an end"));
    let seen = site.get(Some(8), &file).await;
    assert_eq!((seen.status, seen.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(seen.header("content-disposition").starts_with("attachment"));
    assert_eq!(site.get(Some(2), &file).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(None, &file).await.status, StatusCode::SEE_OTHER);
}
