//! Claims as the auditor sees them: who may decide, whether aid was due, and how much.

use std::collections::BTreeSet;

use huzhu_app::claims::{Advice, RecommendClaim};
use huzhu_app::ports::{Actor, Unit};
use huzhu_domain::claim::{ClaimEvent, Illness, Recommendation};
use huzhu_domain::id::{ClaimId, EnrolmentId, JuryCaseId, MemberId, ObjectionId};
use huzhu_domain::plan::{PeriodKey, Severity};
use huzhu_domain::time::{Day, Moment, age_years, plus_days};

use super::disputes::end_after;
use super::{Auditor, Finding, Person, ensure};
use crate::simulation::deed::Deed;
use crate::simulation::jury_terms::ASK_DAYS;
use crate::simulation::sheet::{OLDER, Sheet};

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Draft,
    Open,
    Recommended,
    Approved,
    Refused,
    OnNotice,
    Objected,
    JuryRequested,
    Verdict,
    Cleared,
    Payable,
    Paid,
    Withdrawn,
}

/// Where a claim stood before it came before a jury.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Refused,
    Notice,
    Review(MemberId),
}

/// A claim as the auditor keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(super) enrolment: EnrolmentId,
    pub(super) member: MemberId,
    pub(super) filed_by: MemberId,
    pub(super) illness: Illness,
    pub(super) reported: Option<Day>,
    pub(super) cost: Option<u64>,
    pub(super) recommended: Option<(MemberId, Option<u128>)>,
    pub(super) confirmed_by: Option<MemberId>,
    pub(super) stage: Stage,
    pub(super) period: Option<PeriodKey>,
    pub(super) aid: u128,
    pub(super) reviewer: Option<MemberId>,
    pub(super) notice_until: Option<Moment>,
    pub(super) refused_until: Option<Moment>,
    pub(super) objectors: BTreeSet<MemberId>,
    pub(super) open_objections: BTreeSet<ObjectionId>,
    pub(super) investigators: BTreeSet<MemberId>,
    pub(super) origin: Option<Origin>,
    pub(super) jury: Option<JuryCaseId>,
    /// What juries said, first one first.
    pub(super) verdicts: Vec<bool>,
    /// The last verdict, and until when it can be appealed.
    pub(super) verdict: Option<(bool, Option<Moment>)>,
}

impl Case {
    /// Aid is granted and was not taken back.
    pub(super) const fn is_granted(&self) -> bool {
        match self.stage {
            Stage::Approved
            | Stage::OnNotice
            | Stage::Objected
            | Stage::Cleared
            | Stage::Payable
            | Stage::Paid => true,
            // What was granted stays reserved while a jury judges.
            Stage::JuryRequested | Stage::Verdict => matches!(self.origin, Some(Origin::Notice)),
            Stage::Draft | Stage::Open | Stage::Recommended | Stage::Refused | Stage::Withdrawn => false,
        }
    }
}

impl Auditor {
    pub(super) fn claim_event(
        &mut self,
        id: ClaimId,
        event: &ClaimEvent,
        unit: &Unit,
        deed: &Deed,
    ) -> Result<(), Finding> {
        if let ClaimEvent::Drafted(claimed) = event {
            let case = Case {
                enrolment: claimed.enrolment,
                member: claimed.member,
                filed_by: claimed.filed_by,
                illness: claimed.illness.clone(),
                reported: None,
                cost: None,
                recommended: None,
                confirmed_by: None,
                stage: Stage::Draft,
                period: None,
                aid: 0,
                reviewer: None,
                notice_until: None,
                refused_until: None,
                objectors: BTreeSet::new(),
                open_objections: BTreeSet::new(),
                investigators: BTreeSet::new(),
                origin: None,
                jury: None,
                verdicts: Vec::new(),
                verdict: None,
            };
            self.count("claims drafted");
            return ensure(self.claims.insert(id, case).is_none(), || format!("{id} was drafted twice"));
        }
        let mut case = self.claims.get(&id).cloned().ok_or_else(|| format!("{id} was never drafted"))?;
        let from = case.stage;
        match event {
            ClaimEvent::Approved { by, aid } => self.approved(id, &mut case, *by, aid.wide())?,
            ClaimEvent::Refused { by, until, .. } => {
                self.decided(id, &mut case, *by, Stage::Refused)?;
                let sheet = self.sheet_on(case.illness.event_date);
                let sheet = sheet.filter(|sheet| sheet.jury.is_some() && case.verdicts.is_empty());
                let own = sheet.and_then(|sheet| end_after(sheet, unit.at, ASK_DAYS));
                ensure(own == *until, || format!("a jury for {id} until {until:?}, not {own:?}"))?;
                case.refused_until = own;
            }
            ClaimEvent::Paid { aid, period, .. } => {
                ensure(from == Stage::Payable, || format!("{id} was paid while {from:?}"))?;
                ensure(aid.wide() == case.aid && case.period == Some(*period), || {
                    format!("{id} was paid {aid:?}, {} is due", case.aid)
                })?;
                if let Actor::Member(payer) = unit.actor {
                    let decided = [case.confirmed_by, case.recommended.map(|(who, _)| who)];
                    ensure(!decided.contains(&Some(payer)), || format!("{payer} decided and paid {id}"))?;
                    ensure(!self.related(payer, &case), || format!("{payer} paid a relative's claim {id}"))?;
                }
                case.stage = Stage::Paid;
                self.payout(case.aid);
                self.count("claims paid");
            }
            other => match self.dispute(id, &mut case, other, unit)? {
                Some(fine) => ensure(fine, || format!("{id} was {from:?} when this happened: {other:?}"))?,
                None => self.step(id, &mut case, other, unit, deed)?,
            },
        }
        self.claims.insert(id, case);
        Ok(())
    }

    /// The steps that move neither money nor decide.
    fn step(
        &mut self,
        id: ClaimId,
        case: &mut Case,
        event: &ClaimEvent,
        unit: &Unit,
        deed: &Deed,
    ) -> Result<(), Finding> {
        let from = case.stage;
        let fine = match event {
            ClaimEvent::Described(illness) => {
                case.illness = illness.clone();
                from == Stage::Draft
            }
            ClaimEvent::Reported { .. } => {
                case.reported = Some(self.today(unit.at));
                std::mem::replace(&mut case.stage, Stage::Open) == Stage::Draft
            }
            ClaimEvent::Taken { reviewer, .. } => {
                case.reviewer = Some(*reviewer);
                from == Stage::Open && !self.related(*reviewer, case)
            }
            ClaimEvent::MoreEvidenceRequested { .. } => {
                self.count("evidence asked for");
                from == Stage::Open
            }
            ClaimEvent::EvidenceCompleted { .. } => from == Stage::Open,
            ClaimEvent::Recommended { reviewer, recommendation, .. } => {
                let aid = match recommendation {
                    Recommendation::Approve { aid } => Some(aid.wide()),
                    Recommendation::Refuse { .. } => None,
                };
                case.recommended = Some((*reviewer, aid));
                if let Deed::Recommend(RecommendClaim { advice: Advice::Approve { cost }, .. }) = deed {
                    case.cost = cost.map(huzhu_ledger::Amount::minor);
                }
                case.stage = Stage::Recommended;
                from == Stage::Open && !self.related(*reviewer, case)
            }
            ClaimEvent::Returned { by, .. } => {
                self.count("claims sent back");
                let other = case.recommended.is_some_and(|(reviewer, _)| reviewer != *by);
                (case.stage, case.recommended) = (Stage::Open, None);
                from == Stage::Recommended && other && !self.related(*by, case)
            }
            ClaimEvent::ConflictDeclared { until: Some(_), .. } => {
                (case.stage, case.recommended) = (Stage::Open, None);
                matches!(from, Stage::Open | Stage::Recommended)
            }
            ClaimEvent::PutOnNotice { period, aid, until } => {
                (case.period, case.notice_until) = (Some(*period), Some(*until));
                case.stage = Stage::OnNotice;
                from == Stage::Approved && aid.wide() == case.aid
            }
            ClaimEvent::Cleared { period, aid } => {
                case.stage = Stage::Cleared;
                from == Stage::OnNotice && case.period == Some(*period) && aid.wide() == case.aid
            }
            ClaimEvent::BecamePayable { period, aid, .. } => {
                let less = aid.wide() <= case.aid;
                case.aid = aid.wide();
                case.stage = Stage::Payable;
                from == Stage::Cleared && case.period == Some(*period) && less
            }
            ClaimEvent::Withdrawn => self.withdrawn(case, unit.at),
            _ => true,
        };
        ensure(fine, || format!("{id} was {from:?} when this happened: {event:?}"))
    }

    fn withdrawn(&mut self, case: &mut Case, at: Moment) -> bool {
        let from = case.stage;
        self.count("claims withdrawn");
        let owing = self.people.get(&case.enrolment).is_some_and(|person| person.owed() > 0);
        self.count_if(case.is_granted() && owing, "granted claims withdrawn with shares unpaid");
        let ended = case.jury.and_then(|jury| self.panels.get(&jury)).and_then(|p| p.ended(at));
        let ended = ended.filter(|ended| super::juries::is_before(*ended, at));
        case.stage = Stage::Withdrawn;
        case.open_objections.clear();
        let judged = from == Stage::JuryRequested && ended.is_some();
        !judged
            && matches!(
                from,
                Stage::Draft
                    | Stage::Open
                    | Stage::Recommended
                    | Stage::Approved
                    | Stage::OnNotice
                    | Stage::Objected
                    | Stage::JuryRequested
            )
    }

    fn decided(&mut self, id: ClaimId, case: &mut Case, by: MemberId, stage: Stage) -> Result<(), Finding> {
        ensure(case.stage == Stage::Recommended, || format!("{id} was decided while {:?}", case.stage))?;
        let reviewer = case.recommended.map(|(reviewer, _)| reviewer);
        ensure(reviewer.is_some_and(|reviewer| reviewer != by), || format!("one person decided {id}"))?;
        ensure(!self.related(by, case), || format!("{by} decided a relative's claim {id}"))?;
        case.confirmed_by = Some(by);
        case.stage = stage;
        self.count(if stage == Stage::Approved { "claims approved" } else { "claims refused" });
        Ok(())
    }

    fn approved(&mut self, id: ClaimId, case: &mut Case, by: MemberId, aid: u128) -> Result<(), Finding> {
        self.decided(id, case, by, Stage::Approved)?;
        let recommended = case.recommended.and_then(|(_, aid)| aid);
        ensure(recommended == Some(aid), || {
            format!("{id} was granted {aid}, recommended was {recommended:?}")
        })?;
        let due = self.aid_due(id, case).map_err(|why| format!("{id} was approved although {why}"))?;
        ensure(due == aid, || format!("{id} was granted {aid} minor units, {due} are due"))?;
        case.aid = aid;
        let came_back = self
            .claims
            .values()
            .any(|one| one.is_granted() && one.member != case.member && self.same_person(one, case));
        self.count_if(came_back, "people aided again after they came back as another member");
        Ok(())
    }

    /// The aid that a claim is due by the sheet of its event date, in minor units.
    fn aid_due(&self, id: ClaimId, case: &Case) -> Result<u128, Finding> {
        let event = case.illness.event_date;
        let sheet = self.sheet_on(event).ok_or("there was no plan")?;
        let person = self.people.get(&case.enrolment).ok_or("nobody was enrolled")?;
        let ends = [
            person.until.map(|(until, _)| until),
            person.over_age,
            sheet.end_at_age.map(|age| super::birthday(person.birth, person.birth.year() + age)),
        ];
        ensure(event > person.joined, || "it happened before joining".to_owned())?;
        ensure(ends.into_iter().flatten().all(|end| event < end), || "cover had ended".to_owned())?;
        let accident = match case.illness.condition.as_str() {
            "injury" => true,
            "tumour" => case.illness.accident,
            _ => false,
        };
        let waits = !(accident && sheet.accident_exempt);
        ensure(!waits || event >= person.covered_from, || "it happened inside the wait".to_owned())?;
        let reported = case.reported.ok_or("it was never handed in")?;
        let in_time = reported >= event && reported <= plus_days(event, sheet.filing_days);
        ensure(in_time, || "it was filed late".to_owned())?;
        let window = person.arrears.values().map(|(_, until)| *until).min();
        ensure(window.is_none_or(|until| event <= until), || "shares were unpaid".to_owned())?;
        let grown = grown(sheet, person, &case.illness).ok_or("it is not in cover")?;
        let granted = match sheet.reimbursed {
            None => grown,
            Some((part, borne)) => {
                let above = case.cost.unwrap_or(0).saturating_sub(borne);
                part_of(u128::from(above), part).min(grown)
            }
        };
        let left = self.left(id, case, sheet)?;
        let due = granted.min(left);
        ensure(due > 0, || "nothing is left to pay".to_owned())?;
        Ok(due)
    }

    /// The aid of a claim that a jury granted: the table whatever a rule says, as often and as far as the plan pays at all.
    pub(super) fn aid_by_verdict(&self, id: ClaimId, case: &Case) -> Result<u128, Finding> {
        let sheet = self.sheet_on(case.illness.event_date).ok_or("there was no plan")?;
        let person = self.people.get(&case.enrolment).ok_or("nobody was enrolled")?;
        // A jury may look away from what caused an injury.
        let accident = case.illness.accident || case.illness.condition.as_str() == "injury";
        let illness = Illness { accident, ..case.illness.clone() };
        let (Some(grown), Ok(left)) = (grown(sheet, person, &illness), self.left(id, case, sheet)) else {
            return Ok(0);
        };
        let granted = match sheet.reimbursed {
            None => grown,
            Some((part, borne)) => {
                part_of(u128::from(case.cost.unwrap_or(0).saturating_sub(borne)), part).min(grown)
            }
        };
        Ok(granted.min(left))
    }

    /// What is left below the ceiling.
    fn left(&self, id: ClaimId, case: &Case, sheet: &Sheet) -> Result<u128, Finding> {
        let earlier: Vec<&Case> = self
            .claims
            .iter()
            .filter(|(other, one)| **other != id && one.is_granted() && self.same_person(one, case))
            .map(|(_, one)| one)
            .collect();
        let granted: u128 = earlier.iter().map(|one| one.aid).sum();
        let same = earlier.iter().filter(|one| one.illness.severity == case.illness.severity).count();
        match sheet.several {
            None => {
                ensure(granted == 0 && same == 0, || "the plan pays once".to_owned())?;
                Ok(u128::MAX)
            }
            Some((ceiling, mild)) => {
                let often = case.illness.severity == Severity::Mild && same >= usize::from(mild);
                ensure(!often, || "it was paid often enough".to_owned())?;
                let left = u128::from(ceiling).saturating_sub(granted);
                ensure(left > 0, || "the ceiling is reached".to_owned())?;
                Ok(left)
            }
        }
    }

    /// Whether two claims are about one person: dependants get a new member id each time they join.
    fn same_person(&self, one: &Case, other: &Case) -> bool {
        let identity = |case: &Case| self.people.get(&case.enrolment).map(|person| person.identity);
        identity(one) == identity(other)
    }

    /// Whether somebody is, pays for, or is paid for by one of the people of a claim.
    pub(super) fn related(&self, who: MemberId, case: &Case) -> bool {
        let payer = self.people.get(&case.enrolment).map(|person| person.payer);
        let people = [Some(case.member), Some(case.filed_by), payer];
        let close = |other: &Person| {
            let tied = other.payer == who || other.member == who;
            tied && (people.contains(&Some(other.member)) || people.contains(&Some(other.payer)))
        };
        people.contains(&Some(who)) || self.people.values().any(close)
    }
}

/// The amount of the aid table, grown with tenure; `None` when it is not in cover.
fn grown(sheet: &Sheet, person: &Person, illness: &Illness) -> Option<u128> {
    let [young, older, early, accident] = sheet.aid;
    let amount = match (illness.condition.as_str(), illness.severity) {
        ("tumour", Severity::Severe) if age_years(person.birth, illness.event_date) < OLDER => young,
        ("tumour", Severity::Severe) => older,
        ("in-situ", Severity::Mild) => early,
        ("injury", Severity::Mild) if illness.accident => accident,
        _ => return None,
    };
    let reached =
        |(from, _): &&(i64, u32)| plus_days(person.joined, *from) <= illness.event_date.max(person.joined);
    let part = sheet.tenure.iter().rfind(reached).map_or(10_000, |(_, part)| *part);
    Some(part_of(u128::from(amount), part))
}

/// So many hundredths of a percent of an amount, rounded half up.
const fn part_of(amount: u128, hundredths: u32) -> u128 {
    (amount * (hundredths as u128) + 5_000).div_euclid(10_000)
}
