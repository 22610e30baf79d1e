// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// What is clamped of two groups, by side, against sorting; by every method, for winsorizing and trimming.
func TestClampedByGroups(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		methods := []aggregate.Method{aggregate.Automatic}
		if b.Name() == "xla" {
			methods = []aggregate.Method{aggregate.Networks, aggregate.Sides, aggregate.Counting}
		}
		for name, m := range map[string]int{"normal": 65, "ties": 26} {
			x := inputs(m)[name]
			if x == nil {
				t.Fatalf("no input %q", name)
			}
			first, second := make([]bool, m), make([]bool, m)
			for i := range m {
				first[i], second[i] = i%3 == 0, i%3 == 1 // some are in neither
			}
			const c = 8
			var want [4]float64 // low and high of the first group, then of the second
			for k := range x[0] {
				column := make([]float64, m)
				for i := range x {
					column[i] = x[i][k]
				}
				sorted := slices.Sorted(slices.Values(column))
				low, high := sorted[int(math.RoundToEven(c*float64(m-1)/100))], sorted[int(math.RoundToEven((100-c)*float64(m-1)/100))]
				for i, v := range column {
					for g, in := range [][]bool{first, second} {
						if in[i] && v < low {
							want[2*g]++
						}
						if in[i] && v > high {
							want[2*g+1]++
						}
					}
				}
			}
			for _, method := range methods {
				for _, rule := range []aggregate.Aggregator{aggregate.Winsorize{C: c, Method: method}, aggregate.TrimmedMean{C: c, Method: method}} {
					t.Run(fmt.Sprintf("%s/%s/%s", name, rule.Name(), method), func(t *testing.T) {
						out := graph.MustExecOnceN(b, func(x, first, second *graph.Node) []*graph.Node {
							counts, ok := aggregate.Clamped(rule, []aggregate.Examples{aggregate.Rows(x)}, first, second)
							if !ok {
								panic("not counted")
							}
							return []*graph.Node{counts[0][0].Low, counts[0][0].High, counts[0][1].Low, counts[0][1].High}
						}, x, first, second)
						for i := range want {
							if got := tensors.ToScalar[float64](out[i]); got != want[i] {
								t.Errorf("count %d is %v, want %v", i, got, want[i])
							}
						}
					})
				}
			}
		}
	})
	if _, ok := aggregate.Clamped(aggregate.Mean{}, nil); ok {
		t.Error("the mean clamps nothing")
	}
}
