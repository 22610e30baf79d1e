// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"coherentgradients/datasets/fetch"
)

// collection is a built-in set made of files.
type collection struct {
	blank   Set // everything but the splits and Source
	wanted  string
	remote  []remoteFile
	mirrors []string // folders that hold the remote files

	// find says which of the files a folder holds. It only looks for names.
	find func(dir string) listing
	// load reads a complete listing into a copy of blank.
	load func(ctx context.Context, blank Set, l listing) (*Set, error)
}

// remoteFile is a file as published.
type remoteFile struct {
	name   string
	sha256 string
	limit  int64 // no more bytes than this are fetched
}

// listing is what a folder holds of a collection: paths by role, and the names of the roles that nothing fills.
type listing struct {
	dir     string
	paths   map[string]string
	missing []string
}

func (l listing) complete() bool { return len(l.missing) == 0 }
func (l listing) empty() bool    { return len(l.paths) == 0 }

func (c *collection) open(ctx context.Context, opt Options) (*Set, error) {
	l, err := c.locate(opt)
	if err != nil {
		return nil, err
	}
	if !l.complete() {
		if l, err = c.download(ctx, opt); err != nil {
			return nil, err
		}
	}
	set, err := c.load(ctx, c.blank, l)
	if err != nil {
		remedy := "replace it by the published file"
		if opt.CacheDir != "" && l.dir == c.cacheDir(opt) {
			remedy = "delete it, so that it is downloaded again"
		}
		return nil, withRemedy(err, remedy)
	}
	return set, nil
}

func (c *collection) cacheDir(opt Options) string { return filepath.Join(opt.CacheDir, c.blank.Name) }

// locate looks in the user's folder and then in the cache. It returns an incomplete listing when only a download can
// help, and an error when the user's folder holds some of the files but not all.
func (c *collection) locate(opt Options) (listing, error) {
	if opt.DataDir != "" {
		l := c.find(filepath.Join(opt.DataDir, c.blank.Name))
		if l.complete() {
			return l, nil
		}
		if !l.empty() {
			return l, &FileError{
				Path:    l.dir,
				Problem: "only a part of " + c.blank.Name + " is there, missing " + strings.Join(l.missing, ", "),
				Remedy:  "add what is missing, or move the folder away to use the cache or a download",
				Err:     ErrMissing,
			}
		}
	}
	if opt.CacheDir == "" {
		return listing{missing: []string{c.wanted}}, nil
	}
	return c.find(c.cacheDir(opt)), nil
}

// lockPoll is how often a process looks whether another one has finished downloading.
const lockPoll = 200 * time.Millisecond

// download gets the missing files into the cache, one process at a time.
func (c *collection) download(ctx context.Context, opt Options) (listing, error) {
	if opt.Offline {
		return listing{}, c.notFound(opt, errors.New("downloads are off"))
	}
	if opt.CacheDir == "" {
		return listing{}, c.notFound(opt, errors.New("there is no cache folder to download to, as neither HOME nor XDG_CACHE_HOME is set"))
	}
	dir := c.cacheDir(opt)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return listing{}, c.notFound(opt, fmt.Errorf("the cache cannot be written: %w", err))
	}
	// The lock is the system's, held by an open file: it goes with its process, however that ends.
	lock := flock.New(filepath.Join(opt.CacheDir, c.blank.Name+".lock"))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		if ctx.Err() != nil {
			return listing{}, fmt.Errorf("waiting for another download of %s stopped: %w", c.blank.Name, context.Cause(ctx))
		}
		return listing{}, c.notFound(opt, fmt.Errorf("the cache cannot be locked: %w", err))
	}
	defer func() { _ = lock.Unlock() }()

	if l := c.find(dir); l.complete() { // another process was faster
		return l, nil
	}
	mirrors := c.mirrors
	if own, ok := opt.Mirrors[c.blank.Name]; ok {
		mirrors = own
	}
	for _, f := range c.remote {
		var urls []string
		for _, m := range mirrors {
			urls = append(urls, strings.TrimSuffix(m, "/")+"/"+f.name)
		}
		err := fetch.File(ctx, fetch.Request{
			Name:     c.blank.Name + " " + f.name,
			URLs:     urls,
			SHA256:   f.sha256,
			Path:     filepath.Join(dir, f.name),
			MaxBytes: f.limit,
			Progress: opt.Progress,
		})
		if ctx.Err() != nil {
			return listing{}, err
		}
		if err != nil {
			return listing{}, c.notFound(opt, err)
		}
	}
	l := c.find(dir)
	if !l.complete() {
		return l, c.notFound(opt, fmt.Errorf("still missing after the download: %s", strings.Join(l.missing, ", ")))
	}
	return l, nil
}

// notFound says what was looked for, where, why no download helped, and what to do.
func (c *collection) notFound(opt Options, why error) error {
	put := "put them into " + c.cacheDir(opt)
	if opt.CacheDir == "" {
		put = "set HOME"
	}
	return fmt.Errorf("%w: %s (%s) is not in %s, and %w: set %s to a folder that holds them in %s, or %s",
		ErrMissing, c.blank.Name, c.wanted, strings.Join(c.looked(opt), " or "), why, DataDirVariable, c.blank.Name, put)
}

// looked lists the folders that locate looks into.
func (c *collection) looked(opt Options) []string {
	var dirs []string
	if opt.DataDir != "" {
		dirs = append(dirs, filepath.Join(opt.DataDir, c.blank.Name))
	} else {
		dirs = append(dirs, "$"+DataDirVariable+" (not set)")
	}
	if opt.CacheDir != "" {
		dirs = append(dirs, c.cacheDir(opt))
	}
	return dirs
}

// firstFile returns the first of the names that is in dir.
func firstFile(dir string, names ...string) (string, bool) {
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		// Whatever else is wrong with it (no permission, say) is better told by the one who opens it.
		if _, err := os.Stat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return path, true
		}
	}
	return "", false
}

// sized says in the title how many examples there are when they are not as many as were published.
func sized(set *Set, train, test int) *Set {
	if set.Train.Len() != train || set.Test.Len() != test {
		set.Title += fmt.Sprintf(" (%d training and %d test examples)", set.Train.Len(), set.Test.Len())
	}
	return set
}
