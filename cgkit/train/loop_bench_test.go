// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/lstm"
	"github.com/gomlx/gomlx/ml/model"
)

// loopedModels are small nets on 28×28 pixels, each of another kind of layer.
var loopedModels = []models.Model{
	{Name: "dense", Output: readout(func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = graph.Reshape(x, x.Shape().Dimensions[0], -1)
		return graph.MaxScalar(layers.Dense(scope.In("hidden"), x, true, 128), 0)
	})},
	{Name: "convolution", Output: readout(func(scope *model.Scope, x *graph.Node) *graph.Node {
		for i, channels := range []int{16, 32} {
			x = layers.Convolution(scope.In("conv_%d", i), x).Channels(channels).KernelSize(3).Strides(2).PadSame().Done()
			x = graph.MaxScalar(x, 0)
		}
		return x
	})},
	{Name: "max-pooling", Output: readout(func(_ *model.Scope, x *graph.Node) *graph.Node { return graph.MaxPool(x).Window(2).Done() })},
	{Name: "mean-pooling", Output: readout(func(_ *model.Scope, x *graph.Node) *graph.Node { return graph.MeanPool(x).Window(2).Done() })},
	{Name: "dense-on-rows", Output: readout(func(scope *model.Scope, x *graph.Node) *graph.Node {
		return graph.MaxScalar(layers.Dense(scope.In("hidden"), graph.Squeeze(x, -1), true, 64), 0)
	})},
	{Name: "attention", Output: readout(func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = graph.Squeeze(x, -1)
		return attention.MultiHeadAttention(scope.In("attention"), x, x, x, 4, 16).Done()
	})},
	{Name: "lstm", Output: readout(func(scope *model.Scope, x *graph.Node) *graph.Node {
		_, last, _ := lstm.New(scope.In("lstm"), graph.Squeeze(x, -1), 32).Done()
		return graph.Reshape(last, x.Shape().Dimensions[0], -1)
	})},
}

func readout(body func(*model.Scope, *graph.Node) *graph.Node) func(*model.Scope, *graph.Node) *graph.Node {
	return func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = body(scope, x)
		return layers.Dense(scope.In("readout"), graph.Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
	}
}

// BenchmarkLoop is why updates of some models are not put into one compiled loop: the milliseconds of an update called
// singly and of one in a loop of 20, by turns, m = 100, of nets that differ in their layers.
//
//	go test ./cgkit/train -run xxx -bench Loop -benchtime 5x
func BenchmarkLoop(b *testing.B) {
	xla := cgtest.XLA(b)
	set, err := datasets.NewGlyphs(context.Background(), 2000, 200, 3)
	if err != nil {
		b.Fatal(err)
	}
	noise, err := datasets.NewLabelNoise(set.Train.Labels, 0.5, 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range loopedModels {
		for _, c := range []float64{0, 1} {
			b.Run(fmt.Sprintf("%s/c=%g", m.Name, c), func(b *testing.B) {
				s := record.DefaultSpec()
				s.Dataset, s.Model, s.Hidden, s.Aggregator, s.C = "glyphs", m.Name, nil, "mean", 0
				if c > 0 {
					s.Aggregator, s.C = "winsorize", c
				}
				ways, updates := []string{"single", "loop"}, 20
				engines, times := map[string]*engine{}, map[string][]float64{}
				for _, way := range ways {
					made, err := With(xla, m)(context.Background(), run.Problem{Spec: s.Normalized(), Set: set, Noise: noise})
					if err != nil {
						b.Fatal(err)
					}
					e := made.(*engine)
					b.Cleanup(func() { _ = e.Close() })
					e.limit, e.convolves = updates, way == "single"
					if err := e.compile(); err != nil {
						b.Fatal(err)
					}
					if _, err := e.Advance(b.Context(), updates); err != nil {
						b.Fatal(err)
					}
					engines[way] = e
				}
				b.ResetTimer()
				for range b.N {
					for _, way := range ways {
						start := time.Now()
						if _, err := engines[way].Advance(b.Context(), updates); err != nil {
							b.Fatal(err)
						}
						times[way] = append(times[way], 1000*time.Since(start).Seconds()/float64(updates))
					}
				}
				median := func(way string) float64 {
					slices.Sort(times[way])
					return times[way][len(times[way])/2]
				}
				b.ReportMetric(median("single"), "ms-single")
				b.ReportMetric(median("loop"), "ms-loop")
				b.ReportMetric(median("loop")/median("single"), "loop/single")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
