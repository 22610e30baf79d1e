# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""PyTorch: ordinary autograd, library routines on vmap(grad), and on Opacus' per-sample gradients."""

import numpy as np
import torch
from torch import nn
from torch.func import grad, vmap

BACKEND = "torch:cpu"


def versions():
    known = {"torch": torch.__version__, "numpy": np.__version__}
    try:
        import opacus

        known["opacus"] = opacus.__version__
    except ImportError:
        pass
    return known


def forward(params, x):
    for i in range(0, len(params), 2):
        if i > 0:
            x = torch.relu(x)
        x = x @ params[i] + params[i + 1]
    return x


def mean_loss(params, x, y):
    return nn.functional.cross_entropy(forward(params, x), y)


def one_loss(params, x, y):
    return mean_loss(params, x[None], y[None])


def clipped(g, lower, upper):
    return torch.clamp(g, lower, upper).mean(0)


def by_topk(g, low, high):
    lower = torch.topk(g, low + 1, 0, largest=False, sorted=False).values.amax(0)
    upper = torch.topk(g, high + 1, 0, largest=True, sorted=False).values.amin(0)
    return clipped(g, lower, upper)


def by_kthvalue(g, low, high):
    lower = torch.kthvalue(g, low + 1, 0).values
    upper = torch.kthvalue(g, g.shape[0] - high, 0).values
    return clipped(g, lower, upper)


def by_sort(g, low, high):
    ordered = torch.sort(g, 0).values
    return clipped(g, ordered[low], ordered[g.shape[0] - 1 - high])


ROUTINES = {"vmap": lambda g, low, high: g.mean(0), "topk": by_topk, "kthvalue": by_kthvalue, "sort": by_sort}


class Peer:
    def __init__(self, setup, weights, images, labels):
        torch.set_num_threads(setup["threads"])
        self.rate, self.low, self.high = setup["learning_rate"], setup["low"], setup["high"]
        self.params = [torch.tensor(w) for w in weights]
        self.batch = torch.tensor(images), torch.tensor(labels.astype(np.int64))
        self.routine = setup["way"]
        if self.routine == "plain":
            self.params = [p.requires_grad_() for p in self.params]
        if self.routine == "opacus-topk":
            self.model = self.opacus()

    def opacus(self):
        from opacus.grad_sample import GradSampleModule

        layers = []
        for w, b in zip(self.params[::2], self.params[1::2]):
            layer = nn.Linear(*w.shape)
            with torch.no_grad():
                layer.weight.copy_(w.T)
                layer.bias.copy_(b)
            layers += [nn.ReLU(), layer] if layers else [layer]
        return GradSampleModule(nn.Sequential(*layers), loss_reduction="mean")

    def step(self):
        if self.routine == "opacus-topk":
            return self.opacus_step()
        if self.routine == "plain":
            loss = mean_loss(self.params, *self.batch)
            directions = torch.autograd.grad(loss, self.params)
        else:
            g = vmap(grad(one_loss), (None, 0, 0))(self.params, *self.batch)
            directions = [ROUTINES[self.routine](p, self.low, self.high) for p in g]
        with torch.no_grad():
            for p, d in zip(self.params, directions):
                p.sub_(d, alpha=self.rate)

    def opacus_step(self):
        self.model.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(self.model(self.batch[0]), self.batch[1]).backward()
        with torch.no_grad():
            for p in self.model.parameters():
                p.sub_(by_topk(p.grad_sample, self.low, self.high), alpha=self.rate)
                p.grad_sample = None

    def weights(self):
        params = self.params
        if self.routine == "opacus-topk":
            params = [p.T if p.dim() == 2 else p for p in self.model.parameters()]
        return [p.detach().numpy() for p in params]
