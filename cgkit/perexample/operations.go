// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Follow says how an operation treats the examples of a batch. axes has, for each operand, the axis along which the m
// examples lie, or −1 where it has none; at least one has. It returns the axis along which they lie in the output, or
// an error that says why they can't be followed: the reason of the [Unsupported] that [Of] panics with.
//
// What it says is believed: position b of the output along that axis must depend on position b of the operands that
// have an axis, and on the others, and on nothing else.
type Follow func(node *graph.Node, axes []int, m int) (output int, err error)

// Register is for operations that this package refuses or does not know, such as a scatter or a called function of a
// model of one's own of which the author knows that it treats every example for itself. Where such an operation has a
// parameter among its operands it is built again on the slices of one example, and GoMLX's gradient of it is applied
// there. It holds for all models of the program, and panics where the operation has a rule. The function it returns
// takes the rule back.
//
// Register is called before graphs are built, not beside it: it takes no lock.
func Register(operation graph.NodeType, follow Follow) (unregister func()) {
	if rules[operation] != nil || elementwise[operation] || reductions[operation] {
		panic(fmt.Errorf("perexample.Register(%s): it has a rule already; only operations that are refused or unknown can be given one",
			operation))
	}
	rules[operation] = func(node *graph.Node, in []layout, m int) followed {
		axes := make([]int, len(in))
		for i, l := range in {
			if axes[i] = l.axis; l.batch() && l.inner != 1 {
				return problem("several positions of an example lie along its batch axis, of which a registered rule knows nothing")
			}
		}
		axis, err := follow(node, axes, m)
		switch {
		case err != nil:
			return problem(err.Error())
		case axis < 0 || axis >= node.Rank() || node.Shape().Dimensions[axis] != m:
			return problem(fmt.Sprintf("its registered rule says that axis %d of its output holds the %d examples", axis, m))
		}
		return followed{out: layout{axis: axis, inner: 1}, operands: in}
	}
	return func() { delete(rules, operation) }
}
