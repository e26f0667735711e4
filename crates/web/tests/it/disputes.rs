//! Ten real disputes, retold: each goes through the use cases to the end that the terms say, and what the claimant, the objector
//! or the juror reads of it is kept as a snapshot in both languages.
//!
//! The stories are those of members of plans that ran: somebody who fell ill a day too early, a coma with a machine that paused
//! for 50 minutes, a health question that was forgotten and did not matter.

use std::fmt::Write as _;

use huzhu_app::call::Call;
use huzhu_app::claims::{
    AddEvidence, Advice, ConfirmClaim, Declaration, Declare, DraftClaim, ExamineClaim, OwnClaim,
    RecommendClaim, TakeClaim,
};
use huzhu_app::error::AppError;
use huzhu_app::jury::{AcceptRequest, Answers, CastBallot, OfCase, RequestJury};
use huzhu_app::objections::{AnswerObjection, RaiseObjection};
use huzhu_app::periods::OfPeriod;
use huzhu_app::plans::PublishPlan;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::claim::{Illness, Undisclosed};
use huzhu_domain::id::{ClaimId, EvidenceId, JuryCaseId, ObjectionId};
use huzhu_domain::jury::Choice::{self, Against, ForClaimant};
use huzhu_domain::member::Role;
use huzhu_domain::objection::{Answer, Ground};
use huzhu_domain::plan::{ConditionCode, ItemCode, PeriodKey, ReasonCode, Severity};
use huzhu_domain::time::Day;
use huzhu_web::i18n::Locale;
use huzhu_web::mail::render_mail_in;
use huzhu_web::problem::Problem;
use jiff::civil::date;

use crate::pages_render::words;
use crate::pages_world::{
    CONFIRMER, OPERATOR, PDF, PLAN, REVIEWER, Town, by, claim, enrolment, member, plan,
};
use crate::staff_world::{Site, check_page, noon};

const CLERK: u128 = 90_005;
/// Somebody else who may answer objections.
const COLLEAGUE: u128 = 90_006;
/// The jury of the terms, and one that is drawn by lot.
const OPEN: &str = "mode = \"open\"\nquorum = 200\nquorum_percent_max = \"10\"\nhours = 24";
const BY_LOT: &str = "mode = \"drawn\"\nsize = 3\nreserves = 0\ndeadline_days = 2\nappeals = 0";

/// Residents 1 to 9 have been covered since 2 February; 1 to 4 passed the exam of jurors. The day is 8 March.
async fn site(changes: &[(&str, &str)]) -> Site {
    let town = Town::empty(false).await;
    let mut text = PLAN.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the plan has no {from:?}");
        text = text.replace(from, to);
    }
    town.app.publish_plan(&Call::system(), PublishPlan { text }).await.expect("a plan");
    for (n, role) in [(CLERK, Role::Clerk), (COLLEAGUE, Role::Reviewer)] {
        town.register(n).await;
        let command = ChangeRole { member: member(n), role: role.word(), grant: true };
        town.app.change_role(&Call::system(), command).await.expect("a role");
    }
    town.clock.set(noon(date(2026, 1, 2)));
    for n in 1..=9 {
        town.settle_in(n).await;
    }
    town.clock.set(noon(date(2026, 3, 8)));
    for n in 1..=4 {
        let me = by(n, None);
        town.app.begin_exam(&me, &plan()).await.expect("begun");
        let sheet = town.app.exam_sheet(&me, &plan()).await.expect("a sheet");
        let answers = sheet.questions.iter().map(|question| Some(question.right)).collect();
        let done = town.app.hand_in_exam(&me, &Answers { plan: plan(), answers }).await.expect("handed in");
        assert!(done.receipt.passed);
    }
    Site::over(town, false).await
}

fn reviewer() -> Call {
    by(REVIEWER, Some(Role::Reviewer))
}

fn code(text: &str) -> ReasonCode {
    ReasonCode::new(text).expect("a code")
}

fn case(n: u128) -> JuryCaseId {
    JuryCaseId::from_uuid(uuid::Uuid::from_u128((5 << 100) + n))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, AppError>, expected: &str) -> AppError {
    match result {
        Err(AppError::Refused(refusal)) => {
            assert_eq!(refusal.code, expected);
            AppError::Refused(refusal)
        }
        other => unreachable!("not a refusal: {other:?}"),
    }
}

/// What somebody reads.
enum Piece {
    /// The page of a claim, up to where it stands, for its claimant.
    Claim(u128, ClaimId),
    /// The rules as that page shows them.
    Rules(u128, ClaimId),
    /// The newest messages of somebody.
    Messages(u128, usize),
    /// A page.
    Page(u128, String),
    /// Why something was not done.
    Refusal(AppError),
}

impl Site {
    /// The state of a claim.
    async fn state(&self, n: u128, id: ClaimId) -> &'static str {
        self.town.app.claim_view(&by(n, None), id).await.expect("a claim").state
    }

    async fn takes(&self, id: ClaimId) {
        self.town.app.take_claim(&reviewer(), TakeClaim { claim: id }).await.expect("taken");
    }

    async fn recommends(&self, id: ClaimId, advice: Advice) -> Result<(), AppError> {
        self.town.app.recommend(&reviewer(), &RecommendClaim { claim: id, advice }).await.map(drop)
    }

    /// An approval is not possible; answers why.
    async fn cannot_be_approved(&self, id: ClaimId, rule: &str) {
        match self.recommends(id, Advice::Approve { cost: None }).await {
            Err(AppError::Refused(refusal)) => {
                assert_eq!(refusal.code, "claim-not-eligible");
                assert_eq!(refusal.values[0], ("rule", rule.to_owned()));
            }
            other => unreachable!("not a refusal: {other:?}"),
        }
    }

    async fn refuses(&self, id: ClaimId, reason: &str) {
        self.recommends(id, Advice::Refuse { reason: code(reason) }).await.expect("recommended");
        self.confirms(id).await;
    }

    async fn approves(&self, id: ClaimId) {
        self.recommends(id, Advice::Approve { cost: None }).await.expect("recommended");
        self.confirms(id).await;
    }

    async fn confirms(&self, id: ClaimId) {
        let confirmer = by(CONFIRMER, Some(Role::Confirmer));
        self.town.app.confirm_claim(&confirmer, ConfirmClaim { claim: id }).await.expect("confirmed");
    }

    /// The reviewer notes what the papers of claim `n` show.
    async fn examines(&self, n: u128, definition_met: Option<bool>, undisclosed: Undisclosed) {
        let file = |number| EvidenceId::from_uuid(uuid::Uuid::from_u128((4 << 100) + n * 10 + number));
        let item = |text: &str| ItemCode::new(text).expect("a code");
        let shown = [(item("diagnosis"), file(0)), (item("records"), file(1))].into();
        let exclusions = std::collections::BTreeSet::new();
        let command = ExamineClaim {
            claim: claim(n),
            definition_met,
            exclusions,
            first_diagnosed: None,
            undisclosed,
            shown,
        };
        self.town.app.examine_claim(&reviewer(), &command).await.expect("examined");
    }

    /// Another claim of member `n`.
    async fn files_again(&self, id: ClaimId, n: u128, condition: &str, on: Day) {
        let illness = Illness {
            condition: ConditionCode::new(condition).expect("a code"),
            severity: Severity::Severe,
            event_date: on,
            accident: false,
        };
        let (app, me) = (&self.town.app, by(n, None));
        let draft = DraftClaim { claim: id, enrolment: enrolment(n), illness };
        app.draft_claim(&me, &draft).await.expect("a draft");
        let evidence = EvidenceId::from_uuid(uuid::Uuid::from_u128(id.uuid().as_u128() + (1 << 100) + 5_000));
        let file = AddEvidence { of: id.into(), evidence, bytes: PDF.to_vec() };
        app.add_evidence(&me, &file).await.expect("a file");
        app.report_claim(&me, OwnClaim { claim: id }).await.expect("reported");
    }

    /// A coma whose machine paused: filed, looked at, refused. Then the claimant asks for jury 1, and the clerk accepts.
    async fn before_a_jury(&self) {
        self.town.reported(9, "deep-coma", Severity::Severe, date(2026, 3, 4)).await;
        self.takes(claim(9)).await;
        self.examines(9, Some(false), Undisclosed::Nothing).await;
        self.cannot_be_approved(claim(9), "definition-not-met").await;
        self.refuses(claim(9), "definition-not-met").await;
        self.asks_for_a_jury().await.expect("asked");
        let clerk = by(CLERK, Some(Role::Clerk));
        self.town.app.accept_jury(&clerk, AcceptRequest { case: case(1) }).await.expect("accepted");
    }

    async fn asks_for_a_jury(&self) -> Result<(), AppError> {
        let statement = "The machine paused for 50 minutes in 96 hours, for a scan.".to_owned();
        let command = RequestJury { case: case(1), claim: claim(9), statement };
        self.town.app.request_jury(&by(9, None), &command).await.map(drop)
    }

    async fn votes(&self, juror: u128, choice: Choice) -> Result<(), AppError> {
        let command = CastBallot { case: case(1), choice, reason: "As the rules say it.".to_owned() };
        self.town.app.cast_ballot(&by(juror, None), &command).await.map(drop)
    }

    /// Who may judge jury 1: read from their own calendars.
    async fn jurors(&self) -> Vec<u128> {
        let mut all = Vec::new();
        for n in 1..=4 {
            let calendar = self.town.app.juror_calendar(&by(n, None)).await.expect("a calendar");
            all.extend((!calendar.is_empty()).then_some(n));
        }
        all
    }

    /// Those vote, the time passes, the worker comes.
    async fn judges(&self, votes: &[(u128, Choice)]) {
        for (juror, choice) in votes {
            self.votes(*juror, *choice).await.expect("a ballot");
        }
        self.town.clock.set(noon(date(2026, 3, 9)));
        let passed = self.town.app.pass_deadlines().await.expect("a round");
        assert_eq!((passed.closed, passed.applied, passed.failed), (1, 1, 0));
    }

    /// What people read, in both languages.
    async fn read(&self, pieces: &[Piece]) -> String {
        let mut all = String::new();
        for l in Locale::ALL {
            for piece in pieces {
                let (title, text) = self.piece(l, piece).await;
                writeln!(all, "--- {}: {title}\n{text}\n", l.code()).expect("a text takes more text");
            }
        }
        assert!(!all.contains('['), "a text is missing: {all}");
        all.replace("&#39;", "'").replace("&#34;", "\"")
    }

    async fn piece(&self, l: Locale, piece: &Piece) -> (String, String) {
        match piece {
            Piece::Claim(n, id) => {
                let seen = self.get(Some(*n), &format!("/me/claims/{id}?lang={}", l.code())).await;
                check_page("claim", &seen.body);
                let text = words(&seen.body);
                let told = text.split_once(&l.t("claim-facts-title")).expect("what was told").0;
                ("claim of the claimant".to_owned(), told.trim().to_owned())
            }
            Piece::Rules(n, id) => {
                let seen = self.get(Some(*n), &format!("/me/claims/{id}?lang={}", l.code())).await;
                let text = words(&seen.body);
                let rules = text.split_once(&l.t("rules-say-title")).expect("the rules").1;
                let rules = rules.split_once(&l.t("files-title")).expect("the papers").0;
                ("rules on that page".to_owned(), rules.trim().to_owned())
            }
            Piece::Messages(n, count) => {
                let inbox = self.town.app.inbox(&by(*n, None), false, None, 200).await.expect("an inbox");
                let newest = inbox.messages.into_iter().take(*count).collect::<Vec<_>>();
                let each = newest.iter().rev().map(|one| {
                    let mail = render_mail_in(&one.message, l);
                    let body = mail.body.trim_end_matches(&l.t("mail-foot")).trim_end().to_owned();
                    format!("<{}>\n{body}", mail.subject)
                });
                (format!("messages to {n}"), each.collect::<Vec<_>>().join("\n\n"))
            }
            Piece::Page(n, path) => {
                let seen = self.get(Some(*n), &format!("{path}?lang={}", l.code())).await;
                (format!("{n} sees {}", seen.status.as_u16()), words(&seen.body))
            }
            Piece::Refusal(error) => ("refused".to_owned(), Problem::from(error.clone()).detail(l)),
        }
    }
}

#[tokio::test]
async fn one_day_decides_about_the_wait() {
    let site = site(&[]).await;
    // The wait of 30 days is over when 2 February begins.
    site.town.reported(8, "burns", Severity::Severe, date(2026, 2, 1)).await;
    site.town.reported(9, "burns", Severity::Severe, date(2026, 2, 2)).await;
    for n in [8, 9] {
        site.takes(claim(n)).await;
    }
    site.cannot_be_approved(claim(8), "inside-wait").await;
    site.refuses(claim(8), "inside-wait").await;
    site.approves(claim(9)).await;
    assert_eq!((site.state(8, claim(8)).await, site.state(9, claim(9)).await), ("refused", "approved"));
    let home = site.get(Some(8), &format!("/me/enrolments/{}", enrolment(8))).await;
    assert!(home.body.contains("The illness began during the wait."), "the cover ends, by the terms");
    let pieces = [Piece::Claim(8, claim(8)), Piece::Messages(8, 1), Piece::Claim(9, claim(9))];
    insta::assert_snapshot!("wait", site.read(&pieces).await);
}

#[tokio::test]
async fn an_accident_inside_the_wait_is_paid() {
    let site = site(&[]).await;
    site.town.reported(9, "accident-injury", Severity::Mild, date(2026, 1, 20)).await;
    site.takes(claim(9)).await;
    site.approves(claim(9)).await;
    assert_eq!(site.state(9, claim(9)).await, "approved");
    let pieces = [Piece::Claim(9, claim(9)), Piece::Messages(9, 1), Piece::Rules(9, claim(9))];
    insta::assert_snapshot!("accident", site.read(&pieces).await);
}

#[tokio::test]
async fn what_was_not_disclosed_refuses_only_what_comes_from_it() {
    let site = site(&[]).await;
    for (n, undisclosed) in [(8, Undisclosed::Related), (9, Undisclosed::Unrelated)] {
        site.town.reported(n, "burns", Severity::Severe, date(2026, 3, 4)).await;
        site.takes(claim(n)).await;
        site.examines(n, Some(true), undisclosed).await;
    }
    site.cannot_be_approved(claim(8), "undisclosed").await;
    site.refuses(claim(8), "undisclosed").await;
    site.approves(claim(9)).await;
    assert_eq!((site.state(8, claim(8)).await, site.state(9, claim(9)).await), ("refused", "approved"));
    let pieces = [
        Piece::Claim(8, claim(8)),
        Piece::Messages(8, 1),
        Piece::Claim(9, claim(9)),
        Piece::Rules(9, claim(9)),
    ];
    insta::assert_snapshot!("undisclosed", site.read(&pieces).await);
}

#[tokio::test]
async fn a_pause_of_fifty_minutes_is_judged_by_members() {
    let site = site(&[]).await;
    site.before_a_jury().await;
    let refused = site.read(&[Piece::Claim(9, claim(9)), Piece::Messages(9, 2)]).await;
    site.judges(&[(1, ForClaimant), (2, ForClaimant), (3, ForClaimant), (4, Against)]).await;
    assert_eq!(site.state(9, claim(9)).await, "approved");
    let judged = site.read(&[Piece::Claim(9, claim(9)), Piece::Messages(9, 2)]).await;
    insta::assert_snapshot!("ventilator", format!("{refused}{judged}"));
}

#[tokio::test]
async fn an_applicant_withdraws_while_members_vote() {
    for (mode, name) in [(OPEN, "withdrawn-open"), (BY_LOT, "withdrawn-drawn")] {
        let site = site(&[(OPEN, mode)]).await;
        site.before_a_jury().await;
        let jurors = site.jurors().await;
        site.votes(jurors[0], ForClaimant).await.expect("a ballot");
        let withdraw = OwnClaim { claim: claim(9) };
        site.town.app.withdraw_claim(&by(9, None), withdraw).await.expect("withdrawn");
        let late = refusal(site.votes(jurors[1], ForClaimant).await, "jury-ended-with-claim");
        site.town.clock.set(noon(date(2026, 3, 20)));
        site.town.app.pass_deadlines().await.expect("a round");
        assert_eq!(site.state(9, claim(9)).await, "withdrawn");
        let sealed = site.town.app.tally_file(case(1)).await;
        assert!(matches!(sealed, Err(AppError::NotFound(_))), "ballots stay sealed");
        let mut pieces = vec![Piece::Claim(9, claim(9)), Piece::Messages(9, 1), Piece::Refusal(late)];
        // Whoever was drawn is told; in an open vote nobody was called.
        pieces.extend((mode == BY_LOT).then_some(Piece::Messages(jurors[1], 1)));
        insta::assert_snapshot!(name, site.read(&pieces).await);
    }
}

#[tokio::test]
async fn too_few_vote_and_the_refusal_stands() {
    // Three of the four jurors are needed.
    let site = site(&[("quorum_percent_max = \"10\"", "quorum_percent_max = \"75\"")]).await;
    site.before_a_jury().await;
    site.judges(&[(1, ForClaimant), (2, ForClaimant)]).await;
    assert_eq!(site.state(9, claim(9)).await, "refused");
    let other = RequestJury { case: case(2), claim: claim(9), statement: "Once more.".to_owned() };
    let other = site.town.app.request_jury(&by(9, None), &other).await;
    let pieces = [
        Piece::Claim(9, claim(9)),
        Piece::Messages(9, 2),
        Piece::Refusal(refusal(other, "claim-already-judged")),
    ];
    insta::assert_snapshot!("no-quorum", site.read(&pieces).await);
}

#[tokio::test]
async fn a_tie_is_half_in_favour_and_enough() {
    let site = site(&[]).await;
    site.before_a_jury().await;
    site.judges(&[(1, ForClaimant), (2, ForClaimant), (3, Against), (4, Against)]).await;
    assert_eq!(site.state(9, claim(9)).await, "approved");
    let pieces =
        [Piece::Claim(9, claim(9)), Piece::Messages(9, 1), Piece::Page(9, format!("/verdicts/{}", case(1)))];
    insta::assert_snapshot!("tie", site.read(&pieces).await);
    // One in favour less, and the refusal stands.
    let other = self::site(&[]).await;
    other.before_a_jury().await;
    other.judges(&[(1, ForClaimant), (2, Against), (3, Against)]).await;
    assert_eq!(other.state(9, claim(9)).await, "refused");
    insta::assert_snapshot!("lost", other.read(&[Piece::Claim(9, claim(9)), Piece::Messages(9, 1)]).await);
}

#[tokio::test]
async fn a_juror_who_works_with_the_claimant_judges_nothing() {
    for mode in [OPEN, BY_LOT] {
        let site = site(&[(OPEN, mode)]).await;
        for (n, employer) in [(9, "Blue Mill, Long Lane"), (1, "blue mill long lane")] {
            let declaration = Declaration { employer: employer.to_owned(), ..Declaration::default() };
            site.town.app.declare(&by(n, None), &Declare { declaration }).await.expect("declared");
        }
        site.before_a_jury().await;
        // Four passed the exam; by lot three are drawn, and those are all the others.
        assert_eq!(site.jurors().await, [2, 3, 4]);
        let vote = site.votes(1, ForClaimant).await;
        assert_eq!(vote, Err(AppError::NotFound("jury-case")), "{mode}");
        let aside = site.town.app.step_aside(&by(1, None), OfCase { case: case(1) }).await;
        assert!(aside.is_err(), "{mode}");
        let pieces = [Piece::Page(1, format!("/me/juror/cases/{}", case(1)))];
        insta::assert_snapshot!("colleague", site.read(&pieces).await);
        site.judges(&[(2, ForClaimant), (3, ForClaimant), (4, Against)]).await;
        assert_eq!(site.state(9, claim(9)).await, "approved");
    }
}

#[tokio::test]
async fn a_competitor_objects_to_hurt_and_loses_the_right() {
    let site = site(&[]).await;
    let app = &site.town.app;
    site.town.clock.set(noon(date(2026, 3, 2)));
    for n in [7, 8] {
        site.town.approved(n, "burns", Severity::Severe, date(2026, 3, 1)).await;
    }
    let operator = by(OPERATOR, Some(Role::Operator));
    let period = |ordinal| OfPeriod { plan: plan(), key: PeriodKey { year: 2026, month: 3, ordinal } };
    site.town.clock.set(noon(date(2026, 3, 7)));
    app.open_notice(&operator, &period(1)).await.expect("notice");
    let objection = |n: u128| ObjectionId::from_uuid(uuid::Uuid::from_u128((6 << 100) + n));
    let raise = |n: u128| RaiseObjection {
        objection: objection(n),
        claim: claim(n),
        ground: Ground::NotAsStated,
        text: "They sell noodles, and were at their stall.".to_owned(),
    };
    let answer = |n, answer| AnswerObjection {
        objection: objection(n),
        answer,
        text: "The hospital confirms the burns. You sell noodles beside them.".to_owned(),
    };
    let colleague = by(COLLEAGUE, Some(Role::Reviewer));
    for n in [7, 8] {
        app.raise_objection(&by(3, None), &raise(n)).await.expect("raised");
        assert_eq!(site.state(n, claim(n)).await, "objected");
        app.answer_objection(&colleague, &answer(n, Answer::Abusive)).await.expect("answered");
        assert_eq!(site.state(n, claim(n)).await, "on-notice");
    }
    // The next claim: the competitor has lost the right, others have not, and what they ask is answered.
    site.town.clock.set(noon(date(2026, 3, 12)));
    site.town.approved(9, "burns", Severity::Severe, date(2026, 3, 11)).await;
    site.town.clock.set(noon(date(2026, 3, 21)));
    app.open_notice(&operator, &period(2)).await.expect("notice");
    let lost = refusal(app.raise_objection(&by(3, None), &raise(9)).await, "objection-right-lost");
    app.raise_objection(&by(4, None), &raise(9)).await.expect("raised");
    app.answer_objection(&colleague, &answer(9, Answer::Dismissed)).await.expect("answered");
    let pieces = [
        Piece::Claim(8, claim(8)),
        Piece::Messages(8, 2),
        Piece::Messages(3, 2),
        Piece::Refusal(lost),
        Piece::Messages(4, 2),
    ];
    insta::assert_snapshot!("competitor", site.read(&pieces).await);
}

#[tokio::test]
async fn a_second_claim_after_aid_is_refused_by_the_rule_that_pays_once() {
    let site = site(&[]).await;
    let key = PeriodKey { year: 2026, month: 3, ordinal: 2 };
    site.town.period(9, key, date(2026, 3, 9), true).await;
    assert_eq!(site.state(9, claim(9)).await, "paid");
    let (before, after) = (claim(91), claim(92));
    // The first illness lies before the money came, the second after the cover had ended with it.
    site.files_again(before, 9, "stroke", date(2026, 3, 12)).await;
    site.files_again(after, 9, "stroke", date(2026, 4, 1)).await;
    for (id, rule) in [(before, "paid-before"), (after, "not-enrolled")] {
        site.takes(id).await;
        site.cannot_be_approved(id, rule).await;
        site.refuses(id, rule).await;
        assert_eq!(site.state(9, id).await, "refused");
    }
    let pieces = [Piece::Claim(9, before), Piece::Claim(9, after), Piece::Messages(9, 2)];
    insta::assert_snapshot!("second-claim", site.read(&pieces).await);
}
