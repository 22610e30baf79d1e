// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// turn falls from 10 to 2 until a step, and from then on rises to 22 at step 6,000.
func turn(step, at float64) float64 {
	return 10 - 8*min(1, step/at) + 20*max(0, (step-at)/(6000-at))
}

// stoppingWorld is one in which S1 holds: with noise the best step is 1,200, coherence turns there, and no rival stops
// before the end.
func stoppingWorld(t *testing.T) []*record.Record {
	t.Helper()
	var records []*record.Record
	for _, seed := range record.StoppingSeeds {
		for _, c := range Paper.stoppingCells() {
			var spec record.Spec
			for _, set := range record.StoppingSets() {
				s := record.Stopping(set, c.noise.Share, c.noise.Kind)
				s.Seed = seed
				if c.ask(s) {
					spec = s
				}
			}
			r := fill(spec, func(step float64, e *record.Evaluation) {
				e.TestAccuracy = 0.5 + 0.4*min(1, step/1200)
				e.Extra["coherence"] = 10 - 8*min(1, step/1200)
				if spec.Noise > 0 {
					e.TestAccuracy -= 0.3 * max(0, (step-1200)/4800)
					e.Extra["coherence"] = turn(step, 1200)
				}
				falling := 100 / (1 + step/60)
				e.TrainLoss, e.Extra["example_norm2"], e.Extra["gradient_disparity"] = 1e3*falling, falling, falling
				for range int(step) / 60 {
					e.TrainLoss *= 0.9
				}
				e.TrainAccuracy, e.Extra["evidence"], e.Extra["validation_accuracy"] = 0.1, -falling, step/6000
				if step > 0 {
					e.Extra["label_changes"] = falling
				}
			})
			records = append(records, r)
		}
	}
	return records
}

func TestStoppingClaim(t *testing.T) {
	if v := furtherVerdict(t, "S1", stoppingWorld(t)); v.Verdict != Holds {
		t.Fatalf("%s: %s\n%v", v.Verdict, v.Reason, v.Measured)
	}
	noisy := func(s record.Spec) bool { return s.Noise > 0 }
	all := func(record.Spec) bool { return true }
	permuted := func(n float64) where {
		return func(s record.Spec) bool {
			return s.Noise == n && s.NoiseKind == "" && strings.HasPrefix(s.Dataset, "f")
		}
	}
	flips := func(s record.Spec) bool { return s.NoiseKind != "" }
	flat := func(e *record.Evaluation) { e.Extra["coherence"] = 5 }
	late := func(e *record.Evaluation) { e.Extra["coherence"] = turn(float64(e.Step), 1440) }
	rival := func(change func(e *record.Evaluation)) func([]*record.Record) {
		return func(list []*record.Record) {
			edit(list, noisy, late) // which loses 1.5 points
			edit(list, noisy, change)
		}
	}
	for _, c := range []struct {
		name  string
		edit  func([]*record.Record)
		want  string
		unmet string
	}{
		{"late, and no rival is better", func(list []*record.Record) { edit(list, noisy, late) }, Holds, ""},
		{"never at 25 %", func(list []*record.Record) { edit(list, permuted(0.25), flat) }, DoesNotHold, "fashion-mnist-6000, 25 %"},
		{"never at 75 %", func(list []*record.Record) { edit(list, permuted(0.75), flat) }, DoesNotHold, "fashion-mnist-6000, 75 %"},
		{"early without noise", func(list []*record.Record) {
			edit(list, permuted(0), func(e *record.Evaluation) { e.Extra["coherence"] = turn(float64(e.Step), 600) })
		}, DoesNotHold, "fashion-mnist-6000, no noise"},
		{"energy is better", rival(func(e *record.Evaluation) { e.Extra["example_norm2"] = turn(float64(e.Step), 1200) }), DoesNotHold, "E‖g‖²"},
		{"disparity is better", rival(func(e *record.Evaluation) {
			e.Extra["gradient_disparity"] = turn(float64(e.Step), 900)
		}), DoesNotHold, "disparity"},
		{"Label Wave is better", rival(func(e *record.Evaluation) {
			if e.Step > 0 {
				e.Extra["label_changes"] = turn(float64(e.Step), 1200)
			}
		}), DoesNotHold, "Label Wave"},
		{"evidence is better", rival(func(e *record.Evaluation) { e.Extra["evidence"] = float64(e.Step) - 1199 }), DoesNotHold, "evidence"},
		{"a flat loss is better", rival(func(e *record.Evaluation) {
			if e.Step >= 1140 {
				e.TrainLoss = 1
			}
		}), DoesNotHold, "training loss flat"},
		{"never at the flips", func(list []*record.Record) { edit(list, flips, flat) }, HoldsInPart, "to the next class"},
		{"validation is better", rival(func(e *record.Evaluation) { e.Extra["validation_accuracy"] = e.TestAccuracy }), HoldsInPart, "noisy validation"},
		{"who knows the noise is better", rival(func(e *record.Evaluation) {
			if e.Step >= 1200 {
				e.TrainAccuracy = 0.99
			}
		}), HoldsInPart, "right labels"},
		{"not measured", func(list []*record.Record) {
			edit(list, all, func(e *record.Evaluation) { delete(e.Extra, "validation_accuracy") })
		}, NotTested, "validation_accuracy"},
		{"a seed is missing", func(list []*record.Record) { list[0].Evaluations = nil }, NotTested, "seed 11 of mnist-6000"},
	} {
		records := stoppingWorld(t)
		c.edit(records)
		v := furtherVerdict(t, "S1", records)
		said := v.Reason
		for _, check := range v.Checks {
			said += "\n" + strings.Join(check.Missed, "\n")
		}
		if v.Verdict != c.want || !strings.Contains(said, c.unmet) {
			t.Errorf("%s: %s (%s), want %s of %q", c.name, v.Verdict, said, c.want, c.unmet)
		}
	}
}
