// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// Magic numbers of IDX files of unsigned bytes: 2048 plus the number of dimensions.
const (
	idxImages = 2051 // count, rows, columns
	idxLabels = 2049 // count
)

// maxExamples is the most examples one file may promise. The largest set read here has 60,000.
const maxExamples = 1_000_000

// idxWant is what an IDX file must be.
type idxWant struct {
	magic   uint32
	sides   []uint32 // the dimensions after the count: 28, 28, or none
	classes int      // labels only: each must be below it
	count   int      // images only: how many labels there are, 0 where that is not known
	labels  string   // the file they are in, for the message
}

func (w idxWant) kind() string {
	if w.magic == idxLabels {
		return "IDX labels"
	}
	return "IDX images"
}

// readIDXFile reads one IDX file, gzipped or plain, and returns its count and its bytes.
func readIDXFile(ctx context.Context, path string, want idxWant) (count int, body []byte, err error) {
	f, err := openFile(path)
	if err != nil {
		return 0, nil, systemError(path, err)
	}
	defer f.Close()
	return readIDX(ctx, path, f, want)
}

// readIDX reads IDX from r; path is for messages.
func readIDX(ctx context.Context, path string, r io.Reader, want idxWant) (count int, body []byte, err error) {
	if r, err = unpack(path, r); err != nil {
		return 0, nil, err
	}
	head := make([]byte, 4*(2+len(want.sides)))
	if n, err := io.ReadFull(r, head[:4]); err != nil {
		return 0, nil, readError(path, eof(err), n, len(head))
	}
	if magic := binary.BigEndian.Uint32(head); magic != want.magic {
		return 0, nil, malformed(path, fmt.Sprintf("magic number %d, must be %d (%s)", magic, want.magic, want.kind()))
	}
	if n, err := io.ReadFull(r, head[4:]); err != nil {
		return 0, nil, readError(path, eof(err), 4+n, len(head))
	}
	n := binary.BigEndian.Uint32(head[4:])
	if n < 1 || n > maxExamples {
		return 0, nil, malformed(path, fmt.Sprintf("header promises %d examples, allowed are 1 to %d", n, maxExamples))
	}
	each := 1
	for i, side := range want.sides {
		if got := binary.BigEndian.Uint32(head[8+4*i:]); got != side {
			return 0, nil, malformed(path, fmt.Sprintf("images of %d×%d pixels, must be %d×%d",
				binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:]), want.sides[0], want.sides[1]))
		}
		each *= int(side)
	}
	count = int(n)
	if want.count > 0 && count != want.count { // before the body: a bomb is not unpacked for nothing
		return 0, nil, &FileError{
			Path:    path,
			Problem: fmt.Sprintf("%d images, but %s has %d labels; the counts must be equal", count, want.labels, want.count),
			Remedy:  "replace both by the published files",
			Err:     ErrFormat,
		}
	}
	if body, err = readPromised(ctx, path, r, count*each, len(head)); err != nil {
		return 0, nil, err
	}
	if want.magic == idxLabels {
		if err := checkLabels(path, body, want.classes); err != nil {
			return 0, nil, err
		}
	}
	return count, body, nil
}

func checkLabels(path string, labels []uint8, classes int) error {
	for i, l := range labels {
		if int(l) >= classes {
			return malformed(path, fmt.Sprintf("label %d is %d, allowed are 0 to %d", i, l, classes-1))
		}
	}
	return nil
}

// eof undoes what io.ReadFull does to the end of a plain file, so that only gzip reports an unexpected one. A gzip that
// ends early says io.ErrUnexpectedEOF too; for the few bytes of a header the two are not told apart.
func eof(err error) error {
	if err == io.ErrUnexpectedEOF {
		return io.EOF
	}
	return err
}

// systemError is a file that could not be opened.
func systemError(path string, err error) error {
	if f, ok := err.(*FileError); ok {
		return f
	}
	if p, ok := err.(*os.PathError); ok {
		err = p.Err
	}
	return &FileError{Path: path, Problem: fmt.Sprintf("cannot be read: %v", err), Remedy: "make it a readable file", Err: err}
}
