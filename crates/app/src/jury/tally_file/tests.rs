use super::*;
use crate::jury::seal::{Vote, seal};

fn case() -> JuryCaseId {
    JuryCaseId::from_uuid(uuid::Uuid::from_u128(1))
}

fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

/// Three for, two against, one that nobody can read.
fn tally() -> (TallyFile, Vec<BallotReceipt>) {
    let keys = CaseKeys::derive(&digest(1));
    let (mut ballots, mut receipts, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..=6_u8 {
        let id = BallotId::from_uuid(uuid::Uuid::from_u128(u128::from(n)));
        let choice = if n <= 3 { Choice::ForClaimant } else { Choice::Against };
        let vote = Vote { choice, nonce: [n; 16], reason: format!("reason {n}") };
        let key = if n == 6 { CaseKeys::derive(&digest(9)) } else { keys.clone() };
        let sealed = seal(&key.public(), case(), id, &vote, &digest(n)).unwrap();
        leaves.push(leaf(case(), id, &sealed));
        receipts.push(BallotReceipt::of(case(), id, &vote.nonce, &sealed));
        let readable = n < 6;
        ballots.push(TallyBallot {
            ballot: id.to_string(),
            sealed,
            counted: readable,
            choice: readable.then_some(choice),
            nonce: readable.then(|| hex(&vote.nonce)),
            reason: readable.then_some(vote.reason),
        });
    }
    let file = TallyFile {
        format: TALLY_FORMAT.to_owned(),
        plan: "small".to_owned(),
        version: 1,
        case: case().to_string(),
        round: 0,
        subject: digest(2),
        public_key: keys.public(),
        secret_key: keys.secret(),
        rules: TallyRules { by_lot: false, threshold: 5_000, needed: 5 },
        count: Count { for_claimant: 3, against: 2, invalid: 1, electorate: 9 },
        ruling: Ruling::ForClaimant,
        root: root_of(leaves),
        ballots,
    };
    (file, receipts)
}

#[test]
fn a_tally_is_counted_again_by_anybody_and_every_receipt_finds_its_ballot() {
    let (file, receipts) = tally();
    let read = TallyFile::read(file.to_json().as_bytes()).unwrap();
    assert_eq!((read.check(), &read), (Ok(()), &file));
    for (n, receipt) in receipts.iter().enumerate() {
        let again = BallotReceipt::read(receipt.to_json().as_bytes()).unwrap();
        let found = read.find(&again).map(|ballot| ballot.reason.clone());
        if n < 5 {
            assert_eq!(found, Ok(Some(format!("reason {}", n + 1))));
        } else {
            assert_eq!(found, Err(TallyFinding::Differs { ballot: receipt.ballot.clone(), what: "nonce" }));
        }
    }
}

#[test]
#[expect(clippy::type_complexity, reason = "a table of changes")]
fn no_number_of_a_tally_can_be_changed() {
    let changes: [(&str, fn(&mut TallyFile)); 14] = [
        ("a reason", |file| file.ballots[0].reason = Some("nicer".to_owned())),
        ("a choice", |file| file.ballots[0].choice = Some(Choice::Against)),
        ("a nonce", |file| file.ballots[0].nonce = Some("00".repeat(16))),
        ("a ballot is taken out", |file| drop(file.ballots.remove(4))),
        ("a ballot stands there twice", |file| file.ballots.insert(0, file.ballots[0].clone())),
        ("two ballots change places", |file| file.ballots.swap(0, 1)),
        ("two votes change their ballots", |file| {
            let (one, other) = (file.ballots[0].sealed.clone(), file.ballots[4].sealed.clone());
            (file.ballots[0].sealed, file.ballots[4].sealed) = (other, one);
        }),
        ("a ballot is not counted", |file| {
            file.ballots[0].counted = false;
            (file.count.for_claimant, file.count.invalid) = (2, 2);
        }),
        ("an unreadable one is", |file| file.ballots[5].counted = true),
        ("the count", |file| file.count.against = 3),
        ("the ruling", |file| file.ruling = Ruling::NoQuorum),
        ("the quorum", |file| file.rules.needed = 6),
        ("the root", |file| file.root = digest(3)),
        ("the key", |file| file.secret_key = digest(3)),
    ];
    for (what, change) in changes {
        let (mut file, _) = tally();
        change(&mut file);
        assert!(file.check().is_err(), "{what}");
    }
}

#[test]
fn a_forged_receipt_finds_nothing() {
    let (file, receipts) = tally();
    let changes: [fn(&mut BallotReceipt); 5] = [
        |receipt| receipt.case = receipt.case.replace('1', "2"),
        |receipt| receipt.ballot = receipt.ballot.replace('1', "9"),
        |receipt| receipt.nonce = "00".repeat(16),
        |receipt| receipt.digest = "00".repeat(32),
        |receipt| receipt.ballot = format!("bal_{:032x}", 2),
    ];
    for change in changes {
        let mut receipt = receipts[0].clone();
        change(&mut receipt);
        assert!(file.find(&receipt).is_err(), "{receipt:?}");
    }
    for bad in ["", "{}", "[]", r#"{"format":"huzhu.org/tally@v1"}"#] {
        assert!(BallotReceipt::read(bad.as_bytes()).is_err() && TallyFile::read(bad.as_bytes()).is_err());
    }
}
