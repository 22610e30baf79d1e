// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// bump is A that starts at first, is at trough from step 20 on, peaks at a step, and ends at 1.
func bump(step, first, trough, peak, at float64) float64 {
	switch {
	case step < 20:
		return first
	case step == at:
		return peak
	case step > 0.5*at && step < 2*at:
		return peak / 2
	case step > 2*at:
		return 1
	}
	return trough
}

// coherenceWorld makes up a run of each kind as MC has them, or as GM has them.
func coherenceWorld(seed int64, gm bool) (records []*record.Record) {
	add := func(s record.Spec, f func(step float64, e *record.Evaluation)) {
		s.Seed = seed
		records = append(records, fill(s, f))
	}
	for _, dataset := range record.CoherenceDatasets() {
		for _, n := range record.CoherenceNoises() {
			turn := func(step float64, e *record.Evaluation) {
				e.Extra["example_norm2"] = 100 / (1 + step/1000)
				if n > 0 && step > 1000 {
					e.Extra["example_norm2"] = 200
				}
			}
			add(record.Coherence(dataset, n), func(step float64, e *record.Evaluation) {
				turn(step, e)
				switch {
				case gm && n == 0:
					e.Extra["coherence"] = bump(step, 1, 1, 4, 100)
				case gm:
					e.Extra["coherence"] = 1
				default:
					peak := 400.0
					if n == 1 {
						peak = 60
					}
					e.Extra["coherence"] = bump(step, 5000, 1, peak, 200+800*(1+n)*n)
				}
				for l := range 4 {
					e.Extra["coherence_layer_"+itoa(l)], e.Extra["example_norm2_layer_"+itoa(l)] = float64(1+l), 1
				}
			})
			if dataset == "mnist" {
				add(record.CoherenceWhole(dataset, n), turn)
			}
			if n == 0 || n == 1 {
				add(record.CoherenceConvolutions(dataset, n), func(step float64, e *record.Evaluation) {
					for i, layer := range []string{"conv_0_conv", "conv_1_conv", "hidden_dense", "readout_dense"} {
						e.Extra["coherence_layer_"+layer], e.Extra["example_norm2_layer_"+layer] = 10-float64(2*i), 1+float64(i)
					}
				})
			}
		}
	}
	return records
}

// smoothPlateau widens each made-up peak, so that the median of three neighbours keeps it.
func smoothPlateau(records []*record.Record) []*record.Record {
	for _, r := range records {
		last := len(r.Evaluations) - 1
		top := 0
		for i, e := range r.Evaluations {
			if e.Step >= 30 && e.Extra["coherence"] > r.Evaluations[top].Extra["coherence"] || top == 0 && e.Step >= 30 {
				top = i
			}
		}
		if v, ok := r.Evaluations[top].Extra["coherence"]; ok && top < last {
			r.Evaluations[top+1].Extra["coherence"] = v
		}
	}
	return records
}

func TestCoherenceClaims(t *testing.T) {
	worldOf := func(id string, seed int64) []*record.Record {
		return smoothPlateau(coherenceWorld(seed, strings.HasSuffix(id, "g")))
	}
	ids := []string{"C19", "C19g", "C20", "C20g", "C21", "E1"}
	for _, id := range ids {
		if v := furtherVerdict(t, id, append(worldOf(id, 11), worldOf(id, 12)...)); v.Verdict != Holds {
			t.Errorf("%s: %s: %s\n%v", id, v.Verdict, v.Reason, v.Measured)
		}
		if v := furtherVerdict(t, id, worldOf(id, 3)); v.Verdict != NotTested {
			t.Errorf("%s by a seed that had been looked at: %s", id, v.Verdict)
		}
	}
	small := func(dataset string, n float64) where {
		return func(s record.Spec) bool { return s.Dataset == dataset+"-6000" && s.Noise == n }
	}
	at := func(steps func(step int) bool, name string, v float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) {
			if steps(e.Step) {
				e.Extra[name] = v
			}
		}
	}
	start := func(s int) bool { return s == 0 }
	first := func(s int) bool { return s <= 30 }
	late := func(s int) bool { return s >= 300 }
	end := func(s int) bool { return s >= 4000 }
	always := func(int) bool { return true }
	both := func(s record.Spec) bool { return s.Model == "cnn" && s.Noise == 0 }
	for _, c := range []struct {
		id, name string
		pick     where
		edit     func(*record.Evaluation)
		want     string
		unmet    string
	}{
		{"C19", "a low start", small("fashion-mnist", 0), at(start, "coherence", 50), DoesNotHold, "step 0"},
		{"C19", "no fall", small("mnist", 0), at(first, "coherence", 5000), DoesNotHold, "0.0223"},
		{"C19", "no rise", small("mnist", 0.25), at(func(s int) bool { return s >= 20 }, "coherence", 2), DoesNotHold, "3 times"},
		{"C19", "no return", small("mnist", 1), at(end, "coherence", 9), HoldsInPart, "ends ≤ 2"},
		{"C19", "a late peak without noise", small("mnist", 0), at(late, "coherence", 500), HoldsInPart, "later"},
		{"C19g", "a high start", small("mnist", 0), at(start, "coherence", 50), DoesNotHold, "step 0"},
		{"C19g", "a late peak", small("mnist", 0), at(func(s int) bool { return s >= 500 }, "coherence", 9), DoesNotHold, "300 steps"},
		{"C19g", "hundreds", small("mnist", 0), at(func(s int) bool { return s == 100 || s == 200 }, "coherence", 100), HoldsInPart, "0.198"},
		{"C19g", "no return", small("mnist", 0), at(end, "coherence", 3), HoldsInPart, "ends ≤ 2"},
		{"C20", "random labels orthogonal", small("mnist", 1), at(func(s int) bool { return s >= 30 }, "coherence", 2), DoesNotHold, "random labels the highest"},
		{"C20", "random labels as high", small("mnist", 1), at(late, "coherence", 400), DoesNotHold, "3 times as high"},
		{"C20", "random labels for longer", small("mnist", 1), at(late, "coherence", 60), HoldsInPart, "in the median"},
		{"C20g", "random labels high", small("mnist", 1), at(always, "coherence", 3), DoesNotHold, "0.008"},
		{"C20g", "real labels low", small("fashion-mnist", 0), at(always, "coherence", 1), DoesNotHold, "0.018"},
		{"C20g", "random labels for longer", small("mnist", 1), at(always, "coherence", 1.2), HoldsInPart, "in the median"},
		{"C21", "dense layers higher", both, at(always, "coherence_layer_readout_dense", 99), DoesNotHold, "real labels the convolutions"},
		{"C21", "with random labels", func(s record.Spec) bool { return s.Model == "cnn" && s.Noise == 1 }, at(always, "coherence_layer_readout_dense", 99), HoldsInPart, "random labels too"},
		{"C21", "by position", small("mnist", 0), at(always, "coherence_layer_0", 99), HoldsInPart, "without convolutions"},
		{"E1", "no turn", func(s record.Spec) bool { return s.Dataset == "mnist" && s.Noise == 0.5 }, at(late, "example_norm2", 60), DoesNotHold, "all of MNIST it rises ≥ 2"},
		{"E1", "a turn without noise", func(s record.Spec) bool { return s.Dataset == "mnist" && s.Noise == 0 }, at(func(s int) bool { return s > 900 }, "example_norm2", 300), DoesNotHold, "< 2 times without"},
		{"E1", "no turn on few", small("mnist", 0.25), at(late, "example_norm2", 60), DoesNotHold, "6,000 examples of MNIST"},
		{"E1", "no turn on clothes", small("fashion-mnist", 0.25), at(late, "example_norm2", 60), HoldsInPart, "Fashion-MNIST ≥ 2"},
		{"E1", "a turn on clothes", small("fashion-mnist", 0), at(func(s int) bool { return s > 900 }, "example_norm2", 300), HoldsInPart, "Fashion-MNIST < 2"},
		{"E1", "not measured", small("fashion-mnist", 0), func(e *record.Evaluation) { delete(e.Extra, "example_norm2") }, NotTested, "example_norm2"},
	} {
		records := worldOf(c.id, 11)
		edit(records, c.pick, c.edit)
		v := furtherVerdict(t, c.id, records)
		if v.Verdict != c.want || !strings.Contains(v.Reason, c.unmet) {
			t.Errorf("%s, %s: %s (%s), want %s", c.id, c.name, v.Verdict, v.Reason, c.want)
		}
		for _, check := range v.Checks {
			p := part{number: func(value) float64 { return check.Number.Median }, sign: check.Sign, limit: check.Limit}
			if p.met(medians) != check.Met || check.What == "" || (len(check.Missed) > 0) == check.Met {
				t.Errorf("%s, %s: %q is met: %v; %s = %v %s %v, %q", c.id, c.name, check.Text, check.Met, check.What, check.Number.Median, check.Sign, check.Limit, check.Missed)
			}
		}
	}
}

func TestRise(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{9, 3, 1}, 1}, {[]float64{9, 3, 6, 1}, 2}, {[]float64{2, 8, 1, 3}, 4}, {[]float64{5}, 1}} {
		if got := (curve{make([]float64, len(c.values)), c.values}).rise(); got != c.want {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
	for _, values := range [][]float64{nil, {1, 0, 2}, {-1}} {
		if got := (curve{make([]float64, len(values)), slices.Clone(values)}).rise(); got == got {
			t.Errorf("%v: %v, want NaN", values, got)
		}
	}
}

// C15's minibatches are as long as planned, or longer: other claims have shorter runs of the same kind.
func TestShortRunsAreNotC15s(t *testing.T) {
	own := world(1)
	want := verdictOf(t, "C15", own)
	short := record.Coherence("mnist", 0.5)
	short.Seed = 11
	got := verdictOf(t, "C15", append(own, fill(short, func(_ float64, e *record.Evaluation) { e.TestAccuracy = 0.5 })))
	if !slices.Equal(got.Runs, want.Runs) || got.Measured["final_test_accuracy_n50_mini"].Seeds != 1 || got.Verdict != want.Verdict {
		t.Errorf("C15 looks at %v", got.Runs)
	}
}
