"""What calls and texts are like: python3 scripts/calls-measured.py FOLDER.

The folder has calls.csv and sms.csv of the Copenhagen Networks Study (Sapiezynski et al. 2019), or phones.csv and numbers.csv as
`holm simulate world DIR --statements` writes them. Of statements the first 28 days are measured, each person's numbers taken
together. Prints the figures that stand in crates/holm-simulate/src/statements/study.rs. Needs nothing but Python.
"""

import collections
import csv
import datetime
import math
import pathlib
import statistics
import sys

DAYS = 28
# Burstiness of fewer times says little.
TIMES = 20


def rows(file):
    with open(file, newline="") as stream:
        return list(csv.DictReader(stream))


def study(folder):
    """(second, from, to, seconds or None for a text), each once for either side: (own, other, outgoing, ...)."""
    sides = []
    for row in rows(folder / "calls.csv"):
        sides.append((int(row["timestamp"]), row["caller"], row["callee"], int(row["duration"])))
    for row in rows(folder / "sms.csv"):
        sides.append((int(row["timestamp"]), row["sender"], row["recipient"], None))
    for at, one, other, seconds in sorted(sides, key=lambda s: s[0]):
        yield at, one, other, True, seconds
        yield at, other, one, False, seconds


def statements(folder):
    person = {row["number"]: row["person"] for row in rows(folder / "numbers.csv")}
    first = None
    with open(folder / "phones.csv", newline="") as stream:
        for row in csv.DictReader(stream):
            at = datetime.datetime.fromisoformat(row["at"]).timestamp()
            first = at - at % 86_400 if first is None else first
            if at >= first + DAYS * 86_400:
                return
            if row["own"] in person:
                seconds = (int(row["seconds"]) or -1) if row["kind"] == "call" else None
                other = person.get(row["other"], row["other"])
                yield at - first, person[row["own"]], other, row["direction"] == "out", seconds


def quantiles(values):
    values = sorted(values)
    return [values[min(len(values) - 1, int(p * len(values)))] for p in (0.25, 0.5, 0.75, 0.9, 0.99)]


def bursts(seconds):
    gaps = [later - earlier for earlier, later in zip(seconds, seconds[1:])]
    mean, spread = statistics.mean(gaps), statistics.pstdev(gaps)
    return (spread - mean) / (spread + mean), gaps


def main(folder):
    sides = list((study if (folder / "calls.csv").exists() else statements)(folder))
    of, ways = collections.defaultdict(list), collections.defaultdict(set)
    for at, own, other, outgoing, _ in sides:
        of[own].append((at, other))
        if own != other:
            ways[frozenset((own, other))].add((own, other) if outgoing else (other, own))
    contacts = [len({other for _, other in events}) for events in of.values()]
    logs = [math.log(len(events)) for events in of.values()]
    measured = [bursts([at for at, _ in events]) for events in of.values() if len(events) >= TIMES]
    gaps = [gap for _, some in measured for gap in some]
    following = [one[1] == next_[1] for events in of.values() for one, next_ in zip(events, events[1:])]
    calls = [seconds for *_, outgoing, seconds in sides if seconds is not None]
    answered = [math.log(max(seconds, 1)) for seconds in calls if seconds >= 0]
    hours = collections.Counter(int(at % 86_400 // 3_600) for at, *_ in sides)
    print(f"people {len(of)}, calls and texts {len(sides)} (counted on each side)")
    print(f"contacts, quantiles .25 .5 .75 .9 .99: {quantiles(contacts)}")
    print(f"ln of calls and texts: mean {statistics.mean(logs):.2f}, standard deviation {statistics.pstdev(logs):.2f}")
    print(f"reciprocal pairs: {sum(len(w) == 2 for w in ways.values()) / len(ways):.3f}")
    print(f"burstiness: {statistics.mean(b for b, _ in measured):.3f} over {len(measured)} people")
    print(f"times between below an hour: {sum(gap < 3_600 for gap in gaps) / len(gaps):.3f}")
    print(f"same other as before: {sum(following) / len(following):.3f}")
    print(f"calls: {len(calls) / len(sides):.3f} of all, missed {1 - len(answered) / len(calls):.3f}")
    print(f"ln of seconds: mean {statistics.mean(answered):.2f}, standard deviation {statistics.pstdev(answered):.2f}")
    print(f"by hour, in thousandths: {[round(1_000 * hours[hour] / len(sides)) for hour in range(24)]}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
