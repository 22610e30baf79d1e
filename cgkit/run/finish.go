// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/record"
)

// finish ends a record whose last evaluation, or whose divergence, is on the disk. In this order, so that whatever is
// undone by a power cut is done again by the next [Run]: the seal; the checkpoint goes; the record takes its place.
func (t *training) finish() error {
	r := t.record
	if err := closeRecord(r.Dir); err != nil {
		return unwritten(r.Spec, err)
	}
	if t.old == nil {
		return nil
	}
	folder, id := filepath.Dir(r.Dir), r.Spec.ID()
	if err := record.Install(folder, id); err != nil {
		return fmt.Errorf("can't put the record %s into its place: %w; mend that and run it again", id, err)
	}
	r.Dir = filepath.Join(folder, id)
	return nil
}

// unwritten says that a record could not be written, as on a full disk.
func unwritten(s record.Spec, err error) error {
	return fmt.Errorf("can't write the record %s: %w; mend that and run it again, it goes on from what is saved", s.ID(), err)
}

// closeRecord seals a record that has all it will have, and removes what only training needs.
func closeRecord(dir string) error {
	if err := record.WriteSeal(dir); err != nil {
		return err
	}
	return disk.Remove(filepath.Join(dir, record.CheckpointName))
}

// unclean says whether somebody was killed while finishing a record, or left a lock: the next one that may, tidies up.
func unclean(folder, id string) bool {
	dir := filepath.Join(folder, id)
	if isFile(filepath.Join(dir, record.CheckpointName)) || isFile(dir+".lock") {
		return true
	}
	if _, err := os.Lstat(record.OldDir(folder, id)); err == nil {
		return true
	}
	if again, err := record.Load(record.AgainDir(folder, id)); err == nil && again.Finished() {
		return true
	}
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return record.Leftover(e.Name()) })
}

// isFile says whether a path is of a regular file: what is not was left by nobody's run, and stays.
func isFile(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

// tidy finishes what a killed process had begun to finish: it puts a record that was trained again into its place,
// seals one that still has its checkpoint, and removes leftovers. Call it under the record's lock, for a finished
// record or one that is not there.
func tidy(folder, id string) error {
	place := filepath.Join(folder, id)
	if again, err := record.LoadNamed(record.AgainDir(folder, id), id); err == nil && again.Finished() {
		if err := closeRecord(again.Dir); err != nil {
			return err
		}
		if err := record.Install(folder, id); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(place); err != nil {
		return nil
	}
	if err := disk.OwnFolder(place); err != nil {
		return err
	}
	if err := record.Discard(folder, id); err != nil {
		return err
	}
	if isFile(filepath.Join(place, record.CheckpointName)) {
		// Its last line may have been written and not synced.
		log, err := disk.OpenAppend(filepath.Join(place, record.EvaluationsName))
		if err != nil {
			return err
		}
		if err := errors.Join(log.Sync(), log.Close()); err != nil {
			return err
		}
		if err := closeRecord(place); err != nil {
			return err
		}
	}
	return record.RemoveLeftovers(place)
}

// Tidy removes what processes that were killed have left at a finished record in the store's folder for new ones: a
// checkpoint, a lock's file, temporary files, and says whether it did. It does nothing while somebody trains that
// spec, nor where nothing is left. What can't be tidied harms nobody, so there is no error.
func Tidy(s *record.Store, spec record.Spec) bool {
	folder, id := s.Clean().Write, spec.ID()
	if !unclean(folder, id) {
		return false
	}
	lock, err := lockRun(folder, id)
	if err != nil {
		return false
	}
	defer lock.Release()
	r, err := record.FindIn(folder, id)
	return err == nil && r.Finished() && tidy(folder, id) == nil
}

// SavedStep is the step that training a spec would go on from; 0 where it would begin.
func SavedStep(s *record.Store, spec record.Spec) int {
	folder, id := s.Clean().Write, spec.ID()
	step := max(checkpointStep(filepath.Join(folder, id, record.CheckpointName)), checkpointStep(filepath.Join(record.AgainDir(folder, id), record.CheckpointName)))
	return min(step, spec.Steps)
}
