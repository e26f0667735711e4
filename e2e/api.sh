#!/usr/bin/env bash
# The JSON API against its own OpenAPI document by a foreign tool, schemathesis: all checks on, as a member, a reviewer and an
# operator, on a platform where each of them has something to look at. No 5xx, no answer that the document does not describe.
#
# EXAMPLES sets the number of generated requests per call and phase (default 25); ONLY takes only calls whose path fits a pattern.

source "$(dirname "$0")/binary.sh"
need python3 python3-venv

# Installed once; a clean removes it.
VENV=${CARGO_TARGET_DIR:-$ROOT/target}/e2e/schemathesis
if ! "$VENV/bin/schemathesis" --version >/dev/null 2>&1; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --requirement e2e/requirements.txt
fi

port=$(free_port)
data=$SCRATCH/data
# The plan of the demo without what needs a provider outside: nobody here answers for identities and credit.
sed -E '/^credit_score_min/d; s/^real_name = true/real_name = false/' plans/demo-town.toml >"$SCRATCH/plan.toml"
"$HUZHU" admin publish-plan --data "$data" "$SCRATCH/plan.toml"
RUST_LOG=error serve_until_listening "$SCRATCH/server.log" "$port" \
    "$HUZHU" serve --data "$data" --listen "127.0.0.1:$port" --print-mail --no-rate-limits

python3 e2e/api.py "http://127.0.0.1:$port" "$SCRATCH/server.log" "$SCRATCH" crates/web/schemathesis.toml

failed=0
# The bytes of an upload have a media type of their own.
cat >"$SCRATCH/parts.py" <<'PY'
import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
PY
export SCHEMATHESIS_HOOKS=parts PYTHONPATH=$SCRATCH
for caller in ${CALLERS:-member reviewer operator}; do
    echo "api: schemathesis as $caller"
    (cd "$SCRATCH" && "$VENV/bin/schemathesis" --no-color --config-file "$SCRATCH/schemathesis.toml" run \
        "http://127.0.0.1:$port/api/openapi.json" --header "Authorization: Bearer $(cat "$SCRATCH/token-$caller")" \
        --checks all --max-examples "${EXAMPLES:-25}" --seed 2018 --workers 1 --request-timeout 20 \
        --generation-database none --continue-on-failure ${ONLY:+--include-path-regex "$ONLY"}) >"$SCRATCH/report-$caller.txt" 2>&1 || failed=1
    if [ "$failed" = 1 ]; then
        sed -n '/FAILURES/,$p' "$SCRATCH/report-$caller.txt" | head -c 60000
    fi
    tail -n 25 "$SCRATCH/report-$caller.txt"
done
if grep -n 'panicked' "$SCRATCH/server.log"; then
    failed=1
fi
[ -z "${KEEP:-}" ] || cp "$SCRATCH"/report-*.txt "$SCRATCH/server.log" "$KEEP/"
exit "$failed"
