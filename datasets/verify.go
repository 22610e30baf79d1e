// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// most is how much is unpacked of a file to learn its sum: no published file is as long.
const most = 100_000_000

// sumsOf are the SHA-256 sums of a file as it lies and, where it is gzipped, of what is in it. The second is left empty
// where the first is the one wanted.
func sumsOf(ctx context.Context, path, wanted string) (packed, unpacked string, err error) {
	f, err := openFile(path)
	if err != nil {
		return "", "", systemError(path, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 2*most {
		return "", "", malformed(path, fmt.Sprintf("%d bytes, more than any published file has", info.Size()))
	}
	if packed, err = sumOf(ctx, path, f); err != nil || packed == wanted {
		return packed, "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return packed, "", systemError(path, err)
	}
	r, err := unpack(path, f)
	if err != nil {
		return packed, "", err
	}
	if _, zipped := r.(*gzip.Reader); !zipped {
		return packed, packed, nil
	}
	unpacked, err = sumOf(ctx, path, io.LimitReader(r, most))
	return packed, unpacked, err
}

// sumOf reads r to its end.
func sumOf(ctx context.Context, path string, r io.Reader) (string, error) {
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return "", fmt.Errorf("reading %s stopped: %w", path, context.Cause(ctx))
		}
		n, err := r.Read(buf)
		sum.Write(buf[:n])
		if err == io.EOF {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if err != nil {
			return "", readError(path, err, 0, 0)
		}
	}
}

// holder says whose bytes a sum is of: the set and the file, "" where they are of none.
func holder(sum string) (set, file string) {
	for _, name := range builtin {
		if c, ok := collections[name]; ok {
			for _, r := range c.roles {
				if r.sum != "" && r.sum == sum {
					return name, r.name
				}
			}
		}
	}
	return "", ""
}

// choose gives each needed role of a listing the first file that holds the published bytes. stale are the roles for
// which there are files, none of them right; the error says what is wrong with one of those, without a remedy.
func (c *collection) choose(ctx context.Context, l listing) (paths map[string]string, stale []string, err error) {
	paths = map[string]string{}
	if archive, ok := l.files[c.archive]; ok {
		paths[c.archive] = archive[0]
		packed, _, err := sumsOf(ctx, archive[0], c.packed(c.archive))
		if err != nil || packed != c.packed(c.archive) { // packed anew, say: its members are held to their sums as they are read
			_, err = c.load(ctx, c, l.dir, paths)
		}
		if err != nil {
			stale = append(stale, c.archive)
		}
		return paths, stale, err
	}
	for _, r := range l.needed {
		candidates := l.files[r.name]
		for _, path := range candidates {
			good, problem := c.holds(ctx, path, r)
			if ctx.Err() != nil {
				return nil, nil, problem
			}
			if good {
				paths[r.name] = path
				break
			}
			if err == nil {
				err = problem
			}
		}
		if _, ok := paths[r.name]; !ok && len(candidates) > 0 {
			stale = append(stale, r.name)
			paths[r.name] = candidates[0]
		}
	}
	if len(stale) == 0 {
		return paths, nil, nil
	}
	// Why a file is not what it should be, its reader says best.
	var other *otherError
	if !errors.As(err, &other) || other.file == "" {
		if _, wrong := c.load(ctx, c, l.dir, paths); wrong != nil {
			err = wrong
		}
	}
	return paths, stale, err
}

// otherError is a file with other bytes than its name stands for.
type otherError struct {
	FileError
	file string // whose bytes they are, or what else it is; "" where that is not known
}

func (e *otherError) Unwrap() error { return &e.FileError }

// holds says whether a file has the bytes of a role, and if not, why.
func (c *collection) holds(ctx context.Context, path string, r role) (bool, error) {
	if r.sum == "" {
		return true, nil
	}
	_, unpacked, err := sumsOf(ctx, path, c.packed(r.name))
	switch {
	case err != nil:
		return false, err
	case unpacked == "", unpacked == r.sum:
		return true, nil
	}
	if what := sniff(path); what != "" {
		wrong := &otherError{FileError: FileError{Path: path, Problem: what + ", must be the published " + r.name, Err: ErrFormat}, file: what}
		return false, wrong
	}
	return false, c.otherBytes(path, r, unpacked)
}

// sniff says what a file is that was saved in place of a data file, "" where that is not plain to see.
func sniff(path string) string {
	f, err := openFile(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	r, err := unpack(path, f)
	if err != nil {
		return ""
	}
	_, zipped := r.(*gzip.Reader)
	head := make([]byte, 512)
	n, _ := io.ReadFull(r, head)
	switch kind, _, _ := strings.Cut(http.DetectContentType(head[:n]), ";"); {
	case n == 0:
		return "is empty"
	case kind == "text/html", kind == "text/xml":
		return "is a web page"
	case kind == "application/x-gzip" && zipped:
		return "is gzipped twice"
	case kind == "application/zip":
		return "is a zip archive"
	}
	return ""
}

// otherBytes is the error of a file that has the bytes of the sum got in place of a role's.
func (c *collection) otherBytes(path string, r role, got string) error {
	set, file := holder(got)
	wrong := &otherError{FileError: FileError{Path: path, Err: ErrFormat}, file: file}
	switch {
	case file == "":
		wrong.Problem = fmt.Sprintf("is not the published %s of %s (sha256 of its bytes %.8s…, must be %.8s…)", r.name, c.blank.Name, got, r.sum)
	case set == c.blank.Name:
		wrong.Problem = fmt.Sprintf("holds the bytes of %s, must hold those of %s", file, r.name)
	default:
		wrong.Problem = fmt.Sprintf("holds the bytes of %s's %s, must hold %s's", set, file, c.blank.Name)
	}
	return wrong
}

// packed is the sum of a role's file as published, gzipped.
func (c *collection) packed(role string) string {
	for _, f := range c.remote {
		if f.name == role+".gz" || f.name == role {
			return f.sha256
		}
	}
	return ""
}
