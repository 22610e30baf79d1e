// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
)

// Log is what metrics were at some steps of a loop: one step a row, one metric a column, in the Trainer's order.
type Log struct {
	Names []string
	Steps []int       // updates made when it was measured
	Rows  [][]float64 // a row for each step, a value for each name
}

// Attach keeps the train metrics of a loop: those of every step that is a multiple of every, and of the last one. They
// are of the step's batch and of the weights before its update. Metrics that are no numbers are left out. every < 1
// panics.
func Attach(loop *train.Loop, every int) *Log {
	checkEvery(every)
	log := &Log{}
	keep := func(loop *train.Loop, metrics []*tensors.Tensor) error {
		return log.add(loop.LoopStep, loop.Trainer.TrainMetrics(), metrics)
	}
	loop.OnStep("meters", 100, func(loop *train.Loop, metrics []*tensors.Tensor) error {
		if (loop.LoopStep+1)%every != 0 {
			return nil
		}
		return log.add(loop.LoopStep+1, loop.Trainer.TrainMetrics(), metrics)
	})
	loop.OnEnd("meters", 100, func(loop *train.Loop, metrics []*tensors.Tensor) error {
		if n := len(log.Steps); n > 0 && log.Steps[n-1] == loop.LoopStep || metrics == nil {
			return nil
		}
		return keep(loop, metrics)
	})
	return log
}

// AttachProbe evaluates a probe set after every so many steps of a loop, and keeps the Trainer's eval metrics of it.
// The probe must come as one batch, as a meter's value is of a batch: another one is an error of the loop. every < 1
// panics.
func AttachProbe(loop *train.Loop, every int, probe train.Dataset) *Log {
	checkEvery(every)
	log := &Log{}
	loop.OnStep("meters of "+probe.Name(), 100, func(loop *train.Loop, _ []*tensors.Tensor) error {
		if (loop.LoopStep+1)%every != 0 {
			return nil
		}
		metrics, err := loop.Trainer.Eval(oneBatch{probe})
		if err != nil {
			return err
		}
		defer func() {
			for _, t := range metrics {
				t.MustFinalizeAll()
			}
		}()
		return log.add(loop.LoopStep+1, loop.Trainer.EvalMetrics(), metrics)
	})
	return log
}

func checkEvery(every int) {
	if every < 1 {
		panic(fmt.Errorf("meters: every %d steps: choose 1 or more", every))
	}
}

// oneBatch is a data set that must have one batch.
type oneBatch struct{ train.Dataset }

// Iter yields an error in place of a second batch.
func (d oneBatch) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		first := true
		for batch, err := range d.Dataset.Iter() {
			if !first {
				yield(train.Batch{}, fmt.Errorf("meters: the probe %s has more than one batch: give all its examples as one",
					d.Name()))
				return
			}
			if first = false; !yield(batch, err) {
				return
			}
		}
	}
}

func (l *Log) add(step int, of []metric.Interface, values []*tensors.Tensor) error {
	var names []string
	var row []float64
	for i, m := range of {
		if i >= len(values) {
			return fmt.Errorf("meters: %d values of %d metrics", len(values), len(of))
		}
		if v, err := scalar(values[i]); err == nil {
			names, row = append(names, m.Name()), append(row, v)
		}
	}
	if l.Names == nil {
		l.Names = names
	}
	if len(row) != len(l.Names) {
		return fmt.Errorf("meters: %d metrics at step %d and %d before", len(row), step, len(l.Names))
	}
	l.Steps, l.Rows = append(l.Steps, step), append(l.Rows, row)
	return nil
}

// Column is the values of a metric by its name; nil where there is none of that name.
func (l *Log) Column(name string) []float64 {
	for i, n := range l.Names {
		if n == name {
			values := make([]float64, len(l.Rows))
			for k, row := range l.Rows {
				values[k] = row[i]
			}
			return values
		}
	}
	return nil
}

// WriteJSONL writes a line for each step, an object with the step and the values by their names; one that is not finite
// is null.
func (l *Log) WriteJSONL(w io.Writer) error {
	out := bufio.NewWriter(w)
	for k, step := range l.Steps {
		fmt.Fprintf(out, `{"step":%d`, step)
		for i, name := range l.Names {
			key, err := json.Marshal(name)
			if err != nil {
				return err
			}
			value := []byte("null")
			if v := l.Rows[k][i]; !math.IsNaN(v) && !math.IsInf(v, 0) {
				if value, err = json.Marshal(v); err != nil {
					return err
				}
			}
			fmt.Fprintf(out, ",%s:%s", key, value)
		}
		fmt.Fprintln(out, "}")
	}
	return out.Flush()
}
