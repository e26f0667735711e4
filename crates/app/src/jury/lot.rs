//! Jurors drawn by lot: who can be drawn goes on the log first, then the source of the seed is asked, then the jurors are called.

use std::collections::BTreeSet;

use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{JuryCaseId, MemberId};
use huzhu_domain::jury::{
    CaseState, DrawRequest, JuryCaseEvent, JuryRejection, Roster, draw, seats, subject,
};
use huzhu_domain::plan::JuryMode;
use huzhu_domain::time::Moment;
use huzhu_log::EntryKind;

use super::OpenCase;
use crate::App;
use crate::call::Call;
use crate::claims::refusal::refused;
use crate::draw_file::{DrawFile, Drawn, LogPlaces, MAX_INLINE, Wanted, roster_file};
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{Position, Unit};

/// Jurors on the roster of a case at most: bounds the event that holds them.
pub const ROSTER_MAX: usize = 200_000;

/// The public file of a draw, and the roster's own file where it is a large one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedDraw {
    /// The file, as JSON.
    pub file: String,
    /// The roster's file, which the other one names.
    pub roster: Option<String>,
}

impl App {
    /// What a jury is for, in a digest that says nothing without its salt. The salt was fixed with the request.
    pub(super) async fn subject_of(&self, open: &OpenCase) -> Result<huzhu_domain::digest::Digest, AppError> {
        let case = open.case();
        let salt = self.store.salt(open.owner(), &format!("jury/{}/subject", case.id())).await?;
        Ok(subject(&salt.unwrap_or([0; 32]), case.claim(), case.round()))
    }

    /// Fixes who can be drawn, and names the source.
    pub(super) async fn roster_event(
        &self,
        open: &OpenCase,
        by: MemberId,
        now: Moment,
    ) -> Result<JuryCaseEvent, AppError> {
        let case = open.case().id();
        let qualified = self.qualified(open, now).await?;
        if qualified.len() > ROSTER_MAX {
            return Err(refused("jury-roster-too-large", vec![("limit", ROSTER_MAX.to_string())]));
        }
        let mut named: Vec<_> =
            qualified.into_iter().map(|member| (self.pseudonym(case, member), member)).collect();
        named.sort_unstable();
        let (pseudonyms, members): (Vec<_>, Vec<_>) = named.into_iter().unzip();
        let roster = Roster::new(pseudonyms).map_err(|_| JuryRejection::NobodyToDraw)?;
        let request = DrawRequest {
            subject: self.subject_of(open).await?,
            roster: roster.root(),
            source: self.randomness.source(now),
        };
        Ok(open.case().commit_roster(by, &open.involved, open.jury()?, members, request, now)?)
    }

    /// Asks the source and calls the jurors, once the roster is on the log. Repeatable: the source has one answer.
    pub(crate) async fn seat_jury(&self, id: JuryCaseId) -> Result<(), AppError> {
        let open = self.open_case(id).await?;
        let CaseState::Drawing { roster, request, .. } = open.case().state() else { return Ok(()) };
        let position =
            self.position_of(id, |event| matches!(event, JuryCaseEvent::RosterCommitted { .. })).await?;
        if !self.await_logged(position).await {
            return Err(AppError::Unavailable("the roster is not on the log yet".to_owned()));
        }
        let now = self.clock.now();
        let answer = self.randomness.reveal(request, now).await;
        let answer = answer.map_err(|error| AppError::Unavailable(error.to_string()))?;
        let seed = request.seed(&answer.output);
        let jury = open.jury()?;
        let reserves = match jury.mode {
            JuryMode::Drawn { reserves, .. } => u32::from(reserves),
            JuryMode::Open { .. } => 0,
        };
        let wanted = u32::from(seats(jury, open.case().round()).unwrap_or(0)).saturating_add(reserves);
        let all = u32::try_from(roster.len()).unwrap_or(u32::MAX);
        let (mut asked, mut conflicts) = (wanted.min(all), BTreeSet::new());
        let mut looked: usize = 0;
        // Those who have a conflict are passed over, and as many more are drawn: the same order, and more behind it.
        let order = loop {
            let order = draw(&seed, all, asked);
            for position in order.positions().iter().skip(looked) {
                let juror = usize::try_from(*position).ok().and_then(|at| roster.get(at));
                if let Some(juror) = juror
                    && self.has_conflict(&open, *juror).await?
                {
                    conflicts.insert(*position);
                }
            }
            looked = order.positions().len();
            let free = looked.saturating_sub(conflicts.len());
            let missing = wanted.saturating_sub(u32::try_from(free).unwrap_or(u32::MAX));
            if missing == 0 || asked >= all {
                break order;
            }
            asked = asked.saturating_add(missing).min(all);
        };
        let (answer, order, conflicts) = (&answer, order.positions(), &conflicts);
        let key = self.case_keys(id).public();
        self.transact(&Call::system(), Action::RunJury, &("seat", id), |now| async move {
            let open = self.open_case(id).await?;
            let jury = open.jury()?;
            let event = open.case().seat(answer.clone(), order.to_vec(), conflicts, jury, key, now)?;
            let mut after = open.case().clone();
            after.apply(&event);
            let mut unit = Unit::new(now, Call::system().caller.actor());
            let until = after.phase(now, &huzhu_domain::jury::Votes::new()).until().unwrap_or(now);
            let due = open.claim.claim().jury_due(id, until)?;
            unit.appends.push(append_claim(&open.claim.loaded, vec![due]));
            unit.appends.push(self.append_case(id, open.loaded.events, vec![event], now).await?);
            self.tell_called(&mut unit, open.case(), &after, &huzhu_domain::jury::Votes::new()).await?;
            self.tell_sides(&mut unit, &open, "mail-jury-drawn", Some(until)).await?;
            Ok((unit, ()))
        })
        .await
        .map(drop)
    }

    /// Whether somebody is related to the claim of a case, or has to do with it.
    pub(super) async fn has_conflict(&self, open: &OpenCase, juror: MemberId) -> Result<bool, AppError> {
        if open.involved.contains(&juror) {
            return Ok(true);
        }
        match self.strangers_claim(open.case().claim(), juror).await {
            Ok(_) => Ok(false),
            Err(AppError::NotFound(_)) => Ok(true),
            Err(other) => Err(other),
        }
    }

    /// The place of an event of a case.
    pub(super) async fn position_of(
        &self,
        case: JuryCaseId,
        wanted: impl Fn(&JuryCaseEvent) -> bool,
    ) -> Result<Option<Position>, AppError> {
        let events = self.store.stream(&StreamId::JuryCase(case)).await?;
        let found = events.iter().find(|one| matches!(&one.event, Event::JuryCase(event) if wanted(event)));
        Ok(found.map(|one| one.position))
    }

    /// The public file of a draw, for everybody.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when no jury was drawn.
    pub async fn published_draw(&self, id: JuryCaseId) -> Result<PublishedDraw, AppError> {
        let missing = || AppError::NotFound("draw");
        let open = self.open_case(id).await.map_err(|_| missing())?;
        let (request, answer) = open.case().draw().ok_or_else(missing)?;
        let bench = open.case().bench().ok_or_else(missing)?;
        let events = self.store.stream(&StreamId::JuryCase(id)).await?;
        let members = events.iter().find_map(|one| match &one.event {
            Event::JuryCase(JuryCaseEvent::RosterCommitted { roster, .. }) => Some(roster),
            _ => None,
        });
        let pseudonyms = members.ok_or_else(missing)?.iter().map(|juror| self.pseudonym(id, *juror));
        let broken = |why: String| AppError::Broken(format!("the draw of {id}: {why}"));
        let roster = Roster::of(pseudonyms.collect()).map_err(|error| broken(error.to_string()))?;
        let large = roster.count() > MAX_INLINE;
        let name = format!("{id}.roster");
        let votes = self.votes_of(open.case()).await?;
        let exclusions = bench.exclusions(self.clock.now(), &votes);
        let reserves = match open.jury()?.mode {
            JuryMode::Drawn { reserves, .. } => u32::from(reserves),
            JuryMode::Open { .. } => 0,
        };
        let drawn = u32::try_from(bench.drawn().len()).unwrap_or(u32::MAX);
        let file = DrawFile::publish(Drawn {
            plan: open.case().plan().as_str(),
            request: *request,
            roster: &roster,
            file: large.then_some(name.as_str()),
            wanted: Wanted { seats: u32::from(bench.seats()), reserves, drawn },
            answer,
            exclusions: &exclusions,
            log: self.draw_places(id).await?,
            receipts: None,
        });
        let file = file.map_err(|error| broken(error.to_string()))?.to_json();
        Ok(PublishedDraw { file, roster: large.then(|| roster_file(&roster)) })
    }

    /// Where on the log a draw stands, once roster and request are there.
    async fn draw_places(&self, id: JuryCaseId) -> Result<Option<LogPlaces>, AppError> {
        let committed =
            self.position_of(id, |event| matches!(event, JuryCaseEvent::RosterCommitted { .. })).await?;
        let drawn = self.position_of(id, |event| matches!(event, JuryCaseEvent::Drawn { .. })).await?;
        let (Some(committed), Some(drawn)) = (committed, drawn) else { return Ok(None) };
        let roster = self.place(EntryKind::Roster, committed).await?;
        let request = self.place(EntryKind::DrawRequest, committed).await?;
        let draw = self.place(EntryKind::Draw, drawn).await?;
        let (Some(roster), Some(request)) = (roster, request) else { return Ok(None) };
        let name = self.log.logs().await?.into_iter().find(|log| log.year == roster.year);
        // Two entries of one event can only stand in two years' logs if the year ended between them: then no file names both.
        Ok(name.filter(|_| request.year == roster.year).map(|name| LogPlaces {
            origin: name.origin,
            roster: roster.index,
            request: request.index,
            draw: draw.filter(|draw| draw.year == roster.year).map(|draw| draw.index),
        }))
    }
}
