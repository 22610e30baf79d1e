// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// BenchmarkSaving is why checkpoints are no .npz files: the same arrays, those of 784–256–256–256–10 and of a net of ten
// million parameters, saved either way.
func BenchmarkSaving(b *testing.B) {
	for name, size := range map[string]int{"335114": 335_114, "10000000": 10_000_000} {
		weights := make([]float32, size)
		for i := range weights {
			weights[i] = float32(rand.NormFloat64())
		}
		state := map[string]Array{"weights": {Shape: []int{size}, Data: weights}}
		b.Run("checkpoint/"+name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "c")
			b.SetBytes(int64(4 * size))
			for b.Loop() {
				if err := (checkpoint{ID: "x", State: state}).save(path); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("npz/"+name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "c.npz")
			b.SetBytes(int64(4 * size))
			for b.Loop() {
				if err := WriteArrays(path, state); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
