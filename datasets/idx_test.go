// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"testing"
)

var (
	wantImages = idxWant{magic: idxImages, sides: []uint32{28, 28}}
	wantLabels = idxWant{magic: idxLabels, classes: 10}
)

func TestReadIDX(t *testing.T) {
	for name, file := range map[string][]byte{"plain": images(3), "gzipped": zipped(images(3))} {
		n, body, err := readIDX(t.Context(), name, bytes.NewReader(file), wantImages)
		if err != nil || n != 3 || !bytes.Equal(body, images(3)[16:]) {
			t.Errorf("%s: %d images, %d bytes, %v", name, n, len(body), err)
		}
	}
	n, body, err := readIDX(t.Context(), "labels", bytes.NewReader(labels(25)), wantLabels)
	if err != nil || n != 25 || body[24] != 4 {
		t.Errorf("%d labels %v, %v", n, body, err)
	}
}

func TestReadIDXRefuses(t *testing.T) {
	good := zipped(images(3))
	spoiled := bytes.Clone(good)
	spoiled[len(spoiled)-5] ^= 1 // the checksum
	for _, c := range []struct {
		name  string
		file  []byte
		want  idxWant
		words []string
	}{
		{"empty", nil, wantImages, []string{"ends after 0 of 16"}},
		{"short magic", []byte{0, 0, 8}, wantImages, []string{"3 of 16"}},
		{"short header", images(1)[:10], wantImages, []string{"10 of 16"}},
		{"wrong magic", idxBytes(2052, []uint32{1, 28, 28}, nil), wantImages, []string{"2052", "2051"}},
		{"labels for images", labels(3), wantImages, []string{"2049", "2051"}},
		{"images for labels", images(3), wantLabels, []string{"2051", "2049"}},
		{"2^31 images", idxBytes(idxImages, []uint32{1 << 31, 28, 28}, nil), wantImages, []string{"2147483648", "1000000"}},
		{"2^31 labels", idxBytes(idxLabels, []uint32{1 << 31}, nil), wantLabels, []string{"2147483648", "1000000"}},
		{"no images", idxBytes(idxImages, []uint32{0, 28, 28}, nil), wantImages, []string{"promises 0"}},
		{"image size", idxBytes(idxImages, []uint32{1, 32, 32}, make([]byte, 1024)), wantImages, []string{"32×32", "28×28"}},
		{"image height", idxBytes(idxImages, []uint32{1, 1 << 30, 28}, nil), wantImages, []string{"1073741824×28"}},
		{"short body", images(3)[:1000], wantImages, []string{"1000 of 2368"}},
		{"trailing bytes", append(images(3), 0), wantImages, []string{"follow", "2368"}},
		{"label out of range", idxBytes(idxLabels, []uint32{3}, []byte{0, 9, 10}), wantLabels, []string{"label 2 is 10", "0 to 9"}},
		{"truncated gzip", good[:len(good)/2], wantImages, []string{"truncated", "of 2368"}},
		{"gzip without its checksum", good[:len(good)-8], wantImages, []string{"truncated"}},
		{"gzip header only", good[:5], wantImages, []string{"truncated"}},
		{"gzip with a wrong checksum", spoiled, wantImages, []string{"checksum"}},
		{"not gzip after all", append([]byte{0x1f, 0x8b}, images(1)...), wantImages, []string{"not valid gzip"}},
		{"trailing bytes in gzip", zipped(append(images(3), 0)), wantImages, []string{"follow"}},
		{"a second gzip behind", append(bytes.Clone(good), zipped([]byte{1})...), wantImages, []string{"follow"}},
		{"garbage behind gzip", append(bytes.Clone(good), "garbage..."...), wantImages, []string{"not gzip", "2368"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := readIDX(t.Context(), "the-file", bytes.NewReader(c.file), c.want)
			says(t, err, ErrFormat, append(c.words, "the-file")...)
		})
	}
}

// counting counts the bytes that were asked of a file.
type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestGzipBombIsNotUnpacked(t *testing.T) {
	more := make([]byte, 1<<20)
	for i, rng := 0, newSource(1, 2); i < len(more); i++ {
		more[i] = uint8(rng.below(256)) // hardly compressible, so that the file is longer than any read-ahead
	}
	bomb := zipped(append(images(1), more...))
	r := &counting{Reader: bytes.NewReader(bomb)}
	_, _, err := readIDX(t.Context(), "bomb", r, wantImages)
	says(t, err, ErrFormat, "bomb", "800")
	if r.n > len(bomb)/2 {
		t.Errorf("%d of the bomb's %d bytes were read", r.n, len(bomb))
	}
}

func TestLyingHeaderCostsNoMemory(t *testing.T) {
	liar := idxBytes(idxImages, []uint32{maxExamples, 28, 28}, make([]byte, 100))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := readIDX(t.Context(), "liar", bytes.NewReader(liar), wantImages)
	runtime.ReadMemStats(&after)
	says(t, err, ErrFormat, "116 of 784000016")
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("%d bytes were allocated for a file of 116", got)
	}
}

// TestCountsAreComparedFirst: what promises more images than there are labels is refused by its header.
func TestCountsAreComparedFirst(t *testing.T) {
	many := zipped(idxBytes(idxImages, []uint32{maxExamples, 28, 28}, make([]byte, 16<<20)))
	want := wantImages
	want.count, want.labels = 20, "the-labels"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := readIDX(t.Context(), "many", bytes.NewReader(many), want)
	runtime.ReadMemStats(&after)
	says(t, err, ErrFormat, "many", "1000000 images", "the-labels has 20 labels", "replace both")
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("%d bytes were allocated for a header", got)
	}
}

func TestReadIDXStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := readIDX(ctx, "f", bytes.NewReader(images(3)), wantImages); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func FuzzIDX(f *testing.F) {
	for _, b := range [][]byte{
		images(2), labels(5), zipped(images(2)), zipped(labels(5)), images(2)[:100], zipped(images(2))[:30],
		idxBytes(idxImages, []uint32{1 << 31, 28, 28}, nil), idxBytes(idxLabels, []uint32{maxExamples}, []byte{1}),
		append(zipped(labels(5)), 0), {}, {0x1f, 0x8b},
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, want := range []idxWant{wantImages, wantLabels} {
			n, body, err := readIDX(t.Context(), "f", bytes.NewReader(b), want)
			if err != nil {
				says(t, err, ErrFormat)
				continue
			}
			each := 1
			if want.magic == idxImages {
				each = 784
			}
			if n < 1 || n > maxExamples || len(body) != n*each {
				t.Errorf("accepted %d examples in %d bytes", n, len(body))
			}
			if want.magic == idxLabels && checkLabels("f", body, 10) != nil {
				t.Error("accepted a label out of range")
			}
		}
	})
}
