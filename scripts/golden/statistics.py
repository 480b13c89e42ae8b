"""Writes the reference numbers that src/math and src/modules/data-quality are tested against.

    python3 statistics.py OUT        with Debian's python3-scipy and python3-sklearn; made with scipy 1.10.1, scikit-learn 1.2.1

Every file says which library and version made it. Tails that scipy itself loses are counted with whole numbers.
"""

import json
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from sklearn.cluster import DBSCAN
from sklearn.neighbors import LocalOutlierFactor

MADE_BY = {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__}
random = np.random.default_rng(20240611)


def special_functions():
    upper_gamma = [[a, x, float(special.gammaincc(a, x))] for a in (0.5, 1, 2.5, 7, 30, 400, 5000) for x in (0.01, 0.5, 2, 10, 35, 300, 640, 5100)]
    # Far tails from the normal and the exponential law, which scipy keeps as tails.
    return {
        "logGamma": [[x, float(special.gammaln(x))] for x in (1e-3, 0.1, 0.5, 1.5, 3, 10, 14.9, 15.1, 100.5, 1e4, 1e8)],
        "upperGamma": [row for row in upper_gamma if row[2] > 1e-300],
        "chiSquareTail": [[x, k, float(stats.chi2.sf(x, k))] for k in (1, 2, 3, 9, 49, 999) for x in (0.1, 1, 8, 60, 400, 1300) if stats.chi2.sf(x, k) > 1e-300],
        "normalTail": [[z, float(stats.norm.sf(z))] for z in (-8, -1, 0, 0.3, 1, 3, 5, 8, 20, 37)],
        "studentTwoSided": [[t, v, float(2 * stats.t.sf(t, v))] for v in (1, 2.7, 10, 58.3, 1000, 2e6) for t in (0.05, 0.5, 1, 2, 7, 20, 36)],
        "kolmogorovTail": [[x, float(special.kolmogorov(x))] for x in (0.1, 0.3, 0.5, 0.8, 1, 1.17, 1.19, 1.5, 2.5, 5, 10, 18)],
    }


def tail_by_counting(n, m, h):
    """P(max |i·m − j·n| >= h) with whole numbers: 1 − inside / all, as a fraction."""
    row = [0] * (m + 1)
    for i in range(n + 1):
        for j in range(m + 1):
            before = 1 if i == j == 0 else (row[j] if i else 0) + (row[j - 1] if j else 0)
            row[j] = before if abs(i * m - j * n) < h else 0
    return float(1 - Fraction(row[m], math.comb(n + m, n)))


def ks_tails():
    cases = []
    for n, m in ((1, 1), (5, 3), (8, 8), (40, 17), (60, 60), (200, 150), (500, 500)):
        for share in (0.05, 0.15, 0.3, 0.6, 0.95, 1):
            h = max(1, round(share * n * m))
            p = tail_by_counting(n, m, h)
            if p > 1e-305:
                cases.append([n, m, h, p])
    return cases


def crossing(x, y):
    n, m = len(x), len(y)
    values = np.unique(np.concatenate([x, y]))
    i = np.searchsorted(np.sort(x), values, side="right")
    j = np.searchsorted(np.sort(y), values, side="right")
    return int(np.max(np.abs(i * m - j * n)))


def psi(x, y):
    edges = np.unique(np.quantile(x, np.arange(1, 10) / 10))
    share = lambda v: np.diff(np.concatenate([[0], np.searchsorted(np.sort(v), edges, side="right"), [len(v)]])) / len(v)
    p, q = np.maximum(share(x), 1e-4), np.maximum(share(y), 1e-4)
    return float(np.sum((q - p) * np.log(q / p)))


def numeric_pair(x, y):
    mw = stats.mannwhitneyu(x, y, method="asymptotic")
    t = stats.ttest_ind(x, y, equal_var=False)
    d = float(stats.ks_2samp(x, y).statistic)
    return {
        "reference": x.tolist(), "current": y.tolist(),
        "ks": d, "crossing": crossing(x, y), "ksP": tail_by_counting(len(x), len(y), max(1, crossing(x, y))),
        "wasserstein": float(stats.wasserstein_distance(x, y)), "energy": float(stats.energy_distance(x, y)),
        "cramerVonMises": float(stats.cramervonmises_2samp(x, y, method="asymptotic").statistic),
        "mannWhitney": [float(mw.statistic), float(mw.pvalue)], "welch": [float(t.statistic), float(t.pvalue)],
        "psi": psi(x, y),
        "moments": [float(np.mean(x)), float(np.var(x)), float(stats.skew(x)), float(stats.kurtosis(x))],
        "quantiles": [float(np.quantile(x, q)) for q in (0, 0.01, 0.25, 0.5, 0.9, 1)],
    }


def numeric_pairs():
    cases = []
    draws = [
        lambda n: random.normal(0, 1, n), lambda n: random.normal(0.5, 1.5, n), lambda n: random.lognormal(0, 1, n),
        lambda n: random.integers(0, 5, n).astype(float), lambda n: random.uniform(-3, 3, n), lambda n: random.normal(1e6, 1, n),
    ]
    for round_number in range(36):
        one = draws[round_number % 6]
        other = draws[(round_number // 6 + round_number) % 6] if round_number % 5 else one
        n, m = int(random.integers(2, 60)), int(random.integers(2, 60))
        cases.append(numeric_pair(np.round(one(n), 2), np.round(other(m), 2)))
    return cases


def category_table(a, b):
    table = np.array([a, b])
    chi = stats.chi2_contingency(table, correction=False)
    g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    p, q = table[0] / table[0].sum(), table[1] / table[1].sum()
    from scipy.spatial.distance import jensenshannon
    return {
        "reference": [int(v) for v in a], "current": [int(v) for v in b],
        "statistic": float(chi[0]), "p": float(chi[1]), "g": float(g[0]), "gP": float(g[1]), "v": float(np.sqrt(chi[0] / table.sum())),
        "jensenShannon": float(jensenshannon(p, q, base=2)), "totalVariation": float(np.abs(p - q).sum() / 2),
        "hellinger": float(np.sqrt(max(0, 1 - np.sqrt(p * q).sum()))),
        "fisher": float(stats.fisher_exact(table)[1]) if len(a) == 2 else None,
    }


def category_tables():
    cases = [category_table(random.integers(0, 40, k) + 1, random.integers(0, 40, k)) for k in (2, 2, 2, 3, 4, 7, 12, 30)]
    cases.append(category_table([900, 100], [700, 300]))
    cases.append(category_table([50000, 40000, 10000], [40000, 50000, 10000]))
    cases.append(category_table([3, 1], [1, 3]))
    return cases


def neighbours():
    centre = random.normal(0, 1, (180, 3))
    second = random.normal(6, 0.5, (50, 3))
    odd = random.uniform(-8, 12, (10, 3))
    # Repeated points: distances of 0 and ties.
    rows = np.round(np.vstack([centre, second, odd, centre[:10]]), 3)
    lof = LocalOutlierFactor(n_neighbors=20).fit(rows)
    return {
        "rows": rows.tolist(),
        "lof": (-lof.negative_outlier_factor_).tolist(),
        "dbscan": [{"eps": eps, "minPoints": k, "labels": DBSCAN(eps=eps, min_samples=k).fit(rows).labels_.tolist()} for eps, k in ((0.6, 6), (1.2, 6), (0.4, 3))],
    }


def adjusted():
    p = random.uniform(0, 1, 25) ** 3
    order = np.argsort(p)
    ranked = p[order] * len(p) / np.arange(1, len(p) + 1)
    value = np.empty(len(p))
    value[order] = np.minimum(1, np.minimum.accumulate(ranked[::-1])[::-1])
    return {"p": p.tolist(), "adjusted": value.tolist()}


def correlated():
    base = random.normal(0, 1, 80)
    columns = [base, base + random.normal(0, 1, 80), np.round(random.uniform(0, 5, 80)), -np.exp(base), random.normal(1e6, 1, 80)]
    columns[1][:7] = np.nan
    columns[2][60:70] = np.nan
    pairs = []
    for j in range(1, len(columns)):
        for i in range(j):
            both = ~np.isnan(columns[i]) & ~np.isnan(columns[j])
            x, y = columns[i][both], columns[j][both]
            pairs.append({"i": i, "j": j, "n": int(both.sum()), "pearson": float(stats.pearsonr(x, y)[0]), "spearman": float(stats.spearmanr(x, y)[0])})
    return {"columns": [[None if np.isnan(v) else float(v) for v in column] for column in columns], "pairs": pairs}


def write(path, content):
    path.write_text(json.dumps({"madeBy": MADE_BY, **content}) + "\n")


out = Path(sys.argv[1])
write(out / "special-functions.golden.json", special_functions())
write(out / "two-samples.golden.json", {"pairs": numeric_pairs(), "ksTails": ks_tails(), "adjusted": adjusted()})
write(out / "category-tests.golden.json", {"tables": category_tables()})
write(out / "neighbours.golden.json", neighbours())
write(out / "correlation.golden.json", correlated())
