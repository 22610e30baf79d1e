// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/gomlx/core/graph"
)

// BenchmarkTiles is the direction of a layer of 2048 × 2048 on sequences of 16, m = 100, whose gradients together are
// 1.68 GB. Peak memory is the process's, so run one at a time:
//
//	go test ./cgkit/aggregate -run xxx -bench 'Tiles/default' -benchtime 5x
//	go test ./cgkit/aggregate -run xxx -bench 'Tiles/whole' -benchtime 5x
func BenchmarkTiles(b *testing.B) {
	xla := cgtest.XLA(b)
	const m, positions, width = 100, 16, 2048
	for _, c := range []struct {
		name string
		tile int
	}{{"default", 0}, {"64MiB", 64 << 20}, {"whole", math.MaxInt}} {
		b.Run(c.name, func(b *testing.B) {
			exec := graph.MustNewExec(xla, func(x, y, w *graph.Node) *graph.Node {
				x, y = graph.Reshape(x, m, positions, width), graph.Reshape(y, m, positions, width)
				loss := graph.ReduceSum(graph.Mul(graph.Einsum("bti,io->bto", x, w), y), 1, 2)
				views := perexample.Of(loss, []*graph.Node{x, y}, []*graph.Node{w})
				return aggregate.Winsorize{C: 2, Tile: c.tile}.Directions([]aggregate.Examples{views[0]})[0]
			})
			x, y, w := gaussian(m*positions, width), gaussian(m*positions, width), gaussian(width, width)
			step := func() {
				out := exec.MustCall1(x, y, w)
				out.MustConstFlatData(func(any) {}) // waits for it
				out.MustFinalizeAll()
			}
			step()
			b.ResetTimer()
			for range b.N {
				step()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/step")
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(peakMB(), "peak-MB")
		})
	}
}

// peakMB is the largest resident size of this process so far, on Linux.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kB); n == 1 {
			return kB / 1000
		}
	}
	return math.NaN()
}
