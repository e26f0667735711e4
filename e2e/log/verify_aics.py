"""Verifier over PyPI aics-tlog: signatures and quorum, every tile and entry, consistency, inclusion."""

import aics_tlog as tlog
from aics_tlog.checkpoint import checkpoint_from_note

from case import Case, Refused, main


def signed(note: str, policy) -> tlog.Checkpoint:
    """The checkpoint of a note that a log of the policy signed and enough witnesses cosigned."""
    witnesses = {name: tlog.parse_vkey(vkey) for name, vkey in policy.witnesses.items()}
    for vkey in policy.logs:
        key = tlog.parse_vkey(vkey)
        answer = tlog.verify_checkpoint(tlog.parse_note(note), key, list(witnesses.values()), expected_origin=key.name)
        if answer.ok:
            cosigned = {name for name, witness in witnesses.items() if witness.name in answer.witnesses}
            if not policy.satisfied(cosigned):
                raise Refused(f"quorum {policy.quorum} not met by {sorted(cosigned)}")
            return checkpoint_from_note(note)[0]
    raise Refused(f"no log of the policy signed this: {answer.error}")


def check(case: Case) -> str:
    policy = case.policy()
    now = signed(case.checkpoint(), policy)
    reader = tlog.FileSystemTileReader(case.log)
    report = tlog.audit_tiles(reader, now.size, now.root)
    if tlog.tree_root_from_tiles(reader, now.size) != now.root:
        raise Refused("the root of the tiles is not the root of the checkpoint")
    for name, note in case.seen():
        old = signed(note, policy)
        if old.size > now.size:
            raise Refused(f"rolled back: {name} was of size {old.size}, now {now.size}")
        proof = tlog.consistency_proof_from_tiles(reader, old.size, now.size)
        if not tlog.verify_consistency(old.size, now.size, old.root, now.root, proof):
            raise Refused(f"{name} is not a prefix of the log")
    receipts = case.receipts()
    for receipt in receipts:
        tree = signed(receipt.note, policy)
        leaf = tlog.leaf_hash(receipt.entry)
        if not tlog.verify_inclusion(leaf, receipt.index, tree.size, receipt.hashes, tree.root):
            raise Refused(f"{receipt.name}: not in the tree")
    return f"size {now.size}: {report.tiles} tiles, {report.bundles} bundles, {len(case.seen())} earlier checkpoints, {len(receipts)} receipts"


main(check)
