# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""Makes numpy.json, which TestAgainstNumPy reads: what NumPy makes of some values, column by column.

    python3 -m venv v && v/bin/pip install numpy==2.4.6 && v/bin/python make_fixtures.py > numpy.json
"""
import json
import sys

import numpy as np

rng = np.random.default_rng(20)
cases = []
for m in (1, 2, 3, 5, 26, 51, 100):
    normal = np.round(rng.normal(size=(m, 2)), 6)
    ties = rng.integers(-1, 2, size=(m, 1)).astype(float)
    mostly_zero = np.maximum(0, np.round(rng.normal(size=(m, 1)) - 1, 6))
    x = np.concatenate([normal, ties, mostly_zero], axis=1)
    by_c = []
    for c in (0.0, 1.0, 2.0, 8.0, 12.5, 30.0, 49.9):
        if m == 100 and c > 8:
            continue  # a long compilation that shows nothing new
        one = {"c": c}
        for method in ("nearest", "linear"):
            low = np.percentile(x, c, axis=0, method=method)
            high = np.percentile(x, 100 - c, axis=0, method=method)
            one[method] = {
                "winsorized": np.clip(x, low, high).mean(axis=0).tolist(),
                "clamped": float(np.mean((x < low) | (x > high))),
            }
        # The percentile of 0, 1, ..., m-1 is its own index.
        first, last = (int(np.percentile(np.arange(m), q, method="nearest")) for q in (c, 100 - c))
        one["trimmed"] = np.sort(x, axis=0)[first : last + 1].mean(axis=0).tolist()
        by_c.append(one)
    groups = np.array_split(x, 3) if m % 3 == 0 else None
    cases.append({
        "x": x.tolist(),
        "mean": x.mean(axis=0).tolist(),
        "median": np.median(x, axis=0).tolist(),
        "median_of_three": np.median([g.mean(axis=0) for g in groups], axis=0).tolist() if groups else None,
        "by_c": by_c,
    })
json.dump({"numpy": np.__version__, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
