// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

// batches are the sizes of batches tried; the sizes of all other axes are among them, so that lengths collide.
var batches = []int{1, 2, 3, 7}

// FuzzViews builds nets of random shape and compares their views with gradients taken one example at a time, in float64.
func FuzzViews(f *testing.F) {
	for seed := range uint64(48) {
		f.Add(seed, uint8(seed), uint8(seed/4), uint8(seed/3))
	}
	b := cgtest.Go(f)
	f.Fuzz(func(t *testing.T, seed uint64, batch, leading, depth uint8) {
		compareRandomNet(t, b, seed, batch, leading, depth)
	})
}

// TestRandomNets are a few of the same on XLA, which takes a second to compile each.
func TestRandomNets(t *testing.T) {
	b := cgtest.XLA(t)
	for seed := range uint64(4) {
		compareRandomNet(t, b, seed, uint8(seed), uint8(seed), uint8(seed))
	}
}

func compareRandomNet(t *testing.T, b compute.Backend, seed uint64, batch, leading, depth uint8) {
	t.Helper()
	m := batches[int(batch)%len(batches)]
	rng := rand.New(rand.NewPCG(seed, 1))
	example := make([]int, 1+leading%3)
	for i := range example {
		example[i] = anySize(rng)
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
}

func anySize(rng *rand.Rand) int { return batches[rng.IntN(len(batches))] }

// randomNet has so many dense layers of random widths, with something else between them. The seed decides on all, so
// that it is the same net each time it is built.
func randomNet(seed uint64, depth int, sum bool) func(s *model.Scope, x, y *Node) *Node {
	return func(s *model.Scope, x, y *Node) *Node {
		rng := rand.New(rand.NewPCG(seed, 2))
		for layer := range depth {
			scope := s.In("layer %d", layer)
			h := layers.Dense(scope, x, rng.IntN(3) > 0, anySize(rng))
			variable := func(name string, dims ...int) *Node {
				return scope.VariableWithShape(name, shapes.Make(x.DType(), dims...)).NodeValue(x.Graph())
			}
			m, last := h.Shape().Dimensions[0], h.Shape().Dimensions[h.Rank()-1]
			switch rng.IntN(8) {
			case 0: // the batch axis goes behind others and comes back
				h = Transpose(h, 0, h.Rank()-1)
				h = Transpose(Tanh(Mul(h, AddScalar(variable("swapped", ones(h.Rank())...), 1))), 0, h.Rank()-1)
			case 1: // an axis in front of the batch axis, along which a parameter lies
				k := anySize(rng)
				h = Mul(InsertAxes(h, 0), Reshape(variable("front", k), append([]int{k}, ones(h.Rank())...)...))
				h = ReduceSum(Sin(h), 0)
			case 2: // the same cut of one parameter, taken anew each time
				w := variable("shared", 3, last, last)
				for range 3 {
					h = Tanh(Dot(h, Squeeze(Slice(w, AxisElem(1)), 0)).General([]int{h.Rank() - 1}, nil, []int{0}, nil))
				}
			case 3: // a parameter laid out for every example, beside it
				token := BroadcastToDims(variable("token", ones(h.Rank())...), append(append([]int{}, h.Shape().Dimensions[:h.Rank()-1]...), 1)...)
				h = Concatenate([]*Node{h, token}, h.Rank()-1)
			case 4: // a product with the batch axis among its own, and a parameter on the left
				flat := Reshape(h, m, -1, last)
				h = Dot(flat, Tanh(flat)).General([]int{1}, []int{0}, []int{1}, []int{0})
				h = Transpose(Dot(variable("left", anySize(rng), last), h).General([]int{1}, nil, []int{1}, nil), 0, 1)
			case 5: // an axis of the length 1, or of the batch's, beside the batch axis
				h = OptimizationBarrier(Stack([]*Node{h, Sin(h)}, 1))
				h = Add(h, Reshape(variable("beside", 2), append([]int{1, 2}, ones(h.Rank()-2)...)...))
			}
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

func ones(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = 1
	}
	return list
}
