//! Rules of sharing and of the calendar.

use super::ages::{Fault, faults};
use super::{Found, rules};
use crate::plan::age::AgeBand;
use crate::plan::calendar::{Calendar, LAST_DAY_OF_MONTH, PeriodDays, Retry};
use crate::plan::sharing::{Excess, Model, Sharing, Split};
use crate::plan::terms::TermsParts;

pub(super) fn sharing(parts: &TermsParts, found: &mut Found) {
    let sharing = &parts.sharing;
    caps(sharing, found);
    if let Model::Pool { deposit, minimum } = &sharing.model
        && minimum > deposit
    {
        found.add(
            rules::POOL_MINIMUM,
            "sharing.minimum",
            &["sharing.deposit"],
            "whoever has just joined would be asked to top up at once".to_owned(),
            "make the minimum balance at most the deposit",
        );
    }
    if let Split::Banded(bands) = &sharing.split {
        if matches!(sharing.model, Model::Sponsor { .. }) {
            let message = "the sponsor pays everything, so there is nothing to split".to_owned();
            found.add(rules::SPONSOR_BANDS, "sharing.bands", &["sharing.model"], message, "remove the bands");
        }
        for (i, band) in (0_usize..).zip(bands) {
            if band.weight == 0 {
                found.add(
                    rules::BAND_WEIGHT,
                    format!("sharing.bands[{i}].weight"),
                    &[],
                    "a band of weight 0 pays nothing".to_owned(),
                    "write a whole number of 1 or more",
                );
            }
        }
        let rows: Vec<(usize, AgeBand)> = (0..).zip(bands.iter().map(|band| band.ages)).collect();
        // The age counted is that of 1 January, so a child born this year counts as 0 and somebody who joins at
        // `age_from` may have been a year younger then.
        let needed = AgeBand {
            from: parts.joining.age_from.years().saturating_sub(1),
            to: parts.leaving.end_at_age.map(|age| age.saturating_sub(1)),
        };
        for fault in faults(&rows, needed) {
            band_fault(fault, found);
        }
    }
}

fn caps(sharing: &Sharing, found: &mut Found) {
    let caps =
        [("sharing.cap_per_claim", sharing.cap_per_claim), ("sharing.cap_per_year", sharing.cap_per_year)];
    for (path, cap) in caps {
        let Some(cap) = cap else { continue };
        if cap.amount.is_zero() {
            found.add(
                rules::CAP_ZERO,
                format!("{path}.amount"),
                &[],
                "a cap below one minor unit lets nobody pay anything".to_owned(),
                "write at least one minor unit, such as \"0.01\", or leave the cap out",
            );
        }
        if matches!(sharing.model, Model::Sponsor { .. }) {
            let message = "the sponsor pays everything, so members need no cap".to_owned();
            found.add(
                rules::SPONSOR_CAPS,
                path,
                &["sharing.model"],
                message,
                "remove the cap; use sponsor_limit for the sponsor",
            );
        }
    }
    if let (Some(claim), Some(year)) = (sharing.cap_per_claim, sharing.cap_per_year)
        && claim.amount > year.amount
    {
        found.add(
            rules::CAP_ORDER,
            "sharing.cap_per_claim.amount",
            &["sharing.cap_per_year.amount"],
            "the cap of one claim is above the cap of a whole year".to_owned(),
            "make the cap of one claim at most the cap of a year",
        );
    }
    if sharing.cap_per_claim.is_some_and(|cap| cap.excess == Excess::OtherMembers) {
        found.add(
            rules::CAP_OTHERS,
            "sharing.cap_per_claim.excess",
            &[],
            "all members have the same cap per claim, so no other member has room".to_owned(),
            "let the operator, the next period or the aid bear it",
        );
    }
}

fn band_fault(fault: Fault, found: &mut Found) {
    let at = |row: usize, key: &str| format!("sharing.bands[{row}].{key}");
    match fault {
        Fault::Backwards { row } => found.add(
            rules::BAND_BACKWARDS,
            at(row, "age_to"),
            &[&at(row, "age_from")],
            "the ages of this band run backwards".to_owned(),
            "make age_to at least age_from",
        ),
        Fault::Overlap { row, other, age } => found.add(
            rules::BAND_OVERLAP,
            at(row, "age_from"),
            &[&at(other, "age_from"), &at(other, "age_to"), &at(row, "age_to")],
            format!("age {age} is in this band and in band {} too", other.saturating_add(1)),
            "let each age fall into one band; ages include both ends",
        ),
        Fault::Gap { row, from, to, at_end } => found.add(
            rules::BAND_GAP,
            at(row, if at_end { "age_to" } else { "age_from" }),
            &["joining.age_from", "leaving.end_at_age", "sharing.bands[].age_from", "sharing.bands[].age_to"],
            format!(
                "no band for the ages {} (counted on 1 January), which may be enrolled",
                AgeBand { from, to }
            ),
            "extend a band or add one; leave age_to out for no upper end",
        ),
        Fault::Unused { row } => found.add(
            rules::BAND_USELESS,
            at(row, "age_from"),
            &["joining.age_from", "leaving.end_at_age"],
            "nobody of these ages can be enrolled".to_owned(),
            "remove the band, or change the ages of joining and of the automatic end",
        ),
    }
}

/// Days of the shortest month: an order that holds there holds in every month.
const SHORTEST_MONTH: i16 = 28;

/// A sharing day as days after the first of the month of its notice, in the shortest month.
fn sharing_offset(days: PeriodDays) -> i16 {
    i16::from(days.sharing_day).saturating_add(if days.shared_next_month { SHORTEST_MONTH } else { 0 })
}

pub(super) fn calendar(calendar: &Calendar, found: &mut Found) {
    if calendar.periods.is_empty() {
        let message = "no period: nothing would ever be shared or paid".to_owned();
        found.add(rules::PERIODS_EMPTY, "calendar.periods", &[], message, "add a [[calendar.periods]] entry");
    }
    if calendar.notice_length_days == 0 || i16::from(calendar.notice_length_days) > SHORTEST_MONTH {
        found.add(
            rules::NOTICE_LENGTH,
            "calendar.notice_length_days",
            &[],
            format!("a notice of {} days", calendar.notice_length_days),
            "choose 1 to 28 days; 3 is usual",
        );
    }
    if calendar.filing_deadline_days == 0 {
        let message = "nobody could file a claim in time".to_owned();
        found.add(
            rules::FILING_DEADLINE,
            "calendar.filing_deadline_days",
            &[],
            message,
            "choose 1 day or more; 180 is usual",
        );
    }
    let days_good = month_days(calendar, found);
    if days_good {
        for (i, days) in (0_usize..).zip(&calendar.periods) {
            period(calendar, i, *days, found);
        }
    }
}

fn month_days(calendar: &Calendar, found: &mut Found) -> bool {
    let mut good = true;
    for (i, days) in (0_usize..).zip(&calendar.periods) {
        for (key, day) in [("notice_day", days.notice_day), ("sharing_day", days.sharing_day)] {
            if !(1..=LAST_DAY_OF_MONTH).contains(&day) {
                good = false;
                found.add(
                    rules::PERIOD_DAY,
                    format!("calendar.periods[{i}].{key}"),
                    &[],
                    format!("not every month has a day {day}"),
                    "choose a day from 1 to 28",
                );
            }
        }
    }
    good
}

/// The rules between one period and the next one, in the shortest month.
fn period(calendar: &Calendar, i: usize, days: PeriodDays, found: &mut Found) {
    let at = |key: &str| format!("calendar.periods[{i}].{key}");
    let last_notice =
        i16::from(days.notice_day).saturating_add(i16::from(calendar.notice_length_days)).saturating_sub(1);
    let shared = sharing_offset(days);
    if shared <= last_notice {
        found.add(
            rules::SHARING_BEFORE_NOTICE_ENDS,
            at("sharing_day"),
            &[&at("notice_day"), "calendar.notice_length_days", &at("sharing_month")],
            "shares would be taken before the notice has ended".to_owned(),
            "put the sharing day after the last day of notice, or write sharing_month = \"next\"",
        );
    }
    let next_index = i.saturating_add(1);
    let (next, is_wrap) = match calendar.periods.get(next_index) {
        Some(next) => (*next, false),
        None => (calendar.periods.first().copied().unwrap_or(days), true),
    };
    let wrap = if is_wrap { SHORTEST_MONTH } else { 0 };
    let next_notice = i16::from(next.notice_day).saturating_add(wrap);
    let next_shared = sharing_offset(next).saturating_add(wrap);
    if next_notice <= i16::from(days.notice_day) {
        found.add(
            rules::PERIOD_ORDER,
            format!("calendar.periods[{next_index}].notice_day"),
            &[&at("notice_day")],
            "this period does not come after the one before".to_owned(),
            "list the periods of a month by rising notice day",
        );
        return;
    }
    if last_notice >= next_notice {
        found.add(
            rules::NOTICE_OVERLAP,
            at("notice_day"),
            &["calendar.notice_length_days", "calendar.periods[].notice_day"],
            "this notice still runs when the next one begins".to_owned(),
            "shorten the notice or move the notice days apart",
        );
    }
    if next_shared <= shared {
        found.add(
            rules::SHARING_ORDER,
            at("sharing_day"),
            &["calendar.periods[].sharing_day", "calendar.periods[].sharing_month"],
            "the next period would be shared before this one".to_owned(),
            "let sharing days come in the order of their notices",
        );
        return;
    }
    if shared <= last_notice {
        return;
    }
    timing(calendar, i, (i16::from(days.notice_day), shared, next_shared), found);
}

/// Retry and reminder against the days of one period; reported for the first period they do not fit.
fn timing(calendar: &Calendar, i: usize, (notice, shared, next_shared): (i16, i16, i16), found: &mut Found) {
    let room = u16::try_from(next_shared.saturating_sub(shared)).unwrap_or(0);
    let (key, days) = match calendar.retry {
        Retry::Days(days) => ("calendar.retry_days", days),
        Retry::UntilBeforeNext(days) => ("calendar.retry_until_days_before_next", days),
    };
    let reported = |found: &Found, path: &str| found.0.iter().any(|m| m.path == path);
    if days >= room && !reported(found, key) {
        found.add(
            rules::RETRY_TOO_LONG,
            key,
            &[&format!("calendar.periods[{i}].sharing_day")],
            format!("between this sharing day and the next lie {room} days, at least in February"),
            "choose fewer days",
        );
    }
    let lead = u16::try_from(shared.saturating_sub(notice)).unwrap_or(0);
    let reminder = "calendar.reminder_days";
    if let Some(days) = calendar.reminder_days
        && (days == 0 || u16::from(days) > lead)
        && !reported(found, reminder)
    {
        found.add(
            rules::REMINDER_TOO_EARLY,
            reminder,
            &[&format!("calendar.periods[{i}].notice_day"), &format!("calendar.periods[{i}].sharing_day")],
            format!("the notice begins {lead} days before the debit; a reminder {days} days before it can not name the share"),
            "choose 1 day or more, not before the first day of notice",
        );
    }
}
