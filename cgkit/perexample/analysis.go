// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// analysis follows parameters and examples through the part of a graph that a loss depends on.
type analysis struct {
	m          int
	alternates map[graph.NodeId][]*graph.Node // what stands in for a fused node
	info       map[graph.NodeId]*nodeInfo
	boundaries []*boundary
}

// nodeInfo is what is known of one node.
type nodeInfo struct {
	isParam bool     // one of the parameters asked for
	trained bool     // depends on a parameter, with no stopped gradient in between
	layout  layout   // how the examples lie in it
	reads   []layout // how they lie in its operands, as far as it reads them example by example
	culprit *graph.Node
	problem string // why culprit, this node or one it depends on, cannot be followed
}

// own reports whether a node depends on parameters alone.
func (i *nodeInfo) own() bool { return i.trained && !i.layout.batch() && !i.layout.mixed }

// boundary is a node where a value that depends on parameters alone meets the batch.
type boundary struct {
	node *graph.Node
	info *nodeInfo
	// tail is set where it meets the loss after the examples were summed, as a weight decay term does.
	tail bool
	// gradient of the loss with respect to the node; times m unless tail.
	gradient *graph.Node
}

func (a *analysis) inputs(node *graph.Node) []*graph.Node {
	if alternates := a.alternates[node.Id()]; alternates != nil {
		return alternates
	}
	return node.Inputs()
}

// analyse fills in what is known of every node that loss depends on. batch are the nodes whose axis 0 holds the m
// examples.
func analyse(loss *graph.Node, batch, params []*graph.Node, m int) *analysis {
	a := &analysis{m: m, alternates: make(map[graph.NodeId][]*graph.Node), info: make(map[graph.NodeId]*nodeInfo)}
	nodes := loss.Graph().Nodes()
	byAddress := addresses(nodes)
	for _, node := range nodes {
		if list := alternates(node, byAddress); list != nil {
			a.alternates[node.Id()] = list
		}
	}
	for _, node := range batch {
		a.info[node.Id()] = &nodeInfo{layout: layout{axis: 0, inner: 1}}
	}
	for _, node := range params {
		a.info[node.Id()] = &nodeInfo{isParam: true, trained: true, layout: noBatch}
	}
	if info := a.visit(loss); info.trained && info.problem != "" {
		refuse(info.culprit, a.spoilt(info.culprit, loss, params), info.problem, remedy(info.culprit))
	}
	a.dropUnreached(loss)
	return a
}

// spoilt lists the parameters that a node which cannot be followed depends on; where it comes before all of them, those
// that the loss depends on.
func (a *analysis) spoilt(culprit, loss *graph.Node, params []*graph.Node) []*graph.Node {
	for _, node := range []*graph.Node{culprit, loss} {
		list := slices.DeleteFunc(slices.Clone(params), func(param *graph.Node) bool { return !a.dependsOn(node, param) })
		if len(list) > 0 {
			return list
		}
	}
	return params
}

// dropUnreached keeps the boundaries that the loss's gradient arrives at: not those behind a stopped gradient.
func (a *analysis) dropUnreached(loss *graph.Node) {
	reached := make(map[graph.NodeId]bool)
	var visit func(node *graph.Node)
	visit = func(node *graph.Node) {
		if reached[node.Id()] || !a.info[node.Id()].trained {
			return
		}
		reached[node.Id()] = true
		if a.info[node.Id()].isParam {
			return
		}
		for _, input := range a.inputs(node) {
			visit(input)
		}
	}
	visit(loss)
	a.boundaries = slices.DeleteFunc(a.boundaries, func(b *boundary) bool { return !reached[b.node.Id()] })
}

// visit goes depth first through what node depends on. Recursion is as deep as the longest path of the model.
func (a *analysis) visit(node *graph.Node) *nodeInfo {
	if info, done := a.info[node.Id()]; done {
		return info
	}
	inputs := a.inputs(node)
	infos := make([]*nodeInfo, len(inputs))
	for i, input := range inputs {
		infos[i] = a.visit(input)
	}
	info := &nodeInfo{layout: noBatch}
	a.info[node.Id()] = info
	if a.alternates[node.Id()] != nil {
		// A fused node is its stand-in; of several outputs each has its own, reached through a split.
		if len(infos) == 1 {
			*info = *infos[0]
			return info
		}
		info.culprit, info.problem = node, "a fused operation with several outputs cannot be followed"
		return info
	}
	a.combine(node, infos, info)
	if node.StopGradient() {
		if info.layout.mixed {
			// Statistics of the batch that no gradient enters, as batch norm may keep, are constants here.
			info.layout.mixed, info.problem = false, ""
		}
		info.trained = false
	}
	return info
}

// combine works out a node's info from those of its inputs.
func (a *analysis) combine(node *graph.Node, infos []*nodeInfo, info *nodeInfo) {
	var batch, mixed bool
	layouts := make([]layout, len(infos))
	for i, input := range infos {
		info.trained = info.trained || input.trained
		batch = batch || input.layout.batch()
		mixed = mixed || input.layout.mixed
		layouts[i] = input.layout
		if input.problem != "" {
			info.culprit, info.problem = input.culprit, input.problem
		}
	}
	switch {
	case info.problem != "":
		info.layout.mixed = mixed && !batch
	case mixed:
		a.combineTail(node, infos, info)
	case batch:
		step := follow(node, layouts, a.m)
		if step.problem != "" {
			info.culprit, info.problem = node, step.problem
			info.layout.mixed = step.out.mixed
			return
		}
		info.layout, info.reads = step.out, step.operands
		if !info.trained {
			// A sum over the examples that no parameter enters (how many are not masked, say) is a constant here.
			info.layout.mixed = false
			return
		}
		for _, input := range infos {
			if input.own() {
				a.boundaries = append(a.boundaries, &boundary{node: node, info: info})
				break
			}
		}
	}
}

// linear lists what may happen to a sum of per-example losses on its way to the loss.
var linear = map[graph.NodeType]bool{
	graph.NodeTypeAdd: true, graph.NodeTypeSub: true, graph.NodeTypeNeg: true, graph.NodeTypeMul: true, graph.NodeTypeDiv: true,
	graph.NodeTypeReshape: true, graph.NodeTypeConvertDType: true, graph.NodeTypeIdentity: true, graph.NodeTypeReduceSum: true,
	graph.NodeTypeBroadcastInDim: true,
}

func (a *analysis) combineTail(node *graph.Node, infos []*nodeInfo, info *nodeInfo) {
	info.layout.mixed = true
	fail := func(reason string) { info.culprit, info.problem = node, reason }
	if !linear[node.Type()] {
		fail("the loss is no linear function of the per-example losses")
		return
	}
	trained, own := 0, false
	for _, input := range infos {
		if input.layout.batch() {
			fail("a sum over the examples goes back into the examples")
			return
		}
		if input.trained {
			trained++
		}
		own = own || input.own()
	}
	additive := node.Type() == graph.NodeTypeAdd || node.Type() == graph.NodeTypeSub
	switch {
	case trained > 1 && !additive, node.Type() == graph.NodeTypeDiv && infos[1].trained:
		fail("the loss is no linear function of the per-example losses")
	case own:
		a.boundaries = append(a.boundaries, &boundary{node: node, info: info, tail: true})
	}
}

// remedy is what the user can do about a node that cannot be followed.
func remedy(node *graph.Node) string {
	switch node.Type() {
	case graph.NodeTypeBatchNormForTraining:
		return "use layer norm, or batch norm with UseBackendInference(false), whose statistics GoMLX does not differentiate"
	case graph.NodeTypeReduceMax, graph.NodeTypeReduceMin, graph.NodeTypeReduceProduct, graph.NodeTypeDiv, graph.NodeTypeMul:
		return "make the loss a mean or sum of one loss for each example"
	}
	return fmt.Sprintf("keep every example on its own up to the loss, or take the gradient of %s's parameters without per-example rules",
		operation(node))
}
