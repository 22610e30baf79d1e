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
	"sync"
)

// role is one file of a set: what it is called, and the bytes that it must hold.
type role struct {
	name string // as published, unpacked
	also string // another name that unpackers give it, "" for none
	sum  string // SHA-256 of the unpacked bytes; "" where any bytes will do, as in tests
}

// contents are the sums ([Set.Sum]) of what the names of published sets stand for, so that a record can be held to its data set
// where that set is not at hand. They follow from the sums of the files; real_test.go compares them.
var contents = map[string]string{
	"mnist":              "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
	"mnist-6000":         "8eda588f3f9e1b71e67ce902a2b53438e7ee780e99c09b4f3a22712faac7d972",
	"fashion-mnist":      "ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f",
	"fashion-mnist-6000": "0a14d85b4d568b84de54accd20df5130d12a8c7801255cb585e0d82d1b450ed2",
	"cifar-10-10000":     "4e2188cf0ff64b6806a73c80baecd9e82f1b13fea582ce37b0a5d32669f08f73",
}

// glyphsSum is that of the synthetic set, which is the same on every machine too.
const glyphsSum = "e5a6fa3b428f5512040266567827b1cd8fb31d8a9b83f42c7b38fd6ba7a4e500"

// Sum is the SHA-256 of the set's training pixels, training labels, test pixels and test labels, one after the other:
// its identity, whatever it is called and wherever it lies.
func (s *Set) Sum() string {
	sum := sha256.New()
	for _, part := range [][]uint8{s.Train.Pixels, s.Train.Labels, s.Test.Pixels, s.Test.Labels} {
		sum.Write(part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Published is the [Set.Sum] of a set called by the name of a published one, where it is known without the set; ok is false
// for other names.
func Published(name string) (sum string, ok bool) {
	if _, own := registered(name); own {
		return "", false
	}
	sum, ok = contents[name]
	return sum, ok
}

// generated keeps the sums of sets that are made on the spot: they never change within a program.
var generated sync.Map

// Identity is the [Set.Sum] of what [Open] would give, found without a download, and where it can be without reading more
// than the files' own sums. Errors are those of Open with Options.Offline.
func Identity(ctx context.Context, name string, opt Options) (string, error) {
	opt.Offline = true
	if sum, ok := Published(name); ok {
		whole, train := name, 0
		if part, n, is := subset(name); is {
			whole, train = part, n
		}
		c, files := collections[whole]
		if !files {
			return sum, nil
		}
		opt = opt.complete()
		at, err := c.find(ctx, opt, c.needed(train))
		if err == nil && !at.complete() {
			err = c.notFound(opt)
		}
		return sum, err
	}
	if name == "glyphs" {
		return glyphsSum, nil
	}
	if sum, ok := generated.Load(name); ok {
		return sum.(string), nil
	}
	set, err := Open(ctx, name, opt)
	if err != nil {
		return "", err
	}
	sum := set.Sum()
	if whole, _, _ := subset(name); whole == "glyphs" {
		generated.Store(name, sum)
	}
	return sum, nil
}

// About describes the set called name without opening it: everything but its examples and Source. ok is false for a name
// that Open doesn't know, and for a registered one, of which only its function knows.
func About(name string) (about Set, ok bool) {
	whole, train := name, 0
	if part, n, is := subset(name); is {
		whole, train = part, n
	}
	if _, own := registered(whole); own {
		return Set{}, false
	}
	switch c, files := collections[whole]; {
	case files:
		about = c.blank
	case whole == "glyphs":
		about = glyphsBlank
	default:
		return Set{}, false
	}
	if about.Name = name; train > 0 {
		about.Title = subsetTitle(about.Title, train)
	}
	return about, true
}

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

// choose gives each needed role of a listing the first file that holds the published bytes. stale are the roles for which
// there are files, none of them right; the error says what is wrong with one of those, without a remedy.
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
