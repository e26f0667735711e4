//! Telling, reading, choosing, digests, announcements: who is told what, how often, and how.

use huzhu_app::error::AppError;
use huzhu_app::inbox::{ChoosePreferences, Digested, MarkRead};
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::{InboxStore, Store};
use huzhu_domain::event::StreamId;
use huzhu_domain::plan::Language;
use huzhu_domain::preference::{MailWhen, Topic};
use huzhu_domain::time::Moment;
use jiff::civil::date;

use crate::world::*;

fn choice(language: Option<Language>, mail: &[(Topic, MailWhen)]) -> ChoosePreferences {
    ChoosePreferences { language, mail: mail.to_vec() }
}

/// Member 1 and 2 joined, are known, and can sign in.
async fn town() -> Town {
    let town = Town::new(&[]).await;
    for n in 1..=2 {
        town.joins(n, date(2026, 1, 10)).await;
        town.knows(n).await;
    }
    town.on(date(2026, 3, 2));
    town
}

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

#[tokio::test]
async fn a_message_stands_in_the_inbox_of_its_reader_with_what_it_is_about() {
    let town = town().await;
    let (app, ann, ben) = (&town.app, as_member(1), as_member(2));
    town.files(1, 1, date(2026, 3, 1)).await;
    let inbox = app.inbox(&ann, false, None, 10).await.expect("an inbox");
    let [reported] = &inbox.messages[..] else { unreachable!("{inbox:?}") };
    assert_eq!(reported.message.template, "mail-claim-reported");
    let entry = reported.message.inbox.as_ref().expect("an entry");
    assert_eq!((entry.topic, &entry.about), (Topic::MyClaims, &Some(StreamId::Claim(claim(1)))));
    assert_eq!((inbox.unread, inbox.next), (1, None));
    // Nobody reads or marks for others.
    let id = reported.message.id;
    assert_eq!(app.inbox_message(&ben, id).await, Err(AppError::NotFound("message")));
    let mark = MarkRead::Some { ids: vec![id], read: true };
    assert_eq!(app.mark_read(&ben, mark.clone()).await, Ok(0));
    assert_eq!(app.unread(member(1)).await, Ok(1));
    assert_eq!(app.mark_read(&ann, mark).await, Ok(0));
    town.approves(1).await;
    assert_eq!(app.unread(member(1)).await, Ok(3), "taken, recommended, approved");
    let page = app.inbox(&ann, true, None, 2).await.expect("an inbox");
    assert_eq!(page.messages.len(), 2);
    let rest = app.inbox(&ann, true, page.next, 2).await.expect("an inbox");
    assert_eq!((rest.messages.len(), rest.next), (1, None));
    assert_eq!(app.mark_read(&ann, MarkRead::UpTo(rest.messages[0].number)).await, Ok(2));
    town.check().await.expect("sound");
}

#[tokio::test]
async fn what_was_chosen_holds_for_messages_from_then_on_and_never_for_money_and_security() {
    let town = town().await;
    let (app, ann) = (&town.app, as_member(1));
    town.files(1, 1, date(2026, 3, 1)).await;
    for (topic, refused) in [(Topic::Money, true), (Topic::Security, true), (Topic::MyClaims, false)] {
        let chosen =
            app.choose_preferences(&ann, choice(Some(Language::Zh), &[(topic, MailWhen::Never)])).await;
        if refused {
            assert_eq!(code(chosen), "topic-always-mailed", "{topic:?}");
        } else {
            assert_eq!(chosen.expect("chosen").receipt.language, "zh");
        }
    }
    let before = town.store.stream(&StreamId::Member(member(1))).await.expect("events").len();
    let again =
        app.choose_preferences(&ann, choice(Some(Language::Zh), &[(Topic::MyClaims, MailWhen::Never)]));
    again.await.expect("the same again");
    let after = town.store.stream(&StreamId::Member(member(1))).await.expect("events").len();
    assert_eq!(before, after, "what is chosen already is no event");
    town.approves(1).await;
    let unsent: Vec<_> = town.store.unsent(99).await.expect("mail").into_iter().map(|m| m.template).collect();
    assert_eq!(unsent, ["mail-claim-reported"], "what was written before the choice");
    let inbox = app.inbox(&ann, false, None, 10).await.expect("an inbox");
    let languages: Vec<&str> = inbox.messages.iter().map(|one| one.message.language.as_str()).collect();
    assert_eq!(languages, ["zh", "zh", "zh", "en"]);
    let view = app.my_preferences(&ann).await.expect("preferences");
    assert!(view.mail.contains(&(Topic::MyClaims, MailWhen::Never)));
    assert!(view.mail.contains(&(Topic::Money, MailWhen::AtOnce)));
    town.check().await.expect("sound");
}

#[tokio::test]
async fn a_digest_gathers_what_waits_once_however_late_and_often_the_worker_comes() {
    let town = town().await;
    let (app, store) = (&town.app, &town.store);
    for (n, when) in [(1, MailWhen::Daily), (2, MailWhen::Weekly)] {
        let chosen = choice(Some(Language::En), &[(Topic::MyClaims, when)]);
        app.choose_preferences(&as_member(n), chosen).await.expect("chosen");
    }
    let digests = async || {
        let all = store.messages(None, 99).await.expect("messages");
        let digests = all.into_iter().filter(|message| message.template.starts_with("mail-digest-"));
        let mut seen: Vec<(String, Vec<String>)> = digests
            .map(|digest| {
                let items = digest.values.iter().filter(|(name, _)| name == "item");
                (digest.to.to_string(), items.map(|(_, item)| item.clone()).collect())
            })
            .collect();
        seen.reverse();
        seen
    };
    // Monday, 2 March, noon in China. Nothing is due on the day itself.
    town.files(1, 1, date(2026, 3, 1)).await;
    town.files(2, 2, date(2026, 3, 1)).await;
    assert_eq!(app.write_digests().await, Ok(Digested::default()));
    assert_eq!(digests().await, []);
    // The worker was dead for three days; then it comes three times.
    town.at(at("2026-03-05T07:00:00Z"));
    for _ in 0..3 {
        app.write_digests().await.expect("digests");
    }
    let seen = digests().await;
    assert_eq!(seen.len(), 1, "the weekly one waits for Monday: {seen:?}");
    assert_eq!(seen[0].0, member(1).to_string());
    assert!(seen[0].1[0].contains("mail-claim-reported"), "{seen:?}");
    // What comes later in the day waits for the next.
    town.approves(1).await;
    app.write_digests().await.expect("digests");
    assert_eq!(digests().await.len(), 1);
    town.at(at("2026-03-09T00:00:00Z"));
    for _ in 0..2 {
        app.write_digests().await.expect("digests");
    }
    let seen = digests().await;
    let listed: Vec<(String, usize)> = seen.iter().map(|(to, items)| (to.clone(), items.len())).collect();
    assert_eq!(listed, [(member(1).to_string(), 1), (member(1).to_string(), 3), (member(2).to_string(), 1)]);
    let waiting = store.waiting_for_digest(member(1), MailWhen::Daily, at("2030-01-01T00:00:00Z"), 9).await;
    assert_eq!(waiting, Ok(Vec::new()));
    town.check().await.expect("sound");
}

#[tokio::test]
async fn an_announcement_reaches_everybody_once_also_when_its_worker_dies_in_between() {
    let town = Town::new(&[]).await;
    // More payers than fit one batch; the last 200 pay for somebody else too.
    for n in 1..=700 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    for n in 2_000..2_200 {
        let payer = member(n - 1_500);
        town.joins_under(n, date(2026, 1, 11), payer, None, date(1990, 6, 1)).await;
    }
    let text = PLAN.replacen("version = 1", "version = 2", 1).replacen(
        "effective = 2026-01-01",
        "effective = 2026-06-01",
        1,
    );
    town.app.publish_plan(&operator(), PublishPlan { text }).await.expect("a second version");
    let told = async || {
        let all = town.store.messages(None, 10_000).await.expect("messages");
        let mut told: Vec<_> =
            all.iter().filter(|m| m.template == "mail-plan-changed").map(|m| m.to).collect();
        told.sort_unstable();
        told
    };
    assert_eq!(told().await, [], "the operator does not wait for the messages");
    let open = town.store.announcements(9).await.expect("announcements");
    assert_eq!(open.len(), 1);
    assert!(town.app.announce().await.expect("a batch").more);
    let first = told().await.len();
    assert!((1..700).contains(&first), "{first}");
    while town.app.announce().await.expect("a batch").more {}
    let everybody: Vec<_> = (1..=700).map(member).collect();
    assert_eq!(told().await, everybody);
    assert_eq!(town.app.announce().await.map(|done| done.messages), Ok(0));
    assert_eq!(town.store.announcements(9).await, Ok(Vec::new()));
}
