// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
)

// Evaluation is a net's state at one step, over all training and all test examples: one line of evaluations.jsonl.
type Evaluation struct {
	Step             int     // updates made so far
	TrainAccuracy    float64 // on the labels trained with, the noisy ones; NaN as the two below for sets without classes
	TestAccuracy     float64 // on the clean test labels
	TrainLoss        float64 // mean loss: cross-entropy in nats, or the squared error of a target
	TestLoss         float64
	Overfit          float64  // see [Overfit]
	PristineAccuracy *float64 // on the training examples whose label is unchanged; nil where there is none
	CorruptAccuracy  *float64 // on those whose label is changed, against the changed label; nil where there is none
	Seconds          float64  // of training and evaluating so far, pauses between sessions left out

	// Extra holds what else was measured, by its name in the record, such as clamped_share or energy_removed. A name
	// must not be one of the fields above.
	Extra map[string]float64
}

// Overfit is the paper's corrected measure, ta − [ε/K + (1−ε)·va]: the training accuracy on noisy labels beyond what a
// net with that test accuracy would have there without memorising anything. With ε of the labels permuted, a share
// 1−ε is right where the net is right, and the rest by chance, 1 in K classes (CG §3, where K is 10). It is not plain
// training minus test accuracy: test labels have no noise.
func Overfit(trainAccuracy, testAccuracy, noise float64, classes int) float64 {
	return trainAccuracy - (noise/float64(classes) + (1-noise)*testAccuracy)
}

// Overfit is the function [Overfit] for a run of the spec. Of labels with [NoisePairFlip] none is right by chance: there
// it is ta − (1−ε)·va.
func (s Spec) Overfit(trainAccuracy, testAccuracy float64, classes int) float64 {
	if s.NoiseKind == NoisePairFlip {
		return trainAccuracy - (1-s.Noise)*testAccuracy
	}
	return Overfit(trainAccuracy, testAccuracy, s.Noise, classes)
}

// evaluationFields are the names of a line that are not extra, in the order written.
var evaluationFields = []string{"step", "train_accuracy", "test_accuracy", "train_loss", "test_loss", "overfit",
	"pristine_accuracy", "corrupt_accuracy", "seconds"}

// optional says which of them may be null.
func optional(name string) bool {
	return name == "pristine_accuracy" || name == "corrupt_accuracy" || ofClasses(name)
}

// ofClasses says which of them mean nothing for a data set without classes.
func ofClasses(name string) bool {
	return name == "train_accuracy" || name == "test_accuracy" || name == "overfit"
}

// Classless says whether the data set has a target in place of classes: then there is no accuracy, in the record null
// and here NaN.
func (e Evaluation) Classless() bool {
	return math.IsNaN(e.TrainAccuracy) && math.IsNaN(e.TestAccuracy)
}

// float returns where a field other than step is kept, or nil.
func (e *Evaluation) float(name string) *float64 {
	if ofClasses(name) && e.Classless() {
		return nil
	}
	return e.field(name)
}

// field is float where accuracies that mean nothing are kept too.
func (e *Evaluation) field(name string) *float64 {
	switch name {
	case "train_accuracy":
		return &e.TrainAccuracy
	case "test_accuracy":
		return &e.TestAccuracy
	case "train_loss":
		return &e.TrainLoss
	case "test_loss":
		return &e.TestLoss
	case "overfit":
		return &e.Overfit
	case "pristine_accuracy":
		return e.PristineAccuracy
	case "corrupt_accuracy":
		return e.CorruptAccuracy
	case "seconds":
		return &e.Seconds
	}
	return nil
}

// Value returns a measured value by its name in the record, fields and extras alike; false where it is null or absent.
// energy_share_pristine and cosine_groups are worked out from other measured values where the record lacks them.
func (e Evaluation) Value(name string) (float64, bool) {
	if name == "step" {
		return float64(e.Step), true
	}
	if slices.Contains(evaluationFields, name) {
		if p := e.float(name); p != nil {
			return *p, true
		}
		return 0, false
	}
	if v, ok := e.Extra[name]; ok {
		return v, true
	}
	return e.derived(name)
}

// FirstNotFinite returns the name of the first value that is NaN or infinite, "" if all are finite.
func (e Evaluation) FirstNotFinite() (name string, value float64) {
	for _, name := range append(slices.Clone(evaluationFields), slices.Sorted(maps.Keys(e.Extra))...) {
		if v, ok := e.Value(name); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
			return name, v
		}
	}
	return "", 0
}

// MarshalJSON writes the fields in their order, then the extras by name. A value that is not finite is an error: a
// record never holds NaN.
func (e Evaluation) MarshalJSON() ([]byte, error) {
	if name, v := e.FirstNotFinite(); name != "" {
		return nil, fmt.Errorf("%s = %v at step %d: a record holds finite numbers only", name, v, e.Step)
	}
	for _, name := range evaluationFields {
		if _, ok := e.Extra[name]; ok {
			return nil, fmt.Errorf("extra value %q has the name of a field; rename it", name)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"step":%d`, e.Step)
	for _, name := range evaluationFields[1:] {
		if err := appendField(&b, name, e.float(name)); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Extra)) {
		v := e.Extra[name]
		if err := appendField(&b, name, &v); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func appendField(b *bytes.Buffer, name string, value *float64) error {
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	number, err := json.Marshal(value) // a nil pointer is null
	if err != nil {
		return err
	}
	b.WriteByte(',')
	b.Write(key)
	b.WriteByte(':')
	b.Write(number)
	return nil
}

// UnmarshalJSON reads a line. All fields must be there, only the two group accuracies may be null, and
// for sets without classes all accuracies, and anything else
// must be a number, which becomes an extra.
func (e *Evaluation) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*e = Evaluation{}
	if err := json.Unmarshal(fields["step"], &e.Step); err != nil || string(fields["step"]) == "null" || e.Step < 0 {
		return fmt.Errorf("step = %s: must be a whole number from 0 up", Clip(string(fields["step"])))
	}
	names := slices.Collect(maps.Keys(fields))
	sort.Strings(names) // so that of several errors always the same one is returned
	for _, name := range names {
		if name == "step" {
			continue
		}
		var v *float64
		if err := json.Unmarshal(fields[name], &v); err != nil {
			return fmt.Errorf("%s = %s: must be a number", Clip(name), Clip(string(fields[name])))
		}
		switch {
		case name == "pristine_accuracy":
			e.PristineAccuracy = v
		case name == "corrupt_accuracy":
			e.CorruptAccuracy = v
		case slices.Contains(evaluationFields, name) && v != nil:
			*e.field(name) = *v
		case ofClasses(name): // of a set without classes
			*e.field(name) = math.NaN()
		case slices.Contains(evaluationFields, name):
			return fmt.Errorf("%s = null: must be a number", name)
		case v != nil:
			if e.Extra == nil {
				e.Extra = map[string]float64{}
			}
			e.Extra[name] = *v
		}
	}
	for _, name := range evaluationFields {
		if _, ok := fields[name]; !ok && (!optional(name) || ofClasses(name)) {
			return fmt.Errorf("no value for %s", name)
		}
	}
	for _, name := range evaluationFields[1:] { // accuracies are there all together, or none
		if p := e.field(name); ofClasses(name) && math.IsNaN(*p) != e.Classless() {
			return fmt.Errorf("%s = null: must be a number", name)
		}
	}
	return nil
}
