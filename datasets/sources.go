// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"coherentgradients/datasets/fetch"
)

// moduleSource is a Go module that carries a set's files as published.
type moduleSource struct {
	module  fetch.ModuleRequest
	folder  string // within the module
	licence string // the module's own
}

// lockPoll is how often a process looks whether another one has finished downloading.
const lockPoll = 200 * time.Millisecond

// fetch gets what the cache lacks: from the Go module, then from the mirrors, one process at a time.
func (c *collection) fetch(ctx context.Context, opt Options, needed []role) (whereabouts, error) {
	if opt.Offline {
		return whereabouts{}, c.notFound(opt, errors.New("downloads are off"))
	}
	if opt.CacheDir == "" {
		return whereabouts{}, c.notFound(opt, errors.New("no cache folder to download to, as neither HOME nor XDG_CACHE_HOME is set"))
	}
	dir := c.cacheDir(opt)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return whereabouts{}, c.notFound(opt, fmt.Errorf("the cache can't be written: %w", err))
	}
	// The lock is the system's, held by an open file: it goes with its process, however that ends.
	lock := flock.New(filepath.Join(opt.CacheDir, c.blank.Name+".lock"))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		if ctx.Err() != nil {
			return whereabouts{}, fmt.Errorf("waiting for another download of %s stopped: %w", c.blank.Name, context.Cause(ctx))
		}
		return whereabouts{}, c.notFound(opt, fmt.Errorf("the cache can't be locked: %w", err))
	}
	defer func() { _ = lock.Unlock() }()

	at, err := c.findCached(ctx, opt, needed)
	if err != nil || at.complete() { // another process was faster
		return at, err
	}
	if at.wrong != nil {
		opt.note("%s: %s, so it is fetched again", c.blank.Name, problem(at.wrong))
	}
	var failures []error
	for _, source := range c.sources(opt) {
		err := source.get(ctx, c.lacking(at), dir)
		if ctx.Err() != nil {
			return whereabouts{}, err
		}
		if err != nil {
			failures = append(failures, err)
			continue
		}
		at, err = c.findCached(ctx, opt, needed)
		switch {
		case err != nil:
			return at, err
		case at.complete():
			at.remark = fmt.Sprintf("%s: %s; kept in %s", c.blank.Name, source.origin, dir)
			return at, nil
		case at.wrong != nil:
			return at, withRemedy(at.wrong, "delete it")
		}
		failures = append(failures, fmt.Errorf("still missing after the download: %s", strings.Join(at.missing, ", ")))
	}
	return whereabouts{}, c.notFound(opt, failures...)
}

// lacking are the published files that the cache needs.
func (c *collection) lacking(at whereabouts) []remoteFile {
	var files []remoteFile
	for _, f := range c.remote {
		role := strings.TrimSuffix(f.name, ".gz")
		_, held := at.paths[role]
		if f.name == c.archive || !held || slices.Contains(at.stale, role) {
			files = append(files, f)
		}
	}
	return files
}

// provider is one place to fetch from.
type provider struct {
	origin string // for people, where the data came from
	get    func(ctx context.Context, files []remoteFile, into string) error
}

func (c *collection) sources(opt Options) []provider {
	var list []provider
	if c.module != nil && !opt.NoModule {
		m := c.module.module
		list = append(list, provider{
			fmt.Sprintf("from the Go module %s (%s), its files checked by their published sha256", m.Path, c.module.licence),
			func(ctx context.Context, files []remoteFile, into string) error {
				return c.fromModule(ctx, opt, files, into)
			},
		})
	}
	mirrors := c.mirrors
	if own, ok := opt.Mirrors[c.blank.Name]; ok {
		mirrors = own
	}
	return append(list, provider{"downloaded from its public mirrors, checked by sha256",
		func(ctx context.Context, files []remoteFile, into string) error {
			return c.fromMirrors(ctx, opt, mirrors, files, into)
		}})
}

func (c *collection) request(opt Options, f remoteFile, into string) fetch.Request {
	return fetch.Request{Name: c.blank.Name + " " + f.name, SHA256: f.sha256, Path: filepath.Join(into, f.name), MaxBytes: f.limit, Progress: opt.Progress}
}

func (c *collection) fromMirrors(ctx context.Context, opt Options, mirrors []string, files []remoteFile, into string) error {
	for _, f := range files {
		r := c.request(opt, f, into)
		for _, m := range mirrors {
			r.URLs = append(r.URLs, strings.TrimSuffix(m, "/")+"/"+f.name)
		}
		if err := fetch.File(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (c *collection) fromModule(ctx context.Context, opt Options, files []remoteFile, into string) error {
	m := c.module.module
	m.Name, m.Progress = c.blank.Name+" (Go module "+m.Path+")", opt.Progress
	dir, err := fetch.Module(ctx, m)
	if err != nil {
		return err
	}
	for _, f := range files {
		from := filepath.Join(dir, filepath.FromSlash(c.module.folder), f.name)
		if err := fetch.Local(ctx, from, c.request(opt, f, into)); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return fmt.Errorf("module %s: %w", m.Path, err)
		}
	}
	return nil
}

// notFound says what to do, and then what was tried.
func (c *collection) notFound(opt Options, why ...error) error {
	e := &MissingError{Name: c.blank.Name, causes: why}
	set := fmt.Sprintf("set %s to a folder that holds %s in %s/", DataDirVariable, c.wanted, c.blank.Name)
	switch {
	case opt.CacheDir == "":
		e.Remedy = "set HOME, or " + set
	case opt.Offline:
		e.Remedy = set + ", or allow downloads"
	case c.module != nil && !opt.NoModule:
		e.Remedy = "set GOPROXY to a Go module proxy in reach, or " + set
	default:
		e.Remedy = "connect to the network, or " + set
	}
	if opt.DataDir == "" {
		e.Tried = append(e.Tried, "$"+DataDirVariable+" (not set)")
	} else {
		e.Tried = append(e.Tried, opt.dataName()+" (no "+c.blank.Name+" in it)")
	}
	if opt.CacheDir != "" {
		e.Tried = append(e.Tried, c.cacheDir(opt))
	}
	for _, err := range why {
		e.Tried = append(e.Tried, firstLine(err))
	}
	return e
}
