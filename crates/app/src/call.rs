//! One call of a use case: who asks, and under which idempotency key.

use std::collections::BTreeSet;

use huzhu_domain::id::MemberId;
use huzhu_domain::member::Role;

use crate::ports::{Actor, Position};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody is signed in.
    Anonymous,
    /// A signed-in member.
    Member {
        /// Who.
        id: MemberId,
        /// With which roles, as read with the session.
        roles: BTreeSet<Role>,
    },
    /// The platform itself: the calendar, the first start, the demo's clock. Never made from a request.
    System,
}

impl Caller {
    /// How the caller stands in events.
    pub const fn actor(&self) -> Actor {
        match self {
            Self::Member { id, .. } => Actor::Member(*id),
            Self::Anonymous | Self::System => Actor::System,
        }
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who is asking.
    pub caller: Caller,
    /// The idempotency key, if the caller made one (at most 255 characters, checked by the edge).
    pub key: Option<String>,
}

impl Call {
    /// A call by the platform itself.
    pub const fn system() -> Self {
        Self { caller: Caller::System, key: None }
    }

    /// A call by a member without a key.
    pub const fn member(id: MemberId, roles: BTreeSet<Role>) -> Self {
        Self { caller: Caller::Member { id, roles }, key: None }
    }

    /// Whether a role of the caller allows something. For choosing between two ways; use cases authorise by themselves.
    pub(crate) fn may(&self, action: crate::permission::Action) -> bool {
        matches!(&self.caller, Caller::Member { roles, .. } if action.allows(roles))
    }

    /// Whether the caller is a member with a role.
    pub fn has(&self, role: Role) -> bool {
        matches!(&self.caller, Caller::Member { roles, .. } if roles.contains(&role))
    }

    /// A call by nobody in particular.
    pub const fn anonymous() -> Self {
        Self { caller: Caller::Anonymous, key: None }
    }
}

/// A receipt, and whether it was given before for the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<R> {
    /// The receipt.
    pub receipt: R,
    /// `true` when an earlier call under the same key did the work.
    pub replayed: bool,
    /// Place of the last event that this call wrote; `None` when it is replayed.
    pub position: Option<Position>,
}
