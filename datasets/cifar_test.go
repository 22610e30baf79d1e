// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/tar"
	"bytes"
	"maps"
	"path/filepath"
	"slices"
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
	anyBytes(t)
	all := []byte{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}
	for name, files := range map[string]map[string][]byte{
		"plain":       sixBatches("cifar-10/"),
		"as unpacked": sixBatches("cifar-10/cifar-10-batches-bin/"),
		"tarball":     {"cifar-10/cifar-10-binary.tar.gz": zipped(tarball(sixBatches("cifar-10-batches-bin/")))},
		"tarball beside a part of what was in it": {"cifar-10/data_batch_1.bin": batch(7, 2),
			"cifar-10/cifar-10-binary.tar.gz": zipped(tarball(sixBatches("cifar-10-batches-bin/")))},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := Open(t.Context(), "cifar-10", offline(t, write(t, t.TempDir(), files)))
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
			if !bytes.Equal(first, all) || set.Test.Len() != 4 || set.Features() != 3072 || set.Title != "CIFAR-10" {
				t.Errorf("training examples of batches %v, want %v; %d test examples; %q", first, all, set.Test.Len(), set.Title)
			}
		})
	}
}

// A part of the set is a set of its own, by its own name: the whole one's name does not stand for it.
func TestPartOfCIFAR(t *testing.T) {
	anyBytes(t)
	part := func(names ...string) Options {
		files := map[string][]byte{"cifar-10/test_batch.bin": batch(0, 4)}
		for i, name := range names {
			files["cifar-10/"+name] = batch(byte(i+1), 10)
		}
		return offline(t, write(t, t.TempDir(), files))
	}
	one := part("data_batch_1.bin")
	_, err := Open(t.Context(), "cifar-10", one)
	says(t, err, ErrMissing, "only a part of cifar-10", "data_batch_2.bin[.gz]", "or use cifar-10-10000, which is there")
	if s, err := Check("cifar-10", one); err == nil || s.Ready {
		t.Errorf("the whole set is said to be ready: %+v", s)
	}
	set, err := Open(t.Context(), "cifar-10-7", one)
	if err != nil || set.Train.Len() != 7 || set.Name != "cifar-10-7" || set.Title != "CIFAR-10, its first 7 training examples" {
		t.Errorf("the first examples: %+v, %v", set, err)
	}
	if s, err := Check("cifar-10-10000", one); err != nil || !s.Ready {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = Open(t.Context(), "cifar-10-10001", one)
	says(t, err, ErrMissing, "missing data_batch_2.bin[.gz]", "cifar-10-10000")

	_, err = Open(t.Context(), "cifar-10", part("data_batch_1.bin", "data_batch_2.bin", "data_batch_4.bin"))
	says(t, err, ErrMissing, "data_batch_3.bin[.gz], data_batch_5.bin[.gz]", "or use cifar-10-20000")
	_, err = Open(t.Context(), "cifar-10", part("data_batch_2.bin"))
	says(t, err, ErrMissing, "data_batch_1.bin[.gz]", "move the folder away")
}

func TestCIFARRefuses(t *testing.T) {
	anyBytes(t)
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
				for _, name := range append(cifarTrain[1:], cifarTest) {
					files["cifar-10/"+name] = batch(0, 1)
				}
			}
			_, err := Open(t.Context(), "cifar-10", offline(t, write(t, t.TempDir(), files)))
			says(t, err, ErrFormat, append(c.words, "replace it")...)
		})
	}
	_, err := Open(t.Context(), "cifar-10", offline(t, write(t, t.TempDir(), map[string][]byte{"cifar-10/data_batch_1.bin": batch(1, 1)})))
	says(t, err, ErrMissing, "test_batch.bin", "only a part")
}

func TestTarBombIsNotUnpacked(t *testing.T) {
	anyBytes(t)
	for name, bomb := range map[string][]byte{
		"a large file in it": tarball(map[string][]byte{"x": make([]byte, 1<<20)}),
		"much behind it":     append(tarball(sixBatches("cifar-10-batches-bin/")), make([]byte, 1<<20)...),
	} {
		dir := write(t, t.TempDir(), map[string][]byte{name: zipped(bomb)})
		c := collections["cifar-10"]
		err := c.readTarball(t.Context(), filepath.Join(dir, name), map[string]Split{}, 200_000)
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
