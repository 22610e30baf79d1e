// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/lstm"
	"github.com/gomlx/gomlx/ml/model"
)

// A recurrent net's views have the nodes of its examples plus those of its steps, not their product: with more examples a
// step costs no more nodes.
func TestNodesOfRecurrentNets(t *testing.T) {
	b := cgtest.Go(t)
	nodes := func(m, steps int) (views, plain int) {
		store := model.NewStore()
		exec, err := model.NewExec(b, store, func(scope *model.Scope, x *Node) []*Node {
			_, last, _ := lstm.New(scope.In("lstm"), x, 4).Done()
			losses := ReduceSum(Square(Reshape(last, m, 4)), 1)
			g := x.Graph()
			before := len(g.Nodes())
			Gradient(ReduceAllMean(losses), params(store, g)...)
			plain = len(g.Nodes()) - before
			before = len(g.Nodes())
			var out []*Node
			for _, v := range perexample.Of(losses, []*Node{x}, params(store, g)) {
				for i := range m {
					out = append(out, v.Example(i))
				}
			}
			views = len(g.Nodes()) - before
			return out
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		if _, err := exec.Compile(shapes.Make(dtypes.Float64, m, steps, 3)); err != nil {
			t.Fatal(err)
		}
		return views, plain
	}
	step := func(m int) int {
		long, _ := nodes(m, 20)
		short, _ := nodes(m, 10)
		return (long - short) / 10
	}
	if few, many := step(4), step(16); many > few {
		t.Errorf("a step takes %d nodes with 4 examples and %d with 16, want no more", few, many)
	}
	if views, plain := nodes(16, 20); views > 2*plain+60*16 {
		t.Errorf("views take %d nodes, the plain gradient %d: want at most twice that and 60 an example", views, plain)
	}
}
