// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// Format is a file format, by its file name ending.
type Format string

// Formats.
const (
	PNG Format = "png" // 300 dots per inch
	SVG Format = "svg" // fonts embedded
	PDF Format = "pdf" // fonts embedded
	TeX Format = "tex" // PGF, to be \input; text in the document's font
	CSV Format = "csv" // the raw numbers, always written beside the others
)

// Formats lists every format.
func Formats() []Format { return []Format{PNG, SVG, PDF, TeX, CSV} }

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// Encode returns the figure in one format. For TeX with pictures inside, use
// [Figure.Save], which writes them beside it.
func (f *Figure) Encode(format Format, s Size) ([]byte, error) {
	data, _, err := f.encode(format, s, "figure")
	return data, err
}

func (f *Figure) encode(format Format, s Size, name string) (data []byte, images [][]byte, err error) {
	switch format {
	case PNG:
		data, err = f.PNGImage(s, printDPI)
	case SVG:
		data, err = f.svg(s)
	case PDF:
		data, err = f.pdf(s)
	case TeX:
		return f.tex(s, name)
	case CSV:
		data, err = f.table.csv(f.provenanceLines())
	default:
		err = fmt.Errorf("unknown figure format %q: use png, svg, pdf, tex or csv", format)
	}
	return data, nil, err
}

// Save writes the figure to dir/name.<format> for each format, and its raw
// numbers to dir/name.csv always; no format means png, svg and pdf. It creates
// dir where it is missing, and returns the paths written, in order.
//
// Nothing is written unless every format could be drawn, and each file appears
// whole or not at all. The same data give the same bytes.
func (f *Figure) Save(dir, name string, s Size, formats ...Format) ([]string, error) {
	if !fileName.MatchString(name) {
		return nil, fmt.Errorf("figure name %q: use 1 to 100 letters, digits, dots, dashes and underscores, beginning with a letter or digit", name)
	}
	if len(formats) == 0 {
		formats = []Format{PNG, SVG, PDF}
	}
	type file struct {
		path string
		data []byte
	}
	var files []file
	for _, format := range append(slices.Clone(formats), CSV) {
		path := filepath.Join(dir, name+"."+string(format))
		if slices.ContainsFunc(files, func(f file) bool { return f.path == path }) {
			continue
		}
		data, images, err := f.encode(format, s, name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{path, data})
		for i, img := range images {
			files = append(files, file{filepath.Join(dir, texImageName(name, i+1)+".png"), img})
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder %q for figures can't be made (%s): use another folder", dir, reason(err))
	}
	var paths []string
	for _, fl := range files {
		if err := renameio.WriteFile(fl.path, fl.data, 0o644, renameio.WithTempDir(dir)); err != nil {
			return paths, fmt.Errorf("figure %q can't be written (%s): use another folder or free some space", fl.path, reason(err))
		}
		paths = append(paths, fl.path)
	}
	return paths, nil
}

// reason is the innermost cause of a file error, without paths.
func reason(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return strings.TrimSpace(err.Error())
		}
		err = next
	}
}
