//! The end of a vote: ballots are counted, the case is ruled on, and the claim is told.
//!
//! Shape: [`App::close_jury`] does it for one case, however late; `crate::clocks` finds which are due.
//!
//! Guarantees: the vote is ended by an event of its own before ballots are read, so that a ballot that was accepted is counted.

use std::collections::BTreeSet;

use huzhu_domain::claim::{Claim, ClaimEvent, JuryOrigin, State};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{BallotId, JuryCaseId};
use huzhu_domain::jury::{CallEnd, CaseState, Count, Counted, JuryCaseEvent, Ruling};
use huzhu_domain::plan::ReasonCode;
use huzhu_domain::time::{Moment, day_of, plus_days};
use huzhu_log::Hash;

use super::seal::leaf;
use super::tally_file::{TALLY_FORMAT, TallyBallot, TallyFile, TallyRules, hex, root_of};
use super::{CaseReceipt, OpenCase};
use crate::App;
use crate::call::{Call, Done};
use crate::claims::end_of;
use crate::error::AppError;
use crate::load::append_claim;
use crate::matter::MatterQuery;
use crate::permission::Action;
use crate::ports::{Page, Unit};

/// Ballots read at once: bounds memory.
const CHUNK: u32 = 1_000;
/// Why a claim is back with its reviewer when too few voted on a hard case.
const NO_QUORUM: &str = "no-quorum";

/// A ballot of a case that is being counted or was.
struct Read {
    id: BallotId,
    sealed: String,
    vote: Option<super::seal::Vote>,
    counted: bool,
}

impl App {
    /// Ends the vote of a case, counts, rules, and tells the claim.
    ///
    /// # Errors
    /// A refusal while somebody can still vote.
    pub async fn close_jury(&self, call: &Call, id: JuryCaseId) -> Result<Done<CaseReceipt>, AppError> {
        let open = self.open_case(id).await?;
        if !matches!(open.case().state(), CaseState::Counting { .. }) {
            // Two commits: a ballot that was accepted before the first one is there when ballots are read after it.
            let command = ("end-vote", id);
            let ended = self.transact(call, Action::RunJury, &command, |now| async move {
                let open = self.open_case(id).await?;
                let votes = self.votes_of(open.case()).await?;
                let event = open.case().close_polls(now, &votes)?;
                self.one_case_event(call, &open, event, Vec::new(), now).await
            });
            if let Err(error) = ended.await {
                // Another process that ended the vote a moment ago has not counted it yet: either of us may.
                let case = self.open_case(id).await?;
                if !matches!(case.case().state(), CaseState::Counting { .. }) {
                    return Err(error);
                }
            }
        }
        let call = &Call { key: None, ..call.clone() };
        self.transact(call, Action::RunJury, &("close", id), |now| async move {
            let open = self.open_case(id).await?;
            let CaseState::Counting { ended, .. } = open.case().state() else {
                return Err(AppError::Stale("changed-meanwhile"));
            };
            let ballots = self.read_ballots(&open).await?;
            let mut count = Count::default();
            let mut leaves: Vec<Hash> = Vec::with_capacity(ballots.len());
            for ballot in &ballots {
                count.add(ballot.vote.as_ref().filter(|_| ballot.counted).map(|vote| vote.choice));
                leaves.push(leaf(id, ballot.id, &ballot.sealed));
            }
            let terms = open.claim.terms()?;
            let last = plus_days(day_of(*ended, terms.zone()), i64::from(terms.review().days.jury_request));
            let counted = Counted {
                subject: self.subject_of(&open).await?,
                key: self.case_keys(id).secret(),
                root: root_of(leaves),
                count,
                appeal_until: Some(end_of(last, terms.zone())),
            };
            let event = open.case().close(counted, open.jury()?, now)?;
            let on_claim = self.told(&open, &event, *ended).await?;
            let receipt = CaseReceipt::after(open.case(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.claim.loaded, vec![on_claim]));
            unit.appends.push(self.append_case(id, open.loaded.events, vec![event], now).await?);
            self.tell_sides(&mut unit, &open, "mail-jury-judged", receipt.until).await?;
            self.tell_jurors(&mut unit, open.case()).await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// What a closed case means for its claim. Without a quorum the opinion that was there stands: of those who decided, or of the
    /// smaller jury before.
    async fn told(
        &self,
        open: &OpenCase,
        event: &JuryCaseEvent,
        ended: Moment,
    ) -> Result<ClaimEvent, AppError> {
        let JuryCaseEvent::Closed { ruling, appeal_until, .. } = event else {
            return Err(AppError::Broken("a case was closed as something else".to_owned()));
        };
        let (claim, case) = (open.claim.claim(), open.case().id());
        let for_claimant = match ruling {
            Ruling::ForClaimant => true,
            Ruling::AgainstClaimant => false,
            Ruling::NoQuorum => match (self.verdict_before(open).await?, claim.state()) {
                (Some(before), _) => before,
                (None, State::JuryRequested { origin: JuryOrigin::OnNotice { .. }, .. }) => true,
                (None, State::JuryRequested { origin: JuryOrigin::UnderReview { .. }, .. }) => {
                    let ground =
                        ReasonCode::new(NO_QUORUM).map_err(|error| AppError::Broken(error.to_string()))?;
                    // As of the end of the vote, whenever it is counted.
                    let until = self.until_again(open, ended).await?;
                    return Ok(claim.decline_jury(case, open.case().by(), ground, until, false)?);
                }
                (None, _) => false,
            },
        };
        Ok(claim.reach_verdict(case, for_claimant, *appeal_until)?)
    }

    /// Ends the case of a claim that is withdrawn while a jury has it.
    pub(crate) async fn void_jury(&self, unit: &mut Unit, claim: &Claim) -> Result<(), AppError> {
        let State::JuryRequested { case, .. } = claim.state() else { return Ok(()) };
        let open = self.open_case(*case).await?;
        let event = open.case().void(unit.at)?;
        unit.appends.push(self.append_case(*case, open.loaded.events, vec![event], unit.at).await?);
        self.tell_voided(unit, &open).await
    }

    /// What the jury before this one said.
    async fn verdict_before(&self, open: &OpenCase) -> Result<Option<bool>, AppError> {
        let events = self.store.stream(&StreamId::Claim(open.case().claim())).await?;
        Ok(events.iter().rev().find_map(|one| match &one.event {
            Event::Claim(ClaimEvent::VerdictReached { for_claimant, .. }) => Some(*for_claimant),
            _ => None,
        }))
    }

    /// All ballots of a case by their ids, opened.
    async fn read_ballots(&self, open: &OpenCase) -> Result<Vec<Read>, AppError> {
        let id = open.case().id();
        let keys = self.case_keys(id);
        // In a jury drawn by lot only those count who sat when they voted.
        let sat: Option<BTreeSet<BallotId>> = match open.case().bench() {
            None => None,
            Some(bench) => {
                let votes = self.votes_of(open.case()).await?;
                let calls = bench.calls(self.clock.now(), &votes);
                let voted = calls.iter().filter(|call| matches!(call.end, Some(CallEnd::Voted(_))));
                Some(voted.map(|call| self.ballot_of(id, call.juror)).collect())
            }
        };
        let (mut all, mut page) = (Vec::new(), Page::first(CHUNK));
        loop {
            let rows = self.store.matters(&MatterQuery::ballots_of(id), &page).await?;
            page.after = rows.last().map(|row| row.stream.to_string());
            let full = u32::try_from(rows.len()).is_ok_and(|found| found >= CHUNK);
            for row in rows {
                let StreamId::Ballot(ballot) = row.stream else { continue };
                let vote = keys.open(id, ballot, &row.body);
                let counted = vote.is_some() && sat.as_ref().is_none_or(|sat| sat.contains(&ballot));
                all.push(Read { id: ballot, sealed: row.body, vote, counted });
            }
            if !full {
                return Ok(all);
            }
        }
    }

    /// The public tally of a closed case, for everybody.
    ///
    /// # Errors
    /// [`AppError::NotFound`] before the close.
    pub async fn tally_file(&self, id: JuryCaseId) -> Result<TallyFile, AppError> {
        let missing = || AppError::NotFound("tally");
        let open = self.open_case(id).await.map_err(|_| missing())?;
        let CaseState::Closed { key, root, count, ruling, bench, .. } = open.case().state() else {
            return Err(missing());
        };
        let events = self.store.stream(&StreamId::JuryCase(id)).await?;
        let subject = events.iter().find_map(|one| match &one.event {
            Event::JuryCase(JuryCaseEvent::Closed { subject, .. }) => Some(*subject),
            _ => None,
        });
        let jury = open.jury()?;
        let ballots = self.read_ballots(&open).await?.into_iter().map(|ballot| {
            let (choice, nonce, reason) = match ballot.vote {
                Some(vote) => (Some(vote.choice), Some(hex(&vote.nonce)), Some(vote.reason)),
                None => (None, None, None),
            };
            let (id, sealed, counted) = (ballot.id.to_string(), ballot.sealed, ballot.counted);
            TallyBallot { ballot: id, sealed, counted, choice, nonce, reason }
        });
        Ok(TallyFile {
            format: TALLY_FORMAT.to_owned(),
            plan: open.case().plan().to_string(),
            version: open.case().version().0,
            case: id.to_string(),
            round: open.case().round(),
            subject: subject.ok_or_else(missing)?,
            public_key: self.case_keys(id).public(),
            secret_key: *key,
            rules: TallyRules {
                by_lot: bench.is_some(),
                threshold: jury.threshold.hundredths(),
                needed: huzhu_domain::jury::needed(jury, count.electorate),
            },
            count: *count,
            ruling: *ruling,
            root: *root,
            ballots: ballots.collect(),
        })
    }
}
