// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// part is the unfinished file beside the target, with the running hash of what it holds.
type part struct {
	file *os.File // nil once committed or closed
	path string
	hash hash.Hash
	size int64
}

// openPart opens or makes target.part and hashes what an earlier try left there. What is longer than limit is dropped.
func openPart(target string, limit int64) (*part, error) {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return nil, err
	}
	p := &part{path: target + ".part", hash: sha256.New()}
	if info, err := os.Lstat(p.path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is there and is not a file: move it away", p.path)
	}
	var err error
	if p.file, err = os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, err
	}
	p.size, err = io.Copy(p.hash, io.LimitReader(p.file, limit+1))
	if err == nil && p.size > limit {
		err = p.reset()
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *part) write(b []byte) error {
	n, err := p.file.Write(b)
	p.hash.Write(b[:n])
	p.size += int64(n)
	if err != nil {
		return &localError{err}
	}
	return nil
}

// reset forgets all bytes.
func (p *part) reset() error {
	if err := p.file.Truncate(0); err != nil {
		return &localError{err}
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return &localError{err}
	}
	p.hash.Reset()
	p.size = 0
	return nil
}

func (p *part) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// commit gives the file its final name once its bytes are on the disk.
func (p *part) commit(target string) error {
	err := p.file.Sync()
	if closeErr := p.file.Close(); err == nil {
		err = closeErr
	}
	p.file = nil
	if err == nil {
		err = os.Rename(p.path, target)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", target, err)
	}
	// Best effort, so that the new name survives a power cut too: not every system can sync a folder.
	if dir, err := os.Open(filepath.Dir(target)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// close leaves a .part behind only when it holds bytes worth resuming from.
func (p *part) close() {
	if p.file == nil {
		return
	}
	_ = p.file.Close()
	p.file = nil
	if p.size == 0 {
		_ = os.Remove(p.path)
	}
}

// sumOf is the SHA-256 sum of a file, or "" if it can't be read.
func sumOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
