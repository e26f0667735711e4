#!/usr/bin/env bash
# Receipts of shares by two programs: the Python script of docs/shares and `huzhu verify share` accept those of a roster of 5,000 and
# the published one from a log, and both refuse a receipt that was changed, field by field and node by node.

source "$(dirname "$0")/binary.sh"
need python3 python3

SCRIPT=$ROOT/docs/shares/share.py
plan=$ROOT/plans/xiang-hu-bao-2019.toml
HUZHU=$(realpath "$HUZHU")
cd "$SCRATCH"
python3 - > members.csv <<'PY'
import random
random.seed(7)
print("id,from,charged,live")
for n in range(5000):
    print(f"m{n},2019-01-{random.randint(1, 31):02},{random.randint(0, 18800) / 100:.2f},{random.choice(['yes'] * 9 + ['no'])}")
PY
"$HUZHU" --json settle --plan "$plan" --roster members.csv --day 2019-01-16 --period 2019-01-b \
    --claim 100.00 --claim 34.56 --surplus 12.34 --out period --tree-key key > settled.json
"$HUZHU" verify period period --plan "$plan" --roster period.roster --tree-key key > /dev/null
cat > changed.py <<'PY'
import json, subprocess, sys
script, name = sys.argv[1:3]
text = json.load(open(name))
def refused(changed, what):
    json.dump(changed, open("changed.json", "w"))
    run = subprocess.run([sys.executable, script, "changed.json", "period/period.json"], capture_output=True)
    ours = subprocess.run([sys.argv[3], "verify", "share", "changed.json", "period"], capture_output=True)
    assert run.returncode != 0 and ours.returncode == 1, (what, run.returncode, ours.returncode)
other = {"place": text["place"] ^ 1, "share": "7.77", "salt": "00" * 16, "counted": not text["counted"], "places": text["places"] + 1,
         "plan": "others", "period": "2019-02-a"}
for field, value in other.items():
    refused({**text, field: value}, field)
for at, (hash, total, count) in enumerate(text["path"]):
    for node in ([hash, total + 1, count], [hash, total, max(count - 1, 0) if count else 1], [text["path"][at - 1][0], total, count]):
        refused({**text, "path": text["path"][:at] + [node] + text["path"][at + 1:]}, ("path", at, node))
refused({**text, "path": text["path"][1:]}, "short")
PY
for place in $(python3 -c 'print(*range(0, 5000, 128), 4999)'); do
    "$HUZHU" share --period period --roster period.roster --tree-key key "$place" > receipt.json
    "$HUZHU" verify share receipt.json period > /dev/null
    python3 "$SCRIPT" receipt.json period/period.json > /dev/null
done
python3 changed.py "$SCRIPT" receipt.json "$HUZHU"

vectors=$ROOT/docs/log/vectors
"$HUZHU" verify share "$vectors/share.tlog-proof" --policy "$vectors/policy" > /dev/null
python3 "$SCRIPT" "$vectors/share.tlog-proof" > /dev/null
cat > logged.py <<'PY'
import base64, re, subprocess, sys
script, name, huzhu, policy = sys.argv[1:]
lines = open(name, encoding="utf-8").read().split("\n")
extra = base64.b64decode(lines[1].removeprefix("extra ")).decode()
changes = [(" 50 counted", " 51 counted"), ("share 2 ", "share 3 "), (" 5 50", " 4 50"), ("counted 13", "counted 14"), (" 0 0\n", " 1 0\n"),
           (" 260 2", " 259 2"), (" 130 1", " 130 0"), ("\nrAf7", "\nrAf8"), (" 50 counted", " 50 uncounted")]
changes += [(line + "\n", "") for line in extra.split("\n")[5:8]]
payload = base64.b64decode(re.search("payload (.*)", extra)[1])
for at in range(len(payload)):
    if 27 <= at < 30 or 78 <= at < 86 or 126 <= at < 158:
        continue  # currency, largest share and statement: that they were changed only the log knows
    other = bytearray(payload)
    other[at] ^= 1
    changes.append((base64.b64encode(payload).decode(), base64.b64encode(other).decode()))
for before, after in changes:
    assert before in extra, before
    changed = extra.replace(before, after, 1)
    open("changed.tlog-proof", "w", encoding="utf-8").write("\n".join([lines[0], "extra " + base64.b64encode(changed.encode()).decode(), *lines[2:]]))
    run = subprocess.run([sys.executable, script, "changed.tlog-proof"], capture_output=True)
    ours = subprocess.run([huzhu, "verify", "share", "changed.tlog-proof", "--policy", policy], capture_output=True)
    assert run.returncode != 0 and ours.returncode == 1, (before, after, run.returncode, ours.returncode)
print(f"a share on the log: {len(changes)} changes, each refused by both")
PY
python3 logged.py "$SCRIPT" "$vectors/share.tlog-proof" "$HUZHU" "$vectors/policy"
echo "shares: 41 receipts agree with the script, every change is refused by both"
