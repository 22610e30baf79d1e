// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// ANDMask lets a coordinate of the mean gradient through where the signs of the environments agree (Parascandolo et al.
// 2020, arXiv:2009.00329):
//
//	ḡ_j   where |1/k Σ_e sign(g_ej)| ≥ τ,   else 0.
//
// An environment is an example or, with Groups = k, one of k groups of consecutive examples with their mean. With m =
// 100 examples τ = 0.2 asks for a majority of twenty; a winsorized coordinate with c = 2 asks for three votes on one
// side.
//
//	Groups     0 means that every example is an environment, as in the source's runs on CIFAR-10
//	Threshold  τ; 0 means 0.2, the source's there; 0 < τ ≤ 1
//	Rescale    divides by 1e-10 + the share of the parameter's coordinates that come through, so that steps keep their size
//	0, −0      votes for no side: dark pixels and dead units count against a coordinate
//	±Inf       votes as its sign; the mean is ±Inf or NaN
//	NaN        NaN in that coordinate; with Rescale in all of the parameter
//	m = 1      the gradient
//
// It costs one pass over all gradients, as the sum of signs does, beside the mean.
type ANDMask struct {
	Groups    int
	Threshold float64
	Rescale   bool
}

var _ Aggregator = ANDMask{}

func init() {
	Register("and-mask", func(p Params) (Rule, error) {
		rule := ANDMask{Groups: p.Groups, Threshold: p.Threshold, Rescale: p.Rescale}
		return rule, rule.checkSettings()
	})
}

// Name is "and-mask".
func (ANDMask) Name() string { return "and-mask" }

func (r ANDMask) checkSettings() error { return checkMask("and-mask", r.Groups, r.Threshold) }

func checkMask(rule string, groups int, threshold float64) error {
	if groups < 0 {
		return fmt.Errorf("%s: %d groups: choose 1 or more, or 0 for every example by itself", rule, groups)
	}
	if math.IsNaN(threshold) || threshold < 0 || threshold > 1 {
		return fmt.Errorf("%s: a threshold of %v: choose a share of votes, 0 < τ ≤ 1, or 0 for 0.2", rule, threshold)
	}
	return nil
}

// Check wants at least one example a group.
func (r ANDMask) Check(m int) error {
	if err := r.checkSettings(); err != nil {
		return err
	}
	return checkBatch("and-mask", m, max(1, r.Groups))
}

// Laws of the AND-mask: signs are those against 0. Only where examples agree is a coordinate let through as it is, and
// where they don't 0 lies between them; rescaled, it may be larger than all of them.
func (r ANDMask) Laws() Laws {
	return Laws{Permutation: r.Groups <= 1, Scale: true, Range: !r.Rescale}
}

// Directions are the masked means.
func (r ANDMask) Directions(params []Examples) []*graph.Node {
	return each(params, func(examples Examples) *graph.Node {
		mean := examples.Mean()
		_, agreement := votes(examples, r.Groups)
		mask := graph.GreaterOrEqual(agreement, arith.Constant(agreement, thresholdOr(r.Threshold)))
		direction := graph.Where(mask, arith.Widen(mean), graph.ZerosLike(agreement))
		if r.Rescale {
			share := graph.ReduceAllMean(graph.ConvertDType(mask, agreement.DType()))
			direction = graph.Div(direction, graph.Add(share, arith.Constant(share, 1e-10)))
			// A NaN anywhere makes it unsure what the share is.
			direction = graph.Add(direction, graph.Sub(graph.ReduceAllSum(agreement), graph.ReduceAllSum(agreement)))
		}
		return arith.Narrow(graph.Where(graph.NotEqual(agreement, agreement), agreement, direction), mean.DType())
	})
}

func thresholdOr(threshold float64) float64 {
	if threshold == 0 {
		return 0.2
	}
	return threshold
}

// votes are the values of the environments, and |1/k Σ_e sign(g_ej)| of each coordinate, in the type that sums are made
// in; NaN where one of them is.
func votes(examples Examples, groups int) (values []*graph.Node, agreement *graph.Node) {
	if groups > 0 {
		values = groupMeans(examples, groups).list
	} else {
		for b := range examples.Len() {
			values = append(values, examples.Example(b))
		}
	}
	signs := make([]*graph.Node, len(values))
	for i, v := range values {
		signs[i] = arith.Sign(v)
	}
	return values, graph.Abs(arith.DivScalar(arith.Sum(arith.WidenAll(signs)), float64(len(values))))
}
