// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package fetch

import "os/exec"

func ownGroup(*exec.Cmd) {} // the context's end kills the command alone

func endGroup(*exec.Cmd) {}
