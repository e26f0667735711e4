//! Conflicts that people declare, and the exceptions that two others may make.
//!
//! Guarantees: who declared a conflict no longer holds the review; an exception needs two different people, of whom neither is
//! the person it is for, and can be taken back by anybody who could have made it. A claimant gets none.

use super::{Claim, ClaimEvent, ClaimRejection, Deadlines, State};
use crate::id::MemberId;

/// An exception: somebody may work on a claim in spite of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who asked for it.
    pub asked_by: MemberId,
    /// Who agreed; `None`: nobody yet, and until then it changes nothing.
    pub confirmed_by: Option<MemberId>,
}

impl Claim {
    /// Whether somebody said that they are too close to this claim.
    pub fn has_declared_conflict(&self, who: MemberId) -> bool {
        self.conflicted.contains(&who)
    }

    /// Exceptions by the person they are for: those asked for, and those in force.
    pub const fn overrides(&self) -> &std::collections::BTreeMap<MemberId, Override> {
        &self.overrides
    }

    /// Whether two people agreed that somebody may work on it in spite of a conflict.
    pub fn is_overridden(&self, who: MemberId) -> bool {
        self.overrides.get(&who).is_some_and(|one| one.confirmed_by.is_some())
    }

    /// Somebody who works on the claim says that they are too close to it. What they hold goes to somebody else: a review back
    /// to the pile, with what they had asked the claimant or an investigator for, since that was theirs; and an investigation
    /// back to whoever asked for it. Files that come in count whoever reviews.
    pub fn declare_conflict(
        &self,
        by: MemberId,
        deadlines: &Deadlines,
    ) -> Result<Vec<ClaimEvent>, ClaimRejection> {
        self.check_stranger(by)?;
        let declared = |until| ClaimEvent::ConflictDeclared { by, until };
        match self.state {
            State::Draft => self.wrong("judged by anybody"),
            State::UnderReview { reviewer, .. }
            | State::MoreEvidenceNeeded { reviewer, .. }
            | State::Investigating { reviewer, .. }
            | State::Recommended { reviewer, .. }
                if reviewer == by =>
            {
                Ok(vec![declared(Some(deadlines.contact))])
            }
            State::Investigating { reviewer, investigator, .. } if investigator == by => {
                let ended = ClaimEvent::InvestigationEnded { reviewer, until: deadlines.review };
                Ok(vec![declared(None), ended])
            }
            _ => Ok(vec![declared(None)]),
        }
    }

    /// Asks that somebody may work on it in spite of a conflict.
    pub fn ask_override(&self, member: MemberId, by: MemberId) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(member)?;
        self.check_stranger(by)?;
        if member == by {
            Err(ClaimRejection::OverrideAlone)
        } else if self.overrides.contains_key(&member) {
            Err(ClaimRejection::OverrideThere)
        } else {
            Ok(ClaimEvent::OverrideAsked { member, by })
        }
    }

    /// A second person agrees.
    pub fn confirm_override(&self, member: MemberId, by: MemberId) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(by)?;
        match self.overrides.get(&member) {
            None => Err(ClaimRejection::NoOverride),
            Some(Override { confirmed_by: Some(_), .. }) => Err(ClaimRejection::OverrideThere),
            Some(Override { asked_by, .. }) if *asked_by == by || member == by => {
                Err(ClaimRejection::OverrideAlone)
            }
            Some(_) => Ok(ClaimEvent::OverrideConfirmed { member, by }),
        }
    }

    /// Takes it back, asked for or agreed to.
    pub fn withdraw_override(&self, member: MemberId, by: MemberId) -> Result<ClaimEvent, ClaimRejection> {
        if self.overrides.contains_key(&member) {
            Ok(ClaimEvent::OverrideWithdrawn { member, by })
        } else {
            Err(ClaimRejection::NoOverride)
        }
    }

    /// What [`Claim::apply`] does with conflicts and exceptions; other events change nothing here.
    pub(super) fn apply_conflict(&mut self, event: &ClaimEvent) {
        match event {
            ClaimEvent::ConflictDeclared { by, until } => {
                self.conflicted.insert(*by);
                if until.is_some() {
                    self.recommender = None;
                }
            }
            ClaimEvent::OverrideAsked { member, by } => {
                self.overrides.insert(*member, Override { asked_by: *by, confirmed_by: None });
            }
            ClaimEvent::OverrideConfirmed { member, by } => {
                if let Some(known) = self.overrides.get_mut(member) {
                    known.confirmed_by = Some(*by);
                }
            }
            ClaimEvent::OverrideWithdrawn { member, .. } => {
                self.overrides.remove(member);
            }
            _ => {}
        }
    }
}
