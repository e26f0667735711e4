//! Who somebody is. Sealed under the person's own key, never in events, logs or addresses.

use huzhu_domain::claim::Sex;
use huzhu_domain::time::Day;

/// Personal data of a member, stored sealed under the name `person`.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    /// Full name as on the identity document.
    pub name: String,
    /// Number of the identity document.
    pub identity_number: String,
    /// Day of birth.
    pub birth: Day,
    /// Sex as on the document.
    pub sex: Option<Sex>,
    /// Province or region; shown on notice cards.
    pub region: String,
}

impl std::fmt::Debug for Person {
    /// Shows nothing: personal data stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(sealed)")
    }
}
