// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"
)

// numericModules are the modules whose version may show in the numbers.
var numericModules = []string{"github.com/gomlx/", "gonum.org/v1/gonum"}

// newSession describes this process.
func newSession(fromStep int, set *datasets.Set, dataHash string, engine Engine, now time.Time) record.Session {
	s := record.Session{
		Data:     fmt.Sprintf("%s, %d + %d", set.Title, set.Train.Len(), set.Test.Len()),
		DataHash: dataHash,
		Input:    []int{set.Height, set.Width, set.Channels},
		Classes:  set.Classes,
		Made:     set.Synthetic,
		Started:  now.UTC().Format(time.RFC3339),
		FromStep: fromStep,
		XLAFlags: record.ClipTo(withoutPaths(os.Getenv("XLA_FLAGS")), 4096),
		Threads:  runtime.GOMAXPROCS(0),
		CPU:      strings.TrimSpace(cpuid.CPU.BrandName),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Go:       runtime.Version(),
	}
	if b, ok := engine.(interface{ Backend() record.Backend }); ok {
		s.Backend = b.Backend()
		s.Backend.Plugin = filepath.Base(s.Backend.Plugin)
		if s.Backend.Plugin == "." {
			s.Backend.Plugin = ""
		}
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return s
	}
	for _, module := range info.Deps {
		for _, prefix := range numericModules {
			if strings.HasPrefix(module.Path, prefix) {
				if s.Modules == nil {
					s.Modules = map[string]string{}
				}
				s.Modules[module.Path] = module.Version
			}
		}
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			s.Revision = setting.Value
		}
	}
	return s
}

// withoutPaths replaces the folders in a list of flags: they name a user, and no number depends on them.
func withoutPaths(flags string) string {
	fields := strings.Fields(flags)
	for i, field := range fields {
		if name, value, ok := strings.Cut(field, "="); ok && strings.ContainsAny(value, `/\`) {
			fields[i] = name + "=…"
		} else if !ok && strings.ContainsAny(field, `/\`) {
			fields[i] = "…"
		}
	}
	return strings.Join(fields, " ")
}
