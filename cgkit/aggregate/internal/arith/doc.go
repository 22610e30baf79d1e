// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package arith is the arithmetic of rules at the edges of a type's range: sums of halves are made in float32, means of
// numbers whose sum is too large are made of scaled ones, and what must show a NaN compares and selects, as XLA's minimum
// and maximum on CPUs lose a NaN on one of their two sides.
package arith
