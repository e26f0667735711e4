//! A small world for tests: a store in memory, a clock that tests set, predictable ids.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use huzhu_app::call::Call;
use huzhu_app::claims::{AddEvidence, Advice, ConfirmClaim, DraftClaim, OwnClaim, RecommendClaim, TakeClaim};
use huzhu_app::error::AppError;
use huzhu_app::log::ROUND;
use huzhu_app::log::check::LogReport;
use huzhu_app::person::Person;
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::{Append, Clock, Entropy, Sealed, Secrets, Store, StoreError, Unit};
use huzhu_app::record::{CohortMove, EnrolmentRecord, Record};
use huzhu_app::{App, World};
use huzhu_domain::claim::{Illness, Sex};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent, Joined};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, PlanId, PlanVersion, Relation, Severity};
use huzhu_domain::time::{Day, Moment, TimeZone, midnight, plus_days};
use huzhu_ledger::{Account, Amount};
use huzhu_sim::log::MemoryLog;
use huzhu_sim::memory::MemoryStore;
use huzhu_sim::vault::MemoryVault;
use jiff::civil::date;
use sha2::{Digest as _, Sha256};

/// A clock that tests set.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<Moment>);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        *self.0.lock().expect("a clock")
    }
}

/// Ids and secrets from a counter.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Counter {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl Entropy for Counter {
    fn uuid(&self, _: Moment) -> uuid::Uuid {
        uuid::Uuid::from_u128((0xE << 64) + u128::from(self.next()))
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [7; 32];
        secret[..8].copy_from_slice(&self.next().to_be_bytes());
        secret
    }

    fn below(&self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound)).expect("below a bound")
    }
}

/// Hashes that are not secret.
#[derive(Debug)]
struct Plain;

impl Secrets for Plain {
    fn keyed_hash(&self, purpose: &'static str, bytes: &[u8]) -> Digest {
        let hash = Sha256::new().chain_update(purpose).chain_update(bytes).finalize();
        Digest::from_bytes(hash.into())
    }
}

/// The plan of the tests.
pub(crate) const PLAN: &str = include_str!("plan.toml");

/// A platform with one plan.
pub(crate) struct Town {
    pub(crate) app: App,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) files: Arc<MemoryVault>,
    pub(crate) log: Arc<MemoryLog>,
    clock: Arc<TestClock>,
}

pub(crate) fn plan() -> PlanId {
    PlanId::new("small").expect("a code")
}

pub(crate) fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid::Uuid::from_u128((1 << 100) + n))
}

pub(crate) fn enrolment(n: u128) -> EnrolmentId {
    EnrolmentId::from_uuid(uuid::Uuid::from_u128((2 << 100) + n))
}

pub(crate) fn claim(n: u128) -> ClaimId {
    ClaimId::from_uuid(uuid::Uuid::from_u128((3 << 100) + n))
}

pub(crate) fn evidence(n: u128) -> EvidenceId {
    EvidenceId::from_uuid(uuid::Uuid::from_u128((4 << 100) + n))
}

/// A call by member `n` without a role.
pub(crate) fn as_member(n: u128) -> Call {
    Call::member(member(n), BTreeSet::new())
}

/// A call by member `n` with a role.
pub(crate) fn as_staff(n: u128, role: Role) -> Call {
    Call::member(member(n), BTreeSet::from([role]))
}

pub(crate) const REVIEWER: u128 = 901;
pub(crate) const CONFIRMER: u128 = 902;
pub(crate) const OPERATOR: u128 = 903;
pub(crate) const AUDITOR: u128 = 904;

pub(crate) fn reviewer() -> Call {
    as_staff(REVIEWER, Role::Reviewer)
}

pub(crate) fn confirmer() -> Call {
    as_staff(CONFIRMER, Role::Confirmer)
}

pub(crate) fn operator() -> Call {
    as_staff(OPERATOR, Role::Operator)
}

pub(crate) fn auditor() -> Call {
    as_staff(AUDITOR, Role::Auditor)
}

pub(crate) fn fen(minor: u64) -> Amount {
    Amount::from_minor(minor)
}

pub(crate) fn illness(event_date: Day) -> Illness {
    Illness {
        condition: ConditionCode::new("malignant-tumour").expect("a code"),
        severity: Severity::Severe,
        event_date,
        accident: false,
    }
}

/// The code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, AppError>) -> &'static str {
    match result {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => unreachable!("not a refusal: {other:?}"),
    }
}

impl Town {
    /// A platform at noon of 1 January 2026 with the plan, changed by replacing lines.
    pub(crate) async fn new(changes: &[(&str, &str)]) -> Self {
        Self::with_log(changes, MemoryLog::new()).await
    }

    /// The same over a log that may fail.
    pub(crate) async fn with_log(changes: &[(&str, &str)], log: MemoryLog) -> Self {
        let mut text = PLAN.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "the plan has no {from:?}");
            text = text.replace(from, to);
        }
        let store = Arc::new(MemoryStore::new());
        let files = Arc::new(MemoryVault::default());
        let log = Arc::new(log);
        let clock = Arc::new(TestClock(Mutex::new(noon(date(2026, 1, 1)))));
        let app = App::new(World {
            store: store.clone(),
            vault: files.clone(),
            sequencer: log.clone(),
            log: log.clone(),
            clock: clock.clone(),
            entropy: Arc::new(Counter::default()),
            secrets: Arc::new(Plain),
            identity: None,
            credit: None,
            randomness: Arc::new(huzhu_sim::randomness::ScriptedRandomness::prompt([7; 32])),
        })
        .with_pictures(Arc::new(LastByte))
        .with_shares(Arc::new(huzhu_sim::shares::MemoryShares::default()));
        app.publish_plan(&operator(), PublishPlan { text }).await.expect("a plan");
        Self { app, store, files, log, clock }
    }

    /// Sets the clock to noon of a day in the plan's zone.
    pub(crate) fn on(&self, day: Day) {
        self.at(noon(day));
    }

    pub(crate) fn at(&self, now: Moment) {
        *self.clock.0.lock().expect("a clock") = now;
    }

    /// Member `n` joins on a day, as somebody born on 1 June 1990 who pays for themselves.
    pub(crate) async fn joins(&self, n: u128, joined: Day) {
        self.joins_under(n, joined, member(n), None, date(1990, 6, 1)).await;
    }

    /// Joins without the ceremony, which has its own tests. Member 1,000 + n is the person of member n, come back.
    pub(crate) async fn joins_under(
        &self,
        n: u128,
        joined: Day,
        payer: MemberId,
        relation: Option<Relation>,
        birth: Day,
    ) {
        self.joins_in_class(n, joined, payer, relation, birth, 0).await;
    }

    /// Joins a plan with age bands: the class is such that the age on 1 January of year Y is Y - 1 - class.
    pub(crate) async fn joins_banded(&self, n: u128, joined: Day, birth: Day) {
        let on_new_year = birth.month() == 1 && birth.day() == 1;
        let class = birth.year() - i16::from(on_new_year);
        self.joins_in_class(n, joined, member(n), None, birth, class).await;
    }

    async fn joins_in_class(
        &self,
        n: u128,
        joined: Day,
        payer: MemberId,
        relation: Option<Relation>,
        birth: Day,
        band_class: i16,
    ) {
        let person_number = if (1_000..2_000).contains(&n) { n - 1_000 } else { n };
        let facts = Joined {
            plan: plan(),
            version: PlanVersion(1),
            member: member(n),
            payer,
            relation,
            joined,
            covered_from: plus_days(joined, 31),
            shares_from: plus_days(joined, 1),
            band_class,
            over_age_from: Day::new(birth.year() + 60, birth.month(), birth.day()).ok(),
            identity: identity(person_number),
            consent: Digest::from_bytes([0; 32]),
        };
        let state = Enrolment::begin(enrolment(n), facts.clone());
        let row = EnrolmentRecord::of(&state);
        let person = Person {
            name: format!("王小{person_number}"),
            identity_number: person_number.to_string(),
            birth,
            sex: Some(Sex::Female),
            region: "浙江".to_owned(),
        };
        let mut unit = Unit::new(noon(joined), as_member(n).caller.actor());
        unit.cohorts.push(CohortMove { plan: plan(), from: None, to: row.cohort() });
        unit.appends.push(Append {
            stream: StreamId::Enrolment(enrolment(n)),
            expected: 0,
            events: vec![Event::Enrolment(EnrolmentEvent::Joined(facts))],
            record: Record::Enrolment(row),
        });
        unit.sealed.push(Sealed {
            owner: member(n),
            name: "person".to_owned(),
            bytes: serde_json::to_vec(&person).expect("json"),
        });
        self.store.commit(unit).await.expect("joined");
    }

    /// Claim `c` of member `n` is drafted with one file and handed in.
    pub(crate) async fn files(&self, c: u128, n: u128, event_date: Day) {
        let (app, call) = (&self.app, as_member(n));
        let draft = DraftClaim { claim: claim(c), enrolment: enrolment(n), illness: illness(event_date) };
        app.draft_claim(&call, &draft).await.expect("a draft");
        let file =
            AddEvidence { of: claim(c).into(), evidence: evidence(c), bytes: b"%PDF-1.7 diagnosis".to_vec() };
        app.add_evidence(&call, &file).await.expect("a file");
        app.report_claim(&call, OwnClaim { claim: claim(c) }).await.expect("a report");
    }

    /// Member `n` hands in file `e` for claim `c`.
    pub(crate) async fn hands_in(&self, c: u128, n: u128, e: u128) {
        let file =
            AddEvidence { of: claim(c).into(), evidence: evidence(e), bytes: b"%PDF-1.7 diagnosis".to_vec() };
        self.app.add_evidence(&as_member(n), &file).await.expect("a file");
    }

    /// Member `n` has signed in once.
    pub(crate) async fn knows(&self, n: u128) {
        if self.store.member(member(n)).await.expect("an answer").is_none() {
            self.app.register(&Call::system(), member(n), &format!("{n}@example.org")).await.expect("known");
        }
    }

    /// An operator erases member `n`.
    pub(crate) async fn erases(&self, n: u128) {
        self.knows(n).await;
        self.app.erase_person(&operator(), member(n)).await.expect("erased");
    }

    /// Claim `c` is taken, recommended for approval and confirmed.
    pub(crate) async fn approves(&self, c: u128) {
        let app = &self.app;
        app.take_claim(&reviewer(), TakeClaim { claim: claim(c) }).await.expect("taken");
        let advice = RecommendClaim { claim: claim(c), advice: Advice::Approve { cost: None } };
        app.recommend(&reviewer(), &advice).await.expect("recommended");
        app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(c) }).await.expect("confirmed");
    }

    /// What stands on an account, in fen; negative on the side where it does not grow.
    pub(crate) async fn balance(&self, account: Account) -> i128 {
        let balance = self.store.balances(&plan()).await.expect("balances").balance(account);
        let minor = i128::try_from(balance.minor).expect("small money");
        if balance.side == account.normal_side() { minor } else { -minor }
    }

    /// Keys of the messages to member `n`, oldest first.
    pub(crate) async fn mail(&self, n: u128) -> Vec<String> {
        let mut list = self.store.messages(Some(member(n)), 100).await.expect("messages");
        list.reverse();
        list.into_iter().map(|message| message.template).collect()
    }

    /// The store agrees with itself.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let findings = huzhu_app::audit::check(self.store.as_ref(), &mut |_| {}).await?;
        assert!(findings.is_empty(), "{findings:?}");
        let report = self.check_log().await;
        assert!(report.findings.is_empty(), "{report:?}");
        Ok(())
    }

    /// Everything is put on the log, and the log held against the events.
    pub(crate) async fn check_log(&self) -> LogReport {
        // A few rounds may fail on purpose.
        for _ in 0..20 {
            if self.app.feed_log(ROUND).await.is_ok_and(|fed| !fed.more) {
                break;
            }
        }
        let done = huzhu_app::log::check::check(self.store.as_ref(), self.log.as_ref(), &mut |_| {}).await;
        done.expect("a report")
    }
}

pub(crate) fn noon(day: Day) -> Moment {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let start = midnight(day, &zone).expect("an instant");
    start + jiff::SignedDuration::from_hours(12)
}

/// The keyed hash of the identity number of a person.
fn identity(person: u128) -> Digest {
    let mut bytes = [u8::try_from(person % 251).expect("a byte"); 32];
    if person >= 251 {
        bytes[..16].copy_from_slice(&person.to_be_bytes());
    }
    Digest::from_bytes(bytes)
}

/// Looks at the last byte of a picture only.
struct LastByte;

#[async_trait::async_trait]
impl huzhu_app::ports::PictureLooks for LastByte {
    async fn look(
        &self,
        _: huzhu_domain::claim::FileKind,
        _: u64,
        mut pieces: Box<dyn huzhu_app::ports::Pieces>,
    ) -> Option<huzhu_domain::claim::Look> {
        let mut last = None;
        while let Some(piece) = pieces.next().await.ok()? {
            last = piece.last().copied().or(last);
        }
        last.map(|byte| huzhu_domain::claim::Look([byte; 32]))
    }

    fn version(&self) -> u8 {
        1
    }
}
