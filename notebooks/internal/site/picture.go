// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // to be told from what only says so
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// pictures is the folder of the pages' pictures.
const pictures = "figures"

// kind is a picture format.
type kind struct{ mime, format, ending string }

// kinds are the picture formats that pages show, the better first.
var kinds = []kind{
	{"image/png", "png", ".png"}, {"image/jpeg", "jpeg", ".jpg"}, {"image/gif", "gif", ".gif"}, {"image/svg+xml", "svg", ".svg"},
}

// figure is a picture of a page.
type figure struct {
	File          string // its path among the pages
	Alt           string
	Width, Height int // 0: as the picture is
	// Live is what makes it answer where scripts run, "" where it stays still.
	Live string
}

// Linked says whether the picture can be opened by itself. A drawing can't: opened as a page of its own it would be
// outside of the pages' security policy.
func (f *figure) Linked() bool { return !strings.HasSuffix(f.File, ".svg") }

// checked is a picture fit to be written among the pages: what it says it is, and, if a drawing, with nothing in it but
// shapes and text.
func (k kind) checked(content []byte) ([]byte, error) {
	if k.format == "svg" {
		return drawing(content)
	}
	_, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || format != k.format {
		return nil, fmt.Errorf("it is no picture in %s", strings.ToUpper(k.format))
	}
	return content, nil
}

// kindOf is the format that a file's name ends with.
func kindOf(file string) (kind, bool) {
	ending := strings.ToLower(filepath.Ext(file))
	if ending == ".jpeg" {
		ending = ".jpg"
	}
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.ending == ending })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// maxFile bounds a file that a page shows or is made of.
const maxFile = 64 << 20

// errAbsent begins the error about a file that is not in the checkout.
var errAbsent = errors.New("there is no")

// read reads a file of the checkout, given by its path in it. A link that leads out of the checkout is not followed,
// and what is no ordinary file is not waited for.
func (b *builder) read(name string) ([]byte, error) {
	root, err := os.OpenRoot(b.root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w %s", errAbsent, name)
	case err != nil:
		return nil, fmt.Errorf("%s can't be read: it is behind a link that leads out of the checkout, or not to be opened", name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", name)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d MB: the pages take files of up to %d MB", name, info.Size()>>20, maxFile>>20)
	}
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// fileName is a name as the pages' files have them: letters, digits, and . _ - within.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) && r < unicode.MaxASCII || unicode.IsDigit(r) && r < unicode.MaxASCII || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, ".-"); name == "" {
		return "page"
	}
	return name
}
