// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package models keeps networks by name: ordinary GoMLX model functions, which know nothing of how they are trained.
//
// A run's spec names its model. Two are here: "mlp", the fully connected ReLU net of the paper, and "cnn", a small
// convolutional net. A program adds its own with [Register]:
//
//	models.MustRegister(models.Model{
//		Name: "linear",
//		Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
//			flat := graph.Reshape(x, x.Shape().Dimensions[0], -1)
//			return layers.Dense(scope.In("readout"), flat, true, model.GetParamOr(scope, models.ParamOutputs, 10))
//		},
//	})
//
// # Shapes
//
// x is [m, height, width, channels] float32, pixels from 0 to 1; tables of features are [m, features], as they were
// read. The output is [m, classes], logits, for sets with classes, and [m] or [m, 1] for sets with a target.
//
// # Settings
//
// What a model can be told (widths, rates) are GoMLX hyperparameters: read with model.GetParamOr, listed with their
// defaults in [Model.Settings], and set by a spec's settings. A setting that a model doesn't list is an error.
package models
