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

// alternates returns the nodes that stand in for a fused node in differentiation (nil for all others), as GoMLX's
// gradient goes through them and not through the fused node.
func alternates(node *graph.Node, byAddress map[uintptr]*graph.Node) []*graph.Node {
	field := reflect.ValueOf(node).Elem().FieldByName("vjpAlternateOutputs")
	if !field.IsValid() || field.Len() == 0 {
		return nil
	}
	list := make([]*graph.Node, 0, field.Len())
	for i := range field.Len() {
		if alternate := byAddress[field.Index(i).Pointer()]; alternate != nil {
			list = append(list, alternate)
		}
	}
	return list
}

// addresses maps where a node lives to the node, which is how one found by reflection is known again.
func addresses(nodes []*graph.Node) map[uintptr]*graph.Node {
	byAddress := make(map[uintptr]*graph.Node, len(nodes))
	for _, node := range nodes {
		byAddress[reflect.ValueOf(node).Pointer()] = node
	}
	return byAddress
}
