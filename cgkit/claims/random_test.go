// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/record"
)

// TestRandomRecords feeds odd records: nothing may panic, every verdict must be one of the four and be written as JSON.
func TestRandomRecords(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 5))
		odd := func() float64 {
			list := []float64{0, 1, -1, 0.5, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 5e-324, math.Copysign(0, -1)}
			if i := random.IntN(60); i < len(list) {
				return list[i]
			}
			return random.NormFloat64()
		}
		records := append(world(1), world(2)...)
		for i, r := range records {
			switch random.IntN(12) {
			case 0:
				records[i] = nil
				continue
			case 1:
				r.Evaluations = r.Evaluations[:random.IntN(len(r.Evaluations))]
			case 2:
				random.Shuffle(len(r.Evaluations), func(a, b int) {
					r.Evaluations[a], r.Evaluations[b] = r.Evaluations[b], r.Evaluations[a]
				})
			case 3:
				r.Spec = record.Spec{Noise: odd(), C: odd(), Steps: -random.IntN(3)}
			case 4:
				r.Diverged = &record.Divergence{}
			}
			whole := seed%2 == 0 // every other time nothing is missing or NaN, so that verdicts are reached
			for j := range r.Evaluations {
				e := &r.Evaluations[j]
				e.TrainAccuracy, e.TestAccuracy, e.TrainLoss, e.Overfit = odd(), odd(), odd(), odd()
				for name := range e.Extra {
					if e.Extra[name] = odd(); !whole && random.IntN(50) == 0 {
						delete(e.Extra, name)
					}
				}
				if !whole && random.IntN(20) == 0 {
					e.Extra, e.PristineAccuracy = nil, nil
				}
				if whole {
					tame(e)
				}
			}
		}
		verdicts := Judge(records)
		for _, v := range verdicts {
			switch v.Verdict {
			case Holds, HoldsInPart, DoesNotHold, NotTested:
			default:
				t.Errorf("seed %d, %s: %q", seed, v.ID, v.Verdict)
			}
		}
		if _, err := encode(verdicts); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// tame replaces what is not finite.
func tame(e *record.Evaluation) {
	fix := func(x *float64) {
		if math.IsNaN(*x) || math.IsInf(*x, 0) {
			*x = 0
		}
	}
	for _, x := range []*float64{&e.TrainAccuracy, &e.TestAccuracy, &e.TrainLoss, &e.Overfit} {
		fix(x)
	}
	for name, v := range e.Extra {
		fix(&v)
		e.Extra[name] = v
	}
}

// Pure noise shows no claim's pattern by itself, whatever happens to be met.
func TestNoiseDoesNotHold(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	records := world(1)
	for _, r := range records {
		for j := range r.Evaluations {
			e := &r.Evaluations[j]
			e.TrainAccuracy, e.TestAccuracy, e.TrainLoss, e.Overfit = random.Float64(), random.Float64(), random.Float64(), random.NormFloat64()
			for _, p := range []**float64{&e.PristineAccuracy, &e.CorruptAccuracy} {
				if *p != nil {
					v := random.Float64()
					*p = &v
				}
			}
			for name := range e.Extra {
				e.Extra[name] = random.Float64()
			}
			for _, estimate := range []string{"", "_sample"} {
				e.Extra["fc"+estimate] = 1 - e.Extra["fp"+estimate]
			}
		}
	}
	for _, v := range papers(Judge(records)) {
		if v.Verdict == Holds || v.Verdict == NotTested {
			t.Errorf("%s", fmt.Sprint(v.ID, " ", v.Verdict, ": ", v.Reason))
		}
	}
}
