//! Overlaps and gaps between age bands.

use crate::plan::age::AgeBand;

/// What is wrong with a list of bands; indices count in the order of the list given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// `from` is above `to`.
    Backwards { row: usize },
    /// Both bands hold `age`.
    Overlap { row: usize, other: usize, age: u8 },
    /// No band holds `from` to `to` (`None`: and above); the next band after the hole is `row`, or, at the end, the last
    /// band before it.
    Gap { row: usize, from: u8, to: Option<u8>, at_end: bool },
    /// Nobody of that age is enrolled.
    Unused { row: usize },
}

/// Every fault of `bands` against the ages `needed`. Backward bands are reported and then left out.
pub(super) fn faults(bands: &[(usize, AgeBand)], needed: AgeBand) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut sorted: Vec<(usize, AgeBand)> = Vec::new();
    for &(row, band) in bands {
        if band.from > band.last() {
            found.push(Fault::Backwards { row });
        } else if band.last() < needed.from || band.from > needed.last() {
            found.push(Fault::Unused { row });
        } else {
            sorted.push((row, band));
        }
    }
    // A row that runs backwards was meant to cover something: gaps are not judged until it is mended.
    let judge_gaps = !found.iter().any(|fault| matches!(fault, Fault::Backwards { .. }));
    sorted.sort_by_key(|(row, band)| (band.from, *row));
    // `reached` is the band that goes furthest so far.
    let mut reached: Option<(usize, AgeBand)> = None;
    for &(row, band) in &sorted {
        match reached {
            None if judge_gaps && band.from > needed.from => {
                let to = Some(band.from.saturating_sub(1));
                found.push(Fault::Gap { row, from: needed.from, to, at_end: false });
            }
            Some((other, before)) if band.from <= before.last() => {
                let (row, other) = if row > other { (row, other) } else { (other, row) };
                found.push(Fault::Overlap { row, other, age: band.from });
            }
            Some((_, before)) if judge_gaps && band.from > before.last().saturating_add(1) => {
                let (from, to) = (before.last().saturating_add(1), Some(band.from.saturating_sub(1)));
                found.push(Fault::Gap { row, from, to, at_end: false });
            }
            None | Some(_) => {}
        }
        if reached.is_none_or(|(_, before)| band.last() > before.last()) {
            reached = Some((row, band));
        }
    }
    if let Some((row, last)) = reached
        && judge_gaps
        && last.last() < needed.last()
    {
        found.push(Fault::Gap { row, from: last.last().saturating_add(1), to: needed.to, at_end: true });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_gaps_and_useless_bands_are_found_in_any_order_of_rows() {
        let b = |from, to| AgeBand { from, to };
        let needed = b(18, Some(59));
        let gap = |row, from, to, at_end| Fault::Gap { row, from, to, at_end };
        for (bands, expected) in [
            (vec![b(0, None)], vec![]),
            (vec![b(18, Some(39)), b(40, Some(59))], vec![]),
            (vec![b(40, None), b(0, Some(39))], vec![]),
            (vec![b(18, Some(39)), b(39, Some(59))], vec![Fault::Overlap { row: 1, other: 0, age: 39 }]),
            (vec![b(18, Some(38)), b(40, Some(59))], vec![gap(1, 39, Some(39), false)]),
            (vec![b(20, Some(59))], vec![gap(0, 18, Some(19), false)]),
            (vec![b(18, Some(50))], vec![gap(0, 51, Some(59), true)]),
            (vec![b(18, Some(59)), b(60, None)], vec![Fault::Unused { row: 1 }]),
            (vec![b(39, Some(18)), b(18, Some(59))], vec![Fault::Backwards { row: 0 }]),
            (
                vec![b(18, Some(59)), b(20, Some(30)), b(25, Some(28))],
                vec![
                    Fault::Overlap { row: 1, other: 0, age: 20 },
                    Fault::Overlap { row: 2, other: 0, age: 25 },
                ],
            ),
        ] {
            let rows: Vec<(usize, AgeBand)> = (0..).zip(bands.iter().copied()).collect();
            assert_eq!(faults(&rows, needed), expected, "{bands:?}");
        }
        let for_life = faults(&[(0, b(0, Some(99)))], AgeBand::ALL);
        assert_eq!(for_life, [gap(0, 100, None, true)], "a plan for life needs a row without an upper end");
    }
}
