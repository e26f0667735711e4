//! What a reviewer asks a claimant for, thing by thing, each with the day by which it should be there.
//!
//! Shape: the list is sealed with the request, under the key of the person who fell ill; the event has the latest date only.
//!
//! Guarantees: nobody gets less time than the terms say: an item is due then or later, and the claim waits for the latest.
//!
//! Limits: [`ITEMS_MAX`] things at once, each at most [`EXTRA_DAYS_MAX`] days after the time of the terms.

use huzhu_domain::claim::Claim;
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::PlanTerms;
use huzhu_domain::time::{Day, Moment, TimeZone, day_of, plus_days};
use serde::{Deserialize, Serialize};

use super::{OpenClaim, end_of};
use crate::App;
use crate::error::{AppError, FieldMistake};
use crate::ports::Sealed;

/// Things that can be asked for at once: a list that somebody who is ill can still read.
pub const ITEMS_MAX: usize = 10;
/// Characters of the longest item: protects pages and mail.
pub const ITEM_CHARACTERS_MAX: usize = 200;
/// Days that an item may be due after the time of the terms: a claim must not sleep for ever.
pub const EXTRA_DAYS_MAX: i64 = 90;

/// Something that a reviewer asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// What, in plain words.
    pub text: String,
    /// The last day in the zone of the plan; `None`: the last day that the terms give.
    pub due: Option<Day>,
}

/// Something that was asked for, as both sides read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedItem {
    /// What.
    pub text: String,
    /// The last day in the zone of the plan.
    pub due: Day,
}

impl RequestedItem {
    /// When its time is over.
    pub fn until(&self, zone: &TimeZone) -> Moment {
        end_of(self.due, zone)
    }
}

/// The items with their days, and the end of the latest; `evidence` is the end of the time of the terms.
pub(super) fn dated(
    items: &[AskedFor],
    evidence: Moment,
    zone: &TimeZone,
) -> Result<(Vec<RequestedItem>, Option<Moment>), AppError> {
    if items.len() > ITEMS_MAX {
        let values = vec![("found", items.len().to_string()), ("limit", ITEMS_MAX.to_string())];
        return Err(mistakes(vec![FieldMistake { field: "items".to_owned(), code: "too-many", values }]));
    }
    let first = last_day_before(evidence, zone);
    let last = plus_days(first, EXTRA_DAYS_MAX);
    let mut wrong = Vec::new();
    let mut list = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let text = item.text.trim();
        let due = item.due.unwrap_or(first);
        let at_fault =
            |part: &str, code, values| FieldMistake { field: format!("items[{at}].{part}"), code, values };
        if text.is_empty() {
            wrong.push(at_fault("text", "missing", Vec::new()));
        } else if text.chars().count() > ITEM_CHARACTERS_MAX {
            wrong.push(at_fault("text", "item-too-long", Vec::new()));
        }
        if due < first || last < due {
            let values = vec![("from", first.to_string()), ("to", last.to_string())];
            wrong.push(at_fault("due", "due-out-of-range", values));
        }
        list.push(RequestedItem { text: text.to_owned(), due });
    }
    if !wrong.is_empty() {
        return Err(mistakes(wrong));
    }
    let latest = list.iter().map(|item| item.until(zone)).max();
    Ok((list, latest))
}

/// The days that can be chosen for an item: the time of the terms, and 14, 30, 60 and 90 days more.
pub fn days_to_choose(terms: &PlanTerms, now: Moment) -> Vec<Day> {
    let first = plus_days(day_of(now, terms.zone()), i64::from(terms.review().days.evidence));
    [0, 14, 30, 60, EXTRA_DAYS_MAX].map(|more| plus_days(first, more)).to_vec()
}

/// Deadlines end at 0:00 of the day after.
fn last_day_before(until: Moment, zone: &TimeZone) -> Day {
    plus_days(day_of(until, zone), -1)
}

fn mistakes(list: Vec<FieldMistake>) -> AppError {
    AppError::Invalid(list)
}

/// Sealed name of the list of a request, by the number of its event.
fn items_name(claim: ClaimId, number: u64) -> String {
    format!("claim/{claim}/items/{number}")
}

/// The list, to be kept with the request that the next event of the claim is.
pub(super) fn sealed_items(open: &OpenClaim, items: &[RequestedItem]) -> Result<Sealed, AppError> {
    let owner = open.claim().claimed().member;
    let bytes = serde_json::to_vec(items).map_err(|error| AppError::Broken(error.to_string()))?;
    Ok(Sealed { owner, name: items_name(open.claim().id(), open.next_number()), bytes })
}

/// The list as lines of a letter, behind its text.
pub(super) fn in_letter(text: &str, items: &[RequestedItem]) -> String {
    let lines = items.iter().map(|item| format!("\n- {} ({})", item.text, item.due));
    std::iter::once(text.to_owned()).chain(lines).collect()
}

impl App {
    /// What the request that is event `number` of the claim asks for, by its due date; empty where it named nothing by itself, or
    /// the person was erased.
    pub(super) async fn requested_items(
        &self,
        claim: &Claim,
        number: u64,
    ) -> Result<Vec<RequestedItem>, AppError> {
        let name = items_name(claim.id(), number);
        let Some(bytes) = self.store.unseal(claim.claimed().member, &name).await? else {
            return Ok(Vec::new());
        };
        let mut items: Vec<RequestedItem> =
            serde_json::from_slice(&bytes).map_err(|error| AppError::Broken(error.to_string()))?;
        items.sort_by_key(|item| item.due);
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The terms' time ends with 31 March.
    #[test]
    fn an_item_is_due_at_the_end_of_the_time_of_the_terms_or_up_to_90_days_later() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let evidence = end_of(date(2026, 3, 31), &zone);
        let ask = |due| [AskedFor { text: " The report ".to_owned(), due }];
        for (due, expected) in [
            (None, Ok(date(2026, 3, 31))),
            (Some(date(2026, 3, 31)), Ok(date(2026, 3, 31))),
            (Some(date(2026, 6, 29)), Ok(date(2026, 6, 29))),
            (Some(date(2026, 3, 30)), Err("due-out-of-range")),
            (Some(date(2026, 6, 30)), Err("due-out-of-range")),
        ] {
            let found = dated(&ask(due), evidence, &zone).map(|(list, latest)| {
                assert_eq!(latest, Some(list[0].until(&zone)));
                assert_eq!(list[0].text, "The report");
                list[0].due
            });
            let found = found.map_err(|error| match error {
                AppError::Invalid(list) => list[0].code,
                other => panic!("{other}"),
            });
            assert_eq!(found, expected, "{due:?}");
        }
        assert_eq!(dated(&[], evidence, &zone), Ok((Vec::new(), None)));
        let many = vec![AskedFor { text: "x".to_owned(), due: None }; ITEMS_MAX + 1];
        let long = AskedFor { text: "x".repeat(ITEM_CHARACTERS_MAX + 1), due: None };
        let empty = AskedFor { text: " ".to_owned(), due: None };
        for wrong in [many, vec![long], vec![empty]] {
            assert!(matches!(dated(&wrong, evidence, &zone), Err(AppError::Invalid(_))));
        }
    }
}
