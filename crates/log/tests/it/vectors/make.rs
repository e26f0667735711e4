//! Makes the test vectors of `docs/log/vectors`: keys from fixed seeds, a log of 300 entries, receipts, and forgeries. The receipt of
//! a share is of the same log one entry later.

use std::collections::BTreeMap;

use huzhu_log::receipt::ShareProof;
use huzhu_log::share::{path_of, root_of};
use huzhu_log::tree::{prove_consistency, prove_inclusion};
use huzhu_log::{
    Body, Checkpoint, Content, Cosigner, Entry, EntryKind, Equation, Frontier, Hash, InnerPath, InnerTree,
    PeriodTag, Receipt, Resource, ShareLeaf, ShareNode, SharePath, SignedCheckpoint, Signer, Tile,
    TileWriter, TlogPolicy, TlogProof, empty_root, leaf_hash, salted_digest,
};

type Files = BTreeMap<String, Vec<u8>>;

const ORIGIN: &str = "huzhu.example/log/2026";
/// 2026-01-01 00:00:00 UTC, in milliseconds.
const AT: u64 = 1_767_225_600_000;
const SIZE: u64 = 300;
const EVIDENCE: &[u8] = b"Discharge letter. Diagnosis: none of anybody's business.\n";
const DECISION: &[u8] = b"claim approved\n";
/// Where the entries with receipts stand.
const EVIDENCE_INDEX: u64 = 41;
const DECISION_INDEX: u64 = 42;
const CONSENTS_INDEX: u64 = 255;
const NOTICE_INDEX: u64 = 299;
/// Behind the end of the log as it is published.
const SETTLEMENT_INDEX: u64 = SIZE;

/// All files, by their path below the folder of vectors.
pub(crate) fn all() -> Files {
    let mut files = Files::new();
    files.insert(
        "entries.txt".to_owned(),
        include_bytes!("../../../../../docs/log/vectors/entries.txt").to_vec(),
    );
    files.insert("hashes.txt".to_owned(), hashes().into_bytes());
    files.insert("keys.txt".to_owned(), keys().into_bytes());
    files.insert("policy".to_owned(), trusted().text().to_vec());
    files.insert("evidence.txt".to_owned(), EVIDENCE.to_vec());
    let log = log(SIZE);
    for (path, bytes) in &log.files {
        files.insert(format!("log/{path}"), bytes.clone());
    }
    files.insert("consistency.txt".to_owned(), log.consistency().into_bytes());
    let evidence = log.receipt(EVIDENCE_INDEX, evidence_content(), None);
    for (name, receipt) in [
        ("decision", log.receipt(DECISION_INDEX, decision_content(), None)),
        ("consent", log.receipt(CONSENTS_INDEX, consent_content(), Some(consent_path()))),
        ("notice", log.receipt(NOTICE_INDEX, notice_content(), None)),
        ("share", share_receipt()),
        ("evidence", evidence.clone()),
    ] {
        files.insert(format!("{name}.tlog-proof"), receipt.to_string().into_bytes());
    }
    for (name, text) in forgeries(&evidence) {
        files.insert(format!("refused/{name}.tlog-proof"), text.into_bytes());
    }
    files
}

fn signer() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

fn witnesses() -> Vec<Cosigner> {
    (1..=4_u8).map(|n| Cosigner::new(&format!("witness{n}.example"), &[10 + n; 32]).unwrap()).collect()
}

fn trusted() -> TlogPolicy {
    let (log, witnesses) = (signer(), witnesses());
    let names: Vec<String> = (1..=4).map(|n| format!("w{n}")).collect();
    let named: Vec<_> = names.iter().map(String::as_str).zip(witnesses.iter().map(Cosigner::vkey)).collect();
    let trusted = TlogPolicy::of(&[log.vkey()], &named, 3).unwrap();
    trusted.require_overlap().unwrap();
    trusted
}

fn keys() -> String {
    let line = |seed: u8, vkey: String| format!("{} {vkey}\n", format!("{seed:02x}").repeat(32));
    let witnesses = witnesses();
    let cosigners = (11_u8..).zip(&witnesses).map(|(seed, cosigner)| line(seed, cosigner.vkey().to_string()));
    line(1, signer().vkey().to_string()) + &cosigners.collect::<String>()
}

/// Roots of the trees of 0 to 16 leaves, leaf `n` being the one byte `n`.
fn hashes() -> String {
    let mut frontier = Frontier::new();
    let mut text = format!("0 {}\n", empty_root().to_hex());
    for leaf in 0..16_u8 {
        frontier.append(leaf_hash(&[leaf]));
        text += &[frontier.size().to_string(), frontier.root().to_hex()].join(" ");
        text.push('\n');
    }
    text
}

fn salt(n: u8) -> [u8; 32] {
    *Hash::digest(&[n]).as_bytes()
}

fn evidence_content() -> Content {
    Content::File { salt: salt(0), digest: salted_digest(&salt(0), EVIDENCE) }
}

fn decision_content() -> Content {
    Content::Message { salt: salt(1), message: DECISION.to_vec() }
}

fn consents() -> InnerTree {
    let digests = (0..5_u8).map(|n| salted_digest(&salt(100 + n), format!("consent {n}").as_bytes()));
    InnerTree::new(digests.map(|digest| leaf_hash(digest.as_bytes())).collect())
}

fn consent_content() -> Content {
    Content::Message { salt: salt(103), message: b"consent 3".to_vec() }
}

fn consent_path() -> InnerPath {
    InnerPath { index: 3, size: 5, path: consents().prove(3).unwrap() }
}

fn notice() -> Body {
    Body::Notice {
        plan: "xiang-hu-bao".to_owned(),
        period: "2026-01-1".to_owned(),
        cards: Hash::digest(b"cards"),
        count: 12,
    }
}

fn notice_content() -> Content {
    Content::Public(Entry { at: AT, body: notice() }.payload().unwrap())
}

/// What five places are charged; place 3 is not counted, place 2 is at the yearly cap.
fn shares() -> Vec<ShareLeaf> {
    let period = PeriodTag::new("xiang-hu-bao", "2026-01-1");
    let leaf = |(n, (amount, counted)): (u8, (u64, bool))| {
        let salt = salt(200 + n).first_chunk().copied().unwrap();
        ShareLeaf { period, salt, index: u64::from(n), amount, counted }
    };
    (0..).zip([(130, true), (130, true), (50, true), (0, false), (130, true)]).map(leaf).collect()
}

fn share_nodes() -> Vec<ShareNode> {
    shares().iter().map(ShareLeaf::node).collect()
}

fn settlement() -> Body {
    let equation = Equation {
        aid: 475,
        fee: 38,
        carried_in: 0,
        surplus_before: 2,
        cost: 511,
        headcount: 4,
        share: 130,
        shares_total: 440,
        surplus: 0,
        borne_by_operator: 71,
        borne_by_sponsor: 0,
        carried_out: 0,
    };
    Body::Settlement {
        plan: "xiang-hu-bao".to_owned(),
        period: "2026-01-1".to_owned(),
        currency: "CNY".to_owned(),
        equation,
        statement: Hash::digest(b"statement"),
        shares: root_of(&share_nodes()).map(|root| root.head()),
    }
}

/// The receipt of place 2.
fn share_receipt() -> Receipt {
    let log = log(SIZE + 1);
    let path = prove_inclusion(SIZE + 1, SETTLEMENT_INDEX, &log.tiles).unwrap();
    let proof = TlogProof { extra: None, index: SETTLEMENT_INDEX, path, checkpoint: log.checkpoint };
    let path = SharePath { size: 5, nodes: path_of(&share_nodes(), 2).unwrap() };
    let share = ShareProof { leaf: shares()[2], path };
    let payload = Entry { at: at(SETTLEMENT_INDEX), body: settlement() }.payload().unwrap();
    Receipt::of_share(at(SETTLEMENT_INDEX), payload, share, proof).unwrap()
}

fn at(index: u64) -> u64 {
    AT + index * 1000
}

fn body(index: u64) -> Body {
    match index {
        0 => Body::Previous {
            origin: "huzhu.example/log/2025".to_owned(),
            size: 1_000_000,
            root: Hash::digest(b"last year"),
        },
        EVIDENCE_INDEX => Body::Evidence(salted_digest(&salt(0), EVIDENCE)),
        DECISION_INDEX => Body::Decision(salted_digest(&salt(1), DECISION)),
        CONSENTS_INDEX => Body::Consents { root: consents().root(), count: 5 },
        NOTICE_INDEX => notice(),
        SETTLEMENT_INDEX => settlement(),
        other => Body::Evidence(Hash::digest(&other.to_be_bytes())),
    }
}

struct Log {
    files: Files,
    tiles: BTreeMap<Tile, Vec<u8>>,
    roots: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

fn log(size: u64) -> Log {
    let mut writer = TileWriter::new();
    let mut written = Vec::new();
    let mut roots = vec![writer.root()];
    for index in 0..size {
        let entry = Entry { at: at(index), body: body(index) };
        assert!(writer.append(&entry.encode().unwrap(), &mut written));
        roots.push(writer.root());
    }
    written.extend(writer.partials());
    let mut checkpoint = Checkpoint::new(ORIGIN, size, writer.root()).unwrap().sign(&signer());
    for (second, witness) in (0..).zip(witnesses().iter().take(3)) {
        let cosignature = witness.cosign(&checkpoint, at(size).div_euclid(1000) + second);
        checkpoint.add(cosignature);
    }
    let mut files = Files::from([("checkpoint".to_owned(), checkpoint.to_string().into_bytes())]);
    let mut tiles = BTreeMap::new();
    for (resource, bytes) in written {
        files.insert(resource.to_string(), bytes.clone());
        if let Resource::Tile(tile) = resource {
            tiles.insert(tile, bytes);
        }
    }
    Log { files, tiles, roots, checkpoint }
}

impl Log {
    fn receipt(&self, index: u64, content: Content, inner: Option<InnerPath>) -> Receipt {
        let path = prove_inclusion(SIZE, index, &self.tiles).unwrap();
        let proof = TlogProof { extra: None, index, path, checkpoint: self.checkpoint.clone() };
        let kind = body(index).kind();
        assert!(kind != EntryKind::Consents || inner.is_some());
        Receipt::new(kind, at(index), content, inner, proof).unwrap()
    }

    /// Each older size with its root and the proof to the whole log.
    fn consistency(&self) -> String {
        let mut text = String::new();
        for old in [1_usize, 2, 3, 41, 128, 200, 255, 256, 257, 299, 300] {
            let proof = prove_consistency(old as u64, SIZE, &self.tiles).unwrap();
            let mut words = vec![old.to_string(), self.roots[old].to_string()];
            words.extend(proof.iter().map(ToString::to_string));
            text += &words.join(" ");
            text.push('\n');
        }
        text
    }
}

/// The receipt of the evidence, changed in one way each.
fn forgeries(evidence: &Receipt) -> Vec<(&'static str, String)> {
    let good = evidence.to_string();
    let lines: Vec<&str> = good.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    // The first character of base64 stands for six bits of its own: another letter is another hash.
    let flip = |text: &str, at: usize| {
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    };
    let root = lines.iter().position(|line| *line == SIZE.to_string()).unwrap() + 1;
    let last = lines.len() - 1;
    let later = TlogProof { extra: None, ..evidence.proof().clone() };
    let later =
        Receipt::new(EntryKind::Evidence, evidence.at() - 1, evidence_content(), None, later).unwrap();
    let head = evidence.proof().checkpoint.checkpoint().clone();
    let mut foreign = evidence.proof().clone();
    foreign.checkpoint = head.sign(&Signer::new(ORIGIN, &[99; 32]).unwrap());
    let name_end = lines[last].rfind(' ').unwrap() + 1;
    vec![
        ("other-time", later.to_string()),
        ("other-index", with(2, "index 42")),
        ("flipped-hash", with(3, &flip(lines[3], 0))),
        ("other-root", with(root, &flip(lines[root], 0))),
        ("flipped-signature", with(last, &flip(lines[last], name_end + 30))),
        ("dropped-cosignature", lines[..last].join("\n") + "\n"),
        ("foreign-log-key", foreign.to_string()),
        ("two-spellings", with(2, "index 041")),
    ]
}
