//! What sides and jurors are told of a case, in the unit of the event that causes it.
//!
//! Guarantees: a text for jurors names plan and time and nothing of the claim; it goes to whoever was called, never by how they
//! voted. A side that is staff works from its queue and is told nothing here.
//!
//! Limits: a reserve who is called because somebody let the time pass is called by the clock, without an event, and so without a
//! message; the juror's page shows it.

use std::collections::BTreeSet;

use huzhu_domain::event::StreamId;
use huzhu_domain::id::MemberId;
use huzhu_domain::jury::{JuryCase, Votes};
use huzhu_domain::time::Moment;

use super::OpenCase;
use crate::App;
use crate::error::AppError;
use crate::inbox::{Audience, Telling};
use crate::ports::Unit;

impl App {
    /// Tells the claimant, and the member who objected where that one asked for the jury.
    pub(super) async fn tell_sides(
        &self,
        unit: &mut Unit,
        open: &OpenCase,
        template: &str,
        until: Option<Moment>,
    ) -> Result<(), AppError> {
        let (case, claim) = (open.case(), open.claim.claim());
        let mut sides = BTreeSet::from([claim.claimed().filed_by]);
        sides.extend(claim.objectors().values().copied().filter(|who| *who == case.by()));
        let telling = Telling::new(template)
            .about(StreamId::JuryCase(case.id()))
            .with("plan", case.plan())
            .with("claim", case.claim())
            .until(until);
        self.tell_all(unit, Audience::Members(sides.into_iter().collect()), &telling).await
    }

    /// Tells those who are called in `after` and were not in `before` that a case waits for them, each until when.
    pub(super) async fn tell_called(
        &self,
        unit: &mut Unit,
        before: &JuryCase,
        after: &JuryCase,
        votes: &Votes,
    ) -> Result<(), AppError> {
        let had = called(before, unit.at, votes);
        for (juror, until) in called(after, unit.at, votes) {
            if had.iter().all(|(known, _)| *known != juror) {
                let telling = Telling::new("mail-juror-called")
                    .about(StreamId::JuryCase(after.id()))
                    .with("plan", after.plan())
                    .until(Some(until));
                self.tell(unit, juror, &telling).await?;
            }
        }
        Ok(())
    }

    /// Tells everybody who was called that the case is judged.
    pub(super) async fn tell_jurors(&self, unit: &mut Unit, case: &JuryCase) -> Result<(), AppError> {
        let jurors = called(case, unit.at, &self.votes_of(case).await?);
        let telling = Telling::new("mail-juror-judged")
            .about(StreamId::JuryCase(case.id()))
            .with("plan", case.plan())
            .until(None);
        let jurors = jurors.into_iter().map(|(juror, _)| juror).collect();
        self.tell_all(unit, Audience::Members(jurors), &telling).await
    }
}

/// Who was called by a moment, and until when.
fn called(case: &JuryCase, now: Moment, votes: &Votes) -> Vec<(MemberId, Moment)> {
    let calls = case.bench().map(|bench| bench.calls(now, votes)).unwrap_or_default();
    calls.into_iter().map(|call| (call.juror, call.until)).collect()
}
