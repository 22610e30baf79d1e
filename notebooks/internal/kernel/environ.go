// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"errors"
	"os/exec"
	"strings"
)

// Environ is an environment in which the go command of a cell sees the module as it
// is: no workspace of the user's (GOWORK), no -mod or -modfile flag, which a workspace
// refuses; the folders first on PATH; and go-xla's unchecked automatic download off
// unless the user has set GOMLX_NO_AUTO_INSTALL himself.
func Environ(environ []string, folders ...string) []string {
	var path string
	asked := false
	kept := make([]string, 0, len(environ)+2)
	for _, entry := range cleanGo(environ) {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "PATH":
			path = value
			continue
		case "GOMLX_NO_AUTO_INSTALL":
			asked = true
		}
		kept = append(kept, entry)
	}
	if !asked {
		kept = append(kept, "GOMLX_NO_AUTO_INSTALL=1")
	}
	return append(kept, "PATH="+strings.Join(append(append([]string{}, folders...), path), ":"))
}

// cleanGo drops what would bend the go command: see [Environ].
func cleanGo(environ []string) []string {
	kept := make([]string, 0, len(environ)+1)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "GOWORK", "GOBIN", "GOOS", "GOARCH":
			continue
		case "GOFLAGS":
			entry = "GOFLAGS=" + cleanFlags(value)
		}
		kept = append(kept, entry)
	}
	return kept
}

// cleanFlags drops -mod and -modfile from a GOFLAGS value.
func cleanFlags(flags string) string {
	var kept []string
	for _, f := range strings.Fields(flags) {
		name, _, _ := strings.Cut(strings.TrimLeft(f, "-"), "=")
		if name != "mod" && name != "modfile" {
			kept = append(kept, f)
		}
	}
	return strings.Join(kept, " ")
}

// complaint is the first telling line of what a failed go command printed, with a
// remedy where there is one.
func complaint(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err.Error()
	}
	text := string(exit.Stderr)
	for _, cause := range []struct{ says, means string }{
		{"no space left on device", "the disk is full; free about 400 MB, or set XDG_CACHE_HOME and TMPDIR to another disk"},
		{"dial tcp", "the Go module proxy can't be reached; connect to the network, or set GOPROXY to one that can be, and run the command again"},
		{"no such host", "the Go module proxy can't be reached; connect to the network, or set GOPROXY to one that can be, and run the command again"},
		{"module lookup disabled by GOPROXY=off", "a module is not in the module cache and GOPROXY is off"},
	} {
		if strings.Contains(text, cause.says) {
			return cause.means
		}
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "go: downloading") && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return err.Error()
}
