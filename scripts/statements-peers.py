"""The disclosure-window join over generated calls, beside DuckDB and Polars; p-values of real calls under random disclosures.

2,000 people, 181 days, 20 disclosures each. All three count, per person, the calls in the windows of 48 hours after disclosures, and
must agree. Windows and controls are dealt here as docs/spec/statements.md says, by code of its own. Each peer is a process of its own
that reads the same Parquet file, takes out rows that are alike, and joins; times are wall clock, memory is the largest resident set.
Holm's program does all its tests besides; its join alone is read from what it says of its progress.
Exit code 1 if counts differ, or the real calls' p-values are not uniform between their ties.
"""

import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

PEOPLE, DAYS, TOLD, HOURS = 2000, 181, 20, 48
BEGIN = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY, WEEK = 86_400, 7 * 86_400
ROUNDS = 20


def instant(second):
    return datetime.fromtimestamp(second, timezone.utc).isoformat().replace("+00:00", "Z")


def calls(path, rows):
    """Calls by day, nine in ten with one of 200 numbers that the person calls most, the others with anybody; one row in a thousand twice."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(1)
    schema = pa.schema([("at", pa.timestamp("ms", "UTC")), ("own", pa.string()), ("other", pa.string()), ("seconds", pa.int32())])
    owns = pa.array([f"+34600{p:06}" for p in range(PEOPLE)])
    others = pa.array([f"+34910{n:06}" for n in range(400_000)])
    with pq.ParquetWriter(path, schema) as writer:
        left = rows
        while left:
            n = min(left, 1_000_000)
            left -= n
            at = BEGIN + rng.integers(0, DAYS, n) * DAY + rng.integers(7 * 3600, 23 * 3600, n)
            at[0], at[1] = BEGIN + 1, BEGIN + DAYS * DAY - 1
            own = rng.integers(0, PEOPLE, n)
            often = (own * 7919 + (200 * rng.random(n) ** 2).astype(np.int64) * 1009) % 400_000
            other = np.where(rng.random(n) < 0.9, often, (400_000 * rng.random(n) ** 3).astype(np.int64))
            seconds = rng.integers(1, 900, n).astype(np.int32)
            twice = rng.integers(2, n, n // 1000)
            for column in (at, own, other, seconds):
                column[twice] = column[twice - 1]
            table = [pa.array(at * 1000, pa.timestamp("ms", "UTC")), owns.take(pa.array(own)), others.take(pa.array(other)), pa.array(seconds)]
            writer.write_table(pa.table(table, schema=schema))


def covered(table):
    """From the beginning of each number's first day with a call to the end of the last."""
    def day(at):
        return int(at.timestamp()) // DAY * DAY

    ends = table.group_by("own").aggregate([("at", "min"), ("at", "max")]).to_pylist()
    return {e["own"]: (day(e["at_min"]), day(e["at_max"]) + DAY) for e in ends}


def told():
    rng = random.Random(2)
    return [[BEGIN + rng.randrange(DAYS - 2) * DAY + rng.randrange(24) * 3600 for _ in range(TOLD)] for _ in range(PEOPLE)]


def dealt(disclosures, first, last):
    """True windows, merged, and their controls; no two overlap."""
    truths = []
    for at in sorted(disclosures):
        if at < first or at + HOURS * 3600 > last:
            continue
        if truths and at < truths[-1][1]:
            truths[-1][1] = at + HOURS * 3600
        else:
            truths.append([at, at + HOURS * 3600])
    taken = [tuple(t) for t in truths]
    windows = [(s, e, k, True) for k, (s, e) in enumerate(truths)]
    for away in range(1, (last - first) // WEEK + 2):
        for k, (starts, ends) in enumerate(truths):
            for shift in (-away * WEEK, away * WEEK):
                s, e = starts + shift, ends + shift
                if s >= first and e <= last and all(e <= a or s >= b for a, b in taken):
                    taken.append((s, e))
                    windows.append((s, e, k, False))
    return windows


def request(kind, files, persons, owners, events, last):
    days = {"first": "2026-01-01", "last": last}
    return {"kind": kind, "files": files, "zone": "UTC", "scope": days | {"persons": persons}, "owners": owners, "events": events,
            "screened": len(persons)}


def measured(command, given=b""):
    """Runs a program: what it answers, what it says, wall seconds, and the most memory in MiB that it had."""
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        asked.write(given)
        asked.seek(0)
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=asked, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        out.seek(0)
        err.seek(0)
        said = err.read().decode()
        if os.waitstatus_to_exitcode(status):
            sys.exit(f"{command[0]} failed: {said[-2000:]}")
        return out.read(), said, wall, used.ru_maxrss // 1024


DUCKDB = """
import duckdb, json, sys, time
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute('CREATE TABLE calls AS SELECT epoch("at")::BIGINT AS second, own, other, seconds FROM read_parquet(?) GROUP BY ALL', [sys.argv[1]])
db.execute("CREATE TABLE windows AS SELECT * FROM read_parquet(?)", [sys.argv[2]])
start = time.monotonic()
rows = db.execute('''SELECT w.own, w.starts, w.truth, count(*) FROM calls c JOIN windows w
  ON w.own = c.own AND c.second >= w.starts AND c.second < w.ends GROUP BY ALL''').fetchall()
joined = time.monotonic() - start
counts = {}
for own, _, truth, n in rows:
    if truth: counts[own] = counts.get(own, 0) + n
json.dump([joined, counts], sys.stdout)
"""

POLARS = """
import json, sys, time
import polars as pl
calls = pl.scan_parquet(sys.argv[1]).with_columns(pl.col("at").dt.epoch("s")).unique().sort("at").collect()
windows = pl.read_parquet(sys.argv[2]).sort("starts")
start = time.monotonic()
rows = (calls.lazy().join_asof(windows.lazy(), left_on="at", right_on="starts", by="own", strategy="backward")
  .filter(pl.col("at") < pl.col("ends")).group_by("own", "starts", "truth").len().collect())
joined = time.monotonic() - start
counts = {own: n for own, n in rows.filter(pl.col("truth")).group_by("own").agg(pl.col("len").sum()).iter_rows()}
json.dump([joined, counts], sys.stdout)
"""


def speed(folder, program, rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path, table = folder / f"calls-{rows}.parquet", folder / "windows.parquet"
    if not path.exists():
        calls(folder / "part", rows)
        os.rename(folder / "part", path)
    disclosures = told()
    days = covered(pq.read_table(path, columns=["own", "at"]))
    windows = [(own, *w) for (own, (first, last)), of in zip(sorted(days.items()), disclosures, strict=True) for w in dealt(of, first, last)]
    columns = list(zip(*windows))
    pq.write_table(pa.table(dict(zip(("own", "starts", "ends", "disclosure", "truth"), columns))), table)
    persons = [f"p{p:04}" for p in range(PEOPLE)]
    owners = [{"own": f"+34600{p:06}", "person": persons[p]} for p in range(PEOPLE)]
    events = [{"person": persons[p], "at": instant(at), "label": "-"} for p, of in enumerate(disclosures) for at in of]
    mapping = "[columns]\nat='at'\nown='own'\nother='other'\nseconds='seconds'\n"
    asked = request("phones", [{"path": str(path), "mapping": mapping}], persons, owners, events, "2026-06-30")
    out, said, wall, memory = measured([program], json.dumps(asked).encode())
    print(said, file=sys.stderr)
    answer, join = json.loads(out), float(re.search(r"^Calls in windows.* in ([0-9.]+) s$", said, re.M)[1])
    ours = {f"+34600{int(p['person'][1:]):06}": p["findings"][0]["rows"]["total"] for p in answer["persons"]}
    print(f"{rows} rows, {len(windows)} windows, {answer['read']['duplicates']['total']} rows taken out")
    print(f"holm: join {join:.1f} s, all {wall:.1f} s (every test), {memory} MiB")
    for name, code in (("duckdb", DUCKDB), ("polars", POLARS)):
        out, _, all_of_it, most = measured([sys.executable, "-c", code, str(path), str(table)])
        peer, counts = json.loads(out)
        print(f"{name}: join {peer:.1f} s (Holm's is {join / peer:.2f} of it), with reading and duplicates {all_of_it:.1f} s, {most} MiB")
        if {k: v for k, v in ours.items() if v} != counts:
            sys.exit(f"{name} counts otherwise")


def null(folder, program, data):
    """Four random disclosures to everybody who calls, in ROUNDS rounds: how many p-values lie at or below each level."""
    people, files, rounds = set(), [], ROUNDS
    for name, a, b in (("calls.csv", "caller", "callee"), ("sms.csv", "sender", "recipient")):
        for line in (data / name).read_text().splitlines()[1:]:
            people.update(line.split(",")[1:3])
        for own, other in ((a, b), (b, a)):
            mapping = f"[columns]\nat='timestamp'\nown='{own}'\nother='{other}'\n[time]\nformat='%s'"
            files.append({"path": str(data / name), "mapping": mapping})
    people = sorted(people, key=int)
    rng, found = random.Random(3), {}
    for _ in range(rounds):
        events = [{"person": p, "at": instant(rng.randrange(28 * DAY)), "label": "-"} for p in people for _ in range(4)]
        asked = request("phones", files, people, [{"own": p, "person": p} for p in people], events, "1970-01-28")
        asked["scope"]["first"] = "1970-01-01"
        asked["windows"] = {"after_hours": 12, "around_days": 1, "novelty_days": 3, "short_lived_days": 2}
        answer = json.loads(measured([program], json.dumps(asked).encode())[0])
        for finding in (f for p in answer["persons"] for f in p["findings"] if "beyond" in f["weight"]):
            found.setdefault(finding["test"], []).append((finding["weight"]["p"], finding["weight"]["beyond"]))
    # Between `beyond` and `p` lies a uniform draw. Rounds share people and their calls, so trials hang together; alpha is for each test.
    alpha, bad = 0.001, False
    for test, ps in sorted(found.items()):
        shares = ", ".join(f"{sum(p <= u for p, _ in ps) / len(ps):.4f} at {u}" for u in (0.01, 0.05, 0.1))
        drawn = sorted(beyond + rng.random() * (p - beyond) for p, beyond in ps)
        n = len(drawn)
        gap = max(max(abs(p - i / n), abs((i + 1) / n - p)) for i, p in enumerate(drawn))
        bound = math.sqrt(math.log(2 / alpha) / (2 * n))
        print(f"{test}: {n} p-values, {shares}; between ties D {gap:.4f}, bound {bound:.4f}")
        bad |= gap > bound
    if bad:
        sys.exit("p-values are not uniform")


if __name__ == "__main__":
    folder, program, rows = Path(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
    speed(folder, program, rows)
    if os.environ.get("HOLM_COPENHAGEN"):
        null(folder, program, Path(os.environ["HOLM_COPENHAGEN"]))
