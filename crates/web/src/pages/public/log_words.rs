//! Plain words for what is on the log.

use huzhu_log::EntryKind;

/// Key of the words for a kind of entry.
pub(in super::super) const fn kind_key(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Evidence => "log-kind-evidence",
        EntryKind::Decision => "log-kind-decision",
        EntryKind::PlanVersion => "log-kind-plan-version",
        EntryKind::Roster => "log-kind-roster",
        EntryKind::Notice => "log-kind-notice",
        EntryKind::Objection => "log-kind-objection",
        EntryKind::Draw => "log-kind-draw",
        EntryKind::Verdict => "log-kind-verdict",
        EntryKind::Settlement => "log-kind-settlement",
        EntryKind::Payout => "log-kind-payout",
        EntryKind::Key => "log-kind-key",
        EntryKind::Consents => "log-kind-consents",
        EntryKind::Tombstone => "log-kind-tombstone",
        EntryKind::Previous => "log-kind-previous",
    }
}
