# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""A peer of the benchmark: python worker.py jax|torch|numpy.

Speaks the line protocol of protocol.go on standard input and output: one JSON object a line each way. What libraries
print goes to standard error.
"""

import gc
import importlib
import json
import os
import platform
import sys
import time

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

WARM_UP_SECONDS = 0.5
WARM_UP_STEPS = 5


def peak_rss_mb():
    """The largest resident size so far in MB, 0 where it is not known."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0


def forget_peak():
    """From here the largest resident size counts anew, where the system allows it."""
    gc.collect()
    try:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except OSError:
        pass


def timed(step):
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1e3


def start(setup, library):
    import numpy as np

    model = setup.get("model")
    sizes, batch = setup["net"] or [], setup["batch"]
    folder = setup["dir"]
    images = np.fromfile(os.path.join(folder, "images.f32"), "<f4").reshape(batch, -1)
    labels = np.fromfile(os.path.join(folder, "labels.i32"), "<i4")
    flat = np.fromfile(os.path.join(folder, "weights.f32"), "<f4")
    weights, at = [], 0
    shapes = [shape for pair in zip(sizes, sizes[1:]) for shape in (pair, pair[1:])]
    if model:
        shapes = [variable["shape"] for variable in model["variables"]]
    for shape in shapes:
        size = int(np.prod(shape))
        weights.append(flat[at : at + size].reshape(shape).copy())
        at += size
    make = library.ModelPeer if model else library.Peer
    peer = make(setup, weights, images, labels)
    checked = peer.exact() if hasattr(peer, "exact") else peer
    first = timed(peer.step)
    if checked is not peer:
        checked.step()
    with open(setup["check"], "wb") as out:
        for w in checked.weights():
            out.write(np.ascontiguousarray(w, "<f4").tobytes())
    if checked is not peer:
        del checked, w
        forget_peak()
    began = time.perf_counter()
    for _ in range(WARM_UP_STEPS):
        last = timed(peer.step)
        if time.perf_counter() - began > WARM_UP_SECONDS:
            break
    versions = {"python": platform.python_version(), **library.versions()}
    return peer, {
        "parameters": int(flat.size),
        "backend": library.BACKEND,
        "compile_s": max(first - last, 0) / 1e3,
        "step_ms": last,
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
        "versions": versions,
    }


def main():
    peer = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "start":
                library = importlib.import_module("peer_" + sys.argv[1])
                peer, answer = start(request["setup"], library)
            else:
                for _ in range(request["skip"]):
                    peer.step()
                answer = {"times_ms": [timed(peer.step) for _ in range(request["steps"])]}
        except Exception as error:  # noqa: BLE001: whatever it is, the table tells it
            text = (str(error).strip().splitlines() or [""])[0]
            answer = {"error": f"{type(error).__name__}: {text}"}
        answer["peak_rss_mb"] = peak_rss_mb()
        print(json.dumps(answer), file=answers)


main()
