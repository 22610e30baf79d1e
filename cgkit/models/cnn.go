// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// CNN is a small convolutional net in plain GoMLX: for each number of channels a 3×3 convolution that keeps the size,
// ReLU and 2×2 max pooling; then one dense layer, dropout where asked for, and the readout. On 28×28 pixels in 10
// classes with the default settings it has 105,866 parameters.
func CNN() Model {
	return Model{
		Name:  "cnn",
		About: "3×3 convolutions with ReLU and 2×2 pooling, then one hidden layer",
		Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
			if x.Rank() != 4 {
				panic(fmt.Errorf(`model "cnn" needs images, and a table of %d features was given: use model "mlp"`, x.Shape().Dimensions[x.Rank()-1]))
			}
			for i, channels := range channelsOf(scope) {
				x = layers.Convolution(scope.In("conv_%d", i), x).Channels(channels).KernelSize(3).PadSame().Done()
				x = graph.MaxScalar(x, 0)
				if x.Shape().Dimensions[1] > 1 && x.Shape().Dimensions[2] > 1 {
					x = graph.MaxPool(x).Window(2).Done()
				}
			}
			x = graph.Reshape(x, x.Shape().Dimensions[0], -1)
			if width := model.GetParamOr(scope, "cnn_hidden", 64); width > 0 {
				x = graph.MaxScalar(layers.Dense(scope.In("hidden"), x, true, width), 0)
			}
			if rate := model.GetParamOr(scope, "cnn_dropout", 0.0); rate > 0 {
				x = layers.DropoutStatic(scope, x, rate)
			}
			return layers.Dense(scope.In("readout"), x, true, model.GetParamOr(scope, ParamOutputs, 10))
		},
		Settings: map[string]any{"cnn_channels": "16,32", "cnn_hidden": 64, "cnn_dropout": 0.0},
	}
}

// channelsOf reads the setting cnn_channels, and panics where it is no list of widths.
func channelsOf(scope *model.Scope) []int {
	text := model.GetParamOr(scope, "cnn_channels", "16,32")
	var list []int
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > 4096 {
			panic(fmt.Errorf(`setting cnn_channels = %q of model "cnn": must be numbers of channels from 1 to 4096, such as 16,32`, text))
		}
		list = append(list, n)
	}
	return list
}
