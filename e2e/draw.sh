#!/usr/bin/env bash
# Draws by two programs: the Python script of docs/jury and `huzhu verify draw` agree on a thousand random rosters and on the
# published vectors, and refuse the published forgeries. DRAWS=50 takes fewer rosters.

source "$(dirname "$0")/binary.sh"
need python3 python3

SCRIPT=docs/jury/verify_draw.py
VECTORS=docs/jury/vectors
DRAWS=${DRAWS:-1000}

lines=$(wc -l <"$SCRIPT")
if [ "$lines" -gt 60 ]; then
    echo "draw: $SCRIPT has $lines lines, 60 are allowed" >&2
    exit 1
fi

# DRAWS_EXAMPLE=target/debug/examples/draws takes one that is built already.
${DRAWS_EXAMPLE:-cargo run --release --locked --quiet --package huzhu --example draws --} random "$SCRATCH/draws" "$DRAWS"

# The script draws each again from nothing.
python3 "$SCRIPT" "$SCRATCH"/draws/*.json "$VECTORS"/*.json >"$SCRATCH/python"
agreed=$(grep -c ' drawn as stated; NOT checked: ' "$SCRATCH/python")
vectors=$(ls "$VECTORS"/*.json | wc -l)
if [ "$agreed" -ne $((DRAWS + vectors)) ]; then
    echo "draw: the script accepted $agreed of $((DRAWS + vectors)) files" >&2
    exit 1
fi

# Rust checks the same files with the curve.
for file in "$SCRATCH"/draws/*.json "$VECTORS"/*.json; do
    "$HUZHU" verify draw "$file" >"$SCRATCH/huzhu" || {
        cat "$SCRATCH/huzhu"
        exit 1
    }
done

refused=0
for file in "$VECTORS"/refused/*.json; do
    if python3 "$SCRIPT" "$file" >"$SCRATCH/python" 2>&1; then
        echo "draw: the script takes the forgery $file" >&2
        exit 1
    fi
    grep -q 'DOES NOT VERIFY' "$SCRATCH/python"
    if "$HUZHU" verify draw "$file" >"$SCRATCH/huzhu" 2>&1; then
        echo "draw: huzhu takes the forgery $file" >&2
        exit 1
    fi
    refused=$((refused + 1))
done

# A wrong proof with the right output: only the curve tells. The script must say that it did not look.
for file in "$SCRATCH"/draws/*.forged; do
    python3 "$SCRIPT" "$file" | grep -q 'NOT checked: the vrf proof, and the log'
    if "$HUZHU" verify draw "$file" >"$SCRATCH/huzhu" 2>&1; then
        echo "draw: huzhu takes a draw without its proof: $file" >&2
        exit 1
    fi
done

echo "draw: two programs agree on $DRAWS random rosters and $vectors vectors, and both refuse $refused forgeries"
