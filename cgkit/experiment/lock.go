// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// HeldError is what [Run] returns for a spec that another process is training in the same folder.
type HeldError struct {
	ID    string
	Owner string // " (pid 123 on host)", or "" where it is not known
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being trained by another process%s; wait for it, or stop it first", e.ID, e.Owner)
}

// runLock is one process's exclusive right to train a spec in a folder. The kernel holds it, so it ends with the
// process, however that ends; the file DIR/<id>.lock is only what the kernel locks, and says who.
type runLock struct{ lock *flock.Flock }

// lockRun takes the lock of a record's folder, or says at once who has it. It lies beside the folder, so that a record
// holds nothing but the record, and a run that fails early leaves no folder.
func lockRun(recordDir string) (*runLock, error) {
	path := recordDir + ".lock"
	for {
		lock := flock.New(path, flock.SetPermissions(0o644))
		held, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("can't lock %s: %w; name another folder", filepath.Base(recordDir), err)
		}
		if !held {
			return nil, &HeldError{ID: filepath.Base(recordDir), Owner: lockOwner(path)}
		}
		// The file may have been removed between our opening and locking it, by the one who had it. Then what we hold
		// is a lock on nothing, and the next process would make and lock a new file.
		same, err := sameFile(lock, path)
		if err != nil {
			lock.Close()
			return nil, err
		}
		if !same {
			lock.Close()
			continue
		}
		host, _ := os.Hostname() // a shared folder of a cluster: a pid alone says too little
		if err := os.WriteFile(path, fmt.Appendf(nil, "%d %s\n", os.Getpid(), host), 0o644); err != nil {
			return nil, errors.Join(fmt.Errorf("can't lock %s: %w; name another folder", filepath.Base(recordDir), err),
				(&runLock{lock}).release())
		}
		return &runLock{lock}, nil
	}
}

func sameFile(lock *flock.Flock, path string) (bool, error) {
	mine, err := lock.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(mine, there), err
}

// lockOwner is " (pid 123 on host)", or "" where the file does not say.
func lockOwner(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	var pid int
	var host string
	if n, _ := fmt.Sscanf(clip(strings.TrimSpace(string(data))), "%d %s", &pid, &host); n == 2 {
		return fmt.Sprintf(" (pid %d on %s)", pid, host)
	} else if n == 1 {
		return fmt.Sprintf(" (pid %d)", pid)
	}
	return ""
}

// release gives the lock back and removes its file, in this order: removed while held, so that nobody can be between.
func (l *runLock) release() error {
	return errors.Join(remove(l.lock.Path()), l.lock.Close())
}
