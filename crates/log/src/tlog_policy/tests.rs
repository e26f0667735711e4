//! The example of C2SP, what is refused, and which quorums hold.

use super::*;
use crate::cosignature::Cosigner;
use crate::hash::Hash;
use crate::note::{Signature, Signer};

const ORIGIN: &str = "log.example/2026";

fn log() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

fn witness(number: u8) -> Cosigner {
    Cosigner::new(&format!("w{number}.example"), &[100 + number; 32]).unwrap()
}

fn vkeys(numbers: std::ops::RangeInclusive<u8>) -> Vec<(String, Vkey)> {
    numbers.map(|n| (format!("w{n}"), witness(n).vkey().clone())).collect()
}

/// The file with our log, witnesses `w1` to `w<count>`, and these lines.
fn file(count: u8, lines: &str) -> Vec<u8> {
    let witnesses: String = vkeys(1..=count)
        .iter()
        .fold(String::new(), |text, (name, key)| text + &format!("witness {name} {key}\n"));
    format!("log {}\n{witnesses}{lines}", log().vkey()).into_bytes()
}

fn parsed(count: u8, lines: &str) -> TlogPolicy {
    TlogPolicy::parse(&file(count, lines)).unwrap()
}

fn signed_by(numbers: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(ORIGIN, 5, Hash::digest(b"root")).unwrap();
    let mut signed = checkpoint.sign(&log());
    for number in numbers {
        let cosignature = witness(*number).cosign(&signed, 1_700_000_000 + u64::from(*number));
        signed.add(cosignature);
    }
    signed
}

const TWO_LEVELS: &str = "group X-witnesses 2 w1 w2 w3\ngroup Y-witnesses any w4 w5 w6\n\
                          group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";

#[test]
fn the_example_of_c2sp_asks_for_two_of_x_and_one_of_y() {
    let trusted = parsed(6, TWO_LEVELS);
    assert_eq!((trusted.logs().len(), trusted.witnesses().len()), (1, 6));
    let rows: [(&[u8], bool); 7] = [
        (&[], false),
        (&[1, 2, 3], false),
        (&[1, 4, 5, 6], false),
        (&[1, 2, 4], true),
        (&[2, 3, 6], true),
        (&[1, 2, 3, 4, 5, 6], true),
        (&[4, 5, 6], false),
    ];
    for (who, expected) in rows {
        let verified = trusted.check(&signed_by(who)).unwrap();
        assert_eq!(verified.is_satisfied, expected, "{who:?}");
        assert_eq!(verified.cosigned.len(), who.len());
        assert_eq!(verified.known, 6);
        let required = verified.require_quorum();
        assert_eq!(required.is_ok(), expected);
        if !expected {
            let message = format!("{} of 6 known witnesses cosigned, which is no quorum", who.len());
            assert_eq!(required.unwrap_err().to_string(), message);
        }
    }
    let verified = trusted.check(&signed_by(&[2])).unwrap();
    assert_eq!(verified.cosigned, [Cosigned { name: "w2".to_owned(), at: 1_700_000_002 }]);
    assert_eq!(verified.log, *log().vkey());
}

#[test]
fn a_quorum_is_a_group_or_one_witness_or_nobody() {
    let rows: [(&str, &[u8], bool); 5] = [
        ("quorum none\n", &[], true),
        ("quorum w1\n", &[1], true),
        ("quorum w1\n", &[2], false),
        ("group g all w1 w2\nquorum g\n", &[1], false),
        ("group g any w1 w2\nquorum g\n", &[2], true),
    ];
    for (lines, who, expected) in rows {
        assert_eq!(
            parsed(2, lines).check(&signed_by(who)).unwrap().is_satisfied,
            expected,
            "{lines} {who:?}"
        );
    }
    assert!(parsed(0, "quorum none\n").needs_no_witness());
}

#[test]
fn false_signatures_unknown_logs_and_unsigned_checkpoints_are_refused() {
    let trusted = parsed(2, "quorum none\n");
    let other_log = Signer::new("other.example", &[9; 32]).unwrap();
    let checkpoint = Checkpoint::new("other.example", 5, Hash::digest(b"root")).unwrap();
    let unknown = trusted.check(&checkpoint.sign(&other_log)).unwrap_err();
    assert_eq!(unknown, TrustError::UnknownLog("other.example".to_owned()));

    // A stranger signs in the name of the log.
    let impostor = Signer::new(ORIGIN, &[9; 32]).unwrap();
    let checkpoint = Checkpoint::new(ORIGIN, 5, Hash::digest(b"root")).unwrap();
    assert_eq!(trusted.check(&checkpoint.sign(&impostor)), Err(TrustError::Note(NoteError::Unsigned)));

    // A known log signs a checkpoint of another origin.
    let second = Signer::new("second.example", &[3; 32]).unwrap();
    let both = [log().vkey().clone(), second.vkey().clone()];
    let of_both = TlogPolicy::of(&[&both[0], &both[1]], &[], 0).unwrap();
    assert_eq!(of_both.check(&checkpoint.sign(&second)), Err(TrustError::Note(NoteError::Unsigned)));

    // A known witness with a false signature, though nobody asks for witnesses.
    let signed = signed_by(&[1]);
    let mut bytes = signed.note().signatures()[1].bytes().to_vec();
    bytes[20] ^= 1;
    let mut changed = signed_by(&[]);
    changed.add(Signature::by(witness(1).vkey(), bytes));
    let error = trusted.check(&changed).unwrap_err();
    assert!(matches!(error, TrustError::Note(NoteError::FalseSignature { .. })), "{error}");

    // The same witness, unknown: passed over.
    assert!(TlogPolicy::of(&[log().vkey()], &[], 0).unwrap().check(&changed).is_ok());
}

#[test]
fn blanks_comments_addresses_and_octets_are_read_as_c2sp_says() {
    let key = log().vkey().clone();
    let one = witness(1).vkey().clone();
    let mut text = format!("# comment \u{00e9}\n\n \t\n\tlog\t {key}  https://log.example/ \n").into_bytes();
    text.extend_from_slice(b"witness \xff\xfe ");
    text.extend_from_slice(format!("{one} https://w.example\n  # more\nquorum ").as_bytes());
    text.extend_from_slice(b"\xff\xfe\n");
    let trusted = TlogPolicy::parse(&text).unwrap();
    assert_eq!(trusted.logs()[0].url.as_deref(), Some("https://log.example/"));
    assert_eq!(trusted.witnesses()[0].url.as_deref(), Some("https://w.example"));
    assert_eq!(trusted.text(), text);
    assert!(trusted.check(&signed_by(&[1])).unwrap().is_satisfied);
    assert!(!trusted.check(&signed_by(&[])).unwrap().is_satisfied);
}

#[test]
fn bad_files_are_refused_with_a_reason_and_a_line() {
    let log_line = format!("log {}\n", log().vkey());
    let cosigner = witness(1).vkey().clone();
    let renamed = Vkey::new("other.example", KeyKind::Ed25519, log().vkey().public()).unwrap();
    let renamed_witness = Vkey::new("other.example", KeyKind::Cosignature, cosigner.public()).unwrap();
    let rows: Vec<(Vec<u8>, String)> = vec![
        (b"".to_vec(), "line 1: the line `quorum` is missing".into()),
        (log_line.clone().into_bytes(), "line 2: the line `quorum` is missing".into()),
        (b"quorum none".to_vec(), "line 1: the line does not end with a newline".into()),
        (b"quorum none\r\n".to_vec(), "line 1: control characters other than the tab are refused".into()),
        (b"\n# \x7f\n".to_vec(), "line 2: control characters other than the tab are refused".into()),
        (b"quorum none\nquorum none\n".to_vec(), "line 2: there is a second line `quorum`".into()),
        (b"quorum\n".to_vec(), "line 1: `quorum` is followed by one name".into()),
        (b"quorum a b\n".to_vec(), "line 1: `quorum` is followed by one name".into()),
        (b"quorum a\n".to_vec(), "line 1: `a` is not defined above".into()),
        (b"quorun none\n".to_vec(), "line 1: `quorun` is none of log, witness, group, quorum".into()),
        (b"log\n".to_vec(), "line 1: `log` is followed by a key and at most an address".into()),
        (b"log a\n".to_vec(), "line 1: a key is written name+id+base64".into()),
        (b"log \xff\n".to_vec(), "line 1: the key is not UTF-8".into()),
        (format!("log {cosigner}\n").into_bytes(), "line 1: the key must be of type 0x01, not 0x04".into()),
        (
            format!("witness a {}\n", log().vkey()).into_bytes(),
            "line 1: the key must be of type 0x04, not 0x01".into(),
        ),
        (format!("{log_line}log {renamed}\n").into_bytes(), "line 2: another log has the same key".into()),
        (
            file(1, &format!("witness b {renamed_witness}\n")),
            "line 3: another witness has the same key".into(),
        ),
        (file(1, &format!("witness w1 {}\n", witness(2).vkey())), "line 3: `w1` is defined twice".into()),
        (
            file(0, &format!("witness none {cosigner}\n")),
            "line 2: the name `none` is taken: it stands for no quorum".into(),
        ),
        (file(1, "group none any w1\n"), "line 3: the name `none` is taken: it stands for no quorum".into()),
        (file(1, "group w1 any w1\n"), "line 3: `w1` is defined twice".into()),
        (
            file(1, "group g any\n"),
            "line 3: `group` is followed by a name, a number and one or more members".into(),
        ),
        (file(1, "group g any none\n"), "line 3: `none` is not defined above".into()),
        (file(1, "group g any g\n"), "line 3: `g` is not defined above".into()),
        (file(1, "group g 0 w1\n"), "line 3: a group needs all, any or a number from 1 to 1".into()),
        (file(2, "group g 3 w1 w2\n"), "line 4: a group needs all, any or a number from 1 to 2".into()),
        (file(2, "group g 01 w1 w2\n"), "line 4: a group needs all, any or a number from 1 to 2".into()),
        (file(2, "group g All w1 w2\n"), "line 4: a group needs all, any or a number from 1 to 2".into()),
        (file(1, "group g any w1 w1\n"), "line 3: `w1` is a member already".into()),
        (file(1, "group g any w1\ngroup h any w1\n"), "line 4: `w1` is a member already".into()),
        (vec![b'\n'; MAX_FILE + 1], "the file has more than 262144 bytes".into()),
    ];
    for (text, expected) in rows {
        let error = TlogPolicy::parse(&text).unwrap_err().to_string();
        assert_eq!(
            error,
            expected,
            "{}",
            String::from_utf8_lossy(&text).chars().take(200).collect::<String>()
        );
    }
}

#[test]
fn thirty_two_of_each_are_read() {
    let logs: Vec<Vkey> =
        (0..32).map(|n| Signer::new(&format!("l{n}"), &[n; 32]).unwrap().vkey().clone()).collect();
    let witnesses = vkeys(1..=32);
    let mut lines: Vec<String> = logs.iter().map(|key| format!("log {key}\n")).collect();
    lines.extend(
        witnesses.iter().map(|(name, key)| format!("witness {name} {key}\ngroup g{name} all {name}\n")),
    );
    let text = lines.concat() + "quorum gw32\n";
    let trusted = TlogPolicy::parse(text.as_bytes()).unwrap();
    assert_eq!((trusted.logs().len(), trusted.witnesses().len()), (32, 32));
}

#[test]
fn quorums_must_share_an_honest_witness() {
    let held = |count: u8, lines: &str| parsed(count, lines).require_overlap();
    for (count, quorum, holds) in [
        (1, 1, true),
        (2, 1, false),
        (2, 2, true),
        (3, 2, false),
        (3, 3, true),
        (4, 2, false),
        (4, 3, true),
        (4, 4, true),
        (5, 3, false),
        (5, 4, true),
        (6, 4, false),
        (6, 5, true),
        (7, 4, false),
        (7, 5, true),
        (10, 6, false),
        (10, 7, true),
    ] {
        let witnesses = vkeys(1..=count);
        let names: Vec<(&str, &Vkey)> = witnesses.iter().map(|(name, key)| (name.as_str(), key)).collect();
        let trusted = TlogPolicy::of(&[log().vkey()], &names, quorum).unwrap();
        assert_eq!(trusted.require_overlap().is_ok(), holds, "{quorum} of {count}");
        // The formula of the design: two thirds, rounded down, and one more.
        assert_eq!(holds, quorum > (2 * usize::from(count)).div_euclid(3), "{quorum} of {count}");
    }
    assert_eq!(held(0, "quorum none\n"), Ok(()));
    assert!(
        held(6, TWO_LEVELS).is_err(),
        "two quorums of the example can share one witness only, who may be faulty"
    );
    // Large enough by number, and still: each organisation speaks through any one of its witnesses.
    let any = "group a any w1 w2\ngroup b any w3 w4\ngroup q all a b w5 w6\nquorum q\n";
    let error = held(6, any).unwrap_err();
    assert_eq!((error.witnesses, error.smallest, error.shared, error.faulty, error.floor), (6, 4, 2, 1, 5));
    assert!(error.to_string().starts_with("of 6 witnesses, 4 can be a quorum"), "{error}");
    let all = "group a all w1 w2\ngroup b all w3 w4\ngroup q all a b\nquorum q\n";
    assert_eq!(held(4, all), Ok(()));
    // Nine witnesses, three organisations of three, two of three in each: six of nine is one too few.
    let three = "group a 2 w1 w2 w3\ngroup b 2 w4 w5 w6\ngroup c 2 w7 w8 w9\ngroup q all a b c\nquorum q\n";
    assert_eq!(held(9, three).unwrap_err().shared, 3);
}

/// The least that two satisfied sets share, by looking at all pairs of sets.
#[test]
fn the_overlap_is_the_one_that_trying_all_sets_finds() {
    let files = [
        (6, TWO_LEVELS),
        (6, "group a any w1 w2\ngroup b any w3 w4\ngroup q 3 a b w5 w6\nquorum q\n"),
        (6, "group a 2 w1 w2 w3\ngroup q 3 a w4 w5 w6\nquorum q\n"),
        (5, "group a all w1 w2\ngroup b all w3 w4 w5\ngroup q any a b\nquorum q\n"),
        (6, "group q 5 w1 w2 w3 w4 w5 w6\nquorum q\n"),
    ];
    for (count, lines) in files {
        let trusted = parsed(count, lines);
        let members =
            |mask: u32| (0..usize::from(count)).filter(|n| mask >> n & 1 == 1).collect::<BTreeSet<_>>();
        let enough: Vec<u32> =
            (0..1_u32 << count).filter(|mask| trusted.is_quorum(&members(*mask))).collect();
        let shared =
            enough.iter().flat_map(|a| enough.iter().map(move |b| (a & b).count_ones())).min().unwrap();
        let smallest = enough.iter().map(|mask| mask.count_ones()).min().unwrap();
        let Quorum::Party(quorum) = trusted.quorum else { panic!("a quorum") };
        let mut facts: Vec<Size> = Vec::new();
        for party in &trusted.parties {
            facts.push(Size::of(party, &facts));
        }
        let size = facts[quorum];
        assert_eq!((size.shared, size.smallest), (shared as usize, smallest as usize), "{lines}");
    }
}
