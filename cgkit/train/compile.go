// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/ml/model"
)

// Compile compiles the updates, unless all are made, and the evaluations, so that the time which that takes is shown as
// such and counts for no rate. It may return ctx's error between two computations; none can be cut short.
func (e *engine) Compile(ctx context.Context) error {
	examples := func(dims ...int) []shapes.Shape {
		return []shapes.Shape{
			shapes.Make(e.feed.rawType(), append(dims, e.problem.Set.Features())...),
			shapes.Make(e.feed.labelType(), dims...),
		}
	}
	type job struct {
		exec *model.Exec
		args []shapes.Shape
	}
	var jobs []job
	batch := e.problem.Spec.Batch
	if e.step < e.problem.Spec.Steps {
		jobs = append(jobs, job{e.steps, append(examples(e.limit, batch), shapes.Make(dtypes.Int32))})
	}
	jobs = append(jobs, job{e.evaluate, examples(slabSize)})
	if e.probe != nil {
		jobs = append(jobs, job{e.probe, examples(1, batch)})
	}
	if e.clamping != nil {
		jobs = append(jobs, job{e.clamping, append(examples(1, batch), shapes.Make(dtypes.Bool, batch))})
	}
	if e.health != nil {
		jobs = append(jobs, job{e.health.units, append(examples(slabSize)[:1], shapes.Make(dtypes.Int32))})
	}
	if m := e.sums; m != nil {
		var sums []shapes.Shape
		for _, v := range e.trainable() {
			sums = append(sums, shapes.Make(dtypes.Float64, v.Shape().Dimensions...))
		}
		jobs = append(jobs,
			job{m.sum, append(append(examples(m.size), shapes.Make(dtypes.Float32, m.size)), sums...)},
			job{m.products, append(append([]shapes.Shape{}, sums...), sums...)})
	}
	if m := e.gradients; m != nil && m.sample != nil {
		jobs = append(jobs, job{m.entries, examples(len(m.sample.examples))})
	}
	if e.signals != nil {
		jobs = append(jobs, job{e.signals.batch, examples(1, batch)})
	}
	if m := e.examples; m != nil {
		var sums []shapes.Shape
		for _, v := range e.trainable() {
			sums = append(sums, shapes.Make(dtypes.Float64, v.Shape().Dimensions...))
		}
		jobs = append(jobs,
			job{m.sum, append(append(examples(m.size), shapes.Make(dtypes.Float32, m.size)), sums...)},
			job{m.score, append(examples(m.size), sums...)})
	}
	for _, j := range jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := j.exec.Compile(j.args...); err != nil {
			return err
		}
	}
	return nil
}
