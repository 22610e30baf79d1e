// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// The three that remember: what is kept of two batches and the gradient of this one, with everything in each of the places.
func TestRollingAtTheEdges(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, f := range floats {
			columns := f.edges(3)
			rows := make([]*tensors.Tensor, 3)
			for i := range rows {
				var row []float64
				for _, column := range columns {
					row = append(row, column[i])
				}
				rows[i] = f.tensor(row, len(row))
			}
			rules := []aggregate.Stateful{aggregate.RollingMedian(), aggregate.RollingMean(), aggregate.MedianOfBatches()}
			out := graph.MustExecOnceN(b, func(g, last, before *graph.Node) []*graph.Node {
				var directions []*graph.Node
				for _, rule := range rules {
					made, _, _ := rule.Next([]aggregate.Examples{aggregate.Rows(graph.ExpandAxes(g, 0))}, [][]*graph.Node{{last, before}},
						graph.Const(g.Graph(), int64(2)))
					directions = append(directions, made[0])
				}
				return directions
			}, rows[0], rows[1], rows[2])
			for k, rule := range rules {
				twin, like := twins["median"], "median"
				if rule.Name() == "rolling-mean" {
					twin, like = twins["mean"], "mean"
				}
				for j, got := range tensorValues(out[k]) {
					want := twin(aggregate.Params{}, transposed(columns[j]))[0]
					if allowed, _ := f.allowed(b, like, aggregate.Params{}, aggregate.Automatic, columns[j], want); !within(got, want, allowed) {
						t.Errorf("%s %s of %v: %v, want %v within %v", f.dtype, rule.Name(), columns[j], got, want, allowed)
					}
				}
			}
		}
	})
}

// Norm clipping sees whole gradients: here of two parameters, three columns a case.
func TestClipNormAtTheEdges(t *testing.T) {
	const m = 5
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, f := range floats {
			columns := f.edges(m)
			for _, limit := range []float64{1, f.round(f.largest / 4), 0x1p-10} {
				exec := graph.MustNewExec(b, func(x *graph.Node) *graph.Node {
					d := aggregate.ClipNorm{MaxNorm: limit}.Directions([]aggregate.Examples{
						aggregate.Rows(graph.SliceAxis(x, 1, graph.AxisRange(0, 2))), aggregate.Rows(graph.SliceAxis(x, 1, graph.AxisRange(2, 3))),
					})
					return graph.Concatenate(d, 0)
				})
				for k := range len(columns) - 2 {
					var flat []float64
					matrix := make([][]float64, m) // [example][coordinate]
					for i := range matrix {
						matrix[i] = []float64{columns[k][i], columns[k+1][i], columns[k+2][i]}
						flat = append(flat, matrix[i]...)
					}
					got := tensorValues(exec.MustCall1(f.tensor(flat, m, 3)))
					want := twins["clip-norm"](aggregate.Params{MaxNorm: limit}, matrix)
					var kept float64 // how long the shortened gradients are
					for _, row := range matrix {
						var norm float64
						for _, v := range row {
							norm = max(norm, 2*math.Abs(v))
						}
						kept += min(limit, norm) / m
					}
					for j := range want {
						allowed := 2*f.lost(b) + 1.01*f.roundoff(false)*math.Abs(want[j]) + 8*f.roundoff(true)*kept
						if !within(got[j], want[j], allowed) {
							t.Errorf("%s, norms to %v, coordinate %d of %v: %v, want %v within %v", f.dtype, limit, j, matrix, got[j], want[j], allowed)
						}
					}
				}
			}
		}
	})
}

// A limit that the type of the gradients can't hold leaves them all as they are, or nothing of them.
func TestClipNormLimitsBeyondTheType(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for limit, want := range map[float64]float32{1e300: 2, 1e-300: 0} {
			if got := apply(t, b, aggregate.ClipNorm{MaxNorm: limit}, [][]float32{{1, 0}, {3, 0}}); got[0] != want || got[1] != 0 {
				t.Errorf("norms to %v: %v, want %v and 0", limit, got, want)
			}
		}
	})
}

// Parameters of four types in one model: the norm is that of all of them, each direction has its parameter's type, and what a
// rule did is measured over all.
func TestParametersOfSeveralTypes(t *testing.T) {
	const m, width = 6, 3
	rng := rand.New(rand.NewPCG(6, 6))
	whole, flats := make([][]float64, m), make([][]float64, len(floats))
	for k, f := range floats {
		for i := range m {
			for range width {
				v := f.round(rng.NormFloat64())
				flats[k], whole[i] = append(flats[k], v), append(whole[i], v)
			}
		}
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		var inputs []any
		for k, f := range floats {
			inputs = append(inputs, f.tensor(flats[k], m, width))
		}
		for name, p := range map[string]aggregate.Params{"clip-norm": {MaxNorm: 2}, "winsorize": {C: 20}, "trimmed-mean": {C: 20}, "mean": {}} {
			rule, err := aggregate.Named(name, p)
			if err != nil {
				t.Fatal(err)
			}
			out := graph.MustExecOnceN(b, func(inputs []*graph.Node) []*graph.Node {
				var params []aggregate.Examples
				for _, x := range inputs {
					params = append(params, aggregate.Rows(x))
				}
				directions, effect := aggregate.Measure(rule.(aggregate.Aggregator), params)
				effects := []*graph.Node{effect.EnergyRemoved, effect.Cosine}
				if effect.Clamped != nil {
					effects = append(effects, effect.Clamped)
				}
				return append(directions, effects...)
			}, inputs...)
			want, plain := twins[name](p, whole), twins["mean"](p, whole)
			var removed, energy, product, own float64
			for k, f := range floats {
				if out[k].DType() != f.dtype {
					t.Errorf("%s: the direction of a parameter of type %s has type %s", name, f.dtype, out[k].DType())
				}
				for j, got := range tensorValues(out[k]) {
					// A norm is as exact as its least exact part, sums of squares in float32.
					if w := want[k*width+j]; !within(got, w, 4*max(f.ulp, 0x1p-23)*(1+math.Abs(w))) {
						t.Errorf("%s, %s, coordinate %d: %v, want %v", name, f.dtype, j, got, w)
					}
				}
			}
			for j := range want {
				removed += (plain[j] - want[j]) * (plain[j] - want[j])
				energy += plain[j] * plain[j]
				product += plain[j] * want[j]
				own += want[j] * want[j]
			}
			for k, w := range []float64{removed / energy, product / math.Sqrt(energy) / math.Sqrt(own)} {
				if got := tensors.ToScalar[float64](out[4+k]); !(math.Abs(got-w) < 0.05) {
					t.Errorf("%s: effect %d is %v, want about %v", name, k, got, w)
				}
			}
			if name == "winsorize" && tensors.ToScalar[float64](out[6]) != 2./m {
				t.Errorf("share clamped %v, want %v", out[6].Value(), 2./m)
			}
		}
	})
}

// What a rule did does not depend on how large gradients are, and is counted where half precision can't count.
func TestMeasureAtTheEdges(t *testing.T) {
	const m, width = 60, 200
	rng := rand.New(rand.NewPCG(7, 7))
	flat := make([]float64, m*width)
	for i := range flat {
		flat[i] = rng.NormFloat64()
	}
	measure := func(x *graph.Node) []*graph.Node {
		_, effect := aggregate.Measure(aggregate.Winsorize{C: 10}, []aggregate.Examples{aggregate.Rows(x)})
		var effects []*graph.Node
		for _, e := range []*graph.Node{effect.EnergyRemoved, effect.Cosine, effect.Clamped} {
			effects = append(effects, graph.ConvertDType(e, dtypes.Float64))
		}
		return effects
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		var want []float64
		for _, f := range []float{floats[3], floats[2], floats[1], floats[0]} {
			exec := graph.MustNewExec(b, measure)
			sizes := []float64{1, f.largest / m / 16, f.normal * 0x1p12, 0x1p-5}
			for _, size := range sizes {
				size = math.Exp2(math.Floor(math.Log2(size)))
				scaled := converted(flat, func(x float64) float64 { return f.round(x * size) })
				var got []float64
				for _, effect := range exec.MustCall(f.tensor(scaled, m, width)) {
					got = append(got, tensors.ToScalar[float64](effect))
				}
				if want == nil {
					want = got
				}
				// Each coordinate's share is the same: 6 of 60 values on each side, but for ties of rounded values.
				for k, tolerance := range []float64{200 * f.ulp * want[0], 40 * f.ulp, 2 * f.ulp} {
					if !within(got[k], want[k], tolerance+1e-4*want[k]) {
						t.Errorf("%s at %v: effects %v, want %v", f.dtype, size, got, want)
						break
					}
				}
			}
		}
	})
}

// Votes of more examples than half precision can count.
func TestVotesInHalfPrecision(t *testing.T) {
	const m = 2500
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, f := range floats[:2] {
			flat := make([]float64, m)
			for i := range flat {
				flat[i] = 1
			}
			out := graph.MustExecOnce(b, func(x *graph.Node) *graph.Node {
				return aggregate.SumOfSigns{}.Directions([]aggregate.Examples{aggregate.Rows(x)})[0]
			}, f.tensor(flat, m, 1))
			if got := tensorValues(out)[0]; math.Abs(got-2.5) > 2*f.ulp {
				t.Errorf("%s: %v, want 2.5", f.dtype, got)
			}
		}
	})
}

// A dense layer, whose gradients are products of what may be far larger, or smaller, than they are.
func TestClipNormOnViews(t *testing.T) {
	x, y := [][]float32{{1e-20, 2e-20}, {3e20, 4e20}, {0, 0}, {1, 2}}, [][]float32{{1e38, -2e38}, {1, 0}, {3e38, 3e38}, {1e-30, 2e-30}}
	var rows [][]float64
	for b := range x {
		var row []float64
		for _, v := range x[b] {
			for _, d := range y[b] {
				row = append(row, float64(v)*float64(d))
			}
		}
		rows = append(rows, row)
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, limit := range []float64{1, 1e25, 1e-20} {
			out := graph.MustExecOnce(b, func(x, y, w *graph.Node) *graph.Node {
				loss := graph.ReduceSum(graph.Mul(graph.Dot(x, w).Product(), y), 1) // its gradient in w is x⊗y
				views := perexample.Of(loss, []*graph.Node{x, y}, []*graph.Node{w})
				return aggregate.ClipNorm{MaxNorm: limit}.Directions([]aggregate.Examples{views[0]})[0]
			}, x, y, zeros(2, 2))
			for j, want := range twins["clip-norm"](aggregate.Params{MaxNorm: limit}, rows) {
				if got := tensorValues(out)[j]; !within(got, want, 1e-6*math.Abs(want)+1e-7*limit) {
					t.Errorf("norms to %v, coordinate %d: %v, want %v", limit, j, got, want)
				}
			}
		}
	})
}
