#!/usr/bin/env python3
"""Draws a jury again from its public file: python3 verify_draw.py FILE... Rules and numbers: draw.md beside this.
Does not check the curve's proof that the output is the source's, nor the log: `huzhu verify draw FILE` does."""
import hashlib, itertools, json, os, re, struct, sys

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def must(holds, what):
    if holds:
        return holds
    raise ValueError(what)

def unhex(text, size=32):
    return bytes.fromhex(must(re.fullmatch("[0-9a-f]{%d}" % (2 * size), text), f"{size} bytes are expected")[0])

def root(row):  # rule 4: the tree of RFC 6962
    row = [sha(b"\0", leaf) for leaf in row]
    while len(row) > 1:
        row = [sha(b"\1", *row[at:at + 2]) if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)]
    return row[0]

def words(seed):  # rule 12
    for counter in itertools.count():
        yield from struct.unpack(">4Q", sha(b"huzhu.org/draw-stream@v1\n", seed, counter.to_bytes(8, "big")))

def draw(seed, count, asked):  # rules 13 and 14
    stream, moved, order = words(seed), {}, []
    for step in range(min(asked, count)):
        left = count - step
        chosen = step + next(word for word in stream if word < 2**64 // left * left) % left  # uniform below left
        order.append(moved.get(chosen, chosen))
        moved[chosen] = moved.get(step, step)
    return order

def verify(path):
    d = json.load(open(path), object_pairs_hook=lambda p: must(len(dict(p)) == len(p), "a key twice") and dict(p))
    r, kind = d["roster"], d["source"].split(" ")[0]
    if "file" in r:
        must(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", r["file"]) and "entries" not in r, "the roster's file")
        r["entries"] = open(os.path.join(os.path.dirname(path), r["file"])).read().split("\n")[:-1]
    roster, output = [unhex(entry) for entry in r["entries"]], unhex(d["output"], 64 if kind == "vrf" else 32)
    must(all(a < b for a, b in zip(roster, roster[1:])), "the roster is not in ascending order")
    must(len(roster) == r["count"] and root(roster) == unhex(r["root"]), "another roster than the one of the root")
    request = sha(b"huzhu.org/draw-request@v1\n", d["source"].encode() + b"\n", unhex(d["subject"]), unhex(r["root"]))
    must(request == unhex(d["request"]), "the request is another one")
    must(d["format"] == "huzhu.org/draw@v1" and kind in ("vrf", "drand"), "the format or the source is not known")
    must(kind == "vrf" or sha(unhex(d["proof"], 48)) == output, "the output is not the signature's")
    must(sha(b"huzhu.org/draw-seed@v1\n", request, output) == unhex(d["seed"]), "the seed is another one")
    must(draw(unhex(d["seed"]), len(roster), len(d["order"])) == d["order"], "the order is another one")
    out = [one["position"] for one in d["exclusions"]]
    must(len(set(out)) == len(out) and set(out) <= set(d["order"]), "the exclusions do not fit the order")
    must([p for p in d["order"] if p not in out][:d["seats"]] == d["jurors"], "others sit than were drawn")
    return f"{len(d['jurors'])} of {len(roster)} drawn as stated; NOT checked: the {kind} proof, and the log"

for path in sys.argv[1:]:
    try:
        print(f"{path}: {verify(path)}")
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as why:
        sys.exit(f"{path}: DOES NOT VERIFY: {why!r}")
