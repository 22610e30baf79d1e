// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Rows of gradients are those rows of the gradients. The pure-Go backend cannot cut at a place known at run time only.
func TestRows(t *testing.T) {
	const m = 4
	b := cgtest.XLA(t)
	rng := rand.New(rand.NewPCG(5, 6))
	normal := func(dims ...int) *tensors.Tensor { return normal(rng, dims...) }
	words := make([]int64, m*5)
	for i := range words {
		words[i] = rng.Int64N(9)
	}
	beyond := make([]int64, m*5) // of a table of 9
	for i := range beyond {
		beyond[i] = rng.Int64N(15) - 3
	}
	spoilt := tensors.MustCopyFlatData[float64](normal(9, 7))
	spoilt[3*7+2] = math.NaN()
	text := tensors.FromFlatDataAndDimensions(words, m, 5)
	for _, c := range []struct {
		name  string
		x, w  *tensors.Tensor
		layer func(x, w *Node) *Node
		ok    bool
	}{
		{"sequence", normal(m, 3, 6), normal(6, 7), func(x, w *Node) *Node { return Einsum("bti,io->bto", x, w) }, true},
		{"two axes, weights [out, in]", normal(m, 3, 2, 6), normal(7, 6), func(x, w *Node) *Node { return Einsum("bsti,oi->bsto", x, w) }, true},
		{"embedding", text, normal(9, 7), func(x, w *Node) *Node { return Gather(w, ExpandAxes(x, -1)) }, true},
		{"embedding, indices beyond the table", tensors.FromFlatDataAndDimensions(beyond, m, 5), normal(9, 7), func(x, w *Node) *Node { return Gather(w, ExpandAxes(x, -1)) }, true},
		{"embedding with NaN in a row", text, tensors.FromFlatDataAndDimensions(spoilt, 9, 7), func(x, w *Node) *Node { return Gather(w, ExpandAxes(x, -1)) }, true},
		{"one matrix at three steps", normal(m, 6), normal(6, 6), func(x, w *Node) *Node {
			return Dot(Tanh(Dot(Tanh(Dot(x, w).Product()), w).Product()), w).Product()
		}, true},
		{"convolution", normal(m, 7, 8, 3), normal(3, 2, 3, 5), func(x, w *Node) *Node { return Convolve(x, w).NoPadding().Done() }, true},
		{"convolution, padded, stride 2", normal(m, 7, 8, 3), normal(3, 3, 3, 5), func(x, w *Node) *Node { return Convolve(x, w).PadSame().Strides(2).Done() }, true},
		{"convolution, dilated", normal(m, 9, 8, 2), normal(3, 2, 2, 5), func(x, w *Node) *Node { return Convolve(x, w).Dilations(2).NoPadding().Done() }, true},
		{"convolution of one axis", normal(m, 9, 3), normal(4, 3, 5), func(x, w *Node) *Node { return Convolve(x, w).PadSame().Done() }, true},
		{"convolution in groups", normal(m, 7, 8, 4), normal(3, 3, 2, 6), func(x, w *Node) *Node { return Convolve(x, w).ChannelGroupCount(2).NoPadding().Done() }, false},
		{"dense", normal(m, 6), normal(6, 7), func(x, w *Node) *Node { return Dot(x, w).Product() }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := MustExecOnceN(b, func(x, w *Node) []*Node {
				y := Sin(c.layer(x, w))
				loss := ReduceSum(Reshape(y, m, -1), 1)
				view := perexample.Of(loss, []*Node{x}, []*Node{w})[0]
				operands, read, _, _, ok := view.Rows()
				if ok != c.ok {
					t.Fatalf("rows: %v, want %v", ok, c.ok)
				}
				columns := w.Shape().Dimensions[w.Rank()-1]
				rows := w.Shape().Size() / columns
				var whole []*Node
				for b := range m {
					whole = append(whole, Reshape(view.Example(b), 1, rows, columns))
				}
				want := Concatenate(whole, 0)
				if !ok {
					return []*Node{want, want}
				}
				cut := rows / 3
				g := w.Graph()
				return []*Node{want, Concatenate([]*Node{read(operands, Const(g, int32(0)), cut), read(operands, Const(g, int32(cut)), rows-cut)}, 1)}
			}, c.x, c.w)
			want, got := tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
			for i := range want {
				if math.IsNaN(want[i]) && math.IsNaN(got[i]) {
					continue
				}
				if !(math.Abs(want[i]-got[i]) <= 1e-9) {
					t.Fatalf("value %d: %v, want %v", i, got[i], want[i])
				}
			}
		})
	}
}
