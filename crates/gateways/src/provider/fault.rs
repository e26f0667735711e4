//! Why a call failed, in words that hold no personal data, and what follows from it.

use std::time::Duration;

/// Why one attempt, or the whole call, brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("no connection")]
    Connect,
    #[error("no answer within the time of one attempt")]
    Timeout,
    #[error("the connection broke before the answer was complete")]
    Interrupted,
    #[error("status {0}")]
    ServerError(u16),
    #[error("too many requests")]
    TooMany { retry_after: Option<Duration> },
    #[error("the request was refused with status {0}: check key id, key and address")]
    Refused(u16),
    #[error("redirected with status {0}, which is never followed")]
    Redirected(u16),
    #[error("the answer is not application/json")]
    ContentType,
    #[error("the answer is longer than {limit} bytes, the limit that protects memory")]
    TooLong { limit: usize },
    #[error("the answer has no valid signature")]
    Signature,
    #[error("the answer belongs to another request")]
    Nonce,
    #[error("the answer is stamped more than {0} s from our time")]
    Stale(i64),
    #[error("the answer is not the JSON agreed on")]
    Malformed,
    #[error("the answer says something not agreed on")]
    UnknownAnswer,
    #[error("the time for all attempts is over")]
    Budget,
    #[error("it failed too often; it is asked again in {0} s")]
    CircuitOpen(u64),
    #[error("too many calls wait already")]
    Busy,
    #[error("the question could not be written")]
    Unwritable,
}

/// What to do after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Ask again after a growing pause.
    Again,
    /// Ask again, but not before this long from now.
    AgainAfter(Duration),
    /// Asking again would bring the same.
    GiveUp,
}

impl Fault {
    /// Whether the same question may bring an answer soon. An answer that is wrong in itself is not asked for again:
    /// somebody has to look.
    pub(crate) const fn remedy(self) -> Remedy {
        match self {
            Self::Connect
            | Self::Timeout
            | Self::Interrupted
            | Self::ServerError(_)
            | Self::TooMany { retry_after: None } => Remedy::Again,
            Self::TooMany { retry_after: Some(pause) } => Remedy::AgainAfter(pause),
            Self::Refused(_)
            | Self::Redirected(_)
            | Self::ContentType
            | Self::TooLong { .. }
            | Self::Signature
            | Self::Nonce
            | Self::Stale(_)
            | Self::Malformed
            | Self::UnknownAnswer
            | Self::Budget
            | Self::CircuitOpen(_)
            | Self::Busy
            | Self::Unwritable => Remedy::GiveUp,
        }
    }

    /// Whether it speaks against the provider's health. A refused request does not: one odd name must not close the
    /// provider for everybody. Faults of our own side neither.
    pub(crate) const fn is_unhealthy(self) -> bool {
        match self {
            Self::Refused(_) | Self::CircuitOpen(_) | Self::Busy | Self::Unwritable => false,
            Self::Connect
            | Self::Timeout
            | Self::Interrupted
            | Self::ServerError(_)
            | Self::TooMany { .. }
            | Self::Redirected(_)
            | Self::ContentType
            | Self::TooLong { .. }
            | Self::Signature
            | Self::Nonce
            | Self::Stale(_)
            | Self::Malformed
            | Self::UnknownAnswer
            | Self::Budget => true,
        }
    }
}
