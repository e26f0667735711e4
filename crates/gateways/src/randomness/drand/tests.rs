use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::*;
use crate::randomness::check;

/// Rounds of quicknet as relays served them: number, signature, and the randomness that drand states beside it.
const ROUNDS: [(u64, &str, &str); 3] = [
    (
        1,
        "b55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b",
        "1466a6cd24e327188770752f6134001c64d6efcc590ccc26b721611ad96f165a",
    ),
    (
        123,
        "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
        "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc",
    ),
    (
        657_413,
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
        "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
    ),
];

#[test]
fn recorded_rounds_verify_and_nothing_else_does() {
    for (round, signature, randomness) in ROUNDS {
        let signature: [u8; 48] = hex(signature.as_bytes());
        let output: [u8; 32] = hex(randomness.as_bytes());
        assert_eq!(QUICKNET.verify(round, &signature), Ok(output), "{round}");
        let mut sign = signature;
        sign[0] ^= 0x20;
        let mut byte = signature;
        byte[47] ^= 1;
        for (round, signature) in [
            (round + 1, signature.as_slice()),
            (round - 1, &signature),
            (round, &sign),
            (round, &byte),
            (round, &signature[..47]),
            (round, &[&signature[..], &[0]].concat()),
            (round, &[0; 48]),
            (round, &[]),
        ] {
            assert_eq!(QUICKNET.verify(round, signature), Err(ProofError::Signature), "{round}");
        }
    }
}

#[test]
fn the_pinned_parameters_are_those_that_the_beacon_s_name_is_the_hash_of() {
    // As drand computes it: period, genesis, key, hash of the group that began it, and the name.
    let group: [u8; 32] = hex(b"f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e");
    let period = u32::try_from(QUICKNET.period).unwrap().to_be_bytes();
    let genesis = QUICKNET.genesis.to_be_bytes();
    let parts = [period.as_slice(), &genesis, &QUICKNET.key, &group, b"quicknet"].concat();
    assert_eq!(<[u8; 32]>::from(Sha256::digest(parts)), *QUICKNET.hash.bytes());
}

#[test]
fn rounds_are_counted_from_one_every_three_seconds() {
    let at = |millis: i64| Moment::from_millisecond(1_692_803_367_000 + millis).unwrap();
    for (millis, round) in [(-5_000, 1), (0, 1), (1, 2), (2_999, 2), (3_000, 2), (3_001, 3), (300_000, 101)] {
        assert_eq!(QUICKNET.round_from(at(millis)), round, "{millis}");
        assert!(QUICKNET.time_of(round).unwrap() >= at(millis));
    }
    assert_eq!(QUICKNET.time_of(1), Some(at(0)));
    assert_eq!(QUICKNET.time_of(101), Some(at(300_000)));
    assert_eq!((QUICKNET.time_of(0), QUICKNET.time_of(u64::MAX)), (None, None));
}

/// Relays that answer once each with these bodies, or not at all; and what they were asked.
fn relays(answers: Vec<Option<String>>) -> (Vec<String>, Vec<std::thread::JoinHandle<String>>) {
    let serve = |answer: Option<String>| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                let read = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..read]);
            }
            let (status, body) = answer.map_or(("404 Not Found", String::new()), |body| ("200 OK", body));
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            String::from_utf8(request).unwrap().lines().next().unwrap().to_owned()
        });
        (address, served)
    };
    answers.into_iter().map(serve).unzip()
}

fn request(source: SeedSource) -> DrawRequest {
    DrawRequest { subject: Digest::from_bytes([1; 32]), roster: Digest::from_bytes([2; 32]), source }
}

#[tokio::test]
async fn a_request_names_a_round_that_does_not_exist_yet_and_lying_relays_are_passed_over() {
    let (round, signature, randomness) = ROUNDS[1];
    let (_, other, _) = ROUNDS[0];
    let body = |round: u64, signature: &str| {
        Some(format!("{{\"round\":{round},\"randomness\":\"00\",\"signature\":\"{signature}\"}}"))
    };
    let (addresses, served) = relays(vec![
        None,
        body(round, other),
        body(1, other),
        Some("no JSON".to_owned()),
        body(round, &signature.to_uppercase()),
        body(round, signature),
    ]);
    let drand = Drand::new(&addresses, LEAD).unwrap();
    let published = QUICKNET.time_of(round).unwrap();
    let asked = published.checked_sub(LEAD).unwrap();
    let request = request(drand.source(asked));
    assert_eq!(request.source, SeedSource::Drand(DrandRound { beacon: QUICKNET.hash, round }));
    assert_eq!(drand.reveal(&request, asked).await, Err(RandomnessError::NotYet { until: published }));
    let answer = drand.reveal(&request, published).await.unwrap();
    assert_eq!(answer.output, hex::<32>(randomness.as_bytes()));
    assert_eq!(check(&request, &answer), Ok(()));
    for relay in served {
        let line = relay.join().unwrap();
        assert_eq!(line, format!("GET /{}/public/123 HTTP/1.1", QUICKNET.hash));
    }
}

#[tokio::test]
async fn without_an_honest_relay_there_is_no_seed() {
    let (round, _, _) = ROUNDS[1];
    let (addresses, served) = relays(vec![None, Some("{}".to_owned()), Some(" ".repeat(ANSWER + 1))]);
    let drand = Drand::new(&addresses, LEAD).unwrap();
    let source = SeedSource::Drand(DrandRound { beacon: QUICKNET.hash, round });
    let answer = drand.reveal(&request(source), Moment::MAX).await;
    assert!(matches!(answer, Err(RandomnessError::Unavailable(_))), "{answer:?}");
    for relay in served {
        relay.join().unwrap();
    }
    let elsewhere = SeedSource::Drand(DrandRound { beacon: Digest::from_bytes([9; 32]), round });
    for source in [elsewhere, SeedSource::Vrf { key: Digest::from_bytes([9; 32]) }] {
        let answer = drand.reveal(&request(source), Moment::MAX).await;
        assert_eq!(answer, Err(RandomnessError::OtherSource(source)));
    }
}

#[test]
fn a_lead_that_leaves_no_time_to_log_the_request_is_refused() {
    let relay = "https://relay.example".to_owned();
    let second = Duration::from_secs(1);
    for (relays, lead, is_taken) in [
        (vec![relay.clone()], LEAD, true),
        (vec![relay.clone()], SHORTEST_LEAD, true),
        (vec![relay.clone()], SHORTEST_LEAD.checked_sub(second).unwrap(), false),
        (vec![], LEAD, false),
        (vec!["ftp://relay.example".to_owned()], LEAD, false),
    ] {
        assert_eq!(Drand::new(&relays, lead).is_ok(), is_taken, "{relays:?} {lead:?}");
    }
}
