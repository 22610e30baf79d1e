// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"coherentgradients/datasets/internal/fetchtest"
)

const (
	modulePath    = "example.com/Data"
	moduleVersion = "v0.0.0-20150320212226-2fbe10d0fa63"
)

// moduleProxy makes a module proxy of files and a module cache that only this test uses, and returns a request for the module.
func moduleProxy(t *testing.T, files map[string]string) ModuleRequest {
	t.Helper()
	proxy := t.TempDir()
	at := filepath.Join(proxy, "example.com", "!data", "@v")
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		full := modulePath + "@" + moduleVersion + "/" + name
		w, err := z.Create(full)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(files[name]))
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256([]byte(files[name])), full)
	}
	mod := "module " + modulePath + "\n"
	err := errors.Join(z.Close(), os.MkdirAll(at, 0o755),
		os.WriteFile(filepath.Join(at, moduleVersion+".info"), []byte(`{"Version":"`+moduleVersion+`"}`), 0o644),
		os.WriteFile(filepath.Join(at, moduleVersion+".mod"), []byte(mod), 0o644),
		os.WriteFile(filepath.Join(at, moduleVersion+".zip"), archive.Bytes(), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	fetchtest.OwnModuleCache(t)
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return ModuleRequest{Path: modulePath, Version: moduleVersion, Sum: hash(lines.String()),
		GoMod: hash(fmt.Sprintf("%x  go.mod\n", sha256.Sum256([]byte(mod))))}
}

func TestModule(t *testing.T) {
	req := moduleProxy(t, map[string]string{"go.mod": "module " + modulePath + "\n", "data/x.gz": "bytes"})
	// Whatever the user has set for modules of his own.
	t.Setenv("GOFLAGS", "-mod=vendor -modfile=nowhere.mod")
	t.Setenv("GO111MODULE", "off")
	t.Setenv("GOWORK", filepath.Join(t.TempDir(), "nowhere", "go.work"))
	env := filepath.Join(t.TempDir(), "env")
	here := t.TempDir()
	if err := errors.Join(os.WriteFile(env, []byte("GOFLAGS=-mod=vendor\nGO111MODULE=off\n"), 0o644),
		os.WriteFile(filepath.Join(here, "go.mod"), []byte("not a go.mod"), 0o644)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOENV", env)
	t.Chdir(here)
	dir, err := Module(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "data", "x.gz")); err != nil || string(text) != "bytes" {
		t.Errorf("%q, %v", text, err)
	}
	// What the module cache has needs no proxy.
	t.Setenv("GOPROXY", "off")
	if again, err := Module(t.Context(), req); err != nil || again != dir {
		t.Errorf("from the cache: %q, %v", again, err)
	}
}

func TestModuleFails(t *testing.T) {
	files := map[string]string{"data/x.gz": "bytes"}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, req *ModuleRequest)
		words []string
	}{
		"proxy off":        {func(t *testing.T, _ *ModuleRequest) { t.Setenv("GOPROXY", "off") }, []string{"module lookup disabled by GOPROXY=off"}},
		"no proxy there":   {func(t *testing.T, _ *ModuleRequest) { t.Setenv("GOPROXY", "http://127.0.0.1:1") }, []string{"127.0.0.1:1", "connection refused"}},
		"with a password":  {func(t *testing.T, _ *ModuleRequest) { t.Setenv("GOPROXY", "https://me:secret@127.0.0.1:1/a/b") }, []string{"127.0.0.1:1", "connection refused"}},
		"nonsense":         {func(t *testing.T, _ *ModuleRequest) { t.Setenv("GOPROXY", "nonsense") }, []string{"nonsense"}},
		"not in the proxy": {func(t *testing.T, r *ModuleRequest) { r.Version = "v1.2.3" }, []string{"v1.2.3"}},
		"a lie":            {func(t *testing.T, r *ModuleRequest) { r.Sum = "h1:" + strings.Repeat("A", 43) + "=" }, []string{"is not the module"}},
		"no version":       {func(t *testing.T, r *ModuleRequest) { r.Version = "" }, []string{"no path or version"}},
		"no go":            {func(t *testing.T, _ *ModuleRequest) { t.Setenv("PATH", t.TempDir()) }, []string{"no go command on PATH"}},
		"no module cache": {func(t *testing.T, _ *ModuleRequest) {
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOMODCACHE", filepath.Join(file, "mod"))
		}, []string{"not a directory"}},
		"no temporary folder": {func(t *testing.T, _ *ModuleRequest) { t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone")) }, []string{"no temporary folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			req := moduleProxy(t, files)
			c.spoil(t, &req)
			dir, err := Module(t.Context(), req)
			if err == nil {
				t.Fatalf("no error, but %s", dir)
			}
			for _, word := range c.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%v\ndoes not say %q", err, word)
				}
			}
			if text := err.Error(); strings.Contains(text, "\n") || strings.Contains(text, "secret") || len(text) > 300 || !strings.Contains(text, modulePath) {
				t.Errorf("not one short line that names the module and keeps the password: %q", text)
			}
		})
	}
}

// fakeGo puts a go command in front that is a shell script.
func fakeGo(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func TestOddGoCommands(t *testing.T) {
	for script, word := range map[string]string{
		`exit 0`:                                 "printed nothing of use",
		`echo nonsense`:                          "printed nothing of use",
		`echo '{"Dir": "relative"}'`:             "printed nothing of use",
		`exit 3`:                                 "exit status 3",
		`echo 'go: unknown command' >&2; exit 2`: "unknown command",
		`echo '{"Dir": "/x", "Error": "of some kind"}'; exit 1`: "of some kind",
		`kill -9 $$`: "killed",
	} {
		fakeGo(t, script)
		_, err := Module(t.Context(), ModuleRequest{Path: modulePath, Version: moduleVersion})
		if err == nil || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// Ctrl-C ends the go command and whatever it has started, and leaves no folder behind.
func TestModuleStops(t *testing.T) {
	temp, mark := t.TempDir(), filepath.Join(t.TempDir(), "pids")
	t.Setenv("TMPDIR", temp)
	fakeGo(t, `[ "$1" = env ] && exit 0
sleep 1000 & echo $$ $! > "`+mark+`.new"; mv "`+mark+`.new" "`+mark+`"; wait`)
	ctx, cancel := context.WithCancelCause(t.Context())
	own := errors.New("own reason")
	go func() {
		for !exists(mark) {
			time.Sleep(time.Millisecond)
		}
		cancel(own)
	}()
	_, err := Module(ctx, ModuleRequest{Path: modulePath, Version: moduleVersion})
	if !errors.Is(err, own) {
		t.Errorf("got %v", err)
	}
	text, _ := os.ReadFile(mark)
	for _, pid := range strings.Fields(string(text)) {
		if runtime.GOOS == "linux" && alive(pid) {
			t.Errorf("process %s is left", pid)
		}
	}
	if left, _ := os.ReadDir(temp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// alive says whether a process runs; one that only waits to be asked for its end does not.
func alive(pid string) bool {
	for range 2000 { // a signal takes its time to arrive
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || bytes.Contains(text, []byte(") Z ")) {
			return false
		}
		time.Sleep(time.Millisecond)
	}
	return true
}

func TestLocal(t *testing.T) {
	b, sum := payload(1000)
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "into", "to")
	if err := os.WriteFile(from, b, 0o444); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file string
		req  Request
		says string
	}{
		"another sum": {from, Request{SHA256: strings.Repeat("0", 64), Path: to}, "wrong sha256"},
		"too large":   {from, Request{SHA256: sum, Path: to, MaxBytes: 999}, "999 bytes"},
		"not there":   {from + "x", Request{SHA256: sum, Path: to}, "no such file"},
		"a folder":    {dir, Request{SHA256: sum, Path: to}, "no file"},
		"nowhere to":  {from, Request{SHA256: sum, Path: filepath.Join(from, "to")}, "cannot write"},
	} {
		err := Local(t.Context(), c.file, c.req)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(filepath.Dir(to)); len(left) != 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	if err := Local(t.Context(), from, Request{SHA256: sum, Path: to}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, b) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
