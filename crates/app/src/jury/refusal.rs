//! Rejections of cases and jurors as refusals with stable codes.

use huzhu_domain::jury::{JurorRejection, JuryRejection};

use crate::claims::refusal::refused;
use crate::error::AppError;

impl From<JuryRejection> for AppError {
    fn from(rejection: JuryRejection) -> Self {
        let at = |moment: huzhu_domain::time::Moment| vec![("until", moment.to_string())];
        match rejection {
            JuryRejection::NoJury => refused("claim-no-jury", Vec::new()),
            JuryRejection::MayNotAsk => refused("jury-others-ask", Vec::new()),
            JuryRejection::NoAppealLeft => refused("claim-already-judged", Vec::new()),
            // Withdrawn meanwhile: loading the page again would help nobody.
            JuryRejection::WrongState { state: "voided", .. } => refused("jury-ended-with-claim", Vec::new()),
            JuryRejection::WrongState { state, verb } => {
                refused("jury-wrong-state", vec![("state", state.to_owned()), ("verb", verb.to_owned())])
            }
            JuryRejection::Involved => refused("jury-involved", Vec::new()),
            JuryRejection::UnknownGround { ground } => {
                refused("jury-ground-unknown", vec![("ground", ground.to_string())])
            }
            JuryRejection::NobodyToDraw => refused("jury-nobody-to-draw", Vec::new()),
            JuryRejection::VotingOver { until } => refused("jury-voting-over", at(until)),
            JuryRejection::VotingRuns { until } => refused("jury-voting-runs", at(until)),
            JuryRejection::NotCalled => refused("jury-not-called", Vec::new()),
            JuryRejection::Replaced => refused("jury-replaced", Vec::new()),
            JuryRejection::AlreadyVoted => refused("jury-already-voted", Vec::new()),
            JuryRejection::NoSuchQuestion { verb: _ } => refused("jury-no-such-question", Vec::new()),
            JuryRejection::TooManyQuestions { limit } => {
                refused("jury-too-many-questions", vec![("limit", limit.to_string())])
            }
        }
    }
}

impl From<JurorRejection> for AppError {
    fn from(rejection: JurorRejection) -> Self {
        match rejection {
            JurorRejection::StruckOff => refused("juror-struck-off", Vec::new()),
            JurorRejection::NotPaying => refused("juror-not-paying", Vec::new()),
            JurorRejection::TooYoung => refused("juror-too-young", Vec::new()),
            JurorRejection::StandingTooShort { from } => {
                refused("juror-standing-too-short", vec![("day", from.to_string())])
            }
            JurorRejection::ExamMissing => refused("juror-exam-missing", Vec::new()),
            JurorRejection::NotWilling => refused("juror-not-willing", Vec::new()),
            JurorRejection::RetakeTooEarly { from } => {
                refused("juror-retake-too-early", vec![("until", from.to_string())])
            }
            JurorRejection::NoExam => refused("juror-no-exam", Vec::new()),
            JurorRejection::AlreadyPassed => refused("juror-already-passed", Vec::new()),
            JurorRejection::AlreadyWilling => refused("juror-already-willing", Vec::new()),
        }
    }
}
