//! Objections on pages: from the card over the answer to what both sides read.

use axum::http::StatusCode;

use crate::pages_world::{CONFIRMER, REVIEWER, Town, claim, plan};
use crate::staff_world::Site;

#[tokio::test]
async fn a_member_objects_on_the_card_and_reads_the_answer() {
    let site = Site::over(Town::lived(9).await, false).await;
    let card = format!("/plans/{}/notice/{}", plan(), claim(5));
    let nobody = site.get(None, &card).await;
    assert!(
        nobody.body.contains(&format!("/sign-in?back={card}"))
            && !nobody.body.contains("<form method=\"post\" action=\"/plans")
    );

    // What was typed comes back with what is missing.
    let empty = site.submit(2, &card, &card, &[("text", "I saw them at work.")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        empty.body.contains("I saw them at work.") && empty.body.contains("ground-error"),
        "{}",
        empty.body
    );
    let own = site.submit(5, &card, &card, &[("ground", "other"), ("text", "Me.")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT);

    let fields = [("ground", "not-as-stated"), ("text", "I saw them at work.")];
    let sent = site.submit(2, &card, &card, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let mine = sent.location().to_owned();
    let seen = site.get(Some(2), &mine).await;
    assert!(seen.body.contains("I saw them at work.") && seen.body.contains("/withdraw"), "{}", seen.body);
    assert!(site.get(Some(2), "/me/objections").await.body.contains(&mine));
    assert_eq!(site.get(Some(3), &mine).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(None, &mine).await.status, StatusCode::SEE_OTHER);
    // The card says that somebody objected, and not what or who.
    let card_now = site.get(None, &card).await.body;
    assert!(card_now.contains("waits for an answer") && !card_now.contains("I saw them"), "{card_now}");

    let staff = mine.replace("/me/", "/staff/");
    let queue = site.get(Some(CONFIRMER), "/staff/objections").await;
    assert!(queue.body.contains(&staff), "{}", queue.body);
    assert_eq!(site.get(Some(2), "/staff/objections").await.status, StatusCode::FORBIDDEN);
    let action = format!("{staff}/answer");
    // Whoever recommended reads it and has no form.
    assert!(!site.get(Some(REVIEWER), &staff).await.body.contains(&action));
    let undecided = site.submit(CONFIRMER, &staff, &action, &[("text", "Because.")]).await;
    assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("answer", "dismissed"), ("text", "The hospital confirmed the day.")];
    let sent = site.submit(CONFIRMER, &staff, &action, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    for (n, path) in [(2, &mine), (5, &mine), (CONFIRMER, &staff)] {
        let seen = site.get(Some(n), path).await.body;
        assert!(seen.contains("The hospital confirmed the day."), "{n}: {seen}");
        assert!(!seen.contains("/answer\"") && !seen.contains("/withdraw\""), "{n}: nothing is left to do");
    }
}
