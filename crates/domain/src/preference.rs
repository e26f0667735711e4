//! What a member wants to be told how: in which language, and which kinds of message come by mail at once, in a digest, or
//! in the inbox only.
//!
//! Guarantees: whoever never chose anything hears everything at once; kinds that protect the member's money and account
//! stay so whatever was chosen.

use std::collections::BTreeMap;

use crate::plan::Language;

/// A kind of message, as far as people tell kinds apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Topic {
    /// Where the member's own claims stand.
    MyClaims,
    /// Shares that are taken or could not be taken, and what follows from that.
    Money,
    /// The member is asked to judge, or a case that they judge goes on.
    JurorDuty,
    /// Objections that the member made or that were made to a claim of theirs.
    Objections,
    /// Enrolments, and changes of the plans that the member is in.
    PlanChanges,
    /// Work of reviewers, confirmers, investigators, operators.
    Work,
    /// Sign-in and everything that protects the account.
    Security,
}

impl Topic {
    /// All topics, in the order in which pages list them.
    pub const ALL: [Self; 7] = [
        Self::MyClaims,
        Self::Money,
        Self::JurorDuty,
        Self::Objections,
        Self::PlanChanges,
        Self::Work,
        Self::Security,
    ];

    /// The stable word in URLs, JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::MyClaims => "my-claims",
            Self::Money => "money",
            Self::JurorDuty => "juror-duty",
            Self::Objections => "objections",
            Self::PlanChanges => "plan-changes",
            Self::Work => "work",
            Self::Security => "security",
        }
    }

    /// The topic that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.word() == word)
    }

    /// Whether these messages are always mailed at once: a debit that is not announced, or a stranger's sign-in that nobody
    /// hears of, harms the member.
    pub const fn is_always_mailed(self) -> bool {
        match self {
            Self::Money | Self::Security => true,
            Self::MyClaims | Self::JurorDuty | Self::Objections | Self::PlanChanges | Self::Work => false,
        }
    }
}

/// When a message is mailed. It stands in the inbox at once whatever this says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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

impl MailWhen {
    /// All of them, in the order in which pages list them.
    pub const ALL: [Self; 4] = [Self::AtOnce, Self::Daily, Self::Weekly, Self::Never];

    /// The stable word in JSON and stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Never => "never",
        }
    }

    /// What a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.word() == word)
    }
}

/// What a member chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub struct Preferences {
    /// Language of mails; `None`: that of the page on which the member last asked for a code.
    pub language: Option<Language>,
    /// When messages of a topic are mailed, where it was chosen.
    pub mail: BTreeMap<Topic, MailWhen>,
}

impl Preferences {
    /// When messages of a topic are mailed: what was chosen, else at once.
    pub fn mail(&self, topic: Topic) -> MailWhen {
        if topic.is_always_mailed() {
            return MailWhen::AtOnce;
        }
        self.mail.get(&topic).copied().unwrap_or(MailWhen::AtOnce)
    }

    /// The first topic that was chosen to be mailed later although it is always mailed at once.
    pub fn against_the_rule(&self) -> Option<Topic> {
        let late =
            self.mail.iter().find(|(topic, when)| topic.is_always_mailed() && **when != MailWhen::AtOnce);
        late.map(|(topic, _)| *topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_mailed_at_once_until_chosen_otherwise_and_money_and_security_always() {
        let nothing = Preferences::default();
        let never = Preferences {
            language: None,
            mail: Topic::ALL.into_iter().map(|topic| (topic, MailWhen::Never)).collect(),
        };
        for topic in Topic::ALL {
            assert_eq!(nothing.mail(topic), MailWhen::AtOnce, "{topic:?}");
            let kept = matches!(topic, Topic::Money | Topic::Security);
            let expected = if kept { MailWhen::AtOnce } else { MailWhen::Never };
            assert_eq!(never.mail(topic), expected, "{topic:?}");
            assert_eq!(Topic::from_word(topic.word()), Some(topic));
        }
        for when in MailWhen::ALL {
            assert_eq!(MailWhen::from_word(when.word()), Some(when));
        }
        assert_eq!((nothing.against_the_rule(), never.against_the_rule()), (None, Some(Topic::Money)));
        assert_eq!((Topic::from_word("news"), MailWhen::from_word("hourly")), (None, None));
    }
}
