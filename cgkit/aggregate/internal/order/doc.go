// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package order is how order statistics, and means of what lies between two of them, get through XLA's CPU compiler: by
// networks of min and max, side by side or one side after the other, or by counting. What a rule asks for is a [Demand],
// how it is met a [Method].
package order
