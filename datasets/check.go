// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Status is what Check found, without reading the files.
type Status struct {
	Name  string
	Title string // "" for a registered set
	// Ready: Open needs no download. The files are there by name; whether they are sound only Open tells.
	Ready bool
	// Where the files are, or would be downloaded to; "built in" or "registered" for sets without files.
	Where string
	// Files are those found, in alphabetical order.
	Files []string
	// Missing are the names of those not found; nil when Ready.
	Missing []string
	// Looked are the folders looked into, in order.
	Looked []string
	// Detail is one line for people: what is there, or how to get it.
	Detail string
}

// Check tells cheaply what there is of the set called name, for a report such as doctor's: it downloads nothing and reads
// no file. Errors: ErrUnknown for a name that Open doesn't know; ErrMissing for a user's folder with only a part of the
// files, which Open refuses too (the Status then says what is missing).
func Check(name string, opt Options) (Status, error) {
	opt = opt.complete()
	s := Status{Name: name}
	if e, ok := registered(name); ok {
		if e.err != nil {
			s.Detail = e.err.Error()
			return s, e.err
		}
		s.Ready, s.Where, s.Detail = true, "registered", "registered by this program"
		return s, nil
	}
	if name == "glyphs" {
		s.Title, s.Ready, s.Where, s.Detail = glyphsTitle, true, "built in", "synthetic, built in, needs no file"
		return s, nil
	}
	if whole, _, ok := subset(name); ok {
		s, err := Check(whole, opt)
		s.Name = name
		return s, err
	}
	c, ok := collections[name]
	if !ok {
		return s, unknown(name)
	}
	s.Title, s.Looked = c.blank.Title, c.looked(opt)
	l, err := c.locate(opt)
	for _, path := range l.paths {
		s.Files = append(s.Files, path)
	}
	slices.Sort(s.Files)
	s.Missing, s.Where, s.Ready = l.missing, l.dir, l.complete()
	switch {
	case err != nil:
		s.Detail = err.Error()
	case s.Ready:
		s.Detail = "in " + l.dir + ": " + strings.Join(namesOf(s.Files), ", ")
	case opt.CacheDir == "":
		s.Detail = "not found, and there is no cache folder: set " + DataDirVariable + " or HOME"
	case opt.Offline:
		s.Detail = "not found, and downloads are off: set " + DataDirVariable + ", or put the files into " + l.dir
	default:
		s.Detail = "not here yet, downloaded to " + l.dir + " on first use; or set " + DataDirVariable
	}
	return s, err
}

func namesOf(paths []string) []string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			names[i] += " (not a file)"
		}
	}
	return names
}
