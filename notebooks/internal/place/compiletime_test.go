// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// How long compiling took is told to runs of the same shape, and only to those; a damaged file is no error.
func TestCompileTimes(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	if err := os.MkdirAll(filepath.Join(cache, "coherentgradients"), 0o755); err != nil {
		t.Fatal(err)
	}
	opt := CompileTimes(run.Options{})
	s := record.DefaultSpec()
	if took := opt.CompileTime(s); took != 0 {
		t.Errorf("known before the first time: %v", took)
	}
	opt.Compiled(s, 12340*time.Millisecond)
	alike, other := s, s
	alike.Seed, alike.Noise, alike.Steps = 2, 0.5, 100
	other.Batch = 50
	if took := CompileTimes(run.Options{}).CompileTime(alike); took != 12300*time.Millisecond {
		t.Errorf("the same shape: %v", took)
	}
	if took := opt.CompileTime(other); took != 0 {
		t.Errorf("another shape: %v", took)
	}
	if took := CompileTimes(run.Options{Measure: record.MeasureGradients}).CompileTime(s); took != 0 {
		t.Errorf("with gradients measured: %v", took)
	}
	if err := os.WriteFile(filepath.Join(cache, "coherentgradients", compileTimesName), []byte("[1"), 0o644); err != nil {
		t.Fatal(err)
	}
	if took := opt.CompileTime(s); took != 0 {
		t.Errorf("a damaged file: %v", took)
	}
	opt.Compiled(s, time.Second)
	if took := opt.CompileTime(s); took != time.Second {
		t.Errorf("after a damaged file: %v", took)
	}
}
