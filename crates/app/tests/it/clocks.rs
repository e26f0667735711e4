//! What time decides is decided then, whoever looks and whenever: claims before a jury are never stuck, and a worker that is
//! late or dead changes no outcome.

use huzhu_app::claims::{AddEvidence, Advice, ConfirmClaim, DraftClaim, OwnClaim, RecommendClaim, TakeClaim};
use huzhu_app::jury::{AcceptRequest, DeclineRequest, OfCase, RequestJury};
use huzhu_app::ports::Store;
use huzhu_domain::claim::Illness;
use huzhu_domain::jury::Choice::{Against, ForClaimant};
use huzhu_domain::objection::Answer;
use huzhu_domain::plan::{ReasonCode, Severity};
use huzhu_domain::time::Moment;
use jiff::civil::date;

use crate::jury::{BY_LOT, HALF, asks, called, case, clerk, hours, passes, refused, state, votes};
use crate::objections::{answer, colleague, of, raise, settles, two_on_notice_under};
use crate::world::*;

const OBJECTORS: (&str, &str) =
    ("asked_by = [\"claimant\"]", "asked_by = [\"claimant\", \"objector\", \"operator\"]");
const GROUND: (&str, &str) = (
    "exam = true\nstanding_days = 30",
    "exam = true\nstanding_days = 30\n\n[[jury.not_accepted]]\ncode = \"decided-before\"\n\
     text = { en = \"It was decided.\", zh = \"已有决定。\" }\n",
);

async fn until(town: &Town, c: u128) -> Option<Moment> {
    town.store.claim(claim(c)).await.expect("a row").expect("a claim").until
}

/// Claim 1 is on notice in 2026-03-1; member 3 objects, is answered, and asks for a jury.
async fn before_a_jury_from_notice() -> Town {
    let town = two_on_notice_under(&[OBJECTORS, GROUND, HALF]).await;
    let app = &town.app;
    app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised");
    app.answer_objection(&colleague(), &answer(1, Answer::Dismissed)).await.expect("answered");
    app.request_jury(&as_member(3), &asks(1, 1)).await.expect("asked");
    assert_eq!(state(&town, 1).await, "jury-requested");
    town
}

#[tokio::test]
async fn a_declined_request_from_a_notice_that_was_settled_meanwhile_waits_for_the_next_notice() {
    for settled in [false, true] {
        let town = before_a_jury_from_notice().await;
        if settled {
            assert_eq!(settles(&town, "2026-03-1", date(2026, 3, 10)).await, 1);
        }
        let ground = ReasonCode::new("decided-before").expect("a code");
        let declined = DeclineRequest { case: case(1), ground };
        town.app.decline_jury(&clerk(), &declined).await.expect("declined");
        assert_eq!(state(&town, 1).await, if settled { "approved" } else { "on-notice" });
        if settled {
            crate::objections::opens(&town, "2026-03-2", date(2026, 3, 21), 1).await;
        } else {
            assert_eq!(settles(&town, "2026-03-1", date(2026, 3, 10)).await, 2);
        }
        town.check().await.expect("sound");
    }
}

#[tokio::test]
async fn aid_stays_reserved_while_a_jury_judges_a_claim_that_came_from_notice() {
    let town = before_a_jury_from_notice().await;
    let row = town.store.claim(claim(1)).await.expect("a row").expect("a claim");
    assert_eq!((row.state, row.aid), ("jury-requested", Some(fen(100_000))));
    // The plan pays once: a second claim of the same person must wait for the jury.
    town.files(3, 1, date(2026, 3, 6)).await;
    town.app.take_claim(&reviewer(), TakeClaim { claim: claim(3) }).await.expect("taken");
    let advice = RecommendClaim { claim: claim(3), advice: Advice::Approve { cost: None } };
    assert_eq!(code(town.app.recommend(&reviewer(), &advice).await), "claim-not-eligible");
    town.check().await.expect("sound");
}

/// Claim `c` of member 1 as the plan has no amount for it, refused.
async fn refuses_mild(town: &Town, c: u128) {
    let (app, me) = (&town.app, as_member(1));
    let illness = Illness { severity: Severity::Mild, ..illness(date(2026, 3, 1)) };
    app.draft_claim(&me, &DraftClaim { claim: claim(c), enrolment: enrolment(1), illness }).await.expect("a");
    let bytes = b"%PDF-1.7 diagnosis".to_vec();
    app.add_evidence(&me, &AddEvidence { of: claim(c).into(), evidence: evidence(c), bytes })
        .await
        .expect("b");
    app.report_claim(&me, OwnClaim { claim: claim(c) }).await.expect("c");
    app.take_claim(&reviewer(), TakeClaim { claim: claim(c) }).await.expect("d");
    let reason = ReasonCode::new("condition-not-met").expect("a code");
    let advice = RecommendClaim { claim: claim(c), advice: Advice::Refuse { reason } };
    app.recommend(&reviewer(), &advice).await.expect("e");
    app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(c) }).await.expect("f");
}

#[tokio::test]
async fn what_the_table_has_no_amount_for_goes_back_to_its_reviewer() {
    let town = refused(&[]).await;
    let app = &town.app;
    refuses_mild(&town, 2).await;
    app.request_jury(&as_member(1), &asks(1, 2)).await.expect("asked");
    app.accept_jury(&clerk(), AcceptRequest { case: case(1) }).await.expect("accepted");
    votes(&town, 1, 21, ForClaimant).await.expect("a ballot");
    // Whenever somebody looks: the reviewer's time runs from the end of the vote.
    town.on(date(2026, 3, 9));
    let passed = app.pass_deadlines().await.expect("a round");
    assert_eq!((passed.closed, passed.applied, passed.failed), (1, 1, 0));
    let row = town.store.claim(claim(2)).await.expect("a row").expect("a claim");
    assert_eq!((row.state, row.reviewer, row.aid), ("under-review", Some(member(REVIEWER)), None));
    assert_eq!(row.until, Some("2026-03-17T16:00:00Z".parse().expect("a moment")));
    assert_eq!(town.mail(1).await.last().map(String::as_str), Some("mail-claim-verdict-review"));
    // There is no second jury for the same claim.
    let again = RequestJury { case: case(2), ..asks(2, 2) };
    assert_eq!(code(app.request_jury(&as_member(1), &again).await), "claim-wrong-state");
    town.check().await.expect("sound");
}

#[tokio::test]
async fn a_jury_cannot_make_a_plan_pay_twice_that_pays_once() {
    let town = refused(&[]).await;
    let app = &town.app;
    town.files(2, 1, date(2026, 3, 1)).await;
    town.approves(2).await;
    app.request_jury(&as_member(1), &asks(1, 1)).await.expect("asked");
    app.accept_jury(&clerk(), AcceptRequest { case: case(1) }).await.expect("accepted");
    votes(&town, 1, 21, ForClaimant).await.expect("a ballot");
    town.at(hours(3, 0));
    app.pass_deadlines().await.expect("a round");
    assert_eq!((state(&town, 1).await, state(&town, 2).await), ("under-review", "approved"));
    town.check().await.expect("sound");
}

#[tokio::test]
async fn the_clock_of_a_claim_follows_the_reserves_of_its_jury() {
    let town = refused(&[BY_LOT]).await;
    let app = &town.app;
    app.request_jury(&as_member(1), &asks(1, 1)).await.expect("asked");
    app.accept_jury(&clerk(), AcceptRequest { case: case(1) }).await.expect("accepted");
    assert_eq!(until(&town, 1).await, Some(hours(4, 0)));
    let jurors = called(&town, 1).await;
    votes(&town, 1, jurors[0], Against).await.expect("a ballot");
    town.at(hours(3, 0));
    app.step_aside(&as_member(jurors[1]), OfCase { case: case(1) }).await.expect("aside");
    assert_eq!(until(&town, 1).await, Some(hours(5, 0)));
    // One does not come, and a reserve is called for two days: nobody is late.
    town.at(hours(5, 0));
    let passed = app.pass_deadlines().await.expect("a round");
    assert_eq!((passed.noted, passed.closed, passed.failed), (0, 0, 0));
    assert_eq!(until(&town, 1).await, Some(hours(6, 0)));
    assert!(!town.mail(1).await.contains(&"mail-claim-late".to_owned()));
    // The clerk who lets a request lie is late, and that is noted.
    let other = refused(&[BY_LOT]).await;
    other.app.request_jury(&as_member(1), &asks(1, 1)).await.expect("asked");
    other.on(date(2026, 3, 9));
    assert_eq!(other.app.pass_deadlines().await.expect("a round").noted, 1);
}

#[tokio::test]
async fn a_late_worker_lets_nobody_do_what_a_punctual_one_would_not() {
    for punctual in [true, false] {
        let town = refused(&[BY_LOT]).await;
        let app = &town.app;
        app.request_jury(&as_member(1), &asks(1, 1)).await.expect("asked");
        app.accept_jury(&clerk(), AcceptRequest { case: case(1) }).await.expect("accepted");
        for juror in called(&town, 1).await {
            votes(&town, 1, juror, ForClaimant).await.expect("a ballot");
        }
        town.at(hours(3, 0));
        if punctual {
            app.pass_deadlines().await.expect("a round");
        }
        // The jury has judged: nothing can be withdrawn until the verdict takes effect.
        let withdraw = OwnClaim { claim: claim(1) };
        assert_eq!(code(app.withdraw_claim(&as_member(1), withdraw).await), "claim-wrong-state");
        // The time to appeal runs from the last ballot, and is over on 18 March.
        town.on(date(2026, 3, 19));
        if punctual {
            app.pass_deadlines().await.expect("a round");
        }
        // The next notice finds the claim approved.
        crate::objections::opens(&town, "2026-03-2", date(2026, 3, 21), 1).await;
        assert_eq!(state(&town, 1).await, "on-notice", "punctual: {punctual}");
        assert_eq!(settles(&town, "2026-03-2", date(2026, 3, 25)).await, 1);
        town.check().await.expect("sound");
    }
}

#[tokio::test]
async fn a_settlement_counts_the_vote_that_ended_before_it() {
    for punctual in [true, false] {
        let town = before_a_jury_from_notice().await;
        passes(&town, 5).await;
        town.app.accept_jury(&clerk(), AcceptRequest { case: case(1) }).await.expect("accepted");
        votes(&town, 1, 5, ForClaimant).await.expect("a ballot");
        town.on(date(2026, 3, 10));
        if punctual {
            town.app.pass_deadlines().await.expect("a round");
        }
        let settled = town.app.settle_period(&operator(), &of("2026-03-1")).await.expect("settled");
        assert_eq!(settled.receipt.statement.claims, 2, "punctual: {punctual}");
        assert_eq!(state(&town, 1).await, "cleared");
        town.check().await.expect("sound");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_pass_deadlines_at_once_do_everything_once() {
    let town = std::sync::Arc::new(refused(&[HALF]).await);
    town.app.request_jury(&as_member(1), &asks(1, 1)).await.expect("asked");
    town.app.accept_jury(&clerk(), AcceptRequest { case: case(1) }).await.expect("accepted");
    for juror in 21..=26 {
        votes(&town, 1, juror, ForClaimant).await.expect("a ballot");
    }
    town.on(date(2026, 3, 5));
    let rounds: Vec<_> = (0..8)
        .map(|_| {
            let town = town.clone();
            tokio::spawn(async move { town.app.pass_deadlines().await.expect("a round") })
        })
        .collect();
    let mut applied = 0;
    for round in rounds {
        let passed = round.await.expect("a task");
        assert_eq!(passed.failed, 0);
        applied += passed.applied;
    }
    assert_eq!((applied, state(&town, 1).await), (1, "approved"));
    assert_eq!(town.mail(1).await.iter().filter(|mail| *mail == "mail-claim-verdict-for").count(), 1);
    town.check().await.expect("sound");
}
