// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// A small net's energies and groups in a graph, against the gradients of single examples written out one by one.
func TestViewsAgainstRows(t *testing.T) {
	const m, in, hidden, out = 12, 5, 6, 3
	draw := rand.New(rand.NewPCG(3, 4))
	matrix := func(rows, columns int) [][]float64 {
		x := make([][]float64, rows)
		for i := range x {
			for range columns {
				x[i] = append(x[i], draw.NormFloat64())
			}
		}
		return x
	}
	x, y := matrix(m, in), matrix(m, out)
	w1, w2, b1 := matrix(in, hidden), matrix(hidden, out), matrix(1, hidden)[0]
	pristine, corrupt := make([]float64, m), make([]bool, m)
	for e := range m {
		corrupt[e] = e%3 == 0
		if !corrupt[e] {
			pristine[e] = 1
		}
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		results := MustNewExec(b, func(inputs []*Node) []*Node {
			x, y, pristine, w1, b1, w2 := inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]
			h := Tanh(Add(Dot(x, w1).Product(), ExpandLeftToRank(b1, 2)))
			loss := ReduceSum(Square(Sub(Dot(h, w2).Product(), y)), 1)
			views := perexample.Of(loss, []*Node{x, y}, []*Node{w1, b1, w2})
			var nodes []*Node
			energies := coherence.OfViews(views)
			for _, e := range energies {
				nodes = append(nodes, e.Sum2, e.Total)
			}
			all := coherence.Plus(energies...)
			g := coherence.GroupsOfViews(views, pristine)
			nodes = append(nodes, all.Sum2, all.Total, all.MCoherence(), g.PP, g.PC, g.CC)
			for e := range m {
				for _, v := range views {
					nodes = append(nodes, Reshape(v.Example(e), v.Param().Shape().Size()))
				}
			}
			return nodes
		}).MustCall(x, y, pristine, w1, b1, w2)
		scalar := func(i int) float64 { return results[i].Value().(float64) }

		rows := make([][]float64, m)
		parts := make([][][]float64, 3)
		for e := range m {
			for v := range 3 {
				one := results[12+3*e+v].Value().([]float64)
				rows[e] = append(rows[e], one...)
				parts[v] = append(parts[v], one)
			}
		}
		check := func(name string, got, want float64) {
			t.Helper()
			if !(math.Abs(got-want) <= 1e-10*(1+math.Abs(want))) {
				t.Errorf("%s = %v, want %v", name, got, want)
			}
		}
		for v, part := range parts {
			want, err := coherence.Rows(part)
			if err != nil {
				t.Fatal(err)
			}
			check("‖Σg‖² of a parameter", scalar(2*v), want.Sum2)
			check("Σ‖g‖² of a parameter", scalar(2*v+1), want.Total)
		}
		whole, _ := coherence.Rows(rows)
		check("‖Σg‖²", scalar(6), whole.Sum2)
		check("Σ‖g‖²", scalar(7), whole.Total)
		check("m-coherence", scalar(8), whole.MCoherence())
		groups, _ := coherence.GroupsOfRows(rows, corrupt)
		check("⟨p,p⟩", scalar(9), groups.PP)
		check("⟨p,c⟩", scalar(10), groups.PC)
		check("⟨c,c⟩", scalar(11), groups.CC)
	})
}
