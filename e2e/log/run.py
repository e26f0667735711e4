"""Runs every verifier over a good case, then over each mutation of it; prints a table; fails if one errs.

    python run.py CASE --tools FOLDER [--huzhu BINARY] [--fork CASE] [--rounds N] [--seed N]

Exit 0: all accepted the good case, and each mutation was refused by every verifier that looks at what was altered.
`--fork` is a case with the same keys whose history differs: its checkpoint is served to clients that saw the first.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import mutate

HERE = Path(__file__).parent
ALL = {"tiles", "receipt", "signature", "quorum", "history"}


def verifiers(tools: Path, huzhu: str | None) -> list[tuple[str, list[str], set[str]]]:
    """Name, command line, and what it looks at."""
    python = str(tools / "venv" / "bin" / "python")
    found = [
        ("go", [str(tools / "verify_go")], ALL),
        ("tlog-scales", [python, str(HERE / "verify_scales.py")], ALL),
        ("aics-tlog", [python, str(HERE / "verify_aics.py")], ALL),
        ("sigstore", [python, str(HERE / "verify_sigstore.py")], {"receipt", "signature"}),
        ("npm", ["node", str(HERE / "verify_node.cjs")], {"receipt", "signature"}),
    ]
    if huzhu:
        found.append(("huzhu", [python, str(HERE / "verify_huzhu.py"), huzhu], ALL))
    return found


def ask(command: list[str], case: Path, tools: Path) -> tuple[int, str]:
    env = os.environ | {"NODE_PATH": str(tools / "node" / "node_modules"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*command, str(case)], env=env, capture_output=True, text=True)
    return done.returncode, (done.stdout.strip() or done.stderr.strip()).replace("\n", " ")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("case", type=Path)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--huzhu")
    parser.add_argument("--fork", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="random choices of the place, for each mutation")
    parser.add_argument("--seed", type=int, default=2018)
    asked = parser.parse_args()
    who = verifiers(asked.tools, asked.huzhu)
    failures = []

    for name, command, _ in who:
        code, said = ask(command, asked.case, asked.tools)
        print(f"{name:<12} {'accepts' if code == 0 else 'REFUSES'}: {said}")
        if code != 0:
            failures.append(f"{name} refuses a good case ({code}): {said}")
    if failures:
        sys.exit("\n".join(failures))

    scratch = Path(tempfile.mkdtemp(dir=asked.case.parent))
    jobs = list(mutate.MUTATIONS)
    if asked.fork:

        def forked(case: Path, chance: random.Random) -> None:
            """The other history, well signed, is served to those who saw this one."""
            (case / "seen" / "99999998.note").write_bytes((asked.case / "log" / "checkpoint").read_bytes())
            mutate.twin(asked.fork / "log", case / "log")

        jobs.append(("another history (fork)", forked, "history"))
    print(f"\n{'mutation':<34}" + "".join(f"{name:>12}" for name, _, _ in who))
    count = 0
    for what, change, needs in jobs:
        row = {name: "refused" if needs in looks else "-" for name, _, looks in who}
        for turn in range(1 if needs == "history" else asked.rounds):
            altered = mutate.twin(asked.case, scratch / "altered")
            change(altered, random.Random(f"{asked.seed} {what} {turn}"))
            for name, command, looks in who:
                if needs not in looks:
                    continue
                code, said = ask(command, altered, asked.tools)
                count += 1
                if code != 1:
                    row[name] = "ACCEPTED" if code == 0 else f"exit {code}"
                    failures.append(f"{name}: {what} (turn {turn}): exit {code}: {said}")
                elif os.environ.get("VERBOSE"):
                    print(f"    {name}: {said[:150]}")
        print(f"{what:<34}" + "".join(f"{row[name]:>12}" for name, _, _ in who))
    print(f"\n{count} refusals were asked for, {len(failures)} failed ('-': the tool does not look at this)")
    if failures:
        sys.exit("\n".join(failures))


main()
