// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// BenchmarkMethods is the table of cgkit/README.md: the paper's first layer, 784 × 256 in float32, its direction alone, for
// each batch, rule and way to select; compile-s is the first call. Networks that XLA does not compile well are left out,
// unless Automatic comes to them.
//
//	go test ./cgkit/aggregate -run xxx -bench Methods -benchtime 20x
func BenchmarkMethods(b *testing.B) {
	xla := cgtest.XLA(b)
	for _, m := range []int{32, 64, 100, 128, 160, 192, 256, 300, 512, 1000} {
		x, y := gaussian(m, 784), gaussian(m, 256)
		for _, c := range []float64{1, 2, 4, 8, 30, 50} {
			for _, method := range []aggregate.Method{aggregate.Automatic, aggregate.Networks, aggregate.Sides, aggregate.Counting} {
				var rule aggregate.Rule = aggregate.Winsorize{C: c, Method: method}
				name := fmt.Sprintf("winsorize-%g", c)
				if c == 50 {
					rule, name = aggregate.Median{Method: method}, "median"
				}
				if (method == aggregate.Networks || method == aggregate.Sides) && m > 192 {
					continue
				}
				b.Run(fmt.Sprintf("m=%d/%s/%s", m, name, method), func(b *testing.B) {
					exec := graph.MustNewExec(xla, func(x, y, w *graph.Node) *graph.Node {
						views := perexample.Of(graph.ReduceSum(graph.Mul(graph.Dot(x, w).Product(), y), 1), []*graph.Node{x, y}, []*graph.Node{w})
						return rule.(aggregate.Aggregator).Directions([]aggregate.Examples{views[0]})[0]
					})
					w := gaussian(784, 256)
					step := func() {
						out := exec.MustCall1(x, y, w)
						out.MustConstFlatData(func(any) {}) // waits for it
						out.MustFinalizeAll()
					}
					start := time.Now()
					step()
					compiling := time.Since(start)
					b.ResetTimer()
					for range b.N {
						step()
					}
					b.ReportMetric(compiling.Seconds(), "compile-s")
					b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/step")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}

// gaussian is a matrix of random numbers.
func gaussian(rows, columns int) *tensors.Tensor {
	rng := rand.New(rand.NewPCG(uint64(rows), uint64(columns)))
	values := make([]float32, rows*columns)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, rows, columns)
}
