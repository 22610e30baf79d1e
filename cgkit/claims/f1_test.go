// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"math"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// madeUp is a run of a spec, seed 11, by what f says of each evaluated step, x being the share of the run.
func madeUp(s record.Spec, f func(x float64, e *record.Evaluation)) *record.Record {
	s.Seed = 11
	r := &record.Record{Spec: s}
	for _, step := range s.Evaluated() {
		e := record.Evaluation{Step: step, Extra: map[string]float64{}}
		f(float64(step)/float64(s.Steps), &e)
		e.Overfit = s.Overfit(e.TrainAccuracy, e.TestAccuracy, classes)
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

// carriedRun memorises a share of what it could by the end.
func carriedRun(s record.Spec, memory float64) *record.Record {
	return madeUp(s, func(x float64, e *record.Evaluation) {
		e.TestAccuracy = 0.8 - 0.3*memory*s.Noise*x
		e.TrainAccuracy = s.Noise/10 + (1-s.Noise)*e.TestAccuracy
		e.TrainAccuracy += memory * x * (1 - e.TrainAccuracy)
	})
}

// carriedWorld is one in which F1, F1a, F2, F3 and F4 hold; memory is that of c = 0, 1, 2, and cut what is left of it
// with augmentation.
func carriedWorld(memory map[float64]float64, cut float64) []*record.Record {
	var records []*record.Record
	for _, n := range carriedNoises {
		for c, m := range memory {
			records = append(records, carriedRun(record.CarriedFashion(n, c, ""), m), carriedRun(record.CarriedWhole(n, c), m), carriedRun(record.CarriedCIFAR(n, c, ""), m))
		}
		for _, augment := range []string{record.AugmentShift, record.AugmentFlipShift} {
			records = append(records, carriedRun(record.CarriedFashion(n, 0, augment), cut*memory[0]), carriedRun(record.CarriedCIFAR(n, 0, augment), cut*memory[0]))
		}
		records = append(records, wideRun(n))
	}
	return records
}

func wideRun(n float64) *record.Record {
	return madeUp(record.CarriedWide(n), func(x float64, e *record.Evaluation) {
		p, c := math.Min(1, 0.1+40*x), math.Min(1, x)
		e.PristineAccuracy, e.CorruptAccuracy = &p, &c
		e.TestAccuracy = 0.8*math.Min(1, 0.1+40*x) - 0.1*x
		e.TrainAccuracy = proper(n)*p + (1-proper(n))*c
		e.Extra["fp"] = 0.9
		if x > 0.01 {
			e.Extra["fp"] = 0.3
		}
		e.Extra["fc"] = 1 - e.Extra["fp"]
	})
}

func usual() map[float64]float64 { return map[float64]float64{0: 0.9, 1: 0.2, 2: 0} }

// testFurther judges worlds in which a claim holds, and others in which one thing is changed.
type furtherCase struct {
	id, name string
	records  []*record.Record
	want     string
	unmet    string
}

func testFurther(t *testing.T, cases []furtherCase) {
	t.Helper()
	for _, c := range cases {
		v := furtherVerdict(t, c.id, c.records)
		if v.Verdict != c.want || !strings.Contains(v.Reason, c.unmet) {
			t.Errorf("%s, %s: %s (%s), want %s", c.id, c.name, v.Verdict, v.Reason, c.want)
		}
	}
}

func TestCarryOverClaims(t *testing.T) {
	holds := carriedWorld(usual(), 0.3)
	for _, id := range []string{"F1", "F1a", "F2", "F3", "F4"} {
		if v := furtherVerdict(t, id, holds); v.Verdict != Holds {
			t.Errorf("%s: %s: %s\n%v", id, v.Verdict, v.Reason, v.Measured)
		}
		if v := furtherVerdict(t, id, nil); v.Verdict != NotTested {
			t.Errorf("%s without records: %s", id, v.Verdict)
		}
	}
	memory := func(m0, m1, m2 float64) []*record.Record {
		return carriedWorld(map[float64]float64{0: m0, 1: m1, 2: m2}, 0.3)
	}
	// edited is the world with every evaluation of the runs picked changed.
	edited := func(pick func(record.Spec) bool, f func(*record.Evaluation)) []*record.Record {
		records := carriedWorld(usual(), 0.3)
		edit(records, pick, f)
		return records
	}
	wide := func(s record.Spec) bool { return len(s.Hidden) == 1 }
	var cases []furtherCase
	for _, id := range []string{"F1", "F1a", "F2"} {
		cases = append(cases,
			furtherCase{id, "c = 2 memorises", memory(0.9, 0.2, 0.6), DoesNotHold, "C11"},
			furtherCase{id, "plain SGD does not", memory(0.02, 0.01, 0), DoesNotHold, "with c = 0 more than 2"},
			furtherCase{id, "no overfit at all", memory(0, 0, 0), DoesNotHold, "M(2) ≤ M(0)/2"},
			furtherCase{id, "c = 1 overfits more", memory(0.5, 0.6, 0), DoesNotHold, "M(1) ≤ 1.05"},
			furtherCase{id, "c = 1 memorises", memory(0.9, 0.8, 0), HoldsInPart, "with c = 1 too"})
	}
	cases = append(cases,
		furtherCase{"F1", "c = 1 as fast", edited(func(s record.Spec) bool { return s.C == 1 }, func(e *record.Evaluation) {
			if e.Step > 60 {
				e.Overfit = 0.4
			}
		}), DoesNotHold, "T(1) ≥"},
		furtherCase{"F3", "it does not help", carriedWorld(usual(), 0.9), DoesNotHold, "a ratio"},
		furtherCase{"F3", "CIFAR is not helped", edited(func(s record.Spec) bool { return s.Model == "cnn" && s.Augment != "" }, func(e *record.Evaluation) { e.Overfit = 0.5 }),
			DoesNotHold, "CIFAR-10, flips"},
		furtherCase{"F3", "small shifts do not help", edited(func(s record.Spec) bool { return s.Augment == record.AugmentShift }, func(e *record.Evaluation) { e.Overfit = 0.5 }),
			HoldsInPart, "shifts of up to one pixel"},
		furtherCase{"F3", "not at 50 %", edited(func(s record.Spec) bool { return s.Augment == record.AugmentFlipShift && s.Noise == 0.5 }, func(e *record.Evaluation) { e.Overfit = 0.5 }),
			HoldsInPart, "50 % noise"},
		furtherCase{"F3", "it costs accuracy", edited(func(s record.Spec) bool { return s.Augment == record.AugmentFlipShift }, func(e *record.Evaluation) { e.TestAccuracy = 0.3 }),
			HoldsInPart, "no lower"},
		furtherCase{"F4", "corrupt as fast", edited(wide, func(e *record.Evaluation) { e.CorruptAccuracy = e.PristineAccuracy }), DoesNotHold, "T_c"},
		furtherCase{"F4", "no fall", edited(wide, func(e *record.Evaluation) { e.TestAccuracy = 0.8 }), DoesNotHold, "1 point"},
		furtherCase{"F4", "corrupt lead at once", edited(wide, func(e *record.Evaluation) { e.Extra["fp"], e.Extra["fc"] = 0.3, 0.7 }), DoesNotHold, "mean f^p"},
		furtherCase{"F4", "no crossing", edited(wide, func(e *record.Evaluation) { e.Extra["fp"], e.Extra["fc"] = 0.7, 0.3 }), DoesNotHold, "crossing"},
		furtherCase{"F4", "the lead is lost", edited(wide, func(e *record.Evaluation) {
			if e.Step > 100 {
				e.Extra["fp"], e.Extra["fc"] = 0.7, 0.3
			}
		}), HoldsInPart, "2/3"},
		furtherCase{"F4", "corrupt are not learned", edited(wide, func(e *record.Evaluation) {
			*e.CorruptAccuracy = math.Min(0.49, *e.CorruptAccuracy)
		}), HoldsInPart, "in the end"},
		furtherCase{"F4", "not measured", edited(wide, func(e *record.Evaluation) { delete(e.Extra, "fp") }), NotTested, "fp"},
	)
	testFurther(t, cases)
}
