"""Drives a witness (c2sp.org/tlog-witness) with the checkpoints of a case, over HTTP with the standard library only.

    python witness.py CASE ADDRESS WITNESS_VKEY [--fork CASE] [--grown]

Shows that it cosigns the oldest checkpoint, then each next one with its consistency proof; that it answers 409 with its size to a
rollback and to a wrong old size, 422 to a false proof and to another tree of the same log (`--fork`), 403 to a signature that does not verify, 404 to an unknown log,
400 to nonsense; and that after all of it the cosigned checkpoint it serves is the newest one. Proofs are made and cosignatures are checked by aics-tlog. `--grown` leaves the growth out: the witness has cosigned the newest
checkpoint already, and must remember it.
"""

import argparse
import hashlib
import sys
import urllib.error
import urllib.request
from pathlib import Path

import aics_tlog as tlog
from aics_tlog.checkpoint import checkpoint_from_note

import mutate
from case import Case


class Witness:
    def __init__(self, address: str, vkey: str):
        self.address, self.key = address.rstrip("/"), tlog.parse_vkey(vkey)
        self.asked = 0

    def get(self, path: str) -> tuple[int, str]:
        return self.send(urllib.request.Request(f"{self.address}/{path}"))[:2]

    def send(self, request) -> tuple[int, str, str]:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), answer.headers.get("content-type", "")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace"), error.headers.get("content-type", "")

    def add(self, old: int, proof: list[bytes], note: str) -> tuple[int, str, str]:
        self.asked += 1
        lines = [f"old {old}", *(tlog.note.b64_encode(h) for h in proof)]
        body = "\n".join(lines) + "\n\n" + note
        return self.send(urllib.request.Request(f"{self.address}/add-checkpoint", data=body.encode(), method="POST"))

    def cosigned(self, note: str, lines: str) -> bool:
        """Whether the answer holds this witness's cosignature of the note."""
        tree = checkpoint_from_note(note)[0]
        parsed = tlog.parse_note(tree.text() + "\n" + lines)
        return any(
            line.name == self.key.name
            and line.key_id == self.key.key_id
            and tlog.verify_cosignature(
                line.signature, self.key.name, self.key.public_key, tree.origin, tree.size, tree.root, tree.extension_lines
            )
            for line in parsed.signatures
        )


def expect(what: str, got: int, wanted: int, said: str) -> None:
    print(f"  {what}: {got}")
    if got != wanted:
        sys.exit(f"witness: {what}: expected {wanted}, got {got}: {said[:300]}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("case", type=Path)
    parser.add_argument("address")
    parser.add_argument("vkey")
    parser.add_argument("--fork", type=Path)
    parser.add_argument("--grown", action="store_true")
    asked = parser.parse_args()
    case, witness = Case(asked.case), Witness(asked.address, asked.vkey)
    reader = tlog.FileSystemTileReader(case.log)
    notes = [note for _, note in case.seen()] + [case.checkpoint()]
    trees = {}
    for note in notes:
        tree = checkpoint_from_note(note)[0]
        if tree.size > 0:
            trees.setdefault(tree.size, (tree, note))
    sizes = sorted(trees)
    if len(sizes) < 3:
        sys.exit("witness: the case needs three checkpoints of different sizes")
    # A few are enough: first, some between, last.
    sizes = sorted({*sizes[:2], *sizes[2:-1:3], sizes[-1]})
    first = trees[sizes[0]]
    monitor = hashlib.sha256(first[0].origin.encode()).hexdigest() + "/checkpoint"
    known = sizes[-1] if asked.grown else 0
    if not asked.grown:
        expect("a checkpoint before any was cosigned", witness.get(monitor)[0], 404, "")
    for size in [] if asked.grown else sizes:
        tree, note = trees[size]
        proof = tlog.consistency_proof_from_tiles(reader, known, size) if known else []
        if proof:
            wrong = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
            code, said, _ = witness.add(known, wrong, note)
            expect(f"{known} to {size} with a false proof", code, 422, said)
        code, said, _ = witness.add(known, proof, note)
        expect(f"{known} to {size}", code, 200, said)
        if not witness.cosigned(note, said):
            sys.exit("witness: what it answered is not its cosignature")
        known = size
    tree, note = trees[known]
    for old in sizes[:-1]:
        code, said, kind = witness.add(old, [], trees[old][1])
        expect(f"rolled back to {old}", code, 409, said)
        if said != f"{known}\n" or not kind.startswith("text/x.tlog.size"):
            sys.exit(f"witness: a conflict must say the size: {said!r} {kind!r}")
    refusals(witness, known, tree, note)
    if asked.fork:
        forked(witness, known, Case(asked.fork))
    code, served = witness.get(monitor)
    expect("the cosigned checkpoint", code, 200, served)
    if checkpoint_from_note(served)[0] != tree or not witness.cosigned(note, served.split("\n\n", 1)[1]):
        sys.exit("witness: it does not serve the newest checkpoint with its cosignature")
    print(f"witness: {witness.asked} requests to add a checkpoint, at size {known}")


def refusals(witness: Witness, known: int, tree, note: str) -> None:
    """What has nothing to do with the history of the log."""
    code, said, _ = witness.add(known + 1, [], note)
    expect("an old size beyond the checkpoint", code, 400, said)
    code, said, _ = witness.add(known, [b"\0" * 32] * 64, note)
    expect("64 lines of proof", code, 400, said)
    code, said, _ = witness.add(known, [], note.replace(tree.origin + "\n", "unknown.example/log\n", 1))
    expect("an unknown log", code, 404, said)
    lines = note.split("\n")
    log = next(i for i, line in enumerate(lines) if line.startswith(f"\u2014 {tree.origin} "))
    dash, name, signature = lines[log].split(" ")
    unsigned = "\n".join(lines[:log] + lines[log + 1 :])
    if "\u2014 " in unsigned:
        code, said, _ = witness.add(known, [], unsigned)
        expect("without the signature of the log", code, 403, said)
    import random

    lines[log] = f"{dash} {name} {mutate.flip_base64(signature, random.Random(7), 4)}"
    code, said, _ = witness.add(known, [], "\n".join(lines))
    expect("a false signature", code, 403, said)
    code, said, _ = witness.send(
        urllib.request.Request(f"{witness.address}/add-checkpoint", data=b"old x\n\nnothing\n", method="POST")
    )
    expect("nonsense", code, 400, said)


def forked(witness: Witness, known: int, fork: Case) -> None:
    note = fork.checkpoint()
    tree = checkpoint_from_note(note)[0]
    if tree.size <= known:
        sys.exit("witness: the fork must be longer than the log")
    proof = tlog.consistency_proof_from_tiles(tlog.FileSystemTileReader(fork.log), known, tree.size)
    code, said, _ = witness.add(known, proof, note)
    expect("another history, well signed", code, 422, said)


main()
