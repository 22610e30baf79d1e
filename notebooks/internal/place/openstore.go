// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"coherentgradients/cgkit/record"
	"fmt"
	"os"
	"path/filepath"
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
func OpenStore(out string) (*record.Store, error) {
	if out != "" {
		return &record.Store{Folders: []string{out}, Write: out}, nil
	}
	s := &record.Store{}
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
		root, err := ModuleRoot(dir)
		if err != nil {
			continue
		}
		results := filepath.Join(root, "notebooks", "results")
		if info, err := os.Stat(results); err == nil && info.IsDir() {
			return results
		}
	}
	return ""
}
