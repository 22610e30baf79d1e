// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"path/filepath"

	"coherentgradients/cgkit/internal/disk"
)

// HeldError is what [Run] returns for a spec that another process is training in the same folder.
type HeldError struct {
	ID    string
	Owner string // " (pid 123 on host)", or "" where it is not known
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being trained by another process%s; wait for it, or stop it first", e.ID, e.Owner)
}

// lockRun takes one process's exclusive right to train a spec in a folder, or says at once who has it. The lock's file
// lies beside the record, so that a record holds nothing but the record, and a run that fails early leaves no folder.
func lockRun(folder, id string) (*disk.Lock, error) {
	lock, owner, err := disk.TryLock(filepath.Join(folder, id+".lock"))
	if err != nil {
		return nil, fmt.Errorf("can't lock %s: %w; name another folder (--out, or $%s)", id, err, EnvRuns)
	}
	if lock == nil {
		return nil, &HeldError{ID: id, Owner: owner}
	}
	return lock, nil
}
