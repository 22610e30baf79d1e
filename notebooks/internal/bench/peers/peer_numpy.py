# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""NumPy: the percentile as the paper's authors take it, and its row sort, which uses AVX-512 or AVX2 where it can.

percentile         gradients [m, in, out] of each layer, np.percentile along axis 0, clip, mean
row-sort           gradients [in·out, m], each row sorted, the tails replaced, sum
row-sort-threads   the same in blocks that fit the cache, on all cores: as good as it gets
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

BACKEND = "numpy"
BLOCK = 256 * 1024  # values in a block: 1 MB


def versions():
    return {"numpy": np.__version__}


class Peer:
    def __init__(self, setup, weights, images, labels):
        self.rate, self.c = np.float32(setup["learning_rate"]), setup["c"]
        self.low, self.high = setup["low"], setup["high"]
        self.params, self.images = weights, images
        self.hot = np.eye(setup["net"][-1], dtype=np.float32)[labels]
        self.aggregate = {
            "percentile": self.percentile,
            "row-sort": self.row_sort,
            "row-sort-threads": self.row_sort_threads,
        }[setup["way"]]
        self.pool = ThreadPoolExecutor(setup["threads"])

    def backward(self):
        """Of each layer its input [m, in] and the gradient of what it gives [m, out], of each example's own loss."""
        inputs, x = [], self.images
        for i in range(0, len(self.params), 2):
            if i > 0:
                x = np.maximum(x, 0)
            inputs.append(x)
            x = x @ self.params[i] + self.params[i + 1]
        e = np.exp(x - x.max(1, keepdims=True))
        delta = e / e.sum(1, keepdims=True) - self.hot
        layers = []
        for i in reversed(range(len(inputs))):
            layers.append((inputs[i], delta))
            delta = (delta @ self.params[2 * i].T) * (inputs[i] > 0)
        return layers[::-1]

    def step(self):
        for i, (x, delta) in enumerate(self.backward()):
            ones = np.ones((x.shape[0], 1), np.float32)
            self.params[2 * i] -= self.rate * self.aggregate(x, delta)
            self.params[2 * i + 1] -= self.rate * self.aggregate(ones, delta)[0]

    def percentile(self, x, delta):
        g = x[:, :, None] * delta[:, None, :]
        lower, upper = np.percentile(g, [self.c, 100 - self.c], axis=0, method="nearest")
        return np.clip(g, lower, upper).mean(0)

    def rows(self, x, delta):
        """x [k, m] and delta [out, m] give [k, out]."""
        g = x[:, None, :] * delta[None, :, :]
        g.sort(-1)
        m, low, high = g.shape[-1], self.low, self.high
        inside = g[..., low : m - high].sum(-1)
        return (inside + low * g[..., low] + high * g[..., m - 1 - high]) / np.float32(m)

    def row_sort(self, x, delta):
        return self.rows(np.ascontiguousarray(x.T), np.ascontiguousarray(delta.T))

    def row_sort_threads(self, x, delta):
        x, delta = np.ascontiguousarray(x.T), np.ascontiguousarray(delta.T)
        k = max(BLOCK // delta.size, 1)
        parts = self.pool.map(lambda i: self.rows(x[i : i + k], delta), range(0, len(x), k))
        return np.concatenate(list(parts))

    def weights(self):
        return self.params
