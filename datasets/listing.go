// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/datasets/plainfile"
)

// listing is what a folder holds of a collection, by the names of its files.
type listing struct {
	dir     string
	needed  []role
	files   map[string][]string // for each role the files that may be it, the likeliest first
	missing []string            // needed roles without a file
	odd     []string            // what has the name of such a role and is no readable file
}

// list looks for the roles in a folder. Only what can be read as a file counts: no folder, pipe, socket, broken link,
// nor a file without permission. Upper and lower case are the same. A file may also lie in a folder of its own name,
// as some unpackers leave it.
func (c *collection) list(dir string, needed []role) listing {
	l := listing{dir: dir, needed: needed, files: map[string][]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.odd = append(l.odd, unreadable(dir, err))
	}
	for _, r := range needed {
		odd := l.fill(r.name, dir, entries, r.names())
		if len(l.files[r.name]) == 0 {
			l.missing, l.odd = append(l.missing, r.name+"[.gz]"), append(l.odd, odd...)
		}
	}
	if c.archive != "" && len(l.missing) > 0 {
		if odd := l.fill(c.archive, dir, entries, []string{c.archive}); len(l.files[c.archive]) > 0 {
			l.missing, l.odd = nil, nil
		} else {
			l.odd = append(l.odd, odd...)
		}
	}
	return l
}

// first are the likeliest files, by role.
func (l listing) first() map[string]string {
	paths := map[string]string{}
	for role, files := range l.files {
		paths[role] = files[0]
	}
	return paths
}

// names are the names under which a role's file is found.
func (r role) names() []string {
	names := []string{r.name + ".gz", r.name}
	if r.also != "" {
		names = append(names, r.also+".gz", r.also)
	}
	return names
}

// fill collects the files that may be a role, and says what only looks like one.
func (l *listing) fill(role, dir string, entries []fs.DirEntry, names []string) (odd []string) {
	for _, name := range names {
		for _, entry := range entries {
			if !strings.EqualFold(entry.Name(), name) {
				continue
			}
			path := filepath.Join(dir, entry.Name())
			switch info, err := os.Stat(path); {
			case err != nil:
				odd = append(odd, unreadable(path, err))
			case info.IsDir():
				inner, _ := os.ReadDir(path)
				inner = slices.DeleteFunc(inner, func(e fs.DirEntry) bool { return e.IsDir() })
				if before := len(l.files[role]); len(inner) > 0 {
					l.fill(role, path, inner, names)
					if len(l.files[role]) > before {
						continue
					}
				}
				odd = append(odd, entry.Name()+" is a folder")
			case !info.Mode().IsRegular():
				odd = append(odd, entry.Name()+" is "+plainfile.Kind(info.Mode()))
			default:
				if err := readable(path); err != nil {
					odd = append(odd, unreadable(path, err))
					continue
				}
				l.files[role] = append(l.files[role], path)
			}
		}
	}
	return odd
}

func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// unreadable says in a clause why something can't be read.
func unreadable(path string, err error) string {
	name := filepath.Base(path)
	if errors.Is(err, fs.ErrNotExist) {
		return name + " is a broken link"
	}
	return fmt.Sprintf("%s can't be read: %v", name, plainfile.Reason(err))
}

// there says whether a name is taken, by whatever.
func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// under resolves a layout such as "MNIST/raw" below a folder, taking upper and lower case as the same where a name is
// not there as it stands.
func under(root, layout string) (dir string, ok bool) {
	dir = root
	for name := range strings.SplitSeq(layout, "/") {
		next := filepath.Join(dir, name)
		if !there(next) {
			entries, _ := os.ReadDir(dir)
			i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return strings.EqualFold(e.Name(), name) })
			if i < 0 {
				return "", false
			}
			next = filepath.Join(dir, entries[i].Name())
		}
		dir = next
	}
	info, err := os.Stat(dir)
	return dir, err == nil && info.IsDir()
}
