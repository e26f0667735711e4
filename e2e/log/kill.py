"""Kills the writer of the log with SIGKILL under load, again and again, then puts together cases for the verifiers.

    python kill.py WRITER FOLDER [--rounds 20] [--seed N]

Makes FOLDER/data (the data folder of the writer), FOLDER/2026 and FOLDER/2027 (cases, see case.py) and FOLDER/fork-2027 (a case of
the same log from a copy of the data folder that went on by itself: same keys, another history). Checks by itself that each
acknowledged entry is where the answer said, in every round, and that two checkpoints of one size never differ.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def entry(number: int, part: int) -> bytes:
    """What the writer was asked to log, made without its code."""
    digest = sha256(sha256(f"salt {number}".encode()) + f"evidence {number}".encode())
    return bytes([1, 1]) + (number + part).to_bytes(8, "big") + digest


def bundle(log: Path, index: int) -> list[bytes]:
    parts, rest = [f"{index % 1000:03d}"], index // 1000
    while rest:
        parts.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    path = log / "tile" / "entries" / Path(*parts)
    if not path.exists():
        partial = path.with_name(path.name + ".p")
        path = max(partial.iterdir(), key=lambda p: int(p.name))
    data, entries = path.read_bytes(), []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        entries.append(data[2:end])
        data = data[end:]
    return entries


class Log:
    """What the clients of one year's log have been told."""

    def __init__(self, data: Path, year: int):
        self.data, self.year = data, year
        self.answers: list[tuple[int, int, int]] = []
        self.heads: dict[int, str] = {}
        self.notes: dict[int, str] = {}

    def tell(self, number: int, count: int, index: int, note: str) -> None:
        self.answers.append((number, count, index))
        size, root = note.split("\n")[1:3]
        if self.heads.setdefault(int(size), root) != root:
            sys.exit(f"two checkpoints of size {size} differ")
        if int(size) < index + count:
            sys.exit(f"the checkpoint of size {size} does not cover entry {index}")
        self.notes.setdefault(int(size), note)

    def check(self) -> int:
        """Every acknowledged entry is where the answer said."""
        read: dict[int, list[bytes]] = {}
        folder = self.data / "log" / f"{self.year}"
        checked = 0
        for number, count, index in self.answers:
            for part in range(count):
                at = index + part
                if at // 256 not in read:
                    read[at // 256] = bundle(folder, at // 256)
                if read[at // 256][at % 256] != entry(number, part):
                    sys.exit(f"{self.year}: entry {at} is not the one that was acknowledged (number {number})")
                checked += 1
        return checked

    def case(self, folder: Path, writer: Path, chance: random.Random, receipts: int = 40, seen: int = 40) -> None:
        published = self.data / "log" / f"{self.year}"
        (folder / "seen").mkdir(parents=True)
        (folder / "receipts").mkdir()
        shutil.copytree(published, folder / "log")
        shutil.copy(published / "policy", folder / "policy")
        # A few of all rounds, the first and the last among them.
        sizes = sorted(self.notes)
        for size in sorted({*sizes[:1], *chance.sample(sizes, min(seen, len(sizes))), *sizes[-1:]}):
            (folder / "seen" / f"{size:08d}.note").write_text(self.notes[size])
        sample = chance.sample(self.answers, min(receipts, len(self.answers)))
        lines = "".join(f"{number} {index}\n" for number, _, index in sample)
        subprocess.run(
            [writer, "receipts", self.data, str(self.year), folder], input=lines, text=True, check=True
        )
        subprocess.run([sys.executable, Path(__file__).parent / "receipt.py", folder / "receipts"], check=True)


def run_and_kill(writer: Path, log: Log, first: int, answers: int) -> int:
    """Starts the writer, kills it after so many answers; returns the next free number."""
    child = subprocess.Popen(
        [writer, "write", log.data, str(log.year), str(first)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    told, largest = 0, first
    for line in child.stdout:
        if not line.endswith("\n"):
            break
        _, number, count, index, note = line.split(" ", 4)
        log.tell(int(number), int(count), int(index), json.loads(note))
        told, largest = told + 1, max(largest, int(number))
        if told == answers:
            child.kill()
    child.wait()
    if told < answers:
        sys.exit(f"the writer ended by itself after {told} answers: {child.stderr.read()}")
    # Numbers beyond the largest answered one may have been submitted: they are never used again.
    return largest + 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("writer", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=2018)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    data = asked.folder / "data"
    logs = {year: Log(data, year) for year in (2026, 2027)}
    turn, copied = asked.rounds * 7 // 10, asked.rounds * 9 // 10
    first, fork = 1, None
    began = time.monotonic()
    for number in range(asked.rounds):
        log = logs[2026 if number < turn else 2027]
        first = run_and_kill(asked.writer, log, first, chance.randrange(5, 400))
        if number == copied:
            # What somebody does who restores an old disk: the same keys, the same past.
            shutil.copytree(data, asked.folder / "fork-data")
            fork = first
    entries = sum(log.check() for log in logs.values())
    heads = sum(len(log.heads) for log in logs.values())
    print(
        f"{asked.rounds} rounds of kill -9 in {time.monotonic() - began:.1f} s: {entries} acknowledged entries are all there, "
        f"{heads} checkpoints, no two of one size differ"
    )
    for year, log in logs.items():
        log.case(asked.folder / f"{year}", asked.writer, chance)
    other = Log(asked.folder / "fork-data", 2027)
    # It must become longer than the log, so that it is a fork and no rollback.
    published = (data / "log" / "2027" / "checkpoint").read_text()
    size, number = int(published.split("\n")[1]), fork + 1_000_000
    while max(other.heads, default=0) <= size:
        number = run_and_kill(asked.writer, other, number, 100)
    other.case(asked.folder / "fork-2027", asked.writer, chance)


if __name__ == "__main__":
    main()
