// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package perexample gives the gradient of each example of a batch, for GoMLX graphs that know nothing of it.
//
// GoMLX differentiates scalars only and has no vmap. This package finds where each parameter enters the computation of
// the batch, takes ordinary gradients there, and from them builds the gradient of one example as a node that fuses into
// whatever consumes it: for a dense layer the outer product of one row of its input and one row of the gradient of its
// output. The tensor of all per-example gradients, [m, parameters], need never exist.
//
// # The 1/m convention
//
// With m examples and a loss L that is linear in the per-example losses (a mean, a sum, a masked mean), the gradient
// g_b of example b is scaled so that
//
//	∇L = (1/m) Σ_b g_b.
//
// For the usual mean loss g_b is the gradient of example b's own loss. Whatever L takes from the parameters alone, such
// as a weight decay term, reaches every example: it is part of each g_b.
//
// # What becomes of a loss
//
//	mean over the examples      g_b is the gradient of example b's own loss
//	sum over the examples       g_b is m times that, by the convention
//	a factor, as loss scaling   multiplies every g_b
//	weights, mean of w_b·ℓ_b    g_b is w_b times that; divided by their sum, which must not depend on parameters, m·w_b/Σw times
//	masks, padding              a masked example is an example still: g_b = 0. Divided by the k examples that count, as GoMLX's
//	                            losses do, the others' g_b are m/k times the gradient of their own loss
//	one loss for each, [m]      stands for its mean
//	L1, L2, weight decay        in the loss, as GoMLX's regularizers put it there: the same for every example, part of each g_b
//	a penalty on activations    belongs to the example whose activations they are
//	dropout                     g_b is taken at the mask that b was given
//	any other function of it    refused: a root, a logarithm, a maximum over the examples
//
// A new batch size is a new graph: GoMLX builds and compiles it, and the views are of that many examples.
//
// # One example, none, and what examples share
//
// A batch of one example has the gradient of the loss, whatever the model does with its batch axis: squeeze it,
// repeat it, take a maximum or batch norm's statistics over it. Nothing can be mixed, so nothing is refused that
// GoMLX can differentiate, and the same model may be refused for a batch of two. A batch of none is a panic.
//
// All batch inputs hold the same examples. One that is of length 1 on axis 0, to be repeated for all, is not a batch
// input: it is left out of the list, and read in full for every example. (An optimizer of package cgkit takes all
// that a data set yields for batch inputs; such a value goes into a variable that is not trained.)
//
// # Types
//
// Gradients have their parameter's type, whatever the model computes in. Where it computes in half precision each of
// the m gradients is rounded as the batch's gradient would be, but in float16 not before it is multiplied by m: small
// ones would be lost. Sums over examples and squared norms are taken in float32 there.
//
// # How it works
//
// Every node is followed from the batch inputs (batch axis 0) with the axis along which its examples lie; a boundary is
// a node that joins values that have such an axis with values that depend on parameters alone. GoMLX's own rule for
// that operation turns what arrives there into the gradient of the parameter operand, and that is pushed back to the
// parameter. For products, convolutions, look-ups and elementwise operations this is done for all examples at once, and
// for all places where the same operand enters, a recurrent net's steps for one; for other operations the boundary is
// cloned on each example's slice of its operands. A sum over the examples with weights is one such step for the whole
// batch, whatever the operation is: see [View.Weighted]. Axes are propagated operation by operation, never guessed from
// sizes. An operation that mixes examples before the loss, or that this package does not know, is refused by a panic
// with an [Unsupported] error naming variable, node and remedy: there is no wrong number in silence. [Check] looks
// further, at values in which examples meet without a gradient going there. For an operation of one's own there is
// [Register]. Gradients that a model defines itself are followed in the same way.
//
// Barriers, as GoMLX's checkpoints make them, are what they hold back; views keep the inputs of layers in memory all
// the same. Batch norm with stored statistics treats every example for itself; GoMLX has no gradient for it, so this
// package registers one (in graph.VJPRegistration).
//
// Views are built inside a graph-building function and panic on misuse, as all of GoMLX's graph building does.
package perexample
