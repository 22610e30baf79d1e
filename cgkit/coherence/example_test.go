// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence_test

import (
	"fmt"

	"coherentgradients/cgkit/coherence"
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
