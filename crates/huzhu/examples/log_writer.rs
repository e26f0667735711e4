//! A writer of the evidence log for `e2e/log.sh`, which kills it: the sequencer as the platform runs it, and nothing around it.
//!
//!     log_writer write DATA YEAR FIRST      submits evidence number FIRST and on from many callers, prints each answer in a line
//!     log_writer receipts DATA YEAR CASE    reads `number index` lines and writes a receipt for each into CASE/receipts
//!
//! Evidence number n is the file `evidence n` with the salt SHA-256(`salt n`), at n milliseconds after 1970. A line of an answer
//! is `logged <number> <entries> <first index> <checkpoint in base64>` and is written only after the sequencer has answered.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use huzhu_app::ports::{LogReader as _, LogYear, Sequenced, Sequencer as _};
use huzhu_gateways::clock::SystemClock;
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_log::entry::{Body, Entry, EntryKind};
use huzhu_log::proof::TlogProof;
use huzhu_log::receipt::{Content, Receipt};
use huzhu_log::tree::{prove_inclusion, tiles_for_inclusion};
use huzhu_log::{Hash, SignedCheckpoint, salted_digest};
use huzhu_store::InstanceSecret;
use huzhu_store::log::{LocalSequencer, LogFolder, SequencerSettings};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Callers at once.
const CALLERS: u32 = 32;
/// Every so many numbers one submission has hundreds of entries, so that batches end everywhere in a tile.
const LARGE: u64 = 40;

fn salt(number: u64) -> [u8; 32] {
    *Hash::digest(format!("salt {number}").as_bytes()).as_bytes()
}

fn file(number: u64) -> String {
    format!("evidence {number}")
}

/// The entries of a submission: the evidence, and in a large one as many copies of later numbers.
fn entries(number: u64) -> Outcome<Vec<Vec<u8>>> {
    let count = if number.is_multiple_of(LARGE) { 300 } else { 1 };
    let entry = |part: u64| {
        let digest = salted_digest(&salt(number), file(number).as_bytes());
        Ok(Entry { at: number.saturating_add(part), body: Body::Evidence(digest) }.encode()?)
    };
    (0..count).map(entry).collect()
}

async fn submit(log: &LocalSequencer, year: LogYear, number: u64) -> Outcome<()> {
    let entries = entries(number)?;
    let count = entries.len();
    let Sequenced { first_index, checkpoint, .. } = log.submit(year, entries).await?;
    let text = serde_json::Value::from(checkpoint);
    // One write for a line: it is whole or not there.
    let line = format!("logged {number} {count} {first_index} {text}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes())?;
    Ok(out.flush()?)
}

async fn write(data: &Path, year: LogYear, first: u64) -> Outcome<()> {
    std::fs::create_dir_all(data)?;
    let secret = InstanceSecret::open_or_create(data)?;
    let settings = SequencerSettings::new("aid.example.org");
    let (clock, entropy) = (Arc::new(SystemClock::new()), Arc::new(SystemEntropy::new()));
    let log = Arc::new(LocalSequencer::open(data, settings, &secret, clock, entropy)?);
    let next = Arc::new(AtomicU64::new(first));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let (log, next) = (Arc::clone(&log), Arc::clone(&next));
        callers.spawn(async move {
            loop {
                submit(&log, year, next.fetch_add(1, Ordering::Relaxed)).await?;
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        let ended: Outcome<()> = ended?;
        ended?;
    }
    Ok(())
}

async fn receipts(data: &Path, year: LogYear, case: &Path) -> Outcome<()> {
    let log = LogFolder::new(data);
    let text = log.checkpoint(year).await?.ok_or("there is no such log")?;
    let checkpoint: SignedCheckpoint = text.parse()?;
    let size = checkpoint.checkpoint().size();
    for line in std::io::stdin().lines() {
        let line = line?;
        let (number, index) = line.split_once(' ').ok_or("a line is `number index`")?;
        let (number, index): (u64, u64) = (number.parse()?, index.parse()?);
        let mut tiles = BTreeMap::new();
        for tile in tiles_for_inclusion(size, index).ok_or("there is no such entry")? {
            tiles.insert(tile, log.tile(year, &tile.path()).await?.ok_or("a tile is missing")?);
        }
        let path = prove_inclusion(size, index, &tiles).map_err(|_| "a tile is damaged")?;
        let proof = TlogProof { extra: None, index, path, checkpoint: checkpoint.clone() };
        let digest = salted_digest(&salt(number), file(number).as_bytes());
        let content = Content::File { salt: salt(number), digest };
        let receipt = Receipt::new(EntryKind::Evidence, number, content, None, proof)?;
        let name = case.join("receipts").join(format!("{index:012}"));
        std::fs::write(name.with_extension("tlog-proof"), receipt.to_string())?;
        std::fs::write(name.with_extension("file"), file(number))?;
    }
    Ok(())
}

fn run(arguments: &[String]) -> Outcome<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    match arguments {
        [_, command, data, year, last] => {
            let (data, year) = (Path::new(data), LogYear(year.parse()?));
            match command.as_str() {
                "write" => runtime.block_on(write(data, year, last.parse()?)),
                "receipts" => runtime.block_on(receipts(data, year, Path::new(last))),
                _ => Err("write or receipts".into()),
            }
        }
        _ => Err("log_writer write DATA YEAR FIRST | log_writer receipts DATA YEAR CASE".into()),
    }
}

fn main() -> ExitCode {
    match run(&std::env::args().collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(std::io::stderr(), "log_writer: {error}");
            ExitCode::FAILURE
        }
    }
}
