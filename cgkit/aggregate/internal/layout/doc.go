// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package layout decides what a selection's loops hold: a parameter each, several parameters that share one large network,
// or some rows of a parameter at a time. Numbers do not depend on it.
package layout
