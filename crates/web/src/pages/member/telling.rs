//! How a member wants to be told: the language of mails, and for each kind of message when it is mailed.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use huzhu_app::inbox::{ChoosePreferences, PreferencesView};
use huzhu_domain::plan::Language;
use huzhu_domain::preference::{MailWhen, Topic};
use serde::Deserialize;

use super::super::forms::{Fields, form_errors};
use super::super::frame::{Answer, MemberVisit, PageError, see_other};
use super::super::staff::{keyed, status_of};
use super::inbox::topic_name;
use crate::design::{Choice, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/me/settings/messages", get(page).post(act))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "member/telling.html")]
struct TellingView {
    page: Page,
    l: Locale,
    done: bool,
    errors: Vec<FieldError>,
    languages: Vec<Choice>,
    topics: Vec<TopicLine>,
    /// Names of the topics that cannot be chosen, and why.
    fixed: Vec<(String, String)>,
    key: String,
}

/// One topic with its choices.
struct TopicLine {
    name: &'static str,
    label: String,
    hint: String,
    options: Vec<Choice>,
}

async fn page(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let now = visit.app().my_preferences(&visit.call()).await?;
    show(&visit, StatusCode::OK, Vec::new(), &now, wish.done == "saved")
}

fn show(
    visit: &MemberVisit,
    status: StatusCode,
    errors: Vec<FieldError>,
    now: &PreferencesView,
    done: bool,
) -> Result<Response, PageError> {
    let l = visit.l();
    let works = huzhu_domain::member::Role::ALL.into_iter().any(|role| visit.has(role));
    let free = now.mail.iter().filter(|(topic, _)| !topic.is_always_mailed());
    let topics = free.filter(|(topic, _)| works || *topic != Topic::Work).map(|(topic, chosen)| TopicLine {
        name: topic.word(),
        label: topic_name(l, *topic),
        hint: topic_hint(l, *topic),
        options: MailWhen::ALL
            .map(|when| Choice::new(when.word(), when_name(l, when), when == *chosen))
            .to_vec(),
    });
    let fixed = Topic::ALL.into_iter().filter(|topic| topic.is_always_mailed());
    let shown = TellingView {
        page: visit.page(l.t("telling-title")),
        l,
        done,
        errors,
        languages: languages(l, now),
        topics: topics.collect(),
        fixed: fixed.map(|topic| (topic_name(l, topic), topic_hint(l, topic))).collect(),
        key: visit.fresh_key(),
    };
    visit.render_as(status, &shown)
}

fn languages(l: Locale, now: &PreferencesView) -> Vec<Choice> {
    let last = Choice::new("", l.t("telling-language-last"), now.chosen_language.is_none());
    let named = Locale::ALL.map(|one| {
        let chosen = now.chosen_language.is_some_and(|language| language.tag() == one.code());
        Choice::new(one.code(), one.name(), chosen)
    });
    std::iter::once(last).chain(named).collect()
}

fn topic_hint(l: Locale, topic: Topic) -> String {
    l.t(match topic {
        Topic::MyClaims => "topic-my-claims-hint",
        Topic::Money => "topic-money-hint",
        Topic::JurorDuty => "topic-juror-duty-hint",
        Topic::Objections => "topic-objections-hint",
        Topic::PlanChanges => "topic-plan-changes-hint",
        Topic::Work => "topic-work-hint",
        Topic::Security => "topic-security-hint",
    })
}

fn when_name(l: Locale, when: MailWhen) -> String {
    l.t(match when {
        MailWhen::AtOnce => "telling-at-once",
        MailWhen::Daily => "telling-daily",
        MailWhen::Weekly => "telling-weekly",
        MailWhen::Never => "telling-never",
    })
}

async fn act(visit: MemberVisit, fields: Fields) -> Answer {
    let call = keyed(&visit, &fields)?;
    let before = visit.app().my_preferences(&visit.call()).await?;
    // A topic that the form did not show stays as it is.
    let mail = before
        .mail
        .iter()
        .map(|(topic, kept)| (*topic, MailWhen::from_word(fields.text(topic.word())).unwrap_or(*kept)));
    let language = Language::ALL.into_iter().find(|language| language.tag() == fields.text("language"));
    let command = ChoosePreferences { language, mail: mail.collect() };
    match visit.app().choose_preferences(&call, command).await {
        Ok(_) => Ok(see_other("/me/settings/messages?done=saved")),
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show(&visit, status, errors, &before, false)
        }
    }
}
