// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/perexample"
	"coherentgradients/datasets/random"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// The paper's estimate: this many training examples, and weights of each layer (CG §2.4). A smaller set or layer is
// taken whole.
const (
	sampleExamples = 400
	sampleWeights  = 300
	nullWorlds     = 6
)

// hasSample says whether the paper's estimate is made: of the paper's net alone, whose layers are what it samples.
func (e *engine) hasSample() bool { return e.model.Name == "mlp" }

// sampleShapes are the dimensions of the layers' weights, of the paper's net.
func (e *engine) sampleShapes() [][]int {
	var list [][]int
	for _, v := range e.trainable() {
		if v.Shape().Rank() == 2 {
			list = append(list, v.Shape().Dimensions)
		}
	}
	return list
}

// gradientSample is what the paper's estimate looks at.
type gradientSample struct {
	examples []int32   // indices, rising
	entries  [][]int32 // for each layer, indices into its row-major weights, rising
	worlds   [][]bool  // which of the examples are corrupt: the real world, then the null worlds
}

// newGradientSample draws the sample, of layers of weights [in, out]. Only the designations depend on the run: examples
// and weights are the same for all seeds and noise levels.
func newGradientSample(layers [][]int, examples int, corrupt func(i int) bool) *gradientSample {
	s := &gradientSample{examples: random.Distinct(random.Stream(0, "gradient sample, examples", 0), examples, sampleExamples)}
	for l, dims := range layers {
		s.entries = append(s.entries, random.Distinct(random.Stream(0, "gradient sample, weights", l), dims[0]*dims[1], sampleWeights))
	}
	real := make([]bool, len(s.examples))
	for i, example := range s.examples {
		real[i] = corrupt(int(example))
	}
	s.worlds = append(s.worlds, real)
	for k := range nullWorlds {
		s.worlds = append(s.worlds, coherence.NullWorld(real, random.Stream(0, "null world", k+1)))
	}
	return s
}

// sizes are the numbers of pristine and of corrupt examples in the sample.
func (s *gradientSample) sizes() (pristine, corrupt int) {
	for _, c := range s.worlds[0] {
		if c {
			corrupt++
		}
	}
	return len(s.examples) - corrupt, corrupt
}

// entriesGraph returns some entries of the weights' per-example gradients, float32 [entries, n] for each layer, each
// the product of one value of the layer's input and one of its output's gradient. inputs: raw inputs [n, features],
// labels [n].
func (e *engine) entriesGraph(_ *model.Scope, inputs []*Node) []*Node {
	g, labels := inputs[0].Graph(), inputs[1]
	x := e.feed.inputs(inputs[0])
	var weights []*Node
	for _, v := range e.trainable() {
		if v.Shape().Rank() == 2 {
			weights = append(weights, v.NodeValue(g))
		}
	}
	// A view holds the gradients of the examples' own losses where it is given their mean.
	views := perexample.Of(ReduceAllMean(e.losses(e.output(x, false), labels)), []*Node{x, labels}, weights)
	var out []*Node
	for l, view := range views {
		left, right, ok := view.Outer()
		if !ok {
			panic(fmt.Errorf("layer %d of the paper's net is no dense layer", l))
		}
		entries, columns := e.gradients.sample.entries[l], int32(right.Shape().Dimensions[1])
		rowOf, columnOf := make([][]int32, len(entries)), make([][]int32, len(entries))
		for k, entry := range entries {
			rowOf[k], columnOf[k] = []int32{entry / columns}, []int32{entry % columns}
		}
		out = append(out, ConvertDType(Mul(
			Gather(Transpose(left, 0, 1), Const(g, rowOf)),
			Gather(Transpose(right, 0, 1), Const(g, columnOf))), dtypes.Float32))
	}
	return out
}

// sampledGroups is the paper's estimate: the groups of the sampled entries, with the 1/N of the mean loss, in the real
// world and in the null worlds.
func (e *engine) sampledGroups() ([]coherence.Groups, error) {
	m := e.gradients
	out, err := m.entries.Call(m.inputs, m.labels)
	if err != nil {
		return nil, err
	}
	n := len(m.sample.examples)
	rows := make([][]float64, n)
	for _, t := range out {
		values, err := tensors.CopyFlatData[float32](t) // [entries, n]
		if err != nil {
			return nil, err
		}
		t.MustFinalizeAll()
		for i, v := range values {
			rows[i%n] = append(rows[i%n], float64(v)/float64(m.many))
		}
	}
	var list []coherence.Groups
	for _, world := range m.sample.worlds {
		g, err := coherence.GroupsOfRows(rows, world)
		if err != nil {
			return nil, err
		}
		list = append(list, g)
	}
	return list, nil
}
