// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"bytes"
	"coherentgradients/cgkit/internal/disk"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Variables of the environment that say where records are.
const (
	EnvRuns = "CG_RUNS" // the folder of records, in place of the user's cache folder
	EnvOut  = "CG_OUT"  // the output folder of a headless execution of notebooks; its records are in records/
)

// OpenStore returns the store that the environment asks for. It creates nothing.
//
//   - out not empty (train --out): that folder alone, so that it ends up with the record whatever else is known.
//   - otherwise: the project's own notebooks/results where it is found, then $CG_RUNS, by default
//     coherentgradients/runs in the user's cache folder, where new ones go. With $CG_OUT set (run --out) what is used is
//     copied to $CG_OUT/records as well, so that the next execution finds it whatever its output folder.
func OpenStore(out string) (*Store, error) {
	if out != "" {
		return &Store{Folders: []string{out}, Write: out}, nil
	}
	s := &Store{}
	if headless := os.Getenv(EnvOut); headless != "" {
		s.Collect = filepath.Join(headless, "records")
	}
	if results := findResults(); results != "" {
		s.Folders = append(s.Folders, results)
	}
	if s.Write = os.Getenv(EnvRuns); s.Write == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("no folder for records: %w; set %s to one", err, EnvRuns)
		}
		s.Write = filepath.Join(cache, "coherentgradients", "runs")
	}
	s.Folders = append(s.Folders, s.Write)
	return s, nil
}

// findResults looks for this module's notebooks/results, upward from the working folder and from that of the notebook.
func findResults() string {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	if dir := os.Getenv("GONB_DIR"); dir != "" { // set by the kernel: a cell is compiled and run elsewhere
		starts = append(starts, dir)
	}
	for _, dir := range starts {
		for ; ; dir = filepath.Dir(dir) {
			if isModule(filepath.Join(dir, "go.mod")) {
				results := filepath.Join(dir, "notebooks", "results")
				if info, err := os.Stat(results); err == nil && info.IsDir() {
					return results
				}
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return ""
}

func isModule(goMod string) bool {
	text, err := disk.ReadFile(goMod, 1<<20)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(text) {
		if strings.TrimSpace(string(line)) == "module coherentgradients" {
			return true
		}
	}
	return false
}
