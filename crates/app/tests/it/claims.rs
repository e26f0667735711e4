//! The life of a claim, and who may do what to it.

use huzhu_app::App;
use huzhu_app::call::Call;
use huzhu_app::claims::{
    AddEvidence, Advice, AskedFor, CheckEligibility, ConfirmClaim, DescribeClaim, DraftClaim, OwnClaim,
    RecommendClaim, RemoveEvidence, RequestEvidence, SendBack, TakeClaim,
};
use huzhu_app::error::AppError;
use huzhu_app::periods::{
    CardSearch, CollectPeriod, LapseUnpaid, OfPeriod, PayClaim, PayIn, PaySource, RetryArrears,
};
use huzhu_app::ports::{Page, Store};
use huzhu_domain::claim::FileKind;
use huzhu_domain::enrolment::EndReason;
use huzhu_domain::id::{ClaimId, EvidenceId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, PeriodKey, ReasonCode, Relation};
use huzhu_ledger::Account;
use jiff::civil::date;

use crate::world::*;

fn key(text: &str) -> PeriodKey {
    text.parse().expect("a period")
}

fn of(text: &str) -> OfPeriod {
    OfPeriod { plan: plan(), key: key(text) }
}

/// Seven members who joined on 10 January and are covered from 10 February.
async fn seven(changes: &[(&str, &str)]) -> Town {
    let town = Town::new(changes).await;
    for n in 1..=7 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town
}

/// A first claim is withdrawn, a second one decided with every detour there is.
async fn is_decided(town: &Town) {
    let (app, ill) = (&town.app, as_member(1));
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    let own = OwnClaim { claim: claim(1) };
    app.withdraw_claim(&ill, own).await.expect("withdrawn");
    assert_eq!(code(app.report_claim(&ill, own).await), "claim-wrong-state");

    // A withdrawn claim stays withdrawn; the next one goes all the way.
    town.files(2, 1, date(2026, 3, 1)).await;
    let own = OwnClaim { claim: claim(2) };
    app.take_claim(&reviewer(), TakeClaim { claim: claim(2) }).await.expect("taken");
    let item = |text: &str, due| AskedFor { text: text.to_owned(), due };
    let items = vec![item("Slides", Some(date(2026, 4, 20))), item("Pathology report", None)];
    let ask = RequestEvidence { claim: claim(2), text: "The pathology report, please.".to_owned(), items };
    let too_soon = RequestEvidence { items: vec![item("Slides", Some(date(2026, 3, 9)))], ..ask.clone() };
    assert!(matches!(app.request_evidence(&reviewer(), &too_soon).await, Err(AppError::Invalid(_))));
    let until = app.request_evidence(&reviewer(), &ask).await.expect("asked").receipt.until;
    let view = app.claim_view(&ill, claim(2)).await.expect("a view");
    // The terms give 30 days; the claim waits for what is due last.
    let asked: Vec<_> = view.request_items.iter().map(|one| (one.text.as_str(), one.due)).collect();
    assert_eq!(asked, [("Pathology report", date(2026, 4, 1)), ("Slides", date(2026, 4, 20))]);
    assert_eq!(
        (view.until, until.map(|at| huzhu_domain::time::day_of(at, &jiff::tz::TimeZone::UTC))),
        (until, Some(date(2026, 4, 20)))
    );
    assert_eq!((view.state, view.holder), ("more-evidence-needed", "claimant"));
    assert_eq!(view.request.as_deref(), Some("The pathology report, please."));
    let more =
        AddEvidence { of: claim(2).into(), evidence: evidence(20), bytes: b"\xFF\xD8\xFF\xE0 scan".to_vec() };
    assert_eq!(app.add_evidence(&ill, &more).await.expect("a file").receipt.kind, FileKind::Jpeg);
    app.complete_evidence(&ill, own).await.expect("complete");
    let advice = RecommendClaim { claim: claim(2), advice: Advice::Approve { cost: None } };
    app.recommend(&reviewer(), &advice).await.expect("recommended");
    let back = SendBack { claim: claim(2), text: "Which hospital?".to_owned() };
    app.send_back(&confirmer(), &back).await.expect("sent back");
    app.recommend(&reviewer(), &advice).await.expect("recommended again");
    let confirmed =
        app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(2) }).await.expect("confirmed");
    assert_eq!(confirmed.receipt.aid, Some(fen(100_000)));
}

async fn is_shared(town: &Town) {
    let app = &town.app;
    // Seven share 1,000.00 and 8 percent: 1,080.00 / 7 = 154.2857..., so 154.29 each and 0.03 are left over.
    assert_eq!(code(app.open_notice(&operator(), &of("2026-03-1")).await), "period-too-early-for-notice");
    town.on(date(2026, 3, 7));
    let preview = app.preview_period(&operator(), &plan(), key("2026-03-1")).await.expect("a preview");
    assert_eq!((preview.headcount, preview.share), (7, fen(15_429)));
    let notice = app.open_notice(&operator(), &of("2026-03-1")).await.expect("notice").receipt;
    assert_eq!((notice.headcount, notice.claims, notice.aid), (7, 1, fen(100_000)));
    let board = app.search_cards(&plan(), &CardSearch::default(), None, 9).await.expect("a board");
    let card = &board.cards.first().expect("a card").card;
    assert_eq!((card.name.as_str(), card.age, card.days_in_plan), ("王**", 35, 50));
    assert_eq!(code(app.settle_period(&operator(), &of("2026-03-1")).await), "period-notice-running");
    town.on(date(2026, 3, 10));
    let settled = app.settle_period(&operator(), &of("2026-03-1")).await.expect("settled").receipt.statement;
    assert_eq!((settled.aid, settled.fee, settled.cost), (fen(100_000), fen(8_000), fen(108_000)));
    assert_eq!((settled.share, settled.shares_total, settled.surplus), (fen(15_429), fen(108_003), fen(3)));
}

async fn is_collected_and_paid(town: &Town) {
    let app = &town.app;
    // Two debits fail: 308.58 of 1,080.03 do not come, and the operator bears them for now.
    let collect = CollectPeriod {
        plan: plan(),
        key: key("2026-03-1"),
        failed: vec![enrolment(6), enrolment(7)],
        report: b"report".to_vec(),
    };
    assert_eq!(code(app.collect_period(&operator(), &collect).await), "period-too-early-for-sharing");
    town.on(date(2026, 3, 14));
    let collected = app.collect_period(&operator(), &collect).await.expect("collected").receipt;
    assert_eq!((collected.collected, collected.failed), (fen(77_145), fen(30_858)));
    assert_eq!(collected.borne_by_operator, fen(30_858));
    let pay = PayClaim { claim: claim(2), confirmation: b"paid".to_vec() };
    assert_eq!(code(app.pay_claim(&operator(), &pay).await), "payout-money-missing");
    let books = app.books(&auditor(), &plan(), &Page::first(100)).await.expect("books");
    assert_eq!(books.due_from_operator, fen(30_858));
    let pay_in = PayIn {
        plan: plan(),
        source: PaySource::Operator,
        amount: books.due_from_operator,
        confirmation: b"in".to_vec(),
    };
    app.pay_in(&operator(), &pay_in).await.expect("paid in");
    assert_eq!(code(app.close_period(&operator(), &of("2026-03-1")).await), "period-payouts-outstanding");
    let paid = app.pay_claim(&operator(), &pay).await.expect("paid").receipt;
    assert_eq!((paid.aid, paid.ended), (fen(100_000), true));
    // 771.45 + 308.58 - 1,000.00: the fee of 80.00 and the surplus of 0.03.
    assert_eq!(town.balance(Account::Bank).await, 8_003);
    let row = town.store.enrolment(enrolment(1)).await.expect("a row").expect("an enrolment");
    assert_eq!(row.ended, Some((date(2026, 3, 15), EndReason::AidReceived)));
}

async fn arrears_come_in_or_lapse(town: &Town) {
    let app = &town.app;
    // One of the two pays after all, which goes back to the operator; the other one lapses after 19 March.
    let retry = RetryArrears {
        plan: plan(),
        key: key("2026-03-1"),
        paid: vec![enrolment(6)],
        report: b"second run".to_vec(),
    };
    assert_eq!(app.retry_arrears(&operator(), &retry).await.expect("paid").receipt.amount, fen(15_429));
    assert_eq!(code(app.retry_arrears(&operator(), &retry).await), "nothing-owed");
    let closed = app.close_period(&operator(), &of("2026-03-1")).await.expect("closed").receipt;
    assert_eq!(closed.arrears, fen(15_429));
    let lapse = LapseUnpaid { plan: plan() };
    town.on(date(2026, 3, 19));
    assert_eq!(app.lapse_unpaid(&operator(), &lapse).await.expect("too early").lapsed, 0);
    town.on(date(2026, 3, 20));
    assert_eq!(app.lapse_unpaid(&operator(), &lapse).await.expect("lapsed").lapsed, 1);
}

#[tokio::test]
async fn a_claim_lives_from_draft_to_payout_and_every_fen_is_accounted_for() {
    let town = seven(&[]).await;
    is_decided(&town).await;
    is_shared(&town).await;
    is_collected_and_paid(&town).await;
    arrears_come_in_or_lapse(&town).await;
    for (account, expected) in [
        (Account::Bank, 23_432),
        (Account::SharesReceivable, 0),
        (Account::Arrears, 15_429),
        (Account::ArrearsCovered, 15_429),
        (Account::OperatorGuarantee, -15_429),
        (Account::AidPayable, 0),
        (Account::FeeIncome, 8_000),
        (Account::SurplusCarried, 3),
    ] {
        assert_eq!(town.balance(account).await, expected, "{account}");
    }
    assert_eq!(
        town.mail(1).await,
        [
            "mail-claim-reported",
            "mail-claim-withdrawn",
            "mail-claim-reported",
            "mail-claim-taken",
            "mail-claim-evidence-needed",
            "mail-claim-evidence-complete",
            "mail-claim-recommended",
            "mail-claim-returned",
            "mail-claim-recommended",
            "mail-claim-approved",
            "mail-claim-on-notice",
            "mail-claim-payable",
            "mail-claim-paid",
        ]
    );
    assert_eq!(town.mail(7).await, ["mail-share-failed", "mail-enrolment-lapsed"]);
    let text = town.app.export_hledger(&auditor(), &plan()).await.expect("a journal");
    assert!(text.contains("payout confirmed by the bank"), "{text}");
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn nobody_acts_on_a_claim_of_their_own_or_of_their_people() {
    let town = seven(&[]).await;
    let app = &town.app;
    // Member 8 is the child of the reviewer, who also is a member; the confirmer's payer is member 1.
    town.joins_under(8, date(2026, 1, 10), member(REVIEWER), Some(Relation::Child), date(2015, 1, 1)).await;
    town.joins_under(CONFIRMER, date(2026, 1, 10), member(1), Some(Relation::Spouse), date(1990, 1, 1)).await;
    town.on(date(2026, 3, 2));
    town.files(8, 8, date(2026, 3, 1)).await;
    town.files(1, 1, date(2026, 3, 1)).await;
    let take = |c| TakeClaim { claim: claim(c) };
    assert_eq!(app.take_claim(&reviewer(), take(8)).await.err(), Some(AppError::NotFound("claim")));
    let queue = app.review_queue(&reviewer(), &plan()).await.expect("a queue");
    assert_eq!(queue.rows.iter().map(|row| row.claim).collect::<Vec<_>>(), [claim(1)]);
    app.take_claim(&reviewer(), take(1)).await.expect("taken");
    let advice = RecommendClaim { claim: claim(1), advice: Advice::Approve { cost: None } };
    app.recommend(&reviewer(), &advice).await.expect("recommended");
    let confirm = ConfirmClaim { claim: claim(1) };
    assert_eq!(app.confirm_claim(&confirmer(), confirm).await.err(), Some(AppError::NotFound("claim")));
    assert!(app.confirm_queue(&confirmer(), &plan()).await.expect("a queue").rows.is_empty());
    let both = as_staff(REVIEWER, Role::Confirmer);
    assert_eq!(code(app.confirm_claim(&both, confirm).await), "claim-same-person");
    let other = as_staff(999, Role::Confirmer);
    app.confirm_claim(&other, confirm).await.expect("confirmed");
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn whoever_confirmed_does_not_pay() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.approves(1).await;
    let payer = as_staff(CONFIRMER, Role::Operator);
    town.on(date(2026, 3, 7));
    app.open_notice(&operator(), &of("2026-03-1")).await.expect("notice");
    town.on(date(2026, 3, 14));
    app.settle_period(&operator(), &of("2026-03-1")).await.expect("settled");
    let collect =
        CollectPeriod { plan: plan(), key: key("2026-03-1"), failed: vec![], report: b"all".to_vec() };
    app.collect_period(&operator(), &collect).await.expect("collected");
    let pay = PayClaim { claim: claim(1), confirmation: b"paid".to_vec() };
    assert_eq!(code(app.pay_claim(&payer, &pay).await), "payout-same-person");
    app.pay_claim(&operator(), &pay).await.expect("paid");
}

#[tokio::test]
async fn a_claim_of_somebody_else_looks_like_none() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    let draft = DraftClaim { claim: claim(1), enrolment: enrolment(1), illness: illness(date(2026, 3, 1)) };
    let missing = |what| Err(AppError::NotFound(what));
    assert_eq!(app.draft_claim(&as_member(2), &draft).await, missing("enrolment"));
    app.draft_claim(&as_member(1), &draft).await.expect("a draft");
    assert_eq!(code(app.draft_claim(&as_member(1), &draft).await), "claim-id-used");
    let own = OwnClaim { claim: claim(1) };
    assert_eq!(app.report_claim(&as_member(2), own).await, missing("claim"));
    assert_eq!(app.withdraw_claim(&as_member(2), own).await, missing("claim"));
    for stranger in [as_member(2), reviewer()] {
        let view = app.claim_view(&stranger, claim(1)).await;
        assert!(matches!(view, Err(AppError::NotFound("claim"))), "a draft is seen by its claimants only");
    }
    assert_eq!(code(app.report_claim(&as_member(1), own).await), "claim-no-evidence");
    let file = AddEvidence { of: claim(1).into(), evidence: evidence(1), bytes: b"%PDF-1.7".to_vec() };
    assert!(matches!(app.add_evidence(&as_member(2), &file).await, Err(AppError::NotFound("claim"))));
    app.add_evidence(&as_member(1), &file).await.expect("a file");
    app.report_claim(&as_member(1), own).await.expect("a report");
    assert!(app.claim_view(&as_member(2), claim(1)).await.is_err());
    assert!(!app.claim_view(&reviewer(), claim(1)).await.expect("a view").own);
    let denied = app.take_claim(&as_member(1), TakeClaim { claim: claim(1) }).await;
    assert_eq!(denied, Err(AppError::Denied { action: "review-claim" }));
}

/// The content of a file, as the caller gets it.
async fn content(app: &App, call: &Call, claim: ClaimId, evidence: EvidenceId) -> Vec<u8> {
    let opened = app.evidence_file(call, claim.into(), evidence).await.expect("a file");
    let mut pieces = app.read_evidence(&opened, 0..opened.bytes).await.expect("pieces");
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await.expect("a piece") {
        bytes.extend(piece);
    }
    bytes
}

#[tokio::test]
async fn files_are_kept_before_the_claim_knows_them_and_each_look_of_staff_is_on_record() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    let draft = DraftClaim { claim: claim(2), enrolment: enrolment(2), illness: illness(date(2026, 3, 1)) };
    app.draft_claim(&as_member(2), &draft).await.expect("a draft");
    // The id of somebody else's file is no way to write over it: ids of files mean something within their claim only.
    let theft = AddEvidence { of: claim(2).into(), evidence: evidence(1), bytes: b"%PDF-1.7 mine".to_vec() };
    app.add_evidence(&as_member(2), &theft).await.expect("a file of their own");
    assert_eq!(content(app, &as_member(1), claim(1), evidence(1)).await, b"%PDF-1.7 diagnosis");
    assert_eq!(content(app, &as_member(2), claim(2), evidence(1)).await, b"%PDF-1.7 mine");
    let files = town.files.len();
    let wrong = AddEvidence { of: claim(2).into(), evidence: evidence(2), bytes: b"MZ virus".to_vec() };
    assert!(matches!(app.add_evidence(&as_member(2), &wrong).await, Err(AppError::Invalid(_))));
    assert_eq!(town.files.len(), files, "a refused file leaves nothing behind");
    let right = AddEvidence { bytes: b"%PDF-1.7 mine".to_vec(), ..wrong };
    let receipt = app.add_evidence(&as_member(2), &right).await.expect("a file").receipt;
    let view = app.claim_view(&as_member(2), claim(2)).await.expect("a view");
    let salt = view.evidence[1].salt.expect("a salt");
    let salted = [salt.bytes().as_slice(), &right.bytes].concat();
    assert_eq!(sha256(&salted), receipt.digest.to_string());
    let remove = RemoveEvidence { claim: claim(2), evidence: evidence(2) };
    app.remove_evidence(&as_member(2), remove).await.expect("removed");
    assert_eq!(town.files.len(), files);
    assert_eq!(town.files.on_their_way(), 0);
    // What is sealed for a file keeps its name, so the name is not given again.
    assert_eq!(code(app.add_evidence(&as_member(2), &right).await), "evidence-id-used");

    let look = |call| async move { app.evidence_file(&call, claim(1).into(), evidence(1)).await };
    assert!(matches!(look(as_member(2)).await, Err(AppError::NotFound("claim"))));
    assert!(matches!(look(operator()).await, Err(AppError::NotFound("claim"))));
    assert_eq!(look(as_member(1)).await.expect("own file").bytes, 18);
    assert_eq!(look(reviewer()).await.expect("a file").kind, FileKind::Pdf);
    let view = app.claim_view(&as_member(1), claim(1)).await.expect("a view");
    let kinds: Vec<(&str, &str)> = view.timeline.iter().map(|step| (step.kind, step.role)).collect();
    assert_eq!(
        kinds,
        [
            ("claim.drafted", "claimant"),
            ("claim.evidence-added", "claimant"),
            ("claim.reported", "claimant"),
            ("claim.evidence-opened", "staff"),
        ]
    );
}

#[tokio::test]
async fn what_would_happen_is_told_before_filing() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    let ask = CheckEligibility { enrolment: enrolment(1), illness: illness(date(2026, 2, 9)) };
    let found = app.check_eligibility(&as_member(1), &ask).await.expect("findings");
    let broken: Vec<&str> = found.findings.iter().filter(|f| !f.kept).map(|f| f.rule.as_str()).collect();
    assert_eq!((found.eligible, broken), (false, vec!["inside-wait"]));
    let ask = CheckEligibility { enrolment: enrolment(1), illness: illness(date(2026, 2, 10)) };
    assert_eq!(app.check_eligibility(&as_member(1), &ask).await.expect("findings").aid, fen(100_000));
    let mut unknown = ask.clone();
    unknown.illness.condition = ConditionCode::new("cold").expect("a code");
    assert!(matches!(app.check_eligibility(&as_member(1), &unknown).await, Err(AppError::Invalid(_))));
}

#[tokio::test]
async fn a_description_that_was_changed_since_it_was_read_is_not_overwritten() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    let draft = DraftClaim { claim: claim(1), enrolment: enrolment(1), illness: illness(date(2026, 2, 9)) };
    app.draft_claim(&as_member(1), &draft).await.expect("a draft");
    let describe = |day, expected| DescribeClaim { claim: claim(1), illness: illness(day), expected };
    let first = describe(date(2026, 2, 10), Some(1));
    app.describe_claim(&as_member(1), &first).await.expect("nobody changed it");
    let stale = app.describe_claim(&as_member(1), &describe(date(2026, 2, 11), Some(1))).await;
    assert_eq!(stale.expect_err("read before the change"), AppError::Stale("changed-since-read"));
    let shown = app.claim_view(&as_member(1), claim(1)).await.expect("the claim");
    assert_eq!(shown.illness.event_date, date(2026, 2, 10), "the stale description changed nothing");
    app.describe_claim(&as_member(1), &describe(date(2026, 2, 12), None)).await.expect("without a condition");
}

#[tokio::test]
async fn a_decision_follows_the_facts() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 2, 9)).await;
    let describe = DescribeClaim { claim: claim(1), illness: illness(date(2026, 2, 10)), expected: None };
    assert_eq!(code(app.describe_claim(&as_member(1), &describe).await), "claim-wrong-state");
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let advise = |advice| RecommendClaim { claim: claim(1), advice };
    let refuse = |reason| Advice::Refuse { reason: ReasonCode::new(reason).expect("a code") };
    let approve = advise(Advice::Approve { cost: None });
    assert_eq!(code(app.recommend(&reviewer(), &approve).await), "claim-not-eligible");
    for reason in ["filed-late", "bad-mood"] {
        assert_eq!(code(app.recommend(&reviewer(), &advise(refuse(reason))).await), "claim-reason-unknown");
    }
    app.recommend(&reviewer(), &advise(refuse("inside-wait"))).await.expect("recommended");
    let decided = app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(1) }).await.expect("confirmed");
    assert_eq!(decided.receipt.claim.state, "refused");
    // The terms end such an enrolment.
    let row = town.store.enrolment(enrolment(1)).await.expect("a row").expect("an enrolment");
    assert_eq!(row.ended, Some((date(2026, 3, 3), EndReason::IllnessInWait)));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn two_claims_side_by_side_are_not_both_granted_by_a_plan_that_pays_once() {
    let town = seven(&[]).await;
    let app = &town.app;
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.files(2, 1, date(2026, 3, 1)).await;
    for c in [1, 2] {
        app.take_claim(&reviewer(), TakeClaim { claim: claim(c) }).await.expect("taken");
        let advice = RecommendClaim { claim: claim(c), advice: Advice::Approve { cost: None } };
        app.recommend(&reviewer(), &advice).await.expect("recommended");
    }
    app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(1) }).await.expect("confirmed");
    let second = app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(2) }).await;
    assert_eq!(code(second), "claim-recommendation-outdated");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digest: [u8; 32] = sha2::Sha256::digest(bytes).into();
    huzhu_domain::digest::Digest::from_bytes(digest).to_string()
}

#[tokio::test]
async fn somebody_who_comes_back_as_another_member_is_not_paid_once_more() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    for n in [1, 3, 4, 5, 6, 7] {
        town.joins(n, date(2026, 1, 10)).await;
    }
    let child = date(2015, 1, 1);
    town.joins_under(2, date(2026, 1, 10), member(1), Some(Relation::Child), child).await;
    town.on(date(2026, 3, 2));
    town.files(2, 2, date(2026, 3, 1)).await;
    town.approves(2).await;
    town.on(date(2026, 3, 7));
    app.open_notice(&operator(), &of("2026-03-1")).await.expect("notice");
    town.on(date(2026, 3, 14));
    app.settle_period(&operator(), &of("2026-03-1")).await.expect("settled");
    let collect =
        CollectPeriod { plan: plan(), key: key("2026-03-1"), failed: vec![], report: b"all".to_vec() };
    app.collect_period(&operator(), &collect).await.expect("collected");
    let pay = PayClaim { claim: claim(2), confirmation: b"paid".to_vec() };
    assert!(app.pay_claim(&operator(), &pay).await.expect("paid").receipt.ended);

    // The child joins again under another member id, waits, and falls ill again. So does a sibling, who was never aided.
    town.joins_under(1_002, date(2026, 3, 20), member(1), Some(Relation::Child), child).await;
    town.joins_under(8, date(2026, 3, 20), member(1), Some(Relation::Child), child).await;
    town.on(date(2026, 5, 4));
    for (n, granted) in [(1_002, false), (8, true)] {
        let illness = illness(date(2026, 5, 3));
        let ask = CheckEligibility { enrolment: enrolment(n), illness };
        let told = app.check_eligibility(&as_member(1), &ask).await.expect("told");
        let broken: Vec<&str> = told.findings.iter().filter(|f| !f.kept).map(|f| f.rule.as_str()).collect();
        assert_eq!((told.eligible, told.aid), (granted, fen(if granted { 100_000 } else { 0 })));
        assert_eq!(broken, if granted { vec![] } else { vec!["paid-before"] });
        town.files(n, n, date(2026, 5, 3)).await;
        app.take_claim(&reviewer(), TakeClaim { claim: claim(n) }).await.expect("taken");
        let advice = RecommendClaim { claim: claim(n), advice: Advice::Approve { cost: None } };
        let recommended = app.recommend(&reviewer(), &advice).await;
        match recommended {
            Ok(_) => assert!(granted),
            refused => assert_eq!((code(refused), granted), ("claim-not-eligible", false)),
        }
    }
    town.check().await.expect("a sound store");
}
