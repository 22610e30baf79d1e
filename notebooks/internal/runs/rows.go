// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"cmp"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/record"
)

// Where a record lies.
const (
	Project = "project" // committed with the project, or in another folder that is only read
	Own     = "own"     // where new records go
)

// States of a run.
const (
	Finished   = "finished"
	Unfinished = "unfinished"
	Diverged   = "diverged"
)

// Row is one run: its record, and where that was found.
type Row struct {
	*record.Record
	ID    string
	Where string // Project or Own
}

// State is how far the run came.
func (r Row) State() string {
	switch {
	case r.Record.Diverged != nil:
		return Diverged
	case r.Complete():
		return Finished
	}
	return Unfinished
}

// Read lists the records of a store by their ids, each once: the finished one where there are several, and that of the
// first folder among those. What can't be read is listed with the reason and keeps nothing else from being read.
func Read(store *record.Store) (rows []Row, unreadable []record.Listed, err error) {
	store = store.Clean()
	at := map[string]int{}
	for _, folder := range store.Folders {
		list, err := record.List(folder)
		if err != nil {
			return nil, nil, err
		}
		where := Project
		if folder == store.Write {
			where = Own
		}
		for _, l := range list {
			if l.Err != nil {
				l.Name = filepath.Join(folder, l.Name)
				unreadable = append(unreadable, l)
				continue
			}
			row := Row{Record: l.Record, ID: l.Record.Spec.ID(), Where: where}
			i, known := at[row.ID]
			switch {
			case !known:
				at[row.ID] = len(rows)
				rows = append(rows, row)
			case !rows[i].Finished() && row.Finished():
				rows[i] = row
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.ID, b.ID) })
	return rows, unreadable, nil
}

// Of are the rows of some specs that there is a record of, in their order.
func Of(store *record.Store, specs []record.Spec) (rows []Row) {
	store = store.Clean()
	for _, spec := range specs {
		r, err := store.Find(spec)
		if err != nil || r == nil { // told where the run is told
			continue
		}
		row := Row{Record: r, ID: spec.ID(), Where: Project}
		if filepath.Dir(r.Dir) == store.Write {
			row.Where = Own
		}
		rows = append(rows, row)
	}
	return rows
}
