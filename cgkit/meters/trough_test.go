// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters_test

import (
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/meters"
	"coherentgradients/cgkit/stopping"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
)

// told is a probe set with eight examples, of which as many as it is told have one gradient; the others are orthogonal.
type told struct {
	alike []int // at each evaluation
	next  *int
}

func (told) Name() string { return "told" }
func (p told) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		x := make([]float64, 64)
		for b := range 8 {
			k := b
			if b < p.alike[*p.next] {
				k = 0
			}
			x[8*b+k] = 1
		}
		*p.next++
		yield(train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 8, 8)}, Labels: []*tensors.Tensor{tensors.FromValue(make([]int32, 8))}}, nil)
	}
}

// TestStopAtTrough: the loop ends where the rule says, with the variables of the trough; and goes to its end where the
// rule never stops.
func TestStopAtTrough(t *testing.T) {
	linear := func(scope *model.Scope, x *graph.Node) *graph.Node {
		w := scope.VariableWithValue("w", make([]float64, 8)).NodeValue(x.Graph())
		return graph.ReduceSum(graph.Mul(x, graph.ExpandLeftToRank(w, 2)), 1)
	}
	mean := func(_, predictions []*graph.Node) *graph.Node { return graph.ReduceAllMean(predictions[0]) }
	rule := stopping.Trough{From: 6}
	run := func(alike []int, metrics []metric.Interface) (*meters.Trough, [][]float64, []float64, error) {
		store := model.NewStore()
		loop := train.NewLoop(train.NewTrainer(cgtest.Go(t), store, linear, mean, cgkit.PlainSGD().WithLearningRate(0.1).Done(), nil, metrics))
		weights := func() []float64 { return tensors.MustCopyFlatData[float64](store.GetVariable("/w").MustValue()) }
		var each [][]float64
		loop.OnStep("weights", 50, func(loop *train.Loop, _ []*tensors.Tensor) error {
			if (loop.LoopStep+1)%3 == 0 {
				each = append(each, weights())
			}
			return nil
		})
		trough := meters.StopAtTrough(loop, 3, told{alike, new(int)}, rule)
		examples := told{slices.Repeat([]int{2}, 100), new(int)}
		_, err := loop.RunSteps(endless{examples}, 3*len(alike))
		return trough, each, weights(), err
	}
	watch := []metric.Interface{meters.Dead(), meters.Coherence()}

	alike := []int{8, 6, 5, 3, 1, 1, 4, 6, 7, 8, 8, 8}
	trough, each, end, err := run(alike, watch)
	if err != nil {
		t.Fatal(err)
	}
	var values, steps []float64
	for i, n := range alike {
		m := max(n, 1)
		values, steps = append(values, float64(m*m+8-m)/8), append(steps, float64(3*(i+1)))
	}
	want := rule.Of(steps, values)
	if !trough.Stopped || !want.Stopped || trough.Kept != want.Keep || len(trough.Steps) != want.Stop+1 || len(each) != want.Stop+1 {
		t.Errorf("kept %d after %d evaluations, %d steps of the loop; want %+v", trough.Kept, len(trough.Steps), 3*len(each), want)
	}
	for i, a := range trough.Coherence {
		if math.Abs(a-values[i]) > 1e-12 {
			t.Errorf("m-coherence %v at evaluation %d, want %v", a, i, values[i])
		}
	}
	if !slices.Equal(end, each[want.Keep]) || slices.Equal(end, each[want.Stop]) {
		t.Errorf("ends with %v, at the trough it was %v", end, each[want.Keep])
	}

	trough, each, end, err = run([]int{8, 6, 5, 3, 1, 1}, watch)
	if err != nil || trough.Stopped || len(each) != 6 || !slices.Equal(end, each[5]) {
		t.Errorf("without a rise: stopped %v after %d evaluations, %v", trough.Stopped, len(each), err)
	}
	if _, _, _, err = run(alike, nil); err == nil || !strings.Contains(err.Error(), "give it to train.NewTrainer") {
		t.Errorf("without the meter: %v", err)
	}
}

// endless yields a set's batches over and over.
type endless struct{ train.Dataset }

func (d endless) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for {
			for batch, err := range d.Dataset.Iter() {
				if !yield(batch, err) {
					return
				}
			}
		}
	}
}
