"""Checks the receipt of a share with nothing but Python (format: README.md beside this file):
python3 share.py RECEIPT.json PERIOD.json    the share is in the settlement of that folder
python3 share.py RECEIPT.tlog-proof          share and equation are in the entry, whose hash is printed; the log is for other programs
"""

import base64
import decimal
import hashlib
import json
import sys

DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3}  # ISO 4217; add yours if it is another than these and has not 2
number = lambda n: n.to_bytes(8, "big")
from_base64 = lambda text: base64.b64decode(text, validate=True)


def of_folder(receipt, period):
    """The share, and what the settlement says: head of the tree, both sides of the equation, all shares, headcount."""
    named, numbers, head = period["named"], period["numbers"], period["head"]
    assert (receipt["plan"], receipt["period"], receipt["places"]) == (named["plan"], named["period"], named["places"])
    minor = lambda text: int(decimal.Decimal(text).scaleb(DIGITS.get(receipt["currency"], 2)))
    value = lambda part, *names: sum(minor(part[name]) for name in names)
    uses = value(numbers, "aid", "fee", "surplus") + value(named, "carried_before")
    sources = value(numbers, "charged", "borne_by_operator", "borne_by_sponsor", "carried_to_next") + value(named, "surplus_before")
    path = [(from_base64(text), total, count) for text, total, count in receipt["path"]]
    share = {**receipt, "amount": minor(receipt["share"]), "salt": bytes.fromhex(receipt["salt"]), "path": path}
    return share, (bytes.fromhex(head["root"]), head["sum"], head["count"]), (uses, sources, minor(numbers["charged"]), numbers["headcount"])


def of_log(text):
    """The same from the extra data of a `.tlog-proof`."""
    first, kind, at, payload, line, *path = from_base64(text.splitlines()[1].removeprefix("extra ")).decode().splitlines()
    assert (first, kind) == ("huzhu.org/receipt@v1", "kind settlement"), "this is no receipt of a settlement"
    word, place, places, amount, counted, salt = line.split(" ")
    assert word == "share" and counted in ("counted", "uncounted"), "this receipt has no share"
    rest = payload = from_base64(payload.removeprefix("payload "))
    names = []
    for _ in range(3):
        length = int.from_bytes(rest[:2], "big")
        names.append(rest[2 : 2 + length].decode())
        rest = rest[2 + length :]
    aid, fee, carried_in, before, cost, headcount, _, total, surplus, *borne = [int.from_bytes(rest[i : i + 8], "big") for i in range(0, 96, 8)]
    assert cost == max(aid + fee + carried_in - before, 0), "the cost is another"
    tree = rest[128:]
    assert len(tree) == 49 and tree[0] == 1, "this period was settled without a tree of shares"
    head = (tree[1:33], int.from_bytes(tree[33:41], "big"), int.from_bytes(tree[41:], "big"))
    nodes = [(from_base64(text), int(total), int(count)) for text, total, count in (node.split(" ") for node in path)]
    share = {"plan": names[0], "period": names[1], "currency": names[2], "place": int(place), "places": int(places), "amount": int(amount)}
    share |= {"counted": counted == "counted", "salt": bytes.fromhex(salt), "path": nodes}
    entry = b"\x01\x09" + number(int(at.removeprefix("at "))) + payload
    print("leaf of the log:", base64.b64encode(hashlib.sha256(b"\x00" + entry).digest()).decode())
    return share, head, (aid + fee + carried_in + surplus, total + before + sum(borne), total, headcount)


text = open(sys.argv[1]).read()
is_logged = text.startswith("c2sp.org/tlog-proof@v1\n")
share, head, (uses, sources, total, headcount) = of_log(text) if is_logged else of_folder(json.loads(text), json.load(open(sys.argv[2])))
place, places, amount, counted = (share[name] for name in ("place", "places", "amount", "counted"))
tag = hashlib.sha256(f"huzhu.org/shares@v1\n{share['plan']}\n{share['period']}\n".encode()).digest()[:16]
leaf = b"\x02" + tag + share["salt"] + number(place) + number(amount) + bytes([counted])
node = (hashlib.sha256(leaf).digest(), amount, int(counted))
assert counted or amount == 0, "somebody who is not counted cannot be charged"
at, last, width, path = place, places - 1, 1, list(share["path"])
assert at <= last, "no such place"
while last > 0:
    if at % 2 == 1 or at < last:  # an odd last node has nothing beside it and rises as it is
        other = path.pop(0)
        assert other[2] <= min(width, places - (at ^ 1) * width), "more members than places"
        pair = (other, node) if at % 2 == 1 else (node, other)
        bytes_of = b"".join(part[0] + number(part[1]) + number(part[2]) for part in pair)
        node = (hashlib.sha256(b"\x03" + bytes_of).digest(), pair[0][1] + pair[1][1], pair[0][2] + pair[1][2])
    at, last, width = at // 2, last // 2, width * 2
assert not path, "the path is too long"
assert node == head, "not in this settlement"
assert uses == sources, "the equation does not hold"
assert (total, headcount) == head[1:], "the equation and the tree of shares do not agree"
decimals = lambda minor: f"{decimal.Decimal(minor).scaleb(-DIGITS.get(share['currency'], 2)):f}"
print(f"verified: {decimals(amount)} {share['currency']}, one of {headcount} shares that add up to {decimals(total)}")
