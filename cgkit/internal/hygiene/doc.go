// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package hygiene holds tests of the whole module and nothing else: what every package and file must have, and which way
// imports go.
package hygiene
