// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package dump

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sbinet/npyio/npz"

	"coherentgradients/notebooks/internal/place/placetest"
)

func someDump() Dump {
	return Dump{
		Images: []float32{0, 0.5, 1, 0.25, 0.125, 0.75},
		Labels: []uint8{3, 9},
		Sizes:  []int{3, 2, 1},
		Before: []DumpLayer{{[]float32{1, 2, 3, 4, 5, 6}, []float32{7, 8}}, {[]float32{9, 10}, []float32{11}}},
		After:  []DumpLayer{{[]float32{1.5, 2, 3, 4, 5, 6}, []float32{7.5, 8}}, {[]float32{9.5, 10}, []float32{11.5}}},
	}
}

func TestWriteDump(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "step.npz")
	if err := WriteDump(path, someDump()); err != nil {
		t.Fatal(err)
	}
	archive, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for name, want := range map[string][]int{
		"images": {2, 3}, "labels": {2},
		"weights_0_before": {3, 2}, "weights_0_after": {3, 2}, "biases_0_before": {2}, "biases_0_after": {2},
		"weights_1_before": {2, 1}, "weights_1_after": {2, 1}, "biases_1_before": {1}, "biases_1_after": {1},
	} {
		header := archive.Header(name + ".npy")
		if header == nil {
			t.Errorf("no %s", name)
			continue
		}
		shape := header.Descr.Shape
		if len(shape) != len(want) || shape[0] != want[0] || shape[len(shape)-1] != want[len(want)-1] {
			t.Errorf("%s: shape %v, want %v", name, shape, want)
		}
	}
	var weights []float32
	if err := archive.Read("weights_0_after.npy", &weights); err != nil || weights[0] != 1.5 || weights[5] != 6 {
		t.Errorf("weights_0_after = %v, %v", weights, err)
	}
}

// TestWriteDumpNumpy reads a dump with numpy itself, where a Python with numpy is named by $CG_TEST_NUMPY_PYTHON.
func TestWriteDumpNumpy(t *testing.T) {
	python := os.Getenv("CG_TEST_NUMPY_PYTHON")
	if python == "" {
		t.Skip("set CG_TEST_NUMPY_PYTHON to a Python that has numpy")
	}
	path := filepath.Join(t.TempDir(), "step.npz")
	if err := WriteDump(path, someDump()); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys, numpy as np
d = np.load(sys.argv[1])
assert sorted(d.files) == sorted(["images", "labels"] + ["%s_%d_%s" % (k, i, w) for k in ("weights", "biases") for i in (0, 1) for w in ("before", "after")]), d.files
assert d["images"].dtype == np.float32 and d["images"].tolist() == [[0, .5, 1], [.25, .125, .75]]
assert d["labels"].dtype == np.int64 and d["labels"].tolist() == [3, 9]
assert d["weights_0_before"].dtype == np.float32 and d["weights_0_before"].tolist() == [[1, 2], [3, 4], [5, 6]]
assert d["weights_1_after"].tolist() == [[9.5], [10]] and d["biases_1_after"].tolist() == [11.5]
assert (d["images"] @ d["weights_0_before"] + d["biases_0_before"]).shape == (2, 2)
`
	if out, err := exec.Command(python, "-c", script, path).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestWriteDumpErrors(t *testing.T) {
	dir := t.TempDir()
	for name, change := range map[string]func(d *Dump){
		"images":           func(d *Dump) { d.Images = d.Images[1:] },
		"weights_1_before": func(d *Dump) { d.Before[1].Weights = nil },
		"biases_0_after":   func(d *Dump) { d.After[0].Biases = nil },
		"1 after":          func(d *Dump) { d.After = d.After[:1] },
	} {
		d := someDump()
		change(&d)
		placetest.CheckError(t, WriteDump(filepath.Join(dir, "step.npz"), d), []string{name})
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	placetest.CheckError(t, CheckDumpPath(dir), []string{"is a folder"})
	placetest.CheckError(t, CheckDumpPath(filepath.Join(dir, "step.npz")), nil)
	if info, err := os.Stat(os.DevNull); err == nil && info.Mode()&os.ModeDevice != 0 {
		placetest.CheckError(t, CheckDumpPath(os.DevNull), []string{os.DevNull, "not a file"})
	}
	placetest.WriteFile(t, filepath.Join(dir, "file"), "")
	placetest.CheckError(t, CheckDumpPath(filepath.Join(dir, "file", "step.npz")), []string{"is a file"})
}

// TestDumpThroughLink: a dump is written to a file, not through a link to another.
func TestDumpThroughLink(t *testing.T) {
	precious := filepath.Join(t.TempDir(), "precious")
	placetest.WriteFile(t, precious, "keep me")
	for kind, put := range map[string]func(path, precious string) error{
		"a symbolic link": func(path, precious string) error { return os.Symlink(precious, path) },
		"a folder":        func(path, _ string) error { return os.Mkdir(path, 0o755) },
	} {
		path := filepath.Join(t.TempDir(), "s", "step.npz")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := put(path, precious); err != nil {
			t.Fatal(err)
		}
		placetest.CheckError(t, CheckDumpPath(path), []string{kind, "name"})
		placetest.CheckError(t, WriteDump(path, someDump()), []string{kind, "move it away"})
		if text, err := os.ReadFile(precious); err != nil || string(text) != "keep me" {
			t.Errorf("the link was followed: %q, %v", text, err)
		}
	}
}
