//! Data folders with many members, made through the store port in big units.
//!
//! Members are registered and known by identity, and enrolled where asked for; contact and person are sealed under keys of
//! their own as always. What is left out is the sealed consent of each enrolment, which no page of these measurements reads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huzhu_app::call::Call;
use huzhu_app::log::NoLog;
use huzhu_app::matter::MatterRecord;
use huzhu_app::periods::{CollectPeriod, OfPeriod};
use huzhu_app::person::Person;
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::{Actor, Append, Clock as _, Sealed, Secrets as _, Store as _, Unit};
use huzhu_app::record::{CohortMove, EnrolmentRecord, MemberRecord, Record};
use huzhu_app::{App, World};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent, Joined};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{EnrolmentId, MemberId};
use huzhu_domain::jury::{Juror, JurorEvent};
use huzhu_domain::member::{Member, MemberEvent};
use huzhu_domain::plan::{PlanId, PlanTerms};
use huzhu_domain::time::{Moment, midnight, plus_days};
use huzhu_gateways::clock::{ManualClock, SystemClock};
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_gateways::randomness::OperatorVrf;
use huzhu_gateways::randomness::vrf::VrfKey;
use huzhu_store::{EvidenceVault, InstanceSecret, SqliteStore};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Outcome, server};

/// Id of the plan.
pub(crate) const PLAN: &str = "neighbours";
/// Members in one unit.
const UNIT: u64 = 500;

/// A plan without providers, of which members can be of any age from 18.
pub(crate) fn plan_text() -> String {
    include_str!("../../../../plans/burial-society.toml")
        .replace("id = \"burial-society\"", &format!("id = \"{PLAN}\""))
}

pub(crate) fn member(n: u64) -> MemberId {
    MemberId::from_uuid(uuid(n))
}

pub(crate) fn uuid(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}

/// An opened data folder.
pub(crate) struct Folder {
    store: Arc<SqliteStore>,
    secret: Arc<InstanceSecret>,
    clock: Arc<ManualClock>,
    pub(crate) app: Arc<App>,
}

impl Folder {
    /// Opens a folder whose clock stands at `start`.
    pub(crate) fn open(path: &Path, start: Moment) -> Outcome<Self> {
        let secret = Arc::new(InstanceSecret::open_or_create(path)?);
        let store = Arc::new(SqliteStore::open(path, &secret)?);
        let clock = Arc::new(ManualClock::new(start));
        let app = App::new(World {
            store: Arc::clone(&store) as _,
            vault: Arc::new(EvidenceVault::open(path, None, &secret)?),
            sequencer: Arc::new(NoLog),
            log: Arc::new(NoLog),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::new(SystemEntropy::new()),
            secrets: Arc::clone(&secret) as _,
            identity: None,
            credit: None,
            randomness: Arc::new(OperatorVrf::new(VrfKey::from_seed(&secret.seed_of_draws()))),
        });
        Ok(Self { store, secret, clock, app: Arc::new(app) })
    }

    /// Everything that makes member `n` known, and enrolled in `terms`.
    fn add(&self, unit: &mut Unit, n: u64, terms: Option<&PlanTerms>) -> Outcome<()> {
        let (id, number) = (member(n), format!("M{n:011}"));
        let address = format!("member-{n}@example.org");
        let identity = self.secret.keyed_hash("identity", number.as_bytes());
        let contact = Some(self.secret.keyed_hash("contact", address.as_bytes()));
        let events = [MemberEvent::Registered { contact }, MemberEvent::IdentityGiven { identity }];
        let mut state = Member::new(id);
        for event in &events {
            state.apply(event);
        }
        unit.appends.push(Append {
            stream: StreamId::Member(id),
            expected: 0,
            events: events.into_iter().map(Event::Member).collect(),
            record: Record::Member(MemberRecord::of(&state)),
        });
        let person = Person {
            name: format!("Member {n}"),
            identity_number: number,
            birth: jiff::civil::date(1980, 2, 3),
            sex: None,
            region: "Berlin".to_owned(),
        };
        unit.sealed.push(Sealed { owner: id, name: "contact".to_owned(), bytes: address.into_bytes() });
        unit.sealed.push(Sealed {
            owner: id,
            name: "person".to_owned(),
            bytes: serde_json::to_vec(&person)?,
        });
        let Some(terms) = terms else { return Ok(()) };
        // Over two months, so that there are some dozen cohorts.
        let joined = plus_days(terms.effective(), i64::try_from(n % 60)?);
        let agreed = Joined {
            plan: terms.id().clone(),
            version: terms.version(),
            member: id,
            payer: id,
            relation: None,
            joined,
            covered_from: terms.covered_from(joined),
            shares_from: terms.shares_from(joined),
            band_class: 0,
            over_age_from: terms.age_end_day(person.birth),
            identity,
            consent: Digest::from_bytes([7; 32]),
        };
        let enrolment = EnrolmentId::from_uuid(uuid(n));
        let record = EnrolmentRecord::of(&Enrolment::begin(enrolment, agreed.clone()));
        unit.cohorts.push(CohortMove { plan: terms.id().clone(), from: None, to: record.cohort() });
        unit.appends.push(Append {
            stream: StreamId::Enrolment(enrolment),
            expected: 0,
            events: vec![Event::Enrolment(EnrolmentEvent::Joined(agreed))],
            record: Record::Enrolment(record),
        });
        Ok(())
    }

    /// Publishes the plan and adds members 1 to `members`.
    async fn fill(&self, members: u64, enrolled: bool) -> Outcome<PlanTerms> {
        self.app.publish_plan(&Call::system(), PublishPlan { text: plan_text() }).await?;
        let plan = self.app.load_plan(&PlanId::new(PLAN)?).await?;
        let terms = plan.plan.versions().first().ok_or("no version")?.terms.clone();
        let bar = ProgressBar::new(members);
        bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed}")?);
        bar.set_message("members");
        let mut next = 1;
        while next <= members {
            let mut unit = Unit::new(self.clock.now(), Actor::System);
            let until = members.min(next + UNIT - 1);
            for n in next..=until {
                self.add(&mut unit, n, enrolled.then_some(&terms))?;
            }
            self.store.commit(unit).await?;
            next = until + 1;
            bar.set_position(until);
        }
        bar.finish_and_clear();
        Ok(terms)
    }

    /// Lives through the periods from the first notice until today, so that every home shows shares.
    async fn live(&self, terms: &PlanTerms) -> Outcome<()> {
        let now = today();
        let call = Call::system();
        let calendar = terms.calendar();
        let mut key = calendar.period_on_or_after(plus_days(terms.effective(), 62));
        loop {
            let days =
                [calendar.notice_first_day(key), calendar.sharing_day(key), calendar.payout_deadline(key)];
            let [Some(notice), Some(sharing), Some(closing)] = days else { return Ok(()) };
            let morning = |day| -> Option<Moment> { midnight(day, terms.zone()) };
            let Some(end) = morning(closing).filter(|end| *end < now) else { break };
            let of = || OfPeriod { plan: terms.id().clone(), key };
            self.set_clock(morning(notice));
            self.app.open_notice(&call, &of()).await?;
            self.set_clock(morning(sharing));
            self.app.settle_period(&call, &of()).await?;
            let report = format!("report on {key}").into_bytes();
            let collect = CollectPeriod { plan: terms.id().clone(), key, failed: Vec::new(), report };
            self.app.collect_period(&call, &collect).await?;
            self.set_clock(Some(end));
            self.app.close_period(&call, &of()).await?;
            key = calendar.next(key);
        }
        Ok(())
    }

    fn set_clock(&self, moment: Option<Moment>) {
        if let Some(moment) = moment {
            self.clock.set(moment);
        }
    }

    /// Puts members on the list of jurors.
    pub(crate) async fn volunteer(&self, members: std::ops::RangeInclusive<u64>) -> Outcome<()> {
        let plan = PlanId::new(PLAN)?;
        let numbers: Vec<u64> = members.collect();
        for group in numbers.chunks(usize::try_from(UNIT)?) {
            let mut unit = Unit::new(self.clock.now(), Actor::System);
            for n in group {
                let event = JurorEvent::Volunteered { at: unit.at };
                let mut juror = Juror::new(plan.clone(), member(*n));
                juror.apply(&event);
                unit.appends.push(Append {
                    stream: StreamId::Juror(plan.clone(), member(*n)),
                    expected: 0,
                    events: vec![Event::Juror(event)],
                    record: Record::Matter(MatterRecord::of_juror(&juror)),
                });
            }
            self.store.commit(unit).await?;
        }
        Ok(())
    }

    /// Sessions of members 1 to `count`, many at once; tokens in that order.
    pub(crate) async fn sessions(&self, count: u64) -> Outcome<Vec<String>> {
        let mut tokens = Vec::new();
        let numbers: Vec<u64> = (1..=count).collect();
        for group in numbers.chunks(512) {
            let mut tasks = Vec::new();
            for n in group {
                let (app, id) = (Arc::clone(&self.app), member(*n));
                tasks.push(tokio::spawn(async move { app.sign_in_as(id).await }));
            }
            for task in tasks {
                tokens.push(task.await??.token);
            }
        }
        Ok(tokens)
    }
}

/// A folder with so many members, made when it is not there yet.
pub(crate) fn folder(name: &str, members: u64, enrolled: bool) -> Outcome<PathBuf> {
    let path = server::profile_folder()?.join("bench-data").join(format!("{name}-{members}"));
    if path.join("complete").is_file() {
        return Ok(path);
    }
    if path.exists() {
        std::fs::remove_dir_all(&path)?;
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        // The clock begins on the first day of the plan.
        let terms = huzhu_planfile::check(plan_text(), "plan.toml").map_err(|report| report.render(false))?;
        let start = midnight(terms.effective(), terms.zone()).ok_or("the plan begins outside time")?;
        let folder = Folder::open(&path, start)?;
        let terms = folder.fill(members, enrolled).await?;
        if enrolled {
            folder.live(&terms).await?;
        }
        Outcome::Ok(())
    })?;
    std::fs::write(path.join("complete"), "")?;
    Ok(path)
}

/// The moment by the clock of the machine.
pub(crate) fn today() -> Moment {
    SystemClock::new().now()
}
