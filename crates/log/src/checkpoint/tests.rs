//! The example of C2SP, and what is refused.

use super::*;

const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

#[test]
fn the_example_of_c2sp_is_read_and_prints_as_it_was() {
    let signed: SignedCheckpoint = EXAMPLE.parse().unwrap();
    assert_eq!(signed.to_string(), EXAMPLE);
    let checkpoint = signed.checkpoint();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.root().to_string(), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    assert_eq!(checkpoint.extensions(), &[] as &[String]);
    // The time that stands in the text of the specification.
    let bytes = signed.note().signatures()[1].bytes();
    assert_eq!(u64::from_be_bytes(bytes[..8].try_into().unwrap()), 1_679_315_147);
}

#[test]
fn extension_lines_are_kept() {
    let text = format!("log\n1\n{}\none\ntwo\n", Hash::digest(b"a"));
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!(checkpoint.extensions(), ["one", "two"]);
    assert_eq!(checkpoint.to_string(), text);
}

#[test]
fn bad_checkpoints_are_refused_with_a_reason_and_a_line() {
    let root = Hash::digest(b"a");
    let rows = [
        (String::new(), "line 1: the origin is missing"),
        ("log".to_owned(), "line 1: the line does not end with a newline"),
        (format!("\n1\n{root}\n"), "line 1: the origin is empty"),
        (format!("a\tb\n1\n{root}\n"), "line 1: the origin has control characters"),
        ("log\n".to_owned(), "line 2: the size is missing"),
        (format!("log\n01\n{root}\n"), "line 2: the size is not a decimal number without leading zeros"),
        (format!("log\n-1\n{root}\n"), "line 2: the size is not a decimal number without leading zeros"),
        (format!("log\n\n{root}\n"), "line 2: the size is not a decimal number without leading zeros"),
        (format!("log\n9223372036854775808\n{root}\n"), "line 2: the size is above 2^63 - 1"),
        ("log\n1\n".to_owned(), "line 3: the root is missing"),
        ("log\n1\nAA==\n".to_owned(), "line 3: the root: 32 bytes in padded base64 are expected"),
        (format!("log\n1\n{root} \n"), "line 3: the root: 32 bytes in padded base64 are expected"),
        (format!("log\n1\n{root}"), "line 3: the line does not end with a newline"),
        (format!("log\n0\n{root}\n"), "line 3: the root of an empty tree is the hash of nothing"),
        (format!("log\n1\n{root}\n\n"), "line 4: an extension line is empty"),
        (format!("log\n1\n{root}\nx\n\ny\n"), "line 5: an extension line is empty"),
    ];
    for (text, expected) in rows {
        assert_eq!(text.parse::<Checkpoint>().unwrap_err().to_string(), expected, "{text:?}");
    }
    assert!(format!("log\n0\n{}\n", empty_root()).parse::<Checkpoint>().is_ok());
    let unsigned = format!("log\n1\n{root}\n");
    assert!(unsigned.parse::<SignedCheckpoint>().is_err());
}

#[test]
fn a_signed_checkpoint_is_checked_by_its_key() {
    let signer = Signer::new("log.example/2026", &[1; 32]).unwrap();
    let checkpoint = Checkpoint::new("log.example/2026", 3, Hash::digest(b"a")).unwrap();
    let signed = checkpoint.sign(&signer);
    let again: SignedCheckpoint = signed.to_string().parse().unwrap();
    assert_eq!(again, signed);
    assert!(again.note().verify(&[signer.vkey().clone()]).is_ok());
    assert_eq!(format!("{signer:?}"), format!("Signer({})", signer.vkey()), "the secret is not shown");
}
