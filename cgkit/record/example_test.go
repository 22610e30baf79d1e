// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record_test

import (
	"fmt"

	"coherentgradients/cgkit/record"
)

// The paper's winsorized run on labels half of which are permuted (CG §3).
func ExampleSpec() {
	spec := record.DefaultSpec()
	spec.Noise, spec.Aggregator, spec.C = 0.5, "winsorize", 2
	fmt.Println(spec.ID())

	spec.C = 60
	fmt.Println(spec.Validate())
	// Output:
	// mnist-n50-winsorize-c2-s1-7a455795d9
	// c = 60: must be a percentage in [0, 50), clamped on either side, such as 2
}

func ExampleSchedule() {
	fmt.Println(record.Schedule(250))
	// Output:
	// [0 1 2 3 4 5 6 7 8 9 10 20 30 40 50 60 70 80 90 100 200 250]
}

// A net that is right about every example and has memorised none overfits by nothing, whatever the noise.
func ExampleOverfit() {
	const noise = 0.5
	proper := noise/10 + (1 - noise)
	fmt.Printf("%.2f\n", record.Overfit(proper, 1, noise, 10))
	// Output:
	// 0.00
}
