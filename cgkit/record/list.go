// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"coherentgradients/cgkit/internal/disk"
)

// Listed is what a folder of records holds under a name: a record, or why it can't be read.
type Listed struct {
	Name   string
	Record *Record // nil where Err is not
	Err    error   // a [*DamagedError], or another reason
}

// List reads every record in a folder of records, in the order of their names; damaged ones are in the list too. A
// folder that is not there has none.
func List(dir string) ([]Listed, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var list []Listed
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		r, err := Load(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, disk.ErrNotDir) {
			continue // something else in the folder
		}
		if err != nil {
			r = nil
		}
		list = append(list, Listed{name, r, err})
	}
	return list, nil
}

// LoadAll is [List] for those who need all of them: the first record that can't be read is an error, and the others are
// returned with it.
func LoadAll(dir string) (records []*Record, err error) {
	list, err := List(dir)
	for _, at := range list {
		if at.Err != nil {
			err = cmp.Or(err, at.Err)
			continue
		}
		records = append(records, at.Record)
	}
	return records, err
}
