// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// Problem is what an engine is made for: a valid spec, its data and its label noise. Engines must not change it.
type Problem struct {
	Spec  record.Spec
	Set   *datasets.Set
	Noise *datasets.LabelNoise // Noise.Given are the labels to train on

	// Measure asks for more in the evaluations; an engine that doesn't know how leaves it out.
	Measure record.Measure
}

// EngineMaker makes the engine that trains a problem, at step 0 with the initial weights of the spec.
type EngineMaker func(ctx context.Context, p Problem) (Engine, error)

// Engine trains one net. The runner calls it from one goroutine at a time.
//
// An engine must be a function of the problem and the step: what it computes must not depend on how the steps are cut
// into calls of Advance, on evaluations in between, or on going through State and Restore. That is what makes an
// interrupted run end like an undisturbed one. What an engine counts over evaluations is the one exception: it is
// part of the state, the runner evaluates at every step of the schedule once, and evaluating a second time at the
// same step must change nothing more.
//
// When ctx ends, Advance and Evaluate may return its error early; weights, state and Step must then be those after
// some whole number of steps. They should look at ctx at least every half second.
type Engine interface {
	// Advance makes n more updates, n ≥ 1, and returns the mean training loss over them. A loss that is NaN or infinite
	// ends the run as diverged; an engine that knows the step may return a *DivergedError instead.
	Advance(ctx context.Context, n int) (loss float64, err error)

	// Evaluate measures the net on all training and all test examples at the current weights. The runner fills in
	// Step, Overfit and Seconds.
	Evaluate(ctx context.Context) (record.Evaluation, error)

	// Step is the number of updates made.
	Step() int

	// State copies everything the future depends on besides the problem and the step: weights, a rule's state. The
	// order of examples and the initial weights follow from the spec, see [BatchOrder] and [InitialWeights].
	State() (map[string]Array, error)

	// Restore puts a new engine where another one of the same problem was when it gave state at step. It refuses a
	// state that does not fit; the engine is then of no more use.
	Restore(step int, state map[string]Array) error

	// ChunkSteps is how many updates are best made by one Advance, at least 1. The runner asks for at most that many,
	// and looks for an interruption in between: choose it for well under a second.
	ChunkSteps() int

	// Close frees what the engine holds.
	Close() error
}

// compiler is an [Engine] that can compile what it will run before it runs it, so that the time which that takes is
// shown as such and counts for no rate. An engine without it compiles at its first calls.
type compiler interface {
	// Compile may return ctx's error between two computations; none can be cut short.
	Compile(ctx context.Context) error
}

// learner is an engine that follows when examples are learned.
type learner interface {
	// Learned counts over the given evaluated steps.
	Learned(steps []int) *record.Learned
}

// scorer is an engine that scores training examples.
type scorer interface {
	// Examples are the scores up to the last evaluation; nil unless [record.MeasureExamples] was asked for.
	Examples() *record.Examples
}
