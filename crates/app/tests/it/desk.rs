//! The desk of reviewers: what papers show, to whom a claim goes, investigations, and blind second reviews.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_app::call::Call;
use huzhu_app::claims::{
    AddEvidence, Advice, AskOverride, AssignClaim, ConfirmClaim, Conflict, Contacts, Declaration, Declare,
    DeclareConflict, DraftClaim, ExamineClaim, GiveContacts, GiveOpinion, HandInFindings, OfOverride,
    OrderInvestigation, OwnClaim, RecommendClaim, RequestEvidence, TakeClaim,
};
use huzhu_app::error::AppError;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::claim::Undisclosed;
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ItemCode, ReasonCode};
use jiff::civil::date;

use crate::world::*;

const INVESTIGATOR: u128 = 905;
const COLLEAGUE: u128 = 906;

fn investigator() -> Call {
    as_staff(INVESTIGATOR, Role::Investigator)
}

fn colleague() -> Call {
    as_staff(COLLEAGUE, Role::Reviewer)
}

/// Member 1 filed claim 1 with one file; reviewer, colleague and investigator are known to the platform.
async fn with_a_claim(changes: &[(&str, &str)]) -> Town {
    let town = Town::new(changes).await;
    town.joins(1, date(2026, 1, 10)).await;
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    for (n, role) in [(REVIEWER, "reviewer"), (COLLEAGUE, "reviewer"), (INVESTIGATOR, "investigator")] {
        town.knows(n).await;
        let change = ChangeRole { member: member(n), role, grant: true };
        town.app.change_role(&operator(), change).await.expect("a role");
    }
    town
}

fn nothing_found() -> ExamineClaim {
    ExamineClaim {
        claim: claim(1),
        definition_met: Some(true),
        exclusions: BTreeSet::new(),
        first_diagnosed: None,
        undisclosed: Undisclosed::Nothing,
        shown: BTreeMap::from([(ItemCode::new("diagnosis").expect("a code"), evidence(1))]),
    }
}

/// The first broken rule with its term, or nothing.
async fn broken(town: &Town) -> String {
    let view = town.app.claim_view(&reviewer(), claim(1)).await.expect("a view");
    let findings = view.eligibility.expect("findings").findings;
    let first = findings.into_iter().find(|finding| !finding.kept);
    first.map_or_else(String::new, |finding| format!("{}: {}", finding.rule, finding.term))
}

#[tokio::test]
#[expect(clippy::type_complexity, reason = "a table of changes")]
async fn what_the_papers_show_decides_and_the_refusal_names_the_term() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let exclusion = ReasonCode::new("pre-existing").expect("a code");
    let rows: [(&str, fn(&mut ExamineClaim), &str); 6] = [
        ("all is there", |_| {}, ""),
        // 95 hours and 10 minutes of ventilation where 96 are asked for.
        (
            "50 minutes are missing",
            |found| found.definition_met = Some(false),
            "definition-not-met: cover.conditions.malignant-tumour.definition",
        ),
        ("left out and unrelated", |found| found.undisclosed = Undisclosed::Unrelated, ""),
        (
            "left out and related",
            |found| found.undisclosed = Undisclosed::Related,
            "undisclosed: joining.questions",
        ),
        (
            "found on the last day of the wait",
            |found| found.first_diagnosed = Some(date(2026, 2, 9)),
            "inside-wait: waiting.days = 30",
        ),
        ("found the day after", |found| found.first_diagnosed = Some(date(2026, 2, 10)), ""),
    ];
    for (what, change, expected) in rows {
        let mut found = nothing_found();
        change(&mut found);
        app.examine_claim(&reviewer(), &found).await.expect(what);
        assert_eq!(broken(&town).await, expected, "{what}");
        let own = app.claim_view(&as_member(1), claim(1)).await.expect("a view");
        assert!(own.judged.shown.is_empty(), "claimants see the rules, not the notes");
    }
    let mut found = nothing_found();
    found.exclusions.insert(exclusion);
    app.examine_claim(&reviewer(), &found).await.expect("examined");
    assert_eq!(broken(&town).await, "excluded: cover.exclusions.pre-existing");
    found.exclusions.insert(ReasonCode::new("bad-mood").expect("a code"));
    let unknown = app.examine_claim(&reviewer(), &found).await;
    assert!(matches!(unknown, Err(AppError::Invalid(_))), "{unknown:?}");
    assert_eq!(code(app.examine_claim(&colleague(), &nothing_found()).await), "claim-not-yours");
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn an_approval_needs_every_required_paper() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let mut found = nothing_found();
    found.shown.clear();
    app.examine_claim(&reviewer(), &found).await.expect("examined");
    let approve = RecommendClaim { claim: claim(1), advice: Advice::Approve { cost: None } };
    assert_eq!(code(app.recommend(&reviewer(), &approve).await), "claim-item-missing");
    app.examine_claim(&reviewer(), &nothing_found()).await.expect("examined");
    app.recommend(&reviewer(), &approve).await.expect("recommended");
}

#[tokio::test]
async fn a_claim_is_given_to_a_reviewer_who_is_a_stranger_to_it() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    let to = |n| AssignClaim { claim: claim(1), reviewer: member(n) };
    assert_eq!(code(app.assign_claim(&operator(), to(INVESTIGATOR)).await), "claim-wrong-role");
    let before = (town.mail(1).await.len(), town.mail(REVIEWER).await.len());
    app.assign_claim(&operator(), to(COLLEAGUE)).await.expect("assigned");
    // Whoever has it now is told, and nobody else.
    assert_eq!(town.mail(COLLEAGUE).await, ["mail-work-assigned"]);
    assert_eq!((town.mail(1).await.len(), town.mail(REVIEWER).await.len()), before);
    let queue = app.review_queue(&colleague(), &plan()).await.expect("a queue");
    assert_eq!(queue.rows.iter().filter(|row| row.mine).count(), 1);
    let loads = app.reviewers_for(&operator(), claim(1)).await.expect("loads");
    let loads: Vec<_> = loads.iter().map(|load| (load.member, load.open)).collect();
    assert_eq!(loads, [(member(REVIEWER), 0), (member(COLLEAGUE), 1)], "who has least comes first");
}

#[tokio::test]
async fn files_of_an_investigator_are_evidence_once_and_only_while_they_were_asked() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    let file = |n: u128| AddEvidence {
        of: claim(1).into(),
        evidence: evidence(n),
        bytes: b"%PDF-1.7 books".to_vec(),
    };
    let missing = Some(AppError::NotFound("claim"));
    assert_eq!(app.add_evidence(&investigator(), &file(60)).await.err(), missing, "nobody asked yet");
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let order = OrderInvestigation {
        claim: claim(1),
        investigator: member(INVESTIGATOR),
        questions: "When was it first found?".to_owned(),
        files: Vec::new(),
    };
    app.order_investigation(&reviewer(), &order).await.expect("ordered");
    // The answer was lost twice: the same key gives it again, and nothing doubles.
    let keyed = Call { key: Some("file-60".to_owned()), ..investigator() };
    let first = app.add_evidence(&keyed, &file(60)).await.expect("handed in");
    let again = app.add_evidence(&keyed, &file(60)).await.expect("heard again");
    assert_eq!((again.replayed, again.receipt.digest), (true, first.receipt.digest));
    let other = as_staff(907, Role::Investigator);
    assert_eq!(app.add_evidence(&other, &file(61)).await.err(), missing, "somebody else was asked");
    let task = app.investigation(&investigator(), claim(1)).await.expect("the task");
    assert_eq!(task.handed_in, [evidence(60)]);
    // The reviewer and the person whom it is about can read it; the timeline says whose it is.
    app.evidence_file(&reviewer(), claim(1).into(), evidence(60)).await.expect("a file");
    app.evidence_file(&as_member(1), claim(1).into(), evidence(60)).await.expect("a file");
    let view = app.claim_view(&as_member(1), claim(1)).await.expect("a view");
    let added = view.timeline.iter().filter(|step| step.kind == "claim.evidence-added");
    assert_eq!(added.map(|step| step.role).collect::<Vec<_>>(), ["claimant", "investigator"]);
    let trail = app.audit_trail(&auditor(), None, 200).await.expect("a trail").rows;
    let added = trail.iter().filter(|row| row.kind == "claim.evidence-added");
    assert_eq!(added.map(|row| row.role).collect::<Vec<_>>(), ["investigator", "claimant"], "newest first");
    let keyed = Call { key: Some("draft-1".to_owned()), ..investigator() };
    let findings = HandInFindings { claim: claim(1), findings: "On 3 February.".to_owned() };
    app.hand_in_findings(&keyed, &findings).await.expect("handed in");
    assert!(app.hand_in_findings(&keyed, &findings).await.expect("heard again").replayed);
    assert_eq!(app.add_evidence(&investigator(), &file(62)).await.err(), missing, "it is over");
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn an_investigator_sees_what_was_chosen_and_decides_nothing() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    town.hands_in(1, 1, 50).await;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let order = OrderInvestigation {
        claim: claim(1),
        investigator: member(INVESTIGATOR),
        questions: "When was it first found?".to_owned(),
        files: vec![evidence(50)],
    };
    let unknown = app.investigation(&investigator(), claim(1)).await;
    assert_eq!(unknown, Err(AppError::NotFound("claim")), "nobody asked yet");
    app.order_investigation(&reviewer(), &order).await.expect("ordered");
    let task = app.my_investigations(&investigator()).await.expect("a list").remove(0);
    assert_eq!((task.name.as_str(), task.questions.as_str()), ("王**", "When was it first found?"));
    app.evidence_file(&investigator(), claim(1).into(), evidence(50)).await.expect("a chosen file");
    for (who, file) in [(investigator(), evidence(1)), (as_staff(907, Role::Investigator), evidence(50))] {
        let refused = app.evidence_file(&who, claim(1).into(), file).await;
        assert!(matches!(refused, Err(AppError::NotFound(_))), "{refused:?}");
    }
    let whole = app.claim_view(&investigator(), claim(1)).await;
    assert!(matches!(whole, Err(AppError::NotFound(_))), "not the whole claim");
    let findings = HandInFindings { claim: claim(1), findings: "On 3 February.".to_owned() };
    app.hand_in_findings(&investigator(), &findings).await.expect("handed in");
    assert!(app.my_investigations(&investigator()).await.expect("a list").is_empty());
    let texts = |view: huzhu_app::claims::ClaimView| {
        view.timeline.into_iter().filter_map(|step| step.text).collect::<Vec<_>>()
    };
    let staff = app.claim_view(&reviewer(), claim(1)).await.expect("a view");
    assert_eq!(texts(staff), ["On 3 February."]);
    let own = app.claim_view(&as_member(1), claim(1)).await.expect("a view");
    assert!(texts(own).is_empty(), "findings are for those who decide");
    town.check().await.expect("a sound store");
}

/// Kinds of the newest events that somebody sees in the audit trail.
async fn trail_of(town: &Town, call: &Call) -> Vec<&'static str> {
    let trail = town.app.audit_trail(call, None, 100).await.expect("a trail");
    trail.rows.iter().map(|row| row.kind).collect()
}

#[tokio::test]
async fn a_second_opinion_is_blind_and_counts() {
    // All decided claims are drawn.
    let town = with_a_claim(&[("second_review = \"5\"", "second_review = \"100\"")]).await;
    let app = &town.app;
    town.approves(1).await;
    let both = Call::member(member(REVIEWER), BTreeSet::from([Role::Reviewer]));
    assert!(app.second_reviews(&both, &plan()).await.expect("a list").is_empty(), "who decided knows it");
    assert_eq!(app.second_reviews(&colleague(), &plan()).await.expect("a list").len(), 1);
    let blind = app.second_review(&colleague(), claim(1)).await.expect("a view");
    assert_eq!(blind.evidence.len(), 1);
    assert_eq!(code(app.claim_view(&colleague(), claim(1)).await), "claim-opinion-first");
    let audits = Call::member(member(COLLEAGUE), BTreeSet::from([Role::Reviewer, Role::Auditor]));
    for (who, call, shown) in [
        ("who owes an opinion", &audits, false),
        ("who only audits", &auditor(), true),
        ("who decided", &Call::member(member(REVIEWER), BTreeSet::from([Role::Auditor])), true),
    ] {
        assert_eq!(trail_of(&town, call).await.contains(&"claim.approved"), shown, "{who}");
    }
    let made_up = GiveOpinion { claim: claim(1), refuse: Some(ReasonCode::new("bad-mood").expect("a code")) };
    assert_eq!(code(app.give_opinion(&colleague(), &made_up).await), "claim-reason-unknown");
    let thanks = app.opinion_given(&colleague(), claim(1)).await;
    assert_eq!(thanks, Err(AppError::NotFound("second-review")), "not given yet");
    let refuse = Some(ReasonCode::new("condition-not-met").expect("a code"));
    let opinion = GiveOpinion { claim: claim(1), refuse };
    let own = app.give_opinion(&reviewer(), &opinion).await;
    assert_eq!(own.map(|done| done.receipt), Err(AppError::NotFound("second-review")));
    let given = app.give_opinion(&colleague(), &opinion).await.expect("given");
    assert!(!given.receipt.agreed);
    app.opinion_given(&colleague(), claim(1)).await.expect("given");
    app.claim_view(&colleague(), claim(1)).await.expect("the desk opens afterwards");
    assert!(trail_of(&town, &audits).await.contains(&"claim.approved"));
    assert_eq!(code(app.give_opinion(&colleague(), &opinion).await), "opinion-already-given");
    let months = app.agreement(&plan()).await.expect("months");
    assert_eq!((months.len(), months[0].month, months[0].counts.only_first), (1, (2026, 3), 1));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn no_claim_is_drawn_where_the_terms_draw_none() {
    let town = with_a_claim(&[("second_review = \"5\"", "second_review = \"0\"")]).await;
    town.approves(1).await;
    assert!(town.app.second_reviews(&colleague(), &plan()).await.expect("a list").is_empty());
    let confirmed = town.app.confirm_claim(&confirmer(), ConfirmClaim { claim: claim(1) }).await;
    assert_eq!(code(confirmed), "claim-wrong-state");
}

#[tokio::test]
async fn who_is_in_conflict_cannot_open_the_claim() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    let contacts = Contacts {
        hospital: "City Hospital No. 1".to_owned(),
        address: "3 Long Lane, Hangzhou".to_owned(),
        payee: "6222 0001".to_owned(),
        ..Contacts::default()
    };
    let give = GiveContacts { claim: claim(1), contacts };
    app.give_contacts(&as_member(1), &give).await.expect("given");
    let stranger = app.give_contacts(&as_member(2), &give).await;
    assert!(matches!(stranger, Err(AppError::NotFound(_))), "{stranger:?}");
    let employer = Declaration { employer: "Blue Mill".to_owned(), ..Declaration::default() };
    app.declare(&as_member(1), &Declare { declaration: employer.clone() }).await.expect("declared");
    let rows = [
        (
            "nothing in common",
            Declaration { hospital: "Village Hospital".to_owned(), ..Declaration::default() },
            vec![],
        ),
        (
            "the hospital, written otherwise",
            Declaration { employer: "city hospital no 1".to_owned(), ..Declaration::default() },
            vec![Conflict::Hospital],
        ),
        (
            "the same house",
            Declaration { household: "3 long lane Hangzhou".to_owned(), ..Declaration::default() },
            vec![Conflict::Household],
        ),
        ("the same employer", employer, vec![Conflict::Employer]),
    ];
    for (what, declaration, expected) in rows {
        app.declare(&colleague(), &Declare { declaration }).await.expect(what);
        assert_eq!(app.conflicts(member(COLLEAGUE), claim(1)).await.expect(what), expected, "{what}");
        let seen = app.claim_view(&colleague(), claim(1)).await;
        let listed = app.review_queue(&colleague(), &plan()).await.expect("a queue").rows.len();
        if expected.is_empty() {
            assert!(seen.is_ok(), "{what}");
            assert_eq!(listed, 1, "{what}");
        } else {
            assert_eq!(seen.err(), Some(AppError::NotFound("claim")), "{what}");
            assert_eq!(listed, 0, "{what}");
            let to = AssignClaim { claim: claim(1), reviewer: member(COLLEAGUE) };
            assert_eq!(code(app.assign_claim(&operator(), to).await), "claim-conflict", "{what}");
        }
    }
    let own = app.conflicts(member(1), claim(1)).await.expect("conflicts");
    assert!(own.starts_with(&[Conflict::Own, Conflict::Relative]), "{own:?}");
}

fn too_close() -> DeclareConflict {
    DeclareConflict { claim: claim(1), reason: "She was my teacher.".to_owned() }
}

#[tokio::test]
async fn who_declares_a_conflict_loses_the_claim_and_sees_it_no_more() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    let missing = Some(AppError::NotFound("claim"));
    assert_eq!(
        app.declare_conflict(&as_member(1), &too_close()).await.err(),
        missing,
        "no work, no conflict"
    );
    assert_eq!(app.declare_conflict(&investigator(), &too_close()).await.err(), missing, "not asked yet");
    app.take_claim(&colleague(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let silent = DeclareConflict { reason: "  ".to_owned(), ..too_close() };
    assert!(matches!(app.declare_conflict(&colleague(), &silent).await, Err(AppError::Invalid(_))));
    app.declare_conflict(&colleague(), &too_close()).await.expect("declared");
    assert_eq!(app.claim_view(&colleague(), claim(1)).await.err(), missing);
    assert_eq!(app.evidence_file(&colleague(), claim(1).into(), evidence(1)).await.err(), missing);
    assert!(app.review_queue(&colleague(), &plan()).await.expect("a queue").rows.is_empty());
    // It lies on the pile again, and an investigator who steps aside gives it back too.
    assert_eq!(app.claim_view(&reviewer(), claim(1)).await.expect("a view").state, "reported");
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let order = OrderInvestigation {
        claim: claim(1),
        investigator: member(INVESTIGATOR),
        questions: "When?".to_owned(),
        files: Vec::new(),
    };
    app.order_investigation(&reviewer(), &order).await.expect("ordered");
    app.declare_conflict(&investigator(), &too_close()).await.expect("declared");
    assert_eq!(app.claim_view(&reviewer(), claim(1)).await.expect("a view").state, "under-review");
    assert!(app.my_investigations(&investigator()).await.expect("a list").is_empty());
    assert_eq!(code(app.order_investigation(&reviewer(), &order).await), "claim-conflict");
    let own = app.claim_view(&as_member(1), claim(1)).await.expect("a view");
    assert!(own.timeline.iter().all(|step| step.text.is_none()), "why is not the claimant's to read");
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn a_reviewer_who_steps_aside_while_others_have_the_ball_leaves_the_claim_to_the_next_one() {
    for asks_investigator in [false, true] {
        let town = with_a_claim(&[]).await;
        let app = &town.app;
        app.take_claim(&colleague(), TakeClaim { claim: claim(1) }).await.expect("taken");
        if asks_investigator {
            let order = OrderInvestigation {
                claim: claim(1),
                investigator: member(INVESTIGATOR),
                questions: "When?".to_owned(),
                files: Vec::new(),
            };
            app.order_investigation(&colleague(), &order).await.expect("ordered");
        } else {
            let ask = RequestEvidence { claim: claim(1), text: "The report.".to_owned(), items: Vec::new() };
            app.request_evidence(&colleague(), &ask).await.expect("asked");
        }
        app.declare_conflict(&colleague(), &too_close()).await.expect("declared");
        let view = app.claim_view(&reviewer(), claim(1)).await.expect("a view");
        assert_eq!((view.state, view.holder, view.reviewer), ("reported", "reviewer", None));
        assert!(app.my_investigations(&investigator()).await.expect("a list").is_empty());
        // What was asked for still comes in, and the next reviewer goes on.
        let more = AddEvidence {
            of: claim(1).into(),
            evidence: evidence(70),
            bytes: b"\xFF\xD8\xFF\xE0 scan".to_vec(),
        };
        app.add_evidence(&as_member(1), &more).await.expect("a file");
        app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
        let view = app.claim_view(&reviewer(), claim(1)).await.expect("a view");
        assert_eq!((view.state, view.reviewer), ("under-review", Some(member(REVIEWER))));
        assert_eq!(view.evidence.len(), 2);
        town.check().await.expect("a sound store");
    }
}

/// Decision 0011: below the amount of the terms another reviewer is the second person; nobody is ever the only one.
#[tokio::test]
async fn below_the_amount_of_the_terms_another_reviewer_confirms_and_from_it_on_a_confirmer() {
    // The aid of claim 1 is 1,000.00.
    for (from, by_reviewer) in [("1000.01", true), ("1000", false), ("0", false)] {
        let changed = format!("four_eyes_from = \"{from}\"");
        let town = with_a_claim(&[("four_eyes_from = \"0\"", changed.as_str())]).await;
        let app = &town.app;
        app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
        app.examine_claim(&reviewer(), &nothing_found()).await.expect("examined");
        let advice = RecommendClaim { claim: claim(1), advice: Advice::Approve { cost: None } };
        app.recommend(&reviewer(), &advice).await.expect("recommended");
        let confirm = ConfirmClaim { claim: claim(1) };
        let listed = app.confirm_queue(&colleague(), &plan()).await.expect("a queue").rows.len();
        assert_eq!(listed, usize::from(by_reviewer), "{from}");
        if by_reviewer {
            assert_eq!(code(app.confirm_claim(&reviewer(), confirm).await), "claim-same-person");
            let done = app.confirm_claim(&colleague(), confirm).await.expect("confirmed");
            assert_eq!(done.receipt.aid, Some(fen(100_000)));
        } else {
            assert_eq!(
                code(app.confirm_claim(&colleague(), confirm).await),
                "claim-needs-confirmer",
                "{from}"
            );
            app.confirm_claim(&confirmer(), confirm).await.expect("confirmed");
        }
    }
    // A refusal has no amount: it always needs a confirmer.
    let town = with_a_claim(&[("four_eyes_from = \"0\"", "four_eyes_from = \"1000000\"")]).await;
    let app = &town.app;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    let reason = ReasonCode::new("condition-not-met").expect("a code");
    let advice = RecommendClaim { claim: claim(1), advice: Advice::Refuse { reason } };
    app.recommend(&reviewer(), &advice).await.expect("recommended");
    let confirm = ConfirmClaim { claim: claim(1) };
    assert_eq!(code(app.confirm_claim(&colleague(), confirm).await), "claim-needs-confirmer");
    app.confirm_claim(&confirmer(), confirm).await.expect("confirmed");
}

#[tokio::test]
async fn an_exception_needs_two_others_and_can_be_taken_back() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    let missing = Some(AppError::NotFound("claim"));
    let ask = |n| AskOverride {
        claim: claim(1),
        member: member(n),
        reason: "Nobody else reads these papers.".to_owned(),
    };
    let of = |n| OfOverride { claim: claim(1), member: member(n) };
    assert_eq!(code(app.ask_override(&operator(), &ask(COLLEAGUE)).await), "override-not-needed");
    app.declare_conflict(&colleague(), &too_close()).await.expect("declared");
    assert_eq!(code(app.ask_override(&operator(), &ask(1)).await), "claim-own");
    let denied = app.ask_override(&auditor(), &ask(COLLEAGUE)).await;
    assert!(matches!(denied, Err(AppError::Denied { .. })), "{denied:?}");
    app.ask_override(&operator(), &ask(COLLEAGUE)).await.expect("asked");
    assert_eq!(code(app.ask_override(&operator(), &ask(COLLEAGUE)).await), "override-there");
    assert_eq!(app.claim_view(&colleague(), claim(1)).await.err(), missing, "one person is not enough");
    assert_eq!(code(app.confirm_override(&operator(), of(COLLEAGUE)).await), "override-alone");
    let both = as_staff(COLLEAGUE, Role::Auditor);
    assert_eq!(app.confirm_override(&both, of(COLLEAGUE)).await.err(), missing, "not for oneself");
    let desk = app.conflict_desk(&auditor(), claim(1)).await.expect("a desk");
    assert_eq!(desk.related.len(), 1);
    assert_eq!(desk.related[0].conflicts, [Conflict::Declared]);
    assert_eq!(desk.related[0].reason, "She was my teacher.");
    assert!(desk.overrides[0].may_confirm && desk.overrides[0].reason.starts_with("Nobody else"));
    assert_eq!(app.open_overrides(&auditor()).await.expect("a list").len(), 1);
    app.confirm_override(&auditor(), of(COLLEAGUE)).await.expect("agreed");
    app.claim_view(&colleague(), claim(1)).await.expect("open to them now");
    app.take_claim(&colleague(), TakeClaim { claim: claim(1) }).await.expect("taken");
    app.withdraw_override(&auditor(), of(COLLEAGUE)).await.expect("taken back");
    assert_eq!(app.claim_view(&colleague(), claim(1)).await.err(), missing);
    let gone = app.withdraw_override(&auditor(), of(COLLEAGUE)).await.err();
    assert_eq!(gone, Some(AppError::NotFound("override")));
    let trail = trail_of(&town, &auditor()).await;
    for kind in ["claim.override-asked", "claim.override-confirmed", "claim.override-withdrawn"] {
        assert!(trail.contains(&kind), "{kind}");
    }
    town.check_log().await;
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn what_a_claim_shares_with_strangers_is_told_on_the_desk_and_refuses_nothing() {
    let town = with_a_claim(&[]).await;
    let app = &town.app;
    let words = |signals: Vec<huzhu_domain::claim::Signal>| {
        signals.into_iter().map(huzhu_domain::claim::Signal::word).collect::<Vec<_>>()
    };
    let told = app.claim_signals(&reviewer(), claim(1)).await.expect("signals");
    assert!(told.is_empty(), "{told:?}");
    // Member 2 files the same papers, and the money would go to the same account, written otherwise.
    town.joins(2, date(2026, 1, 10)).await;
    town.files(2, 2, date(2026, 3, 1)).await;
    for (n, payee) in [(1, "6222 0001"), (2, "62220001")] {
        let contacts = Contacts { payee: payee.to_owned(), ..Contacts::default() };
        app.give_contacts(&as_member(n), &GiveContacts { claim: claim(n), contacts }).await.expect("given");
    }
    for n in [1, 2] {
        let told = app.claim_signals(&reviewer(), claim(n)).await.expect("signals");
        assert_eq!(words(told), ["same-file", "same-payee"]);
    }
    for (who, call) in [("the claimant", as_member(1)), ("an investigator", investigator())] {
        let none = app.claim_signals(&call, claim(1)).await;
        assert_eq!(none, Err(AppError::NotFound("claim")), "{who}");
    }
    app.take_claim(&reviewer(), TakeClaim { claim: claim(1) }).await.expect("taken");
    app.examine_claim(&reviewer(), &nothing_found()).await.expect("examined");
    let approve = RecommendClaim { claim: claim(1), advice: Advice::Approve { cost: None } };
    app.recommend(&reviewer(), &approve).await.expect("a signal refuses nothing");
    // What was erased meets nothing any more.
    let waiting = app.claim_signals(&reviewer(), claim(2)).await.expect("signals").len();
    assert_eq!(waiting, 2);
}

#[tokio::test]
async fn an_account_is_found_again_however_many_claims_came_between() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    town.on(date(2026, 1, 10));
    for n in 1..=330 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 20));
    for n in 1..=330 {
        let illness = illness(date(2026, 3, 1));
        let draft = DraftClaim { claim: claim(n), enrolment: enrolment(n), illness };
        app.draft_claim(&as_member(n), &draft).await.expect("a draft");
        let payee = if n % 329 == 1 { "6222 0001".to_owned() } else { format!("6222 1{n}") };
        let contacts = Contacts { payee, ..Contacts::default() };
        app.give_contacts(&as_member(n), &GiveContacts { claim: claim(n), contacts }).await.expect("given");
        let bytes = format!("%PDF-1.7 paper of {n}").into_bytes();
        let paper = AddEvidence { of: claim(n).into(), evidence: evidence(1_000 + n), bytes };
        app.add_evidence(&as_member(n), &paper).await.expect("a file");
        app.report_claim(&as_member(n), OwnClaim { claim: claim(n) }).await.expect("handed in");
    }
    for n in [330, 1] {
        let told = app.claim_signals(&reviewer(), claim(n)).await.expect("signals");
        assert_eq!(told, [huzhu_domain::claim::Signal::SamePayee { claims: 1 }]);
    }
    // Another account now, and it meets nobody.
    let contacts = Contacts { payee: "6222 9".to_owned(), ..Contacts::default() };
    app.give_contacts(&as_member(1), &GiveContacts { claim: claim(1), contacts }).await.expect("given");
    for n in [330, 1] {
        assert_eq!(app.claim_signals(&reviewer(), claim(n)).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_picture_that_looks_like_one_of_somebody_else_is_told_until_they_are_erased() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    town.on(date(2026, 1, 10));
    for n in 1..=4 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 20));
    // The last byte is what the picture looks like here: 1 and 2 look alike, 3 does not, and 4 has the very file of 1.
    for (n, content) in [(1, "aaa0"), (2, "bbb0"), (3, "ccc\u{7f}"), (4, "aaa0")] {
        town.files(n, n, date(2026, 3, 1)).await;
        let bytes = [b"\x89PNG\r\n\x1A\n".as_slice(), content.as_bytes()].concat();
        let file = AddEvidence { of: claim(n).into(), evidence: evidence(200 + n), bytes };
        app.add_evidence(&as_member(n), &file).await.expect("a file");
    }
    let told = async |n: u128| {
        let told = app.claim_signals(&reviewer(), claim(n)).await.expect("signals");
        let pictures = told.into_iter().filter(|one| one.word() == "similar-picture");
        pictures.map(huzhu_domain::claim::Signal::count).sum::<u64>()
    };
    // 4 has the very file of 1, which is told as such and not once more.
    assert_eq!((told(1).await, told(2).await, told(3).await, told(4).await), (1, 2, 0, 1));
    huzhu_app::ports::Store::erase(town.store.as_ref(), member(2)).await.expect("erased");
    assert_eq!((told(1).await, told(4).await), (0, 0), "what was erased looks like nothing any more");
}
