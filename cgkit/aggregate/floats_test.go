// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
)

// float is a type of floating-point numbers.
type float struct {
	dtype dtypes.DType
	// The smallest number above 0, the smallest normal one, the largest, and the distance from 1 to the next.
	smallest, normal, largest, ulp float64
}

var floats = []float{
	{dtypes.Float16, 0x1p-24, 0x1p-14, 65504, 0x1p-10},
	{dtypes.BFloat16, 0x1p-133, 0x1p-126, 0x1.FEp127, 0x1p-7},
	{dtypes.Float32, math.SmallestNonzeroFloat32, 0x1p-126, math.MaxFloat32, 0x1p-23},
	{dtypes.Float64, math.SmallestNonzeroFloat64, 0x1p-1022, math.MaxFloat64, 0x1p-52},
}

// round is the number of the type next to x.
func (f float) round(x float64) float64 {
	return tensorValues(f.tensor([]float64{x}, 1))[0]
}

// tensor has the values in the type. GoMLX's own conversion to float16 makes subnormal numbers 0.
func (f float) tensor(values []float64, dims ...int) *tensors.Tensor {
	switch f.dtype {
	case dtypes.Float16:
		return tensors.FromFlatDataAndDimensions(converted(values, func(x float64) float16.Float16 {
			if math.Abs(x) < f.normal {
				bits := uint16(math.RoundToEven(math.Abs(x) / f.smallest))
				if math.Signbit(x) {
					bits |= 1 << 15
				}
				return float16.FromBits(bits)
			}
			return float16.FromFloat64(x)
		}), dims...)
	case dtypes.BFloat16:
		return tensors.FromFlatDataAndDimensions(converted(values, bfloat16.FromFloat64), dims...)
	case dtypes.Float32:
		return tensors.FromFlatDataAndDimensions(converted(values, func(x float64) float32 { return float32(x) }), dims...)
	}
	return tensors.FromFlatDataAndDimensions(slices.Clone(values), dims...)
}

func converted[T any](values []float64, convert func(float64) T) []T {
	list := make([]T, len(values))
	for i, x := range values {
		list[i] = convert(x)
	}
	return list
}

// tensorValues are a tensor's numbers in float64.
func tensorValues(x *tensors.Tensor) (list []float64) {
	x.MustConstFlatData(func(data any) {
		switch data := data.(type) {
		case []float16.Float16:
			for _, v := range data {
				list = append(list, v.Float64())
			}
		case []bfloat16.BFloat16:
			for _, v := range data {
				list = append(list, v.Float64())
			}
		case []float32:
			for _, v := range data {
				list = append(list, float64(v))
			}
		case []float64:
			list = slices.Clone(data)
		}
	})
	return list
}

// lost says up to which magnitude a backend may take numbers for 0: XLA on CPUs does so with subnormal ones, but those of
// float16, which it computes in float32.
func (f float) lost(b compute.Backend) float64 {
	if b.Name() == "xla" && f.dtype != dtypes.Float16 {
		return f.normal
	}
	return f.smallest
}

// roundoff is the largest relative error of one rounding, in the type or in the one that sums are made in.
func (f float) roundoff(sums bool) float64 {
	if sums {
		return min(f.ulp, 0x1p-23) / 2
	}
	return f.ulp / 2
}

// sumLimit is the largest number of the type that sums are made in.
func (f float) sumLimit() float64 {
	if f.dtype == dtypes.Float64 {
		return math.MaxFloat64
	}
	return math.MaxFloat32
}
