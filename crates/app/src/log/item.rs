//! What each event puts on the log: one pure function from a recorded event, its salt, and nothing else.
//!
//! Shape: [`items_of`] matches every event there is. Most give nothing, each with the reason why; a consent gives a leaf of
//! the next batch, everything else an entry of its own. [`message`] is the text that salted digests are made of.
//!
//! Guarantees: the same event gives the same bytes for ever, as long as its salt is there. Nothing about a person is in an
//! item: salted digests, roots, sums, and names of plans and periods only.
//!
//! Limits: when the salt is gone (the person was erased before the event was fed, or since), the digest is 32 zero bytes and
//! the item says that it cannot be compared.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::EnrolmentEvent;
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::id::MemberId;
use huzhu_domain::jury::{JuryCaseEvent, Order};
use huzhu_domain::member::MemberEvent;
use huzhu_domain::objection::ObjectionEvent;
use huzhu_domain::period::{Noticed, PeriodEvent, Statement};
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_domain::time::Moment;
use huzhu_ledger::{Amount, Currency};
use huzhu_log::entry::{Body, Entry, EntryKind, Equation};
use huzhu_log::{FormatError, Hash, InnerTree, ShareTree, leaf_hash, salted_digest};

use crate::codec;
use crate::ports::{Position, Recorded};

/// What the function cannot know from the event alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The salt of the event; `None`: it needs none, or its owner was erased.
    pub(crate) salt: Option<[u8; 32]>,
    /// Origin and index of the entries whose file or salt this event destroys.
    pub(crate) destroyed: Vec<(String, u64)>,
    /// Currency of the plan, for settlements.
    pub(crate) currency: Option<Currency>,
}

/// A part of what an event puts on the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A leaf of the next batch.
    Consent(Consent),
    /// An entry of its own.
    Single(Single),
}

impl Item {
    /// When it happened.
    pub(crate) const fn at(&self) -> Moment {
        match self {
            Self::Consent(consent) => consent.at,
            Self::Single(single) => single.at,
        }
    }
}

/// Somebody joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consent {
    /// Place of the event.
    pub(crate) position: Position,
    /// When.
    pub(crate) at: Moment,
    /// Salted digest of the event.
    pub(crate) leaf: [u8; 32],
    /// The salt was there.
    pub(crate) provable: bool,
}

/// An entry of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Single {
    /// Place of the event.
    pub(crate) position: Position,
    /// When.
    pub(crate) at: Moment,
    /// What kind.
    pub(crate) kind: EntryKind,
    /// Canonical bytes.
    pub(crate) bytes: Vec<u8>,
    /// The salt was there, or none is needed.
    pub(crate) provable: bool,
}

/// The text whose salted digest stands for an event: who did what to what, when. One line each, the event as JSON last.
pub fn message(recorded: &Recorded) -> Vec<u8> {
    let head = format!(
        "huzhu.org/event@v1\n{}\n{}\n{}\n{}\n",
        recorded.stream,
        recorded.number,
        codec::moment(recorded.at),
        codec::actor(recorded.actor)
    );
    let mut text = head.into_bytes();
    text.extend_from_slice(codec::encode(&recorded.event).get(1..).unwrap_or_default());
    text.push(b'\n');
    text
}

/// The label of an event's salt under the key of its owner.
pub(crate) fn salt_label(stream: &StreamId, number: u64) -> String {
    format!("{stream}|{number}")
}

/// The kind of entry that an event of a claim becomes, of those that hold a salted digest.
#[expect(clippy::match_same_arms, reason = "each kind of event says for itself why it gives nothing")]
pub(crate) const fn salted_kind(event: &ClaimEvent) -> Option<EntryKind> {
    match event {
        ClaimEvent::EvidenceAdded { .. } | ClaimEvent::DisputeEvidenceAdded { .. } => {
            Some(EntryKind::Evidence)
        }
        ClaimEvent::Reported { .. }
        | ClaimEvent::MoreEvidenceRequested { .. }
        | ClaimEvent::EvidenceCompleted { .. }
        | ClaimEvent::Recommended { .. }
        | ClaimEvent::Returned { .. }
        | ClaimEvent::Approved { .. }
        | ClaimEvent::Refused { .. }
        | ClaimEvent::Cleared { .. }
        | ClaimEvent::BecamePayable { .. }
        | ClaimEvent::InvestigationOrdered { .. }
        | ClaimEvent::FindingsHandedIn { .. }
        | ClaimEvent::InvestigationEnded { .. }
        | ClaimEvent::ObjectionDismissed { .. }
        | ClaimEvent::ObjectionUpheld { .. }
        | ClaimEvent::JuryRequested { .. }
        | ClaimEvent::JuryDeclined { .. }
        | ClaimEvent::VerdictApplied { .. }
        | ClaimEvent::OverrideAsked { .. }
        | ClaimEvent::OverrideConfirmed { .. }
        | ClaimEvent::OverrideWithdrawn { .. }
        | ClaimEvent::Withdrawn => Some(EntryKind::Decision),
        ClaimEvent::Paid { .. } => Some(EntryKind::Payout),
        // A draft is the claimant's own until it is handed in.
        ClaimEvent::Drafted(_) | ClaimEvent::Described(_) => None,
        // Puts a tombstone there instead.
        ClaimEvent::EvidenceRemoved { .. } => None,
        // Who looked at what stands in the audit trail; taking a claim decides nothing.
        ClaimEvent::EvidenceOpened { .. }
        | ClaimEvent::CardOpened { .. }
        | ClaimEvent::Taken { .. }
        | ClaimEvent::Assigned { .. } => None,
        // The objection itself is on the log.
        ClaimEvent::Objected { .. } | ClaimEvent::ObjectionWithdrawn { .. } => None,
        // The jury case itself is on the log.
        ClaimEvent::JuryDue { .. } | ClaimEvent::VerdictReached { .. } => None,
        // Work of the reviewer on the way to a recommendation, which is on the log.
        ClaimEvent::Examined { .. } => None,
        // Somebody steps aside; the audit trail says so, and who goes on is on the log.
        ClaimEvent::ConflictDeclared { .. } => None,
        // Follows from the clock.
        ClaimEvent::DeadlinePassed { .. } => None,
        // Stands in the notice of the period, with its card.
        ClaimEvent::PutOnNotice { .. } => None,
    }
}

/// The kind of entry that any event becomes, of those that hold a salted digest and are no batch.
pub(crate) const fn entry_kind(event: &Event) -> Option<EntryKind> {
    match event {
        Event::Claim(event) => salted_kind(event),
        Event::Objection(ObjectionEvent::Raised { .. }) => Some(EntryKind::Objection),
        Event::Objection(_)
        | Event::Enrolment(_)
        | Event::Member(_)
        | Event::Plan(_)
        | Event::Period(_)
        | Event::JuryCase(_)
        | Event::Juror(_)
        | Event::Ballot(_)
        | Event::SecondReview(_) => None,
    }
}

/// Under whose key the salt of an event stands; `claimant` is the person whom the claim of the event is about. Evidence has
/// a salt of its own, sealed when the file was handed in.
pub(crate) fn salt_owner(event: &Event, claimant: Option<MemberId>) -> Option<MemberId> {
    match event {
        Event::Enrolment(EnrolmentEvent::Joined(joined)) => Some(joined.payer),
        Event::Claim(event) => match salted_kind(event) {
            Some(EntryKind::Decision | EntryKind::Payout) => claimant,
            _ => None,
        },
        // The objector keeps the receipt, so that nobody can say that nobody objected.
        Event::Objection(ObjectionEvent::Raised { by, .. }) => Some(*by),
        Event::Enrolment(_)
        | Event::Member(_)
        | Event::Plan(_)
        | Event::Period(_)
        | Event::Objection(_)
        | Event::JuryCase(_)
        | Event::Juror(_)
        | Event::Ballot(_)
        | Event::SecondReview(_) => None,
    }
}

/// What an event puts on the log, in order.
///
/// # Errors
/// When an entry cannot be written: a name with control characters, a time before 1970. No use case makes such events.
#[expect(clippy::match_same_arms, reason = "each kind of event says for itself why it gives nothing")]
pub(crate) fn items_of(recorded: &Recorded, facts: &Facts) -> Result<Vec<Item>, FormatError> {
    let bodies = match &recorded.event {
        Event::Enrolment(EnrolmentEvent::Joined(_)) => {
            let (leaf, provable) = digest(recorded, facts);
            let (position, at) = (recorded.position, recorded.at);
            return Ok(vec![Item::Consent(Consent { position, at, leaf: *leaf.as_bytes(), provable })]);
        }
        // What is owed and by whom is settled by the period; members are told, the books have it.
        Event::Enrolment(
            EnrolmentEvent::FellIntoArrears { .. }
            | EnrolmentEvent::ArrearsPaid { .. }
            | EnrolmentEvent::ArrearsGivenUp { .. }
            | EnrolmentEvent::PayerChanged { .. }
            | EnrolmentEvent::Ended { .. },
        ) => Vec::new(),
        Event::Claim(event) => claim_bodies(recorded, event, facts),
        Event::Plan(event) => plan_bodies(&recorded.stream, event),
        Event::Period(event) => period_bodies(&recorded.stream, event, facts),
        // What a member learnt and wants, and what a second pair of eyes would have said, binds nobody.
        Event::Juror(_) | Event::SecondReview(_) => Vec::new(),
        Event::Objection(event) => objection_bodies(recorded, event, facts),
        Event::JuryCase(event) => case_bodies(&recorded.stream, event),
        // Ballots are secret; the root over all of them stands in the verdict.
        Event::Ballot(_) => Vec::new(),
        Event::Member(MemberEvent::Erased) => tombstones(facts),
        // Who somebody is and who may do what is personal; what they do with it is on the log.
        Event::Member(
            MemberEvent::Registered { .. }
            | MemberEvent::IdentityGiven { .. }
            | MemberEvent::RoleGranted { .. }
            | MemberEvent::RoleRevoked { .. }
            | MemberEvent::PreferencesChosen(_),
        ) => Vec::new(),
    };
    bodies.into_iter().map(|(body, provable)| single(recorded, body, provable)).collect()
}

fn single(recorded: &Recorded, body: Body, provable: bool) -> Result<Item, FormatError> {
    let kind = body.kind();
    let bytes = Entry { at: millis(recorded.at)?, body }.encode()?;
    Ok(Item::Single(Single { position: recorded.position, at: recorded.at, kind, bytes, provable }))
}

/// The time as entries state it.
pub(crate) fn millis(at: Moment) -> Result<u64, FormatError> {
    u64::try_from(at.as_millisecond()).map_err(|_| FormatError::whole("the time lies before 1970"))
}

/// The salted digest of an event, and whether its salt was there.
fn digest(recorded: &Recorded, facts: &Facts) -> (Hash, bool) {
    facts
        .salt
        .map_or((Hash::from_bytes([0; 32]), false), |salt| (salted_digest(&salt, &message(recorded)), true))
}

type Bodies = Vec<(Body, bool)>;

fn claim_bodies(recorded: &Recorded, event: &ClaimEvent, facts: &Facts) -> Bodies {
    match (event, salted_kind(event)) {
        // The digest was made with the file, from a salt that only its owner and the claimant's desk can open.
        (ClaimEvent::EvidenceAdded { file, .. } | ClaimEvent::DisputeEvidenceAdded { file, .. }, _) => {
            vec![(Body::Evidence(Hash::from_bytes(*file.digest.bytes())), true)]
        }
        (ClaimEvent::EvidenceRemoved { .. }, _) => tombstones(facts),
        (_, Some(kind)) => {
            let (digest, provable) = digest(recorded, facts);
            Body::salted(kind, digest).map(|body| (body, provable)).into_iter().collect()
        }
        (_, None) => Vec::new(),
    }
}

#[expect(clippy::match_same_arms, reason = "each kind of event says for itself why it gives nothing")]
fn objection_bodies(recorded: &Recorded, event: &ObjectionEvent, facts: &Facts) -> Bodies {
    match event {
        ObjectionEvent::Raised { .. } => {
            let (digest, provable) = digest(recorded, facts);
            vec![(Body::Objection(digest), provable)]
        }
        // The answer is a decision on the claim.
        ObjectionEvent::Answered { .. } => Vec::new(),
        // Taken back or without an object: nobody decided anything.
        ObjectionEvent::Withdrawn { .. } | ObjectionEvent::BecameMoot { .. } => Vec::new(),
    }
}

fn plan_bodies(stream: &StreamId, event: &PlanEvent) -> Bodies {
    match (stream, event) {
        (StreamId::Plan(plan), PlanEvent::Published { version, text, .. }) => {
            let terms = Hash::digest(text.as_bytes());
            vec![(Body::PlanVersion { plan: plan.to_string(), version: version.0, terms }, true)]
        }
        // Withdrawn before it was in force: nobody was ever bound by it. Whether a plan takes new members binds nobody
        // either.
        (
            _,
            PlanEvent::Published { .. }
            | PlanEvent::Withdrawn { .. }
            | PlanEvent::ClosedToJoining
            | PlanEvent::OpenedToJoining,
        ) => Vec::new(),
    }
}

/// What a roster of jurors names instead of a period.
const FOR_JURY: &str = "jury";

#[expect(clippy::match_same_arms, reason = "each kind of event says for itself why it gives nothing")]
fn case_bodies(stream: &StreamId, event: &JuryCaseEvent) -> Bodies {
    let hash = |digest: &Digest| Hash::from_bytes(*digest.bytes());
    let roster = |plan: &PlanId, root, count, at: &Moment| {
        let (plan, counted_at) = (plan.to_string(), millis(*at).unwrap_or(0));
        (Body::Roster { plan, period: FOR_JURY.to_owned(), root, count, counted_at }, true)
    };
    match event {
        // Key and number of jurors are fixed before the first ballot.
        JuryCaseEvent::Opened { plan, key, at, until, electorate, by: _ } => {
            let until = codec::moment(*until);
            let text = format!("huzhu.org/jury-open@v1\n{stream}\n{key}\n{until}\n{electorate}\n");
            vec![roster(plan, Hash::digest(text.as_bytes()), *electorate, at)]
        }
        JuryCaseEvent::RosterCommitted { plan, roster: jurors, request, at, by: _ } => {
            let count = u64::try_from(jurors.len()).unwrap_or(u64::MAX);
            let (subject, source) = (hash(&request.subject), request.source.to_string());
            let asked = Body::DrawRequest { subject, roster: hash(&request.roster), source };
            vec![roster(plan, hash(&request.roster), count, at), (asked, true)]
        }
        JuryCaseEvent::Drawn { request, order, .. } => {
            let result = hash(&Order::stated(order.clone()).digest());
            let (subject, source) = (hash(&request.subject), request.source.to_string());
            vec![(Body::Draw { subject, roster: hash(&request.roster), source, result }, true)]
        }
        JuryCaseEvent::Closed { subject, root, count, .. } => {
            let count = count.valid().saturating_add(count.invalid);
            vec![(Body::Verdict { subject: hash(subject), tally: hash(root), count }, true)]
        }
        // The claim's side of it is on the log as a decision.
        JuryCaseEvent::Requested { .. } | JuryCaseEvent::Declined { .. } | JuryCaseEvent::Voided { .. } => {
            Vec::new()
        }
        // Public with the draw: the file of the draw names who stepped aside by position.
        JuryCaseEvent::SteppedAside { .. } => Vec::new(),
        // What was said is sealed; that it was said decides nothing.
        JuryCaseEvent::StatementGiven { .. }
        | JuryCaseEvent::QuestionAsked { .. }
        | JuryCaseEvent::QuestionPassedOn { .. }
        | JuryCaseEvent::QuestionSetAside { .. }
        | JuryCaseEvent::QuestionAnswered { .. } => Vec::new(),
        // The verdict follows.
        JuryCaseEvent::PollsClosed { .. } => Vec::new(),
    }
}

#[expect(clippy::match_same_arms, reason = "each kind of event says for itself why it gives nothing")]
fn period_bodies(stream: &StreamId, event: &PeriodEvent, facts: &Facts) -> Bodies {
    let StreamId::Period(plan, key) = stream else { return Vec::new() };
    match event {
        PeriodEvent::NoticeOpened(noticed) => notice_bodies(plan, *key, noticed),
        PeriodEvent::Settled(statement) => {
            vec![settlement_body(plan, *key, statement, facts)]
        }
        // The bank's report changes no share; what failed is in arrears, in the books and in the period's statement.
        PeriodEvent::Collected(_) => Vec::new(),
        // Says only that nothing is outstanding any more.
        PeriodEvent::Closed => Vec::new(),
    }
}

fn notice_bodies(plan: &PlanId, key: PeriodKey, noticed: &Noticed) -> Bodies {
    let (plan, period) = (plan.to_string(), key.to_string());
    let until = noticed.headcount_day.to_zoned(huzhu_domain::time::TimeZone::UTC).ok();
    let counted_at = until.and_then(|at| millis(at.timestamp()).ok()).unwrap_or(0);
    let count = u64::try_from(noticed.claims.len()).unwrap_or(u64::MAX);
    // The counts by cohort are public: whoever has them can compute this.
    let root = Hash::digest(codec::column(&noticed.cohorts).as_bytes());
    let roster = Body::Roster {
        plan: plan.clone(),
        period: period.clone(),
        root,
        count: noticed.headcount(),
        counted_at,
    };
    let leaves: Vec<[u8; 32]> = noticed.cards.iter().flatten().map(|leaf| *leaf.bytes()).collect();
    let cards = inner_tree(&leaves).root();
    vec![(roster, true), (Body::Notice { plan, period, cards, count }, true)]
}

fn settlement_body(plan: &PlanId, key: PeriodKey, statement: &Statement, facts: &Facts) -> (Body, bool) {
    let minor = Amount::minor;
    let equation = Equation {
        aid: minor(statement.aid),
        fee: minor(statement.fee),
        carried_in: minor(statement.carried_in),
        surplus_before: minor(statement.surplus_before),
        cost: minor(statement.cost),
        headcount: statement.headcount,
        share: minor(statement.share),
        shares_total: minor(statement.shares_total),
        surplus: minor(statement.surplus),
        borne_by_operator: minor(statement.borne_by_operator),
        borne_by_sponsor: minor(statement.borne_by_sponsor),
        carried_out: minor(statement.carried_out),
    };
    let currency = facts.currency.map_or("XXX", Currency::code).to_owned();
    let shares = statement.shares.map(|tree| ShareTree {
        root: Hash::from_bytes(*tree.root.bytes()),
        sum: minor(statement.shares_total),
        count: statement.headcount,
    });
    let statement = Hash::digest(codec::column(statement).as_bytes());
    let (plan, period) = (plan.to_string(), key.to_string());
    (Body::Settlement { plan, period, currency, equation, statement, shares }, true)
}

fn tombstones(facts: &Facts) -> Bodies {
    let body = |(origin, index): &(String, u64)| Body::Tombstone { origin: origin.clone(), index: *index };
    facts.destroyed.iter().map(|place| (body(place), true)).collect()
}

/// The tree over salted digests.
pub(crate) fn inner_tree(leaves: &[[u8; 32]]) -> InnerTree {
    InnerTree::new(leaves.iter().map(|leaf| leaf_hash(leaf)).collect())
}

/// The entry for a batch of consents, with its leaves. Its time is that of the last one.
///
/// # Errors
/// As [`items_of`]; an empty batch is no entry.
pub(crate) fn consents_entry(batch: &[Consent]) -> Result<(Vec<u8>, Vec<[u8; 32]>), FormatError> {
    let last = batch.last().ok_or_else(|| FormatError::whole("a batch without consents"))?;
    let leaves: Vec<[u8; 32]> = batch.iter().map(|consent| consent.leaf).collect();
    let tree = inner_tree(&leaves);
    let body = Body::Consents { root: tree.root(), count: tree.size() };
    Ok((Entry { at: millis(last.at)?, body }.encode()?, leaves))
}

/// Whether entries of a kind come from events; the others are put on the log by the sequencer itself.
pub(crate) const fn is_from_events(kind: EntryKind) -> bool {
    !matches!(kind, EntryKind::Key | EntryKind::Previous)
}
