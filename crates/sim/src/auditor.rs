//! The auditor of a simulation: its own, simpler idea of the truth, kept member by member, and compared with the store.
//!
//! Shape: [`Auditor::absorb`] is told every unit that was really kept and works out what should follow from it; `claims` knows
//! who may decide what and how much aid is right, `money` shares each period member by member and keeps the books, `mail`
//! counts messages, `whole` compares everything with the store. What differs is a finding, in words.
//!
//! Guarantees: rules come from [`Sheet`], never from the terms that the app parsed; sums are made again from members each
//! time; nothing here is shared with the cohort arithmetic.
//!
//! Limits: knows one plan. Reads are compared as a whole now and then, balances after each step.

mod claims;
mod disputes;
mod juries;
mod mail;
mod money;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use huzhu_app::ports::Actor;
use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent, Joined};
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::id::{BallotId, ClaimId, EnrolmentId, JuryCaseId, MemberId, ObjectionId};
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::{Day, Moment, day_of, plus_days};
use huzhu_ledger::Account;

use crate::simulation::deed::Deed;
use crate::simulation::probe::Kept;
use crate::simulation::sheet::Sheet;

/// Something that is not as it should be, in words.
pub(crate) type Finding = String;

/// Says what is wrong unless `fine`.
pub(super) fn ensure(fine: bool, why: impl FnOnce() -> String) -> Result<(), Finding> {
    if fine { Ok(()) } else { Err(why()) }
}

/// One enrolment as the auditor keeps it.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) member: MemberId,
    pub(super) payer: MemberId,
    pub(super) identity: Digest,
    pub(super) birth: Day,
    pub(super) class: i16,
    pub(super) joined: Day,
    pub(super) covered_from: Day,
    pub(super) over_age: Option<Day>,
    pub(super) from: Day,
    pub(super) until: Option<(Day, EndReason)>,
    pub(super) gives_back: bool,
    /// Unpaid shares with the last day of their retries.
    pub(super) arrears: BTreeMap<PeriodKey, (u128, Day)>,
    /// Every share charged, with the year of its sharing day.
    pub(super) shares: BTreeMap<PeriodKey, (i16, u128)>,
}

impl Person {
    pub(super) fn counted(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|(until, _)| day < until)
    }

    pub(super) fn owed(&self) -> u128 {
        self.arrears.values().map(|(amount, _)| *amount).sum()
    }

    pub(super) fn charged_in(&self, year: i16) -> u128 {
        let of_year = self.shares.values().filter(|(of, _)| *of == year);
        of_year.map(|(_, share)| *share).sum()
    }
}

/// What of one unit belongs together.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) fell: Vec<(EnrolmentId, PeriodKey, u128)>,
    pub(super) settled_arrears: Vec<(EnrolmentId, PeriodKey, u128)>,
    pub(super) given_up: BTreeMap<(EnrolmentId, PeriodKey), u128>,
    pub(super) payable: BTreeMap<ClaimId, u128>,
    pub(super) refused: Option<ClaimId>,
    pub(super) ended: Vec<(EnrolmentId, EndReason)>,
}

impl Gathered {
    fn note(&mut self, id: ClaimId, event: &ClaimEvent) {
        match event {
            ClaimEvent::Refused { .. } => self.refused = Some(id),
            ClaimEvent::BecamePayable { aid, .. } => {
                self.payable.insert(id, aid.wide());
            }
            _ => {}
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Auditor {
    /// Birth dates, as the driver invented them.
    pub(super) births: BTreeMap<MemberId, Day>,
    /// Plan files that the driver wrote.
    pub(super) proposed: Vec<(String, Sheet)>,
    /// Versions that were published, with whether they were withdrawn.
    pub(super) versions: Vec<(Sheet, bool)>,
    pub(super) people: BTreeMap<EnrolmentId, Person>,
    pub(super) claims: BTreeMap<ClaimId, claims::Case>,
    pub(super) periods: BTreeMap<PeriodKey, money::Round>,
    /// What should stand on each account: debits count up, credits down.
    pub(super) books: BTreeMap<Account, i128>,
    pub(super) sponsored: u128,
    /// What the settlement granted to each claim, after caps.
    pub(super) granted: BTreeMap<ClaimId, u128>,
    pub(super) pay_ins: BTreeSet<u128>,
    pub(super) position: u64,
    pub(super) streams: BTreeMap<StreamId, u64>,
    pub(super) answers: BTreeSet<(Actor, String)>,
    pub(super) message_ids: BTreeSet<uuid::Uuid>,
    /// Who was called to which jury by a message, and whether a reminder followed.
    pub(super) called: BTreeMap<(StreamId, MemberId), bool>,
    pub(super) seen: BTreeMap<&'static str, u64>,
    /// The time of the step that is looked at: the unit of a ballot has only its minute.
    pub(crate) now: Moment,
    /// Objectors, and whether their objection is open.
    pub(super) objections: BTreeMap<ObjectionId, (MemberId, bool)>,
    /// When objections of somebody were found abusive.
    pub(super) abuses: BTreeMap<MemberId, Vec<Moment>>,
    pub(super) jurors: BTreeMap<MemberId, juries::Learned>,
    pub(super) panels: BTreeMap<JuryCaseId, juries::Panel>,
    pub(super) ballot_ids: BTreeSet<BallotId>,
}

impl Auditor {
    /// Notes the birth date of somebody before they appear.
    pub(crate) fn introduce(&mut self, member: MemberId, birth: Day) {
        self.births.insert(member, birth);
    }

    /// Notes a plan file before it is published.
    pub(crate) fn propose(&mut self, text: String, sheet: Sheet) {
        self.proposed.push((text, sheet));
    }

    /// How often things were seen.
    pub(crate) const fn seen(&self) -> &BTreeMap<&'static str, u64> {
        &self.seen
    }

    /// Counts something.
    pub(crate) fn count(&mut self, word: &'static str) {
        *self.seen.entry(word).or_default() += 1;
    }

    pub(super) fn count_if(&mut self, happened: bool, word: &'static str) {
        if happened {
            self.count(word);
        }
    }

    /// The sheet in force on a day.
    pub(crate) fn sheet_on(&self, day: Day) -> Option<&Sheet> {
        let standing = self.versions.iter().rev().filter(|(_, withdrawn)| !withdrawn);
        standing.map(|(sheet, _)| sheet).find(|sheet| sheet.effective <= day)
    }

    /// The newest sheet published, withdrawn or not.
    pub(crate) fn newest_sheet(&self) -> Option<&Sheet> {
        self.versions.last().map(|(sheet, _)| sheet)
    }

    pub(super) fn today(&self, at: Moment) -> Day {
        let zone = self.versions.last().map_or("UTC", |(sheet, _)| sheet.zone);
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        day_of(at, &zone)
    }

    /// Takes in a unit that was kept. `together`: others were acting at the same time.
    pub(crate) fn absorb(&mut self, kept: &Kept, deed: &Deed, together: bool) -> Result<(), Finding> {
        let unit = &kept.unit;
        let events: usize = unit.appends.iter().map(|append| append.events.len()).sum();
        self.position += u64::try_from(events).unwrap_or(u64::MAX);
        ensure(events == 0 || kept.position.0 == self.position, || {
            format!("the last event stands at {:?}, not at {}", kept.position, self.position)
        })?;
        if let Some(answer) = &unit.answer {
            let fresh = self.answers.insert((answer.actor, answer.key.clone()));
            ensure(fresh, || format!("the key {} was answered twice", answer.key))?;
        }
        self.check_mail(unit)?;
        self.no_plain_votes(unit)?;
        let (mut gathered, mut rounds) = (Gathered::default(), Vec::new());
        for append in &unit.appends {
            let before = self.streams.entry(append.stream.clone()).or_default();
            ensure(*before == append.expected, || format!("{} grew from elsewhere", append.stream))?;
            *before += u64::try_from(append.events.len()).unwrap_or(u64::MAX);
            for event in &append.events {
                match (&append.stream, event) {
                    (StreamId::Enrolment(id), Event::Enrolment(event)) => {
                        self.enrolment_event(*id, event, unit.at, &mut gathered)?;
                    }
                    (StreamId::Claim(id), Event::Claim(event)) => {
                        gathered.note(*id, event);
                        self.claim_event(*id, event, unit, deed)?;
                    }
                    (StreamId::Period(_, key), Event::Period(event)) => rounds.push((*key, event.clone())),
                    (StreamId::Plan(_), Event::Plan(event)) => self.plan_event(event)?,
                    (StreamId::Objection(id), Event::Objection(event)) => self.objection_event(*id, event)?,
                    (StreamId::JuryCase(id), Event::JuryCase(event)) => self.jury_event(*id, event, unit)?,
                    (StreamId::Juror(_, who), Event::Juror(event)) => {
                        self.juror_event(*who, event, unit.at, deed)?;
                    }
                    (StreamId::Ballot(id), Event::Ballot(_)) => self.ballot_kept(*id, unit, deed)?,
                    (StreamId::SecondReview(_), Event::SecondReview(_)) => self.count("second reviews"),
                    (StreamId::Member(_), Event::Member(_)) => {}
                    (stream, _) => return Err(format!("{stream} holds a foreign event")),
                }
            }
        }
        for (key, event) in rounds {
            match event {
                PeriodEvent::NoticeOpened(noticed) => self.notice_opened(key, &noticed, unit.at)?,
                PeriodEvent::Settled(statement) => self.settled(key, &statement, together)?,
                PeriodEvent::Collected(collection) => self.collected(key, &collection, &mut gathered)?,
                PeriodEvent::Closed => self.closed(key)?,
            }
        }
        self.move_arrears(&gathered, deed)?;
        self.refund(&mut gathered)?;
        ensure(gathered.given_up.is_empty(), || format!("shares were given up: {:?}", gathered.given_up))?;
        self.paid_in(unit, deed);
        Ok(())
    }

    fn plan_event(&mut self, event: &PlanEvent) -> Result<(), Finding> {
        match event {
            PlanEvent::Published { text, version, .. } => {
                let known = self.proposed.iter().find(|(written, _)| written == text);
                let (_, sheet) = known.ok_or("a plan file was published that nobody wrote")?;
                ensure(sheet.version == version.0, || format!("version {version} is another one"))?;
                self.versions.push((sheet.clone(), false));
                self.count_if(version.0 > 1, "versions published");
            }
            PlanEvent::Withdrawn { version } => {
                let found = self.versions.iter_mut().find(|(sheet, _)| sheet.version == version.0);
                found.ok_or("a version was withdrawn that was never published")?.1 = true;
                self.count("versions withdrawn");
            }
            PlanEvent::ClosedToJoining | PlanEvent::OpenedToJoining => {
                self.count("opened or closed to joining");
            }
        }
        Ok(())
    }

    fn enrolment_event(
        &mut self,
        id: EnrolmentId,
        event: &EnrolmentEvent,
        at: Moment,
        gathered: &mut Gathered,
    ) -> Result<(), Finding> {
        let today = self.today(at);
        if let EnrolmentEvent::Joined(joined) = event {
            return self.joined(id, joined, today);
        }
        let person = self.people.get_mut(&id).ok_or_else(|| format!("nobody joined as {id}"))?;
        match event {
            EnrolmentEvent::Joined(_) => {}
            EnrolmentEvent::FellIntoArrears { period, amount, retry_until } => {
                gathered.fell.push((id, *period, amount.wide()));
                let before = person.arrears.insert(*period, (amount.wide(), *retry_until));
                ensure(before.is_none(), || format!("{id} fell into arrears twice for {period}"))?;
            }
            EnrolmentEvent::ArrearsPaid { period } => {
                let owed = person.arrears.remove(period);
                let (amount, _) = owed.ok_or_else(|| format!("{id} paid {period} without owing it"))?;
                gathered.settled_arrears.push((id, *period, amount));
            }
            EnrolmentEvent::ArrearsGivenUp { period } => {
                let owed = person.arrears.remove(period);
                let (amount, _) = owed.ok_or_else(|| format!("{id} is given {period} without owing it"))?;
                gathered.given_up.insert((id, *period), amount);
            }
            EnrolmentEvent::PayerChanged { payer, .. } => person.payer = *payer,
            EnrolmentEvent::Ended { until, reason, gives_back } => {
                ensure(person.until.is_none(), || format!("{id} ended twice"))?;
                ensure(*until >= today, || format!("{id} ended in the past, on {until}"))?;
                person.until = Some((*until, *reason));
                person.gives_back = *gives_back;
                gathered.ended.push((id, *reason));
                self.count(match reason {
                    EndReason::Left => "members left",
                    EndReason::AgeReached => "members over age",
                    EndReason::AidReceived => "members ended after aid",
                    EndReason::Unpaid => "members lapsed",
                    EndReason::Ineligible => "members found ineligible",
                    EndReason::IllnessInWait => "members ended for illness in the wait",
                });
            }
        }
        Ok(())
    }

    fn joined(&mut self, id: EnrolmentId, joined: &Joined, today: Day) -> Result<(), Finding> {
        let birth = self.births.get(&joined.member).copied();
        let birth = birth.ok_or_else(|| format!("{} joined and was never invented", joined.member))?;
        let sheet = self.sheet_on(today).ok_or("somebody joined before the plan began")?;
        ensure(sheet.version == joined.version.0, || format!("{id} joined a version not in force"))?;
        ensure(joined.joined == today, || format!("{id} joined on {}, today is {today}", joined.joined))?;
        let dependant = joined.payer != joined.member;
        let from = if dependant && sheet.dependants_free { Day::MAX } else { sheet.shares_from(today) };
        let covered_from = plus_days(today, sheet.wait_days + 1);
        ensure(joined.shares_from == from, || {
            format!("{id} shares from {}, not {from}", joined.shares_from)
        })?;
        ensure(joined.covered_from == covered_from, || {
            format!("{id} is covered from {}", joined.covered_from)
        })?;
        let over_age = sheet.end_at_age.map(|age| birthday(birth, birth.year() + age));
        ensure(joined.over_age_from == over_age, || {
            format!("{id} is over age from {:?}", joined.over_age_from)
        })?;
        let live = |other: &&Person| other.until.is_none();
        let twice = self.people.values().filter(live).any(|other| other.identity == joined.identity);
        ensure(!twice, || format!("{} is enrolled twice", joined.member))?;
        let before = self.people.values().any(|other| other.identity == joined.identity);
        self.count("members joined");
        self.count_if(before, "members rejoined");
        self.count_if(dependant, "dependants joined");
        let person = Person {
            member: joined.member,
            payer: joined.payer,
            identity: joined.identity,
            birth,
            class: joined.band_class,
            joined: today,
            covered_from,
            over_age,
            from,
            until: None,
            gives_back: false,
            arrears: BTreeMap::new(),
            shares: BTreeMap::new(),
        };
        let taken = self.people.insert(id, person).is_some();
        ensure(!taken, || format!("{id} joined twice"))
    }
}

/// The birthday in a year; of somebody born on 29 February the first of March in common years.
pub(super) fn birthday(birth: Day, year: i16) -> Day {
    let day = Day::new(year, birth.month(), birth.day());
    day.or_else(|_| Day::new(year, 3, 1)).unwrap_or(birth)
}
