// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// The rules by weights on examples at the edges of a type's range: of gradients as large and as small as their squares
// have no place in the type, of one example, and with a NaN or an Inf in one.
func TestWeightRulesAtTheEdges(t *testing.T) {
	sizes := map[dtypes.DType][]float64{dtypes.Float32: {0x1p100, 0x1p-90}, dtypes.Float64: {0x1p900, 0x1p-900}, dtypes.BFloat16: {0x1p100, 0x1p-90}}
	names := []string{"agra", "and-mask", "centred-clip", "gaf", "geometric-median", "krum", "multi-krum", "sand-mask"}
	const m = 8
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, f := range floats {
			if sizes[f.dtype] == nil {
				continue // its range is that of its squares
			}
			rules := make([]aggregate.Aggregator, len(names))
			for i, name := range names {
				rule, err := aggregate.Named(name, aggregate.Params{})
				if err != nil {
					t.Fatal(err)
				}
				rules[i] = rule.(aggregate.Aggregator)
			}
			exec := graph.MustNewExec(b, func(x *graph.Node) []*graph.Node {
				var all []*graph.Node
				left, right := graph.SliceAxis(x, 1, graph.AxisRange(0, 3)), graph.SliceAxis(x, 1, graph.AxisRange(3))
				for i, rule := range rules {
					if rule.Check(x.Shape().Dimensions[0]) != nil {
						all = append(all, graph.ReduceMean(x, 0)) // Krum of one
						continue
					}
					d := rule.Directions([]aggregate.Examples{aggregate.Rows(left), aggregate.Rows(right)})
					if d[0].DType() != f.dtype || d[1].DType() != f.dtype {
						t.Errorf("%s of %s is %s", names[i], f.dtype, d[0].DType())
					}
					all = append(all, graph.Concatenate(d, 0))
				}
				return all
			})
			run := func(x [][]float64) (all [][]float64) {
				var flat []float64
				for _, row := range x {
					flat = append(flat, row...)
				}
				for _, out := range exec.MustCall(f.tensor(flat, len(x), width)) {
					all = append(all, tensorValues(out))
				}
				return all
			}
			x := mapped(inputs(m)["far off"], func(_, _ int, v float64) float64 { return f.round(v) })
			plain := run(x)
			for _, size := range sizes[f.dtype] {
				for i, got := range run(mapped(x, func(_, _ int, v float64) float64 { return v * size })) {
					for j, v := range got {
						want := plain[i][j] * size
						switch names[i] {
						case "centred-clip": // a length of 10 a round at most
							if size > 1 {
								want = v
								if !(math.Abs(v) <= 50) {
									t.Errorf("%s of %s at %v: coordinate %d is %v, want at most 50", names[i], f.dtype, size, j, v)
								}
							} else {
								want = mean(column(x, j)) * size
							}
						case "sand-mask": // a variance has no place in the type: all or nothing
							want = v
							if math.IsNaN(v) || math.IsInf(v, 0) {
								t.Errorf("%s of %s at %v: coordinate %d is %v", names[i], f.dtype, size, j, v)
							}
						}
						if !(math.Abs(v-want) <= 200*max(f.ulp, 0x1p-23)*(math.Abs(want)+size)) {
							t.Errorf("%s of %s at %v: coordinate %d is %v, want %v", names[i], f.dtype, size, j, v, want)
						}
					}
				}
			}
			for i, got := range run(x[:1]) {
				for j, v := range got {
					if want := x[0][j]; !(math.Abs(v-want) <= max(4*f.ulp, 2e-10)*math.Abs(want)) {
						t.Errorf("%s of one example in %s: coordinate %d is %v, want %v", names[i], f.dtype, j, v, want)
					}
				}
			}
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				spoilt := mapped(x, func(_, _ int, v float64) float64 { return v })
				spoilt[5][1] = bad
				for i, got := range run(spoilt) {
					for j, v := range got {
						if names[i] != "and-mask" && names[i] != "sand-mask" && !math.IsNaN(v) {
							t.Errorf("%s in %s with %v in an example: coordinate %d is %v", names[i], f.dtype, bad, j, v)
						}
					}
				}
			}
		}
	})
}
