//! The tree of all shares of a period: walks over the roster once, when the period is settled.
//!
//! Shape: everybody in a cohort owes the same, so that a row of the roster and a table of the cohorts give each share. The tree is
//! made and kept by [`ShareTrees`](crate::ports::ShareTrees), which computes the shares a second time, from what members were charged
//! before; both must come to the same sum and headcount, or the period is not settled.
//!
//! Limits: the roster is read as rows, some 300,000 members a second.

use std::collections::BTreeMap;

use async_trait::async_trait;
use huzhu_domain::period::{ClaimAid, CohortKey, Noticed, ShareRoot, Statement};
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms};
use huzhu_domain::settlement::Settlement;
use huzhu_domain::time::Day;
use huzhu_ledger::Amount;

use super::settle::{band_of, rules_of};
use super::{earlier_in_year, first_counted};
use crate::App;
use crate::error::AppError;
use crate::load::LoadedPlan;
use crate::ports::{EnrolmentQuery, Page, Roster, RosterPlace, ShareJob, Store, StoreError};
use crate::record::{EnrolmentRecord, PeriodRecord};

/// Rows of the roster that are read at once.
const ROWS: u32 = 5_000;

/// A period that is being settled.
pub(super) struct Settling<'a> {
    pub(super) plan: &'a LoadedPlan,
    pub(super) terms: &'a PlanTerms,
    pub(super) key: PeriodKey,
    pub(super) noticed: &'a Noticed,
    pub(super) periods: &'a [PeriodRecord],
    pub(super) cleared: &'a [ClaimAid],
    pub(super) settled: &'a Settlement,
    pub(super) statement: &'a Statement,
}

/// What everybody in a cohort has in common.
#[derive(Clone, Copy)]
struct Common {
    charged: Amount,
    band: u8,
    share: Amount,
}

impl App {
    /// Makes the tree of all shares; `None` where the platform keeps none, and where nobody ever joined.
    ///
    /// # Errors
    /// [`AppError::Broken`] when the roster and the statement do not come to the same sums: then no money may move.
    pub(super) async fn share_tree(&self, settling: &Settling<'_>) -> Result<Option<ShareRoot>, AppError> {
        let Some(trees) = &self.shares else { return Ok(None) };
        let Settling { plan, terms, key, noticed, periods, cleared, settled, statement } = *settling;
        let job = ShareJob {
            plan: terms.id().clone(),
            period: key,
            currency: terms.currency(),
            day: noticed.headcount_day,
            rules: rules_of(terms, periods)?,
            claims: cleared.iter().map(|claim| claim.aid).collect(),
            surplus_before: settled.surplus_before,
            carried_before: settled.carried_before,
            terms: plan.digest(terms.version()),
            key: self.salts_key(terms.id(), key),
        };
        let head = trees.settle(&job, &mut Walk::new(self.store.as_ref(), settling)?).await?;
        let Some(head) = head else { return Ok(None) };
        if (head.sum, head.count) != (statement.shares_total.minor(), statement.headcount) {
            return Err(AppError::Broken(format!(
                "period {key}: the roster shares {} among {}, the statement {} among {}",
                head.sum,
                head.count,
                statement.shares_total.minor(),
                statement.headcount
            )));
        }
        Ok(Some(ShareRoot { root: head.root, places: head.places }))
    }

    /// The key of the salts of a period.
    pub(crate) fn salts_key(&self, plan: &PlanId, key: PeriodKey) -> [u8; 32] {
        *self.secrets.keyed_hash("share-salts", format!("{plan}/{key}").as_bytes()).bytes()
    }
}

/// The roster as the store has it.
struct Walk<'a> {
    store: &'a dyn Store,
    plan: PlanId,
    of: &'a PeriodRecord,
    periods: &'a [PeriodRecord],
    cohorts: BTreeMap<CohortKey, Common>,
    page: Page,
    is_over: bool,
}

impl<'a> Walk<'a> {
    fn new(store: &'a dyn Store, settling: &Settling<'a>) -> Result<Self, AppError> {
        let Settling { terms, key, noticed, periods, statement, .. } = *settling;
        let of = periods.iter().find(|period| period.key == key).ok_or(AppError::NotFound("period"))?;
        let earlier = earlier_in_year(periods, key, noticed.sharing_day);
        let common = |cohort: &huzhu_domain::period::CohortShare| {
            let before = earlier.iter().filter_map(|period| period.statement.as_ref());
            let charged = Amount::sum(before.map(|statement| statement.share_of(cohort.key)))
                .map_err(|e| AppError::Broken(format!("shares of a year: {e}")))?;
            let band = band_of(terms, cohort.key.class, noticed.sharing_day)?;
            Ok((cohort.key, Common { charged, band, share: cohort.share }))
        };
        Ok(Self {
            store,
            plan: terms.id().clone(),
            of,
            periods,
            cohorts: statement.cohorts.iter().map(common).collect::<Result<_, AppError>>()?,
            page: Page::first(ROWS),
            is_over: false,
        })
    }

    fn place(&self, row: &EnrolmentRecord) -> RosterPlace {
        let day: Day = self.of.noticed.headcount_day;
        let live = row.ended.is_none_or(|(until, _)| day < until);
        let common = || {
            let first = first_counted(self.periods, self.of, row.shares_from)?;
            self.cohorts.get(&CohortKey { class: row.band_class, first }).copied()
        };
        let counted = row.is_counted(day).then(common).flatten();
        let Common { charged, band, share } =
            counted.unwrap_or(Common { charged: Amount::ZERO, band: 0, share: Amount::ZERO });
        RosterPlace { charged, from: row.shares_from, band, live, share }
    }
}

#[async_trait]
impl Roster for Walk<'_> {
    async fn next(&mut self) -> Result<Vec<RosterPlace>, StoreError> {
        if self.is_over {
            return Ok(Vec::new());
        }
        let rows = self.store.enrolments(&EnrolmentQuery::ByPlan(self.plan.clone()), &self.page).await?;
        self.is_over = !u32::try_from(rows.len()).is_ok_and(|many| many >= ROWS);
        self.page.after = rows.last().map(|row| row.id.to_string());
        Ok(rows.iter().map(|row| self.place(row)).collect())
    }
}
