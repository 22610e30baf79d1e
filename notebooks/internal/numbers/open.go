// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"coherentgradients/cgkit/record"
)

// Open is a book on the finished records of a folder.
func Open(folder string) (*Book, error) {
	records, err := Finished(folder)
	if err != nil {
		return nil, err
	}
	return NewBook(records), nil
}

// Finished is the finished records of a folder, in the order of their names.
func Finished(folder string) (records []*record.Record, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		r, err := record.Load(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		if n := len(r.Evaluations); n > 0 && r.Evaluations[n-1].Step == r.Spec.Steps {
			records = append(records, r)
		}
	}
	return records, nil
}

// Digest is a hash of the records of a folder: of their names, specs, evaluations and counts of what was learned.
// A notebook keeps that of the records that it was drawn from.
func Digest(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		for _, name := range []string{"spec.json", "evaluations.jsonl", "learned.json"} {
			text, err := os.ReadFile(filepath.Join(folder, entry.Name(), name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
			fmt.Fprintf(h, "%s/%s %d\n%s", entry.Name(), name, len(text), text)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))[:32], nil
}
