// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package live draws curves while something is trained: one call attaches a picture that grows and a line with the rate
// and the time left to a GoMLX training loop, or to a loop of one's own.
//
//	loop := train.NewLoop(trainer)
//	curves := live.Attach(loop, "my net", testSet)
//	loop.RunSteps(trainingSet, 2000)
//	curves.Figure() // for saving and exporting
//
// In a notebook's cell the picture stands below the cell, is redrawn up to twice a second and stays, as it is at the end,
// with the last numbers. In a terminal there are the line and the numbers alone.
package live
