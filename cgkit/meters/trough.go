// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters

import (
	"fmt"

	"coherentgradients/cgkit/stopping"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// Trough is a loop that stops at the trough of coherence, see [StopAtTrough].
type Trough struct {
	Steps     []float64 // updates made when coherence was measured
	Coherence []float64 // the m-coherence of the probe set then
	Kept      int       // the number, from 0, of the evaluation whose variables are kept; −1: of none yet
	Stopped   bool

	watch        *stopping.TroughWatch
	before, kept map[*model.Variable]*tensors.Tensor // of the last evaluation, and of the trough
}

// StopAtTrough ends a loop once the m-coherence of a probe set has risen from its trough, as rule says, and leaves the
// model as it was at the trough: all variables, the optimizer's too. Where coherence never rises the loop goes to its
// end and nothing is changed. No validation data are needed: the probe is the training set, or a part of it.
//
// The probe is measured after every so many steps, best an epoch. It must come as one batch, and [Coherence] must be
// among the Trainer's eval metrics; otherwise the loop ends with an error. The rule is on A = 1 + (m−1)·α̂ of the
// probe's m examples: with few of them A hardly leaves 1, and nothing is seen. every < 1 panics.
//
// RunSteps and RunToGlobalStep end at the stop; RunEpochs goes to its end and then has the variables of the trough all
// the same. Two copies of the variables are kept in the computer's memory.
func StopAtTrough(loop *train.Loop, every int, probe train.Dataset, rule stopping.Trough) *Trough {
	checkEvery(every)
	t := &Trough{Kept: -1, watch: rule.Watch()}
	loop.OnStep("trough of coherence", 100, func(loop *train.Loop, _ []*tensors.Tensor) error {
		if t.Stopped || (loop.LoopStep+1)%every != 0 {
			return nil
		}
		value, err := evalOf(loop.Trainer, Coherence().Name(), probe)
		if err != nil {
			return err
		}
		if err := t.add(loop.LoopStep+1, value, loop.Trainer.Store()); err != nil {
			return err
		}
		if t.Stopped {
			loop.EndStep = loop.LoopStep + 1
		}
		return nil
	})
	loop.OnEnd("trough of coherence", 100, func(*train.Loop, []*tensors.Tensor) error {
		if !t.Stopped {
			return nil
		}
		return t.restore()
	})
	return t
}

// add takes in an evaluation.
func (t *Trough) add(step int, value float64, store *model.Store) error {
	t.Steps, t.Coherence = append(t.Steps, float64(step)), append(t.Coherence, value)
	t.Stopped = t.watch.Add(float64(step), value)
	if lowest := t.watch.Lowest(); lowest != t.Kept { // it is the evaluation before this one
		t.Kept, t.kept = lowest, t.before
	}
	if t.Stopped {
		return nil
	}
	t.before = map[*model.Variable]*tensors.Tensor{}
	for v := range store.IterVariables() {
		if !v.HasValue() {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return err
		}
		if t.before[v], err = value.LocalClone(); err != nil {
			return err
		}
	}
	return nil
}

// restore puts the variables of the trough back.
func (t *Trough) restore() error {
	for v, value := range t.kept {
		clone, err := value.LocalClone() // the variable may give its tensor away
		if err != nil {
			return err
		}
		if err := v.SetValue(clone); err != nil {
			return err
		}
	}
	return nil
}

// evalOf is the value of one of a Trainer's eval metrics on a probe set of one batch.
func evalOf(trainer *train.Trainer, name string, probe train.Dataset) (float64, error) {
	values, err := trainer.Eval(oneBatch{probe})
	if err != nil {
		return 0, err
	}
	defer func() {
		for _, v := range values {
			v.MustFinalizeAll()
		}
	}()
	for i, m := range trainer.EvalMetrics() {
		if m.Name() == name && i < len(values) {
			return scalar(values[i])
		}
	}
	return 0, fmt.Errorf("meters: the Trainer has no eval metric %q: give it to train.NewTrainer", name)
}
