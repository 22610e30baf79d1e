// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/internal/disk/disktest"
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
)

// TestNoLocks: on a file system without locks a run is refused in one line, before there is a record.
func TestNoLocks(t *testing.T) {
	for _, reason := range []error{syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.ENOTSUP, syscall.ENOSYS, errors.ErrUnsupported} {
		h := &hooks{}
		opt := fakeOptions(t, h)
		restore := disk.Use(disktest.Faulty{Fail: func(operation, _ string) error {
			if operation == "lock" {
				return reason
			}
			return nil
		}})
		_, err := Run(context.Background(), fakeSpec(10), opt)
		restore()
		recordtest.CheckError(t, err, []string{"no file locks", reason.Error(), "two processes", "another folder"})
		if made, _ := h.counts(); made > 0 || len(filesOf(t, opt.Store.Write)) > 0 {
			t.Errorf("%d engines, files %v", made, filesOf(t, opt.Store.Write))
		}
	}
}

// TestFullDisk lets each single operation fail in turn, as on a full disk or one that was made read-only: each error is one
// line that names no temporary file, nothing that was said to be saved is lost, no temporary file stays, and once there is
// room the run ends as an undisturbed one.
func TestFullDisk(t *testing.T) {
	spec := fakeSpec(60)
	want := ""
	for _, reason := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT, syscall.EIO} {
		every := 1
		if reason != syscall.ENOSPC { // the same ways: a few of them
			every = 9
		}
		for number := 0; ; number += every {
			h := &hooks{chunk: 4}
			folder := t.TempDir()
			opt := Options{NewEngine: h.measuring, Store: &record.Store{Write: filepath.Join(folder, "runs")}, Progress: Silent, OpenSet: fakeSet,
				CheckpointSteps: 20, SaveWeights: true}
			count := 0
			failed := ""
			restore := disk.Use(disktest.Faulty{Fail: func(operation, path string) error {
				if count++; count > number && operation != "remove" { // from here on; removing works on a full disk
					failed = fmt.Sprintf("%s of %s", operation, filepath.Base(path))
					return reason
				}
				return nil
			}})
			said := 0
			h.advance = func(e *fakeEngine) (float64, error) { said = e.step; return 1, nil }
			_, err := Run(context.Background(), spec, opt)
			restore()
			h.advance = nil
			if failed == "" {
				if err != nil {
					t.Fatal(err)
				}
				want = evaluationsOf(t, mustRun(t, spec, opt))
				break
			}
			recordtest.CheckError(t, err, []string{reason.Error()})
			for _, name := range append([]string{record.CheckpointName, record.SealName}, record.RecordNames...) {
				if strings.Contains(fmt.Sprint(err), "/."+name) {
					t.Errorf("failing in %s: a temporary name in %q", failed, err)
				}
			}
			var left []string
			if _, err := os.Stat(opt.Store.Write); err == nil {
				left = filesOf(t, opt.Store.Write)
			}
			for _, name := range left {
				if strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".lock") {
					t.Errorf("failing in %s: left behind %s", failed, name)
				}
			}
			r, err := opt.Store.Find(spec)
			if err != nil {
				t.Fatalf("failing in %s: %v", failed, err)
			}
			for i, step := range record.Schedule(spec.Steps) {
				if step < said && (r == nil || i >= len(r.Evaluations)) {
					t.Fatalf("failing in %s: the evaluation of step %d is lost", failed, step)
				}
			}
			got := evaluationsOf(t, mustRun(t, spec, opt))
			if want == "" {
				want = undisturbedMeasuring(t, spec)
			}
			if got != want {
				t.Fatalf("failing in %s: got\n%s\nwant\n%s", failed, got, want)
			}
		}
	}
}

func undisturbedMeasuring(t *testing.T, spec record.Spec) string {
	t.Helper()
	h := &hooks{}
	opt := fakeOptions(t, h)
	opt.NewEngine = h.measuring
	return evaluationsOf(t, mustRun(t, spec, opt))
}
