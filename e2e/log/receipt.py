"""Takes our receipts apart without our code: from the `extra` line to the bytes of the entry, by docs/log.md alone.

    python receipt.py FOLDER        writes NAME.entry beside each NAME.tlog-proof of the folder

`NAME.file`, where it is there, must give the digest of the receipt.
"""

import base64
import hashlib
import sys
from pathlib import Path

KINDS = {
    "evidence": 1,
    "decision": 2,
    "plan-version": 3,
    "roster": 4,
    "notice": 5,
    "objection": 6,
    "draw": 7,
    "verdict": 8,
    "settlement": 9,
    "payout": 10,
    "key": 11,
    "consents": 12,
    "tombstone": 13,
    "previous": 14,
    "draw-request": 15,
}


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def inner_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2, to the root of the inner tree."""
    fn, sn, root = index, size - 1, leaf
    if index >= size:
        raise ValueError("index outside the inner tree")
    for hash_ in path:
        if sn == 0:
            raise ValueError("the inner path is too long")
        if fn & 1 or fn == sn:
            root = sha256(b"\x01" + hash_ + root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = sha256(b"\x01" + root + hash_)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ValueError("the inner path is too short")
    return root


def entry_of(proof: str, file: bytes | None) -> bytes:
    """The bytes of the entry that a receipt speaks of."""
    extra = next(line for line in proof.split("\n") if line.startswith("extra "))
    lines = base64.b64decode(extra.removeprefix("extra "), validate=True).decode().split("\n")
    if lines[0] != "huzhu.org/receipt@v1" or lines[-1]:
        raise ValueError("not a receipt")
    words = [line.split(" ") for line in lines[1:-1]]
    fields = {word[0]: word[1:] for word in words if len(word) > 1}
    if "payload" in fields:
        payload = base64.b64decode(fields["payload"][0], validate=True)
    else:
        salt = bytes.fromhex(fields["salt"][0])
        if "digest" in fields:
            payload = bytes.fromhex(fields["digest"][0])
            if file is not None and sha256(salt + file) != payload:
                raise ValueError("this is not the file")
        else:
            payload = sha256(salt + base64.b64decode(fields["message"][0], validate=True))
    if "inner" in fields:
        index, size = map(int, fields["inner"])
        path = [base64.b64decode(word[0], validate=True) for word in words if len(word) == 1]
        payload = inner_root(sha256(b"\x00" + payload), index, size, path) + size.to_bytes(8, "big")
    return bytes([1, KINDS[fields["kind"][0]]]) + int(fields["at"][0]).to_bytes(8, "big") + payload


def main() -> None:
    count = 0
    for path in sorted(Path(sys.argv[1]).glob("*.tlog-proof")):
        file = path.with_suffix(".file")
        entry = entry_of(path.read_text(), file.read_bytes() if file.exists() else None)
        path.with_suffix(".entry").write_bytes(entry)
        count += 1
    print(f"{count} receipts taken apart")


if __name__ == "__main__":
    main()
