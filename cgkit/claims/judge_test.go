// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"math"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

func verdictOf(t *testing.T, id string, records []*record.Record) Verdict {
	t.Helper()
	for _, v := range Judge(records) {
		if v.ID == id {
			return v
		}
	}
	t.Fatalf("no verdict on %s", id)
	return Verdict{}
}

func TestEveryClaimHoldsInItsWorld(t *testing.T) {
	for _, v := range papers(Judge(append(world(1), world(2)...))) {
		if v.Verdict != Holds {
			t.Errorf("%s: %s: %s\n%v", v.ID, v.Verdict, v.Reason, v.Measured)
		}
		if len(v.Measured) == 0 || len(v.Runs) == 0 {
			t.Errorf("%s: no numbers or no runs", v.ID)
		}
	}
}

func TestNothingIsTestedWithoutRecords(t *testing.T) {
	for _, v := range Judge(nil) {
		if v.Verdict != NotTested || !strings.HasPrefix(v.Reason, "missing: no finished run of mnist") {
			t.Errorf("%s: %s: %s", v.ID, v.Verdict, v.Reason)
		}
	}
}

// extra sets an extra value.
func extra(name string, f func(step, old float64) float64) func(*record.Evaluation) {
	return func(e *record.Evaluation) { e.Extra[name] = f(float64(e.Step), e.Extra[name]) }
}

func constant(v float64) func(step, old float64) float64 {
	return func(_, _ float64) float64 { return v }
}

// share sets f^p, and with it f^c, of an estimate.
func share(estimate string, f func(step float64) float64) func(*record.Evaluation) {
	return func(e *record.Evaluation) {
		e.Extra["fp"+estimate] = f(float64(e.Step))
		e.Extra["fc"+estimate] = 1 - e.Extra["fp"+estimate]
	}
}

func flat(v float64) func(float64) float64 { return func(float64) float64 { return v } }

func point(v float64) *float64 { return &v }

func TestVerdicts(t *testing.T) {
	type E = record.Evaluation
	tests := []struct {
		id, name string
		pick     where
		edit     func(e *E)
		want     string
	}{
		{"C1", "random labels not memorised", f1(1), func(e *E) { e.TrainAccuracy *= 0.5 }, DoesNotHold},
		{"C1", "random labels nearly memorised", f1(1), func(e *E) { e.TrainAccuracy *= 0.95 }, HoldsInPart},
		{"C1", "noise costs nothing", f1(0.25), func(e *E) { e.TestAccuracy = 0.98 }, DoesNotHold},

		{"C2", "random labels as fast as real ones", f1(1), func(e *E) { e.TrainAccuracy = 0.1 + 0.9*rise(float64(e.Step), 5) }, DoesNotHold},
		{"C2", "all but random labels alike", func(s record.Spec) bool { return len(s.Hidden) == 1 && s.Noise < 1 },
			func(e *E) { e.TrainAccuracy = 0.1 + 0.9*rise(float64(e.Step), 5) }, DoesNotHold},
		{"C2", "one pair of levels tied", f1(0.75), func(e *E) {
			// As at 50 %, but never slower than it at 99 %.
			r := figure1World(0.5, 1)
			for _, other := range r.Evaluations {
				if other.Step == e.Step {
					e.TrainAccuracy = other.TrainAccuracy
				}
			}
		}, HoldsInPart},

		{"C3", "corrupt as fast as pristine", f1(0.5), func(e *E) { e.CorruptAccuracy = e.PristineAccuracy }, DoesNotHold},
		{"C3", "corrupt no later by the paper's measure", f1(0.5), func(e *E) { e.Extra["corrupt_learned"] = e.Extra["pristine_learned"] }, DoesNotHold},
		{"C3", "pristine far from the 0 % rate", f1(0.5), func(e *E) { e.PristineAccuracy = point(0.1 + 0.9*rise(float64(e.Step), 500)) }, HoldsInPart},
		{"C3", "corrupt far from the 100 % rate", f1(0.5), func(e *E) { e.CorruptAccuracy = point(0.1 + 0.9*rise(float64(e.Step), 60)) }, HoldsInPart},

		{"C4", "no slower in the first steps", f1(0.25), func(e *E) { e.Extra["pristine_learned"] = 1 }, DoesNotHold},
		{"C4", "fastest at 75 % noise", f1(0.75), func(e *E) { e.PristineAccuracy = point(1) }, DoesNotHold},
		{"C4", "faster at 50 than at 25 % noise", f1(0.5), func(e *E) { e.PristineAccuracy = point(1) }, HoldsInPart},
		{"C4", "difference largest late", f1(0.25), func(e *E) {
			if e.Step == 5000 {
				e.Extra["pristine_learned"] = 0
			}
		}, HoldsInPart},

		{"C5", "loss falls alike", f1(0.5), func(e *E) { e.TrainLoss = figure1Loss(0.25, e.Step) }, DoesNotHold},
		{"C5", "gradient as strong", f1(1), extra("gradient_norm2", constant(10)), HoldsInPart},
		{"C5", "gradients of examples unequal", f1(1), extra("example_norm2", constant(60)), HoldsInPart},

		{"C6", "test accuracy rises to the end", f1(0.25), func(e *E) { e.TestAccuracy = 0.1 + float64(e.Step)/2e5 }, DoesNotHold},
		{"C6", "corrupt never learned", f1(0.75), func(e *E) { e.CorruptAccuracy = point(0.1) }, DoesNotHold},
		{"C6", "little to be gained", f1(0.25), func(e *E) { e.TestAccuracy = 0.1 + (e.TestAccuracy-0.1)/6 }, HoldsInPart},
		{"C6", "a third of the corrupt known from the start", f1(0.5), func(e *E) { e.CorruptAccuracy = point(math.Max(*e.CorruptAccuracy, 0.33)) }, HoldsInPart},

		{"C7", "no crossing", f1(0.5), share("_sample", flat(0.6)), DoesNotHold},
		{"C7", "corrupt ahead from the start", f1(0.5), share("_sample", flat(0.4)), DoesNotHold},
		{"C7", "pristine ahead again soon", f1(0.25), share("_sample", func(step float64) float64 {
			if step >= 20 && step < 200 {
				return 0.3
			}
			return 0.8
		}), DoesNotHold},
		{"C7", "crossing late", f1(0.25), share("_sample", func(step float64) float64 {
			if step < 500 {
				return 0.8
			}
			return realShare(0.25, step)
		}), HoldsInPart},
		{"C7", "parity too early", f1(0.25), share("_sample", func(step float64) float64 {
			if step < 20 {
				return 0.8
			}
			return 0.45
		}), HoldsInPart},
		{"C7", "not so exactly", f1(0.5), share("", flat(0.6)), HoldsInPart},

		{"C8", "pristine lead early", f1(0.75), share("_sample", func(step float64) float64 { return 0.8 - 0.15*math.Log10(step+1) }), DoesNotHold},
		{"C8", "rising", f1(0.75), share("_sample", func(step float64) float64 { return 0.2 + 0.05*math.Log10(step+1) }), DoesNotHold},
		{"C8", "pristine lead for a few steps", f1(0.75), share("_sample", func(step float64) float64 {
			if step < 5 {
				return 0.51
			}
			return 0.4 - 0.05*math.Log10(step+1)
		}), HoldsInPart},
		{"C8", "steep", f1(0.75), share("_sample", func(step float64) float64 { return 0.4 - 0.5*math.Log10(step+1) }), HoldsInPart},
		{"C8", "exactly no slope", f1(0.75), share("", flat(0.3)), HoldsInPart},

		{"C9", "half of the null worlds cross", f1(0.25), func(e *E) { e.Extra["fp_null_1"], e.Extra["fp_null_2"], e.Extra["fp_null_3"] = 0.4, 0.4, 0.4 }, DoesNotHold},
		{"C9", "one null world crosses", f1(0.5), extra("fp_null_4", constant(0.4)), HoldsInPart},
		{"C9", "pristine lead in a null world at 75 %", f1(0.75), extra("fp_null_2", constant(0.6)), DoesNotHold},
		{"C9", "a null world has the slope", f1(0.75), func(e *E) { e.Extra["fp_null_2"] = e.Extra["fp_sample"] - 0.05 }, HoldsInPart},
		{"C9", "no real slope", f1(0.75), share("_sample", flat(0.3)), HoldsInPart},

		{"C10", "corrupt contribute more", f1(0.5), extra("ic_sample", constant(100)), DoesNotHold},
		{"C10", "overwhelmingly", f1(0.5), extra("ic_sample", constant(0.001)), HoldsInPart},
		{"C10", "corrupt contribute less than nothing", f1(0.5), extra("ic_sample", constant(-1)), HoldsInPart},
		{"C10", "hardly", f1(0.5), extra("ip_sample", func(step, _ float64) float64 { return 1.01 * (step + 1) }), HoldsInPart},
		{"C10", "not from the start", f1(0.5), extra("ip_sample", func(step, old float64) float64 {
			if step < 5 {
				return 0
			}
			return old
		}), HoldsInPart},
		{"C10", "exactly not", f1(0.5), extra("ip", constant(0)), HoldsInPart},

		{"C11", "all memorised at c = 2 and 4", func(s record.Spec) bool { return f4(s.Noise, 2)(s) || f4(s.Noise, 4)(s) },
			func(e *E) { e.TrainAccuracy = 1 }, DoesNotHold},
		{"C11", "memorised in one cell", f4(1, 2), func(e *E) { e.TrainAccuracy = 0.13 }, HoldsInPart},
		{"C11", "the most frequent digit", f4(1, 2), func(e *E) { e.TrainAccuracy = 0.1124 }, Holds},

		{"C12", "c = 8 overfits as c = 0 does", func(s record.Spec) bool { return f4(s.Noise, 8)(s) }, func(e *E) { e.Overfit = rise(float64(e.Step), 3000) }, DoesNotHold},
		{"C12", "c = 4 overfits more than c = 1", func(s record.Spec) bool { return f4(s.Noise, 4)(s) }, func(e *E) { e.Overfit = 1 }, DoesNotHold},
		{"C12", "c = 0 does not overfit", func(s record.Spec) bool { return f4(s.Noise, 0)(s) }, func(e *E) { e.Overfit = 0 }, DoesNotHold},
		{"C12", "out of order at one noise level", f4(0.5, 4), func(e *E) { e.Overfit = 1 }, HoldsInPart},

		{"C13", "no fall", func(s record.Spec) bool { return f4(s.Noise, 8)(s) }, func(e *E) { e.TestAccuracy = 0.9 }, DoesNotHold},
		{"C13", "no fall in one cell", f4(0, 8), func(e *E) { e.TrainAccuracy = 0.9 }, HoldsInPart},
		{"C13", "jitter after the maximum", func(s record.Spec) bool { return f4(s.Noise, 8)(s) }, func(e *E) {
			e.TestAccuracy = 0.8 + 0.1*math.Sin(float64(e.Step)/1000*2)
		}, DoesNotHold},
		{"C13", "a single lucky point", f4(0, 8), func(e *E) {
			e.TrainAccuracy = 0.9
			if e.Step == 500 {
				e.TrainAccuracy = 0.95
			}
		}, HoldsInPart},

		{"C14", "plain SGD does not memorise", f4(1, 0), func(e *E) { e.TrainAccuracy = 0.11 }, DoesNotHold},
		{"C14", "plain SGD memorises most", f4(1, 0), func(e *E) { e.TrainAccuracy = 0.8 }, HoldsInPart},
		{"C14", "c = 2 memorises", f4(1, 2), func(e *E) { e.TrainAccuracy = 0.6 }, DoesNotHold},
		{"C14", "c = 2 memorises a little", f4(1, 2), func(e *E) { e.TrainAccuracy = 0.2 }, HoldsInPart},
		{"C14", "c = 1 may memorise", f4(1, 1), func(e *E) { e.TrainAccuracy = 1 }, Holds},
		{"C14", "test accuracy off chance", f4(1, 1), func(e *E) { e.TestAccuracy = 0.2 }, HoldsInPart},
		{"C14", "test accuracy off chance before step 10", f4(1, 1), func(e *E) {
			if e.Step < 10 {
				e.TestAccuracy = 0.2
			}
		}, Holds},

		{"C15", "full batch worse without noise", sub(0, 6000), func(e *E) { e.TestAccuracy *= 0.9 }, DoesNotHold},
		{"C15", "full batch better with noise", sub(0.5, 6000), func(e *E) { e.TestAccuracy += 0.1 }, DoesNotHold},
		{"C15", "apart on the way", sub(0, 6000), func(e *E) {
			if e.Step < 1000 {
				e.TestAccuracy = 0.1
			}
		}, HoldsInPart},
		{"C15", "too little in common", sub(0.5, 6000), func(e *E) { e.TrainAccuracy = math.Min(e.TrainAccuracy, 0.45) }, HoldsInPart},
	}
	unmet := map[string]bool{}
	for _, test := range tests {
		records := world(1)
		edit(records, test.pick, test.edit)
		got := verdictOf(t, test.id, records)
		if got.Verdict != test.want {
			t.Errorf("%s, %s: %s (%s), want %s", test.id, test.name, got.Verdict, got.Reason, test.want)
		}
		if (got.MayDiffer == "") != (got.Verdict == Holds) {
			t.Errorf("%s, %s: %s, may differ: %q", test.id, test.name, got.Verdict, got.MayDiffer)
		}
		for _, check := range got.Checks {
			if !check.Met {
				unmet[test.id+check.Text] = true
			}
		}
	}
	for _, c := range All() {
		for _, condition := range c.Conditions {
			if !unmet[c.ID+condition.Text] {
				t.Errorf("%s: no case in which this is not met: %s", c.ID, condition.Text)
			}
		}
	}
}

func figure1Loss(n float64, step int) float64 {
	return 2.4 - 2.3*(1-0.99*n)*rise(float64(step), 20*(1+n))
}
