// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// gradientsOf are values [variable][mean, example 0 … m−1][coordinate].
type gradientsOf [][][]float64

func (c *checker) read(out []*tensors.Tensor) gradientsOf {
	list := make(gradientsOf, len(c.variables))
	for p := range list {
		for _, t := range out[p*(c.m+1) : (p+1)*(c.m+1)] {
			list[p] = append(list[p], float64s(t))
		}
	}
	return list
}

// compare fills in the report of a model that can be followed.
func (c *checker) compare() error {
	if err := c.lossAlone(true); err != nil {
		return err
	}
	views := c.read(c.first)
	alone, err := c.gradientsAlone()
	if err != nil {
		return err
	}
	for i := range alone {
		if masked(views, alone[i], i) {
			alone[i] = nil
		}
	}
	scale := 0.0
	for p, v := range c.variables {
		r := VariableReport{Path: v.Path(), Shape: v.Shape()}
		for _, g := range alone {
			if g != nil {
				for _, x := range g[p] {
					r.Scale = larger(r.Scale, x)
				}
			}
		}
		scale = larger(scale, r.Scale)
		c.report.Variables = append(c.report.Variables, r)
	}
	for i, g := range alone {
		if g == nil {
			continue
		}
		factor := fitted(views, g, i)
		for p := range c.variables {
			r := &c.report.Variables[p]
			for j, x := range g[p] {
				r.Largest = larger(r.Largest, views[p][1+i][j]-factor*x)
			}
		}
	}
	c.judge(scale)
	c.sums(views)
	if c.m == 1 {
		return nil
	}
	if err := c.poison(views); err != nil {
		return err
	}
	return c.alpha(views)
}

// masked says whether example i is one that a mask takes out: its views are 0, and a batch of its copies, all of them
// taken out, has no loss at all.
func masked(views gradientsOf, alone [][]float64, i int) bool {
	none := false
	for p, g := range alone {
		for j, x := range g {
			if views[p][1+i][j] != 0 {
				return false
			}
			none = none || math.IsNaN(x)
		}
	}
	return none
}

// larger is the larger of a and |b|; NaN and Inf are +Inf.
func larger(a, b float64) float64 {
	if notFinite(a) || notFinite(b) {
		return math.Inf(1)
	}
	return max(a, math.Abs(b))
}

// gradientsAlone are [example][variable][coordinate]: GoMLX's gradient of a batch of copies of one example.
func (c *checker) gradientsAlone() ([][][]float64, error) {
	list := make([][][]float64, c.m)
	for i := range list {
		rows, err := c.copies(i)
		if err != nil {
			return nil, err
		}
		out, err := c.alone.Call(anySlice(rows)...)
		if err != nil {
			return nil, err
		}
		for _, t := range out[1:] {
			list[i] = append(list[i], float64s(t))
		}
	}
	return list, nil
}

// fitted is the factor f for which f·alone is nearest to the views of example i over all variables: 1, or what its mask
// or weight makes of it. A wrong one would show in the sum.
func fitted(views gradientsOf, alone [][]float64, i int) float64 {
	var both, square float64
	for p, g := range alone {
		for j, x := range g {
			both += x * views[p][1+i][j]
			square += x * x
		}
	}
	f := both / square
	if notFinite(f) || math.Abs(f-1) < 1e-3 { // where it is 1, errors are not to be fitted away
		return 1
	}
	return f
}

// judge finds variables whose views are wrong, the model's largest gradient being scale.
func (c *checker) judge(scale float64) {
	bad, worst := 0, 0
	for p, v := range c.report.Variables {
		if v.Largest <= math.Sqrt(c.epsilon)*v.Scale+100*c.epsilon*scale { // false for NaN
			continue
		}
		if bad++; v.Largest > c.report.Variables[worst].Largest || bad == 1 {
			worst = p
		}
	}
	if bad == 0 {
		return
	}
	v := c.report.Variables[worst]
	variable := fmt.Sprintf("%s %s", v.Path, v.Shape)
	if bad > 1 {
		variable += fmt.Sprintf(" (and %d more)", bad-1)
	}
	if c.meeting != nil {
		f := *c.meeting
		f.Variable = variable
		c.report.Findings = append(c.report.Findings, f)
		return
	}
	c.report.Findings = append(c.report.Findings, Finding{Kind: WrongView, Variable: variable,
		Reason: fmt.Sprintf("views differ by %.3g from the gradients of one example at a time, the largest of which is %.3g", v.Largest, v.Scale),
		Remedy: "leave random layers out; if there are none, don't train it by rules that look at single examples"})
}

// sums holds the sum of the views to GoMLX's gradient.
func (c *checker) sums(views gradientsOf) {
	var sum2, mean2, difference, room float64
	for _, v := range views {
		for j, mean := range v[0] {
			sum := 0.0
			for _, g := range v[1:] {
				sum += g[j]
				room = larger(room, g[j])
			}
			whole := float64(c.m) * mean
			sum2, mean2 = sum2+sum*sum, mean2+whole*whole
			difference = larger(difference, sum-whole)
		}
	}
	c.report.SumNorm, c.report.MeanNorm = math.Sqrt(sum2), math.Sqrt(mean2)
	if !(difference <= math.Sqrt(c.epsilon)*float64(c.m)*room) || notFinite(room) {
		c.report.Findings = append(c.report.Findings, Finding{Kind: WrongSum, Reason: fmt.Sprintf(
			"the views add up to a vector of norm %.6g, and m times GoMLX's gradient has %.6g", c.report.SumNorm, c.report.MeanNorm)})
	}
}

// poison puts NaN into the first example's inputs: the other views must stay as they are.
func (c *checker) poison(views gradientsOf) error {
	at := -1
	for k, t := range c.batch {
		if t.DType().IsFloat() {
			at = k
			break
		}
	}
	if at < 0 {
		return nil
	}
	exec, err := graph.NewExec(c.b, func(x *graph.Node) *graph.Node {
		nan := graph.MulScalar(graph.OnesLike(graph.SliceAxis(x, 0, graph.AxisRange(0, 1))), math.NaN())
		return graph.Concatenate([]*graph.Node{nan, graph.SliceAxis(x, 0, graph.AxisRange(1, c.m))}, 0)
	})
	if err != nil {
		return err
	}
	defer exec.Finalize()
	out, err := exec.Call(c.batch[at])
	if err != nil {
		return err
	}
	batch := append([]*tensors.Tensor{}, c.batch...)
	batch[at] = out[0]
	all, err := c.views.Call(anySlice(batch)...)
	if err != nil {
		return err
	}
	spoilt := -1
	for p, v := range c.read(all) {
		kept := false
		for j, x := range v[1] {
			kept = kept || math.IsNaN(x) || views[p][1][j] == 0
		}
		c.report.Variables[p].LosesNaN = !kept
		for i := range c.m - 1 {
			for j, x := range v[2+i] {
				if math.IsNaN(x) && !math.IsNaN(views[p][2+i][j]) {
					spoilt = p
				}
			}
		}
	}
	if spoilt < 0 || len(c.report.Findings) > 0 { // what is known to mix has its finding
		return nil
	}
	f := Finding{Kind: Mixing, Reason: "a NaN in one example's input reaches other examples' gradients", Remedy: keepApart}
	if c.meeting != nil {
		f = *c.meeting
	}
	f.Variable = fmt.Sprintf("%s %s", c.variables[spoilt].Path(), c.variables[spoilt].Shape())
	c.report.Findings = append(c.report.Findings, f)
	return nil
}

// alpha measures the coherence of copies of the example with the largest gradient.
func (c *checker) alpha(views gradientsOf) error {
	best, norm := 0, 0.0
	for i := range c.m {
		var square float64
		for _, v := range views {
			for _, x := range v[1+i] {
				square += x * x
			}
		}
		if square > norm {
			best, norm = i, square
		}
	}
	rows, err := c.copies(best)
	if err != nil {
		return err
	}
	out, err := c.views.Call(anySlice(rows)...)
	if err != nil {
		return err
	}
	var sum2, energy float64
	for _, v := range c.read(out) {
		for j := range v[0] {
			var sum float64
			for _, g := range v[1:] {
				sum += g[j]
				energy += g[j] * g[j]
			}
			sum2 += sum * sum
		}
	}
	c.report.CopiesAlpha = sum2 / (float64(c.m) * energy)
	if energy > 0 && !(math.Abs(c.report.CopiesAlpha-1) <= math.Sqrt(c.epsilon)) || math.IsNaN(energy) {
		c.report.Findings = append(c.report.Findings, Finding{Kind: WrongSum, Reason: fmt.Sprintf(
			"copies of one example have the coherence %.6g, which is 1 for equal gradients", c.report.CopiesAlpha),
			Remedy: "leave layers out that treat equal examples unequally, as random ones and those that know a place in the batch do"})
	}
	return nil
}
