//! A small town over the store in memory, for tests and pictures of pages: people who are covered, waiting or gone, claims
//! in several states, one period shared and one on notice. It lives through the same use cases as a real plan.

#![allow(dead_code, reason = "the example and the tests use different parts of it")]

use std::collections::BTreeSet;
use std::sync::Arc;

use huzhu_app::call::Call;
use huzhu_app::claims::{
    AddEvidence, Advice, AskedFor, ConfirmClaim, DraftClaim, OwnClaim, RecommendClaim, RequestEvidence,
    TakeClaim,
};
use huzhu_app::identity::GiveIdentity;
use huzhu_app::join::{Dependant, Join};
use huzhu_app::periods::{CollectPeriod, OfPeriod, PayClaim, PayIn, PaySource};
use huzhu_app::person::Person;
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::Secrets;
use huzhu_app::roles::ChangeRole;
use huzhu_app::{App, World};
use huzhu_domain::claim::{Illness, Sex};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, PeriodKey, PlanId, PlanVersion, ReasonCode, Relation, Severity};
use huzhu_domain::time::{Day, Moment};
use huzhu_gateways::clock::ManualClock;
use huzhu_gateways::entropy::SeededEntropy;
use huzhu_gateways::provider::DemoRegister;
use huzhu_ledger::Amount;
use huzhu_sim::memory::MemoryStore;
use huzhu_sim::vault::MemoryVault;
use jiff::civil::date;
use sha2::{Digest as _, Sha256};

/// The plan of the town.
pub(crate) const PLAN: &str = include_str!("../../../../plans/demo-town.toml");

/// A file that is told to be a PDF.
pub(crate) const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";

struct Hashes;

impl Secrets for Hashes {
    fn keyed_hash(&self, purpose: &'static str, bytes: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(bytes);
        Digest::from_bytes(hash.finalize().into())
    }
}

/// The town.
pub(crate) struct Town {
    /// Its use cases.
    pub(crate) app: Arc<App>,
    /// Its clock.
    pub(crate) clock: Arc<ManualClock>,
}

/// The plan's id.
pub(crate) fn plan() -> PlanId {
    PlanId::new("demo-town").expect("a code")
}

/// Resident `n`.
pub(crate) fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid::Uuid::from_u128((1 << 100) + n))
}

/// The enrolment of resident `n`.
pub(crate) fn enrolment(n: u128) -> EnrolmentId {
    EnrolmentId::from_uuid(uuid::Uuid::from_u128((2 << 100) + n))
}

/// The claim of resident `n`.
pub(crate) fn claim(n: u128) -> ClaimId {
    ClaimId::from_uuid(uuid::Uuid::from_u128((3 << 100) + n))
}

/// Staff.
pub(crate) const OPERATOR: u128 = 90_001;
/// Staff.
pub(crate) const REVIEWER: u128 = 90_002;
/// Staff.
pub(crate) const CONFIRMER: u128 = 90_003;
/// Somebody who has signed in and done nothing else.
pub(crate) const NEWCOMER: u128 = 80_001;
/// Somebody who joined some days ago and waits.
pub(crate) const WAITING: u128 = 80_002;
/// The child that resident 1 pays for.
pub(crate) const CHILD: u128 = 70_001;

/// A call by member `n`.
pub(crate) fn by(n: u128, role: Option<Role>) -> Call {
    Call::member(member(n), role.into_iter().collect::<BTreeSet<_>>())
}

fn at(day: Day, hour: i8) -> Moment {
    day.at(hour, 0, 0, 0).in_tz("Asia/Shanghai").expect("a time").timestamp()
}

fn key(ordinal: u8, month: i8) -> PeriodKey {
    PeriodKey { year: 2026, month, ordinal }
}

const NAMES: [&str; 12] =
    ["王秀英", "李伟", "张敏", "刘洋", "陈静", "杨磊", "赵芳", "黄强", "周婷", "吴刚", "徐丽", "孙明"];
const REGIONS: [&str; 5] = ["浙江", "四川", "河南", "广东", "甘肃"];

/// Who resident `n` is.
pub(crate) fn person(n: u128) -> Person {
    let small = i16::try_from(n % 30).expect("small");
    let index = usize::try_from(n).expect("small");
    Person {
        name: NAMES[index % NAMES.len()].to_owned(),
        identity_number: format!("33010119{:02}0101{n:05}", 70 + small),
        birth: date(1970 + small, 1 + i8::try_from(n % 12).expect("small"), 7),
        sex: Some(if n.is_multiple_of(2) { Sex::Male } else { Sex::Female }),
        region: REGIONS[index % REGIONS.len()].to_owned(),
    }
}

impl Town {
    /// An empty platform with staff and, if wanted, the plan.
    pub(crate) async fn empty(with_plan: bool) -> Self {
        let clock = Arc::new(ManualClock::new(at(date(2026, 1, 1), 9)));
        let log = Arc::new(huzhu_sim::log::MemoryLog::new());
        let app = App::new(World {
            store: Arc::new(MemoryStore::new()),
            vault: Arc::new(MemoryVault::default()),
            sequencer: log.clone(),
            log,
            clock: Arc::clone(&clock) as Arc<dyn huzhu_app::ports::Clock>,
            entropy: Arc::new(SeededEntropy::new(7)),
            secrets: Arc::new(Hashes),
            identity: Some(Arc::new(DemoRegister)),
            credit: Some(Arc::new(DemoRegister)),
            randomness: Arc::new(huzhu_sim::randomness::ScriptedRandomness::prompt([7; 32])),
        });
        let app = Arc::new(app.with_shares(Arc::new(huzhu_sim::shares::MemoryShares::default())));
        let town = Self { app, clock };
        for (n, role) in
            [(OPERATOR, Role::Operator), (REVIEWER, Role::Reviewer), (CONFIRMER, Role::Confirmer)]
        {
            town.register(n).await;
            let command = ChangeRole { member: member(n), role: role.word(), grant: true };
            town.app.change_role(&Call::system(), command).await.expect("a role");
        }
        town.register(NEWCOMER).await;
        if with_plan {
            let command = PublishPlan { text: PLAN.to_owned() };
            town.app.publish_plan(&Call::system(), command).await.expect("a plan");
        }
        town
    }

    /// A town of `residents` on the second day of the notice of March's first period.
    pub(crate) async fn lived(residents: u128) -> Self {
        let town = Self::empty(true).await;
        town.clock.set(at(date(2026, 1, 2), 10));
        for n in 1..=residents {
            town.settle_in(n).await;
        }
        town.add_child().await;
        town.period(3, key(1, 2), date(2026, 2, 5), true).await;
        town.period(4, key(2, 2), date(2026, 2, 18), false).await;
        town.clock.set(at(date(2026, 3, 1), 10));
        town.settle_in(WAITING).await;
        town.approved(5, "malignant-tumour", Severity::Severe, date(2026, 2, 26)).await;
        town.approved(6, "accident-injury", Severity::Mild, date(2026, 2, 27)).await;
        town.clock.set(at(date(2026, 3, 7), 10));
        let operator = by(OPERATOR, Some(Role::Operator));
        town.app.open_notice(&operator, &OfPeriod { plan: plan(), key: key(1, 3) }).await.expect("notice");
        town.clock.set(at(date(2026, 3, 8), 10));
        town.open_claims().await;
        town
    }

    /// A session of member `n`.
    pub(crate) async fn session(&self, n: u128) -> String {
        self.app.sign_in_as(member(n)).await.expect("a session").token
    }

    pub(crate) async fn register(&self, n: u128) {
        let address = format!("resident{n}@example.org");
        self.app.register(&Call::system(), member(n), &address).await.expect("registered");
    }

    pub(crate) async fn settle_in(&self, n: u128) {
        self.register(n).await;
        self.joins(n).await;
    }

    /// Somebody who is registered says who they are and joins.
    pub(crate) async fn joins(&self, n: u128) {
        let call = by(n, None);
        self.app.give_identity(&call, GiveIdentity { person: person(n) }).await.expect("identity");
        self.join(n, n, None).await;
    }

    async fn join(&self, payer: u128, n: u128, dependant: Option<Dependant>) {
        let terms = huzhu_planfile::check(PLAN, "demo").expect("terms");
        let answers = terms.joining().questions.iter().map(|q| (q.code.to_string(), !q.refuse_if)).collect();
        let command = Join {
            enrolment: enrolment(n),
            plan: plan(),
            version: PlanVersion(1),
            history_shown: true,
            mandate: true,
            answers,
            dependant,
        };
        self.app.join(&by(payer, None), command).await.expect("joined");
    }

    async fn add_child(&self) {
        let child = Person {
            name: "王小明".to_owned(),
            identity_number: "330101201806010017".to_owned(),
            birth: date(2018, 6, 1),
            sex: Some(Sex::Male),
            region: "浙江".to_owned(),
        };
        self.join_dependant(1, CHILD, Relation::Child, child).await;
    }

    /// Resident `payer` joins somebody for whom they pay.
    pub(crate) async fn join_dependant(&self, payer: u128, n: u128, relation: Relation, person: Person) {
        let dependant = Dependant { member: member(n), relation, person };
        self.join(payer, n, Some(dependant)).await;
    }

    /// A claim of resident `n` up to its report.
    pub(crate) async fn reported(&self, n: u128, condition: &str, severity: Severity, on: Day) {
        self.drafted(n, condition, severity, on).await;
        let call = by(n, None);
        for number in 0..2 {
            let evidence = EvidenceId::from_uuid(uuid::Uuid::from_u128((4 << 100) + n * 10 + number));
            let command = AddEvidence { of: claim(n).into(), evidence, bytes: PDF.to_vec() };
            self.app.add_evidence(&call, &command).await.expect("evidence");
        }
        self.app.report_claim(&call, OwnClaim { claim: claim(n) }).await.expect("reported");
    }

    async fn drafted(&self, n: u128, condition: &str, severity: Severity, on: Day) {
        let illness = Illness {
            condition: ConditionCode::new(condition).expect("a code"),
            severity,
            event_date: on,
            accident: condition == "accident-injury",
        };
        let command = DraftClaim { claim: claim(n), enrolment: enrolment(n), illness };
        self.app.draft_claim(&by(n, None), &command).await.expect("a draft");
    }

    async fn decided(&self, n: u128, advice: Advice) {
        let reviewer = by(REVIEWER, Some(Role::Reviewer));
        self.app.take_claim(&reviewer, TakeClaim { claim: claim(n) }).await.expect("taken");
        let command = RecommendClaim { claim: claim(n), advice };
        self.app.recommend(&reviewer, &command).await.expect("recommended");
        let confirmer = by(CONFIRMER, Some(Role::Confirmer));
        self.app.confirm_claim(&confirmer, ConfirmClaim { claim: claim(n) }).await.expect("confirmed");
    }

    pub(crate) async fn approved(&self, n: u128, condition: &str, severity: Severity, on: Day) {
        self.reported(n, condition, severity, on).await;
        self.decided(n, Advice::Approve { cost: None }).await;
    }

    /// A whole period with the claim of resident `n`, from report to close.
    pub(crate) async fn period(&self, n: u128, key: PeriodKey, ill: Day, with_claim: bool) {
        self.clock.set(at(ill, 10));
        if with_claim {
            self.approved(n, "heart-attack", Severity::Severe, ill).await;
        }
        let operator = by(OPERATOR, Some(Role::Operator));
        let terms = huzhu_planfile::check(PLAN, "demo").expect("terms");
        let of = OfPeriod { plan: plan(), key };
        self.clock.set(at(terms.calendar().notice_first_day(key).expect("a day"), 10));
        self.app.open_notice(&operator, &of).await.expect("notice");
        self.clock.set(at(terms.calendar().sharing_day(key).expect("a day"), 10));
        self.app.settle_period(&operator, &of).await.expect("settled");
        let command = CollectPeriod { plan: plan(), key, failed: Vec::new(), report: b"report".to_vec() };
        let collected = self.app.collect_period(&operator, &command).await.expect("collected");
        let borne = collected.receipt.payable.iter().map(|one| one.aid.minor()).sum::<u64>();
        if borne > 0 {
            // A small town is above the cap per claim: the operator bears the rest.
            let command = PayIn {
                plan: plan(),
                source: PaySource::Operator,
                amount: Amount::from_minor(borne),
                confirmation: format!("operator {key}").into_bytes(),
            };
            self.app.pay_in(&operator, &command).await.expect("paid in");
        }
        for one in collected.receipt.payable {
            let command = PayClaim { claim: one.claim, confirmation: b"paid".to_vec() };
            self.app.pay_claim(&operator, &command).await.expect("paid");
        }
        self.clock.set(at(terms.calendar().payout_deadline(key).expect("a day"), 10));
        self.app.close_period(&operator, &of).await.expect("closed");
    }

    /// Claims that are still on their way: a draft, one under review, one that lacks evidence, one refused.
    async fn open_claims(&self) {
        self.drafted(1, "stroke", Severity::Severe, date(2026, 3, 2)).await;
        self.reported(7, "transplant", Severity::Severe, date(2026, 3, 1)).await;
        let reviewer = by(REVIEWER, Some(Role::Reviewer));
        self.reported(8, "deafness", Severity::Severe, date(2026, 3, 3)).await;
        self.app.take_claim(&reviewer, TakeClaim { claim: claim(8) }).await.expect("taken");
        let text = "请补充听力检查报告。Please add the report of the hearing test.".to_owned();
        let items = vec![
            AskedFor { text: "听力检查报告 Report of the hearing test".to_owned(), due: None },
            AskedFor { text: "出院小结 Discharge letter".to_owned(), due: Some(date(2026, 4, 30)) },
        ];
        let command = RequestEvidence { claim: claim(8), text, items };
        self.app.request_evidence(&reviewer, &command).await.expect("asked");
        self.reported(9, "burns", Severity::Severe, date(2026, 3, 4)).await;
        let reason = ReasonCode::new("pre-existing").expect("a code");
        self.decided(9, Advice::Refuse { reason }).await;
    }
}
