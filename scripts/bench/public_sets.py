"""Prints public data sets that scikit-learn ships, as JSON: {name: {columns, rows, labels}}. Nothing of them is kept in this repository.

    python3 public_sets.py        with Debian's python3-sklearn
"""

import json
import sys

from sklearn import datasets

sets = {}
for name, load in (("digits", datasets.load_digits), ("breast cancer", datasets.load_breast_cancer), ("wine", datasets.load_wine), ("iris", datasets.load_iris)):
    data = load()
    sets[name] = {"columns": [str(column) for column in data.feature_names], "rows": data.data.tolist(), "labels": [int(label) for label in data.target]}
json.dump(sets, sys.stdout)
