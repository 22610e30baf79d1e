// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"
)

// Names in a record's folder.
const (
	SpecName        = "spec.json"
	EvaluationsName = "evaluations.jsonl"
	ProvenanceName  = "provenance.json"
	CheckpointName  = "checkpoint.bin"
	DivergedName    = "diverged.json"
	LearnedName     = "learned.json"
	WeightsName     = "weights.npz"  // written only when asked for: it is by far the largest
	ExamplesName    = "examples.npz" // written only where [MeasureExamples] asks for it
	SealName        = "SHA256SUMS"
)

// RecordNames are the files that make up a finished record, in the order in which they are sealed.
var RecordNames = []string{SpecName, EvaluationsName, ProvenanceName, LearnedName, ExamplesName, DivergedName, WeightsName}

// RemoveLeftovers removes the temporary files of a writer that was killed. Call it under the record's lock.
func RemoveLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if Leftover(entry.Name()) {
			if err := disk.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Leftover says whether a name in a record's folder is of a temporary file.
func Leftover(name string) bool {
	of := func(target string) bool { return plainfile.IsTemp(name, target) }
	return of(CheckpointName) || of(SealName) || slices.ContainsFunc(RecordNames, of)
}

// AgainDir is the folder in which a finished record is trained again, until it takes the record's place; oldDir is
// where the record goes meanwhile. Both lie beside it, hidden.
func AgainDir(folder, id string) string { return filepath.Join(folder, "."+id+".again") }
func OldDir(folder, id string) string   { return filepath.Join(folder, "."+id+".old") }

// Install puts the finished record in [againDir] into its place. A power cut leaves the old record there, or the new
// one, or none there and the new one in againDir, where [Store.Find] looks too. Call it under the record's lock.
func Install(folder, id string) error {
	place, again, old := filepath.Join(folder, id), AgainDir(folder, id), OldDir(folder, id)
	if _, err := os.Lstat(place); err == nil {
		if err := Discard(folder, id); err != nil { // of an earlier time
			return err
		}
		if err := disk.Rename(place, old); err != nil {
			return err
		}
		if err := disk.SyncDir(folder); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := disk.Rename(again, place); err != nil {
		return err
	}
	if err := disk.SyncDir(folder); err != nil {
		return err
	}
	return Discard(folder, id)
}

// Discard removes the record in [oldDir], if there is one. Files that are none of a record's go over to the one that
// took its place.
func Discard(folder, id string) error {
	old := OldDir(folder, id)
	entries, err := os.ReadDir(old)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		path := filepath.Join(old, name)
		if Leftover(name) || name == CheckpointName || name == SealName || slices.Contains(RecordNames, name) {
			err = disk.Remove(path)
		} else {
			err = disk.Rename(path, filepath.Join(folder, id, name))
		}
		if err != nil {
			return err
		}
	}
	return disk.Remove(old)
}
