// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"coherentgradients/datasets/fetch"
	"coherentgradients/datasets/internal/fetchtest"
)

// fromProxy makes small("mnist"), gzipped, the published files, and a module proxy of files the only place that has them in
// a module; the mirrors, which requests counts, have them only if mirrored.
func fromProxy(t *testing.T, files map[string][]byte, mirrored bool, requests *atomic.Int32) Options {
	t.Helper()
	c := published(t, requests)
	if !mirrored {
		closed := httptest.NewServer(http.NotFoundHandler())
		closed.Close()
		c.mirrors = []string{closed.URL}
	}
	c.module = &moduleSource{folder: "data", licence: "MIT", module: fetch.ModuleRequest{Path: "example.com/Digits", Version: "v1.0.0"}}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, b := range files {
		w, err := z.Create("example.com/Digits@v1.0.0/data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(b)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	proxy := write(t, t.TempDir(), map[string][]byte{
		"example.com/!digits/@v/v1.0.0.info": []byte(`{"Version":"v1.0.0"}`),
		"example.com/!digits/@v/v1.0.0.mod":  []byte("module example.com/Digits\n"),
		"example.com/!digits/@v/v1.0.0.zip":  archive.Bytes(),
	})
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	t.Setenv("GOSUMDB", "off") // made up a moment ago: no database knows it
	fetchtest.OwnModuleCache(t)
	opt := offline(t, "")
	opt.Offline, opt.NoModule = false, false
	return opt
}

// gzippedSmall is small("mnist") as a module carries it.
func gzippedSmall() map[string][]byte {
	files := map[string][]byte{}
	for name, b := range small("mnist") {
		if name = filepath.Base(name); !strings.HasSuffix(name, ".gz") {
			name, b = name+".gz", zipped(b)
		}
		files[name] = b
	}
	return files
}

func TestFromTheModule(t *testing.T) {
	var requests atomic.Int32
	opt := fromProxy(t, gzippedSmall(), true, &requests)
	var said []string
	opt.Note = func(line string) { said = append(said, line) }
	set, err := Open(t.Context(), "mnist", opt)
	if err != nil || set.Train.Len() != 20 || set.Source != filepath.Join(opt.CacheDir, "mnist") {
		t.Fatalf("got %+v, %v", set, err)
	}
	if requests.Load() != 0 {
		t.Error("a mirror was asked")
	}
	if len(said) != 1 || !strings.Contains(said[0], "from the Go module example.com/Digits (MIT)") || !strings.Contains(said[0], opt.CacheDir) {
		t.Errorf("said %q", said)
	}
	entries, _ := os.ReadDir(filepath.Join(opt.CacheDir, "mnist"))
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o200 == 0 || strings.HasSuffix(e.Name(), ".part") {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if len(entries) != 4 {
		t.Errorf("%d files in the cache", len(entries))
	}

	// From then on the cache has it, and what is damaged there is fetched again, alone, and said.
	t.Setenv("GOPROXY", "off")
	fetchtest.OwnModuleCache(t)
	said = nil
	if _, err := Open(t.Context(), "mnist", opt); err != nil || len(said) != 0 {
		t.Errorf("from the cache: %v, said %q", err, said)
	}
	damaged := filepath.Join(opt.CacheDir, "mnist", idxFiles[1]+".gz")
	for _, wrong := range [][]byte{nil, []byte("<html>a portal</html>"), zipped(labels(19))} {
		requests.Store(0)
		said = nil
		if err := os.WriteFile(damaged, wrong, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), "mnist", opt); err != nil || requests.Load() != 1 {
			t.Errorf("a damaged file in the cache: %v, %d requests", err, requests.Load())
		}
		if len(said) != 2 || !strings.Contains(said[0], filepath.Dir(damaged)) || strings.Contains(said[0], "replace") || !strings.Contains(said[0], "fetched again") || !strings.Contains(said[1], "mirrors") {
			t.Errorf("said %q", said)
		}
	}
}

// Where the module does not help the mirrors follow; where nothing does, two lines say what to do and what was tried.
func TestModuleDoesNotHelp(t *testing.T) {
	other := gzippedSmall()
	other["train-labels-idx1-ubyte.gz"] = zipped(labels(19))
	lacking := gzippedSmall()
	delete(lacking, "t10k-labels-idx1-ubyte.gz")
	for name, c := range map[string]struct {
		files map[string][]byte
		spoil func(t *testing.T)
		says  string
	}{
		"other bytes":  {other, func(*testing.T) {}, "wrong sha256"},
		"a file short": {lacking, func(*testing.T) {}, "t10k-labels-idx1-ubyte.gz is not in it"},
		"proxy off":    {gzippedSmall(), func(t *testing.T) { t.Setenv("GOPROXY", "off") }, "module lookup disabled by GOPROXY=off"},
		"no go":        {gzippedSmall(), func(t *testing.T) { t.Setenv("PATH", t.TempDir()) }, "no go command on PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			opt := fromProxy(t, c.files, true, &requests)
			c.spoil(t)
			if set, err := Open(t.Context(), "mnist", opt); err != nil || set.Train.Len() != 20 || requests.Load() == 0 {
				t.Errorf("the mirrors were not asked: %v, %v", set, err)
			}
			opt = fromProxy(t, c.files, false, &requests)
			c.spoil(t)
			_, err := Open(t.Context(), "mnist", opt)
			says(t, err, ErrMissing, "module example.com/Digits: ", c.says, "connection refused", opt.CacheDir)
			if first, _, _ := strings.Cut(err.Error(), "\n"); !strings.HasPrefix(first, "data set not found: mnist: set GOPROXY") || len(first) > 250 {
				t.Errorf("the first line is not the remedy: %s", first)
			}
			opt.NoModule = true
			if _, err := Open(t.Context(), "mnist", opt); err == nil || strings.Contains(err.Error(), "module") {
				t.Errorf("it was forbidden: %v", err)
			}
			opt.NoModule, opt.Offline = false, true
			if _, err := Open(t.Context(), "mnist", opt); err == nil || strings.Contains(err.Error(), "module") {
				t.Errorf("offline: %v", err)
			}
		})
	}
}

func TestModuleIsStopped(t *testing.T) {
	var requests atomic.Int32
	opt := fromProxy(t, gzippedSmall(), true, &requests)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, "mnist", opt); !errors.Is(err, context.Canceled) || errors.Is(err, ErrMissing) || requests.Load() != 0 {
		t.Errorf("got %v, %d requests", err, requests.Load())
	}
}

// The real module by the real proxy, where there is one: nothing but the four published files will do.
func TestRealModule(t *testing.T) {
	if testing.Short() {
		t.Skip("downloads 11.6 MB unless they are in the module cache")
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	opt := offline(t, "")
	opt.Offline, opt.NoModule = false, false
	opt.Mirrors = map[string][]string{"mnist": {closed.URL}}
	set, err := Open(t.Context(), "mnist", opt)
	if errors.Is(err, ErrMissing) {
		t.Skipf("no module proxy in reach: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := Published("mnist"); set.Sum() != want || set.Train.Len() != 60_000 {
		t.Errorf("not MNIST: %d examples, sum %s", set.Train.Len(), set.Sum())
	}
	// And no other module under its name, whatever a proxy says: the pinned sum is Go's own.
	c := collections["mnist"]
	lying := *c.module
	lying.module.Sum = "h1:" + strings.Repeat("A", 43) + "="
	if _, err := fetch.Module(t.Context(), lying.module); err == nil || !strings.Contains(err.Error(), "is not the module") {
		t.Errorf("the sum is not looked at: %v", err)
	}
}
