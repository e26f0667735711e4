# Sourced by the scripts beside it: goes to the root, makes a scratch folder that is removed at the end, and finds the
# release binary (`HUZHU=... e2e/books.sh` takes another one). `serve_until_listening` starts a server and waits for it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
SCRATCH=$(mktemp -d)
CHILDREN=()

finish() {
    local status=$?
    for child in "${CHILDREN[@]}"; do
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    rm -rf "$SCRATCH"
    exit "$status"
}
trap finish EXIT

if [ -z "${HUZHU:-}" ]; then
    cargo build --release --locked --quiet --package huzhu
    HUZHU=${CARGO_TARGET_DIR:-$ROOT/target}/release/huzhu
fi

# Installs a Debian package where a command is missing and this machine lets us.
need() {
    local command=$1 package=$2
    if ! command -v "$command" >/dev/null; then
        echo "$command is missing; installing the package $package"
        apt-get install --yes --quiet "$package" >"$SCRATCH/apt.log" 2>&1 || {
            cat "$SCRATCH/apt.log"
            echo "$0: install $package first" >&2
            exit 2
        }
    fi
}

# A port that nobody listens on.
free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# serve_until_listening LOG PORT COMMAND...: starts COMMAND in the background and waits until the port answers.
serve_until_listening() {
    local log=$1 port=$2
    shift 2
    "$@" >"$log" 2>&1 &
    local child=$!
    CHILDREN+=("$child")
    for _ in $(seq 1 1200); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return
        fi
        if ! kill -0 "$child" 2>/dev/null; then
            break
        fi
        sleep 0.1
    done
    cat "$log"
    echo "$0: no server on port $port" >&2
    exit 1
}
