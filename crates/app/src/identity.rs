//! Who a member is: given once, sealed under the member's own key.

use huzhu_domain::claim::Sex;
use huzhu_domain::id::MemberId;
use huzhu_domain::time::{Day, age_years};
use serde::Serialize;

use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, FieldMistake};
use crate::load::append_member;
use crate::permission::Action;
use crate::person::Person;
use crate::ports::{Sealed, Unit};
use crate::sign_in::refused;

/// Longest name in characters: the longest that identity documents carry, with room to spare.
const NAME_CHARACTERS_MAX: usize = 120;
/// Longest region in characters.
const REGION_CHARACTERS_MAX: usize = 60;
/// Oldest age in years that is taken for real.
const AGE_YEARS_MAX: i16 = 130;

/// Says who the caller is.
#[derive(Clone, Debug, Serialize)]
pub struct GiveIdentity {
    /// Who.
    pub person: Person,
}

impl App {
    /// Seals who the caller is. Once: a correction afterwards is the operator's, since cover was decided on it.
    pub async fn give_identity(
        &self,
        call: &Call,
        command: GiveIdentity,
    ) -> Result<Done<MemberId>, AppError> {
        let person = self.check_person(&command.person)?;
        let command = GiveIdentity { person };
        self.transact(call, Action::GiveIdentity, &command, |now| {
            let person = command.person.clone();
            async move {
                let id = Self::member_of(call)?;
                let loaded = self.load_member(id).await?;
                let identity = self.identity_hash(&person);
                let event =
                    loaded.state.give_identity(identity).map_err(|_| refused("identity-already-given"))?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_member(&loaded, vec![event]));
                unit.sealed.push(seal_person(id, &person)?);
                Ok((unit, id))
            }
        })
        .await
    }

    /// Who the caller is, as given; `None` before.
    pub async fn my_person(&self, call: &Call) -> Result<Option<Person>, AppError> {
        let id = Self::member_of(call)?;
        match self.person(id).await {
            Ok(person) => Ok(Some(person)),
            Err(AppError::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The mail address of the caller.
    pub async fn my_address(&self, call: &Call) -> Result<String, AppError> {
        let id = Self::member_of(call)?;
        let bytes = self.store.unseal(id, "contact").await?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Trims a person's data and refuses what no document says, all mistakes at once.
    pub(crate) fn check_person(&self, person: &Person) -> Result<Person, AppError> {
        let today = self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let person = Person {
            name: person.name.split_whitespace().collect::<Vec<_>>().join(" "),
            identity_number: person
                .identity_number
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '-')
                .flat_map(char::to_uppercase)
                .collect(),
            region: person.region.trim().to_owned(),
            birth: person.birth,
            sex: person.sex,
        };
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, code: &'static str| {
            mistakes.push(FieldMistake { field: field.to_owned(), code, values: Vec::new() });
        };
        if person.name.is_empty() {
            wrong("name", "name-missing");
        } else if person.name.chars().count() > NAME_CHARACTERS_MAX
            || person.name.chars().any(char::is_control)
        {
            wrong("name", "name-impossible");
        }
        let number = &person.identity_number;
        if number.len() < 4 || number.len() > 40 || !number.chars().all(|c| c.is_ascii_alphanumeric()) {
            wrong("identity_number", "identity-number-impossible");
        }
        if person.birth > Day::saturating_add(today, jiff::Span::new().days(1))
            || age_years(person.birth, today) > AGE_YEARS_MAX
        {
            wrong("birth", "birth-impossible");
        }
        if person.region.chars().count() > REGION_CHARACTERS_MAX {
            wrong("region", "region-too-long");
        }
        if mistakes.is_empty() { Ok(person) } else { Err(AppError::Invalid(mistakes)) }
    }

    /// The keyed hash that tells people apart.
    pub(crate) fn identity_hash(&self, person: &Person) -> huzhu_domain::digest::Digest {
        self.secrets.keyed_hash("identity", person.identity_number.as_bytes())
    }
}

/// A person's data for the store, which encrypts it.
pub(crate) fn seal_person(owner: MemberId, person: &Person) -> Result<Sealed, AppError> {
    let bytes = serde_json::to_vec(person).map_err(|e| AppError::Broken(e.to_string()))?;
    Ok(Sealed { owner, name: "person".to_owned(), bytes })
}

/// The words of a sex in forms and JSON.
pub const fn sex_word(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "female",
        Sex::Male => "male",
    }
}
