// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"fmt"
	"slices"
	"sync"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/backend"

	"github.com/gomlx/gomlx/core/graph"
)

// gradients are of five examples with two coordinates. The last example has a wrong label.
var gradients = [][]float64{{1, 0}, {2, 1}, {3, -1}, {4, 0}, {100, -50}}

// combine prints what a rule makes of some gradients.
func combine(rule aggregate.Rule, gradients [][]float64) {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	direction := graph.MustExecOnce(b, func(g *graph.Node) *graph.Node {
		return rule.(aggregate.Aggregator).Directions([]aggregate.Examples{aggregate.Rows(g)})[0]
	}, gradients)
	fmt.Println(direction.Value())
}

func ExampleMean() {
	combine(aggregate.Mean{}, gradients)
	// Output: [22 -10]
}

// With five examples and c = 25 the largest and the smallest value of a coordinate are clamped to their neighbours.
func ExampleWinsorize() {
	combine(aggregate.Winsorize{C: 25}, gradients) // (2+2+3+4+4)/5, (-1-1+0+0+0)/5
	// Output: [3 -0.4]
}

func ExampleTrimmedMean() {
	combine(aggregate.TrimmedMean{C: 25, Exact: true}, [][]float64{{1}, {2}, {3}, {4}, {1e300}})
	// Output: [3]
}

func ExampleMedian() {
	combine(aggregate.Median{}, gradients)
	// Output: [3 0]
}

// The means of three pairs are 1.5, 3.5 and 52, and 0.5, −0.5 and −25.
func ExampleMedianOfMeans() {
	combine(aggregate.MedianOfMeans{Groups: 3}, append(slices.Clone(gradients), []float64{4, 0}))
	// Output: [3.5 -0.5]
}

// The last example's gradient is shortened to length 1, the others are short enough.
func ExampleClipNorm() {
	combine(aggregate.ClipNorm{MaxNorm: 1}, [][]float64{{1, 0}, {0, 1}, {0, 0}, {30, 40}})
	// Output: [0.4 0.45]
}

func ExampleSumOfSigns() {
	combine(aggregate.SumOfSigns{}, gradients)
	// Output: [0.005 -0.001]
}

func ExampleSignOfSum() {
	combine(aggregate.SignOfSum{}, gradients)
	// Output: [0.001 -0.001]
}

// Rules are found by name, with settings; what is out of range is an error.
func ExampleNamed() {
	rule, err := aggregate.Named("winsorize", aggregate.Params{C: 2})
	fmt.Println(rule.Name(), err)
	_, err = aggregate.Named("winsorize", aggregate.Params{C: 50})
	fmt.Println(err)
	// Output:
	// winsorize <nil>
	// winsorize: c = 50 is no percentage on each side: choose 0 ≤ c < 50
}

func ExamplePercentileNamed() {
	percentile, err := aggregate.PercentileNamed("linear")
	fmt.Println(percentile, err)
	// Output: linear <nil>
}

// What a rule did to a batch: how much of the mean gradient's energy it took away, and how many of the values it clamped.
func ExampleMeasure() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	out := graph.MustExecOnceN(b, func(g *graph.Node) []*graph.Node {
		_, effect := aggregate.Measure(aggregate.Winsorize{C: 25}, []aggregate.Examples{aggregate.Rows(g)})
		return []*graph.Node{effect.EnergyRemoved, effect.Cosine, effect.Clamped}
	}, gradients)
	fmt.Printf("removed %.2f, cosine %.2f, clamped %.1f\n", out[0].Value(), out[1].Value(), out[2].Value())
	// Output: removed 0.78, cosine 0.96, clamped 0.4
}

// A rule that remembers is given its state and the number of steps before; in its first two it is not ready.
func ExampleRollingMedian() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	out := graph.MustExecOnceN(b, func(g, last, before, step *graph.Node) []*graph.Node {
		directions, _, ready := aggregate.RollingMedian().Next([]aggregate.Examples{aggregate.Rows(g)}, [][]*graph.Node{{last, before}}, step)
		return []*graph.Node{directions[0], ready}
	}, gradients, []float64{2, 1}, []float64{3, -1}, int64(2))
	fmt.Println(out[0].Value(), out[1].Value())
	// Output: [3 -1] true
}

// The control of the rolling median: the mean of the same three batches.
func ExampleRollingMean() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	out := graph.MustExecOnce(b, func(g, last, before, step *graph.Node) *graph.Node {
		directions, _, _ := aggregate.RollingMean().Next([]aggregate.Examples{aggregate.Rows(g)}, [][]*graph.Node{{last, before}}, step)
		return directions[0]
	}, gradients, []float64{2, 1}, []float64{3, 0}, int64(2))
	fmt.Println(out.Value()) // the mean of 22, 2 and 3; of -10, 1 and 0
	// Output: [9 -3]
}

// Three batches make one update: at steps 2, 5, 8 and so on, counted from 0, the rule is ready.
func ExampleMedianOfBatches() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	exec := graph.MustNewExec(b, func(g, last, before, step *graph.Node) *graph.Node {
		_, _, ready := aggregate.MedianOfBatches().Next([]aggregate.Examples{aggregate.Rows(g)}, [][]*graph.Node{{last, before}}, step)
		return ready
	})
	for step := range int64(6) {
		fmt.Print(exec.MustCall1(gradients, []float64{2, 1}, []float64{3, -1}, step).Value(), " ")
	}
	// Output: false false true false false true
}

// midrange is a rule from elsewhere: halfway between the smallest and the largest value.
type midrange struct{}

func (midrange) Name() string      { return "example-midrange" }
func (midrange) Check(m int) error { return nil }
func (midrange) Laws() aggregate.Laws {
	return aggregate.Laws{Permutation: true, Translation: true, Scale: true, Range: true}
}

func (midrange) Directions(params []aggregate.Examples) []*graph.Node {
	var directions []*graph.Node
	for _, p := range params {
		low, high := p.Example(0), p.Example(0)
		for b := 1; b < p.Len(); b++ {
			low, high = graph.Min(low, p.Example(b)), graph.Max(high, p.Example(b))
		}
		directions = append(directions, graph.MulScalar(graph.Add(low, high), 0.5))
	}
	return directions
}

// registered keeps the example from being a mistake when tests are run twice.
var registered sync.Once

// A rule of your own, found by name once it is registered, usually in an init function.
func ExampleRegister() {
	registered.Do(func() {
		aggregate.Register("example-midrange", func(aggregate.Params) (aggregate.Rule, error) { return midrange{}, nil })
	})
	rule, err := aggregate.Named("example-midrange", aggregate.Params{})
	if err != nil {
		fmt.Println(err)
		return
	}
	combine(rule, gradients)
	// Output: [50.5 -24.5]
}

func ExampleNames() {
	names := aggregate.Names()
	fmt.Println(names[0], slices.Contains(names, "winsorize"))
	// Output: agra true
}

// Networks can be asked for where no compiler takes them: an error says so before a graph is built.
func ExampleCheckBackend() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(aggregate.CheckBackend(aggregate.Winsorize{C: 2, Method: aggregate.Networks}, 1000, b)) // pure Go takes any
	// Output: <nil>
}

// The second gradient has the nearest neighbours; multi-Krum averages all but the one that is farthest from its own.
func ExampleKrum() {
	list := [][]float64{{1, 0}, {2, 0}, {3, 0}, {5, 0}, {100, -50}}
	combine(aggregate.Krum{F: 1, Keep: 1}, list)
	combine(aggregate.Krum{F: 1}, list)
	// Output:
	// [2 0]
	// [2.75 0]
}

// Where most are alike the point with the smallest sum of distances is theirs, however far the others.
func ExampleGeometricMedian() {
	combine(aggregate.GeometricMedian{Steps: 100}, [][]float64{{1}, {1}, {1}, {1000}})
	// Output: [1]
}

// One round from 0 is norm clipping.
func ExampleCentredClip() {
	combine(aggregate.CentredClip{MaxNorm: 1, Steps: 1}, [][]float64{{0.5, 0}, {0, 0.5}, {100, 0}, {0.5, 0}})
	// Output: [0.5 0.125]
}

// The second example points away from the others.
func ExampleAGRA() {
	combine(aggregate.AGRA{}, [][]float64{{1, 0}, {-0.5, 0}, {3, 1}})
	// Output: [2 0.5]
}

// Two groups of two, whose means are [2 0] and [1 1], agree; of the second batch they do not.
func ExampleGAF() {
	combine(aggregate.GAF{}, [][]float64{{1, 0}, {3, 0}, {1, 0}, {1, 2}})
	combine(aggregate.GAF{}, [][]float64{{1, 0}, {3, 0}, {-1, 0}, {-1, 2}})
	// Output:
	// [1.5 0.5]
	// [0 0]
}

// Three of four examples agree on the first coordinate, two on the second.
func ExampleANDMask() {
	combine(aggregate.ANDMask{Threshold: 0.5}, [][]float64{{1, 1}, {2, -1}, {3, 2}, {-2, -4}})
	// Output: [1 0]
}

// All agree on the first coordinate; the second is of two minds.
func ExampleSANDMask() {
	combine(aggregate.SANDMask{}, [][]float64{{1, 1}, {1, -1}, {1, 3}, {1, -3}})
	// Output: [1.9999999996 0]
}
