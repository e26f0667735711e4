//! What happens to a claim. These payloads are a durable format: see the codec in `huzhu-app`.

use huzhu_ledger::Amount;

use super::{HiddenField, Judged};
use crate::digest::Digest;
use crate::id::{EnrolmentId, EvidenceId, JuryCaseId, MemberId, ObjectionId};
use crate::plan::{ConditionCode, PeriodKey, PlanId, ReasonCode, Severity};
use crate::time::{Day, Moment};

/// What is claimed; the payload of [`ClaimEvent::Drafted`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Claimed {
    /// The plan.
    pub plan: PlanId,
    /// The enrolment of the person who fell ill.
    pub enrolment: EnrolmentId,
    /// The person who fell ill.
    pub member: MemberId,
    /// Who files it: the payer or the person.
    pub filed_by: MemberId,
    /// The illness as the claimant describes it.
    pub illness: Illness,
}

/// The illness that a claim is about, in the words of the plan terms.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Illness {
    /// Id of the condition in the plan terms.
    pub condition: ConditionCode,
    /// Severity grade in the plan terms.
    pub severity: Severity,
    /// Day of the first diagnosis, or of the accident.
    pub event_date: Day,
    /// Caused by an accident.
    pub accident: bool,
}

/// Type of a file, read from its content and never from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum FileKind {
    /// Portable Document Format.
    Pdf,
    /// JPEG picture.
    Jpeg,
    /// PNG picture.
    Png,
    /// HEIC picture, as phones take them.
    Heic,
    /// DICOM, as scanners write it.
    Dicom,
}

impl FileKind {
    /// The media type that browsers expect.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Dicom => "application/dicom",
        }
    }
}

/// One file handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct EvidenceFile {
    /// Type read from the content.
    pub kind: FileKind,
    /// Length in bytes.
    pub bytes: u64,
    /// Salted digest of the content.
    pub digest: Digest,
    /// When it was handed in.
    pub at: Moment,
}

/// What a file was handed in for that is no part of the claim itself. Jurors read no files, which would name people: there are none
/// of jury cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Dispute {
    /// An objection, by whoever raised it.
    Objection(ObjectionId),
}

/// A file of a dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeFile {
    /// What it was handed in for.
    pub dispute: Dispute,
    /// Who handed it in.
    pub by: MemberId,
    /// What is known of it.
    pub file: EvidenceFile,
}

/// What a reviewer recommends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Recommendation {
    /// Grant aid.
    Approve {
        /// Aid in minor units, as the table of the frozen terms says.
        aid: Amount,
    },
    /// Refuse.
    Refuse {
        /// Reason code of the plan terms.
        reason: ReasonCode,
    },
}

impl Recommendation {
    /// The aid that it would grant; `None`: it refuses.
    pub const fn aid(&self) -> Option<Amount> {
        match self {
            Self::Approve { aid } => Some(*aid),
            Self::Refuse { .. } => None,
        }
    }
}

/// Where a claim stood when a jury was asked for, and so what the verdict decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum JuryOrigin {
    /// It was refused, and the claimant wants members to judge.
    Refused {
        /// Reason code of the refusal.
        reason: ReasonCode,
    },
    /// It is on notice, and a member whose objection was dismissed wants members to judge.
    OnNotice {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        until: Moment,
    },
    /// It is a hard case, and the operator wants members to judge before anybody decides.
    UnderReview {
        /// Who was examining it.
        reviewer: MemberId,
    },
}

/// Where a claim goes when an objection is off the table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum AfterObjection {
    /// Other objections are still open.
    Others,
    /// Back on notice, for what is left of it.
    Notice {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        until: Moment,
    },
    /// Its period was settled without it: it waits for the next notice.
    NextNotice {
        /// Aid in minor units.
        aid: Amount,
    },
}

/// What a verdict does to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum VerdictOutcome {
    /// Aid is granted; the claim waits for the next notice.
    Approve {
        /// Aid in minor units.
        aid: Amount,
    },
    /// The claim is refused for good.
    Refuse {
        /// Reason code.
        reason: ReasonCode,
    },
    /// The claim is back on notice, for what is left of it.
    Notice {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        until: Moment,
    },
    /// The refusal does not stand, and the terms have no amount for what was claimed: the claim is back with its reviewer, who
    /// finds out why, since a jury judges facts and makes no amounts.
    Review {
        /// Who has the ball.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
}

/// What happened to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ClaimEvent {
    /// A draft was begun.
    Drafted(Claimed),
    /// The description of the illness was changed while drafting.
    Described(Illness),
    /// A file was handed in.
    EvidenceAdded {
        /// The file's id.
        evidence: EvidenceId,
        /// What is known of it.
        file: EvidenceFile,
    },
    /// A file was handed in for an objection. It is no part of the claim: who may see it is decided apart.
    DisputeEvidenceAdded {
        /// What it was handed in for.
        dispute: Dispute,
        /// Who handed it in.
        by: MemberId,
        /// The file's id.
        evidence: EvidenceId,
        /// What is known of it.
        file: EvidenceFile,
    },
    /// A file of a draft was taken back.
    EvidenceRemoved {
        /// The file's id.
        evidence: EvidenceId,
    },
    /// Somebody who works for the plan opened a file.
    EvidenceOpened {
        /// The file's id.
        evidence: EvidenceId,
        /// Who.
        by: MemberId,
    },
    /// Somebody who works for the plan opened a hidden fact of the card.
    CardOpened {
        /// Which.
        field: HiddenField,
        /// Who.
        by: MemberId,
    },
    /// The reviewer noted what the papers show; replaces what was noted before.
    Examined {
        /// Who.
        reviewer: MemberId,
        /// What they show.
        judged: Judged,
    },
    /// The claim was handed in.
    Reported {
        /// When.
        at: Moment,
        /// When the first contact is due.
        until: Moment,
    },
    /// A reviewer took it.
    Taken {
        /// Who.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// The claimant was asked for more evidence; what exactly is sealed under the claimant's key.
    MoreEvidenceRequested {
        /// Who asks.
        reviewer: MemberId,
        /// When it is due.
        until: Moment,
    },
    /// The claimant has handed in what was asked for.
    EvidenceCompleted {
        /// The reviewer it goes back to.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// A reviewer recommended a decision.
    Recommended {
        /// Who.
        reviewer: MemberId,
        /// What.
        recommendation: Recommendation,
        /// When the confirmation is due.
        until: Moment,
    },
    /// The second person sent it back to review.
    Returned {
        /// Who sent it back.
        by: MemberId,
        /// The reviewer it goes back to.
        reviewer: MemberId,
        /// When a new recommendation is due.
        until: Moment,
    },
    /// The second person confirmed an approval.
    Approved {
        /// Who.
        by: MemberId,
        /// Aid in minor units.
        aid: Amount,
    },
    /// The second person confirmed a refusal.
    Refused {
        /// Who.
        by: MemberId,
        /// Reason code of the plan terms.
        reason: ReasonCode,
        /// Until when the claimant may ask for a jury; `None`: the terms give none.
        #[cfg_attr(feature = "codec", serde(default, skip_serializing_if = "Option::is_none"))]
        until: Option<Moment>,
    },
    /// Somebody gave the claim to a reviewer.
    Assigned {
        /// The reviewer.
        reviewer: MemberId,
        /// Who gave it.
        by: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// A reviewer asked an independent person to gather facts; which ones is sealed under the claimant's key.
    InvestigationOrdered {
        /// Who asks.
        reviewer: MemberId,
        /// Who gathers them.
        investigator: MemberId,
        /// When the findings are due.
        until: Moment,
    },
    /// The investigator handed in findings, sealed under the claimant's key.
    FindingsHandedIn {
        /// Who.
        investigator: MemberId,
        /// The reviewer it goes back to.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// The review goes on without findings.
    InvestigationEnded {
        /// The reviewer it goes back to.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// A member objected; why is sealed.
    Objected {
        /// The objection.
        objection: ObjectionId,
        /// Who objects.
        by: MemberId,
        /// The period it is on notice in.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        notice_ends: Moment,
        /// When the answer is due.
        until: Moment,
    },
    /// An objection was answered in writing and changes nothing.
    ObjectionDismissed {
        /// The objection.
        objection: ObjectionId,
        /// Who answered.
        by: MemberId,
        /// Where the claim goes.
        then: AfterObjection,
    },
    /// The objector took it back.
    ObjectionWithdrawn {
        /// The objection.
        objection: ObjectionId,
        /// Where the claim goes.
        then: AfterObjection,
    },
    /// An objection was right: the claim goes back to review, and what was decided is void.
    ObjectionUpheld {
        /// The objection.
        objection: ObjectionId,
        /// Who answered.
        by: MemberId,
        /// The reviewer it goes back to.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// A jury was asked for.
    JuryRequested {
        /// The case.
        case: JuryCaseId,
        /// Who asked.
        by: MemberId,
        /// Where the claim stood.
        origin: JuryOrigin,
        /// When the next step of the case is due.
        until: Moment,
    },
    /// The case went a step on.
    JuryDue {
        /// The case.
        case: JuryCaseId,
        /// Where the claim stood.
        origin: JuryOrigin,
        /// When its next step is due.
        until: Moment,
    },
    /// The request was not accepted; the claim stands where it stood.
    JuryDeclined {
        /// The case.
        case: JuryCaseId,
        /// Who declined.
        by: MemberId,
        /// Where the claim stood, and stands again.
        origin: JuryOrigin,
        /// Ground of the plan terms.
        ground: ReasonCode,
        /// Where it was refused: until when a jury may still be asked for.
        until: Option<Moment>,
        /// The period of the notice was settled without this claim, which waits for the next one.
        #[cfg_attr(feature = "codec", serde(default, skip_serializing_if = "std::ops::Not::not"))]
        settled: bool,
    },
    /// The jury has judged.
    VerdictReached {
        /// The case.
        case: JuryCaseId,
        /// Where the claim stood.
        origin: JuryOrigin,
        /// `true` when the jury found for the claimant.
        for_claimant: bool,
        /// Until when a larger jury may be asked for; `None`: the verdict is final.
        until: Option<Moment>,
    },
    /// The verdict took effect.
    VerdictApplied {
        /// The case.
        case: JuryCaseId,
        /// What it does.
        outcome: VerdictOutcome,
    },
    /// Somebody who works on it said that they are too close to it; why is sealed under their own key.
    ConflictDeclared {
        /// Who.
        by: MemberId,
        /// They had the claim: until when somebody else takes it.
        #[cfg_attr(feature = "codec", serde(default, skip_serializing_if = "Option::is_none"))]
        until: Option<Moment>,
    },
    /// Somebody asked that a person may work on it in spite of a conflict; why is sealed under that person's key.
    OverrideAsked {
        /// Who would work on it.
        member: MemberId,
        /// Who asks.
        by: MemberId,
    },
    /// A second person agreed.
    OverrideConfirmed {
        /// Who may work on it now.
        member: MemberId,
        /// Who agreed.
        by: MemberId,
    },
    /// It was taken back, asked for or agreed to.
    OverrideWithdrawn {
        /// Who may not work on it any more.
        member: MemberId,
        /// Who took it back.
        by: MemberId,
    },
    /// Whoever had the ball let the deadline pass. Changes no state: time decides by computation.
    DeadlinePassed {
        /// The deadline.
        until: Moment,
    },
    /// Notice began.
    PutOnNotice {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        until: Moment,
    },
    /// Notice passed.
    Cleared {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
    },
    /// The money was collected.
    BecamePayable {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units, after cuts.
        aid: Amount,
        /// When the payout is due.
        until: Moment,
    },
    /// The bank confirmed the payout.
    Paid {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// When.
        at: Moment,
        /// Digest of the bank's confirmation.
        confirmation: Digest,
    },
    /// The claimant took it back.
    Withdrawn,
}

impl ClaimEvent {
    /// The file that this event handed in, of the claim or of a dispute about it.
    pub const fn added(&self) -> Option<(EvidenceId, &EvidenceFile)> {
        match self {
            Self::EvidenceAdded { evidence, file } | Self::DisputeEvidenceAdded { evidence, file, .. } => {
                Some((*evidence, file))
            }
            _ => None,
        }
    }
}
