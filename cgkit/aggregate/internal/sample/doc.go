// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package sample is the m values that a rule selects among, in every coordinate of a parameter: as they come, stored, made
// within a loop, or gone through in blocks.
package sample
