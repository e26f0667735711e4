//! How often people fall seriously ill, by age and sex: a curve fitted to a published table.
//!
//! Source: the first critical-illness experience table of the Chinese insurance industry (2006-2010), 25 illnesses, first
//! incidence per 1,000 insured lives and year. Fit: least squares on the logarithm of the rate at ages 0 to 65, a cubic in
//! `x = (age - 30) / 30`, men and women apart; R² 0.998 for men and 0.993 for women, mean relative error 4.5 % and 7.4 %,
//! largest 12 % and 33 % (girls of school age, where rates are smallest). Outside these ages the curve says nothing.
//!
//! Floats are allowed here: nothing of this touches money, it only decides who falls ill in the demo.
#![expect(clippy::float_arithmetic, reason = "a statistical model; no amount of money is computed here")]

use huzhu_domain::claim::Sex;

/// Coefficients of the cubic for men, constant first.
const MEN: [f64; 4] = [-0.0878, 2.8675, 1.2507, -1.0988];
/// Coefficients of the cubic for women.
const WOMEN: [f64; 4] = [-0.0160, 2.6115, 0.9545, -1.0783];
/// Oldest age of the fit.
const AGE_MAX: i16 = 65;

/// Serious accidents per 1,000 lives and year. Assumption: the table has none; chosen so that both kinds of claim occur.
const ACCIDENTS_PER_1000: f64 = 1.0;

/// First incidence of serious illness per 1,000 lives and year.
pub(crate) fn illness_per_1000(age: i16, sex: Sex) -> f64 {
    let x = (f64::from(age.clamp(0, AGE_MAX)) - 30.0) / 30.0;
    let [c0, c1, c2, c3] = match sex {
        Sex::Male => MEN,
        Sex::Female => WOMEN,
    };
    (c0 + x * (c1 + x * (c2 + x * c3))).exp()
}

/// Chance that a person falls ill on one day; `intensity` multiplies the table's rate.
pub(crate) fn illness_on_a_day(age: i16, sex: Sex, intensity: f64) -> f64 {
    intensity * illness_per_1000(age, sex) / 1000.0 / 365.25
}

/// Chance that a person has a serious accident on one day.
pub(crate) fn accident_on_a_day(intensity: f64) -> f64 {
    intensity * ACCIDENTS_PER_1000 / 1000.0 / 365.25
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_stays_near_the_published_rates() {
        // A few published rates per 1,000 (25 illnesses), with the relative error that the fit leaves there.
        for (age, sex, published, error) in [
            (0, Sex::Male, 0.60, 0.13),
            (30, Sex::Male, 0.95, 0.05),
            (45, Sex::Male, 4.60, 0.07),
            (59, Sex::Male, 17.43, 0.05),
            (30, Sex::Female, 0.99, 0.05),
            (45, Sex::Female, 4.19, 0.10),
            (59, Sex::Female, 10.52, 0.12),
        ] {
            let fitted = illness_per_1000(age, sex);
            assert!(
                (fitted / published - 1.0).abs() < error,
                "{age} {sex:?}: {fitted:.2} against {published}"
            );
        }
    }

    #[test]
    fn illness_becomes_more_frequent_from_thirty_on() {
        for sex in [Sex::Male, Sex::Female] {
            for age in 30..59 {
                assert!(illness_per_1000(age, sex) < illness_per_1000(age + 1, sex), "{age} {sex:?}");
            }
        }
    }
}
