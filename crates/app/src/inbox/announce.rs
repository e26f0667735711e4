//! Announcements: one thing that very many members are told, turned into messages in batches.
//!
//! Guarantees: the id of each message follows from announcement and member, and a batch keeps its messages together with how
//! far it came. A worker that dies, is late or runs twice tells everybody once.

use huzhu_domain::id::{EnrolmentId, MemberId};

use super::{Announcement, Audience, Telling, derived_id};
use crate::App;
use crate::error::AppError;
use crate::ports::{Actor, EnrolmentQuery, InboxChange, Page, Unit};

/// Members told in one unit: bounds memory and how long other writers wait.
const BATCH: u32 = 500;
/// Announcements looked at in one pass: bounds memory.
const AT_ONCE: u32 = 4;

/// What a pass has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// Messages that were written, or were there already.
    pub messages: u64,
    /// Somebody is left to be told.
    pub more: bool,
}

/// A batch of an audience: who, and where the next one begins (`None`: that was the last).
type Batch = (Vec<MemberId>, Option<String>);

impl App {
    /// Writes the next batch of messages of each announcement that is under way. For the worker; may be called again
    /// whatever happened.
    pub async fn announce(&self) -> Result<Announced, AppError> {
        let open = self.store.announcements(AT_ONCE).await?;
        let mut done = Announced::default();
        for announcement in &open {
            let (members, after) = self.audience(announcement).await?;
            let now = self.clock.now();
            let mut unit = Unit::new(now, Actor::System);
            let telling = Telling {
                template: announcement.template.clone(),
                about: announcement.about.clone(),
                values: announcement.values.clone(),
            };
            for member in &members {
                let parts = [announcement.id.to_string(), member.to_string()];
                let id = derived_id("announcement", &parts.each_ref().map(String::as_str));
                unit.messages.push(self.message(id, *member, &telling, now).await?);
            }
            done.messages = done.messages.saturating_add(u64::try_from(members.len()).unwrap_or(u64::MAX));
            done.more |= after.is_some();
            unit.inbox.push(InboxChange::Told { announcement: announcement.id, after });
            // Before this line nobody of the batch was told; after it everybody was, and the next batch begins behind them.
            self.store.commit(unit).await?;
        }
        done.more |= u32::try_from(open.len()).is_ok_and(|open| open >= AT_ONCE);
        Ok(done)
    }

    /// The members whom an announcement comes to next.
    async fn audience(&self, announcement: &Announcement) -> Result<Batch, AppError> {
        let after = announcement.after.as_deref();
        match &announcement.to {
            Audience::Members(members) => Ok(some_of(members.clone(), after)),
            Audience::Staff(role) => {
                let staff = self.store.staff().await?;
                let holders = staff.iter().filter(|row| row.roles.contains(role)).map(|row| row.id);
                Ok(some_of(holders.collect(), after))
            }
            Audience::Jurors(case) => {
                self.jurors_to_ask(*case, &Page { after: after.map(str::to_owned), limit: BATCH }).await
            }
            Audience::Payers(plan) => {
                let page = Page { after: after.map(str::to_owned), limit: BATCH };
                let rows = self.store.enrolments(&EnrolmentQuery::ByPlan(plan.clone()), &page).await?;
                let last: Option<EnrolmentId> = rows.last().map(|row| row.id);
                let full = u32::try_from(rows.len()).is_ok_and(|rows| rows >= BATCH);
                let mut payers: Vec<MemberId> =
                    rows.iter().filter(|row| row.ended.is_none()).map(|row| row.payer).collect();
                payers.sort_unstable();
                payers.dedup();
                Ok((payers, last.filter(|_| full).map(|last| last.to_string())))
            }
        }
    }
}

/// The next batch of a list, in the order of ids, each once.
fn some_of(mut members: Vec<MemberId>, after: Option<&str>) -> Batch {
    let after: Option<MemberId> = after.and_then(|after| after.parse().ok());
    members.sort_unstable();
    members.dedup();
    members.retain(|member| after.is_none_or(|after| *member > after));
    let limit = usize::try_from(BATCH).unwrap_or(usize::MAX);
    let full = members.len() > limit;
    members.truncate(limit);
    let last = members.last().filter(|_| full).map(ToString::to_string);
    (members, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_told_in_batches_each_member_once() {
        let member = |n: u128| MemberId::from_uuid(uuid::Uuid::from_u128(n));
        let list: Vec<MemberId> = (1..=1_200).rev().chain(1..=10).map(member).collect();
        let mut told = Vec::new();
        let mut after = None;
        let mut batches = 0;
        loop {
            let (batch, next) = some_of(list.clone(), after.as_deref());
            told.extend(batch);
            batches += 1;
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(told, (1..=1_200).map(member).collect::<Vec<_>>());
        assert_eq!(batches, 3);
        assert_eq!(some_of(Vec::new(), None), (Vec::new(), None));
    }
}
