// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/coherence"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Coherence is the m-coherence A = ‖Σ g_b‖²/Σ ‖g_b‖².
func Coherence() Meter {
	return Meter{name: "m-coherence", short: "A", kind: "coherence", measure: mCoherence}
}

// Agreement is α̂ = (A−1)/(m−1): A free of the batch's size m, see [coherence.Agreement]. NaN for one example.
func Agreement() Meter {
	return Meter{name: "agreement of gradients", short: "α̂", kind: "agreement", measure: func(b *batch) *graph.Node {
		return graph.DivScalar(graph.AddScalar(mCoherence(b), -1), float64(b.len()-1))
	}}
}

// Diversity is the gradient diversity Σ ‖g_b‖²/‖Σ g_b‖² = 1/A.
func Diversity() Meter {
	return Meter{name: "gradient diversity", short: "div", kind: "diversity", measure: func(b *batch) *graph.Node {
		return graph.Reciprocal(mCoherence(b))
	}}
}

// NoiseScale is the simple noise scale tr Σ/‖G‖² in examples, both estimated without bias from the batch: (m−A)/(A−1).
// Where A < 1 the estimate of ‖G‖² is below 0, and so is the noise scale: it is too large for the batch to tell.
func NoiseScale() Meter {
	return Meter{name: "noise scale", short: "B", kind: "noise scale", measure: func(b *batch) *graph.Node {
		a := mCoherence(b)
		return graph.Div(graph.Sub(constant(a, float64(b.len())), a), graph.AddScalar(a, -1))
	}}
}

// GSNR is the gradients' signal-to-noise ratio ḡ_j²/Var_b g_bj, averaged over the coordinates j in which gradients
// vary, the variance being (1/m) Σ_b g_bj² − ḡ_j². NaN where none does.
func GSNR() Meter {
	name := "gradient signal-to-noise ratio"
	return Meter{name: name, short: "GSNR", kind: "GSNR", measure: func(b *batch) *graph.Node {
		var sum, count *graph.Node
		for _, v := range b.views {
			squares := graph.DivScalar(SumSquares(v), float64(v.Len()))
			mean := graph.Square(double(v.Mean()))
			variance := graph.Sub(squares, mean)
			// What is left of two numbers of which one is the other but for rounding is no variance.
			varies := graph.GreaterThan(variance, graph.MulScalar(squares, 1e-6))
			ratio := graph.Where(varies, graph.Div(mean, variance), graph.ZerosLike(mean))
			one, n := graph.ReduceAllSum(ratio), graph.ReduceAllSum(graph.ConvertDType(varies, dtypes.Float64))
			if sum == nil {
				sum, count = one, n
			} else {
				sum, count = graph.Add(sum, one), graph.Add(count, n)
			}
		}
		return graph.Div(sum, count)
	}}
}

// NormQuantile is the q-quantile of the norms ‖g_b‖ of the examples' gradients: the smallest norm for q = 0, the median
// for 0.5, the largest for 1, the nearest one in order in between. Another q panics.
func NormQuantile(q float64) Meter {
	if !(q >= 0 && q <= 1) {
		panic(fmt.Errorf("meters.NormQuantile(%v): choose a share from 0 to 1, such as 0.5 for the median", q))
	}
	short := fmt.Sprintf("‖g‖ at %g %%", 100*q)
	name := "norm of an example's gradient, " + short
	return Meter{name: name, short: short, kind: "norm", measure: func(b *batch) *graph.Node {
		return inOrder(graph.Sqrt(energies(b)), int(math.RoundToEven(q*float64(b.len()-1))))
	}}
}

// Clamped is the share, 0 to 1, of the m·P values of the examples' gradients that a rule clamps or drops. Rules that
// treat no value apart clamp none.
func Clamped(rule aggregate.Aggregator) Meter {
	name := "share clamped by " + rule.Name()
	return Meter{name: name, short: "clamped", kind: "share", share: true, measure: func(b *batch) *graph.Node {
		all := graph.BroadcastToDims(graph.Const(b.graph, true), b.len())
		counts, ok := aggregate.Clamped(rule, b.examples(rule), all)
		if !ok {
			return graph.Const(b.graph, 0.0)
		}
		sum, size := graph.Const(b.graph, 0.0), 0
		for i, c := range counts {
			sum = graph.Add(sum, graph.Add(c[0].Low, c[0].High))
			size += b.len() * b.views[i].Param().Shape().Size()
		}
		return graph.DivScalar(sum, float64(size))
	}}
}

// Cosine is that of a rule's direction and the mean gradient: 1 for the mean.
func Cosine(rule aggregate.Aggregator) Meter {
	name := "cosine of " + rule.Name() + " and the mean"
	return Meter{name: name, short: "cos", kind: "cosine", measure: func(b *batch) *graph.Node {
		_, effect := aggregate.Measure(rule, b.examples(rule))
		return effect.Cosine
	}}
}

// GroupShare is f = ⟨S, S_group⟩/⟨S, S⟩ of a group of examples, S being the sum of the gradients: how much of what a
// small step takes off the loss is owed to the group. members builds a number for each example, 1 for members and 0 for
// others, shape [m], of the labels and predictions that metrics are given. name says which group.
func GroupShare(name string, members func(labels, predictions []*graph.Node) *graph.Node) Meter {
	long := "share of " + name + " in the gradient"
	return Meter{name: long, short: "f " + name, kind: "share", share: true, measure: func(b *batch) *graph.Node {
		of := members(b.labels, b.predictions)
		if of.Rank() != 1 || of.Shape().Dimensions[0] != b.len() || !of.DType().IsFloat() {
			panic(fmt.Errorf("meters.GroupShare(%q): members of shape %s: "+
				"give a floating-point number for each of the %d examples", name, of.Shape(), b.len()))
		}
		g := coherence.GroupsOfViews(b.views, of)
		return graph.Div(graph.Add(g.PP, g.PC), graph.Add(graph.Add(g.PP, g.PC), graph.Add(g.PC, g.CC)))
	}}
}

// Dead is the share of the hidden units that are 0 for every example of the batch, of the layers that [HiddenOf] finds:
// of all of them, or of those given, counted from 0 at the input. It has no use for In: units belong to no variable.
// NaN for models without a ReLU; a layer that is not there panics when the graph is built.
func Dead(layers ...int) Meter {
	name, short := "dead units", "dead"
	for _, l := range layers {
		name, short = name+fmt.Sprintf(" of layer %d", l), short+fmt.Sprintf(" %d", l)
	}
	return Meter{name: name, short: short, kind: "share", share: true, measure: func(b *batch) *graph.Node {
		hidden := HiddenOf(b.graph, b.len())
		alive, units := graph.Const(b.graph, 0.0), 0
		for i, layer := range hidden {
			if len(layers) > 0 && !slices.Contains(layers, i) {
				continue
			}
			one := layer.Alive(nil)
			alive = graph.Add(alive, graph.ReduceAllSum(double(one)))
			units += one.Shape().Size()
		}
		for _, l := range layers {
			if l < 0 || l >= len(hidden) {
				panic(fmt.Errorf("meters.Dead(%d): the model has %d hidden layers, counted from 0", l, len(hidden)))
			}
		}
		if units == 0 {
			return graph.Const(b.graph, math.NaN())
		}
		return graph.OneMinus(graph.DivScalar(alive, float64(units)))
	}}
}

func mCoherence(b *batch) *graph.Node {
	return coherence.Plus(coherence.OfViews(b.views)...).MCoherence()
}

// energies are ‖g_b‖², float64 [m].
func energies(b *batch) *graph.Node {
	var sum *graph.Node
	for _, v := range b.views {
		largest, squares := v.Norms()
		one := graph.Mul(graph.Square(double(largest)), double(squares))
		if sum == nil {
			sum = one
		} else {
			sum = graph.Add(sum, one)
		}
	}
	return sum
}

// inOrder is the value at an index of the sorted values x, [m]: the one that at most as many are below and more are not
// above. NaN where one of them is NaN or infinite. It compares all pairs, of which there are few: graph.Sort in its
// place hung on GoMLX's pure-Go backend.
func inOrder(x *graph.Node, index int) *graph.Node {
	m := x.Shape().Size()
	columns := graph.BroadcastToDims(graph.Reshape(x, m, 1), m, m)
	rows := graph.BroadcastToDims(graph.Reshape(x, 1, m), m, m)
	count := func(pairs *graph.Node) *graph.Node { return graph.ReduceSum(double(pairs), 1) }
	below, notAbove := count(graph.LessThan(rows, columns)), count(graph.LessOrEqual(rows, columns))
	at := constant(below, float64(index))
	here := graph.LogicalAnd(graph.LessOrEqual(below, at), graph.LessThan(at, notAbove))
	found := graph.ReduceAllMax(graph.Where(here, x, graph.BroadcastToDims(constant(x, math.Inf(-1)), m)))
	return graph.Add(found, graph.MulScalar(graph.ReduceAllSum(x), 0)) // NaN for NaN
}

// examples are the views for a rule, which is checked.
func (b *batch) examples(rule aggregate.Rule) []aggregate.Examples {
	if err := rule.Check(b.len()); err != nil {
		panic(err)
	}
	list := make([]aggregate.Examples, len(b.views))
	for i, v := range b.views {
		list[i] = v
	}
	return list
}

func double(x *graph.Node) *graph.Node { return graph.ConvertDType(x, dtypes.Float64) }

func constant(like *graph.Node, v float64) *graph.Node {
	return graph.ConvertDType(graph.Const(like.Graph(), v), like.DType())
}
