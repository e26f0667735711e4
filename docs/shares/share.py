"""Checks the receipt of a share with nothing but Python: python3 share.py RECEIPT PERIOD.JSON (format: README.md beside this file)."""

import base64
import decimal
import hashlib
import json
import sys

receipt, period = (json.load(open(name)) for name in sys.argv[1:3])
digits = {"JPY": 0, "KRW": 0, "KWD": 3}.get(receipt["currency"], 2)  # ISO 4217; add yours if it is another
amount = int(decimal.Decimal(receipt["share"]).scaleb(digits))
number = lambda n: n.to_bytes(8, "big")
tag = hashlib.sha256(f"huzhu.org/shares@v1\n{receipt['plan']}\n{receipt['period']}\n".encode()).digest()[:16]
leaf = b"\x02" + tag + bytes.fromhex(receipt["salt"]) + number(receipt["place"]) + number(amount) + bytes([receipt["counted"]])
node = (hashlib.sha256(leaf).digest(), amount, int(receipt["counted"]))
assert receipt["counted"] or amount == 0, "somebody who is not counted cannot be charged"
at, last, width, path = receipt["place"], receipt["places"] - 1, 1, list(receipt["path"])
assert at <= last, "no such place"
while last > 0:
    if at % 2 == 1 or at < last:  # an odd last node has nothing beside it and rises as it is
        text, total, count = path.pop(0)
        other = (base64.b64decode(text, validate=True), total, count)
        assert count <= min(width, receipt["places"] - (at ^ 1) * width), "more members than places"
        pair = (other, node) if at % 2 == 1 else (node, other)
        bytes_of = b"".join(part[0] + number(part[1]) + number(part[2]) for part in pair)
        node = (hashlib.sha256(b"\x03" + bytes_of).digest(), pair[0][1] + pair[1][1], pair[0][2] + pair[1][2])
    at, last, width = at // 2, last // 2, width * 2
assert not path, "the path is too long"
named, numbers, head = period["named"], period["numbers"], period["head"]
assert (receipt["plan"], receipt["period"], receipt["places"]) == (named["plan"], named["period"], named["places"])
assert (node[0].hex(), node[1], node[2]) == (head["root"], head["sum"], head["count"]), "not in this settlement"
value = lambda part, *names: sum(decimal.Decimal(part[name]) for name in names)
uses = value(numbers, "aid", "fee", "surplus") + value(named, "carried_before")
sources = value(numbers, "charged", "borne_by_operator", "borne_by_sponsor", "carried_to_next") + value(named, "surplus_before")
assert uses == sources, "the equation does not hold"
assert int(value(numbers, "charged").scaleb(digits)) == head["sum"] and numbers["headcount"] == head["count"]
print(f"verified: {receipt['share']} {receipt['currency']}, one of {head['count']} shares that add up to {numbers['charged']}")
