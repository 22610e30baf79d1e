// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"

	"coherentgradients/cgkit/internal/disk"
)

// Learned counts when training examples were learned, by evaluated step (CG §2.3, Figure 1d). Two senses are kept, as
// the paper does not say which it draws: the first evaluated step at which an example is predicted as its training
// label, and the step from which it stays so through the last evaluation.
type Learned struct {
	Steps    []int `json:"steps"`    // the evaluated steps
	Pristine int   `json:"pristine"` // training examples whose label is unchanged
	Corrupt  int   `json:"corrupt"`  // those whose label is changed
	// Each list counts, for each step, the examples of a group learned at that step; divide the running sum by the
	// group's size for a curve.
	PristineFirst []int `json:"pristine_first"`
	CorruptFirst  []int `json:"corrupt_first"`
	PristineKept  []int `json:"pristine_kept"`
	CorruptKept   []int `json:"corrupt_kept"`
}

// LoadLearned reads the counts beside a record's evaluations. They are there from the end of a run on; before, and for
// engines that do not count, the error is fs.ErrNotExist.
func (r *Record) LoadLearned() (*Learned, error) {
	folder, err := disk.OpenFolder(r.Dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	l := &Learned{}
	there, err := recordFolder{folder, r.Dir}.readJSON(LearnedName, len(r.Spec.Evaluated()), l)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, &fs.PathError{Op: "open", Path: folder.Path(LearnedName), Err: fs.ErrNotExist}
	}
	for _, list := range [][]int{l.PristineFirst, l.CorruptFirst, l.PristineKept, l.CorruptKept} {
		if len(list) != len(l.Steps) {
			return nil, Damaged(r.Dir, LearnedName, "%d counts for %d steps", len(list), len(l.Steps))
		}
	}
	return l, nil
}

func WriteLearned(dir string, l *Learned) error {
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return disk.WriteBytes(filepath.Join(dir, LearnedName), append(data, '\n'))
}

// WeightsPath is the record's file of final weights, which NumPy's load reads; false where there is none.
func (r *Record) WeightsPath() (path string, ok bool) {
	path = filepath.Join(r.Dir, WeightsName)
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular()
}
