// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/gomlx/core/graph"
)

// GAF is gradient agreement filtering (Chaubard et al. 2024, arXiv:2412.18052). The batch is cut into k groups of
// consecutive examples, as equal as they can be, whose means are gone through in order: G starts as the first, and
//
//	G ← (G + ḡ_i)/2   where 1 − cos(G, ḡ_i) ≤ τ, else ḡ_i is left out,
//
// over all parameters together. Where none agreed with the first there is no step.
//
//	Groups     k; 0 means 2, the source's; k > m and k < 2 are refused
//	Threshold  τ; 0 means 1, the source's default: an angle of up to 90°; 0 < τ < 2
//	later groups count for more: of three that agree the last counts half
//	a mean of 0  agrees with nothing: it has no direction
//	NaN, Inf   in any example: NaN everywhere
//	half       products are in float32
//
// Cosines come from sums over blocks of the Gram matrix of the examples.
type GAF struct {
	Groups    int
	Threshold float64
}

var _ Aggregator = GAF{}

func init() {
	Register("gaf", func(p Params) (Rule, error) {
		rule := GAF{Groups: p.Groups, Threshold: p.Threshold}
		return rule, rule.checkSettings()
	})
}

// Name is "gaf".
func (GAF) Name() string { return "gaf" }

func (r GAF) groups() int {
	if r.Groups == 0 {
		return 2
	}
	return r.Groups
}

func (r GAF) threshold() float64 {
	if r.Threshold == 0 {
		return 1
	}
	return r.Threshold
}

func (r GAF) checkSettings() error {
	if r.groups() < 2 {
		return fmt.Errorf("gaf: %d groups: choose 2 or more", r.Groups)
	}
	if τ := r.threshold(); math.IsNaN(τ) || τ <= 0 || τ >= 2 {
		return fmt.Errorf("gaf: a threshold of %v: choose one minus a cosine, 0 < τ < 2", r.Threshold)
	}
	return nil
}

// Check wants at least one example a group.
func (r GAF) Check(m int) error {
	if err := r.checkSettings(); err != nil {
		return err
	}
	return checkBatch("gaf", m, r.groups())
}

// Laws of GAF: the order decides who is in which group; angles are those to 0.
func (GAF) Laws() Laws { return Laws{Scale: true} }

// Directions are the parts of what the groups that agree come to.
func (r GAF) Directions(params []Examples) []*graph.Node {
	if len(params) == 0 {
		return nil
	}
	batch := gramOf(params)
	m, k := batch.len(), r.groups()
	g := batch.scale.Graph()
	member := make([][]float64, k) // what each example counts in each group's mean
	for i := range member {
		member[i] = make([]float64, m)
		from, to := i*m/k, (i+1)*m/k
		for b := from; b < to; b++ {
			member[i][b] = 1 / float64(to-from)
		}
	}
	means := graph.ConvertDType(graph.Const(g, member), batch.scale.DType()) // [k, m]
	share := graph.Div(batch.scale, graph.ReduceAllMax(batch.scale))
	products := graph.Mul(batch.products, outerProduct(share, share))
	products = graph.Dot(graph.Dot(means, products).Product(), graph.Transpose(means, 0, 1)).Product() // [k, k] of groups
	at := func(i int) *graph.Node { return graph.Const(g, unitVector(k, i)) }
	coefficients := graph.ConvertDType(at(0), products.DType())
	agreed := arith.Constant(products, 0)
	for i := 1; i < k; i++ {
		this := graph.ConvertDType(at(i), products.DType())
		with := graph.ReduceSum(graph.Mul(products, graph.Reshape(coefficients, 1, k)), 1) // ⟨G, ḡ_j⟩
		here := graph.ReduceAllSum(graph.Mul(with, this))
		own := graph.ReduceAllSum(graph.Mul(with, coefficients))
		other := graph.ReduceAllSum(graph.Mul(diagonal(products), this))
		length := graph.Mul(rootOf(own), rootOf(other))
		agrees := graph.LogicalAnd(graph.GreaterThan(length, graph.ZerosLike(length)),
			graph.GreaterOrEqual(here, arith.MulScalar(length, 1-r.threshold())))
		coefficients = graph.Where(broadcastTo(agrees, this), arith.MulScalar(graph.Add(coefficients, this), 0.5), coefficients)
		agreed = graph.Add(agreed, graph.ConvertDType(agrees, agreed.DType()))
	}
	some := graph.GreaterThan(agreed, graph.ZerosLike(agreed))
	coefficients = graph.Where(broadcastTo(some, coefficients), coefficients, graph.ZerosLike(coefficients))
	return batch.direction(graph.ReduceSum(graph.Mul(means, graph.Reshape(coefficients, k, 1)), 0))
}

func unitVector(n, i int) []float64 {
	list := make([]float64, n)
	list[i] = 1
	return list
}
