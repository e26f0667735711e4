//! Rejections of periods as refusals with stable codes.

use huzhu_domain::period::PeriodRejection;

use crate::claims::refusal::refused;
use crate::error::AppError;

impl From<PeriodRejection> for AppError {
    fn from(rejection: PeriodRejection) -> Self {
        match rejection {
            PeriodRejection::WrongState { state, verb } => {
                refused("period-wrong-state", vec![("state", state.to_owned()), ("verb", verb.to_owned())])
            }
            PeriodRejection::TooEarlyForNotice { day } => {
                refused("period-too-early-for-notice", vec![("day", day.to_string())])
            }
            PeriodRejection::NoticeRunning { until } => {
                refused("period-notice-running", vec![("until", until.to_string())])
            }
            PeriodRejection::TooEarlyForSharing { day } => {
                refused("period-too-early-for-sharing", vec![("day", day.to_string())])
            }
            PeriodRejection::DoesNotAddUp => refused("period-does-not-add-up", Vec::new()),
            PeriodRejection::PayoutsOutstanding { count } => {
                refused("period-payouts-outstanding", vec![("count", count.to_string())])
            }
        }
    }
}
