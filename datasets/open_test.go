// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOpenFromTheUsersFolder(t *testing.T) {
	anyBytes(t)
	for _, name := range []string{"mnist", "fashion-mnist"} {
		dir := write(t, t.TempDir(), small(name))
		set, err := Open(t.Context(), name, offline(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		if err := set.validate(); err != nil {
			t.Error(err)
		}
		if set.Name != name || set.Train.Len() != 20 || set.Test.Len() != 10 || set.Features() != 784 || set.Synthetic {
			t.Errorf("got %s with %d and %d examples", set.Name, set.Train.Len(), set.Test.Len())
		}
		if set.Source != filepath.Join(dir, name) || set.Attribution == "" {
			t.Errorf("source %q, title %q, attribution %q", set.Source, set.Title, set.Attribution)
		}
		if !bytes.Equal(set.Train.Pixels, images(20)[16:]) || !bytes.Equal(set.Test.Labels, labels(10)[8:]) {
			t.Error("pixels or labels are not those of the files")
		}
	}
}

func TestOpenFindsCGDataAndDottedNames(t *testing.T) {
	anyBytes(t)
	dir := write(t, t.TempDir(), map[string][]byte{
		"mnist/train-images.idx3-ubyte": images(5), "mnist/train-labels.idx1-ubyte": labels(5),
		"mnist/t10k-images.idx3-ubyte": images(2), "mnist/t10k-labels.idx1-ubyte": labels(2),
	})
	opt := offline(t, "")
	t.Setenv(DataDirVariable, dir)
	if set, err := Open(t.Context(), "mnist", opt); err != nil || set.Train.Len() != 5 {
		t.Errorf("got %v, %v", set, err)
	}
}

func TestLookUpOrder(t *testing.T) {
	anyBytes(t)
	opt := offline(t, t.TempDir())
	write(t, opt.CacheDir, small("mnist"))
	set, err := Open(t.Context(), "mnist", opt)
	if err != nil || set.Source != filepath.Join(opt.CacheDir, "mnist") {
		t.Fatalf("the cache was not used: %v", err)
	}
	write(t, opt.DataDir, small("mnist"))
	set, err = Open(t.Context(), "mnist", opt)
	if err != nil || set.Source != filepath.Join(opt.DataDir, "mnist") {
		t.Fatalf("the user's folder does not come first: %v", err)
	}
	if err := os.Remove(filepath.Join(opt.DataDir, "mnist", "t10k-labels-idx1-ubyte")); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), "mnist", opt)
	says(t, err, ErrMissing, opt.DataDir, "only a part of mnist", "t10k-labels-idx1-ubyte[.gz]", "add what is missing")
}

func TestOpenRefuses(t *testing.T) {
	anyBytes(t)
	for name, c := range map[string]struct {
		spoil map[string][]byte
		words []string
	}{
		"counts": {map[string][]byte{"mnist/train-labels-idx1-ubyte.gz": labels(19)}, []string{"20 images", "19 labels", "train-labels"}},
		"label":  {map[string][]byte{"mnist/t10k-labels-idx1-ubyte": idxBytes(idxLabels, []uint32{10}, bytes.Repeat([]byte{11}, 10))}, []string{"t10k-labels", "label 0 is 11", "replace it"}},
		"magic":  {map[string][]byte{"mnist/train-images-idx3-ubyte.gz": labels(19)}, []string{"train-images", "2049", "2051", "replace it"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := small("mnist")
			maps.Copy(files, c.spoil)
			_, err := Open(t.Context(), "mnist", offline(t, write(t, t.TempDir(), files)))
			says(t, err, ErrFormat, c.words...)
		})
	}

	opt := offline(t, "")
	pin(t, small("mnist"))
	write(t, opt.CacheDir, small("mnist"))
	write(t, opt.CacheDir, map[string][]byte{"mnist/train-images-idx3-ubyte.gz": {1}})
	_, err := Open(t.Context(), "mnist", opt)
	says(t, err, ErrFormat, "train-images", "delete it, so that it is downloaded again")
}

func TestOpenMissing(t *testing.T) {
	opt := offline(t, t.TempDir())
	_, err := Open(t.Context(), "mnist", opt)
	says(t, err, ErrMissing, "mnist", opt.DataDir, filepath.Join(opt.CacheDir, "mnist"), "downloads are off", DataDirVariable, "the files {train,t10k}")

	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	opt.Offline = false
	opt.Mirrors = map[string][]string{"mnist": {closed.URL}}
	_, err = Open(t.Context(), "mnist", opt)
	says(t, err, ErrMissing, "train-images-idx3-ubyte.gz", closed.URL, "set "+DataDirVariable, "connection refused")
	if first, _, _ := strings.Cut(err.Error(), "\n"); len(first) > 240 || !strings.Contains(first, "connect to the network, or set "+DataDirVariable) {
		t.Errorf("the remedy is not in the first line, or that is long: %s", first)
	}

	_, err = Open(t.Context(), "MNIST", opt)
	says(t, err, ErrUnknown, `"MNIST"`, "mnist, fashion-mnist, cifar-10, glyphs")
}

func TestOpenWithoutACacheFolder(t *testing.T) {
	for _, v := range []string{DataDirVariable, "HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(v, "")
	}
	_, err := Open(t.Context(), "mnist", Options{})
	says(t, err, ErrMissing, "no cache folder", "set HOME", DataDirVariable)
	anyBytes(t)
	if _, err := Open(t.Context(), "mnist", Options{DataDir: write(t, t.TempDir(), small("mnist"))}); err != nil {
		t.Errorf("a user's folder needs no cache: %v", err)
	}
}

func TestMirrorWithWrongFilesIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(labels(3)) }))
	t.Cleanup(server.Close)
	opt := offline(t, "")
	opt.Offline = false
	opt.Mirrors = map[string][]string{"mnist": {server.URL}}
	_, err := Open(t.Context(), "mnist", opt)
	says(t, err, ErrMissing, "wrong sha256", "440fcabf")
	if entries, _ := os.ReadDir(filepath.Join(opt.CacheDir, "mnist")); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// published makes a test server the publisher of mnist, and returns it as a collection.
func published(t *testing.T, requests *atomic.Int32) *collection {
	files := map[string][]byte{}
	for name, b := range small("mnist") {
		if !strings.HasSuffix(name, ".gz") {
			name, b = name+".gz", zipped(b)
		}
		files[name] = b
	}
	pin(t, files)
	c := collections["mnist"]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		_, _ = w.Write(files["mnist/"+path.Base(r.URL.Path)])
	}))
	t.Cleanup(server.Close)
	c.mirrors = []string{server.URL + "/nothing/here/", server.URL}
	return c
}

func TestDownload(t *testing.T) {
	var requests atomic.Int32
	c := published(t, &requests)
	opt := offline(t, "")
	opt.Offline = false

	// Several at once: one downloads, the others wait for it and use what it got.
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if set, err := c.open(context.Background(), opt, 0); err != nil || set.Train.Len() != 20 || set.Test.Len() != 10 {
				t.Errorf("got %v, %v", set, err)
			}
		})
	}
	wait.Wait()
	if requests.Load() != 4 {
		t.Errorf("%d requests, want 4: one a file", requests.Load())
	}

	// What is there stays; what is missing is fetched again.
	missing := filepath.Join(opt.CacheDir, "mnist", "t10k-labels-idx1-ubyte.gz")
	if err := os.Remove(missing); err != nil {
		t.Fatal(err)
	}
	if _, err := c.open(t.Context(), opt, 0); err != nil || requests.Load() != 5 {
		t.Errorf("%v, %d requests in all, want 5", err, requests.Load())
	}
}

func TestDownloadStops(t *testing.T) {
	var requests atomic.Int32
	c := published(t, &requests)
	opt := offline(t, "")
	opt.Offline = false
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.open(ctx, opt, 0); !errors.Is(err, context.Canceled) || errors.Is(err, ErrMissing) {
		t.Errorf("got %v, want context.Canceled alone", err)
	}
}

func TestUnwritableCache(t *testing.T) {
	opt := offline(t, "")
	opt.Offline = false
	opt.CacheDir = filepath.Join(write(t, t.TempDir(), map[string][]byte{"file": nil}), "file", "deeper")
	_, err := Open(t.Context(), "mnist", opt)
	says(t, err, nil, opt.CacheDir)
}
