//! Bytes of evidence on their way in: in one request, or in many that may break off in between.
//!
//! Guarantees: what a file is and whether it is too large is known from its first bytes and from the length announced, and
//! refused then; a refused file leaves nothing behind; a file on its way in is seen by whoever began it and by nobody else.

use huzhu_domain::claim::{Dispute, EvidenceFile, FileKind};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

use super::super::OpenClaim;
use super::super::refusal::refused;
use super::kind::{HEAD_BYTES, is_picture, sniff};
use super::slot::Slot;
use super::{EvidenceLimits, EvidenceOf, EvidenceReceipt, salt_name};
use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, FieldMistake};
use crate::ports::{FileId, Intake, OwnerHalf, Pieces, Staged, VaultError};

/// How long an upload may rest, in seconds: a week, so that somebody whose line is dead can go on from elsewhere.
const UPLOAD_SECONDS: i64 = 7 * 24 * 3_600;
/// How long a file in one request may be on its way, in seconds; after it the sweep knows that nobody waits.
const REQUEST_SECONDS: i64 = 3_600;
/// Bytes after which an upload is made durable while more are coming: what a broken line costs at most.
const SAVE_EVERY: u64 = 4 * 1024 * 1024;

/// Hands in a file in one request.
#[derive(Clone, Copy, Debug)]
pub struct ReceiveEvidence {
    /// What it is for.
    pub of: EvidenceOf,
    /// Id of the file, made by the caller.
    pub evidence: EvidenceId,
    /// Bytes that were announced; the rest is refused.
    pub length: Option<u64>,
}

/// Begins an upload in many requests.
#[derive(Clone, Copy, Debug)]
pub struct BeginUpload {
    /// What it is for.
    pub of: EvidenceOf,
    /// Bytes of the whole file.
    pub length: u64,
}

/// Goes on with an upload.
#[derive(Clone, Copy, Debug)]
pub struct ContinueUpload {
    /// What it is for.
    pub of: EvidenceOf,
    /// The upload, which is the id of the file too.
    pub upload: EvidenceId,
    /// Bytes that the caller believes are kept.
    pub offset: u64,
    /// Keep all bytes of this request or none, since their check sum comes at their end.
    pub all_or_none: bool,
}

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadState {
    /// The upload, which is the id of the file too.
    pub upload: EvidenceId,
    /// Bytes kept.
    pub offset: u64,
    /// Bytes of the whole file.
    pub length: u64,
    /// When an unfinished upload is cleared away; `None` once the file is part of the claim.
    pub until: Option<Moment>,
    /// The receipt, when this very call made the file part of the claim.
    pub receipt: Option<EvidenceReceipt>,
}

/// What is noted with a file on its way in; the vault encrypts it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Note {
    /// Who sends it; only they see it.
    pub(super) by: MemberId,
    /// Whom it is about: the owner of the key that will seal its salt.
    pub(super) about: MemberId,
    pub(super) claim: ClaimId,
    /// The dispute about the claim that it is for, if it is not for the claim itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dispute: Option<Dispute>,
    pub(super) evidence: EvidenceId,
    length: Option<u64>,
    half: [u8; 32],
    pub(super) salt: [u8; 32],
    /// The first bytes, until the type is known.
    head: Vec<u8>,
    pub(super) kind: Option<FileKind>,
    /// The salted digest, once the file is whole: tells whether the claim has this very file.
    pub(super) digest: Option<Digest>,
}

impl Note {
    pub(super) fn read(staged: &Staged) -> Result<Self, AppError> {
        serde_json::from_slice(&staged.note).map_err(|error| AppError::Broken(error.to_string()))
    }

    pub(super) fn bytes(&self) -> Result<Vec<u8>, AppError> {
        serde_json::to_vec(self).map_err(|error| AppError::Broken(error.to_string()))
    }

    /// What it is for.
    pub(super) const fn of(&self) -> EvidenceOf {
        match self.dispute {
            None => EvidenceOf::Claim(self.claim),
            Some(Dispute::Objection(objection)) => EvidenceOf::Objection(objection),
        }
    }

    pub(super) const fn half(&self) -> OwnerHalf {
        OwnerHalf(self.half)
    }

    /// Looks at bytes that come next, while the type is not known.
    fn look(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        if self.kind.is_some() {
            return Ok(());
        }
        let room = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        self.kind = sniff(&self.head);
        if self.kind.is_none() && self.head.len() >= HEAD_BYTES {
            return Err(mistake("file-type", Vec::new()));
        }
        if self.kind.is_some() {
            self.head = Vec::new();
        }
        Ok(())
    }

    /// The type, at the end of the file.
    pub(super) fn whole(&self, bytes: u64) -> Result<FileKind, AppError> {
        if bytes == 0 {
            return Err(mistake("file-empty", Vec::new()));
        }
        self.kind.ok_or_else(|| mistake("file-type", Vec::new()))
    }
}

/// How many bytes of this file can be taken.
#[derive(Clone, Copy)]
struct Room {
    limits: EvidenceLimits,
    /// For a dispute, which has less room than a claim.
    disputed: bool,
    /// Bytes that the claim or the dispute has, or that are announced for it.
    others: u64,
}

impl Room {
    /// Refuses `bytes` of a file of this type.
    fn check(&self, bytes: u64, kind: Option<FileKind>) -> Result<(), AppError> {
        let picture = kind.is_some_and(is_picture) && self.limits.picture_bytes < self.limits.file_bytes;
        let (code, limit) = if picture {
            ("picture-too-large", self.limits.picture_bytes)
        } else {
            ("file-too-large", self.limits.file_bytes)
        };
        if bytes > limit {
            return Err(mistake(code, vec![("limit", limit.to_string()), ("found", bytes.to_string())]));
        }
        let (code, limit) = if self.disputed {
            ("dispute-evidence-too-large", self.limits.dispute_bytes)
        } else {
            ("claim-evidence-too-large", self.limits.claim_bytes)
        };
        let found = self.others.saturating_add(bytes);
        if found > limit {
            let values = vec![("limit", limit.to_string()), ("found", found.to_string())];
            return Err(refused(code, values));
        }
        Ok(())
    }
}

impl App {
    /// Hands in a file in one request: while drafting and later, as long as nobody has recommended. The type is read from the
    /// content.
    ///
    /// # Errors
    /// Wrong fields and refusals that name the limit and what was found; after any of them nothing is left behind.
    pub async fn receive_evidence(
        &self,
        call: &Call,
        command: ReceiveEvidence,
        pieces: &mut dyn Pieces,
    ) -> Result<Done<EvidenceReceipt>, AppError> {
        let ReceiveEvidence { of, evidence, length } = command;
        let (file, mut note, room) = self.begin(call, of, Some(evidence), length, REQUEST_SECONDS).await?;
        let taken = match self.vault.append(file, &note.half()).await {
            Ok(mut intake) => take_in(intake.as_mut(), &mut note, 0, room, pieces, false).await,
            Err(error) => Err(error.into()),
        };
        match taken {
            Ok(_) => self.hand_in(call, file, note).await,
            Err(error) => {
                self.discard(file).await;
                Err(error)
            }
        }
    }

    /// Begins an upload in many requests.
    ///
    /// # Errors
    /// As [`App::receive_evidence`], as far as the length tells.
    pub async fn begin_upload(&self, call: &Call, command: BeginUpload) -> Result<UploadState, AppError> {
        let BeginUpload { of, length } = command;
        if length == 0 {
            return Err(mistake("file-empty", Vec::new()));
        }
        let (file, note, _) = self.begin(call, of, None, Some(length), UPLOAD_SECONDS).await?;
        let staged = self.vault.staged(file).await?.ok_or(AppError::NotFound("upload"))?;
        Ok(UploadState { upload: note.evidence, offset: 0, length, until: Some(staged.until), receipt: None })
    }

    /// How far an upload is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody but the member who began it.
    pub async fn upload_state(
        &self,
        call: &Call,
        of: EvidenceOf,
        upload: EvidenceId,
    ) -> Result<UploadState, AppError> {
        let caller = Self::member_of(call)?;
        match self.own_upload(of, upload, caller).await {
            Ok((staged, note)) => Ok(state_of(&staged, &note)),
            // An upload that is part of the claim by now: whoever lost the last answer learns that all bytes are there.
            Err(AppError::NotFound(_)) => {
                let slot = self.slot(call, of).await?;
                let file = slot.file(upload).ok_or(AppError::NotFound("upload"))?;
                let (offset, length) = (file.bytes, file.bytes);
                Ok(UploadState { upload, offset, length, until: None, receipt: None })
            }
            Err(other) => Err(other),
        }
    }

    /// Goes on with an upload; with the last byte the file becomes part of the claim.
    ///
    /// # Errors
    /// `upload-offset` when the caller is wrong about what is kept; a refusal ends the upload.
    pub async fn continue_upload(
        &self,
        call: &Call,
        command: ContinueUpload,
        pieces: &mut dyn Pieces,
    ) -> Result<UploadState, AppError> {
        let ContinueUpload { of, upload, offset, all_or_none } = command;
        let caller = Self::member_of(call)?;
        let state = self.upload_state(call, of, upload).await?;
        if state.until.is_none() {
            return if offset == state.length { Ok(state) } else { Err(AppError::Stale("upload-offset")) };
        }
        let file = FileId(upload.uuid());
        let (_, note) = self.own_upload(of, upload, caller).await?;
        // From here on nobody else writes; only now the number of bytes is certain.
        let intake = self.vault.append(file, &note.half()).await?;
        let (staged, note) = self.own_upload(of, upload, caller).await?;
        if offset != staged.bytes {
            return Err(AppError::Stale("upload-offset"));
        }
        let went_on = self.go_on(call, file, intake, note, offset, all_or_none, pieces).await;
        if let Err(AppError::Invalid(_) | AppError::Refused(_)) = &went_on {
            self.discard(file).await;
        }
        let (note, offset, receipt) = went_on?;
        let length = note.length.unwrap_or(offset);
        let until = if receipt.is_some() { None } else { Some(staged.until) };
        Ok(UploadState { upload, offset, length, until, receipt })
    }

    /// Ends an upload and destroys what came.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody but the member who began it, and for a file that is part of the claim by now.
    pub async fn end_upload(&self, call: &Call, of: EvidenceOf, upload: EvidenceId) -> Result<(), AppError> {
        let caller = Self::member_of(call)?;
        let (staged, note) = self.own_upload(of, upload, caller).await?;
        if self.slot(call, of).await?.file(note.evidence).is_some() {
            return Err(AppError::NotFound("upload"));
        }
        Ok(self.vault.destroy(staged.file).await?)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one request, used once")]
    async fn go_on(
        &self,
        call: &Call,
        file: FileId,
        mut intake: Box<dyn Intake>,
        mut note: Note,
        offset: u64,
        all_or_none: bool,
        pieces: &mut dyn Pieces,
    ) -> Result<(Note, u64, Option<EvidenceReceipt>), AppError> {
        let slot = self.slot(call, note.of()).await?;
        let room = self.room(&slot, Some(file), Self::member_of(call)?).await?;
        let save = !all_or_none;
        let bytes = take_in(intake.as_mut(), &mut note, offset, room, pieces, save).await?;
        if note.length != Some(bytes) {
            return Ok((note, bytes, None));
        }
        // The intake is held meanwhile, so that a second request cannot hand in the same file.
        let done = self.hand_in(call, file, note.clone()).await?;
        drop(intake);
        Ok((note, bytes, Some(done.receipt)))
    }

    /// Begins a file after the checks that need no content.
    async fn begin(
        &self,
        call: &Call,
        of: EvidenceOf,
        evidence: Option<EvidenceId>,
        length: Option<u64>,
        seconds: i64,
    ) -> Result<(FileId, Note, Room), AppError> {
        let now = self.clock.now();
        self.authorise(call, of.action(), now).await?;
        let caller = Self::member_of(call)?;
        let file = FileId(self.entropy.uuid(now));
        let evidence = evidence.unwrap_or(EvidenceId::from_uuid(file.0));
        let slot = self.slot(call, of).await?;
        self.would_take(call, &slot, evidence, now).await?;
        let room = self.room(&slot, None, caller).await?;
        room.check(length.unwrap_or(0), None)?;
        let note = Note {
            by: caller,
            about: slot.owner(),
            claim: slot.open.claim().id(),
            dispute: slot.dispute,
            evidence,
            length,
            half: self.entropy.secret(),
            salt: self.entropy.secret(),
            head: Vec::new(),
            kind: None,
            digest: None,
        };
        let until = now.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Moment::MAX);
        self.vault.begin(file, &note.bytes()?, until).await?;
        Ok((file, note, room))
    }

    /// Refuses early what the claim would refuse later. A request that was answered before under its key goes on: it gets that
    /// answer again.
    async fn would_take(
        &self,
        call: &Call,
        slot: &Slot,
        evidence: EvidenceId,
        now: Moment,
    ) -> Result<(), AppError> {
        let digest = Digest::from_bytes([0; 32]);
        let file = EvidenceFile { kind: FileKind::Pdf, bytes: 0, digest, at: now };
        let error = match slot.add(evidence, file) {
            Ok(_) => match self.unused(&slot.open, evidence).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            },
            Err(error) => error,
        };
        if let Some(key) = &call.key
            && self.store.answer(call.caller.actor(), key).await?.is_some()
        {
            return Ok(());
        }
        if let AppError::Refused(refusal) = &error {
            self.note_refused(call, slot.action, now, refusal.code).await?;
        }
        Err(error)
    }

    /// Refuses an id that stands for another file of the same person: what is sealed under their key has one name each.
    pub(super) async fn unused(&self, open: &OpenClaim, evidence: EvidenceId) -> Result<(), AppError> {
        let owner = open.claim().claimed().member;
        match self.store.unseal(owner, &salt_name(evidence)).await? {
            None => Ok(()),
            Some(_) => Err(refused("evidence-id-used", Vec::new())),
        }
    }

    /// What the claim or the dispute and its other uploads leave.
    async fn room(&self, slot: &Slot, file: Option<FileId>, caller: MemberId) -> Result<Room, AppError> {
        let (limits, claim) = (self.evidence, slot.open.claim().id());
        let mut others = slot.bytes();
        let mut uploads = 0_usize;
        for staged in self.vault.all_staged().await? {
            let note = Note::read(&staged)?;
            if Some(staged.file) == file || note.digest.is_some() {
                continue;
            }
            if (note.claim, note.dispute) == (claim, slot.dispute) {
                others = others.saturating_add(note.length.unwrap_or(staged.bytes));
            }
            if note.by == caller {
                uploads = uploads.saturating_add(1);
            }
        }
        if file.is_none() && uploads >= limits.open_uploads {
            let (limit, found) = (limits.open_uploads.to_string(), uploads.saturating_add(1).to_string());
            return Err(refused("too-many-uploads", vec![("limit", limit), ("found", found)]));
        }
        Ok(Room { limits, disputed: slot.dispute.is_some(), others })
    }

    /// An upload of this member for this; for everybody else there is none.
    async fn own_upload(
        &self,
        of: EvidenceOf,
        upload: EvidenceId,
        caller: MemberId,
    ) -> Result<(Staged, Note), AppError> {
        let missing = || AppError::NotFound("upload");
        let staged = self.vault.staged(FileId(upload.uuid())).await?.ok_or_else(missing)?;
        let note = Note::read(&staged)?;
        let is_own = note.by == caller && note.of() == of && note.evidence == upload;
        if is_own && staged.until > self.clock.now() { Ok((staged, note)) } else { Err(missing()) }
    }
}

fn state_of(staged: &Staged, note: &Note) -> UploadState {
    UploadState {
        upload: note.evidence,
        offset: staged.bytes,
        length: note.length.unwrap_or(staged.bytes),
        until: Some(staged.until),
        receipt: None,
    }
}

/// Takes bytes in until they end; answers how many are kept in the whole.
async fn take_in(
    intake: &mut dyn Intake,
    note: &mut Note,
    offset: u64,
    room: Room,
    pieces: &mut dyn Pieces,
    save_on_the_way: bool,
) -> Result<u64, AppError> {
    let (mut bytes, mut saved) = (offset, offset);
    loop {
        let piece = match pieces.next().await {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(VaultError::BrokenOff) if save_on_the_way => {
                intake.save(&note.bytes()?).await?;
                return Err(VaultError::BrokenOff.into());
            }
            Err(error) => return Err(error.into()),
        };
        bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        note.look(&piece)?;
        room.check(note.length.unwrap_or(bytes).max(bytes), note.kind)?;
        if let Some(length) = note.length.filter(|length| bytes > *length) {
            let values = vec![("limit", length.to_string()), ("found", bytes.to_string())];
            return Err(mistake("file-longer-than-announced", values));
        }
        intake.write(&piece).await?;
        if save_on_the_way && bytes.saturating_sub(saved) >= SAVE_EVERY {
            intake.save(&note.bytes()?).await?;
            saved = bytes;
        }
    }
    intake.save(&note.bytes()?).await?;
    Ok(bytes)
}

fn mistake(code: &'static str, values: Vec<(&'static str, String)>) -> AppError {
    AppError::Invalid(vec![FieldMistake { field: "file".to_owned(), code, values }])
}
