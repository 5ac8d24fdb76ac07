"""Writes Tests/Fixtures/simple-rules/bag_of_words.json: the weights of Plugins/TextChat/SimpleRulesBagOfWords.swift,
by scikit-learn.

Run: python3 -m pip install scikit-learn && python3 Tests/Oracles/bag_of_words.py
Soft labels and weights become weighted rows with labels 1 and 0.
"""

import collections
import json
import pathlib

import numpy
import sklearn
from sklearn import linear_model

seed = 20260102
random = numpy.random.default_rng(seed)
words = [f"word{index}" for index in range(12)] + [".", "!", "rare"]


def reply():
    chances = 1 / numpy.arange(1, 15)
    drawn = random.choice(words[:14], size=random.integers(1, 20), p=chances / chances.sum())
    return " ".join(drawn)


def case(pairs, penalty):
    counts = [[collections.Counter(pair[side].split()) for side in ("chosen", "rejected")]
              for pair in pairs]
    documents = collections.Counter(word for pair in counts for reply in pair for word in reply)
    vocabulary = sorted(word for word, count in documents.items() if count >= 2)
    differences = numpy.array([
        [numpy.log1p(chosen[word]) - numpy.log1p(rejected[word]) for word in vocabulary]
        for chosen, rejected in counts])
    labels = numpy.array([pair["label"] for pair in pairs])
    weights = numpy.array([pair["weight"] for pair in pairs])
    regression = linear_model.LogisticRegression(
        C=1 / penalty, fit_intercept=False, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    rows = numpy.concatenate([differences, differences])
    outcomes = numpy.concatenate([numpy.ones(len(pairs)), numpy.zeros(len(pairs))])
    regression.fit(rows, outcomes, numpy.concatenate([weights * labels, weights * (1 - labels)]))
    return {
        "penalty": penalty, "pairs": pairs,
        "weights": dict(zip(vocabulary, map(float, regression.coef_[0]))),
    }


def pairs(count, soft):
    return [{
        "chosen": reply() + (" rare" if index == 0 else ""), "rejected": reply(),
        "label": float(random.choice([1, 0.75, 0.5, 0])) if soft else 1.0,
        "weight": float(random.choice([1, 2, 0.5])) if soft else 1.0,
    } for index in range(count)]


oracle = {
    "seed": seed, "numpy": numpy.__version__, "scikit-learn": sklearn.__version__,
    "cases": [case(pairs(30, False), 10.0), case(pairs(40, False), 0.5), case(pairs(40, True), 2.0)],
}
target = pathlib.Path(__file__).parent.parent / "Fixtures/simple-rules/bag_of_words.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(oracle, indent=1) + "\n")
