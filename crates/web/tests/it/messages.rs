//! Messages, how to be told, and webhooks, as people and programs meet them: pages without script.

use axum::http::StatusCode;

use crate::pages_world::{OPERATOR, Town, claim};
use crate::staff_world::{Seen, Site, check_page};

async fn site() -> Site {
    Site::over(Town::lived(20).await, false).await
}

/// The number beside the link to the messages; 0 when there is none.
fn unread(seen: &Seen) -> u32 {
    let (_, link) = seen.body.split_once("<a href=\"/inbox\"").expect("a link");
    let (link, _) = link.split_once("</a>").expect("its end");
    let count = link.split_once("<span class=\"count\">").map_or("0", |(_, rest)| rest);
    count.split('<').next().unwrap_or_default().parse().expect("a number")
}

/// The first address of a message on a page.
fn first_message(seen: &Seen) -> String {
    let (_, rest) = seen.body.split_once("href=\"/inbox/msg_").expect("a message");
    format!("/inbox/msg_{}", rest.split('"').next().unwrap_or_default())
}

#[tokio::test]
async fn messages_are_read_one_by_one_or_all_at_once_and_lead_to_what_they_are_about() {
    let site = site().await;
    let list = site.get(Some(5), "/inbox").await;
    check_page("messages", &list.body);
    let before = unread(&list);
    assert!(before > 3, "{before}: {}", list.body);
    let address = first_message(&list);
    let one = site.get(Some(5), &address).await;
    check_page("one message", &one.body);
    assert!(one.body.contains(&format!("href=\"/me/claims/{}\"", claim(5))), "{}", one.body);
    assert_eq!(unread(&one), before - 1, "opening is reading");
    assert_eq!(unread(&site.get(Some(5), &address).await), before - 1, "once");
    let other = site.get(Some(3), &address).await;
    let nothing = site.get(Some(3), "/inbox/msg_ffffffffffffffffffffffffffffffff").await;
    assert_eq!((other.status, nothing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(other.body.len(), nothing.body.len(), "another's message looks like none");
    let back = site.post(Some(5), &format!("{address}/unread"), &[]).await;
    assert_eq!(back.location(), "/inbox?done=unread");
    assert_eq!(unread(&site.get(Some(5), back.location()).await), before);
    // Marking all marks what the list showed.
    let newest = list.body.split("name=\"newest\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let newest = newest.expect("the newest number");
    let read = site.post(Some(5), "/inbox/read", &[("newest", newest)]).await;
    assert_eq!(read.location(), "/inbox?done=read");
    let empty = site.get(Some(5), "/inbox?only=unread").await;
    check_page("nothing unread", &empty.body);
    assert_eq!(unread(&empty), 0);
    assert!(site.get(None, "/inbox").await.location().starts_with("/sign-in?back=/inbox"));
}

#[tokio::test]
async fn a_member_chooses_how_to_be_told_and_sees_why_some_things_are_always_mailed() {
    let site = site().await;
    let page = "/me/settings/messages";
    let seen = site.get(Some(5), page).await;
    assert!(seen.body.contains("cannot be switched off"), "{}", seen.body);
    assert!(!seen.body.contains("name=\"money\"") && !seen.body.contains("name=\"security\""));
    assert!(!seen.body.contains("name=\"work\""), "only staff have work");
    // A form that was made by hand is told why not.
    let forged = site.submit(5, page, page, &[("money", "never")]).await;
    assert_eq!(forged.status, StatusCode::CONFLICT);
    assert!(forged.body.contains("They protect your money"), "{}", forged.body);
    let fields = [("language", "zh"), ("my-claims", "weekly"), ("objections", "nonsense")];
    let saved = site.submit(5, page, page, &fields).await;
    assert_eq!(saved.location(), "/me/settings/messages?done=saved", "{}", saved.body);
    let seen = site.get(Some(5), saved.location()).await;
    check_page("saved", &seen.body);
    for chosen in ["<option value=\"zh\" selected>", "<option value=\"weekly\" selected>"] {
        assert!(seen.body.contains(chosen), "{chosen}: {}", seen.body);
    }
    let again = site.get(Some(OPERATOR), page).await;
    assert!(again.body.contains("name=\"work\""), "staff have");
}

#[tokio::test]
async fn an_operator_registers_a_webhook_sees_its_secret_once_and_its_requests() {
    let site = site().await;
    let list = "/operator/webhooks";
    let wrong = site.submit(OPERATOR, list, list, &[("url", "http://example.org/")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    check_page("a wrong address", &wrong.body);
    let page = site.get(Some(OPERATOR), list).await;
    let key = page.key(list).to_owned();
    let url = "https://example.org/hook";
    let fields = [
        ("key", key.as_str()),
        ("url", url),
        ("kinds", "claim.paid"),
        ("kinds", "plan.withdrawn"),
        ("asymmetric", "yes"),
    ];
    let made = site.post(Some(OPERATOR), list, &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    check_page("registered", &made.body);
    assert!(made.body.contains("<code>whsec_") && made.body.contains("whpk_"), "{}", made.body);
    let twice = site.post(Some(OPERATOR), list, &fields).await;
    assert!(!twice.body.contains("whsec_") && twice.body.contains("sent twice"), "{}", twice.body);
    let all = site.get(Some(OPERATOR), list).await;
    check_page("the list", &all.body);
    let (_, rest) = all.body.split_once("href=\"/operator/webhooks/whk_").expect("a webhook");
    let hook = format!("/operator/webhooks/whk_{}", rest.split('"').next().unwrap_or_default());
    for (verb, more) in [
        ("test", vec![]),
        ("pause", vec![]),
        ("resume", vec![]),
        ("change", vec![("url", "https://example.org/other")]),
    ] {
        let done = site.submit(OPERATOR, &hook, &format!("{hook}/{verb}"), &more).await;
        assert_eq!(done.location(), format!("{hook}?done={verb}"), "{}", done.body);
        let seen = site.get(Some(OPERATOR), done.location()).await;
        check_page(verb, &seen.body);
        assert!(!seen.body.contains("whsec_"), "{verb}");
    }
    let seen = site.get(Some(OPERATOR), &hook).await;
    let (_, rest) = seen.body.split_once("name=\"delivery\" value=\"").expect("a request");
    let delivery = rest.split('"').next().unwrap_or_default().to_owned();
    assert!(delivery.starts_with("test_"), "{delivery}");
    let again = site.submit(OPERATOR, &hook, &format!("{hook}/resend"), &[("delivery", &delivery)]).await;
    assert_eq!(again.location(), format!("{hook}?done=resend"));
    let rotated = site.submit(OPERATOR, &hook, &format!("{hook}/rotate"), &[]).await;
    check_page("rotated", &rotated.body);
    assert!(rotated.body.contains("<code>whsec_"), "{}", rotated.body);
    let removed = site.submit(OPERATOR, &hook, &format!("{hook}/remove"), &[]).await;
    assert_eq!(removed.location(), "/operator/webhooks?done=removed");
    assert_eq!(site.get(Some(OPERATOR), &hook).await.status, StatusCode::NOT_FOUND);
    for who in [Some(5), Some(crate::pages_world::REVIEWER)] {
        assert_eq!(site.post(who, list, &fields).await.status, StatusCode::FORBIDDEN, "{who:?}");
        assert_eq!(site.get(who, &hook).await.status, StatusCode::FORBIDDEN, "{who:?}");
    }
}
