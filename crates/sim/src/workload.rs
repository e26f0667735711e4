//! What happens in a village: who joins, falls ill, leaves, comes back, decides, runs the periods, and makes mischief.
//!
//! Shape: [`Village::live`] goes through the days; each day does its parts in an order that follows from dice. What is to be
//! done is read from the store, so that lost replies need no memory here. `periods`, `claims`, `disputes`,
//! `juries` and `mischief` hold the parts.

mod claims;
mod disputes;
mod juries;
mod mischief;
mod periods;

use std::collections::{BTreeMap, BTreeSet};

use huzhu_app::call::Call;
use huzhu_app::identity::GiveIdentity;
use huzhu_app::join::{Dependant, Join};
use huzhu_app::log::ReceiptOf;
use huzhu_app::person::Person;
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::{EnrolmentQuery, Page, Store as _};
use huzhu_app::record::EnrolmentRecord;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::claim::{ClaimEvent, Sex, State};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{EnrolmentId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{PlanTerms, PlanVersion, Relation};
use huzhu_domain::time::{Day, TimeZone, midnight, plus_days};

use crate::auditor::Finding;
use crate::simulation::deed::Deed;
use crate::simulation::sheet::Sheet;
use crate::simulation::turns::alone;
use crate::simulation::{Heard, Scene};
use crate::world::{Dice, POOR, UNCONFIRMED};

/// Days that a village lives: a year of periods and the first ones of the next.
const DAYS: i64 = 400;
/// Villagers who work for the plan; they are the first ones, and members like all others.
const STAFF: [&[Role]; 8] = [
    &[Role::Operator],
    &[Role::Operator, Role::Confirmer],
    &[Role::Reviewer, Role::Clerk],
    &[Role::Reviewer, Role::Confirmer],
    &[Role::Confirmer, Role::Investigator],
    &[Role::Reviewer],
    &[Role::Auditor, Role::Clerk],
    &[Role::Confirmer, Role::Investigator],
];
/// Rows of a list; a village has fewer.
const ALL: u32 = 10_000;

/// Somebody of the village.
#[derive(Clone, Debug)]
struct Villager {
    member: MemberId,
    person: Person,
    /// Index of the villager who pays, and how they are related.
    payer: Option<(usize, Relation)>,
    /// Day from which they want to join.
    from: Day,
    enrolments: Vec<EnrolmentId>,
}

/// A village and its platform.
pub(crate) struct Village {
    pub(crate) scene: Scene,
    villagers: Vec<Villager>,
    terms: BTreeMap<u32, PlanTerms>,
    start: Day,
    changes: Vec<Day>,
    /// Claims that a rule refused to approve: the word of the rule.
    broken: BTreeMap<huzhu_domain::id::ClaimId, String>,
    confirmations: u64,
}

impl Village {
    /// Founds the village of a seed: plan, staff, people who will join. `quiet`: see [`Scene::new`].
    pub(crate) fn new(seed: u64, quiet: bool) -> Result<Self, Finding> {
        let mut dice = Dice::new(seed);
        let month = i8::try_from(dice.range(1, 12)).unwrap_or(1);
        let day = i8::try_from(dice.range(1, 28)).unwrap_or(1);
        let start = Day::new(2025, month, day).map_err(|e| e.to_string())?;
        let sheet = Sheet::thrown(&mut dice, start);
        let zone = TimeZone::get(sheet.zone).map_err(|e| e.to_string())?;
        let opening = midnight(start, &zone).ok_or("no midnight")?;
        let mut scene = Scene::new(dice.fork(), opening, quiet)?;
        let villagers = invent(&mut dice, start, &mut scene);
        let changes = (0..dice.range(0, 3)).map(|_| plus_days(start, dice.days(20, DAYS - 40))).collect();
        let mut village = Self {
            scene,
            villagers,
            terms: BTreeMap::new(),
            start,
            changes,
            broken: BTreeMap::new(),
            confirmations: 0,
        };
        village.publish(sheet)?;
        village.hire()?;
        Ok(village)
    }

    /// Lives through all days.
    pub(crate) fn live(&mut self) -> Result<(), Finding> {
        let mut day = self.start;
        let end = plus_days(self.start, DAYS);
        while day < end {
            self.morning(day)?;
            let mut parts = [0_u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
            for last in (1..parts.len()).rev() {
                let other = self.scene.dice.index(last + 1);
                parts.swap(last, other);
            }
            for part in parts {
                match part {
                    0 => self.joins()?,
                    1 => self.calendar()?,
                    2 => self.diary()?,
                    3 => self.illness()?,
                    4 => self.leaving()?,
                    5 => self.mischief()?,
                    6 => self.disputes()?,
                    7 => self.exams()?,
                    8 => self.juries()?,
                    9 => self.worker()?,
                    _ => self.change_plan(day)?,
                }
            }
            self.keep_log()?;
            let jump = self.scene.dice.chance(25);
            self.scene.auditor.count_if(jump, "clock jumps");
            day = plus_days(day, if jump { self.scene.dice.days(2, 9) } else { 1 });
        }
        self.last_worker()?;
        self.scene.compare_all()?;
        self.scene.close_log()
    }

    /// The log is fed, and some fetch receipts: for a claim of theirs, or for having joined.
    fn keep_log(&mut self) -> Result<(), Finding> {
        let mut wishes = Vec::new();
        if self.scene.dice.chance(100) {
            let rows = self.enrolments();
            if let Some(row) = self.scene.dice.pick(&rows).cloned() {
                wishes.push((self.call(row.payer), ReceiptOf::Consent { enrolment: row.id }));
            }
        }
        if self.scene.dice.chance(200) {
            let rows = self.claims_in(&State::WORDS);
            if let Some(row) = self.scene.dice.pick(&rows).cloned() {
                let number = self.scene.dice.range(1, 12);
                wishes.push((self.call(row.filed_by), ReceiptOf::Step { claim: row.id, number }));
                let events = alone(self.scene.store().stream(&StreamId::Claim(row.id))).unwrap_or_default();
                wishes.extend(events.iter().filter_map(|recorded| match &recorded.event {
                    Event::Claim(ClaimEvent::EvidenceAdded { evidence, .. }) => {
                        let of = ReceiptOf::Evidence { claim: row.id, evidence: *evidence };
                        Some((self.call(row.filed_by), of))
                    }
                    _ => None,
                }));
            }
        }
        self.scene.keep_log(&wishes)
    }

    fn morning(&mut self, day: Day) -> Result<(), Finding> {
        let zone = self.scene.auditor.newest_sheet().map_or("UTC", |sheet| sheet.zone);
        let zone = TimeZone::get(zone).map_err(|e| e.to_string())?;
        let hour = if self.scene.dice.chance(200) { 0 } else { self.scene.dice.days(1, 20) };
        let moment = midnight(day, &zone).ok_or("no midnight")?;
        let moment =
            moment.saturating_add(jiff::SignedDuration::from_hours(hour)).map_err(|e| e.to_string())?;
        self.scene.clock.set(moment);
        let (providers, vault) = (self.scene.dice.chance(80), self.scene.dice.chance(20));
        let quiet = self.scene.tape.is_some();
        self.scene.providers.set_down(providers && !quiet);
        self.scene.vault.set_down(vault && !quiet);
        Ok(())
    }

    fn system() -> Call {
        Call::system()
    }

    /// A call by somebody with the roles that they have now.
    fn call(&self, member: MemberId) -> Call {
        let row = alone(self.scene.store().member(member)).ok().flatten();
        Call::member(member, row.map_or_else(BTreeSet::new, |row| row.roles))
    }

    fn villager(&self, index: usize) -> Result<&Villager, Finding> {
        self.villagers.get(index).ok_or_else(|| "there is no such villager".to_owned())
    }

    /// One of those who have a role.
    fn staff(&mut self, role: Role) -> Result<Call, Finding> {
        let able: Vec<MemberId> = STAFF
            .iter()
            .zip(&self.villagers)
            .filter(|(roles, _)| roles.contains(&role))
            .map(|(_, one)| one.member)
            .collect();
        let member = self.scene.dice.pick(&able).copied().ok_or("nobody has the role")?;
        Ok(self.call(member))
    }

    fn anybody(&mut self) -> Call {
        let index = self.scene.dice.index(self.villagers.len());
        let member = self.villagers.get(index).map(|villager| villager.member);
        member.map_or_else(Call::anonymous, |member| self.call(member))
    }

    fn enrolments(&self) -> Vec<EnrolmentRecord> {
        let query = EnrolmentQuery::ByPlan(self.scene.plan.clone());
        alone(self.scene.store().enrolments(&query, &Page::first(ALL))).unwrap_or_default()
    }

    fn terms_now(&self) -> Option<(&Sheet, &PlanTerms)> {
        let sheet = self.scene.auditor.sheet_on(self.scene.today())?;
        Some((sheet, self.terms.get(&sheet.version)?))
    }

    /// Publishes a sheet, whose text must be a plan file without mistakes.
    fn publish(&mut self, sheet: Sheet) -> Result<Heard, Finding> {
        let text = sheet.text();
        let terms = huzhu_planfile::check(&text, "village.toml").map_err(|report| report.render(false))?;
        let version = sheet.version;
        self.scene.auditor.propose(text.clone(), sheet);
        let call = if version == 1 { Self::system() } else { self.staff(Role::Operator)? };
        let heard = loop {
            let heard = self.scene.act(&call, &Deed::Publish(PublishPlan { text: text.clone() }))?;
            if heard != Heard::Silence || version > 1 {
                break heard;
            }
        };
        let kept = self.scene.auditor.newest_sheet().is_some_and(|newest| newest.version == version);
        if kept {
            self.terms.insert(version, terms);
        }
        Ok(heard)
    }

    fn hire(&mut self) -> Result<(), Finding> {
        for (index, roles) in (0..).zip(STAFF) {
            let member = self.villager(index)?.member;
            while !self.is_registered(member) {
                self.register(index)?;
            }
            for role in roles {
                let change = Deed::ChangeRole(ChangeRole { member, role: role.word(), grant: true });
                while !self.call_has(member, *role) {
                    self.scene.act(&Self::system(), &change)?;
                }
            }
        }
        Ok(())
    }

    fn call_has(&self, member: MemberId, role: Role) -> bool {
        let row = alone(self.scene.store().member(member)).ok().flatten();
        row.is_some_and(|row| row.roles.contains(&role))
    }

    fn is_registered(&self, member: MemberId) -> bool {
        alone(self.scene.store().member(member)).is_ok_and(|row| row.is_some())
    }

    fn register(&mut self, index: usize) -> Result<Heard, Finding> {
        let member = self.villager(index)?.member;
        let address = format!("villager-{index}@village.example.org");
        self.scene.act(&Self::system(), &Deed::Register { member, address })
    }

    /// Everybody who wants to join by now does, as far as the platform lets them.
    fn joins(&mut self) -> Result<(), Finding> {
        let today = self.scene.today();
        let waiting: Vec<usize> = (0..)
            .zip(&self.villagers)
            .filter(|(_, villager)| villager.from <= today && villager.enrolments.is_empty())
            .map(|(index, _)| index)
            .collect();
        for index in waiting {
            if self.scene.dice.chance(400) {
                self.join(index)?;
            }
        }
        Ok(())
    }

    /// Joins, for the first time or again.
    fn join(&mut self, index: usize) -> Result<(), Finding> {
        let villager = self.villager(index)?.clone();
        let payer = match villager.payer {
            Some((payer, _)) => self.villager(payer)?.clone(),
            None => villager.clone(),
        };
        if !self.is_registered(payer.member) {
            let payer_index = villager.payer.map_or(index, |(payer, _)| payer);
            self.register(payer_index)?;
        }
        let row = alone(self.scene.store().member(payer.member)).ok().flatten();
        if row.is_some_and(|row| row.identity.is_none()) {
            let deed = Deed::GiveIdentity(GiveIdentity { person: payer.person.clone() });
            let call = self.call(payer.member);
            self.scene.act(&call, &deed)?;
        }
        let Some(command) = self.join_command(&villager) else {
            return Ok(());
        };
        let enrolment = command.enrolment;
        if let Some(dependant) = &command.dependant {
            let (member, birth) = (dependant.member, dependant.person.birth);
            self.scene.auditor.introduce(member, birth);
            if let Some(villager) = self.villagers.get_mut(index) {
                villager.member = member;
            }
        }
        let call = self.call(payer.member);
        let deed = Deed::Join(Box::new(command.clone()));
        if self.scene.dice.chance(60) {
            // The same person at two counters: another enrolment id, and another key.
            let again = Join { enrolment: EnrolmentId::from_uuid(self.uuid()), ..command };
            self.scene.race(&[(call.clone(), deed), (call, Deed::Join(Box::new(again.clone())))])?;
            self.keep_enrolment(index, again.enrolment);
        } else {
            let heard = self.scene.act(&call, &deed)?;
            let hopeless = matches!(
                heard,
                Heard::Refused("too-old" | "too-young" | "identity-not-confirmed" | "credit-too-low", _)
            );
            if hopeless && let Some(villager) = self.villagers.get_mut(index) {
                villager.from = plus_days(villager.from, 60);
            }
        }
        self.keep_enrolment(index, enrolment);
        Ok(())
    }

    fn keep_enrolment(&mut self, index: usize, enrolment: EnrolmentId) {
        let kept = alone(self.scene.store().enrolment(enrolment)).is_ok_and(|row| row.is_some());
        if let Some(villager) = self.villagers.get_mut(index).filter(|_| kept) {
            villager.enrolments.push(enrolment);
        }
    }

    fn join_command(&mut self, villager: &Villager) -> Option<Join> {
        let version = self.terms_now()?.0.version;
        let dice = &mut self.scene.dice;
        let wrong = |dice: &mut Dice| dice.chance(25);
        let (old_version, mandate, history_shown, ill) =
            (wrong(dice), !wrong(dice), !wrong(dice), wrong(dice));
        let dependant = villager.payer.map(|(_, relation)| (relation, villager.person.clone()));
        let enrolment = EnrolmentId::from_uuid(self.uuid());
        let member = MemberId::from_uuid(self.uuid());
        Some(Join {
            enrolment,
            plan: self.scene.plan.clone(),
            version: PlanVersion(if old_version { version + 1 } else { version }),
            history_shown,
            mandate,
            answers: BTreeMap::from([("ill".to_owned(), ill)]),
            dependant: dependant.map(|(relation, person)| Dependant { member, relation, person }),
        })
    }

    fn uuid(&mut self) -> uuid::Uuid {
        let now = self.scene.now();
        self.scene.dice.uuid(now)
    }

    /// Some leave, some come back.
    fn leaving(&mut self) -> Result<(), Finding> {
        if self.scene.dice.chance(30) {
            let live: Vec<EnrolmentRecord> =
                self.enrolments().into_iter().filter(|row| row.ended.is_none()).collect();
            if let Some(row) = self.scene.dice.pick(&live).cloned() {
                let call = self.call(row.payer);
                let family = live.iter().filter(|other| other.payer == row.payer).count();
                let heard = self.scene.act(&call, &Deed::Leave(row.id))?;
                let together = heard.is_done() && family > 1 && row.payer == row.member;
                self.scene.auditor.count_if(together, "families left together");
            }
        }
        if self.scene.dice.chance(60) {
            let live: BTreeSet<EnrolmentId> =
                self.enrolments().iter().filter(|row| row.ended.is_none()).map(|row| row.id).collect();
            let gone = |villager: &Villager| {
                !villager.enrolments.is_empty() && villager.enrolments.iter().all(|id| !live.contains(id))
            };
            let gone: Vec<usize> = (0..)
                .zip(&self.villagers)
                .filter(|(_, villager)| gone(villager))
                .map(|(index, _)| index)
                .collect();
            if let Some(index) = self.scene.dice.pick(&gone).copied() {
                self.join(index)?;
            }
        }
        Ok(())
    }

    /// New versions are published, some withdrawn, and the plan is closed to new members for a while.
    fn change_plan(&mut self, day: Day) -> Result<(), Finding> {
        while self.changes.last().is_some_and(|change| *change <= day) {
            self.changes.pop();
            let Some(newest) = self.scene.auditor.newest_sheet().cloned() else {
                continue;
            };
            let today = self.scene.today();
            let early = self.scene.dice.chance(200);
            let days = if early { 0 } else { newest.change_notice_days + self.scene.dice.days(0, 12) };
            let next = newest.changed(&mut self.scene.dice, newest.version + 1, plus_days(today, days));
            let version = PlanVersion(next.version);
            self.publish(next)?;
            if self.scene.dice.chance(250) {
                let deed = Deed::WithdrawVersion { plan: self.scene.plan.clone(), version };
                let call = self.staff(Role::Operator)?;
                self.scene.act(&call, &deed)?;
            }
        }
        if self.scene.dice.chance(12) {
            let plan = self.scene.plan.clone();
            let closed = alone(self.scene.store().plan(&plan)).ok().flatten().is_some_and(|row| !row.open);
            let deed = Deed::OpenPlan { plan, open: closed || self.scene.dice.chance(100) };
            let call = self.staff(Role::Operator)?;
            self.scene.act(&call, &deed)?;
        }
        Ok(())
    }
}

/// The people of a village, staff first. Every fifth or so is paid for by an adult before them.
fn invent(dice: &mut Dice, start: Day, scene: &mut Scene) -> Vec<Villager> {
    let count = dice.range(40, 120);
    let mut list: Vec<Villager> = Vec::new();
    for number in 0..count {
        let now = scene.now();
        let member = MemberId::from_uuid(scene.dice.uuid(now));
        let index = usize::try_from(number).unwrap_or(0);
        let payer = (index > 4 && dice.chance(220)).then(|| {
            let adults: Vec<usize> =
                (0..).zip(&list).filter(|(_, one)| one.payer.is_none()).map(|(i, _)| i).collect();
            let relation = dice.pick(&[Relation::Child, Relation::Spouse, Relation::Parent]).copied();
            (dice.pick(&adults).copied().unwrap_or(0), relation.unwrap_or(Relation::Child))
        });
        let early = dice.chance(650) || index < STAFF.len();
        let from = plus_days(start, if early { dice.days(0, 3) } else { dice.days(4, DAYS) });
        let birth = birth(dice, from);
        let mark = match dice.range(0, 39) {
            0 => UNCONFIRMED,
            1 => POOR,
            _ => "ID",
        };
        let person = Person {
            name: format!("Villager {number}"),
            identity_number: format!("{mark}{number:06}"),
            birth,
            sex: Some(if dice.chance(500) { Sex::Female } else { Sex::Male }),
            region: "Valley".to_owned(),
        };
        scene.auditor.introduce(member, birth);
        list.push(Villager { member, person, payer, from, enrolments: Vec::new() });
    }
    list
}

/// A birth date: all ages, many near the limits, some on New Year's Day and on 29 February.
fn birth(dice: &mut Dice, joining: Day) -> Day {
    let years = match dice.range(0, 19) {
        0..=2 => dice.days(0, 1),
        3..=6 => dice.days(57, 60),
        7 | 8 => dice.days(61, 80),
        9 | 10 => dice.days(38, 40),
        _ => dice.days(2, 57),
    };
    let year = joining.year() - i16::try_from(years).unwrap_or(30);
    let day = match dice.range(0, 19) {
        0 => Day::new(year, 1, 1),
        1 | 2 => Day::new(year - year.rem_euclid(4), 2, 29),
        _ => Day::new(
            year,
            i8::try_from(dice.range(1, 12)).unwrap_or(1),
            i8::try_from(dice.range(1, 28)).unwrap_or(1),
        ),
    };
    day.unwrap_or(joining).min(joining)
}
