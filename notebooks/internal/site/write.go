// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Marker is the file by which a folder is known as an earlier output. It lists the others.
const Marker = ".coherentgradients-site"

const markerHead = "# Made by `go run ./notebooks site`, which replaces this folder as a whole. Its files:\n"

// Check says whether [Site.Write] may write dir: it doesn't exist, is empty, or holds nothing but an earlier output.
func Check(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("the folder %s can't be read: %w", dir, err)
	case !info.IsDir():
		return fmt.Errorf("%s is a file: name a folder for the pages", dir)
	}
	ours := map[string]bool{Marker: true}
	text, err := os.ReadFile(filepath.Join(dir, Marker))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(text)) {
		ours[strings.TrimSpace(line)] = true
	}
	return filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && file == dir {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() && (name == pictures || ours[name+"/"]) || ours[name] {
			return nil
		}
		return fmt.Errorf("%s is not empty: it holds %s, which this command didn't write; name another folder, or move that away", dir, name)
	})
}

// Write writes the pages as the folder dir, whole or not at all: they are written beside it, and take its place. What
// [Check] refuses is not replaced.
func (s *Site) Write(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real // a link to a folder stays a link
	}
	if err := Check(dir); err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("the folder for the pages can't be made: %w", err)
	}
	fresh, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+"-*")
	if err != nil {
		return fmt.Errorf("the pages are written beside %s first, and that can't be done: %w", dir, err)
	}
	defer os.RemoveAll(fresh)
	pages := filepath.Join(fresh, "new")
	if err := s.fill(pages); err != nil {
		return fmt.Errorf("the pages can't be written: %w", err)
	}
	old := filepath.Join(fresh, "old")
	switch err := os.Rename(dir, old); {
	case errors.Is(err, fs.ErrNotExist):
		return os.Rename(pages, dir)
	case err != nil:
		return fmt.Errorf("the folder %s can't be replaced: %w", dir, err)
	}
	if err := os.Rename(pages, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return nil
}

// fill writes the files and the marker into a new folder.
func (s *Site) fill(dir string) error {
	names := slices.Sorted(maps.Keys(s.Files))
	list := markerHead + strings.Join(names, "\n") + "\n"
	for _, name := range append(names, Marker) {
		content := s.Files[name]
		if name == Marker {
			content = []byte(list)
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := writeSynced(file, content); err != nil {
			return err
		}
	}
	return nil
}

func writeSynced(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
