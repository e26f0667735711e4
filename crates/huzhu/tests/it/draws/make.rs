//! Makes draw files: the vectors of `docs/jury/vectors`, their forgeries, and as many random ones as somebody wants.

use std::collections::BTreeMap;

use huzhu_app::draw_file::{DrawFile, Drawn, LogPlaces, Receipts, Wanted, roster_file};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::ClaimId;
use huzhu_domain::jury::{
    DrandRound, DrawRequest, Exclusion, Roster, SeedProof, SeedSource, SkipReason, draw, subject,
};
use huzhu_gateways::randomness::drand::QUICKNET;
use huzhu_gateways::randomness::vrf::VrfKey;
use huzhu_log::{
    Body, Checkpoint, Content, Cosigner, Entry, Frontier, Hash, InnerTree, Receipt, Signer, TlogPolicy,
    TlogProof, leaf_hash,
};

/// Files by their path below the folder.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

const ORIGIN: &str = "huzhu.example/log/2023";
const PLAN: &str = "xiang-hu-bao";
/// Round 123 of quicknet, which was published at 2023-08-23 15:15:33 UTC.
const ROUND: u64 = 123;
const SIGNATURE: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
const PUBLISHED: u64 = 1_692_803_733;

fn digest(text: &str) -> Digest {
    Digest::from_bytes(*Hash::digest(text.as_bytes()).as_bytes())
}

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn roster(name: &str, count: u32) -> Roster {
    Roster::of((0..count).map(|number| digest(&format!("{name} juror {number}"))).collect()).unwrap()
}

/// The operator's key: of the seed 01 01 01 ...
fn operator() -> VrfKey {
    VrfKey::from_seed(&[1; 32])
}

/// What the operator's function answers.
fn answer(request: &DrawRequest) -> SeedProof {
    let (output, proof) = operator().prove(request.digest().bytes()).unwrap();
    SeedProof { output: output.to_vec(), proof: proof.to_vec() }
}

fn by_operator(name: &str, roster: &Roster) -> DrawRequest {
    let source = SeedSource::Vrf { key: Digest::from_bytes(*operator().public()) };
    DrawRequest { subject: digest(name), roster: roster.root(), source }
}

/// All vectors.
pub(crate) fn all() -> Files {
    let mut files = Files::new();
    let operator = operator_draw();
    for (name, text) in forgeries(&operator) {
        files.insert(format!("refused/{name}.json"), text.into_bytes());
    }
    files.insert("operator.json".to_owned(), operator.into_bytes());
    let many = roster("many", 1_000);
    files.insert("many.roster".to_owned(), roster_file(&many).into_bytes());
    files.insert("roster-beside.json".to_owned(), large_draw(&many, "many.roster").into_bytes());
    let (logged, trusted) = logged_draw();
    files.insert("drand.json".to_owned(), logged.into_bytes());
    files.insert("policy".to_owned(), trusted.into_bytes());
    files
}

/// Twelve jurors, three seats, two who do not sit; the subject is that of a claim under the salt 07 07 07 ...
fn operator_draw() -> String {
    let roster = roster("operator", 12);
    let claim: ClaimId = "clm_01930000000070008000000000000001".parse().unwrap();
    let request = DrawRequest { subject: subject(&[7; 32], claim, 0), ..by_operator("", &roster) };
    let answer = answer(&request);
    let order = draw(&request.seed(&answer.output), roster.count(), 8);
    let exclude = |step: usize, reason| Exclusion { position: order.positions()[step], reason };
    let exclusions = [exclude(1, SkipReason::Conflict), exclude(3, SkipReason::SteppedAside)];
    let drawn = Drawn {
        plan: PLAN,
        request,
        roster: &roster,
        file: None,
        wanted: Wanted { seats: 3, reserves: 2, drawn: 8 },
        answer: &answer,
        exclusions: &exclusions,
        log: None,
        receipts: None,
    };
    DrawFile::publish(drawn).unwrap().to_json()
}

/// A roster in a file of its own.
fn large_draw(roster: &Roster, file: &str) -> String {
    let request = by_operator("large", roster);
    let drawn = Drawn {
        plan: PLAN,
        request,
        roster,
        file: Some(file),
        wanted: Wanted { seats: 31, reserves: 10, drawn: 60 },
        answer: &answer(&request),
        exclusions: &[],
        log: None,
        receipts: None,
    };
    DrawFile::publish(drawn).unwrap().to_json()
}

/// A draw by a round of drand, with receipts of roster, request and draw, and the policy file that they verify with.
fn logged_draw() -> (String, String) {
    let roster = roster("drand", 20);
    let source = SeedSource::Drand(DrandRound { beacon: QUICKNET.hash, round: ROUND });
    let request = DrawRequest { subject: digest("drand"), roster: roster.root(), source };
    let signature = bytes(SIGNATURE);
    let answer = SeedProof { output: QUICKNET.verify(ROUND, &signature).unwrap().to_vec(), proof: signature };
    let order = draw(&request.seed(&answer.output), roster.count(), 9);
    let hash = |digest: &Digest| Hash::from_bytes(*digest.bytes());
    let (subject, root, source) = (hash(&request.subject), hash(&request.roster), source.to_string());
    let entries = [
        // Two minutes and one minute before the round, and two seconds after it.
        (
            PUBLISHED - 120,
            Body::Roster {
                plan: PLAN.to_owned(),
                period: "jury".to_owned(),
                root,
                count: u64::from(roster.count()),
                counted_at: (PUBLISHED - 120) * 1_000,
            },
        ),
        (PUBLISHED - 60, Body::DrawRequest { subject, roster: root, source: source.clone() }),
        (PUBLISHED + 2, Body::Draw { subject, roster: root, source, result: hash(&order.digest()) }),
    ];
    let log = SmallLog::of(entries.map(|(at, body)| Entry { at: at * 1_000, body }));
    let receipts = Receipts {
        roster: Some(log.receipt(0, 2, PUBLISHED - 58)),
        request: Some(log.receipt(1, 2, PUBLISHED - 58)),
        draw: Some(log.receipt(2, 3, PUBLISHED + 4)),
    };
    let drawn = Drawn {
        plan: PLAN,
        request,
        roster: &roster,
        file: None,
        wanted: Wanted { seats: 5, reserves: 3, drawn: 9 },
        answer: &answer,
        exclusions: &[Exclusion { position: order.positions()[0], reason: SkipReason::NoShow }],
        log: Some(LogPlaces { origin: ORIGIN.to_owned(), roster: 0, request: 1, draw: Some(2) }),
        receipts: Some(receipts),
    };
    (DrawFile::publish(drawn).unwrap().to_json(), SmallLog::rules())
}

/// A log of a few entries, with a witness.
struct SmallLog {
    entries: Vec<Entry>,
}

impl SmallLog {
    fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().collect() }
    }

    fn signer() -> Signer {
        Signer::new(ORIGIN, &[1; 32]).unwrap()
    }

    fn witness() -> Cosigner {
        Cosigner::new("witness.example/w", &[2; 32]).unwrap()
    }

    fn rules() -> String {
        let trusted = TlogPolicy::of(&[Self::signer().vkey()], &[("w", Self::witness().vkey())], 1).unwrap();
        String::from_utf8(trusted.text().to_vec()).unwrap()
    }

    /// The receipt of an entry when the log had `size` of them, cosigned at a time in seconds.
    fn receipt(&self, index: usize, size: usize, cosigned: u64) -> String {
        let leaves: Vec<Hash> =
            self.entries[..size].iter().map(|entry| leaf_hash(&entry.encode().unwrap())).collect();
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            frontier.append(*leaf);
        }
        let head = Checkpoint::new(ORIGIN, size as u64, frontier.root()).unwrap();
        let mut checkpoint = head.sign(&Self::signer());
        let cosignature = Self::witness().cosign(&checkpoint, cosigned);
        checkpoint.add(cosignature);
        let path = InnerTree::new(leaves).prove(index as u64).unwrap();
        let proof = TlogProof { extra: None, index: index as u64, path, checkpoint };
        let entry = &self.entries[index];
        let content = Content::Public(entry.payload().unwrap());
        Receipt::new(entry.body.kind(), entry.at, content, None, proof).unwrap().to_string()
    }
}

/// A draw file, changed in one way each.
fn forgeries(good: &str) -> Vec<(&'static str, String)> {
    let parsed: serde_json::Value = good.parse().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let number = |value: &serde_json::Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let flip = |hex: &str| format!("{}{}", &hex[..hex.len() - 1], if hex.ends_with('0') { "1" } else { "0" });
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut changed = parsed.clone();
        change(&mut changed);
        format!("{changed:#}\n")
    };
    let flipped = |field: &'static str| with(&|d| d[field] = flip(&text(&d[field])).into());
    let (root, output) = (text(&parsed["roster"]["root"]), text(&parsed["output"]));
    let (first, second) = (number(&parsed["order"][0]), number(&parsed["order"][1]));
    vec![
        (
            "other-juror",
            with(&|d| d["roster"]["entries"][3] = flip(&text(&d["roster"]["entries"][3])).into()),
        ),
        (
            "fewer-jurors",
            with(&|d| {
                d["roster"]["entries"].as_array_mut().unwrap().pop();
                d["roster"]["count"] = 11.into();
            }),
        ),
        ("unordered-roster", with(&|d| d["roster"]["entries"].as_array_mut().unwrap().swap(0, 1))),
        ("other-root", with(&|d| d["roster"]["root"] = flip(&root).into())),
        ("other-subject", flipped("subject")),
        ("other-request", flipped("request")),
        ("other-seed", flipped("seed")),
        ("other-output", with(&|d| d["output"] = flip(&output).into())),
        (
            "other-order",
            with(&|d| {
                d["order"][0] = second.into();
                d["order"][1] = first.into();
            }),
        ),
        ("other-jurors", with(&|d| d["jurors"][2] = d["order"][7].clone())),
        (
            "excluded-twice",
            with(&|d| {
                let again = d["exclusions"][0].clone();
                d["exclusions"].as_array_mut().unwrap().push(again);
            }),
        ),
        ("a-key-twice", good.replacen("\"plan\"", "\"seats\": 3,\n  \"plan\"", 1)),
    ]
}

/// Forgeries that need the curve to be seen: the Python script takes them, and says that it did not look.
pub(crate) fn unproven(good: &str) -> Vec<(&'static str, String)> {
    let mut other = good.parse::<serde_json::Value>().unwrap();
    let proof = other["proof"].as_str().unwrap();
    other["proof"] = format!("{}{}", &proof[..proof.len() - 2], "00").into();
    vec![("other-proof", format!("{other:#}\n"))]
}

/// A draw of its own for each number: sizes, seats, reserves and exclusions come from the number by a hash.
pub(crate) fn random(number: u64) -> String {
    let hash = Hash::digest(&number.to_be_bytes());
    let part = |at: usize| u32::from(u16::from_be_bytes([hash.as_bytes()[at], hash.as_bytes()[at + 1]]));
    let name = format!("random {number}");
    let roster = roster(&name, 1 + part(0) % 300);
    let wanted = Wanted { seats: 1 + part(2) % 31, reserves: part(4) % 11, drawn: 50 + part(6) % 20 };
    let request = by_operator(&name, &roster);
    let answer = answer(&request);
    let order = draw(&request.seed(&answer.output), roster.count(), wanted.drawn);
    let excluded = order.positions().iter().copied().filter(|position| position % 5 == part(8) % 5);
    let reason = |position: u32| SkipReason::ALL[usize::try_from(position % 3).unwrap()];
    let exclusions: Vec<Exclusion> =
        excluded.map(|position| Exclusion { position, reason: reason(position) }).collect();
    let drawn = Drawn {
        plan: PLAN,
        request,
        roster: &roster,
        file: None,
        wanted,
        answer: &answer,
        exclusions: &exclusions,
        log: None,
        receipts: None,
    };
    DrawFile::publish(drawn).unwrap().to_json()
}
