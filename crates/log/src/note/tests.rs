//! The example of C2SP, and what is refused.

use super::*;

const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn signer(name: &str) -> Signer {
    Signer::new(name, &[7; 32]).unwrap()
}

#[test]
fn the_example_of_c2sp_verifies_and_prints_as_it_was() {
    let vkey: Vkey = VKEY.parse().unwrap();
    assert_eq!(vkey.to_string(), VKEY);
    assert_eq!((vkey.name(), vkey.id(), vkey.kind()), ("example.com/foo", 0x530d_903a, KeyKind::Ed25519));
    let note = SignedNote::parse(NOTE).unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify(std::slice::from_ref(&vkey)), Ok(vec![&vkey]));
}

#[test]
fn the_other_example_of_c2sp_is_read_with_its_empty_lines() {
    let text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let note = SignedNote::parse(text).unwrap();
    assert!(note.text().ends_with("\n\ned è subito sera.\n"));
    assert_eq!(note.signatures().len(), 1);
    assert_eq!(note.to_string(), text);
    assert_eq!(note.verify(&[VKEY.parse().unwrap()]), Err(NoteError::Unsigned));
}

#[test]
fn a_known_key_with_a_false_signature_refuses_the_note_and_unknown_ones_are_passed_over() {
    let (ours, other) = (signer("ours.example"), Signer::new("other.example", &[8; 32]).unwrap());
    let mut note = SignedNote::new("text\n").unwrap();
    note.sign(&ours);
    note.sign(&other);
    let keys = [ours.vkey().clone()];
    assert_eq!(note.verify(&keys), Ok(vec![ours.vkey()]));
    assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));

    let changed = SignedNote::parse(&note.to_string().replace("text", "next")).unwrap();
    let false_signature = NoteError::FalseSignature { name: "ours.example".to_owned(), id: ours.vkey().id() };
    assert_eq!(changed.verify(&keys), Err(false_signature.clone()));

    // A good signature of the same key in front does not excuse a false one behind.
    let mut both = note.clone();
    both.signatures.push(changed_bytes(&ours.sign("text\n")));
    assert_eq!(both.verify(&keys), Err(false_signature.clone()));

    // A signature that is too short or too long is false, not unknown.
    for length in [1, 63, 65] {
        let mut cut = SignedNote::new("text\n").unwrap();
        cut.add(Signature::by(ours.vkey(), vec![0; length]));
        assert_eq!(cut.verify(&keys), Err(false_signature.clone()));
    }
}

fn changed_bytes(signature: &Signature) -> Signature {
    let mut bytes = signature.bytes.clone();
    bytes[5] ^= 1;
    Signature { bytes, ..signature.clone() }
}

#[test]
fn a_key_signs_once_however_often_it_is_asked() {
    let signer = signer("ours.example");
    let mut note = SignedNote::new("text\n").unwrap();
    note.sign(&signer);
    note.sign(&signer);
    assert_eq!(note.signatures().len(), 1);
}

#[test]
fn a_key_that_cosigns_does_not_sign_notes() {
    let ours = signer("ours.example");
    let cosigner = Vkey::new("ours.example", KeyKind::Cosignature, ours.vkey().public()).unwrap();
    assert_ne!(cosigner.id(), ours.vkey().id(), "the id depends on the kind");
    let mut note = SignedNote::new("text\n").unwrap();
    note.sign(&ours);
    assert_eq!(note.verify(&[cosigner]), Err(NoteError::Unsigned));
}

#[test]
fn bad_notes_are_refused_with_a_reason_and_a_line() {
    let sig = NOTE.lines().last().unwrap();
    let many = format!("a\n\n{}", format!("{sig}\n").repeat(MAX_SIGNATURES + 1));
    let long = format!("{}\n\n{sig}\n", "a".repeat(MAX_NOTE));
    let rows: Vec<(String, &str)> = vec![
        (String::new(), "no blank line before signatures"),
        ("a\n".to_owned(), "no blank line before signatures"),
        (format!("a\n{sig}\n"), "no blank line before signatures"),
        ("a\n\n".to_owned(), "line 3: a signed note has at least one signature"),
        (format!("a\n\n{sig}"), "line 3: the line does not end with a newline"),
        (format!("a\tb\n\n{sig}\n"), "line 1: control characters are refused"),
        (format!("a\nb\r\n\n{sig}\n"), "line 2: control characters are refused"),
        (
            format!("a\n\n{}\n", sig.replace('—', "-")),
            "line 3: a signature line begins with an em dash and a blank",
        ),
        ("a\n\n— name\n".to_owned(), "line 3: a signature line has a name and base64"),
        ("a\n\n—  AAAAAAA=\n".to_owned(), "line 3: the name of the key is empty"),
        (
            "a\n\n— a+b AAAAAAA=\n".to_owned(),
            "line 3: the name of the key has a blank, a plus or a control character",
        ),
        (
            "a\n\n— a\u{a0}b AAAAAAA=\n".to_owned(),
            "line 3: the name of the key has a blank, a plus or a control character",
        ),
        ("a\n\n— name AAAAAAA\n".to_owned(), "line 3: the signature is not padded base64"),
        (
            "a\n\n— name AAAAAA==\n".to_owned(),
            "line 3: a signature has more than the 4 bytes of the key's id",
        ),
        (format!("a\n\n{sig}\n{sig} \n"), "line 4: the signature is not padded base64"),
        (many, "line 131: a note has at most 128 signatures"),
        (long, "a note has at most 262144 bytes, this one has 262259"),
    ];
    for (note, expected) in rows {
        let error = SignedNote::parse(&note).map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, expected, "{:?}", note.chars().take(60).collect::<String>());
    }
    assert_eq!(SignedNote::new("a").unwrap_err().to_string(), "the text of a note ends with a newline");
    assert!(SignedNote::new("a\0\n").is_err());
}

#[test]
fn sixteen_signatures_and_more_are_accepted() {
    let sig = NOTE.lines().last().unwrap();
    let note = format!("a\n\n{}", format!("{sig}\n").repeat(MAX_SIGNATURES));
    assert_eq!(SignedNote::parse(&note).unwrap().signatures().len(), MAX_SIGNATURES);
}

#[test]
fn bad_keys_are_refused_with_a_reason() {
    // The point of order one: every message would have a signature.
    let mut weak = vec![1, 1];
    weak.extend_from_slice(&[0; 31]);
    let weak = format!("a+00000000+{}", to_base64(&weak));
    // A key of the post-quantum kind that C2SP has, and bytes that are no point.
    let pq = format!("a+00000000+{}", to_base64(&[6; 33]));
    let no_point = format!("a+00000000+{}", to_base64(&[&[1][..], &[2; 32]].concat()));
    let rows = [
        ("", "a key is written name+id+base64"),
        ("a+530d903a", "a key is written name+id+base64"),
        (&VKEY.replace("foo", "fop"), "the id does not fit the name and the key"),
        (&VKEY.replace("530d903a", "530d903b"), "the id does not fit the name and the key"),
        (&VKEY.replace("530d903a", "530D903A"), "the id of the key is not 8 lower-case hexadecimal digits"),
        (&VKEY.replace("530d903a", "0530d903a"), "the id of the key is not 8 lower-case hexadecimal digits"),
        (&VKEY.replace("3U2k", "3U2k="), "the key is not padded base64"),
        (&VKEY.replace("3U2k", ""), "an Ed25519 key has 32 bytes"),
        (&VKEY.replace("example.com/foo", ""), "the name of the key is empty"),
        (&VKEY.replace("/foo", " foo"), "the name of the key has a blank, a plus or a control character"),
        ("a+00000000+", "the kind of the key is neither 0x01 nor 0x04"),
        (&pq, "the kind of the key is neither 0x01 nor 0x04"),
        (&no_point, "the public key is no point of the curve"),
        (&weak, "the public key has a small order: anything would pass for signed"),
    ];
    for (vkey, expected) in rows {
        assert_eq!(vkey.parse::<Vkey>().unwrap_err().to_string(), expected, "{vkey}");
    }
}
