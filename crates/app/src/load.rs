//! Aggregates from their streams, and plans with their parsed terms from a cache.

use std::sync::Arc;

use huzhu_domain::claim::{Claim, ClaimEvent};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, JuryCaseId, MemberId, ObjectionId};
use huzhu_domain::jury::{Juror, JuryCase};
use huzhu_domain::member::Member;
use huzhu_domain::objection::Objection;
use huzhu_domain::period::Period;
use huzhu_domain::plan::{PeriodKey, Plan, PlanId, PlanTerms, PlanVersion};
use huzhu_domain::second_review::SecondReview;
use huzhu_domain::time::{Day, Moment, day_of};

use crate::App;
use crate::error::AppError;
use crate::matter::MatterRecord;
use crate::person::Person;
use crate::ports::{Actor, Append, Position, Recorded};
use crate::record::{ClaimRecord, EnrolmentRecord, MemberRecord, PeriodRecord, Record};
use crate::transact::digest_bytes;

/// An aggregate with the number of events it was folded from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded<A> {
    /// The state.
    pub(crate) state: A,
    /// Events of its stream so far.
    pub(crate) events: u64,
}

/// A plan with its versions, their texts, and whether it takes new members.
#[derive(Clone, Debug)]
pub struct LoadedPlan {
    /// The versions with their terms.
    pub plan: Plan,
    /// Texts of the plan files by version.
    pub texts: std::collections::BTreeMap<PlanVersion, String>,
    /// SHA-256 of each text: everybody who joins is given it.
    digests: std::collections::BTreeMap<PlanVersion, Digest>,
    /// The plan takes new members, as far as the operator decides.
    pub open: bool,
    /// Events of its stream so far.
    pub events: u64,
}

impl LoadedPlan {
    /// The terms in force at `now`: the day is that of the newest version's time zone, since a plan keeps its zone.
    ///
    /// # Errors
    /// [`AppError::NotFound`] before the first version is in force.
    pub fn terms_at(&self, now: Moment) -> Result<&PlanTerms, AppError> {
        let zone = self.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms.zone();
        self.terms_on(day_of(now, zone))
    }

    /// The terms in force on `day`.
    ///
    /// # Errors
    /// [`AppError::NotFound`] before the first version is in force.
    pub fn terms_on(&self, day: Day) -> Result<&PlanTerms, AppError> {
        self.plan.terms_on(day).ok_or(AppError::NotFound("plan"))
    }

    /// SHA-256 of the text of a version; of nothing when there is no such version.
    pub fn digest(&self, version: PlanVersion) -> Digest {
        self.digests.get(&version).copied().unwrap_or_else(|| digest_bytes(b""))
    }
}

impl App {
    pub(crate) async fn load_member(&self, id: MemberId) -> Result<Loaded<Member>, AppError> {
        let recorded = self.store.stream(&StreamId::Member(id)).await?;
        let mut state = Member::new(id);
        for one in &recorded {
            let Event::Member(event) = &one.event else {
                return Err(foreign(one));
            };
            state.apply(event);
        }
        found("member", &recorded)?;
        Ok(Loaded { state, events: count(&recorded) })
    }

    pub(crate) async fn load_enrolment(&self, id: EnrolmentId) -> Result<Loaded<Enrolment>, AppError> {
        let recorded = self.store.stream(&StreamId::Enrolment(id)).await?;
        let mut state: Option<Enrolment> = None;
        for one in &recorded {
            let Event::Enrolment(event) = &one.event else {
                return Err(foreign(one));
            };
            match (&mut state, event) {
                (None, EnrolmentEvent::Joined(joined)) => state = Some(Enrolment::begin(id, joined.clone())),
                (Some(enrolment), event) => enrolment.apply(event),
                (None, _) => return Err(foreign(one)),
            }
        }
        let state = state.ok_or(AppError::NotFound("enrolment"))?;
        Ok(Loaded { state, events: count(&recorded) })
    }

    pub(crate) async fn load_claim(&self, id: ClaimId) -> Result<Loaded<Claim>, AppError> {
        let recorded = self.store.stream(&StreamId::Claim(id)).await?;
        let mut state: Option<Claim> = None;
        for one in &recorded {
            let Event::Claim(event) = &one.event else {
                return Err(foreign(one));
            };
            match (&mut state, event) {
                (None, ClaimEvent::Drafted(claimed)) => state = Some(Claim::begin(id, claimed.clone())),
                (Some(claim), event) => claim.apply(event),
                (None, _) => return Err(foreign(one)),
            }
        }
        let state = state.ok_or(AppError::NotFound("claim"))?;
        Ok(Loaded { state, events: count(&recorded) })
    }

    /// A period; one that has no events yet is still gathering.
    pub(crate) async fn load_period(
        &self,
        plan: &PlanId,
        key: PeriodKey,
    ) -> Result<Loaded<Period>, AppError> {
        let recorded = self.store.stream(&StreamId::Period(plan.clone(), key)).await?;
        let mut state = Period::new(plan.clone(), key);
        for one in &recorded {
            let Event::Period(event) = &one.event else {
                return Err(foreign(one));
            };
            state.apply(event);
        }
        Ok(Loaded { state, events: count(&recorded) })
    }

    /// A plan with its parsed terms. Parsing costs milliseconds, so the last result is kept until the stream of some plan grows.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such plan; [`AppError::Broken`] when a stored text no longer parses.
    pub async fn load_plan(&self, id: &PlanId) -> Result<Arc<LoadedPlan>, AppError> {
        // The mark is read first: a plan that grows while it is read here is kept under the older mark, and read again.
        let mark = self.store.plans_mark().await?;
        if let Some(cached) = self.cached_plan(id, mark) {
            return Ok(cached);
        }
        let recorded = self.store.stream(&StreamId::Plan(id.clone())).await?;
        found("plan", &recorded)?;
        let loaded = Arc::new(fold_plan(id, &recorded)?);
        self.keep_plan(id, mark, &loaded);
        Ok(loaded)
    }

    /// Personal data of a member.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it was never given or was erased.
    pub(crate) async fn person(&self, id: MemberId) -> Result<Person, AppError> {
        let bytes = self.store.unseal(id, "person").await?.ok_or(AppError::NotFound("person"))?;
        serde_json::from_slice(&bytes).map_err(|e| AppError::Broken(format!("person of {id}: {e}")))
    }
}

/// Folds the stream of a plan.
pub(crate) fn fold_plan(id: &PlanId, recorded: &[Recorded]) -> Result<LoadedPlan, AppError> {
    let mut loaded = LoadedPlan {
        plan: Plan::new(id.clone()),
        texts: std::collections::BTreeMap::new(),
        digests: std::collections::BTreeMap::new(),
        open: true,
        events: count(recorded),
    };
    for one in recorded {
        let Event::Plan(event) = &one.event else {
            return Err(foreign(one));
        };
        match event {
            PlanEvent::Published { version, text, .. } => {
                let terms = huzhu_planfile::check(text, "stored")
                    .map_err(|_| AppError::Broken(format!("version {version} of {id} no longer parses")))?;
                loaded
                    .plan
                    .publish(terms, one.at)
                    .map_err(|e| AppError::Broken(format!("version {version} of {id}: {e}")))?;
                loaded.digests.insert(*version, digest_bytes(text.as_bytes()));
                loaded.texts.insert(*version, text.clone());
            }
            PlanEvent::Withdrawn { version } => {
                let zone = loaded.plan.versions().last().map(|v| v.terms.zone().clone());
                let today = zone
                    .map_or_else(|| one.at.to_zoned(jiff::tz::TimeZone::UTC).date(), |z| day_of(one.at, &z));
                loaded
                    .plan
                    .withdraw(*version, today)
                    .map_err(|e| AppError::Broken(format!("version {version} of {id}: {e}")))?;
            }
            PlanEvent::ClosedToJoining => loaded.open = false,
            PlanEvent::OpenedToJoining => loaded.open = true,
        }
    }
    Ok(loaded)
}

/// Appends to the stream of a member.
pub(crate) fn append_member(
    loaded: &Loaded<Member>,
    events: Vec<huzhu_domain::member::MemberEvent>,
) -> Append {
    let mut after = loaded.state.clone();
    for event in &events {
        after.apply(event);
    }
    Append {
        stream: StreamId::Member(after.id()),
        expected: loaded.events,
        events: events.into_iter().map(Event::Member).collect(),
        record: Record::Member(MemberRecord::of(&after)),
    }
}

/// Appends to the stream of an enrolment.
pub(crate) fn append_enrolment(loaded: &Loaded<Enrolment>, events: Vec<EnrolmentEvent>) -> Append {
    let mut after = loaded.state.clone();
    for event in &events {
        after.apply(event);
    }
    Append {
        stream: StreamId::Enrolment(after.id()),
        expected: loaded.events,
        events: events.into_iter().map(Event::Enrolment).collect(),
        record: Record::Enrolment(EnrolmentRecord::of(&after)),
    }
}

/// Appends to the stream of a claim.
pub(crate) fn append_claim(loaded: &Loaded<Claim>, events: Vec<ClaimEvent>) -> Append {
    let mut after = loaded.state.clone();
    for event in &events {
        after.apply(event);
    }
    Append {
        stream: StreamId::Claim(after.id()),
        expected: loaded.events,
        events: events.into_iter().map(Event::Claim).collect(),
        record: Record::Claim(ClaimRecord::of(&after)),
    }
}

/// Appends to the stream of a period.
///
/// # Panics
/// When the events leave the period without a notice: the first one always opens it.
pub(crate) fn append_period(
    loaded: &Loaded<Period>,
    events: Vec<huzhu_domain::period::PeriodEvent>,
) -> Append {
    let mut after = loaded.state.clone();
    for event in &events {
        after.apply(event);
    }
    let record = PeriodRecord::of(&after).expect("the first event of a period opens its notice");
    Append {
        stream: StreamId::Period(after.plan().clone(), after.key()),
        expected: loaded.events,
        events: events.into_iter().map(Event::Period).collect(),
        record: Record::Period(Box::new(record)),
    }
}

/// Loads one of the aggregates that share a row, see [`crate::matter`]. A new function beside it is the usual way to get
/// at one of them, by its own type.
macro_rules! load_begun {
    ($(#[$doc:meta])* $name:ident, $id:ty, $state:ty, $stream:expr, $event:ident, $word:literal) => {
        impl App {
            $(#[$doc])*
            pub(crate) async fn $name(&self, id: $id) -> Result<Loaded<$state>, AppError> {
                let recorded = self.store.stream(&$stream(id)).await?;
                let mut state: Option<$state> = None;
                for one in &recorded {
                    let Event::$event(event) = &one.event else { return Err(foreign(one)) };
                    match &mut state {
                        None => state = <$state>::begin(id, event),
                        Some(state) => state.apply(event),
                    }
                }
                let state = state.ok_or(AppError::NotFound($word))?;
                Ok(Loaded { state, events: count(&recorded) })
            }
        }
    };
}

load_begun!(/// An objection.
    load_objection, ObjectionId, Objection, StreamId::Objection, Objection, "objection");
load_begun!(/// A jury case.
    load_jury_case, JuryCaseId, JuryCase, StreamId::JuryCase, JuryCase, "jury-case");
load_begun!(/// The second review of a claim.
    load_second_review, ClaimId, SecondReview, StreamId::SecondReview, SecondReview, "second-review");

impl App {
    /// A juror of a plan; somebody who never tried has no events.
    pub(crate) async fn load_juror(
        &self,
        plan: &PlanId,
        member: MemberId,
    ) -> Result<Loaded<Juror>, AppError> {
        let recorded = self.store.stream(&StreamId::Juror(plan.clone(), member)).await?;
        let mut state = Juror::new(plan.clone(), member);
        for one in &recorded {
            let Event::Juror(event) = &one.event else { return Err(foreign(one)) };
            state.apply(event);
        }
        Ok(Loaded { state, events: count(&recorded) })
    }
}

/// The row that the events of a stream lead to, of the streams that [`crate::matter::MatterKind::of`] knows.
///
/// # Errors
/// Says what is wrong when the events are no history of such a stream.
pub(crate) fn replay_matter(stream: &StreamId, events: &[Recorded]) -> Result<MatterRecord, String> {
    /// Folds events of one kind.
    macro_rules! folded {
        ($event:ident, $begin:expr, $row:expr) => {{
            let mut state = None;
            for recorded in events {
                let Event::$event(event) = &recorded.event else {
                    return Err(crate::audit::foreign(&recorded.event));
                };
                match &mut state {
                    None => state = Some($begin(event).ok_or("it does not begin with its first event")?),
                    Some(state) => state.apply(event),
                }
            }
            $row(&state.ok_or("it is empty")?)
        }};
    }
    Ok(match stream {
        StreamId::Objection(id) => {
            folded!(Objection, |event| Objection::begin(*id, event), MatterRecord::of_objection)
        }
        StreamId::JuryCase(id) => {
            folded!(JuryCase, |event| JuryCase::begin(*id, event), MatterRecord::of_jury_case)
        }
        StreamId::SecondReview(id) => {
            folded!(SecondReview, |event| SecondReview::begin(*id, event), MatterRecord::of_second_review)
        }
        StreamId::Juror(plan, member) => {
            let mut juror = Juror::new(plan.clone(), *member);
            for recorded in events {
                let Event::Juror(event) = &recorded.event else {
                    return Err(crate::audit::foreign(&recorded.event));
                };
                juror.apply(event);
            }
            MatterRecord::of_juror(&juror)
        }
        StreamId::Ballot(id) => match events {
            [Recorded { event: Event::Ballot(event), .. }] => MatterRecord::of_ballot(*id, event),
            _ => return Err("a ballot is cast once".to_owned()),
        },
        StreamId::Member(_)
        | StreamId::Plan(_)
        | StreamId::Enrolment(_)
        | StreamId::Claim(_)
        | StreamId::Period(..) => return Err("it has a row of its own".to_owned()),
    })
}

/// Appends to a stream that shares a row; `before` are its events so far, oldest first.
///
/// # Panics
/// When the events do not follow on those before, which the verb that made them excludes.
pub(crate) fn append_matter(
    stream: StreamId,
    before: Vec<Recorded>,
    events: Vec<Event>,
    at: Moment,
) -> Append {
    let expected = count(&before);
    let mut all = before;
    for event in &events {
        all.push(Recorded {
            position: Position(0),
            stream: stream.clone(),
            number: count(&all).saturating_add(1),
            at,
            actor: Actor::System,
            event: event.clone(),
        });
    }
    let record = replay_matter(&stream, &all).expect("a verb's event follows on the ones before");
    Append { stream, expected, events, record: Record::Matter(record) }
}

fn count(recorded: &[Recorded]) -> u64 {
    recorded.last().map_or(0, |one| one.number)
}

fn found(what: &'static str, recorded: &[Recorded]) -> Result<(), AppError> {
    if recorded.is_empty() { Err(AppError::NotFound(what)) } else { Ok(()) }
}

fn foreign(one: &Recorded) -> AppError {
    AppError::Broken(format!("stream {} holds a foreign event at {}", one.stream, one.number))
}
