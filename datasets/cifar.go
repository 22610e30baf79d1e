// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
)

const (
	cifarRecord  = 1 + 3*32*32 // a label, then 1024 red, 1024 green, 1024 blue
	cifarRecords = 10_000      // in one batch as published; the most one file may hold
	cifarTarball = "cifar-10-binary.tar.gz"
	cifarFolder  = "cifar-10-batches-bin" // inside the tarball
	// cifarUnpacked caps what the tarball unpacks to: six batches of 30,730,000 bytes and a few small files.
	cifarUnpacked = 200_000_000
	cifarTest     = "test_batch.bin"
)

var cifarTrain = []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}

// cifarSums are those of the five training batches and the test batch, unpacked.
var cifarSums = []string{
	"cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
	"a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
	"bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
	"014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
	"755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
	"8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}

func cifar10() *collection {
	c := &collection{
		blank: Set{
			Name:        "cifar-10",
			Title:       "CIFAR-10",
			Attribution: "CIFAR-10 (A. Krizhevsky, 2009)",
			Height:      32, Width: 32, Channels: 3, Classes: 10,
		},
		wanted:  "data_batch_{1..5}.bin and test_batch.bin, gzipped or not, or " + cifarTarball,
		layouts: []string{"cifar-10", "cifar-10/" + cifarFolder, cifarFolder, "."},
		archive: cifarTarball,
		remote:  []remoteFile{{cifarTarball, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170052171}},
		mirrors: []string{"https://www.cs.toronto.edu/~kriz"},
		load:    loadCIFAR,
	}
	for i, name := range append(slices.Clone(cifarTrain), cifarTest) {
		c.roles = append(c.roles, role{name: name, sum: cifarSums[i]})
	}
	// The first examples lie in the first batches: the others may be missing.
	c.needed = func(train int) []role {
		batches := (train + cifarRecords - 1) / cifarRecords
		if batches == 0 || batches >= len(cifarTrain) {
			return c.roles
		}
		return append(slices.Clone(c.roles[:batches]), c.roles[len(cifarTrain)])
	}
	return c
}

// firstPart names the largest part of the set that a listing has all files of, as cifar-10-20000; "" for none.
func (c *collection) firstPart(l listing) string {
	if c.archive == "" || len(l.files[cifarTest]) == 0 {
		return ""
	}
	for batches := len(cifarTrain) - 1; batches > 0; batches-- {
		if !slices.ContainsFunc(cifarTrain[:batches], func(name string) bool { return len(l.files[name]) == 0 }) {
			return fmt.Sprintf("%s-%d", c.blank.Name, batches*cifarRecords)
		}
	}
	return ""
}

func loadCIFAR(ctx context.Context, c *collection, dir string, paths map[string]string) (*Set, error) {
	batches := map[string]Split{}
	if tarball, ok := paths[cifarTarball]; ok {
		if err := c.readTarball(ctx, tarball, batches, cifarUnpacked); err != nil {
			return nil, err
		}
	} else {
		for name, p := range paths {
			f, err := openFile(p)
			if err != nil {
				return nil, systemError(p, err)
			}
			batches[name], err = readCIFAR(ctx, p, f)
			_ = f.Close()
			if err != nil {
				return nil, err
			}
		}
	}
	set := c.blank
	set.Source = dir
	set.Test = batches[cifarTest]
	total := 0
	for _, b := range batches {
		total += len(b.Pixels)
	}
	set.Train.Pixels = make([]uint8, 0, total-len(set.Test.Pixels))
	for _, name := range cifarTrain {
		set.Train.Pixels = append(set.Train.Pixels, batches[name].Pixels...)
		set.Train.Labels = append(set.Train.Labels, batches[name].Labels...)
	}
	return &set, nil
}

// readTarball reads the six batches out of the tarball, in passing, and holds each to its sum: one packed anew is as
// good as the published one. Nothing is unpacked to disk, and of whatever it is no more than most bytes are unpacked.
func (c *collection) readTarball(ctx context.Context, file string, batches map[string]Split, most int64) error {
	f, err := openFile(file)
	if err != nil {
		return systemError(file, err)
	}
	defer f.Close()
	r, err := unpack(file, f)
	if err != nil {
		return err
	}
	known := append([]string{cifarTest}, cifarTrain...)
	limit := &io.LimitedReader{R: r, N: most}
	for archive := tar.NewReader(limit); ; {
		head, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if limit.N <= 0 {
				return tooMuch(file, most)
			}
			return tarError(file, err)
		}
		name := path.Base(head.Name)
		if head.Typeflag != tar.TypeReg || path.Base(path.Dir(head.Name)) != cifarFolder || !slices.Contains(known, name) {
			continue
		}
		inside := file + "/" + name
		if _, twice := batches[name]; twice {
			return malformed(inside, "is in the archive twice")
		}
		sum := sha256.New()
		if batches[name], err = readCIFAR(ctx, inside, io.TeeReader(archive, sum)); err != nil {
			return err
		}
		got, r := hex.EncodeToString(sum.Sum(nil)), c.roles[slices.IndexFunc(c.roles, func(r role) bool { return r.name == name })]
		if r.sum != "" && got != r.sum {
			return c.otherBytes(inside, r, got)
		}
	}
	// What follows the archive is read too: only at its very end does gzip check its checksum.
	if _, err := io.Copy(io.Discard, limit); err != nil {
		return readError(file, err, 0, 0)
	}
	if limit.N <= 0 {
		return tooMuch(file, most)
	}
	for _, name := range known {
		if _, ok := batches[name]; !ok {
			return malformed(file, "holds no "+cifarFolder+"/"+name)
		}
	}
	return nil
}

func tooMuch(file string, most int64) error {
	return malformed(file, fmt.Sprintf("unpacks to more than the %d bytes allowed", most))
}

func tarError(file string, err error) error {
	if bad, ok := readError(file, err, 0, 0).(*FileError); ok && bad.Err == ErrFormat {
		return bad
	}
	return malformed(file, "not a tar archive: "+err.Error())
}

// readCIFAR reads one batch, gzipped or plain: 1 to 10,000 whole records.
func readCIFAR(ctx context.Context, file string, r io.Reader) (Split, error) {
	r, err := unpack(file, r)
	if err != nil {
		return Split{}, err
	}
	var s Split
	record := make([]byte, cifarRecord)
	for {
		if err := ctx.Err(); err != nil {
			return Split{}, fmt.Errorf("reading %s stopped: %w", file, context.Cause(ctx))
		}
		n, err := io.ReadFull(r, record)
		if err == io.EOF {
			break
		}
		if err != nil {
			if err == io.ErrUnexpectedEOF && n > 0 {
				return Split{}, malformed(file, fmt.Sprintf("truncated: record %d ends after %d of %d bytes", s.Len(), n, cifarRecord))
			}
			return Split{}, readError(file, err, s.Len()*cifarRecord+n, cifarRecords*cifarRecord)
		}
		if s.Len() == cifarRecords {
			return Split{}, malformed(file, fmt.Sprintf("more than the %d records that a batch holds", cifarRecords))
		}
		if record[0] > 9 {
			return Split{}, malformed(file, fmt.Sprintf("label %d is %d, allowed are 0 to 9", s.Len(), record[0]))
		}
		s.Labels = append(s.Labels, record[0])
		s.Pixels = append(s.Pixels, record[1:]...)
	}
	if s.Len() == 0 {
		return Split{}, malformed(file, fmt.Sprintf("empty, must hold 1 to %d records of %d bytes", cifarRecords, cifarRecord))
	}
	return s, nil
}
