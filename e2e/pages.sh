#!/usr/bin/env bash
# The portal of a demo in the browser of the system: every page as every persona (audit.mjs), a dozen journeys without script
# (journeys.mjs), an investigator without a network (field.mjs), and the journeys of people who do not agree, in both languages and
# each page audited (disputes.mjs). `ALL=1` takes all combinations of language, theme and size instead of all pairs.

source "$(dirname "$0")/binary.sh"
need chromium chromium
need node nodejs
need npm npm
source e2e/portal.sh

failed=0
node "$PAGES/audit.mjs" || failed=1
node "$PAGES/journeys.mjs" || failed=1
node "$PAGES/field.mjs" || failed=1
node "$PAGES/disputes.mjs" || failed=1
if grep -n 'panicked' "$SCRATCH/portal.log"; then
    failed=1
fi
exit "$failed"
