//! All pairs of state and verb, and the edges of each verb; random lives are in [`lives`].

mod lives;

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::date;

use super::*;
use crate::id::{EnrolmentId, JuryCaseId, ObjectionId};
use crate::plan::{ConditionCode, PeriodKey, PlanId, ReasonCode, Severity};

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid(n))
}

fn file(n: usize) -> EvidenceId {
    EvidenceId::from_uuid(uuid(u128::try_from(n).unwrap()))
}

fn period(ordinal: u8) -> PeriodKey {
    PeriodKey { year: 2019, month: 6, ordinal }
}

fn on_day(n: i64) -> Moment {
    Moment::UNIX_EPOCH + (n * 24).hours()
}

fn deadlines(now: Moment) -> Deadlines {
    Deadlines {
        contact: now + 24.hours(),
        review: now + 48.hours(),
        evidence: now + 72.hours(),
        confirmation: now + 24.hours(),
        investigation: now + 96.hours(),
        objection: now + 24.hours(),
        jury: Some(now + 240.hours()),
        clerk: now + 24.hours(),
    }
}

const APPROVED: Amount = Amount::from_minor(30_000_000);

/// People around a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The person who fell ill.
    Ill,
    /// The payer who files the claim.
    Payer,
    /// A member of staff; in fixed states the one who holds or recommended the claim.
    Anna,
    /// Another member of staff.
    Bela,
    /// A member of the plan who has nothing to do with the claim; in fixed states the one who objected.
    Omar,
}

impl Who {
    fn id(self) -> MemberId {
        member(match self {
            Self::Ill => 1,
            Self::Payer => 2,
            Self::Anna => 3,
            Self::Bela => 4,
            Self::Omar => 5,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Describe,
    AddEvidence,
    RemoveEvidence,
    OpenEvidence,
    OpenCard(Who),
    Report,
    Take(Who),
    RequestEvidence(Who),
    CompleteEvidence,
    StopWaiting(Who),
    Examine(Who),
    RecommendAid(Who),
    RecommendNone(Who),
    Confirm(Who),
    SendBack(Who),
    PutOnNotice,
    Clear,
    BecomePayable,
    Pay,
    Withdraw,
    Assign(Who),
    Investigate(Who),
    HandInFindings(Who),
    EndInvestigation(Who),
    Object(Who),
    AddToObjection(Who),
    Dismiss(Who),
    Uphold(Who),
    TakeBack(Who),
    AskJury(Who, JuryAsker),
    JuryDue,
    DeclineJury(Who),
    ReachVerdict,
    ApplyVerdict,
    MissDeadline,
    DeclareConflict(Who),
    /// An exception for the first, asked for by the second.
    AskOverride(Who, Who),
    /// An exception for the first, agreed to by the second.
    ConfirmOverride(Who, Who),
    WithdrawOverride(Who),
}

/// What people say of conflicts; a thing apart, since it is said after the end too, where papers are still read.
fn conflict_verbs() -> Vec<Verb> {
    let mut all: Vec<Verb> =
        [Who::Ill, Who::Payer, Who::Anna, Who::Bela, Who::Omar].map(Verb::DeclareConflict).to_vec();
    // In fixed states Bela has asked for an exception for Omar.
    all.extend([Who::Ill, Who::Anna, Who::Bela, Who::Omar].map(|who| Verb::AskOverride(who, Who::Bela)));
    all.extend([Who::Payer, Who::Anna, Who::Bela, Who::Omar].map(|by| Verb::ConfirmOverride(Who::Omar, by)));
    all.push(Verb::ConfirmOverride(Who::Anna, Who::Bela));
    all.extend([Who::Omar, Who::Anna].map(Verb::WithdrawOverride));
    all
}

/// Every verb by everybody who could try it.
fn verbs() -> Vec<Verb> {
    let mut all =
        vec![Verb::Describe, Verb::AddEvidence, Verb::RemoveEvidence, Verb::OpenEvidence, Verb::Report];
    let people = [Who::Ill, Who::Payer, Who::Anna, Who::Bela];
    all.extend([Who::Payer, Who::Bela].map(Verb::OpenCard));
    all.extend(people.map(Verb::Take));
    all.extend(people.map(Verb::RequestEvidence));
    all.push(Verb::CompleteEvidence);
    all.extend(people.map(Verb::StopWaiting));
    all.extend(people.map(Verb::Examine));
    all.extend(people.map(Verb::RecommendAid));
    all.extend(people.map(Verb::RecommendNone));
    all.extend(people.map(Verb::Confirm));
    all.extend(people.map(Verb::SendBack));
    all.extend([Verb::PutOnNotice, Verb::Clear, Verb::BecomePayable, Verb::Pay, Verb::Withdraw]);
    let everybody = [Who::Ill, Who::Payer, Who::Anna, Who::Bela, Who::Omar];
    all.extend([Who::Ill, Who::Anna, Who::Bela].map(Verb::Assign));
    all.extend([Who::Ill, Who::Anna, Who::Omar].map(Verb::Investigate));
    all.extend([Who::Ill, Who::Anna, Who::Omar].map(Verb::HandInFindings));
    all.extend([Who::Ill, Who::Anna, Who::Bela].map(Verb::EndInvestigation));
    all.extend(everybody.map(Verb::Object));
    all.extend([Who::Payer, Who::Anna, Who::Omar].map(Verb::AddToObjection));
    all.extend(everybody.map(Verb::Dismiss));
    all.extend([Who::Ill, Who::Anna, Who::Bela].map(Verb::Uphold));
    all.extend([Who::Payer, Who::Omar].map(Verb::TakeBack));
    for asker in [JuryAsker::Claimant, JuryAsker::Objector, JuryAsker::Operator] {
        all.extend([Who::Payer, Who::Bela, Who::Omar].map(|who| Verb::AskJury(who, asker)));
    }
    all.extend([Verb::JuryDue, Verb::DeclineJury(Who::Payer), Verb::DeclineJury(Who::Bela)]);
    all.extend([Verb::ReachVerdict, Verb::ApplyVerdict, Verb::MissDeadline]);
    all
}

fn objection() -> ObjectionId {
    ObjectionId::from_uuid(uuid(70))
}

fn case() -> JuryCaseId {
    JuryCaseId::from_uuid(uuid(80))
}

fn illness() -> Illness {
    Illness {
        condition: ConditionCode::new("malignant-tumour").unwrap(),
        severity: Severity::Severe,
        event_date: date(2019, 6, 1),
        accident: false,
    }
}

fn evidence(at: Moment) -> EvidenceFile {
    EvidenceFile { kind: FileKind::Pdf, bytes: 1, digest: Digest::from_bytes([1; 32]), at }
}

fn reason() -> ReasonCode {
    ReasonCode::new("not-in-cover").unwrap()
}

fn attempt(claim: &Claim, verb: Verb, now: Moment) -> Result<ClaimEvent, ClaimRejection> {
    let due = deadlines(now);
    match verb {
        Verb::Describe => claim.describe(illness()),
        Verb::AddEvidence => claim.add_evidence(file(claim.evidence().len()), evidence(now)),
        Verb::RemoveEvidence => claim.remove_evidence(file(0)),
        Verb::OpenEvidence => claim.open_evidence(file(0), Who::Anna.id()),
        Verb::OpenCard(who) => claim.open_card(HiddenField::Name, who.id()),
        Verb::Report => claim.report(now, &due),
        Verb::Take(who) => claim.take(who.id(), &due),
        Verb::RequestEvidence(who) => claim.request_evidence(who.id(), None, &due),
        Verb::CompleteEvidence => claim.complete_evidence(&due),
        Verb::Examine(who) => claim.examine(who.id(), Judged::default()),
        Verb::StopWaiting(who) => claim.stop_waiting(who.id(), now, &due),
        Verb::RecommendAid(who) => claim.recommend(who.id(), Recommendation::Approve { aid: APPROVED }, &due),
        Verb::RecommendNone(who) => {
            claim.recommend(who.id(), Recommendation::Refuse { reason: reason() }, &due)
        }
        Verb::Confirm(who) => claim.confirm(who.id(), due.jury),
        Verb::SendBack(who) => claim.send_back(who.id(), &due),
        Verb::PutOnNotice => claim.put_on_notice(period(1), now + 72.hours()),
        Verb::Clear => claim.clear(period(1), now),
        Verb::BecomePayable => claim.become_payable(period(1), Amount::from_minor(29_000_000), now),
        Verb::Pay => claim.pay(now, Digest::from_bytes([2; 32])),
        Verb::Withdraw => claim.withdraw(),
        Verb::Assign(who) => claim.assign(who.id(), Who::Omar.id(), &due),
        Verb::Investigate(who) => claim.order_investigation(Who::Anna.id(), who.id(), &due),
        Verb::HandInFindings(who) => claim.hand_in_findings(who.id(), &due),
        Verb::EndInvestigation(who) => claim.end_investigation(who.id(), &due),
        Verb::Object(who) => {
            let id = ObjectionId::from_uuid(uuid(70 + u128::try_from(claim.objectors().len()).unwrap()));
            claim.object(id, who.id(), now, &due)
        }
        Verb::AddToObjection(who) => {
            let dispute = Dispute::Objection(objection());
            claim.add_dispute_evidence(dispute, who.id(), file(9), evidence(now))
        }
        Verb::Dismiss(who) => claim.dismiss_objection(objection(), who.id(), false),
        Verb::Uphold(who) => claim.uphold_objection(objection(), who.id(), &due),
        Verb::TakeBack(who) => claim.withdraw_objection(objection(), who.id(), false),
        Verb::AskJury(who, asker) => {
            let id = JuryCaseId::from_uuid(uuid(80 + u128::try_from(claim.verdicts().len()).unwrap()));
            claim.request_jury(id, asker, who.id(), now, &due)
        }
        Verb::JuryDue => claim.jury_due(current_case(claim), now),
        Verb::DeclineJury(who) => {
            claim.decline_jury(current_case(claim), who.id(), reason(), Some(now + 24.hours()), false)
        }
        Verb::ReachVerdict => claim.reach_verdict(current_case(claim), true, None),
        Verb::ApplyVerdict => claim.apply_verdict(now, Some(APPROVED), reason(), false, due.review),
        Verb::MissDeadline => claim.miss_deadline(now),
        Verb::DeclareConflict(who) => {
            // Where it gives back what somebody holds, that comes last.
            claim.declare_conflict(who.id(), &due).map(|mut events| events.pop().unwrap())
        }
        Verb::AskOverride(who, by) => claim.ask_override(who.id(), by.id()),
        Verb::ConfirmOverride(who, by) => claim.confirm_override(who.id(), by.id()),
        Verb::WithdrawOverride(who) => claim.withdraw_override(who.id(), Who::Anna.id()),
    }
}

fn current_case(claim: &Claim) -> JuryCaseId {
    match claim.state() {
        State::JuryRequested { case, .. } => *case,
        _ => case(),
    }
}

fn drafted() -> Claim {
    Claim::begin(
        ClaimId::from_uuid(uuid(9)),
        Claimed {
            plan: PlanId::new("sample").unwrap(),
            enrolment: EnrolmentId::from_uuid(uuid(8)),
            member: Who::Ill.id(),
            filed_by: Who::Payer.id(),
            illness: illness(),
        },
    )
}

/// A claim with one file in `state`.
fn in_state(state: State) -> Claim {
    let mut claim = drafted();
    claim.evidence.insert(file(0), evidence(on_day(0)));
    claim.reported = (state != State::Draft).then_some(on_day(0));
    if matches!(state, State::Objected { .. }) {
        claim.objectors.insert(objection(), Who::Omar.id());
        claim.open_objections.insert(objection());
    }
    claim.overrides.insert(Who::Omar.id(), Override { asked_by: Who::Bela.id(), confirmed_by: None });
    claim.state = state;
    claim
}

/// One state of each kind; deadlines end on day 10, Anna holds the claim.
fn states() -> Vec<(&'static str, State)> {
    let (reviewer, until, aid, key) = (Who::Anna.id(), on_day(10), APPROVED, period(1));
    let recommendation = Recommendation::Approve { aid };
    vec![
        ("dr", State::Draft),
        ("rp", State::Reported { until }),
        ("ur", State::UnderReview { reviewer, until }),
        ("me", State::MoreEvidenceNeeded { reviewer, until }),
        ("in", State::Investigating { reviewer, investigator: Who::Omar.id(), until }),
        ("rc", State::Recommended { reviewer, recommendation, until }),
        ("ap", State::Approved { aid }),
        ("rf", State::Refused { reason: reason(), until: Some(on_day(11)) }),
        ("on", State::OnNotice { period: key, aid, until: on_day(11) }),
        ("ob", State::Objected { period: key, aid, notice_ends: on_day(11), until }),
        ("jr", State::JuryRequested { case: case(), origin: refused(), until }),
        ("vd", State::Verdict { case: case(), origin: refused(), for_claimant: true, until: None }),
        ("cl", State::Cleared { period: key, aid }),
        ("py", State::Payable { period: key, aid, until }),
        ("pd", State::Paid { period: key, aid, at: until }),
        ("wd", State::Withdrawn),
    ]
}

fn refused() -> JuryOrigin {
    JuryOrigin::Refused { reason: reason() }
}

/// What a verb does, in a few letters: the state it leads to, or why not.
fn cell(claim: &Claim, verb: Verb, now: Moment) -> &'static str {
    match attempt(claim, verb, now) {
        Ok(event) => State::after(&event).map_or("ok", |state| {
            states().into_iter().find(|(_, other)| other.word() == state.word()).unwrap().0
        }),
        Err(ClaimRejection::WrongState { .. }) => ".",
        Err(ClaimRejection::OwnClaim) => "own",
        Err(ClaimRejection::NotYours) => "not",
        Err(ClaimRejection::SamePerson) => "same",
        Err(ClaimRejection::NotIndependent) => "dep",
        Err(ClaimRejection::NoticeRunning { .. } | ClaimRejection::VerdictOpen { .. }) => "soon",
        Err(ClaimRejection::AlreadyObjected | ClaimRejection::OverrideThere) => "once",
        Err(ClaimRejection::ObjectionNotOpen | ClaimRejection::NoOverride) => "none",
        Err(ClaimRejection::OverrideAlone) => "two",
        Err(ClaimRejection::NoJury | ClaimRejection::AlreadyJudged) => "nojy",
        Err(other) => panic!("not a matter of state and person: {other}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the whole table is one snapshot")]
fn every_state_answers_every_verb() {
    let states = states();
    let words: Vec<&str> = states.iter().map(|(_, state)| state.word()).collect();
    assert_eq!(words, State::WORDS, "the table has every state");
    let mut table = format!("{:<24}", "");
    for (code, _) in &states {
        write!(table, "{code:<5}").unwrap();
    }
    for verb in verbs().into_iter().chain(conflict_verbs()) {
        write!(table, "\n{:<24}", format!("{verb:?}")).unwrap();
        for (_, state) in &states {
            write!(table, "{:<5}", cell(&in_state(state.clone()), verb, on_day(10))).unwrap();
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
                            dr   rp   ur   me   in   rc   ap   rf   on   ob   jr   vd   cl   py   pd   wd
    Describe                ok   .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
    AddEvidence             ok   ok   ok   ok   ok   .    .    .    .    ok   ok   .    .    .    .    .
    RemoveEvidence          ok   .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
    OpenEvidence            .    ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    Report                  rp   .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
    OpenCard(Payer)         own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    OpenCard(Bela)          .    ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    Take(Ill)               own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Take(Payer)             own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Take(Anna)              .    ur   .    .    .    .    .    .    .    .    .    .    .    .    .    .
    Take(Bela)              .    ur   ur   .    .    .    .    .    .    .    .    .    .    .    .    .
    RequestEvidence(Ill)    own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    RequestEvidence(Payer)  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    RequestEvidence(Anna)   .    .    me   .    .    .    .    .    .    .    .    .    .    .    .    .
    RequestEvidence(Bela)   .    .    not  .    .    .    .    .    .    .    .    .    .    .    .    .
    CompleteEvidence        .    .    .    ur   .    .    .    .    .    .    .    .    .    .    .    .
    StopWaiting(Ill)        own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    StopWaiting(Payer)      own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    StopWaiting(Anna)       .    .    .    ur   .    .    .    .    .    .    .    .    .    .    .    .
    StopWaiting(Bela)       .    .    .    ur   .    .    .    .    .    .    .    .    .    .    .    .
    Examine(Ill)            own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Examine(Payer)          own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Examine(Anna)           .    .    ok   .    .    .    .    .    .    .    .    .    .    .    .    .
    Examine(Bela)           .    .    not  .    .    .    .    .    .    .    .    .    .    .    .    .
    RecommendAid(Ill)       own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    RecommendAid(Payer)     own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    RecommendAid(Anna)      .    .    rc   .    .    .    .    .    .    .    .    .    .    .    .    .
    RecommendAid(Bela)      .    .    not  .    .    .    .    .    .    .    .    .    .    .    .    .
    RecommendNone(Ill)      own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    RecommendNone(Payer)    own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    RecommendNone(Anna)     .    .    rc   .    .    .    .    .    .    .    .    .    .    .    .    .
    RecommendNone(Bela)     .    .    not  .    .    .    .    .    .    .    .    .    .    .    .    .
    Confirm(Ill)            own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Confirm(Payer)          own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Confirm(Anna)           .    .    .    .    .    same .    .    .    .    .    .    .    .    .    .
    Confirm(Bela)           .    .    .    .    .    ap   .    .    .    .    .    .    .    .    .    .
    SendBack(Ill)           own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    SendBack(Payer)         own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    SendBack(Anna)          .    .    .    .    .    same .    .    .    .    .    .    .    .    .    .
    SendBack(Bela)          .    .    .    .    .    ur   .    .    .    .    .    .    .    .    .    .
    PutOnNotice             .    .    .    .    .    .    on   .    .    .    .    .    .    .    .    .
    Clear                   .    .    .    .    .    .    .    .    soon .    .    .    .    .    .    .
    BecomePayable           .    .    .    .    .    .    .    .    .    .    .    .    py   .    .    .
    Pay                     .    .    .    .    .    .    .    .    .    .    .    .    .    pd   .    .
    Withdraw                wd   wd   wd   wd   wd   wd   wd   .    wd   wd   wd   .    .    .    .    .
    Assign(Ill)             own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Assign(Anna)            .    ur   .    .    .    .    .    .    .    .    .    .    .    .    .    .
    Assign(Bela)            .    ur   ur   .    .    .    .    .    .    .    .    .    .    .    .    .
    Investigate(Ill)        .    .    own  .    .    .    .    .    .    .    .    .    .    .    .    .
    Investigate(Anna)       .    .    dep  .    .    .    .    .    .    .    .    .    .    .    .    .
    Investigate(Omar)       .    .    in   .    .    .    .    .    .    .    .    .    .    .    .    .
    HandInFindings(Ill)     .    .    .    .    not  .    .    .    .    .    .    .    .    .    .    .
    HandInFindings(Anna)    .    .    .    .    not  .    .    .    .    .    .    .    .    .    .    .
    HandInFindings(Omar)    .    .    .    .    ur   .    .    .    .    .    .    .    .    .    .    .
    EndInvestigation(Ill)   own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    EndInvestigation(Anna)  .    .    .    .    ur   .    .    .    .    .    .    .    .    .    .    .
    EndInvestigation(Bela)  .    .    .    .    not  .    .    .    .    .    .    .    .    .    .    .
    Object(Ill)             own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Object(Payer)           own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Object(Anna)            .    .    .    .    .    .    .    .    ob   ob   .    .    .    .    .    .
    Object(Bela)            .    .    .    .    .    .    .    .    ob   ob   .    .    .    .    .    .
    Object(Omar)            .    .    .    .    .    .    .    .    ob   once .    .    .    .    .    .
    AddToObjection(Payer)   none none none none none none none none none none none none none none none none
    AddToObjection(Anna)    none none none none none none none none none none none none none none none none
    AddToObjection(Omar)    none none none none none none none none none ok   none none none none none none
    Dismiss(Ill)            own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Dismiss(Payer)          own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Dismiss(Anna)           none none none none none none none none none on   none none none none none none
    Dismiss(Bela)           none none none none none none none none none on   none none none none none none
    Dismiss(Omar)           none none none none none none none none none same none none none none none none
    Uphold(Ill)             own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    Uphold(Anna)            none none none none none none none none none ur   none none none none none none
    Uphold(Bela)            none none none none none none none none none ur   none none none none none none
    TakeBack(Payer)         none none none none none none none none none none none none none none none none
    TakeBack(Omar)          none none none none none none none none none on   none none none none none none
    AskJury(Payer, Claimant).    .    .    .    .    .    .    jr   .    .    .    nojy .    .    .    .
    AskJury(Bela, Claimant) .    .    .    .    .    .    .    not  .    .    .    nojy .    .    .    .
    AskJury(Omar, Claimant) .    .    .    .    .    .    .    not  .    .    .    nojy .    .    .    .
    AskJury(Payer, Objector).    .    .    .    .    .    .    .    none .    .    nojy .    .    .    .
    AskJury(Bela, Objector) .    .    .    .    .    .    .    .    none .    .    nojy .    .    .    .
    AskJury(Omar, Objector) .    .    .    .    .    .    .    .    none .    .    nojy .    .    .    .
    AskJury(Payer, Operator).    .    own  .    .    .    .    .    .    .    .    nojy .    .    .    .
    AskJury(Bela, Operator) .    .    jr   .    .    .    .    .    .    .    .    nojy .    .    .    .
    AskJury(Omar, Operator) .    .    jr   .    .    .    .    .    .    .    .    nojy .    .    .    .
    JuryDue                 .    .    .    .    .    .    .    .    .    .    jr   .    .    .    .    .
    DeclineJury(Payer)      own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    DeclineJury(Bela)       .    .    .    .    .    .    .    .    .    .    rf   .    .    .    .    .
    ReachVerdict            .    .    .    .    .    .    .    .    .    .    vd   .    .    .    .    .
    ApplyVerdict            .    .    .    .    .    .    .    .    .    .    .    ap   .    .    .    .
    MissDeadline            .    ok   ok   ok   ok   ok   .    .    .    ok   ok   .    .    ok   .    .
    DeclareConflict(Ill)    own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    DeclareConflict(Payer)  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    DeclareConflict(Anna)   .    ok   rp   rp   rp   rp   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    DeclareConflict(Bela)   .    ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    DeclareConflict(Omar)   .    ok   ok   ok   ur   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    AskOverride(Ill, Bela)  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    AskOverride(Anna, Bela) ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    AskOverride(Bela, Bela) two  two  two  two  two  two  two  two  two  two  two  two  two  two  two  two
    AskOverride(Omar, Bela) once once once once once once once once once once once once once once once once
    ConfirmOverride(Omar, Payer)own  own  own  own  own  own  own  own  own  own  own  own  own  own  own  own
    ConfirmOverride(Omar, Anna)ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    ConfirmOverride(Omar, Bela)two  two  two  two  two  two  two  two  two  two  two  two  two  two  two  two
    ConfirmOverride(Omar, Omar)two  two  two  two  two  two  two  two  two  two  two  two  two  two  two  two
    ConfirmOverride(Anna, Bela)none none none none none none none none none none none none none none none none
    WithdrawOverride(Omar)  ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
    WithdrawOverride(Anna)  none none none none none none none none none none none none none none none none
    ");
}

#[test]
fn every_state_says_who_has_the_ball_and_what_it_knows() {
    let mut table = String::new();
    for (_, state) in states() {
        let known = [
            state.until().map(|_| "until"),
            state.period().map(|_| "period"),
            state.aid().map(|_| "aid"),
            state.is_final(on_day(12)).then_some("final"),
        ];
        let known: Vec<&str> = known.into_iter().flatten().collect();
        writeln!(table, "{}: {} ({})", state.word(), state.holder().word(), known.join(", ")).unwrap();
    }
    insta::assert_snapshot!(table, @r"
    draft: claimant ()
    reported: reviewer (until)
    under-review: reviewer (until)
    more-evidence-needed: claimant (until)
    investigating: investigator (until)
    recommended: confirmer (until, aid)
    approved: calendar (aid)
    refused: claimant (until, final)
    on-notice: members (until, period, aid)
    objected: reviewer (until, period, aid)
    jury-requested: jury (until)
    verdict: jury ()
    cleared: calendar (period, aid)
    payable: operator (until, period, aid)
    paid: nobody (period, aid, final)
    withdrawn: nobody (final)
    ");
}

#[test]
fn a_claim_needs_files_and_never_replaces_one() {
    let (now, mut claim) = (on_day(0), drafted());
    assert_eq!(claim.report(now, &deadlines(now)), Err(ClaimRejection::NoEvidence));
    assert_eq!(claim.remove_evidence(file(0)), Err(ClaimRejection::UnknownEvidence));
    for n in 0..60 {
        claim.apply(&claim.add_evidence(file(n), evidence(now)).unwrap());
    }
    assert_eq!(claim.add_evidence(file(0), evidence(now)), Err(ClaimRejection::EvidenceAlreadyAdded));
    assert_eq!(
        claim.add_evidence(file(60), evidence(now)),
        Err(ClaimRejection::TooMuchEvidence { limit: 60 })
    );
    claim.apply(&claim.remove_evidence(file(7)).unwrap());
    assert!(claim.add_evidence(file(60), evidence(now)).is_ok());
}

#[test]
fn notice_is_cleared_at_its_end_and_in_its_own_period() {
    let claim = in_state(State::OnNotice { period: period(1), aid: APPROVED, until: on_day(3) });
    let just_before = on_day(3) - 1.nanosecond();
    assert_eq!(claim.clear(period(1), just_before), Err(ClaimRejection::NoticeRunning { until: on_day(3) }));
    assert!(claim.clear(period(1), on_day(3)).is_ok());
    let other = Err(ClaimRejection::OtherPeriod { period: period(1) });
    assert_eq!(claim.clear(period(2), on_day(3)), other);
    let claim = in_state(State::Cleared { period: period(1), aid: APPROVED });
    assert_eq!(claim.become_payable(period(2), APPROVED, on_day(9)), other);
}

#[test]
fn a_reviewer_waits_for_evidence_until_it_is_due() {
    let claim = in_state(State::MoreEvidenceNeeded { reviewer: Who::Anna.id(), until: on_day(3) });
    let early = on_day(3) - 1.nanosecond();
    assert_eq!(
        claim.stop_waiting(Who::Bela.id(), early, &deadlines(early)),
        Err(ClaimRejection::EvidenceNotDue { until: on_day(3) })
    );
    let event = claim.stop_waiting(Who::Bela.id(), on_day(3), &deadlines(on_day(3)));
    assert_eq!(event, Ok(ClaimEvent::Taken { reviewer: Who::Bela.id(), until: on_day(5) }));
}

#[test]
#[should_panic(expected = "more than was approved")]
fn paying_more_than_was_approved_is_a_bug() {
    let claim = in_state(State::Cleared { period: period(1), aid: APPROVED });
    let more = APPROVED.checked_add(Amount::from_minor(1)).unwrap();
    let _ = claim.become_payable(period(1), more, on_day(9));
}

#[test]
fn a_claim_that_was_sent_back_can_be_decided_by_others() {
    let mut claim = drafted();
    for (day, verb) in [
        Verb::AddEvidence,
        Verb::Report,
        Verb::Take(Who::Anna),
        Verb::RequestEvidence(Who::Anna),
        Verb::AddEvidence,
        Verb::CompleteEvidence,
        Verb::RecommendAid(Who::Anna),
        Verb::SendBack(Who::Bela),
        Verb::Take(Who::Bela),
        Verb::RecommendNone(Who::Bela),
        Verb::Confirm(Who::Anna),
    ]
    .into_iter()
    .enumerate()
    {
        let event = attempt(&claim, verb, on_day(i64::try_from(day).unwrap())).unwrap();
        claim.apply(&event);
    }
    assert_eq!(claim.state(), &State::Refused { reason: reason(), until: Some(on_day(20)) });
    assert_eq!(
        (claim.recommender(), claim.confirmer(), claim.returned(), claim.evidence().len()),
        (Some(Who::Bela.id()), Some(Who::Anna.id()), 1, 2)
    );
}

#[test]
fn a_claimant_has_the_time_of_the_terms_for_more_evidence_or_that_of_the_latest_item() {
    let now = on_day(10);
    let claim = in_state(State::UnderReview { reviewer: Who::Anna.id(), until: on_day(12) });
    for (latest, until) in [
        (None, now + 72.hours()),
        (Some(now + 24.hours()), now + 72.hours()),
        (Some(now + 96.hours()), now + 96.hours()),
    ] {
        let event = claim.request_evidence(Who::Anna.id(), latest, &deadlines(now)).unwrap();
        assert_eq!(event, ClaimEvent::MoreEvidenceRequested { reviewer: Who::Anna.id(), until });
    }
}

/// A claim with one objection by Omar, which holds `files` files.
fn objected_with(files: usize) -> Claim {
    let mut claim = in_state(states().into_iter().find(|(code, _)| *code == "ob").unwrap().1);
    for n in 0..files {
        let dispute = Dispute::Objection(objection());
        let added = claim.add_dispute_evidence(dispute, Who::Omar.id(), file(100 + n), evidence(on_day(10)));
        claim.apply(&added.unwrap());
    }
    claim
}

#[test]
fn files_of_a_dispute_are_few_are_never_replaced_and_are_no_part_of_the_claim() {
    let add = |claim: &Claim, id| {
        let dispute = Dispute::Objection(objection());
        claim.add_dispute_evidence(dispute, Who::Omar.id(), file(id), evidence(on_day(10)))
    };
    for (files, id, expected) in [
        (0, 0, Some(ClaimRejection::EvidenceAlreadyAdded)),
        (1, 100, Some(ClaimRejection::EvidenceAlreadyAdded)),
        (9, 200, None),
        (10, 200, Some(ClaimRejection::TooMuchDisputeEvidence { limit: 10 })),
    ] {
        let claim = objected_with(files);
        assert_eq!(add(&claim, id).err(), expected, "file {id} after {files}");
        assert_eq!(claim.evidence().len(), 1, "the claim's own file");
        assert_eq!(claim.files_of(Dispute::Objection(objection())).count(), files);
    }
    let claim = objected_with(1);
    assert_eq!(
        claim.add_evidence(file(100), evidence(on_day(10))),
        Err(ClaimRejection::EvidenceAlreadyAdded),
        "one id, one file"
    );
    assert!(claim.open_evidence(file(100), Who::Bela.id()).is_ok(), "looks are on record");
}
