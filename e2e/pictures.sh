#!/usr/bin/env bash
# Takes the pictures of the README anew, into docs/pictures/.

source "$(dirname "$0")/binary.sh"
need chromium chromium
need node nodejs
need npm npm
source e2e/portal.sh
export PICTURES=$ROOT/docs/pictures
node "$PAGES/pictures.mjs"
