// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"
	"reflect"

	"github.com/gomlx/gomlx/core/graph"
)

// GoMLX keeps the static arguments of an operation (reduced axes, permutations, strides) in unexported fields, and its
// public introspection does not show them. They are read here, and only here, by reflection, which may look at such
// fields but not change them. A field that is not found panics by name: TestAttributes goes through all the fields this
// package needs, so a GoMLX version that renames one fails there and not in a user's model.

func attribute(node *graph.Node, name string) reflect.Value {
	inputs := reflect.ValueOf(node).Elem().FieldByName("inputs")
	if !inputs.IsValid() {
		panic("perexample: this version of GoMLX keeps the arguments of operations elsewhere; use the version named in go.mod")
	}
	field := reflect.Indirect(inputs.Elem()).FieldByName(name)
	if !field.IsValid() {
		panic(fmt.Sprintf("perexample: %s has no attribute %q in this version of GoMLX; use the version named in go.mod",
			operation(node), name))
	}
	return field
}

func intOf(value reflect.Value) int { return int(value.Int()) }

func intsOf(value reflect.Value) []int {
	list := make([]int, value.Len())
	for i := range list {
		list[i] = int(value.Index(i).Int())
	}
	return list
}

func intAttribute(node *graph.Node, name string) int    { return intOf(attribute(node, name)) }
func intsAttribute(node *graph.Node, name string) []int { return intsOf(attribute(node, name)) }

// standIns maps nodes to the one node that stands in for each: for a fused operation the plain ones that GoMLX's
// gradient goes through, for a barrier, as checkpoints make them, what it holds back.
func standIns(nodes []*graph.Node) map[graph.NodeId]*graph.Node {
	byAddress := make(map[uintptr]*graph.Node, len(nodes))
	for _, node := range nodes {
		byAddress[reflect.ValueOf(node).Pointer()] = node
	}
	list := make(map[graph.NodeId]*graph.Node)
	for _, node := range nodes {
		switch {
		case aliases[node.Type()]:
			list[node.Id()] = node.Inputs()[0]
			continue
		case node.Type() == graph.NodeTypeSplitNode && node.Inputs()[0].Type() == graph.NodeTypeOptimizationBarrier:
			list[node.Id()] = node.Inputs()[0].Inputs()[intAttribute(node, "index")]
			continue
		}
		field := reflect.ValueOf(node).Elem().FieldByName("vjpAlternateOutputs")
		if field.IsValid() && field.Len() == 1 {
			if alternate := byAddress[field.Index(0).Pointer()]; alternate != nil {
				list[node.Id()] = alternate
			}
		}
	}
	return list
}

// sameStatic reports whether two values are alike, nodes of a graph in them left aside: the static arguments of two
// operations.
func sameStatic(x, y reflect.Value) bool {
	if x.Type() != y.Type() {
		return false
	}
	switch x.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return x.Int() == y.Int()
	case reflect.Bool:
		return x.Bool() == y.Bool()
	case reflect.Float32, reflect.Float64:
		return x.Float() == y.Float()
	case reflect.String:
		return x.String() == y.String()
	case reflect.Pointer:
		if x.Type() == reflect.TypeFor[*graph.Node]() {
			return true
		}
		return x.IsNil() == y.IsNil() && (x.IsNil() || sameStatic(x.Elem(), y.Elem()))
	case reflect.Slice, reflect.Array:
		if x.Len() != y.Len() {
			return false
		}
		for i := range x.Len() {
			if !sameStatic(x.Index(i), y.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range x.NumField() {
			if !sameStatic(x.Field(i), y.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}

// sameNodes finds of nodes that are computed alike, from the same, the first one: a model that cuts a piece out of a
// parameter at each step of a sequence does so anew each time.
type sameNodes struct {
	first  map[graph.NodeId]*graph.Node
	byType map[graph.NodeType][]*graph.Node
}

func (s *sameNodes) find(node *graph.Node) *graph.Node {
	if s.first == nil {
		s.first, s.byType = make(map[graph.NodeId]*graph.Node), make(map[graph.NodeType][]*graph.Node)
	}
	if known := s.first[node.Id()]; known != nil {
		return known
	}
	s.first[node.Id()] = node
	if len(node.Inputs()) == 0 || node.NumOutputs() != 1 || node.CustomGradient() != nil {
		return node
	}
	for _, other := range s.byType[node.Type()] {
		if s.alike(node, other) {
			s.first[node.Id()] = other
			return other
		}
	}
	s.byType[node.Type()] = append(s.byType[node.Type()], node)
	return node
}

func (s *sameNodes) alike(x, y *graph.Node) bool {
	if len(x.Inputs()) != len(y.Inputs()) || x.StopGradient() != y.StopGradient() || !x.Shape().Equal(y.Shape()) {
		return false
	}
	for i, input := range x.Inputs() {
		if s.find(input) != s.find(y.Inputs()[i]) {
			return false
		}
	}
	static := func(n *graph.Node) reflect.Value { return reflect.ValueOf(n).Elem().FieldByName("inputs").Elem() }
	return sameStatic(static(x), static(y))
}
