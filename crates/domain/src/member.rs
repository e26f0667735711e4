//! A member: a person known to the platform, whether they sign in, pay for others, are covered, or work for the plan.
//!
//! Names, birth dates, identity numbers and addresses never stand in events: they are sealed under a key of the person
//! and can be erased; events carry keyed hashes only.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::Digest;
use crate::id::MemberId;
use crate::preference::{Preferences, Topic};

/// What somebody may do beyond being a member. Everybody who signs in is a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Role {
    /// Examines claims and recommends a decision.
    Reviewer,
    /// Confirms or returns a recommendation made by somebody else.
    Confirmer,
    /// Gathers the facts of claims given to them, and has no say in the result.
    Investigator,
    /// Runs jury cases: accepts requests by the grounds of the terms, passes questions on, and judges nothing.
    Clerk,
    /// Runs the plan: versions, periods, collection, payout, roles.
    Operator,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All roles, in the order in which pages list them.
    pub const ALL: [Self; 6] =
        [Self::Reviewer, Self::Confirmer, Self::Investigator, Self::Clerk, Self::Operator, Self::Auditor];

    /// The stable word for the role in URLs, JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Confirmer => "confirmer",
            Self::Investigator => "investigator",
            Self::Clerk => "clerk",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    /// The role that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What happened to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum MemberEvent {
    /// The person became known: by signing in for the first time, or as somebody's dependant (then without contact).
    Registered {
        /// Keyed hash of the normalised mail address; `None` for dependants who do not sign in.
        contact: Option<Digest>,
    },
    /// Name, birth date and identity number were sealed; the keyed hash of the identity number tells people apart.
    IdentityGiven {
        /// Keyed hash of the identity number.
        identity: Digest,
    },
    /// A role was granted.
    RoleGranted {
        /// The role.
        role: Role,
    },
    /// A role was taken back.
    RoleRevoked {
        /// The role.
        role: Role,
    },
    /// The member chose how to be told; replaces what was chosen before.
    PreferencesChosen(Preferences),
    /// The person was erased: the key under which everything personal was sealed is destroyed, and with it the files
    /// and salts behind entries of the log.
    Erased,
}

/// Why a member verb was refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberRejection {
    /// The identity was given before and cannot be replaced by the member alone.
    #[error("the identity of this member was already given")]
    IdentityAlreadyGiven,
    /// The member has the role already.
    #[error("the member already has this role")]
    RoleAlreadyGranted,
    /// The member does not have the role.
    #[error("the member does not have this role")]
    RoleNotHeld,
    /// Nobody may change their own roles: two people stand behind each grant.
    #[error("nobody may change their own roles")]
    OwnRoles,
    /// The person was erased before.
    #[error("this person was erased before")]
    AlreadyErased,
    /// Messages that protect money and account are mailed at once.
    #[error("messages of the topic {} are always mailed at once", .0.word())]
    AlwaysMailed(Topic),
    /// Nobody may erase themselves: a second person looks first at what would be destroyed.
    #[error("nobody may erase themselves")]
    OwnErasure,
}

/// A person known to the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    id: MemberId,
    contact: Option<Digest>,
    identity: Option<Digest>,
    roles: BTreeSet<Role>,
    preferences: Preferences,
    erased: bool,
}

impl Member {
    /// The state before the first event.
    pub const fn new(id: MemberId) -> Self {
        let preferences = Preferences { language: None, mail: BTreeMap::new() };
        Self { id, contact: None, identity: None, roles: BTreeSet::new(), preferences, erased: false }
    }

    /// The member's id.
    pub const fn id(&self) -> MemberId {
        self.id
    }

    /// Keyed hash of the mail address, for those who sign in.
    pub const fn contact(&self) -> Option<Digest> {
        self.contact
    }

    /// Keyed hash of the identity number, once given.
    pub const fn identity(&self) -> Option<Digest> {
        self.identity
    }

    /// The roles held.
    pub const fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// How the member wants to be told.
    pub const fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Chooses how to be told; `None` when that is chosen already.
    pub fn choose(&self, preferences: Preferences) -> Result<Option<MemberEvent>, MemberRejection> {
        if let Some(topic) = preferences.against_the_rule() {
            return Err(MemberRejection::AlwaysMailed(topic));
        }
        Ok((preferences != self.preferences).then_some(MemberEvent::PreferencesChosen(preferences)))
    }

    /// Whether the person was erased.
    pub const fn is_erased(&self) -> bool {
        self.erased
    }

    /// Erases the person; `by` is `None` for whoever sits at the machine itself.
    pub fn erase(&self, by: Option<MemberId>) -> Result<MemberEvent, MemberRejection> {
        if self.erased {
            return Err(MemberRejection::AlreadyErased);
        }
        if by == Some(self.id) {
            return Err(MemberRejection::OwnErasure);
        }
        Ok(MemberEvent::Erased)
    }

    /// Records the identity, once.
    pub const fn give_identity(&self, identity: Digest) -> Result<MemberEvent, MemberRejection> {
        match self.identity {
            Some(_) => Err(MemberRejection::IdentityAlreadyGiven),
            None => Ok(MemberEvent::IdentityGiven { identity }),
        }
    }

    /// Grants a role; `by` is `None` for the one-time secret of the first start.
    pub fn grant(&self, role: Role, by: Option<MemberId>) -> Result<MemberEvent, MemberRejection> {
        if self.roles.contains(&role) {
            return Err(MemberRejection::RoleAlreadyGranted);
        }
        if by == Some(self.id) {
            return Err(MemberRejection::OwnRoles);
        }
        Ok(MemberEvent::RoleGranted { role })
    }

    /// Takes a role back.
    pub fn revoke(&self, role: Role, by: MemberId) -> Result<MemberEvent, MemberRejection> {
        if !self.roles.contains(&role) {
            return Err(MemberRejection::RoleNotHeld);
        }
        if by == self.id {
            return Err(MemberRejection::OwnRoles);
        }
        Ok(MemberEvent::RoleRevoked { role })
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &MemberEvent) {
        match event {
            MemberEvent::Registered { contact } => self.contact = *contact,
            MemberEvent::IdentityGiven { identity } => self.identity = Some(*identity),
            MemberEvent::RoleGranted { role } => {
                self.roles.insert(*role);
            }
            MemberEvent::RoleRevoked { role } => {
                self.roles.remove(role);
            }
            MemberEvent::PreferencesChosen(preferences) => self.preferences = preferences.clone(),
            MemberEvent::Erased => {
                *self = Self { erased: true, ..Self::new(self.id) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preference::MailWhen;

    fn id(n: u128) -> MemberId {
        MemberId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn roles_are_granted_and_revoked_by_somebody_else_only() {
        let mut member = Member::new(id(1));
        assert_eq!(member.grant(Role::Reviewer, Some(id(1))), Err(MemberRejection::OwnRoles));
        assert_eq!(member.revoke(Role::Reviewer, id(2)), Err(MemberRejection::RoleNotHeld));
        let event = member.grant(Role::Reviewer, Some(id(2))).unwrap();
        member.apply(&event);
        assert_eq!(member.grant(Role::Reviewer, Some(id(2))), Err(MemberRejection::RoleAlreadyGranted));
        assert_eq!(member.revoke(Role::Reviewer, id(1)), Err(MemberRejection::OwnRoles));
        let event = member.revoke(Role::Reviewer, id(2)).unwrap();
        member.apply(&event);
        assert!(member.roles().is_empty());
    }

    #[test]
    fn preferences_are_chosen_as_a_whole_and_never_against_the_rule() {
        let mut member = Member::new(id(1));
        let chosen = |topic, when| Preferences { language: None, mail: BTreeMap::from([(topic, when)]) };
        let weekly = chosen(Topic::MyClaims, MailWhen::Weekly);
        let event = member.choose(weekly.clone()).unwrap().unwrap();
        member.apply(&event);
        assert_eq!(member.preferences(), &weekly);
        assert_eq!(member.choose(weekly), Ok(None), "nothing is new");
        let daily = chosen(Topic::Money, MailWhen::Daily);
        assert_eq!(member.choose(daily), Err(MemberRejection::AlwaysMailed(Topic::Money)));
        assert!(matches!(member.choose(chosen(Topic::Money, MailWhen::AtOnce)), Ok(Some(_))));
    }

    #[test]
    fn an_erased_person_has_nothing_left_and_is_erased_once_by_somebody_else() {
        let mut member = Member::new(id(1));
        let contact = Some(Digest::from_bytes([1; 32]));
        member.apply(&MemberEvent::Registered { contact });
        member.apply(&MemberEvent::RoleGranted { role: Role::Auditor });
        assert_eq!(member.erase(Some(id(1))), Err(MemberRejection::OwnErasure));
        let event = member.erase(Some(id(2))).unwrap();
        member.apply(&event);
        assert!(member.is_erased() && member.contact().is_none() && member.roles().is_empty());
        assert_eq!(member.erase(None), Err(MemberRejection::AlreadyErased));
    }
}
