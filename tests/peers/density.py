"""Spectral densities of the references' Hessians by PyHessian, by the way of the papers' released code, and by hesscope.

    python density.py FOLDER_OF_REFERENCES > table.md

All three get the same probe vectors, a number of Lanczos steps and a number of probes. What is compared is what they
give: nodes and weights. The measure is the Wasserstein-1 distance between them and the exact spectrum, in units of its
largest modulus, and in the tables its mean over ten seeds. PyHessian reorthogonalises and the papers' code does not;
"the same" is hesscope asked to do as the peer does, "with atoms" makes what all probes have found atoms afterwards, and
"pairs first" moreover takes the ten leading pairs out before the density, as its command does, from the same number of
products altogether, where a quarter of them buys the pairs.
"""

import statistics
import sys

import numpy
import scipy
import scipy.linalg
import scipy.stats
import torch

import hesscope_side
from reference_networks import NAMES, Reference

STEPS = [8, 16, 32, 64, 100]
PROBES = [1, 4, 8]
SEEDS = range(10)


def wasserstein(nodes, weights, reference):
    exact = reference.eigenvalues
    return scipy.stats.wasserstein_distance(nodes, exact, weights) / abs(exact).max()


def old_eig(matrix, eigenvectors):
    """PyHessian calls torch.eig, which PyTorch no longer has; this gives its answer for a symmetric matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return torch.stack([values, torch.zeros_like(values)], dim=1), vectors


def pyhessian(reference, steps, probes):
    """The package itself, unmodified, with its random vectors replaced by the given ones."""
    from pyhessian import hessian

    torch.eig = old_eig
    computed = hessian(reference.model, torch.nn.CrossEntropyLoss(), data=(reference.inputs, reference.targets), cuda=False)
    parts = []
    for probe in probes:
        at = 0
        for parameter in reference.model.parameters():
            count = parameter.numel()
            # It draws 0 and 1 and makes -1 of 0.
            parts.append((torch.tensor(probe[at : at + count]).reshape(parameter.shape) > 0).double())
            at += count
    drawn = iter(parts)
    original = torch.randint_like
    torch.randint_like = lambda *_, **__: next(drawn)
    try:
        nodes, weights = computed.density(iter=steps, n_v=len(probes))
    finally:
        torch.randint_like = original
    return numpy.concatenate(nodes), numpy.concatenate(weights) / len(probes)


def plain_lanczos(dense, steps, probe):
    """Three-term recursion without reorthogonalisation from one Gaussian probe: what the papers' code does."""
    v = numpy.asarray(probe) / numpy.linalg.norm(probe)
    previous, beta = numpy.zeros_like(v), 0.0
    diagonal, off = [], []
    for _ in range(steps):
        w = dense @ v - beta * previous
        diagonal.append(w @ v)
        w -= diagonal[-1] * v
        beta = numpy.linalg.norm(w)
        off.append(beta)
        if beta == 0.0:
            break
        previous, v = v, w / beta
    nodes, vectors = scipy.linalg.eigh_tridiagonal(diagonal, off[: len(diagonal) - 1])
    return nodes, vectors[0] ** 2


def papers(dense, steps, probes):
    found = [plain_lanczos(dense, steps, probe) for probe in probes]
    nodes = numpy.concatenate([nodes for nodes, _ in found])
    return nodes, numpy.concatenate([weights for _, weights in found]) / len(probes)


def main(folder):
    torch.set_default_dtype(torch.float64)
    print(f"PyTorch {torch.__version__}, SciPy {scipy.__version__}, NumPy {numpy.__version__}.\n")
    ratios = {}
    for name in NAMES:
        reference = Reference(folder, name)
        dense = reference.hessian()
        array, dim = dense.numpy(), len(reference.eigenvalues)
        tasks = [
            {"steps": steps, "probes": count, "kind": law, "seed": seed, "reorthogonalisation": kept, "pairs": pairs,
             "atoms": atoms}
            for steps in STEPS for count in PROBES for seed in SEEDS
            for law, kept, pairs, atoms in [
                ("rademacher", "full", 0, False), ("rademacher", "full", 0, True), ("rademacher", "full", 10, True),
                ("gaussian", "none", 0, False), ("gaussian", "none", 0, True), ("gaussian", "full", 10, True),
            ]
        ]  # fmt: skip
        answers = hesscope_side.run({"densities": tasks}, dense)["densities"]
        ours = {}
        for task, answer in zip(tasks, answers):
            distance = wasserstein(answer["nodes"], answer["weights"], reference)
            key = (task["steps"], task["probes"], task["kind"], task["reorthogonalisation"], task["pairs"],
                   task["atoms"])
            ours.setdefault(key, {})[task["seed"]] = distance
        print(f"**{name}**, p = {dim}\n")
        print("| steps | probes | PyHessian | hesscope, the same | with atoms | pairs first | papers' code "
              "| hesscope, the same | with atoms | pairs first |")  # fmt: skip
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        drawn = {
            (law, seed): hesscope_side.probes(law, seed, dim, max(PROBES))
            for law in ["rademacher", "gaussian"] for seed in SEEDS
        }  # fmt: skip
        for steps in STEPS:
            for count in PROBES:
                theirs = {"pyhessian": {}, "papers": {}}
                for seed in SEEDS:
                    signs, normal = drawn["rademacher", seed][:count], drawn["gaussian", seed][:count]
                    theirs["pyhessian"][seed] = wasserstein(*pyhessian(reference, steps, signs), reference)
                    theirs["papers"][seed] = wasserstein(*papers(array, steps, normal), reference)
                mean = lambda values: f"{statistics.mean(values):.3e}"
                cells = []
                for peer, law, kept in [("pyhessian", "rademacher", "full"), ("papers", "gaussian", "none")]:
                    same = ours[steps, count, law, kept, 0, False]
                    atoms = ours[steps, count, law, kept, 0, True]
                    first = ours[steps, count, law, "full", 10, True]
                    cells += [mean(found.values()) for found in (theirs[peer], same, atoms, first)]
                    for way, found in (("with atoms", atoms), ("pairs first", first)):
                        ratio = statistics.mean(found.values()) / statistics.mean(theirs[peer].values())
                        ratios.setdefault((peer, way), []).append((ratio, f"{name}, {steps} steps, {count} probes"))
                print(f"| {steps} | {count} | " + " | ".join(cells) + " |", flush=True)
        print()
    for (peer, way), found in ratios.items():
        worst = max(found)
        above = sum(ratio > 1.0005 for ratio, _ in found)
        print(f"- {way} over {peer}: {above} of {len(found)} rows larger; least {min(found)[0]:.5f}, "
              f"largest {worst[0]:.5f} ({worst[1]}).")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
