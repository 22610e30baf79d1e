// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Deviation is the standard deviation of a dense layer's initial weights. The paper says Xavier, which is
// √(2/(in+out)) (Glorot and Bengio 2010, their normal form); the authors' code draws with 2/√(in+out), √2 times that.
// 0 for an unknown name.
func Deviation(init string, in, out int) float64 {
	switch init {
	case InitAuthors:
		return 2 / math.Sqrt(float64(in+out))
	case InitXavier:
		return math.Sqrt(2 / float64(in+out))
	}
	return 0
}

// InitialWeights draws the weights that a spec starts from. sizes are the widths from the input to the output, as
// 784, 256, 256, 256, 10; layer i leads from sizes[i] to sizes[i+1]. weights[i] is [in, out], row-major, drawn from
// N(0, [Deviation]²) by [Stream](seed, "weights", i) and NormFloat64; biases[i] is [out], all 0.
//
// They are drawn here and not by a backend, so that all backends start a spec from the same weights.
func InitialWeights(s Spec, sizes []int) (weights, biases [][]float32, err error) {
	if len(sizes) < 2 {
		return nil, nil, fmt.Errorf("sizes = %v: need at least an input and an output", sizes)
	}
	for _, size := range sizes {
		if size < 1 {
			return nil, nil, fmt.Errorf("sizes = %v: each must be at least 1", sizes)
		}
	}
	for i, in := range sizes[:len(sizes)-1] {
		out := sizes[i+1]
		sigma := Deviation(s.Init, in, out)
		if sigma == 0 {
			return nil, nil, fmt.Errorf("init = %q: unknown; use %s or %s", clip(s.Init), InitAuthors, InitXavier)
		}
		draw := rand.New(Stream(s.Seed, "weights", i))
		w := make([]float32, in*out)
		for k := range w {
			w[k] = float32(sigma * draw.NormFloat64())
		}
		weights = append(weights, w)
		biases = append(biases, make([]float32, out))
	}
	return weights, biases, nil
}
