//! Random lives of claims: whatever people try, the guarantees of the module hold.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Verb, attempt, drafted, on_day, verbs};
use crate::claim::{Claim, State};
use crate::time::Moment;

/// What must be true of a claim after each event.
fn check_claim(claim: &Claim, before: &Claim, now: Moment) -> Result<(), TestCaseError> {
    let decided = claim.confirmer().is_some();
    // Once members have judged, the decision is theirs.
    let decided = decided || matches!(claim.state(), State::Approved { .. } | State::Refused { .. });
    if claim.verdicts().is_empty() && decided {
        let (first, second) = (claim.recommender(), claim.confirmer());
        prop_assert!(first.is_some() && second.is_some() && first != second);
        prop_assert!(![first, second].into_iter().flatten().any(|who| claim.is_own(who)));
    }
    if before.reported().is_some() {
        prop_assert!(before.evidence().iter().all(|(id, file)| claim.evidence().get(id) == Some(file)));
        prop_assert_eq!(claim.reported(), before.reported());
    }
    if let (Some(now), Some(approved)) = (claim.state().aid(), claim.approved_aid()) {
        prop_assert!(now <= approved);
    }
    prop_assert_eq!(claim.payout().is_some(), matches!(claim.state(), State::Paid { .. }));
    // After the end files are still read, which the log notes and which changes nothing.
    prop_assert!(!before.state().is_final(now) || claim == before, "something happened after the end");
    Ok(())
}

/// Lives one life. Most steps take a verb that the claim accepts, so that lives get far; the others try anything.
fn live(steps: &[(u16, bool)]) -> Result<&'static str, TestCaseError> {
    let (mut claim, mut events) = (drafted(), Vec::new());
    let all = verbs();
    for (day, (choice, wild)) in steps.iter().enumerate() {
        let now = on_day(i64::try_from(day).unwrap());
        let onward = |verb: &Verb| {
            !matches!(verb, Verb::Withdraw | Verb::OpenEvidence | Verb::OpenCard(_))
                && attempt(&claim, *verb, now).is_ok()
        };
        let open: Vec<Verb> = all.iter().copied().filter(|verb| *wild || onward(verb)).collect();
        let Some(verb) = usize::from(*choice).checked_rem(open.len()).map(|at| open[at]) else {
            continue;
        };
        let before = claim.clone();
        match attempt(&claim, verb, now) {
            Ok(event) => {
                claim.apply(&event);
                events.push(event);
                check_claim(&claim, &before, now)?;
            }
            Err(rejection) => prop_assert!(!rejection.to_string().is_empty()),
        }
    }
    let mut replayed = drafted();
    for event in &events {
        replayed.apply(event);
    }
    prop_assert_eq!(&replayed, &claim);
    Ok(claim.state().word())
}

#[test]
fn whatever_happens_two_people_decide_and_the_end_is_the_end() {
    let ends = RefCell::new(BTreeSet::new());
    let steps = prop::collection::vec((any::<u16>(), prop::bool::weighted(0.2)), 0..60);
    TestRunner::deterministic()
        .run(&steps, |steps| {
            ends.borrow_mut().insert(live(&steps)?);
            Ok(())
        })
        .unwrap();
    for end in ["approved", "refused", "cleared", "paid", "withdrawn"] {
        assert!(ends.borrow().contains(end), "no random life ended {end}: {:?}", ends.borrow());
    }
}
