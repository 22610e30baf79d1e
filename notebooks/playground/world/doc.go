// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package world is what happens in the playground: a small net that learns points in the plane or small digits, some of
// whose labels are wrong, by a rule on the gradients of single examples; and what one can see of it at any step.
//
// All that is computed comes from package twin, in float64. The same [Config] gives the same world on every machine, but
// for the last bits of math.Exp. The package knows no browser.
package world
