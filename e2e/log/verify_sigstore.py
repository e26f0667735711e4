"""Verifier over PyPI sigstore: its checkpoint and Merkle modules. Looks at the signature of the log and at the receipts; it knows
neither tiles nor consistency nor cosignatures."""

import base64
from types import SimpleNamespace

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint, verify_checkpoint
from sigstore._internal.trust import RekorKeyring, Keyring
from sigstore._utils import KeyID
from sigstore_models.common import v1 as common

from case import Case, Refused, main


def keyring(vkey: str) -> tuple[RekorKeyring, KeyID]:
    _, key_id, material = vkey.split("+", 2)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(material)[1:])
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    # As bytes only: the model takes base64 text where it parses JSON.
    key = SimpleNamespace(raw_bytes=der, key_details=common.PublicKeyDetails.PKIX_ED25519)
    return RekorKeyring(Keyring([key])), KeyID(bytes.fromhex(key_id))


def check(case: Case) -> str:
    policy = case.policy()
    keys, key_id = keyring(policy.logs[0])
    for note in [case.checkpoint(), *(note for _, note in case.seen())]:
        SignedCheckpoint.from_text(note).signed_note.verify(keys, key_id)
    receipts = case.receipts()
    for receipt in receipts:
        tree = SignedCheckpoint.from_text(receipt.note).checkpoint
        if receipt.index >= tree.log_size:
            raise Refused(f"{receipt.name}: index outside the tree")
        proof = SimpleNamespace(
            log_index=receipt.index,
            tree_size=tree.log_size,
            root_hash=bytes.fromhex(tree.log_hash),
            hashes=receipt.hashes,
            checkpoint=SimpleNamespace(envelope=receipt.note),
        )
        inner = SimpleNamespace(
            inclusion_proof=proof, canonicalized_body=receipt.entry, log_id=SimpleNamespace(key_id=key_id)
        )
        entry = SimpleNamespace(_inner=inner)
        verify_checkpoint(keys, entry)
        verify_merkle_inclusion(entry)
    return f"{len(case.seen()) + 1} checkpoints, {len(receipts)} receipts"


main(check)
