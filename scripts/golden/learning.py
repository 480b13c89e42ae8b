"""Writes the reference numbers for the small learning methods and counting tails of src/math.

    python3 learning.py OUT        with Debian's python3-scipy and python3-sklearn; made with scipy 1.10.1, scikit-learn 1.2.1

The Cauchy tail is arctan(1 / t) / pi: scipy 1.10 loses its digits far out. Tails of independent trials of unequal chance are counted with exact fractions; scipy 1.10 has no such law.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

MADE_BY = {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__}
random = np.random.default_rng(20250518)


def poisson_binomial():
    cases = []
    for n, low, high in ((3, 0.1, 0.9), (12, 0.0, 0.3), (40, 0.01, 0.1), (60, 0.4, 0.99)):
        chances = np.round(random.uniform(low, high, n), 4)
        mass = [Fraction(1)]
        for p in chances:
            p = Fraction(float(p))
            mass = [(mass[k] if k < len(mass) else 0) * (1 - p) + (mass[k - 1] * p if k else 0) for k in range(len(mass) + 1)]
        for count in sorted({1, n // 3, n // 2, n - 1, n}):
            cases.append({"chances": chances.tolist(), "count": count, "tail": float(sum(mass[count:]))})
    return cases


def tails():
    hyper = [[N, K, n, x, float(stats.hypergeom.sf(x - 1, N, K, n))] for N, K, n, x in ((20, 7, 5, 3), (1797, 182, 40, 35), (1797, 182, 40, 8), (500, 250, 60, 45), (100000, 900, 300, 40))]
    poisson = [[x, m, float(stats.poisson.sf(x - 1, m))] for x, m in ((1, 1), (2, 1), (8, 1), (40, 1), (3, 7.5), (90, 30))]
    binomial = [[x, n, p, float(stats.binom.sf(x - 1, n, p))] for x, n, p in ((1, 9, 0.01), (5, 19, 0.001), (19, 19, 0.2), (7, 10, 0.6))]
    cauchy = [[t, float(np.arctan2(1, t) / np.pi)] for t in (-30, -1, 0, 0.4, 3, 1e4, 1e12)]
    combined = []
    for k in (2, 5, 9):
        p = random.uniform(0, 0.9, k) ** 4
        combined.append({"p": p.tolist(), "combined": float(stats.cauchy.sf(np.mean(np.tan(np.pi * (0.5 - p)))))})
    change = []
    for r1, n1, r2, n2 in ((0.5, 100, 0.2, 80), (0.9, 40, -0.3, 300), (0.1, 2000, 0.12, 2500)):
        z = (np.arctanh(r1) - np.arctanh(r2)) / np.sqrt(1 / (n1 - 3) + 1 / (n2 - 3))
        change.append([r1, n1, r2, n2, float(2 * stats.norm.sf(abs(z)))])
    return {"hypergeometric": hyper, "poisson": poisson, "binomial": binomial, "cauchy": cauchy, "combined": combined, "correlationChange": change}


def learning():
    x = np.round(random.normal(0, 1, (120, 4)), 3)
    y = np.argmax(x[:, :3] + random.normal(0, 1, (120, 3)), 1)
    model = LogisticRegression(C=0.7, tol=1e-12, max_iter=5000, solver="newton-cg").fit(x, y)
    covariance = LedoitWolf().fit(x[:, :3] @ np.array([[1, 0.5, 0], [0, 1, 0.9], [0.2, 0, 1]]))
    mixed = x[:, :3] @ np.array([[1, 0.5, 0], [0, 1, 0.9], [0.2, 0, 1]])
    inside = covariance.mahalanobis(mixed)
    values, vectors = np.linalg.eigh(covariance.covariance_)
    distances, rows = NearestNeighbors(n_neighbors=4).fit(x[60:]).kneighbors(x[:60])
    scores = np.round(random.normal(0, 1, 50), 1)
    marked = (scores + random.normal(0, 1, 50)) > 0.3
    return {
        "rows": x.tolist(), "labels": y.tolist(), "logProbabilities": model.predict_log_proba(x).tolist(), "c": 0.7,
        "covariance": {"columns": mixed.T.tolist(), "values": covariance.covariance_.ravel().tolist(), "shrinkage": float(covariance.shrinkage_),
                       "squaredDistances": inside.tolist(), "largest": float(values[-1]), "second": float(values[-2]), "direction": vectors[:, -1].tolist()},
        "nearest": {"rows": (rows + 60).tolist(), "distances": distances.tolist()},
        "auc": {"scores": scores.tolist(), "marked": [bool(m) for m in marked], "value": float(roc_auc_score(marked, scores))},
    }


content = {"madeBy": MADE_BY, "poissonBinomial": poisson_binomial(), "tails": tails(), "learning": learning()}
Path(sys.argv[1], "learning.golden.json").write_text(json.dumps(content) + "\n")
