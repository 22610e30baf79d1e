// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Environ is an environment in which the go command of a cell sees the module as it is, whatever variables or
// "go env -w" say: see [goEnviron]; the folders of the tools first on PATH; and go-xla's unchecked automatic download
// off unless the user has set GOMLX_NO_AUTO_INSTALL himself.
func (t Tools) Environ(environ []string) []string {
	var path string
	asked := false
	kept := make([]string, 0, len(environ)+8)
	for _, entry := range goEnviron(environ, t.Flags) {
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
	folders := append(t.Path(), path)
	return append(kept, "PATH="+strings.Join(folders, string(filepath.ListSeparator)))
}

// goEnviron is an environment for the go command: with modules, for this system, with cgo, no workspace of the user's
// and no other place for programs or temporary files, and of the user's flags those that stay (see [keptFlags]).
// flags is what "go env GOFLAGS" says, or empty for the variable's own value. Where modules come from stays as the
// user has set it.
//
// Each is set outright where "go env -w" can set it too: a variable that is merely left out falls back to that.
func goEnviron(environ []string, flags string) []string {
	kept := make([]string, 0, len(environ)+8)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "GOWORK", "GOBIN", "GOOS", "GOARCH", "GO111MODULE", "CGO_ENABLED", "GOTMPDIR":
			continue
		case "GOFLAGS":
			if flags == "" {
				flags = value
			}
			continue
		}
		kept = append(kept, entry)
	}
	return append(kept, "GO111MODULE=on", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "CGO_ENABLED=1", "GOFLAGS="+cleanFlags(flags))
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
