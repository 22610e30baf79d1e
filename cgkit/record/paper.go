// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"slices"
)

// The paper's grids. Each call returns values of its own.

// Noises are the paper's levels of label noise: the curves of Figure 1 and the columns of Figure 4.
func Noises() []float64 { return []float64{0, 0.25, 0.5, 0.75, 1} }

// MixedNoises are the levels at which there are pristine and corrupt examples in number: the columns of Figures 2 and
// 3.
func MixedNoises() []float64 { return slices.Clone(Noises()[1:4]) }

// Clamps are the rows of Figure 4: c, in percent.
func Clamps() []float64 { return []float64{0, 1, 2, 4, 8} }

// Figure4 is a cell of Figure 4 on a data set (CG §3): 784–256–256–256–10, 60,000 steps, winsorized by c percent; c =
// 0 is plain SGD.
func Figure4(dataset string, noise, c float64) Spec {
	s := DefaultSpec()
	s.Dataset, s.Noise, s.C = dataset, noise, c
	if c > 0 {
		s.Aggregator = AggregatorWinsorize
	}
	return s
}

// Figure1 is a run of Figures 1 to 3 on a data set (CG §2): 784–2048–10, 100,000 steps of plain SGD.
func Figure1(dataset string, noise float64) Spec {
	s := DefaultSpec()
	s.Dataset, s.Noise, s.Hidden, s.Steps = dataset, noise, []int{2048}, 100_000
	return s
}

// FullBatchExamples is how many training examples the full batch is of (CG, discussion): a fixed part of the data set.
const FullBatchExamples = 6_000

// FullBatch is a run with the full batch on a part of a data set, and MiniBatch the same with minibatches of 100.
func FullBatch(dataset string, noise float64) Spec {
	s := MiniBatch(dataset, noise)
	s.Batch = FullBatchExamples
	return s
}

// MiniBatch is [FullBatch] with minibatches.
func MiniBatch(dataset string, noise float64) Spec {
	s := DefaultSpec()
	s.Dataset, s.Noise, s.Steps = fmt.Sprintf("%s-%d", dataset, FullBatchExamples), noise, 10_000
	return s
}
