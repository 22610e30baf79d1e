// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"path/filepath"
	"strings"
)

// collection is a built-in set made of files whose bytes are known.
type collection struct {
	blank   Set    // everything but the splits and Source
	wanted  string // its files, for people
	layouts []string
	roles   []role // in the order of the training examples that they hold
	archive string // one file that holds them all, "" for none

	remote  []remoteFile
	module  *moduleSource // a Go module that carries the remote files, nil for none
	mirrors []string      // folders that hold the remote files

	// needed are the roles that the first train examples lie in, all of them for 0.
	needed func(train int) []role
	// load reads the files at paths, by role, into a copy of blank.
	load func(ctx context.Context, c *collection, dir string, paths map[string]string) (*Set, error)
}

// remoteFile is a file as published.
type remoteFile struct {
	name   string
	sha256 string
	limit  int64 // no more bytes than this are fetched
}

// open reads the set, or, if train is not 0, at least its first train examples.
func (c *collection) open(ctx context.Context, opt Options, train int) (*Set, error) {
	needed := c.needed(train)
	at, err := c.find(ctx, opt, needed)
	if err != nil {
		return nil, err
	}
	if !at.complete() {
		if at, err = c.fetch(ctx, opt, needed); err != nil {
			return nil, err
		}
	}
	if at.remark != "" {
		opt.note("%s", at.remark)
	}
	set, err := c.load(ctx, c, at.dir, at.paths)
	if err != nil {
		return nil, withRemedy(err, "replace it by the published file")
	}
	return set, nil
}

// whereabouts are the files of a set in one folder, held to their sums.
type whereabouts struct {
	dir     string
	paths   map[string]string // by role
	missing []string          // what is not there
	wrong   error             // in the cache alone: a file that is not what it should be, to be fetched again
	stale   []string          // the roles of such files
	remark  string            // what people should know about dir, "" for nothing
}

func (w whereabouts) complete() bool { return len(w.missing) == 0 && w.wrong == nil }

func (c *collection) cacheDir(opt Options) string { return filepath.Join(opt.CacheDir, c.blank.Name) }

// find looks into the user's folder and then into the cache. What it returns is incomplete when only a download can
// help. It is an error when the user's folder holds something of the set that can't be used, or is itself of no use.
func (c *collection) find(ctx context.Context, opt Options, needed []role) (whereabouts, error) {
	remark := ""
	if opt.DataDir != "" {
		at, err := c.findOwn(ctx, opt, needed)
		if err != nil || at.dir != "" {
			return at, err
		}
		remark = c.blank.Name + ": nothing of it is in " + opt.dataName() + ", so it is taken from the cache, " + c.cacheDir(opt)
	}
	if opt.CacheDir == "" {
		return whereabouts{missing: []string{c.wanted}}, nil
	}
	at, err := c.findCached(ctx, opt, needed)
	at.remark = remark
	return at, err
}

// findOwn looks into the user's folder, at all the places where people have the set.
func (c *collection) findOwn(ctx context.Context, opt Options, needed []role) (whereabouts, error) {
	if err := opt.checkData(); err != nil {
		return whereabouts{}, err
	}
	for i, layout := range c.layouts {
		dir, ok := under(opt.DataDir, layout)
		if !ok {
			continue
		}
		l := c.list(dir, needed)
		if len(l.files) == 0 && len(l.odd) == 0 {
			continue
		}
		if len(l.missing) > 0 {
			return whereabouts{dir: dir, paths: l.first(), missing: l.missing}, c.partial(l)
		}
		paths, _, err := c.choose(ctx, l)
		if ctx.Err() != nil {
			return whereabouts{}, err
		}
		if err != nil {
			return whereabouts{}, withRemedy(err, c.replace(opt, layout))
		}
		at := whereabouts{dir: dir, paths: paths}
		if i > 0 {
			at.remark = c.blank.Name + ": found in " + dir + ", of " + opt.dataName()
		}
		return at, nil
	}
	if dir := filepath.Join(opt.DataDir, c.blank.Name); there(dir) {
		return whereabouts{}, &FileError{
			Path: dir, Problem: "holds nothing of " + c.blank.Name + ", must hold " + c.wanted, Err: ErrMissing,
			Remedy: "add them, or move it away to use the cache or a download",
		}
	}
	return whereabouts{}, nil
}

// replace is what to do about a file of the user's that is not the published one.
func (c *collection) replace(opt Options, layout string) string {
	if layout == "." || layout == "raw" {
		return "set " + DataDirVariable + " to a folder that holds " + c.blank.Name + "/"
	}
	return "replace it by the published file; images of your own need a name of their own (datasets.Register)"
}

// partial is a user's folder with some of the files.
func (c *collection) partial(l listing) error {
	problem := "only a part of " + c.blank.Name + " is there, missing " + strings.Join(l.missing, ", ")
	if len(l.odd) > 0 {
		problem += " (" + strings.Join(l.odd, ", ") + ")"
	}
	remedy := "add what is missing, or move the folder away to use the cache or a download"
	if part := c.firstPart(l); part != "" {
		remedy = "add what is missing, or use " + part + ", which is there"
	}
	return &FileError{Path: l.dir, Problem: problem, Remedy: remedy, Err: ErrMissing}
}

// findCached looks into the cache. A wrong file there is no error as long as it can be fetched again.
func (c *collection) findCached(ctx context.Context, opt Options, needed []role) (whereabouts, error) {
	l := c.list(c.cacheDir(opt), needed)
	at := whereabouts{dir: l.dir, missing: l.missing}
	if len(l.files) == 0 {
		return at, nil
	}
	at.paths, at.stale, at.wrong = c.choose(ctx, l)
	switch {
	case ctx.Err() != nil:
		return at, at.wrong
	case at.wrong != nil && opt.Offline:
		return at, withRemedy(at.wrong, "delete it, so that it is downloaded again")
	}
	return at, nil
}
