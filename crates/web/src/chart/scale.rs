//! Round numbers for the vertical axis.

/// The vertical axis: from 0 to `top` in steps of `step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) step: u64,
    pub(super) top: u64,
}

impl Scale {
    /// The axis for values up to `max`: up to five steps of 1, 2 or 5 times a power of ten. At least from 0 to 1.
    pub(super) fn for_max(max: u64) -> Self {
        let mut unit: u64 = 1;
        loop {
            for factor in [1, 2, 5] {
                let step = unit.saturating_mul(factor);
                let steps = max.div_ceil(step).max(1);
                if steps <= 5 || step == u64::MAX {
                    return Self { step, top: step.saturating_mul(steps) };
                }
            }
            unit = unit.saturating_mul(10);
        }
    }

    /// The values with a rule and a number: 0, step, 2 x step ... top.
    pub(super) fn ticks(self) -> impl Iterator<Item = u64> {
        (0..=self.top.div_euclid(self.step)).map(move |at| at.saturating_mul(self.step))
    }

    /// `value` as a part of `length` picture units, rounded down; what is above the top stays at the top.
    pub(super) fn part(self, value: u64, length: u32) -> u32 {
        let scaled =
            u128::from(value.min(self.top)).saturating_mul(length.into()).div_euclid(self.top.into());
        u32::try_from(scaled).unwrap_or(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_not_far_above_the_data() {
        for (max, step, top) in [
            (0, 1, 1),
            (1, 1, 1),
            (3, 1, 3),
            (5, 1, 5),
            (9, 2, 10),
            (21, 5, 25),
            (100, 20, 100),
            (101, 50, 150),
            (407, 100, 500),
            (23_000_000, 5_000_000, 25_000_000),
            (u64::MAX, 5_000_000_000_000_000_000, 15_000_000_000_000_000_000),
        ] {
            let scale = Scale::for_max(max);
            if max == u64::MAX {
                assert!(scale.step >= 5_000_000_000_000_000_000, "{scale:?}");
            } else {
                assert_eq!(scale, Scale { step, top }, "{max}");
                assert!(scale.top >= max);
            }
            assert!(scale.ticks().count() <= 6, "{max}");
        }
    }

    #[test]
    fn parts_are_in_proportion_without_overflow() {
        let scale = Scale::for_max(400);
        for (value, expected) in [(0, 0), (100, 50), (400, 200), (900, 200)] {
            assert_eq!(scale.part(value, 200), expected, "{value}");
        }
        assert!(Scale::for_max(u64::MAX).part(u64::MAX, 200) <= 200);
    }
}
