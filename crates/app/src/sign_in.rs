//! Sign-in by a one-time code sent by mail; sessions; the first operator.
//!
//! Guarantees: no password exists; codes and tokens are kept as hashes only; a wrong code costs one of few tries; whether
//! an address is known cannot be told from the answers. Limits per address and per client are set by the edge.

use huzhu_domain::digest::Digest;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::MemberId;
use huzhu_domain::member::{Member, MemberEvent, Role};
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::call::{Call, Caller, Done};
use crate::error::{AppError, FieldMistake, Refusal};
use crate::load::append_member;
use crate::permission::Action;
use crate::ports::{Actor, Append, Sealed, SignInChange, Unit};
use crate::record::{MemberRecord, Message, Record, Session, SignInCode};
use crate::transact::digest_bytes;

/// How long a code may be used: long enough to walk to another device, too short to be guessed.
const CODE_MINUTES: i64 = 15;
/// Wrong tries per code: with six digits a guess succeeds once in 200,000.
const CODE_TRIES_MAX: u32 = 5;
/// How long a member stays signed in.
const MEMBER_SESSION_HOURS: i64 = 14 * 24;
/// How long staff stay signed in: their screens show other people's illnesses.
const STAFF_SESSION_HOURS: i64 = 12;
/// How long the one-time secret of the first start may be used.
const FIRST_OPERATOR_HOURS: i64 = 24;

/// Asks for a code.
#[derive(Clone, Debug, Serialize)]
pub struct RequestCode {
    /// The mail address.
    pub address: String,
    /// Language of the mail, `en` or `zh`.
    pub language: String,
}

/// Signs in with a code.
#[derive(Clone, Debug, Serialize)]
pub struct SignIn {
    /// The mail address that the code was sent to.
    pub address: String,
    /// The six digits.
    pub code: String,
}

/// A session that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The token that the browser keeps; 64 hexadecimal digits.
    pub token: String,
    /// Who.
    pub member: MemberId,
    /// When the session ends.
    pub until: Moment,
    /// `true` when this was the first time.
    pub registered: bool,
}

impl App {
    /// Sends a code to an address. The answer is the same whether the address is known or not.
    pub async fn request_code(&self, command: &RequestCode) -> Result<(), AppError> {
        let address = normal_address(&command.address)?;
        let now = self.clock.now();
        let contact = self.secrets.keyed_hash("contact", address.as_bytes());
        let known = self.store.member_by_contact(contact).await?.map(|member| member.id);
        let pending = self.store.sign_in_code(contact).await?.map(|code| code.member);
        let member = known.or(pending).unwrap_or_else(|| MemberId::from_uuid(self.entropy.uuid(now)));
        let code = format!("{:06}", self.entropy.below(1_000_000));
        let mut unit = Unit::new(now, Actor::System);
        unit.sealed.push(Sealed { owner: member, name: "contact".to_owned(), bytes: address.into_bytes() });
        // Mail speaks the language in which its reader last asked for a code.
        let language = if command.language == "zh" { "zh" } else { "en" };
        let bytes = language.as_bytes().to_vec();
        unit.sealed.push(Sealed { owner: member, name: crate::claims::LANGUAGE.to_owned(), bytes });
        unit.sign_in.push(SignInChange::CodeSent(SignInCode {
            contact,
            member,
            code: self.secrets.keyed_hash("code", code.as_bytes()),
            until: after(now, CODE_MINUTES * 60),
            tries: 0,
        }));
        unit.messages.push(Message {
            id: self.entropy.uuid(now),
            to: member,
            language: language.to_owned(),
            template: "mail-code".to_owned(),
            values: vec![("code".to_owned(), code), ("minutes".to_owned(), CODE_MINUTES.to_string())],
            at: now,
            sent: None,
            inbox: None,
        });
        self.store.commit(unit).await?;
        Ok(())
    }

    /// Signs in; registers the member the first time.
    pub async fn sign_in(&self, command: &SignIn) -> Result<SignedIn, AppError> {
        let address = normal_address(&command.address)?;
        let now = self.clock.now();
        let contact = self.secrets.keyed_hash("contact", address.as_bytes());
        let wrong = || invalid("code", "wrong-code");
        let sent = self.store.sign_in_code(contact).await?.ok_or_else(wrong)?;
        if now > sent.until || sent.tries >= CODE_TRIES_MAX {
            return Err(invalid("code", "code-expired"));
        }
        let given = self.secrets.keyed_hash("code", command.code.trim().as_bytes());
        // Both sides are keyed hashes, so the time of this comparison tells nothing about the code.
        if given != sent.code {
            let mut unit = Unit::new(now, Actor::System);
            let tries = sent.tries.saturating_add(1);
            unit.sign_in.push(SignInChange::CodeSent(SignInCode { tries, ..sent }));
            self.store.commit(unit).await?;
            return Err(wrong());
        }
        let known = self.store.member_by_contact(contact).await?;
        let mut unit = Unit::new(now, Actor::Member(sent.member));
        unit.sign_in.push(SignInChange::CodeSpent(contact));
        if known.is_none() {
            unit.appends.push(registration(sent.member, Some(contact)));
        }
        let is_staff = known.as_ref().is_some_and(|member| !member.roles.is_empty());
        let member = known.as_ref().map_or(sent.member, |known| known.id);
        let signed_in = self.begin_session(&mut unit, member, is_staff, now);
        self.store.commit(unit).await?;
        Ok(SignedIn { registered: known.is_none(), ..signed_in })
    }

    /// Begins a session for a member without a code: for the persona switch of the demo and for tests, never reachable
    /// from a page of a real platform.
    pub async fn sign_in_as(&self, member: MemberId) -> Result<SignedIn, AppError> {
        let record = self.store.member(member).await?.ok_or(AppError::NotFound("member"))?;
        let now = self.clock.now();
        let mut unit = Unit::new(now, Actor::Member(member));
        let signed_in = self.begin_session(&mut unit, member, !record.roles.is_empty(), now);
        self.store.commit(unit).await?;
        Ok(signed_in)
    }

    /// Registers a member with an address and no code: for the operator's import and the demo.
    pub async fn register(
        &self,
        call: &Call,
        member: MemberId,
        address: &str,
    ) -> Result<Done<MemberId>, AppError> {
        let address = normal_address(address)?;
        let contact = self.secrets.keyed_hash("contact", address.as_bytes());
        self.transact(call, Action::GrantRoles, &(member, contact), |now| {
            let address = address.clone();
            async move {
                if self.store.member_by_contact(contact).await?.is_some() {
                    return Err(refused("address-known"));
                }
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(registration(member, Some(contact)));
                unit.sealed.push(Sealed {
                    owner: member,
                    name: "contact".to_owned(),
                    bytes: address.into_bytes(),
                });
                Ok((unit, member))
            }
        })
        .await
    }

    /// Who holds a token. Roles are read anew at each request, so that a revoked role ends at once.
    pub async fn caller(&self, token: &str) -> Result<Caller, AppError> {
        let digest = digest_bytes(token.as_bytes());
        let Some(session) = self.store.session(digest).await? else {
            return Ok(Caller::Anonymous);
        };
        if self.clock.now() > session.until {
            return Ok(Caller::Anonymous);
        }
        let member = self.store.member(session.member).await?;
        Ok(member.map_or(Caller::Anonymous, |member| Caller::Member { id: member.id, roles: member.roles }))
    }

    /// Ends a session. Harmless when there is none.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        let mut unit = Unit::new(self.clock.now(), Actor::System);
        unit.sign_in.push(SignInChange::SessionEnded(digest_bytes(token.as_bytes())));
        self.store.commit(unit).await?;
        Ok(())
    }

    /// The one-time secret with which the first operator claims the role; `None` once somebody is an operator. A new
    /// secret replaces an older one that nobody used.
    pub async fn first_operator_secret(&self) -> Result<Option<String>, AppError> {
        let staff = self.store.staff().await?;
        if staff.iter().any(|member| member.roles.contains(&Role::Operator)) {
            return Ok(None);
        }
        let now = self.clock.now();
        let secret = hex(&self.entropy.secret());
        let mut unit = Unit::new(now, Actor::System);
        unit.sign_in.push(SignInChange::CodeSent(SignInCode {
            contact: self.first_operator_contact(),
            member: MemberId::from_uuid(self.entropy.uuid(now)),
            code: self.secrets.keyed_hash("first-operator-secret", secret.as_bytes()),
            until: after(now, FIRST_OPERATOR_HOURS * 3600),
            tries: 0,
        }));
        self.store.commit(unit).await?;
        Ok(Some(secret))
    }

    /// A signed-in member becomes the first operator with the secret that was printed at the first start.
    pub async fn become_first_operator(&self, call: &Call, secret: &str) -> Result<Done<MemberId>, AppError> {
        let given = self.secrets.keyed_hash("first-operator-secret", secret.trim().as_bytes());
        self.transact(call, Action::GiveIdentity, &given, |now| async move {
            let id = Self::member_of(call)?;
            let contact = self.first_operator_contact();
            let sent = self.store.sign_in_code(contact).await?;
            if !sent.is_some_and(|sent| sent.code == given && now <= sent.until) {
                return Err(refused("wrong-first-operator-secret"));
            }
            let loaded = self.load_member(id).await?;
            let event =
                loaded.state.grant(Role::Operator, None).map_err(|_| refused("role-already-granted"))?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_member(&loaded, vec![event]));
            unit.sign_in.push(SignInChange::CodeSpent(contact));
            Ok((unit, id))
        })
        .await
    }

    fn first_operator_contact(&self) -> Digest {
        self.secrets.keyed_hash("first-operator", b"")
    }

    fn begin_session(&self, unit: &mut Unit, member: MemberId, is_staff: bool, now: Moment) -> SignedIn {
        let token = hex(&self.entropy.secret());
        let hours = if is_staff { STAFF_SESSION_HOURS } else { MEMBER_SESSION_HOURS };
        let until = after(now, hours * 3600);
        let session = Session { token: digest_bytes(token.as_bytes()), member, until };
        unit.sign_in.push(SignInChange::SessionBegun(session));
        SignedIn { token, member, until, registered: false }
    }
}

/// The first event of a member.
pub(crate) fn registration(id: MemberId, contact: Option<Digest>) -> Append {
    let event = MemberEvent::Registered { contact };
    let mut member = Member::new(id);
    member.apply(&event);
    Append {
        stream: StreamId::Member(id),
        expected: 0,
        events: vec![Event::Member(event)],
        record: Record::Member(MemberRecord::of(&member)),
    }
}

/// A mail address in the form that is hashed: trimmed, lower case. Refuses what no mail server would take.
fn normal_address(text: &str) -> Result<String, AppError> {
    let address = text.trim().to_lowercase();
    let plausible = address.len() <= 254
        && !address.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
        && address.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.contains('@') && host.trim_matches('.').contains('.')
        });
    if plausible { Ok(address) } else { Err(invalid("address", "not-a-mail-address")) }
}

/// One wrong field.
pub(crate) fn invalid(field: &str, code: &'static str) -> AppError {
    AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code, values: Vec::new() }])
}

/// A refusal without values.
pub(crate) const fn refused(code: &'static str) -> AppError {
    AppError::Refused(Refusal { code, values: Vec::new() })
}

/// `now` and so many seconds; the far end of time on overflow.
fn after(now: Moment, seconds: i64) -> Moment {
    now.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Moment::MAX)
}

fn hex(bytes: &[u8; 32]) -> String {
    Digest::from_bytes(*bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_normalised_and_the_impossible_ones_refused() {
        for (text, expected) in [
            (" Ann@Example.ORG ", Some("ann@example.org")),
            ("wang.xiaoming@qq.example.cn", Some("wang.xiaoming@qq.example.cn")),
            ("ann", None),
            ("ann@", None),
            ("@example.org", None),
            ("ann@localhost", None),
            ("ann@example.org, bob@example.org", None),
            ("ann@exa mple.org", None),
            ("ann@b@example.org", None),
            ("ann\r\nBcc: x@example.org", None),
        ] {
            assert_eq!(normal_address(text).ok().as_deref(), expected, "{text:?}");
        }
    }
}
