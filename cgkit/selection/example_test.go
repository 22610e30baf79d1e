// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package selection_test

import (
	"fmt"

	"coherentgradients/cgkit/selection"
)

// A network is data: it is run on any ordered values, and every value it makes has a number.
func ExampleRun() {
	network := selection.Extremes(5, 2, 1)
	all := selection.Run(network, []float64{3, 1, 4, 1.5, 9})
	fmt.Println("second smallest", all[network.LowBound], "largest", all[network.HighBound])
	// Output: second smallest 1.5 largest 9
}

// The two smallest in rising order, the two largest in falling.
func ExampleOrdered() {
	network := selection.Ordered(5, 2, 2)
	all := selection.Run(network, []string{"pear", "fig", "plum", "apple", "quince"})
	fmt.Println(selection.Pick(all, network.Low), selection.Pick(all, network.High))
	// Output: [apple fig] [quince plum]
}
