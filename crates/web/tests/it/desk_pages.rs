//! Pages of the desk beside the claim itself: blind second opinions, conflicts.

use axum::http::StatusCode;
use huzhu_app::call::Call;
use huzhu_app::plans::PublishPlan;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member::Role;
use huzhu_domain::plan::Severity;
use jiff::civil::date;

use crate::pages_world::{CONFIRMER, OPERATOR, PLAN, REVIEWER, Town, claim, member};
use crate::staff_world::{AUDITOR, Site, check_page, noon};

/// A second reviewer.
const COLLEAGUE: u128 = 90_005;

/// A town with the plan changed, and a colleague of the reviewer.
async fn site(changes: &[(&str, &str)]) -> Site {
    let town = Town::empty(false).await;
    let text = changes.iter().fold(PLAN.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    town.app.publish_plan(&Call::system(), PublishPlan { text }).await.expect("a plan");
    town.clock.set(noon(date(2026, 1, 2)));
    for n in 1..=3 {
        town.settle_in(n).await;
    }
    town.register(COLLEAGUE).await;
    let change = ChangeRole { member: member(COLLEAGUE), role: Role::Reviewer.word(), grant: true };
    town.app.change_role(&Call::system(), change).await.expect("a role");
    town.clock.set(noon(date(2026, 3, 2)));
    Site::over(town, false).await
}

#[tokio::test]
async fn a_second_opinion_is_given_without_knowing_the_first() {
    let site = site(&[("second_review = \"5\"", "second_review = \"100\"")]).await;
    site.town.approved(2, "heart-attack", Severity::Severe, date(2026, 3, 1)).await;
    let (list, desk) = ("/staff/second-reviews", format!("/staff/claims/{}", claim(2)));
    let page = format!("{list}/{}", claim(2));
    // Who took part has nothing to do here, and a confirmer no role for it.
    for (who, status) in [(REVIEWER, 404), (CONFIRMER, 403), (2, 403)] {
        assert_eq!(site.get(Some(who), &page).await.status.as_u16(), status, "{who}");
    }
    for path in ["/staff", "/staff/review", list] {
        for lang in ["en", "zh"] {
            let seen = site.get(Some(COLLEAGUE), &format!("{path}?lang={lang}")).await;
            assert!(seen.body.contains(list), "{path}");
            check_page(path, &seen.body);
        }
    }
    // The desk of the claim and the pages of its papers lead to the blind page until the opinion is in.
    for path in [desk.clone(), format!("{desk}/work")] {
        assert_eq!(site.get(Some(COLLEAGUE), &path).await.location(), page, "{path}");
    }
    for lang in ["en", "zh"] {
        let seen = site.get(Some(COLLEAGUE), &format!("{page}?lang={lang}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        check_page(&page, &seen.body);
        for told in ["300,000", "Recommended", "审核意见", "Approved", "已通过"] {
            assert!(!seen.body.contains(told), "the page tells {told}");
        }
    }
    for (answer, reason, status, found) in [
        ("", "", 422, "id=\"answer-error\""),
        ("refuse", "", 422, "id=\"reason-error\""),
        ("refuse", "made-up", 409, "href=\"#form\""),
    ] {
        let seen = site.submit(COLLEAGUE, &page, &page, &[("answer", answer), ("reason", reason)]).await;
        assert_eq!(seen.status.as_u16(), status, "{answer} {reason}");
        assert!(seen.body.contains(found), "{answer} {reason}");
        check_page(&page, &seen.body);
    }
    let thanks = format!("{page}/thanks");
    assert_eq!(site.get(Some(COLLEAGUE), &thanks).await.status, StatusCode::NOT_FOUND);
    let given =
        site.submit(COLLEAGUE, &page, &page, &[("answer", "refuse"), ("reason", "definition-not-met")]).await;
    assert_eq!(given.location(), thanks, "{}", given.body);
    for lang in ["en", "zh"] {
        let seen = site.get(Some(COLLEAGUE), &format!("{thanks}?lang={lang}")).await;
        assert_eq!(seen.status, StatusCode::OK);
        check_page(&thanks, &seen.body);
    }
    assert_eq!(site.get(Some(COLLEAGUE), &page).await.location(), thanks);
    assert_eq!(site.get(Some(COLLEAGUE), &desk).await.status, StatusCode::OK, "now the desk is open");
    assert_eq!(site.get(Some(REVIEWER), &thanks).await.status, StatusCode::NOT_FOUND, "not theirs");
}

#[tokio::test]
async fn somebody_steps_aside_and_two_others_make_an_exception() {
    let site = site(&[]).await;
    site.town.reported(2, "heart-attack", Severity::Severe, date(2026, 3, 1)).await;
    let desk = format!("/staff/claims/{}", claim(2));
    let (aside, conflicts) = (format!("{desk}/conflict"), format!("{desk}/conflicts"));
    let silent = site.submit(COLLEAGUE, &desk, &aside, &[("close", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains("id=\"close-error\""));
    check_page("stepping aside", &silent.body);
    let told = site.submit(COLLEAGUE, &desk, &aside, &[("close", "We share an office.")]).await;
    assert_eq!(told.location(), "/staff?done=conflict");
    check_page("thanks", &site.get(Some(COLLEAGUE), told.location()).await.body);
    assert_eq!(site.get(Some(COLLEAGUE), &desk).await.status, StatusCode::NOT_FOUND);
    let seen = site.get(Some(AUDITOR), &conflicts).await;
    assert!(
        seen.body.contains("We share an office.") && !seen.body.contains("/ask\""),
        "auditors do not ask"
    );
    let who = member(COLLEAGUE).to_string();
    let ask = format!("{conflicts}/ask");
    for (fields, status) in
        [(vec![("member", ""), ("reason", "x")], 422), (vec![("member", who.as_str())], 422)]
    {
        let seen = site.submit(OPERATOR, &conflicts, &ask, &fields).await;
        assert_eq!(seen.status.as_u16(), status, "{fields:?}");
        check_page("asking", &seen.body);
    }
    let fields = [("member", who.as_str()), ("reason", "Nobody else is here this week.")];
    let asked = site.submit(OPERATOR, &conflicts, &ask, &fields).await;
    assert_eq!(asked.location(), format!("{conflicts}?done=ask"), "{}", asked.body);
    for lang in ["en", "zh"] {
        for (who, path) in [(OPERATOR, asked.location()), (AUDITOR, "/staff/conflicts")] {
            let glue = if path.contains('?') { '&' } else { '?' };
            let seen = site.get(Some(who), &format!("{path}{glue}lang={lang}")).await;
            assert!(seen.body.contains("Nobody else is here this week."), "{path}");
            check_page(path, &seen.body);
        }
    }
    let (confirm, withdraw) = (format!("{conflicts}/confirm"), format!("{conflicts}/withdraw"));
    let alone = site.post(Some(OPERATOR), &confirm, &[("key", "k1"), ("member", &who)]).await;
    assert_eq!(alone.status, StatusCode::CONFLICT);
    let agreed = site.submit(AUDITOR, "/staff/conflicts", &confirm, &[("member", &who)]).await;
    assert_eq!(agreed.location(), format!("{conflicts}?done=confirm"));
    assert_eq!(site.get(Some(COLLEAGUE), &desk).await.status, StatusCode::OK);
    let back = site.submit(AUDITOR, &conflicts, &withdraw, &[("member", &who)]).await;
    assert_eq!(back.location(), format!("{conflicts}?done=withdraw"));
    assert_eq!(site.get(Some(COLLEAGUE), &desk).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn files_stand_in_the_page_alone_and_side_by_side_and_each_way_has_its_key() {
    let site = site(&[]).await;
    site.town.reported(2, "heart-attack", Severity::Severe, date(2026, 3, 1)).await;
    let desk = format!("/staff/claims/{}", claim(2));
    let seen = site.get(Some(REVIEWER), &desk).await;
    let file = |n: usize| {
        let rest = seen.body.split("id=\"file-").nth(n).expect("a file");
        rest.split('"').next().expect("an end").to_owned()
    };
    let (first, second) = (file(1), file(2));
    assert!(!seen.body.contains("<object"), "nothing is loaded that nobody asked for");
    assert!(!seen.header("content-security-policy").contains("object-src"));
    for (query, objects, keys) in [
        (String::new(), 0, "jnp"),
        (format!("?file={first}"), 1, "jo+-0np"),
        (format!("?file={second}&size=3"), 1, "ko+-0np"),
        (format!("?file={first}&beside={second}"), 2, "jo+-0np"),
        (format!("?file={first}&beside={first}&size=99"), 1, "jo+-0np"),
        ("?file=nonsense&beside=nonsense&size=x".to_owned(), 0, "jnp"),
    ] {
        for lang in ["en", "zh"] {
            let glue = if query.is_empty() { '?' } else { '&' };
            let seen = site.get(Some(REVIEWER), &format!("{desk}{query}{glue}lang={lang}")).await;
            check_page(&query, &seen.body);
            assert_eq!(seen.body.matches("<object ").count(), objects, "{query}");
            let allows = seen.header("content-security-policy");
            assert_eq!(allows.contains("object-src 'self'"), objects > 0, "{query}");
            for key in keys.chars() {
                assert_eq!(seen.body.matches(&format!("data-key=\"{key}\"")).count(), 1, "{query}: {key}");
            }
            for key in "jk+-0".chars().filter(|key| !keys.contains(*key)) {
                assert!(!seen.body.contains(&format!("data-key=\"{key}\"")), "{query}: no {key}");
            }
        }
    }
    // In the viewer a PDF may be read by the browser's own reader, in a page of this site only, and in a sandbox as elsewhere.
    let embedded = site.get(Some(REVIEWER), &format!("{desk}/files/{first}?embed=1")).await;
    let allows = embedded.header("content-security-policy");
    assert!(
        allows.ends_with("frame-ancestors 'self'; sandbox") && allows.starts_with("default-src 'none'"),
        "{allows}"
    );
    assert_eq!(embedded.header("content-type"), "application/pdf");
    assert_eq!(embedded.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_reviewer_goes_from_claim_to_claim_and_a_decision_leads_on() {
    let site = site(&[]).await;
    for (n, day) in [(1, 1), (2, 2), (3, 3)] {
        site.town.clock.set(noon(date(2026, 3, day)));
        site.town.reported(n, "heart-attack", Severity::Severe, date(2026, 3, 1)).await;
    }
    let desk = |n| format!("/staff/claims/{}", claim(n));
    let list = "/staff/review?plan=demo-town";
    for (n, way, to) in [
        (1, "next", desk(2)),
        (2, "next", desk(3)),
        (3, "next", list.to_owned()),
        (3, "previous", desk(2)),
        (1, "previous", list.to_owned()),
    ] {
        let seen = site.get(Some(REVIEWER), &format!("{}/{way}", desk(n))).await;
        assert_eq!(seen.location(), to, "{way} of {n}");
    }
    assert_eq!(site.get(Some(COLLEAGUE), "/staff/claims/nonsense/next").await.status, StatusCode::NOT_FOUND);
    for (n, to) in [(1, Some(2)), (2, Some(3)), (3, None)] {
        site.submit(REVIEWER, &desk(n), &format!("{}/take", desk(n)), &[]).await;
        let done = site.submit(REVIEWER, &desk(n), &format!("{}/approve", desk(n)), &[]).await;
        let after = format!("after=approve&of={}", claim(n));
        let next = to.map_or_else(|| format!("{list}&{after}"), |next| format!("{}?{after}", desk(next)));
        assert_eq!(done.location(), next, "{}", done.body);
        let seen = site.get(Some(REVIEWER), done.location()).await;
        assert!(seen.body.contains("class=\"banner good\""), "it says what was done");
        check_page("the next one", &seen.body);
    }
    // Confirmers go on in their own queue.
    let seen = site.get(Some(CONFIRMER), &format!("{}/next?as=confirm", desk(1))).await;
    assert_eq!(seen.location(), desk(2));
    let done = site.submit(CONFIRMER, &desk(1), &format!("{}/confirm", desk(1)), &[]).await;
    assert_eq!(done.location(), format!("{}?after=confirm&of={}", desk(2), claim(1)));
}
