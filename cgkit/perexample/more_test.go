// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/lstm"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

// More models: what users' code does beyond plain stacks of layers.
func init() {
	modelCases = append(modelCases,
		modelCase{name: "weights [out, in]", example: []int{7}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			return layers.DenseWithLayout(s.In("a"), x, compute.DenseLayoutOutputsInput, true, classes)
		})},
		modelCase{name: "convolution 1-d", example: []int{9, 2}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			h := Tanh(layers.Convolution(s.In("a"), x).Channels(4).KernelSize(3).Strides(2).PadSame().Done())
			return layers.Dense(s.In("b"), ReduceMean(h, 1), true, classes)
		})},
		modelCase{name: "grouped convolution", example: []int{6, 6, 4}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			// GoMLX's layer makes a kernel for one group only, so the kernel is made here.
			kernel := s.VariableWithShape("kernel", shapes.Make(x.DType(), 3, 3, 2, 6)).NodeValue(x.Graph())
			h := Tanh(Convolve(x, kernel).ChannelGroupCount(2).Done())
			return layers.Dense(s.In("b"), ReduceMean(h, 1, 2), true, classes)
		})},
		modelCase{name: "one part of the loss of stopped gradient", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			h := layers.Dense(s.In("a"), x, true, classes)
			return Add(h, StopGradient(Square(h)))
		})},
		modelCase{name: "statistics of the batch, not differentiated", example: []int{6}, batchStatistics: true, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			h := layers.Dense(s.In("a"), x, true, 6)
			scale := StopGradient(AddScalar(ReduceAllMean(Square(h)), 1))
			return layers.Dense(s.In("b"), Div(h, scale), true, classes)
		})},
		modelCase{name: "layer norm before the first layer", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			return layers.Dense(s.In("b"), activation.Relu(layers.Dense(s.In("a"), norm.LayerNorm(s.In("n"), x, -1).Done(), true, 6)), true, classes)
		})},
		modelCase{name: "gated by a parameter of one number", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			gate := s.VariableWithShape("gate", shapes.Make(x.DType())).NodeValue(x.Graph())
			h := Mul(layers.Dense(s.In("a"), x, true, 6), Sigmoid(gate))
			return layers.Dense(s.In("b"), h, true, classes)
		})},
		modelCase{name: "concatenated", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			token := s.VariableWithShape("token", shapes.Make(x.DType(), 1, 3)).NodeValue(x.Graph())
			m := x.Shape().Dimensions[0]
			h := Concatenate([]*Node{x, BroadcastToDims(token, m, 3)}, 1)
			return layers.Dense(s.In("b"), Tanh(h), true, classes)
		})},
		modelCase{name: "penalty on activations", example: []int{6}, loss: func(s *model.Scope, x, y *Node) *Node {
			h := Tanh(layers.Dense(s.In("a"), x, true, 6))
			data := ReduceAllMean(classify(layers.Dense(s.In("b"), h, true, classes), y))
			return Add(data, MulScalar(ReduceAllMean(Square(h)), 0.1))
		}},
		modelCase{name: "computed in float32", example: []int{6}, tolerance: 1e-5, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			w := s.VariableWithShape("w", shapes.Make(dtypes.Float64, 6, 8)).NodeValue(x.Graph())
			h := Dot(ConvertDType(x, dtypes.Float32), ConvertDType(w, dtypes.Float32)).Product()
			return layers.Dense(s.In("b"), ConvertDType(activation.Relu(h), dtypes.Float64), true, classes)
		})},
		modelCase{name: "LSTM with peepholes, both ways", example: []int{3, 2}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			_, last, cell := lstm.New(s.In("lstm"), x, 2).UsePeephole(true).Direction(lstm.DirBidirectional).Done()
			h := Transpose(Add(last, Tanh(cell)), 0, 1) // [m, 2, 2]
			return layers.Dense(s.In("b"), Reshape(h, h.Shape().Dimensions[0], -1), true, classes)
		})},
		modelCase{name: "weight used four times, on sequences too", example: []int{2, 4}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			w := s.VariableWithShape("w", shapes.Make(x.DType(), 4, 4)).NodeValue(x.Graph())
			bias := s.VariableWithShape("bias", shapes.Make(x.DType(), 1, 4)).NodeValue(x.Graph())
			h := Tanh(Einsum("bti,io->bto", x, w))
			h = Tanh(Add(ReduceMean(h, 1), bias))
			for i := range 3 {
				h = Tanh(Mul(Sub(Dot(h, w).Product(), bias), AddScalar(bias, float64(i))))
			}
			return layers.Dense(s.In("b"), Transpose(Einsum("io,bi->ob", w, h), 0, 1), true, classes)
		})},
		modelCase{name: "frozen batch norm", example: []int{3, 4}, xlaOnly: true, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			h := norm.BatchNorm(s.In("bn"), layers.Dense(s.In("a"), x, true, 6), -1).Trainable(false).Done()
			return layers.Dense(s.In("b"), ReduceMean(Tanh(h), 1), true, classes)
		})},
		modelCase{name: "checkpoints", example: []int{6}, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			h := layers.Dense(s.In("in"), x, true, 5)
			for i := range 2 {
				h = Add(h, Tanh(layers.Dense(s.In("block %d", i), h.Checkpoint(), true, 5)))
			}
			return layers.Dense(s.In("b"), h.StopCheckpoint(), true, classes)
		})},
		modelCase{name: "parameter with a batch axis", example: []int{6}, fixedBatch: true, loss: meanLoss(func(s *model.Scope, x *Node) *Node {
			offsets := s.VariableWithShape("offsets", shapes.Make(x.DType(), 5, 6)).NodeValue(x.Graph())
			return layers.Dense(s.In("b"), Tanh(Add(x, offsets)), true, classes)
		})},
	)
}
