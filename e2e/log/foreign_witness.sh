#!/usr/bin/env bash
# Starts a foreign witness (aics-witness) for the log of a case and drives it with witness.py.
#
#   foreign_witness.sh TOOLS CASE [--fork CASE]

set -euo pipefail
TOOLS=$1 CASE=$2
shift 2
HERE=$(dirname "${BASH_SOURCE[0]}")
export PYTHONDONTWRITEBYTECODE=1
folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
run() { "$TOOLS/venv/bin/aics-witness" "$@"; }
vkey=$(awk '$1 == "log" { print $2; exit }' "$CASE/policy")
key=$(run init --config "$folder/witness.json" --name witness.example/foreign --listen "127.0.0.1:$port" 2>"$folder/log")
run add-log --config "$folder/witness.json" --origin "${vkey%%+*}" --vkey "$vkey" >>"$folder/log" 2>&1
run serve --config "$folder/witness.json" >>"$folder/log" 2>&1 &
child=$!
trap 'kill "$child" 2>/dev/null || true; wait "$child" 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 1 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.1
done
echo "aics-witness:"
"$TOOLS/venv/bin/python" "$HERE/witness.py" "$CASE" "http://127.0.0.1:$port" "$key" "$@" || {
    cat "$folder/log" >&2
    exit 1
}
