"""Our own verifier behind the same door as the foreign ones: `huzhu verify log` over the folder and everything that was seen, then
`huzhu verify receipt` over each receipt.

    python verify_huzhu.py HUZHU CASE        0 accepted, 1 refused, 2 wrong use

The receipts are read as they are; `.entry` files, which are for tools that do not know our receipts, are compared with what
`--json` says the entry is.
"""

import json
import subprocess
import sys
from pathlib import Path


def run(arguments: list) -> dict:
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True)
    if done.returncode == 1:
        answer = json.loads(done.stdout)
        print(f"refused: {answer['what']}: {answer['finding']}")
        sys.exit(1)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        # What was seen by a client and is not signed accuses nobody: wrong use, not a refusal. Everything else is a failure.
        sys.exit(3)
    return json.loads(done.stdout)


def main() -> None:
    huzhu, case = sys.argv[1], Path(sys.argv[2])
    since = [word for path in sorted((case / "seen").glob("*.note")) for word in ("--since", path)]
    log = run([huzhu, "--json", "verify", "log", case / "log", "--policy", case / "policy", *since])["logs"][0]
    receipts = sorted((case / "receipts").glob("*.tlog-proof"))
    for path in receipts:
        file = path.with_suffix(".file")
        original = ["--file", file] if file.exists() else []
        shown = run([huzhu, "--json", "verify", "receipt", path, "--policy", case / "policy", *original])
        if shown["entry"] != path.with_suffix(".entry").read_bytes().hex():
            print(f"refused: {path.name}: the entry is another one")
            sys.exit(1)
        if original and not shown["file_checked"]:
            sys.exit(3)
    print(f"size {log['size']}: {log['tiles']} tiles, {log['earlier']} earlier checkpoints, {len(receipts)} receipts")


main()
