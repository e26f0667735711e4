#!/usr/bin/env bash
# Starts `huzhu witness` for the log of a case and drives it with witness.py, which shares no code with it; then kills it with
# SIGKILL, starts it again, and asks for a rollback and for a fork once more: it must not have forgotten.
#
#   own_witness.sh TOOLS HUZHU CASE [--fork CASE]

set -euo pipefail
TOOLS=$1 HUZHU=$2 CASE=$3
shift 3
HERE=$(dirname "${BASH_SOURCE[0]}")
export PYTHONDONTWRITEBYTECODE=1
folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
child=
trap '[ -z "$child" ] || { kill "$child" && wait "$child" || true; } 2>/dev/null; rm -rf "$folder"' EXIT

printf 'name = "witness.example/own"\n' >"$folder/witness.toml"
awk '$1 == "log" { printf "\n[[log]]\nvkey = \"%s\"\n", $2 }' "$CASE/policy" >>"$folder/witness.toml"
witness() { "$HUZHU" witness --data "$folder/data" --config "$folder/witness.toml" --listen "127.0.0.1:$port" "$@"; }
key=$(witness --show-key 2>"$folder/log")

start() {
    "$HUZHU" witness --data "$folder/data" --config "$folder/witness.toml" --listen "127.0.0.1:$port" >>"$folder/log" 2>&1 &
    child=$!
    for _ in $(seq 1 300); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
        sleep 0.1
    done
    cat "$folder/log" >&2
    echo "own_witness: it does not listen" >&2
    exit 1
}
drive() {
    "$TOOLS/venv/bin/python" "$HERE/witness.py" "$CASE" "http://127.0.0.1:$port" "$key" "$@" || {
        cat "$folder/log" >&2
        exit 1
    }
}

start
echo "huzhu witness:"
drive "$@"
kill -9 "$child"
wait "$child" 2>/dev/null || true
start
echo "huzhu witness after kill -9:"
drive --grown "$@"
