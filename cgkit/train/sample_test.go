// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"slices"
	"testing"
)

// The sample belongs to the net's shape and the data, not to seed or noise; null worlds keep the group sizes.
func TestGradientSample(t *testing.T) {
	layers := [][]int{{784, 256}, {256, 10}}
	half := newGradientSample(layers, 60000, func(i int) bool { return i%2 == 0 })
	third := newGradientSample(layers, 60000, func(i int) bool { return i%3 == 0 })
	if !slices.Equal(half.examples, third.examples) || !slices.Equal(half.entries[1], third.entries[1]) {
		t.Error("another noise took another sample")
	}
	if len(half.examples) != 400 || len(half.entries) != 2 || len(half.entries[0]) != 300 || len(half.entries[1]) != 300 {
		t.Errorf("a sample of %d examples and %d layers", len(half.examples), len(half.entries))
	}
	if len(half.worlds) != 1+nullWorlds {
		t.Fatalf("%d worlds", len(half.worlds))
	}
	_, corrupt := half.sizes()
	for k, world := range half.worlds {
		marked := 0
		for _, c := range world {
			if c {
				marked++
			}
		}
		if marked != corrupt {
			t.Errorf("world %d has %d corrupt examples, the real one %d", k, marked, corrupt)
		}
		if k > 0 && slices.Equal(world, half.worlds[0]) {
			t.Errorf("world %d is the real one", k)
		}
	}
}
