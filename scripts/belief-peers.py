"""Runs general samplers on the instance that the bench of belief exports, and compares their answers with Holm's.

The model is the same for all: z ~ Bernoulli(m), m ~ Beta(1, 39), background ~ Beta(1, 19), a leaker leaks half of what they are
told. Networks of pyAgrum cannot learn m and the background: they are given Holm's means, and compared with Holm given the same.
Exit code 1 if an exact sampler of the same model differs by more than 0.02. Each peer runs in a process of its own;
times include what it takes to start and to compile, and those of processors hardly depend on what else the machine does.
"""

import json
import resource
import subprocess
import sys
import time

WANTED = 0.02
WARMUP, DRAWS, CHAINS = 500, 2000, 2


def matrix(case):
    import numpy as np

    told = np.zeros((len(case["told"]), case["people"]))
    for row, people in enumerate(case["told"]):
        told[row, people] = 1.0
    return told, np.array(case["leaked"], dtype=int)


def pymc_answer(case):
    import numpy as np
    import pymc as pm

    told, leaked = matrix(case)
    with pm.Model():
        share = pm.Beta("share", *case["share"])
        background = pm.Beta("background", *case["background"])
        z = pm.Bernoulli("z", share, shape=case["people"])
        clean = (1 - background) * pm.math.exp(pm.math.dot(told, z) * np.log(1 - case["rate"]))
        pm.Bernoulli("leaked", 1 - clean, observed=leaked)
        steps = [pm.BinaryGibbsMetropolis([z]), pm.NUTS([share, background])]
        trace = pm.sample(DRAWS, tune=WARMUP, chains=CHAINS, cores=CHAINS, step=steps, random_seed=1, progressbar=False,
                          initvals={"z": np.zeros(case["people"], dtype=int)}, compute_convergence_checks=False)
    return trace.posterior["z"].mean(("chain", "draw")).values.tolist()


def numpyro_answer(case):
    import jax
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist
    from numpyro.infer import MCMC, NUTS, DiscreteHMCGibbs

    told, leaked = matrix(case)

    def model():
        share = numpyro.sample("share", dist.Beta(*case["share"]))
        background = numpyro.sample("background", dist.Beta(*case["background"]))
        with numpyro.plate("people", case["people"]):
            z = numpyro.sample("z", dist.Bernoulli(share))
        clean = (1 - background) * jnp.exp(told @ z.astype(float) * jnp.log(1 - case["rate"]))
        numpyro.sample("leaked", dist.Bernoulli(1 - clean), obs=leaked)

    sampler = MCMC(DiscreteHMCGibbs(NUTS(model), modified=True), num_warmup=WARMUP, num_samples=DRAWS, num_chains=CHAINS,
                   chain_method="sequential", progress_bar=False)
    sampler.run(jax.random.PRNGKey(1))
    return sampler.get_samples()["z"].mean(0).tolist()


def network(case):
    import pyagrum as gum

    net = gum.BayesNet()
    for person in range(case["people"]):
        net.add(gum.LabelizedVariable(f"p{person}", "", 2))
        net.cpt(f"p{person}").fillWith([1 - case["learned_share"], case["learned_share"]])
    for number, told in enumerate(case["told"]):
        # "Net": weights are the chances of each cause alone, the external one that of firing by itself.
        net.addNoisyORNet(gum.LabelizedVariable(f"o{number}", "", 2), case["learned_background"])
        for person in told:
            net.addWeightedArc(f"p{person}", f"o{number}", case["rate"])
    return net


def agrum_answer(case, engine):
    engine.setEvidence({f"o{number}": int(leaked) for number, leaked in enumerate(case["leaked"])})
    engine.makeInference()
    return [float(engine.posterior(f"p{person}")[1]) for person in range(case["people"])]


def agrum_loopy(case):
    import pyagrum as gum

    return agrum_answer(case, gum.LoopyBeliefPropagation(network(case)))


def agrum_gibbs(case):
    import pyagrum as gum

    engine = gum.GibbsSampling(network(case))
    engine.setMaxTime(60)
    engine.setEpsilon(1e-9)
    engine.setMinEpsilonRate(1e-9)
    engine.setMaxIter(10_000_000)
    return agrum_answer(case, engine)


# Name, answer, which answer of Holm's it is compared with, whether it samples exactly from the same model.
PEERS = {
    "PyMC BinaryGibbs + NUTS": (pymc_answer, "reference", True),
    "NumPyro DiscreteHMCGibbs": (numpyro_answer, "reference", True),
    "pyAgrum LoopyBP, fixed shares": (agrum_loopy, "reference_fixed", False),
    "pyAgrum Gibbs, fixed shares": (agrum_gibbs, "reference_fixed", False),
}


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def precision(case, p):
    first = sorted(range(case["people"]), key=lambda i: -p[i])[: sum(case["leaks"])]
    return sum(case["leaks"][i] for i in first) / len(first)


def main(file):
    with open(file, encoding="utf-8") as handle:
        case = json.load(handle)
    rows = [("Holm, 4 chains", case["ours_seconds"], case["ours"], "reference", True)]
    for name, (_, against, exact) in PEERS.items():
        start, used = time.perf_counter(), processor_seconds()
        done = subprocess.run([sys.executable, __file__, file, name], capture_output=True, text=True, check=False)
        seconds = [time.perf_counter() - start, processor_seconds() - used]
        if done.returncode != 0:
            print(f"{name} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            return 1
        rows.append((name, seconds, json.loads(done.stdout.splitlines()[-1]), against, exact))
    print(f"{case['people']} people, {len(case['told'])} operations; long run of Holm: error {case['reference_error']:.4f}")
    print("| sampler | seconds | of processors | times Holm's | P@L | largest difference |\n|---|---|---|---|---|---|")
    met = True
    for name, seconds, answer, against, exact in rows:
        largest = max(abs(a - b) for a, b in zip(answer, case[against]))
        met = met and (largest <= WANTED or not exact)
        times = seconds[1] / case["ours_seconds"][1]
        print(f"| {name} | {seconds[0]:.1f} | {seconds[1]:.1f} | {times:.0f} | {precision(case, answer):.2f} | {largest:.4f} |")
    print(f"exact samplers of one model are to agree within {WANTED}")
    return 0 if met else 1


if __name__ == "__main__":
    if len(sys.argv) == 3:
        with open(sys.argv[1], encoding="utf-8") as handle:
            print(json.dumps(PEERS[sys.argv[2]][0](json.load(handle))))
    else:
        sys.exit(main(sys.argv[1]))
