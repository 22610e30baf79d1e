// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// jaxCase is a net of testdata/jax.json, as make_fixtures.py beside it writes it. Arrays are flat, row by row.
type jaxCase struct {
	X         []float64
	XShape    []int `json:"x_shape"`
	Labels    []int32
	Params    [][]float64
	Shapes    [][]int
	Gradients [][]float64 // of each parameter, the gradients of the examples one after the other
}

// Views against numbers from JAX's vmap(grad), made once and kept.
func TestAgainstJAX(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "jax.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Dense, Convolution jaxCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		jax    jaxCase
		logits func(x *Node, p []*Node) *Node
	}{
		{"dense", file.Dense, func(x *Node, p []*Node) *Node {
			h := activation.Relu(Add(Dot(x, p[0]).General([]int{2}, nil, []int{0}, nil), ExpandLeftToRank(p[1], 3)))
			return Add(Dot(ReduceMean(h, 1), p[2]).Product(), ExpandLeftToRank(p[3], 2))
		}},
		{"convolution", file.Convolution, func(x *Node, p []*Node) *Node {
			h := Tanh(Add(Convolve(x, p[0]).Strides(2).PadSame().Done(), ExpandLeftToRank(p[1], 4)))
			return Dot(Reshape(h, h.Shape().Dimensions[0], -1), p[2]).Product()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				args := []any{tensors.FromFlatDataAndDimensions(c.jax.X, c.jax.XShape...), c.jax.Labels}
				for i, p := range c.jax.Params {
					args = append(args, tensors.FromFlatDataAndDimensions(p, c.jax.Shapes[i]...))
				}
				m := len(c.jax.Labels)
				out := MustExecOnceN(b, func(in []*Node) []*Node {
					logits := c.logits(in[0], in[2:])
					losses := Neg(ReduceSum(Mul(OneHot(in[1], 3, logits.DType()), LogSoftmax(logits)), 1))
					var examples []*Node
					for _, view := range perexample.Of(ReduceAllMean(losses), in[:2], in[2:]) {
						for i := range m {
							examples = append(examples, view.Example(i))
						}
					}
					return examples
				}, args...)
				tolerance = 1e-10 // the file has twelve digits
				for p, gradients := range c.jax.Gradients {
					size := len(gradients) / m
					for i := range m {
						near(t, "example", tensors.MustCopyFlatData[float64](out[p*m+i]), gradients[i*size:(i+1)*size])
					}
				}
			})
		})
	}
}
