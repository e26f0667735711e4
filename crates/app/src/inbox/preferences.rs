//! How a member wants to be told.

use huzhu_domain::member::MemberRejection;
use huzhu_domain::plan::Language;
use huzhu_domain::preference::{MailWhen, Preferences, Topic};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, Refusal};
use crate::load::append_member;
use crate::permission::Action;
use crate::ports::Unit;

/// Chooses how to be told. Replaces everything that was chosen before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChoosePreferences {
    /// Language of mails; `None`: that of the page on which a code was last asked for.
    pub language: Option<Language>,
    /// When messages of a topic are mailed; topics that are left out are mailed at once.
    pub mail: Vec<(Topic, MailWhen)>,
}

/// How a member is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferencesView {
    /// The language that was chosen.
    pub chosen_language: Option<Language>,
    /// The language of mails now, `en` or `zh`.
    pub language: String,
    /// When messages of each topic are mailed, in the order of [`Topic::ALL`].
    pub mail: Vec<(Topic, MailWhen)>,
}

impl App {
    /// How the caller is told.
    pub async fn my_preferences(&self, call: &Call) -> Result<PreferencesView, AppError> {
        let me = Self::member_of(call)?;
        let preferences = self.preferences_of(me).await?;
        let language = self.language_for(me, &preferences).await?;
        Ok(view(&preferences, language))
    }

    /// Chooses how to be told. Repeatable: what is chosen already changes nothing.
    pub async fn choose_preferences(
        &self,
        call: &Call,
        command: ChoosePreferences,
    ) -> Result<Done<PreferencesView>, AppError> {
        let command = &command;
        self.transact(call, Action::ChoosePreferences, command, |now| async move {
            let me = Self::member_of(call)?;
            let loaded = self.load_member(me).await?;
            let chosen = Preferences {
                language: command.language,
                mail: command.mail.iter().copied().filter(|(_, when)| *when != MailWhen::AtOnce).collect(),
            };
            let event = loaded.state.choose(chosen.clone()).map_err(turned_down)?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.extend(event.map(|event| append_member(&loaded, vec![event])));
            let language = self.language_for(me, &chosen).await?;
            Ok((unit, view(&chosen, language)))
        })
        .await
    }
}

fn view(preferences: &Preferences, language: String) -> PreferencesView {
    PreferencesView {
        chosen_language: preferences.language,
        language,
        mail: Topic::ALL.map(|topic| (topic, preferences.mail(topic))).to_vec(),
    }
}

fn turned_down(rejection: MemberRejection) -> AppError {
    let values = match rejection {
        MemberRejection::AlwaysMailed(topic) => vec![("topic", topic.word().to_owned())],
        _ => Vec::new(),
    };
    AppError::Refused(Refusal { code: crate::roles::code(rejection), values })
}
