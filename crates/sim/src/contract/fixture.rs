//! Units for tests: small numbers in, whole units out. Rows are computed by replay, as use cases do.

use huzhu_app::audit;
use huzhu_app::ports::{Actor, Answer, Append, Position, Recorded, Sealed, Store, StoreError, Unit};
use huzhu_app::record::{CohortDays, CohortMove, Message, Record};
use huzhu_domain::claim::{ClaimEvent, Claimed, Illness};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{EnrolmentEvent, Joined};
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, MemberId};
use huzhu_domain::member::MemberEvent;
use huzhu_domain::plan::{PlanId, PlanVersion, Severity};
use huzhu_domain::time::{Day, Moment, plus_days};
use huzhu_ledger::{Account, Amount, Currency, EntryId, JournalEntry, Line};

/// A UUID with `n` in it; sorts like `n`.
#[must_use]
pub const fn uuid(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n as u128)
}

/// Member `n`.
#[must_use]
pub const fn member(n: u64) -> MemberId {
    MemberId::from_uuid(uuid(n))
}

/// Enrolment `n`.
#[must_use]
pub const fn enrolment(n: u64) -> EnrolmentId {
    EnrolmentId::from_uuid(uuid(n))
}

/// Claim `n`.
#[must_use]
pub const fn claim(n: u64) -> ClaimId {
    ClaimId::from_uuid(uuid(n))
}

/// The plan of most tests.
#[must_use]
pub fn plan() -> PlanId {
    plan_named("mutual-aid")
}

/// A plan by name.
#[must_use]
pub fn plan_named(name: &str) -> PlanId {
    PlanId::new(name).expect("a plan id")
}

/// A digest with `n` in it.
#[must_use]
pub fn digest(n: u64) -> Digest {
    let mut bytes = [0; 32];
    if let Some(last) = bytes.last_chunk_mut::<8>() {
        *last = n.to_be_bytes();
    }
    Digest::from_bytes(bytes)
}

/// A moment of 2019, `n` seconds in, with a fraction of nine digits.
#[must_use]
pub fn at(n: u64) -> Moment {
    let seconds = 1_546_300_800_i64.saturating_add(i64::try_from(n).unwrap_or(i64::MAX));
    Moment::new(seconds, 123_456_789).expect("a moment")
}

/// A day of 2019, `n` days in.
#[must_use]
pub fn day(n: i64) -> Day {
    plus_days(jiff::civil::date(2019, 1, 1), n)
}

/// An amount in minor units.
#[must_use]
pub const fn minor(n: u64) -> Amount {
    Amount::from_minor(n)
}

/// The stream of member `n`.
#[must_use]
pub const fn member_stream(n: u64) -> StreamId {
    StreamId::Member(member(n))
}

/// The stream of enrolment `n`.
#[must_use]
pub const fn enrolment_stream(n: u64) -> StreamId {
    StreamId::Enrolment(enrolment(n))
}

/// The stream of claim `n`.
#[must_use]
pub const fn claim_stream(n: u64) -> StreamId {
    StreamId::Claim(claim(n))
}

/// What happens when member `n` registers; the address is `n` too.
#[must_use]
pub fn registered(n: u64) -> Event {
    Event::Member(MemberEvent::Registered { contact: Some(digest(n)) })
}

/// What member `n` agrees to when joining `plan` on `day(n % 30)`.
#[must_use]
pub fn agreed(n: u64, plan: &PlanId) -> Joined {
    let joined = day(i64::try_from(n.checked_rem(30).unwrap_or(0)).unwrap_or(0));
    Joined {
        plan: plan.clone(),
        version: PlanVersion(1),
        member: member(n),
        payer: member(n),
        relation: None,
        joined,
        covered_from: plus_days(joined, 91),
        shares_from: plus_days(joined, 1),
        band_class: 1980,
        over_age_from: Some(plus_days(joined, 3_650)),
        identity: digest(1_000_000 + n),
        consent: digest(2_000_000 + n),
    }
}

/// What happens when member `n` joins `plan`.
#[must_use]
pub fn joined(n: u64, plan: &PlanId) -> Event {
    Event::Enrolment(EnrolmentEvent::Joined(agreed(n, plan)))
}

/// What happens when member `n` begins a claim.
#[must_use]
pub fn drafted(n: u64) -> Event {
    Event::Claim(ClaimEvent::Drafted(Claimed {
        plan: plan(),
        enrolment: enrolment(n),
        member: member(n),
        filed_by: member(n),
        illness: illness(n),
    }))
}

/// An illness.
#[must_use]
pub fn illness(n: u64) -> Illness {
    Illness {
        condition: "malignant-tumour".parse().expect("a condition code"),
        severity: Severity::Severe,
        event_date: day(i64::try_from(n).unwrap_or(0)),
        accident: false,
    }
}

/// What happens when version `n` of a plan is published.
#[must_use]
pub fn published(n: u32) -> Event {
    Event::Plan(PlanEvent::Published {
        version: PlanVersion(n),
        text: format!("version = {n}\nname = \"互助\""),
        digest: digest(u64::from(n)),
        effective: day(i64::from(n)),
    })
}

/// New events of a stream whose events so far are `before`.
#[must_use]
pub fn append_after(before: &[Recorded], stream: &StreamId, events: Vec<Event>, at: Moment) -> Append {
    let expected = u64::try_from(before.len()).unwrap_or(u64::MAX);
    let mut all = before.to_vec();
    for event in &events {
        let number = u64::try_from(all.len()).unwrap_or(u64::MAX).saturating_add(1);
        all.push(Recorded {
            position: Position(0),
            stream: stream.clone(),
            number,
            at,
            actor: Actor::System,
            event: event.clone(),
        });
    }
    let record = audit::replay(stream, &all).expect("a history");
    Append { stream: stream.clone(), expected, events, record }
}

/// The first events of a stream.
#[must_use]
pub fn begin(stream: &StreamId, events: Vec<Event>, at: Moment) -> Append {
    append_after(&[], stream, events, at)
}

/// A unit with one append.
#[must_use]
pub fn unit_of(at: Moment, appends: Vec<Append>) -> Unit {
    Unit { appends, ..Unit::new(at, Actor::System) }
}

/// Reads a stream, appends events, and moves the cohort where an enrolment was changed. Answers what the store did.
///
/// # Errors
/// What the store answered.
pub async fn act(store: &dyn Store, stream: &StreamId, events: Vec<Event>) -> Result<Position, StoreError> {
    let before = store.stream(stream).await?;
    let moment = at(u64::try_from(before.len()).unwrap_or(0));
    let append = append_after(&before, stream, events, moment);
    let cohorts = cohort_moves(&before, &append);
    let unit = Unit { appends: vec![append], cohorts, ..Unit::new(moment, Actor::Member(member(1))) };
    store.commit(unit).await
}

/// The cohort moves that an append to an enrolment brings about.
#[must_use]
pub fn cohort_moves(before: &[Recorded], append: &Append) -> Vec<CohortMove> {
    let Record::Enrolment(after) = &append.record else {
        return Vec::new();
    };
    let from = match audit::replay(&append.stream, before) {
        Ok(Record::Enrolment(row)) => Some(row.cohort()),
        _ => None,
    };
    let to = after.cohort();
    if from == Some(to) {
        return Vec::new();
    }
    vec![CohortMove { plan: after.plan.clone(), from, to }]
}

/// Everything that joining writes: member, enrolment, cohort, personal data, mail and answer.
#[must_use]
pub fn join_unit(n: u64) -> Unit {
    let now = at(n);
    let enrolled = begin(&enrolment_stream(n), vec![joined(n, &plan())], now);
    let cohorts = cohort_moves(&[], &enrolled);
    let identity = Event::Member(MemberEvent::IdentityGiven { identity: digest(1_000_000 + n) });
    Unit {
        appends: vec![begin(&member_stream(n), vec![registered(n), identity], now), enrolled],
        cohorts,
        sealed: vec![Sealed {
            owner: member(n),
            name: "person".to_owned(),
            bytes: format!("{{\"name\":\"Member {n}\"}}").into_bytes(),
        }],
        messages: vec![message(n, n)],
        answer: Some(answer(Actor::Member(member(n)), "join", n)),
        ..Unit::new(now, Actor::Member(member(n)))
    }
}

/// The days on which member `n` is counted after joining.
#[must_use]
pub fn cohort(n: u64) -> CohortDays {
    let agreed = agreed(n, &plan());
    CohortDays { class: agreed.band_class, from: agreed.shares_from, until: None }
}

/// Message `n` to a member.
#[must_use]
pub fn message(n: u64, to: u64) -> Message {
    Message {
        id: uuid(n),
        to: member(to),
        language: "zh".to_owned(),
        template: "mail-joined".to_owned(),
        values: vec![("name".to_owned(), format!("成员 {to}"))],
        at: at(n),
        sent: None,
        inbox: None,
    }
}

/// An answer under a key.
#[must_use]
pub fn answer(actor: Actor, key: &str, n: u64) -> Answer {
    Answer {
        actor,
        key: key.to_owned(),
        request: digest(n),
        receipt: format!("{{\"receipt\":{n}}}"),
        at: at(n),
    }
}

/// A journal entry that moves `amount` from aid payable to shares receivable.
#[must_use]
pub fn entry(n: u128, amount: u64) -> JournalEntry {
    let lines = vec![
        Line::debit(Account::SharesReceivable, minor(amount)),
        Line::credit(Account::AidPayable, minor(amount)),
    ];
    JournalEntry::new(EntryId::new(n), day(27), Currency::CNY, "period closed", lines)
        .expect("a balanced entry")
        .with_reference("period:mutual-aid:2019-01-2")
}
