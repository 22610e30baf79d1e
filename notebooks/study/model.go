// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"fmt"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
)

// The modes of [Mode].
const (
	Interactive = place.Interactive
	Quick       = place.Quick
	Redraw      = place.Redraw
	Full        = place.Full
)

// TrainModel returns the record of a model of one's own, trained as the spec says: loaded where it is finished,
// trained now where not, with progress. It is drawn, compared and exported like any other. The stop button saves
// where it is; run the cell again to go on.
//
// The record's name holds a mark of what the model builds, so that a changed function is never taken for the one that
// was trained; see [train.Identify]. [Trained] gives its weights to later cells. The spec's Model, Hidden and Init mean nothing here.
func TrainModel(m models.Model, spec record.Spec) *record.Record {
	return trainModel(m, spec, "")
}

// MeasureModel is [TrainModel] with the gradients of all training examples measured at the evaluated steps.
func MeasureModel(m models.Model, spec record.Spec) *record.Record {
	return trainModel(m, spec, record.MeasureGradients)
}

func trainModel(m models.Model, spec record.Spec, measure record.Measure) *record.Record {
	ctx, opt, stop := stoppable(options(measure))
	defer stop()
	set, err := datasets.Open(ctx, spec.Dataset, data())
	must(err)
	named, err := train.Identify(m, set, spec.Settings)
	must(err)
	b, _, err := backend.Open()
	must(err)
	spec.Model = named.Name
	must(checkC(spec))
	must(train.CheckRule(spec))
	opt.NewEngine = train.With(b, named)
	opt.SaveWeights = true // for Trained
	opt.OpenSet = func(_ context.Context, name string, _ datasets.Options) (*datasets.Set, error) {
		if name != set.Name {
			return nil, fmt.Errorf("data set %q was asked for, and %q is open", name, set.Name)
		}
		return set, nil
	}
	r, err := run.Run(ctx, spec, opt)
	must(err)
	return r
}

// checkC refuses a rule that is named without the c that makes it another than the mean, which would be trained in its
// place.
func checkC(spec record.Spec) error {
	if record.TakesC(spec.Aggregator) && spec.C == 0 {
		return fmt.Errorf("aggregator %q without C, the percentage on each side, is the plain mean: set the spec's C, such as 2, or leave Aggregator out",
			spec.Aggregator)
	}
	return nil
}
