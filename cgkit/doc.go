// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package cgkit trains GoMLX models by their per-example gradients: winsorized gradient descent and its relatives, as
// GoMLX optimizers.
//
//	trainer := train.NewTrainer(backend, store, modelFn, lossFn,
//		cgkit.Winsorized(2).WithLearningRate(0.1).Done(), nil, nil)
//
// The model needs to know nothing of it; what it must do is keep the examples of a batch apart up to the loss (see
// package perexample for what is followed and what is refused). The rooms below:
//
//	selection    comparator networks: the k smallest and k largest of m values
//	perexample   the gradient of each example, from an unmodified graph
//	aggregate    rules that make one direction of many gradients
//	backend      XLA on GPU or CPU, or pure Go
//	experiment   runs with records: what the notebooks call
package cgkit
