// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// analysis follows parameters and examples through the part of a graph that a loss depends on.
type analysis struct {
	m          int
	standIns   map[graph.NodeId]*graph.Node
	info       map[graph.NodeId]*nodeInfo
	boundaries []*boundary
	same       sameNodes
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
	if other := a.standIns[node.Id()]; other != nil {
		return []*graph.Node{other}
	}
	return node.Inputs()
}

// analyse fills in what is known of every node that loss depends on. batch are the nodes whose axis 0 holds the m
// examples.
func analyse(loss *graph.Node, batch, params []*graph.Node, m int) *analysis {
	a := &analysis{m: m, standIns: standIns(loss.Graph().Nodes()), info: make(map[graph.NodeId]*nodeInfo)}
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
	if a.standIns[node.Id()] != nil {
		*info = *infos[0]
		info.isParam = false
		return info
	}
	if shapeOnly[node.Type()] {
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
	if blocksGradient(node) {
		info.trained = false
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
		if a.customMixes(node, info) {
			info.culprit, info.problem = node, "a custom gradient mixes the examples of a batch"
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

// customMixes reports whether a gradient that the model defines itself brings examples together. It is followed as the
// model is: from something that lies as the node does.
func (a *analysis) customMixes(node *graph.Node, info *nodeInfo) bool {
	custom := node.CustomGradient()
	if custom == nil {
		return false
	}
	before := a.boundaries
	defer func() { a.boundaries = before }()
	for i, back := range custom(node, []*graph.Node{node}, shapes.Make(node.DType())) {
		if back == nil || !info.reads[i].batch() {
			continue
		}
		if result := a.visit(back); result.problem != "" || result.layout != info.reads[i] && result.layout != noBatch {
			return true
		}
	}
	return false
}

// blocksGradient reports whether no gradient goes through a node: GoMLX has a gradient of zero for it, or none at
// all, and refuses itself where one arrives.
func blocksGradient(node *graph.Node) bool {
	if node.CustomGradient() != nil || node.Type() == graph.NodeTypeSplitNode {
		return false
	}
	_, known := graph.VJPRegistration[node.Type()]
	return !known || zeroGradient[node.Type()]
}

// zeroGradient lists the operations for which GoMLX has a gradient, of zero.
var zeroGradient = map[graph.NodeType]bool{
	graph.NodeTypeLogicalAnd: true, graph.NodeTypeLogicalOr: true, graph.NodeTypeLogicalXor: true, graph.NodeTypeLogicalNot: true,
	graph.NodeTypeBitwiseAnd: true, graph.NodeTypeBitwiseOr: true, graph.NodeTypeBitwiseXor: true, graph.NodeTypeBitwiseNot: true,
}

// linear lists what may happen to a sum of per-example losses on its way to the loss.
var linear = map[graph.NodeType]bool{
	graph.NodeTypeAdd: true, graph.NodeTypeSub: true, graph.NodeTypeNeg: true, graph.NodeTypeMul: true, graph.NodeTypeDiv: true,
	graph.NodeTypeReshape: true, graph.NodeTypeConvertDType: true, graph.NodeTypeIdentity: true, graph.NodeTypeReduceSum: true,
	graph.NodeTypeBroadcastInDim: true, graph.NodeTypeTranspose: true, graph.NodeTypeSlice: true, graph.NodeTypeConcatenate: true,
	graph.NodeTypeDotGeneral: true, graph.NodeTypeWhere: true,
}

// additive lists those of them whose operands are added up, or laid side by side.
var additive = map[graph.NodeType]bool{
	graph.NodeTypeAdd: true, graph.NodeTypeSub: true, graph.NodeTypeConcatenate: true, graph.NodeTypeWhere: true,
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
	switch {
	case trained > 1 && !additive[node.Type()], node.Type() == graph.NodeTypeDiv && infos[1].trained:
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
	if reason := refusals[node.Type()]; reason == fusedReason || reason == attentionReason {
		return "set " + graph.FusionEnv + "=0 in the environment"
	}
	return fmt.Sprintf("keep every example on its own up to the loss, or take the gradient of %s's parameters without per-example rules",
		operation(node))
}
