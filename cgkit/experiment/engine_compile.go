// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// compiler is an [Engine] that can compile what it will run before it runs it, so that the time which that takes is shown
// as such and counts for no rate. An engine without it compiles at its first calls.
type compiler interface {
	// Compile may return ctx's error between two computations; none can be cut short.
	Compile(ctx context.Context) error
}

// Compile compiles the updates, unless all are made, and the evaluations.
func (e *mlp) Compile(ctx context.Context) error {
	batch, features := e.problem.Spec.Batch, e.problem.Set.Features()
	var params, memory, sums []shapes.Shape
	for _, p := range e.params {
		params = append(params, p.Shape())
		sums = append(sums, shapes.Make(dtypes.Float64, p.Shape().Dimensions...))
	}
	for _, m := range e.memory {
		memory = append(memory, m.Shape())
	}
	examples := func(dims ...int) []shapes.Shape {
		return []shapes.Shape{shapes.Make(dtypes.Uint8, append(dims, features)...), shapes.Make(dtypes.Int32, dims...)}
	}
	type job struct {
		exec *graph.Exec
		args [][]shapes.Shape
	}
	var jobs []job
	if e.step < e.problem.Spec.Steps {
		jobs = append(jobs, job{e.steps, [][]shapes.Shape{examples(e.limit, batch), {shapes.Make(dtypes.Int32)}, params, memory}})
	}
	jobs = append(jobs, job{e.evaluate, [][]shapes.Shape{examples(slabSize), params}})
	if e.probe != nil {
		jobs = append(jobs, job{e.probe, [][]shapes.Shape{examples(1, batch), params}})
	}
	if m := e.gradients; m != nil {
		jobs = append(jobs,
			job{m.sum, [][]shapes.Shape{examples(slabSize), {shapes.Make(dtypes.Float32, slabSize)}, params, sums}},
			job{m.products, [][]shapes.Shape{sums, sums}},
			job{m.entries, [][]shapes.Shape{examples(len(m.sample.examples)), params}})
	}
	for _, j := range jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		var args []shapes.Shape
		for _, list := range j.args {
			args = append(args, list...)
		}
		if _, err := j.exec.Compile(args...); err != nil {
			return err
		}
	}
	return nil
}
