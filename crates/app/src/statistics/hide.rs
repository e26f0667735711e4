//! What is too small to be shown.

use super::Count;

/// Numbers of people from one up to, and without, this one are not shown: whoever knows somebody in the plan could tell who it is.
pub const SMALL: u64 = 5;

/// Counts of parts whose total is public: small ones are hidden, and where the hidden ones together would be small, the next
/// larger one is hidden too, so that nothing comes out by subtraction.
pub fn hidden(counts: &[u64]) -> Vec<Count> {
    let mut shown: Vec<Count> = counts.iter().map(|count| single(*count)).collect();
    loop {
        let gone: u64 = counts
            .iter()
            .zip(&shown)
            .filter(|(_, shown)| shown.is_none())
            .fold(0, |sum, (count, _)| sum.saturating_add(*count));
        if gone == 0 || gone >= SMALL {
            return shown;
        }
        let next = shown.iter_mut().filter(|count| count.is_some_and(|n| n > 0)).min_by_key(|count| **count);
        match next {
            Some(next) => *next = None,
            None => return shown,
        }
    }
}

/// One count that stands for itself.
pub(super) const fn single(count: u64) -> Count {
    if count == 0 || count >= SMALL { Some(count) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_hidden_and_do_not_come_out_by_subtraction() {
        for (counts, expected) in [
            (&[][..], &[][..]),
            (&[0, 5, 100], &[Some(0), Some(5), Some(100)]),
            (&[4, 50, 7], &[None, Some(50), None]),
            (&[4, 3, 50], &[None, None, Some(50)]),
            (&[1, 2, 6, 50], &[None, None, None, Some(50)]),
            (&[3], &[None]),
            (&[3, 0], &[None, Some(0)]),
        ] {
            assert_eq!(hidden(counts), expected, "{counts:?}");
        }
    }
}
