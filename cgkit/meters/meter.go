// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package meters

import (
	"fmt"
	"strings"

	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
)

// Meter is one quantity of a batch. Its value is NaN where it is not defined, as where all gradients are 0.
type Meter struct {
	name, short, kind string
	layer             string
	share             bool // shown in per cent
	measure           func(b *batch) *graph.Node
}

var _ metric.Interface = Meter{}

// In is the meter of the variables below a scope alone, such as "/hidden"; of one that the model has no trainable
// variable in, building the graph panics.
func (m Meter) In(scope string) Meter {
	m.layer = model.ScopeSeparator + strings.Trim(scope, model.ScopeSeparator)
	return m
}

// Name says what is measured, and of which layer.
func (m Meter) Name() string { return m.name + m.of() }

// ShortName is for progress lines.
func (m Meter) ShortName() string { return m.short + m.of() }

func (m Meter) of() string {
	if m.layer == "" {
		return ""
	}
	return " of " + strings.TrimPrefix(m.layer, model.ScopeSeparator)
}

// ScopeName is where a metric would keep variables; meters keep none.
func (m Meter) ScopeName() string { return model.EscapeScopeName(m.Name()) }

// MetricType is the same for quantities that share an axis.
func (m Meter) MetricType() string { return m.kind }

// Reset has nothing to reset.
func (Meter) Reset(*model.Scope) {}

// PrettyPrint is a value with three digits.
func (m Meter) PrettyPrint(value *tensors.Tensor) string {
	v, err := scalar(value)
	switch {
	case err != nil:
		return "?"
	case m.share:
		return fmt.Sprintf("%.3g%%", 100*v)
	}
	return fmt.Sprintf("%.3g", v)
}

// UpdateGraph builds the value, a float64 scalar, of the loss that the Trainer has set: of the weights before the
// update, also where the optimizer has built one already. It panics as package perexample does where a model mixes
// examples.
func (m Meter) UpdateGraph(scope *model.Scope, labels, predictions []*graph.Node) *graph.Node {
	if len(labels)+len(predictions) == 0 {
		panic(fmt.Errorf("meter %q: neither labels nor predictions: it can't find the graph", m.Name()))
	}
	g := append(append([]*graph.Node{}, predictions...), labels...)[0].Graph()
	b := batchOf(scope.Store().RootScope(), g).in(m)
	b.labels, b.predictions = labels, predictions
	return graph.ConvertDType(m.measure(b), dtypes.Float64)
}

// batch is what meters look at.
type batch struct {
	graph  *graph.Graph
	views  []*perexample.View
	paths  []string // of the views' variables
	inputs []*graph.Node

	labels, predictions []*graph.Node
}

// key is where a graph's batch is kept for the next meter.
const key = "/cgkit/meters/batch"

// batchOf makes the views of a graph's loss once.
func batchOf(root *model.Scope, g *graph.Graph) *batch {
	if kept, ok := model.GetGraphParam(g, key); ok {
		return kept.(*batch)
	}
	loss := train.TotalLoss(g)
	if loss == nil {
		panic(fmt.Errorf("meters: the graph has no loss: give meters to a train.Trainer, which sets one"))
	}
	b := &batch{graph: g, inputs: perexample.BatchInputs(root, g)}
	var params []*graph.Node
	for _, v := range perexample.Trainable(root, g) {
		// An optimizer may have set the variable's node to what it is after the update.
		if param := g.GetParameterByName(v.Path()); param != nil {
			params, b.paths = append(params, param), append(b.paths, v.Path())
		}
	}
	if len(params) == 0 {
		panic(fmt.Errorf("meters: the model has no trainable variables in use: there are no gradients to measure"))
	}
	b.views = perexample.Of(loss, b.inputs, params)
	model.SetGraphParam(g, key, b)
	return b
}

// in is the part of a batch that a meter is of.
func (b *batch) in(m Meter) *batch {
	part := &batch{graph: b.graph, inputs: b.inputs}
	for i, path := range b.paths {
		if m.layer == "" || path == m.layer || strings.HasPrefix(path, m.layer+model.ScopeSeparator) {
			part.views, part.paths = append(part.views, b.views[i]), append(part.paths, path)
		}
	}
	if len(part.views) == 0 {
		panic(fmt.Errorf("meter %q: no trainable variable lies there; the model has %s", m.Name(), strings.Join(b.paths, ", ")))
	}
	return part
}

// len is the number of examples.
func (b *batch) len() int { return b.views[0].Len() }

// scalar reads a metric's value.
func scalar(value *tensors.Tensor) (float64, error) {
	if !value.Shape().IsScalar() {
		return 0, fmt.Errorf("a metric of shape %s is no number", value.Shape())
	}
	switch v := value.Value().(type) {
	case float64:
		return v, nil
	case float32:
		return float64(v), nil
	}
	return 0, fmt.Errorf("a metric of type %s is no number that is kept", value.DType())
}
