// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package disktest has disks on which things go wrong: the power is cut, or an operation fails.
package disktest

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"coherentgradients/cgkit/internal/disk"
)

// ErrCut is what every operation gives once the power is cut.
var ErrCut = errors.New("the power is cut")

// Volatile is a disk below a folder whose power is cut after some operations. Until then it works on the folder itself,
// and takes note of what would last: the bytes of a file up to its last sync, and the names in a folder up to the
// folder's last sync. [Volatile.Crash] writes what a machine may find when it is started again.
//
// Files are written at their end, cut and renamed, never written in their middle: that is all the package disk does.
type Volatile struct {
	disk.OS
	folder string
	top    *node
	random *rand.Rand
	cut    int  // the operation in which the power is cut, negative for none
	off    bool // it is cut
	Made   int  // operations so far
}

var _ disk.System = (*Volatile)(nil)

// node is a file or a folder as the running program sees it, and as far as it would last.
type node struct {
	isDir bool

	names, lasting map[string]*node // of a folder
	entries        []entry          // changes of names that are not synced

	data, safe []byte // of a file
	writes     []write
}

// entry is a change of a folder's names: name leads to node, or nowhere if that is nil. A rename is two of them that
// last together.
type entry struct {
	name string
	to   *node
	with *rename
}

// rename is decided once for the two folders it is in.
type rename struct{ decided, lasts bool }

// write is a change of a file that is not synced: bytes at an offset, or a cut there.
type write struct {
	at   int
	data []byte // nil for a cut
}

// NewVolatile takes over a folder, as it is, and cuts the power in its operation number cut, counted from 0; never if
// cut is negative.
func NewVolatile(folder string, cut int, random *rand.Rand) (*Volatile, error) {
	top, err := take(folder)
	return &Volatile{folder: folder, top: top, random: random, cut: cut}, err
}

// take makes the nodes of what is there; all of it lasts.
func take(path string) (*node, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		data, err := os.ReadFile(path)
		return &node{data: data, safe: data}, err
	}
	n := newFolder()
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if n.names[e.Name()], err = take(filepath.Join(path, e.Name())); err != nil {
			return nil, err
		}
	}
	n.lasting = maps.Clone(n.names)
	return n, nil
}

func newFolder() *node {
	return &node{isDir: true, names: map[string]*node{}, lasting: map[string]*node{}}
}

// step counts an operation. on is false once the power is cut, and last is true in the operation that it is cut in.
func (v *Volatile) step() (on, last bool) {
	last = v.Made == v.cut
	v.off = v.off || last
	v.Made++
	return !v.off, last
}

// find is the folder that a path's last name is in.
func (v *Volatile) find(path string) (parent *node, name string) {
	rel, err := filepath.Rel(v.folder, path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return nil, ""
	}
	parent = v.top
	words := strings.Split(rel, string(filepath.Separator))
	for _, word := range words[:len(words)-1] {
		if parent = parent.names[word]; parent == nil {
			return nil, ""
		}
	}
	return parent, words[len(words)-1]
}

func (n *node) set(name string, to *node, with *rename) {
	if to == nil {
		delete(n.names, name)
	} else {
		n.names[name] = to
	}
	n.entries = append(n.entries, entry{name, to, with})
}

// Rename implements [disk.System].
func (v *Volatile) Rename(from, to string) error {
	if on, _ := v.step(); !on {
		return ErrCut
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	source, name := v.find(from)
	target, newName := v.find(to)
	n, both := source.names[name], &rename{}
	source.set(name, nil, both)
	target.set(newName, n, both)
	return nil
}

// Remove implements [disk.System].
func (v *Volatile) Remove(path string) error {
	if on, _ := v.step(); !on {
		return ErrCut
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	if parent, name := v.find(path); parent != nil && parent.names[name] != nil { // a lock's file is none of ours
		parent.set(name, nil, nil)
	}
	return nil
}

// Mkdir implements [disk.System].
func (v *Volatile) Mkdir(path string, perm fs.FileMode) error {
	if on, _ := v.step(); !on {
		return ErrCut
	}
	if err := os.Mkdir(path, perm); err != nil {
		return err
	}
	parent, name := v.find(path)
	parent.set(name, newFolder(), nil)
	return nil
}

// SyncDir implements [disk.System].
func (v *Volatile) SyncDir(dir string) error {
	if on, _ := v.step(); !on {
		return ErrCut
	}
	n := v.top
	if parent, name := v.find(dir); parent != nil && filepath.Clean(dir) != filepath.Clean(v.folder) {
		n = parent.names[name]
	} else if parent == nil {
		return nil // above the folder
	}
	for _, e := range n.entries {
		if e.with != nil {
			e.with.decided, e.with.lasts = true, true
		}
	}
	n.lasting, n.entries = maps.Clone(n.names), nil
	return nil
}

// Open implements [disk.System].
func (v *Volatile) Open(path string, flag int, perm fs.FileMode) (disk.File, error) {
	if on, _ := v.step(); !on {
		return nil, ErrCut
	}
	file, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	parent, name := v.find(path)
	if parent.names[name] == nil {
		parent.set(name, &node{}, nil)
	}
	return &volatileFile{file: file, disk: v, node: parent.names[name]}, nil
}

// volatileFile is an open file of a [Volatile].
type volatileFile struct {
	file *os.File // not embedded: its other ways to write would not be seen
	disk *Volatile
	node *node
}

// Stat implements [disk.File].
func (f *volatileFile) Stat() (fs.FileInfo, error) { return f.file.Stat() }

// Close implements [disk.File].
func (f *volatileFile) Close() error { return f.file.Close() }

// Write implements [disk.File]. In the operation of the cut, a part of it is written.
func (f *volatileFile) Write(data []byte) (int, error) {
	on, last := f.disk.step()
	if !on {
		if !last {
			return 0, ErrCut
		}
		data = data[:f.disk.random.IntN(len(data)+1)]
	}
	n, err := f.file.Write(data)
	f.node.writes = append(f.node.writes, write{len(f.node.data), slices.Clone(data[:n])})
	f.node.data = append(slices.Clip(f.node.data), data[:n]...)
	if !on {
		return n, ErrCut
	}
	return n, err
}

// Truncate implements [disk.File].
func (f *volatileFile) Truncate(size int64) error {
	if on, _ := f.disk.step(); !on {
		return ErrCut
	}
	if int(size) > len(f.node.data) {
		return syscall.EINVAL // nothing here makes a file longer so
	}
	f.node.data = slices.Clone(f.node.data[:size])
	f.node.writes = append(f.node.writes, write{at: int(size)})
	return f.file.Truncate(size)
}

// Sync implements [disk.File].
func (f *volatileFile) Sync() error {
	if on, _ := f.disk.step(); !on {
		return ErrCut
	}
	f.node.safe, f.node.writes = slices.Clone(f.node.data), nil
	return nil
}
