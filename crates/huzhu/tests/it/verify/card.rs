//! `huzhu verify card`: a file written down by hand from the documented form verifies, and nothing in it can be another thing.

use huzhu_log::entry::{Body, Entry};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::log_folder::{Log, texts};
use super::{run, text};

/// A claim with nothing but what a card needs; `period` is that of the card, the notice is that of `2026-03-1`.
fn card(period: &str) -> String {
    let salted = |salt: u8, text: &str| huzhu_log::salted_digest(&[salt; 32], text.as_bytes()).to_hex();
    let (birth, name) = (
        salted(8, "huzhu.org/card-field@v1\nbirth\n1990-06-01\n"),
        salted(9, "huzhu.org/card-field@v1\nname\n王小明\n"),
    );
    let shown = concat!(
        r#""claim":"clm_1","name":"王**","age":35,"sex":null,"region":"ZJ","condition":"cancer","severity":"severe","#,
        r#""days_in_plan":400,"aid":30000000,"helped":12,"shared":4567"#
    );
    format!(
        "huzhu.org/card@v2\n{{\"plan\":\"town\",\"period\":\"{period}\",{shown},\"hidden\":{{\"birth\":\"{birth}\",\"name\":\"{name}\"}}}}\n"
    )
}

/// A notice of three cards at the end of a log, and the opened name of the second card.
fn opened(log: &mut Log, card: &str) -> Value {
    let leaf = |salt: u8, text: &str| {
        huzhu_log::leaf_hash(huzhu_log::salted_digest(&[salt; 32], text.as_bytes()).as_bytes())
    };
    let tree = huzhu_log::InnerTree::new(vec![leaf(1, "one"), leaf(2, card), leaf(3, "three")]);
    let body = Body::Notice {
        plan: "town".to_owned(),
        period: "2026-03-1".to_owned(),
        cards: tree.root(),
        count: 3,
    };
    let notice = Entry { at: 1_790_000_000_000, body };
    log.append(std::slice::from_ref(&notice));
    json!({
        "format": "huzhu.org/card-opening@v1",
        "fields": [{ "field": "name", "value": "王小明", "salt": "09".repeat(32) }],
        "card": card, "card_salt": "02".repeat(32), "index": 1, "size": 3,
        "path": tree.prove(1).unwrap().iter().map(huzhu_log::Hash::to_hex).collect::<Vec<_>>(),
        "receipt": log.public_receipt(30, &notice).to_string(),
    })
}

fn grown() -> (TempDir, Log) {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::begin(folder.path(), "2026");
    log.hand_in(texts(0..30));
    (folder, log)
}

#[test]
fn an_opened_card_verifies_and_says_what_it_shows_and_what_it_leaves_shut() {
    let (folder, mut log) = grown();
    let good = opened(&mut log, &card("2026-03-1"));
    let path = folder.path().join("opening.json");
    std::fs::write(&path, good.to_string()).unwrap();
    let rules = log.path("policy");
    let seen = run(&["verify", "card", text(&path), "--policy", text(&rules)]);
    assert_eq!(seen.code, Some(0), "{:#} {}", seen.out, seen.err);
    assert_eq!(seen.out["fields"], json!({ "name": "王小明" }));
    assert_eq!((&seen.out["shut"], &seen.out["index"]), (&json!(["birth"]), &json!(30)));
    assert!(seen.out["not_proved"].to_string().contains("birth stay shut"), "{:#}", seen.out);
    let seen = run(&["verify", "card", text(&path), "--vkey", &log.vkey()]);
    assert_eq!(seen.code, Some(0), "{:#} {}", seen.out, seen.err);
    let stranger = Log::begin(folder.path(), "2024").vkey();
    assert_eq!(run(&["verify", "card", text(&path), "--vkey", &stranger]).code, Some(1));
    assert_eq!(run(&["verify", "card", text(&path)]).code, Some(2), "nobody is believed");
    assert_eq!(run(&["verify", "card", "no-such-file", "--vkey", &stranger]).code, Some(3));
}

#[test]
fn nothing_in_an_opened_card_can_be_another_thing() {
    let (folder, mut log) = grown();
    let good = opened(&mut log, &card("2026-03-1"));
    let path = folder.path().join("opening.json");
    let rules = log.path("policy");
    let field = |name: &str, value: &str, salt: u8| json!({ "field": name, "value": value, "salt": format!("{salt:02x}").repeat(32) });
    let replaced = |from: &str, to: &str| json!(good["card"].as_str().unwrap().replacen(from, to, 1));
    let cases = [
        ("fields", json!([field("name", "王小红", 9)]), "salt and value of `name` give"),
        ("fields", json!([field("birth", "王小明", 9)]), "salt and value of `birth` give"),
        ("fields", json!([field("name", "王小明", 8)]), "salt and value of `name` give"),
        (
            "fields",
            json!([field("name", "王小明", 9), field("birth", "1990-06-02", 8)]),
            "salt and value of `birth`",
        ),
        ("fields", json!([field("payee", "王小明", 9)]), "does not commit to `payee`"),
        ("fields", json!([field("name", "王小明", 9), field("name", "王小明", 9)]), "opens `name` twice"),
        ("fields", json!([]), "it opens nothing"),
        ("fields", json!([{ "field": "name", "value": "王小明", "salt": "09" }]), "64 hexadecimal digits"),
        ("card", replaced("王**", "李**"), "the card leads to the root"),
        ("card", replaced("\"aid\":3", "\"aid\":4"), "the card leads to the root"),
        ("card", replaced("card@v2", "card@v1"), "none that commits to hidden facts"),
        ("card", replaced("\"age\":35", "\"age\": 35"), "not written as cards are"),
        ("card_salt", json!("03".repeat(32)), "the card leads to the root"),
        ("index", json!(0), "the card leads to the root"),
        ("index", json!(3), "its path leads nowhere"),
        ("size", json!(u64::MAX), "its path leads nowhere"),
        ("path", json!([]), "its path leads nowhere"),
        ("path", json!(["00".repeat(32), "00".repeat(32)]), "the card leads to the root"),
        ("receipt", json!(log.receipt(17, "file 17").to_string()), "an entry of kind `evidence`"),
        ("receipt", json!("I saw it."), "its receipt"),
        ("format", json!("huzhu.org/card-opening@v2"), "its format is not"),
        ("more", json!(1), "unknown field `more`"),
    ];
    for (name, other, why) in cases {
        let mut altered = good.clone();
        altered[name] = other;
        std::fs::write(&path, altered.to_string()).unwrap();
        let seen = run(&["verify", "card", text(&path), "--policy", text(&rules)]);
        assert_eq!((seen.code, &seen.out["verified"]), (Some(1), &json!(false)), "{altered:#} {}", seen.err);
        assert!(seen.out["finding"].as_str().unwrap().contains(why), "{why}: {:#}", seen.out);
    }
    // A card of another period, under a notice that has its root.
    let other = opened(&mut grown().1, &card("2026-03-2"));
    std::fs::write(&path, other.to_string()).unwrap();
    let seen = run(&["verify", "card", text(&path), "--policy", text(&rules)]);
    assert_eq!(seen.code, Some(1));
    assert!(seen.out["finding"].as_str().unwrap().contains("not of this card's notice"), "{:#}", seen.out);
    let (deep, long) = ("[".repeat(200_000), " ".repeat(400_000));
    for bytes in [&b""[..], b"null", b"[[[[", b"\xff\xfe", deep.as_bytes(), long.as_bytes()] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(run(&["verify", "card", text(&path), "--policy", text(&rules)]).code, Some(1));
    }
}
