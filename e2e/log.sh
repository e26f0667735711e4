#!/usr/bin/env bash
# The evidence log, judged by tools that are not ours: the writer is killed with SIGKILL under load (ROUNDS times, 20), then Go's
# sumdb packages, tlog-scales, aics-tlog, sigstore (Python and npm) and our own `huzhu verify` read the folders, the receipts and
# every checkpoint that a client was told; then each of them must refuse every mutation of them and the forked history; then a
# foreign witness (aics-witness) is driven through growth, rollback and fork, and `huzhu witness` the same way.
#
# LOG_TOOLS sets the folder of the tools (see e2e/log/tools.sh). HUZHU and LOG_WRITER take other binaries, KEEP a folder for the cases.

source "$(dirname "$0")/binary.sh"

TOOLS=$(e2e/log/tools.sh) || {
    echo "log: the foreign verifiers could not be installed; nothing was checked" >&2
    exit 2
}
PYTHON=$TOOLS/venv/bin/python
export PYTHONDONTWRITEBYTECODE=1
if [ -z "${LOG_WRITER:-}" ]; then
    cargo build --release --locked --quiet --package huzhu --example log_writer
    LOG_WRITER=${CARGO_TARGET_DIR:-$ROOT/target}/release/examples/log_writer
fi

echo "== a sample log that is none of ours: all verifiers, all mutations, a fork"
mkdir "$SCRATCH/sample" "$SCRATCH/sample-fork"
"$PYTHON" e2e/log/sample.py "$SCRATCH/sample"
"$PYTHON" e2e/log/sample.py "$SCRATCH/sample-fork" 720 --fork 650
"$PYTHON" e2e/log/run.py "$SCRATCH/sample" --tools "$TOOLS" --huzhu "$HUZHU" --fork "$SCRATCH/sample-fork" --rounds 2

echo "== the writer under load, killed ${ROUNDS:-20} times"
"$PYTHON" e2e/log/kill.py "$LOG_WRITER" "$SCRATCH/killed" --rounds "${ROUNDS:-20}"
[ -z "${KEEP:-}" ] || cp -r "$SCRATCH/killed" "$KEEP/"

for year in 2026 2027; do
    fork=()
    [ "$year" = 2026 ] || fork=(--fork "$SCRATCH/killed/fork-2027")
    echo "== the log of $year: all verifiers, all mutations"
    "$PYTHON" e2e/log/run.py "$SCRATCH/killed/$year" --tools "$TOOLS" --huzhu "$HUZHU" --rounds 2 "${fork[@]}"
done
echo "== both years together"
"$HUZHU" verify log "$SCRATCH/killed/data/log"

echo "== a foreign witness"
e2e/log/foreign_witness.sh "$TOOLS" "$SCRATCH/killed/2027" --fork "$SCRATCH/killed/fork-2027"

if "$HUZHU" witness --help >/dev/null 2>&1; then
    echo "== our witness, driven by a client that is not ours"
    e2e/log/own_witness.sh "$TOOLS" "$HUZHU" "$SCRATCH/killed/2027" --fork "$SCRATCH/killed/fork-2027"
else
    echo "== huzhu witness does not exist yet: not driven"
fi

echo "== a monitor that saw one history is shown the other"
state=$SCRATCH/monitor.json
"$HUZHU" monitor "$SCRATCH/killed/2027/log" --policy "$SCRATCH/killed/2027/policy" --state "$state" --once
mv "$SCRATCH/killed/2027/log" "$SCRATCH/killed/2027/first" && mv "$SCRATCH/killed/fork-2027/log" "$SCRATCH/killed/2027/log"
if "$HUZHU" monitor "$SCRATCH/killed/2027/log" --policy "$SCRATCH/killed/2027/policy" --state "$state" --once; then
    echo "log: the monitor took the fork" >&2
    exit 1
fi
echo "log: all foreign tools agree"
