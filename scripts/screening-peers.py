"""Whom an isolation forest, counting and Holm would look at first: python3 scripts/screening-peers.py WORLD...

Each WORLD is a folder that `holm simulate world WORLD --statements` wrote. Everybody on its roster gets a score of suspicion from
each method, by calls, by accounts and by both; the highest hundredth is reviewed. Printed over all worlds: how many leakers are
among the reviewed, of all leakers and of those who left something there. Nobody could find the others.

Holm's scores are what `holm-statements` (HOLM_STATEMENTS names it) answers of the same files: −ln of the smaller p of
`target-calls-after` and `near-calls-after`, of the smaller p of `cash-after` and `structuring`, and of both the sum. Numbers near
targets are given to it as the forest has them (`hops`).

Counting is calls made in the 24 hours after disclosures, and cash paid in within the 10 days after them. The forest (Liu, Ting and
Zhou 2008, scikit-learn) sees these and the rest of `call_features` and `account_features`. Equal scores are broken by a seeded draw.
"""

import json
import math
import pathlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest

BUDGET = 0.01
TREES = 500
CALL_WINDOW, CASH_WINDOW = 86_400, 10 * 86_400
DAY = 86_400
REPORTED = 10_000
PLACE = 0.02
METHODS = ("isolation forest", "counting", "Holm")
SIGHTS = ("calls", "accounts", "both")
PHONES = """[columns]
at = "at"
own = "own"
other = "other"
direction = "direction"
kind = "kind"
seconds = "seconds"
imei = "imei"
imsi = "imsi"
[direction]
out = ["out"]
in = ["in"]
"""
ACCOUNTS = """[columns]
at = "at"
account = "account"
amount = "amount"
currency = "currency"
counterparty = "counterparty"
kind = "kind"
words = "words"
balance = "balance"
"""


def seconds(times):
    return pd.to_datetime(times, utc=True, format="ISO8601").astype("datetime64[s, UTC]").astype("int64").to_numpy()


def told(world):
    """By person, when they were told something: seconds, sorted."""
    lists = pd.read_csv(world / "operations.csv", usecols=["told"])["told"].dropna().str.split(";").explode()
    parts = lists.str.extract(r"^(?P<person>[^@]+)@(?P<at>[^Z]+Z)")
    parts["at"] = seconds(parts["at"])
    return {person: np.sort(group.to_numpy()) for person, group in parts.groupby("person")["at"]}


def in_windows(times, starts, length, weights=None):
    """What of `times` (sorted) lies in the windows after `starts`: how many, or the sum of their weights; once for each window."""
    first, last = np.searchsorted(times, starts, "right"), np.searchsorted(times, starts + length, "right")
    total = np.concatenate(([0], np.cumsum(np.ones(len(times)) if weights is None else weights)))
    return float((total[last] - total[first]).sum())


def hops(phones, roster, targets):
    """Numbers in touch with a target, and numbers in touch with these, as far as there are statements; nobody of the roster, and no
    place that many of the roster call."""
    callers = phones.loc[phones["own"].isin(roster)].groupby("other")["own"].nunique()
    places = set(callers.index[callers > max(3, PLACE * len(roster))])

    def others(own):
        return set(phones.loc[phones["own"].isin(own), "other"]) - roster - targets - places

    one = others(targets)
    return one, others(one) - one


def call_features(world, disclosures):
    phones = pd.read_csv(world / "phones.csv", dtype={"own": str, "other": str, "imei": str, "imsi": str})
    phones["at"] = seconds(phones["at"])
    owners = pd.read_csv(world / "numbers.csv", dtype=str).set_index("number")["person"]
    targets = set(pd.read_csv(world / "targets.csv", dtype=str)["number"])
    near, further = hops(phones, set(owners.index), targets)
    phones["person"] = phones["own"].map(owners)
    # A number that nobody noted is whose handset it was in.
    in_handset = phones.dropna(subset="person").drop_duplicates("imei").set_index("imei")["person"]
    phones["person"] = phones["person"].fillna(phones["imei"].map(in_handset))
    rows, none = {}, np.array([], dtype=np.int64)
    for person, calls in phones.dropna(subset="person").groupby("person"):
        calls = calls.sort_values("at")
        out = calls[calls["direction"] == "out"]
        starts = disclosures.get(person, none)
        one, two = out[out["other"].isin(near)], out[out["other"].isin(further)]
        contacts = calls.groupby("other")["at"].agg(["min", "max", "size"])
        after = in_windows(out["at"].to_numpy(), starts, CALL_WINDOW)
        rows[person] = {
            "after": after,
            "rate after": after / max(len(starts), 1) / (len(out) / 1_000 + 0.1),
            "after, one hop": in_windows(one["at"].to_numpy(), starts, CALL_WINDOW),
            "after, two hops": in_windows(two["at"].to_numpy(), starts, CALL_WINDOW),
            "one hop": len(one),
            "two hops": len(two),
            "calls and texts": len(calls),
            "contacts": len(contacts),
            "contacts of a month": int(((contacts["max"] - contacts["min"]).between(1, 30 * DAY)).sum()),
            "numbers": calls["own"].nunique(),
            "handsets": calls["imei"].nunique(),
            "sims": calls["imsi"].nunique(),
            "by night": float(((calls["at"] % DAY) < 6 * 3_600).mean()),
            "below a minute": float((np.diff(calls["at"]) < 60).mean()) if len(calls) > 1 else 0.0,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def account_features(world, disclosures):
    postings = pd.read_csv(world / "accounts.csv", dtype={"account": str})
    postings["at"] = seconds(postings["at"])
    owners = pd.read_csv(world / "owners.csv", dtype=str).set_index("account")["person"]
    incomes = pd.read_csv(world / "incomes.csv").groupby("person")["amount"].sum()
    postings["person"] = postings["account"].map(owners)
    rows, none = {}, np.array([], dtype=np.int64)
    for person, all_of in postings.groupby("person"):
        # What goes from one's own account to another is neither paid in nor out.
        of = all_of[~all_of["counterparty"].isin(owners.index)].sort_values("at")
        paid_in = of[of["amount"] > 0]
        cash = paid_in[paid_in["kind"] == "cash"]
        starts, income = disclosures.get(person, none), incomes.get(person, 0.0) + 1.0
        after = in_windows(cash["at"].to_numpy(), starts, CASH_WINDOW, cash["amount"].to_numpy())
        rows[person] = {
            "after": after,
            "after, share of income": after / income,
            "cash paid in": cash["amount"].sum(),
            "cash, share of income": cash["amount"].sum() / income,
            "times": len(cash),
            "largest": cash["amount"].max() if len(cash) else 0.0,
            "just below what is reported": int(cash["amount"].between(0.75 * REPORTED, REPORTED).sum()),
            "paid in, share of income": paid_in["amount"].sum() / income,
            "paid out, share of income": -of.loc[of["amount"] < 0, "amount"].sum() / income,
            "highest balance": all_of["balance"].max() / income,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def asked(world, people, disclosures, more):
    """What `holm-statements` answers: by person and test, p."""
    def stamp(at):
        return pd.Timestamp(int(at), unit="s").isoformat() + "Z"

    events = [{"person": person, "at": stamp(at), "label": "told"} for person, times in disclosures.items() for at in times
              if person in set(people)]
    request = {"zone": "UTC", "scope": {"first": "2001-01-01", "last": "2003-09-27", "persons": people}, "events": events,
               "screened": len(people), **more}
    done = subprocess.run([os.environ["HOLM_STATEMENTS"]], input=json.dumps(request), capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr.splitlines()[-1])
    answer = json.loads(done.stdout)
    return {person["person"]: {finding["test"]: finding["weight"].get("p", 1.0) for finding in person["findings"]}
            for person in answer["persons"]}


def holm(world, people, disclosures):
    """Holm's scores by sight, and nothing without its program."""
    if "HOLM_STATEMENTS" not in os.environ:
        return dict.fromkeys(SIGHTS)
    phones = pd.read_csv(world / "phones.csv", dtype=str, usecols=["own", "other"])
    numbers = pd.read_csv(world / "numbers.csv", dtype=str)
    targets = pd.read_csv(world / "targets.csv", dtype=str)["number"].tolist()
    near, further = hops(phones, set(numbers["number"]), set(targets))
    owners = pd.read_csv(world / "owners.csv", dtype=str)
    calls = asked(world, people, disclosures, {
        "kind": "phones", "files": [{"path": str(world / "phones.csv"), "mapping": PHONES}], "targets": targets,
        "owners": numbers.rename(columns={"number": "own"}).to_dict("records"),
        "contacts_of_targets": sorted(near | further), "windows": {"after_hours": CALL_WINDOW // 3_600}})
    accounts = asked(world, people, disclosures, {
        "kind": "accounts", "files": [{"path": str(world / "accounts.csv"), "mapping": ACCOUNTS}],
        "owners": owners.rename(columns={"account": "own"}).to_dict("records"),
        "thresholds": [{"currency": "USD", "amount": f"{REPORTED}.00"}], "windows": {"after_hours": CASH_WINDOW // 3_600}})

    def score(answer, tests):
        least = {person: min(found.get(test, 1.0) for test in tests) for person, found in answer.items()}
        return pd.Series({person: -math.log(max(p, 1e-300)) for person, p in least.items()}).reindex(people)

    by_calls = score(calls, ("target-calls-after", "near-calls-after"))
    by_accounts = score(accounts, ("cash-after", "structuring"))
    return {"calls": by_calls, "accounts": by_accounts, "both": by_calls + by_accounts}


def forest(features, seed):
    model = IsolationForest(n_estimators=TREES, random_state=seed, n_jobs=1).fit(features.to_numpy())
    return pd.Series(-model.score_samples(features.to_numpy()), index=features.index)


def scores(world, people, seed):
    """By sight and method, everybody's score; None where there is none."""
    disclosures = told(world)
    calls = call_features(world, disclosures).reindex(people, fill_value=0.0)
    accounts = account_features(world, disclosures).reindex(people, fill_value=0.0)
    both = calls.add_prefix("calls: ").join(accounts.add_prefix("accounts: "))
    ranks = calls["after"].rank() + accounts["after"].rank()
    counted = {"calls": calls["after"], "accounts": accounts["after"], "both": ranks}
    result, own = {}, holm(world, people, disclosures)
    for sight, features in {"calls": calls, "accounts": accounts, "both": both}.items():
        result[sight] = dict(zip(METHODS, (forest(features, seed), counted[sight], own[sight])))
    return result


def leakers(world, people):
    """Everybody on the roster who leaks, and by sight those who left something there."""
    truth = json.loads((world / "truth.json").read_text())
    left = {leaker["person"]: leaker for leaker in truth["traces"]["leakers"]}
    everybody = {leaker["person"] for leaker in truth["leakers"]} & set(people)
    calls = {person for person in everybody if left[person]["calls"]}
    accounts = {person for person in everybody if left[person]["deposits"]}
    return everybody, {"calls": calls, "accounts": accounts, "both": calls | accounts}


def reviewed(score, seed):
    order = np.random.default_rng(seed).permutation(len(score))
    ranked = score.fillna(-np.inf).iloc[order].sort_values(ascending=False, kind="stable")
    return set(ranked.index[:math.ceil(BUDGET * len(score))])


def main(worlds):
    found = {(sight, method): [0, 0, 0, 0, 0] for sight in SIGHTS for method in METHODS}
    for seed, world in enumerate(worlds, start=1):
        people = pd.read_csv(world / "roster.csv", usecols=["id"], dtype=str)["id"].tolist()
        everybody, left = leakers(world, people)
        for sight, by_method in scores(world, people, seed).items():
            for method, score in by_method.items():
                if score is not None:
                    who = reviewed(score, seed)
                    counts = (len(who & everybody), len(everybody), len(who & left[sight]), len(left[sight]), 1)
                    found[sight, method] = [a + b for a, b in zip(found[sight, method], counts)]
    print(f"{len(worlds)} worlds, {BUDGET:.0%} of people reviewed in each; leakers found")
    print(f"{'by':<10}{'method':<20}{'of all':>18}{'of who left something':>26}{'worlds':>8}")
    for (sight, method), (hits, of, hits_left, of_left, count) in found.items():
        if not count:
            print(f"{sight:<10}{method:<20}  HOLM_STATEMENTS does not say where `holm-statements` is")
            continue
        share = f"{hits / of:.3f} ({hits}/{of})" if of else "-"
        share_left = f"{hits_left / of_left:.3f} ({hits_left}/{of_left})" if of_left else "-"
        print(f"{sight:<10}{method:<20}{share:>18}{share_left:>26}{count:>8}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("which worlds? scripts/screening-peers.py WORLD...")
    main([pathlib.Path(argument) for argument in sys.argv[1:]])
