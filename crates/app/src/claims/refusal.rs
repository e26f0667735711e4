//! Rejections of claims and enrolments as refusals with stable codes.

use huzhu_domain::claim::ClaimRejection;
use huzhu_domain::enrolment::EnrolmentRejection;

use crate::error::{AppError, Refusal};
use crate::leave::enrolment_refusal;

/// A refusal with values.
pub(crate) const fn refused(code: &'static str, values: Vec<(&'static str, String)>) -> AppError {
    AppError::Refused(Refusal { code, values })
}

impl From<ClaimRejection> for AppError {
    fn from(rejection: ClaimRejection) -> Self {
        match rejection {
            ClaimRejection::OwnClaim => refused("claim-own", Vec::new()),
            ClaimRejection::WrongState { state, verb } => {
                refused("claim-wrong-state", vec![("state", state.to_owned()), ("verb", verb.to_owned())])
            }
            ClaimRejection::NotYours => refused("claim-not-yours", Vec::new()),
            ClaimRejection::SamePerson => refused("claim-same-person", Vec::new()),
            ClaimRejection::NoEvidence => refused("claim-no-evidence", Vec::new()),
            ClaimRejection::UnknownEvidence => refused("claim-unknown-evidence", Vec::new()),
            ClaimRejection::TooMuchEvidence { limit } => {
                refused("claim-too-much-evidence", vec![("limit", limit.to_string())])
            }
            ClaimRejection::TooMuchDisputeEvidence { limit } => {
                refused("dispute-too-much-evidence", vec![("limit", limit.to_string())])
            }
            ClaimRejection::EvidenceAlreadyAdded => refused("claim-evidence-already-added", Vec::new()),
            ClaimRejection::EvidenceNotDue { until } => {
                refused("claim-evidence-not-due", vec![("until", until.to_string())])
            }
            ClaimRejection::NoticeRunning { until } => {
                refused("claim-notice-running", vec![("until", until.to_string())])
            }
            ClaimRejection::OtherPeriod { period } => {
                refused("claim-other-period", vec![("period", period.to_string())])
            }
            ClaimRejection::NotIndependent => refused("claim-not-independent", Vec::new()),
            ClaimRejection::NoOverride => AppError::NotFound("override"),
            ClaimRejection::OverrideThere => refused("override-there", Vec::new()),
            ClaimRejection::OverrideAlone => refused("override-alone", Vec::new()),
            ClaimRejection::NoticeOver { until } => {
                refused("claim-notice-over", vec![("until", until.to_string())])
            }
            ClaimRejection::AlreadyObjected => refused("claim-already-objected", Vec::new()),
            ClaimRejection::ObjectionNotOpen => refused("claim-objection-not-open", Vec::new()),
            ClaimRejection::NoJury => refused("claim-no-jury", Vec::new()),
            ClaimRejection::TooLate { until } => {
                refused("claim-too-late-for-jury", vec![("until", until.to_string())])
            }
            ClaimRejection::AlreadyJudged => refused("claim-already-judged", Vec::new()),
            ClaimRejection::VerdictOpen { until } => {
                refused("claim-verdict-open", vec![("until", until.to_string())])
            }
        }
    }
}

impl From<EnrolmentRejection> for AppError {
    fn from(rejection: EnrolmentRejection) -> Self {
        enrolment_refusal(rejection)
    }
}
