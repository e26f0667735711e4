//! A dispute through the forms: refused, asked, accepted, judged in secret, won, and read by everybody.

use axum::http::StatusCode;
use huzhu_app::call::Call;
use huzhu_app::claims::{Advice, ConfirmClaim, RecommendClaim, TakeClaim};
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ReasonCode, Severity};
use jiff::civil::date;

use crate::pages_world::{CONFIRMER, REVIEWER, Town, by, claim, member, plan};
use crate::staff_world::{Site, check_page, noon};

const CLERK: u128 = 90_005;

/// Resident 9's claim was refused; residents 1 to 4 are there.
async fn site() -> Site {
    let site = Site::over(Town::empty(true).await, false).await;
    let app = &site.town.app;
    app.register(&Call::system(), member(CLERK), "clerk@example.org").await.expect("registered");
    let command = ChangeRole { member: member(CLERK), role: Role::Clerk.word(), grant: true };
    app.change_role(&Call::system(), command).await.expect("a role");
    site.town.clock.set(noon(date(2026, 1, 2)));
    for n in [1, 2, 3, 4, 9] {
        site.town.settle_in(n).await;
    }
    site.town.clock.set(noon(date(2026, 3, 8)));
    site.town.reported(9, "burns", Severity::Severe, date(2026, 3, 4)).await;
    let reviewer = by(REVIEWER, Some(Role::Reviewer));
    app.take_claim(&reviewer, TakeClaim { claim: claim(9) }).await.expect("taken");
    let reason = ReasonCode::new("pre-existing").expect("a code");
    let advice = RecommendClaim { claim: claim(9), advice: Advice::Refuse { reason } };
    app.recommend(&reviewer, &advice).await.expect("recommended");
    let confirmer = by(CONFIRMER, Some(Role::Confirmer));
    app.confirm_claim(&confirmer, ConfirmClaim { claim: claim(9) }).await.expect("refused");
    site
}

/// Somebody takes the exam through its form, with every answer right but `wrong` of them.
async fn takes_exam(site: &Site, n: u128, wrong: usize) -> String {
    let begin = "/me/juror/demo-town/exam/begin";
    let seen = site.submit(n, "/me/juror", begin, &[]).await;
    assert_eq!(seen.location(), "/me/juror/demo-town/exam", "{}", seen.body);
    let sheet = site.town.app.exam_sheet(&by(n, None), &plan()).await.expect("a sheet");
    let answer = |(at, right): (usize, u8)| {
        (format!("q{at}"), if at < wrong { (right + 1) % 3 } else { right }.to_string())
    };
    let answers: Vec<(String, String)> =
        sheet.questions.iter().map(|question| question.right).enumerate().map(answer).collect();
    let fields: Vec<(&str, &str)> =
        answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = "/me/juror/demo-town/exam";
    // One question is left open: it comes back with what was chosen.
    let seen = site.submit(n, page, page, &fields[1..]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    check_page("exam with a mistake", &seen.body);
    assert_eq!(seen.body.matches(" checked").count(), 9);
    let seen = site.submit(n, page, page, &fields).await;
    check_page("exam result", &seen.body);
    seen.body
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a story from the first step to the last")]
async fn a_claimant_asks_for_a_jury_and_wins_with_nothing_but_forms() {
    let site = site().await;
    for n in 1..=4 {
        assert!(takes_exam(&site, n, 2).await.contains("You passed"));
    }

    // The claimant finds the way from the refused claim, and says why.
    let own = format!("/me/claims/{}", claim(9));
    let ask = format!("{own}/jury");
    assert!(site.get(Some(9), &own).await.body.contains(&format!("href=\"{ask}\"")));
    let empty = site.submit(9, &ask, &ask, &[("statement", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    check_page("ask with a mistake", &empty.body);
    let seen = site.submit(9, &ask, &ask, &[("statement", "The doctor found it in March.")]).await;
    let case = seen.location().to_owned();
    assert!(case.starts_with("/jury-cases/jur_"), "{}", seen.body);
    let id = case.trim_start_matches("/jury-cases/").to_owned();
    check_page("case", &site.get(Some(9), &case).await.body);
    // To anybody else there is no such case, nor such a verdict yet.
    for (who, page) in
        [(Some(1), &case), (Some(1), &format!("/me/juror/cases/{id}")), (None, &format!("/verdicts/{id}"))]
    {
        assert_eq!(site.get(who, page).await.status, StatusCode::NOT_FOUND, "{page}");
    }

    // The clerk accepts; the other side speaks.
    let queue = site.get(Some(CLERK), "/staff/jury").await;
    check_page("queue", &queue.body);
    let desk = format!("/staff/jury/{id}");
    assert!(queue.body.contains(&desk));
    let seen = site.submit(CLERK, &desk, &format!("{desk}/accept"), &[]).await;
    assert_eq!(seen.location(), desk, "{}", seen.body);
    let seen = site
        .submit(REVIEWER, &case, &format!("{case}/statement"), &[("text", "A file of 2024 names it.")])
        .await;
    assert_eq!(seen.location(), case, "{}", seen.body);

    // A juror asks, the clerk passes it on, the claimant answers.
    let docket = format!("/me/juror/cases/{id}");
    let asked = [("to", "claimant"), ("text", "Since when?")];
    let seen = site.submit(1, &docket, &format!("{docket}/question"), &asked).await;
    assert_eq!(seen.location(), docket, "{}", seen.body);
    let sorted = [("question", "1"), ("pass_on", "yes")];
    let seen = site.submit(CLERK, &desk, &format!("{desk}/sort"), &sorted).await;
    assert_eq!(seen.location(), desk, "{}", seen.body);
    let answered = [("question", "1"), ("answer-1", "Since March.")];
    let seen = site.submit(9, &case, &format!("{case}/answer"), &answered).await;
    assert_eq!(seen.location(), case, "{}", seen.body);

    // Jurors read both sides and no name, and vote.
    let home = site.get(Some(2), "/me/juror").await;
    check_page("juror", &home.body);
    assert!(home.body.contains(&docket));
    let page = site.get(Some(2), &docket).await;
    check_page("docket", &page.body);
    for text in ["The doctor found it in March.", "A file of 2024 names it.", "Since March."] {
        assert!(page.body.contains(text), "{text}");
    }
    let missing = site.submit(2, &docket, &format!("{docket}/ballot"), &[("reason", "It is proven.")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.body.contains("It is proven."), "what was typed is kept");
    check_page("docket with a mistake", &missing.body);
    for (n, choice) in [(1, "for-claimant"), (2, "for-claimant"), (3, "against")] {
        let fields = [("choice", choice), ("reason", "Both sides were heard.")];
        let seen = site.submit(n, &docket, &format!("{docket}/ballot"), &fields).await;
        assert_eq!(seen.location(), format!("{docket}?done=cast"), "{}", seen.body);
        let seen = site.get(Some(n), &format!("{docket}/receipt")).await;
        assert!(seen.header("content-disposition").contains("ballot-jur_"));
        assert!(seen.body.contains("huzhu.org/ballot-receipt@v1"));
    }
    let twice = [("choice", "against"), ("reason", "Another opinion.")];
    let seen = site.post(Some(1), &format!("{docket}/ballot"), &twice).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Somebody who is too close to the claim says so in a sentence, and sees the case no more.
    let aside = format!("{docket}/aside");
    check_page("aside", &site.get(Some(4), &aside).await.body);
    let empty = site.submit(4, &aside, &aside, &[("why", "close"), ("close", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    check_page("aside with a mistake", &empty.body);
    let close = [("why", "close"), ("close", "We work in the same shop.")];
    let seen = site.submit(4, &aside, &aside, &close).await;
    assert_eq!(seen.location(), "/me/juror?done=aside", "{}", seen.body);
    let home = site.get(Some(4), "/me/juror?done=aside").await;
    check_page("juror who left", &home.body);
    assert!(!home.body.contains(&docket));
    for page in [&docket, &aside] {
        assert_eq!(site.get(Some(4), page).await.status, StatusCode::NOT_FOUND, "{page}");
    }

    // The vote ends; everybody reads the verdict, and the claim is approved.
    site.town.clock.set(noon(date(2026, 3, 9)));
    let ticked = site.town.app.pass_deadlines().await.expect("a round");
    assert_eq!((ticked.closed, ticked.applied, ticked.failed), (1, 1, 0));
    for page in ["/plans/demo-town/verdicts".to_owned(), format!("/verdicts/{id}")] {
        for language in ["en", "zh"] {
            let seen = site.get(None, &format!("{page}?lang={language}")).await;
            assert_eq!(seen.status, StatusCode::OK, "{page}");
            check_page(&page, &seen.body);
        }
    }
    let verdict = site.get(None, &format!("/verdicts/{id}")).await;
    assert!(verdict.body.contains("Both sides were heard."));
    let tally = site.get(None, &format!("/api/v1/jury-cases/{id}/tally")).await;
    assert!(tally.body.contains("huzhu.org/tally@v1"));
    check_page("case after the verdict", &site.get(Some(9), &case).await.body);
    assert!(site.get(Some(9), &own).await.body.contains("Approved"));
}

#[tokio::test]
async fn an_exam_that_was_not_passed_says_when_it_can_be_taken_again() {
    let site = site().await;
    assert!(takes_exam(&site, 1, 3).await.contains("7 of 10"));
    let home = site.get(Some(1), "/me/juror").await;
    assert!(!home.body.contains("/exam/begin"), "not before tomorrow");
    site.town.clock.set(noon(date(2026, 3, 9)));
    assert!(takes_exam(&site, 1, 0).await.contains("You passed"));
}
