// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"math"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// slabSize is how many examples are evaluated in one call; the last slab is filled up, so that one compiled
// computation does for all.
const slabSize = 2000

// slab is some examples of one split, kept on the device.
type slab struct {
	inputs, labels *tensors.Tensor
	examples       []int32 // those that are not filling
}

func (s slab) free() {
	s.inputs.MustFinalizeAll()
	s.labels.MustFinalizeAll()
}

// Evaluate measures the model on all training and test examples. For sets with a target there are no accuracies: the
// share of the variance that is explained, R², is train_r2 and test_r2.
func (e *engine) Evaluate(ctx context.Context) (record.Evaluation, error) {
	if err := e.begin(ctx); err != nil {
		return record.Evaluation{}, err
	}
	set, noise := e.problem.Set, e.problem.Noise
	train, err := e.measure(ctx, 0, set.Train, e.feed.given)
	if err != nil {
		return record.Evaluation{}, err
	}
	test, err := e.measure(ctx, 1, set.Test, of(set.Test))
	if err != nil {
		return record.Evaluation{}, err
	}
	evaluation := record.Evaluation{TrainLoss: train.loss, TestLoss: test.loss, Extra: make(map[string]float64)}
	if set.Classes == 0 {
		evaluation.TrainAccuracy, evaluation.TestAccuracy = math.NaN(), math.NaN()
		setFinite(evaluation.Extra, "train_r2", train.explained)
		setFinite(evaluation.Extra, "test_r2", test.explained)
		setFinite(evaluation.Extra, "pristine_loss", train.lossOf(func(i int) bool { return !noise.Corrupt(i) }))
		setFinite(evaluation.Extra, "corrupt_loss", train.lossOf(noise.Corrupt))
	} else {
		e.accuracies(&evaluation, train, test)
	}
	if err := e.probeNext(evaluation.Extra); err != nil {
		return evaluation, err
	}
	if err := e.measureClamping(ctx, evaluation.Extra); err != nil {
		return evaluation, err
	}
	if err := e.measureHealth(ctx, evaluation.Extra); err != nil {
		return evaluation, err
	}
	if e.first != nil && e.step == 0 {
		evaluation.Extra["first_accuracy"] = e.first.accuracy
	}
	if err := e.measureAlignment(evaluation.Extra); err != nil {
		return evaluation, err
	}
	if e.problem.Spec.Light(e.step) {
		return evaluation, nil
	}
	if err := e.measureExamples(ctx, &evaluation); err != nil {
		return evaluation, err
	}
	if err := e.measureGradients(ctx, evaluation.Extra); err != nil {
		return evaluation, err
	}
	return evaluation, e.measureSignals(ctx, train.classes, evaluation.Extra)
}

// accuracies fills in what only classes have.
func (e *engine) accuracies(evaluation *record.Evaluation, train, test measured) {
	noise := e.problem.Noise
	evaluation.TrainAccuracy, evaluation.TestAccuracy = train.accuracy(nil), test.accuracy(nil)
	if len(noise.Chosen) > noise.PristineCount() {
		share := train.accuracy(noise.Corrupt)
		evaluation.CorruptAccuracy = &share
	}
	pristine := func(i int) bool { return !noise.Corrupt(i) }
	if noise.PristineCount() > 0 {
		share := train.accuracy(pristine)
		evaluation.PristineAccuracy = &share
	}
	e.learned.see(e.step, train.right)
	if evaluation.PristineAccuracy != nil {
		evaluation.Extra["pristine_learned"] = e.learned.everRight(pristine)
	}
	if evaluation.CorruptAccuracy != nil {
		evaluation.Extra["corrupt_learned"] = e.learned.everRight(noise.Corrupt)
	}
}

func setFinite(into map[string]float64, name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		into[name] = v
	}
}

// hasEffect tells rules whose effect on one batch can be measured: the mean has none, and what rules that remember do
// is no function of one batch.
func (e *engine) hasEffect() bool {
	_, works := e.rule.(aggregate.Aggregator)
	return works && e.rule != (aggregate.Mean{})
}

// probeGraph returns what the rule does to one batch: energy removed, cosine and, for rules that clamp, the share
// clamped. inputs: raw inputs [1, batch, features], labels [1, batch]. Random layers are switched off.
func (e *engine) probeGraph(_ *model.Scope, inputs []*Node) []*Node {
	_, effect := aggregate.Measure(e.rule.(aggregate.Aggregator), e.batchGradients(inputs))
	out := []*Node{effect.EnergyRemoved, effect.Cosine}
	if effect.Clamped != nil {
		out = append(out, effect.Clamped)
	}
	return out
}

// parameters are the nodes of the trained variables.
func (e *engine) parameters(g *Graph) []*Node {
	var nodes []*Node
	for _, v := range e.trainable() {
		nodes = append(nodes, v.NodeValue(g))
	}
	return nodes
}

// probeNext measures the rule's effect on the batch of the next update, and leaves out what is not finite: where all
// gradients are zero there is no direction to compare.
func (e *engine) probeNext(into map[string]float64) error {
	if e.probe == nil {
		return nil
	}
	inputs, labels := e.batches(e.step, 1, 1)
	defer inputs.MustFinalizeAll()
	defer labels.MustFinalizeAll()
	out, err := e.probe.Call(inputs, labels)
	if err != nil {
		return err
	}
	for i, name := range []string{"energy_removed", "cosine", "clamped_share"}[:len(out)] {
		setFinite(into, name, float64(tensors.ToScalar[float32](out[i])))
	}
	return nil
}

// measured is what a model makes of a split.
type measured struct {
	classes   []uint8   // as which each example is predicted; of classes only
	right     []bool    // whether that is its label; the same
	losses    []float32 // of each example
	loss      float64   // their mean
	explained float64   // R², of targets only
}

// accuracy is the share of right predictions among the examples in group (nil: all).
func (m measured) accuracy(group func(i int) bool) float64 {
	var right, count int
	for i, ok := range m.right {
		if group != nil && !group(i) {
			continue
		}
		count++
		if ok {
			right++
		}
	}
	if count == 0 {
		return 0
	}
	return float64(right) / float64(count)
}

// lossOf is the mean loss of a group; NaN where it is empty.
func (m measured) lossOf(group func(i int) bool) float64 {
	var sum float64
	var count int
	for i, loss := range m.losses {
		if group(i) {
			sum += float64(loss)
			count++
		}
	}
	return sum / float64(count)
}

// measure evaluates a split, the training one being number 0 and the test one number 1.
func (e *engine) measure(ctx context.Context, number int, split datasets.Split, given labels) (measured, error) {
	if e.slabs[number] == nil {
		e.slabs[number] = e.slabsOf(split, given)
	}
	return e.measureSlabs(ctx, e.slabs[number], given)
}

// measureSlabs evaluates slabs of one split.
func (e *engine) measureSlabs(ctx context.Context, slabs []slab, given labels) (measured, error) {
	n := max(len(given.classes), len(given.targets))
	m := measured{losses: make([]float32, 0, n)}
	var predicted []float32 // targets
	for _, s := range slabs {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		out, err := e.evaluate.Call(s.inputs, s.labels)
		if err != nil {
			return m, err
		}
		losses, err := tensors.CopyFlatData[float32](out[1])
		if err != nil {
			return m, err
		}
		if e.problem.Set.Classes > 0 {
			predictions, err := tensors.CopyFlatData[int32](out[0])
			if err != nil {
				return m, err
			}
			for i, example := range s.examples {
				m.classes = append(m.classes, uint8(predictions[i]))
				m.right = append(m.right, predictions[i] == int32(given.classes[example]))
			}
		} else {
			predictions, err := tensors.CopyFlatData[float32](out[0])
			if err != nil {
				return m, err
			}
			predicted = append(predicted, predictions[:len(s.examples)]...)
		}
		for i := range s.examples {
			m.losses = append(m.losses, losses[i])
			m.loss += float64(losses[i]) / float64(n)
		}
		out[0].MustFinalizeAll()
		out[1].MustFinalizeAll()
	}
	if e.problem.Set.Classes == 0 {
		m.explained = explained(predicted, given.targets)
	}
	return m, nil
}

// explained is R² = 1 − Σ(ŷ−y)²/Σ(y−ȳ)²; not finite where all targets are equal.
func explained(predicted, targets []float32) float64 {
	var mean, residual, total float64
	for _, y := range targets {
		mean += float64(y) / float64(len(targets))
	}
	for i, y := range targets {
		residual += (float64(predicted[i]) - float64(y)) * (float64(predicted[i]) - float64(y))
		total += (float64(y) - mean) * (float64(y) - mean)
	}
	return 1 - residual/total
}

// slabsOf cuts a split into slabs.
func (e *engine) slabsOf(split datasets.Split, given labels) []slab {
	var list []slab
	for from := 0; from < split.Len(); from += slabSize {
		examples := make([]int32, min(slabSize, split.Len()-from))
		for i := range examples {
			examples[i] = int32(from + i)
		}
		inputs, labels := e.feed.gather(split, given, examples, slabSize)
		list = append(list, slab{inputs: inputs, labels: labels, examples: examples})
	}
	return list
}
