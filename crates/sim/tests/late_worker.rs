//! A worker that is late or dead changes no outcome: one seed is lived through with a punctual worker, and what people did is
//! played again with one that stops for days and with one that is dead.

use std::collections::BTreeMap;

use huzhu_sim::simulation::again;

/// Seeds, a thread for each: a minute of one core without optimisation.
const SEEDS: [u64; 3] = [1, 2, 3];

#[test]
fn late_and_dead_workers_change_the_end_of_no_claim_objection_or_jury_case() {
    let mut words: BTreeMap<String, u64> = BTreeMap::new();
    let live = |seed: u64| move || again(seed).unwrap_or_else(|why| panic!("{why}"));
    let lives = std::thread::scope(|scope| {
        let running = SEEDS.map(|seed| scope.spawn(live(seed)));
        running.map(|thread| thread.join().expect("no finding"))
    });
    for (word, count) in lives.into_iter().flat_map(|lived| lived.words) {
        *words.entry(word).or_default() += count;
    }
    // Lives in which nothing was disputed would show nothing.
    for word in ["clm paid", "clm refused", "clm withdrawn", "obj dismissed", "obj upheld", "jur closed"] {
        assert!(words.get(word).is_some_and(|count| *count > 0), "{word} never ended so: {words:#?}");
    }
}
