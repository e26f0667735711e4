use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// The same draw with the whole roster in memory and without a word that is kept back: the definition, done slowly.
fn slow(seed: &Digest, count: u32, asked: u32) -> Vec<u32> {
    let mut words = (0_u64..).flat_map(|counter| {
        let block = [STREAM, seed.bytes(), &counter.to_be_bytes()].concat();
        let block = *Hash::digest(&block).as_bytes();
        block.chunks(8).map(|word| u64::from_be_bytes(word.try_into().unwrap())).collect::<Vec<_>>()
    });
    let mut roster: Vec<u32> = (0..count).collect();
    for step in 0..asked.min(count) {
        let left = u128::from(count - step);
        let limit = (1_u128 << 64).div_euclid(left) * left;
        let word = words.find(|word| u128::from(*word) < limit).unwrap();
        let chosen = usize::try_from(u128::from(word) % left).unwrap();
        let step = usize::try_from(step).unwrap();
        roster.swap(step, step + chosen);
    }
    roster.truncate(usize::try_from(asked.min(count)).unwrap());
    roster
}

fn seed(number: u64) -> Digest {
    Digest::from_bytes(*Hash::digest(&number.to_be_bytes()).as_bytes())
}

proptest! {
    #[test]
    fn the_sparse_shuffle_is_the_whole_one(bytes: [u8; 32], count in 0..400_u32, asked in 0..500_u32) {
        let seed = Digest::from_bytes(bytes);
        let order = draw(&seed, count, asked);
        let expected = slow(&seed, count, asked);
        prop_assert_eq!(order.positions(), expected.as_slice());
        let different: BTreeSet<u32> = order.positions().iter().copied().collect();
        prop_assert_eq!(different.len(), usize::try_from(count.min(asked)).unwrap());
        prop_assert!(different.iter().all(|position| *position < count));
    }

    #[test]
    fn asking_for_more_changes_nothing_that_was_drawn(bytes: [u8; 32], count in 1..2_000_u32, few in 0..50_u32, more in 0..500_u32) {
        let seed = Digest::from_bytes(bytes);
        let (few, all) = (draw(&seed, count, few), draw(&seed, count, few + more));
        prop_assert!(all.positions().starts_with(few.positions()));
    }

    #[test]
    fn another_seed_is_another_order(bytes: [u8; 32], bit in 0..256_usize) {
        let mut other = bytes;
        other[bit.div_euclid(8)] ^= 1 << (bit % 8);
        // Thirty-one of a million: a coincidence is out of reach.
        let order = |bytes| draw(&Digest::from_bytes(bytes), 1_000_000, 31);
        prop_assert_ne!(order(bytes), order(other));
        prop_assert_ne!(order(bytes).digest(), order(other).digest());
    }
}

#[test]
fn a_draw_of_everybody_names_everybody_once() {
    for count in [0, 1, 2, 3, 31, 1_000] {
        let mut all = draw(&seed(1), count, u32::MAX).positions().to_vec();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..count), "{count}");
    }
}

#[test]
fn words_at_the_edge_are_thrown_away_so_that_no_number_is_favoured() {
    for bound in [1, 2, 3, 10_000, (1 << 31) + 1, u32::MAX] {
        let bound = u64::from(bound);
        let excess = (u64::MAX % bound).wrapping_add(1) % bound;
        let kept = (1_u128 << 64) - u128::from(excess);
        assert_eq!(kept % u128::from(bound), 0, "{bound}: each number has the same count of words");
        assert!(excess < bound);
    }
}

/// The probability that a chi-square variable with many degrees of freedom is at most what was observed, as a number of
/// standard deviations (Wilson and Hilferty, 1931).
#[expect(clippy::float_arithmetic, reason = "statistics of a test")]
fn deviations(statistic: f64, freedom: f64) -> f64 {
    let part = 2.0 / (9.0 * freedom);
    ((statistic / freedom).cbrt() - (1.0 - part)) / part.sqrt()
}

/// Chi-square over how often each position came out. Each position is drawn with probability p = asked / count; counts in one
/// draw exclude each other, which lowers their variance from p (as in a Poisson sum) to p (1 - p) and links them; the exact
/// scaling that makes the statistic chi-square with count - 1 degrees of freedom is the factor (count - 1) / (count - asked).
#[expect(clippy::float_arithmetic, reason = "statistics of a test")]
fn statistic(counts: &[u32], draws: u32, asked: u32) -> f64 {
    let count = f64::from(u32::try_from(counts.len()).unwrap());
    let (draws, asked) = (f64::from(draws), f64::from(asked));
    let expected = draws * asked / count;
    let sum: f64 = counts.iter().map(|seen| (f64::from(*seen) - expected).powi(2) / expected).sum();
    sum * (count - 1.0) / (count - asked)
}

/// Counts over draws with the seeds 0, 1, 2 ...; also how often each position came out first, and last.
fn tally(draws: u32, count: u32, asked: u32) -> [Vec<u32>; 3] {
    let mut counts = [(); 3].map(|()| vec![0; usize::try_from(count).unwrap()]);
    for number in 0..u64::from(draws) {
        let order = draw(&seed(number), count, asked);
        let at = |position: &u32| usize::try_from(*position).unwrap();
        order.positions().iter().for_each(|position| counts[0][at(position)] += 1);
        counts[1][at(order.positions().first().unwrap())] += 1;
        counts[2][at(order.positions().last().unwrap())] += 1;
    }
    counts
}

/// The threshold: 4.5 standard deviations either way, which a fair draw passes in 99.9993 of 100 cases; seeds are fixed, so it
/// passes always or never. A word taken modulo 2^16 instead of 2^64 would fail it at once, and so would one juror in 10,000 who
/// comes out a third more often.
const LIMIT: f64 = 4.5;

#[test]
fn a_hundred_thousand_draws_of_31_out_of_10_000_are_uniform() {
    let (draws, count, asked) = (100_000, 10_000, 31);
    let [all, first, last] = tally(draws, count, asked);
    for (what, counts, asked) in [("drawn", &all, asked), ("first", &first, 1), ("last", &last, 1)] {
        let off = deviations(statistic(counts, draws, asked), f64::from(count - 1));
        assert!(off.abs() < LIMIT, "{what}: {off:.2} standard deviations");
    }
}

#[test]
fn the_test_of_uniformity_can_fail() {
    let (draws, count, asked) = (2_000, 1_000, 31);
    let fair = tally(draws, count, asked)[0].clone();
    let off = |counts: &[u32]| deviations(statistic(counts, draws, asked), f64::from(count - 1));
    assert!(off(&fair).abs() < LIMIT, "{}", off(&fair));
    // Each draw takes one juror away from the lower half and gives the seat to somebody of the upper half.
    let mut bent = fair.clone();
    (0..500).for_each(|low| {
        bent[low] -= 10;
        bent[low + 500] += 10;
    });
    assert!(off(&bent) > LIMIT, "{}", off(&bent));
    // Counts that are too even are no lot either.
    let even = vec![(draws * asked).div_euclid(count); 1_000];
    assert!(off(&even) < -LIMIT, "{}", off(&even));
}

#[test]
fn the_order_of_a_seed_stays_the_same_for_ever() {
    // The same numbers as the Python script of docs/jury gives.
    let order = draw(&seed(0), 1_000_000, 5);
    assert_eq!(order.positions(), [771_915, 500_700, 632_859, 431_983, 900_896]);
    let digest = "b89afa882d16d54bafe4b41f25503bdf9ad99f4d3aac6556e29192aadec51b65";
    assert_eq!(order.digest().to_string(), digest);
}
