// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package disktest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Crash writes into a new folder what is found after the cut: all that is synced, and of what is not, each part with
// the given likelihood. The parts of a file are its sectors; where one was not written there are zeros.
func (v *Volatile) Crash(into string, likely float64) error {
	return v.write(v.top, into, likely)
}

func (v *Volatile) write(n *node, path string, likely float64) error {
	lucky := func() bool { return v.random.Float64() < likely }
	if !n.isDir {
		data := slices.Clone(n.safe)
		for _, w := range n.writes {
			if w.data == nil {
				if lucky() && w.at < len(data) {
					data = data[:w.at]
				}
				continue
			}
			for len(w.data) > 0 {
				part := w.data[:min(len(w.data), sector-w.at%sector)]
				if lucky() {
					if grow := w.at + len(part) - len(data); grow > 0 {
						data = append(data, make([]byte, grow)...)
					}
					copy(data[w.at:], part)
				}
				w.at, w.data = w.at+len(part), w.data[len(part):]
			}
		}
		return os.WriteFile(path, data, 0o644)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	names := maps.Clone(n.lasting)
	for _, e := range n.entries {
		lasts := false
		switch {
		case e.with == nil:
			lasts = lucky()
		case !e.with.decided:
			e.with.decided, e.with.lasts = true, lucky()
			lasts = e.with.lasts
		default:
			lasts = e.with.lasts
		}
		if !lasts {
			continue
		}
		if e.to == nil {
			delete(names, e.name)
		} else {
			names[e.name] = e.to
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if err := v.write(names[name], filepath.Join(path, name), likely); err != nil {
			return err
		}
	}
	return nil
}
