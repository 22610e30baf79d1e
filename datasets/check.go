// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// Status is what Check found.
type Status struct {
	Name  string
	Title string // "" for a registered set
	// Ready: Open needs no download. The files are there and have the published bytes.
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

// Check tells what there is of the set called name, for a report such as doctor's: it downloads nothing, and what
// files hold is checked as Open does. Errors: ErrUnknown for a name that Open doesn't know, and what Open would
// refuse in the user's folder: an ErrMissing for a folder that does not exist or with only a part of the files, an
// ErrFormat for a wrong file.
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
	whole, train := name, 0
	if part, n, ok := subset(name); ok {
		whole, train = part, n
	}
	c, files := collections[whole]
	switch {
	case !files && train > 0:
		s, err := Check(whole, opt)
		s.Name = name
		return s, err
	case !files:
		return s, unknown(name)
	}
	s.Title, s.Looked = c.blank.Title, c.looked(opt)
	if train > 0 {
		s.Title = subsetTitle(s.Title, train)
	}
	at, err := c.find(context.Background(), opt, c.needed(train))
	for _, path := range at.paths {
		s.Files = append(s.Files, path)
	}
	slices.Sort(s.Files)
	s.Missing, s.Where, s.Ready = at.missing, at.dir, err == nil && at.complete()
	source := "on first use"
	if c.module != nil && !opt.NoModule {
		source += " from the Go module " + c.module.module.Path + ", or else from its mirrors"
	}
	switch {
	case err != nil:
		s.Detail = err.Error()
	case s.Ready:
		s.Detail = "in " + at.dir + ", checked: " + strings.Join(namesOf(s.Files), ", ")
	case opt.CacheDir == "":
		s.Detail = "not found, and there is no cache folder: set " + DataDirVariable + " or HOME"
	case opt.Offline:
		s.Detail = "not found, and downloads are off: set " + DataDirVariable + ", or put the files into " + at.dir
	case at.wrong != nil:
		s.Detail = problem(at.wrong) + ": fetched again " + source
	default:
		s.Detail = "not here yet, fetched to " + at.dir + " " + source + "; or set " + DataDirVariable
	}
	return s, err
}

// looked lists the folders that find looks into.
func (c *collection) looked(opt Options) []string {
	var dirs []string
	if opt.DataDir != "" {
		dirs = append(dirs, filepath.Join(opt.DataDir, c.blank.Name))
	}
	if opt.CacheDir != "" {
		dirs = append(dirs, c.cacheDir(opt))
	}
	return dirs
}

func namesOf(paths []string) []string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return names
}
