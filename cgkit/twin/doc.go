// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package twin is the slow twin of what the library computes fast: a fully connected net in float64, the gradient of each
// example by backpropagation written out, and rules that look at one coordinate at a time by sorting it.
//
// It exists to be read and to be believed. The engine's tests hold its updates to this package's, and the playground runs
// it in the browser. It needs the standard library only, so it is built for every machine that Go knows. It shares no code
// with the packages that it is compared with.
//
// Shapes: a net of sizes [n0, n1, … nL] has for each layer l a weight matrix [n(l−1), n(l)], rows by input, then the n(l)
// biases; [Net.Params] holds all of them in that order. Gradients of a batch are stored by coordinate, [parameters, m], so
// that a rule finds the m values of a coordinate side by side.
package twin
