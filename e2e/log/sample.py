"""An independent writer of a small log, straight from the texts of c2sp.org: naive RFC 6962 recursion, no code shared with ours.

    python sample.py CASE [ENTRIES] [ORIGIN]

It makes a case (see case.py) with a few hundred entries, so that the verifiers can be tried without our writer, and so that our own
verifier meets a log that we did not write. Two logs made with different ORIGIN letters differ; `--fork N` gives the same log and keys,
but other entries from index N on.
"""

import argparse
import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "sample.example/log/2026"
WITNESS = "witness.example/w1"
CHECKPOINTS = [1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def tree(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, over leaf hashes."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha256(b"\x01" + tree(hashes[:split]) + tree(hashes[split:]))


def path(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1."""
    if len(hashes) == 1:
        return []
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    if index < split:
        return path(index, hashes[:split]) + [tree(hashes[split:])]
    return path(index - split, hashes[split:]) + [tree(hashes[:split])]


class Key:
    """A key pair with its name and signature type (1: note, 4: cosignature)."""

    def __init__(self, name: str, kind: int):
        self.name, self.kind = name, kind
        self.private = Ed25519PrivateKey.from_private_bytes(sha256(f"a test key, not a secret: {name}".encode()))
        public = bytes([kind]) + self.private.public_key().public_bytes_raw()
        self.id = sha256(name.encode() + b"\n" + public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(public)}"

    def line(self, text: str, time: int) -> str:
        if self.kind == 1:
            signature = self.private.sign(text.encode())
        else:
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            signature = time.to_bytes(8, "big") + self.private.sign(message)
        return f"\u2014 {self.name} {b64(self.id + signature)}\n"


def item(index: int, fork: int | None) -> tuple[bytes, str]:
    """An evidence entry and the text of its receipt's extra line."""
    forked = fork is not None and index >= fork
    salt = sha256(f"salt {index}{' of the fork' if forked else ''}".encode())
    at = 1_790_000_000_000 + 1000 * index
    digest = sha256(salt + f"file {index}".encode())
    entry = bytes([1, 1]) + at.to_bytes(8, "big") + digest
    return entry, f"huzhu.org/receipt@v1\nkind evidence\nat {at}\nsalt {salt.hex()}\ndigest {digest.hex()}\n"


def publish(folder: Path, entries: list[bytes], hashes: list[bytes]) -> None:
    """tlog-tiles: every full tile, and the partial ones of the last size only."""

    def write(kind: str, index: int, width: int, data: bytes) -> None:
        parts = [f"{index % 1000:03d}"]
        while index >= 1000:
            index //= 1000
            parts.insert(0, f"x{index % 1000:03d}")
        name = "/".join([kind, *parts]) + ("" if width == 256 else f".p/{width}")
        target = folder / "tile" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    for first in range(0, len(entries), 256):
        some = entries[first : first + 256]
        write("entries", first // 256, len(some), b"".join(len(e).to_bytes(2, "big") + e for e in some))
    level, row = 0, hashes
    while row:
        for first in range(0, len(row), 256):
            write(str(level), first // 256, len(row[first : first + 256]), b"".join(row[first : first + 256]))
        row = [tree(row[first : first + 256]) for first in range(0, len(row) - 255, 256)]
        level += 1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("case", type=Path)
    parser.add_argument("entries", type=int, nargs="?", default=700)
    parser.add_argument("--fork", type=int)
    asked = parser.parse_args()
    log, witness = Key(NAME, 1), Key(WITNESS, 4)
    items = [item(index, asked.fork) for index in range(asked.entries)]
    entries = [entry for entry, _ in items]
    hashes = [sha256(b"\x00" + entry) for entry in entries]

    def note(size: int) -> str:
        text = f"{NAME}\n{size}\n{b64(tree(hashes[:size]))}\n"
        time = 1_790_000_100 + size
        return text + "\n" + log.line(text, time) + witness.line(text, time)

    publish(asked.case / "log", entries, hashes)
    (asked.case / "log" / "checkpoint").write_text(note(asked.entries))
    for policy in (asked.case / "policy", asked.case / "log" / "policy"):
        policy.write_text(f"log {log.vkey}\nwitness w1 {witness.vkey}\nquorum w1\n")
    for folder in ("seen", "receipts"):
        (asked.case / folder).mkdir(exist_ok=True)
    for size in [size for size in CHECKPOINTS if size < asked.entries]:
        (asked.case / "seen" / f"{size:08d}.note").write_text(note(size))
    for index in sorted({0, 1, 5, asked.entries // 3, 255, 256, asked.entries - 1}):
        if index >= asked.entries:
            continue
        entry, extra = items[index]
        # A receipt speaks of some tree that holds its entry, not always of the last one.
        size = asked.entries if index % 2 else min(asked.entries, index + 3)
        lines = ["c2sp.org/tlog-proof@v1", f"extra {b64(extra.encode())}", f"index {index}"]
        lines += [b64(h) for h in path(index, hashes[:size])]
        name = asked.case / "receipts" / f"{index:08d}"
        name.with_suffix(".tlog-proof").write_text("\n".join(lines) + "\n\n" + note(size))
        name.with_suffix(".entry").write_bytes(entry)
        name.with_suffix(".file").write_text(f"file {index}")


if __name__ == "__main__":
    main()
