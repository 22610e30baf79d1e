// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"path/filepath"
	"testing"
)

func TestStoreFind(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	one := with(func(s *Spec) { s.Steps = 1 })
	s := &Store{Folders: []string{first}, Write: second + "/"}
	find := func() *Record {
		t.Helper()
		r, err := s.Find(one)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := find(); r != nil {
		t.Errorf("found %v", r)
	}
	writeRecord(t, first, one, line0+"\n")
	if r := find(); r != nil {
		t.Errorf("an unfinished record outside of Write: %v", r.Dir)
	}
	writeRecord(t, second, one, line0+"\n")
	if r := find(); r == nil || r.Finished() || filepath.Dir(r.Dir) != second {
		t.Errorf("want the unfinished one in Write, got %v", r)
	}
	writeRecord(t, second, one, line0+"\n"+line1+"\n")
	if r := find(); r == nil || !r.Complete() || filepath.Dir(r.Dir) != second {
		t.Errorf("want the finished one in Write, got %v", r)
	}
	writeRecord(t, first, one, line0+"\n"+line1+"\n")
	if r := find(); r == nil || filepath.Dir(r.Dir) != first {
		t.Errorf("want the first finished one, got %v", r)
	}
}

func TestStoreCheck(t *testing.T) {
	spec := fakeSpec(10)
	opt := fakeOptions(t, &hooks{})
	folder := opt.Store.Write
	finished, err := opt.Store.Check(spec)
	if finished || err != nil {
		t.Errorf("an empty folder: %v, %v", finished, err)
	}
	mustRun(t, spec, opt)
	if finished, err = opt.Store.Check(spec); !finished || err != nil {
		t.Errorf("a finished record: %v, %v", finished, err)
	}
	writeFile(t, filepath.Join(folder, spec.ID(), specName), "{}")
	_, err = opt.Store.Check(spec)
	checkError(t, err, []string{spec.ID(), "format"})
	_, err = (&Store{Write: filepath.Join(folder, spec.ID(), specName)}).Check(spec)
	checkError(t, err, []string{"is a file; name a folder"})
}
