// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// ErrUnsupported says that the pinned library can't run on this machine.
var ErrUnsupported = errors.New("the pinned XLA CPU plugin is for Linux on x86-64 with glibc 2.27 or newer")

// The oldest glibc that the library runs on.
const (
	glibcMajor = 2
	glibcMinor = 27
)

// Supported returns nil if the library can run here, else an error that wraps
// [ErrUnsupported], names what was found and says what to do instead.
func Supported(ctx context.Context) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return unsupported(runtime.GOOS + "/" + runtime.GOARCH)
	}
	if _, err := os.Stat("/lib64/ld-linux-x86-64.so.2"); err != nil {
		return unsupported("a system without glibc")
	}
	out, err := exec.CommandContext(ctx, "getconf", "GNU_LIBC_VERSION").Output()
	if err != nil {
		return nil // no getconf: let the loader judge
	}
	return glibcFits(string(out))
}

// glibcFits judges the answer of getconf, "glibc 2.36". An answer that can't be read
// is left to the loader to judge.
func glibcFits(answer string) error {
	version, found := strings.CutPrefix(strings.TrimSpace(answer), "glibc ")
	if !found {
		return nil
	}
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return nil
	}
	major, errMajor := strconv.Atoi(parts[0])
	minor, errMinor := strconv.Atoi(parts[1])
	if errMajor != nil || errMinor != nil {
		return nil
	}
	if major < glibcMajor || major == glibcMajor && minor < glibcMinor {
		return unsupported("glibc " + version)
	}
	return nil
}

func unsupported(found string) error {
	return fmt.Errorf("%w, this is %s: point PJRT_PLUGIN_LIBRARY_PATH to a folder with a %s of your own, or go on with the pure-Go backend", ErrUnsupported, found, libraryName)
}
