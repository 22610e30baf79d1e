// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !linux

package disk

// Probe implements [System].
func (OS) Probe(dir string) error { return probeNamed(dir) }
