// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"coherentgradients/cgkit"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/train"
)

// call makes one step a call of a compiled graph, the weights donated: what GoMLX's Trainer does.
type call struct {
	exec   *model.Exec
	store  *model.Store
	images *tensors.Tensor
	labels *tensors.Tensor
	layers int
}

func newCall(ctx context.Context, b compute.Backend, s *Setup) (*call, error) {
	p, err := problem(ctx, s)
	if err != nil {
		return nil, err
	}
	rule, err := train.Rule(p.Spec)
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
	c := &call{store: model.NewStore(), layers: len(s.Net) - 1,
		images: tensors.FromFlatDataAndDimensions(images, s.Batch, features),
		labels: tensors.FromFlatDataAndDimensions(labels, s.Batch)}
	root := c.store.RootScope()
	root.SetParam(models.ParamHidden, p.Spec.Hidden)
	root.SetParam(models.ParamOutputs, classes)
	weights, err := startingWeights(s, p.Spec)
	if err != nil {
		return nil, err
	}
	for i := range c.layers {
		if _, err := root.CreateVariable(models.WeightsName(i), tensors.FromFlatDataAndDimensions(weights[2*i], s.Net[i], s.Net[i+1])); err != nil {
			return nil, err
		}
		if _, err := root.CreateVariable(models.BiasesName(i), tensors.FromFlatDataAndDimensions(weights[2*i+1], s.Net[i+1])); err != nil {
			return nil, err
		}
	}
	net, optimizer := models.MLP(), cgkit.With(rule).WithLearningRate(s.LearningRate)
	c.exec, err = model.NewExec(b, c.store, func(scope *model.Scope, inputs []*Node) *Node {
		x, labels := inputs[0], inputs[1]
		loss := ReduceAllMean(net.Losses(net.Output(scope, x), labels))
		optimizer.Step(scope, loss, []*Node{x, labels})
		return loss
	})
	return c, err
}

// startingWeights are the prepared ones, or freshly drawn ones.
func startingWeights(s *Setup, spec record.Spec) ([][]float32, error) {
	if s.Dir != "" {
		return readWeights(filepath.Join(s.Dir, weightsFile), s.Net)
	}
	weights, biases, err := models.InitialWeights(spec.Init, spec.Seed, s.Net)
	if err != nil {
		return nil, err
	}
	var list [][]float32
	for i := range weights {
		list = append(list, weights[i], biases[i])
	}
	return list, nil
}

func (c *call) run(context.Context) (int, error) {
	out, err := c.exec.Call(c.images, c.labels)
	if err != nil {
		return 1, err
	}
	_ = tensors.ToScalar[float32](out[0]) // waits
	out[0].MustFinalizeAll()
	return 1, nil
}

func (c *call) weights() ([][]float32, error) {
	var list [][]float32
	for i := range c.layers {
		for _, name := range paramNames(i) {
			value, err := c.store.RootScope().GetVariable(name).Value()
			if err != nil {
				return nil, err
			}
			data, err := tensors.CopyFlatData[float32](value)
			if err != nil {
				return nil, err
			}
			list = append(list, data)
		}
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
