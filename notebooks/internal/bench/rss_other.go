// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !linux

package bench

// peakRSSMB is not known here.
func peakRSSMB() float64 { return 0 }
