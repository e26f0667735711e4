//! What members are told: one way to tell one or very many, the inbox, preferences, digests.
//!
//! Shape: use cases call `App::tell` for one member and `App::tell_all` for many (see `tell.rs`); both add to the unit that
//! keeps the event, so that nothing is told that did not happen and nothing happens untold. A message stands in the inbox at
//! once; the preferences of its reader say when it is mailed: at once by the outbox, in a digest, or not at all.
//!
//! Guarantees: every message is stored once, by its id; ids of announcements' messages and of digests are derived, so that a
//! worker that is late, dies or runs twice sends nothing twice and nothing never.

mod announce;
mod digest;
mod entry;
mod preferences;
mod read;
mod tell;
mod topic;

pub use announce::Announced;
pub use digest::{DIGEST_ITEMS_MAX, DigestItem, Digested};
pub use entry::{Announcement, Audience, InboxEntry, Shelved};
pub use preferences::{ChoosePreferences, PreferencesView};
pub use read::{InboxPage, MarkRead};
pub use tell::Telling;
pub use topic::{TEMPLATES, topic_of};

use huzhu_domain::digest::Digest;
use sha2::{Digest as _, Sha256};

/// An id that follows from what it is for: the same parts give the same id (RFC 9562, version 8).
pub(crate) fn derived_id(purpose: &str, parts: &[&str]) -> uuid::Uuid {
    let mut hash = Sha256::new();
    for part in std::iter::once(&purpose).chain(parts) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let whole = Digest::from_bytes(hash.finalize().into());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(whole.bytes()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_differ_with_each_part_and_with_where_parts_end() {
        let ids = [
            derived_id("digest", &["a", "b"]),
            derived_id("digest", &["ab"]),
            derived_id("digest", &["a", "c"]),
            derived_id("announcement", &["a", "b"]),
        ];
        let different: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        assert_eq!(derived_id("digest", &["a", "b"]), ids[0]);
        assert_eq!(ids[0].get_version_num(), 8);
    }
}
