// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package halves says in which type numbers are added up: those of half precision in float32.
package halves

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// SumType is the type in which numbers of a type are added up: float32 for half precision, else the same.
func SumType(dtype dtypes.DType) dtypes.DType {
	if dtype == dtypes.Float16 || dtype == dtypes.BFloat16 {
		return dtypes.Float32
	}
	return dtype
}

// Wide is x in the type in which it is added up.
func Wide(x *graph.Node) *graph.Node { return graph.ConvertDType(x, SumType(x.DType())) }
