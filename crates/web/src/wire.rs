//! What travels as JSON: small types that read and write exactly what the `OpenAPI` document says.
//!
//! Shape: ids, codes, days and instants are newtypes around the domain's own, each with the pattern that its reader
//! enforces; [`Money`] is an amount in decimal digits with its currency.
//!
//! Guarantees: a text that the pattern refuses is refused by the reader and the other way round; money is never a float.

use huzhu_app::claims::EvidenceOf;
use huzhu_domain::{claim, digest, id, member, plan, preference, time};
use huzhu_ledger::{Amount, Currency, CurrencyError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, schema};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;

/// Defines a text of the wire: the domain's type, its schema name, its pattern, an example.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident($inner:ty), $schema:literal, $pattern:literal, $example:literal $(, $format:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let object = ObjectBuilder::new().schema_type(Type::String).examples([$example]);
                let object = if $pattern.is_empty() { object } else { object.pattern(Some($pattern)) };
                $(let object = object.format(Some(SchemaFormat::KnownFormat($format)));)?
                object.into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $schema.into()
            }
        }
    };
}

/// Reads texts whose own reader takes exactly the pattern.
macro_rules! reads_as_is {
    ($($name:ident),*) => {$(
        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                text.parse().map(Self).map_err(|error| format!("{error}"))
            }
        }
    )*};
}

text!(
    /// Id of a member.
    MemberRef(id::MemberId), "MemberId", "^mem_[0-9a-fA-F]{32}$", "mem_01930000000070008000000000000001"
);
text!(
    /// Id of an enrolment.
    EnrolmentRef(id::EnrolmentId), "EnrolmentId", "^enr_[0-9a-fA-F]{32}$", "enr_01930000000070008000000000000002"
);
text!(
    /// Id of a claim.
    ClaimRef(id::ClaimId), "ClaimId", "^clm_[0-9a-fA-F]{32}$", "clm_01930000000070008000000000000003"
);
text!(
    /// Id of a webhook.
    WebhookRef(id::WebhookId), "WebhookId", "^whk_[0-9a-fA-F]{32}$", "whk_01930000000070008000000000000006"
);
text!(
    /// Id of a message.
    MessageRef(id::MessageId), "MessageId", "^msg_[0-9a-fA-F]{32}$", "msg_01930000000070008000000000000005"
);
text!(
/// Id of an objection.
ObjectionRef(id::ObjectionId), "ObjectionId", "^obj_[0-9a-fA-F]{32}$", "obj_01930000000070008000000000000009"
);
text!(
    /// Id of a jury case.
    CaseRef(id::JuryCaseId), "JuryCaseId", "^jur_[0-9a-fA-F]{32}$", "jur_01930000000070008000000000000006"
);
text!(
    /// Id of a file of evidence.
    EvidenceRef(id::EvidenceId), "EvidenceId", "^evd_[0-9a-fA-F]{32}$", "evd_01930000000070008000000000000004"
);
text!(
    /// Id of a plan.
    PlanRef(plan::PlanId), "PlanId", "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", "demo-town"
);
text!(
    /// A condition in the plan terms.
    ConditionRef(plan::ConditionCode), "ConditionCode", "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", "malignant-tumour"
);
text!(
    /// A reason in the plan terms, or the word of a rule.
    ReasonRef(plan::ReasonCode), "ReasonCode", "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", "inside-wait"
);
text!(
    /// A period: year and month of its first day of notice, and its number within that month.
    PeriodRef(plan::PeriodKey), "PeriodKey", "^[0-9]{4}-(?:0[1-9]|1[0-2])-[1-9][0-9]?$", "2019-01-2"
);
text!(
    /// A SHA-256 digest.
    DigestText(digest::Digest), "Digest", "^[0-9a-f]{64}$",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
);
text!(
    /// A civil day in the time zone of the plan, ISO 8601.
    DayText(time::Day), "Day", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2019-02-14", KnownFormat::Date
);
text!(
    /// An instant, RFC 3339 in UTC.
    Instant(time::Moment), "Instant", "", "2019-02-14T08:00:00Z", KnownFormat::DateTime
);

reads_as_is!(
    CaseRef,
    MemberRef,
    EnrolmentRef,
    ClaimRef,
    WebhookRef,
    MessageRef,
    ObjectionRef,
    EvidenceRef,
    PlanRef,
    ConditionRef,
    ReasonRef,
    PeriodRef,
    DigestText
);

impl From<ClaimRef> for EvidenceOf {
    fn from(claim: ClaimRef) -> Self {
        Self::Claim(claim.0)
    }
}

impl From<ObjectionRef> for EvidenceOf {
    fn from(objection: ObjectionRef) -> Self {
        Self::Objection(objection.0)
    }
}

impl std::str::FromStr for DayText {
    type Err = String;

    /// Strict: `jiff` alone would also take other ISO forms.
    fn from_str(text: &str) -> Result<Self, String> {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let day = if shape { text.parse().ok() } else { None };
        day.map(Self).ok_or_else(|| "expected a day like 2019-02-14".to_owned())
    }
}

impl std::str::FromStr for Instant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| "expected an instant like 2019-02-14T08:00:00Z".to_owned())
    }
}

/// An amount of money: a decimal with exactly the digits of the currency; what is read may have fewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The amount.
    #[schema(pattern = r"^[0-9]{1,40}(?:\.[0-9]{1,4})?$", examples("0.03"))]
    pub amount: String,
    /// The currency, ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$", examples("CNY"))]
    pub currency: String,
}

impl Money {
    /// An amount in a currency.
    pub fn of(amount: Amount, currency: Currency) -> Self {
        Self { amount: amount.decimal(currency), currency: currency.code().to_owned() }
    }

    /// The amount in minor units of `currency`.
    ///
    /// # Errors
    /// [`Problem`] naming `field` when the currency is another one or the digits do not fit it.
    pub fn in_currency(&self, currency: Currency, field: &str) -> Result<Amount, Problem> {
        let own: Result<Currency, CurrencyError> = Currency::parse(&self.currency);
        if own.ok().map(Currency::code) != Some(currency.code()) {
            return Err(Problem::field(&format!("{field}.currency"), "other-currency"));
        }
        Amount::parse(&self.amount, currency)
            .map_err(|_| Problem::field(&format!("{field}.amount"), "not-an-amount"))
    }
}

/// Severity grade of an illness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Early or mild.
    Mild,
    /// In between.
    Moderate,
    /// Serious.
    Severe,
}

impl From<Severity> for plan::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Mild => Self::Mild,
            Severity::Moderate => Self::Moderate,
            Severity::Severe => Self::Severe,
        }
    }
}

impl From<plan::Severity> for Severity {
    fn from(severity: plan::Severity) -> Self {
        match severity {
            plan::Severity::Mild => Self::Mild,
            plan::Severity::Moderate => Self::Moderate,
            plan::Severity::Severe => Self::Severe,
        }
    }
}

/// How a dependant is related to the payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Husband, wife or partner.
    Spouse,
    /// Own or adopted child.
    Child,
    /// Own, step or adoptive parent.
    Parent,
    /// Parent of the spouse.
    ParentInLaw,
    /// Brother or sister.
    Sibling,
    /// Parent's parent.
    Grandparent,
    /// Child's child.
    Grandchild,
}

impl From<Relation> for plan::Relation {
    fn from(relation: Relation) -> Self {
        match relation {
            Relation::Spouse => Self::Spouse,
            Relation::Child => Self::Child,
            Relation::Parent => Self::Parent,
            Relation::ParentInLaw => Self::ParentInLaw,
            Relation::Sibling => Self::Sibling,
            Relation::Grandparent => Self::Grandparent,
            Relation::Grandchild => Self::Grandchild,
        }
    }
}

impl From<plan::Relation> for Relation {
    fn from(relation: plan::Relation) -> Self {
        match relation {
            plan::Relation::Spouse => Self::Spouse,
            plan::Relation::Child => Self::Child,
            plan::Relation::Parent => Self::Parent,
            plan::Relation::ParentInLaw => Self::ParentInLaw,
            plan::Relation::Sibling => Self::Sibling,
            plan::Relation::Grandparent => Self::Grandparent,
            plan::Relation::Grandchild => Self::Grandchild,
        }
    }
}

/// A role of somebody who works for the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Examines claims and recommends a decision.
    Reviewer,
    /// Confirms or returns a recommendation made by somebody else.
    Confirmer,
    /// Gathers the facts of claims given to them.
    Investigator,
    /// Runs jury cases.
    Clerk,
    /// Runs the plan.
    Operator,
    /// Reads everything, changes nothing.
    Auditor,
}

impl From<Role> for member::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Reviewer => Self::Reviewer,
            Role::Confirmer => Self::Confirmer,
            Role::Investigator => Self::Investigator,
            Role::Clerk => Self::Clerk,
            Role::Operator => Self::Operator,
            Role::Auditor => Self::Auditor,
        }
    }
}

impl From<member::Role> for Role {
    fn from(role: member::Role) -> Self {
        match role {
            member::Role::Reviewer => Self::Reviewer,
            member::Role::Confirmer => Self::Confirmer,
            member::Role::Investigator => Self::Investigator,
            member::Role::Clerk => Self::Clerk,
            member::Role::Operator => Self::Operator,
            member::Role::Auditor => Self::Auditor,
        }
    }
}

/// Sex as on the identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

impl From<Sex> for claim::Sex {
    fn from(sex: Sex) -> Self {
        match sex {
            Sex::Female => Self::Female,
            Sex::Male => Self::Male,
        }
    }
}

impl From<claim::Sex> for Sex {
    fn from(sex: claim::Sex) -> Self {
        match sex {
            claim::Sex::Female => Self::Female,
            claim::Sex::Male => Self::Male,
        }
    }
}

/// Reads the number of a version.
pub(crate) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let version = whole(&serde_json::Number::deserialize(deserializer)?)?;
    if version >= 1 {
        Ok(version)
    } else {
        Err(serde::de::Error::custom("expected a whole number from 1 up"))
    }
}

/// A whole number. `7.0` is one in JSON Schema, so it is one here.
pub(crate) fn whole<T: std::str::FromStr, E: serde::de::Error>(number: &serde_json::Number) -> Result<T, E> {
    let text = number.to_string();
    let digits = text.strip_suffix(".0").unwrap_or(&text);
    digits.parse().map_err(|_| E::custom("expected a whole number that is not too large"))
}

/// Schema of a whole number from `least` up.
pub(crate) fn whole_number(least: i64, most: i64) -> RefOr<Schema> {
    schema::ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).into()
}

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Where the own claims stand.
    MyClaims,
    /// Shares and debits.
    Money,
    /// The caller is asked to judge.
    JurorDuty,
    /// Objections made or met.
    Objections,
    /// Enrolments, and changes of plans.
    PlanChanges,
    /// Tasks of staff.
    Work,
    /// Sign-in and what protects the account.
    Security,
}

impl From<Topic> for preference::Topic {
    fn from(value: Topic) -> Self {
        match value {
            Topic::MyClaims => Self::MyClaims,
            Topic::Money => Self::Money,
            Topic::JurorDuty => Self::JurorDuty,
            Topic::Objections => Self::Objections,
            Topic::PlanChanges => Self::PlanChanges,
            Topic::Work => Self::Work,
            Topic::Security => Self::Security,
        }
    }
}

impl From<preference::Topic> for Topic {
    fn from(value: preference::Topic) -> Self {
        match value {
            preference::Topic::MyClaims => Self::MyClaims,
            preference::Topic::Money => Self::Money,
            preference::Topic::JurorDuty => Self::JurorDuty,
            preference::Topic::Objections => Self::Objections,
            preference::Topic::PlanChanges => Self::PlanChanges,
            preference::Topic::Work => Self::Work,
            preference::Topic::Security => Self::Security,
        }
    }
}

/// When a message is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailWhen {
    /// A mail of its own, at once.
    AtOnce,
    /// Listed in the mail of the day.
    Daily,
    /// Listed in the mail of the week.
    Weekly,
    /// Not mailed.
    Never,
}

impl From<MailWhen> for preference::MailWhen {
    fn from(value: MailWhen) -> Self {
        match value {
            MailWhen::AtOnce => Self::AtOnce,
            MailWhen::Daily => Self::Daily,
            MailWhen::Weekly => Self::Weekly,
            MailWhen::Never => Self::Never,
        }
    }
}

impl From<preference::MailWhen> for MailWhen {
    fn from(value: preference::MailWhen) -> Self {
        match value {
            preference::MailWhen::AtOnce => Self::AtOnce,
            preference::MailWhen::Daily => Self::Daily,
            preference::MailWhen::Weekly => Self::Weekly,
            preference::MailWhen::Never => Self::Never,
        }
    }
}

/// A language in which the platform speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    En,
    /// Chinese in simplified characters.
    Zh,
}

impl From<Language> for plan::Language {
    fn from(value: Language) -> Self {
        match value {
            Language::En => Self::En,
            Language::Zh => Self::Zh,
        }
    }
}

impl From<plan::Language> for Language {
    fn from(value: plan::Language) -> Self {
        match value {
            plan::Language::En => Self::En,
            plan::Language::Zh => Self::Zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_only_the_form_that_the_document_shows() {
        for (text, reads) in [
            ("2019-02-14", true),
            ("2020-02-29", true),
            ("2019-02-29", false),
            ("20190214", false),
            ("2019-02-14T00:00", false),
            ("+002019-02-14", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<DayText>().is_ok(), reads, "{text}");
        }
    }

    #[test]
    fn money_reads_no_more_than_the_digits_of_its_currency() {
        for (amount, currency, expected) in [
            ("300000.00", "CNY", Some(30_000_000)),
            ("0.03", "CNY", Some(3)),
            ("0.3", "CNY", Some(30)),
            ("1.000", "CNY", None),
            ("-1.00", "CNY", None),
            ("1.00", "EUR", None),
            ("1.00", "cny", None),
            ("", "CNY", None),
        ] {
            let money = Money { amount: amount.to_owned(), currency: currency.to_owned() };
            assert_eq!(
                money.in_currency(Currency::CNY, "cost").ok().map(Amount::minor),
                expected,
                "{money:?}"
            );
        }
    }
}
