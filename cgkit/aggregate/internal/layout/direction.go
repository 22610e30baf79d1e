// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import (
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/gomlx/core/graph"
)

// Direction makes a direction of a sample by a method, each coordinate for itself.
type Direction = func(sample.Sample, order.Method) *graph.Node
