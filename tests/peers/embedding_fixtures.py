"""Values of scikit-learn and SciPy that crates/spectral/tests/embedding.rs compares with.

    python tests/peers/embedding_fixtures.py crates/spectral/tests/fixtures/embedding.json
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import brentq
from scipy.spatial.distance import pdist, squareform
from scipy.special import logsumexp
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.neighbors import NearestNeighbors

SEEDS = 10


def cases():
    """Name, points, labels, perplexity, number of clusters to cut into."""
    rng = np.random.default_rng(1)

    def clusters(sizes, dimension, spread):
        centres = rng.normal(size=(len(sizes), dimension))
        labels = np.repeat(np.arange(len(sizes)), sizes)
        return centres[labels] + spread * rng.normal(size=(len(labels), dimension)), labels

    yield ("clusters_30", *clusters([8, 10, 12], 3, 0.3), 5.0, 3)
    yield "line_60", np.sort(rng.uniform(0, 10, 60))[:, None], np.repeat([0, 1, 2], 20), 10.0, 3
    # Like class means: a mean of each class, and its cross-class means around it with a part of the other class.
    means = rng.normal(size=(10, 6))
    cross = np.array([means[c] + 0.4 * means[d] + 0.2 * rng.normal(size=6) for c in range(10) for d in range(10)])
    labels = np.concatenate([np.arange(10), np.repeat(np.arange(10), 10)])
    yield "class_means_110", np.concatenate([means, cross]), labels, 10.0, 10
    yield ("clusters_300", *clusters([40, 50, 60, 70, 80], 4, 0.4), 30.0, 5)


def exact_divergence(distances, perplexity, embedding):
    """The divergence by its definition in float64, each bandwidth by Brent's method on its logarithm."""
    n = len(distances)
    conditional = np.zeros((n, n))
    for i in range(n):
        others = np.arange(n) != i
        squares = distances[i, others] ** 2
        scale = squares.mean()

        def log_probabilities(log_beta):
            energies = -np.exp(log_beta) * squares / scale
            return energies - logsumexp(energies)

        def excess(log_beta):
            logs = log_probabilities(log_beta)
            return -(np.exp(logs) * logs).sum() - np.log(perplexity)

        conditional[i, others] = np.exp(log_probabilities(brentq(excess, -30, 30, xtol=1e-14, rtol=1e-15)))
    joint = squareform(conditional + conditional.T, checks=False) / (2 * n)
    weights = 1 / (1 + pdist(embedding, "sqeuclidean"))
    model = weights / (2 * weights.sum())
    return 2 * (joint * np.log(np.maximum(joint, 1e-300) / model)).sum()


def record(name, points, labels, perplexity, clusters):
    points = np.round(points, 4)
    condensed = pdist(points)
    distances = squareform(condensed)
    options = dict(metric="precomputed", init="random", method="exact", perplexity=perplexity)
    # `fit` squares the matrix it is given in place.
    runs = [TSNE(random_state=seed, **options).fit(distances.copy()) for seed in range(SEEDS)]
    best = min(runs, key=lambda run: run.kl_divergence_)
    embedding = best.embedding_.astype(float)
    joint = _joint_probabilities((distances**2).astype(np.float32), perplexity, 0)
    theirs, _ = _kl_divergence(embedding.ravel(), joint, 1, len(points), 2)
    neighbours = 5
    index = NearestNeighbors(n_neighbors=neighbours, metric="precomputed").fit(distances).kneighbors()[1]
    trees = {}
    for method in ["average", "ward", "complete", "single"]:
        tree = linkage(condensed, method)
        cut = fcluster(tree, clusters, "maxclust")
        trees[method] = {
            "heights": tree[:, 2].tolist(),
            "cut": cut.tolist(),
            "rand": adjusted_rand_score(labels, cut),
        }
    return {
        "name": name,
        "points": points.tolist(),
        "labels": labels.tolist(),
        "perplexity": perplexity,
        "clusters": clusters,
        "embedding": embedding.tolist(),
        "sklearn_kl_attribute": float(best.kl_divergence_),
        "sklearn_kl_all_seeds": [float(run.kl_divergence_) for run in runs],
        "sklearn_kl_of_embedding": float(theirs),
        "exact_kl_of_embedding": float(exact_divergence(distances, perplexity, embedding)),
        "silhouette": float(silhouette_score(distances, labels, metric="precomputed")),
        "neighbours": neighbours,
        "purity": float((labels[index] == labels[:, None]).mean()),
        "linkage": trees,
    }


def main():
    records = [record(*case) for case in cases()]
    versions = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "cases": records}, file)
        file.write("\n")
    for case in records:
        print(case["name"], *(f"{case[key]:.9f}" for key in case if "kl" in key and "all" not in key))


main()
