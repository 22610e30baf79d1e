// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

// FuzzViews builds nets of random shape and compares their views with gradients taken one example at a time, in float64.
// All sizes are small, so that the batch axis is often as long as another one.
func FuzzViews(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed, uint8(seed%7), uint8(seed%3), uint8(seed/3))
	}
	b := cgtest.Go(f)
	f.Fuzz(func(t *testing.T, seed uint64, batch, leading, depth uint8) {
		m := 1 + int(batch%6)
		rng := rand.New(rand.NewPCG(seed, 1))
		example := make([]int, 1+leading%3)
		for i := range example {
			example[i] = 1 + rng.IntN(5)
		}
		sum := rng.IntN(3) == 0
		c := modelCase{example: example, loss: randomNet(seed, 1+int(depth%4), sum)}
		x, y := batchOf(c, m, rng)
		store := model.NewStore()
		if err := store.SetRNGStateFromSeed(int64(seed % 1000)); err != nil {
			t.Fatal(err)
		}
		exec, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) []*Node {
			var out []*Node
			for _, v := range perexample.Of(c.loss(scope.At("model"), x, y), []*Node{x, y}, params(store, x.Graph())) {
				for i := range m {
					out = append(out, v.Example(i))
				}
				out = append(out, v.SquaredNorms())
			}
			return out
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		got, err := exec.Call(x, y)
		if err != nil {
			t.Fatal(err)
		}
		tolerance = 1e-9
		slow := twin(t, b, c, store, x, y)
		for p := range slow[0] {
			norms := make([]float64, m)
			for i := range m {
				for j := range slow[i][p] {
					if sum {
						slow[i][p][j] *= float64(m) // the 1/m convention
					}
					norms[i] += slow[i][p][j] * slow[i][p][j]
				}
				near(t, "example", tensors.MustCopyFlatData[float64](got[p*(m+1)+i]), slow[i][p])
			}
			near(t, "norms", tensors.MustCopyFlatData[float64](got[p*(m+1)+m]), norms)
		}
	})
}

// randomNet has so many dense layers of random widths, with something else between them. The seed decides on all, so
// that it is the same net each time it is built.
func randomNet(seed uint64, depth int, sum bool) func(s *model.Scope, x, y *Node) *Node {
	return func(s *model.Scope, x, y *Node) *Node {
		rng := rand.New(rand.NewPCG(seed, 2))
		for layer := range depth {
			scope := s.In("layer %d", layer)
			h := layers.Dense(scope, x, rng.IntN(3) > 0, 1+rng.IntN(5))
			switch rng.IntN(5) {
			case 0:
				h = activation.Relu(h)
			case 1:
				h = Tanh(h)
			case 2:
				h = norm.LayerNorm(scope, h, -1).Done()
			}
			if h.Shape().Equal(x.Shape()) && rng.IntN(2) == 0 {
				h = Add(x, h)
			}
			if last := h.Rank() - 1; last > 1 {
				switch rng.IntN(5) {
				case 0:
					h = ReduceMean(h, last-1)
				case 1: // the last two axes into one
					dims := h.Shape().Dimensions
					h = Reshape(h, append(append([]int{}, dims[:last-1]...), dims[last-1]*dims[last])...)
				case 2:
					h = Transpose(h, last-1, last)
				}
			}
			x = h
		}
		x = Reshape(x, x.Shape().Dimensions[0], -1)
		squares := ReduceSum(Square(Sub(layers.Dense(s.In("out"), x, true, 2), ConvertDType(y, x.DType()))), 1)
		if sum {
			return ReduceAllSum(squares)
		}
		return ReduceAllMean(squares)
	}
}
