// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"coherentgradients/cgkit/aggregate/internal/sample"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/selection"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// BenchmarkResults is why large batches are not selected among in stages, each of which would hand its kept values to the
// next: of one network, the eight smallest of 64 values on a layer of 784 × 256, some results are asked for at once. XLA's
// CPU compiler makes a loop for each, with the whole network in it. The numbers of results take turns.
//
//	go test ./cgkit/aggregate/internal/order -run xxx -bench Results -benchtime 20x
func BenchmarkResults(b *testing.B) {
	xla := cgtest.XLA(b)
	const m, rows, columns = 64, 784, 256
	matrix := func(columns int) *tensors.Tensor {
		rng := rand.New(rand.NewPCG(m, uint64(columns)))
		values := make([]float32, m*columns)
		for i := range values {
			values[i] = float32(rng.NormFloat64())
		}
		return tensors.FromFlatDataAndDimensions(values, m, columns)
	}
	network := selection.Ordered(m, 8, 0)
	counts := []int{1, 2, 4, 8}
	var steps []func() float64
	var compiling []float64
	for _, results := range counts {
		exec := graph.MustNewExec(xla, func(x, y *graph.Node) []*graph.Node {
			products := sample.Made{M: m, Make: func(i int) *graph.Node {
				left, right := sample.StoredExample(x, i), sample.StoredExample(y, i)
				return graph.Mul(graph.ExpandAxes(left, -1), graph.ExpandAxes(right, 0))
			}}
			return selection.Pick(emit(network, products), network.Low)[:results]
		})
		x, y := matrix(rows), matrix(columns)
		steps = append(steps, func() float64 {
			start := time.Now()
			for _, result := range exec.MustCall(x, y) {
				result.MustConstFlatData(func(any) {}) // waits for it
				result.MustFinalizeAll()
			}
			return 1000 * time.Since(start).Seconds()
		})
		compiling = append(compiling, steps[len(steps)-1]()/1000)
	}
	times := make([][]float64, len(counts))
	b.ResetTimer()
	for range b.N {
		for i, step := range steps {
			times[i] = append(times[i], step())
		}
	}
	for i, results := range counts {
		slices.Sort(times[i])
		b.ReportMetric(times[i][len(times[i])/2], fmt.Sprintf("ms-for-%d", results))
		b.ReportMetric(compiling[i], fmt.Sprintf("compile-s-for-%d", results))
	}
	b.ReportMetric(0, "ns/op")
}
