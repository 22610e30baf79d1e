// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// parts lists what a boundary gives to the gradient of param: one part for each operand that depends on it.
func (a *analysis) parts(b *boundary, param *graph.Node) []part {
	var list []part
	for i, operand := range a.inputs(b.node) {
		if info := a.info[operand.Id()]; !info.own() || !a.dependsOn(operand, param) {
			continue
		}
		switch {
		case b.tail:
			list = append(list, &tailPart{a: a, b: b, operand: i, param: param})
		case a.isDense(b, i) && operand == param:
			list = append(list, newOuterPart(b))
		default:
			list = append(list, &clonePart{a: a, b: b, operand: i, param: param})
		}
	}
	return list
}

func (a *analysis) dependsOn(node, param *graph.Node) bool {
	return node == param || len(a.between(node, param)) > 0
}

// tailPart is a term of the loss that comes from the parameters alone and reaches every example.
type tailPart struct {
	a       *analysis
	b       *boundary
	operand int
	param   *graph.Node
	whole   *graph.Node
}

func (p *tailPart) example(int) *graph.Node {
	if p.whole == nil {
		gradient := vjp(p.b.node, p.b.node, p.b.gradient, p.param)[p.operand]
		p.whole = p.a.pushBack(p.b.node.Inputs()[p.operand], gradient, p.param)
	}
	return p.whole
}

// clonePart takes any operation: it is built again on one example's slices, and GoMLX's rule for it is applied there.
type clonePart struct {
	a       *analysis
	b       *boundary
	operand int
	param   *graph.Node
}

func (p *clonePart) example(b int) *graph.Node {
	node, info := p.b.node, p.b.info
	inputs := node.Inputs()
	sliced := make([]*graph.Node, len(inputs))
	for i, input := range inputs {
		sliced[i] = info.reads[i].example(input, b)
	}
	gradient := vjp(node.CloneWithInputs(sliced...), node, info.layout.example(p.b.gradient, b), p.param)[p.operand]
	operand, reads := inputs[p.operand], info.reads[p.operand]
	if !reads.batch() {
		return p.a.pushBack(operand, gradient, p.param)
	}
	// The operand itself was repeated, or laid out, along the batch axis.
	if source, summed := unbroadcast(operand, gradient, reads.axis); source != nil {
		return p.a.pushBack(source, summed, p.param)
	}
	return p.a.pushBack(operand, padExample(operand, gradient, reads, b), p.param)
}

// unbroadcast undoes a broadcast that made the batch axis: the gradient of one example is summed over what the broadcast
// repeated, and belongs to the broadcast's operand. It returns nil where node is no such broadcast.
func unbroadcast(node, gradient *graph.Node, axis int) (source, summed *graph.Node) {
	if node.Type() != graph.NodeTypeBroadcastInDim {
		return nil, nil
	}
	source = node.Inputs()[0]
	axes := intsAttribute(node, "broadcastAxes")
	if i := slices.Index(axes, axis); i >= 0 && source.Shape().Dimensions[i] != 1 {
		return nil, nil
	}
	var repeated []int
	for out := range node.Rank() {
		i := slices.Index(axes, out)
		if i < 0 || source.Shape().Dimensions[i] == 1 {
			repeated = append(repeated, out)
		}
	}
	if len(repeated) > 0 {
		gradient = graph.ReduceSum(gradient, repeated...)
	}
	return source, graph.Reshape(gradient, source.Shape().Dimensions...)
}

// padExample puts one example's gradient into its place in zeros of the operand's shape.
func padExample(operand, gradient *graph.Node, reads layout, b int) *graph.Node {
	padding := make([]graph.PadAxis, operand.Rank())
	padding[reads.axis] = graph.PadAxis{
		Start: b * reads.inner,
		End:   operand.Shape().Dimensions[reads.axis] - (b+1)*reads.inner,
	}
	return graph.Pad(gradient, graph.ScalarZero(operand.Graph(), gradient.DType()), padding...)
}
