//! The vault in a folder, through its port.

use super::chunk::CHUNK_BYTES;
use super::*;

const HALF: OwnerHalf = OwnerHalf([9; 32]);

fn file(n: u128) -> FileId {
    FileId(uuid::Uuid::from_u128(n))
}

fn until() -> Moment {
    Moment::from_second(1_800_000_000).unwrap()
}

fn open(folder: &Path) -> EvidenceVault {
    EvidenceVault::open(folder, None, &InstanceSecret::from_bytes([1; 32])).unwrap()
}

/// Bytes that do not repeat within a chunk.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 31 + at.div_euclid(253)) % 251).unwrap()).collect()
}

async fn write(vault: &EvidenceVault, file: FileId, pieces: &[&[u8]]) {
    let mut intake = vault.append(file, &HALF).await.unwrap();
    for piece in pieces {
        intake.write(piece).await.unwrap();
    }
    intake.save(b"note").await.unwrap();
}

async fn keep(vault: &EvidenceVault, file: FileId, bytes: &[u8]) {
    vault.begin(file, b"begun", until()).await.unwrap();
    write(vault, file, &[bytes]).await;
    vault.finish(file, &HALF).await.unwrap();
    vault.publish(file).await.unwrap();
    vault.accept(file).await.unwrap();
}

async fn read(vault: &EvidenceVault, file: FileId, range: Range<u64>) -> Result<Vec<u8>, VaultError> {
    let mut pieces = vault.read(file, Some(&HALF), range).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await? {
        bytes.extend(piece);
    }
    Ok(bytes)
}

/// Every file below a folder with its bytes.
fn all_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut list = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list.extend(all_files(&path));
        } else {
            list.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    list
}

fn copy(from: &Path, to: &Path, without: &[&str]) {
    std::fs::create_dir_all(to).unwrap();
    for (path, bytes) in all_files(from) {
        let inner = path.strip_prefix(from).unwrap();
        if !without.iter().any(|name| inner == Path::new(name)) {
            let target = to.join(inner);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, bytes).unwrap();
        }
    }
}

#[tokio::test]
async fn files_of_every_length_come_back_whole_and_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    let chunk = CHUNK_BYTES;
    for (n, length) in (1..).zip([0, 1, 100, chunk - 1, chunk, chunk + 1, 2 * chunk, 6 * chunk + 77]) {
        let bytes = content(length);
        keep(&vault, file(n), &bytes).await;
        assert_eq!(read(&vault, file(n), 0..u64::MAX).await.unwrap(), bytes, "{length}");
        for (from, to) in [
            (0, 1),
            (0, length),
            (1, 3),
            (length.div_euclid(2), length),
            (chunk - 1, chunk + 1),
            (length, length + 5),
            (3, 3),
        ] {
            let wanted = bytes.get(from.min(length)..to.min(length)).unwrap_or_default();
            let range = u64::try_from(from).unwrap()..u64::try_from(to).unwrap();
            assert_eq!(read(&vault, file(n), range).await.unwrap(), wanted, "{length}: {from}..{to}");
        }
    }
    assert_eq!(vault.all_staged().await.unwrap(), []);
    assert_eq!(std::fs::read_dir(folder.path().join(STAGING)).unwrap().count(), 0);
    let again = open(folder.path());
    assert_eq!(read(&again, file(6), 0..u64::MAX).await.unwrap(), content(chunk + 1));
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart_from_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = content(5 * CHUNK_BYTES + 9);
    let vault = open(folder.path());
    vault.begin(file(1), b"begun", until()).await.unwrap();
    let cuts = [0, 10, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 4 * CHUNK_BYTES + 5, bytes.len()];
    for cut in cuts.windows(2) {
        let vault = open(folder.path());
        let staged = vault.staged(file(1)).await.unwrap().unwrap();
        assert_eq!(staged.bytes, u64::try_from(cut[0]).unwrap());
        let mut intake = vault.append(file(1), &HALF).await.unwrap();
        assert_eq!(vault.append(file(1), &HALF).await.err(), Some(VaultError::Busy));
        intake.write(&bytes[cut[0]..cut[1]]).await.unwrap();
        intake.save(b"saved").await.unwrap();
        // What is not saved is lost, whether it reached the disk or not.
        intake.write(&content(7 * CHUNK_BYTES)).await.unwrap();
        drop(intake);
        assert_eq!(vault.staged(file(1)).await.unwrap().unwrap().note, b"saved");
    }
    let vault = open(folder.path());
    assert_eq!(read(&vault, file(1), 0..9).await, Err(VaultError::Missing), "nothing is read before the end");
    vault.finish(file(1), &HALF).await.unwrap();
    vault.finish(file(1), &HALF).await.unwrap();
    assert_eq!(read(&vault, file(1), 0..u64::MAX).await.unwrap(), bytes);
    vault.publish(file(1)).await.unwrap();
    vault.publish(file(1)).await.unwrap();
    assert_eq!(read(&open(folder.path()), file(1), 0..u64::MAX).await.unwrap(), bytes);
    assert_eq!(vault.all_staged().await.unwrap().len(), 1, "until it is accepted a sweep finds it");
    vault.accept(file(1)).await.unwrap();
    assert_eq!(vault.all_staged().await.unwrap(), []);
}

#[tokio::test]
async fn nothing_on_disk_shows_a_byte_of_a_file_or_a_note_whole_or_on_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    keep(&vault, file(1), b"%PDF-1.7 diagnosis of somebody").await;
    vault.begin(file(2), b"secret note", until()).await.unwrap();
    let long = [content(2 * CHUNK_BYTES), b"tail of somebody".to_vec()].concat();
    write(&vault, file(2), &[&long]).await;
    let marks: [&[u8]; 4] = [b"somebody", b"secret note", b"note", &long[100..130]];
    for (path, bytes) in all_files(folder.path()) {
        for mark in &marks {
            // The index names its column "note"; values are looked for in other files only.
            let is_index =
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vault.db"));
            if !(is_index && *mark == b"note") {
                assert!(!bytes.windows(mark.len()).any(|part| part == *mark), "{mark:?} in {path:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_changed_cut_or_swapped_file_or_another_half_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    keep(&vault, file(1), &content(2 * CHUNK_BYTES + 5)).await;
    keep(&vault, file(2), &content(2 * CHUNK_BYTES + 5)).await;
    let path = |n| folder.path().join(EVIDENCE).join(file(n).0.simple().to_string());
    let sound = std::fs::read(path(1)).unwrap();
    let record = CHUNK_BYTES + 40;
    let mut swapped = sound.clone();
    swapped[4..4 + 2 * record].rotate_left(record);
    let mut cases = vec![
        sound[..sound.len() - 1].to_vec(),
        sound[..4 + 2 * record].to_vec(),
        sound[..4 + record].to_vec(),
        sound[..3].to_vec(),
        [&sound[..], &sound[4..4 + record]].concat(),
        swapped,
        std::fs::read(path(2)).unwrap(),
    ];
    for at in [0, 3, 4, 30, record, record + 10, sound.len() - 1] {
        let mut changed = sound.clone();
        changed[at] ^= 0x10;
        cases.push(changed);
    }
    for (n, case) in cases.iter().enumerate() {
        std::fs::write(path(1), case).unwrap();
        assert_eq!(read(&vault, file(1), 0..u64::MAX).await, Err(VaultError::Tampered), "case {n}");
    }
    std::fs::write(path(1), &sound).unwrap();
    assert!(read(&vault, file(1), 0..u64::MAX).await.is_ok());
    let mut other = vault.read(file(1), Some(&OwnerHalf([8; 32])), 0..9).await.unwrap();
    assert_eq!(other.next().await, Err(VaultError::Tampered));
}

#[tokio::test]
async fn after_destroying_and_a_rotation_no_copy_opens_with_the_keys_that_remain() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let vault = open(&data);
    keep(&vault, file(1), b"%PDF-1.7 of the erased").await;
    keep(&vault, file(2), b"%PDF-1.7 of another").await;
    // As the manual says: keys are not part of the series of backups.
    copy(&data, &backup, &["vault.keys", "instance.secret"]);
    vault.destroy(file(1)).await.unwrap();
    vault.destroy(file(1)).await.unwrap();
    assert_eq!(vault.rotate().unwrap(), 1);
    assert_eq!(read(&vault, file(1), 0..9).await, Err(VaultError::Missing));
    assert_eq!(read(&vault, file(2), 0..u64::MAX).await.unwrap(), b"%PDF-1.7 of another");
    drop(vault);

    // The backup with the keys of today: the bytes are there, and nothing opens them.
    let bytes = backup.join(EVIDENCE).join(file(1).0.simple().to_string());
    assert!(bytes.is_file());
    std::fs::copy(data.join("vault.keys"), backup.join("vault.keys")).unwrap();
    let stolen = open(&backup);
    let found = stolen.read(file(1), Some(&HALF), 0..9).await.err();
    assert!(matches!(found, Some(VaultError::Unavailable(_))), "{found:?}");
    drop(stolen);
    // Old bytes under the index of today.
    std::fs::copy(&bytes, data.join(EVIDENCE).join(file(1).0.simple().to_string())).unwrap();
    let vault = open(&data);
    assert_eq!(read(&vault, file(1), 0..9).await, Err(VaultError::Missing));
    assert_eq!(read(&vault, file(2), 0..u64::MAX).await.unwrap(), b"%PDF-1.7 of another");
    // No file of the data folder holds the old wrapped half, not even the journal of the index.
    let connection = rusqlite::Connection::open(backup.join("vault.db")).unwrap();
    let wrapped: Vec<u8> = connection
        .query_row("SELECT wrapped FROM file WHERE id = ?1", [file(1).0.as_bytes()], |row| row.get(0))
        .unwrap();
    for (path, bytes) in all_files(&data) {
        assert!(!bytes.windows(16).any(|part| part == &wrapped[..16]), "{path:?}");
    }
}

#[tokio::test]
async fn a_sweep_removes_bytes_whose_key_a_crash_left_destroyed() {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    keep(&vault, file(1), b"%PDF-1.7").await;
    vault.index.destroy(file(1)).unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join(EVIDENCE)).unwrap().count(), 1);
    vault.sweep().await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join(EVIDENCE)).unwrap().count(), 0);
    assert!(vault.index.destroyed().unwrap().is_empty());
    // An upload that was given up goes as a whole.
    vault.begin(file(2), b"note", until()).await.unwrap();
    write(&vault, file(2), &[&content(300_000)]).await;
    vault.destroy(file(2)).await.unwrap();
    assert_eq!(vault.staged(file(2)).await.unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path().join(STAGING)).unwrap().count(), 0);
}

#[tokio::test]
async fn an_index_without_its_keys_is_refused_and_keys_are_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    keep(&open(folder.path()), file(1), b"%PDF-1.7").await;
    let keys = folder.path().join("vault.keys");
    let kept = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();
    let secret = InstanceSecret::from_bytes([1; 32]);
    let refused = EvidenceVault::open(folder.path(), None, &secret).unwrap_err().to_string();
    assert!(refused.contains("vault.keys"), "{refused}");
    assert!(!keys.exists());
    std::fs::write(&keys, kept).unwrap();
    assert!(EvidenceVault::open(folder.path(), None, &secret).is_ok());
    assert!(EvidenceVault::open(folder.path(), None, &InstanceSecret::from_bytes([2; 32])).is_err());
    assert!(EvidenceVault::open(folder.path(), Some("ftp://elsewhere/x"), &secret).is_err());
}
