// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"coherentgradients/datasets/plainfile"

	"github.com/gofrs/flock"
)

// Lock is an exclusive lock that the kernel holds, so it ends with the process, however that ends. Its file is only
// what the kernel locks, and says who.
type Lock struct{ lock *flock.Flock }

// maxLockFile bounds a lock's file: a process's number and a machine's name.
const maxLockFile = 512

// lockText is what a lock's file may hold.
var lockText = regexp.MustCompile(`^([0-9]{1,20}( [!-~]{0,255})?\n?)?$`)

// TryLock takes the lock of a file, which it makes. Where another process has it, lock is nil and owner says who, as
// " (pid 123 on host)", as far as that is known. A file that is not a lock's is refused and not touched.
func TryLock(path string) (lock *Lock, owner string, err error) {
	for {
		if err := Replaceable(path); err != nil {
			return nil, "", err
		}
		l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|plainfile.NoFollow|plainfile.NonBlock), flock.SetPermissions(0o644))
		held, err := system.TryLock(l)
		if err != nil {
			l.Close()
			return nil, "", noLocks(path, err)
		}
		if !held {
			return nil, readOwner(path), nil
		}
		// The file may have been removed between our opening and locking it, by the one who had it. Then what we hold
		// is a lock on nothing, and the next process would make and lock a new file.
		same, err := sameFile(l, path)
		if err == nil && !same {
			l.Close()
			continue
		}
		if err == nil {
			err = claim(path)
		}
		if err != nil {
			l.Close() // the file stays: it may not be ours
			return nil, "", err
		}
		if err := sign(path); err != nil {
			return nil, "", errors.Join(err, (&Lock{l}).Release())
		}
		return &Lock{l}, "", nil
	}
}

// noLocks says what to do where the file system has no locks. The error without a lock would be two processes in one
// record.
func noLocks(path string, err error) error {
	for _, none := range []error{syscall.ENOLCK, syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.ENOTSUP, syscall.EINVAL, errors.ErrUnsupported} {
		if errors.Is(err, none) {
			return fmt.Errorf("the file system of %s has no file locks (%w), without which two processes could write one record",
				filepath.Dir(path), plainfile.Reason(err))
		}
	}
	return err
}

func sameFile(lock *flock.Flock, path string) (bool, error) {
	mine, err := lock.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(mine, there), err
}

// claim refuses a file that holds something else than a lock, or has another name under which that would change.
func claim(path string) error {
	text, err := plainfile.Read(path, maxLockFile)
	if tooLarge := (*plainfile.TooLargeError)(nil); errors.As(err, &tooLarge) || err == nil && !lockText.Match(text) {
		return fmt.Errorf("%s holds something else than a lock: move it away", path)
	}
	if err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err == nil && plainfile.Shared(info) {
		err = fmt.Errorf("%s has a second name (a hard link), which would change too: move it away", path)
	}
	return err
}

// sign writes into a lock's file who has it.
func sign(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|plainfile.NoFollow|plainfile.NonBlock, 0)
	if err != nil {
		return err
	}
	host, _ := os.Hostname() // a shared folder of a cluster: a pid alone says too little
	text := fmt.Sprintf("%d %s\n", os.Getpid(), host)
	if !lockText.MatchString(text) {
		text = fmt.Sprintf("%d\n", os.Getpid())
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// readOwner is " (pid 123 on host)", or "" where the file does not say.
func readOwner(path string) string {
	text, err := plainfile.Read(path, maxLockFile)
	words := strings.Fields(string(text))
	switch {
	case err != nil || len(words) == 0 || !lockText.Match(text):
		return ""
	case len(words) == 1:
		return fmt.Sprintf(" (pid %s)", words[0])
	}
	return fmt.Sprintf(" (pid %s on %s)", words[0], words[1])
}

// Release gives the lock back and removes its file, in this order: removed while held, so that nobody can be between.
func (l *Lock) Release() error {
	return errors.Join(Remove(l.lock.Path()), l.lock.Close())
}
