// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
)

// Files of a prepared folder: little-endian, row-major.
const (
	imagesFile  = "images.f32"  // [batch, features], 0 to 1
	labelsFile  = "labels.i32"  // [batch]
	weightsFile = "weights.f32" // weights_0 [in, out], biases_0 [out], weights_1, …
)

const (
	features = 784
	classes  = 10

	// fewestExamples is how large the synthetic set is at least.
	fewestExamples = 1000
	// prepareSteps is how many plain steps the weights have behind them.
	prepareSteps = 200
	// faint pixels become 0, so that a glyph has as many zeros as a digit of MNIST has, 81 %.
	faint = 64
)

// problem is the synthetic training problem of a setup: digits as white strokes on black, with label noise so that the
// gradients do not die out.
func problem(ctx context.Context, s *Setup) (run.Problem, error) {
	if s.Model != nil {
		return modelProblem(s)
	}
	n := (fewestExamples + s.Batch - 1) / s.Batch * s.Batch
	set, err := datasets.NewGlyphs(ctx, n, classes, 1)
	if err != nil {
		return run.Problem{}, err
	}
	for i, p := range set.Train.Pixels {
		if p < faint {
			set.Train.Pixels[i] = 0
		}
	}
	noise, err := datasets.NewLabelNoise(set.Train.Labels, 0.3, 1)
	if err != nil {
		return run.Problem{}, err
	}
	spec := record.DefaultSpec()
	spec.Dataset, spec.Noise = set.Name, 0.3
	spec.Hidden = s.Net[1 : len(s.Net)-1]
	spec.Aggregator, spec.C = s.Aggregator, s.C
	spec.Batch, spec.LearningRate = s.Batch, s.LearningRate
	return run.Problem{Spec: spec, Set: set, Noise: noise}, nil
}

// firstBatch is the batch of the problem's first update: images [batch, features] from 0 to 1, labels [batch].
func firstBatch(p run.Problem) (images []float32, labels []int32, err error) {
	order, err := run.NewBatchOrder(p.Spec, p.Set.Train.Len())
	if err != nil {
		return nil, nil, err
	}
	for _, example := range order.Batch(0) {
		size := p.Set.Features()
		at := int(example) * size
		for _, pixel := range p.Set.Train.Pixels[at : at+size] {
			images = append(images, float32(pixel)/255)
		}
		labels = append(labels, int32(p.Noise.Given[example]))
	}
	return images, labels, nil
}

// readWeights reads the weights and biases of a net in turn, as [experiment.Engine] names them.
func readWeights(path string, net []int) ([][]float32, error) {
	flat, err := readFloats(path)
	if err != nil {
		return nil, err
	}
	if len(flat) != parameters(net) {
		return nil, fmt.Errorf("%s holds %d numbers, the net has %d", filepath.Base(path), len(flat), parameters(net))
	}
	var list [][]float32
	for i := range len(net) - 1 {
		for _, size := range []int{net[i] * net[i+1], net[i+1]} {
			list = append(list, flat[:size:size])
			flat = flat[size:]
		}
	}
	return list, nil
}

// parameters is the number of weights and biases of a net.
func parameters(net []int) int {
	n := 0
	for i := range len(net) - 1 {
		n += (net[i] + 1) * net[i+1]
	}
	return n
}

func readFloats(path string) ([]float32, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values, nil
}

func writeFloats(path string, lists ...[]float32) error {
	var data []byte
	for _, list := range lists {
		for _, v := range list {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
	}
	return os.WriteFile(path, data, 0o600)
}

func writeLabels(path string, labels []int32) error {
	var data []byte
	for _, v := range labels {
		data = binary.LittleEndian.AppendUint32(data, uint32(v))
	}
	return os.WriteFile(path, data, 0o600)
}
