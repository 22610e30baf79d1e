// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// The median of three is one of the three, to the last bit, and an Inf among them does not spread.
func TestMedianOfThreeIsExact(t *testing.T) {
	inf := math.Inf(1)
	a := []float64{1, 1e30, inf, -inf, 0.1, 2}
	b := []float64{2, 1, 3, 5, 0.2, 2}
	c := []float64{3, -1e30, 4, 6, 0.3, 1}
	want := []float64{2, 1, 4, 5, 0.2, 2}
	cgtest.Each(t, func(t *testing.T, backend compute.Backend) {
		out := graph.MustExecOnceN(backend, func(a, b, c *graph.Node) []*graph.Node {
			step := graph.Const(a.Graph(), int64(2))
			directions, after, ready := aggregate.RollingMedian().Next([]aggregate.Examples{aggregate.Rows(graph.InsertAxes(a, 0))}, [][]*graph.Node{{b, c}}, step)
			return []*graph.Node{directions[0], after[0][0], after[0][1], ready}
		}, a, b, c)
		for i, expected := range [][]float64{want, a, b} {
			got := tensors.MustCopyFlatData[float64](out[i])
			for j := range got {
				if got[j] != expected[j] {
					t.Errorf("output %d, coordinate %d: %v, want %v", i, j, got[j], expected[j])
				}
			}
		}
		if !tensors.ToScalar[bool](out[3]) {
			t.Error("the third step is not ready")
		}
	})
}

// A rule that needs its state can't be taken for one that doesn't.
func TestStatefulRulesAreNoAggregators(t *testing.T) {
	for _, name := range aggregate.Names() {
		rule, err := aggregate.Named(name, aggregate.Params{})
		if err != nil {
			t.Fatal(err)
		}
		_, remembers := rule.(aggregate.Stateful)
		if _, works := rule.(aggregate.Aggregator); works == remembers {
			t.Errorf("%s: Aggregator %v, Stateful %v: it must be one of both", name, works, remembers)
		}
		if _, ok := rule.(aggregate.Lawful); !ok {
			t.Errorf("%s declares no laws", name)
		}
	}
}
