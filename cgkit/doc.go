// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package cgkit trains GoMLX models by their per-example gradients: winsorized gradient descent and its relatives, as
// GoMLX optimizers.
//
//	trainer := train.NewTrainer(backend, store, modelFn, lossFn,
//		cgkit.Winsorized(2).WithLearningRate(0.1).Done(), nil, nil)
//
// The model needs to know nothing of it; what it must do is keep the examples of a batch apart up to the loss (see
// package perexample for what is followed and what is refused). Rules that need the mean gradient alone ask not even
// that: plain SGD, c = 0, the sign of the sum, RM3, RA3 and M3 train nets with batch norm too.
//
// GoMLX's optimizer.FromScope knows every rule by its name, with the hyperparameters that [FromScope] reads.
//
// # What a rule is given
//
//	the loss             a mean over the examples, or one loss for each, is what learning rates are meant for. A sum makes every
//	                     gradient m times as large, and the step with it
//	masks, padding       an example that a mask takes out is one of the m all the same, with a gradient of 0; the others are
//	                     scaled as the loss scales them. Where padding is common, a shorter batch says more than a masked one
//	regularizers         GoMLX's L1 and L2 reach every example, so winsorizing, trimming and medians pass them on unchanged
//	dropout              each example's gradient is taken at its own mask
//	a shorter batch      works, and is compiled once more. c is a percentage of what the batch holds; rules that need more
//	                     examples than it has refuse it
//	mixed precision      gradients and updates have the type of the variable, whatever the model computes in, and variables may
//	                     have one each; sums over examples, and a step before it is taken, are made in float32 at least
//	several batches      GoMLX's Trainer.AccumulateGradients hands on sums in which no example is left, so it refuses these
//	                     optimizers with an error that says *cgkit.Optimizer. Give the whole batch at once, or use
//	                     aggregate.MedianOfBatches, which needs no more memory than three gradients
//
// # Packages
//
//	selection    comparator networks: the k smallest and k largest of m values
//	perexample   the gradient of each example, from an unmodified graph
//	aggregate    rules that make one direction of many gradients
//	backend      XLA on GPU or CPU, or pure Go
//	coherence    how far the gradients of examples agree
//	models       networks by name: the paper's, a small convolutional one, your own
//	record       what a run was and what it left
//	run          makes records: checkpoints, resuming, progress
//	train        the engine of runs: any GoMLX model by any rule
//	claims       the papers' claims as tests on records
package cgkit
