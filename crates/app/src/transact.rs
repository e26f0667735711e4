//! The one way in which a use case runs: authorise, read and decide, commit, receipt.
//!
//! `decide` reads what it needs and answers a unit and a receipt without writing anything. If another writer was faster
//! the whole of it runs again on fresh state; under an idempotency key the first receipt is given again.

use std::future::Future;

use huzhu_domain::digest::Digest;
use huzhu_domain::id::MemberId;
use huzhu_domain::time::Moment;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::App;
use crate::call::{Call, Caller, Done};
use crate::error::{AppError, Refusal};
use crate::permission::Action;
use crate::ports::{Actor, Answer, Constraint, StoreError, Unit};
use crate::record::RefusedAct;

/// How often a use case decides anew when others keep writing to the same streams. Protects the caller's patience:
/// beyond it the caller is told to reload.
const CONFLICT_RETRIES: u32 = 8;

impl App {
    /// Runs a use case that changes something.
    ///
    /// `command` is what was asked, serialised only to tell two requests under one idempotency key apart.
    pub(crate) async fn transact<C, R, F, Fut>(
        &self,
        call: &Call,
        action: Action,
        command: &C,
        decide: F,
    ) -> Result<Done<R>, AppError>
    where
        C: Serialize + Sync,
        R: Serialize + DeserializeOwned + Send,
        F: Fn(Moment) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(Unit, R), AppError>> + Send,
    {
        let now = self.clock.now();
        self.authorise(call, action, now).await?;
        let request = match &call.key {
            Some(_) => digest_json(&(action.word(), command))?,
            None => Digest::from_bytes([0; 32]),
        };
        if let Some(done) = self.answered(call, request).await? {
            return Ok(done);
        }
        for _ in 0..CONFLICT_RETRIES {
            let (mut unit, receipt) = match decide(now).await {
                Ok(decided) => decided,
                Err(error) => return self.turn_down(call, request, action, now, error).await,
            };
            if let Some(key) = &call.key {
                unit.answer = Some(Answer {
                    actor: call.caller.actor(),
                    key: key.clone(),
                    request,
                    receipt: serde_json::to_string(&receipt).map_err(|e| AppError::Broken(e.to_string()))?,
                    at: now,
                });
            }
            // The commit point. Before it nothing has happened; after it everything has, and a caller whose reply was
            // lost gets the same receipt again under the same key.
            match self.store.commit(unit).await {
                Ok(position) => {
                    self.committed.notify_one();
                    return Ok(Done { receipt, replayed: false, position: Some(position) });
                }
                Err(StoreError::Conflict(_)) => {}
                Err(StoreError::Taken(Constraint::AnswerKey)) => {
                    return self.answered(call, request).await?.ok_or(AppError::Stale("key-in-use"));
                }
                Err(StoreError::Taken(Constraint::EnrolmentIdentity)) => {
                    let refusal = Refusal { code: "already-enrolled", values: Vec::new() };
                    let error = AppError::Refused(refusal);
                    return self.turn_down(call, request, action, now, error).await;
                }
                Err(other) => return Err(other.into()),
            }
        }
        Err(AppError::Stale("changed-meanwhile"))
    }

    /// Lets a caller through or writes down that it did not.
    pub(crate) async fn authorise(&self, call: &Call, action: Action, now: Moment) -> Result<(), AppError> {
        match &call.caller {
            Caller::System => Ok(()),
            Caller::Member { roles, .. } if action.allows(roles) => Ok(()),
            Caller::Member { .. } => {
                self.note_refused(call, action, now, "denied").await?;
                Err(AppError::Denied { action: action.word() })
            }
            Caller::Anonymous if action == Action::SignIn => Ok(()),
            Caller::Anonymous => Err(AppError::SignInNeeded),
        }
    }

    async fn answered<R: DeserializeOwned>(
        &self,
        call: &Call,
        request: Digest,
    ) -> Result<Option<Done<R>>, AppError> {
        let Some(key) = &call.key else { return Ok(None) };
        match self.store.answer(call.caller.actor(), key).await? {
            None => Ok(None),
            Some(answer) if answer.request == request => {
                let receipt =
                    serde_json::from_str(&answer.receipt).map_err(|e| AppError::Broken(e.to_string()))?;
                Ok(Some(Done { receipt, replayed: true, position: None }))
            }
            Some(_) => Err(AppError::Stale("key-used-for-another-request")),
        }
    }

    /// Answers an error, and notes a refusal. When the same request under the same key has done its work since this one
    /// began, the error comes from that very work (a claim that is no draft any more): then its receipt is the answer.
    async fn turn_down<R: DeserializeOwned>(
        &self,
        call: &Call,
        request: Digest,
        action: Action,
        now: Moment,
        error: AppError,
    ) -> Result<Done<R>, AppError> {
        if let Some(done) = self.answered(call, request).await? {
            return Ok(done);
        }
        if let AppError::Refused(refusal) = &error {
            self.note_refused(call, action, now, refusal.code).await?;
        }
        Err(error)
    }

    /// Writes down that somebody was refused.
    pub(crate) async fn note_refused(
        &self,
        call: &Call,
        action: Action,
        now: Moment,
        reason: &str,
    ) -> Result<(), AppError> {
        let actor = call.caller.actor();
        let mut unit = Unit::new(now, actor);
        unit.refused.push(RefusedAct {
            at: now,
            actor,
            action: action.word().to_owned(),
            subject: match actor {
                Actor::Member(id) => id.to_string(),
                Actor::System => "system".to_owned(),
            },
            reason: reason.to_owned(),
        });
        self.store.commit(unit).await?;
        Ok(())
    }

    /// The member who calls.
    ///
    /// # Errors
    /// [`AppError::SignInNeeded`] when nobody is signed in.
    pub(crate) const fn member_of(call: &Call) -> Result<MemberId, AppError> {
        match &call.caller {
            Caller::Member { id, .. } => Ok(*id),
            Caller::Anonymous | Caller::System => Err(AppError::SignInNeeded),
        }
    }
}

/// SHA-256 of the JSON of `value`.
pub(crate) fn digest_json<T: Serialize>(value: &T) -> Result<Digest, AppError> {
    let bytes = serde_json::to_vec(value).map_err(|e| AppError::Broken(e.to_string()))?;
    Ok(digest_bytes(&bytes))
}

/// SHA-256 of `bytes`.
pub(crate) fn digest_bytes(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}
