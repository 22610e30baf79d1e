// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// feed is how examples get from a data set to a model: pixels as bytes, features as float32, and labels as int32
// classes or float32 targets.
type feed struct {
	set      *datasets.Set
	given    labels // of the training examples, those trained on
	features bool   // the model takes [m, features], not images
}

// labels are classes, or targets where there are no classes.
type labels struct {
	classes []uint8
	targets []float32
}

func newFeed(p run.Problem, features bool) feed {
	return feed{set: p.Set, given: labels{classes: p.Noise.Given, targets: p.Noise.GivenTargets}, features: features}
}

// of are the labels of a split as the set has them.
func of(s datasets.Split) labels { return labels{classes: s.Labels, targets: s.Targets} }

// exampleBytes is what one example's inputs take on their way to the device.
func (f feed) exampleBytes() int {
	if f.set.Train.Values != nil {
		return 4 * f.set.Features()
	}
	return f.set.Features()
}

// rawType is the type of what is copied to the device.
func (f feed) rawType() dtypes.DType {
	if f.set.Train.Values != nil {
		return dtypes.Float32
	}
	return dtypes.Uint8
}

func (f feed) labelType() dtypes.DType {
	if f.set.Classes == 0 {
		return dtypes.Float32
	}
	return dtypes.Int32
}

// rawShapes are those of n examples on the device.
func (f feed) rawShapes(n int) (inputs, labels shapes.Shape) {
	return shapes.Make(f.rawType(), n, f.set.Features()), shapes.Make(f.labelType(), n)
}

// inputs turns what was copied, [n, features], into what the model takes: pixels are divided by 255, and images become
// [n, height, width, channels].
func (f feed) inputs(raw *Node) *Node {
	x := raw
	if raw.DType() == dtypes.Uint8 {
		x = DivScalar(ConvertDType(raw, dtypes.Float32), 255)
	}
	if f.features || f.set.Train.Values != nil {
		return x
	}
	n := x.Shape().Dimensions[0]
	if f.set.Channels == 1 {
		return Reshape(x, n, f.set.Height, f.set.Width, 1)
	}
	// One channel after the other in the set, channels last in the model.
	return TransposeAllAxes(Reshape(x, n, f.set.Channels, f.set.Height, f.set.Width), 0, 2, 3, 1)
}

// inputShape is the shape of what the model takes, for n examples.
func (f feed) inputShape(n int) shapes.Shape {
	if f.features || f.set.Train.Values != nil {
		return shapes.Make(dtypes.Float32, n, f.set.Features())
	}
	return shapes.Make(dtypes.Float32, n, f.set.Height, f.set.Width, f.set.Channels)
}

// gather copies the listed examples of a split, with room for size of them; dims are the leading axes, of size examples
// in all.
func (f feed) gather(s datasets.Split, given labels, list []int32, dims ...int) (inputs, labels *tensors.Tensor) {
	size := 1
	for _, d := range dims {
		size *= d
	}
	features := f.set.Features()
	shape := append(append([]int{}, dims...), features)
	if s.Values != nil {
		inputs = tensors.FromFlatDataAndDimensions(gatherRows(s.Values, list, features, size), shape...)
	} else {
		inputs = tensors.FromFlatDataAndDimensions(gatherRows(s.Pixels, list, features, size), shape...)
	}
	return inputs, f.gatherLabels(given, list, size, dims...)
}

// gatherLabels copies the listed examples' labels, with room for size of them.
func (f feed) gatherLabels(given labels, list []int32, size int, dims ...int) *tensors.Tensor {
	if f.set.Classes == 0 {
		targets := make([]float32, size)
		for i, example := range list {
			targets[i] = given.targets[example]
		}
		return tensors.FromFlatDataAndDimensions(targets, dims...)
	}
	classes := make([]int32, size)
	for i, example := range list {
		classes[i] = int32(given.classes[example])
	}
	return tensors.FromFlatDataAndDimensions(classes, dims...)
}

// gatherRows copies rows of a matrix into the first rows of a new one, of size rows.
func gatherRows[T any](data []T, rows []int32, width, size int) []T {
	out := make([]T, size*width)
	for i, row := range rows {
		copy(out[i*width:(i+1)*width], data[int(row)*width:])
	}
	return out
}

// batches copies the batches of n updates from a step on, with room for limit of them: inputs [limit, batch, features],
// labels [limit, batch].
func (e *engine) batches(step, n, limit int) (inputs, labels *tensors.Tensor) {
	list := make([]int32, 0, n*e.problem.Spec.Batch)
	for s := range n {
		list = append(list, e.order.Batch(step+s)...)
	}
	if e.augment == nil {
		return e.feed.gather(e.problem.Set.Train, e.feed.given, list, limit, e.problem.Spec.Batch)
	}
	size := limit * e.problem.Spec.Batch
	rows := gatherRows(e.problem.Set.Train.Pixels, list, e.feed.set.Features(), size)
	for s := range n {
		e.augment.batch(rows[s*e.problem.Spec.Batch*e.feed.set.Features():], step+s)
	}
	inputs = tensors.FromFlatDataAndDimensions(rows, limit, e.problem.Spec.Batch, e.feed.set.Features())
	return inputs, e.feed.gatherLabels(e.feed.given, list, size, limit, e.problem.Spec.Batch)
}
