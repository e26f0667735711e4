"""A case: what a verifier is handed.

    <case>/log/        the published folder: checkpoint, tile/...
    <case>/policy      c2sp.org/tlog-policy
    <case>/seen/       checkpoints that a client kept from earlier visits (*.note)
    <case>/receipts/   *.tlog-proof, and beside each *.entry: the bytes that the receipt speaks of

Only text is taken apart here. Every hash and every signature is checked by the tools of others (see verify_*.py, go/, verify_node.cjs).
"""

import base64
import sys
from dataclasses import dataclass
from pathlib import Path


class Refused(Exception):
    """What was handed in does not verify."""


@dataclass
class Policy:
    logs: list[str]
    witnesses: dict[str, str]
    groups: dict[str, tuple[int, list[str]]]
    quorum: str

    def satisfied(self, cosigned: set[str], name: str | None = None) -> bool:
        """Whether the witnesses (names of the policy) that cosigned are enough."""
        name = self.quorum if name is None else name
        if name == "none":
            return True
        if name in self.witnesses:
            return name in cosigned
        threshold, members = self.groups[name]
        return sum(self.satisfied(cosigned, member) for member in members) >= threshold


@dataclass
class Receipt:
    name: str
    index: int
    hashes: list[bytes]
    note: str
    entry: bytes


def policy(text: str) -> Policy:
    logs, witnesses, groups, quorum = [], {}, {}, None
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log":
            logs.append(words[1])
        elif words[0] == "witness":
            witnesses[words[1]] = words[2]
        elif words[0] == "group":
            members = words[3:]
            threshold = {"all": len(members), "any": 1}.get(words[2]) or int(words[2])
            groups[words[1]] = (threshold, members)
        elif words[0] == "quorum":
            quorum = words[1]
        else:
            raise Refused(f"policy: unknown line {line!r}")
    if quorum is None or not logs:
        raise Refused("policy: no log or no quorum")
    return Policy(logs, witnesses, groups, quorum)


def proof(name: str, text: str, entry: bytes) -> Receipt:
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Refused(f"{name}: not a proof")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    index = lines.pop(0).removeprefix("index ")
    if not index.isdigit() or str(int(index)) != index:
        raise Refused(f"{name}: bad index")
    hashes = [base64.b64decode(line, validate=True) for line in lines]
    if any(len(h) != 32 for h in hashes):
        raise Refused(f"{name}: a hash is not 32 bytes")
    return Receipt(name, int(index), hashes, note, entry)


@dataclass
class Case:
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def checkpoint(self) -> str:
        return (self.log / "checkpoint").read_bytes().decode("utf-8")

    def policy(self) -> Policy:
        return policy((self.folder / "policy").read_text())

    def seen(self) -> list[tuple[str, str]]:
        return [(path.name, path.read_bytes().decode("utf-8")) for path in sorted((self.folder / "seen").glob("*.note"))]

    def receipts(self) -> list[Receipt]:
        paths = sorted((self.folder / "receipts").glob("*.tlog-proof"))
        return [proof(p.name, p.read_bytes().decode("utf-8"), p.with_suffix(".entry").read_bytes()) for p in paths]


def main(check) -> None:
    """Runs `check(case)`: 0 accepted, 1 refused, 2 wrong use. Any error while checking is a refusal, with its reason."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "log").is_dir():
        print("usage: verify_*.py CASE", file=sys.stderr)
        sys.exit(2)
    try:
        print(check(Case(Path(sys.argv[1]))))
    except Exception as error:
        print(f"refused: {type(error).__name__}: {error}")
        sys.exit(1)
