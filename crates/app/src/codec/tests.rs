//! Golden bytes of every event. A line here may be added, never changed: stores hold these bytes.

use huzhu_domain::claim::{
    AfterObjection, Claimed, Dispute, EvidenceFile, FileKind, Illness, Judged, JuryAsker, JuryOrigin,
    Recommendation, Undisclosed, VerdictOutcome,
};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{EndReason, Joined};
use huzhu_domain::id::{BallotId, ClaimId, EnrolmentId, EvidenceId, JuryCaseId, MemberId, ObjectionId};
use huzhu_domain::jury::{Count, DrawRequest, Ruling, SeedProof, SeedSource, Side};
use huzhu_domain::member::Role;
use huzhu_domain::objection::{Answer, Ground, ObjectionEvent};
use huzhu_domain::period::{ClaimAid, CohortCount, CohortKey, CohortShare, Collection, Noticed, Statement};
use huzhu_domain::plan::{Language, PeriodKey, PlanId, PlanVersion, ReasonCode, Relation, Severity};
use huzhu_domain::preference::{MailWhen, Preferences, Topic};
use huzhu_domain::second_review::{Opinion, SecondReviewEvent};
use huzhu_ledger::{Account, Amount, Line};
use jiff::civil::date;

use super::*;

const fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid(n))
}

fn plan() -> PlanId {
    PlanId::new("mutual-aid").unwrap()
}

const fn digest() -> Digest {
    Digest::from_bytes([0xab; 32])
}

fn at() -> Moment {
    "2019-01-28T08:00:00.5Z".parse().unwrap()
}

const fn minor(n: u64) -> Amount {
    Amount::from_minor(n)
}

const KEY: PeriodKey = PeriodKey { year: 2019, month: 1, ordinal: 2 };

fn illness() -> Illness {
    Illness {
        condition: "malignant-tumour".parse().unwrap(),
        severity: Severity::Severe,
        event_date: date(2019, 1, 2),
        accident: false,
    }
}

fn member_events() -> Vec<Event> {
    let role = Role::Operator;
    [
        MemberEvent::Registered { contact: None },
        MemberEvent::Registered { contact: Some(digest()) },
        MemberEvent::IdentityGiven { identity: digest() },
        MemberEvent::RoleGranted { role },
        MemberEvent::RoleRevoked { role },
        MemberEvent::PreferencesChosen(Preferences {
            language: Some(Language::Zh),
            mail: [(Topic::MyClaims, MailWhen::AtOnce), (Topic::PlanChanges, MailWhen::Never)].into(),
        }),
        MemberEvent::Erased,
    ]
    .map(Event::Member)
    .to_vec()
}

fn plan_events() -> Vec<Event> {
    let version = PlanVersion(3);
    [
        PlanEvent::Published {
            version,
            text: "name = \"互助\"\n".to_owned(),
            digest: digest(),
            effective: date(2019, 2, 1),
        },
        PlanEvent::Withdrawn { version },
        PlanEvent::ClosedToJoining,
        PlanEvent::OpenedToJoining,
    ]
    .map(Event::Plan)
    .to_vec()
}

fn enrolment_events() -> Vec<Event> {
    let joined = Joined {
        plan: plan(),
        version: PlanVersion(3),
        member: member(1),
        payer: member(2),
        relation: Some(Relation::ParentInLaw),
        joined: date(2019, 1, 1),
        covered_from: date(2019, 4, 2),
        shares_from: date(2019, 1, 2),
        band_class: -1,
        over_age_from: None,
        identity: digest(),
        consent: digest(),
    };
    [
        EnrolmentEvent::Joined(joined),
        EnrolmentEvent::FellIntoArrears {
            period: KEY,
            amount: minor(u64::MAX),
            retry_until: date(2019, 2, 11),
        },
        EnrolmentEvent::ArrearsPaid { period: KEY },
        EnrolmentEvent::PayerChanged { payer: member(2), relation: None },
        EnrolmentEvent::Ended {
            until: date(2019, 3, 1),
            reason: EndReason::IllnessInWait,
            gives_back: false,
        },
        EnrolmentEvent::Ended { until: date(2019, 3, 1), reason: EndReason::IllnessInWait, gives_back: true },
        EnrolmentEvent::ArrearsGivenUp { period: KEY },
    ]
    .map(Event::Enrolment)
    .to_vec()
}

fn claim_events() -> Vec<Event> {
    let (reviewer, by, until, aid, period) = (member(8), member(9), at(), minor(30_000_000), KEY);
    let evidence = EvidenceId::from_uuid(uuid(4));
    let file = EvidenceFile { kind: FileKind::Dicom, bytes: 1_234, digest: digest(), at: at() };
    let claimed = Claimed {
        plan: plan(),
        enrolment: EnrolmentId::from_uuid(uuid(5)),
        member: member(1),
        filed_by: member(2),
        illness: illness(),
    };
    let reason = "not-in-cover".parse().unwrap();
    let refuse = Recommendation::Refuse { reason };
    vec![
        ClaimEvent::Drafted(claimed),
        ClaimEvent::Described(illness()),
        ClaimEvent::EvidenceAdded { evidence, file },
        ClaimEvent::EvidenceRemoved { evidence },
        ClaimEvent::Reported { at: at(), until },
        ClaimEvent::Taken { reviewer, until },
        ClaimEvent::MoreEvidenceRequested { reviewer, until },
        ClaimEvent::EvidenceCompleted { reviewer, until },
        ClaimEvent::Recommended { reviewer, recommendation: Recommendation::Approve { aid }, until },
        ClaimEvent::Recommended { reviewer, recommendation: refuse, until },
        ClaimEvent::Returned { by, reviewer, until },
        ClaimEvent::Approved { by, aid },
        ClaimEvent::Refused { by, reason: "filed-late".parse().unwrap(), until: None },
        ClaimEvent::PutOnNotice { period, aid, until },
        ClaimEvent::Cleared { period, aid },
        ClaimEvent::BecamePayable { period, aid, until },
        ClaimEvent::Paid { period, aid, at: at(), confirmation: digest() },
        ClaimEvent::Withdrawn,
        ClaimEvent::EvidenceOpened { evidence, by: member(8) },
        ClaimEvent::CardOpened { field: huzhu_domain::claim::HiddenField::EventDate, by: member(8) },
    ]
    .into_iter()
    .map(Event::Claim)
    .collect()
}

fn period_events() -> Vec<Event> {
    let key = CohortKey { class: -3, first: KEY };
    let claims = vec![ClaimAid { claim: ClaimId::from_uuid(uuid(6)), aid: minor(30_000_000) }];
    let before_the_log = Noticed {
        version: PlanVersion(3),
        headcount_day: date(2019, 1, 14),
        until: at(),
        sharing_day: date(2019, 1, 28),
        cohorts: vec![CohortCount { key, count: 23_000_000 }],
        claims: claims.clone(),
        cards: None,
    };
    let noticed = Noticed { cards: Some(vec![digest()]), ..before_the_log.clone() };
    let statement = Statement {
        claims: 1,
        aid: minor(30_000_000),
        fee: minor(2_400_000),
        carried_in: minor(1),
        cost: minor(32_400_001),
        headcount: 23_000_000,
        share: minor(2),
        shares_total: minor(46_000_000),
        surplus_before: minor(0),
        surplus: minor(13_599_999),
        borne_by_operator: minor(4),
        borne_by_sponsor: minor(5),
        carried_out: minor(6),
        cohorts: vec![CohortShare { key, count: 23_000_000, share: minor(2) }],
        payable: claims,
        shares: None,
    };
    let collection = Collection {
        collected: minor(45_000_000),
        failed: minor(1_000_000),
        failures: 500_000,
        report: digest(),
    };
    [
        PeriodEvent::NoticeOpened(before_the_log),
        PeriodEvent::NoticeOpened(noticed),
        PeriodEvent::Settled(statement),
        PeriodEvent::Collected(collection),
        PeriodEvent::Closed,
    ]
    .map(Event::Period)
    .to_vec()
}

/// What happens to a decision, from the claim's side.
fn disputed_claim_events() -> Vec<Event> {
    let (reviewer, by, investigator, until) = (member(8), member(9), member(7), at());
    let (objection, case) = (ObjectionId::from_uuid(uuid(1)), JuryCaseId::from_uuid(uuid(2)));
    let (aid, period) = (minor(30_000_000), KEY);
    let reason: ReasonCode = "not-in-cover".parse().unwrap();
    let refused = JuryOrigin::Refused { reason: reason.clone() };
    let on_notice = JuryOrigin::OnNotice { period, aid, until };
    let under_review = JuryOrigin::UnderReview { reviewer };
    let dismissed = |then| ClaimEvent::ObjectionDismissed { objection, by, then };
    let applied = |outcome| ClaimEvent::VerdictApplied { case, outcome };
    vec![
        ClaimEvent::Refused { by, reason: reason.clone(), until: Some(until) },
        ClaimEvent::Assigned { reviewer, by, until },
        ClaimEvent::InvestigationOrdered { reviewer, investigator, until },
        ClaimEvent::FindingsHandedIn { investigator, reviewer, until },
        ClaimEvent::InvestigationEnded { reviewer, until },
        ClaimEvent::Objected { objection, by, period, aid, notice_ends: until, until },
        dismissed(AfterObjection::Others),
        dismissed(AfterObjection::Notice { period, aid, until }),
        dismissed(AfterObjection::NextNotice { aid }),
        ClaimEvent::ObjectionWithdrawn { objection, then: AfterObjection::Others },
        ClaimEvent::ObjectionUpheld { objection, by, reviewer: by, until },
        ClaimEvent::JuryRequested { case, by, origin: refused.clone(), until },
        ClaimEvent::JuryRequested { case, by, origin: on_notice.clone(), until },
        ClaimEvent::JuryRequested { case, by, origin: under_review, until },
        ClaimEvent::JuryDue { case, origin: refused.clone(), until },
        ClaimEvent::JuryDeclined {
            case,
            by,
            origin: refused,
            ground: reason.clone(),
            until: Some(until),
            settled: false,
        },
        ClaimEvent::JuryDeclined {
            case,
            by,
            origin: on_notice.clone(),
            ground: reason.clone(),
            until: None,
            settled: true,
        },
        ClaimEvent::VerdictReached { case, origin: on_notice, for_claimant: true, until: None },
        applied(VerdictOutcome::Approve { aid }),
        applied(VerdictOutcome::Refuse { reason }),
        applied(VerdictOutcome::Notice { period, aid, until }),
        applied(VerdictOutcome::Review { reviewer, until }),
        ClaimEvent::DeadlinePassed { until },
        ClaimEvent::ConflictDeclared { by, until: None },
        ClaimEvent::ConflictDeclared { by, until: Some(until) },
        ClaimEvent::OverrideAsked { member: reviewer, by },
        ClaimEvent::OverrideConfirmed { member: reviewer, by },
        ClaimEvent::OverrideWithdrawn { member: reviewer, by },
        ClaimEvent::Examined {
            reviewer,
            judged: Judged {
                definition_met: Some(true),
                exclusions: ["pre-existing".parse().unwrap()].into(),
                first_diagnosed: Some(date(2019, 1, 2)),
                undisclosed: Undisclosed::Unrelated,
                shown: [("diagnosis".parse().unwrap(), EvidenceId::from_uuid(uuid(4)))].into(),
            },
        },
    ]
    .into_iter()
    .map(Event::Claim)
    .collect()
}

/// A file for an objection.
fn dispute_files() -> Vec<Event> {
    let (by, evidence, kind) = (member(9), EvidenceId::from_uuid(uuid(4)), FileKind::Jpeg);
    let file = EvidenceFile { kind, bytes: 1_234, digest: digest(), at: at() };
    let dispute = Dispute::Objection(ObjectionId::from_uuid(uuid(1)));
    vec![Event::Claim(ClaimEvent::DisputeEvidenceAdded { dispute, by, evidence, file })]
}

/// Objections and second reviews. Those of juries have their own.
fn dispute_events() -> Vec<Event> {
    let (by, until, at, plan) = (member(9), at(), at(), plan());
    let claim = ClaimId::from_uuid(uuid(6));
    let refuse = Opinion::Refuse { reason: "not-in-cover".parse().unwrap() };
    let objections = [
        ObjectionEvent::Raised { claim, plan: plan.clone(), by, ground: Ground::NotAsStated, at, until },
        ObjectionEvent::Answered { by, answer: Answer::Dismissed, at },
        ObjectionEvent::Withdrawn { at },
        ObjectionEvent::BecameMoot { at },
    ];
    let (recommender, confirmer, first) = (member(8), member(7), Opinion::Approve);
    let reviews = [
        SecondReviewEvent::Drawn { plan, recommender, confirmer, first, at, until },
        SecondReviewEvent::Given { by, second: refuse, at },
    ];
    objections.map(Event::Objection).into_iter().chain(reviews.map(Event::SecondReview)).collect()
}

fn jury_case_events() -> Vec<JuryCaseEvent> {
    let (by, at, until) = (member(9), at(), at());
    let request =
        DrawRequest { subject: digest(), roster: digest(), source: SeedSource::Vrf { key: digest() } };
    let answer = SeedProof { output: vec![1, 2], proof: vec![3] };
    let count = Count { for_claimant: 3, against: 2, invalid: 1, electorate: 9 };
    let closed = |ruling, appeal_until| JuryCaseEvent::Closed {
        subject: digest(),
        key: digest(),
        root: digest(),
        count,
        ruling,
        appeal_until,
        at,
    };
    vec![
        JuryCaseEvent::Requested {
            claim: ClaimId::from_uuid(uuid(3)),
            plan: plan(),
            version: PlanVersion(3),
            round: 1,
            by,
            asker: JuryAsker::Claimant,
            at,
            until,
        },
        JuryCaseEvent::Declined { by, ground: ReasonCode::new("inside-wait").unwrap(), at },
        JuryCaseEvent::Opened { plan: plan(), by, key: digest(), at, until, electorate: 9 },
        JuryCaseEvent::RosterCommitted { plan: plan(), by, roster: vec![member(1), member(2)], request, at },
        JuryCaseEvent::Drawn {
            request,
            answer,
            order: vec![1, 0],
            conflicts: vec![0],
            seats: 1,
            days: 5,
            key: digest(),
            at,
        },
        JuryCaseEvent::SteppedAside { juror: by, at },
        JuryCaseEvent::StatementGiven { side: Side::Plan, by, at },
        JuryCaseEvent::QuestionAsked { question: 1, to: Side::Claimant, by, at },
        JuryCaseEvent::QuestionPassedOn { question: 1, by, at },
        JuryCaseEvent::QuestionSetAside { question: 1, by, at },
        JuryCaseEvent::QuestionAnswered { question: 1, by, at },
        JuryCaseEvent::PollsClosed { ended: at },
        closed(Ruling::ForClaimant, None),
        closed(Ruling::AgainstClaimant, Some(until)),
        closed(Ruling::NoQuorum, None),
        JuryCaseEvent::Voided { at },
    ]
}

fn jury_events() -> Vec<Event> {
    let (by, at) = (member(9), at());
    let jurors = [
        JurorEvent::ExamBegun { questions: vec![3, 1, 2], at },
        JurorEvent::ExamTaken { right: 8, asked: 10, passed: true, at },
        JurorEvent::Volunteered { at },
        JurorEvent::Resigned { at },
        JurorEvent::StruckOff { by, at },
    ];
    let case = JuryCaseId::from_uuid(uuid(5));
    let cast = BallotEvent::Cast { case, plan: plan(), sealed: "ab01".to_owned(), at };
    let cases = jury_case_events().into_iter().map(Event::JuryCase);
    cases.chain(jurors.into_iter().map(Event::Juror)).chain([Event::Ballot(cast)]).collect()
}

pub(crate) fn all() -> Vec<Event> {
    [
        member_events(),
        plan_events(),
        enrolment_events(),
        claim_events(),
        period_events(),
        disputed_claim_events(),
        dispute_files(),
        dispute_events(),
        jury_events(),
    ]
    .concat()
}

/// Digests and the common part of ids are cut short, so that a line can be read.
fn shown(event: &Event) -> String {
    let bytes = encode(event);
    let (version, json) = bytes.split_first().unwrap();
    let json = std::str::from_utf8(json).unwrap();
    let json =
        json.replace(&digest().to_string(), "ab..").replace("01930000-0000-7000-8000-00000000000", "..");
    format!("{} {version} {json}", kind(event))
}

#[test]
fn the_bytes_of_each_event_are_these() {
    let shown: Vec<String> = all().iter().map(shown).collect();
    let golden: Vec<&str> = include_str!("golden.txt").lines().collect();
    for (shown, golden) in shown.iter().zip(&golden) {
        assert_eq!(shown, golden);
    }
    assert_eq!(shown.len(), golden.len(), "{:#?}", shown.get(golden.len()..));
}

#[test]
fn each_event_is_read_back_as_it_was() {
    let mut kinds: Vec<&str> = Vec::new();
    for event in all() {
        assert_eq!(decode(&encode(&event)), Ok(event.clone()));
        kinds.push(kind(&event));
    }
    // Some kinds stand more than once: with and without a contact, both recommendations, an end with and without
    // shares given back, a notice with and without its cards, a refusal with and without the way to a jury, three ways after
    // an objection, three origins and four outcomes of a jury, a request declined before and after a settlement, three rulings, a
    // conflict of somebody who had the claim and of somebody who had not.
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), all().len() - 4 - 1 - 2 - 2 - 2 - 2 - 2 - 1);
    let prefixed = kinds.iter().all(|kind| kind.split_once('.').is_some());
    assert!(prefixed, "{kinds:?}");
}

#[test]
fn bytes_that_are_no_event_of_this_version_are_refused() {
    let event = &member_events()[0];
    let good = encode(event);
    for version in (0..=255).filter(|version| *version != VERSION) {
        let mut bytes = good.clone();
        bytes[0] = version;
        assert_eq!(decode(&bytes), Err(CodecError::UnknownVersion { found: version }));
    }
    assert_eq!(decode(&[]), Err(CodecError::Empty));
    let unreadable = |bytes: &[u8]| matches!(decode(bytes), Err(CodecError::Unreadable { .. }));
    for cut in 1..good.len() {
        assert!(unreadable(&good[..cut]), "cut after {cut} bytes");
    }
    for json in [
        r#"{"member":{"unheard_of":{}}}"#,
        r#"{"weather":"rain"}"#,
        r#"{"member":{"role_granted":{"role":"emperor"}}}"#,
        r#"{"member":{"registered":{"contact":"ab"}}}"#,
        r#"{"period":"closed"} "closed""#,
        "null",
        "",
    ] {
        let bytes = [&[VERSION], json.as_bytes()].concat();
        assert!(unreadable(&bytes), "{json}");
    }
}

#[test]
fn streams_and_actors_have_one_text_each() {
    for stream in [
        StreamId::Member(member(1)),
        StreamId::Plan(plan()),
        StreamId::Enrolment(EnrolmentId::from_uuid(uuid(2))),
        StreamId::Claim(ClaimId::from_uuid(uuid(3))),
        StreamId::Period(plan(), KEY),
        StreamId::Objection(ObjectionId::from_uuid(uuid(4))),
        StreamId::JuryCase(JuryCaseId::from_uuid(uuid(5))),
        StreamId::Juror(plan(), member(1)),
        StreamId::Ballot(BallotId::from_uuid(uuid(6))),
        StreamId::SecondReview(ClaimId::from_uuid(uuid(7))),
    ] {
        assert_eq!(parse_stream(&stream.to_string()), Ok(stream));
    }
    for text in
        ["", "mem_1", "plan:", "plan:A", "period:mutual-aid", "period:mutual-aid:2019-13-1", "evd_0", "x:y"]
    {
        assert!(parse_stream(text).is_err(), "{text}");
    }
    for who in [Actor::System, Actor::Member(member(1))] {
        assert_eq!(parse_actor(&actor(who)), Ok(who));
    }
    assert!(parse_actor("root").is_err());
}

#[test]
fn texts_of_moments_sort_like_moments_and_lose_nothing() {
    let moments = [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999999Z",
        "2019-01-28T08:00:00Z",
        "2019-01-28T08:00:00.000000001Z",
        "2019-01-28T08:00:00.5Z",
        "2019-01-28T08:00:01Z",
        "9999-12-30T22:00:00Z",
    ]
    .map(|text| text.parse::<Moment>().unwrap());
    let texts = moments.map(moment);
    assert!(texts.is_sorted(), "{texts:?}");
    for (text, moment) in texts.iter().zip(moments) {
        assert_eq!(parse_moment(text), Ok(moment));
    }
    assert_eq!(parse_day(&day(date(2019, 1, 2))), Ok(date(2019, 1, 2)));
}

#[test]
fn columns_are_read_back_as_they_were() {
    let lines = vec![
        Line::debit(Account::SharesReceivable, Amount::MAX),
        Line::credit(Account::AidPayable, Amount::MAX),
    ];
    let text = column(&lines);
    assert_eq!(
        text,
        r#"[{"account":"shares_receivable","side":"debit","amount":18446744073709551615},{"account":"aid_payable","side":"credit","amount":18446744073709551615}]"#
    );
    assert_eq!(parse_column::<Vec<Line>>(&text), Ok(lines));
    assert!(parse_column::<Vec<Line>>("[{}]").is_err());
    for event in period_events() {
        match event {
            Event::Period(PeriodEvent::NoticeOpened(noticed)) => {
                assert_eq!(parse_column(&column(&noticed)), Ok(noticed));
            }
            Event::Period(PeriodEvent::Settled(statement)) => {
                assert_eq!(parse_column(&column(&statement)), Ok(statement));
            }
            Event::Period(PeriodEvent::Collected(collection)) => {
                assert_eq!(parse_column(&column(&collection)), Ok(collection));
            }
            other => assert_eq!(other, Event::Period(PeriodEvent::Closed)),
        }
    }
}
