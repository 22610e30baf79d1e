// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
)

// priority lets hooks that change something go first.
const priority = train.Priority(100)

// evaluations is how many evaluations a long run has at least, at equal distances, besides those that lie densely at its
// beginning.
const evaluations = 40

// Attach draws curves of a GoMLX loop from its next start to its end: the training loss and every metric of the trainer,
// and, for each set given, the loss and the evaluation metrics over the whole set, at nine steps in every decade, at
// every fortieth of the run, and at its end. Metrics of one type share a frame. Evaluating takes its time: give small sets,
// or parts of large ones.
//
// Call it once for a loop; each of the loop's runs begins anew. The trainer compiles in its first step, which the line
// shows with a clock, and the time left is without it. The loop's own errors are the loop's: call End after one, so
// that the picture stays.
func Attach(loop *train.Loop, title string, sets ...train.Dataset) *Curves {
	c := &Curves{title: title, now: time.Now, ended: true}
	loop.OnStart("live curves", priority, func(loop *train.Loop, _ train.Dataset) error {
		c.begin(title, max(loop.EndStep-loop.StartStep, 0))
		run.Wait(c.progress, "compiling")
		return nil
	})
	loop.OnStep("live curves", priority, func(loop *train.Loop, values []*tensors.Tensor) error {
		done := loop.LoopStep - loop.StartStep + 1
		loss, _ := scalar(values[0])
		c.Step(done, loss)
		for i, m := range loop.Trainer.TrainMetrics() {
			moving := kindOf(m) == "loss" && strings.Contains(strings.ToLower(m.Name()), "moving") // which the curve shows
			if v, ok := scalar(values[min(i, len(values)-1)]); ok && i > 0 && !moving {
				c.add(kindOf(m), nameOf(m, "train"), done, v, true)
			}
		}
		if !due(done, c.total) {
			return nil
		}
		return c.evaluate(loop, sets, done)
	})
	loop.OnEnd("live curves", priority, func(loop *train.Loop, _ []*tensors.Tensor) error { return c.End() })
	return c
}

// evaluate adds the metrics of the sets.
func (c *Curves) evaluate(loop *train.Loop, sets []train.Dataset, step int) error {
	for _, set := range sets {
		run.Wait(c.progress, "evaluating "+set.Name()) // until the next step; it counts for no rate
		values, err := loop.Trainer.Eval(set)
		if err != nil {
			return fmt.Errorf("evaluating %s at step %d: %w", set.Name(), step, err)
		}
		for i, m := range loop.Trainer.EvalMetrics() {
			if v, ok := scalar(values[i]); ok {
				c.Add(kindOf(m), nameOf(m, set.Name()), step, v)
			}
		}
	}
	return nil
}

// due says at which steps sets are evaluated.
func due(done, total int) bool {
	if total <= 0 { // to the end of the data, whenever that is
		return slices.Contains(record.Schedule(done), done) && (done < 100 || done%100 == 0)
	}
	every := max(total/evaluations, 1)
	_, dense := slices.BinarySearch(record.Schedule(total), done)
	return dense || done%every == 0 || done == total
}

// kindOf is the frame of a metric.
func kindOf(m metric.Interface) string { return strings.ToLower(m.MetricType()) }

// nameOf is a metric's curve: the set, and the metric's own name where that says more than its type.
func nameOf(m metric.Interface, set string) string {
	if short := strings.ToLower(m.Name()); !strings.Contains(short, "mean") && !strings.Contains(short, kindOf(m)) {
		return set + " " + m.Name()
	}
	if strings.Contains(strings.ToLower(m.Name()), "moving") {
		return set + " (moving average)"
	}
	return set
}

// scalar reads a metric of one number.
func scalar(t *tensors.Tensor) (float64, bool) {
	if t == nil || t.Shape().Size() != 1 || !(t.DType().IsFloat() || t.DType().IsInt()) {
		return 0, false
	}
	return shapes.ConvertTo[float64](t.Value()), true
}
