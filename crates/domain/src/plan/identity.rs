//! Who a plan is: id, version, names, currency, time zone, and when its terms take effect.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use huzhu_ledger::Currency;

use crate::time::{Day, TimeZone};

/// The longest id of a plan and the longest code within one, in bytes: they stand in addresses and column keys.
pub const MAX_CODE_BYTES: usize = 64;

/// A text that is not a code: codes are 1 to 64 of `a-z`, `0-9` and `-`, starting and ending with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a code of a-z, 0-9 and inner hyphens, at most {MAX_CODE_BYTES} characters long")]
pub struct CodeError {
    /// The text that was found, cut after 80 characters.
    pub found: String,
}

/// Checks the alphabet of codes and hands the text back.
fn slug(text: &str) -> Result<String, CodeError> {
    let alphabet = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let edges = !text.starts_with('-') && !text.ends_with('-');
    if alphabet && edges && !text.is_empty() && text.len() <= MAX_CODE_BYTES {
        Ok(text.to_owned())
    } else {
        Err(CodeError { found: text.chars().take(80).collect() })
    }
}

/// Defines one kind of code.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(
            feature = "codec",
            derive(serde::Serialize, serde::Deserialize),
            serde(try_from = "String", into = "String")
        )]
        pub struct $name(String);

        impl $name {
            /// Reads a code.
            ///
            /// # Errors
            /// [`CodeError`] when the text breaks the alphabet or the length of codes.
            pub fn new(text: &str) -> Result<Self, CodeError> {
                slug(text).map(Self)
            }

            /// The code as written in the plan file.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeError;

            fn try_from(text: String) -> Result<Self, CodeError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }
    };
}

code!(
    /// The name of a plan in addresses and files, the same for all its versions.
    PlanId
);
code!(
    /// A group of conditions that the aid table pays alike, such as `illness` or `accident`.
    GroupCode
);
code!(
    /// One condition of the cover, such as `malignant-tumour`.
    ConditionCode
);
code!(
    /// A reason: of an exclusion, a refusal, or a jury request that is not accepted.
    ReasonCode
);
code!(
    /// An item of evidence asked for, or a question of the health declaration.
    ItemCode
);

/// The number of a revision of a plan's terms, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct PlanVersion(pub u32);

impl fmt::Display for PlanVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A language in which the software speaks to people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Language {
    /// English, tag `en`.
    En,
    /// Chinese in simplified characters, tag `zh`.
    Zh,
}

impl Language {
    /// Every language, in the order in which plan files and pages name them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The language tag as used in plan files.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// A text in every language of [`Language::ALL`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Localized {
    texts: BTreeMap<Language, String>,
}

impl Localized {
    /// A text in English and Chinese.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { texts: BTreeMap::from([(Language::En, en.into()), (Language::Zh, zh.into())]) }
    }

    /// The text in `language`.
    pub fn get(&self, language: Language) -> &str {
        self.texts.get(&language).map_or("", String::as_str)
    }
}

/// Identity of a plan version.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The plan.
    pub id: PlanId,
    /// The revision.
    pub version: PlanVersion,
    /// What people call the plan.
    pub name: Localized,
    /// What it does, in a few plain sentences.
    pub summary: Localized,
    /// All amounts of the plan are in this currency (ISO 4217).
    pub currency: Currency,
    /// Days of the plan begin at 0:00 here (IANA name).
    pub zone: TimeZone,
    /// First day on which these terms are in force.
    pub effective: Day,
    /// Last day of a temporary plan: events after it are not covered. `None`: runs until it is ended.
    pub last_day: Option<Day>,
    /// Days between the publication of a draft and the first day it may be in force (domain rules: 15 by default).
    pub change_notice_days: u16,
}

/// Days of public notice before changed terms take effect, when a plan file does not say.
pub const DEFAULT_CHANGE_NOTICE_DAYS: u16 = 15;
