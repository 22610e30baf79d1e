// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/tar"
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// batch is n records: label (first+i) mod 10, all pixels first.
func batch(first byte, n int) []byte {
	var b []byte
	for i := range n {
		record := bytes.Repeat([]byte{first}, cifarRecord)
		record[0] = byte((int(first) + i) % 10)
		b = append(b, record...)
	}
	return b
}

func tarball(files map[string][]byte) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg})
		_, _ = w.Write(files[name])
	}
	_ = w.Close()
	return b.Bytes()
}

func sixBatches(prefix string) map[string][]byte {
	files := map[string][]byte{prefix + "test_batch.bin": batch(0, 4), prefix + "readme.html": []byte("hello")}
	for i, name := range cifarTrain {
		files[prefix+name] = batch(byte(i+1), 2)
	}
	return files
}

func TestCIFAR(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  map[string][]byte
		train  []byte // first pixel of each training example
		titled string
	}{
		{"one batch", map[string][]byte{"cifar-10/data_batch_1.bin.gz": zipped(batch(1, 2)), "cifar-10/test_batch.bin.gz": zipped(batch(0, 4))},
			[]byte{1, 1}, "1 of 5 training batches"},
		{"plain, three batches, one left out", map[string][]byte{"cifar-10/data_batch_4.bin": batch(4, 1), "cifar-10/data_batch_1.bin": batch(1, 1),
			"cifar-10/data_batch_2.bin": batch(2, 2), "cifar-10/test_batch.bin": batch(0, 4)}, []byte{1, 2, 2, 4}, "3 of 5 training batches"},
		{"as unpacked", sixBatches("cifar-10/cifar-10-batches-bin/"), []byte{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}, "10 training and 4 test examples"},
		{"tarball", map[string][]byte{"cifar-10/cifar-10-binary.tar.gz": zipped(tarball(sixBatches("cifar-10-batches-bin/")))},
			[]byte{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}, "10 training and 4 test examples"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := Open(t.Context(), "cifar-10", offline(t, write(t, t.TempDir(), c.files)))
			if err != nil {
				t.Fatal(err)
			}
			if err := set.validate(); err != nil {
				t.Error(err)
			}
			var first []byte
			for i := range set.Train.Len() {
				first = append(first, set.Train.Pixels[i*set.Features()])
			}
			if !bytes.Equal(first, c.train) || set.Test.Len() != 4 || set.Features() != 3072 {
				t.Errorf("training examples of batches %v, want %v; %d test examples", first, c.train, set.Test.Len())
			}
			if !strings.Contains(set.Title, c.titled) {
				t.Errorf("title %q does not say %q", set.Title, c.titled)
			}
		})
	}
}

func TestCIFARRefuses(t *testing.T) {
	bad := batch(1, 2)
	bad[cifarRecord] = 10
	whole := sixBatches("cifar-10-batches-bin/")
	lacking := maps.Clone(whole)
	delete(lacking, "cifar-10-batches-bin/data_batch_3.bin")
	archive := zipped(tarball(whole))
	for _, c := range []struct {
		name  string
		file  string
		bytes []byte
		words []string
	}{
		{"empty", "data_batch_1.bin", nil, []string{"empty", "data_batch_1.bin"}},
		{"half a record", "data_batch_1.bin", batch(1, 2)[:4000], []string{"record 1 ends after 927 of 3073"}},
		{"label", "data_batch_1.bin", bad, []string{"label 1 is 10", "0 to 9"}},
		{"too many", "data_batch_1.bin.gz", zipped(make([]byte, cifarRecord*(cifarRecords+1))), []string{"more than the 10000"}},
		{"truncated gzip", "data_batch_1.bin.gz", zipped(batch(1, 2))[:20], []string{"truncated"}},
		{"tarball lacks a batch", cifarTarball, zipped(tarball(lacking)), []string{cifarTarball, "data_batch_3.bin"}},
		{"truncated tarball", cifarTarball, archive[:len(archive)/2], []string{"truncated"}},
		{"tarball without its checksum", cifarTarball, archive[:len(archive)-8], []string{"truncated"}},
		{"not a tarball", cifarTarball, zipped(bytes.Repeat([]byte("x"), 2000)), []string{"not a tar archive"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string][]byte{"cifar-10/" + c.file: c.bytes}
			if c.file != cifarTarball {
				files["cifar-10/test_batch.bin"] = batch(0, 1)
			}
			_, err := Open(t.Context(), "cifar-10", offline(t, write(t, t.TempDir(), files)))
			says(t, err, ErrFormat, append(c.words, "replace it")...)
		})
	}
	_, err := Open(t.Context(), "cifar-10", offline(t, write(t, t.TempDir(), map[string][]byte{"cifar-10/data_batch_1.bin": batch(1, 1)})))
	says(t, err, ErrMissing, "test_batch.bin", "only a part")
}

func TestTarBombIsNotUnpacked(t *testing.T) {
	for name, bomb := range map[string][]byte{
		"a large file in it": tarball(map[string][]byte{"x": make([]byte, 1<<20)}),
		"much behind it":     append(tarball(sixBatches("cifar-10-batches-bin/")), make([]byte, 1<<20)...),
	} {
		dir := write(t, t.TempDir(), map[string][]byte{name: zipped(bomb)})
		err := readCIFARTarball(t.Context(), filepath.Join(dir, name), map[string]Split{}, 200_000)
		says(t, err, ErrFormat, name, "more than the 200000 bytes allowed")
	}
}

func FuzzCIFAR(f *testing.F) {
	for _, b := range [][]byte{batch(1, 1), zipped(batch(1, 2)), batch(1, 2)[:4000], zipped(batch(1, 1))[:15], {}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := readCIFAR(t.Context(), "f", bytes.NewReader(b))
		if err != nil {
			says(t, err, ErrFormat)
			return
		}
		if s.Len() < 1 || s.Len() > cifarRecords || len(s.Pixels) != 3072*s.Len() {
			t.Errorf("accepted %d labels and %d pixels", s.Len(), len(s.Pixels))
		}
	})
}
