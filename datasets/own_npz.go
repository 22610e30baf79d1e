// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sbinet/npyio"
)

// Names that the arrays of an NPZ file may have, training part first, then the test part.
var npzNames = [2]struct{ inputs, labels []string }{
	{[]string{"x_train", "train_images", "x", "images"}, []string{"y_train", "train_labels", "y", "labels"}},
	{[]string{"x_test", "test_images"}, []string{"y_test", "test_labels"}},
}

// readOwnNPZ reads a NumPy archive: bytes of rank 3 or 4 are images ([n, h, w] or [n, h, w, channels]), anything of
// rank 2 features; whole numbers are classes, floats targets.
func readOwnNPZ(ctx context.Context, set *Set, dir string, names []string) error {
	if len(names) > 1 {
		return &FileError{Path: dir, Problem: "several archives: " + strings.Join(names, ", "), Remedy: "leave one", Err: ErrFormat}
	}
	path := filepath.Join(dir, names[0])
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return systemError(path, err)
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return &FileError{Path: path, Problem: fmt.Sprintf("not an NPZ file (%v)", err), Remedy: "write it with numpy.savez", Err: ErrFormat}
	}
	defer archive.Close()
	find := func(words []string) *zip.File {
		for _, word := range words {
			for _, f := range archive.File {
				if strings.EqualFold(strings.TrimSuffix(f.Name, ".npy"), word) {
					return f
				}
			}
		}
		return nil
	}
	var wholes [2][]int64
	for i, split := range []*Split{&set.Train, &set.Test} {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("reading %s stopped: %w", path, context.Cause(ctx))
		}
		x, y := find(npzNames[i].inputs), find(npzNames[i].labels)
		if x == nil && y == nil && i == 1 {
			continue
		}
		if x == nil || y == nil {
			return &FileError{Path: path, Problem: fmt.Sprintf("no arrays %s and %s", npzNames[i].inputs[0], npzNames[i].labels[0]),
				Remedy: "call the arrays x_train, y_train, x_test, y_test, or x and y", Err: ErrMissing}
		}
		if err := readInputs(set, split, path, x, i == 0); err != nil {
			return err
		}
		if wholes[i], err = readLabels(split, path, y, set.Features()); err != nil {
			return err
		}
	}
	if wholes[0] == nil {
		return nil // targets
	}
	words := make([]string, 0, len(wholes[0])+len(wholes[1]))
	for _, v := range slices.Concat(wholes[0], wholes[1]) {
		words = append(words, fmt.Sprint(v))
	}
	labels, classNames, err := classify(words)
	if err != nil {
		return &FileError{Path: path, Problem: err.Error(), Remedy: "use floats for a target", Err: ErrFormat}
	}
	n := len(wholes[0])
	set.Train.Labels = labels[:n:n]
	if len(labels) > n {
		set.Test.Labels = labels[n:]
	}
	set.ClassNames, set.Classes = classNames, max(len(classNames), classesOf(labels))
	return nil
}

// array is one array of an archive, its values as float64 or as bytes.
type array struct {
	shape  []int
	bytes  []uint8
	values []float64
	whole  bool // of an integer type
}

func readArray(path string, f *zip.File) (a array, err error) {
	bad := func(format string, args ...any) error {
		return &FileError{Path: path, Problem: f.Name + ": " + fmt.Sprintf(format, args...), Remedy: "write it with numpy.savez", Err: ErrFormat}
	}
	if f.UncompressedSize64 > 2*maxOwnBytes {
		return a, bad("%d bytes, allowed are %d", f.UncompressedSize64, 2*maxOwnBytes)
	}
	body, err := f.Open()
	if err != nil {
		return a, bad("%v", err)
	}
	defer body.Close()
	r, err := npyio.NewReader(io.LimitReader(body, 2*maxOwnBytes))
	if err != nil {
		return a, bad("%v", err)
	}
	a.shape = r.Header.Descr.Shape
	size := 1
	for _, d := range a.shape {
		if d < 1 || size > maxOwnBytes/d {
			return a, bad("shape %v", a.shape)
		}
		size *= d
	}
	if r.Header.Descr.Fortran {
		return a, bad("in Fortran order: use numpy.ascontiguousarray")
	}
	if uint64(size) > f.UncompressedSize64 { // a header that promises more than there is
		return a, bad("shape %v needs more than its %d bytes", a.shape, f.UncompressedSize64)
	}
	switch kind := strings.TrimLeft(r.Header.Descr.Type, "<>|="); kind {
	case "u1":
		a.whole = true
		err = r.Read(&a.bytes)
	case "f4":
		a.values, err = readAs[float32](r)
	case "f8":
		a.values, err = readAs[float64](r)
	case "i1":
		a.whole = true
		a.values, err = readAs[int8](r)
	case "i2":
		a.whole = true
		a.values, err = readAs[int16](r)
	case "i4":
		a.whole = true
		a.values, err = readAs[int32](r)
	case "i8":
		a.whole = true
		a.values, err = readAs[int64](r)
	default:
		return a, bad("values of type %q: use uint8, int8 to int64, float32 or float64", kind)
	}
	if err != nil {
		return a, bad("%v", err)
	}
	if max(len(a.bytes), len(a.values)) != size {
		return a, bad("%d values for shape %v", max(len(a.bytes), len(a.values)), a.shape)
	}
	return a, nil
}

func readAs[T float32 | float64 | int8 | int16 | int32 | int64](r *npyio.Reader) ([]float64, error) {
	var data []T
	if err := r.Read(&data); err != nil {
		return nil, err
	}
	out := make([]float64, len(data))
	for i, v := range data {
		out[i] = float64(v)
	}
	return out, nil
}

// readInputs reads images or features; those of the training part decide the size.
func readInputs(set *Set, split *Split, path string, f *zip.File, first bool) error {
	a, err := readArray(path, f)
	if err != nil {
		return err
	}
	height, width, channels := 1, 1, 1
	switch rank := len(a.shape); {
	case rank == 2:
		width = a.shape[1]
	case (rank == 3 || rank == 4) && a.bytes != nil:
		height, width = a.shape[1], a.shape[2]
		if rank == 4 {
			channels = a.shape[3]
		}
	default:
		return &FileError{Path: path, Problem: fmt.Sprintf("%s: shape %v, must be [n, features], or uint8 of [n, height, width] or [n, height, width, channels]", f.Name, a.shape),
			Remedy: "reshape it, or store pixels as uint8", Err: ErrFormat}
	}
	if first {
		set.Height, set.Width, set.Channels = height, width, channels
	} else if height != set.Height || width != set.Width || channels != set.Channels {
		return &FileError{Path: path, Problem: fmt.Sprintf("%s: shape %v, the training part has %d×%d×%d", f.Name, a.shape, set.Height, set.Width, set.Channels),
			Remedy: "give both parts one shape", Err: ErrFormat}
	}
	if len(a.shape) > 2 {
		split.Pixels = planes(a.bytes, height*width, channels)
		return nil
	}
	split.Values = make([]float32, max(len(a.values), len(a.bytes)))
	for i := range split.Values {
		var v float64
		if a.bytes != nil {
			v = float64(a.bytes[i])
		} else {
			v = a.values[i]
		}
		if v32 := float64(float32(v)); math.IsNaN(v32) || math.IsInf(v32, 0) {
			return &FileError{Path: path, Problem: fmt.Sprintf("%s: value %d is %v, must be a finite float32", f.Name, i, v), Remedy: "correct it", Err: ErrFormat}
		}
		split.Values[i] = float32(v)
	}
	return nil
}

// readLabels reads whole numbers, which are returned, or targets, which go into the split.
func readLabels(split *Split, path string, f *zip.File, features int) ([]int64, error) {
	a, err := readArray(path, f)
	if err != nil {
		return nil, err
	}
	n := max(len(split.Pixels), len(split.Values)) / features
	if size := max(len(a.bytes), len(a.values)); size != n {
		return nil, &FileError{Path: path, Problem: fmt.Sprintf("%s: %d labels for %d examples", f.Name, size, n), Remedy: "give one for each", Err: ErrFormat}
	}
	if a.whole {
		list := make([]int64, n)
		for i := range list {
			if a.bytes != nil {
				list[i] = int64(a.bytes[i])
			} else {
				list[i] = int64(a.values[i])
			}
		}
		return list, nil
	}
	for i, v := range a.values {
		if v32 := float64(float32(v)); math.IsNaN(v32) || math.IsInf(v32, 0) {
			return nil, &FileError{Path: path, Problem: fmt.Sprintf("%s: value %d is %v, must be a finite float32", f.Name, i, v), Remedy: "correct it", Err: ErrFormat}
		}
		split.Targets = append(split.Targets, float32(v))
	}
	return nil, nil
}
