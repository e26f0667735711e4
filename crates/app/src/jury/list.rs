//! How a member becomes a juror: the exam, the list, and who on it is qualified for a case.

use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::MemberId;
use huzhu_domain::jury::exam::{
    ExamQuestion, QUESTIONS_ASKED, RETAKE_HOURS, RIGHT_NEEDED, bank, count_right,
};
use huzhu_domain::jury::{ADULT_YEARS, Juror, JurorEvent, JurorRejection, Standing};
use huzhu_domain::plan::{Jury, PlanId, PlanTerms};
use huzhu_domain::time::{Day, Moment, age_years, day_of};
use serde::{Deserialize, Serialize};

use super::OpenCase;
use crate::App;
use crate::call::{Call, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::{Loaded, append_matter};
use crate::matter::{MatterKind, MatterQuery};
use crate::permission::Action;
use crate::ports::{EnrolmentQuery, Page, Unit};

/// Jurors read at once: bounds memory.
const CHUNK: u32 = 1_000;
/// Enrolments of one payer that are looked at.
const ENROLMENTS_MAX: u32 = 200;

/// Goes on the list of jurors of a plan, or off it.
#[derive(Clone, Debug, Serialize)]
pub struct OnList {
    /// The plan.
    pub plan: PlanId,
    /// `true`: on it.
    pub willing: bool,
}

/// Hands an exam in.
#[derive(Clone, Debug, Serialize)]
pub struct Answers {
    /// The plan.
    pub plan: PlanId,
    /// Numbers of the answers from 0, in the order of the questions; `None` where nothing was chosen.
    pub answers: Vec<Option<u8>>,
}

/// An exam that is going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExamSheet {
    /// The questions, in the order asked.
    pub questions: Vec<ExamQuestion>,
}

/// How an exam ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamResult {
    /// Right answers.
    pub right: u16,
    /// Questions asked.
    pub asked: u16,
    /// That is enough.
    pub passed: bool,
    /// When it can be taken again, if it was not.
    pub again_from: Option<Moment>,
}

/// Where a member stands on the way to be a juror of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JurorStatus {
    /// The plan.
    pub plan: PlanId,
    /// Word, see [`Juror::word`].
    pub word: &'static str,
    /// The plan has a jury.
    pub has_jury: bool,
    /// The terms ask for the exam.
    pub exam_needed: bool,
    /// Passed.
    pub passed: Option<Moment>,
    /// From when a failed exam can be taken again.
    pub again_from: Option<Moment>,
    /// What keeps the member from judging by the terms of today; `None`: nothing.
    pub missing: Option<JurorRejection>,
    /// Questions in one exam, right answers needed, hours until it can be taken again.
    pub exam: (u16, u16, i64),
}

impl App {
    /// Where the caller stands on the way to be a juror.
    pub async fn juror_status(&self, call: &Call, plan: &PlanId) -> Result<JurorStatus, AppError> {
        let member = Self::member_of(call)?;
        let loaded = self.load_plan(plan).await?;
        let now = self.clock.now();
        let terms = loaded.terms_at(now)?;
        let juror = self.load_juror(plan, member).await?.state;
        let standing = self.standing(terms, member, now, true).await?;
        let missing = terms.jury().and_then(|jury| juror.qualify(jury, &standing).err());
        Ok(JurorStatus {
            plan: plan.clone(),
            word: juror.word(),
            has_jury: terms.jury().is_some(),
            exam_needed: terms.jury().is_some_and(|jury| jury.exam),
            passed: juror.passed(),
            again_from: juror.retake_from().filter(|from| now < *from && juror.passed().is_none()),
            missing,
            exam: (QUESTIONS_ASKED, RIGHT_NEEDED, RETAKE_HOURS),
        })
    }

    /// Begins an exam, or goes on with the one that was begun; the sheet is [`App::exam_sheet`].
    pub async fn begin_exam(&self, call: &Call, plan: &PlanId) -> Result<Done<()>, AppError> {
        self.transact(call, Action::ServeOnJury, &("begin-exam", plan), |now| async move {
            let member = Self::member_of(call)?;
            let loaded = self.load_plan(plan).await?;
            let terms = loaded.terms_at(now)?;
            if terms.jury().is_none() {
                return Err(refused("claim-no-jury", Vec::new()));
            }
            let juror = self.load_juror(plan, member).await?;
            let standing = self.standing(terms, member, now, true).await?;
            let questions = self.pick_questions(bank(terms).len());
            let mut unit = Unit::new(now, call.caller.actor());
            if let Some(event) = juror.state.begin_exam(questions, &standing, now)? {
                self.push_juror(&mut unit, plan, &juror, event).await?;
            }
            Ok((unit, ()))
        })
        .await
    }

    /// The exam that is going on.
    ///
    /// # Errors
    /// A refusal when none is.
    pub async fn exam_sheet(&self, call: &Call, plan: &PlanId) -> Result<ExamSheet, AppError> {
        let juror = self.load_juror(plan, Self::member_of(call)?).await?.state;
        let loaded = self.load_plan(plan).await?;
        let bank = bank(loaded.terms_at(self.clock.now())?);
        let (numbers, _) = juror.exam().ok_or(JurorRejection::NoExam)?;
        let questions = numbers.iter().filter_map(|number| bank.get(usize::from(*number)).cloned()).collect();
        Ok(ExamSheet { questions })
    }

    /// Hands an exam in.
    pub async fn hand_in_exam(&self, call: &Call, command: &Answers) -> Result<Done<ExamResult>, AppError> {
        self.transact(call, Action::ServeOnJury, &("hand-in-exam", command), |now| async move {
            let member = Self::member_of(call)?;
            let loaded = self.load_plan(&command.plan).await?;
            let bank = bank(loaded.terms_at(now)?);
            let juror = self.load_juror(&command.plan, member).await?;
            let numbers = juror.state.exam().map(|(numbers, _)| numbers.clone()).unwrap_or_default();
            let right = count_right(&bank, &numbers, &command.answers);
            let event = juror.state.hand_in_exam(right, now)?;
            let JurorEvent::ExamTaken { right, asked, passed, .. } = event else {
                return Err(AppError::Broken("an exam was handed in as something else".to_owned()));
            };
            let mut after = juror.state.clone();
            after.apply(&event);
            let again_from = after.retake_from().filter(|_| !passed);
            let mut unit = Unit::new(now, call.caller.actor());
            self.push_juror(&mut unit, &command.plan, &juror, event).await?;
            Ok((unit, ExamResult { right, asked, passed, again_from }))
        })
        .await
    }

    /// Goes on the list, or off it.
    pub async fn set_on_list(&self, call: &Call, command: &OnList) -> Result<Done<()>, AppError> {
        self.transact(call, Action::ServeOnJury, &("on-list", command), |now| async move {
            let member = Self::member_of(call)?;
            let loaded = self.load_plan(&command.plan).await?;
            let terms = loaded.terms_at(now)?;
            let jury = terms.jury().ok_or_else(|| refused("claim-no-jury", Vec::new()))?;
            let juror = self.load_juror(&command.plan, member).await?;
            let event = if command.willing {
                let standing = self.standing(terms, member, now, true).await?;
                juror.state.volunteer(jury, &standing, now)?
            } else {
                juror.state.resign(now)?
            };
            let mut unit = Unit::new(now, call.caller.actor());
            self.push_juror(&mut unit, &command.plan, &juror, event).await?;
            Ok((unit, ()))
        })
        .await
    }

    /// Strikes a member off the list for good, for dishonesty on record.
    pub async fn strike_juror(
        &self,
        call: &Call,
        plan: &PlanId,
        juror: MemberId,
    ) -> Result<Done<()>, AppError> {
        self.transact(call, Action::RunJury, &("strike", plan, juror), |now| async move {
            let by = Self::member_of(call)?;
            let loaded = self.load_juror(plan, juror).await?;
            if loaded.events == 0 {
                return Err(AppError::NotFound("juror"));
            }
            let event = loaded.state.strike_off(by, now)?;
            let mut unit = Unit::new(now, call.caller.actor());
            self.push_juror(&mut unit, plan, &loaded, event).await?;
            Ok((unit, ()))
        })
        .await
    }

    async fn push_juror(
        &self,
        unit: &mut Unit,
        plan: &PlanId,
        juror: &Loaded<Juror>,
        event: JurorEvent,
    ) -> Result<(), AppError> {
        let stream = StreamId::Juror(plan.clone(), juror.state.member());
        let mut before = self.store.stream(&stream).await?;
        before.retain(|one| one.number <= juror.events);
        unit.appends.push(append_matter(stream, before, vec![Event::Juror(event)], unit.at));
        Ok(())
    }

    /// Different numbers below `count`, in a random order.
    fn pick_questions(&self, count: usize) -> Vec<u16> {
        let mut left: Vec<u16> = (0..u16::try_from(count).unwrap_or(u16::MAX)).collect();
        let mut picked = Vec::new();
        while picked.len() < usize::from(QUESTIONS_ASKED) && !left.is_empty() {
            let bound = u32::try_from(left.len()).unwrap_or(1);
            let at = usize::try_from(self.entropy.below(bound)).unwrap_or(0);
            picked.push(left.swap_remove(at.min(left.len().saturating_sub(1))));
        }
        picked
    }

    /// What the plan knows about somebody who wants to judge. `look`: also whether they are of age.
    pub(super) async fn standing(
        &self,
        terms: &PlanTerms,
        member: MemberId,
        now: Moment,
        look: bool,
    ) -> Result<Standing, AppError> {
        let today = day_of(now, terms.zone());
        let payer_since = self.payer_since(terms.id(), member, today).await?;
        let adult = if look {
            let birth = match self.person(member).await {
                Ok(person) => Some(person.birth),
                Err(AppError::NotFound(_)) => None,
                Err(other) => return Err(other),
            };
            Some(birth.is_some_and(|birth| age_years(birth, today) >= ADULT_YEARS))
        } else {
            None
        };
        Ok(Standing { payer_since, adult, today })
    }

    /// The day on which somebody joined whose shares the member pays and who is still in the plan; the earliest.
    async fn payer_since(
        &self,
        plan: &PlanId,
        member: MemberId,
        today: Day,
    ) -> Result<Option<Day>, AppError> {
        let query = EnrolmentQuery::ByPayer(member);
        let rows = self.store.enrolments(&query, &Page::first(ENROLMENTS_MAX)).await?;
        let live = rows.iter().filter(|row| {
            row.plan == *plan && row.payer == member && row.ended.is_none_or(|(day, _)| today < day)
        });
        Ok(live.map(|row| row.joined).min())
    }

    /// Everybody who is qualified for a case by its frozen terms and has nothing to do with its claim; who is related to it is
    /// found out one by one, when they are called or want to vote.
    pub(super) async fn qualified(&self, open: &OpenCase, now: Moment) -> Result<Vec<MemberId>, AppError> {
        let mut page = Page::first(CHUNK);
        let mut qualified = Vec::new();
        loop {
            let (found, after) = self.qualified_page(open, now, &page).await?;
            qualified.extend(found);
            match after {
                Some(after) => page.after = Some(after),
                None => return Ok(qualified),
            }
        }
    }

    /// A page of them, and where the next one begins.
    pub(super) async fn qualified_page(
        &self,
        open: &OpenCase,
        now: Moment,
        page: &Page,
    ) -> Result<(Vec<MemberId>, Option<String>), AppError> {
        let jury = open.jury()?;
        let terms = open.claim.terms()?;
        let today = day_of(now, terms.zone());
        let plan = open.case().plan();
        let query = MatterQuery::InStates(MatterKind::Juror, plan.clone(), vec!["willing"]);
        let rows = self.store.matters(&query, page).await?;
        let full = u32::try_from(rows.len()).is_ok_and(|found| found >= page.limit);
        let after = rows.last().map(|row| row.stream.to_string()).filter(|_| full);
        let mut qualified = Vec::new();
        for row in rows {
            let Some(member) = row.member.filter(|member| !open.involved.contains(member)) else { continue };
            let passed = row.body == crate::matter::PASSED;
            let since = self.payer_since(plan, member, today).await?;
            if may_judge(jury, passed, since, today) {
                qualified.push(member);
            }
        }
        Ok((qualified, after))
    }
}

/// Whether somebody on the list is qualified: what [`Juror::qualify`] says, from the row.
fn may_judge(jury: &Jury, passed: bool, since: Option<Day>, today: Day) -> bool {
    let from = since.map(|since| huzhu_domain::time::plus_days(since, i64::from(jury.standing_days)));
    from.is_some_and(|from| from <= today) && (passed || !jury.exam)
}
