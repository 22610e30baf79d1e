// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/sbinet/npyio/npz"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"
)

// CheckArraysPath says early whether [WriteArrays] can write to path. It leaves nothing behind.
func CheckArraysPath(path string) error {
	info, err := os.Lstat(path)
	if err == nil && info.IsDir() {
		return fmt.Errorf("it is a folder; name a file in it, such as step.npz")
	} else if err == nil && !info.Mode().IsRegular() { // the file is renamed into its place: that would end /dev/null
		return fmt.Errorf("it is %s, not a file; name another, such as step.npz", plainfile.Kind(info.Mode()))
	}
	return disk.CheckWritable(filepath.Dir(path))
}

// WriteArrays writes arrays for NumPy, by name, as an .npz file in a folder that is made where it is missing. The file
// appears whole or not at all.
func WriteArrays(path string, arrays map[string]Array) error {
	if _, err := disk.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return disk.WriteAtomic(path, func(out io.Writer) error {
		archive := npz.NewWriter(out)
		for _, name := range slices.Sorted(maps.Keys(arrays)) {
			if err := arrays[name].Check(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := archive.Write(name+".npy", arrays[name].nested()); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

// nested is the array as npyio writes several axes: a slice of arrays of arrays.
func (a Array) nested() any {
	data := reflect.ValueOf(a.Data)
	if len(a.Shape) < 2 {
		return a.Data
	}
	t := data.Type().Elem()
	for i := len(a.Shape) - 1; i > 0; i-- {
		t = reflect.ArrayOf(a.Shape[i], t)
	}
	out := reflect.MakeSlice(reflect.SliceOf(t), a.Shape[0], a.Shape[0])
	at := 0
	var fill func(v reflect.Value, axis int)
	fill = func(v reflect.Value, axis int) {
		if axis == len(a.Shape)-1 {
			reflect.Copy(v, data.Slice(at, at+a.Shape[axis]))
			at += a.Shape[axis]
			return
		}
		for i := range a.Shape[axis] {
			fill(v.Index(i), axis+1)
		}
	}
	fill(out, 0)
	return out.Interface()
}
