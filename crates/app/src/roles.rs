//! Who works for the platform: roles granted and revoked by operators, never one's own.

use huzhu_domain::id::MemberId;
use huzhu_domain::member::{MemberRejection, Role};
use serde::Serialize;

use crate::App;
use crate::call::{Call, Caller, Done};
use crate::error::AppError;
use crate::load::append_member;
use crate::permission::Action;
use crate::ports::Unit;
use crate::record::MemberRecord;
use crate::sign_in::refused;

/// Grants or revokes a role.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ChangeRole {
    /// Whose.
    pub member: MemberId,
    /// Which.
    pub role: &'static str,
    /// `true` grants, `false` revokes.
    pub grant: bool,
}

/// Somebody with a role, with the name that operators know them by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffView {
    /// Who, with which roles.
    pub member: MemberRecord,
    /// Mail address, or empty when erased.
    pub address: String,
}

impl App {
    /// Grants or revokes a role.
    pub async fn change_role(&self, call: &Call, command: ChangeRole) -> Result<Done<MemberId>, AppError> {
        let role = Role::from_word(command.role).ok_or(AppError::NotFound("role"))?;
        self.transact(call, Action::GrantRoles, &command, |now| async move {
            let loaded = self.load_member(command.member).await?;
            let by = match &call.caller {
                Caller::Member { id, .. } => Some(*id),
                Caller::Anonymous | Caller::System => None,
            };
            let event = match (command.grant, by) {
                (true, by) => loaded.state.grant(role, by),
                (false, Some(by)) => loaded.state.revoke(role, by),
                (false, None) => return Err(AppError::SignInNeeded),
            };
            let event = event.map_err(|rejection| refused(code(rejection)))?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_member(&loaded, vec![event]));
            Ok((unit, command.member))
        })
        .await
    }

    /// Everybody with a role.
    pub async fn staff_list(&self, call: &Call) -> Result<Vec<StaffView>, AppError> {
        self.authorise(call, Action::ReadAudit, self.clock.now()).await?;
        let mut views = Vec::new();
        for member in self.store.staff().await? {
            let address = self.store.unseal(member.id, "contact").await?.unwrap_or_default();
            views.push(StaffView { member, address: String::from_utf8_lossy(&address).into_owned() });
        }
        Ok(views)
    }

    /// The member with a mail address, for the form that grants roles.
    pub async fn member_at(&self, call: &Call, address: &str) -> Result<MemberId, AppError> {
        self.authorise(call, Action::GrantRoles, self.clock.now()).await?;
        let contact = self.secrets.keyed_hash("contact", address.trim().to_lowercase().as_bytes());
        let member = self.store.member_by_contact(contact).await?;
        member.map(|member| member.id).ok_or(AppError::NotFound("member"))
    }
}

/// The code of a refusal.
pub(crate) const fn code(rejection: MemberRejection) -> &'static str {
    match rejection {
        MemberRejection::IdentityAlreadyGiven => "identity-already-given",
        MemberRejection::RoleAlreadyGranted => "role-already-granted",
        MemberRejection::RoleNotHeld => "role-not-held",
        MemberRejection::OwnRoles => "own-roles",
        MemberRejection::AlreadyErased => "already-erased",
        MemberRejection::AlwaysMailed(_) => "topic-always-mailed",
        MemberRejection::OwnErasure => "own-erasure",
    }
}
