// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package meters measures models and their gradients while they are trained.
package meters
