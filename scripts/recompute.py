"""Computes a verdict's p and e again from a verification bundle, without Holm.

    python3 scripts/recompute.py REPORT BUNDLE [--every-copy]

Written from docs/spec/decoder.md alone (section numbers below are its), with the blake3 package and nothing else; slow and
by the definitions. Prints each copy that is named (with --every-copy: each copy) beside what the report says. Exit code 0 if
all agree, 1 if one differs.
"""

import base64
import hashlib
import itertools
import json
import math
import sys

from blake3 import blake3

KEY_CONTEXT = "holm 2026-11 item key from two contributions v1"
BIASES, CODEWORD, CERTIFICATE = 1, 2, 3
ATOMS = {
    "half": [(65536, [0x8000, 0x8000])],
    "half-j7": [(8192, [0x3800, 0xC800]), (49152, [0x8000, 0x8000]), (8192, [0xC800, 0x3800])],
    "j7": [(24576, [0x3800, 0xC800]), (16384, [0x8000, 0x8000]), (24576, [0xC800, 0x3800])],
}
SIZE_PRIOR = [0.34, 0.22, 0.17, 0.11, 0.09, 0.07]
STRAY = 0.01


def stream(key, context, subject, length):
    return blake3(b"\x01\x00" + bytes([context]) + subject, key=key).digest(length=length)


def item_key(originator, second):
    tail = b"\1" + bytes(second) if second is not None else b"\0"
    return blake3(bytes(originator) + tail, derive_key_context=KEY_CONTEXT).digest()


def draw_bias(law, arity, u, v):
    """One mark's probabilities over 2^16, from two 64-bit numbers."""
    if arity == 2:
        place = u % 65536
        for weight, bias in ATOMS[law]:
            if place < weight:
                return bias
            place -= weight
    uniform = [65536 // arity + (i < 65536 % arity) for i in range(arity)]
    if law == "half" or arity > 4 or v & 1 == 0:
        return uniform
    draw, left, order = v >> 1, list(range(arity)), []
    while left:
        size = len(left)
        order.append(left.pop(draw % size))
        draw //= size
    values = [0x1A00, 0x8000, 0x6600] if arity == 3 else [0x1A00, 0x6600, 0x4000, 0x4000]
    bias = [0] * arity
    for rank, symbol in enumerate(order):
        bias[symbol] = values[rank]
    return bias


def draw_biases(key, law, arities):
    numbers = stream(key, BIASES, b"", 16 * len(arities))
    pair = lambda j: (int.from_bytes(numbers[16 * j + i : 16 * j + i + 8], "little") for i in (0, 8))
    return [draw_bias(law, arity, *pair(j)) for j, arity in enumerate(arities)]


def quantile(parts, number):
    below = 0
    for symbol, part in enumerate(parts):
        below += part
        if number < below:
            return symbol
    return len(parts) - 1


def draw_codeword(key, copy, biases):
    """Bit b of the number at mark j is bit j mod 512 of block 16 (j div 512) + b."""
    blocks = stream(key, CODEWORD, copy, -(-len(biases) // 512) * 1024)
    word = []
    for j, bias in enumerate(biases):
        number = 0
        for b in range(16):
            byte = blocks[64 * (16 * (j // 512) + b) + (j % 512) // 8]
            number = 2 * number + (byte >> (j % 8) & 1)
        word.append(quantile(bias, number))
    return word


def choice(strategy, counts, size):
    """P(symbol | how many of the coalition hold each symbol)."""
    arity = len(counts)
    present = [a for a in range(arity) if counts[a] > 0]
    one_of = lambda chosen: [1 / len(chosen) if a in chosen else 0.0 for a in range(arity)]
    if strategy == "majority":
        return one_of([a for a in present if counts[a] == max(counts)])
    if strategy == "minority":
        return one_of([a for a in present if counts[a] == min(counts[b] for b in present)])
    if strategy == "coin":
        return one_of(present)
    if strategy == "last":
        return one_of(present[-1:])
    if strategy == "first":
        return one_of(present[:1])
    if strategy != "interleave" and arity == 2:
        return [1 - strategy[counts[1]], strategy[counts[1]]]
    return [n / size for n in counts]


def compositions(total, parts):
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first,) + rest


def multinomial(counts, chances):
    value = math.factorial(sum(counts))
    for n, p in zip(counts, chances):
        value = value * p**n / math.factorial(n)
    return value


def one_more(counts, symbol):
    return tuple(n + (a == symbol) for a, n in enumerate(counts))


class Model:
    """So many colluders who choose in such a way; P(seen | what known colluders hold), hidden ones summed over."""

    def __init__(self, size, strategy, ln_prior):
        self.size, self.strategy, self.ln_prior, self.known = size, strategy, ln_prior, {}

    def chance(self, bias, counts):
        if (tuple(bias), counts) not in self.known:
            chances = [part / 65536 for part in bias]
            total = [0.0] * len(bias)
            for hidden in compositions(self.size - sum(counts), len(bias)):
                weight = multinomial(hidden, chances)
                both = [a + b for a, b in zip(counts, hidden)]
                total = [t + weight * c for t, c in zip(total, choice(self.strategy, both, self.size))]
            self.known[tuple(bias), counts] = [(1 - STRAY) * t + STRAY / len(bias) for t in total]
        return self.known[tuple(bias), counts]

    def ln(self, leak, mark, counts):
        return math.log(sum(c * l for c, l in zip(self.chance(leak.biases[mark], counts), leak.rows[mark])))


class Leak:
    """Biases, codewords and what was read."""

    def __init__(self, key, law, arities, copies, likelihoods):
        self.key, self.copies = key, copies
        self.biases = draw_biases(key, law, arities)
        self.words = [draw_codeword(key, copy, self.biases) for copy in copies]
        self.rows = [[max(l / max(row), 1e-6) for l in row] for row in likelihoods]
        self.models = self.weigh_models()

    def is_read(self, mark):
        return any(l < 1 - 1e-9 for l in self.rows[mark])

    def none(self, mark):
        return (0,) * len(self.biases[mark])

    def weigh_models(self):
        models = []
        for size in range(1, 7):
            named = ["interleave"] + ["majority", "minority", "coin"] * (size > 2) + ["last", "first"] * (size > 1)
            for strategy in named:
                share = 2 if strategy == "interleave" else 1
                models.append(Model(size, strategy, math.log(SIZE_PRIOR[size - 1] * share / (len(named) + 1))))
        read = sum(self.is_read(j) for j in range(len(self.biases)))
        for size in (3, 4, 5):
            charge = 0.5 * (size - 1) * math.log(max(read, 1))
            models.append(Model(size, self.fit(size), math.log(SIZE_PRIOR[size - 1] / 4) - charge))
        whole = lambda m: m.ln_prior + sum(m.ln(self, j, self.none(j)) for j in range(len(self.biases)))
        weighed = sorted(((m, whole(m)) for m in models), key=lambda pair: -pair[1])
        best = weighed[0][1]
        always = lambda m: m.strategy == "interleave" and m.size <= 5
        return [(m, w) for rank, (m, w) in enumerate(weighed) if always(m) or (rank < 14 and w >= best - 7)]

    def fit(self, size):
        """θ by thirty steps of expectation and maximisation over the binary marks that were read."""
        theta = [k / size for k in range(size + 1)]
        marks = [j for j, bias in enumerate(self.biases) if len(bias) == 2 and self.is_read(j)]
        chances = [[part / 65536 for part in self.biases[j]] for j in marks]
        held = [[multinomial((size - k, k), chance) for k in range(size + 1)] for chance in chances]
        for _ in range(30):
            ones, alls = [0.5] * (size + 1), [1.0] * (size + 1)
            for j, weights in zip(marks, held):
                one = [w * t * self.rows[j][1] for w, t in zip(weights, theta)]
                zero = [w * (1 - t) * self.rows[j][0] for w, t in zip(weights, theta)]
                total = sum(one) + sum(zero)
                for k in range(size + 1):
                    ones[k] += one[k] / total
                    alls[k] += (one[k] + zero[k]) / total
            theta[1:size] = [ones[k] / alls[k] for k in range(1, size)]
        return theta

    def counts(self, partners):
        at = lambda j, bias: tuple(sum(self.words[p][j] == x for p in partners) for x in range(len(bias)))
        return [at(j, bias) for j, bias in enumerate(self.biases)]

    def tilts(self, gain):
        return [tilt(bias, [gain(j, x) for x in range(len(bias))]) for j, bias in enumerate(self.biases)]


def round_away(value):
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


def steps(nats):
    """A score in steps of 1/256."""
    return int(round_away(max(-40, min(40, nats)) * 256))


def tilt(bias, gains):
    """bias × exp(gain) in integers that sum to 2^32."""
    top = max(gains)
    weights = [part * math.exp(g - top) for part, g in zip(bias, gains)]
    equal, left, out = all(abs(g - top) < 1e-12 for g in gains), 1 << 32, []
    for x, part in enumerate(bias):
        exact = part << 16 if equal else int(weights[x] / sum(weights) * (1 << 32))
        out.append(min(max(1, min(exact, left - (len(bias) - 1 - x))), (1 << 32) - 1))
        left -= out[-1]
    out[max(range(len(bias)), key=lambda x: (out[x], x))] += left
    return out


def ln_ratios(bias, tilted):
    return [0.0 if t == p << 16 else math.log(t / (p << 16)) for t, p in zip(tilted, bias)]


def ln_choose(n, k):
    return sum(math.log(max(n - min(i, n), 1) / (i + 1)) for i in range(k))


def single(leak):
    """The single decoder: the score of averaged ratios, and its exact tail."""
    best = leak.models[0][1]

    def gain(j, x):
        none = leak.none(j)
        each = (math.exp(w - best) * math.exp(m.ln(leak, j, one_more(none, x)) - m.ln(leak, j, none)) for m, w in leak.models)
        return math.log(sum(each))

    table = [[steps(r) for r in ln_ratios(bias, t)] for bias, t in zip(leak.biases, leak.tilts(gain))]
    law = {0: 1.0}
    for row, bias in zip(table, leak.biases):
        longer = {}
        for total, mass in law.items():
            for step, part in zip(row, bias):
                longer[total + step] = longer.get(total + step, 0.0) + mass * part / 65536
        law = longer
    for word in leak.words:
        score = sum(table[j][x] for j, x in enumerate(word))
        yield min(1.0, sum(mass for total, mass in law.items() if total >= score)), score / 256 - len(word) / 512


def extensions(model, leak, others, parent):
    """The eight best ways to add a partner."""
    counts = leak.counts(parent)
    base = [model.ln(leak, j, c) for j, c in enumerate(counts)]
    more = lambda j, x: steps(model.ln(leak, j, one_more(counts[j], x)) - base[j])
    table = [[more(j, x) for x in range(len(bias))] for j, bias in enumerate(leak.biases)]
    score = lambda c: sum(table[j][x] for j, x in enumerate(leak.words[c]))
    best = sorted((-score(c), c) for c in others if c not in parent)[:8]
    return [(sum(base) - score / 256, tuple(sorted(parent + (c,)))) for score, c in best]


def partner_sets(model, leak, tested):
    """Sets of partners that a model tries for one copy, as if that copy did not exist."""
    everybody = len(leak.words)
    others = [c for c in range(everybody) if c != tested]
    if everybody <= 20:
        return [s for size in range(model.size) for s in itertools.combinations(others, size)]
    chosen, beam = [()], [()]
    for level in range(1, min(model.size - 1, len(others)) + 1):
        parents = [(c,) for c in others] if level == 2 and everybody <= 300 else beam
        found = [e for parent in parents for e in extensions(model, leak, others, parent)]
        beam = []
        for _, partners in sorted(found, key=lambda e: (-e[0], e[1])):
            if partners not in beam and len(beam) < 8:
                beam.append(partners)
        chosen += beam
    return chosen


def mixed(weights, lns):
    top = max(lns)
    return top + math.log(sum(w * math.exp(l - top) for w, l in zip(weights, lns)))


def largest_mean(mean, budget):
    """The largest mean whose relative entropy from the one that was seen is within the budget."""
    part = lambda p, q: p * math.log(p / q) if p > 0 else 0.0
    low, high = mean, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if part(mean, middle) + part(1 - mean, 1 - middle) > budget:
            high = middle
        else:
            low = middle
    return high


def components(leak, tested):
    """Weights, tilted laws and their ratios: the mixture by which one copy is tested, made without it."""
    found = []
    for index, (model, _) in enumerate(leak.models):
        for partners in partner_sets(model, leak, tested):
            ln = sum(model.ln(leak, j, c) for j, c in enumerate(leak.counts(partners)))
            prior = ln_choose(model.size - 1, len(partners)) - ln_choose(len(leak.words) - 1, len(partners))
            found.append((model.ln_prior + ln + prior, index, partners))
    found.sort(key=lambda f: (-f[0], f[1], f[2]))
    kept = [f for f in found[:40] if f[0] > found[0][0] - 12]
    weights = [math.exp(f[0] - found[0][0]) for f in kept]
    tilts = []
    for _, index, partners in kept:
        model, counts = leak.models[index][0], leak.counts(partners)
        tilts.append(leak.tilts(lambda j, x: model.ln(leak, j, one_more(counts[j], x))))
    ratios = [[ln_ratios(bias, t) for bias, t in zip(leak.biases, tilted)] for tilted in tilts]
    return [w / sum(weights) for w in weights], tilts, ratios


def joint(leak, tested, alpha, test, seed):
    """The joint decoder for one copy: ln e of a mixture and the certified bound on its tail."""
    weights, tilts, ratios = components(leak, tested)
    ln_e = lambda word: mixed(weights, [sum(row[x] for row, x in zip(ratio, word)) for ratio in ratios])
    seen = ln_e(leak.words[tested])
    markov = min(1.0, math.exp(-seen))
    if seen < math.log(len(leak.words) / alpha) - 6:
        return markov, seen
    length = 8 + 4 * len(leak.biases)
    random = stream(leak.key, CERTIFICATE, seed + leak.copies[tested], test["draws"] * length)
    total = 0.0
    for start in range(0, len(random), length):
        draw = random[start : start + length]
        number, component = int.from_bytes(draw[:8], "little") / (2**64 - 1) * sum(weights), 0
        while component < len(weights) - 1 and number >= weights[component]:
            number -= weights[component]
            component += 1
        numbers = (int.from_bytes(draw[8 + 4 * j : 12 + 4 * j], "little") for j in range(len(leak.biases)))
        word = [quantile(t, n) for t, n in zip(tilts[component], numbers)]
        here = ln_e(word)
        if here >= seen - 1e-9:
            total += min(1.0, math.exp(seen - here))
    budget = math.log(len(leak.words) / (alpha * test["certificate_share"])) / test["draws"]
    bound = math.exp(-seen) * largest_mean(total / test["draws"], budget) * (1 + 1e-6)
    return min(markov, bound), seen


def evidence_commitment(evidence):
    files = b""
    for file in evidence["files"]:
        content = base64.b64decode(file["bytes"])
        files += file["name"].encode() + b"\0" + len(content).to_bytes(8, "little") + content
    return hashlib.sha256(b"holm evidence v1\n" + base64.b64decode(evidence["salt"]) + files).digest()


def main(report_path, bundle_path, every_copy):
    report, bundle = json.load(open(report_path)), json.load(open(bundle_path))
    report = report[0] if isinstance(report, list) else report
    manifest = json.loads(base64.b64decode(bundle["manifest"]))
    material = bundle["material"]
    key = item_key(material["originator"][0], material["second"] and material["second"][0])
    same = lambda look: all(look["report"][field] == report[field] for field in ("look", "incident"))
    look = next(look for look in bundle["looks"] if same(look))
    likelihoods = [reading["likelihood"] for reading in look["extraction"]["extraction"]["readings"]]
    arities = [len(mark["alternatives"]) for mark in manifest["marks"]]
    leak = Leak(key, manifest["law"], arities, [c["copy"].encode() for c in report["copies"]], likelihoods)
    t, test = report["look"], manifest["test"]
    alpha = report["alpha"] / (t * (t + 1)) / max(report["candidates"], 1)
    seed = evidence_commitment(look["evidence"]) + report["item"].encode() + b"\0"
    whole = list(single(leak)) if test["decoder"] == "single" else None
    agree = True
    # The report withholds the figures of copies that are not named; the sealed one in the bundle has them.
    for index, (copy, shown) in enumerate(zip(look["report"]["copies"], report["copies"])):
        agree &= copy["copy"] == shown["copy"] and shown["p_value"] in (None, copy["p_value"])
        if not (every_copy or copy["named"]):
            continue
        p, ln_e = whole[index] if whole else joint(leak, index, alpha, test, seed)
        holds = abs(p / copy["p_value"] - 1) < 1e-3 and abs(ln_e - math.log(copy["e_value"])) < 1e-5
        agree &= holds
        print(f"{copy['copy']}: p {p:.6e}, reported {copy['p_value']:.6e}; ln e {ln_e:.6f}", "" if holds else "DIFFERS")
    print("agrees" if agree else "DOES NOT AGREE")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--every-copy" in sys.argv))
