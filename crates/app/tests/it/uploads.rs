//! Uploads in many requests, limits, and what a crash or an erasure leaves of them.

use async_trait::async_trait;
use huzhu_app::claims::{
    AddEvidence, BeginUpload, ContinueUpload, EvidenceLimits, OwnClaim, ReceiveEvidence, Swept, UploadState,
};
use huzhu_app::error::AppError;
use huzhu_app::ports::{Pieces, VaultError};
use huzhu_domain::claim::FileKind;
use huzhu_domain::id::EvidenceId;
use jiff::SignedDuration;
use jiff::civil::date;

use crate::world::*;

/// Pieces that end well or not.
pub(crate) struct Line(Vec<Result<Option<Vec<u8>>, VaultError>>);

impl Line {
    pub(crate) fn of(pieces: &[&[u8]]) -> Self {
        Self(pieces.iter().rev().map(|piece| Ok(Some(piece.to_vec()))).collect())
    }

    fn ending(pieces: &[&[u8]], error: VaultError) -> Self {
        let mut line = Self::of(pieces);
        line.0.insert(0, Err(error));
        line
    }
}

#[async_trait]
impl Pieces for Line {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        self.0.pop().unwrap_or(Ok(None))
    }
}

/// Member 1 with a draft, and limits that a test can reach.
async fn town() -> Town {
    let mut town = Town::new(&[]).await;
    town.app = town.app.with_evidence_limits(EvidenceLimits {
        file_bytes: 10_000,
        picture_bytes: 5_000,
        claim_bytes: 25_000,
        dispute_bytes: 12_000,
        open_uploads: 3,
    });
    for n in 1..=7 {
        town.on(date(2026, 1, 10));
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    drafts(&town, 1, 1).await;
    town
}

async fn drafts(town: &Town, n: u128, m: u128) {
    let draft = huzhu_app::claims::DraftClaim {
        claim: claim(n),
        enrolment: enrolment(m),
        illness: illness(date(2026, 3, 1)),
    };
    town.app.draft_claim(&as_member(m), &draft).await.expect("a draft");
}

pub(crate) fn pdf(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7 ".to_vec();
    bytes.resize(length, b'x');
    bytes
}

async fn begin(town: &Town, length: u64) -> Result<UploadState, AppError> {
    town.app.begin_upload(&as_member(1), BeginUpload { of: claim(1).into(), length }).await
}

async fn go_on(
    town: &Town,
    upload: EvidenceId,
    offset: u64,
    mut line: Line,
) -> Result<UploadState, AppError> {
    let command = ContinueUpload { of: claim(1).into(), upload, offset, all_or_none: false };
    town.app.continue_upload(&as_member(1), command, &mut line).await
}

fn wrong(error: AppError) -> String {
    match error {
        AppError::Invalid(mistakes) => {
            let mistake = &mistakes[0];
            let value =
                |name| mistake.values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value);
            format!("{} {}/{}", mistake.code, value("found"), value("limit"))
        }
        AppError::Refused(refusal) => {
            let values: Vec<&str> = refusal.values.iter().map(|(_, value)| value.as_str()).collect();
            format!("{} {}", refusal.code, values.join("/"))
        }
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_goes_on_and_becomes_evidence_with_its_last_byte() {
    let town = town().await;
    let bytes = pdf(9_000);
    let upload = begin(&town, 9_000).await.expect("an upload").upload;
    let broken = Line::ending(&[&bytes[..700], &bytes[700..3_000]], VaultError::BrokenOff);
    assert_eq!(go_on(&town, upload, 0, broken).await, Err(AppError::Stale("upload-broken-off")));
    let state = town.app.upload_state(&as_member(1), claim(1).into(), upload).await.expect("a state");
    assert_eq!((state.offset, state.length, state.until.is_some()), (3_000, 9_000, true));
    for offset in [0, 2_999, 3_001, 9_000] {
        let refused = go_on(&town, upload, offset, Line::of(&[b"x"])).await;
        assert_eq!(refused, Err(AppError::Stale("upload-offset")), "{offset}");
    }
    let command = ContinueUpload { of: claim(1).into(), upload, offset: 3_000, all_or_none: true };
    let mut wrong = Line::ending(&[&bytes[3_000..4_000]], VaultError::WrongChecksum);
    let refused = town.app.continue_upload(&as_member(1), command, &mut wrong).await;
    assert_eq!(refused, Err(AppError::Stale("upload-checksum")));
    let state = go_on(&town, upload, 3_000, Line::of(&[&bytes[3_000..8_000]])).await.expect("a part");
    assert_eq!((state.offset, state.receipt.is_none()), (8_000, true));
    let state = go_on(&town, upload, 8_000, Line::of(&[&bytes[8_000..]])).await.expect("the last part");
    let receipt = state.receipt.expect("a receipt");
    assert_eq!((receipt.evidence, receipt.bytes, receipt.kind), (upload, 9_000, FileKind::Pdf));
    // Whoever lost the last answer learns that all is there, and a repetition adds nothing.
    let state = town.app.upload_state(&as_member(1), claim(1).into(), upload).await.expect("a state");
    assert_eq!((state.offset, state.length, state.until), (9_000, 9_000, None));
    assert!(go_on(&town, upload, 9_000, Line::of(&[])).await.is_ok());
    assert_eq!((town.files.len(), town.files.on_their_way()), (1, 0));
}

#[tokio::test]
async fn each_limit_is_named_with_what_was_found_and_nothing_is_left_behind() {
    let town = town().await;
    let jpeg = [b"\xFF\xD8\xFF\xE0".to_vec(), vec![0; 6_000]].concat();
    let add = |n, bytes| AddEvidence { of: claim(1).into(), evidence: evidence(n), bytes };
    for (bytes, expected) in [
        (Vec::new(), "file-empty /"),
        (pdf(10_001), "file-too-large 10001/10000"),
        (jpeg.clone(), "picture-too-large 6004/5000"),
        (b"PK\x03\x04%PDF-1.4".to_vec(), "file-type /"),
        (vec![b' '; 3_000], "file-type /"),
    ] {
        let refused = town.app.add_evidence(&as_member(1), &add(1, bytes)).await;
        assert_eq!(wrong(refused.unwrap_err()), expected);
        assert_eq!(town.files.len(), 0, "{expected}");
    }
    // Without a length the limit is found while bytes come.
    let receive = ReceiveEvidence { of: claim(1).into(), evidence: evidence(1), length: None };
    let part = pdf(4_000);
    let mut line = Line::of(&[&part, &part, &part, &part]);
    let refused = town.app.receive_evidence(&as_member(1), receive, &mut line).await;
    assert_eq!(wrong(refused.unwrap_err()), "file-too-large 12000/10000");
    // More than was announced, and a picture that shows itself in the second part.
    let upload = begin(&town, 9_999).await.expect("an upload").upload;
    let refused = go_on(&town, upload, 0, Line::of(&[&jpeg[..2]])).await;
    assert!(refused.is_ok(), "two bytes tell nothing");
    assert_eq!(
        wrong(go_on(&town, upload, 2, Line::of(&[&jpeg[2..10]])).await.unwrap_err()),
        "picture-too-large 9999/5000"
    );
    let upload = begin(&town, 5).await.expect("an upload").upload;
    let refused = go_on(&town, upload, 0, Line::of(&[b"%PDF-1.4"])).await;
    assert_eq!(wrong(refused.unwrap_err()), "file-longer-than-announced 8/5");
    assert_eq!(wrong(begin(&town, 0).await.unwrap_err()), "file-empty /");
    assert_eq!(wrong(begin(&town, 10_001).await.unwrap_err()), "file-too-large 10001/10000");
    assert_eq!(town.files.len(), 0);
    // A claim as a whole: what is on its way counts.
    town.app.add_evidence(&as_member(1), &add(1, pdf(9_000))).await.expect("a file");
    begin(&town, 9_000).await.expect("an upload");
    assert_eq!(wrong(begin(&town, 9_000).await.unwrap_err()), "claim-evidence-too-large 25000/27000");
    begin(&town, 100).await.expect("an upload");
    begin(&town, 100).await.expect("an upload");
    assert_eq!(wrong(begin(&town, 100).await.unwrap_err()), "too-many-uploads 3/4");
}

#[tokio::test]
async fn an_upload_is_seen_by_whoever_began_it_and_in_its_claim_only() {
    let town = town().await;
    drafts(&town, 2, 2).await;
    let upload = begin(&town, 100).await.expect("an upload").upload;
    for (caller, n) in
        [(as_member(2), 1), (as_member(2), 2), (as_member(1), 2), (reviewer(), 1), (operator(), 1)]
    {
        let state = town.app.upload_state(&caller, claim(n).into(), upload).await;
        assert!(matches!(state, Err(AppError::NotFound(_))), "{state:?}");
        let command = ContinueUpload { of: claim(n).into(), upload, offset: 0, all_or_none: false };
        let sent = town.app.continue_upload(&caller, command, &mut Line::of(&[b"%PDF-1.4"])).await;
        assert!(matches!(sent, Err(AppError::NotFound(_))), "{sent:?}");
        let ended = town.app.end_upload(&caller, claim(n).into(), upload).await;
        assert!(matches!(ended, Err(AppError::NotFound(_))), "{ended:?}");
    }
    town.app.end_upload(&as_member(1), claim(1).into(), upload).await.expect("given up");
    assert_eq!(town.files.len(), 0);
    let begun = town.app.begin_upload(&as_member(2), BeginUpload { of: claim(1).into(), length: 9 }).await;
    assert_eq!(begun.unwrap_err(), AppError::NotFound("claim"));
}

#[tokio::test]
async fn what_nobody_waits_for_is_swept_and_what_the_claim_has_stays() {
    let town = town().await;
    let now = town.app.clock().now();
    begin(&town, 100).await.expect("an upload");
    town.files(2, 2, date(2026, 3, 1)).await;
    assert_eq!(town.app.sweep_uploads().await, Ok(Swept::default()));
    town.at(now + SignedDuration::from_hours(24 * 7));
    assert_eq!(town.app.sweep_uploads().await, Ok(Swept::default()), "not in the hour after the end");
    town.at(now + SignedDuration::from_hours(24 * 7 + 2));
    assert_eq!(town.app.sweep_uploads().await, Ok(Swept { destroyed: 1, accepted: 0 }));
    assert_eq!(town.files.len(), 1);
}

#[tokio::test]
async fn erasing_a_person_destroys_their_files_and_what_is_on_its_way() {
    let town = town().await;
    let add = AddEvidence { of: claim(1).into(), evidence: evidence(1), bytes: pdf(5_000) };
    town.app.add_evidence(&as_member(1), &add).await.expect("a file");
    begin(&town, 100).await.expect("an upload");
    town.files(2, 2, date(2026, 3, 1)).await;
    assert_eq!(town.files.len(), 3);
    let own = OwnClaim { claim: claim(1) };
    town.app.withdraw_claim(&as_member(1), own).await.expect("withdrawn");
    town.knows(1).await;
    town.app.erase_person(&operator(), member(1)).await.expect("erased");
    assert_eq!((town.files.len(), town.files.on_their_way()), (1, 0), "the file of member 2 stays");
}
