// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Noise has the deviation that was asked for, is the same for one key and step, and another for every parameter, step
// and key; without it the directions are those of norm clipping.
func TestNoisyClipNorm(t *testing.T) {
	const n, sigma, limit = 4000, 1.5, 2
	x := [][]float64{make([]float64, n), make([]float64, n)}
	x[0][0], x[1][1] = 7, 1
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		next := func(rule aggregate.NoisyClipNorm, step int64) [][]float64 {
			out := graph.MustExecOnceN(b, func(x, step *graph.Node) []*graph.Node {
				params := []aggregate.Examples{aggregate.Rows(x), aggregate.Rows(graph.MulScalar(x, 0))}
				directions, _, ready := rule.Next(params, [][]*graph.Node{nil, nil}, step)
				return append(directions, ready)
			}, x, step)
			if !tensors.ToScalar[bool](out[2]) {
				t.Error("a step is not ready")
			}
			return [][]float64{tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])}
		}
		clip := aggregate.ClipNorm{MaxNorm: limit}
		plain := next(aggregate.NoisyClipNorm{Clip: clip, Key: 3}, 5)
		if plain[0][0] != limit/2. || plain[0][1] != 0.5 || plain[1][0] != 0 {
			t.Errorf("without noise: %v, %v, %v", plain[0][0], plain[0][1], plain[1][0])
		}
		noisy := aggregate.NoisyClipNorm{Clip: clip, Noise: sigma, Key: 3}
		first := next(noisy, 5)
		other := noisy
		other.Key = 4
		draws := [][]float64{first[0], first[1], next(noisy, 6)[0], next(other, 5)[0], next(noisy, 1<<40)[0]}
		for i, draw := range draws {
			noise := make([]float64, n)
			var sum, squares float64
			for j := range noise {
				noise[j] = draw[j]
				if i != 1 {
					noise[j] -= plain[0][j]
				}
				sum += noise[j]
				squares += noise[j] * noise[j]
			}
			const want = sigma * limit / 2 // of a mean over two examples
			if deviation := math.Sqrt(squares / n); math.Abs(deviation-want) > 5*want/math.Sqrt(2*n) || math.Abs(sum/n) > 5*want/math.Sqrt(n) {
				t.Errorf("draw %d: deviation %v, want %v; mean %v", i, deviation, want, sum/n)
			}
			for k := range i {
				var product float64
				for j := range noise {
					product += draw[j] * draws[k][j]
				}
				if correlation := product / n / want / want; math.Abs(correlation) > 5/math.Sqrt(n) {
					t.Errorf("draws %d and %d: correlation %v", i, k, correlation)
				}
			}
		}
		if again := next(noisy, 5); !slices.Equal(again[0], first[0]) || !slices.Equal(again[1], first[1]) {
			t.Error("the same key and step gave other noise")
		}
	})
}

// How many examples norm clipping shortened is told.
func TestShortened(t *testing.T) {
	x := [][]float64{{3, 4}, {0.3, 0.4}, {0, 0}, {0, 2}}
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, c := range []struct {
			rule aggregate.Aggregator
			want float64
		}{
			{aggregate.ClipNorm{}, 2}, {aggregate.ClipNorm{MaxNorm: 3}, 1}, {aggregate.ClipNorm{MaxNorm: 0.1}, 3},
			{aggregate.ClipNorm{MaxNorm: 3, Automatic: true}, 1}, {aggregate.ClipNorm{MaxNorm: 0.5, PerParameter: true}, 3},
		} {
			got := graph.MustExecOnce(b, func(x *graph.Node) *graph.Node {
				left, right := graph.SliceAxis(x, 1, graph.AxisRange(0, 1)), graph.SliceAxis(x, 1, graph.AxisRange(1))
				_, effect := aggregate.Measure(c.rule, []aggregate.Examples{aggregate.Rows(left), aggregate.Rows(right)})
				return effect.Shortened
			}, x)
			if n := tensors.ToScalar[float64](got); n != c.want {
				t.Errorf("%+v: %v shortened, want %v", c.rule, n, c.want)
			}
		}
	})
}
