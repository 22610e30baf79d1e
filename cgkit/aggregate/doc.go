// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package aggregate turns the per-example gradients of a batch into one direction for the update, coordinate by
// coordinate: the mean, and rules that do not let a few examples have their way.
//
// A [Rule] works on any [Examples], usually a *perexample.View, inside a graph-building function, and returns a node of
// the parameter's shape that stands in for the mean gradient: the 1/m convention of package perexample.
//
// Rules are found by name with [Named]; those registered are listed by [Names].
package aggregate
