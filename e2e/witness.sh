#!/usr/bin/env bash
# Outside witnesses with real processes: a platform, two `huzhu witness` of ours, a foreign one (aics-witness), and a time-stamp
# authority made of `openssl ts`. Shows that checkpoints get the cosignatures of all three; that a witness killed with SIGKILL
# costs the quorum, and the receipt says so and is refused; that it catches up after its restart; that a platform brought back
# from an old copy is answered 409 by each witness and its operator is told; that a witness without its memory does not start; that
# `openssl ts -verify` takes the token.
#
# HUZHU takes another binary, LOG_TOOLS another folder of the tools (see e2e/log/tools.sh).

source "$(dirname "$0")/binary.sh"
need openssl openssl
TOOLS=$(e2e/log/tools.sh) || {
    echo "witness: the foreign witness could not be installed; nothing was checked" >&2
    exit 2
}
export PYTHONDONTWRITEBYTECODE=1 RUST_LOG=info
data=$SCRATCH/data
fail() {
    echo "witness: $*" >&2
    tail -n 20 "$SCRATCH"/*.out >&2
    exit 1
}
# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    local seconds=$1 what=$2
    shift 2
    for _ in $(seq 1 $((seconds * 5))); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.2
    done
    fail "not within $seconds s: $what"
}
stop_last() {
    local child=${CHILDREN[-1]}
    unset 'CHILDREN[-1]'
    kill "${1:--TERM}" "$child"
    wait "$child" 2>/dev/null || true
}
plan() {
    "$HUZHU" admin publish-plan --data "$data" "$1"
}
platform() { RUST_LOG=info serve_until_listening "$SCRATCH/platform$1.out" "$port" "$HUZHU" serve --data "$data" --listen "127.0.0.1:$port" --print-mail; }
log=$data/log
year() { basename "$(ls -d "$log"/[0-9]*)"; }
cosigned() { grep -c '^— \(witness.example\|foreign.example\)/' "$log/$(year)/checkpoint"; }
cosigned_by() { [ "$(cosigned)" = "$1" ]; }
size() { sed -n 2p "$log/$(year)/checkpoint"; }
receipt() { # INDEX FILE
    curl --silent --fail --output "$2" "http://127.0.0.1:$port/log/$(year)/$1/proof.tlog-proof"
}
verify() { "$HUZHU" verify receipt --policy "$log/$(year)/policy" "$1"; }

echo "== a platform begins its log"
port=$(free_port)
sed -E '/^credit_score_min/d; s/^real_name = true/real_name = false/' plans/demo-town.toml >"$SCRATCH/plan.toml"
plan "$SCRATCH/plan.toml"
platform 0
begun() { ls "$log"/*/checkpoint; }
wait_for 20 "the first checkpoint" begun
stop_last
vkey=$(awk '$1 == "log" { print $2 }' "$log/$(year)/policy")

echo "== three witnesses and an authority"
witness() { # NUMBER
    serve_until_listening "$SCRATCH/witness$1.out" "${ports[$1]}" \
        "$HUZHU" witness --data "$SCRATCH/w$1" --config "$SCRATCH/w$1.toml" --listen "127.0.0.1:${ports[$1]}"
}
ports=()
{
    printf '[log]\nreceipt_wait_seconds = 2\n'
    for number in 1 2; do
        ports[number]=$(free_port)
        printf 'name = "witness.example/w%s"\n[[log]]\nvkey = "%s"\n' "$number" "$vkey" >"$SCRATCH/w$number.toml"
        key=$("$HUZHU" witness --data "$SCRATCH/w$number" --config "$SCRATCH/w$number.toml" --show-key 2>/dev/null)
        printf '[[log.witness]]\nname = "w%s"\nvkey = "%s"\nurl = "http://127.0.0.1:%s/"\n' "$number" "$key" "${ports[number]}"
    done
    ports[3]=$(free_port)
    key=$("$TOOLS/venv/bin/aics-witness" init --config "$SCRATCH/w3.json" --name foreign.example/w3 --listen "127.0.0.1:${ports[3]}" 2>/dev/null)
    "$TOOLS/venv/bin/aics-witness" add-log --config "$SCRATCH/w3.json" --origin "${vkey%%+*}" --vkey "$vkey" >/dev/null 2>&1
    printf '[[log.witness]]\nname = "foreign"\nvkey = "%s"\nurl = "http://127.0.0.1:%s/"\n' "$key" "${ports[3]}"
    authority=$(free_port)
    printf '[log.timestamp]\nurl = "http://127.0.0.1:%s/"\ncertificate = "%s/tsa/tsa.pem"\n' "$authority" "$SCRATCH"
} >"$data/huzhu.toml"
serve_until_listening "$SCRATCH/tsa.out" "$authority" "$TOOLS/venv/bin/python" e2e/log/tsa.py "$SCRATCH/tsa" "$authority"
serve_until_listening "$SCRATCH/witness3.out" "${ports[3]}" "$TOOLS/venv/bin/aics-witness" serve --config "$SCRATCH/w3.json"
witness 2
witness 1
first=${CHILDREN[-1]}
platform 1
wait_for 20 "three cosignatures" cosigned_by 3
wait_for 10 "a receipt" receipt 2 "$SCRATCH/first.tlog-proof"
verify "$SCRATCH/first.tlog-proof" | tee "$SCRATCH/verified.txt"
grep -q "3 of 3 known witnesses" "$SCRATCH/verified.txt" || fail "the receipt does not have three cosignatures"

status=$(head -c 1000000 /dev/zero | curl --silent --data-binary @- --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:${ports[1]}/add-checkpoint")
[ "$status" = 413 ] || fail "a body of a megabyte is answered with $status"

echo "== the token of the authority, checked by openssl"
token() { ls "$log/$(year)/timestamp"/*.tsr; }
wait_for 20 "a time stamp" token
openssl ts -verify -data "$(token | sed 's/tsr$/checkpoint/')" -in "$(token)" -CAfile "$SCRATCH/tsa/tsa.pem" 2>&1 | grep OK ||
    fail "openssl does not take the token"
cp "$(token)" "$SCRATCH/changed.tsr" && printf x >>"$SCRATCH/changed.data"
if openssl ts -verify -data "$SCRATCH/changed.data" -in "$SCRATCH/changed.tsr" -CAfile "$SCRATCH/tsa/tsa.pem" >/dev/null 2>&1; then
    fail "openssl takes the token for other bytes"
fi

echo "== one witness is killed: 2 of 3"
kill -9 "$first" && wait "$first" 2>/dev/null || true
stop_last
cp -r "$data" "$SCRATCH/old-copy"
before=$(size)
"$HUZHU" key rotate --data "$data" cosigner >/dev/null
[ "$(size)" -gt "$before" ] || fail "the log has not grown"
platform 2
wait_for 20 "two cosignatures" cosigned_by 2
begin=$(date +%s%N)
receipt 2 "$SCRATCH/short.tlog-proof" || fail "no receipt without a quorum"
echo "a receipt without a quorum came after $((($(date +%s%N) - begin) / 1000000)) ms"
if verify "$SCRATCH/short.tlog-proof" >"$SCRATCH/verified.txt" 2>&1; then
    fail "a receipt with 2 of 3 was taken"
fi
cat "$SCRATCH/verified.txt"
grep -q "2 of 3" "$SCRATCH/verified.txt" || fail "the refusal does not say 2 of 3"

echo "== it comes back with its memory"
stopped=${CHILDREN[-1]}
unset 'CHILDREN[-1]'
witness 1
CHILDREN+=("$stopped")
wait_for 70 "three cosignatures again" cosigned_by 3
receipt 2 "$SCRATCH/again.tlog-proof"
verify "$SCRATCH/again.tlog-proof" >/dev/null || fail "the receipt is not taken again"
verify "$SCRATCH/first.tlog-proof" >/dev/null || fail "the older receipt is not taken any more"
stop_last

echo "== the platform is brought back from an old copy: each witness answers 409, the operator is told"
mv "$data" "$SCRATCH/newest" && mv "$SCRATCH/old-copy" "$data"
for number in 1 2 3; do
    answer=$(printf 'old 0\n\n%s\n' "$(cat "$log/$(year)/checkpoint")" |
        curl --silent --data-binary @- --output "$SCRATCH/body" --write-out '%{http_code} %{content_type}' "http://127.0.0.1:${ports[number]}/add-checkpoint")
    echo "witness $number: $answer, at $(cat "$SCRATCH/body")"
    [ "${answer%% *}" = 409 ] || fail "a rollback is not answered with 409"
done
platform 3
told() { [ "$(grep -c 'brought back from an old copy' "$SCRATCH/platform3.out")" -ge 3 ]; }
wait_for 20 "the operator is told of the rollback" told
stop_last

echo "== a witness that lost its memory does not start"
kill -9 "${CHILDREN[-1]}" && wait "${CHILDREN[-1]}" 2>/dev/null || true
rm "$SCRATCH/w1/witness/state"
if "$HUZHU" witness --data "$SCRATCH/w1" --config "$SCRATCH/w1.toml" --show-key >"$SCRATCH/refusal.txt" 2>&1; then
    fail "it starts"
fi
cat "$SCRATCH/refusal.txt"
grep -q "must never sign again" "$SCRATCH/refusal.txt" || fail "the refusal does not say what to do"

"$HUZHU" doctor --data "$SCRATCH/newest" || fail "the doctor finds something"
echo "witness: all witnesses agree"
