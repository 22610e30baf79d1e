// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package train is the engine of runs: it trains any GoMLX model function by any rule of package aggregate.
//
// [New] is what package run is given as its engine. It finds the spec's model by name in package models; [With] takes a
// model that is in no registry.
//
// # What it does
//
//   - Several updates run in one compiled loop, so that a step costs no more than its arithmetic. The same spec gives the
//     same bits again on the same backend and machine, however the steps are cut into calls, and whether the run was
//     interrupted or not: all that an update changes (weights, batch statistics, the state of random generators, what a
//     rule remembers) is part of the state.
//   - The update is that of cgkit.Optimizer, the same that GoMLX's Trainer is given.
//   - Evaluations are of all training and all test examples, with layers such as dropout switched off.
//   - A model whose per-example gradients can't be followed is refused when the engine is made, with the reason.
//   - Gradients are measured on request, through views of package perexample, in bounded memory.
package train
