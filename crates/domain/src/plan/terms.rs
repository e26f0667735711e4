//! Plan terms: everything one version of a plan says, checked as a whole.
//!
//! Shape: [`TermsParts`] is what a plan file says; [`PlanTerms::new`] either finds nothing wrong with it or names every
//! mistake. Guarantee: whoever holds a [`PlanTerms`] holds terms without contradictions, so that no later code has to
//! ask. Limits: what a sentence in a definition means is for people to judge.

use huzhu_ledger::{Amount, Currency, Percent};

use super::aid::Aid;
use super::calendar::Calendar;
use super::check;
use super::cover::{Cause, Condition, Cover, Severity};
use super::ending::Ending;
use super::identity::{ConditionCode, GroupCode, Identity, PlanId, PlanVersion};
use super::joining::Joining;
use super::jury::Jury;
use super::leaving::Leaving;
use super::mistake::TermsMistake;
use super::review::Review;
use super::sharing::{Headcount, Sharing};
use super::waiting::Waiting;
use crate::time::{Day, TimeZone, age_years};

/// All groups of terms, not yet checked against each other.
#[derive(Clone, Debug)]
pub struct TermsParts {
    /// Who the plan is.
    pub identity: Identity,
    /// Who may join.
    pub joining: Joining,
    /// How long new members wait.
    pub waiting: Waiting,
    /// What is covered.
    pub cover: Cover,
    /// What is paid.
    pub aid: Aid,
    /// How the cost is shared.
    pub sharing: Sharing,
    /// When.
    pub calendar: Calendar,
    /// How claims are reviewed.
    pub review: Review,
    /// The jury; `None`: the plan has none.
    pub jury: Option<Jury>,
    /// How an enrolment ends.
    pub leaving: Leaving,
    /// How the plan ends.
    pub ending: Ending,
}

/// The terms of one version of a plan, free of contradictions.
#[derive(Clone, Debug)]
pub struct PlanTerms {
    parts: TermsParts,
}

impl PlanTerms {
    /// Checks the parts against each other.
    ///
    /// # Errors
    /// Every mistake at once, in the order of the groups.
    pub fn new(parts: TermsParts) -> Result<Self, Vec<TermsMistake>> {
        let mistakes = check::mistakes(&parts);
        if mistakes.is_empty() { Ok(Self { parts }) } else { Err(mistakes) }
    }

    /// The parts, to make a changed copy.
    pub fn into_parts(self) -> TermsParts {
        self.parts
    }

    /// Who the plan is.
    pub const fn identity(&self) -> &Identity {
        &self.parts.identity
    }

    /// The plan.
    pub const fn id(&self) -> &PlanId {
        &self.parts.identity.id
    }

    /// The revision.
    pub const fn version(&self) -> PlanVersion {
        self.parts.identity.version
    }

    /// The currency of all amounts.
    pub const fn currency(&self) -> Currency {
        self.parts.identity.currency
    }

    /// The time zone in which the plan's days begin.
    pub const fn zone(&self) -> &TimeZone {
        &self.parts.identity.zone
    }

    /// The first day on which these terms are in force.
    pub const fn effective(&self) -> Day {
        self.parts.identity.effective
    }

    /// Who may join.
    pub const fn joining(&self) -> &Joining {
        &self.parts.joining
    }

    /// How long new members wait.
    pub const fn waiting(&self) -> &Waiting {
        &self.parts.waiting
    }

    /// What is covered.
    pub const fn cover(&self) -> &Cover {
        &self.parts.cover
    }

    /// What is paid.
    pub const fn aid(&self) -> &Aid {
        &self.parts.aid
    }

    /// How the cost is shared.
    pub const fn sharing(&self) -> &Sharing {
        &self.parts.sharing
    }

    /// When.
    pub const fn calendar(&self) -> &Calendar {
        &self.parts.calendar
    }

    /// How claims are reviewed.
    pub const fn review(&self) -> &Review {
        &self.parts.review
    }

    /// The jury, when the plan has one.
    pub const fn jury(&self) -> Option<&Jury> {
        self.parts.jury.as_ref()
    }

    /// How an enrolment ends.
    pub const fn leaving(&self) -> &Leaving {
        &self.parts.leaving
    }

    /// How the plan ends.
    pub const fn ending(&self) -> &Ending {
        &self.parts.ending
    }

    /// The fee on aid that is really paid.
    pub const fn fee(&self) -> Percent {
        self.parts.sharing.fee
    }

    /// The last day of the wait of somebody who joined on `joined`: the wait is counted from 0:00 of the day after
    /// joining and its last day is included.
    pub fn wait_last_day(&self, joined: Day) -> Day {
        self.parts.waiting.last_day(joined)
    }

    /// The first day on which illness is covered.
    pub fn covered_from(&self, joined: Day) -> Day {
        self.parts.waiting.covered_from(joined)
    }

    /// The first day on which an event of `group` is covered; `by_accident` is the fact found by review, which decides
    /// only where the group leaves the cause open.
    pub fn covered_from_for(&self, joined: Day, group: &GroupCode, by_accident: bool) -> Day {
        let accident = match self.parts.cover.group(group).map(|g| g.cause) {
            Some(Cause::Accident) => true,
            Some(Cause::Either) => by_accident,
            Some(Cause::Illness) | None => false,
        };
        self.parts.waiting.covered_from_for(joined, accident)
    }

    /// The first day on which a new member is counted in the headcount: the day after joining where everybody enrolled
    /// shares, the first covered day where only covered members share. A member is counted in a period when this day
    /// is not after the first day of notice.
    pub fn shares_from(&self, joined: Day) -> Day {
        match self.parts.sharing.headcount {
            Headcount::Covered => self.covered_from(joined),
            Headcount::Enrolled => crate::time::plus_days(joined, 1),
        }
    }

    /// The amount of the aid table for `age` in completed years on the event date, before tenure, cost and ceilings;
    /// `None` when that combination is not covered.
    pub fn aid_for(&self, group: &GroupCode, severity: Severity, age: u8) -> Option<Amount> {
        self.parts.aid.amount_for(group, severity, age)
    }

    /// The condition with `code`.
    pub fn condition(&self, code: &ConditionCode) -> Option<&Condition> {
        self.parts.cover.condition(code)
    }

    /// The day on which age ends the enrolment of somebody born on `birth`: the birthday of the terms' end age.
    /// A 29 February birthday falls on 1 March in common years. `None`: for life.
    pub fn age_end_day(&self, birth: Day) -> Option<Day> {
        let age = i16::from(self.parts.leaving.end_at_age?);
        let year = birth.year().checked_add(age)?;
        let birthday = Day::new(year, birth.month(), birth.day());
        birthday.or_else(|_| Day::new(year, 3, 1)).ok()
    }

    /// Whether an event on `day` lies in the life of the plan (a temporary plan has a last day).
    pub fn runs_on(&self, day: Day) -> bool {
        self.parts.identity.last_day.is_none_or(|last| day <= last)
    }

    /// Completed years of somebody born on `birth` on `day`, as the aid table counts them; 0 before birth.
    pub fn age_on(&self, birth: Day, day: Day) -> u8 {
        u8::try_from(age_years(birth, day).max(0)).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample;
    use crate::plan::{Age, AgeBand, AgeRejection, Band, Split};
    use jiff::civil::date;

    fn group(code: &str) -> GroupCode {
        GroupCode::new(code).expect("a code")
    }

    #[test]
    fn the_aid_table_pays_by_group_severity_and_age() {
        let terms = sample::terms();
        for (code, severity, age, expected) in [
            ("illness", Severity::Severe, 0, Some(30_000_000)),
            ("illness", Severity::Severe, 39, Some(30_000_000)),
            ("illness", Severity::Severe, 40, Some(10_000_000)),
            ("illness", Severity::Severe, 60, None),
            ("illness", Severity::Mild, 30, None),
            ("accident", Severity::Severe, 90, Some(10_000_000)),
            ("none", Severity::Severe, 30, None),
        ] {
            let aid = terms.aid_for(&group(code), severity, age).map(Amount::minor);
            assert_eq!(aid, expected, "{code} {severity:?} at {age}");
        }
    }

    #[test]
    fn people_join_from_thirty_days_until_the_day_before_they_turn_sixty() {
        let terms = sample::terms();
        let on = date(2019, 5, 31);
        for (birth, fits) in [
            (date(2019, 5, 2), false),
            (date(2019, 5, 1), true),
            (date(1959, 6, 1), true),
            (date(1959, 5, 31), false),
            (date(2019, 6, 1), false),
        ] {
            assert_eq!(terms.joining().check_age(birth, on).is_ok(), fits, "born {birth}");
        }
        let birth = date(1959, 5, 31);
        let refused = Err(AgeRejection::TooOld { to: Age::Years(59), birth, on });
        assert_eq!(terms.joining().check_age(birth, on), refused);
    }

    #[test]
    fn cover_and_sharing_begin_after_the_wait_and_accidents_the_day_after_joining() {
        let terms = sample::terms();
        let joined = date(2019, 1, 1);
        assert_eq!(terms.wait_last_day(joined), date(2019, 4, 1));
        assert_eq!(terms.covered_from(joined), date(2019, 4, 2));
        assert_eq!(terms.shares_from(joined), date(2019, 4, 2));
        for (code, by_accident, from) in [
            ("accident", false, date(2019, 1, 2)),
            ("illness", true, date(2019, 1, 2)),
            ("illness", false, date(2019, 4, 2)),
        ] {
            assert_eq!(terms.covered_from_for(joined, &group(code), by_accident), from, "{code}");
        }
        let mut parts = sample::parts();
        parts.sharing.headcount = Headcount::Enrolled;
        let everybody = PlanTerms::new(parts).expect("terms");
        assert_eq!(everybody.shares_from(joined), date(2019, 1, 2));
    }

    #[test]
    fn age_ends_the_enrolment_on_the_birthday() {
        let terms = sample::terms();
        for (birth, end) in [
            (date(1960, 6, 15), date(2020, 6, 15)),
            (date(1960, 2, 29), date(2020, 2, 29)),
            (date(1964, 2, 29), date(2024, 2, 29)),
        ] {
            assert_eq!(terms.age_end_day(birth), Some(end), "{birth}");
        }
        let mut parts = sample::parts();
        parts.leaving.end_at_age = Some(61);
        parts.aid.table[1].ages.to = None;
        let later = PlanTerms::new(parts).expect("terms");
        assert_eq!(
            later.age_end_day(date(1960, 2, 29)),
            Some(date(2021, 3, 1)),
            "leap day birthdays in common years"
        );
    }

    #[test]
    fn the_band_of_a_member_is_that_of_the_age_on_new_years_day() {
        let mut parts = sample::parts();
        let band = |from, to, weight| Band { ages: AgeBand { from, to }, weight };
        parts.sharing.split = Split::Banded(vec![band(0, Some(39), 1), band(40, None, 3)]);
        let terms = PlanTerms::new(parts).expect("terms");
        assert_eq!(terms.sharing().weights(), [1, 3]);
        for (birth, shared, expected) in [
            (date(1980, 1, 1), date(2020, 1, 14), 1),
            (date(1980, 1, 2), date(2020, 1, 14), 0),
            (date(1980, 1, 2), date(2020, 12, 28), 0),
            (date(1980, 1, 2), date(2021, 1, 14), 1),
            (date(2020, 3, 1), date(2020, 6, 14), 0),
        ] {
            assert_eq!(
                terms.sharing().band_of(birth, shared),
                Some(expected),
                "born {birth}, shared {shared}"
            );
        }
        assert_eq!(
            sample::terms().sharing().band_of(date(1950, 1, 1), date(2020, 1, 14)),
            Some(0),
            "equal split"
        );
    }
}
