// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"coherentgradients/datasets/plainfile"
)

// openFile opens a regular file for reading. Anything else (a folder, a FIFO that would never end) is refused.
func openFile(path string) (*os.File, error) {
	file, err := plainfile.Open(path)
	if odd := (*plainfile.NotRegularError)(nil); errors.As(err, &odd) {
		return nil, &FileError{Path: path, Problem: "is " + plainfile.Kind(odd.Mode) + ", not a file", Err: ErrFormat}
	}
	return file, err
}

// unpack reads r as it is, or unpacked if it begins as gzip does. No format here begins so when plain: IDX begins with
// 0 0, and CIFAR-10 with a label below 10.
func unpack(path string, r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if head, err := b.Peek(2); err != nil || head[0] != 0x1f || head[1] != 0x8b {
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, readError(path, err, 0, 0)
	}
	return z, nil
}

// readPromised reads exactly want bytes that a header at path promised, and then makes sure that nothing follows, which
// for gzip also checks the checksum. The buffer grows as bytes arrive, so that a lying header costs nothing; and no more
// than one byte beyond the promise is unpacked, so that a gzip bomb doesn't either. have bytes went before (the header).
func readPromised(ctx context.Context, path string, r io.Reader, want, have int) ([]byte, error) {
	const step = 1 << 20
	body := make([]byte, 0, min(want, 64<<10))
	for len(body) < want {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("reading %s stopped: %w", path, context.Cause(ctx))
		}
		if len(body) == cap(body) {
			grown := make([]byte, len(body), min(want, 2*cap(body)))
			copy(grown, body)
			body = grown
		}
		n, err := r.Read(body[len(body):min(cap(body), len(body)+step)])
		body = body[:len(body)+n]
		if err != nil && len(body) < want {
			return nil, readError(path, err, have+len(body), have+want)
		}
	}
	if err := atEnd(path, r, have+want); err != nil {
		return nil, err
	}
	return body, nil
}

// atEnd makes sure that r has nothing left after the length bytes read so far.
func atEnd(path string, r io.Reader, length int) error {
	var extra [1]byte
	switch _, err := io.ReadFull(r, extra[:]); {
	case err == nil:
		return malformed(path, fmt.Sprintf("bytes follow after the %d that its header promises", length))
	case errors.Is(err, gzip.ErrHeader):
		return malformed(path, fmt.Sprintf("bytes that are not gzip follow after the %d that its header promises", length))
	case err != io.EOF:
		return readError(path, err, length, length)
	}
	return nil
}

// readError says in the reader's words why bytes did not come.
func readError(path string, err error, got, want int) error {
	of := ""
	if want > 0 {
		of = fmt.Sprintf(" after %d of %d bytes", got, want)
	}
	switch {
	case err == io.EOF:
		return malformed(path, fmt.Sprintf("ends%s", of))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return malformed(path, fmt.Sprintf("truncated: gzip ends%s", of))
	case errors.Is(err, gzip.ErrChecksum):
		return malformed(path, "gzip checksum does not match")
	case errors.Is(err, gzip.ErrHeader), isCorrupt(err):
		return malformed(path, fmt.Sprintf("not valid gzip%s", of))
	}
	return &FileError{Path: path, Problem: fmt.Sprintf("cannot be read: %v", err), Err: err}
}

func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}
