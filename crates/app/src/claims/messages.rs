//! Mail to claimants and payers, written in the unit of the event that caused it.

use huzhu_domain::claim::Claim;
use huzhu_domain::id::MemberId;
use huzhu_domain::time::Moment;

use crate::App;
use crate::error::AppError;
use crate::inbox::Telling;
use crate::ports::Unit;

/// Sealed name under which a member's language tag stands, when they ever chose one.
pub(crate) const LANGUAGE: &str = "language";

impl App {
    /// The language of the page on which somebody last asked for a code, else English.
    pub(crate) async fn language_of(&self, member: MemberId) -> Result<String, AppError> {
        let chosen = self.store.unseal(member, LANGUAGE).await?;
        let tag = chosen.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(tag.unwrap_or_else(|| "en".to_owned()))
    }

    /// Adds a message to a unit. What it is about is read from the values `claim`, `plan` and `period`; [`App::tell`] can say
    /// it otherwise.
    pub(crate) async fn write_to(
        &self,
        unit: &mut Unit,
        to: MemberId,
        template: &str,
        values: Vec<(&str, String)>,
    ) -> Result<(), AppError> {
        let telling =
            values.into_iter().fold(Telling::new(template), |telling, (key, value)| telling.with(key, value));
        self.tell(unit, to, &telling).await
    }

    /// Tells the claimant where the claim stands: every text has `claim`, `plan` and `until` (RFC 3339, empty where no
    /// clock runs), and the values given.
    pub(crate) async fn tell_claimant(
        &self,
        unit: &mut Unit,
        claim: &Claim,
        template: &str,
        until: Option<Moment>,
        more: Vec<(&str, String)>,
    ) -> Result<(), AppError> {
        let mut values = vec![
            ("claim", claim.id().to_string()),
            ("plan", claim.claimed().plan.to_string()),
            ("until", until.map_or_else(String::new, |until| until.to_string())),
        ];
        values.extend(more);
        self.write_to(unit, claim.claimed().filed_by, template, values).await
    }
}
