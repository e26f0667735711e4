//! The client against witnesses that lie, sleep and talk nonsense, and all of it together with honest ones beside them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use huzhu_app::ports::{LogName, LogReader, LogYear, Sequencer, SequencerError};
use huzhu_log::witness::{Refusal, Seen, judge};
use huzhu_log::{Checkpoint, Cosigner, Hash, SignedCheckpoint, SignedNote, Signer, TlogPolicy};
use huzhu_sim::log::{MemoryLog, origin};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::*;
use crate::clock::SystemClock;

const NOW: u64 = 1_795_363_200;
const YEAR: LogYear = LogYear(2026);

fn cosigner(number: u8) -> Cosigner {
    Cosigner::new(&format!("witness.example/w{number}"), &[number; 32]).unwrap()
}

fn log_key() -> Signer {
    Signer::new(&origin(YEAR), &[42; 32]).unwrap()
}

fn signed(size: u64) -> SignedCheckpoint {
    Checkpoint::new(&origin(YEAR), size, Hash::digest(&size.to_be_bytes())).unwrap().sign(&log_key())
}

/// What a witness does with each request.
#[derive(Clone)]
enum Manner {
    /// As the specification says; what it cosigned last is kept here.
    Honest(Arc<Mutex<Option<Seen>>>),
    /// Sends these bytes, whatever it was asked.
    Bytes(Vec<u8>),
    /// Reads and never answers.
    Hang,
}

/// A witness on this machine.
struct Stub {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    async fn start(number: u8, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, number, manner.clone()));
            }
        });
        Self { address, task }
    }

    fn client(&self, number: u8) -> WitnessClient {
        let vkey = cosigner(number).vkey().to_string();
        let url = format!("http://{}/", self.address);
        let config = WitnessConfig::new(&format!("w{number}"), &vkey, &url).unwrap();
        WitnessClient::with_limit(config, Duration::from_millis(400)).unwrap()
    }
}

async fn serve(mut stream: TcpStream, number: u8, manner: Manner) {
    let mut bytes = Vec::new();
    let body = loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.unwrap();
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("POST /add-checkpoint HTTP/1.1\r\n"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            break body.to_owned();
        }
    };
    let answer = match manner {
        Manner::Hang => return tokio::time::sleep(Duration::from_mins(1)).await,
        Manner::Bytes(bytes) => bytes,
        Manner::Honest(seen) => honest(number, &body, &seen),
    };
    stream.write_all(&answer).await.unwrap();
}

fn honest(number: u8, body: &str, seen: &Mutex<Option<Seen>>) -> Vec<u8> {
    let request: AddCheckpoint = body.parse().unwrap();
    let mut seen = seen.lock().unwrap();
    match judge(&request, &[log_key().vkey().clone()], *seen) {
        Ok(signed) => {
            *seen = Some(Seen { size: signed.checkpoint().size(), root: signed.checkpoint().root() });
            http(200, "", &format!("{}\n", cosigner(number).cosign(&signed, NOW)))
        }
        Err(Refusal::Conflict(size)) => http(409, "content-type: text/x.tlog.size\r\n", &format!("{size}\n")),
        Err(refusal) => http(refusal.status(), "", ""),
    }
}

fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn nothing_but_this_witness_s_cosignature_of_this_checkpoint_is_kept() {
    let (own, other) = (cosigner(1), cosigner(2));
    let good = format!("{}\n", own.cosign(&signed(5), NOW));
    let stranger = format!("{}\n", other.cosign(&signed(5), NOW));
    let renamed = Cosigner::new("witness.example/w1", &[2; 32]).unwrap();
    let mut forged = own.cosign(&signed(5), NOW).to_string();
    forged.replace_range(forged.len() - 8..forged.len() - 7, "A");
    let conflict = "content-type: text/x.tlog.size\r\n";
    let ok = |body: &str| http(200, "", body);
    let at = |time| ok(&format!("{}\n", own.cosign(&signed(5), time)));
    let nonsense = WitnessFault::Nonsense(String::new());
    let unreachable = WitnessFault::Unreachable(String::new());
    let rows: Vec<(&str, Vec<u8>, Result<Answer, WitnessFault>)> = vec![
        ("good", ok(&good), Ok(Answer::Cosigned(own.cosign(&signed(5), NOW)))),
        (
            "beside a stranger",
            ok(&format!("{stranger}{good}")),
            Ok(Answer::Cosigned(own.cosign(&signed(5), NOW))),
        ),
        ("a stranger alone", ok(&stranger), Err(WitnessFault::NoCosignature)),
        (
            "own name, other key",
            ok(&format!("{}\n", renamed.cosign(&signed(5), NOW))),
            Err(WitnessFault::NoCosignature),
        ),
        ("no line", ok(""), Err(WitnessFault::NoCosignature)),
        (
            "an old one",
            ok(&format!("{}\n", own.cosign(&signed(4), NOW))),
            Err(WitnessFault::FalseCosignature),
        ),
        ("changed", ok(&format!("{forged}\n")), Err(WitnessFault::FalseCosignature)),
        (
            "a good and an old one",
            ok(&format!("{good}{}\n", own.cosign(&signed(4), NOW))),
            Err(WitnessFault::FalseCosignature),
        ),
        ("no time", at(0), Err(WitnessFault::WrongTime(0))),
        ("tomorrow", at(NOW + 86_400), Err(WitnessFault::WrongTime(NOW + 86_400))),
        (
            "a clock that is a little fast",
            at(NOW + 60),
            Ok(Answer::Cosigned(own.cosign(&signed(5), NOW + 60))),
        ),
        ("garbage in lines", ok("cosigned, trust me\n"), Err(nonsense.clone())),
        ("no HTTP", b"\x00\x01\x02 hello\r\n\r\n".to_vec(), Err(unreachable.clone())),
        ("cut", b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n".to_vec(), Err(unreachable.clone())),
        ("no end", ok(&"x".repeat(ANSWER + 1)), Err(nonsense.clone())),
        ("conflict", http(409, conflict, "3\n"), Ok(Answer::Conflict(3))),
        ("conflict without its type", http(409, "", "3\n"), Err(nonsense.clone())),
        ("conflict with a word", http(409, conflict, "three\n"), Err(nonsense.clone())),
        ("conflict with a sign", http(409, conflict, "+3\n"), Err(nonsense.clone())),
        ("unknown log", http(404, "", ""), Err(WitnessFault::NotFollowed)),
        ("unknown key", http(403, "", ""), Err(WitnessFault::KeyUnknown)),
        ("does not continue", http(422, "", ""), Err(WitnessFault::Inconsistent)),
        ("busy", http(503, "", ""), Err(WitnessFault::Busy(503))),
        ("too often", http(429, "", ""), Err(WitnessFault::Busy(429))),
        ("elsewhere", http(302, "location: http://127.0.0.1:1/\r\n", ""), Err(nonsense)),
    ];
    let request = AddCheckpoint { old: 0, proof: Vec::new(), note: signed(5).note().clone() };
    for (what, bytes, expected) in rows {
        let stub = Stub::start(1, Manner::Bytes(bytes)).await;
        let answer = stub.client(1).ask(&request, NOW).await;
        match (&answer, &expected) {
            // The words inside differ from library to library.
            (Err(WitnessFault::Nonsense(_)), Err(WitnessFault::Nonsense(_)))
            | (Err(WitnessFault::Unreachable(_)), Err(WitnessFault::Unreachable(_))) => {}
            _ => assert_eq!(answer, expected, "{what}"),
        }
    }
}

#[tokio::test]
async fn a_witness_that_sleeps_is_waited_for_no_longer_than_the_limit() {
    let request = AddCheckpoint { old: 0, proof: Vec::new(), note: signed(5).note().clone() };
    let stub = Stub::start(1, Manner::Hang).await;
    let begun = tokio::time::Instant::now();
    assert!(matches!(stub.client(1).ask(&request, NOW).await, Err(WitnessFault::Unreachable(_))));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_witness_is_one_name_one_key_of_its_kind_and_one_address() {
    let vkey = cosigner(1).vkey().to_string();
    let good = WitnessConfig::new("w1", &vkey, "https://witness.example/api").unwrap();
    assert_eq!(good.url.as_str(), "https://witness.example/api/");
    let log = log_key().vkey().to_string();
    for (name, vkey, url) in [
        ("", vkey.as_str(), "https://witness.example"),
        ("two words", &vkey, "https://witness.example"),
        ("none", &vkey, "https://witness.example"),
        ("w1", &log, "https://witness.example"),
        ("w1", "w1+0+AA", "https://witness.example"),
        ("w1", &vkey, "ftp://witness.example"),
        ("w1", &vkey, "https://witness.example/?a=b"),
        ("w1", &vkey, "witness.example"),
    ] {
        assert!(WitnessConfig::new(name, vkey, url).is_err(), "{name} {vkey} {url}");
    }
}

/// A log in memory with rules that ask for two of three witnesses.
struct House {
    log: MemoryLog,
    rules: String,
    heads: watch::Sender<Option<String>>,
    beside: Mutex<Option<SignedCheckpoint>>,
}

impl House {
    fn new(quorum: usize) -> Arc<Self> {
        let (log, keys) = (log_key(), [cosigner(1), cosigner(2), cosigner(3)]);
        let names = ["w1", "w2", "w3"];
        let witnesses: Vec<_> = names.into_iter().zip(keys.iter().map(Cosigner::vkey)).collect();
        let rules = TlogPolicy::of(&[log.vkey()], &witnesses, quorum).unwrap();
        let rules = String::from_utf8(rules.text().to_vec()).unwrap();
        let (heads, _) = watch::channel(None);
        Arc::new(Self { log: MemoryLog::new(), rules, heads, beside: Mutex::default() })
    }

    async fn grow(&self, entries: u8) {
        let entries = (0..entries).map(|n| vec![n; 3]).collect();
        let done = self.log.submit(YEAR, entries).await.unwrap();
        *self.beside.lock().unwrap() = Some(done.checkpoint.parse().unwrap());
        self.heads.send_replace(Some(done.checkpoint));
    }
}

#[async_trait]
impl LogReader for House {
    async fn logs(&self) -> Result<Vec<LogName>, SequencerError> {
        self.log.logs().await
    }
    async fn checkpoint(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        self.log.checkpoint(year).await
    }
    async fn tile(&self, year: LogYear, path: &str) -> Result<Option<Vec<u8>>, SequencerError> {
        self.log.tile(year, path).await
    }
    async fn tlog_policy(&self, _: LogYear) -> Result<Option<String>, SequencerError> {
        Ok(Some(self.rules.clone()))
    }
}

#[async_trait]
impl Witnessed for House {
    async fn head_other_than(&self, text: &str) -> Option<(LogYear, String)> {
        let mut heads = self.heads.subscribe();
        let is_new = |head: &Option<String>| {
            head.as_ref().is_some_and(|head| text.is_empty() || !head.starts_with(text))
        };
        let head = heads.wait_for(is_new).await.ok()?.clone()?;
        Some((YEAR, head))
    }

    async fn add_signatures(&self, _: LogYear, note: SignedNote) -> Result<bool, SequencerError> {
        let mut beside = self.beside.lock().unwrap();
        let Some(published) = beside.as_mut().filter(|published| published.note().text() == note.text())
        else {
            return Ok(false);
        };
        note.signatures().iter().for_each(|line| published.add(line.clone()));
        Ok(true)
    }
}

fn witnesses(house: &Arc<House>, stubs: &[&Stub]) -> Arc<Witnesses> {
    let clients = (1..).zip(stubs).map(|(number, stub)| stub.client(number)).collect();
    let (log, reader) = (Arc::clone(house), Arc::clone(house));
    Witnesses::new(clients, log as _, reader as _, Arc::new(SystemClock::new()))
}

#[tokio::test]
async fn a_quorum_is_found_beside_a_witness_that_sleeps_and_each_new_checkpoint_continues_the_last() {
    let house = House::new(2);
    house.grow(3).await;
    let first: SignedCheckpoint = house.checkpoint(YEAR).await.unwrap().unwrap().parse().unwrap();
    let seen = Seen { size: 3, root: first.checkpoint().root() };
    // One has never heard of the log, one has seen it before, one never answers.
    let fresh = Stub::start(1, Manner::Honest(Arc::default())).await;
    let old_friend = Stub::start(2, Manner::Honest(Arc::new(Mutex::new(Some(seen))))).await;
    let asleep = Stub::start(3, Manner::Hang).await;
    house.grow(4).await;
    let all = witnesses(&house, &[&fresh, &old_friend, &asleep]);
    let running = tokio::spawn(Arc::clone(&all).run());
    for (size, more) in [(7, 2), (9, 3), (12, 1)] {
        let text = all.covering(YEAR, size - 1, Duration::from_secs(20)).await.unwrap();
        let covering: SignedCheckpoint = text.parse().unwrap();
        let rules = TlogPolicy::parse(house.rules.as_bytes()).unwrap();
        let verified = rules.check(&covering).unwrap();
        let names: Vec<&str> = verified.cosigned.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((names, verified.is_satisfied), (vec!["w1", "w2"], true));
        assert_eq!(verified.checkpoint.size(), size);
        house.grow(more).await;
    }
    assert_eq!(all.covering(YEAR, 500, Duration::from_millis(50)).await, None);
    running.abort();
}

#[tokio::test]
async fn liars_make_no_quorum_and_what_is_honest_is_still_published() {
    let house = House::new(3);
    house.grow(5).await;
    let honest = Stub::start(1, Manner::Honest(Arc::default())).await;
    let fork = Seen { size: 5, root: Hash::digest(b"another history") };
    let betrayed = Stub::start(2, Manner::Honest(Arc::new(Mutex::new(Some(fork))))).await;
    let saw_more = Manner::Honest(Arc::new(Mutex::new(Some(Seen { size: 99, root: Hash::digest(b"x") }))));
    let rolled_back = Stub::start(3, saw_more).await;
    let all = witnesses(&house, &[&honest, &betrayed, &rolled_back]);
    let running = tokio::spawn(Arc::clone(&all).run());
    assert_eq!(all.covering(YEAR, 0, Duration::from_millis(900)).await, None);
    let published = house.beside.lock().unwrap().clone().unwrap();
    let rules = TlogPolicy::parse(house.rules.as_bytes()).unwrap();
    let verified = rules.check(&published).unwrap();
    let names: Vec<&str> = verified.cosigned.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names, verified.is_satisfied), (vec!["w1"], false));
    running.abort();
}
