//! The evidence log: what proves that nobody, the operator included, changed, back-dated or dropped what was handed in.
//!
//! Shape: an RFC 6962 tree over SHA-256 ([`hash`], [`tree`]), published as static files ([`tile`]), its head signed as text
//! ([`note`], [`checkpoint`]) and cosigned by others ([`cosignature`], [`tlog_policy`]). [`entry`] says what the leaves are,
//! [`proof`] and [`receipt`] what a member keeps. The formats are those of C2SP; `docs/log.md` has them with test vectors.
//!
//! Guarantees: readers take exactly one spelling of everything and say what is wrong and where; nothing panics on any input.
//!
//! Limits: no I/O, no clock, no randomness: keys, times and files come from the caller. SHA-256 and Ed25519 only.

pub mod checkpoint;
pub mod cosignature;
pub mod entry;
pub mod format;
pub mod hash;
pub mod note;
pub mod proof;
pub mod receipt;
pub mod replay;
pub mod share;
pub mod tile;
pub mod tlog_policy;
pub mod tree;
pub mod witness;
pub mod writer;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use cosignature::Cosigner;
pub use entry::{Body, Entry, EntryKind, Equation, KeyChange, ShareTree};
pub use format::{FormatError, Place};
pub use hash::{Hash, SaltedHasher, empty_root, leaf_hash, node_hash, salted_digest};
pub use note::{KeyKind, NoteError, Signature, SignedNote, Signer, Vkey};
pub use proof::TlogProof;
pub use receipt::{Content, InnerPath, Receipt, ReceiptError, ShareProof, Shown};
pub use share::{PeriodTag, ShareError, ShareLeaf, ShareNode, SharePath};
pub use tile::{Bundle, Resource, Tile, decode_bundle, encode_bundle};
pub use tlog_policy::{Cosigned, TlogPolicy, TrustError, Verified};
pub use tree::{Frontier, InnerTree, ProofError, Tiles, TreeError};
pub use writer::TileWriter;
