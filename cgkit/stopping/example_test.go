// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package stopping_test

import (
	"fmt"

	"coherentgradients/cgkit/stopping"
)

// Evaluations come one by one; the weights of the lowest one so far are to be kept.
func ExampleTrough_Watch() {
	watch := stopping.Trough{}.Watch()
	for i, coherence := range []float64{40, 9, 6, 4, 4, 5, 9, 12, 20} {
		step := 300 * float64(i)
		if watch.Add(step, coherence) {
			fmt.Printf("stop at step %g, go back to evaluation %d\n", step, watch.Lowest())
			break
		}
	}
	// Output: stop at step 2100, go back to evaluation 3
}
