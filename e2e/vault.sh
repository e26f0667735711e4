#!/usr/bin/env bash
# The evidence vault from outside, by HTTP and on disk, on a release build: 1 GB in and out with little memory, uploads that break off
# and go on after kill -9, refusals that leave nothing behind, tricks with names, strangers, erasure and backups, and a bucket on a
# real S3 server (moto).

source "$(dirname "$0")/binary.sh"
need python3 python3-venv

# Installed once; a clean removes it.
VENV=${CARGO_TARGET_DIR:-$ROOT/target}/e2e/moto
if [ ! -x "$VENV/bin/moto_server" ]; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet 'moto[s3,server]==5.1.*' boto3
fi

sed -E '/^credit_score_min/d; s/^real_name = true/real_name = false/' plans/demo-town.toml >"$SCRATCH/plan.toml"
"$VENV/bin/python" e2e/vault.py "$HUZHU" "$SCRATCH" "$VENV/bin/moto_server"
