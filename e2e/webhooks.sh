#!/usr/bin/env bash
# Webhooks against the verifier library of the standard (`standardwebhooks` from PyPI) as foreign judge: a receiver that
# misbehaves first, a killed server, a rotated secret, an Ed25519 signature checked by another library. Every event arrives,
# under one id, signed, and nothing arrives that was changed on its way.

source "$(dirname "$0")/binary.sh"
need python3 python3-venv

# Installed once; a clean removes it.
VENV=${CARGO_TARGET_DIR:-$ROOT/target}/e2e/webhooks
if ! "$VENV/bin/python" -c 'import standardwebhooks, nacl' 2>/dev/null; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet standardwebhooks==1.0.1 pynacl==1.6.2
fi

port=$(free_port)
data=$SCRATCH/data
sed -E '/^credit_score_min/d; s/^real_name = true/real_name = false/' plans/demo-town.toml >"$SCRATCH/plan.toml"
"$HUZHU" admin publish-plan --data "$data" "$SCRATCH/plan.toml"
# The receiver stands on this machine.
printf '[webhooks]\nprivate_addresses = true\n' >"$data/huzhu.toml"

HUZHU=$HUZHU "$VENV/bin/python" e2e/webhooks.py "$port" "$data" "$SCRATCH"
