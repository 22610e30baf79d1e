// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestLearnedIsReadBack(t *testing.T) {
	want := &Learned{Steps: []int{0, 1, 10}, Pristine: 2, Corrupt: 2,
		PristineFirst: []int{1, 1, 0}, CorruptFirst: []int{0, 1, 0},
		PristineKept: []int{0, 1, 1}, CorruptKept: []int{0, 1, 0}}
	r := &Record{Dir: t.TempDir()}
	if _, err := r.LoadLearned(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := WriteLearned(r.Dir, want); err != nil {
		t.Fatal(err)
	}
	if back, err := r.LoadLearned(); err != nil || !reflect.DeepEqual(back, want) {
		t.Errorf("read back %+v, %v", back, err)
	}
	for _, bad := range []string{"{", `{"steps":[1,2]}`} {
		if err := os.WriteFile(filepath.Join(r.Dir, LearnedName), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := r.LoadLearned(); err == nil {
			t.Errorf("%s was read without an error", bad)
		}
	}
}
