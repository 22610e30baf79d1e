// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
)

// FuzzRules compares every rule with its twin, which sorts, on random values: any m up to 64 and any c, many ties or none,
// in both types.
func FuzzRules(f *testing.F) {
	for i := range uint8(48) {
		f.Add(uint64(i), i, i*5, float64(i)*1.03, i%4, i%3 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, which, size uint8, c float64, ties uint8, single bool) {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			t.Skip("no percentage")
		}
		names := stateless()
		name, m := names[int(which)%len(names)], 1+int(size)%64
		rng := rand.New(rand.NewPCG(seed, 3))
		p := aggregate.Params{C: math.Mod(math.Abs(c), 50), Percentile: aggregate.Percentile(rng.IntN(2)), Exact: rng.IntN(2) == 0,
			Groups: 1 + rng.IntN(m), MaxNorm: 0.1 + 3*rng.Float64()}
		rule, err := aggregate.Named(name, p)
		if err != nil {
			t.Fatal(err)
		}
		x, x32 := make([][]float64, m), make([][]float32, m)
		for i := range x {
			for range width {
				v := rng.NormFloat64()
				if ties > 0 {
					v = float64(rng.IntN(int(ties)+1)) - 1
				}
				if single {
					v = float64(float32(v))
				}
				x[i], x32[i] = append(x[i], v), append(x32[i], float32(v))
			}
		}
		want := twins[name](p, x)
		var got []float64
		epsilon := 0x1p-53 // the unit roundoff
		if single {
			epsilon = 0x1p-24
			for _, v := range apply(t, cgtest.Go(t), rule, x32) {
				got = append(got, float64(v))
			}
		} else {
			got = apply(t, cgtest.Go(t), rule, x)
		}
		divisor := float64(m)
		if name == "trimmed-mean" { // the mean of what is left, so an error of the sum weighs more
			n := float64(m - 1)
			divisor = 1 + math.RoundToEven((100-p.C)/100*n) - math.RoundToEven(p.C/100*n)
		}
		for j := range want {
			var sum, size float64
			low, high := math.Inf(1), math.Inf(-1)
			for i := range x {
				sum += x[i][j]
				size += math.Abs(x[i][j])
				low, high = min(low, x[i][j]), max(high, x[i][j])
			}
			if name == "sign-of-sum" && math.Abs(sum) <= 8*epsilon*size {
				continue // rounding decides on the sign of a sum of zero
			}
			// The stated 4ε·Σ|g|, twice: the other half is for the twin, and for scales and norms.
			allowed := 8 * epsilon * (size/divisor + math.Abs(want[j]))
			if p.Percentile == aggregate.Linear { // where between two values a percentile lies is rounded too: c/100·(m−1)
				allowed += 0x1p-52 * float64(m) * (high - low)
			}
			if d := math.Abs(got[j] - want[j]); !(d <= allowed) {
				t.Fatalf("%s %+v, m = %d, ties %d, single %v: coordinate %d is %v, want %v, off by %.3g ε·Σ|g|", name, p, m, ties, single, j,
					got[j], want[j], d/epsilon/size*divisor)
			}
		}
	})
}
