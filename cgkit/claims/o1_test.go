// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"testing"

	"coherentgradients/cgkit/record"
)

// openWorld is one in which O1, O2 and O3 hold.
func openWorld() []*record.Record {
	var records []*record.Record
	for _, s := range record.CapacityRuns() {
		if s.Seed != 11 {
			continue
		}
		records = append(records, madeUp(s, func(x float64, e *record.Evaluation) {
			gain := map[int]float64{32: 0, 256: 1, 1024: 2, 4096: 3}[s.Hidden[0]]
			e.TestAccuracy, e.TrainAccuracy = 0.93+0.01*gain, 1
			memory := 0.3 + 0.1*gain
			if s.Noise > 0 {
				e.CorruptAccuracy = &memory
			}
			e.Extra["coherence"] = 1 + 100*(1+gain/4)/float64(len(s.Hidden))
		}))
	}
	for _, s := range record.EarlyCapacityRuns() {
		if s.Seed != 21 {
			continue
		}
		made := madeUp(s, func(x float64, e *record.Evaluation) {
			gain := map[int]float64{32: 0, 256: 1, 1024: 2, 4096: 3}[s.Hidden[0]]
			e.TrainAccuracy = 0.8
			if e.Step >= 100 {
				e.TrainAccuracy = 0.95
			}
			e.Extra["coherence"] = 1 + 100*(1+gain/4)
		})
		made.Spec.Seed = s.Seed
		records = append(records, made)
	}
	for _, s := range record.StartedRuns() {
		if s.Seed != 11 {
			continue
		}
		records = append(records, madeUp(s, func(x float64, e *record.Evaluation) {
			harm := map[string]float64{"": 0, record.FirstRandom: 0.03, record.FirstElsewhere: 0.02, record.FirstNorms: 0.005}[s.First]
			speed := 4.0
			if s.FirstSteps == 600 {
				harm /= 3
			}
			if s.First == record.FirstElsewhere && s.LearningRate < 0.1 {
				speed = 8
			}
			e.TestAccuracy, e.TrainAccuracy = 0.95-harm, min(1, 0.1+speed*x)
			if s.First != "" {
				e.Extra["first_accuracy"] = 0.9
			}
		}))
	}
	for _, s := range record.PatternRuns() {
		if s.Seed != 11 {
			continue
		}
		records = append(records, madeUp(s, func(x float64, e *record.Evaluation) {
			e.Extra["alignment"], e.Extra["alignment_chance"], e.Extra["alignment_order"] = 0.6+0.1*s.Noise, 0.2, 0.8
		}))
	}
	return records
}

func TestOpenClaims(t *testing.T) {
	for _, id := range []string{"O1", "O1a", "O2", "O3"} {
		if v := furtherVerdict(t, id, openWorld()); v.Verdict != Holds {
			t.Errorf("%s: %s: %s\n%v", id, v.Verdict, v.Reason, v.Measured)
		}
		if v := furtherVerdict(t, id, nil); v.Verdict != NotTested {
			t.Errorf("%s without records: %s", id, v.Verdict)
		}
	}
	edited := func(pick func(record.Spec) bool, f func(*record.Evaluation)) []*record.Record {
		records := openWorld()
		edit(records, pick, f)
		return records
	}
	width := func(noise float64, w int) func(record.Spec) bool {
		return func(s record.Spec) bool {
			return s.Steps == 5000 && s.Noise == noise && len(s.Hidden) == 1 && s.Hidden[0] == w
		}
	}
	started := func(first string, steps int, rate float64) func(record.Spec) bool {
		return func(s record.Spec) bool {
			return s.Steps == 3000 && s.First == first && s.FirstSteps == steps && s.LearningRate == rate
		}
	}
	test := func(v float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) { e.TestAccuracy = v }
	}
	patterns := func(noise float64) func(record.Spec) bool {
		return func(s record.Spec) bool { return s.Steps == 4000 && s.Noise == noise }
	}
	set := func(name string, v float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) {
			if _, ok := e.Extra[name]; ok {
				e.Extra[name] = v
			}
		}
	}
	early := func(w int) func(record.Spec) bool {
		return func(s record.Spec) bool { return s.Steps == 600 && s.Hidden[0] == w }
	}
	late := func(name string, v float64) func(*record.Evaluation) {
		return func(e *record.Evaluation) {
			if e.Step >= 100 {
				e.Extra[name] = v
			}
		}
	}
	testFurther(t, []furtherCase{
		{"O1", "no gain", edited(width(0, 1024), test(0.932)), DoesNotHold, "0.5 points"},
		{"O1", "32 does not fit", edited(width(0, 32), func(e *record.Evaluation) { e.TrainAccuracy = 0.97 }), DoesNotHold, "0.5 points"},
		{"O1", "no more agreement", edited(width(0, 1024), set("coherence", 90)), DoesNotHold, "1.25 times"},
		{"O1", "4,096 is worse", edited(width(0, 4096), test(0.9)), HoldsInPart, "from each width"},
		{"O1", "it does not memorise", edited(width(0.25, 1024), func(e *record.Evaluation) { *e.CorruptAccuracy = 0.3 }), HoldsInPart, "memorised"},
		{"O1", "depth agrees", edited(func(s record.Spec) bool { return len(s.Hidden) == 4 }, set("coherence", 200)), HoldsInPart, "four layers"},
		{"O1a", "no more where as much is learned", edited(early(1024), late("coherence", 110)), DoesNotHold, "1.25 times"},
		{"O1a", "the widest no more", edited(early(4096), late("coherence", 120)), DoesNotHold, "1.5 times"},
		{"O1a", "alike in the first steps", edited(early(4096), func(e *record.Evaluation) {
			if e.Step < 100 {
				e.Extra["coherence"] = 101
			}
		}), HoldsInPart, "steps 1 to 9"},
		{"O1a", "a step down", edited(early(256), late("coherence", 190)), HoldsInPart, "each width to the next"},
		{"O1a", "never there", edited(early(32), func(e *record.Evaluation) { e.TrainAccuracy = 0.8 }), DoesNotHold, "1.25 times"},
		{"O1a", "not measured", edited(early(32), func(e *record.Evaluation) { delete(e.Extra, "coherence") }), NotTested, "coherence"},
		{"O2", "no harm", edited(started(record.FirstRandom, 6000, 0.1), test(0.945)), DoesNotHold, "harm is ≥ 1 point"},
		{"O2", "the norms do it", edited(started(record.FirstNorms, 6000, 0.1), test(0.92)), DoesNotHold, "norms alone"},
		{"O2", "these images alone", edited(started(record.FirstElsewhere, 6000, 0.1), test(0.95)), HoldsInPart, "other images"},
		{"O2", "as bad after 600", edited(started(record.FirstRandom, 600, 0.1), test(0.91)), HoldsInPart, "after 600"},
		{"O2", "no help", edited(started(record.FirstElsewhere, 6000, 0.01), func(e *record.Evaluation) { e.TrainAccuracy /= 2 }), HoldsInPart, "help"},
		{"O3", "by chance", edited(patterns(1), set("alignment", 0.3)), DoesNotHold, "random labels: diagonal"},
		{"O3", "out of order", edited(patterns(1), set("alignment_order", 0.2)), DoesNotHold, "random labels: order"},
		{"O3", "real ones by chance", edited(patterns(0), set("alignment", 0.3)), HoldsInPart, "real labels"},
		{"O3", "far below real ones", edited(patterns(0), set("alignment", 2)), HoldsInPart, "half as large"},
	})
}
