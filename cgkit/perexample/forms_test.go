// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// formCase is a layer of a kind, on random shapes: example lists the shape of one example, weights that of the
// parameter.
type formCase struct {
	name    string
	table   bool // examples are row numbers, on XLA some beyond the table
	xlaOnly bool // GoMLX's pure-Go backend lacks an operation
	many    bool // operations grow with the number of examples
	shapes  func(rng *rand.Rand) (example, weights []int)
	layer   func(x, w *Node) *Node
}

func between(rng *rand.Rand, low, high int) int { return low + rng.IntN(high-low+1) }

var formCases = []formCase{
	{name: "dense", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 6)
		return []int{in}, []int{in, between(rng, 1, 6)}
	}, layer: func(x, w *Node) *Node { return Dot(x, w).Product() }},
	{name: "dense, [out, in], transposed", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 6)
		return []int{in}, []int{between(rng, 1, 6), in}
	}, layer: func(x, w *Node) *Node { return Dot(x, Transpose(w, 0, 1)).Product() }},
	{name: "two layers, one matrix", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 2, 5)
		return []int{in}, []int{in, in}
	}, layer: func(x, w *Node) *Node { return Dot(Sin(Dot(x, w).Product()), w).Product() }},
	{name: "sequence", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 6)
		return []int{between(rng, 1, 5), in}, []int{in, between(rng, 1, 6)}
	}, layer: func(x, w *Node) *Node { return Einsum("bti,io->bto", x, w) }},
	{name: "two axes in, two out", shapes: func(rng *rand.Rand) ([]int, []int) {
		a, b := between(rng, 1, 3), between(rng, 1, 4)
		return []int{between(rng, 1, 4), a, b}, []int{between(rng, 1, 3), a, b, between(rng, 1, 3)}
	}, layer: func(x, w *Node) *Node { return Einsum("btij,oijp->btop", x, w) }},
	{name: "part of a matrix", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 5)
		return []int{between(rng, 1, 4), in}, []int{in + 1, 6}
	}, layer: func(x, w *Node) *Node {
		w = Slice(w, AxisRange(1), AxisRange(2, 5))
		return Einsum("bti,io->bto", x, w)
	}},
	{name: "convolution", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 4)
		return []int{between(rng, 3, 7), between(rng, 3, 6), in}, []int{between(rng, 1, 3), between(rng, 1, 3), in, between(rng, 1, 5)}
	}, layer: func(x, w *Node) *Node { return Convolve(x, w).PadSame().Done() }},
	{name: "convolution, stride 2, dilated", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 3)
		return []int{between(rng, 5, 8), between(rng, 5, 8), in}, []int{between(rng, 1, 3), between(rng, 1, 3), in, between(rng, 1, 4)}
	}, layer: func(x, w *Node) *Node { return Convolve(x, w).PadSame().Strides(2).Done() }},
	{name: "convolution of one axis, dilated", shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 3)
		return []int{between(rng, 6, 9), in}, []int{between(rng, 2, 3), in, between(rng, 1, 4)}
	}, layer: func(x, w *Node) *Node { return Convolve(x, w).NoPadding().Dilations(2).Done() }},
	{name: "convolution in groups", xlaOnly: true, shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 2)
		return []int{between(rng, 3, 6), between(rng, 3, 6), 3 * in}, []int{2, 3, in, 3 * between(rng, 1, 2)}
	}, layer: func(x, w *Node) *Node { return Convolve(x, w).PadSame().ChannelGroupCount(3).Done() }},
	{name: "embedding", table: true, shapes: func(rng *rand.Rand) ([]int, []int) {
		return []int{between(rng, 1, 5)}, []int{between(rng, 2, 30), between(rng, 1, 4)}
	}, layer: func(x, w *Node) *Node { return Gather(w, ExpandAxes(x, -1)) }},
	{name: "bias", shapes: func(rng *rand.Rand) ([]int, []int) {
		n := between(rng, 1, 5)
		return []int{between(rng, 1, 4), n}, []int{n}
	}, layer: func(x, w *Node) *Node { return Add(x, ExpandLeftToRank(w, 3)) }},
	{name: "gain", shapes: func(rng *rand.Rand) ([]int, []int) {
		n := between(rng, 1, 5)
		return []int{between(rng, 1, 4), n}, []int{n}
	}, layer: func(x, w *Node) *Node { return Mul(x, ExpandLeftToRank(w, 3)) }},
	{name: "matrix and bias in one", shapes: func(rng *rand.Rand) ([]int, []int) {
		n := between(rng, 2, 5)
		return []int{n}, []int{n, n}
	}, layer: func(x, w *Node) *Node {
		return Add(Dot(x, w).Product(), Slice(w, AxisRange(0, 1), AxisRange()))
	}},
	{name: "made of a parameter", many: true, shapes: func(rng *rand.Rand) ([]int, []int) {
		in := between(rng, 1, 4)
		return []int{between(rng, 1, 3), in}, []int{in, between(rng, 1, 4)}
	}, layer: func(x, w *Node) *Node { return Einsum("bti,io->bto", x, Exp(w)) }},
	{name: "parameter at every position", many: true, shapes: func(rng *rand.Rand) ([]int, []int) {
		n := between(rng, 1, 4)
		return []int{3, n}, []int{3, n}
	}, layer: func(x, w *Node) *Node { return Mul(x, BroadcastToShape(Exp(ExpandAxes(w, 0)), x.Shape())) }},
}

// Norms, Gram matrices and weighted sums of every kind of layer, stored, in tiles and by positions, against gradients
// that are written out.
func TestForms(t *testing.T) {
	for _, c := range formCases {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if c.xlaOnly && b.Name() != "xla" {
					t.Skip("GoMLX's pure-Go backend lacks an operation of this layer")
				}
				rounds := 4
				if b.Name() == "xla" {
					rounds = 1
				}
				for round := range rounds {
					rng := rand.New(rand.NewPCG(uint64(round), 11))
					m := between(rng, 2, 5)
					example, shape := c.shapes(rng)
					w := normal(rng, shape...)
					var x any = normal(rng, append([]int{m}, example...)...)
					if c.table {
						rows := make([]int32, m*example[0])
						for i := range rows {
							rows[i] = rng.Int32N(int32(shape[0]))
							if b.Name() == "xla" { // GoMLX's gradient fails on the pure-Go backend
								rows[i] = rng.Int32N(int32(shape[0])+2) - 1
							}
						}
						x = tensors.FromFlatDataAndDimensions(rows, append([]int{m}, example...)...)
					}
					checkForms(t, b, c, m, x, w)
				}
			})
		})
	}
}

func checkForms(t *testing.T, b compute.Backend, c formCase, m int, x any, w *tensors.Tensor) {
	weights := make([]float64, m)
	for i := range weights {
		weights[i] = float64(i*i) - 1.5
	}
	const outputs = 8
	tiles := []int{0, 1, 200} // as by default; a row at a time; some
	out := MustExecOnceN(b, func(x, w, weights *Node) []*Node {
		var nodes []*Node
		for _, tile := range tiles {
			y := Sin(c.layer(x, w))
			loss := ReduceSum(Reshape(y, m, -1), 1)
			v := perexample.Of(loss, []*Node{x}, []*Node{w})[0].WithTile(tile)
			// In this order nothing is there before it is asked for.
			weighted := v.Weighted(weights)
			scale, squares := v.Norms()
			_, products := v.UnitGram()
			each := make([]*Node, m)
			for i := range each {
				each[i] = v.Example(i)
			}
			nodes = append(nodes, weighted, v.SquaredNorms(), v.Gram(),
				Mul(Square(scale), squares), Mul(Mul(products, Reshape(scale, m, 1)), Reshape(scale, 1, m)),
				v.WeightedUnits(Mul(weights, scale)), v.Stack(), Stack(each, 0))
		}
		// The views' own way is not trusted here: one example at a time.
		for i := range m {
			y := Sin(c.layer(SliceAxis(x, 0, AxisRange(i, i+1)), w))
			nodes = append(nodes, Gradient(ReduceAllSum(y), w)[0])
		}
		return nodes
	}, x, w, weights)
	value := func(i int) []float64 { return tensors.MustCopyFlatData[float64](out[i]) }
	size := w.Shape().Size()
	weighted, norms, gram, stack := make([]float64, size), make([]float64, m), make([]float64, m*m), []float64{}
	for i := range m {
		gi := value(outputs*len(tiles) + i)
		stack = append(stack, gi...)
		for j, g := range gi {
			weighted[j] += weights[i] * g
		}
		for k := range m {
			for j, g := range value(outputs*len(tiles) + k) {
				gram[i*m+k] += g * gi[j]
			}
		}
		norms[i] = gram[i*m+i]
	}
	tolerance = 1e-11
	for i, tile := range tiles {
		for k, want := range [][]float64{weighted, norms, gram, norms, gram, weighted, stack, stack} {
			what := []string{"weighted", "squared norms", "Gram", "norms", "unit Gram", "weighted units", "stack", "examples"}[k]
			near(t, fmt.Sprintf("%s of %s in tiles of %d", what, w.Shape(), tile), value(outputs*i+k), want)
		}
	}
}

// How many operations there are does not grow with the number of examples, but for parameters that are changed by other
// operations before they are used.
func TestNodesDoNotGrow(t *testing.T) {
	b := cgtest.Go(t)
	uses := map[string]func(v *perexample.View) *Node{
		"weighted": func(v *perexample.View) *Node { return v.Weighted(Ones(v.Param().Graph(), v.SquaredNorms().Shape())) },
		"norms":    func(v *perexample.View) *Node { return v.SquaredNorms() },
		"units":    func(v *perexample.View) *Node { scale, _ := v.Norms(); return v.WeightedUnits(scale) },
		"Gram":     func(v *perexample.View) *Node { return v.Gram() },
		"stack":    func(v *perexample.View) *Node { return v.Stack() },
		"mean":     func(v *perexample.View) *Node { return v.Mean() },
	}
	for _, c := range formCases {
		if c.xlaOnly {
			continue
		}
		for name, use := range uses {
			if c.many && name != "mean" {
				continue
			}
			if nodes(t, b, c, use, 4) != nodes(t, b, c, use, 9) {
				t.Errorf("%s of %s: %d nodes for 4 examples, %d for 9", name, c.name, nodes(t, b, c, use, 4), nodes(t, b, c, use, 9))
			}
		}
	}
}

func nodes(t *testing.T, b compute.Backend, c formCase, use func(v *perexample.View) *Node, m int) (count int) {
	rng := rand.New(rand.NewPCG(1, 12))
	example, shape := c.shapes(rng)
	var x any = normal(rng, append([]int{m}, example...)...)
	if c.table {
		x = tensors.FromFlatDataAndDimensions(make([]int32, m*example[0]), append([]int{m}, example...)...)
	}
	MustExecOnce(b, func(x, w *Node) *Node {
		loss := ReduceSum(Reshape(Sin(c.layer(x, w)), m, -1), 1)
		v := perexample.Of(loss, []*Node{x}, []*Node{w})[0]
		before := len(x.Graph().Nodes())
		y := use(v)
		count = len(x.Graph().Nodes()) - before
		return y
	}, x, normal(rng, shape...))
	return count
}

// Norms are cheap by what they store beside the model's activations, not by the kind of layer.
func TestCheapNorms(t *testing.T) {
	b := cgtest.Go(t)
	conv := func(x, w *Node) *Node { return Convolve(x, w).PadSame().Done() }
	sequence := func(x, w *Node) *Node { return Einsum("bti,io->bto", x, w) }
	embedding := func(x, w *Node) *Node { return Gather(w, ExpandAxes(x, -1)) }
	for _, c := range []struct {
		name             string
		example, weights []int
		table            bool
		layer            func(x, w *Node) *Node
		want             bool
	}{
		{"dense", []int{50}, []int{50, 60}, false, func(x, w *Node) *Node { return activation.Relu(Dot(x, w).Product()) }, true},
		{"short sequence, large layer", []int{4, 50}, []int{50, 60}, false, sequence, true},
		{"long sequence, small layer", []int{60, 4}, []int{4, 6}, false, sequence, true},
		{"long sequence, large layer", []int{60, 50}, []int{50, 300}, false, sequence, true},
		{"sequence as long as the layer is wide", []int{60, 40}, []int{40, 300}, false, sequence, true},
		{"1×1 convolution", []int{9, 9, 8}, []int{1, 1, 8, 6}, false, conv, true},
		{"3×3 convolution of many channels", []int{9, 9, 30}, []int{3, 3, 30, 30}, false, conv, false},
		{"embedding of a large table", []int{4}, []int{300, 20}, true, embedding, true},
		{"narrow embedding", []int{9}, []int{300, 2}, true, embedding, false},
	} {
		var got bool
		rng := rand.New(rand.NewPCG(3, 3))
		var x any = normal(rng, append([]int{3}, c.example...)...)
		if c.table {
			x = tensors.FromFlatDataAndDimensions(make([]int32, 3*c.example[0]), 3, c.example[0])
		}
		MustExecOnce(b, func(x, w *Node) *Node {
			loss := ReduceSum(Reshape(c.layer(x, w), 3, -1), 1)
			v := perexample.Of(loss, []*Node{x}, []*Node{w})[0]
			got = v.CheapNorms()
			return v.Mean()
		}, x, normal(rng, c.weights...))
		if got != c.want {
			t.Errorf("%s: cheap norms %v, want %v", c.name, got, c.want)
		}
	}
}

// A gradient that a model defines itself need not be linear: sums are those of what it gives to each example.
func TestWeightedBehindACustomGradient(t *testing.T) {
	x, w := [][]float64{{1, 2}, {3, -4}, {0.5, 0.1}}, [][]float64{{0.1}, {0.2}}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		out := MustExecOnceN(b, func(x, w *Node) []*Node {
			clipped := IdentityWithCustomGradient(w, func(_, v *Node) *Node {
				return Clip(v, Scalar(v.Graph(), v.DType(), -1), Scalar(v.Graph(), v.DType(), 1))
			})
			loss := ReduceSum(Dot(x, clipped).Product(), 1)
			v := perexample.Of(loss, []*Node{x}, []*Node{w})[0]
			return []*Node{v.Weighted(Const(x.Graph(), []float64{1, 2, 4})), Add(Add(v.Example(0), MulScalar(v.Example(1), 2)), MulScalar(v.Example(2), 4))}
		}, x, w)
		got, want := tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
		for j := range want {
			if !(math.Abs(got[j]-want[j]) < 1e-12) {
				t.Errorf("coordinate %d: %v, want %v", j, got[j], want[j])
			}
		}
	})
}

// A layer that computes in half precision: norms and sums of its float32 parameter are made in float32.
func TestFormsOfMixedPrecision(t *testing.T) {
	const m, positions, width = 3, 40, 5
	x := make([]float32, m*positions*width)
	for i := range x {
		x[i] = 40
	}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		out := MustExecOnceN(b, func(x *Node) []*Node {
			w := Zeros(x.Graph(), x.Shape())
			w = Slice(Reshape(w, -1, width), AxisRange(0, width), AxisRange())
			half := func(x *Node) *Node { return ConvertDType(x, dtypes.BFloat16) }
			loss := ReduceSum(ConvertDType(Einsum("bti,io->bto", half(x), half(w)), dtypes.Float32), 1, 2)
			v := perexample.Of(loss, []*Node{x}, []*Node{w})[0]
			return []*Node{v.SquaredNorms(), v.Gram(), v.Weighted(Ones(x.Graph(), v.SquaredNorms().Shape()))}
		}, tensors.FromFlatDataAndDimensions(x, m, positions, width))
		for i, want := range []float32{25 * 1600 * 1600, 25 * 1600 * 1600, m * 1600} { // 1600 = 40 · 40 positions
			for _, got := range tensors.MustCopyFlatData[float32](out[i]) {
				if got != want {
					t.Errorf("%s: %v, want %v", []string{"squared norm", "Gram", "weighted sum"}[i], got, want)
				}
			}
		}
	})
}
