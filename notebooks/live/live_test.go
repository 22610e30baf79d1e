// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package live_test

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"

	"coherentgradients/cgkit/backend"
	"coherentgradients/notebooks/live"
	"coherentgradients/plots"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// flowers is a set of two points in two classes: for ever, or once over.
type flowers struct {
	name string
	ever bool
}

func (f flowers) Name() string { return f.name }
func (f flowers) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for first := true; first || f.ever; first = false {
			b := train.Batch{
				Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{1, 0, 0, 1}, 2, 2)},
				Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]int32{0, 1}, 2, 1)},
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// One call, and a loop's loss, its metrics and those of a set are drawn; a second run of the loop begins anew.
func TestAttach(t *testing.T) {
	b, err := backend.OpenConfig("go")
	if err != nil {
		t.Fatal(err)
	}
	net := func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		return []*graph.Node{layers.Dense(scope.In("readout"), inputs[0], true, 2)}
	}
	accuracy := func(name string) metric.Interface { return metric.NewSparseCategoricalAccuracy(name, "acc") }
	trainer := train.NewTrainer(b, model.NewStore(), net, loss.SparseCategoricalCrossEntropyLogits, optimizer.StochasticGradientDescent().WithLearningRate(1).Done(),
		[]metric.Interface{accuracy("train accuracy")}, []metric.Interface{accuracy("accuracy")})
	loop := train.NewLoop(trainer)
	curves := live.Attach(loop, "flowers", flowers{name: "test"})
	for _, steps := range []int{50, 30} {
		if _, err := loop.RunSteps(flowers{name: "train", ever: true}, steps); err != nil {
			t.Fatal(err)
		}
		if _, err := curves.Figure(); err != nil {
			t.Fatal(err)
		}
		said := curves.Summary()
		for _, want := range []string{fmt.Sprintf("flowers: %d steps, train loss ", steps), "test loss ", "test accuracy 100.0 %", "train accuracy "} {
			if !strings.Contains(said, want) {
				t.Errorf("after %d steps: %q lacks %q", steps, said, want)
			}
		}
	}
}

// A loop of one's own: any quantity, any length, few points; what is not finite is left out.
func TestOwnLoop(t *testing.T) {
	c := live.New("own", 100_000)
	for step := 1; step <= 100_000; step++ {
		c.Step(step, 1/float64(step))
		if step%25_000 == 0 {
			c.Add("accuracy", "test", step, float64(step)/100_000)
			c.Add("norm", "layer 1", step, math.NaN())
		}
	}
	if err := c.End(); err != nil {
		t.Fatal(err)
	}
	if said := c.Summary(); said != "own: 100,000 steps, train loss 1.001e-05, test accuracy 100.0 %" {
		t.Errorf("%q", said)
	}
	f, err := c.Figure()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.PNGImage(plots.Notebook, 60); err != nil {
		t.Error(err)
	}
	if err := c.End(); err != nil {
		t.Error(err)
	}
	if _, err := live.New("nothing", 3).Figure(); err == nil || !strings.Contains(err.Error(), "call Step or Add") {
		t.Errorf("curves without a value: %v", err)
	}
}

func ExampleNew() {
	weights := 4.0
	curves := live.New("a bowl", 5)
	for step := 1; step <= 5; step++ {
		weights -= 0.5 * weights
		curves.Step(step, weights*weights/2)
	}
	if err := curves.End(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(curves.Summary())
	// Output: a bowl: 5 steps, train loss 0.007812
}
