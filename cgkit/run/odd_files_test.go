// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package run

import (
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// odd are things that are no regular file, made at a path. precious is a file that must stay as it is.
var odd = map[string]func(path, precious string) error{
	"a symbolic link": func(path, precious string) error { return os.Symlink(precious, path) },
	"a FIFO":          func(path, _ string) error { return syscall.Mkfifo(path, 0o644) },
	"a folder":        func(path, _ string) error { return os.Mkdir(path, 0o755) },
	"a socket": func(path, _ string) error {
		l, err := net.Listen("unix", "/tmp/"+filepath.Base(filepath.Dir(filepath.Dir(path)))+".s") // a short path
		if err != nil {
			return err
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		return errors.Join(os.Rename(l.Addr().String(), path), l.Close())
	},
}

// TestOddFiles puts what is no file in the place of each file that a run reads or writes, at each stage of a record. No
// run waits for it, follows it or replaces it.
func TestOddFiles(t *testing.T) {
	spec := fakeSpec(1500)
	for _, stage := range []string{"nothing", "unfinished", "finished"} {
		for kind, put := range odd {
			for _, name := range []string{record.SpecName, record.EvaluationsName, record.ProvenanceName, record.CheckpointName, record.DivergedName, record.LearnedName, record.WeightsName, record.SealName, ".lock", ""} {
				t.Run(strings.Join([]string{stage, kind, name}, "/"), func(t *testing.T) {
					h := &hooks{chunk: 10}
					opt := fakeOptions(t, h)
					opt.NewEngine, opt.SaveWeights = h.measuring, true
					dir := filepath.Join(opt.Store.Write, spec.ID())
					switch stage {
					case "unfinished":
						stopAfter(t, spec, opt, h, 30)
					case "finished":
						mustRun(t, spec, opt)
					}
					precious := filepath.Join(t.TempDir(), "precious")
					recordtest.WriteFile(t, precious, "keep me")
					path := filepath.Join(dir, name)
					switch name {
					case ".lock":
						path = dir + ".lock"
					case "":
						path = dir
						if kind == "a folder" {
							t.Skip("a record is one")
						}
					}
					if path != dir && name != ".lock" {
						if err := os.MkdirAll(dir, 0o755); err != nil {
							t.Fatal(err)
						}
					}
					if err := os.RemoveAll(path); err != nil {
						t.Fatal(err)
					}
					if err := put(path, precious); err != nil {
						t.Fatal(err)
					}
					_, updates := h.counts()
					r, err := Run(context.Background(), spec, opt)
					_, now := h.counts()
					// Where nothing of it is used, a run may go through; it is never lost sight of, though.
					if err == nil && !r.Loaded && name != record.WeightsName && name != record.LearnedName && name != record.SealName {
						t.Errorf("it went through")
					}
					if err != nil {
						recordtest.CheckError(t, err, []string{filepath.Base(path), strings.Split(kind, " ")[1]})
						if late := name == record.WeightsName || name == record.LearnedName || name == record.SealName; now > updates && !late {
							t.Error("trained first")
						}
					}
					if text, err := os.ReadFile(precious); err != nil || string(text) != "keep me" {
						t.Errorf("the link was followed: %q, %v", text, err)
					}
					if info, err := os.Lstat(path); err != nil || info.Mode().IsRegular() {
						t.Errorf("it was replaced: %v, %v", info, err)
					}
				})
			}
		}
	}
}

// TestHardLinks: a record that shares its files with a copy of hard links, as backups do, is gone on with; the copy stays.
func TestHardLinks(t *testing.T) {
	spec := fakeSpec(1500)
	h := &hooks{}
	opt := fakeOptions(t, h)
	stopAfter(t, spec, opt, h, 60)
	dir, backup := filepath.Join(opt.Store.Write, spec.ID()), t.TempDir()
	for _, name := range filesOf(t, dir) {
		if err := os.Link(filepath.Join(dir, name), filepath.Join(backup, name)); err != nil {
			t.Skip(err)
		}
	}
	before := contents(t, backup)
	if got := evaluationsOf(t, mustRun(t, spec, opt)); got != undisturbed(t, spec) {
		t.Errorf("got\n%s", got)
	}
	for path, text := range contents(t, backup) {
		if text != before[path] {
			t.Errorf("%s was changed", path)
		}
	}
}

// TestLockFileOfAnother: a lock's file that is something else too, or holds something else, stays as it is.
func TestLockFileOfAnother(t *testing.T) {
	spec := fakeSpec(10)
	for name, make := range map[string]func(path, other string) error{
		"a hard link": func(path, other string) error {
			return errors.Join(os.WriteFile(other, []byte("123 somewhere\n"), 0o644), os.Link(other, path))
		},
		"notes":      func(path, _ string) error { return os.WriteFile(path, []byte("my notes\n"), 0o644) },
		"long notes": func(path, _ string) error { return os.WriteFile(path, []byte(strings.Repeat("1", 5000)), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			opt := fakeOptions(t, &hooks{})
			path := filepath.Join(opt.Store.Write, spec.ID()+".lock")
			if err := make(path, filepath.Join(t.TempDir(), "other")); err != nil {
				t.Fatal(err)
			}
			before := contents(t, opt.Store.Write)
			_, err := Run(context.Background(), spec, opt)
			recordtest.CheckError(t, err, []string{"can't lock", filepath.Base(path), "move it away"})
			if after := contents(t, opt.Store.Write); len(after) != 1 || after[path] != before[path] {
				t.Errorf("it was changed: %v", after)
			}
		})
	}
}

// TestHugeFiles: files far larger than memory, most of it holes, are told by their size, and take a bounded part of memory.
func TestHugeFiles(t *testing.T) {
	spec := fakeSpec(1500)
	for _, stage := range []string{"unfinished", "finished"} {
		for _, name := range append([]string{record.CheckpointName, record.SealName}, record.RecordNames...) {
			if name == record.WeightsName {
				continue // never read
			}
			t.Run(stage+"/"+name, func(t *testing.T) {
				h := &hooks{}
				opt := fakeOptions(t, h)
				opt.NewEngine = h.newLearner
				if stage == "finished" {
					mustRun(t, spec, opt)
				} else {
					stopAfter(t, spec, opt, h, 60)
				}
				path := filepath.Join(opt.Store.Write, spec.ID(), name)
				if _, err := os.Stat(path); err != nil {
					recordtest.WriteFile(t, path, "")
				}
				if err := os.Truncate(path, 100<<30); err != nil {
					t.Skip(err)
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := Run(context.Background(), spec, opt)
				runtime.ReadMemStats(&after)
				if name == record.CheckpointName && stage == "finished" { // never read: it is what a killed process left
					recordtest.CheckError(t, err, nil)
					return
				}
				if (name == record.LearnedName || name == record.ExamplesName) && stage == "unfinished" { // not read before it is written again
					recordtest.CheckError(t, err, nil)
					return
				}
				recordtest.CheckError(t, err, []string{name, "damaged"})
				if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
					t.Errorf("%d MB were allocated", used>>20)
				}
			})
		}
	}
}

// TestRecordFolderIsLink: a record is not trained in a folder that a link leads to, and is loaded from one.
func TestRecordFolderIsLink(t *testing.T) {
	spec := fakeSpec(30)
	opt := fakeOptions(t, &hooks{})
	elsewhere := t.TempDir()
	recordtest.WriteFile(t, filepath.Join(elsewhere, "precious"), "keep me")
	if err := os.Symlink(elsewhere, filepath.Join(opt.Store.Write, spec.ID())); err != nil {
		t.Fatal(err)
	}
	_, err := Run(context.Background(), spec, opt)
	recordtest.CheckError(t, err, []string{spec.ID(), "a symbolic link", "move it away"})
	if files := filesOf(t, elsewhere); len(files) != 1 {
		t.Errorf("files %v", files)
	}
	finished := fakeSpec(20)
	r := mustRun(t, finished, fakeOptions(t, &hooks{}))
	if err := os.Symlink(r.Dir, filepath.Join(opt.Store.Write, finished.ID())); err != nil {
		t.Fatal(err)
	}
	if r := mustRun(t, finished, opt); !r.Loaded {
		t.Error("trained again")
	}
}
