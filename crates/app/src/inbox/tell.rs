//! Telling somebody something: the one way in which use cases write messages.
//!
//! ```text
//! let telling = Telling::new("mail-objection-answered")
//!     .about(StreamId::Claim(claim))
//!     .with("claim", claim)
//!     .until(Some(deadline));
//! self.tell(&mut unit, objector, &telling).await?;            // one member
//! self.tell_all(&mut unit, Audience::Members(jurors), &telling).await?; // a list, any length
//! ```
//!
//! A new kind of message needs: its key here in the use case, a line in [`super::TEMPLATES`] (or a key that begins like its
//! topic), and in the message catalogues of `crates/web` the two texts `KEY-subject` and `KEY-body` in both languages, with a
//! line in `crates/web/src/mail.rs`. Values are read by the texts under their names; `until` (RFC 3339) is shown as a time.

use huzhu_domain::event::StreamId;
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::plan::{Language, PlanId};
use huzhu_domain::preference::Preferences;
use huzhu_domain::time::Moment;

use super::{Announcement, Audience, InboxEntry, topic_of};
use crate::App;
use crate::error::AppError;
use crate::ports::{InboxChange, Unit};
use crate::record::Message;

/// Members of a list who are told in the unit itself; more are left to the worker, so that no unit grows with the plan.
const AT_ONCE_MAX: usize = 16;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Key of the text in the message catalogue, such as `mail-claim-paid`.
    pub(crate) template: String,
    /// What it is about: pages link there.
    pub(crate) about: Option<StreamId>,
    /// Values of the text.
    pub(crate) values: Vec<(String, String)>,
}

impl Telling {
    /// A text without values, about nothing in particular.
    pub fn new(template: &str) -> Self {
        Self { template: template.to_owned(), about: None, values: Vec::new() }
    }

    /// What it is about.
    #[must_use]
    pub fn about(mut self, thing: StreamId) -> Self {
        self.about = Some(thing);
        self
    }

    /// A value of the text. For `App::tell` it may be personal, since it is sealed under the reader's key; for
    /// `App::tell_all` it must not be.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over what they have just made")]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// Until when somebody has the ball; the empty text where no clock runs.
    #[must_use]
    pub fn until(self, until: Option<Moment>) -> Self {
        self.with("until", until.map_or_else(String::new, |until| until.to_string()))
    }

    /// What the values say it is about, for texts that do not say so themselves.
    fn thing(&self) -> Option<StreamId> {
        let value =
            |name| self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        if self.about.is_some() {
            return self.about.clone();
        }
        if let Some(claim) = value("claim").and_then(|claim| claim.parse::<ClaimId>().ok()) {
            return Some(StreamId::Claim(claim));
        }
        let plan: PlanId = value("plan").and_then(|plan| plan.parse().ok())?;
        let period = value("period").and_then(|period| period.parse().ok());
        Some(period.map_or(StreamId::Plan(plan.clone()), |period| StreamId::Period(plan, period)))
    }
}

impl App {
    /// Tells one member, in the unit that brings it about. Nobody is told who was erased.
    pub(crate) async fn tell(
        &self,
        unit: &mut Unit,
        to: MemberId,
        telling: &Telling,
    ) -> Result<(), AppError> {
        let id = self.entropy.uuid(unit.at);
        let message = self.message(id, to, telling, unit.at).await?;
        unit.messages.push(message);
        Ok(())
    }

    /// Tells many members, any number of them: a few in the unit itself, more by a worker that writes their messages in
    /// batches after the unit was kept ([`App::announce`]). Each member is told once.
    pub(crate) async fn tell_all(
        &self,
        unit: &mut Unit,
        to: Audience,
        telling: &Telling,
    ) -> Result<(), AppError> {
        if let Audience::Members(members) = &to
            && members.len() <= AT_ONCE_MAX
        {
            let each: std::collections::BTreeSet<MemberId> = members.iter().copied().collect();
            for member in each {
                self.tell(unit, member, telling).await?;
            }
            return Ok(());
        }
        unit.inbox.push(InboxChange::Announced(Box::new(Announcement {
            id: self.entropy.uuid(unit.at),
            to,
            template: telling.template.clone(),
            values: telling.values.clone(),
            about: telling.thing(),
            at: unit.at,
            after: None,
        })));
        Ok(())
    }

    /// A message to a member in their language, mailed when they like it.
    pub(crate) async fn message(
        &self,
        id: uuid::Uuid,
        to: MemberId,
        telling: &Telling,
        at: Moment,
    ) -> Result<Message, AppError> {
        let preferences = self.preferences_of(to).await?;
        let topic = topic_of(&telling.template);
        Ok(Message {
            id,
            to,
            language: self.language_for(to, &preferences).await?,
            template: telling.template.clone(),
            values: self.with_plan(&telling.values).await?,
            at,
            sent: None,
            inbox: Some(InboxEntry {
                topic,
                about: telling.thing(),
                mail: preferences.mail(topic),
                read: None,
            }),
        })
    }

    /// Values of a text that names a plan, with what readers call the plan and where its clock stands: `plan-<language>` for each
    /// language, and `zone`. A message is read for years, so it carries what was right when it was written.
    async fn with_plan(&self, values: &[(String, String)]) -> Result<Vec<(String, String)>, AppError> {
        let mut all = values.to_vec();
        let plan = values.iter().find(|(name, _)| name == "plan");
        let Some(plan) = plan.and_then(|(_, plan)| plan.parse::<PlanId>().ok()) else { return Ok(all) };
        let plan = match self.load_plan(&plan).await {
            Ok(plan) => plan,
            // Just being published, in the same unit.
            Err(AppError::NotFound(_)) => return Ok(all),
            Err(other) => return Err(other),
        };
        let Some(newest) = plan.plan.versions().last() else { return Ok(all) };
        let terms = plan.terms_at(self.clock.now()).unwrap_or(&newest.terms);
        for language in Language::ALL {
            let name = terms.identity().name.get(language).to_owned();
            all.push((format!("plan-{}", language.tag()), name));
        }
        all.extend(terms.zone().iana_name().map(|zone| ("zone".to_owned(), zone.to_owned())));
        Ok(all)
    }

    /// How a member wants to be told; the usual way for somebody who is not registered yet.
    pub(super) async fn preferences_of(&self, member: MemberId) -> Result<Preferences, AppError> {
        match self.load_member(member).await {
            Ok(loaded) => Ok(loaded.state.preferences().clone()),
            Err(AppError::NotFound(_)) => Ok(Preferences::default()),
            Err(other) => Err(other),
        }
    }

    /// The language of mails to a member: the chosen one, else that of the page on which a code was last asked for.
    pub(super) async fn language_for(
        &self,
        member: MemberId,
        preferences: &Preferences,
    ) -> Result<String, AppError> {
        match preferences.language {
            Some(language) => Ok(language.tag().to_owned()),
            None => self.language_of(member).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_is_about_is_said_or_read_from_its_values() {
        let claim = "clm_01930000000070008000000000000001";
        let plan = Some(StreamId::Plan("town".parse().unwrap()));
        for (telling, expected) in [
            (Telling::new("mail-x"), None),
            (Telling::new("mail-x").with("plan", "town"), plan.clone()),
            (
                Telling::new("mail-x").with("plan", "town").with("period", "2026-02-1"),
                Some(StreamId::Period("town".parse().unwrap(), "2026-02-1".parse().unwrap())),
            ),
            (
                Telling::new("mail-x").with("plan", "town").with("claim", claim),
                Some(StreamId::Claim(claim.parse().unwrap())),
            ),
            (Telling::new("mail-x").with("claim", claim).about(plan.clone().unwrap()), plan.clone()),
            (Telling::new("mail-x").with("claim", "?").until(None), None),
        ] {
            assert_eq!(telling.thing(), expected, "{telling:?}");
        }
    }
}
