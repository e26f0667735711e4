//! Files that belong to a dispute about a claim: who hands them in and how many, who sees them, and what becomes of them.

use huzhu_app::call::Call;
use huzhu_app::claims::{
    AddEvidence, BeginUpload, ContinueUpload, DeclareConflict, EvidenceLimits, EvidenceOf, OwnClaim, Swept,
};
use huzhu_app::error::AppError;
use huzhu_app::log::{ReceiptAnswer, ReceiptOf};
use huzhu_app::objections::WithdrawObjection;
use huzhu_domain::claim::FileKind;
use huzhu_domain::digest::Digest;
use huzhu_domain::member::Role;
use huzhu_domain::objection::Answer;
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

use crate::objections::{answer, colleague, objection, raise, two_on_notice_under};
use crate::uploads::{Line, pdf};
use crate::world::*;

/// Member 3 objects to the claim of member 1; limits that a test can reach.
async fn objected() -> Town {
    let mut town = two_on_notice_under(&[]).await;
    town.app = town.app.with_evidence_limits(EvidenceLimits {
        file_bytes: 10_000,
        picture_bytes: 5_000,
        dispute_bytes: 12_000,
        ..EvidenceLimits::USUAL
    });
    town.app.raise_objection(&as_member(3), &raise(1, 1)).await.expect("raised");
    town
}

/// A file for an objection; its id is `700 + e`.
fn shown(o: u128, e: u128, bytes: Vec<u8>) -> AddEvidence {
    AddEvidence { of: objection(o).into(), evidence: evidence(700 + e), bytes }
}

fn of_objection(o: u128) -> EvidenceOf {
    objection(o).into()
}

async fn opens_it(town: &Town, call: &Call, e: u128) -> Result<FileKind, AppError> {
    town.app.evidence_file(call, of_objection(1), evidence(700 + e)).await.map(|opened| opened.kind)
}

#[tokio::test]
async fn a_file_of_an_objection_is_for_the_objector_and_for_those_who_may_answer() {
    let town = objected().await;
    let app = &town.app;
    let bytes = pdf(3_000);
    let receipt = app.add_evidence(&as_member(3), &shown(1, 1, bytes.clone())).await.expect("a file").receipt;
    assert_eq!((receipt.claim, receipt.kind, receipt.bytes), (claim(1), FileKind::Pdf, 3_000));

    let mine = app.objection_view(&as_member(3), objection(1)).await.expect("a view");
    assert_eq!((mine.files.len(), mine.file_count, mine.may_add_files), (1, 1, true));
    let salt = mine.files[0].salt.expect("the objector can prove the file");
    let salted: [u8; 32] = Sha256::new().chain_update(salt.bytes()).chain_update(&bytes).finalize().into();
    assert_eq!(mine.files[0].digest, Digest::from_bytes(salted), "the digest on the log is of these bytes");
    let staff = app.objection_view(&colleague(), objection(1)).await.expect("a view");
    assert_eq!((staff.files.len(), staff.files[0].salt, staff.may_add_files), (1, None, false));
    for (call, count) in [(as_member(1), 1), (auditor(), 1)] {
        let view = app.objection_view(&call, objection(1)).await.expect("a view");
        assert_eq!((view.files.len(), view.file_count), (0, count), "told that there is one, and no more");
    }
    assert_eq!(app.claim_view(&as_member(1), claim(1)).await.expect("a view").evidence.len(), 1);

    // Claimant, member, auditor, operator, investigator, clerk: to none of them is there such a file.
    let missing = Err(AppError::NotFound("objection"));
    for call in [
        as_member(1),
        as_member(4),
        auditor(),
        operator(),
        as_staff(906, Role::Investigator),
        as_staff(907, Role::Clerk),
    ] {
        assert_eq!(opens_it(&town, &call, 1).await, missing, "{call:?}");
    }
    // Nor is there one among the files of the claim.
    for call in [as_member(1), as_member(3), colleague()] {
        let opened = app.evidence_file(&call, claim(1).into(), evidence(701)).await;
        assert!(matches!(opened, Err(AppError::NotFound(_))), "{opened:?}");
    }
    let looks = || async {
        let view = app.claim_view(&as_member(1), claim(1)).await.expect("a view");
        view.timeline.iter().filter(|step| step.kind == "claim.evidence-opened").count()
    };
    assert_eq!(opens_it(&town, &as_member(3), 1).await, Ok(FileKind::Pdf));
    assert_eq!(looks().await, 0, "one's own look is nobody's business");
    assert_eq!(opens_it(&town, &colleague(), 1).await, Ok(FileKind::Pdf));
    assert_eq!(looks().await, 1);
    assert_eq!(opens_it(&town, &colleague(), 2).await, Err(AppError::NotFound("file")));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn who_is_in_conflict_with_the_claim_sees_no_file_of_an_objection_to_it() {
    let town = objected().await;
    let app = &town.app;
    app.add_evidence(&as_member(3), &shown(1, 1, pdf(300))).await.expect("a file");
    // The claimant works as a reviewer too; and the one who recommended says later that they are too close.
    let own = as_staff(1, Role::Reviewer);
    assert_eq!(opens_it(&town, &own, 1).await, Err(AppError::NotFound("objection")));
    assert_eq!(opens_it(&town, &reviewer(), 1).await, Ok(FileKind::Pdf));
    let close = DeclareConflict { claim: claim(1), reason: "My neighbour.".to_owned() };
    app.declare_conflict(&reviewer(), &close).await.expect("declared");
    assert!(matches!(opens_it(&town, &reviewer(), 1).await, Err(AppError::NotFound(_))));
    let of = ReceiptOf::Evidence { claim: claim(1), evidence: evidence(701) };
    assert!(matches!(app.receipt(&reviewer(), of).await, Err(AppError::NotFound(_))));
}

#[tokio::test]
async fn files_are_refused_too_late_too_many_too_large_and_from_others() {
    let town = objected().await;
    let app = &town.app;
    let add = |n, e, bytes| async move { app.add_evidence(&as_member(n), &shown(1, e, bytes)).await };
    let missing = Err(AppError::NotFound("objection"));
    for other in [1, 4, 99] {
        assert_eq!(add(other, 1, pdf(9)).await.map(|_| ()), missing, "member {other}");
    }
    assert_eq!(app.add_evidence(&as_member(3), &shown(9, 1, pdf(9))).await.map(|_| ()), missing, "no such");
    for (bytes, expected) in [(pdf(10_001), "file-too-large"), (b"MZ virus".to_vec(), "file-type")] {
        match add(3, 1, bytes).await {
            Err(AppError::Invalid(mistakes)) => assert_eq!(mistakes[0].code, expected),
            other => unreachable!("{other:?}"),
        }
    }
    add(3, 1, pdf(9_000)).await.expect("a file");
    let refused = add(3, 2, pdf(3_001)).await;
    let Err(AppError::Refused(refusal)) = &refused else { unreachable!("{refused:?}") };
    assert_eq!(refusal.code, "dispute-evidence-too-large");
    assert_eq!(refusal.values, [("limit", "12000".to_owned()), ("found", "12001".to_owned())]);
    for e in 2..=10 {
        add(3, e, pdf(100)).await.expect("a file");
    }
    assert_eq!(code(add(3, 11, pdf(100)).await), "dispute-too-much-evidence");
    assert_eq!(code(add(3, 1, pdf(101)).await), "claim-evidence-already-added");
    // Another objection, of somebody else, has room of its own.
    app.raise_objection(&as_member(4), &raise(2, 1)).await.expect("raised");
    app.add_evidence(&as_member(4), &shown(2, 30, pdf(9_000))).await.expect("a file");
    assert_eq!((town.files.len(), town.files.on_their_way()), (13, 0), "what was refused left nothing");

    app.answer_objection(&colleague(), &answer(1, Answer::Dismissed)).await.expect("answered");
    app.withdraw_objection(&as_member(4), WithdrawObjection { objection: objection(2) }).await.expect("back");
    assert_eq!(code(add(3, 12, pdf(9)).await), "objection-wrong-state");
    let late = app.add_evidence(&as_member(4), &shown(2, 31, pdf(9))).await;
    assert_eq!(code(late), "objection-wrong-state");
    // What is there can still be read.
    assert_eq!(opens_it(&town, &as_member(3), 1).await, Ok(FileKind::Pdf));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn a_file_for_an_objection_comes_in_parts_and_an_abandoned_one_is_swept_away() {
    let town = objected().await;
    let app = &town.app;
    let (call, of, bytes) = (as_member(3), of_objection(1), pdf(5_000));
    let begin = || async { app.begin_upload(&call, BeginUpload { of, length: 5_000 }).await };
    let (first, second) = (begin().await.expect("begun").upload, begin().await.expect("begun").upload);
    // A third would not fit beside these two, which are announced.
    assert_eq!(code(begin().await), "dispute-evidence-too-large");
    let go_on = |upload, from: usize, to: usize| {
        let (call, mut line) = (call.clone(), Line::of(&[&bytes[from..to]]));
        let offset = u64::try_from(from).expect("small");
        async move {
            let command = ContinueUpload { of, upload, offset, all_or_none: false };
            app.continue_upload(&call, command, &mut line).await
        }
    };
    assert_eq!(go_on(first, 0, 2_000).await.expect("a part").receipt, None);
    // Under the claim, or to somebody else, there is no such upload.
    for (who, place) in [(as_member(3), claim(1).into()), (as_member(1), claim(1).into()), (as_member(1), of)]
    {
        let state = app.upload_state(&who, place, first).await;
        assert!(matches!(state, Err(AppError::NotFound(_))), "{state:?}");
    }
    let done = go_on(first, 2_000, 5_000).await.expect("the last part");
    assert_eq!(done.receipt.map(|receipt| receipt.evidence), Some(first));
    let state = app.upload_state(&call, of, first).await.expect("a state");
    assert_eq!((state.offset, state.until), (5_000, None));
    assert_eq!((town.files.len(), town.files.on_their_way()), (4, 1));
    // Answered before the other one is whole: its last byte is refused, or it lies until it is swept away.
    app.answer_objection(&colleague(), &answer(1, Answer::Dismissed)).await.expect("answered");
    town.at(town.app.clock().now() + SignedDuration::from_hours(24 * 7 + 2));
    assert_eq!(app.sweep_uploads().await, Ok(Swept { destroyed: 1, accepted: 0 }));
    assert!(matches!(go_on(second, 0, 9).await, Err(AppError::NotFound(_))));
    assert_eq!((town.files.len(), town.files.on_their_way()), (3, 0));
}

#[tokio::test]
async fn an_objector_proves_a_file_until_the_person_it_is_about_is_erased() {
    let town = objected().await;
    let app = &town.app;
    app.add_evidence(&as_member(3), &shown(1, 1, pdf(3_000))).await.expect("a file");
    app.begin_upload(&as_member(3), BeginUpload { of: of_objection(1), length: 50 }).await.expect("begun");
    town.check().await.expect("a sound store");
    let of = ReceiptOf::Evidence { claim: claim(1), evidence: evidence(701) };
    let ready = app.receipt(&as_member(3), of).await.expect("an answer");
    let ReceiptAnswer::Ready(receipt) = &ready else { unreachable!("{ready:?}") };
    assert_eq!(receipt.kind, huzhu_log::EntryKind::Evidence);
    for other in [as_member(1), as_member(4), as_member(99)] {
        let refused = app.receipt(&other, of).await;
        assert!(matches!(refused, Err(AppError::NotFound(_))), "{refused:?}");
    }

    app.withdraw_claim(&as_member(1), OwnClaim { claim: claim(1) }).await.expect("withdrawn");
    let files = town.files.len();
    town.erases(1).await;
    // Of claim 1: its own file, the objector's, and the one that was on its way.
    assert_eq!((files - town.files.len(), town.files.on_their_way()), (3, 0));
    let opened = app.evidence_file(&as_member(3), of_objection(1), evidence(701)).await.expect("known to be");
    let read = app.read_evidence(&opened, 0..1).await.err();
    assert!(matches!(read, Some(AppError::NotFound(_))), "the bytes are gone: {read:?}");
    assert_eq!(app.receipt(&as_member(3), of).await, Err(AppError::NotFound("salt")));
    town.check().await.expect("a sound store, with a tombstone for the file");
}
