#!/usr/bin/env bash
# Files for a bank by programs of others: xmllint validates them against the published schemas, and a crate that is not ours reads back
# the rows they were made of, for the examples of docs/bank and for 2,000 random items.

source "$(dirname "$0")/binary.sh"
need xmllint libxml2-utils
need python3 python3-venv

# The schemas come with a Python package; installed once, a clean removes it.
VENV=${CARGO_TARGET_DIR:-$ROOT/target}/e2e/sepaxml
if [ ! -d "$VENV/lib" ] || ! "$VENV/bin/pip" show --quiet sepaxml; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet "sepaxml==2.7.0"
fi
SCHEMAS=$(echo "$VENV"/lib/python3*/site-packages/sepaxml/schemas)
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}/readback \
    cargo build --quiet --manifest-path e2e/readback/Cargo.toml
READBACK=${CARGO_TARGET_DIR:-$ROOT/target}/readback/debug/readback
HUZHU=$(realpath "$HUZHU")
cp docs/bank/*.toml docs/bank/*.csv "$SCRATCH"
cd "$SCRATCH"

# check NAME SCHEMA
check() {
    "$HUZHU" bank write "${3:-$1}.toml" "$1.csv" --out "$1.xml"
    if [ "$2" != none ]; then
        xmllint --noout --schema "$SCHEMAS/$2.xsd" "$1.xml"
    else
        xmllint --noout "$1.xml"
    fi
    "$READBACK" "$1.xml" >"$1.back.csv"
    python3 - "$1" <<'PY'
import csv, sys
ours, theirs = (list(csv.DictReader(open(name, encoding="utf-8"))) for name in (sys.argv[1] + ".csv", sys.argv[1] + ".back.csv"))
assert len(ours) == len(theirs) > 0, (len(ours), len(theirs))
for mine, back in zip(ours, theirs):
    assert mine == back, (mine, back)
PY
}

check debits pain.008.001.08
check transfers pain.001.001.09
check reversals none
python3 - >many.csv <<'PY'
import csv, random, sys
random.seed(7)
out = csv.writer(sys.stdout)
out.writerow("instruction,end_to_end,amount,mandate,mandate_given,name,iban,about".split(","))
letters = "abcxyzÄÖüßéñ张伟李娜互助 &<>\"'();"
word = lambda most: "".join(random.choice(letters) for _ in range(random.randint(1, most))).strip() or "x"
def iban():
    bank = f"{random.randrange(10**18):018}"
    check = 98 - int(bank + "131400") % 97
    return f"DE{check:02}{bank}"
for n in range(2000):
    # The crate of others reads amounts as floats: what they keep exactly.
    out.writerow([f"p:{n:06}", f"e{n}", f"{random.randint(1, 10**9) / 100:.2f}", f"M{n}", f"20{random.randint(10, 26)}-0{random.randint(1, 9)}-11",
                  word(70)[:70], iban(), word(140)[:140]])
PY
check many pain.008.001.08 debits
# A whole period: every file validates, and all of them are the shares of the period.
python3 - >members.csv <<'PY'
import random
random.seed(11)
print("id,from,charged,live")
for n in range(5000):
    print(f"m{n},2019-01-{random.randint(1, 31):02},0,{random.choice(['yes'] * 9 + ['no'])}")
PY
python3 - >payers.csv <<'PY'
print("mandate,mandate_given,name,iban,about")
for n in range(5000):
    print(f"M{n},2018-12-24,王{n} & Söhne,DE89370400440532013000,")
PY
sed -e 's/"EUR"/"CNY"/' -e 's/"sepa-core"/"agreed"/' debits.toml >period.toml
"$HUZHU" settle --plan "$ROOT/plans/xiang-hu-bao-2019.toml" --roster members.csv --day 2019-01-16 --period 2019-01-b \
    --claim 100.00 --claim 34.56 --out period >settled.txt
"$HUZHU" --json bank debits period.toml --period period --payers payers.csv --per-file 700 --out period.debits >list.json
for file in period.debits/*.xml; do
    xmllint --noout --schema "$SCHEMAS/pain.008.001.08.xsd" "$file" 2>xmllint.txt || { cat xmllint.txt >&2; exit 1; }
    "$READBACK" "$file" >"$file.back.csv"
done
python3 - <<'PY'
import csv, glob, json, struct
list_ = json.load(open("list.json"))
width = glob.glob("period/share.u*")[0]
bytes_ = open(width, "rb").read()
shares = struct.unpack(f"<{len(bytes_) // 2}H", bytes_)
back = {}
for name in sorted(glob.glob("period.debits/*.back.csv")):
    for row in csv.DictReader(open(name, encoding="utf-8")):
        place = int(row["instruction"].split(":")[1])
        assert place not in back, place
        assert row["mandate"] == f"M{place}" and row["name"] == f"王{place} & Söhne", row
        back[place] = round(float(row["amount"]) * 100)
assert back == {place: share for place, share in enumerate(shares) if share}
assert sum(back.values()) == round(float(list_["sum"]) * 100) and len(back) == list_["items"] > 1000
print(f"bank: {len(back)} debits of a period in {len(list_['files'])} files fit the schema and are its shares")
PY
# What is changed no longer validates: the schema is not a blind one.
sed 's/<NbOfTxs>2</<NbOfTxs>two</' debits.xml >changed.xml
if xmllint --noout --schema "$SCHEMAS/pain.008.001.08.xsd" changed.xml 2>/dev/null; then
    echo "bank: the schema refuses nothing" >&2
    exit 1
fi
echo "bank: 2,005 items of four files fit the schemas and are read back equal by another crate"
