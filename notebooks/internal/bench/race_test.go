// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build race

package bench

// underRace: the pure-Go backend of GoMLX does arithmetic on pointers that the checks of -race refuse.
const underRace = true
