// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package aggregate turns the per-example gradients of a batch into one direction for the update, coordinate by
// coordinate: the mean, and rules that do not let a few examples have their way.
//
// A [Rule] works on any [Examples], usually a *perexample.View, inside a graph-building function, and returns a node of
// the parameter's shape that stands in for the mean gradient: the 1/m convention of package perexample.
//
// # At the edges of a type's range
//
//	NaN in one gradient   NaN in that coordinate of the direction, in every rule, on every backend, by every [Method]; norm
//	                      clipping makes all coordinates NaN
//	±Inf                  see each rule: medians bear it in fewer than half of the values, exact forms as far as they clamp
//	large numbers         finite gradients have finite directions, but for the fast forms of [Winsorize] and [TrimmedMean]
//	half precision        sums are made in float32, directions have the type of their parameter
//	subnormal numbers     see [Method]
//	±0                    equal: which of them comes out is not stated
//
// Rules are found by name with [Named]; those registered are listed by [Names].
package aggregate
