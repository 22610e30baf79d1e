// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence_test

import (
	"fmt"
	"math/rand/v2"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/gomlx/core/graph"
)

// The thought experiment of the Coherent Gradients paper, read as one pristine and one corrupt example that share a
// direction.
func Example() {
	gradients := [][]float64{{1, 1, 0}, {0, 1, 1}}
	energy, _ := coherence.Rows(gradients)
	groups, _ := coherence.GroupsOfRows(gradients, []bool{false, true})
	fp, fc := groups.F()
	fmt.Println("m-coherence", energy.MCoherence())
	fmt.Println("f^p", fp, "f^c", fc)
	// Output:
	// m-coherence 1.5
	// f^p 0.5 f^c 0.5
}

// On the linear toy the mean learns the shared feature best and every example's own a little; the median learns the
// shared one alone.
func ExampleToy() {
	toy := coherence.Toy{}
	for _, rule := range []func([]float64) float64{coherence.Mean, coherence.Median} {
		path := toy.Descend(200, 0.4, rule)
		w := path[len(path)-1]
		fmt.Printf("w_1 = %.2f, w_6 = %.2f, test loss %.2f\n", w[0], w[5], toy.TestLoss(w))
	}
	// Output:
	// w_1 = 0.20, w_6 = 0.80, test loss 0.04
	// w_1 = 0.00, w_6 = 1.00, test loss 0.00
}

func ExampleMean() {
	fmt.Println(coherence.Mean([]float64{1, 2, 9}))
	// Output: 4
}

func ExampleMedian() {
	fmt.Println(coherence.Median([]float64{1, 2, 9}), coherence.Median([]float64{1, 2, 4, 9}))
	// Output: 2 3
}

// In a graph, from the views of a model's parameters: no per-example gradient of a dense layer is stored.
func ExampleOfViews() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	alpha := graph.MustExecOnce(b, func(w, x *graph.Node) *graph.Node {
		losses := graph.ReduceSum(graph.Dot(x, w).Product(), 1) // example e's gradient is row e of x
		views := perexample.Of(losses, []*graph.Node{x}, []*graph.Node{w})
		return coherence.Plus(coherence.OfViews(views)...).MCoherence()
	}, [][]float64{{0}, {0}, {0}}, [][]float64{{1, 1, 0}, {0, 1, 1}})
	fmt.Println(alpha.Value())
	// Output: 1.5
}

func ExampleGroupsOfViews() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	products := graph.MustExecOnceN(b, func(w, x, pristine *graph.Node) []*graph.Node {
		losses := graph.ReduceSum(graph.Dot(x, w).Product(), 1)
		groups := coherence.GroupsOfViews(perexample.Of(losses, []*graph.Node{x}, []*graph.Node{w}), pristine)
		return []*graph.Node{groups.PP, groups.PC, groups.CC}
	}, [][]float64{{0}, {0}, {0}}, [][]float64{{1, 1, 0}, {0, 1, 1}}, []float64{1, 0})
	fmt.Println(products[0].Value(), products[1].Value(), products[2].Value())
	// Output: 2 1 2
}

// Two steps of a run, with three pristine examples and one corrupt one.
func ExampleContributed() {
	steps := []coherence.Groups{{PP: 5, PC: 1, CC: 1}, {PP: 2, PC: 1, CC: 2}}
	ip, ic := coherence.Contributed(steps, 3, 1)
	fmt.Println("i^p", ip, "i^c", ic)
	// Output: i^p 3 i^c 5
}

// As many corrupt examples as before, but others.
func ExampleNullWorld() {
	corrupt := []bool{true, true, false, false, false, false}
	fmt.Println(coherence.NullWorld(corrupt, rand.NewPCG(3, 4)))
	// Output: [true false false true false false]
}

func ExampleEnergy() {
	e := coherence.Energy{Sum2: 6, Total: 4}
	fmt.Println(e.MCoherence(), e.Alpha(2))
	// Output: 1.5 0.75
}
