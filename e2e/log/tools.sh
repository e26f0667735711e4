#!/usr/bin/env bash
# Installs the foreign verifiers into a folder outside the clone and prints that folder. Needs root only where Go is missing.
#
#   e2e/log/tools.sh          ${XDG_CACHE_HOME:-~/.cache}/huzhu-e2e/log; LOG_TOOLS=... takes another folder

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
TOOLS=${LOG_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/huzhu-e2e/log}
GOCODE=/usr/share/gocode
mkdir -p "$TOOLS"

say() { echo "log tools: $*" >&2; }

missing=()
command -v python3 >/dev/null || missing+=(python3 python3-venv)
command -v node >/dev/null || missing+=(nodejs npm)
command -v go >/dev/null || missing+=(golang-go)
[ -d "$GOCODE/src/golang.org/x/mod/sumdb/tlog" ] || missing+=(golang-golang-x-mod-dev)
if [ "${#missing[@]}" -gt 0 ]; then
    say "installing ${missing[*]}"
    if ! (apt-get update -qq && apt-get install --yes -qq --no-install-recommends "${missing[@]}") >"$TOOLS/apt.log" 2>&1; then
        tail -n 5 "$TOOLS/apt.log" >&2
        say "these Debian packages are missing and could not be installed here: ${missing[*]}"
        exit 2
    fi
fi

# One stamp for all: what is pinned, and the verifier in Go.
stamp=$(cat requirements.txt requirements-any-python.txt package.json go/main.go | sha256sum)
if [ "$(cat "$TOOLS/stamp" 2>/dev/null)" != "$stamp" ]; then
    say "installing the pinned verifiers"
    [ -x "$TOOLS/venv/bin/python" ] || python3 -m venv "$TOOLS/venv"
    "$TOOLS/venv/bin/pip" install --quiet --requirement requirements.txt || { say "pip failed"; exit 2; }
    "$TOOLS/venv/bin/pip" install --quiet --ignore-requires-python --requirement requirements-any-python.txt || {
        say "pip failed"
        exit 2
    }
    mkdir -p "$TOOLS/node"
    cp package.json "$TOOLS/node/"
    (cd "$TOOLS/node" && npm install --silent --no-audit --no-fund >&2) || { say "npm failed"; exit 2; }
    (cd go && GO111MODULE=off GOPATH=$GOCODE go build -o "$TOOLS/verify_go" main.go) || { say "go build failed"; exit 2; }
    echo "$stamp" >"$TOOLS/stamp"
fi
echo "$TOOLS"
