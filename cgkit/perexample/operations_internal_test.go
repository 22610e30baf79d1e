// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Every operation that GoMLX has is followed by one rule, or refused for one reason of its own, or has no operands.
func TestEveryOperationHasARuleOrAReason(t *testing.T) {
	types := []graph.NodeType{graph.NodeTypeCall, graph.NodeTypeIf, graph.NodeTypeSort, graph.NodeTypeWhile}
	for kind := graph.NodeTypeInvalid + 1; !strings.HasPrefix(kind.String(), "NodeType("); kind++ {
		types = append(types, kind)
	}
	if len(types) < 119 {
		t.Fatalf("%d operations: the list ends too early", len(types))
	}
	noOperands := setOf(graph.NodeTypeConstant, graph.NodeTypeIota, graph.NodeTypeParameter)
	for _, kind := range types {
		count := 0
		for _, is := range []bool{rules[kind] != nil, elementwise[kind], reductions[kind], shapeOnly[kind], aliases[kind],
			refusals[kind] != "", noOperands[kind]} {
			if is {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s: %d rules and reasons, want one", kind, count)
		}
	}
}
