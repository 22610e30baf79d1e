// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package suspects finds the examples of a data set whose labels look wrong: it trains a net on them as they are, scores
// each example over training (record.MeasureExamples), and lists the most suspicious ones, as a table and as files.
package suspects

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
)

// Options say what is looked at and how long.
type Options struct {
	Dataset string
	Score   string  // one of record.ExampleScores
	Epochs  int     // 0: [DefaultEpochs]
	Runs    int     // nets whose scores are averaged; 0: [Plan] chooses
	Seed    int64   // of the first net; each further one has the next
	Model   string  // "" is the paper's
	Noise   float64 // share of the labels made wrong beforehand, to see how many are found
	Kind    string  // of that noise, as in record.Spec.NoiseKind
	Rate    float64 // learning rate; 0: [DefaultRate]
}

// MaxRuns is the most nets that may be asked for: with one more, every example would have been held back.
const MaxRuns = 5

// Plan is a data set made ready for looking for wrong labels.
type Plan struct {
	Options
	Set *datasets.Set // all examples that are scored, as its training part, with the labels to be judged
	Was []uint8       // the labels before Options.Noise
	one []part        // a net each
}

// part is what one net is trained on: which examples of the plan's set, and the set made of them.
type part struct {
	examples []int32
	set      *datasets.Set
	spec     record.Spec
}

// NewPlan makes a plan for an opened data set. Of a set that brought a test part its training examples are looked at, by
// one net unless more are asked for. Of one that did not, all: each of two nets, or more, holds other examples back, a
// fifth, to tell by them where to stop, so that every example has been trained on. Where the number of examples has no
// fitting batch a few are trained on twice an epoch.
func NewPlan(o Options, set *datasets.Set) (*Plan, error) {
	if set.Classes == 0 {
		return nil, fmt.Errorf("data set %q has a target and no classes: labels can be looked at where there are classes", o.Dataset)
	}
	all := *set
	if set.HeldBack() {
		all.Train = together(set.Train, set.Test)
		all.Title = set.Name
	}
	n := all.Train.Len()
	if n < 20 {
		return nil, fmt.Errorf("data set %q has %d examples: at least 20 are needed for a net to tell a wrong label from a rare one", o.Dataset, n)
	}
	if o.Runs == 0 {
		o.Runs = 1
		if set.HeldBack() {
			o.Runs = 2
		}
	}
	p := &Plan{Options: o, Set: &all, Was: slices.Clone(all.Train.Labels)}
	if o.Noise > 0 {
		spec := record.DefaultSpec()
		spec.Dataset, spec.Noise, spec.NoiseKind, spec.Seed = o.Dataset, o.Noise, o.Kind, o.Seed
		noise, err := run.NoiseOf(spec, &all)
		if err != nil {
			return nil, err
		}
		all.Train.Labels = noise.Given
	}
	for r := range o.Runs {
		p.one = append(p.one, p.partOf(r, set))
	}
	return p, nil
}

// together is two splits, one behind the other.
func together(a, b datasets.Split) datasets.Split {
	return datasets.Split{
		Pixels: slices.Concat(a.Pixels, b.Pixels), Values: slices.Concat(a.Values, b.Values),
		Labels: slices.Concat(a.Labels, b.Labels), Files: slices.Concat(a.Files, b.Files),
	}
}

// partOf is what net number r trains on.
func (p *Plan) partOf(r int, opened *datasets.Set) part {
	n := p.Set.Train.Len()
	var train, test []int32
	if opened.HeldBack() {
		train, test = fold(n, opened.Train.Len(), r)
	} else {
		for i := range n {
			train = append(train, int32(i))
		}
	}
	batch, fill := batchFor(len(train))
	set := *p.Set
	if test != nil {
		set.Test = p.Set.Pick(test)
	}
	if fill > 0 || test != nil {
		set.Train = p.Set.Pick(append(slices.Clone(train), train[:fill]...))
	}
	spec := record.DefaultSpec()
	spec.Dataset, spec.Model, spec.Batch, spec.Seed = p.Dataset, p.Model, batch, p.Seed+int64(r)
	if datasets.KnownByName(p.Dataset) && (p.Noise > 0 || fill > 0) { // a name is its bytes
		spec.Dataset = p.Dataset + "-labels"
	}
	set.Name = spec.Dataset
	if spec.LearningRate = p.Rate; p.Rate == 0 {
		spec.LearningRate = DefaultRate
	}
	epochs := p.Epochs
	if epochs == 0 {
		epochs = DefaultEpochs(len(train)+fill, batch)
	}
	spec.Steps = epochs * ((len(train) + fill) / batch)
	return part{examples: train, set: &set, spec: spec.Normalized()}
}

// fold are the examples that net number r trains on, and those that it holds back: for net 0 the ones behind the first
// kept, as the set was opened, for each further one the same number before.
func fold(n, kept, r int) (train, test []int32) {
	size := n - kept
	from := max(kept-r*size, 0)
	for i := range n {
		if i >= from && i < from+size {
			test = append(test, int32(i))
		} else {
			train = append(train, int32(i))
		}
	}
	return train, test
}

// batchFor is a batch for n examples, and how many of them must be taken twice so that it divides their number: near
// 100, or an eighth of few examples, and with as few taken twice as may be.
func batchFor(n int) (batch, fill int) {
	near := max(1, min(100, n/8))
	batch, fill = near, n
	for b := max(1, near/2); b <= near*3/2; b++ {
		f := (b - n%b) % b
		if f < fill || f == fill && max(b-near, near-b) < max(batch-near, near-batch) {
			batch, fill = b, f
		}
	}
	return batch, fill
}

// DefaultEpochs is how often the examples are gone through unless told: 2,000 updates, but 10 to 100 epochs. Fewer leave
// much unlearned, and many more memorise what is wrong.
func DefaultEpochs(n, batch int) int {
	return min(max((2000*batch+n-1)/n, 10), 100)
}

// DefaultRate is the learning rate unless told. At the paper's 0.1 the nets of a trial, 5,000 pictures of clothes of which
// 5 % had wrong labels, memorised many of those within these updates, and missed half as many again.
const DefaultRate = 0.03

// Specs are the runs of the plan, without the identity of their data.
func (p *Plan) Specs() []record.Spec {
	var specs []record.Spec
	for _, one := range p.one {
		specs = append(specs, one.spec)
	}
	return specs
}

// Repeated is how many examples are trained on twice an epoch.
func (p *Plan) Repeated() int {
	most := 0
	for _, one := range p.one {
		most = max(most, one.set.Train.Len()-len(one.examples))
	}
	return most
}

// Train trains the plan's nets, or loads what is finished of them, and combines their scores. opt says where records
// are and how progress is shown; an interrupted run goes on when it is asked for again.
func (p *Plan) Train(ctx context.Context, opt run.Options) (*Report, error) {
	opt.Measure = record.MeasureExamples
	var all []*record.Examples
	report := &Report{Plan: p}
	for _, one := range p.one {
		opt.OpenSet = func(context.Context, string, datasets.Options) (*datasets.Set, error) { return one.set, nil }
		r, err := run.Run(ctx, one.spec, opt)
		if err != nil {
			return nil, err
		}
		scores, err := r.LoadExamples()
		if err != nil {
			return nil, err
		}
		if scores.Len() != one.set.Train.Len() {
			return nil, errors.New("the record " + r.Spec.ID() + " scores another number of examples: move it away to train it again")
		}
		report.Records = append(report.Records, r)
		all = append(all, scores)
	}
	return report, report.combine(all)
}

// combine takes the mean over the nets that were trained on an example.
func (r *Report) combine(all []*record.Examples) error {
	p := r.Plan
	n := p.Set.Train.Len()
	sum, nets := make([]float64, n), make([]float64, n)
	margins, lowest := make([]float64, n), make([]float64, n)
	rivals := make([]uint8, n)
	for k, scores := range all {
		suspicion, err := scores.Suspicion(p.Score)
		if err != nil {
			return err
		}
		for i, example := range p.one[k].examples {
			margin := float64(scores.MarginAtStop[i])
			if nets[example] == 0 || margin < lowest[example] {
				lowest[example], rivals[example] = margin, scores.Rival[i]
			}
			sum[example] += suspicion[i]
			margins[example] += margin
			nets[example]++
		}
	}
	r.Believed = slices.Clone(p.Set.Train.Labels)
	for i := range sum {
		if nets[i] == 0 {
			return fmt.Errorf("no net was trained on example %d: ask for 2 runs or more", i)
		}
		sum[i] /= nets[i]
		if margins[i] < 0 {
			r.Believed[i] = rivals[i]
		}
	}
	r.Suspicion = sum
	r.Order = record.BySuspicion(sum)
	return nil
}

// Report is what was found.
type Report struct {
	Plan    *Plan
	Records []*record.Record

	Suspicion []float64 // of each example, larger for more suspicious ones
	Order     []int     // examples, the most suspicious first
	Believed  []uint8   // what the nets take each example for where training had better stopped
}

// Shown is the score of an example as it is reported: margins and cosines are small where labels look wrong, all else is
// large. Steps that never came are +Inf.
func (r *Report) Shown(i int) float64 {
	switch r.Plan.Score {
	case record.ScoreAUM, record.ScoreAlignment, record.ScoreStop:
		return -r.Suspicion[i] + 0
	}
	return r.Suspicion[i]
}

// Doubted is how many examples the nets take for another class than their label's.
func (r *Report) Doubted() int {
	n := 0
	for i, label := range r.Plan.Set.Train.Labels {
		if r.Believed[i] != label {
			n++
		}
	}
	return n
}

// Planted are how many labels were made wrong, and how many of those are among the first so many.
func (r *Report) Planted(first int) (planted, found int) {
	for i, label := range r.Plan.Set.Train.Labels {
		if label != r.Plan.Was[i] {
			planted++
		}
	}
	for _, i := range r.Order[:min(first, len(r.Order))] {
		if r.Plan.Set.Train.Labels[i] != r.Plan.Was[i] {
			found++
		}
	}
	return planted, found
}

// TestAccuracy is the best one of the nets' runs, in their mean; NaN where there is none.
func (r *Report) TestAccuracy() float64 {
	sum := 0.0
	for _, one := range r.Records {
		best := math.NaN()
		for _, e := range one.Evaluations {
			if !(e.TestAccuracy <= best) {
				best = e.TestAccuracy
			}
		}
		sum += best
	}
	return sum / float64(len(r.Records))
}
