// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/internal/disk"
)

// Names in a record's folder.
const (
	specName        = "spec.json"
	evaluationsName = "evaluations.jsonl"
	provenanceName  = "provenance.json"
	checkpointName  = "checkpoint.bin"
	divergedName    = "diverged.json"
	learnedName     = "learned.json"
	weightsName     = "weights.npz" // written only when asked for: it is by far the largest
	sealName        = "SHA256SUMS"
)

// recordNames are the files that make up a finished record, in the order in which they are sealed.
var recordNames = []string{specName, evaluationsName, provenanceName, learnedName, divergedName, weightsName}

// removeLeftovers removes the temporary files of a writer that was killed. Call it under the record's lock.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if leftover(entry.Name()) {
			if err := disk.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// leftover says whether a name in a record's folder is of a temporary file.
func leftover(name string) bool {
	target := disk.TempOf(name)
	return target == checkpointName || target == sealName || slices.Contains(recordNames, target)
}

// againDir is the folder in which a finished record is trained again, until it takes the record's place; oldDir is where
// the record goes meanwhile. Both lie beside it, hidden.
func againDir(folder, id string) string { return filepath.Join(folder, "."+id+".again") }
func oldDir(folder, id string) string   { return filepath.Join(folder, "."+id+".old") }

// install puts the finished record in [againDir] into its place. A power cut leaves the old record there, or the new one,
// or none there and the new one in againDir, where [Store.Find] looks too. Call it under the record's lock.
func install(folder, id string) error {
	place, again, old := filepath.Join(folder, id), againDir(folder, id), oldDir(folder, id)
	if _, err := os.Lstat(place); err == nil {
		if err := discard(folder, id); err != nil { // of an earlier time
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
	return discard(folder, id)
}

// discard removes the record in [oldDir], if there is one. Files that are none of a record's go over to the one that took
// its place.
func discard(folder, id string) error {
	old := oldDir(folder, id)
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
		if leftover(name) || name == checkpointName || name == sealName || slices.Contains(recordNames, name) {
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
