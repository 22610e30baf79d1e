// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !linux

package plugin

func freeBytes(string) (free int64, known bool) { return 0, false }
