// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// entry is a file of a stand-in wheel.
type entry struct {
	name, text string
	mode       fs.FileMode
}

// standIn writes a wheel of a project into a folder and returns the lock's line for it.
func standIn(t *testing.T, dir, project, version string, entries ...entry) string {
	t.Helper()
	name := strings.ReplaceAll(project, "-", "_")
	info := fmt.Sprintf("%s-%s.dist-info/", name, version)
	entries = append(entries,
		entry{info + "METADATA", fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", project, version), 0o644},
		entry{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n", 0o644},
		entry{info + "RECORD", "", 0o644})
	path := filepath.Join(dir, fmt.Sprintf("%s-%s-py3-none-any.whl", name, version))
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		header.SetMode(e.mode)
		part, err := w.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s==%s --hash=sha256:%x  # %d bytes\n", project, version, sha256.Sum256(bytes), len(bytes))
}

// offline has pip see one folder of wheels, and gives the cache a folder of its own.
func offline(t *testing.T, wheels string) (cache string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python 3 on PATH")
	}
	if err := exec.CommandContext(t.Context(), python, "-m", "pip", "--version").Run(); err != nil {
		t.Skip("this Python has no pip")
	}
	cache = t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	t.Setenv("PIP_CONFIG_FILE", os.DevNull)
	t.Setenv("PIP_NO_INDEX", "1")
	t.Setenv("PIP_FIND_LINKS", wheels)
	return cache
}

// The whole way with small wheels in place of the large ones: a plugin in one, libraries of NVIDIA's in two others, laid
// out as go-xla and the plugin look for them.
func TestEnsureCUDA(t *testing.T) {
	wheels := t.TempDir()
	cache := offline(t, wheels)
	lock := "# a comment\n" +
		standIn(t, wheels, "jax-cuda13-pjrt", "9.9", entry{"jax_plugins/xla_cuda13/xla_cuda_plugin.so", "the plugin", 0o755},
			entry{"jax_plugins/xla_cuda13/__init__.py", "raise SystemExit", 0o644}) +
		standIn(t, wheels, "nvidia-one", "1.2.3", entry{"nvidia/cu13/lib/libone.so.1", "one", 0o755}, entry{"nvidia/__init__.py", "", 0o644}) +
		standIn(t, wheels, "nvidia-two", "4.5", entry{"nvidia/cu13/bin/ptxas", "two", 0o755}, entry{"nvidia/cu13/lib/", "", fs.ModeDir | 0o755},
			entry{"nvidia/cu13/nvvm/libdevice.bc", "data", 0o644}, entry{"nvidia/__init__.py", "", 0o644})
	b, err := newBundle(lock)
	if err != nil || len(b.wheels) != 3 || b.wheels[1].version != "1.2.3" {
		t.Fatalf("%+v, %v", b, err)
	}
	b.unpacked = 1
	var stages []string
	options := Options{Progress: func(p Progress) {
		if !slices.Contains(stages, p.Stage) {
			stages = append(stages, p.Stage)
		}
	}}
	path, err := b.ensure(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(cache, "coherentgradients", "xla")
	dir := filepath.Join(root, "cuda-"+b.id, "nvidia")
	for name, want := range map[string]string{"pjrt_c_api_cuda_plugin.so": "the plugin", "cu13/lib/libone.so.1": "one", "cu13/bin/ptxas": "two",
		"cu13/nvvm/libdevice.bc": "data"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "cu13/bin/ptxas")); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("NVIDIA's program can't be started: %v, %v", info, err)
	}
	if found, ok := b.path(); !ok || found != path || path != filepath.Join(dir, "pjrt_c_api_cuda_plugin.so") {
		t.Errorf("it is at %s, and found at %s, %v", path, found, ok)
	}
	if len(stages) == 0 || !strings.Contains(stages[0], "GB to download") {
		t.Errorf("what comes isn't said first: %q", stages)
	}
	onlyOneFolder(t, root)
	t.Setenv("PIP_FIND_LINKS", t.TempDir()) // nothing is asked for again
	if again, err := b.ensure(t.Context(), options); err != nil || again != path {
		t.Errorf("again: %s, %v", again, err)
	}
}

// onlyOneFolder: the plugin's folder and its lock, and nothing half-made.
func onlyOneFolder(t *testing.T, root string) {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "cuda-") {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// Whatever goes wrong is one line with a remedy, and nothing of a plugin is there afterwards.
func TestEnsureCUDAFails(t *testing.T) {
	plugin := entry{"jax_plugins/xla_cuda13/xla_cuda_plugin.so", "the plugin", 0o755}
	for _, c := range []struct {
		name    string
		entries []entry
		change  func(b *bundle)
		want    string
	}{
		{"another wheel", []entry{plugin}, func(b *bundle) { b.wheels[0].hash = strings.Repeat("0", 64) }, "isn't the pinned package"},
		{"no plugin in it", []entry{{"nvidia/a", "x", 0o644}}, nil, "have no jax_plugins"},
		{"not to be had", []entry{plugin}, func(b *bundle) { b.wheels[0].version = "8" }, "PIP_FIND_LINKS"},
		{"no room", []entry{plugin}, func(b *bundle) { b.unpacked = 1 << 60 }, "free some, or set XDG_CACHE_HOME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wheels := t.TempDir()
			cache := offline(t, wheels)
			b, err := newBundle(standIn(t, wheels, "jax-cuda13-pjrt", "9.9", c.entries...))
			if err != nil {
				t.Fatal(err)
			}
			b.unpacked = 1
			if c.change != nil {
				c.change(&b)
			}
			_, err = b.ensure(t.Context(), Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, c.want)
			}
			if path, ok := b.path(); ok {
				t.Errorf("%s is there", path)
			}
			onlyOneFolder(t, filepath.Join(cache, "coherentgradients", "xla"))
		})
	}
	wheels := t.TempDir()
	offline(t, wheels)
	b, err := newBundle(standIn(t, wheels, "jax-cuda13-pjrt", "9.9", plugin))
	if err != nil {
		t.Fatal(err)
	}
	b.unpacked = 1
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.ensure(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// Names that lead out of the tree, and links, are refused.
func TestUnpackStaysInside(t *testing.T) {
	for _, e := range []entry{{"nvidia/../../evil", "x", 0o644}, {"nvidia/link", "/etc/passwd", fs.ModeSymlink | 0o777}} {
		dir := t.TempDir()
		standIn(t, dir, "evil", "1", e)
		tree := filepath.Join(dir, "tree")
		err := unpack(t.Context(), filepath.Join(dir, "evil-1-py3-none-any.whl"), tree, nil, "nvidia")
		if err == nil || !strings.Contains(err.Error(), "no plain file of its own") {
			t.Errorf("%s: %v", e.name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*evil")); len(left) > 0 {
			t.Errorf("%s: %q got out", e.name, left)
		}
	}
}

// The committed lock can be read, and a line that can't is named.
func TestCUDALock(t *testing.T) {
	if n := len(cuda.wheels); n < 10 || cuda.wheels[0].project != "jax-cuda13-pjrt" || cuda.size() < 1e9 {
		t.Errorf("%d wheels, the first %v, %d bytes", n, cuda.wheels[0], cuda.size())
	}
	if text := CUDADescription(); !strings.Contains(text, "jax-cuda13-pjrt") || strings.Contains(text, "\n") {
		t.Errorf("described as %q", text)
	}
	for _, lock := range []string{"", "# nothing", "a==1", "a==1 --hash=sha256:00 # 5 bytes", "a>=1 --hash=sha256:" + strings.Repeat("0", 64) + " # 5 bytes",
		"a==1 --hash=sha256:" + strings.Repeat("0", 64)} {
		if _, err := newBundle(lock); err == nil {
			t.Errorf("%q is taken for a lock", lock)
		}
	}
}

// What the driver's file and nvidia-smi say decides whether gigabytes are fetched.
func TestGPUFits(t *testing.T) {
	file := func(version string) string {
		return "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  " + version + "  Release Build  (root@host)\nGCC version:  gcc version 12.2.0\n"
	}
	for _, c := range []struct{ name, file, smi, want string }{
		{"a good one", file("580.82.07"), "580.82.07, 24564, 8.9\n", ""},
		{"the older wording", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  590.44.01  Tue\n", "", ""},
		{"an old driver", file("535.129.03"), "", "NVIDIA's driver is version 535, and CUDA 13 needs 580 or newer: update the driver"},
		{"an old driver by nvidia-smi", "", "535.129.03, 24564, 8.9\n", "version 535"},
		{"little memory", file("580.82.07"), "580.82.07, 1024, 8.6\n", "it has 1024 MiB of memory, and XLA needs about 2000"},
		{"an old GPU", file("580.82.07"), "580.82.07, 16384, 6.0\n", "compute capability 6.0, and CUDA 13 needs 7.5"},
		{"two, the second fits", file("580.82.07"), "580.82.07, 1024, 8.6\n580.82.07, 8192, 8.6\n", ""},
		{"two, none fits", file("580.82.07"), "580.82.07, 1024, 8.6\n580.82.07, 8192, 5.2\n", "1024 MiB"},
		{"unknown memory", file("580.82.07"), "580.82.07, [N/A], [N/A]\n", ""},
		{"nothing to go by", "", "", ""},
		{"not readable", "nonsense", "\"a\nb", ""},
	} {
		err := gpuFits(c.file, c.smi)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !errors.Is(err, ErrNoGPU) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
