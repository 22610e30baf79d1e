// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// use is one place where a parameter enters the computation of the batch: an operand of a boundary.
type use struct {
	b       *boundary
	operand int
}

// node is what enters there: the parameter or something made of it.
func (u use) node() *graph.Node { return u.b.node.Inputs()[u.operand] }

// mostOuter is how many outer products an example's gradient is a sum of. More go into one product of matrices: a
// loop over the coordinates may have so many operations only (see package aggregate).
const mostOuter = 2

// parts lists what makes up the gradient of param.
//
// A gradient is linear in what arrives from the places where the parameter enters, of which a recurrent net has one a
// step. So products with the same operand become one product, over all of the steps' positions, what elementwise
// operations give is summed over the places before it is cut into examples, and what all places give is pushed back
// to the parameter in one sweep. The number of nodes is that of the examples plus that of the places, not their
// product.
func (a *analysis) parts(param *graph.Node) (list []part, uses []use) {
	var dense, other []use
	for _, b := range a.boundaries {
		for i, operand := range b.node.Inputs() {
			u := use{b, i}
			if a.info[operand.Id()].own() && a.dependsOn(operand, param) {
				uses = append(uses, u)
			}
			switch info := a.info[operand.Id()]; {
			case !info.own() || !a.dependsOn(operand, param):
			case b.tail:
				list = append(list, &tailPart{a: a, use: u, param: param})
			case operand == param && a.isDense(b, i):
				dense = append(dense, u)
			default:
				other = append(other, u)
			}
		}
	}
	if len(dense) > mostOuter {
		dense, other = nil, append(dense, other...)
	}
	for _, u := range dense {
		list = append(list, newOuterPart(u.b))
	}
	if terms := a.terms(other, param); len(terms) > 0 {
		list = append(list, &sharedPart{a: a, param: param, terms: terms})
	}
	return list, uses
}

func (a *analysis) dependsOn(node, param *graph.Node) bool {
	return node == param || len(a.between([]*graph.Node{node}, param)) > 0
}

// tailPart is a term of the loss that comes from the parameters alone and reaches every example.
type tailPart struct {
	a *analysis
	use
	param *graph.Node
	whole *graph.Node
}

func (p *tailPart) example(int) *graph.Node {
	if p.whole == nil {
		gradient := vjp(p.b.node, p.b.node, p.b.gradient, p.param)[p.operand]
		p.whole = p.a.pushBack([]share{{p.node(), gradient}}, p.param)
	}
	return p.whole
}

// sharedPart is all places together that are not dense layers of their own.
type sharedPart struct {
	a     *analysis
	param *graph.Node
	terms []term
}

// term is what one or several places give.
type term interface {
	example(b int) share
}

func (p *sharedPart) example(b int) *graph.Node {
	shares := make([]share, len(p.terms))
	for i, t := range p.terms {
		shares[i] = t.example(b)
	}
	return p.a.pushBack(shares, p.param)
}

// terms brings places together as far as they are alike.
func (a *analysis) terms(uses []use, param *graph.Node) []term {
	var terms []term
	products := make(map[string]*productTerm)
	rows := make(map[graph.NodeId]*rowsTerm)
	for _, u := range uses {
		if p := a.product(u); p != nil {
			if same := products[p.key]; same != nil {
				same.lefts, same.rights = append(same.lefts, p.lefts...), append(same.rights, p.rights...)
				continue
			}
			products[p.key] = p
			terms = append(terms, p)
			continue
		}
		if r := a.rows(u, param); r != nil {
			if same := rows[r.of.Id()]; same != nil {
				same.stored = graph.Add(same.stored, r.stored)
				continue
			}
			rows[r.of.Id()] = r
			terms = append(terms, r)
			continue
		}
		terms = append(terms, &cloneTerm{a: a, use: u, param: param})
	}
	return terms
}

// cloneTerm takes any operation: it is built again on one example's slices, and GoMLX's rule for it is applied there.
type cloneTerm struct {
	a *analysis
	use
	param *graph.Node
}

func (p *cloneTerm) example(b int) share {
	node, info := p.b.node, p.b.info
	inputs := node.Inputs()
	sliced := make([]*graph.Node, len(inputs))
	for i, input := range inputs {
		sliced[i] = info.reads[i].example(input, b)
	}
	gradient := vjp(node.CloneWithInputs(sliced...), node, info.layout.example(p.b.gradient, b), p.param)[p.operand]
	operand, reads := inputs[p.operand], info.reads[p.operand]
	if !reads.batch() || gradient == nil {
		return share{operand, gradient}
	}
	// The operand itself was repeated, or laid out, along the batch axis.
	if source, summed := unbroadcast(operand, gradient, reads.axis); source != nil {
		return share{source, summed}
	}
	return share{operand, padExample(operand, gradient, reads, b)}
}

// unbroadcast undoes a broadcast that made the batch axis: the gradient of one example is summed over what the
// broadcast repeated, and belongs to the broadcast's operand. It returns nil where node is no such broadcast.
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
