// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"coherentgradients/cgkit/internal/recordtest"
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
	recordtest.WriteRecord(t, first, one.ID(), mustEncode(t, one), recordtest.Line0+"\n")
	if r := find(); r != nil {
		t.Errorf("an unfinished record outside of Write: %v", r.Dir)
	}
	recordtest.WriteRecord(t, second, one.ID(), mustEncode(t, one), recordtest.Line0+"\n")
	if r := find(); r == nil || r.Finished() || filepath.Dir(r.Dir) != second {
		t.Errorf("want the unfinished one in Write, got %v", r)
	}
	recordtest.WriteRecord(t, second, one.ID(), mustEncode(t, one), recordtest.Line0+"\n"+recordtest.Line1+"\n")
	if r := find(); r == nil || !r.Complete() || filepath.Dir(r.Dir) != second {
		t.Errorf("want the finished one in Write, got %v", r)
	}
	recordtest.WriteRecord(t, first, one.ID(), mustEncode(t, one), recordtest.Line0+"\n"+recordtest.Line1+"\n")
	if r := find(); r == nil || filepath.Dir(r.Dir) != first {
		t.Errorf("want the first finished one, got %v", r)
	}
}
