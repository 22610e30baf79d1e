// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Report is what [Check] found: one line a trainable variable.
type Report struct {
	Variables []VariableReport
}

// VariableReport compares the per-example gradients of one variable.
type VariableReport struct {
	Path  string
	Shape shapes.Shape
	// Largest is the largest difference, over all examples and coordinates, between the views and the gradients taken
	// one example at a time; Scale is the largest of those gradients in absolute value.
	Largest, Scale float64
}

// Worst is the largest relative error, Largest/Scale, over all variables; 0 where all gradients are zero and so are the
// views, +Inf where one is NaN.
func (r Report) Worst() float64 {
	var worst float64
	for _, v := range r.Variables {
		switch {
		case math.IsNaN(v.Largest), math.IsInf(v.Largest, 0), math.IsNaN(v.Scale), v.Scale == 0 && v.Largest > 0:
			return math.Inf(1)
		case v.Scale > 0:
			worst = max(worst, v.Largest/v.Scale)
		}
	}
	return worst
}

// String is a table for people.
func (r Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "variable\tshape\tlargest error\tlargest gradient")
	for _, v := range r.Variables {
		fmt.Fprintf(w, "%s\t%s\t%.3g\t%.3g\n", v.Path, v.Shape, v.Largest, v.Scale)
	}
	_ = w.Flush() // to memory: no error
	return b.String()
}

// Check compares the views of a model with gradients taken one example at a time by GoMLX alone: run it once for a new
// model. lossFn builds the loss from the batch's tensors, whose axis 0 holds the examples: a mean or sum over them, or
// one loss for each. It is called for the whole batch and for batches of one. It must not draw random numbers: leave
// training mode off for models with dropout.
//
// The error is that of the model or an [Unsupported]; a wrong view is no error but shows in the report. Cost: m
// gradients and m · parameters of memory, so take a small batch.
func Check(b compute.Backend, store *model.Store, lossFn func(scope *model.Scope, batch []*graph.Node) *graph.Node, batch ...*tensors.Tensor) (Report, error) {
	if len(batch) == 0 || batch[0].Rank() == 0 {
		return Report{}, fmt.Errorf("perexample: nothing to check: give the tensors of a batch, axis 0 of each the examples")
	}
	m := batch[0].Shape().Dimensions[0]
	if m == 0 {
		return Report{}, fmt.Errorf("perexample: a tensor of shape %s holds no example: give one or more", batch[0].Shape())
	}
	var variables []*model.Variable
	views, err := model.NewExec(b, store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		loss := lossFn(scope, inputs)
		var params []*graph.Node
		params, variables = trainable(store, loss.Graph())
		var out []*graph.Node
		for _, view := range Of(loss, inputs, params) {
			out = append(out, view.Mean())
			for i := range m {
				out = append(out, view.Example(i))
			}
		}
		return comparable64(out)
	})
	if err != nil {
		return Report{}, err
	}
	defer views.Finalize()
	got, err := views.Call(anySlice(batch)...)
	if err != nil {
		return Report{}, err
	}
	single, err := model.NewExec(b, store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		loss := lossFn(scope, inputs)
		if !loss.IsScalar() {
			loss = graph.ReduceAllMean(loss)
		}
		params, _ := trainable(store, loss.Graph())
		return comparable64(graph.Gradient(loss, params...))
	})
	if err != nil {
		return Report{}, err
	}
	defer single.Finalize()
	alone := make([][]*tensors.Tensor, m)
	for i := range m {
		rows := make([]*tensors.Tensor, len(batch))
		for k, tensor := range batch {
			if rows[k], err = rowOf(b, tensor, i); err != nil {
				return Report{}, err
			}
		}
		if alone[i], err = single.Call(anySlice(rows)...); err != nil {
			return Report{}, err
		}
	}
	return compare(variables, got, alone, m)
}

// compare sets the views, [mean, example 0 … m−1] for each variable, against the gradients of each example alone.
func compare(variables []*model.Variable, got []*tensors.Tensor, alone [][]*tensors.Tensor, m int) (Report, error) {
	var report Report
	for p, v := range variables {
		r := VariableReport{Path: v.Path(), Shape: v.Shape()}
		mean := float64s(got[p*(m+1)])
		sum := make([]float64, len(mean))
		reference := make([][]float64, m)
		for i := range m {
			reference[i] = float64s(alone[i][p])
			for j, g := range reference[i] {
				sum[j] += g
			}
		}
		// A loss that sums over its examples has views m times the gradient of an example alone (see the 1/m
		// convention).
		factor := 1.0
		if distance(sum, mean, 1) < distance(sum, mean, 1/float64(m)) {
			factor = float64(m)
		}
		for i := range m {
			view := float64s(got[p*(m+1)+1+i])
			for j, g := range reference[i] {
				d := math.Abs(view[j] - factor*g)
				if math.IsNaN(d) {
					d = math.Inf(1)
				}
				r.Largest, r.Scale = max(r.Largest, d), max(r.Scale, math.Abs(factor*g))
			}
		}
		report.Variables = append(report.Variables, r)
	}
	return report, nil
}

func distance(x, y []float64, scale float64) float64 {
	var d float64
	for i := range x {
		d = max(d, math.Abs(scale*x[i]-y[i]))
	}
	return d
}

func trainable(store *model.Store, g *graph.Graph) (nodes []*graph.Node, variables []*model.Variable) {
	for v := range store.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			nodes, variables = append(nodes, v.NodeValue(g)), append(variables, v)
		}
	}
	return nodes, variables
}

func anySlice(list []*tensors.Tensor) []any {
	out := make([]any, len(list))
	for i, t := range list {
		out[i] = t
	}
	return out
}

// rowOf copies example i of a tensor, as a batch of one.
func rowOf(b compute.Backend, t *tensors.Tensor, i int) (*tensors.Tensor, error) {
	exec, err := graph.NewExec(b, func(x *graph.Node) *graph.Node { return graph.SliceAxis(x, 0, graph.AxisRange(i, i+1)) })
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	out, err := exec.Call(t)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// comparable64 converts gradients of any type to float64, so that those of half precision can be compared too.
func comparable64(gradients []*graph.Node) []*graph.Node {
	for i, g := range gradients {
		gradients[i] = graph.ConvertDType(g, dtypes.Float64)
	}
	return gradients
}

func float64s(t *tensors.Tensor) []float64 { return tensors.MustCopyFlatData[float64](t) }
