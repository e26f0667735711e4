//! Joining a plan, for oneself or for a dependant.
//!
//! Consent is explicit: exact plan version, debit mandate and health answers are stored sealed, hashed, and given to the
//! member as a receipt. Nobody is enrolled without having been shown the price history and a forecast.

use std::collections::BTreeMap;

use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{Credit, Enrolment, EnrolmentEvent, JoinFacts, JoinRejection, Joined};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{EnrolmentId, MemberId};
use huzhu_domain::member::{Member, MemberEvent};
use huzhu_domain::plan::{AgeRejection, DependantsPay, PlanId, PlanTerms, PlanVersion, Relation, Split};
use huzhu_domain::time::{Day, Moment, day_of};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, Refusal};
use crate::identity::seal_person;
use crate::load::LoadedPlan;
use crate::permission::Action;
use crate::person::Person;
use crate::ports::{Append, EnrolmentQuery, Page, Sealed, Unit};
use crate::record::{CohortMove, EnrolmentRecord, MemberRecord, Record};
use crate::sign_in::refused;
use crate::transact::digest_bytes;

/// Joins a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Join {
    /// Id of the new enrolment, made by the caller so that a retry is harmless.
    pub enrolment: EnrolmentId,
    /// The plan.
    pub plan: PlanId,
    /// The version that was shown.
    pub version: PlanVersion,
    /// Price history and forecast were shown.
    pub history_shown: bool,
    /// The debit mandate was given.
    pub mandate: bool,
    /// Answers to the health questions by question code: `true` is yes.
    pub answers: BTreeMap<String, bool>,
    /// Who is to be covered, unless it is the caller.
    pub dependant: Option<Dependant>,
}

/// Somebody whom the caller pays for.
#[derive(Clone, Debug, Serialize)]
pub struct Dependant {
    /// Id of the new member, made by the caller.
    pub member: MemberId,
    /// How they are related to the caller.
    #[serde(serialize_with = "relation_word")]
    pub relation: Relation,
    /// Who they are.
    pub person: Person,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn relation_word<S: serde::Serializer>(relation: &Relation, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{relation:?}"))
}

/// The receipt of joining: what was agreed, with its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinReceipt {
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// The plan.
    pub plan: PlanId,
    /// The version agreed to.
    pub version: PlanVersion,
    /// Digest of the plan file's text.
    pub plan_digest: Digest,
    /// Who is covered.
    pub member: MemberId,
    /// Who pays.
    pub payer: MemberId,
    /// Day of joining.
    pub joined: Day,
    /// First day of cover for illness.
    pub covered_from: Day,
    /// First day on which the person is counted for sharing.
    pub shares_from: Day,
    /// Digest of the consent: of the JSON that `consent` of this enrolment opens to.
    pub consent: Digest,
    /// When.
    pub at: Moment,
}

/// What was consented to; its JSON is hashed into the enrolment and sealed under the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// The plan.
    pub plan: PlanId,
    /// The version shown and agreed to.
    pub version: PlanVersion,
    /// Digest of the plan file's text.
    pub plan_digest: Digest,
    /// Who is covered.
    pub member: MemberId,
    /// Who pays, and has agreed that shares are debited with a reminder before each debit.
    pub payer: MemberId,
    /// The debit mandate was given.
    pub mandate: bool,
    /// Price history and forecast were shown.
    pub history_shown: bool,
    /// Answers to the health questions.
    pub answers: BTreeMap<String, bool>,
    /// When.
    pub at: Moment,
}

/// A consent as it is sealed: the digest is that of the very bytes.
struct Written {
    payer: MemberId,
    bytes: Vec<u8>,
    digest: Digest,
}

impl Written {
    fn of(consent: &Consent) -> Result<Self, AppError> {
        let bytes = serde_json::to_vec(consent).map_err(|e| AppError::Broken(e.to_string()))?;
        let digest = digest_bytes(&bytes);
        Ok(Self { payer: consent.payer, bytes, digest })
    }
}

/// Who is to be covered and what follows from it.
struct Covered {
    member: MemberId,
    person: Person,
    relation: Option<Relation>,
    identity: Digest,
}

impl App {
    /// Joins a plan. Asks the identity and credit providers where the terms want them: when one does not answer the
    /// caller is told to try again, never waved through.
    pub async fn join(&self, call: &Call, mut command: Join) -> Result<Done<JoinReceipt>, AppError> {
        if let Some(dependant) = command.dependant.take() {
            let person = self.check_person(&dependant.person)?;
            command.dependant = Some(Dependant { person, ..dependant });
        }
        let command = &command;
        self.transact(call, Action::Join, command, |now| async move {
            let payer = Self::member_of(call)?;
            let plan = self.load_plan(&command.plan).await?;
            let terms = plan.terms_at(now)?;
            let covered = self.covered(payer, command).await?;
            let consent = Written::of(&consent(command, &plan, payer, covered.member, now))?;
            let facts = self.join_facts(command, &plan, terms, &consent, &covered, now).await?;
            self.check_other_plans(terms, covered.member).await?;
            let event = Enrolment::join(facts).map_err(join_refusal)?;
            let EnrolmentEvent::Joined(joined) = &event else {
                return Err(AppError::Broken("joining answered another event".to_owned()));
            };
            let receipt = receipt(command, &plan, joined, now);
            let unit = self.join_unit(call, command, &covered, consent, joined.clone(), now).await?;
            Ok((unit, receipt))
        })
        .await
    }

    async fn covered(&self, payer: MemberId, command: &Join) -> Result<Covered, AppError> {
        let (member, person, relation) = if let Some(dependant) = &command.dependant {
            (dependant.member, dependant.person.clone(), Some(dependant.relation))
        } else {
            let person = self.person(payer).await.map_err(|error| match error {
                AppError::NotFound(_) => refused("identity-missing"),
                other => other,
            })?;
            (payer, person, None)
        };
        let identity = self.identity_hash(&person);
        Ok(Covered { member, person, relation, identity })
    }

    async fn join_facts(
        &self,
        command: &Join,
        plan: &LoadedPlan,
        terms: &PlanTerms,
        consent: &Written,
        covered: &Covered,
        now: Moment,
    ) -> Result<JoinFacts, AppError> {
        let (today, payer) = (day_of(now, terms.zone()), consent.payer);
        let joining = terms.joining();
        let identity_confirmed = match (&self.identity, joining.real_name) {
            (_, false) => None,
            (Some(provider), true) => Some(provider.confirm(&covered.person).await?),
            (None, true) => return Err(AppError::Unavailable("no identity provider is set up".to_owned())),
        };
        let credit = match (&self.credit, joining.credit_score_min) {
            (_, None) => None,
            (Some(provider), Some(least)) => {
                let payer_person =
                    if covered.member == payer { covered.person.clone() } else { self.person(payer).await? };
                Some(Credit { score: provider.score(&payer_person).await?, least })
            }
            (None, Some(_)) => return Err(AppError::Unavailable("no credit provider is set up".to_owned())),
        };
        let answer = |code: &str| command.answers.get(code).copied();
        Ok(JoinFacts {
            joined: Joined {
                plan: command.plan.clone(),
                version: command.version,
                member: covered.member,
                payer,
                relation: covered.relation,
                joined: today,
                covered_from: terms.covered_from(today),
                shares_from: shares_from(terms, covered.relation, today),
                band_class: band_class(terms, covered.person.birth),
                over_age_from: terms.age_end_day(covered.person.birth),
                identity: covered.identity,
                consent: consent.digest,
            },
            plan_open: plan.open && joining.open_on(today),
            version_in_force: terms.version(),
            history_shown: command.history_shown,
            identity_confirmed,
            age: joining.check_age(covered.person.birth, today),
            credit,
            unanswered: joining
                .questions
                .iter()
                .filter(|question| answer(question.code.as_str()).is_none())
                .map(|question| question.code.to_string())
                .collect(),
            refusing: joining
                .questions
                .iter()
                .filter(|question| answer(question.code.as_str()) == Some(question.refuse_if))
                .map(|question| question.code.to_string())
                .collect(),
            relation_allowed: covered.relation.is_none_or(|relation| joining.dependants.contains(&relation)),
            mandate_given: command.mandate,
        })
    }

    /// Plans for members of another plan only, and people who may be in one plan of the platform only.
    async fn check_other_plans(&self, terms: &PlanTerms, member: MemberId) -> Result<(), AppError> {
        let joining = terms.joining();
        if joining.several_plans && joining.only_members_of.is_none() {
            return Ok(());
        }
        let enrolments = self.store.enrolments(&EnrolmentQuery::ByMember(member), &Page::first(100)).await?;
        let live = |plan: Option<&PlanId>| {
            enrolments.iter().any(|e| e.ended.is_none() && plan.is_none_or(|plan| e.plan == *plan))
        };
        if let Some(other) = joining.only_members_of.as_ref().filter(|other| !live(Some(other))) {
            let values = vec![("plan", other.to_string())];
            return Err(AppError::Refused(Refusal { code: "only-members-of", values }));
        }
        if !joining.several_plans && enrolments.iter().any(|e| e.ended.is_none() && e.plan != *terms.id()) {
            return Err(refused("one-plan-only"));
        }
        Ok(())
    }

    async fn join_unit(
        &self,
        call: &Call,
        command: &Join,
        covered: &Covered,
        consent: Written,
        joined: Joined,
        now: Moment,
    ) -> Result<Unit, AppError> {
        let mut unit = Unit::new(now, call.caller.actor());
        if command.dependant.is_some() {
            unit.appends.push(dependant_registration(covered));
            unit.sealed.push(seal_person(covered.member, &covered.person)?);
        }
        let payer = joined.payer;
        let enrolment = Enrolment::begin(command.enrolment, joined.clone());
        let record = EnrolmentRecord::of(&enrolment);
        unit.cohorts.push(CohortMove { plan: command.plan.clone(), from: None, to: record.cohort() });
        unit.appends.push(Append {
            stream: StreamId::Enrolment(command.enrolment),
            expected: 0,
            events: vec![Event::Enrolment(EnrolmentEvent::Joined(joined.clone()))],
            record: Record::Enrolment(record),
        });
        let name = format!("consent/{}", command.enrolment);
        unit.sealed.push(Sealed { owner: payer, name, bytes: consent.bytes });
        let values =
            vec![("plan", command.plan.to_string()), ("covered_from", joined.covered_from.to_string())];
        self.write_to(&mut unit, payer, "mail-joined", values).await?;
        Ok(unit)
    }

    /// The consent of an enrolment as the payer keeps it, with the digest that stands in the enrolment.
    pub async fn consent(&self, call: &Call, enrolment: EnrolmentId) -> Result<(Consent, Digest), AppError> {
        let caller = Self::member_of(call)?;
        let record = self.store.enrolment(enrolment).await?.filter(|record| record.payer == caller);
        let record = record.ok_or(AppError::NotFound("enrolment"))?;
        let loaded = self.load_enrolment(record.id).await?;
        let sealed = self.store.unseal(loaded.state.agreed().payer, &format!("consent/{enrolment}")).await?;
        let bytes = sealed.ok_or(AppError::NotFound("consent"))?;
        let consent = serde_json::from_slice(&bytes).map_err(|e| AppError::Broken(e.to_string()))?;
        Ok((consent, loaded.state.agreed().consent))
    }
}

fn consent(command: &Join, plan: &LoadedPlan, payer: MemberId, member: MemberId, at: Moment) -> Consent {
    Consent {
        enrolment: command.enrolment,
        plan: command.plan.clone(),
        version: command.version,
        plan_digest: plan.digest(command.version),
        member,
        payer,
        mandate: command.mandate,
        history_shown: command.history_shown,
        answers: command.answers.clone(),
        at,
    }
}

fn receipt(command: &Join, plan: &LoadedPlan, joined: &Joined, at: Moment) -> JoinReceipt {
    JoinReceipt {
        enrolment: command.enrolment,
        plan: command.plan.clone(),
        version: joined.version,
        plan_digest: plan.digest(joined.version),
        member: joined.member,
        payer: joined.payer,
        joined: joined.joined,
        covered_from: joined.covered_from,
        shares_from: joined.shares_from,
        consent: joined.consent,
        at,
    }
}

fn dependant_registration(covered: &Covered) -> Append {
    let events = [
        MemberEvent::Registered { contact: None },
        MemberEvent::IdentityGiven { identity: covered.identity },
    ];
    let mut member = Member::new(covered.member);
    for event in &events {
        member.apply(event);
    }
    Append {
        stream: StreamId::Member(covered.member),
        expected: 0,
        events: events.into_iter().map(Event::Member).collect(),
        record: Record::Member(MemberRecord::of(&member)),
    }
}

/// First day of sharing; never, where the plan takes no share for dependants.
fn shares_from(terms: &PlanTerms, relation: Option<Relation>, today: Day) -> Day {
    match (relation, terms.joining().dependants_pay) {
        (Some(_), DependantsPay::Nobody) => Day::MAX,
        (Some(_), DependantsPay::Payer) | (None, _) => terms.shares_from(today),
    }
}

/// See [`Joined::band_class`]: somebody born on 1 January is a year older that day, so belongs to the class before.
fn band_class(terms: &PlanTerms, birth: Day) -> i16 {
    match terms.sharing().split {
        Split::Equal => 0,
        Split::Banded(_) if birth.month() == 1 && birth.day() == 1 => birth.year().saturating_sub(1),
        Split::Banded(_) => birth.year(),
    }
}

fn join_refusal(rejection: JoinRejection) -> AppError {
    let (code, values) = match rejection {
        JoinRejection::PlanClosed => ("plan-closed", Vec::new()),
        JoinRejection::VersionNotShown { shown, in_force } => {
            ("version-not-shown", vec![("shown", shown.to_string()), ("in-force", in_force.to_string())])
        }
        JoinRejection::HistoryNotShown => ("history-not-shown", Vec::new()),
        JoinRejection::MandateMissing => ("mandate-missing", Vec::new()),
        JoinRejection::RelationNotAllowed => ("relation-not-allowed", Vec::new()),
        JoinRejection::IdentityNotConfirmed => ("identity-not-confirmed", Vec::new()),
        JoinRejection::Age(AgeRejection::NotBorn { .. }) => ("not-born", Vec::new()),
        JoinRejection::Age(AgeRejection::TooYoung { from, .. }) => {
            ("too-young", vec![("from", from.to_string())])
        }
        JoinRejection::Age(AgeRejection::TooOld { to, .. }) => ("too-old", vec![("to", to.to_string())]),
        JoinRejection::CreditTooLow { score, least } => {
            ("credit-too-low", vec![("score", score.to_string()), ("least", least.to_string())])
        }
        JoinRejection::HealthUnanswered { question } => ("health-unanswered", vec![("question", question)]),
        JoinRejection::HealthRefuses { question } => ("health-refuses", vec![("question", question)]),
    };
    AppError::Refused(Refusal { code, values })
}
