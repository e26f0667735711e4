"""What must not get past a verifier: copies of a good case with one thing wrong in each.

Files are linked, not copied, and an altered file is written anew, so that a case of any size is quickly doubled.
"""

import base64
import os
import random
import shutil
from pathlib import Path


def twin(case: Path, into: Path) -> Path:
    """A copy of the case that shares all files with it."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(case, into, copy_function=os.link)
    return into


def rewrite(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def flip(data: bytes, chance: random.Random, first: int = 0) -> bytes:
    """One bit changed, at or after the byte `first`."""
    place = chance.randrange(first, len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def flip_base64(text: str, chance: random.Random, first: int = 0) -> str:
    return base64.b64encode(flip(base64.b64decode(text), chance, first)).decode()


def one(folder: Path, pattern: str, chance: random.Random) -> Path:
    return chance.choice(sorted(path for path in folder.glob(pattern) if path.is_file()))


def needed(case: Path, kind: str) -> list[Path]:
    """Files below tile/<kind> that the served checkpoint needs: a log may still have partial files of older checkpoints."""
    size = int((case / "log" / "checkpoint").read_bytes().split(b"\n")[1])
    full, partial = divmod(size if kind == "entries" else size >> 8 * int(kind), 256)
    found = []
    for index in range(full + (partial > 0)):
        parts, rest = [f"{index % 1000:03d}"], index // 1000
        while rest:
            parts.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        name = "/".join(parts) + (f".p/{partial}" if index == full else "")
        path = case / "log" / "tile" / kind / name
        found += [path] if path.exists() else []
    return found


def notes(case: Path) -> list[Path]:
    """Everything that carries a checkpoint and its signatures."""
    return [case / "log" / "checkpoint", *sorted((case / "receipts").glob("*.tlog-proof"))]


def each_signature(path: Path, name: str, change) -> None:
    """Applies `change` to the signature lines of the key `name`; None drops the line."""
    lines = []
    for line in path.read_bytes().decode().split("\n"):
        if line.startswith(f"\u2014 {name} "):
            line = change(line)
        if line is not None:
            lines.append(line)
    rewrite(path, "\n".join(lines).encode())


def key_names(case: Path) -> tuple[str, list[str]]:
    """The name of the log's key, and those of the witnesses in the policy."""
    words = [line.split() for line in (case / "policy").read_text().splitlines() if line.split()]
    name = next(w[1] for w in words if w[0] == "log").split("+")[0]
    return name, [w[2].split("+")[0] for w in words if w[0] == "witness"]


def tile_bit(case, chance, level="0"):
    path = chance.choice(needed(case, level))
    rewrite(path, flip(path.read_bytes(), chance))


def upper_tile_bit(case, chance):
    tile_bit(case, chance, "1")


def entry_bit(case, chance):
    path = chance.choice(needed(case, "entries"))
    rewrite(path, flip(path.read_bytes(), chance))


def entries_swapped(case, chance):
    paths = needed(case, "entries")
    chance.shuffle(paths)
    for path in paths:
        data, entries = path.read_bytes(), []
        while data:
            end = 2 + int.from_bytes(data[:2], "big")
            entries.append(data[:end])
            data = data[end:]
        places = [i for i in range(len(entries) - 1) if entries[i] != entries[i + 1]]
        if places:
            at = chance.choice(places)
            entries[at], entries[at + 1] = entries[at + 1], entries[at]
            return rewrite(path, b"".join(entries))
    raise ValueError("no two entries differ")


def tile_missing(case, chance):
    chance.choice([path for kind in ("0", "1", "entries") for path in needed(case, kind)]).unlink()


def proof_bit(case, chance):
    paths = [path for path in sorted((case / "receipts").glob("*.tlog-proof"))]
    chance.shuffle(paths)
    for path in paths:
        lines = path.read_bytes().decode().split("\n")
        first = next(i for i, line in enumerate(lines) if line.startswith("index ")) + 1
        last = lines.index("")
        if first < last:
            at = chance.randrange(first, last)
            lines[at] = flip_base64(lines[at], chance)
            return rewrite(path, "\n".join(lines).encode())
    raise ValueError("no receipt has a path")


def proof_short(case, chance):
    for path in sorted((case / "receipts").glob("*.tlog-proof")):
        lines = path.read_bytes().decode().split("\n")
        last = lines.index("")
        if not lines[last - 1].startswith("index "):
            del lines[last - 1]
            return rewrite(path, "\n".join(lines).encode())
    raise ValueError("no receipt has a path")


def proof_index(case, chance):
    path = one(case / "receipts", "*.tlog-proof", chance)
    lines = path.read_bytes().decode().split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("index "))
    lines[at] = f"index {int(lines[at].split()[1]) ^ 1}"
    rewrite(path, "\n".join(lines).encode())


def receipt_entry_bit(case, chance):
    path = one(case / "receipts", "*.entry", chance)
    rewrite(path, flip(path.read_bytes(), chance))


def signature_bit(case, chance, key=None):
    name = key or key_names(case)[0]
    for path in notes(case):
        # After the key id, which says only whose signature it is.
        each_signature(path, name, lambda line: f"\u2014 {name} " + flip_base64(line.split(" ")[2], chance, 4))


def signature_dropped(case, chance):
    name, witnesses = key_names(case)
    for path in notes(case):
        text = path.read_bytes().decode()
        if any(f"\u2014 {witness} " in text for witness in witnesses):
            each_signature(path, name, lambda line: None)


def cosignature_bit(case, chance):
    for witness in key_names(case)[1]:
        signature_bit(case, chance, witness)


def cosignature_dropped(case, chance):
    for witness in key_names(case)[1]:
        for path in notes(case):
            each_signature(path, witness, lambda line: None)


def root_bit(case, chance):
    for path in notes(case):
        lines = path.read_bytes().decode().split("\n")
        body = lines.index("") + 1 if path.suffix == ".tlog-proof" else 0
        lines[body + 2] = flip_base64(lines[body + 2], chance)
        rewrite(path, "\n".join(lines).encode())


def size_changed(case, chance):
    for path in notes(case):
        lines = path.read_bytes().decode().split("\n")
        body = lines.index("") + 1 if path.suffix == ".tlog-proof" else 0
        lines[body + 1] = str(int(lines[body + 1]) + 1)
        rewrite(path, "\n".join(lines).encode())


def rolled_back(case, chance):
    """An older checkpoint, well signed, is served again; the newer one was seen."""
    now = case / "log" / "checkpoint"
    size = int(now.read_bytes().split(b"\n")[1])
    seen = [path.read_bytes() for path in sorted((case / "seen").glob("*.note"))]
    older = [note for note in seen if int(note.split(b"\n")[1]) < size][-1]
    (case / "seen" / "99999999.note").write_bytes(now.read_bytes())
    rewrite(now, older)


# What is wrong, and whether one must look at tiles ("tiles"), at a receipt ("receipt"), at signatures of the log ("signature"), of
# witnesses ("quorum") or at what was seen before ("history") to notice.
MUTATIONS = [
    ("a bit of a leaf tile", tile_bit, "tiles"),
    ("a bit of an upper tile", upper_tile_bit, "tiles"),
    ("a bit of an entry", entry_bit, "tiles"),
    ("two entries swapped", entries_swapped, "tiles"),
    ("a tile or bundle gone", tile_missing, "tiles"),
    ("a bit of a proof", proof_bit, "receipt"),
    ("a proof cut short", proof_short, "receipt"),
    ("another index in a proof", proof_index, "receipt"),
    ("a bit of what the receipt is for", receipt_entry_bit, "receipt"),
    ("a bit of the log's signature", signature_bit, "signature"),
    ("the log's signature dropped", signature_dropped, "signature"),
    ("a bit of the root", root_bit, "signature"),
    ("another size", size_changed, "signature"),
    ("a bit of a cosignature", cosignature_bit, "quorum"),
    ("cosignatures dropped", cosignature_dropped, "quorum"),
    ("a checkpoint rolled back", rolled_back, "history"),
]
