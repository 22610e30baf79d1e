// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"coherentgradients/datasets/random"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Initial weights of "mlp" by name.
const (
	InitAuthors = "authors" // N(0, 2/√(fan_in+fan_out)), as the authors' code draws it
	InitXavier  = "xavier"  // Glorot normal, as the paper says it
)

// MLP is the paper's net: fully connected, ReLU, biases. Its variables are weights_i [in, out] and biases_i [out],
// from the input to the output. Widths and initial weights are a spec's hidden and init.
func MLP() Model {
	return Model{
		Name:     "mlp",
		About:    "fully connected, ReLU: the paper's (widths by --hidden)",
		Features: true,
		Layer:    func(name string) string { return name[strings.LastIndexByte(name, '_')+1:] },
		Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
			sizes := sizesOf(scope, x.Shape())
			for i := range len(sizes) - 1 {
				if i > 0 {
					x = graph.MaxScalar(x, 0)
				}
				weights := scope.VariableWithShape(WeightsName(i), shapes.Make(dtypes.Float32, sizes[i], sizes[i+1])).NodeValue(x.Graph())
				biases := scope.VariableWithShape(BiasesName(i), shapes.Make(dtypes.Float32, sizes[i+1])).NodeValue(x.Graph())
				x = graph.Add(graph.Dot(x, weights).Product(), graph.ExpandLeftToRank(biases, 2))
			}
			return x
		},
		Initialize: func(scope *model.Scope, x shapes.Shape, seed int64) error {
			sizes := sizesOf(scope, x)
			weights, biases, err := InitialWeights(model.GetParamOr(scope, ParamInit, InitAuthors), seed, sizes)
			if err != nil {
				return err
			}
			for i := range weights {
				if _, err := scope.CreateVariable(WeightsName(i), tensors.FromFlatDataAndDimensions(weights[i], sizes[i], sizes[i+1])); err != nil {
					return err
				}
				if _, err := scope.CreateVariable(BiasesName(i), tensors.FromFlatDataAndDimensions(biases[i], sizes[i+1])); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// WeightsName and BiasesName name layer i's variables, from 0 at the input.
func WeightsName(i int) string { return fmt.Sprintf("weights_%d", i) }

// BiasesName is WeightsName for biases.
func BiasesName(i int) string { return fmt.Sprintf("biases_%d", i) }

// sizesOf are the widths from the input to the output.
func sizesOf(scope *model.Scope, x shapes.Shape) []int {
	sizes := append([]int{x.Dimensions[x.Rank()-1]}, model.GetParamOr(scope, ParamHidden, []int{256, 256, 256})...)
	return append(sizes, model.GetParamOr(scope, ParamOutputs, 10))
}

// Deviation is the standard deviation of a dense layer's initial weights. The paper says Xavier, which is
// √(2/(in+out)) (Glorot and Bengio 2010, their normal form); the authors' code draws with 2/√(in+out), √2 times that.
// 0 for an unknown name.
func Deviation(init string, in, out int) float64 {
	switch init {
	case InitAuthors:
		return 2 / math.Sqrt(float64(in+out))
	case InitXavier:
		return math.Sqrt(2 / float64(in+out))
	}
	return 0
}

// InitialWeights draws the weights that "mlp" starts from. sizes are the widths from the input to the output, as
// 784, 256, 256, 256, 10; layer i leads from sizes[i] to sizes[i+1]. weights[i] is [in, out], row-major, drawn from
// N(0, [Deviation]²) by random.Stream(seed, "weights", i) and NormFloat64; biases[i] is [out], all 0.
//
// They are drawn here and not by a backend, so that all backends start from the same weights.
func InitialWeights(init string, seed int64, sizes []int) (weights, biases [][]float32, err error) {
	if len(sizes) < 2 {
		return nil, nil, fmt.Errorf("sizes = %v: need at least an input and an output", sizes)
	}
	for _, size := range sizes {
		if size < 1 {
			return nil, nil, fmt.Errorf("sizes = %v: each must be at least 1", sizes)
		}
	}
	for i, in := range sizes[:len(sizes)-1] {
		out := sizes[i+1]
		sigma := Deviation(init, in, out)
		if sigma == 0 {
			return nil, nil, fmt.Errorf("init = %q: unknown; use %s or %s", init, InitAuthors, InitXavier)
		}
		draw := rand.New(random.Stream(seed, "weights", i))
		w := make([]float32, in*out)
		for k := range w {
			w[k] = float32(sigma * draw.NormFloat64())
		}
		weights = append(weights, w)
		biases = append(biases, make([]float32, out))
	}
	return weights, biases, nil
}
