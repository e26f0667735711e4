//! Pages of the staff console, of operators and auditors and of the demo: who sees them, and what every page keeps.

use axum::http::StatusCode;
use huzhu_domain::member::Role;
use huzhu_domain::plan::Severity;
use jiff::civil::date;

use crate::pages_world::{CONFIRMER, NEWCOMER, OPERATOR, REVIEWER, Town, by, claim, enrolment, member, plan};
use crate::staff_world::{AUDITOR, Seen, Site, check_page, noon};

const RESIDENTS: u128 = 30;

async fn site(demo: bool) -> Site {
    Site::over(Town::lived(RESIDENTS).await, demo).await
}

#[tokio::test]
async fn every_page_is_for_its_roles_and_keeps_the_manners_of_a_page() {
    let site = site(true).await;
    let (waiting, decided) = (format!("/staff/claims/{}", claim(7)), format!("/staff/claims/{}", claim(9)));
    let unknown = "/staff/claims/clm_ffffffffffffffffffffffffffffffff";
    let people = [Some(REVIEWER), Some(CONFIRMER), Some(OPERATOR), Some(AUDITOR), Some(NEWCOMER), None];
    for (path, expected) in [
        ("/staff", [200, 200, 200, 200, 403, 303]),
        ("/staff/review", [200, 403, 403, 403, 403, 303]),
        ("/staff/review?plan=demo-town&show=mine", [200, 403, 403, 403, 403, 303]),
        ("/staff/review?show=overdue&step=reported", [200, 403, 403, 403, 403, 303]),
        ("/staff/review?plan=nowhere", [404, 404, 404, 404, 404, 303]),
        ("/staff/confirm", [200, 200, 403, 403, 403, 303]),
        (&waiting, [200, 200, 404, 200, 404, 303]),
        (&decided, [200, 200, 404, 200, 404, 303]),
        (unknown, [404, 404, 404, 404, 404, 303]),
        ("/staff/claims/nonsense", [404, 404, 404, 404, 404, 303]),
        ("/operator", [403, 403, 200, 403, 403, 303]),
        ("/operator/periods/demo-town/2026-02-1", [403, 403, 200, 403, 403, 303]),
        ("/operator/periods/demo-town/2026-03-1", [403, 403, 200, 403, 403, 303]),
        ("/operator/periods/demo-town/2026-03-2", [403, 403, 200, 403, 403, 303]),
        ("/operator/periods/demo-town/never", [404, 404, 404, 404, 404, 303]),
        ("/operator/plans", [403, 403, 200, 403, 403, 303]),
        ("/operator/people", [403, 403, 200, 200, 403, 303]),
        ("/operator/pay-in", [403, 403, 200, 403, 403, 303]),
        ("/operator/webhooks", [403, 403, 200, 403, 403, 303]),
        ("/operator/webhooks/whk_1", [404, 404, 404, 404, 404, 303]),
        ("/staff/conflicts", [403, 403, 200, 200, 403, 303]),
        (&format!("{waiting}/conflicts"), [403, 403, 200, 200, 403, 303]),
        (&format!("{unknown}/conflicts"), [403, 403, 404, 404, 403, 303]),
        ("/staff/conflicts?claim=nonsense", [403, 403, 422, 422, 403, 303]),
        ("/books", [403, 403, 200, 200, 403, 303]),
        ("/books/demo-town", [403, 403, 200, 200, 403, 303]),
        ("/books/nowhere", [403, 403, 404, 404, 403, 303]),
        ("/books/demo-town/hledger", [403, 403, 200, 200, 403, 303]),
        ("/audit", [403, 403, 200, 200, 403, 303]),
        ("/audit?before=40", [403, 403, 200, 200, 403, 303]),
        ("/demo/mailbox", [200, 200, 200, 200, 200, 200]),
        ("/demo/clock", [200, 200, 200, 200, 200, 200]),
    ] {
        for (who, expected) in people.into_iter().zip(expected) {
            for lang in ["en", "zh"] {
                let glue = if path.contains('?') { '&' } else { '?' };
                let name = format!("{path}{glue}lang={lang} as {who:?}");
                let seen = site.get(who, &format!("{path}{glue}lang={lang}")).await;
                assert_eq!(seen.status.as_u16(), expected, "{name}");
                match expected {
                    303 => assert!(seen.location().starts_with("/sign-in?back=/"), "{name}"),
                    _ if path.ends_with("/hledger") && expected == 200 => {}
                    _ => check_page(&name, &seen.body),
                }
            }
        }
    }
}

#[tokio::test]
async fn an_empty_platform_has_pages_too() {
    let site = Site::over(Town::empty(false).await, false).await;
    for (who, path, expected) in [
        (OPERATOR, "/staff", 200),
        (OPERATOR, "/operator", 200),
        (OPERATOR, "/operator/plans", 200),
        (OPERATOR, "/operator/pay-in", 200),
        (AUDITOR, "/books", 200),
        (AUDITOR, "/audit", 200),
        (REVIEWER, "/staff", 200),
        (REVIEWER, "/staff/review", 404),
    ] {
        let seen = site.get(Some(who), path).await;
        assert_eq!(seen.status.as_u16(), expected, "{path}");
        check_page(path, &seen.body);
    }
}

#[tokio::test]
async fn a_file_of_evidence_may_do_nothing_in_a_browser_and_each_look_is_recorded() {
    let site = site(false).await;
    let view =
        site.town.app.claim_view(&by(REVIEWER, Some(Role::Reviewer)), claim(7)).await.expect("a claim");
    let file = format!("/staff/claims/{}/files/{}", claim(7), view.evidence[0].id);
    for (who, path, expected, how) in [
        (REVIEWER, file.clone(), 200, "inline;"),
        (CONFIRMER, format!("{file}?download=1"), 200, "attachment;"),
        (OPERATOR, file.clone(), 404, ""),
        (NEWCOMER, file.clone(), 404, ""),
        (REVIEWER, format!("/staff/claims/{}/files/{}", claim(8), view.evidence[0].id), 404, ""),
    ] {
        let seen = site.get(Some(who), &path).await;
        assert_eq!(seen.status.as_u16(), expected, "{path} as {who}");
        if expected == 200 {
            assert_eq!(seen.header("content-type"), "application/pdf");
            assert!(seen.header("content-disposition").starts_with(how), "{path}");
            assert!(seen.header("content-security-policy").ends_with("; sandbox"), "{path}");
            assert_eq!(seen.header("x-content-type-options"), "nosniff");
            assert_eq!(seen.header("cache-control"), "no-store");
        }
    }
    let view = site.town.app.claim_view(&by(7, None), claim(7)).await.expect("a claim");
    let looks = view.timeline.iter().filter(|step| step.kind == "claim.evidence-opened").count();
    assert_eq!(looks, 2);
}

#[tokio::test]
async fn nobody_works_on_a_claim_of_their_own_people() {
    let site = site(false).await;
    // The reviewer joins, falls ill and files a claim: on the desk it looks like no claim at all.
    site.town.joins(REVIEWER).await;
    site.town.clock.set(noon(date(2026, 5, 2)));
    site.town.reported(REVIEWER, "burns", Severity::Severe, date(2026, 5, 1)).await;
    let desk = format!("/staff/claims/{}", claim(REVIEWER));
    let unknown = "/staff/claims/clm_ffffffffffffffffffffffffffffffff";
    let text_of = |seen: Seen, desk: &str| seen.body.replace(desk, "");
    for rest in ["", "/work", "?lang=zh"] {
        let seen = site.get(Some(REVIEWER), &format!("{desk}{rest}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{rest}");
        let other = site.get(Some(REVIEWER), &format!("{unknown}{rest}")).await;
        assert_eq!(text_of(seen, &desk), text_of(other, unknown), "{rest}");
    }
    for verb in ["take", "conflict"] {
        let fields = [("key", "a"), ("close", "It is mine.")];
        let seen = site.post(Some(REVIEWER), &format!("{desk}/{verb}"), &fields).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{verb}");
    }
    let queue = site.get(Some(REVIEWER), "/staff/review").await;
    assert!(!queue.body.contains(&claim(REVIEWER).to_string()));
    // Somebody else sees it and can take it.
    let seen = site.get(Some(CONFIRMER), &desk).await;
    assert_eq!(seen.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_with_a_mistake_comes_back_with_what_was_typed() {
    let site = site(false).await;
    let desk = format!("/staff/claims/{}", claim(7));
    let taken = site.submit(REVIEWER, &desk, &format!("{desk}/take"), &[]).await;
    assert_eq!(taken.location(), format!("{desk}?done=take"));
    let long = "x".repeat(4_001);
    let typed = format!("value=\"{}\"", "nonsense");
    for (who, page, action, fields, status, found) in [
        (REVIEWER, desk.as_str(), "request", vec![("text", "  ")], 422, "id=\"text-error\""),
        (REVIEWER, &desk, "request", vec![("text", long.as_str())], 422, long.as_str()),
        (REVIEWER, &desk, "refuse", vec![("reason", "")], 422, "id=\"reason-error\""),
        (REVIEWER, &desk, "refuse", vec![("reason", "made-up")], 409, "href=\"#form\""),
        (OPERATOR, "/operator/pay-in", "", vec![("plan", "demo-town"), ("amount", "nonsense")], 422, &typed),
        (
            OPERATOR,
            "/operator/pay-in",
            "",
            vec![("plan", "demo-town"), ("amount", "12")],
            422,
            "id=\"confirmation-error\"",
        ),
        (
            OPERATOR,
            "/operator/people",
            "grant",
            vec![("address", "nobody@example.org"), ("role", "reviewer")],
            422,
            "nobody@example.org",
        ),
        (
            OPERATOR,
            "/operator/people",
            "grant",
            vec![("address", "resident1@example.org")],
            422,
            "id=\"role-error\"",
        ),
    ] {
        let action = if action.is_empty() { page.to_owned() } else { format!("{page}/{action}") };
        let seen = site.submit(who, page, &action, &fields).await;
        assert_eq!(seen.status.as_u16(), status, "{action} {fields:?}");
        assert!(seen.body.contains(found), "{action}: {found} is missing");
        assert!(seen.body.contains("class=\"problems\""), "{action} has a summary");
        check_page(&action, &seen.body);
    }
    let seen = site.post(Some(REVIEWER), &format!("{desk}/request"), &[("text", "the report")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "a form without its key");
}

#[tokio::test]
async fn a_plan_with_mistakes_is_told_all_of_them_and_a_sound_one_what_it_changes() {
    let site = site(false).await;
    let check = "/operator/plans/check";
    let seen = site.upload(OPERATOR, check, &[("text", "")], "[plan]\nid = \"My Plan\"\n").await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("Line 2, column 6") && seen.body.contains("P019"), "{}", seen.body);
    check_page("mistakes", &seen.body);
    let next = crate::pages_world::PLAN
        .replace("version = 1\n", "version = 2\n")
        .replace("effective = 2026-01-01", "effective = 2026-06-01")
        .replacen("days = 30\n", "days = 60\n", 1);
    let seen = site.upload(OPERATOR, check, &[("text", "")], &next).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    check_page("what changes", &seen.body);
    let key = seen.key("/operator/plans/publish").to_owned();
    let fields = [("key", key.as_str()), ("text", next.as_str())];
    for _ in 0..2 {
        // A double click publishes once.
        let seen = site.post(Some(OPERATOR), "/operator/plans/publish", &fields).await;
        assert_eq!(seen.location(), "/operator/plans?done=publish", "{}", seen.body);
    }
    let list = site.get(Some(OPERATOR), "/operator/plans?done=publish").await;
    check_page("the list", &list.body);
    let withdraw = "/operator/plans/demo-town/withdraw";
    let seen = site.submit(OPERATOR, "/operator/plans", withdraw, &[("version", "2")]).await;
    assert_eq!(seen.location(), "/operator/plans?done=withdraw");
    for (open, done) in [("no", "closed"), ("yes", "open")] {
        let action = "/operator/plans/demo-town/open";
        let seen = site.submit(OPERATOR, "/operator/plans", action, &[("open", open)]).await;
        assert_eq!(seen.location(), format!("/operator/plans?done={done}"));
    }
}

#[tokio::test]
async fn roles_are_granted_by_address_and_revoked_and_never_ones_own() {
    let site = site(false).await;
    let people = "/operator/people";
    let grant = [("address", "resident1@example.org"), ("role", "auditor")];
    let seen = site.submit(OPERATOR, people, "/operator/people/grant", &grant).await;
    assert_eq!(seen.location(), "/operator/people?done=grant");
    assert_eq!(site.get(Some(1), "/audit").await.status, StatusCode::OK);
    let one = member(1).to_string();
    let revoke = [("key", "revoke-1"), ("member", one.as_str()), ("role", "auditor")];
    let seen = site.post(Some(OPERATOR), "/operator/people/revoke", &revoke).await;
    assert_eq!(seen.location(), "/operator/people?done=revoke");
    assert_eq!(site.get(Some(1), "/audit").await.status, StatusCode::FORBIDDEN);
    let own = member(OPERATOR).to_string();
    let revoke = [("key", "revoke-2"), ("member", own.as_str()), ("role", "operator")];
    let seen = site.post(Some(OPERATOR), "/operator/people/revoke", &revoke).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    let seen = site.post(Some(AUDITOR), "/operator/people/revoke", &revoke).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let audit = site.get(Some(AUDITOR), "/audit").await;
    assert!(audit.body.contains("own-roles"), "what was refused stands in the trail");
}

#[tokio::test]
async fn the_demo_lets_a_visitor_be_somebody_and_no_other_platform_does() {
    let real = site(false).await;
    for persona in ["reviewer", "nobody"] {
        let seen = real.post(None, "/demo/persona", &[("persona", persona)]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{persona}");
        assert_eq!(seen.header("set-cookie"), "");
    }
    assert_eq!(real.get(None, "/demo/mailbox").await.status, StatusCode::NOT_FOUND);

    let demo = site(true).await;
    let switched = |seen: &Seen| seen.header("set-cookie").to_owned();
    for (persona, back, expected) in [
        ("reviewer", "/staff/review?plan=demo-town", "/staff/review?plan=demo-town"),
        ("persona-operator", "//evil.example", "/me"),
        ("nobody", "", "/"),
    ] {
        let seen = demo.post(None, "/demo/persona", &[("persona", persona), ("back", back)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{persona}");
        assert_eq!(seen.location(), expected, "{persona}");
        let cookie = switched(&seen);
        assert!(cookie.starts_with("huzhu-session=") && cookie.contains("HttpOnly"), "{cookie}");
        assert_eq!(cookie.contains("Max-Age=0;"), persona == "nobody", "{cookie}");
    }
    let seen = demo.post(None, "/demo/persona", &[("persona", "somebody-else")]).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    // A visitor can sign in for real: the code stands in the mailbox.
    let ask =
        huzhu_app::sign_in::RequestCode { address: "new@example.org".to_owned(), language: "en".to_owned() };
    demo.town.app.request_code(&ask).await.expect("a code");
    let mailbox = demo.get(None, "/demo/mailbox").await;
    assert!(mailbox.body.contains("new@example.org"), "{}", mailbox.body);
    let newest = mailbox.body.split("<article").nth(1).expect("a mail");
    let digits = |word: &str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    assert!(newest.split(|c: char| !c.is_ascii_digit()).any(digits), "{newest}");
}

#[tokio::test]
async fn a_list_of_failed_debits_with_a_wrong_line_comes_back_whole() {
    let site = site(false).await;
    let desk = format!("/operator/periods/{}/2026-03-1", plan());
    let list = format!("{}\nsomething", enrolment(1));
    let fields = [("key", "c"), ("report", "r"), ("failed", list.as_str())];
    let seen = site.post(Some(OPERATOR), &format!("{desk}/collect"), &fields).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.body.contains("Line 2"), "{}", seen.body);
    check_page("collect", &seen.body);
}
