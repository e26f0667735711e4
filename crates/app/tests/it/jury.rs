//! Disputes before a jury, retold: open votes and juries drawn by lot, from the request to the verdict that takes effect.

use std::collections::BTreeSet;

use huzhu_app::call::Call;
use huzhu_app::claims::{Advice, ConfirmClaim, OwnClaim, RecommendClaim, TakeClaim};
use huzhu_app::draw_file::DrawFile;
use huzhu_app::error::AppError;
use huzhu_app::jury::tally_file::{BallotReceipt, TallyFinding};
use huzhu_app::jury::{
    AcceptRequest, AnswerQuestion, Answers, AskQuestion, CastBallot, DeclineRequest, GiveStatement, OfCase,
    OnList, RequestJury, SortQuestion,
};
use huzhu_app::matter::MatterQuery;
use huzhu_app::ports::{Actor, Page, Store};
use huzhu_domain::event::StreamId;
use huzhu_domain::id::JuryCaseId;
use huzhu_domain::jury::{Choice, Phase, Ruling, Side};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ReasonCode, Relation};
use huzhu_domain::time::Moment;
use jiff::ToSpan;
use jiff::civil::date;

use crate::world::*;

const CLERK: u128 = 905;

pub(crate) fn clerk() -> Call {
    as_staff(CLERK, Role::Clerk)
}

pub(crate) fn case(n: u128) -> JuryCaseId {
    JuryCaseId::from_uuid(uuid::Uuid::from_u128((5 << 100) + n))
}

pub(crate) const GROUND: (&str, &str) = (
    "exam = true\nstanding_days = 30",
    "exam = true\nstanding_days = 30\n\n[[jury.not_accepted]]\ncode = \"inside-wait\"\n\
     text = { en = \"Inside the wait.\", zh = \"等待期内。\" }\n",
);
pub(crate) const HALF: (&str, &str) = ("quorum_percent_max = \"10\"", "quorum_percent_max = \"50\"");
pub(crate) const BY_LOT: (&str, &str) = (
    "mode = \"open\"\nquorum = 200\nquorum_percent_max = \"10\"\nhours = 24",
    "mode = \"drawn\"\nsize = 3\nreserves = 2\ndeadline_days = 2\nappeals = 1",
);

/// Ten jurors, 21 to 30, and a claim of member 1 that was refused on 2 March.
pub(crate) async fn refused(changes: &[(&str, &str)]) -> Town {
    let town = Town::new(changes).await;
    town.joins(1, date(2026, 1, 10)).await;
    town.on(date(2026, 1, 10));
    for n in 21..=30 {
        town.joins(n, date(2026, 1, 10)).await;
        passes(&town, n).await;
    }
    town.on(date(2026, 3, 2));
    refuses(&town, 1).await;
    town
}

/// Member `n` passes the exam.
pub(crate) async fn passes(town: &Town, n: u128) {
    let (app, me) = (&town.app, as_member(n));
    app.begin_exam(&me, &plan()).await.expect("begun");
    let sheet = app.exam_sheet(&me, &plan()).await.expect("a sheet");
    assert_eq!(sheet.questions.len(), 10);
    let answers = sheet.questions.iter().map(|question| Some(question.right)).collect();
    let done = app.hand_in_exam(&me, &Answers { plan: plan(), answers }).await.expect("handed in");
    assert!(done.receipt.passed);
}

/// Claim `c` of member 1 is filed and refused.
pub(crate) async fn refuses(town: &Town, c: u128) {
    town.files(c, 1, date(2026, 3, 1)).await;
    let app = &town.app;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(c) }).await.expect("taken");
    let reason = ReasonCode::new("condition-not-met").expect("a code");
    let advice = RecommendClaim { claim: claim(c), advice: Advice::Refuse { reason } };
    app.recommend(&reviewer(), &advice).await.expect("recommended");
    app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(c) }).await.expect("refused");
}

pub(crate) fn asks(n: u128, c: u128) -> RequestJury {
    RequestJury { case: case(n), claim: claim(c), statement: "The ventilator ran for 50 minutes.".to_owned() }
}

/// Member 1 asks for a jury, and the clerk accepts.
pub(crate) async fn opens(town: &Town, n: u128) {
    town.app.request_jury(&as_member(1), &asks(n, 1)).await.expect("asked");
    town.app.accept_jury(&clerk(), AcceptRequest { case: case(n) }).await.expect("accepted");
}

pub(crate) fn ballot(n: u128, choice: Choice) -> CastBallot {
    CastBallot { case: case(n), choice, reason: format!("I think {}.", choice.word()) }
}

pub(crate) async fn votes(
    town: &Town,
    n: u128,
    juror: u128,
    choice: Choice,
) -> Result<BallotReceipt, AppError> {
    Ok(town.app.cast_ballot(&as_member(juror), &ballot(n, choice)).await?.receipt)
}

pub(crate) async fn state(town: &Town, c: u128) -> &'static str {
    town.store.claim(claim(c)).await.expect("a row").expect("a claim").state
}

pub(crate) fn hours(day: i8, hour: i64) -> Moment {
    noon(date(2026, 3, day)) + hour.hours()
}

use Choice::{Against, ForClaimant};

#[tokio::test]
async fn an_open_vote_overturns_a_refusal_and_every_juror_finds_the_own_ballot() {
    let town = refused(&[HALF, GROUND]).await;
    let app = &town.app;
    assert!(app.clerk_queue(&clerk(), &plan()).await.expect("a queue").is_empty());
    opens(&town, 1).await;
    // Ten are qualified; half of them is the quorum.
    let view = app.jury_case(&as_member(1), case(1)).await.expect("a view");
    assert_eq!((view.state, view.electorate, view.needed, view.turnout), ("open", Some(10), Some(5), 0));
    assert_eq!(view.phase, Phase::Voting(hours(3, 0)));
    let plan_says = GiveStatement { case: case(1), text: "The condition asks for 96 hours.".to_owned() };
    app.give_statement(&reviewer(), &plan_says).await.expect("stated");
    assert_eq!(code(app.give_statement(&reviewer(), &plan_says).await), "jury-wrong-state");

    let docket = app.docket(&as_member(21), case(1)).await.expect("a docket");
    assert_eq!((docket.age, docket.files, docket.days_in_plan), (Some(35), 1, 50));
    assert_eq!(docket.claimant_says, "The ventilator ran for 50 minutes.");
    assert_eq!(docket.plan_says, "The condition asks for 96 hours.");
    assert!(!format!("{docket:?}").contains("王"), "no name");

    let mut receipts = Vec::new();
    for (juror, choice) in [(21, ForClaimant), (22, Against), (23, ForClaimant), (24, Against)] {
        receipts.push(votes(&town, 1, juror, choice).await.expect("a receipt"));
    }
    // The same vote again is the same receipt, another one is none; the receipt can be had again.
    assert_eq!(votes(&town, 1, 21, ForClaimant).await.as_ref(), Ok(&receipts[0]));
    assert_eq!(code(votes(&town, 1, 21, Against).await), "jury-already-voted");
    assert_eq!(app.ballot_receipt(&as_member(21), case(1)).await.as_ref(), Ok(&receipts[0]));
    assert_eq!(app.jury_case(&as_member(1), case(1)).await.expect("a view").turnout, 4);
    // A tie at exactly the threshold is for the claimant.
    for (juror, choice) in [(25, ForClaimant), (26, Against)] {
        receipts.push(votes(&town, 1, juror, choice).await.expect("a receipt"));
    }
    assert_eq!(code(app.close_jury(&Call::system(), case(1)).await), "jury-voting-runs");
    assert!(matches!(app.tally_file(case(1)).await, Err(AppError::NotFound(_))));
    town.at(hours(3, 0));
    assert_eq!(code(votes(&town, 1, 27, Against).await), "jury-voting-over");
    // The ballot that came too late ended the vote; nothing is left for the worker.
    let ticked = app.pass_deadlines().await.expect("a round");
    assert_eq!((ticked.closed, ticked.applied, ticked.failed), (0, 0, 0));

    let tally = app.tally_file(case(1)).await.expect("a tally");
    assert_eq!(tally.check(), Ok(()));
    assert_eq!((tally.count.for_claimant, tally.count.against, tally.ruling), (3, 3, Ruling::ForClaimant));
    for (n, receipt) in receipts.iter().enumerate() {
        let found = tally.find(receipt).expect("counted");
        assert_eq!(found.choice, Some(if n % 2 == 0 { ForClaimant } else { Against }));
    }
    let mut forged = receipts[0].clone();
    forged.digest = receipts[1].digest.clone();
    assert!(matches!(tally.find(&forged), Err(TallyFinding::Differs { what: "digest", .. })));
    // The verdict took effect, with the aid of the table.
    assert_eq!(state(&town, 1).await, "approved");
    let row = town.store.claim(claim(1)).await.expect("a row").expect("a claim");
    assert_eq!(row.aid, Some(fen(100_000)));
    let verdict = app.verdict(case(1)).await.expect("a verdict");
    assert_eq!((verdict.reasons.len(), verdict.needed, verdict.by_lot), (6, 5, false));
    assert_eq!(app.verdicts(&plan()).await.expect("a list").len(), 1);
    // One jury for each claim in an open vote.
    assert_eq!(code(app.request_jury(&as_member(1), &asks(2, 1)).await), "claim-wrong-state");
    town.check().await.expect("sound");
    assert!(app.verdict(case(1)).await.expect("a verdict").logged.is_some());
}

#[tokio::test]
async fn the_store_shows_neither_who_cast_a_ballot_nor_what_it_says() {
    let town = refused(&[]).await;
    opens(&town, 1).await;
    town.at(hours(2, 1) + 17.seconds());
    for juror in 21..=24 {
        let keyed = Call { key: Some(format!("key-{juror}")), ..as_member(juror) };
        town.app.cast_ballot(&keyed, &ballot(1, Against)).await.expect("cast");
        // Nothing is kept under a key, which would name the juror beside the ballot.
        let kept = town.store.answer(Actor::Member(member(juror)), &format!("key-{juror}")).await;
        assert_eq!(kept.expect("an answer"), None);
    }
    let rows = town.store.matters(&MatterQuery::ballots_of(case(1)), &Page::first(10)).await.expect("rows");
    assert_eq!(rows.len(), 4);
    for row in rows {
        assert_eq!(row.member, None);
        let events = town.store.stream(&row.stream).await.expect("events");
        assert_eq!((events.len(), events[0].actor, events[0].at), (1, Actor::System, hours(2, 1)));
        // All of one length, and no two alike.
        assert_eq!(row.body.len(), 352);
        let text = format!("{:?} {:?}", row, events[0].event);
        for juror in 21..=24 {
            assert!(!text.contains(&member(juror).to_string()) && !text.contains("against"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_requests_of_one_juror_at_once_give_one_ballot() {
    let town = std::sync::Arc::new(refused(&[]).await);
    opens(&town, 1).await;
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let town = town.clone();
            tokio::spawn(async move {
                let choice = if n % 2 == 0 { ForClaimant } else { Against };
                votes(&town, 1, 21, choice).await
            })
        })
        .collect();
    let mut receipts = BTreeSet::new();
    let mut refused = 0;
    for task in tasks {
        match task.await.expect("a task") {
            Ok(receipt) => drop(receipts.insert(receipt.digest)),
            Err(AppError::Refused(refusal)) => {
                assert_eq!(refusal.code, "jury-already-voted");
                refused += 1;
            }
            Err(AppError::Stale(_)) => {}
            Err(other) => unreachable!("{other:?}"),
        }
    }
    assert_eq!(receipts.len(), 1);
    assert!(refused > 0);
    assert_eq!(town.store.count_ballots(case(1)).await, Ok(1));
}

#[tokio::test]
async fn the_applicant_withdraws_while_the_jury_votes() {
    let town = refused(&[]).await;
    opens(&town, 1).await;
    votes(&town, 1, 21, ForClaimant).await.expect("a receipt");
    town.app.withdraw_claim(&as_member(1), OwnClaim { claim: claim(1) }).await.expect("withdrawn");
    assert_eq!(code(votes(&town, 1, 22, ForClaimant).await), "jury-ended-with-claim");
    town.on(date(2026, 3, 20));
    town.app.pass_deadlines().await.expect("a round");
    assert_eq!(state(&town, 1).await, "withdrawn");
    // Ballots of a case that was not judged stay sealed.
    assert!(matches!(town.app.tally_file(case(1)).await, Err(AppError::NotFound(_))));
    assert!(town.app.verdicts(&plan()).await.expect("a list").is_empty());
    town.check().await.expect("sound");
}

#[tokio::test]
async fn without_a_quorum_the_opinion_stands_and_everybody_reads_that() {
    let town = refused(&[HALF]).await;
    opens(&town, 1).await;
    for juror in 21..=24 {
        votes(&town, 1, juror, ForClaimant).await.expect("a receipt");
    }
    // A worker that was dead for a month changes nothing.
    town.on(date(2026, 4, 5));
    town.app.pass_deadlines().await.expect("a round");
    let verdict = town.app.verdict(case(1)).await.expect("a verdict");
    assert_eq!((verdict.line.ruling, verdict.line.ended), (Ruling::NoQuorum, hours(3, 0)));
    assert_eq!(state(&town, 1).await, "refused");
    assert_eq!(code(town.app.request_jury(&as_member(1), &asks(2, 1)).await), "claim-already-judged");
    town.check().await.expect("sound");
}

#[tokio::test]
async fn whoever_judges_has_standing_is_of_age_and_on_the_list() {
    let town = refused(&[]).await;
    // 40 is new; 41 never took the exam; 42 is a child.
    town.joins(40, date(2026, 2, 20)).await;
    town.joins(41, date(2026, 1, 10)).await;
    town.joins_under(42, date(2026, 1, 10), member(42), None, date(2012, 1, 1)).await;
    passes(&town, 40).await;
    opens(&town, 1).await;
    assert_eq!(code(votes(&town, 1, 1, ForClaimant).await), "juror-exam-missing");
    assert_eq!(code(votes(&town, 1, 40, ForClaimant).await), "juror-standing-too-short");
    assert_eq!(code(votes(&town, 1, 41, ForClaimant).await), "juror-exam-missing");
    assert_eq!(code(town.app.begin_exam(&as_member(42), &plan()).await), "juror-too-young");
    // Strangers to the plan learn nothing.
    assert!(matches!(votes(&town, 1, 77, ForClaimant).await, Err(AppError::NotFound(_))));
    town.app.set_on_list(&as_member(23), &OnList { plan: plan(), willing: false }).await.expect("off");
    assert_eq!(code(votes(&town, 1, 23, Against).await), "juror-not-willing");
    town.app.set_on_list(&as_member(23), &OnList { plan: plan(), willing: true }).await.expect("on");
    votes(&town, 1, 23, Against).await.expect("a receipt");
    town.app.strike_juror(&clerk(), &plan(), member(24)).await.expect("struck off");
    assert_eq!(code(votes(&town, 1, 24, Against).await), "juror-struck-off");
    // A case looks like none to whoever is neither a side nor the clerk.
    assert!(matches!(town.app.jury_case(&as_member(25), case(1)).await, Err(AppError::NotFound(_))));
    assert!(matches!(town.app.docket(&as_member(25), case(9)).await, Err(AppError::NotFound(_))));
}

#[tokio::test]
async fn a_juror_who_is_the_claimants_relative_is_kept_out_by_the_platform() {
    let town = Town::new(&[]).await;
    town.on(date(2026, 1, 10));
    // Member 21 pays for member 1.
    town.joins(21, date(2026, 1, 10)).await;
    town.joins_under(1, date(2026, 1, 10), member(21), Some(Relation::Spouse), date(1990, 6, 1)).await;
    for n in [21, 22] {
        if n == 22 {
            town.joins(22, date(2026, 1, 10)).await;
        }
        passes(&town, n).await;
    }
    town.on(date(2026, 3, 2));
    refuses(&town, 1).await;
    opens(&town, 1).await;
    assert_eq!(code(votes(&town, 1, 21, ForClaimant).await), "jury-involved");
    assert_eq!(code(town.app.docket(&as_member(21), case(1)).await), "jury-involved");
    votes(&town, 1, 22, ForClaimant).await.expect("a receipt");
}

#[tokio::test]
async fn a_request_is_declined_on_a_ground_of_the_terms_and_can_be_made_again_in_time() {
    let town = refused(&[GROUND]).await;
    let app = &town.app;
    app.request_jury(&as_member(1), &asks(1, 1)).await.expect("asked");
    let queue = app.clerk_queue(&clerk(), &plan()).await.expect("a queue");
    assert_eq!((queue.len(), queue[0].state.as_str(), queue[0].overdue), (1, "requested", false));
    let decline =
        |ground: &str| DeclineRequest { case: case(1), ground: ReasonCode::new(ground).expect("a code") };
    assert_eq!(code(app.decline_jury(&clerk(), &decline("no-mood")).await), "jury-ground-unknown");
    let denied = app.decline_jury(&as_member(21), &decline("inside-wait")).await;
    assert!(matches!(denied, Err(AppError::Denied { .. })));
    app.decline_jury(&clerk(), &decline("inside-wait")).await.expect("declined");
    assert_eq!(state(&town, 1).await, "refused");
    app.request_jury(&as_member(1), &asks(2, 1)).await.expect("asked again");
    app.decline_jury(&clerk(), &DeclineRequest { case: case(2), ..decline("inside-wait") })
        .await
        .expect("declined");
    town.on(date(2026, 3, 20));
    assert_eq!(code(app.request_jury(&as_member(1), &asks(3, 1)).await), "claim-too-late-for-jury");
    let stranger = app.request_jury(&as_member(21), &asks(4, 1)).await;
    assert!(matches!(stranger, Err(AppError::NotFound(_))));
    town.check().await.expect("sound");
}

#[tokio::test]
async fn questions_go_through_the_clerk() {
    let town = refused(&[]).await;
    let app = &town.app;
    opens(&town, 1).await;
    let ask = AskQuestion { case: case(1), to: Side::Claimant, text: "Since when?".to_owned() };
    app.ask_question(&as_member(21), &ask).await.expect("asked");
    assert_eq!(code(app.ask_question(&as_member(21), &ask).await), "jury-too-many-questions");
    let answer = AnswerQuestion { case: case(1), question: 1, text: "Since Monday.".to_owned() };
    assert_eq!(code(app.answer_question(&as_member(1), &answer).await), "jury-no-such-question");
    assert!(app.jury_case(&as_member(1), case(1)).await.expect("a view").questions.is_empty());
    assert_eq!(app.clerk_queue(&clerk(), &plan()).await.expect("a queue")[0].questions, 1);
    let pass = SortQuestion { case: case(1), question: 1, pass_on: true };
    app.sort_question(&clerk(), pass).await.expect("passed on");
    assert_eq!(code(app.answer_question(&reviewer(), &answer).await), "jury-no-such-question");
    app.answer_question(&as_member(1), &answer).await.expect("answered");
    let docket = app.docket(&as_member(22), case(1)).await.expect("a docket");
    assert_eq!(
        (docket.questions[0].text.as_str(), docket.questions[0].answer.as_str()),
        ("Since when?", "Since Monday.")
    );
    // Whoever has the ball is told so: the side that is asked, then the juror who asked.
    for (member, template) in [(1, "mail-jury-asked"), (21, "mail-juror-answered")] {
        let told = town.mail(member).await;
        assert_eq!(told.iter().filter(|one| *one == template).count(), 1, "{template}: {told:?}");
    }
    assert!(!town.mail(22).await.contains(&"mail-juror-answered".to_owned()));
}

#[tokio::test]
async fn everybody_who_may_vote_is_asked_once_and_reminded_once() {
    let town = refused(&[]).await;
    let app = &town.app;
    // Neither who is too close to the claim nor who is not on the list.
    app.set_on_list(&as_member(30), &OnList { plan: plan(), willing: false }).await.expect("off the list");
    opens(&town, 1).await;
    app.declare_conflict_with_case(&as_member(29), case(1), "My colleague.").await.expect("declared");
    let asked = async || {
        let mut counts = Vec::new();
        for member in [1, 21, 28, 29, 30] {
            let told = town.mail(member).await;
            let of = |template: &str| told.iter().filter(|one| *one == template).count();
            counts.push((member, of("mail-juror-open"), of("mail-juror-open-reminder")));
        }
        counts
    };
    while app.announce().await.expect("a batch").more {}
    assert_eq!(asked().await, [(1, 0, 0), (21, 1, 0), (28, 1, 0), (29, 0, 0), (30, 0, 0)]);
    votes(&town, 1, 21, ForClaimant).await.expect("a receipt");
    // 24 hours: a quarter is left after 18. Whoever voted gets the same message.
    for (hour, reminded) in [(17, 0), (18, 1), (19, 1), (23, 1), (25, 1)] {
        town.at(hours(2, hour));
        app.pass_deadlines().await.expect("a round");
        while app.announce().await.expect("a batch").more {}
        let expected = [(1, 0, 0), (21, 1, reminded), (28, 1, reminded), (29, 0, 0), (30, 0, 0)];
        assert_eq!(asked().await, expected, "after {hour} hours");
    }
}

#[tokio::test]
async fn a_second_claim_after_a_verdict_has_a_jury_of_its_own() {
    let town = refused(&[]).await;
    opens(&town, 1).await;
    votes(&town, 1, 21, Against).await.expect("a receipt");
    town.at(hours(3, 0));
    town.app.pass_deadlines().await.expect("a round");
    assert_eq!(state(&town, 1).await, "refused");
    refuses(&town, 2).await;
    town.app.request_jury(&as_member(1), &asks(2, 2)).await.expect("asked");
    town.app.accept_jury(&clerk(), AcceptRequest { case: case(2) }).await.expect("accepted");
    votes(&town, 2, 21, ForClaimant).await.expect("a receipt");
    town.at(hours(4, 0));
    town.app.pass_deadlines().await.expect("a round");
    assert_eq!((state(&town, 1).await, state(&town, 2).await), ("refused", "approved"));
    town.check().await.expect("sound");
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where a check stands")]
fn believe(_: &huzhu_domain::jury::DrawRequest, _: &huzhu_domain::jury::SeedProof) -> Result<(), String> {
    Ok(())
}

/// Those who are called now, as they see it themselves.
pub(crate) async fn called(town: &Town, n: u128) -> Vec<u128> {
    let mut jurors = Vec::new();
    for juror in 21..=30 {
        if town.app.docket(&as_member(juror), case(n)).await.is_ok() {
            jurors.push(juror);
        }
    }
    jurors
}

#[tokio::test]
async fn a_jury_is_drawn_steps_aside_is_replaced_and_its_verdict_goes_to_a_larger_one() {
    let town = refused(&[BY_LOT]).await;
    let app = &town.app;
    opens(&town, 1).await;
    let jurors = called(&town, 1).await;
    assert_eq!(jurors.len(), 3);
    // The draw can be made again from its public file.
    let published = app.published_draw(case(1)).await.expect("a draw");
    let file = DrawFile::read(published.file.as_bytes()).expect("a file");
    let checked = file.check(None, &believe).expect("a draw that follows");
    assert_eq!((checked.roster.count(), checked.seating.jurors.len()), (10, 3));
    assert!(file.log().is_some_and(|log| log.roster < log.request));

    let outsider = (21..=30).find(|n| !jurors.contains(n)).expect("somebody");
    assert!(matches!(
        votes(&town, 1, outsider, Against).await,
        Err(AppError::NotFound(_) | AppError::Refused(_))
    ));
    votes(&town, 1, jurors[0], Against).await.expect("a receipt");
    app.step_aside(&as_member(jurors[1]), OfCase { case: case(1) }).await.expect("aside");
    assert_eq!(code(votes(&town, 1, jurors[1], ForClaimant).await), "jury-replaced");
    let now = called(&town, 1).await;
    let reserve = *now.iter().find(|n| !jurors.contains(n)).expect("a reserve");
    votes(&town, 1, reserve, Against).await.expect("a receipt");
    // Who is called is told so, a reserve when it comes to that; nobody else is.
    let called_by_mail = |mail: Vec<String>| mail.iter().filter(|one| *one == "mail-juror-called").count();
    for (juror, expected) in [(jurors[0], 1), (jurors[1], 1), (reserve, 1)] {
        assert_eq!(called_by_mail(town.mail(juror).await), expected, "{juror}");
    }
    // The third one is reminded half a day before, as is whoever voted already, and does not come: the second reserve is called,
    // and has two days.
    let reminders = |mail: Vec<String>| mail.iter().filter(|one| *one == "mail-juror-reminder").count();
    for (hour, expected) in [(35, 0), (36, 1), (37, 1)] {
        town.at(hours(2, hour));
        app.pass_deadlines().await.expect("a round");
        for (juror, expected) in [(jurors[2], expected), (jurors[0], expected), (jurors[1], 0)] {
            assert_eq!(reminders(town.mail(juror).await), expected, "{juror} after {hour} hours");
        }
    }
    town.on(date(2026, 3, 4));
    assert_eq!(code(votes(&town, 1, jurors[2], ForClaimant).await), "jury-replaced");
    let last: Vec<u128> = called(&town, 1).await;
    let last = *last.iter().find(|n| !jurors.contains(n) && **n != reserve).expect("a second reserve");
    votes(&town, 1, last, ForClaimant).await.expect("a receipt");
    // All seats have voted.
    assert_eq!(app.pass_deadlines().await.expect("a round").closed, 1);
    let tally = app.tally_file(case(1)).await.expect("a tally");
    assert_eq!((tally.check(), tally.ruling), (Ok(()), Ruling::AgainstClaimant));
    assert_eq!(state(&town, 1).await, "verdict");
    let checked = DrawFile::read(app.published_draw(case(1)).await.expect("a draw").file.as_bytes())
        .expect("a file")
        .check(None, &believe)
        .expect("follows");
    assert_eq!((checked.exclusions.len(), checked.seating.jurors.len()), (2, 3));
    let told = town.mail(1).await;
    for template in ["mail-jury-accepted", "mail-jury-drawn", "mail-jury-judged"] {
        assert_eq!(told.iter().filter(|one| *one == template).count(), 1, "{template}: {told:?}");
    }
    assert!(town.mail(reserve).await.contains(&"mail-juror-judged".to_owned()));

    // The claimant goes before a jury of seven.
    opens(&town, 2).await;
    assert_eq!(called(&town, 2).await.len(), 7);
    for juror in called(&town, 2).await {
        votes(&town, 2, juror, ForClaimant).await.expect("a receipt");
    }
    let done = app.pass_deadlines().await.expect("a round");
    assert_eq!((done.closed, done.applied), (1, 1));
    assert_eq!(state(&town, 1).await, "approved");
    town.check().await.expect("sound");
}

#[tokio::test]
async fn too_few_of_a_jury_is_said_openly() {
    let town = refused(&[BY_LOT]).await;
    opens(&town, 1).await;
    let jurors = called(&town, 1).await;
    votes(&town, 1, jurors[0], ForClaimant).await.expect("a receipt");
    // Nobody else comes, nor do the reserves.
    town.on(date(2026, 3, 10));
    let done = town.app.pass_deadlines().await.expect("a round");
    assert_eq!((done.closed, done.failed), (1, 0));
    let verdict = town.app.verdict(case(1)).await.expect("a verdict");
    assert_eq!((verdict.line.ruling, verdict.line.ended, verdict.needed), (Ruling::NoQuorum, hours(6, 0), 2));
    // Nobody asks for a larger jury: the refusal stands.
    town.on(date(2026, 3, 25));
    town.app.pass_deadlines().await.expect("a round");
    assert_eq!(state(&town, 1).await, "refused");
    town.check().await.expect("sound");
}

#[tokio::test]
async fn a_juror_has_one_stream_for_each_plan() {
    let town = refused(&[]).await;
    let row = town.store.matter(&StreamId::Juror(plan(), member(21))).await.expect("a row").expect("a juror");
    assert_eq!((row.state.as_str(), row.body.as_str()), ("willing", "passed"));
    let status = town.app.juror_status(&as_member(21), &plan()).await.expect("a status");
    assert_eq!((status.word, status.missing), ("willing", None));
    opens(&town, 1).await;
    let calendar = town.app.juror_calendar(&as_member(21)).await.expect("a calendar");
    assert_eq!((calendar.len(), calendar[0].voted, calendar[0].until), (1, false, Some(hours(3, 0))));
}
