// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Check says whether a model has the per-example gradients that this package gives, and if not why: run it once for a
// new model. It asks
//
//	can the model be followed?      where not: node, variable and remedy, and whether the loss shows that examples meet
//	is each view right?             against GoMLX's gradient of a batch of copies of that example, up to a factor an example:
//	                                masks and weights have one
//	do the views add up?            ‖Σ_b g_b‖ against m·‖ḡ‖, and the sum itself against GoMLX's gradient
//	does one example stay alone?    a NaN put into the first one's input must stay there, and copies must have α = 1
//	do examples meet unseen?        through values whose gradient is stopped, as batch norm's statistics, or that are made
//	                                of the inputs alone: then the views are wrong, and what makes them so is named
//
// lossFn builds the loss from the batch's tensors, whose axis 0 holds the examples: a mean or sum over them, or one loss
// for each; inputs first, as NaN is put into the first tensor of floats. It is called for batches of this size alone. It
// must not draw random numbers: leave training mode off for models with dropout.
//
// The error is that of the model, or of a batch that is none. What is wrong with the gradients is in the report, see
// [Report.Err]. Errors below √ε of a variable's largest gradient, ε that of the coarsest type that the model computes
// in, and below 100 ε of the model's, are rounding. NaN counts as wrong in every comparison. Cost: the views once and m
// more gradients; m · parameters of memory, so take a small batch, of three examples or more that differ.
func Check(b compute.Backend, store *model.Store, lossFn func(scope *model.Scope, batch []*graph.Node) *graph.Node, batch ...*tensors.Tensor) (Report, error) {
	if len(batch) == 0 || batch[0].Rank() == 0 {
		return Report{}, fmt.Errorf("perexample: nothing to check: give the tensors of a batch, axis 0 of each the examples")
	}
	m := batch[0].Shape().Dimensions[0]
	if m == 0 {
		return Report{}, fmt.Errorf("perexample: a tensor of shape %s holds no example: give one or more", batch[0].Shape())
	}
	c := &checker{b: b, store: store, lossFn: lossFn, batch: batch, m: m, report: Report{Examples: m, CopiesAlpha: math.NaN()}}
	defer c.free()
	err := c.prepare()
	var refused *Unsupported
	switch {
	case errors.As(err, &refused):
		return c.refused(refused)
	case err != nil:
		return Report{}, err
	}
	return c.report, c.compare()
}

// checker is one check.
type checker struct {
	b      compute.Backend
	store  *model.Store
	lossFn func(scope *model.Scope, batch []*graph.Node) *graph.Node
	batch  []*tensors.Tensor
	m      int

	variables []*model.Variable
	views     *model.Exec // mean and m views of each variable
	alone     *model.Exec // the loss, and its gradient with respect to each variable
	first     []*tensors.Tensor
	rows      *graph.Exec // copies of one example
	epsilon   float64     // of the coarsest type
	meeting   *Finding    // where examples meet without being refused
	report    Report
}

func (c *checker) free() {
	for _, exec := range []*model.Exec{c.views, c.alone} {
		if exec != nil {
			exec.Finalize()
		}
	}
	if c.rows != nil {
		c.rows.Finalize()
	}
}

// prepare builds the views and has their values on the batch. The error may be an [Unsupported].
func (c *checker) prepare() (err error) {
	c.views, err = model.NewExec(c.b, c.store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		loss := c.lossFn(scope, inputs)
		var params []*graph.Node
		params, c.variables = trainable(c.store, loss.Graph())
		c.epsilon = coarsest(loss.Graph())
		views := Of(loss, inputs, params)
		if c.m > 1 {
			c.meeting = meeting(loss, inputs, params, c.m)
		}
		var out []*graph.Node
		for _, view := range views {
			out = append(out, view.Mean())
			for i := range c.m {
				out = append(out, view.Example(i))
			}
		}
		return comparable64(out)
	})
	if err != nil {
		return err
	}
	c.first, err = c.views.Call(anySlice(c.batch)...)
	return err
}

// lossAlone makes the ordinary computation: the loss and, where asked for, its gradients.
func (c *checker) lossAlone(gradients bool) (err error) {
	c.rows, err = graph.NewExec(c.b, func(x, i *graph.Node) *graph.Node {
		one := graph.Gather(x, graph.Reshape(i, 1, 1))
		return graph.BroadcastToDims(one, x.Shape().Dimensions...)
	})
	if err != nil {
		return err
	}
	c.alone, err = model.NewExec(c.b, c.store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		loss := c.lossFn(scope, inputs)
		if !loss.IsScalar() {
			loss = graph.ReduceAllMean(loss)
		}
		out := []*graph.Node{loss}
		if gradients {
			params, _ := trainable(c.store, loss.Graph())
			out = append(out, graph.Gradient(loss, params...)...)
		}
		return comparable64(out)
	})
	return err
}

// copies is a batch of m times example i.
func (c *checker) copies(i int) ([]*tensors.Tensor, error) {
	list := make([]*tensors.Tensor, len(c.batch))
	for k, tensor := range c.batch {
		out, err := c.rows.Call(tensor, int32(i))
		if err != nil {
			return nil, err
		}
		list[k] = out[0]
	}
	return list, nil
}

// refused reports a model that can't be followed. Where examples are apart, the loss of a batch, a mean or sum, is the
// mean of the losses of batches of copies.
func (c *checker) refused(u *Unsupported) (Report, error) {
	f := Finding{Kind: Refused, Node: u.Node, Variable: u.Variable, Reason: u.Reason, Remedy: u.Remedy}
	if err := c.lossAlone(false); err != nil {
		return Report{}, err
	}
	whole, err := c.lossOf(c.batch)
	if err != nil { // the backend lacks an operation, say: the refusal holds all the same
		c.report.Findings = append(c.report.Findings, f)
		return c.report, nil //nolint:nilerr // see above
	}
	var mean, size float64
	for i := range c.m {
		rows, err := c.copies(i)
		if err != nil {
			return Report{}, err
		}
		one, err := c.lossOf(rows)
		if err != nil {
			return Report{}, err
		}
		mean += one / float64(c.m)
		size = max(size, math.Abs(one))
	}
	if !(math.Abs(whole-mean) <= math.Sqrt(c.epsilon)*size) { // NaN too
		f.Kind = Mixing
	}
	c.report.Findings = append(c.report.Findings, f)
	return c.report, nil
}

func (c *checker) lossOf(batch []*tensors.Tensor) (float64, error) {
	out, err := c.alone.Call(anySlice(batch)...)
	if err != nil {
		return 0, err
	}
	return float64s(out[0])[0], nil
}

// coarsestEpsilon is by how much the number after 1 differs from 1.
var coarsestEpsilon = map[dtypes.DType]float64{
	dtypes.Float64: 0x1p-52, dtypes.Float32: 0x1p-23, dtypes.Float16: 0x1p-10, dtypes.BFloat16: 0x1p-7,
}

// coarsest is the largest epsilon of the types of a graph's nodes.
func coarsest(g *graph.Graph) float64 {
	epsilon := coarsestEpsilon[dtypes.Float64]
	for _, node := range g.Nodes() {
		if node.NumOutputs() == 1 {
			epsilon = max(epsilon, coarsestEpsilon[node.DType()])
		}
	}
	return epsilon
}

func trainable(store *model.Store, g *graph.Graph) (nodes []*graph.Node, variables []*model.Variable) {
	for _, v := range Trainable(store.RootScope(), g) {
		nodes, variables = append(nodes, v.NodeValue(g)), append(variables, v)
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

// comparable64 converts gradients of any type to float64, so that those of half precision can be compared too.
func comparable64(gradients []*graph.Node) []*graph.Node {
	for i, g := range gradients {
		gradients[i] = graph.ConvertDType(g, dtypes.Float64)
	}
	return gradients
}

func float64s(t *tensors.Tensor) []float64 { return tensors.MustCopyFlatData[float64](t) }
