// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/experiment"
	"coherentgradients/cgkit/perexample"
)

// call makes one step a call of a compiled graph, the weights donated: what GoMLX's Trainer does.
type call struct {
	backend compute.Backend
	exec    *Exec
	images  *tensors.Tensor
	labels  *tensors.Tensor
	params  []*tensors.Tensor
}

func newCall(ctx context.Context, b compute.Backend, s *Setup) (*call, error) {
	p, err := problem(ctx, s)
	if err != nil {
		return nil, err
	}
	rule, err := p.Spec.Rule()
	if err != nil {
		return nil, err
	}
	if err := rule.Check(s.Batch); err != nil {
		return nil, err
	}
	images, labels, err := firstBatch(p)
	if err != nil {
		return nil, err
	}
	c := &call{backend: b,
		images: tensors.FromFlatDataAndDimensions(images, s.Batch, features),
		labels: tensors.FromFlatDataAndDimensions(labels, s.Batch)}
	weights, err := startingWeights(s, p.Spec)
	if err != nil {
		return nil, err
	}
	for i := range len(s.Net) - 1 {
		c.params = append(c.params,
			tensors.FromFlatDataAndDimensions(weights[2*i], s.Net[i], s.Net[i+1]),
			tensors.FromFlatDataAndDimensions(weights[2*i+1], s.Net[i+1]))
	}
	c.exec, err = NewExec(b, func(inputs []*Node) []*Node { return stepGraph(rule, s.LearningRate, inputs) })
	return c, err
}

// startingWeights are the prepared ones, or freshly drawn ones.
func startingWeights(s *Setup, spec experiment.Spec) ([][]float32, error) {
	if s.Dir != "" {
		return readWeights(filepath.Join(s.Dir, weightsFile), s.Net)
	}
	weights, biases, err := experiment.InitialWeights(spec, s.Net)
	if err != nil {
		return nil, err
	}
	var list [][]float32
	for i := range weights {
		list = append(list, weights[i], biases[i])
	}
	return list, nil
}

// stepGraph is one update. inputs: images [batch, features], labels [batch], weights and biases in turn. Outputs: the
// loss, and the weights and biases after.
func stepGraph(rule aggregate.Rule, rate float64, inputs []*Node) []*Node {
	x, labels, params := inputs[0], inputs[1], inputs[2:]
	logits := x
	for i := 0; i < len(params); i += 2 {
		if i > 0 {
			logits = MaxScalar(logits, 0)
		}
		logits = Add(Dot(logits, params[i]).Product(), ExpandLeftToRank(params[i+1], 2))
	}
	hot := OneHot(labels, classes, logits.DType())
	loss := ReduceAllMean(Neg(ReduceSum(Mul(hot, LogSoftmax(logits)), 1)))
	var examples []aggregate.Examples
	for _, view := range perexample.Of(loss, []*Node{x, labels}, params) {
		examples = append(examples, view)
	}
	out := []*Node{loss}
	for i, direction := range rule.Directions(examples) {
		out = append(out, Sub(params[i], MulScalar(direction, rate)))
	}
	return out
}

func (c *call) run(context.Context) (int, error) {
	args := []any{c.images, c.labels}
	for _, p := range c.params {
		donated, err := DonateTensorBuffer(p, c.backend, 0)
		if err != nil {
			return 1, err
		}
		args = append(args, donated)
	}
	out, err := c.exec.Call(args...)
	if err != nil {
		return 1, err
	}
	_ = tensors.ToScalar[float32](out[0]) // waits
	out[0].MustFinalizeAll()
	c.params = out[1:]
	return 1, nil
}

func (c *call) weights() ([][]float32, error) {
	var list [][]float32
	for _, p := range c.params {
		data, err := tensors.CopyFlatData[float32](p)
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

func (c *call) warm(ctx context.Context) (ms float64, err error) {
	began := time.Now()
	for i := 0; i < warmUpSteps && (i == 0 || time.Since(began) < warmUpTime); i++ {
		if ms, err = timed(ctx, c); err != nil {
			break
		}
	}
	return ms, err
}
