//! Receipts: what somebody keeps to show later what was on the log, and when.
//!
//! Shape: [`App::receipt`] finds the event, its entry and its salt, reads the path from the published tiles, and answers a
//! `.tlog-proof` file. Nothing is stored: a receipt can be had again at any time, against the newest checkpoint.
//!
//! Guarantees: only those get a receipt who may see what it is about; a receipt that is handed out verifies under the
//! policy of its log, as far as its form goes ([`huzhu_log::receipt`]). Whether enough witnesses have cosigned by then is said
//! beside it ([`WitnessCount`]): the log waits for them, but never for long.
//!
//! Limits: after the person was erased there is no receipt any more; copies that were fetched before stay valid.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::EnrolmentEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, MemberId, ObjectionId};
use huzhu_domain::objection::ObjectionEvent;
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::plan::PeriodKey;
use huzhu_log::proof::TlogProof;
use huzhu_log::receipt::{Content, InnerPath, Receipt};
use huzhu_log::{Entry, EntryKind, Hash};

use super::item::{inner_tree, message, salt_label, salted_kind};
use super::source::Source;
use super::tiles::Reader;
use crate::App;
use crate::call::{Call, Caller};
use crate::error::AppError;
use crate::permission::Action;
use crate::ports::{LogYear, LoggedEntry, Recorded};

/// After how many seconds it is worth asking again for a receipt that is not there yet: a round takes less than one, and a
/// log that does not answer needs somebody's hand.
const RETRY_SECONDS: u32 = 5;

/// What a receipt is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptOf {
    /// A file of a claim; for claimants, and for staff who may read the claim. One of a dispute about it: for whoever handed it in.
    Evidence {
        /// The claim.
        claim: ClaimId,
        /// The file.
        evidence: EvidenceId,
    },
    /// Joining a plan; for the payer and the person covered.
    Consent {
        /// The enrolment.
        enrolment: EnrolmentId,
    },
    /// A step of a claim: handed in, decided, paid. For claimants and staff; what a reviewer recommended and what was sent
    /// back is for staff only.
    Step {
        /// The claim.
        claim: ClaimId,
        /// Number of the event in the claim's stream, see [`crate::claims::Step::number`].
        number: u64,
    },
    /// A public entry: a plan version, a roster, a notice, a settlement, a tombstone. For everybody.
    Entry {
        /// Which log.
        year: LogYear,
        /// Index of the entry.
        index: u64,
    },
    /// The share of an enrolment in a settled period, with the way to the root of all shares; for the payer and the person covered.
    Share {
        /// The enrolment.
        enrolment: EnrolmentId,
        /// The period.
        period: PeriodKey,
    },
    /// That somebody objected; for the objector.
    Objection {
        /// The objection.
        objection: ObjectionId,
    },
}

/// A receipt as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReceipt {
    /// Name for the file.
    pub file_name: String,
    /// Its text.
    pub text: String,
    /// Where the entry stands.
    pub place: LogPlace,
    /// Kind of the entry.
    pub kind: EntryKind,
    /// Entries that the checkpoint in it covers.
    pub size: u64,
    /// Who vouches for that checkpoint besides the log itself.
    pub witnesses: WitnessCount,
}

/// How many witnesses cosigned a checkpoint: "2 of 3 cosigned".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WitnessCount {
    /// Known witnesses that cosigned.
    pub cosigned: usize,
    /// Witnesses that the policy of the log knows.
    pub known: usize,
    /// True if they are as many as the policy asks for. If not, a later receipt for the same entry may have more.
    pub is_quorum: bool,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPlace {
    /// Which log.
    pub year: LogYear,
    /// Index of the entry.
    pub index: u64,
}

impl From<&LoggedEntry> for LogPlace {
    fn from(entry: &LoggedEntry) -> Self {
        Self { year: entry.year, index: entry.index }
    }
}

/// The answer to somebody who wants a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptAnswer {
    /// Here it is.
    Ready(LogReceipt),
    /// It was kept, and is not on the log yet.
    NotYet {
        /// After how many seconds it is worth asking again.
        retry_seconds: u32,
    },
}

impl App {
    /// A receipt.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such thing, or not for this caller, or its salt was destroyed.
    pub async fn receipt(&self, call: &Call, of: ReceiptOf) -> Result<ReceiptAnswer, AppError> {
        match of {
            ReceiptOf::Evidence { claim, evidence } => self.evidence_receipt(call, claim, evidence).await,
            ReceiptOf::Consent { enrolment } => self.consent_receipt(call, enrolment).await,
            ReceiptOf::Step { claim, number } => self.step_receipt(call, claim, number).await,
            ReceiptOf::Entry { year, index } => self.public_receipt(year, index).await,
            ReceiptOf::Share { enrolment, period } => self.share_receipt(call, enrolment, period).await,
            ReceiptOf::Objection { objection } => self.objection_receipt(call, objection).await,
        }
    }

    async fn evidence_receipt(
        &self,
        call: &Call,
        claim: ClaimId,
        evidence: EvidenceId,
    ) -> Result<ReceiptAnswer, AppError> {
        let events = self.store.stream(&StreamId::Claim(claim)).await?;
        let added = events.iter().find_map(|recorded| match &recorded.event {
            Event::Claim(event) => {
                let file = event.added().filter(|(added, _)| *added == evidence)?.1;
                Some((recorded, event, file.digest))
            }
            _ => None,
        });
        let by = match added {
            Some((_, ClaimEvent::DisputeEvidenceAdded { by, .. }, _)) => Some(*by),
            _ => None,
        };
        let claimant = match by {
            None => self.reader_of(call, claim).await?.0,
            // What somebody handed in for a dispute is proved by them alone.
            Some(by) if by == Self::member_of(call)? => self.load_claim(claim).await?.state.claimed().member,
            Some(_) => return Err(AppError::NotFound("file")),
        };
        let (recorded, _, digest) = added.ok_or(AppError::NotFound("file"))?;
        let sealed = self.store.unseal(claimant, &format!("evidence/{evidence}/salt")).await?;
        let salt = sealed.and_then(|bytes| bytes.try_into().ok()).ok_or(AppError::NotFound("salt"))?;
        let content = Content::File { salt, digest: hash(digest) };
        self.made(recorded, EntryKind::Evidence, content, &evidence.to_string()).await
    }

    async fn consent_receipt(&self, call: &Call, enrolment: EnrolmentId) -> Result<ReceiptAnswer, AppError> {
        let caller = Self::member_of(call)?;
        let events = self.store.stream(&StreamId::Enrolment(enrolment)).await?;
        let joined = events.first().and_then(|recorded| match &recorded.event {
            Event::Enrolment(EnrolmentEvent::Joined(joined)) => Some((recorded, joined)),
            _ => None,
        });
        let (recorded, joined) = joined.ok_or(AppError::NotFound("enrolment"))?;
        if caller != joined.payer && caller != joined.member {
            return Err(AppError::NotFound("enrolment"));
        }
        let content = self.message_content(recorded, joined.payer).await?;
        self.made(recorded, EntryKind::Consents, content, &enrolment.to_string()).await
    }

    async fn share_receipt(
        &self,
        call: &Call,
        enrolment: EnrolmentId,
        key: PeriodKey,
    ) -> Result<ReceiptAnswer, AppError> {
        let caller = Self::member_of(call)?;
        let missing = || AppError::NotFound("enrolment");
        let row = self.store.enrolment(enrolment).await?.ok_or_else(missing)?;
        let agreed = self.load_enrolment(enrolment).await?;
        if ![row.payer, row.member, agreed.state.agreed().payer].contains(&caller) {
            return Err(missing());
        }
        let events = self.store.stream(&StreamId::Period(row.plan.clone(), key)).await?;
        let settled = events.iter().find_map(|recorded| match &recorded.event {
            Event::Period(PeriodEvent::Settled(statement)) => Some((recorded, statement.shares?)),
            _ => None,
        });
        let (recorded, tree) = settled.ok_or(AppError::NotFound("share"))?;
        let place = self.store.place_of(enrolment).await?.ok_or_else(missing)?;
        let trees = self.shares.as_ref().ok_or(AppError::NotFound("share"))?;
        let salts = self.salts_key(&row.plan, key);
        let share = trees.prove(&row.plan, key, &tree.root, &salts, place).await?;
        // Whoever joined later has no place there.
        let share = share.ok_or(AppError::NotFound("share"))?;
        let not_yet = ReceiptAnswer::NotYet { retry_seconds: RETRY_SECONDS };
        let Some((reader, noted)) = self.on_the_log(recorded, EntryKind::Settlement).await? else {
            return Ok(not_yet);
        };
        let bytes = reader.entry(noted.index).await?.ok_or(AppError::NotFound("entry"))?;
        let broken =
            |why: huzhu_log::FormatError| AppError::Broken(format!("the settlement of {key}: {why}"));
        let entry = Entry::decode(&bytes).map_err(broken)?;
        let payload = entry.payload().map_err(broken)?;
        let make = |proof| Receipt::of_share(entry.at, payload, share, proof);
        let name = format!("share-{enrolment}-{key}");
        sealed_up(&reader, (&noted).into(), EntryKind::Settlement, &name, make)
            .await
            .map(ReceiptAnswer::Ready)
    }

    async fn objection_receipt(&self, call: &Call, id: ObjectionId) -> Result<ReceiptAnswer, AppError> {
        let caller = Self::member_of(call)?;
        let events = self.store.stream(&StreamId::Objection(id)).await?;
        let raised = events.first().filter(|first| {
            matches!(&first.event, Event::Objection(ObjectionEvent::Raised { by, .. }) if *by == caller)
        });
        let recorded = raised.ok_or(AppError::NotFound("objection"))?;
        let content = self.message_content(recorded, caller).await?;
        self.made(recorded, EntryKind::Objection, content, &id.to_string()).await
    }

    async fn step_receipt(
        &self,
        call: &Call,
        claim: ClaimId,
        number: u64,
    ) -> Result<ReceiptAnswer, AppError> {
        let (claimant, own) = self.reader_of(call, claim).await?;
        let events = self.store.stream(&StreamId::Claim(claim)).await?;
        let recorded = events.iter().find(|recorded| recorded.number == number);
        let step = recorded.and_then(|recorded| match &recorded.event {
            Event::Claim(event) => Some((recorded, step_kind(event, own)?)),
            _ => None,
        });
        let (recorded, kind) = step.ok_or(AppError::NotFound("step"))?;
        let content = self.message_content(recorded, claimant).await?;
        self.made(recorded, kind, content, &format!("{claim}-{number}")).await
    }

    async fn public_receipt(&self, year: LogYear, index: u64) -> Result<ReceiptAnswer, AppError> {
        let reader = Reader::open_cosigned(self.log.as_ref(), year, index).await?;
        let bytes = reader.entry(index).await?.ok_or(AppError::NotFound("entry"))?;
        let broken = |why: huzhu_log::FormatError| AppError::Broken(format!("log of {year}, {index}: {why}"));
        let entry = Entry::decode(&bytes).map_err(broken)?;
        let kind = entry.body.kind();
        if kind.is_salted() || kind == EntryKind::Consents {
            // Only its owner knows what it is made of.
            return Err(AppError::NotFound("entry"));
        }
        let content = Content::Public(entry.payload().map_err(broken)?);
        let place = LogPlace { year, index };
        let made = with_path(&reader, place, kind, entry.at, content, None, kind.word()).await;
        made.map(ReceiptAnswer::Ready)
    }

    /// Whose claim it is, and whether the caller is a claimant there. To everybody but claimants and staff it looks like none.
    async fn reader_of(&self, call: &Call, claim: ClaimId) -> Result<(MemberId, bool), AppError> {
        let caller = Self::member_of(call)?;
        match self.own_claim(claim, caller).await {
            Ok(open) => Ok((open.claim().claimed().member, true)),
            Err(AppError::NotFound(what)) => match &call.caller {
                Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {
                    let open = self.readable_claim(call, claim).await?;
                    Ok((open.claim().claimed().member, false))
                }
                _ => Err(AppError::NotFound(what)),
            },
            Err(other) => Err(other),
        }
    }

    async fn message_content(&self, recorded: &Recorded, owner: MemberId) -> Result<Content, AppError> {
        let salt = self.store.salt(owner, &salt_label(&recorded.stream, recorded.number)).await?;
        let salt = salt.ok_or(AppError::NotFound("salt"))?;
        Ok(Content::Message { salt, message: message(recorded) })
    }

    /// The receipt for an event, once it is on the log.
    async fn made(
        &self,
        recorded: &Recorded,
        kind: EntryKind,
        content: Content,
        name: &str,
    ) -> Result<ReceiptAnswer, AppError> {
        let Some((reader, noted)) = self.on_the_log(recorded, kind).await? else {
            return Ok(ReceiptAnswer::NotYet { retry_seconds: RETRY_SECONDS });
        };
        let inner = match kind {
            EntryKind::Consents => Some(self.inner_path(recorded, &noted).await?),
            _ => None,
        };
        // The time in an entry is that of its event; of a batch that of its last one.
        let at = super::item::millis(noted.at).map_err(|why| AppError::Broken(why.to_string()))?;
        let receipt = with_path(&reader, (&noted).into(), kind, at, content, inner, name).await?;
        Ok(ReceiptAnswer::Ready(receipt))
    }

    /// The entry of an event with a reader of its log; `None` while it is not there.
    async fn on_the_log(
        &self,
        recorded: &Recorded,
        kind: EntryKind,
    ) -> Result<Option<(Reader<'_>, LoggedEntry)>, AppError> {
        let mut noted = self.store.logged_entry(kind.byte(), recorded.position).await?;
        if noted.is_none() && self.await_logged(Some(recorded.position)).await {
            noted = self.store.logged_entry(kind.byte(), recorded.position).await?;
        }
        let Some(noted) = noted else { return Ok(None) };
        let reader = Reader::open_cosigned(self.log.as_ref(), noted.year, noted.index).await?;
        Ok((noted.index < reader.size()).then_some((reader, noted)))
    }

    /// The way from a consent to the root of its batch: the leaf's number is that of the joins before it in the batch.
    async fn inner_path(&self, recorded: &Recorded, noted: &LoggedEntry) -> Result<InnerPath, AppError> {
        let leaves = self.store.logged_leaves(noted.year, noted.index).await?;
        let source = Source::new(self.store.as_ref(), self.log.as_ref());
        let leaf = source.consent_leaf(recorded).await?.ok_or(AppError::NotFound("salt"))?;
        let lost = || AppError::Broken(format!("log of {}, {}: a leaf is missing", noted.year, noted.index));
        let at = leaves.iter().position(|other| *other == leaf).ok_or_else(lost)?;
        let (tree, index) = (inner_tree(&leaves), u64::try_from(at).unwrap_or(u64::MAX));
        let path = tree.prove(index).ok_or_else(lost)?;
        Ok(InnerPath { index, size: tree.size(), path })
    }
}

/// Kind of the entry of a step, if the reader may have a receipt for it. What a reviewer recommended and what was sent back
/// is not the claimant's to see; files have receipts of their own.
pub(crate) const fn step_kind(event: &ClaimEvent, own: bool) -> Option<EntryKind> {
    match (event, salted_kind(event)) {
        (ClaimEvent::Recommended { .. } | ClaimEvent::Returned { .. }, _) if own => None,
        (_, Some(EntryKind::Evidence)) => None,
        (_, kind) => kind,
    }
}

const fn hash(digest: Digest) -> Hash {
    Hash::from_bytes(*digest.bytes())
}

async fn with_path(
    reader: &Reader<'_>,
    place: LogPlace,
    kind: EntryKind,
    at: u64,
    content: Content,
    inner: Option<InnerPath>,
    name: &str,
) -> Result<LogReceipt, AppError> {
    let make = |proof| Receipt::new(kind, at, content, inner, proof);
    sealed_up(reader, place, kind, name, make).await
}

/// A receipt with the way from its entry to the newest checkpoint.
async fn sealed_up(
    reader: &Reader<'_>,
    place: LogPlace,
    kind: EntryKind,
    name: &str,
    make: impl FnOnce(TlogProof) -> Result<Receipt, huzhu_log::FormatError>,
) -> Result<LogReceipt, AppError> {
    let broken = |why: String| AppError::Broken(format!("log of {}, {}: {why}", place.year, place.index));
    let checkpoint = reader.checkpoint().cloned().ok_or_else(|| broken("no checkpoint".to_owned()))?;
    let path = reader.prove(place.index).await?;
    let verified = reader.verified().await?;
    let witnesses = verified.map_or(WitnessCount { cosigned: 0, known: 0, is_quorum: true }, |verified| {
        let (cosigned, known) = (verified.cosigned.len(), verified.known);
        WitnessCount { cosigned, known, is_quorum: verified.is_satisfied }
    });
    let proof = TlogProof { extra: None, index: place.index, path, checkpoint };
    let receipt = make(proof).map_err(|why| broken(why.to_string()))?;
    let file_name = format!("{}-{name}.tlog-proof", kind.word());
    Ok(LogReceipt { file_name, text: receipt.to_string(), place, kind, size: reader.size(), witnesses })
}
