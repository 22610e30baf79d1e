// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"slices"

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
	there, err := recordFolder{folder, r.Dir}.readJSON(learnedName, len(Schedule(r.Spec.Steps)), l)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, &fs.PathError{Op: "open", Path: folder.Path(learnedName), Err: fs.ErrNotExist}
	}
	for _, list := range [][]int{l.PristineFirst, l.CorruptFirst, l.PristineKept, l.CorruptKept} {
		if len(list) != len(l.Steps) {
			return nil, damaged(r.Dir, learnedName, "%d counts for %d steps", len(list), len(l.Steps))
		}
	}
	return l, nil
}

// learner is an engine that follows when examples are learned.
type learner interface {
	// Learned counts over the given evaluated steps.
	Learned(steps []int) *Learned
}

func writeLearned(dir string, l *Learned) error {
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return disk.WriteBytes(filepath.Join(dir, learnedName), append(data, '\n'))
}

// tracker follows when each training example is learned.
type tracker struct {
	first, kept []int32 // evaluated steps, never where there is none
}

const never = -1

func newTracker(examples int) *tracker {
	t := &tracker{first: make([]int32, examples), kept: make([]int32, examples)}
	for i := range t.first {
		t.first[i], t.kept[i] = never, never
	}
	return t
}

// see takes note of which examples are right at a step.
func (t *tracker) see(step int, right []bool) {
	for i, ok := range right {
		switch {
		case !ok:
			t.kept[i] = never
		case t.kept[i] == never:
			t.kept[i] = int32(step)
			if t.first[i] == never {
				t.first[i] = int32(step)
			}
		}
	}
}

// everRight is the share of a group that has been right at some evaluated step.
func (t *tracker) everRight(group func(i int) bool) float64 {
	var right, count int
	for i, step := range t.first {
		if group(i) {
			count++
			if step != never {
				right++
			}
		}
	}
	return float64(right) / float64(max(count, 1))
}

// counts sums up over the evaluated steps.
func (t *tracker) counts(steps []int, corrupt func(i int) bool) *Learned {
	l := &Learned{Steps: slices.Clone(steps)}
	for _, list := range []*[]int{&l.PristineFirst, &l.CorruptFirst, &l.PristineKept, &l.CorruptKept} {
		*list = make([]int, len(steps))
	}
	add := func(list []int, step int32) {
		if i, ok := slices.BinarySearch(steps, int(step)); ok {
			list[i]++
		}
	}
	for i := range t.first {
		if corrupt(i) {
			l.Corrupt++
			add(l.CorruptFirst, t.first[i])
			add(l.CorruptKept, t.kept[i])
		} else {
			l.Pristine++
			add(l.PristineFirst, t.first[i])
			add(l.PristineKept, t.kept[i])
		}
	}
	return l
}
