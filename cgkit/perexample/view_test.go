// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// modelCase is a model written with GoMLX alone, and the shape of one example.
type modelCase struct {
	name    string
	example []int
	integer bool // examples are indices 0…6
	xlaOnly bool // GoMLX's pure-Go backend lacks an operation it needs
	// What is computed of the whole batch differs from that of one example, so that the twin is the ordinary gradient:
	// only Σ_b g_b/m is compared.
	batchStatistics, fixedBatch bool
	tolerance                   float64 // 0 means 1e-9
	loss                        func(scope *model.Scope, x, y *Node) *Node
}

const classes = 5

func classify(logits, labels *Node) *Node {
	return loss.SparseCategoricalCrossEntropyLogits([]*Node{labels}, []*Node{logits})
}

func meanLoss(build func(scope *model.Scope, x *Node) *Node) func(scope *model.Scope, x, y *Node) *Node {
	return func(scope *model.Scope, x, y *Node) *Node { return ReduceAllMean(classify(build(scope, x), y)) }
}

var modelCases = []modelCase{
	{name: "dense", example: []int{7}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := activation.Relu(layers.Dense(s.In("a"), x, true, 6))
		return layers.Dense(s.In("b"), h, true, classes)
	})},
	{name: "per-example losses", example: []int{7}, loss: func(s *model.Scope, x, y *Node) *Node {
		return classify(layers.Dense(s.In("a"), x, true, classes), y)
	}},
	{name: "sequence", example: []int{4, 3}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := Tanh(layers.Dense(s.In("a"), x, true, 6))
		return layers.Dense(s.In("b"), ReduceMean(h, 1), true, classes)
	})},
	{name: "convolution", example: []int{8, 8, 2}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := activation.Relu(layers.Convolution(s.In("a"), x).Channels(3).KernelSize(3).PadSame().Done())
		h = MeanPool(h).Window(2).Done()
		h = activation.Relu(layers.Convolution(s.In("b"), h).Channels(4).KernelSize(3).Strides(2).Done())
		return layers.Dense(s.In("c"), Reshape(h, h.Shape().Dimensions[0], -1), true, classes)
	})},
	{name: "max pool", example: []int{8, 8, 1}, xlaOnly: true, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := MaxPool(layers.Convolution(s.In("a"), x).Channels(3).KernelSize(3).Done()).Window(2).Done()
		return layers.Dense(s.In("c"), Reshape(h, h.Shape().Dimensions[0], -1), true, classes)
	})},
	{name: "norms", example: []int{4, 6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := norm.LayerNorm(s.In("n1"), x, -1).Done()
		h = norm.RMSNorm(s.In("n2"), Tanh(h)).Done()
		return layers.Dense(s.In("b"), ReduceSum(h, 1), true, classes)
	})},
	{name: "embedding", example: []int{4}, integer: true, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := layers.Embedding(s.In("e"), x, dtypes.Float64, 7, 5)
		return layers.Dense(s.In("b"), ReduceMean(h, 1), true, classes)
	})},
	{name: "attention", example: []int{4, 6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		h := attention.SelfAttention(s.In("att"), x, 2, 3).Done()
		return layers.Dense(s.In("b"), ReduceMean(Add(x, h), 1), true, classes)
	})},
	{name: "weight used twice", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		w := s.VariableWithShape("w", shapes.Make(x.DType(), 6, 6)).NodeValue(x.Graph())
		h := Tanh(Dot(x, w).Product())
		return layers.Dense(s.In("b"), Tanh(Dot(h, w).Product()), true, classes)
	})},
	{name: "variable in maths", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
		v := s.VariableWithShape("scale", shapes.Make(x.DType(), 6)).NodeValue(x.Graph())
		h := Mul(x, BroadcastToShape(Reshape(Exp(v), 1, 6), x.Shape()))
		return layers.Dense(s.In("b"), h, true, classes)
	})},
	{name: "weight decay", example: []int{6}, loss: func(s *model.Scope, x, y *Node) *Node {
		w := s.VariableWithShape("w", shapes.Make(x.DType(), 6, classes)).NodeValue(x.Graph())
		data := ReduceAllMean(classify(Dot(x, w).Product(), y))
		return Add(data, MulScalar(ReduceAllSum(Square(w)), 0.3))
	}},
}

// twin computes per-example gradients the slow way: one example at a time, through GoMLX's own gradient.
func twin(t *testing.T, b compute.Backend, c modelCase, store *model.Store, x, y *tensors.Tensor) [][][]float64 {
	t.Helper()
	exec, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) []*Node {
		l := c.loss(scope.At("model"), x, y)
		if !l.IsScalar() {
			l = ReduceAllMean(l)
		}
		return Gradient(l, params(store, x.Graph())...)
	})
	if err != nil {
		t.Fatal(err)
	}
	m := x.Shape().Dimensions[0]
	slow := make([][][]float64, m)
	for i := range m {
		for _, g := range exec.MustCall(row(x, i), row(y, i)) {
			slow[i] = append(slow[i], tensors.MustCopyFlatData[float64](g))
		}
	}
	return slow
}

func params(store *model.Store, g *Graph) []*Node {
	var nodes []*Node
	for v := range store.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			nodes = append(nodes, v.NodeValue(g))
		}
	}
	return nodes
}

func row(x *tensors.Tensor, i int) *tensors.Tensor {
	dims := append([]int{1}, x.Shape().Dimensions[1:]...)
	size := 1
	for _, d := range dims {
		size *= d
	}
	if x.DType() == dtypes.Int32 {
		return tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[int32](x)[i*size:(i+1)*size], dims...)
	}
	return tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[float64](x)[i*size:(i+1)*size], dims...)
}

func batchOf(c modelCase, m int, rng *rand.Rand) (x, y *tensors.Tensor) {
	size := m
	for _, d := range c.example {
		size *= d
	}
	dims := append([]int{m}, c.example...)
	if c.integer {
		data := make([]int32, size)
		for i := range data {
			data[i] = rng.Int32N(7)
		}
		x = tensors.FromFlatDataAndDimensions(data, dims...)
	} else {
		data := make([]float64, size)
		for i := range data {
			data[i] = rng.NormFloat64()
		}
		x = tensors.FromFlatDataAndDimensions(data, dims...)
	}
	labels := make([]int32, m)
	for i := range labels {
		labels[i] = rng.Int32N(classes)
	}
	return x, tensors.FromFlatDataAndDimensions(labels, m, 1)
}

func TestViewsAgainstOneExampleAtATime(t *testing.T) {
	const m = 5
	for _, c := range modelCases {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if c.xlaOnly && b.Name() != "xla" {
					t.Skip("GoMLX's pure-Go backend lacks an operation of this model")
				}
				x, y := batchOf(c, m, rand.New(rand.NewPCG(1, 2)))
				store := model.NewStore()
				exec, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) []*Node {
					l := c.loss(scope.At("model"), x, y)
					var out []*Node
					for _, v := range perexample.Of(l, []*Node{x, y}, params(store, x.Graph())) {
						for i := range m {
							out = append(out, v.Example(i))
						}
						weights := ConvertDType(Iota(x.Graph(), shapes.Make(dtypes.Float64, m), 0), v.Param().DType())
						out = append(out, v.Mean(), v.SquaredNorms(), v.Gram(), v.Weighted(weights), v.Sum(1, 4))
					}
					return out
				})
				if err != nil {
					t.Fatal(err)
				}
				got, err := exec.Call(x, y)
				if err != nil {
					t.Fatal(err)
				}
				tolerance = 1e-9
				if c.tolerance > 0 {
					tolerance = c.tolerance
				}
				if c.batchStatistics || c.fixedBatch {
					compareMeans(t, b, c, store, x, y, got, m)
					return
				}
				slow := twin(t, b, c, store, x, y)
				var all float64
				for p := range slow[0] {
					outs := got[p*(m+5) : (p+1)*(m+5)]
					size := len(slow[0][p])
					mean, weighted, some := make([]float64, size), make([]float64, size), make([]float64, size)
					for i := range m {
						near(t, "example", tensors.MustCopyFlatData[float64](outs[i]), slow[i][p])
						for j, g := range slow[i][p] {
							mean[j] += g / m
							weighted[j] += g * float64(i)
							if 1 <= i && i < 4 {
								some[j] += g
							}
							all += math.Abs(g)
						}
					}
					near(t, "mean", tensors.MustCopyFlatData[float64](outs[m]), mean)
					near(t, "weighted", tensors.MustCopyFlatData[float64](outs[m+3]), weighted)
					near(t, "sum", tensors.MustCopyFlatData[float64](outs[m+4]), some)
					norms, gram := make([]float64, m), make([]float64, m*m)
					for i := range m {
						for k := range m {
							for j := range slow[i][p] {
								gram[i*m+k] += slow[i][p][j] * slow[k][p][j]
							}
						}
						norms[i] = gram[i*m+i]
					}
					near(t, "norms", tensors.MustCopyFlatData[float64](outs[m+1]), norms)
					near(t, "gram", tensors.MustCopyFlatData[float64](outs[m+2]), gram)
				}
				if all == 0 {
					t.Error("all gradients are zero: the case tests nothing")
				}
			})
		})
	}
}

// compareMeans sets the mean of the views against GoMLX's gradient of the batch.
func compareMeans(t *testing.T, b compute.Backend, c modelCase, store *model.Store, x, y *tensors.Tensor, got []*tensors.Tensor, m int) {
	t.Helper()
	exec, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) []*Node {
		return Gradient(c.loss(scope.At("model"), x, y), params(store, x.Graph())...)
	})
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range exec.MustCall(x, y) {
		mean := make([]float64, want.Shape().Size())
		for i := range m {
			for j, v := range tensors.MustCopyFlatData[float64](got[p*(m+5)+i]) {
				mean[j] += v / float64(m)
			}
		}
		near(t, "mean of the views", mean, tensors.MustCopyFlatData[float64](want))
	}
}

// tolerance is that of the model under test; tests run one after the other.
var tolerance = 1e-9

func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := math.Abs(got[i] - want[i]); !(d <= tolerance*(1+math.Abs(want[i]))) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		name, want string
		loss       func(scope *model.Scope, x, y *Node) *Node
	}{
		{"batch norm, XLA only", "layer norm, or batch norm with UseBackendInference(false)", meanLoss(func(s *model.Scope, x *Node) *Node {
			h := layers.Dense(s.In("a"), x, true, 6)
			return layers.Dense(s.In("b"), norm.BatchNorm(s.In("bn"), h, -1).Done(), true, classes)
		})},
		{"centring over the batch", "goes back into the examples", meanLoss(func(s *model.Scope, x *Node) *Node {
			h := layers.Dense(s.In("a"), x, true, 6)
			return layers.Dense(s.In("b"), Sub(h, ReduceAndKeep(h, ReduceMean, 0)), true, classes)
		})},
		{"root of the mean", "no linear function", func(s *model.Scope, x, y *Node) *Node {
			return Sqrt(ReduceAllMean(classify(layers.Dense(s.In("a"), x, true, classes), y)))
		}},
		{"worst example", "other than a sum", func(s *model.Scope, x, y *Node) *Node {
			return ReduceAllMax(ReduceSum(Square(layers.Dense(s.In("a"), x, true, classes)), 1))
		}},
		{"centring before the first layer", "other than a sum", meanLoss(func(s *model.Scope, x *Node) *Node {
			return layers.Dense(s.In("a"), Sub(x, ReduceAndKeep(x, ReduceMax, 0)), true, classes)
		})},
		{"pairs of examples", "joins each example with every other", func(s *model.Scope, x, y *Node) *Node {
			h := layers.Dense(s.In("a"), x, true, 6)
			return ReduceAllMean(Dot(h, h).General([]int{1}, nil, []int{1}, nil))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				if strings.HasSuffix(c.name, "XLA only") && b.Name() != "xla" {
					t.Skip("GoMLX's pure-Go backend lacks an operation of this model")
				}
				x, y := batchOf(modelCase{example: []int{7}}, 4, rand.New(rand.NewPCG(1, 2)))
				store := model.NewStore()
				exec, err := model.NewExec(b, store, func(scope *model.Scope, x, y *Node) *Node {
					store.SetTraining(x.Graph(), true)
					l := c.loss(scope, x, y)
					return perexample.Of(l, []*Node{x, y}, params(store, x.Graph()))[0].Example(0)
				})
				if err != nil {
					t.Fatal(err)
				}
				_, err = exec.Call(x, y)
				var unsupported *perexample.Unsupported
				if !errors.As(err, &unsupported) || !strings.Contains(unsupported.Error(), c.want) {
					t.Fatalf("error %v, want an Unsupported with %q", err, c.want)
				}
				if !strings.HasPrefix(unsupported.Variable, "/a/dense/") || !strings.Contains(unsupported.Variable, " (Float64)[") {
					t.Errorf("it names the variable %q, want that of layer a with its shape", unsupported.Variable)
				}
			})
		})
	}
}
