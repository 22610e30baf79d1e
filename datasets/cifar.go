// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
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

func cifar10() *collection {
	return &collection{
		blank: Set{
			Name:        "cifar-10",
			Title:       "CIFAR-10",
			Attribution: "CIFAR-10 (A. Krizhevsky, 2009)",
			Height:      32, Width: 32, Channels: 3, Classes: 10,
		},
		wanted:  "data_batch_{1..5}.bin and test_batch.bin, gzipped or not, or " + cifarTarball,
		remote:  []remoteFile{{cifarTarball, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170052171}},
		mirrors: []string{"https://www.cs.toronto.edu/~kriz"},
		find:    findCIFAR,
		load:    loadCIFAR,
	}
}

// findCIFAR looks for single batches, also in the folder that the tarball unpacks to, and then for the tarball.
func findCIFAR(dir string) listing {
	l := listing{dir: dir, paths: map[string]string{}}
	for _, name := range append([]string{cifarTest}, cifarTrain...) {
		inner := cifarFolder + "/" + name
		if p, ok := firstFile(dir, name+".gz", name, inner, inner+".gz"); ok {
			l.paths[name] = p
		}
	}
	_, test := l.paths[cifarTest]
	train := len(l.paths)
	if test {
		train--
	}
	if test && train > 0 {
		return l
	}
	if p, ok := firstFile(dir, cifarTarball); ok {
		l.paths = map[string]string{cifarTarball: p}
		return l
	}
	if !test {
		l.missing = append(l.missing, cifarTest+"[.gz]")
	}
	if train == 0 {
		l.missing = append(l.missing, cifarTrain[0]+"[.gz]")
	}
	return l
}

func loadCIFAR(ctx context.Context, blank Set, l listing) (*Set, error) {
	batches := map[string]Split{}
	if tarball, ok := l.paths[cifarTarball]; ok {
		if err := readCIFARTarball(ctx, tarball, batches, cifarUnpacked); err != nil {
			return nil, err
		}
	}
	for name, p := range l.paths {
		if name == cifarTarball {
			continue
		}
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
	set := blank
	set.Test = batches[cifarTest]
	total := 0
	for _, b := range batches {
		total += len(b.Pixels)
	}
	set.Train.Pixels = make([]uint8, 0, total-len(set.Test.Pixels))
	var used []string
	for i, name := range cifarTrain {
		if b, ok := batches[name]; ok {
			set.Train.Pixels = append(set.Train.Pixels, b.Pixels...)
			set.Train.Labels = append(set.Train.Labels, b.Labels...)
			used = append(used, fmt.Sprint(i+1))
		}
	}
	set.Source = l.dir
	if len(used) < len(cifarTrain) {
		part := fmt.Sprintf("%d of %d training batches", len(used), len(cifarTrain))
		set.Title += " (" + part + ")"
		set.Source += " (" + part + ": " + strings.Join(used, ", ") + ")"
	}
	return sized(&set, len(used)*cifarRecords, cifarRecords), nil
}

// readCIFARTarball reads the six batches out of the tarball as published, in passing; nothing is unpacked to disk,
// and of whatever it is no more than most bytes are unpacked.
func readCIFARTarball(ctx context.Context, file string, batches map[string]Split, most int64) error {
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
		if batches[name], err = readCIFAR(ctx, inside, archive); err != nil {
			return err
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
