# Sourced after binary.sh: installs the browser scripts and starts the portal of a demo. Sets BASE and PAGES.

PAGES=$ROOT/e2e/pages
# The packages stand beside the scripts, where node looks for them; git ignores them.
if [ ! -d "$PAGES/node_modules/playwright-core" ] || [ "$PAGES/package.json" -nt "$PAGES/node_modules" ]; then
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm --prefix "$PAGES" install --no-audit --no-fund --no-package-lock --silent
    touch "$PAGES/node_modules"
fi
CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export CHROMIUM
if [ -z "${BASE:-}" ]; then
    port=$(free_port)
    BASE=http://127.0.0.1:$port
    RUST_LOG=error serve_until_listening "$SCRATCH/portal.log" "$port" \
        "$HUZHU" demo --members "${MEMBERS:-1500}" --seed 2018 --listen "127.0.0.1:$port"
else
    : >"$SCRATCH/portal.log"
fi
export BASE
