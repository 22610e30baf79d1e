// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package remedy knows the commands that get what is missing, for this system, and the name that was meant.
package remedy

import "runtime"

// CCompiler gets a C compiler.
func CCompiler() string {
	return pick("xcode-select --install", "sudo apt install gcc libc6-dev (Debian, Ubuntu) or sudo dnf install gcc (Fedora)")
}

// Python gets a Python 3 with its venv module.
func Python() string {
	return pick("brew install python@3.13", "sudo apt install python3 python3-venv (Debian, Ubuntu) or sudo dnf install python3 (Fedora)")
}

// Venv gets the venv module of a Python that lacks it.
func Venv() string {
	return pick("brew install python@3.13", "sudo apt install python3-venv (Debian, Ubuntu) or sudo dnf install python3 (Fedora)")
}

// Go gets Go.
func Go() string {
	return pick("brew install go", "install Go 1.26.5 or newer from its download page") + ", then add its bin folder to PATH"
}

func pick(mac, others string) string {
	if runtime.GOOS == "darwin" {
		return mac
	}
	return others
}
