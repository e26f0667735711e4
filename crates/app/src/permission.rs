//! Who may do what: one table, asked before anything is read on behalf of a caller.
//!
//! Ownership ("my claim, my enrolment") is decided by each use case from what it read; roles are decided here.

use std::collections::BTreeSet;

use huzhu_domain::member::Role;

/// Something that can be asked of the platform and that a role may be needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Sign in, sign out.
    SignIn,
    /// Say who one is.
    GiveIdentity,
    /// Choose how to be told.
    ChoosePreferences,
    /// Join a plan, for oneself or a dependant.
    Join,
    /// Leave a plan, or take a dependant out.
    Leave,
    /// Write and hand in a claim of one's own, add evidence, withdraw.
    FileClaim,
    /// Take a claim, ask for evidence, recommend.
    ReviewClaim,
    /// Confirm or send back.
    ConfirmClaim,
    /// Publish or withdraw a plan version, open or close a plan.
    RunPlan,
    /// Open notice, settle, record collection and payouts, close.
    RunPeriod,
    /// Grant and revoke roles.
    GrantRoles,
    /// Say which programs of others hear of events.
    RunWebhooks,
    /// Read the audit trail and the books.
    ReadAudit,
    /// Read claims that are not one's own.
    ReadClaims,
    /// Open a hidden fact of a notice card that is not one's own.
    OpenCard,
    /// Destroy the key and the files of a person.
    ErasePerson,
    /// Give a claim to a reviewer.
    AssignClaim,
    /// Hand in the findings of an investigation.
    Investigate,
    /// Object to a claim on notice.
    Object,
    /// Answer an objection.
    AnswerObjection,
    /// Ask for a jury.
    AskJury,
    /// Run jury cases.
    RunJury,
    /// Take the exam, be a juror, vote.
    ServeOnJury,
    /// Say that one is too close to a claim.
    DeclareConflict,
    /// Ask that somebody may work on a claim in spite of a conflict.
    AskOverride,
    /// Agree to that as the second person, or take it back.
    ConfirmOverride,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 26] = [
        Self::SignIn,
        Self::GiveIdentity,
        Self::ChoosePreferences,
        Self::Join,
        Self::Leave,
        Self::FileClaim,
        Self::ReviewClaim,
        Self::ConfirmClaim,
        Self::RunPlan,
        Self::RunPeriod,
        Self::GrantRoles,
        Self::RunWebhooks,
        Self::ReadAudit,
        Self::ReadClaims,
        Self::OpenCard,
        Self::ErasePerson,
        Self::AssignClaim,
        Self::Investigate,
        Self::Object,
        Self::AnswerObjection,
        Self::AskJury,
        Self::RunJury,
        Self::ServeOnJury,
        Self::DeclareConflict,
        Self::AskOverride,
        Self::ConfirmOverride,
    ];

    /// The stable word in the audit trail and in message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::GiveIdentity => "give-identity",
            Self::ChoosePreferences => "choose-preferences",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::FileClaim => "file-claim",
            Self::ReviewClaim => "review-claim",
            Self::ConfirmClaim => "confirm-claim",
            Self::RunPlan => "run-plan",
            Self::RunPeriod => "run-period",
            Self::GrantRoles => "grant-roles",
            Self::RunWebhooks => "run-webhooks",
            Self::ReadAudit => "read-audit",
            Self::ReadClaims => "read-claims",
            Self::OpenCard => "open-card",
            Self::ErasePerson => "erase-person",
            Self::AssignClaim => "assign-claim",
            Self::Investigate => "investigate",
            Self::Object => "object",
            Self::AnswerObjection => "answer-objection",
            Self::AskJury => "ask-jury",
            Self::RunJury => "run-jury",
            Self::ServeOnJury => "serve-on-jury",
            Self::DeclareConflict => "declare-conflict",
            Self::AskOverride => "ask-override",
            Self::ConfirmOverride => "confirm-override",
        }
    }

    /// Roles of which one is needed; empty: every member may.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::SignIn
            | Self::GiveIdentity
            | Self::ChoosePreferences
            | Self::Join
            | Self::Leave
            | Self::FileClaim
            | Self::Object
            | Self::AskJury
            | Self::ServeOnJury
            | Self::DeclareConflict => &[],
            Self::AssignClaim => &[Role::Reviewer, Role::Operator],
            Self::Investigate => &[Role::Investigator],
            Self::OpenCard => &[Role::Auditor],
            Self::AnswerObjection => &[Role::Reviewer, Role::Confirmer],
            Self::RunJury => &[Role::Clerk],
            Self::ReviewClaim => &[Role::Reviewer],
            // Below a limit of the terms another reviewer is enough: the use case looks at that.
            Self::ConfirmClaim => &[Role::Confirmer, Role::Reviewer],
            Self::RunPlan
            | Self::RunPeriod
            | Self::GrantRoles
            | Self::RunWebhooks
            | Self::ErasePerson
            | Self::AskOverride => &[Role::Operator],
            Self::ReadAudit | Self::ConfirmOverride => &[Role::Auditor, Role::Operator],
            Self::ReadClaims => &[Role::Reviewer, Role::Confirmer, Role::Auditor],
        }
    }

    /// Whether somebody with these roles may.
    pub fn allows(self, roles: &BTreeSet<Role>) -> bool {
        self.roles().is_empty() || self.roles().iter().any(|role| roles.contains(role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_who_may_do_what() {
        let mut table = String::new();
        for action in Action::ALL {
            let kinds = std::iter::once(("member", BTreeSet::new()))
                .chain(Role::ALL.iter().map(|role| (role.word(), BTreeSet::from([*role]))));
            let may: Vec<&str> =
                kinds.filter(|(_, roles)| action.allows(roles)).map(|(word, _)| word).collect();
            table += &[action.word(), ": ", &may.join(" "), "\n"].concat();
        }
        assert_eq!(
            table,
            "sign-in: member reviewer confirmer investigator clerk operator auditor\n\
             give-identity: member reviewer confirmer investigator clerk operator auditor\n\
             choose-preferences: member reviewer confirmer investigator clerk operator auditor\n\
             join: member reviewer confirmer investigator clerk operator auditor\n\
             leave: member reviewer confirmer investigator clerk operator auditor\n\
             file-claim: member reviewer confirmer investigator clerk operator auditor\n\
             review-claim: reviewer\n\
             confirm-claim: reviewer confirmer\n\
             run-plan: operator\n\
             run-period: operator\n\
             grant-roles: operator\n\
             run-webhooks: operator\n\
             read-audit: operator auditor\n\
             read-claims: reviewer confirmer auditor\n\
             open-card: auditor\n\
             erase-person: operator\n\
             assign-claim: reviewer operator\n\
             investigate: investigator\n\
             object: member reviewer confirmer investigator clerk operator auditor\n\
             answer-objection: reviewer confirmer\n\
             ask-jury: member reviewer confirmer investigator clerk operator auditor\n\
             run-jury: clerk\n\
             serve-on-jury: member reviewer confirmer investigator clerk operator auditor\n\
             declare-conflict: member reviewer confirmer investigator clerk operator auditor\n\
             ask-override: operator\n\
             confirm-override: operator auditor\n"
        );
    }
}
