// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// What the blocks of a view give is what the view gives: for a dense layer, a matrix used twice, a bias and a layer on
// sequences, whole and cut, with the signs of what flips turned around.
func TestBlocks(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		store.SetRNGStateFromSeed(3)
		x := [][][]float64{}
		for i := range 5 {
			x = append(x, [][]float64{})
			for j := range 3 {
				row := make([]float64, 4)
				for k := range row {
					row[k] = math.Sin(float64(20*i + 5*j + k))
				}
				x[i] = append(x[i], row)
			}
		}
		exec, err := model.NewExec(b, store, func(scope *model.Scope, x *Node) []*Node {
			h := Tanh(layers.Dense(scope.In("sequence"), x, true, 4)) // [5, 3, 4]
			w := scope.VariableWithValue("twice", [][]float64{{1, 2, 3, 4}, {0, 1, 0, -1}, {2, 0, 1, 0}, {1, 1, 0, 2}}).NodeValue(x.Graph())
			h = Tanh(Dot(Tanh(Dot(ReduceMean(h, 1), w).Product()), w).Product())
			out := layers.Dense(scope.In("out"), h, true, 2)
			var out2 []*Node
			for _, view := range perexample.Of(ReduceSum(Square(out), 1), []*Node{x}, params(store, x.Graph())) {
				operands, flips, read := view.Blocks()
				cut, turned := make([]*Node, len(operands)), make([]*Node, len(operands))
				for i, operand := range operands {
					cut[i] = SliceAxis(operand, 0, AxisRange(2, 5))
					if turned[i] = operand; flips[i] {
						turned[i] = Neg(operand)
					}
				}
				for b := range 5 {
					g := view.Example(b)
					worst := ReduceAllMax(Abs(Sub(read(operands)(b), g)))
					worst = Max(worst, ReduceAllMax(Abs(Add(read(turned)(b), g))))
					if b >= 2 {
						worst = Max(worst, ReduceAllMax(Abs(Sub(read(cut)(b-2), g))))
					}
					out2 = append(out2, worst)
				}
			}
			return out2
		})
		if err != nil {
			t.Fatal(err)
		}
		out := exec.MustCall(x)
		if len(out) != 5*5 {
			t.Errorf("%d results, want 5 for each of 5 variables", len(out))
		}
		for i, worst := range out {
			if d := tensors.ToScalar[float64](worst); !(d <= 1e-12) {
				t.Errorf("variable %d, example %d: the blocks are off by %g", i/5, i%5, d)
			}
		}
	})
}
