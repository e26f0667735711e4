//! Checks a whole store against itself: replay equals rows, cohorts and balances equal what they are made of.
//!
//! Shape: [`check`] walks over all events once and replays each stream when it meets its first event; sums are compared
//! at the end. `huzhu doctor`, the kill tests and the simulator call it on any [`Store`].
//!
//! Guarantees: memory grows with plans and cohorts, never with members. Reads only.
//!
//! Limits: units that are committed while it walks can look like findings; run it on a store at rest. It cannot see
//! bytes below the port: engines have their own checks for those.

use std::collections::BTreeMap;

use huzhu_domain::claim::{Claim, ClaimEvent};
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::member::Member;
use huzhu_domain::period::Period;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::Balances;

use crate::ports::{EnrolmentQuery, Page, Position, Recorded, Store, StoreError};
use crate::record::{
    ClaimRecord, CohortDays, EnrolmentRecord, MemberRecord, PeriodRecord, PlanRecord, PlanVersionRecord,
    Record,
};

/// Events or rows read at once: bounds memory, large enough that calls do not matter.
const CHUNK: u32 = 1_000;

/// Something that must not be in a sound store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A position is missing or out of order.
    #[error("after position {after} comes {found}")]
    PositionGap {
        /// The position before.
        after: u64,
        /// The one that follows.
        found: u64,
    },
    /// Events of a stream are not numbered from 1 without gaps, or belong to another kind of stream.
    #[error("the events of {stream} are not a history: {why}")]
    BrokenStream {
        /// The stream.
        stream: String,
        /// What is wrong.
        why: String,
    },
    /// Streams and positions do not hold the same events.
    #[error("there are {positions} positions, but {events} events in streams that begin")]
    LostEvents {
        /// Events found by position.
        positions: u64,
        /// Events found by stream.
        events: u64,
    },
    /// The row of a stream differs from its replay, or is missing.
    #[error("the row of {stream} differs from its replay")]
    RowDiffers {
        /// The stream.
        stream: String,
    },
    /// Lists hold another number of rows than there are streams.
    #[error("plan {plan} lists {listed} enrolments, {replayed} were replayed")]
    RowsDiffer {
        /// The plan.
        plan: PlanId,
        /// Rows in the list of the plan.
        listed: u64,
        /// Streams of the plan.
        replayed: u64,
    },
    /// A cohort row does not count the enrolments it should.
    #[error("plan {plan}, cohort {days:?}: the row says {kept}, enrolments say {counted}")]
    CohortDiffers {
        /// The plan.
        plan: PlanId,
        /// Which row.
        days: CohortDays,
        /// What the row says.
        kept: u64,
        /// What the enrolments say.
        counted: u64,
    },
    /// Balances are not the sum of the entries.
    #[error("the balances of plan {plan} are not the sum of its entries")]
    BalancesDiffer {
        /// The plan.
        plan: PlanId,
    },
    /// The books of a plan are unsound.
    #[error("books of plan {plan}: {finding}")]
    Books {
        /// The plan.
        plan: PlanId,
        /// What is wrong.
        finding: huzhu_ledger::balances::Finding,
    },
    /// Something could not be read at all.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// The engine below found its file damaged.
    #[error("the engine says: {0}")]
    Engine(String),
}

/// Checks a store at rest. `progress` is told how many events were looked at, after each chunk.
///
/// # Errors
/// When the store does not answer. What it holds and should not is a [`Finding`], not an error.
pub async fn check(
    store: &dyn Store,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Vec<Finding>, StoreError> {
    let mut audit = Audit::new(store);
    match audit.run(progress).await {
        Err(StoreError::Broken(why)) => audit.findings.push(Finding::Unreadable(why)),
        other => other?,
    }
    Ok(audit.findings)
}

/// The row that a stream's events lead to.
///
/// # Errors
/// Says what is wrong when the events are no history of such a stream.
pub fn replay(stream: &StreamId, events: &[Recorded]) -> Result<Record, String> {
    let record = match stream {
        StreamId::Member(id) => {
            let mut member = Member::new(*id);
            for recorded in events {
                match &recorded.event {
                    Event::Member(event) => member.apply(event),
                    other => return Err(foreign(other)),
                }
            }
            Record::Member(MemberRecord::of(&member))
        }
        StreamId::Plan(id) => Record::Plan(replay_plan(id, events)?),
        StreamId::Enrolment(id) => {
            let mut enrolment = match events.first().map(|e| &e.event) {
                Some(Event::Enrolment(EnrolmentEvent::Joined(joined))) => {
                    Enrolment::begin(*id, joined.clone())
                }
                _ => return Err("it does not begin with joining".to_owned()),
            };
            for recorded in events {
                match &recorded.event {
                    Event::Enrolment(event) => enrolment.apply(event),
                    other => return Err(foreign(other)),
                }
            }
            Record::Enrolment(EnrolmentRecord::of(&enrolment))
        }
        StreamId::Claim(id) => {
            let mut claim = match events.first().map(|e| &e.event) {
                Some(Event::Claim(ClaimEvent::Drafted(claimed))) => Claim::begin(*id, claimed.clone()),
                _ => return Err("it does not begin with a draft".to_owned()),
            };
            for recorded in events {
                match &recorded.event {
                    Event::Claim(event) => claim.apply(event),
                    other => return Err(foreign(other)),
                }
            }
            Record::Claim(ClaimRecord::of(&claim))
        }
        StreamId::Period(plan, key) => {
            let mut period = Period::new(plan.clone(), *key);
            for recorded in events {
                match &recorded.event {
                    Event::Period(event) => period.apply(event),
                    other => return Err(foreign(other)),
                }
            }
            let record = PeriodRecord::of(&period).ok_or("notice never began")?;
            Record::Period(Box::new(record))
        }
        StreamId::Objection(_)
        | StreamId::JuryCase(_)
        | StreamId::Juror(..)
        | StreamId::Ballot(_)
        | StreamId::SecondReview(_) => Record::Matter(crate::load::replay_matter(stream, events)?),
    };
    Ok(record)
}

pub(crate) fn foreign(event: &Event) -> String {
    format!("{} stands in it", crate::codec::kind(event))
}

fn replay_plan(id: &PlanId, events: &[Recorded]) -> Result<PlanRecord, String> {
    let mut record = PlanRecord { id: id.clone(), events: 0, open: true, versions: Vec::new() };
    for recorded in events {
        let Event::Plan(event) = &recorded.event else {
            return Err(foreign(&recorded.event));
        };
        record.apply(event, recorded.at);
    }
    Ok(record)
}

impl PlanRecord {
    /// The row after one more event, which happened at `at`: the only code that changes a plan's row.
    pub fn apply(&mut self, event: &PlanEvent, at: huzhu_domain::time::Moment) {
        self.events = self.events.saturating_add(1);
        match event {
            PlanEvent::Published { version, digest, effective, text: _ } => {
                self.versions.push(PlanVersionRecord {
                    version: *version,
                    published: at,
                    effective: *effective,
                    withdrawn: false,
                    digest: *digest,
                });
            }
            PlanEvent::Withdrawn { version } => {
                for row in &mut self.versions {
                    row.withdrawn |= row.version == *version;
                }
            }
            PlanEvent::ClosedToJoining => self.open = false,
            PlanEvent::OpenedToJoining => self.open = true,
        }
    }
}

/// What was learnt so far.
struct Audit<'a> {
    store: &'a dyn Store,
    findings: Vec<Finding>,
    /// Events seen by position and by stream.
    positions: u64,
    in_streams: u64,
    /// What enrolments say, by plan.
    enrolments: BTreeMap<PlanId, u64>,
    cohorts: BTreeMap<PlanId, BTreeMap<CohortDays, u64>>,
}

impl<'a> Audit<'a> {
    const fn new(store: &'a dyn Store) -> Self {
        Self {
            store,
            findings: Vec::new(),
            positions: 0,
            in_streams: 0,
            enrolments: BTreeMap::new(),
            cohorts: BTreeMap::new(),
        }
    }

    async fn run(&mut self, progress: &mut (dyn FnMut(u64) + Send)) -> Result<(), StoreError> {
        let mut last = Position(0);
        loop {
            let chunk = self.store.events(last, CHUNK).await?;
            for recorded in &chunk {
                if recorded.position.0 != last.0.saturating_add(1) {
                    self.findings.push(Finding::PositionGap { after: last.0, found: recorded.position.0 });
                }
                last = recorded.position;
                self.positions = self.positions.saturating_add(1);
                if recorded.number == 1 {
                    self.look_at_stream(&recorded.stream).await?;
                }
            }
            progress(self.positions);
            if chunk.is_empty() {
                break;
            }
        }
        if self.positions != self.in_streams {
            self.findings.push(Finding::LostEvents { positions: self.positions, events: self.in_streams });
        }
        let mut plans: Vec<PlanId> = self.store.plans().await?.into_iter().map(|plan| plan.id).collect();
        plans.extend(self.enrolments.keys().cloned());
        plans.sort();
        plans.dedup();
        for plan in plans {
            self.look_at_cohorts(&plan).await?;
            self.look_at_books(&plan).await?;
        }
        Ok(())
    }

    async fn look_at_stream(&mut self, stream: &StreamId) -> Result<(), StoreError> {
        let events = self.store.stream(stream).await?;
        let length = u64::try_from(events.len()).unwrap_or(u64::MAX);
        self.in_streams = self.in_streams.saturating_add(length);
        let numbered = events.iter().zip(1_u64..).all(|(event, n)| event.number == n);
        let replayed = if numbered { replay(stream, &events) } else { Err("numbers are missing".to_owned()) };
        let replayed = match replayed {
            Ok(record) => record,
            Err(why) => {
                let stream = stream.to_string();
                self.findings.push(Finding::BrokenStream { stream, why });
                return Ok(());
            }
        };
        if let Record::Enrolment(row) = &replayed {
            let streams = self.enrolments.entry(row.plan.clone()).or_default();
            *streams = streams.saturating_add(1);
            let cohorts = self.cohorts.entry(row.plan.clone()).or_default();
            let count = cohorts.entry(row.cohort()).or_default();
            *count = count.saturating_add(1);
        }
        if self.row(stream).await?.as_ref() != Some(&replayed) {
            let stream = stream.to_string();
            self.findings.push(Finding::RowDiffers { stream });
        }
        Ok(())
    }

    async fn row(&self, stream: &StreamId) -> Result<Option<Record>, StoreError> {
        Ok(match stream {
            StreamId::Member(id) => self.store.member(*id).await?.map(Record::Member),
            StreamId::Plan(id) => self.store.plan(id).await?.map(Record::Plan),
            StreamId::Enrolment(id) => self.store.enrolment(*id).await?.map(Record::Enrolment),
            StreamId::Claim(id) => self.store.claim(*id).await?.map(Record::Claim),
            StreamId::Period(plan, key) => {
                let periods = self.store.periods(plan).await?;
                let row = periods.into_iter().find(|period| period.key == *key);
                row.map(|row| Record::Period(Box::new(row)))
            }
            StreamId::Objection(_)
            | StreamId::JuryCase(_)
            | StreamId::Juror(..)
            | StreamId::Ballot(_)
            | StreamId::SecondReview(_) => self.store.matter(stream).await?.map(Record::Matter),
        })
    }

    async fn look_at_cohorts(&mut self, plan: &PlanId) -> Result<(), StoreError> {
        let kept: BTreeMap<CohortDays, u64> =
            self.store.cohorts(plan).await?.into_iter().map(|row| (row.days, row.count)).collect();
        let counted = self.cohorts.remove(plan).unwrap_or_default();
        let mut all: Vec<&CohortDays> = kept.keys().chain(counted.keys()).collect();
        all.sort();
        all.dedup();
        for days in all {
            let (kept, counted) =
                (kept.get(days).copied().unwrap_or(0), counted.get(days).copied().unwrap_or(0));
            if kept != counted {
                self.findings.push(Finding::CohortDiffers { plan: plan.clone(), days: *days, kept, counted });
            }
        }
        let listed = self.listed(plan).await?;
        let replayed = self.enrolments.get(plan).copied().unwrap_or(0);
        if listed != replayed {
            self.findings.push(Finding::RowsDiffer { plan: plan.clone(), listed, replayed });
        }
        Ok(())
    }

    async fn listed(&self, plan: &PlanId) -> Result<u64, StoreError> {
        let query = EnrolmentQuery::ByPlan(plan.clone());
        let mut page = Page::first(CHUNK);
        let mut listed = 0_u64;
        loop {
            let rows = self.store.enrolments(&query, &page).await?;
            listed = listed.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            match rows.last() {
                Some(last) => page.after = Some(last.id.to_string()),
                None => return Ok(listed),
            }
        }
    }

    async fn look_at_books(&mut self, plan: &PlanId) -> Result<(), StoreError> {
        let kept = self.store.balances(plan).await?;
        let mut folded = Balances::new(kept.currency());
        let mut page = Page::first(CHUNK);
        let mut read = 0_u64;
        loop {
            let entries = self.store.entries(plan, &page).await?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                if let Err(why) = folded.apply(entry) {
                    self.findings.push(Finding::Unreadable(why.to_string()));
                }
            }
            read = read.saturating_add(u64::try_from(entries.len()).unwrap_or(u64::MAX));
            page.after = Some(read.to_string());
        }
        if folded != kept {
            self.findings.push(Finding::BalancesDiffer { plan: plan.clone() });
        }
        self.findings
            .extend(kept.audit().into_iter().map(|finding| Finding::Books { plan: plan.clone(), finding }));
        Ok(())
    }
}
