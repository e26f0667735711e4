#!/usr/bin/env bash
# The verify page in the browser of the system (verify.mjs): published vectors and forgeries, a saved copy without network, and
# receipts of a demo as text, as PDF (qpdf, poppler) and as QR code (zbar).

source "$(dirname "$0")/binary.sh"
need chromium chromium
need node nodejs
need npm npm
need qpdf qpdf
need pdfdetach poppler-utils
need zbarimg zbar-tools
source e2e/portal.sh

export VECTORS=$ROOT/docs/log/vectors
failed=0
node "$PAGES/verify.mjs" || failed=1
if grep -n 'panicked' "$SCRATCH/portal.log"; then
    failed=1
fi
exit "$failed"
