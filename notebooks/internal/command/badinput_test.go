// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
)

// The files of a data set like MNIST.
const (
	trainImages = "train-images-idx3-ubyte.gz"
	trainLabels = "train-labels-idx1-ubyte.gz"
	testImages  = "t10k-images-idx3-ubyte.gz"
	testLabels  = "t10k-labels-idx1-ubyte.gz"
)

// idx is an IDX file: magic number, dimensions, then size bytes of value.
func idx(magic uint32, dims []uint32, size int, value byte) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.BigEndian, magic) // a buffer takes everything
	_ = binary.Write(&b, binary.BigEndian, dims)
	b.Write(bytes.Repeat([]byte{value}, size))
	return b.Bytes()
}

// images are n of 28×28 pixels that hardly compress, so that a truncated file ends within them.
func images(n int) []byte {
	b := idx(2051, []uint32{uint32(n), 28, 28}, n*784, 0)
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range b[16:] {
		b[16+i] = byte(draw.Uint32())
	}
	return b
}

func labels(n int, value byte) []byte   { return idx(2049, []uint32{uint32(n)}, n, value) }
func promise(n uint32, have int) []byte { return idx(2051, []uint32{n, 28, 28}, have, 0) }

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b)
	_ = w.Close()
	return z.Bytes()
}

// dataFolder makes a folder mnist of 20 training and 10 test images, with some files replaced, and sets $CG_DATA to it.
func dataFolder(t *testing.T, spoilt map[string][]byte) string {
	t.Helper()
	files := map[string][]byte{
		trainImages: zipped(images(20)), trainLabels: zipped(labels(20, 3)),
		testImages: zipped(images(10)), testLabels: zipped(labels(10, 3)),
	}
	maps.Copy(files, spoilt)
	dir := t.TempDir()
	for name, text := range files {
		mustWrite(t, filepath.Join(dir, "mnist", name), text)
	}
	t.Setenv(datasets.DataDirVariable, dir)
	return dir
}

func mustWrite(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// alone gives a test a cache folder of its own, which is returned, and a backend that needs no plugin.
func alone(t *testing.T) (cache string) {
	t.Helper()
	cache = t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("GOMLX_BACKEND", "go")
	for _, name := range []string{place.EnvRuns, place.EnvOut, place.EnvMode, datasetVariable} {
		t.Setenv(name, "")
	}
	return cache
}

// A data set as large as that of dataFolder, under a name of its own: mnist is nothing but MNIST.
func init() {
	datasets.Register("tiny", func(context.Context, datasets.Options) (*datasets.Set, error) {
		return &datasets.Set{
			Height: 28, Width: 28, Channels: 1, Classes: 10,
			Train: datasets.Split{Pixels: images(20)[16:], Labels: labels(20, 3)[8:]},
			Test:  datasets.Split{Pixels: images(10)[16:], Labels: labels(10, 3)[8:]},
		}, nil
	})
}

// tinyRun trains tinySpec in no time. Its capacity is its length: appending copies.
var tinyRun = slices.Clip([]string{"train", "--dataset", "tiny", "--batch", "10", "--hidden", "4", "--steps", "2"})

func tinySpec() record.Spec {
	spec := record.DefaultSpec()
	spec.Dataset, spec.Batch, spec.Hidden, spec.Steps = "tiny", 10, []int{4}, 2
	completed, err := run.CompleteSpecs(context.Background(), []record.Spec{spec}, datasets.Options{})
	if err != nil {
		panic(err)
	}
	return completed[0]
}

// refused calls the command and wants exit code 1, at most two short lines with the words, no stack trace, and no more
// memory than a small net and its data need.
func refused(t *testing.T, args []string, words ...string) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	code, out, errs := call(args...)
	runtime.ReadMemStats(&after)
	if code != codeFailed || out != "" {
		t.Errorf("%q: code %d, printed %q", args, code, out)
	}
	if n := strings.Count(errs, "\n"); n < 1 || n > 2 || !strings.Contains(errs, "error: ") || strings.Contains(errs, "goroutine ") {
		t.Errorf("%q: an error of %d lines, want 1 or 2:\n%s", args, n, errs)
	}
	for _, word := range words {
		if !strings.Contains(errs, word) {
			t.Errorf("%q: %q lacks %q", args, errs, word)
		}
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
		t.Errorf("%q: %d MB were allocated", args, got>>20)
	}
}

// TestBadFlags: each is refused before anything is set up, with the value and what is allowed.
func TestBadFlags(t *testing.T) {
	cache := alone(t)
	out := filepath.Join(t.TempDir(), "new", "out")
	for _, c := range []struct {
		flags string
		words []string
	}{
		{"--dataset letters", []string{`"letters"`, "mnist, fashion-mnist, cifar-10, glyphs"}},
		{"--dataset ../mnist", []string{`"../mnist"`, "such as mnist"}},
		{"--dataset tiny-21 --batch 1", []string{`"tiny-21"`, "20 training examples", "ask for 1 to 20"}},
		{"--aggregator average", []string{`"average"`, "mean, winsorize"}},
		{"--aggregator winsorize --c 60", []string{"c = 60", "[0, 50)"}},
		{"--aggregator winsorize --c 50", []string{"c = 50", "[0, 50)"}},
		{"--aggregator winsorize --c=-1", []string{"c = -1", "[0, 50)"}},
		{"--aggregator winsorize --c NaN", []string{"c = NaN", "[0, 50)"}},
		{"--aggregator winsorize --c Inf", []string{"c = +Inf", "[0, 50)"}},
		{"--aggregator winsorize --c two", []string{`c = "two"`, "number"}},
		{"--c 2", []string{"c = 2", `aggregator "winsorize"`}},
		{"--aggregator winsorize", []string{`"winsorize" without c`, "add --c, such as --c 2"}},
		{"--aggregator trimmed-mean --dump-step x.npz", []string{`"trimmed-mean" without c`}},
		{"--aggregator median --c 2", []string{"c = 2", `"median"`, "no use for c"}},
		{"--aggregator winsorize --c 2 --batch 20", []string{"clamps none of the 20 examples", "c above 2.63"}},
		{"--aggregator trimmed-mean --c 40 --batch 2", []string{"clamps none of the 2 examples", "larger batch"}},
		{"--aggregator median-of-means --batch 2", []string{"median-of-means", "2"}},
		{"--percentile linear", []string{"percentile = linear", "--aggregator winsorize --c 2"}},
		{"--aggregator trimmed-mean --c 10 --percentile linear", []string{"percentile = linear", "no use for it"}},
		{"--noise 1.5", []string{"noise = 1.5", "[0, 1]"}},
		{"--noise=-0.1", []string{"noise = -0.1", "[0, 1]"}},
		{"--noise NaN", []string{"noise = NaN", "[0, 1]"}},
		{"--noise half", []string{`"half"`, "--noise", "train --help"}},
		{"--steps=-1", []string{"steps = -1", "0 to 1,000,000,000"}},
		{"--steps 1e5", []string{`"1e5"`, "--steps"}},
		{"--batch 0", []string{"batch = 0", "at least 1"}},
		{"--batch 21", []string{"batch = 21", "20 training examples", "at most 20"}},
		{"--batch 6", []string{"batch = 6", "must divide", "nearest that does is 5"}},
		{"--hidden 256,-1", []string{"hidden = 256,-1", "1 to 65536", "-1"}},
		{"--hidden 0", []string{"hidden = 0", "1 to 65536"}},
		{"--hidden 256,,256", []string{`hidden = "256,,256"`, "such as 256,256,256"}},
		{"--hidden 65536,65536", []string{"hidden = 65536,65536", "4,294,967,296", "268,435,456 allowed"}},
		{"--learning-rate Inf", []string{"learning rate = +Inf", "finite and above 0"}},
		{"--learning-rate NaN", []string{"learning rate = NaN", "finite and above 0"}},
		{"--learning-rate 0", []string{"learning rate = 0", "above 0"}},
		{"--learning-rate 1e60", []string{"learning rate = 1e+60", "finite"}},
		{"--percentile middle", []string{`"middle"`, "nearest or linear"}},
		{"--weights float32", []string{`weights = "float32"`, "use float64"}},
		{"--max-update=-1", []string{"max update = -1", "finite number"}},
		{"--weight-decay 1", []string{"weight decay = 1", "[0, 1)"}},
		{"--schedule often", []string{`schedule = "often"`, "use dense"}},
		{"--measure health,weight", []string{`measure = "weight"`, "gradients, coherence, clamping, health"}},
		{"--init zero", []string{`"zero"`, "authors or xavier"}},
		{"--seed 9223372036854775808", []string{"9223372036854775808", "--seed"}},
		{"word", []string{`"word"`}},
	} {
		refused(t, append([]string{"train", "--dataset", "tiny", "--out", out}, strings.Fields(c.flags)...), c.words...)
	}
	if _, err := os.Stat(filepath.Dir(out)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("--out is left behind: %v", err)
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("something was set up: %v", left)
	}
}

// TestBadData: a file that is not what it should be is named, with the value and the remedy, and little of it is read.
func TestBadData(t *testing.T) {
	alone(t)
	good := zipped(images(20))
	bomb := zipped(append(images(20), make([]byte, 64<<20)...))
	for name, c := range map[string]struct {
		file  string
		text  []byte
		words []string
	}{
		"truncated gzip":             {trainImages, good[:len(good)/2], []string{"truncated", "of 15696 bytes"}},
		"gzip without its checksum":  {trainImages, good[:len(good)-8], []string{"truncated"}},
		"empty":                      {trainImages, nil, []string{"is empty"}},
		"gzip bomb":                  {trainImages, bomb, []string{"bytes follow after the 15696"}},
		"gzip bomb of labels":        {trainLabels, zipped(append(labels(20, 3), make([]byte, 64<<20)...)), []string{"bytes follow after the 28"}},
		"gzip bomb as promised":      {trainImages, zipped(promise(1_000_000, 64<<20)), []string{"1000000 images", "20 labels"}},
		"wrong magic":                {trainImages, zipped(idx(2052, []uint32{20, 28, 28}, 20*784, 0)), []string{"magic number 2052", "must be 2051"}},
		"labels for images":          {trainImages, zipped(labels(20, 3)), []string{"magic number 2049", "must be 2051"}},
		"2^31 images":                {trainImages, promise(1<<31, 784), []string{"2147483648", "1 to 1000000"}},
		"2^31 labels":                {trainLabels, idx(2049, []uint32{1 << 31}, 20, 3), []string{"2147483648", "1 to 1000000"}},
		"fewer labels":               {trainLabels, zipped(labels(19, 3)), []string{"20 images", "19 labels", "must be equal"}},
		"more test labels":           {testLabels, zipped(labels(11, 3)), []string{"10 images", "11 labels", "must be equal"}},
		"label out of range":         {trainLabels, zipped(labels(20, 10)), []string{"label 0 is 10", "0 to 9"}},
		"test label out of range":    {testLabels, zipped(labels(10, 255)), []string{"label 0 is 255", "0 to 9"}},
		"size of images":             {testImages, zipped(idx(2051, []uint32{10, 32, 32}, 10*1024, 0)), []string{"32×32", "28×28"}},
		"a body shorter than stated": {testImages, images(10)[:5000], []string{"ends after 5000 of 7856"}},
	} {
		t.Run(name, func(t *testing.T) {
			dataFolder(t, map[string][]byte{c.file: c.text})
			out := filepath.Join(t.TempDir(), "out")
			// Counts that disagree show with the images, whichever file is wrong.
			base, _, _ := strings.Cut(c.file, "-")
			refused(t, append(tinyRun, "--dataset", "mnist", "--out", out), append(c.words, "mnist", base, "replace")...)
			if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("--out is left behind: %v", err)
			}
		})
	}
}

// TestBadOut: a folder that can't be written is refused before data are looked for.
func TestBadOut(t *testing.T) {
	cache := alone(t)
	t.Setenv(datasets.DataDirVariable, filepath.Join(cache, "nowhere"))
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	mustWrite(t, file, []byte("mine"))
	cases := map[string][]string{
		file:                        {"is a file", "name a folder"},
		filepath.Join(file, "deep"): {"is a file", "name a folder"},
	}
	if runtime.GOOS == "linux" {
		cases["/proc/x"] = []string{"/proc/x", "another folder"}
		cases["/dev/null"] = []string{"/dev/null", "name a folder"}
	}
	if runtime.GOOS != "windows" {
		loop := filepath.Join(dir, "loop")
		if err := os.Symlink(loop, loop); err != nil {
			t.Fatal(err)
		}
		cases[loop] = []string{"can't write to " + loop + ": too many levels"}
		if os.Getuid() != 0 { // root may write anywhere
			closed := filepath.Join(dir, "closed")
			if err := os.Mkdir(closed, 0o555); err != nil {
				t.Fatal(err)
			}
			cases[filepath.Join(closed, "out")] = []string{"permission denied", "another folder"}
		}
	}
	for out, words := range cases {
		refused(t, []string{"train", "--out", out}, words...)
		refused(t, []string{"run", "--quick", "--out", out}, "output folder", out)
	}
	dump := map[string][]string{
		dir:                             {"is a folder", "step.npz"},
		filepath.Join(file, "step.npz"): {"is a file"},
	}
	if runtime.GOOS == "linux" {
		dump["/proc/step.npz"] = []string{"/proc"}
		dump["/dev/null"] = []string{"not a file"} // it would have been replaced by one
	}
	for path, words := range dump {
		refused(t, []string{"train", "--dump-step", path}, words...)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file in the place of --out: %q, %v", text, err)
	}
}

// TestBadRecord: a record that this version can't read is left alone, and the error names it.
func TestBadRecord(t *testing.T) {
	alone(t)
	spec := tinySpec()
	for text, words := range map[string][]string{
		`{"format": 7}`: {"format 7 is unknown", "reads format 1", "move the record away"},
		`{"format": 1`:  {"not a JSON object"},
		`{"format": 1}`: {"no value for field"},
	} {
		out := t.TempDir()
		path := filepath.Join(out, spec.ID(), "spec.json")
		mustWrite(t, path, []byte(text))
		refused(t, append(tinyRun, "--out", out), append(words, path)...)
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%s became %q, %v", text, after, err)
		}
	}
	out := t.TempDir()
	mustWrite(t, filepath.Join(out, spec.ID()), nil)
	refused(t, append(tinyRun, "--out", out), "can't write the record", filepath.Join(out, spec.ID())+" is a file")
}

// TestTwoTrains: the second is refused while the first holds the lock, and a lock left by a killed one never blocks.
func TestTwoTrains(t *testing.T) {
	alone(t)
	spec := tinySpec()
	out := t.TempDir()
	path := filepath.Join(out, spec.ID()+".lock")
	args := append(tinyRun, "--out", out)

	first := flock.New(path)
	if ok, err := first.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	mustWrite(t, path, []byte("4242 elsewhere\n"))
	code, _, errs := call(args...)
	if want := spec.ID() + " is being trained by another process (pid 4242 on elsewhere)"; code != codeFailed || !strings.Contains(errs, want) {
		t.Errorf("while it is trained: code %d, %q lacks %q", code, errs, want)
	}
	if _, err := os.Stat(filepath.Join(out, spec.ID())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a record is left: %v", err)
	}
	if err := first.Close(); err != nil { // the system does this when a process is killed: the file stays
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	code, printed, errs := call(args...)
	if want := filepath.Join(out, spec.ID()); code != codeOK || strings.TrimSpace(printed) != want {
		t.Errorf("with a lock left behind: code %d, %q, %q", code, printed, errs)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock's file is left: %v", err)
	}
}
