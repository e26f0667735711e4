//! Measures the kernel: `cargo run --release -p huzhu-settle --example scale -- all [MEMBERS]`.
//!
//! `all` makes rosters of 1, 10 and 100 million members (or up to MEMBERS) under the target folder, settles each in a process
//! of its own with and without the share tree, and prints seconds, memory and the ratio to ten times fewer members.
//! `apply MEMBERS` applies an answer of the bank in which about 3 % of the debits failed, `cut MEMBERS` cuts receipts. Run it alone on the machine.
#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "a program that prints what it measured"
)]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use huzhu_domain::settlement::{Cap, Excess, Model, Rules};
use huzhu_ledger::{Amount, Currency, Percent};
use huzhu_log::PeriodTag;
use huzhu_settle::hashing::LeafMaker;
use huzhu_settle::period::Period;
use huzhu_settle::roster::Row;
use huzhu_settle::{Failed, Job, Roster, RosterWriter, Watch, collect, collection, settle};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Receipts that are cut.
const RECEIPTS: u32 = 20;
/// 2020-06-30.
const DAY: u16 = 18_443;
/// Of a year, in minor units.
const CAP: u32 = 18_800;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["all"] => all(100_000_000),
        ["all", most] => all(most.parse()?),
        ["run", members, tree] => run(members.parse()?, *tree == "tree"),
        ["apply", members] => apply(members.parse()?),
        ["cut", members] => cut(members.parse()?),
        _ => Err("say all [MEMBERS], run MEMBERS tree|plain, apply MEMBERS, or cut MEMBERS".into()),
    }
}

fn all(most: u64) -> Outcome<()> {
    let mut before: Option<[f64; 3]> = None;
    for members in [1_000_000, 10_000_000, 100_000_000].into_iter().filter(|members| *members <= most) {
        make(members)?;
        let mut seconds = [0.0; 3];
        for (kind, to) in ["plain", "tree", "apply"].into_iter().zip(&mut seconds) {
            let mut runs: Vec<f64> = Vec::new();
            for _ in 0..3 {
                let number = members.to_string();
                let words = if kind == "apply" { vec!["apply", &number] } else { vec!["run", &number, kind] };
                let out = std::process::Command::new(std::env::current_exe()?).args(words).output()?;
                let text = String::from_utf8(out.stdout)?;
                print!("{text}");
                let first = text.split_whitespace().nth(3).ok_or("no seconds")?;
                runs.push(first.parse()?);
            }
            runs.sort_by(f64::total_cmp);
            *to = runs.get(1).copied().unwrap_or(f64::NAN);
        }
        if let Some([plain, tree, apply]) = before {
            let [plain_now, tree_now, apply_now] = seconds;
            println!(
                "ten times the members: {:.1} x plain, {:.1} x tree, {:.1} x apply",
                plain_now / plain,
                tree_now / tree,
                apply_now / apply
            );
        }
        before = Some(seconds);
    }
    cut(most)
}

fn base() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.ancestors().nth(2).ok_or("this example has no folder")?.join("bench-data"))
}

fn roster_folder(members: u64) -> Outcome<PathBuf> {
    Ok(base()?.join(format!("roster-{members}")))
}

/// A community with a spread of what was charged, of first days, and one in twenty gone.
fn make(members: u64) -> Outcome<()> {
    let folder = roster_folder(members)?;
    if Roster::open(&folder).is_ok() {
        return Ok(());
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let mut writer = RosterWriter::begin(&folder, "neighbours", DAY, false)?;
    for bytes in spread(members) {
        writer.push(&row(bytes))?;
    }
    writer.end()?;
    Ok(())
}

/// Eight bytes for each member: xorshift, any spread will do.
fn spread(members: u64) -> impl Iterator<Item = [u8; 8]> {
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    (0..members).map(move |_| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise.to_le_bytes()
    })
}

fn row(bytes: [u8; 8]) -> Row {
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    Row {
        charged: u32::from(word(0)).min(CAP),
        from: DAY.saturating_sub(word(2) >> 6),
        band: bytes[4] & 1,
        live: bytes[5] > 12,
        prepaid: 0,
    }
}

/// Whether the debit of a member fails: one in nine of those who owe a share, which is about 3 % of all.
fn fails(bytes: [u8; 8]) -> bool {
    let row = row(bytes);
    row.live && row.charged < CAP && bytes[6] < 28
}

fn apply(members: u64) -> Outcome<()> {
    let out = base()?.join(format!("period-{members}"));
    if !out.exists() {
        run(members, false)?;
    }
    let roster = Roster::open(&roster_folder(members)?)?;
    let folder = base()?.join(format!("collection-{members}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let places: Vec<u32> =
        (0_u32..).zip(spread(members)).filter(|(_, bytes)| fails(*bytes)).map(|(place, _)| place).collect();
    let begin = Instant::now();
    let mut failed = Failed::none(members);
    for place in places {
        failed.name(u64::from(place))?;
    }
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let job = collection::Job {
        period: &out,
        roster: &roster,
        failed: &failed,
        owed_before: &[],
        folder: &folder,
        threads,
    };
    let collection = collect(&job, &Watch::default())?;
    let seconds = begin.elapsed().as_secs_f64();
    let many = collection.manifest.failures;
    println!("{members} apply in {seconds:.3} s, {many} failed, peak {}", peak()?);
    Ok(())
}

fn peak() -> Outcome<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    Ok(status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim().to_owned())
}

fn rules() -> Outcome<Rules> {
    Ok(Rules {
        model: Model::After,
        fee: Percent::from_hundredths(800)?,
        weights: vec![1, 2],
        cap_per_claim: None,
        cap_per_year: Some(Cap { amount: Amount::from_minor(CAP.into()), excess: Excess::OtherMembers }),
    })
}

fn maker() -> LeafMaker {
    LeafMaker::new(PeriodTag::new("neighbours", "2020-06-b"), &[7; 32])
}

fn settled(roster: &Roster, tree: bool, folder: &Path) -> Outcome<()> {
    let (rules, maker) = (rules()?, maker());
    // 3.20 for each member, as in the dearest half-month that was published.
    let aid = Amount::from_minor(roster.places().saturating_mul(320));
    settle(
        &Job {
            roster,
            rules: &rules,
            claims: &[aid],
            surplus_before: Amount::ZERO,
            carried_before: Amount::ZERO,
            period: "2020-06-b",
            currency: Currency::parse("CNY")?,
            terms: "bench",
            leaves: tree.then_some(&maker),
            folder,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        },
        &Watch::default(),
    )?;
    Ok(())
}

fn run(members: u64, tree: bool) -> Outcome<()> {
    let roster = Roster::open(&roster_folder(members)?)?;
    let out = base()?.join(format!("period-{members}"));
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    let begin = Instant::now();
    settled(&roster, tree, &out)?;
    let seconds = begin.elapsed().as_secs_f64();
    let kind = if tree { "tree" } else { "plain" };
    println!("{members} {kind} in {seconds:.3} s, peak {}", peak()?);
    Ok(())
}

fn cut(members: u64) -> Outcome<()> {
    let out = base()?.join(format!("period-{members}"));
    if Period::open(&out).is_err() {
        run(members, true)?;
    }
    let roster = Roster::open(&roster_folder(members)?)?;
    let begin = Instant::now();
    let period = Period::open(&out)?;
    println!("opening and checking a period of {members}: {:.1} ms", begin.elapsed().as_secs_f64() * 1e3);
    let (mut cutting, mut checking) = (Duration::ZERO, Duration::ZERO);
    for n in 0..RECEIPTS {
        let place = members.div_euclid(u64::from(RECEIPTS)).saturating_mul(u64::from(n));
        let begin = Instant::now();
        let (leaf, path) = period.receipt(&roster, &maker(), place)?;
        cutting += begin.elapsed();
        let begin = Instant::now();
        path.verify(&leaf, &period.head)?;
        checking += begin.elapsed();
    }
    let each = |all: Duration| all.as_secs_f64() * 1e3 / f64::from(RECEIPTS);
    println!("a path of {members}: cut in {:.2} ms, checked in {:.4} ms", each(cutting), each(checking));
    Ok(())
}
