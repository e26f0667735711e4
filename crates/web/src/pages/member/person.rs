//! The fields that say who somebody is: read from a form, shown again as typed, and as facts to check.

use huzhu_app::person::Person;
use huzhu_domain::claim::Sex;

use super::super::forms::{Fields, wrong};
use super::super::phrases;
use crate::design::{Choice, DateInput, Fact, FieldError};
use crate::i18n::Locale;

/// What was typed about a person.
#[derive(Clone, Debug, Default)]
pub(super) struct PersonForm {
    pub(super) name: String,
    pub(super) identity_number: String,
    pub(super) birth: DateInput,
    pub(super) sex: String,
    pub(super) region: String,
}

impl PersonForm {
    /// What was typed.
    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            name: fields.text("name").to_owned(),
            identity_number: fields.text("identity_number").to_owned(),
            birth: fields.date("birth"),
            sex: fields.text("sex").to_owned(),
            region: fields.text("region").to_owned(),
        }
    }

    /// The person, or what is wrong with the date: the use case checks the rest.
    pub(super) fn person(&self, l: Locale) -> Result<Person, Vec<FieldError>> {
        let Some(birth) = self.birth.date() else {
            let key = if self.birth.is_empty() { "form-date-missing" } else { "form-date-wrong" };
            return Err(vec![wrong("birth", l.t(key))]);
        };
        Ok(Person {
            name: self.name.clone(),
            identity_number: self.identity_number.clone(),
            birth,
            sex: match self.sex.as_str() {
                "female" => Some(Sex::Female),
                "male" => Some(Sex::Male),
                _ => None,
            },
            region: self.region.clone(),
        })
    }

    /// The same fields for hidden inputs of the next step.
    pub(super) fn carried(&self) -> Vec<(String, String)> {
        [
            ("name", &self.name),
            ("identity_number", &self.identity_number),
            ("birth-year", &self.birth.year),
            ("birth-month", &self.birth.month),
            ("birth-day", &self.birth.day),
            ("sex", &self.sex),
            ("region", &self.region),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .to_vec()
    }

    /// The options of the question for the sex.
    pub(super) fn sexes(&self, l: Locale) -> Vec<Choice> {
        [("female", "identity-female"), ("male", "identity-male"), ("", "identity-not-said")]
            .map(|(value, key)| Choice::new(value, l.t(key), self.sex == value))
            .to_vec()
    }
}

/// A person as facts.
pub(super) fn facts(l: Locale, person: &Person) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new(l.t("identity-name"), person.name.clone()),
        Fact::new(l.t("identity-number"), person.identity_number.clone()),
        Fact::new(l.t("identity-birth"), l.day(person.birth)),
    ];
    facts.extend(person.sex.map(|sex| Fact::new(l.t("identity-sex"), phrases::sex(l, sex))));
    if !person.region.is_empty() {
        facts.push(Fact::new(l.t("identity-region"), person.region.clone()));
    }
    facts
}
