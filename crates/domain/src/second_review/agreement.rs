//! How far two reviewers agree who did not know of each other: counts and Cohen's kappa.

use super::{Opinion, SecondReview};

/// Decisions by what the first and the second reviewer said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Both would grant aid.
    pub both_approve: u32,
    /// The decision granted aid, the second opinion would not.
    pub only_first: u32,
    /// The second opinion would grant aid, the decision did not.
    pub only_second: u32,
    /// Neither would.
    pub neither: u32,
}

impl Agreement {
    /// Counts one pair.
    pub fn add(&mut self, first: &Opinion, second: &Opinion) {
        let cell = match (first.approves(), second.approves()) {
            (true, true) => &mut self.both_approve,
            (true, false) => &mut self.only_first,
            (false, true) => &mut self.only_second,
            (false, false) => &mut self.neither,
        };
        *cell = cell.saturating_add(1);
    }

    /// The counts of the reviews whose second opinion was given.
    pub fn of<'a>(reviews: impl IntoIterator<Item = &'a SecondReview>) -> Self {
        let mut counts = Self::default();
        for review in reviews {
            if let Some((_, second, _)) = review.second() {
                counts.add(review.first(), second);
            }
        }
        counts
    }

    /// All pairs.
    pub fn pairs(&self) -> u64 {
        [self.both_approve, self.only_first, self.only_second, self.neither]
            .into_iter()
            .fold(0, |sum, cell| sum.saturating_add(u64::from(cell)))
    }

    /// Pairs that agree.
    pub fn agreed(&self) -> u64 {
        u64::from(self.both_approve).saturating_add(u64::from(self.neither))
    }

    /// Cohen's kappa in ten-thousandths, from -10,000 to 10,000, rounded half away from zero: how far they agree beyond what
    /// chance would give. `None` where it is not defined: no pairs, or everybody said the same of every claim.
    ///
    /// For two answers, `(observed - expected) / (1 - expected)` is `2 (ad - bc) / ((a + b)(b + d) + (a + c)(c + d))`.
    pub fn kappa(&self) -> Option<i64> {
        let [a, b, c, d] =
            [self.both_approve, self.only_first, self.only_second, self.neither].map(i128::from);
        let product = |x: i128, y: i128| x.checked_mul(y);
        let sum = |x: i128, y: i128| x.checked_add(y);
        let above = product(2, product(a, d)?.checked_sub(product(b, c)?)?)?;
        let below = sum(product(sum(a, b)?, sum(b, d)?)?, product(sum(a, c)?, sum(c, d)?)?)?;
        let doubled = product(above, 20_000)?;
        let rounded = if doubled < 0 { doubled.checked_sub(below)? } else { sum(doubled, below)? };
        i64::try_from(rounded.checked_div(product(2, below)?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both approve, only the first, only the second, neither; kappa in ten-thousandths. The first three are worked by hand,
    /// the others are what `sklearn.metrics.cohen_kappa_score` of scikit-learn says, rounded to four places.
    #[test]
    fn kappa_is_what_hand_and_scikit_learn_say() {
        for (counts, expected) in [
            // 70 % agree, 50 % would by chance: 0.2 / 0.5.
            ([20, 5, 10, 15], Some(4_000)),
            // 60 % agree, 54 % would by chance: 0.06 / 0.46 = 0.1304...
            ([45, 15, 25, 15], Some(1_304)),
            // Never agree, half would by chance: -0.5 / 0.5.
            ([0, 10, 10, 0], Some(-10_000)),
            ([118, 9, 14, 59], Some(7_482)),
            ([900, 11, 7, 82], Some(8_912)),
            ([3, 1, 4, 1], Some(-465)),
            ([1, 0, 1, 5], Some(5_882)),
            ([2500, 40, 61, 399], Some(8_679)),
            ([7, 0, 0, 0], None),
            ([0, 0, 0, 0], None),
        ] {
            let [both_approve, only_first, only_second, neither] = counts;
            let agreement = Agreement { both_approve, only_first, only_second, neither };
            assert_eq!(agreement.kappa(), expected, "{counts:?}");
        }
    }

    #[test]
    fn the_largest_counts_do_not_overflow() {
        let most = Agreement { both_approve: u32::MAX, only_first: 0, only_second: 0, neither: u32::MAX };
        assert_eq!((most.kappa(), most.pairs()), (Some(10_000), 8_589_934_590));
    }
}
