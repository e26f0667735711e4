//! Ids: typed UUIDs of version 7, shown with a prefix (`clm_...`). Made by the caller or by the `Ids` port, never in here.

/// Defines one id type: a UUID shown as `prefix_` and 32 hexadecimal digits.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// What stands before the underscore when the id is shown.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID (version 7 by convention, so that ids sort by the time they were made).
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for stores.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bad = || IdError { expected: $prefix, found: text.chars().take(60).collect() };
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or_else(bad)?;
                if rest.len() != 32 {
                    return Err(bad());
                }
                uuid::Uuid::try_parse(rest).map(Self).map_err(|_| bad())
            }
        }
    };
}

/// A text that is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an id like {expected}_ followed by 32 hexadecimal digits, found {found:?}")]
pub struct IdError {
    /// The prefix of the kind of id that was expected.
    pub expected: &'static str,
    /// The text that was found, cut after 60 characters.
    pub found: String,
}

id!(/// A person known to the platform.
    MemberId, "mem");
id!(/// A person being covered by a plan.
    EnrolmentId, "enr");
id!(/// A request for aid.
    ClaimId, "clm");
id!(/// A program of others that hears of events.
    WebhookId, "whk");
id!(/// A message to a member.
    MessageId, "msg");
id!(/// One file handed in with a claim.
    EvidenceId, "evd");
id!(/// A member's protest against a claim on notice.
    ObjectionId, "obj");
id!(/// One judgment of a claim by a jury, from the request to the verdict.
    JuryCaseId, "jur");
id!(/// One vote of one juror. Derived from a keyed hash, so that it does not name the juror.
    BallotId, "bal");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_shows_and_refuses_anything_else() {
        let id = ClaimId::from_uuid(uuid::Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string(), "clm_01930000000070008000000000000001");
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in [
            "",
            "clm_",
            "mem_01930000000070008000000000000001",
            "clm_0193000000007000800000000000000g",
            "clm_{01930000-0000-7000-8000-000000000001}",
        ] {
            assert!(text.parse::<ClaimId>().is_err(), "{text}");
        }
    }
}
