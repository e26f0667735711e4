//! Juries as the auditor sees them: who may judge, who sits, who has voted what, and when a vote has ended.
//!
//! Guarantees: ballots are those that the simulator cast and saw kept; nobody votes twice; the published count must be theirs.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_app::ports::Unit;
use huzhu_domain::event::Event;
use huzhu_domain::id::{BallotId, ClaimId, JuryCaseId, MemberId};
use huzhu_domain::jury::{Choice, Count, JurorEvent, JuryCaseEvent, Ruling};
use huzhu_domain::time::{Day, Moment, age_years, plus_days};

use super::claims::{Case, Origin};
use super::{Auditor, Finding, ensure};
use crate::simulation::deed::{Deed, MARK};
use crate::simulation::jury_terms::{JuryTerms, Mode, Says};

/// What is known of somebody who wants to judge.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Learned {
    passed: bool,
    willing: bool,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sitting {
    Requested,
    Drawing,
    Voting,
    Over,
    /// Declined, or its claim was withdrawn: nobody is judged.
    Void,
}

/// A jury case as the auditor keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    claim: ClaimId,
    by: MemberId,
    pub(super) round: u8,
    pub(super) terms: JuryTerms,
    sitting: Sitting,
    opened: Moment,
    /// Qualified jurors, or seats.
    all: u64,
    roster: Vec<MemberId>,
    /// Those drawn that have no conflict, first one first.
    free: Vec<MemberId>,
    left: BTreeMap<MemberId, Moment>,
    ballots: BTreeMap<MemberId, (Choice, Moment)>,
    closed: bool,
}

/// Somebody in a seat, until when, and when they were done.
struct Seat {
    juror: MemberId,
    until: Moment,
    done: Option<Moment>,
}

/// Whether a vote had ended before something happened. Ballots have only their minute: a last one within it may have come
/// after.
pub(super) fn is_before(ended: Moment, at: Moment) -> bool {
    ended.as_second().div_euclid(60) < at.as_second().div_euclid(60)
}

fn hours_after(from: Moment, hours: i64) -> Moment {
    from.saturating_add(jiff::SignedDuration::from_hours(hours)).unwrap_or(Moment::MAX)
}

impl Panel {
    /// What the ballots say.
    pub(super) fn says(&self) -> Says {
        let count = |choice: Choice| {
            u64::try_from(self.ballots.values().filter(|(cast, _)| *cast == choice).count()).unwrap_or(0)
        };
        self.terms.says(count(Choice::ForClaimant), count(Choice::Against), self.all)
    }

    /// Seat by seat: whoever lets the time pass or steps aside is followed by the next one of the lot.
    fn seats(&self, now: Moment) -> Vec<Seat> {
        let Mode::Drawn { days, .. } = self.terms.mode else { return Vec::new() };
        let mut waiting = self.free.iter().copied();
        let seats = usize::try_from(self.all).unwrap_or(0);
        let mut called: Vec<(MemberId, Moment)> =
            waiting.by_ref().take(seats).map(|who| (who, self.opened)).collect();
        let mut seated = Vec::new();
        loop {
            // The seat that becomes empty first is filled first.
            called.sort_by_key(|(who, since)| self.leaves(*who, *since, days).unwrap_or(Moment::MAX));
            if called.is_empty() {
                return seated;
            }
            let (juror, since) = called.remove(0);
            let until = hours_after(since, days * 24);
            let voted = self.ballots.get(&juror).map(|(_, at)| *at);
            let gone = self.leaves(juror, since, days).filter(|at| *at <= now);
            seated.push(Seat { juror, until, done: voted.or(gone) });
            if let (None, Some(at)) = (voted, gone) {
                let next = waiting.find(|who| self.left.get(who).is_none_or(|left| at < *left));
                called.extend(next.map(|who| (who, at)));
            }
        }
    }

    /// When somebody leaves a seat without a ballot.
    fn leaves(&self, who: MemberId, since: Moment, days: i64) -> Option<Moment> {
        if self.ballots.contains_key(&who) {
            return None;
        }
        let until = hours_after(since, days * 24);
        let aside = self.left.get(&who).filter(|at| **at < until).map(|at| (*at).max(since));
        Some(aside.unwrap_or(until))
    }

    /// When the vote ended; `None`: somebody can vote, or nobody could yet.
    pub(super) fn ended(&self, now: Moment) -> Option<Moment> {
        match (self.sitting, self.terms.mode) {
            (Sitting::Requested | Sitting::Drawing | Sitting::Void, _) => None,
            (_, Mode::Open { hours, .. }) => {
                let until = hours_after(self.opened, hours);
                (until <= now).then_some(until)
            }
            (_, Mode::Drawn { .. }) => {
                let ends: Option<Vec<Moment>> = self.seats(now).into_iter().map(|seat| seat.done).collect();
                ends.map(|ends| ends.into_iter().fold(self.opened, Moment::max))
            }
        }
    }
}

impl Auditor {
    /// Whether a case was counted, so that everybody may read what it says.
    pub(crate) fn is_closed(&self, case: JuryCaseId) -> bool {
        self.panels.get(&case).is_some_and(|panel| panel.closed)
    }

    /// Somebody learns to judge.
    pub(super) fn juror_event(
        &mut self,
        who: MemberId,
        event: &JurorEvent,
        at: Moment,
        deed: &Deed,
    ) -> Result<(), Finding> {
        let today = self.today(at);
        let adult = self.births.get(&who).is_none_or(|birth| age_years(*birth, today) >= 18);
        let known = self.jurors.entry(who).or_default();
        match event {
            JurorEvent::ExamBegun { .. } => return ensure(adult, || format!("{who} is a child in an exam")),
            JurorEvent::ExamTaken { passed, .. } => {
                let right = matches!(deed, Deed::HandInExam { right: true, .. });
                ensure(*passed == right, || format!("{who} passed: {passed}, answers right: {right}"))?;
                if *passed {
                    *known = Learned { passed: true, willing: true };
                    self.count("exams passed");
                } else {
                    self.count("exams failed");
                }
            }
            JurorEvent::Volunteered { .. } => known.willing = true,
            JurorEvent::Resigned { .. } | JurorEvent::StruckOff { .. } => known.willing = false,
        }
        Ok(())
    }

    /// Whether somebody may judge by these terms.
    fn is_qualified(&self, who: MemberId, terms: &JuryTerms, today: Day) -> bool {
        let known = self.jurors.get(&who).copied().unwrap_or_default();
        let since = self
            .people
            .values()
            .filter(|person| person.payer == who && person.until.is_none_or(|(until, _)| today < until));
        let since = since.map(|person| person.joined).min();
        let long = since.is_some_and(|since| plus_days(since, terms.standing_days) <= today);
        known.willing && (known.passed || !terms.exam) && long
    }

    /// Everybody who has to do with a claim.
    fn involved(&self, case: &Case, asked: MemberId) -> BTreeSet<MemberId> {
        let mut all = BTreeSet::from([case.member, case.filed_by, asked]);
        all.extend(self.people.get(&case.enrolment).map(|person| person.payer));
        all.extend(case.recommended.map(|(who, _)| who));
        all.extend(case.confirmed_by);
        all.extend(&case.objectors);
        all.extend(&case.investigators);
        if let Some(Origin::Review(reviewer)) = &case.origin {
            all.insert(*reviewer);
        }
        all
    }

    fn electorate(&self, panel: &Panel, case: &Case, today: Day) -> BTreeSet<MemberId> {
        let involved = self.involved(case, panel.by);
        let may = |who: &MemberId| !involved.contains(who) && self.is_qualified(*who, &panel.terms, today);
        self.jurors.keys().copied().filter(may).collect()
    }

    /// A ballot was kept.
    pub(super) fn ballot_kept(&mut self, id: BallotId, unit: &Unit, deed: &Deed) -> Result<(), Finding> {
        let Deed::Vote { juror, ballot } = deed else { return Err("a ballot that nobody cast".to_owned()) };
        let (now, today) = (self.now, self.today(self.now));
        ensure(self.ballot_ids.insert(id), || format!("{id} was cast twice"))?;
        // Nothing of the vote or of who cast it stands in what is kept.
        let kept = format!("{unit:?}");
        let plain = [MARK, "for-claimant", "ForClaimant", "Against", &juror.to_string()];
        for word in plain {
            ensure(!kept.contains(word), || format!("a ballot is kept with {word:?} in it"))?;
        }
        let panel = self.panels.get(&ballot.case).ok_or("a ballot in a case that is not there")?;
        let case = self.claims.get(&panel.claim).ok_or("a jury without a claim")?;
        ensure(panel.sitting == Sitting::Voting, || "a ballot came while nobody could vote".to_owned())?;
        ensure(!panel.ballots.contains_key(juror), || format!("{juror} voted twice in {}", ballot.case))?;
        let far = !self.involved(case, panel.by).contains(juror) && !self.related(*juror, case);
        ensure(far, || format!("{juror} has to do with the claim and judged it"))?;
        let fine = match panel.terms.mode {
            Mode::Open { hours, .. } => {
                now < hours_after(panel.opened, hours) && self.is_qualified(*juror, &panel.terms, today)
            }
            Mode::Drawn { .. } => {
                let seats = panel.seats(now);
                seats.iter().any(|seat| seat.juror == *juror && seat.done.is_none() && now < seat.until)
            }
        };
        ensure(fine, || format!("{juror} voted in {} without the right to", ballot.case))?;
        let choice = ballot.choice;
        if let Some(panel) = self.panels.get_mut(&ballot.case) {
            panel.ballots.insert(*juror, (choice, unit.at));
        }
        self.count("ballots");
        Ok(())
    }

    /// What happened to a jury case.
    pub(super) fn jury_event(
        &mut self,
        id: JuryCaseId,
        event: &JuryCaseEvent,
        unit: &Unit,
    ) -> Result<(), Finding> {
        if let JuryCaseEvent::Requested { claim, version, round, by, .. } = event {
            let sheet = self.versions.iter().map(|(sheet, _)| sheet).find(|one| one.version == version.0);
            let terms = sheet.and_then(|sheet| sheet.jury).ok_or("a jury that the plan does not have")?;
            let case = self.claims.get(claim).ok_or("a jury without a claim")?;
            let own = self.sheet_on(case.illness.event_date).map(|sheet| sheet.version);
            ensure(own == Some(version.0), || format!("{id} is ruled by version {version}"))?;
            ensure(usize::from(*round) == case.verdicts.len(), || format!("{id} is round {round}"))?;
            let panel = Panel {
                claim: *claim,
                by: *by,
                round: *round,
                terms,
                sitting: Sitting::Requested,
                opened: unit.at,
                all: 0,
                roster: Vec::new(),
                free: Vec::new(),
                left: BTreeMap::new(),
                ballots: BTreeMap::new(),
                closed: false,
            };
            return ensure(self.panels.insert(id, panel).is_none(), || format!("{id} was asked for twice"));
        }
        let mut panel = self.panels.get(&id).cloned().ok_or_else(|| format!("{id} was never asked for"))?;
        self.panel_step(id, &mut panel, event, unit)?;
        self.panels.insert(id, panel);
        Ok(())
    }

    fn panel_step(
        &mut self,
        id: JuryCaseId,
        panel: &mut Panel,
        event: &JuryCaseEvent,
        unit: &Unit,
    ) -> Result<(), Finding> {
        let today = self.today(unit.at);
        let case = self.claims.get(&panel.claim).ok_or("a jury without a claim")?;
        match event {
            JuryCaseEvent::Opened { electorate, until, at, .. } => {
                let own = u64::try_from(self.electorate(panel, case, today).len()).unwrap_or(0);
                ensure(*electorate == own, || format!("{electorate} may vote in {id}, one by one {own}"))?;
                (panel.sitting, panel.opened, panel.all) = (Sitting::Voting, *at, own);
                let Mode::Open { hours, .. } = panel.terms.mode else { return Err("opened to all".into()) };
                ensure(*until == hours_after(*at, hours), || format!("{id} is open until {until}"))?;
                self.count("open votes");
            }
            JuryCaseEvent::RosterCommitted { roster, .. } => {
                let (own, theirs) = (self.electorate(panel, case, today), roster.iter().copied().collect());
                ensure(own == theirs, || format!("the roster of {id} is {theirs:?}, not {own:?}"))?;
                (panel.sitting, panel.roster) = (Sitting::Drawing, roster.clone());
            }
            JuryCaseEvent::Drawn { .. } => self.drawn(id, panel, event)?,
            JuryCaseEvent::SteppedAside { juror, at } => {
                let fresh = panel.left.insert(*juror, *at).is_none() && panel.free.contains(juror);
                ensure(fresh && !panel.ballots.contains_key(juror), || format!("{juror} cannot step aside"))?;
                self.count("jurors who stepped aside");
            }
            JuryCaseEvent::PollsClosed { ended } => {
                let own = panel.ended(unit.at);
                ensure(own == Some(*ended), || format!("{id} ended at {ended}, not {own:?}"))?;
                let came = |seat: &&Seat| {
                    panel.ballots.contains_key(&seat.juror) || panel.left.contains_key(&seat.juror)
                };
                let seats = panel.seats(unit.at);
                let no_shows = seats.iter().filter(|seat| !came(seat)).count();
                panel.sitting = Sitting::Over;
                self.count_if(no_shows > 0, "jurors who did not come");
            }
            JuryCaseEvent::Closed { count, ruling, .. } => counted(id, panel, count, *ruling)?,
            JuryCaseEvent::Voided { .. } => {
                let voting = panel.sitting == Sitting::Voting;
                let ended = panel.ended(unit.at).filter(|ended| voting && is_before(*ended, unit.at));
                ensure(ended.is_none(), || format!("{id} was voided after its vote ended at {ended:?}"))?;
                panel.sitting = Sitting::Void;
                self.count("juries that lost their claim");
            }
            JuryCaseEvent::Declined { .. } => panel.sitting = Sitting::Void,
            JuryCaseEvent::QuestionAnswered { .. } => self.count("questions answered"),
            JuryCaseEvent::Requested { .. }
            | JuryCaseEvent::StatementGiven { .. }
            | JuryCaseEvent::QuestionAsked { .. }
            | JuryCaseEvent::QuestionPassedOn { .. }
            | JuryCaseEvent::QuestionSetAside { .. } => {}
        }
        Ok(())
    }

    /// The lot has named the jurors.
    fn drawn(&mut self, id: JuryCaseId, panel: &mut Panel, event: &JuryCaseEvent) -> Result<(), Finding> {
        let JuryCaseEvent::Drawn { order, conflicts, seats, at, .. } = event else { return Ok(()) };
        let case = self.claims.get(&panel.claim).ok_or("a jury without a claim")?;
        let who = |at: &u32| usize::try_from(*at).ok().and_then(|at| panel.roster.get(at)).copied();
        let drawn: Vec<(u32, MemberId)> =
            order.iter().filter_map(|at| who(at).map(|who| (*at, who))).collect();
        let once: BTreeSet<u32> = order.iter().copied().collect();
        ensure(once.len() == order.len(), || format!("{id} draws somebody twice"))?;
        let near = |who: MemberId| self.involved(case, panel.by).contains(&who) || self.related(who, case);
        let own: BTreeSet<u32> = drawn.iter().filter(|(_, who)| near(*who)).map(|(at, _)| *at).collect();
        let theirs: BTreeSet<u32> = conflicts.iter().copied().collect();
        ensure(own == theirs, || format!("{id} passes over {theirs:?}, not {own:?}"))?;
        ensure(Some(u64::from(*seats)) == panel.terms.seats(panel.round), || {
            format!("{id} has {seats} seats")
        })?;
        let free: Vec<MemberId> =
            drawn.iter().filter(|(at, _)| !own.contains(at)).map(|(_, who)| *who).collect();
        panel.free = free;
        (panel.sitting, panel.opened, panel.all) = (Sitting::Voting, *at, u64::from(*seats));
        self.count("juries drawn by lot");
        self.count_if(!theirs.is_empty(), "jurors drawn who are too near");
        Ok(())
    }

    /// No ballot of a case that goes on can be read in anything that was written.
    pub(super) fn no_plain_votes(&self, unit: &Unit) -> Result<(), Finding> {
        if !self.panels.values().any(|panel| panel.sitting == Sitting::Voting) {
            return Ok(());
        }
        let closes = unit.appends.iter().flat_map(|append| &append.events);
        let closes =
            closes.filter(|event| matches!(event, Event::JuryCase(JuryCaseEvent::Closed { .. }))).count();
        let text = if closes == 0 { format!("{unit:?}") } else { String::new() };
        ensure(!text.contains(MARK), || "what a juror wrote is kept in plain words".to_owned())
    }
}

/// The published count must be that of the ballots that were seen.
fn counted(id: JuryCaseId, panel: &mut Panel, count: &Count, ruling: Ruling) -> Result<(), Finding> {
    let of = |choice: Choice| {
        u64::try_from(panel.ballots.values().filter(|(cast, _)| *cast == choice).count()).unwrap_or(0)
    };
    panel.closed = true;
    let own = (of(Choice::ForClaimant), of(Choice::Against), 0, panel.all);
    let theirs = (count.for_claimant, count.against, count.invalid, count.electorate);
    ensure(own == theirs, || format!("{id} counts {theirs:?}, cast were {own:?}"))?;
    let fits = match panel.says() {
        Says::For => ruling == Ruling::ForClaimant,
        Says::Against => ruling == Ruling::AgainstClaimant,
        Says::TooFew => ruling == Ruling::NoQuorum,
    };
    ensure(fits, || format!("{id} rules {ruling:?} on {own:?}"))?;
    Ok(())
}
