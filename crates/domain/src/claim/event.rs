//! What happens to a claim. These payloads are a durable format: see the codec in `huzhu-app`.

use huzhu_ledger::Amount;

use crate::digest::Digest;
use crate::id::{EnrolmentId, EvidenceId, MemberId};
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
