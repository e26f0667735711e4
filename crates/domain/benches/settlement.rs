//! Closing a period of 100,000,000 members: the time must follow the number of cohorts and not the number of members.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use huzhu_domain::settlement::{Cap, Cohort, Excess, Input, Model, Rules, close};
use huzhu_ledger::{Amount, Percent};
use std::hint::black_box;

/// Every rule on, and members in all stages of the year, so that the search for the level has work to do.
fn rules() -> Rules {
    Rules {
        model: Model::After,
        fee: Percent::from_hundredths(800).expect("8 percent"),
        weights: vec![2, 3, 5, 8],
        cap_per_claim: Some(Cap { amount: Amount::from_minor(10), excess: Excess::Operator }),
        cap_per_year: Some(Cap { amount: Amount::from_minor(18_800), excess: Excess::OtherMembers }),
    }
}

fn cohorts(number: u64, members: u64) -> Vec<Cohort> {
    let one = |n: u64| Cohort {
        band: u8::try_from(n.rem_euclid(4)).expect("four bands"),
        count: members.div_euclid(number),
        charged_this_year: Amount::from_minor((n * 18_800).div_euclid(number)),
        prepaid: Amount::ZERO,
    };
    (0..number).map(one).collect()
}

fn bench(c: &mut Criterion) {
    let rules = rules();
    let claims = vec![Amount::from_minor(30_000_000); 3_500];
    let mut group = c.benchmark_group("close a period");
    for (cohorts_number, members) in
        [(100, 100_000_000), (400, 1_000_000), (400, 100_000_000), (1_600, 100_000_000)]
    {
        let cohorts = cohorts(cohorts_number, members);
        let input = Input {
            rules: &rules,
            claims: &claims,
            cohorts: &cohorts,
            surplus_before: Amount::ZERO,
            carried_before: Amount::ZERO,
        };
        let id = BenchmarkId::new(format!("{members} members, 3,500 claims, cohorts"), cohorts_number);
        group.bench_with_input(id, &input, |b, input| {
            b.iter(|| close(black_box(input)).expect("a valid period"));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
