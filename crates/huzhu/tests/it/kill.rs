//! `huzhu serve` killed with SIGKILL at random moments under load, then started again.
//!
//! Several clients drive the JSON API: they sign in with codes from the printed mail, say who they are, join, draft claims,
//! hand in evidence. Each remembers what was acknowledged. After each kill `huzhu doctor` looks at the folder at rest, then
//! a new server must show everything that was acknowledged, once, and repeat each answer under its key. `HUZHU_KILLS` sets
//! the number of kills.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::client::Client;
use super::doctor;
use super::person::{PLAN, Person};
use super::server::{HUZHU, Mailbox, Server};

/// Clients at once.
const CLIENTS: u64 = 6;
/// People whom one client brings along at once: they wait for their mail together.
const GROUP: u64 = 5;
/// Kills on one data folder before another one is begun: later starts find a folder that was killed before.
const KILLS_PER_FOLDER: u64 = 20;
/// A kill comes after a random number of acknowledgements below this one.
const ACKNOWLEDGEMENTS: u64 = 120;

/// Counts acknowledgements and wakes the one who waits for the moment to kill.
#[derive(Default)]
struct Counter {
    count: Mutex<u64>,
    changed: Condvar,
}

impl Counter {
    fn up(&self) {
        let mut count = self.count.lock().unwrap();
        *count = count.saturating_add(1);
        drop(count);
        self.changed.notify_all();
    }

    fn wait_for(&self, wanted: u64) {
        let count = self.count.lock().unwrap();
        drop(self.changed.wait_while(count, |count| *count < wanted).unwrap());
    }
}

/// Wakes the one who waits when a client fails, so that the test fails and does not hang.
struct Alarm<'a>(&'a Counter);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *self.0.count.lock().unwrap() = u64::MAX;
            self.0.changed.notify_all();
        }
    }
}

/// One client with the people it brings.
struct Group {
    people: Vec<Person>,
    /// Of people who have done everything.
    done: Vec<Person>,
}

impl Group {
    /// Looks whether everything is still there, then goes on until the server is gone.
    fn work(
        &mut self,
        client: &mut Client,
        mailbox: &Mailbox,
        numbers: &AtomicU64,
        counter: &Counter,
    ) -> u64 {
        let mut looked = 0;
        for person in self.people.iter_mut().chain(&mut self.done) {
            match person.check(client, false) {
                Ok(seen) => looked += u64::try_from(seen).unwrap(),
                Err(_) => return looked,
            }
        }
        loop {
            let (done, left) = std::mem::take(&mut self.people).into_iter().partition(Person::is_done);
            self.people = left;
            self.done.extend::<Vec<Person>>(done);
            if self.people.is_empty() {
                self.people =
                    (0..GROUP).map(|_| Person::new(numbers.fetch_add(1, Ordering::Relaxed))).collect();
            }
            // Those who need no mail go first; when all wait, they have all asked already.
            let at = self.people.iter().position(|person| !person.waits_for_mail()).unwrap_or(0);
            let Some(person) = self.people.get_mut(at) else { continue };
            if person.step(client, mailbox).is_err() {
                return looked;
            }
            counter.up();
        }
    }
}

fn publish(data: &Path) {
    let text = include_str!("../../../../plans/burial-society.toml");
    let text = text.replace("id = \"burial-society\"", &format!("id = \"{PLAN}\""));
    let file = data.with_extension("toml");
    std::fs::write(&file, text).unwrap();
    let output =
        Command::new(HUZHU).args(["admin", "publish-plan", "--data"]).args([data, &file]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Runs a server under load and kills it after `acknowledgements`. Answers how many older ones were looked at.
fn run_and_kill(
    data: &Path,
    groups: &mut [Group],
    mailbox: &Arc<Mailbox>,
    numbers: &AtomicU64,
    acknowledgements: u64,
) -> (u64, u64) {
    let server = Server::start(data, mailbox);
    let address = server.address;
    let counter = Counter::default();
    let looked = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for group in groups {
            let (counter, looked) = (&counter, &looked);
            scope.spawn(move || {
                let _alarm = Alarm(counter);
                let seen = group.work(&mut Client::new(address), mailbox, numbers, counter);
                looked.fetch_add(seen, Ordering::Relaxed);
            });
        }
        counter.wait_for(acknowledgements);
        server.kill();
    });
    let acknowledged = *counter.count.lock().unwrap();
    (acknowledged, looked.into_inner())
}

/// Starts a server once more, looks at everything that was ever acknowledged, kills it.
fn look_at_everything(data: &Path, groups: &mut [Group], mailbox: &Arc<Mailbox>) -> usize {
    let server = Server::start(data, mailbox);
    let mut client = Client::new(server.address);
    let mut looked = 0;
    for person in groups.iter_mut().flat_map(|group| group.people.iter_mut().chain(&mut group.done)) {
        looked += person.check(&mut client, true).unwrap();
    }
    server.kill();
    looked
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_twice_when_the_server_is_killed() {
    let kills: u64 = std::env::vars()
        .find(|(name, _)| name == "HUZHU_KILLS")
        .map_or(5, |(_, kills)| kills.parse().unwrap());
    let mut random = ChaCha20Rng::seed_from_u64(kills);
    let (mut acknowledged, mut looked, mut left) = (0, 0, kills);
    while left > 0 {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        publish(&data);
        let (mailbox, numbers) = (Arc::new(Mailbox::default()), AtomicU64::new(1));
        let mut groups: Vec<Group> =
            (0..CLIENTS).map(|_| Group { people: Vec::new(), done: Vec::new() }).collect();
        for _ in 0..left.min(KILLS_PER_FOLDER) {
            let moment = random.random_range(0..ACKNOWLEDGEMENTS);
            let (new, seen) = run_and_kill(&data, &mut groups, &mailbox, &numbers, moment);
            acknowledged += new;
            looked += seen;
            doctor::finds_nothing(&data);
        }
        left = left.saturating_sub(KILLS_PER_FOLDER);
        look_at_everything(&data, &mut groups, &mailbox);
        doctor::finds_nothing(&data);
    }
    println!(
        "{kills} kills, {acknowledged} steps acknowledged, {looked} looked at between kills, none lost, none twice"
    );
    assert!(acknowledged > 0, "the server had acknowledged something");
}
