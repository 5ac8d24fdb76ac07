"""Writes Tests/Fixtures/statistics/edge_cases.json: the statistics of Sources/RLHFCore/Statistics*.swift
at the edges of their ranges, by SciPy and scikit-learn.

Run: python3 -m pip install scipy scikit-learn && python3 Tests/Oracles/statistics.py
`null` stands for an undefined figure.
"""

import json
import pathlib

import numpy
import scipy
import sklearn
from scipy import stats
from sklearn import metrics

seed = 20260101
random = numpy.random.default_rng(seed)


def proportion(wins, trials, confidence):
    test = stats.binomtest(wins, trials)
    wilson = test.proportion_ci(confidence, "wilson")
    exact = test.proportion_ci(confidence, "exact")
    return {
        "successes": wins, "trials": trials, "confidence": confidence,
        "wilson": [wilson.low, wilson.high], "clopper_pearson": [exact.low, exact.high],
        "sign_test": stats.binomtest(wins, trials, 0.5).pvalue,
    }


def correlation(x, y):
    return {
        "x": list(map(float, x)), "y": list(map(float, y)),
        "pearson": stats.pearsonr(x, y).statistic,
        "spearman": stats.spearmanr(x, y).statistic,
        "kendall_tau_b": stats.kendalltau(x, y).statistic,
    }


def discrimination(scores, outcomes):
    return {
        "scores": list(map(float, scores)), "outcomes": list(map(int, outcomes)),
        "auc": metrics.roc_auc_score(outcomes, scores),
    }


coarse = numpy.round(random.normal(size=40) * 2) / 2
fixture = {
    "made_by": f"SciPy {scipy.__version__}, scikit-learn {sklearn.__version__}, NumPy {numpy.__version__}",
    "seed": seed,
    "proportions": [
        proportion(wins, trials, confidence)
        for wins, trials in [(0, 1), (1, 1), (0, 40), (40, 40), (1, 3), (57, 88), (500, 1000), (9, 100000)]
        for confidence in (0.5, 0.9, 0.95, 0.999)
    ],
    "normal_quantiles": [
        {"probability": p, "quantile": float(stats.norm.ppf(p))}
        for p in (1e-12, 1e-4, 0.025, 0.25, 0.5, 0.6, 0.9, 0.975, 0.9999, 1 - 1e-9)
    ],
    "correlations": [
        correlation([1, 2], [5, 3]),
        correlation(coarse, numpy.round(coarse + random.normal(size=40))),
        correlation(random.normal(size=25) * 1e6, random.normal(size=25) * 1e-6),
    ],
    "discrimination": [
        discrimination([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1]),
        discrimination(numpy.round(random.uniform(size=60), 1), random.integers(0, 2, size=60)),
    ],
    "quantiles": [
        {"values": list(map(float, coarse)), "fraction": f, "quantile": float(numpy.quantile(coarse, f))}
        for f in (0.0, 0.025, 0.1, 0.5, 0.77, 1.0)
    ],
}
target = pathlib.Path(__file__).parent.parent / "Fixtures/statistics/edge_cases.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")
