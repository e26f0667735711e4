//! What a use case can answer instead of a receipt, sorted by what the caller can do about it.

use crate::ports::{Constraint, ProviderError, StoreError, VaultError};

/// A mistake in one field of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMistake {
    /// The field as named in the JSON API and in forms.
    pub field: String,
    /// Stable code, also the key of the text in the message catalogue (`error-` before it).
    pub code: &'static str,
    /// Values of the text.
    pub values: Vec<(&'static str, String)>,
}

/// A rule of the plan or of the platform that said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code, also the key of the text in the message catalogue (`refusal-` before it).
    pub code: &'static str,
    /// Values of the text.
    pub values: Vec<(&'static str, String)>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// Fix the input.
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<FieldMistake>),
    /// Look elsewhere: there is no such thing, or not for this caller (the two look alike).
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Sign in.
    #[error("nobody is signed in")]
    SignInNeeded,
    /// Ask somebody with the role.
    #[error("{action} takes another role")]
    Denied {
        /// Word of the action.
        action: &'static str,
    },
    /// A rule said no; the code says which.
    #[error("refused: {}", .0.code)]
    Refused(Refusal),
    /// Reload: somebody else changed it, or the key was used for another request.
    #[error("reload: {0}")]
    Stale(&'static str),
    /// Try again in a moment.
    #[error("try again: {0}")]
    Unavailable(String),
    /// Report it.
    #[error("broken: {0}")]
    Broken(String),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Stale("changed-meanwhile"),
            // Ids of entries follow from what caused them: this cause was booked before.
            StoreError::Taken(Constraint::EntryId) => Self::Stale("booked-before"),
            StoreError::Taken(constraint) => Self::Broken(format!("unexpected constraint {constraint:?}")),
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Broken(why) => Self::Broken(why),
        }
    }
}

impl From<ProviderError> for AppError {
    fn from(error: ProviderError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Missing => Self::NotFound("file"),
            VaultError::Tampered => Self::Broken(error.to_string()),
            VaultError::Busy => Self::Stale("upload-busy"),
            VaultError::BrokenOff => Self::Stale("upload-broken-off"),
            VaultError::WrongChecksum => Self::Stale("upload-checksum"),
            VaultError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}
