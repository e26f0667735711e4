//! Objections: who may raise and answer one, and that no claim is ever stuck or paid twice.

use huzhu_app::claims::{Advice, ConfirmClaim, OwnClaim, RecommendClaim, TakeClaim};
use huzhu_app::error::AppError;
use huzhu_app::log::{ReceiptAnswer, ReceiptOf};
use huzhu_app::objections::{AnswerObjection, RaiseObjection, Side, WithdrawObjection};
use huzhu_app::periods::OfPeriod;
use huzhu_app::ports::Store;
use huzhu_domain::id::ObjectionId;
use huzhu_domain::member::Role;
use huzhu_domain::objection::{Answer, Ground};
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::{Day, plus_days};
use jiff::civil::date;

use crate::world::*;

/// A second reviewer, who did not recommend.
const COLLEAGUE: u128 = 905;

pub(crate) fn objection(n: u128) -> ObjectionId {
    ObjectionId::from_uuid(uuid::Uuid::from_u128((6 << 100) + n))
}

fn key(text: &str) -> PeriodKey {
    text.parse().expect("a period")
}

pub(crate) fn of(text: &str) -> OfPeriod {
    OfPeriod { plan: plan(), key: key(text) }
}

pub(crate) fn colleague() -> huzhu_app::call::Call {
    as_staff(COLLEAGUE, Role::Reviewer)
}

pub(crate) fn raise(o: u128, c: u128) -> RaiseObjection {
    RaiseObjection {
        objection: objection(o),
        claim: claim(c),
        ground: Ground::NotAsStated,
        text: format!("I saw them running, says {o}."),
    }
}

pub(crate) fn answer(o: u128, answer: Answer) -> AnswerObjection {
    AnswerObjection { objection: objection(o), answer, text: "The hospital confirmed it.".to_owned() }
}

/// Seven members who joined on 10 January; claims 1 and 2 of members 1 and 2 are on notice in 2026-03-1 from 7 to 9 March.
async fn two_on_notice() -> Town {
    two_on_notice_under(&[]).await
}

/// The same under a changed plan.
pub(crate) async fn two_on_notice_under(changes: &[(&str, &str)]) -> Town {
    let town = Town::new(changes).await;
    for n in 1..=7 {
        town.joins(n, date(2026, 1, 10)).await;
        town.knows(n).await;
    }
    for c in 1..=2 {
        town.on(date(2026, 3, 2));
        town.files(c, c, date(2026, 3, 1)).await;
        town.approves(c).await;
    }
    opens(&town, "2026-03-1", date(2026, 3, 7), 2).await;
    town
}

pub(crate) async fn opens(town: &Town, period: &str, day: Day, claims: u64) {
    town.on(day);
    let opened = town.app.open_notice(&operator(), &of(period)).await.expect("notice").receipt;
    assert_eq!(opened.claims, claims, "claims on notice in {period}");
}

/// Settles a period on a day; answers how many claims it cleared.
pub(crate) async fn settles(town: &Town, period: &str, day: Day) -> u32 {
    town.on(day);
    let settled = town.app.settle_period(&operator(), &of(period)).await.expect("settled");
    let statement = settled.receipt.statement;
    let payable: u64 = statement.payable.iter().map(|one| one.aid.minor()).sum();
    assert_eq!(payable, statement.aid.minor(), "what is payable is what was shared");
    statement.claims
}

pub(crate) async fn collects(town: &Town, period: &str, day: Day) {
    town.on(day);
    let collect = huzhu_app::periods::CollectPeriod {
        plan: plan(),
        key: key(period),
        failed: Vec::new(),
        report: b"all".to_vec(),
    };
    town.app.collect_period(&operator(), &collect).await.expect("collected");
}

async fn state(town: &Town, c: u128) -> &'static str {
    town.store.claim(claim(c)).await.expect("a row").expect("a claim").state
}

#[tokio::test]
async fn who_may_object_and_when() {
    let town = two_on_notice().await;
    let app = &town.app;
    let raised = app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised").receipt;
    assert_eq!((raised.state.as_str(), raised.claim_state.as_str()), ("open", "objected"));
    assert_eq!(code(app.raise_objection(&as_member(3), &raise(2, 1)).await), "claim-already-objected");
    assert_eq!(code(app.raise_objection(&as_member(1), &raise(2, 1)).await), "claim-own");
    assert_eq!(code(app.raise_objection(&as_member(99), &raise(2, 1)).await), "objection-not-member");
    assert_eq!(code(app.raise_objection(&as_member(4), &raise(1, 2)).await), "objection-id-used");
    let empty = RaiseObjection { text: "  ".to_owned(), ..raise(2, 1) };
    assert!(matches!(app.raise_objection(&as_member(4), &empty).await, Err(AppError::Invalid(_))));
    assert_eq!(app.raise_objection(&as_member(4), &raise(2, 9)).await, Err(AppError::NotFound("claim")));
    // A claim that is not public looks like none.
    town.files(3, 3, date(2026, 3, 1)).await;
    let hidden = app.raise_objection(&as_member(4), &raise(2, 3)).await;
    assert!(matches!(hidden, Err(AppError::NotFound(_))), "{hidden:?}");
    town.on(date(2026, 3, 10));
    assert_eq!(code(app.raise_objection(&as_member(4), &raise(2, 2)).await), "claim-notice-over");
    assert_eq!(town.mail(3).await, ["mail-objection-raised", "mail-claim-reported"]);
    assert_eq!(town.mail(1).await.last().map(String::as_str), Some("mail-claim-objected"));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn who_may_answer_and_who_reads_what() {
    let town = two_on_notice().await;
    let app = &town.app;
    town.joins(COLLEAGUE, date(2026, 1, 10)).await;
    app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised");
    app.raise_objection(&colleague(), &raise(2, 2)).await.expect("raised");
    let dismissed = answer(1, Answer::Dismissed);
    assert_eq!(code(app.answer_objection(&reviewer(), &dismissed).await), "claim-same-person");
    assert_eq!(
        code(app.answer_objection(&colleague(), &answer(2, Answer::Dismissed)).await),
        "objection-own"
    );
    let denied = app.answer_objection(&as_member(4), &dismissed).await;
    assert!(matches!(denied, Err(AppError::Denied { .. })), "{denied:?}");

    let queue = app.objection_queue(&colleague(), &plan()).await.expect("a queue");
    assert_eq!(queue.iter().map(|line| line.id).collect::<Vec<_>>(), [objection(1), objection(2)]);
    for (call, side) in
        [(as_member(3), Side::Objector), (as_member(1), Side::Claimant), (colleague(), Side::Staff)]
    {
        let view = app.objection_view(&call, objection(1)).await.expect("a view");
        assert_eq!((view.side, view.text.as_deref()), (side, Some("I saw them running, says 1.")));
        assert_eq!(view.may_answer, side == Side::Staff);
    }
    let stranger = app.objection_view(&as_member(4), objection(1)).await;
    assert_eq!(stranger, Err(AppError::NotFound("objection")));
    assert_eq!(app.objection_view(&as_member(4), objection(77)).await, Err(AppError::NotFound("objection")));

    let done = app.answer_objection(&colleague(), &dismissed).await.expect("answered").receipt;
    assert_eq!((done.state.as_str(), done.claim_state.as_str()), ("dismissed", "on-notice"));
    assert_eq!(code(app.answer_objection(&colleague(), &dismissed).await), "objection-wrong-state");
    let view = app.objection_view(&as_member(3), objection(1)).await.expect("a view");
    assert_eq!(view.answer.as_deref(), Some("The hospital confirmed it."));
    let public = app.objections_to(claim(1)).await.expect("public");
    assert_eq!(public.iter().map(|one| one.state).collect::<Vec<_>>(), ["dismissed"]);
    town.check().await.expect("a sound store");
}

/// What happens to claim 1 between objection and the end; claim 2 is undisputed and is settled in 2026-03-1 in any case.
#[tokio::test]
async fn a_disputed_claim_is_never_stuck_and_never_paid_twice() {
    #[derive(Clone, Copy, Debug)]
    enum Then {
        DismissedBefore,
        WithdrawnBefore,
        DismissedAfter,
        WithdrawnAfter,
        UpheldAndApproved,
    }
    for (then, cleared_first) in [
        (Then::DismissedBefore, 2),
        (Then::WithdrawnBefore, 2),
        (Then::DismissedAfter, 1),
        (Then::WithdrawnAfter, 1),
        (Then::UpheldAndApproved, 1),
    ] {
        let town = two_on_notice().await;
        let app = &town.app;
        app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised");
        let withdraw = WithdrawObjection { objection: objection(1) };
        let dismissed = answer(1, Answer::Dismissed);
        match then {
            Then::DismissedBefore => {
                app.answer_objection(&colleague(), &dismissed).await.expect("answered");
            }
            Then::WithdrawnBefore => {
                app.withdraw_objection(&as_member(3), withdraw).await.expect("withdrawn");
            }
            Then::UpheldAndApproved => {
                app.answer_objection(&colleague(), &answer(1, Answer::Upheld)).await.expect("answered");
                let advice = RecommendClaim { claim: claim(1), advice: Advice::Approve { cost: None } };
                app.recommend(&colleague(), &advice).await.expect("recommended");
                app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(1) }).await.expect("confirmed");
                // The next notice opens before the first period is settled: it must not stand in its way.
                opens(&town, "2026-03-2", date(2026, 3, 21), 1).await;
            }
            Then::DismissedAfter | Then::WithdrawnAfter => {}
        }
        let day = if matches!(then, Then::UpheldAndApproved) { date(2026, 3, 22) } else { date(2026, 3, 10) };
        let preview = app.preview_period(&operator(), &plan(), key("2026-03-1")).await.expect("a preview");
        assert_eq!(preview.claims.len(), usize::try_from(cleared_first).expect("small"), "{then:?}");
        assert_eq!(settles(&town, "2026-03-1", day).await, cleared_first, "{then:?}");
        match then {
            Then::DismissedAfter => {
                assert_eq!(state(&town, 1).await, "objected");
                app.answer_objection(&colleague(), &dismissed).await.expect("answered");
            }
            Then::WithdrawnAfter => {
                app.withdraw_objection(&as_member(3), withdraw).await.expect("withdrawn");
            }
            Then::DismissedBefore | Then::WithdrawnBefore | Then::UpheldAndApproved => {}
        }
        collects(&town, "2026-03-1", plus_days(day, 10)).await;
        if cleared_first == 1 {
            if !matches!(then, Then::UpheldAndApproved) {
                assert_eq!(state(&town, 1).await, "approved", "{then:?}");
                opens(&town, "2026-03-2", date(2026, 3, 21), 1).await;
            }
            assert_eq!(settles(&town, "2026-03-2", plus_days(date(2026, 3, 21), 12)).await, 1, "{then:?}");
            collects(&town, "2026-03-2", plus_days(date(2026, 3, 21), 20)).await;
        }
        assert_eq!((state(&town, 1).await, state(&town, 2).await), ("payable", "payable"), "{then:?}");
        // Two claims of 1,000.00 became payable, once each.
        assert_eq!(town.balance(huzhu_ledger::Account::AidPayable).await, 200_000, "{then:?}");
        town.check().await.expect("a sound store");
    }
}

#[tokio::test]
async fn other_objections_lose_their_object_when_the_claim_leaves_notice() {
    let town = two_on_notice().await;
    let app = &town.app;
    for (o, c, by) in [(1, 1, 3), (2, 1, 4), (3, 2, 3), (4, 2, 4)] {
        app.raise_objection(&as_member(by), &raise(o, c)).await.expect("raised");
    }
    app.answer_objection(&colleague(), &answer(1, Answer::Upheld)).await.expect("answered");
    app.withdraw_claim(&as_member(2), OwnClaim { claim: claim(2) }).await.expect("withdrawn");
    let mut states = Vec::new();
    for o in 1..=4 {
        states.push(app.objection_view(&colleague(), objection(o)).await.expect("a view").line.seen.state);
    }
    assert_eq!(states, ["upheld", "moot", "moot", "moot"]);
    assert_eq!((state(&town, 1).await, state(&town, 2).await), ("under-review", "withdrawn"));
    assert_eq!(settles(&town, "2026-03-1", date(2026, 3, 10)).await, 0);
    assert_eq!(
        code(app.withdraw_objection(&as_member(4), WithdrawObjection { objection: objection(2) }).await),
        "objection-wrong-state"
    );
    town.check().await.expect("a sound store");
}

/// Retold: a competitor of the claimant objects to everything that person and their family files.
#[tokio::test]
async fn a_competitor_who_objects_only_to_hurt_loses_the_right_for_a_year() {
    let town = two_on_notice().await;
    let app = &town.app;
    app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised");
    app.answer_objection(&colleague(), &answer(1, Answer::Abusive)).await.expect("answered");
    // One is not enough.
    app.raise_objection(&as_member(3), &raise(2, 2)).await.expect("raised");
    app.answer_objection(&colleague(), &answer(2, Answer::Abusive)).await.expect("answered");
    assert_eq!(settles(&town, "2026-03-1", date(2026, 3, 10)).await, 2, "neither claim was held up");
    town.on(date(2026, 3, 12));
    town.files(4, 4, date(2026, 3, 11)).await;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(4) }).await.expect("taken");
    let advice = RecommendClaim { claim: claim(4), advice: Advice::Approve { cost: None } };
    app.recommend(&reviewer(), &advice).await.expect("recommended");
    app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(4) }).await.expect("confirmed");
    opens(&town, "2026-03-2", date(2026, 3, 21), 1).await;
    let refused = app.raise_objection(&as_member(3), &raise(3, 4)).await;
    let Err(AppError::Refused(refusal)) = refused else { unreachable!("{refused:?}") };
    assert_eq!(refusal.code, "objection-right-lost");
    assert_eq!(refusal.values, [("until", "2027-03-07T04:00:00Z".to_owned())]);
    // Others may.
    app.raise_objection(&as_member(5), &raise(3, 4)).await.expect("raised");
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn an_objector_has_a_receipt_until_erased() {
    let town = two_on_notice().await;
    let app = &town.app;
    app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised");
    town.check().await.expect("a sound store");
    let of = ReceiptOf::Objection { objection: objection(1) };
    let ready = app.receipt(&as_member(3), of).await.expect("an answer");
    assert!(
        matches!(&ready, ReceiptAnswer::Ready(receipt) if receipt.kind == huzhu_log::EntryKind::Objection),
        "{ready:?}"
    );
    for other in [as_member(1), as_member(4), colleague()] {
        assert_eq!(app.receipt(&other, of).await, Err(AppError::NotFound("objection")));
    }
    town.erases(3).await;
    town.check().await.expect("a sound store");
    assert_eq!(app.receipt(&as_member(3), of).await, Err(AppError::NotFound("salt")));
}
