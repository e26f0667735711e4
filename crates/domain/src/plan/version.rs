//! The history of a plan: its versions and which of them is in force on a day.
//!
//! Shape: versions are only ever added, or withdrawn before they take effect. States are computed from days, never
//! stored. Guarantee: on no day are two versions in force, and no version takes effect before its notice has run
//! (domain rules, section 3). A claim keeps the terms that were in force on its event date: ask [`Plan::terms_on`] with
//! that day.

use super::identity::{PlanId, PlanVersion};
use super::terms::PlanTerms;
use crate::time::{Day, Moment, day_of, plus_days};

/// One version of a plan.
#[derive(Clone, Debug)]
pub struct VersionRecord {
    /// The revision.
    pub version: PlanVersion,
    /// What it says.
    pub terms: PlanTerms,
    /// When the draft was made public.
    pub published: Moment,
    /// First day in force.
    pub effective: Day,
    /// Taken back before it took effect.
    pub withdrawn: bool,
}

/// Where a version stands on a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum VersionState {
    /// Public, its notice still runs.
    Draft,
    /// Its notice has run; it takes effect on its effective day.
    Scheduled,
    /// In force.
    InForce,
    /// A later version is in force.
    Superseded,
    /// Taken back before it took effect.
    Withdrawn,
}

/// Why a version is not published or withdrawn, in order of precedence.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanRejection {
    /// The terms belong to another plan.
    #[error("these terms are of the plan {found}, not of {expected}")]
    OtherPlan {
        /// The plan of this history.
        expected: PlanId,
        /// The plan named in the terms.
        found: PlanId,
    },
    /// Versions are numbered without gaps.
    #[error("the next version is {expected}, not {found}")]
    WrongVersion {
        /// The number that comes next.
        expected: PlanVersion,
        /// The number in the terms.
        found: PlanVersion,
    },
    /// A version keeps the currency of the plan: books are kept in one.
    #[error("the currency of a plan never changes")]
    CurrencyChanged,
    /// Shares by age need the age class of everybody enrolled, which is kept only by plans that have shared by age from the
    /// beginning.
    #[error("a plan that has shared equally cannot share by age: the age class of its members is not known")]
    BandsAfterEqual,
    /// The effective day comes before the notice has run.
    #[error(
        "the earliest day for these terms is {earliest}: {notice_days} days after publication; they say {effective}"
    )]
    NoticeTooShort {
        /// First day on which the terms may be in force.
        earliest: Day,
        /// Days of notice, the larger of what the old and the new terms ask.
        notice_days: u16,
        /// What the terms say.
        effective: Day,
    },
    /// The effective day is not after that of the version before.
    #[error(
        "version {previous} takes effect on {previous_effective}; the next one must do so later, not on {effective}"
    )]
    NotAfterPrevious {
        /// The version before.
        previous: PlanVersion,
        /// Its effective day.
        previous_effective: Day,
        /// What the terms say.
        effective: Day,
    },
    /// There is no such version, or it was withdrawn already.
    #[error("there is no version {0} that could be withdrawn")]
    NoSuchVersion(PlanVersion),
    /// A version in force is not withdrawn; publish another one.
    #[error("version {version} is in force since {effective}")]
    AlreadyInForce {
        /// The version.
        version: PlanVersion,
        /// Its effective day.
        effective: Day,
    },
}

/// A plan: its versions in order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The plan.
    pub id: PlanId,
    versions: Vec<VersionRecord>,
}

impl Plan {
    /// A plan without a version.
    pub const fn new(id: PlanId) -> Self {
        Self { id, versions: Vec::new() }
    }

    /// A plan as it was stored: versions by rising number, as [`Plan::publish`] accepted them once.
    pub const fn from_stored(id: PlanId, versions: Vec<VersionRecord>) -> Self {
        Self { id, versions }
    }

    /// All versions, withdrawn ones included, by rising number.
    pub fn versions(&self) -> &[VersionRecord] {
        &self.versions
    }

    /// The number that the next version must have.
    pub fn next_version(&self) -> PlanVersion {
        PlanVersion(self.versions.last().map_or(1, |last| last.version.0.saturating_add(1)))
    }

    /// Whether `terms` may be published at `now`. The first version needs no notice: nobody is enrolled yet.
    ///
    /// # Errors
    /// The first [`PlanRejection`] that applies.
    pub fn check_publish(&self, terms: &PlanTerms, now: Moment) -> Result<(), PlanRejection> {
        if *terms.id() != self.id {
            return Err(PlanRejection::OtherPlan { expected: self.id.clone(), found: terms.id().clone() });
        }
        let (expected, found) = (self.next_version(), terms.version());
        if found != expected {
            return Err(PlanRejection::WrongVersion { expected, found });
        }
        if self.versions.iter().any(|record| record.terms.currency() != terms.currency()) {
            return Err(PlanRejection::CurrencyChanged);
        }
        // Nobody joined under a version that was withdrawn before it took effect.
        let mut lived = self.versions.iter().filter(|record| !record.withdrawn);
        if terms.sharing().is_banded() && lived.any(|record| !record.terms.sharing().is_banded()) {
            return Err(PlanRejection::BandsAfterEqual);
        }
        let Some(previous) = self.versions.iter().rev().find(|record| !record.withdrawn) else {
            return Ok(());
        };
        let effective = terms.effective();
        let asked = |terms: &PlanTerms| terms.identity().change_notice_days;
        // The old terms promised the members their notice; a new version can lengthen it, not shorten its own.
        let notice_days = asked(&previous.terms).max(asked(terms));
        let earliest = plus_days(day_of(now, previous.terms.zone()), i64::from(notice_days));
        if effective < earliest {
            return Err(PlanRejection::NoticeTooShort { earliest, notice_days, effective });
        }
        if effective <= previous.effective {
            return Err(PlanRejection::NotAfterPrevious {
                previous: previous.version,
                previous_effective: previous.effective,
                effective,
            });
        }
        Ok(())
    }

    /// Publishes `terms` as the next version.
    ///
    /// # Errors
    /// As [`Plan::check_publish`]; the plan is unchanged then.
    pub fn publish(&mut self, terms: PlanTerms, now: Moment) -> Result<(), PlanRejection> {
        self.check_publish(&terms, now)?;
        let (version, effective) = (terms.version(), terms.effective());
        self.versions.push(VersionRecord { version, terms, published: now, effective, withdrawn: false });
        Ok(())
    }

    /// Takes back a version that is not yet in force on `today`.
    ///
    /// # Errors
    /// [`PlanRejection::NoSuchVersion`] or [`PlanRejection::AlreadyInForce`].
    pub fn withdraw(&mut self, version: PlanVersion, today: Day) -> Result<(), PlanRejection> {
        let open = self.versions.iter_mut().find(|record| record.version == version && !record.withdrawn);
        let record = open.ok_or(PlanRejection::NoSuchVersion(version))?;
        if record.effective <= today {
            return Err(PlanRejection::AlreadyInForce { version, effective: record.effective });
        }
        record.withdrawn = true;
        Ok(())
    }

    /// The version in force on `day`: the last one that is not withdrawn and effective by then. `None` before the
    /// first.
    pub fn record_on(&self, day: Day) -> Option<&VersionRecord> {
        self.versions.iter().rev().find(|record| !record.withdrawn && record.effective <= day)
    }

    /// The terms in force on `day`.
    pub fn terms_on(&self, day: Day) -> Option<&PlanTerms> {
        self.record_on(day).map(|record| &record.terms)
    }

    /// The terms of a version, whatever its state.
    pub fn terms_of(&self, version: PlanVersion) -> Option<&PlanTerms> {
        self.versions.iter().find(|record| record.version == version).map(|record| &record.terms)
    }

    /// Where `version` stands on `day`.
    pub fn state(&self, version: PlanVersion, day: Day) -> Option<VersionState> {
        let record = self.versions.iter().find(|record| record.version == version)?;
        if record.withdrawn {
            return Some(VersionState::Withdrawn);
        }
        if record.effective <= day {
            let current = self.record_on(day).map(|record| record.version);
            let in_force = current == Some(version);
            return Some(if in_force { VersionState::InForce } else { VersionState::Superseded });
        }
        let notice = i64::from(record.terms.identity().change_notice_days);
        let noticed = plus_days(day_of(record.published, record.terms.zone()), notice);
        Some(if day < noticed { VersionState::Draft } else { VersionState::Scheduled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{AgeBand, Band, Split, sample};
    use crate::time::midnight;
    use jiff::civil::date;

    fn terms(version: u32, effective: Day) -> PlanTerms {
        let mut parts = sample::parts();
        parts.identity.version = PlanVersion(version);
        parts.identity.effective = effective;
        PlanTerms::new(parts).expect("terms")
    }

    fn banded(version: u32, effective: Day) -> PlanTerms {
        let mut parts = sample::parts();
        parts.identity.version = PlanVersion(version);
        parts.identity.effective = effective;
        let all = Band { ages: AgeBand { from: 0, to: None }, weight: 1 };
        parts.sharing.split = Split::Banded(vec![all]);
        PlanTerms::new(parts).expect("terms")
    }

    fn at(day: Day) -> Moment {
        midnight(day, sample::terms().zone()).expect("an instant")
    }

    fn plan() -> Plan {
        let mut plan = Plan::new(PlanId::new("sample").expect("a code"));
        plan.publish(terms(1, date(2019, 1, 1)), at(date(2018, 12, 31))).expect("the first version");
        plan.publish(terms(2, date(2019, 5, 1)), at(date(2019, 4, 1))).expect("the second version");
        plan
    }

    #[test]
    fn the_state_of_a_version_follows_from_the_day() {
        use VersionState::{Draft, InForce, Scheduled, Superseded};
        for (day, first, second, in_force) in [
            (date(2018, 12, 31), Draft, Draft, None),
            (date(2019, 1, 1), InForce, Draft, Some(1)),
            (date(2019, 4, 15), InForce, Draft, Some(1)),
            (date(2019, 4, 16), InForce, Scheduled, Some(1)),
            (date(2019, 4, 30), InForce, Scheduled, Some(1)),
            (date(2019, 5, 1), Superseded, InForce, Some(2)),
        ] {
            let plan = plan();
            assert_eq!(plan.state(PlanVersion(1), day), Some(first), "version 1 on {day}");
            assert_eq!(plan.state(PlanVersion(2), day), Some(second), "version 2 on {day}");
            assert_eq!(plan.terms_on(day).map(|t| t.version().0), in_force, "in force on {day}");
        }
    }

    #[test]
    fn a_version_is_published_in_order_and_with_its_notice() {
        let now = at(date(2019, 6, 1));
        let effective = date(2019, 6, 16);
        assert_eq!(plan().check_publish(&terms(3, effective), now), Ok(()), "fifteen days are enough");
        let early = date(2019, 6, 15);
        let short = PlanRejection::NoticeTooShort { earliest: effective, notice_days: 15, effective: early };
        assert_eq!(plan().check_publish(&terms(3, early), now), Err(short));
        let gap = PlanRejection::WrongVersion { expected: PlanVersion(3), found: PlanVersion(4) };
        assert_eq!(plan().check_publish(&terms(4, effective), now), Err(gap));
        let mut other = Plan::new(PlanId::new("other").expect("a code"));
        assert!(matches!(other.publish(terms(1, effective), now), Err(PlanRejection::OtherPlan { .. })));
        let before = at(date(2019, 4, 2));
        let behind = plan().check_publish(&terms(3, date(2019, 4, 30)), before);
        assert!(matches!(behind, Err(PlanRejection::NotAfterPrevious { .. })), "{behind:?}");
    }

    #[test]
    fn a_plan_shares_by_age_from_its_first_version_on_or_never() {
        let days = [date(2019, 1, 1), date(2019, 5, 1), date(2019, 9, 1)];
        for (splits, withdrawn, expected) in [
            ("b", None, Ok(())),
            ("bb", None, Ok(())),
            ("be", None, Ok(())),
            ("ee", None, Ok(())),
            ("eb", None, Err(PlanRejection::BandsAfterEqual)),
            ("beb", None, Err(PlanRejection::BandsAfterEqual)),
            // Nobody has joined under a version that was withdrawn.
            ("beb", Some(2), Ok(())),
        ] {
            let mut plan = Plan::new(PlanId::new("sample").expect("a code"));
            let mut last = Ok(());
            for ((split, day), version) in splits.chars().zip(days).zip(1_u32..) {
                let terms = if split == 'b' { banded(version, day) } else { terms(version, day) };
                last = plan.publish(terms, at(plus_days(day, -20)));
                if withdrawn == Some(version) {
                    plan.withdraw(PlanVersion(version), plus_days(day, -1)).expect("withdrawn");
                }
            }
            assert_eq!(last, expected, "{splits}, withdrawn {withdrawn:?}");
        }
    }

    #[test]
    fn a_version_is_withdrawn_only_before_it_is_in_force() {
        let mut plan = plan();
        let second = PlanVersion(2);
        let in_force = PlanRejection::AlreadyInForce { version: second, effective: date(2019, 5, 1) };
        assert_eq!(plan.withdraw(second, date(2019, 5, 1)), Err(in_force));
        assert_eq!(plan.withdraw(second, date(2019, 4, 30)), Ok(()));
        assert_eq!(plan.withdraw(second, date(2019, 4, 30)), Err(PlanRejection::NoSuchVersion(second)));
        assert_eq!(plan.terms_on(date(2019, 6, 1)).map(PlanTerms::version), Some(PlanVersion(1)));
        assert_eq!(plan.state(second, date(2019, 6, 1)), Some(VersionState::Withdrawn));
        assert_eq!(plan.next_version(), PlanVersion(3), "numbers are not used twice");
    }
}
