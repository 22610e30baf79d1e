// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/gomlx/gomlx/core/graph"

// Mean is plain gradient descent: (1/m) Σ_b g_b, at the cost of an ordinary gradient. One example can send it anywhere;
// NaN and Inf spread. It is finite where the gradients are, and in half precision the model's own mean gradient, as its
// type rounds it.
type Mean struct{}

var _ Aggregator = Mean{}

func init() { Register("mean", func(Params) (Rule, error) { return Mean{}, nil }) }

// Name is "mean".
func (Mean) Name() string { return "mean" }

// Check accepts every m from 1 up.
func (Mean) Check(m int) error { return checkBatch("mean", m, 1) }

// Laws of the mean: all but resistance.
func (Mean) Laws() Laws { return Laws{Permutation: true, Translation: true, Scale: true, Range: true} }

// Directions are the means.
func (Mean) Directions(params []Examples) []*graph.Node { return each(params, Examples.Mean) }
