// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// idxBytes is an IDX file: magic, dimensions, body.
func idxBytes(magic uint32, dims []uint32, body []byte) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.BigEndian, magic)
	_ = binary.Write(&b, binary.BigEndian, dims)
	b.Write(body)
	return b.Bytes()
}

// images and labels are files of n examples; pixel j of image i is i+j, label i is i mod 10.
func images(n int) []byte {
	body := make([]byte, n*784)
	for i := range body {
		body[i] = byte(i/784 + i%784)
	}
	return idxBytes(idxImages, []uint32{uint32(n), 28, 28}, body)
}

func labels(n int) []byte {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte(i % 10)
	}
	return idxBytes(idxLabels, []uint32{uint32(n)}, body)
}

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b)
	_ = w.Close()
	return z.Bytes()
}

// write makes the files under dir and returns dir.
func write(t *testing.T, dir string, files map[string][]byte) string {
	t.Helper()
	for name, b := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// small is a whole MNIST-like folder of 20 and 10 examples under name.
func small(name string) map[string][]byte {
	return map[string][]byte{
		name + "/train-images-idx3-ubyte.gz": zipped(images(20)),
		name + "/train-labels-idx1-ubyte.gz": zipped(labels(20)),
		name + "/t10k-images-idx3-ubyte":     images(10),
		name + "/t10k-labels-idx1-ubyte":     labels(10),
	}
}

// offline are options that touch nothing outside the test's folders.
func offline(t *testing.T, data string) Options {
	t.Setenv(DataDirVariable, "")
	return Options{DataDir: data, CacheDir: t.TempDir(), Offline: true, NoModule: true}
}

// anyBytes lets any well-formed files pass under the names of published sets, for the length of a test.
func anyBytes(t *testing.T) {
	t.Helper()
	saved := collections
	t.Cleanup(func() { collections = saved })
	collections = map[string]*collection{"mnist": mnist(), "fashion-mnist": fashionMNIST(), "cifar-10": cifar10()}
	for _, c := range collections {
		for i := range c.roles {
			c.roles[i].sum = ""
		}
		for i := range c.remote {
			c.remote[i].sha256 = ""
		}
	}
}

// pin makes files, by path below the data folder, the published ones of mnist, for the length of a test.
func pin(t *testing.T, files map[string][]byte) {
	t.Helper()
	saved := collections["mnist"]
	t.Cleanup(func() { collections["mnist"] = saved })
	c := mnist()
	for i, r := range c.roles {
		for _, name := range []string{r.name, r.name + ".gz"} {
			if b, ok := files["mnist/"+name]; ok {
				c.roles[i].sum = sumOfBytes(unzipped(t, b))
				c.remote[i] = remoteFile{r.name + ".gz", sumOfBytes(b), int64(len(b))}
			}
		}
	}
	collections["mnist"] = c
}

func sumOfBytes(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func unzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := unpack("", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// says fails unless err is one line, or two for a set that is nowhere, that is kind and contains all of the words.
func says(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", words)
	}
	if kind != nil && !errors.Is(err, kind) {
		t.Errorf("%v\nis not %v", err, kind)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%v\ndoes not say %q", err, w)
		}
	}
	lines := 1
	if missing := new(MissingError); errors.As(err, &missing) {
		lines = 2
	}
	if strings.Count(err.Error(), "\n") >= lines {
		t.Errorf("more than %d lines: %q", lines, err)
	}
}
