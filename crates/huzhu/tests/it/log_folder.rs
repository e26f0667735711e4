//! Published logs for tests: made with the keys of nobody, served as files or by a small server.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use huzhu_log::entry::{Body, Entry, EntryKind};
use huzhu_log::proof::TlogProof;
use huzhu_log::receipt::{Content, Receipt, ShareProof};
use huzhu_log::tlog_policy::TlogPolicy;
use huzhu_log::tree::prove_inclusion;
use huzhu_log::{Checkpoint, Cosigner, Resource, SignedCheckpoint, Signer, Tile, TileWriter, salted_digest};

/// A log that is written into a folder.
pub(crate) struct Log {
    pub(crate) folder: PathBuf,
    pub(crate) origin: String,
    signer: Signer,
    witness: Cosigner,
    writer: TileWriter,
    tiles: BTreeMap<Tile, Vec<u8>>,
}

impl Log {
    pub(crate) fn begin(parent: &Path, name: &str) -> Self {
        let origin = format!("aid.example.org/log/{name}");
        let folder = parent.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let signer = Signer::new(&origin, &[1; 32]).unwrap();
        let witness = Cosigner::new("witness.example.org/w", &[2; 32]).unwrap();
        let log = Self { folder, origin, signer, witness, writer: TileWriter::new(), tiles: BTreeMap::new() };
        std::fs::write(log.folder.join("policy"), log.rules().text()).unwrap();
        log
    }

    /// One log, one witness, both needed.
    pub(crate) fn rules(&self) -> TlogPolicy {
        TlogPolicy::of(&[self.signer.vkey()], &[("w", self.witness.vkey())], 1).unwrap()
    }

    pub(crate) fn vkey(&self) -> String {
        self.signer.vkey().to_string()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Appends entries about files with these texts, and publishes.
    pub(crate) fn hand_in(&mut self, texts: impl IntoIterator<Item = String>) -> SignedCheckpoint {
        let entries = texts.into_iter().map(|text| Entry {
            at: 1_790_000_000_000,
            body: Body::Evidence(salted_digest(&[7; 32], text.as_bytes())),
        });
        let entries: Vec<Entry> = entries.collect();
        self.append(&entries)
    }

    pub(crate) fn append(&mut self, entries: &[Entry]) -> SignedCheckpoint {
        let mut files = Vec::new();
        for entry in entries {
            assert!(self.writer.append(&entry.encode().unwrap(), &mut files));
        }
        files.extend(self.writer.partials());
        for (resource, bytes) in files {
            let path = self.folder.join(resource.to_string());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &bytes).unwrap();
            if let Resource::Tile(tile) = resource {
                self.tiles.insert(tile, bytes);
            }
        }
        let head = Checkpoint::new(&self.origin, self.writer.size(), self.writer.root()).unwrap();
        let mut signed = head.sign(&self.signer);
        let cosignature = self.witness.cosign(&signed, 1_790_000_100);
        signed.add(cosignature);
        std::fs::write(self.folder.join("checkpoint"), signed.to_string()).unwrap();
        signed
    }

    /// A receipt for the file with this text at this index.
    pub(crate) fn receipt(&self, index: u64, text: &str) -> Receipt {
        let digest = salted_digest(&[7; 32], text.as_bytes());
        let content = Content::File { salt: [7; 32], digest };
        Receipt::new(EntryKind::Evidence, 1_790_000_000_000, content, None, self.proof(index)).unwrap()
    }

    /// A receipt for a public entry at this index.
    pub(crate) fn public_receipt(&self, index: u64, entry: &Entry) -> Receipt {
        let content = Content::Public(entry.payload().unwrap());
        Receipt::new(entry.body.kind(), entry.at, content, None, self.proof(index)).unwrap()
    }

    /// A receipt for a share in the settlement at this index.
    pub(crate) fn share_receipt(&self, index: u64, entry: &Entry, share: ShareProof) -> Receipt {
        Receipt::of_share(entry.at, entry.payload().unwrap(), share, self.proof(index)).unwrap()
    }

    fn proof(&self, index: u64) -> TlogProof {
        let checkpoint: SignedCheckpoint =
            std::fs::read_to_string(self.folder.join("checkpoint")).unwrap().parse().unwrap();
        let path = prove_inclusion(checkpoint.checkpoint().size(), index, &self.tiles).unwrap();
        TlogProof { extra: None, index, path, checkpoint }
    }
}

/// Texts of files, by number.
pub(crate) fn texts(numbers: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    numbers.map(|number| format!("file {number}"))
}

/// Changes one bit of a file.
pub(crate) fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// Serves a folder over HTTP until the test ends; answers its address.
pub(crate) fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let asked = lines.next().unwrap().unwrap();
            assert!(lines.map_while(Result::ok).any(|line| line.is_empty()));
            let path = asked.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
            let (status, bytes) = match std::fs::read(folder.join(path)) {
                Ok(bytes) => ("200 OK", bytes),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
            // The reader may have gone away.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes));
        }
    });
    address
}
