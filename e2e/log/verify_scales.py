"""Verifier over PyPI tlog-scales: signatures, every tile and entry, root from the tile files, consistency, inclusion."""

from tlog_scales import signing, tiles
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.tlog import Checkpoint

from case import Case, Refused, main


class Leaves(TilesReader):
    """Takes level 0 only, so that the upper tiles can be compared with what the leaves say."""

    @staticmethod
    def mth_in_tile(start: int, end: int):
        return (0, *divmod(start, 256)) if end == start + 1 else None


def signed(text: str, policy) -> Checkpoint:
    note = Checkpoint.from_text(text)
    if note.serialize() != text:
        raise Refused("the note is not in canonical form")
    logs = [signing.Vkey.from_string(vkey) for vkey in policy.logs]
    keys = [key for key in logs if key.name == note.origin]
    if not keys:
        raise Refused(f"unknown log {note.origin}")
    note.verify(keys[0])
    cosigned = set()
    for name, text in policy.witnesses.items():
        key = signing.Vkey.from_string(text)
        lines = [line for line in note.signatures if key.match(line)]
        for line in lines:
            key.get_verifier().verify_note(line, note)
            cosigned.add(name)
    if not policy.satisfied(cosigned):
        raise Refused(f"quorum {policy.quorum} not met by {sorted(cosigned)}")
    return note


def check_tiles(case: Case, size: int) -> TilesReader:
    reader, leaves = TilesReader(LocalBackend(case.log)), Leaves(LocalBackend(case.log))
    reader.set_size(size)
    leaves.set_size(size)
    for index in range(size):
        if tiles.leaf_hash(reader.get_entry(index)) != leaves.mth(index, index + 1):
            raise Refused(f"entry {index} is not the one of its tile")
    level = 1
    while count := tiles.level_entries(size, level):
        for index in range(count):
            below = Leaves if level == 1 else TilesReader
            span = 256**level
            parts = [reader._get_from_tile(level - 1, index, i) for i in range(256)]
            if below is Leaves:
                expected = leaves.mth(index * span, (index + 1) * span)
            else:
                while len(parts) > 1:
                    parts = [tiles.sha256(b"\x01" + a + b) for a, b in zip(parts[::2], parts[1::2])]
                expected = parts[0]
            if reader._get_from_tile(level, *divmod(index, 256)) != expected:
                raise Refused(f"tile of level {level}: hash {index} is not the one of the tile below")
        level += 1
    return reader


def check(case: Case) -> str:
    policy = case.policy()
    now = signed(case.checkpoint(), policy)
    reader = check_tiles(case, now.size)
    if reader.calculate_root_hash() != now.root_hash:
        raise Refused("the root of the tiles is not the root of the checkpoint")
    for name, note in case.seen():
        old = signed(note, policy)
        if old.size > now.size:
            raise Refused(f"rolled back: {name} was of size {old.size}, now {now.size}")
        reader.get_consistency_proof(old.size, now.size).check(old.root_hash, now.root_hash)
    receipts = case.receipts()
    for receipt in receipts:
        from tlog_scales.tlog import InclusionProof

        tree = signed(receipt.note, policy)
        proof = InclusionProof(receipt.index, tree.size, receipt.hashes)
        proof.check(tiles.leaf_hash(receipt.entry), tree.root_hash)
    return f"size {now.size}: every tile and entry, {len(case.seen())} earlier checkpoints, {len(receipts)} receipts"


main(check)
