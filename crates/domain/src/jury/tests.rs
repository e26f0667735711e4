//! All states, verbs and people of a jury case, and random lives of one.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use huzhu_ledger::Percent;
use jiff::ToSpan;
use proptest::prelude::*;

use super::*;
use crate::claim::JuryAsker;
use crate::digest::Digest;
use crate::id::{ClaimId, JuryCaseId, MemberId};
use crate::plan::{Asker, Jury, JuryMode, Localized, PlanId, PlanVersion, Reason, ReasonCode};
use crate::time::Moment;

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid(n))
}

fn day(n: i64) -> Moment {
    Moment::UNIX_EPOCH + (24 * n).hours()
}

fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn ground() -> ReasonCode {
    ReasonCode::new("inside-wait").unwrap()
}

fn jury(mode: JuryMode) -> Jury {
    let text = Localized::new("Inside the wait.", "等待期内。");
    Jury {
        mode,
        threshold: Percent::parse("50").unwrap(),
        asked_by: vec![Asker::Claimant],
        not_accepted: vec![Reason { code: ground(), text }],
        exam: true,
        standing_days: 30,
    }
}

fn open() -> Jury {
    jury(JuryMode::Open { quorum: 3, quorum_percent_max: Percent::HUNDRED, hours: 24 })
}

fn drawn() -> Jury {
    jury(JuryMode::Drawn { size: 3, reserves: 1, deadline_days: 2, appeals: 1 })
}

/// People around a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The claimant.
    Claimant,
    /// The clerk.
    Clerk,
    /// The reviewer of the claim.
    Reviewer,
    /// A juror: drawn and called, where jurors are drawn.
    Juror,
    /// Another juror: not drawn.
    Other,
}

impl Who {
    const ALL: [Self; 5] = [Self::Claimant, Self::Clerk, Self::Reviewer, Self::Juror, Self::Other];

    fn id(self) -> MemberId {
        member(match self {
            Self::Claimant => 1,
            Self::Clerk => 2,
            Self::Reviewer => 3,
            Self::Juror => 10,
            Self::Other => 99,
        })
    }
}

fn involved() -> BTreeSet<MemberId> {
    [Who::Claimant.id(), Who::Reviewer.id()].into()
}

fn head(round: u8, asker: JuryAsker) -> CaseHead {
    CaseHead {
        id: JuryCaseId::from_uuid(uuid(7)),
        claim: ClaimId::from_uuid(uuid(8)),
        plan: PlanId::new("plan").unwrap(),
        version: PlanVersion(1),
        round,
        by: Who::Claimant.id(),
        asker,
        requested: day(0),
    }
}

fn requested(jury: &Jury) -> JuryCase {
    let event = JuryCase::request(&head(0, JuryAsker::Claimant), Some(jury), day(3)).unwrap();
    JuryCase::begin(JuryCaseId::from_uuid(uuid(7)), &event).unwrap()
}

fn request_of_draw() -> DrawRequest {
    DrawRequest { subject: digest(1), roster: digest(2), source: SeedSource::Vrf { key: digest(3) } }
}

fn seed() -> SeedProof {
    SeedProof { output: vec![1], proof: vec![2] }
}

fn counted() -> Counted {
    Counted {
        subject: digest(1),
        key: digest(5),
        root: digest(6),
        count: Count { for_claimant: 2, against: 1, invalid: 0, electorate: 0 },
        appeal_until: Some(day(30)),
    }
}

/// Verbs of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Decline,
    Open,
    CommitRoster,
    Seat,
    StepAside,
    Vote,
    State,
    Ask,
    PassOn,
    SetAside,
    Answer,
    ClosePolls,
    Close,
    Void,
}

impl Verb {
    const ALL: [Self; 14] = [
        Self::Decline,
        Self::Open,
        Self::CommitRoster,
        Self::Seat,
        Self::StepAside,
        Self::Vote,
        Self::State,
        Self::Ask,
        Self::PassOn,
        Self::SetAside,
        Self::Answer,
        Self::ClosePolls,
        Self::Close,
        Self::Void,
    ];

    /// Whether it makes a difference who does it.
    const fn is_personal(self) -> bool {
        !matches!(self, Self::Seat | Self::State | Self::Answer | Self::ClosePolls | Self::Close | Self::Void)
    }
}

fn attempt(
    case: &JuryCase,
    jury: &Jury,
    (verb, who): (Verb, Who),
    now: Moment,
    votes: &Votes,
) -> Result<Option<JuryCaseEvent>, JuryRejection> {
    let (by, involved) = (who.id(), involved());
    let roster = || (10..16).map(member).collect();
    Ok(Some(match verb {
        Verb::Decline => case.decline(by, &involved, ground(), jury, now)?,
        Verb::Open => case.open(by, &involved, jury, 9, digest(4), now)?,
        Verb::CommitRoster => case.commit_roster(by, &involved, jury, roster(), request_of_draw(), now)?,
        Verb::Seat => case.seat(seed(), vec![0, 1, 2, 3], &[1].into(), jury, digest(4), now)?,
        Verb::StepAside => case.step_aside(by, now, votes)?,
        Verb::Vote => return case.check_vote(by, &involved, now, votes).map(|_| None),
        Verb::State => case.state_view(Side::Claimant, by, now)?,
        Verb::Ask => case.ask(by, Side::Claimant, &involved, now, votes)?,
        Verb::PassOn => case.sort_question(1, true, by, &involved, now)?,
        Verb::SetAside => case.sort_question(1, false, by, &involved, now)?,
        Verb::Answer => case.answer(1, Side::Claimant, by, now)?,
        Verb::ClosePolls => case.close_polls(now, votes)?,
        Verb::Close => case.close(counted(), jury, now)?,
        Verb::Void => case.void(now)?,
    }))
}

fn led(jury: &Jury, verbs: &[(Verb, Who, i64)]) -> JuryCase {
    let mut case = requested(jury);
    for (verb, who, at) in verbs {
        let event = attempt(&case, jury, (*verb, *who), day(*at), &Votes::new());
        case.apply(&event.unwrap().unwrap());
    }
    case
}

/// Every state there is, at a moment that matters in it.
fn states() -> Vec<(&'static str, Jury, JuryCase, Moment)> {
    use Verb::{Ask, Close, ClosePolls, CommitRoster, Decline, Open, PassOn, Seat, Void};
    let (o, d, c) = (open, drawn, Who::Clerk);
    let to_open = [(Open, c, 0)];
    let to_drawing = [(CommitRoster, c, 0)];
    let to_sitting = [(CommitRoster, c, 0), (Seat, c, 0)];
    let asked = [(Open, c, 0), (Ask, Who::Juror, 0)];
    let passed = [(Open, c, 0), (Ask, Who::Juror, 0), (PassOn, c, 0)];
    let counting = [(Open, c, 0), (ClosePolls, c, 1)];
    let closed = [(Open, c, 0), (ClosePolls, c, 1), (Close, c, 1)];
    vec![
        ("req", o(), led(&o(), &[]), day(1)),
        ("reqd", d(), led(&d(), &[]), day(1)),
        ("decl", o(), led(&o(), &[(Decline, c, 0)]), day(1)),
        ("open", o(), led(&o(), &to_open), day(0) + 23.hours()),
        ("ask", o(), led(&o(), &asked), day(0) + 23.hours()),
        ("pass", o(), led(&o(), &passed), day(0) + 23.hours()),
        ("late", o(), led(&o(), &to_open), day(1)),
        ("draw", d(), led(&d(), &to_drawing), day(1)),
        ("sit", d(), led(&d(), &to_sitting), day(1)),
        ("noshow", d(), led(&d(), &to_sitting), day(4)),
        ("count", o(), led(&o(), &counting), day(1)),
        ("closed", o(), led(&o(), &closed), day(1)),
        ("void", o(), led(&o(), &[(Void, c, 0)]), day(1)),
    ]
}

fn short(outcome: &Result<Option<JuryCaseEvent>, JuryRejection>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(rejection) => match rejection {
            JuryRejection::NoJury => "nojury",
            JuryRejection::MayNotAsk => "mayn't",
            JuryRejection::NoAppealLeft => "noappl",
            JuryRejection::WrongState { .. } => ".",
            JuryRejection::Involved => "own",
            JuryRejection::UnknownGround { .. } => "ground",
            JuryRejection::NobodyToDraw => "nobody",
            JuryRejection::VotingOver { .. } => "over",
            JuryRejection::VotingRuns { .. } => "runs",
            JuryRejection::NotCalled => "not",
            JuryRejection::Replaced => "repl",
            JuryRejection::AlreadyVoted => "voted",
            JuryRejection::NoSuchQuestion { .. } => "noq",
            JuryRejection::TooManyQuestions { .. } => "many",
        },
    }
}

#[test]
fn every_state_verb_and_person() {
    let states = states();
    let mut table = format!("{:<22}", "");
    for (name, ..) in &states {
        write!(table, "{name:<7}").unwrap();
    }
    table.truncate(table.trim_end().len());
    for verb in Verb::ALL {
        let people: &[Who] = if verb.is_personal() { &Who::ALL } else { &[Who::Clerk] };
        for who in people {
            let name = if verb.is_personal() { format!("{verb:?}({who:?})") } else { format!("{verb:?}") };
            write!(table, "\n{name:<22}").unwrap();
            for (_, jury, case, now) in &states {
                let outcome = attempt(case, jury, (verb, *who), *now, &Votes::new());
                write!(table, "{:<7}", short(&outcome)).unwrap();
            }
            table.truncate(table.trim_end().len());
        }
    }
    insta::assert_snapshot!(table, @r"
                          req    reqd   decl   open   ask    pass   late   draw   sit    noshow count  closed void
    Decline(Claimant)     own    own    own    own    own    own    own    own    own    own    own    own    own
    Decline(Clerk)        ok     ok     .      .      .      .      .      .      .      .      .      .      .
    Decline(Reviewer)     own    own    own    own    own    own    own    own    own    own    own    own    own
    Decline(Juror)        ok     ok     .      .      .      .      .      .      .      .      .      .      .
    Decline(Other)        ok     ok     .      .      .      .      .      .      .      .      .      .      .
    Open(Claimant)        own    own    own    own    own    own    own    own    own    own    own    own    own
    Open(Clerk)           ok     .      .      .      .      .      .      .      .      .      .      .      .
    Open(Reviewer)        own    own    own    own    own    own    own    own    own    own    own    own    own
    Open(Juror)           ok     .      .      .      .      .      .      .      .      .      .      .      .
    Open(Other)           ok     .      .      .      .      .      .      .      .      .      .      .      .
    CommitRoster(Claimant)own    own    own    own    own    own    own    own    own    own    own    own    own
    CommitRoster(Clerk)   .      ok     .      .      .      .      .      .      .      .      .      .      .
    CommitRoster(Reviewer)own    own    own    own    own    own    own    own    own    own    own    own    own
    CommitRoster(Juror)   .      ok     .      .      .      .      .      .      .      .      .      .      .
    CommitRoster(Other)   .      ok     .      .      .      .      .      .      .      .      .      .      .
    Seat                  .      .      .      .      .      .      .      ok     .      .      .      .      .
    StepAside(Claimant)   .      .      .      .      .      .      .      .      not    not    .      .      .
    StepAside(Clerk)      .      .      .      .      .      .      .      .      not    not    .      .      .
    StepAside(Reviewer)   .      .      .      .      .      .      .      .      not    not    .      .      .
    StepAside(Juror)      .      .      .      .      .      .      .      .      ok     repl   .      .      .
    StepAside(Other)      .      .      .      .      .      .      .      .      not    not    .      .      .
    Vote(Claimant)        own    own    own    own    own    own    own    own    own    own    own    own    own
    Vote(Clerk)           .      .      .      ok     ok     ok     over   .      not    not    over   over   .
    Vote(Reviewer)        own    own    own    own    own    own    own    own    own    own    own    own    own
    Vote(Juror)           .      .      .      ok     ok     ok     over   .      ok     repl   over   over   .
    Vote(Other)           .      .      .      ok     ok     ok     over   .      not    not    over   over   .
    State                 ok     ok     .      ok     ok     ok     .      ok     ok     ok     .      .      .
    Ask(Claimant)         own    own    own    own    own    own    own    own    own    own    own    own    own
    Ask(Clerk)            .      .      .      ok     ok     ok     over   .      not    not    over   over   .
    Ask(Reviewer)         own    own    own    own    own    own    own    own    own    own    own    own    own
    Ask(Juror)            .      .      .      ok     many   many   over   .      ok     repl   over   over   .
    Ask(Other)            .      .      .      ok     ok     ok     over   .      not    not    over   over   .
    PassOn(Claimant)      own    own    own    own    own    own    own    own    own    own    own    own    own
    PassOn(Clerk)         .      .      .      noq    ok     noq    noq    .      noq    noq    .      .      .
    PassOn(Reviewer)      own    own    own    own    own    own    own    own    own    own    own    own    own
    PassOn(Juror)         .      .      .      noq    ok     noq    noq    .      noq    noq    .      .      .
    PassOn(Other)         .      .      .      noq    ok     noq    noq    .      noq    noq    .      .      .
    SetAside(Claimant)    own    own    own    own    own    own    own    own    own    own    own    own    own
    SetAside(Clerk)       .      .      .      noq    ok     noq    noq    .      noq    noq    .      .      .
    SetAside(Reviewer)    own    own    own    own    own    own    own    own    own    own    own    own    own
    SetAside(Juror)       .      .      .      noq    ok     noq    noq    .      noq    noq    .      .      .
    SetAside(Other)       .      .      .      noq    ok     noq    noq    .      noq    noq    .      .      .
    Answer                .      .      .      noq    noq    ok     noq    .      noq    noq    .      .      .
    ClosePolls            .      .      .      runs   runs   runs   ok     .      runs   ok     .      .      .
    Close                 .      .      .      .      .      .      .      .      .      .      ok     .      .
    Void                  ok     ok     .      ok     ok     ok     ok     ok     ok     ok     ok     .      .
    ");
}

#[test]
fn every_state_says_who_has_the_ball() {
    let mut table = String::new();
    for (name, _, case, now) in states() {
        let phase = case.phase(now, &Votes::new());
        writeln!(
            table,
            "{name}: {} {} {:?}",
            case.word(),
            phase.word(),
            phase.until().map(|at| at.as_second().div_euclid(3_600))
        )
        .unwrap();
    }
    insta::assert_snapshot!(table, @r"
    req: requested with-clerk Some(72)
    reqd: requested with-clerk Some(72)
    decl: declined ended None
    open: open voting Some(24)
    ask: open voting Some(24)
    pass: open voting Some(24)
    late: open counting None
    draw: drawing waiting-for-seed None
    sit: sitting voting Some(48)
    noshow: sitting counting None
    count: counting counting None
    closed: closed ended None
    void: voided ended None
    ");
}

#[test]
fn who_may_ask_for_which_jury() {
    let ask =
        |jury: Option<&Jury>, round, asker| JuryCase::request(&head(round, asker), jury, day(3)).map(drop);
    let (open, drawn) = (open(), drawn());
    for (jury, round, asker, expected) in [
        (None, 0, JuryAsker::Claimant, Err(JuryRejection::NoJury)),
        (Some(&open), 0, JuryAsker::Claimant, Ok(())),
        (Some(&open), 0, JuryAsker::Objector, Err(JuryRejection::MayNotAsk)),
        (Some(&open), 0, JuryAsker::Operator, Err(JuryRejection::MayNotAsk)),
        // Once per claim in an open vote; one larger jury where they are drawn, for whoever lost.
        (Some(&open), 1, JuryAsker::Claimant, Err(JuryRejection::NoAppealLeft)),
        (Some(&drawn), 1, JuryAsker::Claimant, Ok(())),
        (Some(&drawn), 1, JuryAsker::Objector, Ok(())),
        (Some(&drawn), 2, JuryAsker::Claimant, Err(JuryRejection::NoAppealLeft)),
    ] {
        assert_eq!(ask(jury, round, asker), expected, "{round} {asker:?}");
    }
}

#[test]
fn a_request_is_declined_on_a_ground_of_the_terms_only() {
    let (jury, other) = (open(), ReasonCode::new("no-mood").unwrap());
    let case = requested(&jury);
    let expected = Err(JuryRejection::UnknownGround { ground: other.clone() });
    assert_eq!(case.decline(Who::Clerk.id(), &involved(), other, &jury, day(1)), expected);
}

#[test]
fn an_open_vote_ends_by_the_clock_whoever_looks_and_whenever() {
    let jury = open();
    let mut case = led(&jury, &[(Verb::Open, Who::Clerk, 0)]);
    let none = Votes::new();
    assert_eq!(case.phase(day(1) - 1.second(), &none), Phase::Voting(day(1)));
    assert_eq!(
        case.close_polls(day(1) - 1.second(), &none),
        Err(JuryRejection::VotingRuns { until: day(1) })
    );
    for late in [1, 2, 90] {
        assert_eq!(case.close_polls(day(late), &none), Ok(JuryCaseEvent::PollsClosed { ended: day(1) }));
    }
    case.apply(&case.close_polls(day(90), &none).unwrap());
    case.apply(&case.close(counted(), &jury, day(90)).unwrap());
    let CaseState::Closed { ended, ruling, appeal_until, count, .. } = case.state() else {
        unreachable!("{case:?}")
    };
    assert_eq!((*ended, *ruling, *appeal_until, count.electorate), (day(1), Ruling::ForClaimant, None, 9));
}

#[test]
fn a_drawn_jury_ends_when_all_have_voted_and_its_verdict_can_go_to_a_larger_one() {
    let jury = drawn();
    let mut case = led(&jury, &[(Verb::CommitRoster, Who::Clerk, 0), (Verb::Seat, Who::Clerk, 0)]);
    // Positions 0, 2 and 3 sit: the second one of the four has a conflict.
    let votes: Votes = [(10, 0), (12, 1), (13, 1)].map(|(n, at)| (member(n), day(at))).into();
    assert_eq!(case.phase(day(1), &votes), Phase::Counting);
    assert_eq!(
        case.check_vote(member(11), &involved(), day(0), &Votes::new()),
        Err(JuryRejection::NotCalled)
    );
    case.apply(&case.close_polls(day(50), &votes).unwrap());
    case.apply(&case.close(counted(), &jury, day(50)).unwrap());
    let CaseState::Closed { ended, count, appeal_until, .. } = case.state() else { unreachable!("{case:?}") };
    assert_eq!((*ended, count.electorate, *appeal_until), (day(1), 3, Some(day(30))));
}

proptest! {
    /// Whatever is tried in whatever order: what `apply` makes of the events is what the verbs saw, and nothing leaves an end.
    #[test]
    fn replay_gives_the_state_and_ends_are_final(
        tries in proptest::collection::vec((0_usize..14, 0_usize..5, 0_i64..3), 0..40),
        by_lot in any::<bool>(),
    ) {
        let jury = if by_lot { drawn() } else { open() };
        let mut case = requested(&jury);
        let first = JuryCase::request(&head(0, JuryAsker::Claimant), Some(&jury), day(3)).unwrap();
        let (mut events, mut now) = (vec![first], day(0));
        for (verb, who, hours) in tries {
            now += (hours * 12).hours();
            let before = case.clone();
            let tried = attempt(&case, &jury, (Verb::ALL[verb], Who::ALL[who]), now, &Votes::new());
            if let Ok(Some(event)) = tried {
                let ended = matches!(
                    before.state(),
                    CaseState::Declined { .. } | CaseState::Closed { .. } | CaseState::Voided
                );
                prop_assert!(!ended, "left its end");
                case.apply(&event);
                events.push(event);
            }
        }
        let mut replayed = JuryCase::begin(case.id(), &events[0]).unwrap();
        for event in &events {
            replayed.apply(event);
        }
        prop_assert_eq!(replayed, case);
    }
}
