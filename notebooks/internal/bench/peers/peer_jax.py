# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""JAX: plain steps, library routines on vmap(grad), and this project's own network of min and max.

Everything is jitted and the weights are donated.
"""

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
from jax import lax

BACKEND = "jax:cpu"


def versions():
    return {"jax": jax.__version__, "jaxlib": jaxlib.__version__, "numpy": np.__version__}


def forward(params, offsets, x):
    """Logits, and the input of each layer. offsets are added to what layers give, to differentiate by it."""
    inputs = []
    for i, (w, b) in enumerate(params):
        if i > 0:
            x = jnp.maximum(x, 0)
        inputs.append(x)
        x = x @ w + b
        if offsets is not None:
            x = x + offsets[i]
    return x, inputs


def cross_entropy(logits, labels):
    hot = jax.nn.one_hot(labels, logits.shape[-1])
    return -jnp.sum(hot * jax.nn.log_softmax(logits), -1)


def mean_loss(params, x, y):
    return jnp.mean(cross_entropy(forward(params, None, x)[0], y))


def per_example(params, x, y):
    one = lambda params, x, y: cross_entropy(forward(params, None, x[None])[0], y[None])[0]
    return jax.vmap(jax.grad(one), (None, 0, 0))(params, x, y)


def clipped(g, lower, upper):
    return jnp.mean(jnp.clip(g, lower, upper), 0)


def by_sort(g, setup):
    m, ordered = g.shape[0], jnp.sort(g, 0)
    return clipped(g, ordered[setup["low"]], ordered[m - 1 - setup["high"]])


def by_percentile(g, setup):
    lower, upper = jnp.percentile(g, jnp.array([setup["c"], 100 - setup["c"]]), axis=0, method="nearest")
    return clipped(g, lower, upper)


def by_top_k(g, setup):
    last = jnp.moveaxis(g, 0, -1)
    lower = -lax.top_k(-last, setup["low"] + 1)[0][..., -1]
    upper = lax.top_k(last, setup["high"] + 1)[0][..., -1]
    return clipped(g, lower, upper)


def tree_sum(values):
    while len(values) > 1:
        values = [values[i] + values[i + 1] if i + 1 < len(values) else values[i] for i in range(0, len(values), 2)]
    return values[0]


def by_network(values, mean, setup):
    """The operations that cgkit/selection lists, and what cgkit/aggregate does with them."""
    network, m = setup["network"], len(values)
    values = list(values)
    for kind, a, b in network["ops"]:
        values.append((jnp.minimum if kind == 0 else jnp.maximum)(values[a], values[b]))
    if setup["aggregator"] == "median":
        if network["high_bound"] < 0:
            return values[network["low_bound"]]
        return (values[network["low_bound"]] + values[network["high_bound"]]) * 0.5
    lower, upper = values[network["low_bound"]], values[network["high_bound"]]
    low, high = network["low"], network["high"]
    added = lower * len(low) + upper * len(high)
    removed = tree_sum([values[v] for v in low]) + tree_sum([values[v] for v in high])
    return (mean * m + (added - removed)) / m


def network_gradient(params, x, y, setup):
    m = x.shape[0]

    def loss(params, offsets):
        logits, inputs = forward(params, offsets, x)
        return jnp.mean(cross_entropy(logits, y)), inputs

    offsets = [jnp.zeros((m, b.shape[0]), x.dtype) for _, b in params]
    (value, inputs), (means, deltas) = jax.value_and_grad(loss, (0, 1), has_aux=True)(params, offsets)
    out = []
    for (mean_w, mean_b), delta, layer_input in zip(means, deltas, inputs):
        delta, columns = delta * m, layer_input.T
        row = lambda b: lax.slice(delta, (b, 0), (b + 1, delta.shape[1]))
        outer = [lax.slice(columns, (0, b), (columns.shape[0], b + 1)) * row(b) for b in range(m)]
        rows = [row(b)[0] for b in range(m)]
        out.append((by_network(outer, mean_w, setup), by_network(rows, mean_b, setup)))
    return value, out


ROUTINES = {"sort": by_sort, "percentile": by_percentile, "top_k": by_top_k}


class Peer:
    def __init__(self, setup, weights, images, labels):
        routine, rate = setup["way"], setup["learning_rate"]

        def step(params, x, y):
            if routine == "plain":
                loss, g = jax.value_and_grad(mean_loss)(params, x, y)
            elif routine == "network":
                loss, g = network_gradient(params, x, y, setup)
            else:
                loss = mean_loss(params, x, y)
                g = jax.tree.map(lambda g: ROUTINES[routine](g, setup), per_example(params, x, y))
            return loss, jax.tree.map(lambda p, g: p - rate * g, params, g)

        self.jitted = jax.jit(step, donate_argnums=0)
        self.params = [(jnp.array(w), jnp.array(b)) for w, b in zip(weights[::2], weights[1::2])]
        self.batch = jnp.array(images), jnp.array(labels)

    def step(self):
        loss, self.params = self.jitted(self.params, *self.batch)
        jax.block_until_ready(self.params)
        float(loss)

    def weights(self):
        return [np.asarray(p) for layer in self.params for p in layer]
