// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"testing"

	"coherentgradients/cgkit/record"
)

// A block of one run gives that run and no other, whatever the run is.
func TestOnly(t *testing.T) {
	for _, s := range append(append(record.CarryOver(), record.StartedRuns()...), record.Remedies("mnist")[4].Spec) {
		specs, err := Grid{{run: &s}}.Specs()
		if err != nil || len(specs) != 1 || specs[0].ID() != s.ID() {
			t.Fatalf("%s: %v, %v", s.ID(), specs, err)
		}
	}
}
