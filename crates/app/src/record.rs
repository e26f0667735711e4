//! Rows that follow from events: what lists and pages read without replaying streams.
//!
//! A record is the projection of its aggregate after the last event of the stream, made by `of`; a store keeps it in
//! the transaction that keeps the events, so the two never differ (the store contract replays and compares).

use std::collections::BTreeSet;

use huzhu_domain::claim::{Claim, JuryOrigin, State};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{EndReason, Enrolment};
use huzhu_domain::id::{ClaimId, EnrolmentId, MemberId};
use huzhu_domain::member::{Member, Role};
use huzhu_domain::period::{Collection, Noticed, Period, Statement};
use huzhu_domain::plan::{ConditionCode, PeriodKey, PlanId, PlanVersion, Relation};
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::Amount;

/// The row of any stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// Of a member.
    Member(MemberRecord),
    /// Of a plan.
    Plan(PlanRecord),
    /// Of an enrolment.
    Enrolment(EnrolmentRecord),
    /// Of a claim.
    Claim(ClaimRecord),
    /// Of a period.
    Period(Box<PeriodRecord>),
    /// Of what hangs on a claim, a plan or a jury case.
    Matter(crate::matter::MatterRecord),
}

/// A member in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRecord {
    /// The member.
    pub id: MemberId,
    /// Keyed hash of the mail address; unique where present.
    pub contact: Option<Digest>,
    /// Keyed hash of the identity number, once given.
    pub identity: Option<Digest>,
    /// Roles held.
    pub roles: BTreeSet<Role>,
}

impl MemberRecord {
    /// The row of `member`.
    pub fn of(member: &Member) -> Self {
        Self {
            id: member.id(),
            contact: member.contact(),
            identity: member.identity(),
            roles: member.roles().clone(),
        }
    }
}

/// A plan in lists. Terms are parsed from the texts of its versions, see `crate::plans`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRecord {
    /// The plan.
    pub id: PlanId,
    /// Events of its stream so far: tells a cache whether it is stale.
    pub events: u64,
    /// The plan takes new members.
    pub open: bool,
    /// Versions, oldest first.
    pub versions: Vec<PlanVersionRecord>,
}

/// One version of a plan in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanVersionRecord {
    /// The version.
    pub version: PlanVersion,
    /// When it was published.
    pub published: Moment,
    /// First day in force.
    pub effective: Day,
    /// It was withdrawn before that day.
    pub withdrawn: bool,
    /// Digest of its text.
    pub digest: Digest,
}

/// An enrolment in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentRecord {
    /// The enrolment.
    pub id: EnrolmentId,
    /// The plan.
    pub plan: PlanId,
    /// The version agreed to.
    pub version: PlanVersion,
    /// The person covered.
    pub member: MemberId,
    /// Who pays now.
    pub payer: MemberId,
    /// How the person covered is related to the payer; `None`: the payer is covered.
    pub relation: Option<Relation>,
    /// Keyed hash of the identity number; unique per plan among live enrolments.
    pub identity: Digest,
    /// Day of joining.
    pub joined: Day,
    /// First day of cover for illness.
    pub covered_from: Day,
    /// First day on which the person is counted.
    pub shares_from: Day,
    /// Age class for banded plans.
    pub band_class: i16,
    /// First day over age.
    pub over_age_from: Option<Day>,
    /// First day without cover, and why, once ended.
    pub ended: Option<(Day, EndReason)>,
    /// Sum of unpaid shares in minor units.
    pub arrears: Amount,
}

impl EnrolmentRecord {
    /// The row of `enrolment`.
    ///
    /// # Panics
    /// When the sum of unpaid shares does not fit an amount, which a bug only could bring about.
    pub fn of(enrolment: &Enrolment) -> Self {
        let agreed = enrolment.agreed();
        let arrears = enrolment.arrears().values().try_fold(Amount::ZERO, |sum, a| sum.checked_add(a.amount));
        Self {
            id: enrolment.id(),
            plan: agreed.plan.clone(),
            version: agreed.version,
            member: agreed.member,
            payer: enrolment.payer(),
            relation: enrolment.relation(),
            identity: agreed.identity,
            joined: agreed.joined,
            covered_from: agreed.covered_from,
            shares_from: agreed.shares_from,
            band_class: agreed.band_class,
            over_age_from: agreed.over_age_from,
            ended: enrolment.ended(),
            arrears: arrears.expect("unpaid shares fit an amount"),
        }
    }

    /// Whether the person is counted at 0:00 of `day`.
    pub fn is_counted(&self, day: Day) -> bool {
        self.shares_from <= day && self.ended.is_none_or(|(until, _)| day < until)
    }

    /// The cohort row that this enrolment is counted in.
    pub fn cohort(&self) -> CohortDays {
        CohortDays {
            class: self.band_class,
            from: self.shares_from,
            until: self.ended.map(|(until, _)| until),
        }
    }
}

/// Members who are counted on exactly the same days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CohortDays {
    /// Age class for banded plans, else 0.
    pub class: i16,
    /// First day on which they are counted.
    pub from: Day,
    /// First day on which they are no longer counted; `None` while they are in.
    pub until: Option<Day>,
}

/// How many members stand in a cohort row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CohortRow {
    /// Which days.
    pub days: CohortDays,
    /// How many members; rows with none are not listed.
    pub count: u64,
}

/// One member moving from one cohort row to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortMove {
    /// The plan.
    pub plan: PlanId,
    /// Where from; `None` when joining.
    pub from: Option<CohortDays>,
    /// Where to.
    pub to: CohortDays,
}

/// A claim in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRecord {
    /// The claim.
    pub id: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// The person who fell ill.
    pub member: MemberId,
    /// Who filed it.
    pub filed_by: MemberId,
    /// Word of its state.
    pub state: &'static str,
    /// Id of the condition in the plan terms.
    pub condition: ConditionCode,
    /// Event date.
    pub event_date: Day,
    /// Day and time of the report.
    pub reported: Option<Moment>,
    /// Who is examining it, or recommended.
    pub reviewer: Option<MemberId>,
    /// Until when the holder has the ball.
    pub until: Option<Moment>,
    /// The period it is counted in.
    pub period: Option<PeriodKey>,
    /// Aid in minor units, once approved.
    pub aid: Option<Amount>,
}

impl ClaimRecord {
    /// The row of `claim`.
    pub fn of(claim: &Claim) -> Self {
        let claimed = claim.claimed();
        let (reviewer, period, aid) = match *claim.state() {
            State::UnderReview { reviewer, .. }
            | State::MoreEvidenceNeeded { reviewer, .. }
            | State::Investigating { reviewer, .. }
            | State::Recommended { reviewer, .. } => (Some(reviewer), None, None),
            State::Approved { aid }
            | State::JuryRequested { origin: JuryOrigin::OnNotice { aid, .. }, .. }
            | State::Verdict { origin: JuryOrigin::OnNotice { aid, .. }, .. } => (None, None, Some(aid)),
            State::OnNotice { period, aid, .. }
            | State::Objected { period, aid, .. }
            | State::Cleared { period, aid }
            | State::Payable { period, aid, .. }
            | State::Paid { period, aid, .. } => (None, Some(period), Some(aid)),
            State::Draft
            | State::Reported { .. }
            | State::Refused { .. }
            | State::JuryRequested { .. }
            | State::Verdict { .. }
            | State::Withdrawn => (None, None, None),
        };
        Self {
            id: claim.id(),
            plan: claimed.plan.clone(),
            enrolment: claimed.enrolment,
            member: claimed.member,
            filed_by: claimed.filed_by,
            state: claim.state().word(),
            condition: claimed.illness.condition.clone(),
            event_date: claimed.illness.event_date,
            reported: claim.reported(),
            reviewer,
            until: claim.state().until(),
            period,
            aid,
        }
    }
}

/// A period in lists, with its equation: some hundred cohorts at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodRecord {
    /// The plan.
    pub plan: PlanId,
    /// Which period.
    pub key: PeriodKey,
    /// Word of its state.
    pub state: &'static str,
    /// What was fixed when notice began.
    pub noticed: Noticed,
    /// The equation, once settled.
    pub statement: Option<Statement>,
    /// What the bank reported, once collected.
    pub collection: Option<Collection>,
}

impl PeriodRecord {
    /// The row of `period`; `None` before notice has begun.
    pub fn of(period: &Period) -> Option<Self> {
        Some(Self {
            plan: period.plan().clone(),
            key: period.key(),
            state: period.state().word(),
            noticed: period.noticed()?.clone(),
            statement: period.statement().cloned(),
            collection: period.collection().copied(),
        })
    }
}

/// A message to a member: kept with the event that caused it, sent by a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id; receivers remove duplicates by it.
    pub id: uuid::Uuid,
    /// To whom; the address is sealed under this person's key.
    pub to: MemberId,
    /// Language tag, `en` or `zh`.
    pub language: String,
    /// Key of the text in the message catalogue, such as `mail-code`.
    pub template: String,
    /// Values of the text, sealed by adapters since they may be personal.
    pub values: Vec<(String, String)>,
    /// When it was written.
    pub at: Moment,
    /// When it was mailed, by itself or in a digest.
    pub sent: Option<Moment>,
    /// How it stands in the reader's inbox; `None` for sign-in codes and digests, which are mail only.
    pub inbox: Option<crate::inbox::InboxEntry>,
}

/// A one-time sign-in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInCode {
    /// Keyed hash of the mail address.
    pub contact: Digest,
    /// Who signs in, or who will be registered with it: the address is sealed under this id already.
    pub member: MemberId,
    /// Keyed hash of the code.
    pub code: Digest,
    /// When it expires.
    pub until: Moment,
    /// Wrong tries so far.
    pub tries: u32,
}

/// A session of a signed-in member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token that the browser holds.
    pub token: Digest,
    /// Who.
    pub member: MemberId,
    /// When it ends.
    pub until: Moment,
}

/// Something that was asked for and refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedAct {
    /// When.
    pub at: Moment,
    /// Who asked.
    pub actor: crate::ports::Actor,
    /// What, as the word of the action.
    pub action: String,
    /// On what: an id or a stream, never personal data.
    pub subject: String,
    /// Code of the refusal.
    pub reason: String,
}
