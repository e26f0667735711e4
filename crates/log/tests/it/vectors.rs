//! The published test vectors are those that this code makes, and they say what `docs/log.md` says about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use huzhu_log::{Receipt, ReceiptError, TlogPolicy, TrustError};

mod make;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/log/vectors")
}

/// All files below a folder, by their path with slashes.
fn read_all(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read_all(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_published_vectors_are_the_ones_that_are_made_now() {
    let mut published = BTreeMap::new();
    read_all(&folder(), "", &mut published);
    let made = make::all();
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&published),
        names(&made),
        "`cargo run -p huzhu-log --example vectors` writes them again"
    );
    for (name, bytes) in &made {
        assert!(
            published.get(name) == Some(bytes),
            "{name} differs; bytes of the log never change without a new version"
        );
    }
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// Checks a file of the vectors as `docs/log.md` says.
fn check(name: &str, original: Option<&str>) -> Result<(), ReceiptError> {
    let rules = std::fs::read(folder().join("policy")).unwrap();
    let trusted = TlogPolicy::parse(&rules).unwrap();
    let receipt: Receipt = text(name).parse()?;
    let file = original.and_then(|original| {
        let mut hasher = receipt.file_hasher()?;
        hasher.update(&std::fs::read(folder().join(original)).unwrap());
        Some(hasher.finish())
    });
    receipt.verify(&trusted, file.as_ref()).map(|_| ())
}

#[test]
fn the_published_receipts_verify_with_the_published_keys() {
    assert_eq!(check("evidence.tlog-proof", Some("evidence.txt")), Ok(()));
    assert_eq!(check("evidence.tlog-proof", None), Ok(()));
    for name in ["decision", "consent", "notice", "share"] {
        assert_eq!(check(&format!("{name}.tlog-proof"), None), Ok(()), "{name}");
    }
}

#[test]
fn the_published_forgeries_are_refused_each_for_its_reason() {
    let error = |name: &str| check(&format!("refused/{name}.tlog-proof"), Some("evidence.txt")).unwrap_err();
    assert_eq!(check("evidence.tlog-proof", Some("policy")), Err(ReceiptError::OtherFile));
    let proof = |error: &ReceiptError| matches!(error, ReceiptError::Trust(TrustError::Proof(_)));
    assert!(proof(&error("other-time")), "{}", error("other-time"));
    assert!(proof(&error("other-index")), "{}", error("other-index"));
    assert!(proof(&error("flipped-hash")), "{}", error("flipped-hash"));
    let note = |error: &ReceiptError| matches!(error, ReceiptError::Trust(TrustError::Note(_)));
    assert!(note(&error("other-root")), "{}", error("other-root"));
    assert!(note(&error("flipped-signature")), "{}", error("flipped-signature"));
    assert!(note(&error("foreign-log-key")), "{}", error("foreign-log-key"));
    let quorum = ReceiptError::Trust(TrustError::NoQuorum { cosigned: 2, known: 4 });
    assert_eq!(error("dropped-cosignature"), quorum);
    assert!(matches!(error("two-spellings"), ReceiptError::Form(_)));
    // Every file of the folder is named above.
    assert_eq!(std::fs::read_dir(folder().join("refused")).unwrap().count(), 8);
}
