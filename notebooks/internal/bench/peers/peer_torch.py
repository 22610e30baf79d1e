# Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0
"""PyTorch: ordinary autograd, library routines on vmap(grad), and on Opacus' per-sample gradients."""

import copy

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


def by_norms(gradients, largest=1.0):
    """The mean of gradients shortened to a norm, over all parameters together."""
    norms = torch.sqrt(sum(g.flatten(1).square().sum(1) for g in gradients))
    factors = (largest / norms).clamp(max=1) / len(norms)
    return [torch.einsum("b,b...->...", factors, g) for g in gradients]


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


class ModelPeer(Peer):
    """The model cnn: 3×3 convolutions with ReLU and 2×2 max pooling, then dense layers."""

    def __init__(self, setup, weights, images, labels):
        torch.set_num_threads(setup["threads"])
        self.rate, self.low, self.high = setup["learning_rate"], setup["low"], setup["high"]
        self.names = [variable["name"] for variable in setup["model"]["variables"]]
        # PyTorch's kernels are [out, in, height, width]; here they come as [height, width, in, out].
        self.params = [torch.tensor(w.transpose(3, 2, 0, 1).copy() if w.ndim == 4 else w) for w in weights]
        pictures = images.reshape(len(images), 3, 32, 32)
        self.batch = torch.tensor(pictures), torch.tensor(labels.astype(np.int64))
        self.routine = setup["way"]
        if self.routine == "plain":
            self.params = [p.requires_grad_() for p in self.params]

    def exact(self):
        """The same step in float64, to compare updates by: among millions of activations float32 takes one to the other
        side of a kink or a maximum now and then, and that changes an update by some 0.2 % of its largest component."""
        twin = copy.copy(self)
        twin.params = [p.detach().double().requires_grad_(p.requires_grad) for p in self.params]
        twin.batch = self.batch[0].double(), self.batch[1]
        return twin

    def forward(self, params, x):
        by_name = dict(zip(self.names, params))
        layers = sorted({name.rsplit("/", 1)[0] for name in self.names})  # conv_0, conv_1, …, hidden, readout
        for layer in layers:
            w, b = by_name[layer + "/weights"], by_name[layer + "/biases"]
            if w.dim() == 4:
                x = torch.relu(nn.functional.conv2d(x, w, b, padding=1))
                if x.shape[-1] > 1:
                    x = nn.functional.max_pool2d(x, 2)
                continue
            if x.dim() == 4:
                x = x.permute(0, 2, 3, 1).flatten(1)
            x = x @ w + b
            if layer != layers[-1]:
                x = torch.relu(x)
        return x

    def loss(self, params, x, y):
        return nn.functional.cross_entropy(self.forward(params, x), y)

    def step(self):
        if self.routine == "plain":
            directions = torch.autograd.grad(self.loss(self.params, *self.batch), self.params)
        else:
            one = lambda params, x, y: self.loss(params, x[None], y[None])
            g = vmap(grad(one), (None, 0, 0))(self.params, *self.batch)
            if self.routine == "norms":
                directions = by_norms(g)
            else:
                directions = [ROUTINES[self.routine](p, self.low, self.high) for p in g]
        with torch.no_grad():
            for p, d in zip(self.params, directions):
                p.sub_(d, alpha=self.rate)

    def weights(self):
        return [(p.permute(2, 3, 1, 0) if p.dim() == 4 else p).detach().numpy() for p in self.params]
