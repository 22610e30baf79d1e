// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/study"
)

// withoutData leaves no way to a data set: none in $CG_DATA and the cache, none in the module cache, no proxy, no mirror.
func withoutData(t *testing.T) {
	t.Helper()
	alone(t)
	t.Setenv(datasets.DataDirVariable, "")
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "mod"))
	// The mirrors are asked by way of a proxy that is not there.
	transport := http.DefaultTransport.(*http.Transport)
	proxy := transport.Proxy
	transport.Proxy = func(r *http.Request) (*url.URL, error) { return r.URL.Parse("http://127.0.0.1:1") }
	t.Cleanup(func() { transport.Proxy = proxy })
}

// The published MNIST is what its records were made from: images of one's own under its name are no answer, finished record
// or not.
func TestOwnImagesUnderAPublishedName(t *testing.T) {
	alone(t)
	dataFolder(t, nil)
	spec := record.DefaultSpec()
	out := t.TempDir()
	madeUp(t, out, spec) // finished
	for _, args := range [][]string{{"train", "--out", out}, {"train", "--out", t.TempDir()}, {"sweep", "--noise", "0", "--out", out}, {"sweep", "--noise", "0", "--out", t.TempDir()}} {
		refused(t, args, "is not the published train-images-idx3-ubyte of mnist", "a name of their own")
	}
	// figures draws the records and signs no picture of the user's as MNIST.
	t.Setenv(place.EnvRuns, out)
	code, stdout, errs := call("figures", "--out", filepath.Join(t.TempDir(), "f"), "--formats", "svg")
	if strings.Contains(stdout, "label_noise") || !strings.Contains(errs, "label_noise: left out: ") || !strings.Contains(errs, "is not the published") || code != codeFailed {
		t.Errorf("code %d, %q, %q", code, stdout, errs)
	}
}

// A folder of no use is an error before anything is set up.
func TestUselessDataFolder(t *testing.T) {
	withoutData(t)
	t.Setenv(datasets.DataDirVariable, filepath.Join(t.TempDir(), "nowhere"))
	for _, args := range [][]string{{"train", "--out", t.TempDir()}, {"sweep", "--noise", "0", "--out", t.TempDir()}, {"run", "--quick", "--out", t.TempDir()}} {
		refused(t, args, "$CG_DATA = ", "does not exist", "set it to the folder that holds the data sets")
	}
}

// Without any data two lines say what to do first and what was tried below.
func TestNoData(t *testing.T) {
	withoutData(t)
	for _, args := range [][]string{{"train", "--out", t.TempDir()}, {"sweep", "--noise", "0", "--out", t.TempDir()}, {"run", "--quick", "--out", t.TempDir()}} {
		code, stdout, errs := call(args...)
		lines := strings.Split(strings.TrimSpace(errs), "\n")
		if code != codeFailed || stdout != "" || len(lines) != 2 || len(lines[0]) > 250 || !strings.HasPrefix(lines[0], "error: data set not found: mnist: set GOPROXY") ||
			!strings.Contains(lines[1], "module lookup disabled by GOPROXY=off") {
			t.Errorf("%q: code %d, %q, %q", args, code, stdout, errs)
		}
	}
	// Figures of records need none.
	runs := t.TempDir()
	t.Setenv(place.EnvRuns, runs)
	madeUp(t, runs, study.Spec(0.5, 0))
	code, stdout, errs := call("figures", "--out", filepath.Join(t.TempDir(), "f"), "--formats", "svg")
	if code != codeOK || !strings.Contains(stdout, "figure_4.svg") || strings.Contains(stdout, "label_noise") || !strings.Contains(errs, "label_noise: left out (training images and their noisy labels): data set not found: mnist") {
		t.Errorf("figures: code %d, %q, %q", code, stdout, errs)
	}
}

// A relative folder is the same for the cells, which run elsewhere.
func TestRelativeFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{datasets.DataDirVariable, place.EnvRuns} {
		for value, want := range map[string]string{"x/y": filepath.Join(here, "x", "y"), "": "", "~/x": "~/x", here: here} {
			t.Setenv(name, value)
			absoluteFolders()
			if got := os.Getenv(name); got != want {
				t.Errorf("%s = %q became %q, want %q", name, value, got, want)
			}
		}
	}
}
