// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets/plainfile"
)

// compileTimesName is the file in the project's cache folder that keeps how long compiling took, by what was compiled.
const compileTimesName = "compile-times.json"

// mostCompileTimes bounds it; beyond, any are forgotten.
const mostCompileTimes = 500

// CompileTimes lets runs tell how long compiling may take from how long it took before, on this machine, for runs of
// their shape: those that differ in seed, noise and length. It is a help for the eyes: what can't be read or written of
// it is passed over.
func CompileTimes(opt run.Options) run.Options {
	cache, err := Cache()
	if err != nil {
		return opt
	}
	path := filepath.Join(cache, compileTimesName)
	opt.CompileTime = func(s record.Spec) time.Duration {
		return time.Duration(readCompileTimes(path)[compiledAlike(s, opt.Measure)] * float64(time.Second))
	}
	opt.Compiled = func(s record.Spec, took time.Duration) {
		times := readCompileTimes(path)
		if len(times) >= mostCompileTimes {
			delete(times, slices.Min(slices.Collect(maps.Keys(times))))
		}
		times[compiledAlike(s, opt.Measure)] = took.Round(time.Second / 10).Seconds()
		if text, err := json.Marshal(times); err == nil {
			_ = WriteFile(path, append(text, '\n'), 0o644)
		}
	}
	return opt
}

// compiledAlike names what a run has in common with those that the same compiled code does for.
func compiledAlike(s record.Spec, measure record.Measure) string {
	s.Seed, s.Noise, s.Steps, s.Data = 0, 0, 1, ""
	return s.ID() + " " + string(measure)
}

func readCompileTimes(path string) map[string]float64 {
	times := map[string]float64{}
	text, err := plainfile.Read(path, 1<<20)
	if err != nil || json.Unmarshal(text, &times) != nil || times == nil {
		return map[string]float64{}
	}
	return times
}
