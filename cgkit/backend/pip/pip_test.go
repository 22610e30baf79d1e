// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pip

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// python is an interpreter with pip, or the test is skipped.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	out, err := exec.Command(path, "-c", "import pip, sys; print(sys.executable)").Output()
	if err != nil {
		t.Skipf("python3 has no pip: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// wheels is a folder with one small wheel, cgtiny 1.0.
func wheels(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "cgtiny-1.0-py3-none-any.whl"))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range map[string]string{
		"cgtiny.py":                      "answer = 42\n",
		"cgtiny-1.0.dist-info/METADATA":  "Metadata-Version: 2.1\nName: cgtiny\nVersion: 1.0\n",
		"cgtiny-1.0.dist-info/WHEEL":     "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"cgtiny-1.0.dist-info/RECORD":    "cgtiny.py,,\ncgtiny-1.0.dist-info/METADATA,,\ncgtiny-1.0.dist-info/WHEEL,,\ncgtiny-1.0.dist-info/RECORD,,\n",
		"cgtiny-1.0.dist-info/top_level": "cgtiny\n",
	} {
		entry, err := w.Create(name)
		if err == nil {
			_, err = entry.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// bare clears what this machine's user has set, and sets HOME to an empty folder.
func bare(t *testing.T) (home string) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PIP_") || strings.HasPrefix(name, "PYTHON") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_CONFIG_DIRS", t.TempDir())
	return home
}

// TestForeignSettings: whatever a user's pip is set to for other purposes, what is fetched comes from where the settings
// say and goes where the caller says.
func TestForeignSettings(t *testing.T) {
	if testing.Short() {
		t.Skip("a dozen of pip's starts are left out by -short")
	}
	py, source := python(t), wheels(t)
	const index = "no-index = true\nfind-links = SOURCE\n"
	for _, c := range []struct {
		name, file string
		env        []string
	}{
		{name: "other places", file: "[global]\ntarget = ELSEWHERE\nprefix = ELSEWHERE\nroot = ELSEWHERE\n" + index + "[install]\ntarget = ELSEWHERE\n[download]\ndest = ELSEWHERE\n"},
		{name: "the user's own packages only", file: "[global]\nrequire-virtualenv = true\nuser = true\n" + index + "[install]\nuser = yes\n"},
		{name: "other packages", file: "[global]\nrequire-hashes = true\nconstraint = /no/such/file\nrequirement = /no/such/file\nplatform = win32\n" +
			"python-version = 2.7\nabi = cp27\nimplementation = cp\nno-binary = :all:\n" + index},
		{name: "another manner", file: "[global]\nquiet = 3\nlog = /no/such/folder/log\ndry-run = true\nreport = /no/such/folder/report\n" +
			"use-feature = 2020-resolver\nuse-deprecated = html5lib\n" + index},
		{name: "variables", env: []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=SOURCE", "PIP_TARGET=ELSEWHERE", "PIP_REQUIRE_VIRTUALENV=1", "PIP_USER=1",
			"PIP_PREFIX=ELSEWHERE", "PIP_ROOT=ELSEWHERE", "PIP_QUIET=3", "PIP_ISOLATED=1", "PIP_PYTHON=/no/such/python", "PIP_DRY_RUN=1", "PIP_DEST=ELSEWHERE",
			"PIP_CONSTRAINT=/no/such/file", "PIP_REQUIRE_HASHES=1", "PIP_NO_BINARY=:all:", "PIP_LOG=/no/such/folder/log"}},
		{name: "Python's variables", file: "[global]\n" + index, env: []string{"PYTHONHOME=/no/such/folder", "PYTHONPATH=ELSEWHERE",
			"PYTHONSTARTUP=/no/such/file", "PYTHONINSPECT=1", "VIRTUAL_ENV=ELSEWHERE", "PYTHONUSERBASE=ELSEWHERE"}},
		{name: "a file named by a variable", env: []string{"PIP_CONFIG_FILE=FILE"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			home, elsewhere, into := bare(t), t.TempDir(), filepath.Join(t.TempDir(), "a [folder] with spaces")
			if err := os.WriteFile(filepath.Join(elsewhere, "json.py"), []byte("raise SystemExit('not the json you want')"), 0o644); err != nil {
				t.Fatal(err)
			}
			named := filepath.Join(home, "named.conf")
			fill := strings.NewReplacer("SOURCE", source, "ELSEWHERE", elsewhere, "FILE", named)
			if err := os.WriteFile(named, []byte(fill.Replace("[global]\ntarget = ELSEWHERE\n"+index)), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(home, ".config", "pip"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(home, ".config", "pip", "pip.conf"), []byte(fill.Replace(c.file)), 0o644); err != nil {
				t.Fatal(err)
			}
			for _, entry := range c.env {
				name, value, _ := strings.Cut(entry, "=")
				t.Setenv(name, fill.Replace(value))
			}
			settings, err := ReadSettings(t.Context(), py, nil)
			if err != nil {
				t.Fatal(err)
			}
			settings = maps.Clone(settings)
			delete(settings, "cert") // which this machine may be set to, for all its users
			if got := slices.Sorted(maps.Keys(settings)); !slices.Equal(got, []string{"find-links", "no-index"}) || settings["find-links"] != source {
				t.Errorf("kept %v", settings)
			}
			r := Runner{Python: py, Settings: settings}
			if err := r.Pip(t.Context(), "download", "--dest", into, "cgtiny"); err != nil {
				t.Fatal(err)
			}
			if left, err := os.ReadDir(into); err != nil || len(left) != 1 {
				t.Errorf("fetched %v, %v", left, err)
			}
			if left, _ := os.ReadDir(elsewhere); len(left) != 1 {
				t.Errorf("elsewhere: %v", left)
			}
		})
	}
}

// TestKeptSettings: what leads to a company's index stays, the later section before the earlier, variables before files.
func TestKeptSettings(t *testing.T) {
	py, home := python(t), bare(t)
	file := filepath.Join(home, "pip.conf")
	text := "[global]\nindex-url = https://one/simple\nextra-index-url = https://a/simple\n  https://b/simple\nproxy = http://proxy:3128\n" +
		"cert = /etc/own.pem\nclient_cert = /etc/client.pem\ntrusted-host = one\ntimeout = 77\nretries = 9\nuse-feature = truststore fast-deps\n" +
		"[install]\nindex-url = https://user:secret@two/simple\n[freeze]\nproxy = http://wrong\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PIP_CONFIG_FILE", file)
	t.Setenv("PIP_CERT", "/etc/mine.pem")
	t.Setenv("PIP_DEFAULT_TIMEOUT", "5")
	t.Setenv("PIP_TRUSTED_HOST", "") // pip takes an empty one for none
	got, err := ReadSettings(t.Context(), py, nil)
	want := Settings{
		"index-url": "https://user:secret@two/simple", "extra-index-url": "https://a/simple\nhttps://b/simple", "proxy": "http://proxy:3128",
		"cert": "/etc/mine.pem", "client-cert": "/etc/client.pem", "trusted-host": "one", "timeout": "5", "retries": "9", "use-feature": "truststore",
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("settings %v, %v; want %v", got, err, want)
	}
	env := got.Environ([]string{"PIP_TARGET=/x", "PIP_CERT=/old", "HTTPS_PROXY=p", "PYTHONPATH=/y"})
	for _, entry := range []string{"HTTPS_PROXY=p", "PIP_CERT=/etc/mine.pem", "PIP_CLIENT_CERT=/etc/client.pem", "PIP_CONFIG_FILE=" + os.DevNull} {
		if !slices.Contains(env, entry) {
			t.Errorf("%q lacks %q", env, entry)
		}
	}
	for _, entry := range env {
		if strings.HasPrefix(entry, "PIP_TARGET") || strings.HasPrefix(entry, "PYTHONPATH") || entry == "PIP_CERT=/old" {
			t.Errorf("%q is still there", entry)
		}
	}
	if s := got.source(); strings.Contains(s, "secret") || !strings.Contains(s, "two/simple") {
		t.Errorf("source: %s", s)
	}
}

// TestFailures: where pip fails its cause is one line.
func TestFailures(t *testing.T) {
	py := python(t)
	bare(t)
	t.Setenv("PIP_NO_INDEX", "1")
	into := t.TempDir()
	fetch := func() error {
		settings, err := ReadSettings(t.Context(), py, nil)
		if err != nil {
			return err
		}
		return Runner{Python: py, Settings: settings}.Pip(t.Context(), "download", "--dest", into, "cgtiny")
	}
	check := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	check("no index and no links", fetch(), "told to use no package index (no-index)")
	t.Setenv("PIP_NO_INDEX", "0")
	t.Setenv("PIP_RETRIES", "0") // with which pip says nothing of a connection
	t.Setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
	check("nobody listens", fetch(), "can't be reached")

	broken := filepath.Join(t.TempDir(), "pip.conf")
	if err := os.WriteFile(broken, []byte("[global]\nindex-url\n[bad"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PIP_CONFIG_FILE", broken)
	check("a broken file of settings", fetch(), broken)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (Runner{Python: py}).Pip(ended, "download", "cgtiny"); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

// fake stands in for an interpreter that says something and fails.
func fake(t *testing.T, says string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ncat <<'END'\n"+says+"\nEND\nexit 9\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCause(t *testing.T) {
	for says, want := range map[string]string{
		"x\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device":                           "the disk is full",
		"WARNING: Retrying: NewConnectionError('Failed to establish a new connection')\nERROR: No matching distribution found": "can't be reached",
		"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.":                                            "isn't the pinned package",
		"ERROR: No matching distribution found for x":                                                                          "no such wheel for this system",
		"ERROR: Can not combine '--user' and '--target'":                                                                       "Can not combine '--user' and '--target'",
		"ERROR: Exception:\nTraceback (most recent call last):\n  File x\nPermissionError: [Errno 13] denied: '/x'":            "PermissionError: [Errno 13] denied: '/x'",
		"usage: pip\nno such option: --mine":                                                                                   "no such option: --mine",
		"/usr/bin/python3: No module named pip":                                                                                "has no pip",
		"because ensurepip is not\navailable.\nFailing command: x":                                                             "can't make virtual environments",
		"": "exit status 9",
	} {
		err := Runner{Python: fake(t, says)}.Pip(t.Context(), "install")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("pip says %q: %v, want %q", says, err, want)
		}
	}
	if err := (Runner{Python: "/no/such/python"}).Do(t.Context()); err == nil || !strings.Contains(err.Error(), "can't be started") {
		t.Errorf("no Python: %v", err)
	}
	if _, err := ReadSettings(t.Context(), "/no/such/python", nil); err == nil || !strings.Contains(err.Error(), "can't be started") {
		t.Errorf("no Python: %v", err)
	}
	if _, err := ReadSettings(t.Context(), fake(t, "Fatal Python error"), nil); err == nil || !strings.Contains(err.Error(), "Fatal Python error") {
		t.Errorf("a broken Python: %v", err)
	}
}

func TestKeeps(t *testing.T) {
	for name, want := range map[string]bool{"PIP_INDEX_URL": true, "PIP_DEFAULT_TIMEOUT": true, "PIP_PYPI_URL": true, "PIP_TARGET": false, "PIP_CONFIG_FILE": false, "INDEX_URL": false} {
		if Keeps(name) != want {
			t.Errorf("Keeps(%s) = %v", name, !want)
		}
	}
	got := Environ([]string{"PATH=/bin", "PYTHONPATH=/evil", "PYTHONINSPECT=1", "PIP_TARGET=/evil", "PIP_INDEX_URL=mirror", "VIRTUAL_ENV=/v"})
	if want := []string{"PATH=/bin", "PIP_INDEX_URL=mirror", "PYTHONUNBUFFERED=1", "PYTHONNOUSERSITE=1"}; !slices.Equal(got, want) {
		t.Errorf("Environ = %q, want %q", got, want)
	}
}

func ExampleKeeps() {
	fmt.Println(Keeps("PIP_INDEX_URL"), Keeps("PIP_TARGET"))
	// Output: true false
}
