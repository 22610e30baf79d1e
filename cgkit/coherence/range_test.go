// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence_test

import (
	"math"
	"testing"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// m-coherence and f of gradients x_e ⊗ y_e whose squares have no place in their type, of two parameters with a type
// each: all are of the size of y, and m-coherence and f do not depend on it.
func TestEnergiesOfAnySize(t *testing.T) {
	x, y := [][]float64{{1, 2}, {2, 1}, {-1, 1}, {1, 1}}, [][]float64{{1, 0.5}, {1, 1}, {2, -1}, {0.5, 0.5}}
	pristine, corrupt := []float64{1, 1, 0, 1}, []bool{false, false, true, false}
	rows := make([][]float64, len(x))
	for e := range x {
		for _, v := range x[e] {
			for _, d := range y[e] {
				rows[e] = append(rows[e], v*d)
			}
		}
		rows[e] = append(rows[e], y[e]...) // the bias
	}
	energy, err := coherence.Rows(rows)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := coherence.GroupsOfRows(rows, corrupt)
	if err != nil {
		t.Fatal(err)
	}
	fp, _ := groups.F()
	for _, c := range []struct {
		matrix, bias dtypes.DType
		sizes        []float64
	}{
		{dtypes.Float16, dtypes.Float16, []float64{1, 0x1p12, 0x1p-9}},
		{dtypes.BFloat16, dtypes.BFloat16, []float64{1, 0x1p100, 0x1p-100}},
		{dtypes.Float32, dtypes.Float32, []float64{1, 0x1p100, 0x1p-100}},
		{dtypes.Float64, dtypes.Float64, []float64{1, 0x1p450, 0x1p-450}},
		{dtypes.Float32, dtypes.Float64, []float64{1, 0x1p100, 0x1p-100}},
		{dtypes.Float16, dtypes.Float32, []float64{1, 0x1p12, 0x1p-9}},
	} {
		for _, size := range c.sizes {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				results := MustNewExec(b, func(x, y, pristine *Node) []*Node {
					y = MulScalar(y, size)
					x, y, own := ConvertDType(x, c.matrix), ConvertDType(y, c.matrix), ConvertDType(y, c.bias)
					w, bias := ZerosLike(SliceAxis(x, 0, AxisRange(0, 2))), Squeeze(ZerosLike(SliceAxis(own, 0, AxisRange(0, 1))), 0)
					loss := ReduceSum(ConvertDType(Mul(Dot(x, w).Product(), y), c.bias), 1)
					loss = Add(loss, ReduceSum(Mul(ExpandLeftToRank(bias, 2), own), 1))
					views := perexample.Of(loss, []*Node{x, y, own}, []*Node{w, bias})
					g := coherence.GroupsOfViews(views, pristine)
					all := coherence.Plus(coherence.OfViews(views)...)
					return []*Node{all.MCoherence(), Div(Add(g.PP, g.PC), Add(Add(g.PP, g.PC), Add(g.PC, g.CC))), all.Total}
				}).MustCall(x, y, pristine)
				for i, want := range []float64{energy.MCoherence(), fp, energy.Total * size * size} {
					got, double := results[i].Value().(float64)
					if !double || !(math.Abs(got-want) <= 0.02*want) {
						t.Errorf("%s and %s at %v: number %d is %v, want %v", c.matrix, c.bias, size, i, results[i].Value(), want)
					}
				}
			})
		}
	}
}
