// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// scattered puts each example where its own number says, which nobody sees from outside.
func scattered(x *Node) *Node {
	numbers := Iota(x.Graph(), shapes.Make(dtypes.Int32, x.Shape().Dimensions[0], 1), 0)
	return ScatterSum(ZerosLike(x), numbers, x, false, false)
}

// A rule for an operation that is refused without one, on both sides of a parameter.
func TestRegister(t *testing.T) {
	const m = 4
	rng := rand.New(rand.NewPCG(4, 4))
	x, w := normal(rng, m, 4), normal(rng, 4)
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		views := func() ([]*tensors.Tensor, error) {
			return MustNewExec(b, func(x, w *Node) []*Node {
				var stacks []*Node
				for _, y := range []*Node{times(scattered(times(x, w)), w), times(times(x, w), w)} {
					stacks = append(stacks, perexample.Of(squares(y), []*Node{x}, []*Node{w})[0].Stack())
				}
				return stacks
			}).Call(x, w)
		}
		refused := func(want string) {
			t.Helper()
			var unsupported *perexample.Unsupported
			if _, err := views(); !errors.As(err, &unsupported) || !strings.Contains(unsupported.Reason, want) {
				t.Errorf("error %v, want an Unsupported with %q", err, want)
			}
		}
		refused("where indices say")
		undo := perexample.Register(NodeTypeScatterSum, func(*Node, []int, int) (int, error) { return 0, fmt.Errorf("not with us") })
		refused("not with us")
		undo()
		undo = perexample.Register(NodeTypeScatterSum, func(*Node, []int, int) (int, error) { return 2, nil })
		refused("axis 2 of its output")
		undo()
		undo = perexample.Register(NodeTypeScatterSum, func(_ *Node, axes []int, _ int) (int, error) { return axes[2], nil })
		out, err := views()
		undo()
		if err != nil {
			t.Fatal(err)
		}
		tolerance = 1e-12
		near(t, "gradients", tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1]))
		refused("where indices say")
	})
	defer func() {
		if recover() == nil {
			t.Error("a rule for an operation that has one was taken")
		}
	}()
	perexample.Register(NodeTypeAdd, nil)
}
