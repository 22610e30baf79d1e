// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/internal/xlaflags"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Parameters that go together get the directions that each gets alone, of its shape.
func TestApply(t *testing.T) {
	b := cgtest.XLA(t)
	t.Setenv(xlaflags.Env, xlaflags.Add(""))
	const m = 20
	rng := rand.New(rand.NewPCG(1, 2))
	normal := func(dims ...int) any {
		data := make([]float32, product(dims))
		for i := range data {
			data[i] = float32(rng.NormFloat64()) / 8
		}
		return tensors.FromFlatDataAndDimensions(data, dims...)
	}
	// Two layers of one shape, others beside, a small one, biases, a layer on sequences, which is no outer product, and a scalar.
	inputs := []any{normal(m, 70), normal(70, 66), normal(66), normal(66, 70), normal(70, 66), normal(66, 80), normal(80, 10), normal(10), normal(5, 5000), normal()}
	build := func(each bool) func(n []*graph.Node) []*graph.Node {
		return func(n []*graph.Node) []*graph.Node {
			x, params := n[0], n[1:]
			h := graph.Tanh(graph.Add(graph.Dot(x, params[0]).Product(), graph.ExpandAxes(params[1], 0)))
			h = graph.Tanh(graph.Dot(h, params[2]).Product())
			h = graph.Tanh(graph.Dot(h, params[3]).Product())
			h = graph.Tanh(graph.Dot(h, params[4]).Product())
			out := graph.Add(graph.Dot(h, params[5]).Product(), graph.ExpandAxes(params[6], 0))
			long := graph.Einsum("bti,io->bto", graph.Reshape(x, m, 14, 5), params[7])
			out = graph.Mul(out, params[8])
			loss := graph.Add(graph.ReduceSum(graph.Square(out), 1), graph.ReduceSum(graph.Sin(long), 1, 2))
			var examples []sample.Sample
			for _, view := range perexample.Of(loss, []*graph.Node{x}, params) {
				examples = append(examples, view)
			}
			var ways []order.Method
			median := func(s sample.Sample, method order.Method) *graph.Node {
				ways = append(ways, method)
				return order.Median(s, method)
			}
			if each {
				return Apply(examples, order.MedianDemand(m), Options{}, median)
			}
			nodes := Apply(examples, order.MedianDemand(208), Options{}, median) // large enough for all to go together
			if got, want := fmt.Sprint(ways), "[networks counting networks networks automatic]"; got != want {
				t.Errorf("directions were built by %s, want %s", got, want)
			}
			return nodes
		}
	}
	alone, together := graph.MustExecOnceN(b, build(true), inputs...), graph.MustExecOnceN(b, build(false), inputs...)
	for i := range alone {
		want, got := tensors.MustCopyFlatData[float32](alone[i]), tensors.MustCopyFlatData[float32](together[i])
		if !slices.Equal(alone[i].Shape().Dimensions, together[i].Shape().Dimensions) || !slices.Equal(want, got) {
			t.Errorf("parameter %d: shapes %s and %s, and not the same medians", i, alone[i].Shape(), together[i].Shape())
		}
	}
}

func product(dims []int) int {
	p := 1
	for _, d := range dims {
		p *= d
	}
	return p
}

// In tiles, whatever their size, layers on sequences, embeddings and convolutions get the directions that they get at once.
func TestTiles(t *testing.T) {
	b := cgtest.XLA(t)
	const m, positions, words, width = 20, 6, 37, 10
	rng := rand.New(rand.NewPCG(3, 4))
	normal := func(dims ...int) *tensors.Tensor {
		data := make([]float32, product(dims))
		for i := range data {
			data[i] = float32(rng.NormFloat64()) / 4
		}
		return tensors.FromFlatDataAndDimensions(data, dims...)
	}
	text := make([]int32, m*positions)
	for i := range text {
		text[i] = rng.Int32N(words)
	}
	inputs := []any{tensors.FromFlatDataAndDimensions(text, m, positions), normal(words, width), normal(width, 15), normal(12, 15), normal(12, 3), normal(3, 12, 16)}
	tiles := 0
	build := func(tile int) func(n []*graph.Node) []*graph.Node {
		return func(n []*graph.Node) []*graph.Node {
			x, params := n[0], n[1:]
			h := graph.Gather(params[0], graph.ExpandAxes(x, -1))
			h = graph.Tanh(graph.Einsum("bti,io->bto", h, params[1]))
			h = graph.Tanh(graph.Einsum("bti,oi->bto", h, params[2])) // weights [out, in]
			folded := graph.Dot(graph.Reshape(h, m*positions, 12), params[3]).Product()
			kernel := graph.Convolve(h, params[4]).PadSame().Done()
			loss := graph.ReduceSum(graph.Square(graph.Reshape(graph.Concatenate([]*graph.Node{graph.Reshape(folded, m, -1), graph.Reshape(kernel, m, -1)}, 1), m, -1)), 1)
			var examples []sample.Sample
			for _, view := range perexample.Of(loss, []*graph.Node{x}, params) {
				examples = append(examples, view)
			}
			return Apply(examples, order.MedianDemand(m), Options{Tile: tile}, func(s sample.Sample, method order.Method) *graph.Node {
				if _, is := s.(sample.Made); is {
					tiles++
				}
				return order.Median(s, method)
			})
		}
	}
	whole := graph.MustExecOnceN(b, build(0), inputs...)
	if tiles != 0 {
		t.Errorf("%d tiled by the default tile", tiles)
	}
	for rows, tile := range map[int]int{1: 1, 2: 2 * 15 * 4 * m, 7: 7 * 15 * 4 * m} {
		tiles = 0
		parts := graph.MustExecOnceN(b, build(tile), inputs...)
		if want := 5; tiles != want && !(rows == 7 && tiles == want-1) { // the smallest parameter is 12 rows of 3
			t.Errorf("tiles of %d rows: %d parameters tiled", rows, tiles)
		}
		for i := range whole {
			want, got := tensors.MustCopyFlatData[float32](whole[i]), tensors.MustCopyFlatData[float32](parts[i])
			for k := range want {
				if d := want[k] - got[k]; d > 1e-6 || d < -1e-6 {
					t.Fatalf("tiles of %d rows, parameter %d, coordinate %d: %v, want %v", rows, i, k, got[k], want[k])
				}
			}
		}
	}
}
