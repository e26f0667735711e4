//! What jurors do: vote, ask, step aside, keep their receipts.
//!
//! Guarantees: one juror has one ballot in a case, whatever is sent at once: its id follows from both, and the second one is a
//! conflict in the store. The unit that keeps a ballot names no juror, and nothing else is written with it: no answer under an
//! idempotency key, no receipt. The receipt is made again from the ballot whenever its juror asks.

use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{JuryCaseId, MemberId};
use huzhu_domain::jury::{BallotEvent, CaseState, Choice, Side, Votes};
use huzhu_domain::time::Moment;
use serde::Serialize;

use super::seal::{REASON_BYTES_MAX, Vote, seal};
use super::tally_file::BallotReceipt;
use super::{CaseReceipt, OpenCase, TEXT_MAX, ballot_bytes, check_text};
use crate::App;
use crate::call::{Call, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::{append_claim, append_matter};
use crate::permission::Action;
use crate::ports::{Actor, ReliedOn, Unit};
use crate::sign_in::invalid;

/// Casts a ballot.
#[derive(Clone, Debug)]
pub struct CastBallot {
    /// The case.
    pub case: JuryCaseId,
    /// For or against.
    pub choice: Choice,
    /// Why, in plain words; published after the close, without a name. 1 to 4,000 characters.
    pub reason: String,
}

/// Asks one side something, through the clerk.
#[derive(Clone, Debug, Serialize)]
pub struct AskQuestion {
    /// The case.
    pub case: JuryCaseId,
    /// Which side.
    pub to: Side,
    /// In plain words; 1 to 4,000 characters.
    pub text: String,
}

/// A verb on a case that needs nothing else.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OfCase {
    /// The case.
    pub case: JuryCaseId,
}

impl App {
    /// Whether somebody may judge a case now: answers until when.
    ///
    /// # Errors
    /// Refusals that say what is missing; [`AppError::NotFound`] for members who were not drawn.
    pub(super) async fn may_judge(
        &self,
        open: &OpenCase,
        juror: MemberId,
        now: Moment,
        votes: &Votes,
    ) -> Result<Moment, AppError> {
        let known = self.load_juror(open.case().plan(), juror).await?.state;
        match open.case().state() {
            // Who was drawn was qualified when the roster was fixed; only dishonesty undoes that.
            CaseState::Sitting { .. } if known.is_struck_off() => {
                return Err(AppError::NotFound("jury-case"));
            }
            CaseState::Sitting { bench, .. } => {
                bench.position(juror).ok_or(AppError::NotFound("jury-case"))?;
            }
            // Not before jurors yet: to them there is no such case.
            CaseState::Requested { .. } | CaseState::Declined { .. } | CaseState::Drawing { .. } => {
                return Err(AppError::NotFound("jury-case"));
            }
            CaseState::Open { .. }
            | CaseState::Counting { .. }
            | CaseState::Closed { .. }
            | CaseState::Voided => {
                let standing = self.standing(open.claim.terms()?, juror, now, false).await?;
                // Strangers to the plan learn nothing, not even that there is a case.
                standing.payer_since.ok_or(AppError::NotFound("jury-case"))?;
                known.qualify(open.jury()?, &standing)?;
            }
        }
        let until = open.case().check_vote(juror, &open.involved, now, votes)?;
        if self.has_conflict(open, juror).await? {
            // To whoever is too close to the claim there is no such case.
            Err(AppError::NotFound("jury-case"))
        } else {
            Ok(until)
        }
    }

    /// Casts a ballot. The same vote again answers the same receipt; another one is refused.
    pub async fn cast_ballot(
        &self,
        call: &Call,
        command: &CastBallot,
    ) -> Result<Done<BallotReceipt>, AppError> {
        let reason = check_reason(&command.reason)?;
        // An answer kept under a key would name the juror beside the ballot.
        let call = &Call { key: None, ..call.clone() };
        self.catch_up_case(call, Action::ServeOnJury, command.case).await?;
        self.transact(call, Action::ServeOnJury, &(), |now| async move {
            let juror = Self::member_of(call)?;
            let open = self.open_case(command.case).await?;
            let (case, id) = (command.case, self.ballot_of(command.case, juror));
            let nonce = self.nonce_of(case, juror);
            let vote = Vote { choice: command.choice, nonce, reason: reason.to_owned() };
            let before = self.cast_ballot_of(id).await?;
            if let (Some((sealed, _)), None) = (&before, open.case().key()) {
                // Closed since: whoever has a ballot there gets its receipt, and whoever wants another one hears why not.
                return Ok((nothing(now)?, BallotReceipt::of(case, id, &nonce, sealed)));
            }
            let key = self.case_keys(case).public();
            let sealed = seal(&key, case, id, &vote, &self.chance(case, juror, &vote));
            let sealed =
                sealed.ok_or_else(|| AppError::Broken(format!("the key of {case} seals nothing")))?;
            match before {
                Some((kept, _)) if kept == sealed => {
                    return Ok((nothing(now)?, BallotReceipt::of(case, id, &nonce, &sealed)));
                }
                Some(_) => return Err(refused("jury-already-voted", Vec::new())),
                None => {}
            }
            let votes = self.votes_of(open.case()).await?;
            self.may_judge(&open, juror, now, &votes).await?;
            if open.case().key() != Some(key) {
                return Err(AppError::Broken(format!("{case} was opened under another secret")));
            }
            let receipt = BallotReceipt::of(case, id, &nonce, &sealed);
            let mut unit = nothing(now)?;
            // No ballot comes behind the mark that ends the vote.
            unit.relied_on.push(ReliedOn::Stream(StreamId::JuryCase(case), open.loaded.events));
            let cast = BallotEvent::Cast { case, plan: open.case().plan().clone(), sealed, at: unit.at };
            let cast = vec![Event::Ballot(cast)];
            unit.appends.push(append_matter(StreamId::Ballot(id), Vec::new(), cast, unit.at));
            Ok((unit, receipt))
        })
        .await
    }

    /// What a ballot is sealed with: the same for the same vote of the same juror only.
    fn chance(&self, case: JuryCaseId, juror: MemberId, vote: &Vote) -> huzhu_domain::digest::Digest {
        let mut bytes = ballot_bytes(case, juror).to_vec();
        bytes.extend_from_slice(vote.choice.word().as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(vote.reason.as_bytes());
        self.secrets.keyed_hash("jury-ballot-chance", &bytes)
    }

    /// The receipt of the caller's ballot in a case.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn ballot_receipt(&self, call: &Call, case: JuryCaseId) -> Result<BallotReceipt, AppError> {
        let juror = Self::member_of(call)?;
        let id = self.ballot_of(case, juror);
        let (sealed, _) = self.cast_ballot_of(id).await?.ok_or(AppError::NotFound("ballot"))?;
        Ok(BallotReceipt::of(case, id, &self.nonce_of(case, juror), &sealed))
    }

    /// Steps aside from a jury that one was drawn for. Needs no reason and costs nothing; the next reserve is called.
    pub async fn step_aside(&self, call: &Call, command: OfCase) -> Result<Done<CaseReceipt>, AppError> {
        self.catch_up_case(call, Action::ServeOnJury, command.case).await?;
        self.transact(call, Action::ServeOnJury, &("step-aside", command), |now| async move {
            let juror = Self::member_of(call)?;
            let open = self.open_case(command.case).await?;
            let votes = self.votes_of(open.case()).await?;
            if open.case().bench().and_then(|bench| bench.position(juror)).is_none() {
                return Err(AppError::NotFound("jury-case"));
            }
            let event = open.case().step_aside(juror, now, &votes)?;
            let mut after = open.case().clone();
            after.apply(&event);
            let (mut unit, receipt) = self.one_case_event(call, &open, event, Vec::new(), now).await?;
            // Whoever votes in this very moment has voted.
            let ballot = StreamId::Ballot(self.ballot_of(command.case, juror));
            unit.relied_on.push(ReliedOn::Stream(ballot, 0));
            // The reserve has time of their own, from now on.
            let later = after.phase(now, &votes).until();
            if let Some(later) = later.filter(|later| open.claim.claim().state().until() < Some(*later)) {
                let due = open.claim.claim().jury_due(command.case, later)?;
                unit.appends.push(append_claim(&open.claim.loaded, vec![due]));
            }
            self.tell_called(&mut unit, open.case(), &after, &votes).await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Asks one side something; the clerk passes it on.
    pub async fn ask_question(
        &self,
        call: &Call,
        command: &AskQuestion,
    ) -> Result<Done<CaseReceipt>, AppError> {
        let text = check_text("text", &command.text)?;
        self.catch_up_case(call, Action::ServeOnJury, command.case).await?;
        self.transact(call, Action::ServeOnJury, &("ask", command), |now| async move {
            let juror = Self::member_of(call)?;
            let open = self.open_case(command.case).await?;
            let votes = self.votes_of(open.case()).await?;
            self.may_judge(&open, juror, now, &votes).await?;
            let event = open.case().ask(juror, command.to, &open.involved, now, &votes)?;
            let number = open.case().questions().len().saturating_add(1);
            let sealed = open.sealed(&format!("question/{number}"), text);
            self.one_case_event(call, &open, event, vec![sealed], now).await
        })
        .await
    }
}

/// A unit of the platform that says nothing yet. Its time is cut to the minute: the order in which ballots came within it says
/// nothing about who cast them.
fn nothing(now: Moment) -> Result<Unit, AppError> {
    let minute = now.as_second().div_euclid(60).saturating_mul(60);
    let at = Moment::from_second(minute).map_err(|error| AppError::Broken(error.to_string()))?;
    Ok(Unit::new(at, Actor::System))
}

fn check_reason(reason: &str) -> Result<&str, AppError> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(invalid("reason", "missing")),
        n if n > TEXT_MAX || reason.len() > REASON_BYTES_MAX => Err(invalid("reason", "too-long")),
        _ => Ok(reason),
    }
}
