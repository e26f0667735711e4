"""Settles the rosters of `cargo xtask bench settle` with DuckDB and PostgreSQL, beside our kernel, in one run: ratios for docs/scale.md.

python3 e2e/peers.py SCALE_BINARY BENCH_DATA_FOLDER POSTGRES_BIN_FOLDER [MEMBERS_FOR_DUCKDB]
Peers get the share of each band for nothing; they count members by what they were charged, and write each share. DuckDB hashes each
leaf as well, without any tree. PostgreSQL gets 10 million members.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import duckdb
import numpy

SCALE, DATA, POSTGRES = sys.argv[1:4]
DUCK = int(sys.argv[4]) if len(sys.argv) > 4 else 100_000_000
SMALL = 10_000_000
DAY, CAP = 18443, 18800
SHARES = (281, 562)


def ours(members, kind):
    runs = []
    words = ["apply", str(members)] if kind == "apply" else ["run", str(members), kind]
    for _ in range(3):
        out = subprocess.run([SCALE, *words], capture_output=True, text=True, check=True).stdout
        runs.append(float(re.search(r" in ([0-9.]+) s", out).group(1)))
    return sorted(runs)[1]


def columns(members):
    folder = f"{DATA}/roster-{members}"
    return {
        "charged": numpy.fromfile(f"{folder}/charged.u32", "<u4"),
        "day": numpy.fromfile(f"{folder}/from.u16", "<u2"),
        "state": numpy.fromfile(f"{folder}/state.u8", "u1"),
    }


def timed(run):
    begin = time.monotonic()
    run()
    return time.monotonic() - begin


SHARE = f"least(CASE WHEN state & 15 = 1 THEN {SHARES[1]} ELSE {SHARES[0]} END, {CAP} - least(charged, {CAP}))"
WHO = f"state & 16 <> 0 AND day <= {DAY}"


def duck(members):
    with tempfile.TemporaryDirectory(dir=DATA) as folder:
        db = duckdb.connect(f"{folder}/duck.db")
        db.execute("SET threads = 2")
        held = columns(members)  # noqa: F841, read by name
        db.execute("CREATE TABLE member AS SELECT row_number() OVER () - 1 AS place, charged, day, state FROM held")
        del held
        count = f"SELECT state & 15, least(charged, {CAP}), count(*) FROM member WHERE {WHO} GROUP BY ALL"
        plain = timed(lambda: (db.execute(count).fetchall(), db.execute(f"CREATE TABLE share AS SELECT place, {SHARE} AS amount FROM member WHERE {WHO}")))
        leaf = f"sha256(concat('2020-06-b|', place, '|', {SHARE}))"
        hashed = timed(lambda: (db.execute(count).fetchall(), db.execute(f"CREATE TABLE hashed AS SELECT place, {SHARE} AS amount, {leaf} AS leaf FROM member WHERE {WHO}")))
        # One debit in nine of those who owe did not come in: about 3 % of all.
        db.execute("ALTER TABLE member ADD COLUMN owed INTEGER DEFAULT 0")
        db.execute("CREATE TABLE failed AS SELECT place FROM share WHERE amount > 0 AND hash(place) % 9 = 0")
        applied = timed(lambda: db.execute(
            "UPDATE member SET charged = member.charged + due.amount, owed = member.owed + due.owed FROM (SELECT share.place, amount, "
            "CASE WHEN failed.place IS NULL THEN 0 ELSE amount END AS owed FROM share LEFT JOIN failed USING (place)) AS due "
            "WHERE member.place = due.place"))
        db.close()
        return plain, hashed, applied


def postgres(members):
    folder = tempfile.mkdtemp()  # a home folder may be closed to the user of the database
    shutil.chown(folder, "postgres")
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    run = lambda *words, **more: subprocess.run([*user, *words], check=True, stdout=subprocess.DEVNULL, **more)
    sql = lambda text: run(f"{POSTGRES}/psql", "-qh", folder, "-d", "postgres", "-c", text)
    try:
        run(f"{POSTGRES}/initdb", "-D", f"{folder}/data", "-A", "trust")
        run(f"{POSTGRES}/pg_ctl", "-w", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o",
            f"-k {folder} -h '' -c shared_buffers=1GB -c max_wal_size=8GB", "start")
        try:
            sql("CREATE UNLOGGED TABLE member (place int, charged int, day int, state int)")
            held = columns(members)
            copy = subprocess.Popen([*user, f"{POSTGRES}/psql", "-qh", folder, "-d", "postgres", "-c", "COPY member FROM STDIN (FORMAT csv)"], stdin=subprocess.PIPE)
            places = numpy.arange(members)
            for at in range(0, members, 500_000):
                rows = numpy.column_stack([part[at:at + 500_000] for part in (places, held["charged"], held["day"], held["state"])])
                numpy.savetxt(copy.stdin, rows, fmt="%d", delimiter=",")
            copy.stdin.close()
            assert copy.wait() == 0
            sql("CREATE TABLE share (place int, amount int)")
            sql("ANALYZE member")
            return timed(lambda: sql(f"INSERT INTO share SELECT place, {SHARE} FROM member WHERE {WHO}"))
        finally:
            run(f"{POSTGRES}/pg_ctl", "-m", "immediate", "-D", f"{folder}/data", "stop")
    finally:
        shutil.rmtree(folder)


small = ours(SMALL, "plain"), ours(SMALL, "tree")
slow = postgres(SMALL)
print(f"{SMALL} members: ours {small[0]:.2f} s plain, {small[1]:.2f} s with tree; PostgreSQL INSERT..SELECT {slow:.1f} s, "
      f"{slow / small[0]:.0f} x and {slow / small[1]:.0f} x (wanted 25 x)", flush=True)
large = ours(DUCK, "plain"), ours(DUCK, "tree"), ours(DUCK, "apply")
plain, hashed, applied = duck(DUCK)
print(f"{DUCK} members: ours {large[0]:.2f} s plain, {large[1]:.2f} s with tree; DuckDB {plain:.1f} s plain, {hashed:.1f} s with leaf hashes, "
      f"{plain / large[0]:.1f} x and {hashed / large[1]:.1f} x (wanted 5 x with hashes)")
print(f"{DUCK} members, 3 % of the debits failed: ours {large[2]:.2f} s, DuckDB UPDATE {applied:.1f} s, {applied / large[2]:.0f} x (wanted 30 x)")
