use std::sync::OnceLock;

use huzhu_domain::jury::DrandRound;
use sha2::{Digest as _, Sha256};

use super::*;

fn digest(number: u32) -> Digest {
    Digest::from_bytes(Sha256::digest(number.to_be_bytes()).into())
}

fn roster() -> &'static Roster {
    static ROSTER: OnceLock<Roster> = OnceLock::new();
    ROSTER.get_or_init(|| Roster::of((0..20).map(digest).collect()).unwrap())
}

fn drawn(file: Option<&'static str>, wanted: Wanted) -> Result<DrawFile, DrawFinding> {
    let source = SeedSource::Drand(DrandRound { beacon: digest(100), round: 7 });
    let request = DrawRequest { subject: digest(101), roster: roster().root(), source };
    let answer = SeedProof { output: vec![1; 32], proof: vec![2; 48] };
    DrawFile::publish(Drawn {
        plan: "plan",
        request,
        roster: roster(),
        file,
        wanted,
        answer: &answer,
        exclusions: &[],
        log: None,
        receipts: None,
    })
}

const WANTED: Wanted = Wanted { seats: 3, reserves: 2, drawn: 8 };

fn believe(_: &DrawRequest, answer: &SeedProof) -> Result<(), String> {
    if answer.proof == [2; 48] { Ok(()) } else { Err("a false proof".to_owned()) }
}

#[test]
fn what_is_published_reads_back_and_follows_from_itself() {
    let inline = drawn(None, WANTED).unwrap();
    let beside = drawn(Some("plan.roster"), WANTED).unwrap();
    let list = roster_file(roster());
    for (file, list) in [(&inline, None), (&beside, Some(list.as_bytes()))] {
        let read = DrawFile::read(file.to_json().as_bytes()).unwrap();
        assert_eq!(&read, file);
        let checked = read.check(list, &believe).unwrap();
        assert_eq!(checked.seating.jurors, checked.order.positions()[..3]);
        assert_eq!(checked.seating.reserves, checked.order.positions()[3..5]);
        assert_eq!(&checked.roster, roster());
    }
    assert_eq!(beside.roster_file(), Some("plan.roster"));
    assert_eq!(beside.check(None, &believe), Err(DrawFinding::NoRosterFile("plan.roster".to_owned())));
    let doubt = |_: &DrawRequest, _: &SeedProof| Err("no".to_owned());
    assert_eq!(inline.check(None, &doubt), Err(DrawFinding::Proof("no".to_owned())));
}

#[test]
fn a_roster_file_has_one_spelling() {
    let beside = drawn(Some("plan.roster"), WANTED).unwrap();
    let good = roster_file(roster());
    let line = |number: usize| good.lines().nth(number).unwrap();
    for bad in [
        String::new(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("{good}{good}"),
        good.to_uppercase(),
        good.replacen('\n', "\r\n", 1),
        good.replacen(line(3), line(2), 1),
        good.split_inclusive('\n').rev().collect(),
        good.split_inclusive('\n').skip(1).collect(),
    ] {
        assert!(beside.check(Some(bad.as_bytes()), &believe).is_err(), "{bad}");
    }
    assert!(beside.check(Some(&[0xff; 65]), &believe).is_err());
    let long = vec![b'0'; MAX_ROSTER_FILE + 1];
    assert!(matches!(beside.check(Some(&long), &believe), Err(DrawFinding::TooMuch { .. })));
    assert!(beside.check(Some(good.as_bytes()), &believe).is_ok());
}

#[test]
fn what_cannot_be_is_refused_when_it_is_made() {
    for (wanted, is_made) in [
        (WANTED, true),
        (Wanted { seats: 0, ..WANTED }, false),
        (Wanted { drawn: 4, ..WANTED }, false),
        // Everybody is drawn, and there are fewer than seats.
        (Wanted { seats: 31, reserves: 0, drawn: 31 }, true),
        (Wanted { drawn: u32::MAX, ..WANTED }, true),
    ] {
        assert_eq!(drawn(None, wanted).is_ok(), is_made, "{wanted:?}");
    }
    for name in ["", "..", ".roster", "a/b", "../a", "a b"] {
        assert!(drawn(Some(name), WANTED).is_err(), "{name:?}");
    }
}
