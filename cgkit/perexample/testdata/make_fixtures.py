# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""Makes jax.json, which TestAgainstJAX reads: per-example gradients of two small nets by JAX's vmap(grad), in float64.

    python3 -m venv v && v/bin/pip install jax==0.10.2 && v/bin/python make_fixtures.py > jax.json
"""
import json
import sys

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(21)


def draw(*shape):
    return np.round(rng.normal(size=shape), 3)


def cross_entropy(logits, y):
    return -jax.nn.log_softmax(logits)[y]


def dense(params, x, y):  # x: [T, 4], a sequence
    w1, b1, w2, b2 = params
    h = jax.nn.relu(x @ w1 + b1)
    return cross_entropy(h.mean(axis=0) @ w2 + b2, y)


def convolution(params, x, y):  # x: [7, 7, 2]
    k1, b1, w2 = params
    h = jax.lax.conv_general_dilated(x[None], k1, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))[0]
    h = jnp.tanh(h + b1)
    return cross_entropy(h.reshape(-1) @ w2, y)


def case(loss, params, x):
    y = rng.integers(0, 3, size=len(x))
    gradients = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(params, x, y)
    return {
        "x": x.ravel().tolist(), "x_shape": x.shape, "labels": y.tolist(),
        "params": [p.ravel().tolist() for p in params], "shapes": [p.shape for p in params],
        # [parameter], each [example, coordinate] in a row
        "gradients": [[float(f"{v:.12g}") for v in np.asarray(g).ravel()] for g in gradients],
    }


json.dump({
    "jax": jax.__version__,
    "dense": case(dense, [draw(4, 5), draw(5), draw(5, 3), draw(3)], draw(4, 2, 4)),
    "convolution": case(convolution, [draw(3, 3, 2, 2), draw(2), draw(32, 3)], draw(4, 7, 7, 2)),
}, sys.stdout, separators=(",", ":"))
print()
