// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package xlaflags knows the options of LLVM with which XLA's CPU compiler makes vector code of large selection networks.
// Package backend sets them for the plugin it knows, and package aggregate looks whether they are in force.
package xlaflags

import (
	"os"
	"strings"
)

// Env is the variable that XLA reads its flags from, once, when a plugin is loaded.
const Env = "XLA_FLAGS"

// flag hands options to LLVM. A plugin whose LLVM does not know one of them ends the process.
const flag = "--xla_backend_extra_options"

// options are limits at which LLVM gives up, each raised out of a network's way. XLA writes a loop of more than 4,000
// operations as many functions.
var options = []string{
	"-inline-threshold=1000000",               // joins those functions again
	"-locally-hot-callsite-threshold=1000000", // the same, for the one that is called within the loop
	"-alias-set-saturation-threshold=4096",    // how many values read may be told apart from what is written: 250
	"-runtime-memory-check-threshold=4096",    // once joined, they are told apart when the loop runs: 8
	"-memory-check-merge-threshold=4096",      // the same: 100
}

// Tuned says whether all of the options are in force.
func Tuned() bool {
	flags := os.Getenv(Env)
	for _, option := range options {
		if name, _, _ := strings.Cut(option, "="); !strings.Contains(flags, name+"=") {
			return false
		}
	}
	return true
}

// Add adds the options to flags. Options for LLVM that are there already stay as they are, alone.
func Add(flags string) string {
	if strings.Contains(flags, flag) {
		return flags
	}
	return strings.TrimSpace(flags + " " + flag + "=" + strings.Join(options, ","))
}
