//! Digests: what a member wants to read once a day or once a week, gathered into one mail.
//!
//! Shape: the daily digest of a day lists what was written before 0:00 UTC of that day, the weekly one what was written before
//! Monday 0:00 UTC. [`App::write_digests`] writes those that are due; the outbox mails them.
//!
//! Guarantees: time decides by computation: whatever waits when the worker comes is gathered then, late or not. The id of a
//! digest follows from member, kind and day, and the store keeps a digest together with the mark on each message that it
//! lists, or neither: no message is listed twice, none is forgotten.
//!
//! Limits: a digest lists [`DIGEST_ITEMS_MAX`] messages by name and counts the rest.

use huzhu_domain::id::MemberId;
use huzhu_domain::preference::MailWhen;
use huzhu_domain::time::{Day, Moment, TimeZone, day_of, midnight};
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::derived_id;
use crate::App;
use crate::error::AppError;
use crate::ports::{Actor, InboxChange, Unit};
use crate::record::Message;

/// Messages that a digest lists by name: protects the reader's patience and the size of the mail.
pub const DIGEST_ITEMS_MAX: usize = 50;
/// Messages gathered into one digest: bounds memory. What is left waits for the next.
const GATHERED_MAX: u32 = 1_000;
/// Members looked up at once.
const MEMBERS: u32 = 200;

/// One message as it stands in a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestItem {
    /// Key of the text.
    pub template: String,
    /// Its values.
    pub values: Vec<(String, String)>,
}

/// What a pass has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digested {
    /// Digests that were written, or had been already.
    pub digests: u64,
}

impl App {
    /// Writes every digest that is due. For the worker; may be called at any time and any number of times.
    pub async fn write_digests(&self) -> Result<Digested, AppError> {
        let now = self.clock.now();
        let mut done = Digested::default();
        for when in [MailWhen::Daily, MailWhen::Weekly] {
            let Some(day) = digest_day(when, now) else { continue };
            let Some(cut) = midnight(day, &TimeZone::UTC) else { continue };
            let mut after = None;
            loop {
                let members = self.store.digests_due(when, cut, after, MEMBERS).await?;
                for member in &members {
                    self.write_digest(*member, when, day, cut).await?;
                    done.digests = done.digests.saturating_add(1);
                }
                after = members.last().copied();
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(done)
    }

    async fn write_digest(
        &self,
        member: MemberId,
        when: MailWhen,
        day: Day,
        cut: Moment,
    ) -> Result<(), AppError> {
        let waiting = self.store.waiting_for_digest(member, when, cut, GATHERED_MAX).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let preferences = self.preferences_of(member).await?;
        let parts = [member.to_string(), when.word().to_owned(), day.to_string()];
        let digest = Message {
            id: derived_id("digest", &parts.each_ref().map(String::as_str)),
            to: member,
            language: self.language_for(member, &preferences).await?,
            template: if when == MailWhen::Weekly { "mail-digest-weekly" } else { "mail-digest-daily" }
                .to_owned(),
            values: values(&waiting)?,
            at: now,
            sent: None,
            inbox: None,
        };
        let mut unit = Unit::new(now, Actor::System);
        let messages = waiting.iter().map(|message| message.id).collect();
        unit.inbox.push(InboxChange::Gathered { digest: Box::new(digest), messages });
        // Before this line nothing was gathered; after it the digest waits for the outbox and its messages for nothing more.
        self.store.commit(unit).await?;
        Ok(())
    }
}

/// The day whose digest is the newest one due: today, or the last Monday.
fn digest_day(when: MailWhen, now: Moment) -> Option<Day> {
    let today = day_of(now, &TimeZone::UTC);
    match when {
        MailWhen::Daily => Some(today),
        MailWhen::Weekly if today.weekday() == Weekday::Monday => Some(today),
        MailWhen::Weekly => today.nth_weekday(-1, Weekday::Monday).ok(),
        MailWhen::AtOnce | MailWhen::Never => None,
    }
}

/// The items, how many there are in all, and how many are not listed.
fn values(waiting: &[Message]) -> Result<Vec<(String, String)>, AppError> {
    let broken = |error: serde_json::Error| AppError::Broken(error.to_string());
    let more = waiting.len().saturating_sub(DIGEST_ITEMS_MAX);
    let mut values =
        vec![("count".to_owned(), waiting.len().to_string()), ("more".to_owned(), more.to_string())];
    for message in waiting.iter().take(DIGEST_ITEMS_MAX) {
        let item = DigestItem { template: message.template.clone(), values: message.values.clone() };
        values.push(("item".to_owned(), serde_json::to_string(&item).map_err(broken)?));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_today_or_of_the_last_monday() {
        for (now, daily, weekly) in [
            ("2026-02-01T23:59:59Z", "2026-02-01", "2026-01-26"),
            ("2026-02-02T00:00:00Z", "2026-02-02", "2026-02-02"),
            ("2026-02-02T23:59:59Z", "2026-02-02", "2026-02-02"),
            ("2026-02-03T08:00:00+08:00", "2026-02-03", "2026-02-02"),
            ("2026-02-08T12:00:00Z", "2026-02-08", "2026-02-02"),
        ] {
            let now: Moment = now.parse().unwrap();
            let day = |when| digest_day(when, now).map(|day| day.to_string());
            assert_eq!(day(MailWhen::Daily).as_deref(), Some(daily), "{now}");
            assert_eq!(day(MailWhen::Weekly).as_deref(), Some(weekly), "{now}");
            assert_eq!(day(MailWhen::Never), None);
        }
    }
}
