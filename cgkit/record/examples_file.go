// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/sbinet/npyio"
	"github.com/sbinet/npyio/npz"

	"coherentgradients/cgkit/internal/disk"
)

// array is one of the file's, by its name; into points to a slice.
type array struct {
	name string
	into any
}

// arrays are what examples.npz holds, for NumPy's load: one number an example in each, and in steps the last step and
// the one to stop at.
func (e *Examples) arrays(steps *[]int32) []array {
	return []array{
		{"steps", steps},
		{"given", &e.Given}, {"original", &e.Original}, {"rival_at_stop", &e.Rival},
		{ScoreAUM, &e.AUM}, {ScoreEL2N, &e.EL2N}, {ScoreSelfInfluence, &e.SelfInfluence}, {ScoreAlignment, &e.Alignment},
		{ScoreFirst, &e.First}, {ScoreKept, &e.Kept}, {ScoreStop, &e.MarginAtStop},
	}
}

// maxExampleNumbers bounds what one array may claim to hold.
const maxExampleNumbers = 1 << 20

// WriteExamples writes scores into a record's folder as examples.npz, whole or not at all.
func WriteExamples(dir string, e *Examples) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("scores of examples: %w", err)
	}
	return disk.WriteAtomic(filepath.Join(dir, ExamplesName), func(out io.Writer) error {
		archive := npz.NewWriter(out)
		steps := []int32{int32(e.Step), int32(e.Stop)}
		for _, a := range e.arrays(&steps) {
			var err error
			switch data := a.into.(type) {
			case *[]uint8:
				err = archive.Write(a.name+".npy", *data)
			case *[]int32:
				err = archive.Write(a.name+".npy", *data)
			case *[]float32:
				err = archive.Write(a.name+".npy", *data)
			}
			if err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

// HasExamples says whether there is a file of scores in the record's folder.
func (r *Record) HasExamples() bool {
	info, err := os.Lstat(filepath.Join(r.Dir, ExamplesName))
	return err == nil && info.Mode().IsRegular()
}

// LoadExamples reads the scores in the record's folder. They are there from the end of a run on that was measured with
// [MeasureExamples]; else the error is fs.ErrNotExist. What is not as it was written is a [*DamagedError].
func (r *Record) LoadExamples() (*Examples, error) {
	folder, err := disk.OpenFolder(r.Dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	f := recordFolder{folder, r.Dir}
	if !f.Has(ExamplesName) {
		return nil, &fs.PathError{Op: "open", Path: folder.Path(ExamplesName), Err: fs.ErrNotExist}
	}
	data, err := f.read(ExamplesName, 0)
	if err != nil {
		return nil, err
	}
	e, err := parseExamples(data)
	if err == nil && e.Step > r.Spec.Steps {
		err = fmt.Errorf("it is of step %d, and the run has %d", e.Step, r.Spec.Steps)
	}
	if err != nil {
		return nil, Damaged(r.Dir, ExamplesName, "%v", err)
	}
	return e, nil
}

func parseExamples(data []byte) (*Examples, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not an NPZ file (%v)", err)
	}
	e := &Examples{}
	var steps []int32
	for _, a := range e.arrays(&steps) {
		i := slices.IndexFunc(archive.File, func(f *zip.File) bool { return f.Name == a.name+".npy" })
		if i < 0 {
			return nil, fmt.Errorf("it lacks the array %s", a.name)
		}
		if err := readNumbers(archive.File[i], a.into); err != nil {
			return nil, fmt.Errorf("%s: %v", a.name, err)
		}
	}
	if len(steps) != 2 {
		return nil, fmt.Errorf("steps has %d numbers, must have 2", len(steps))
	}
	e.Step, e.Stop = int(steps[0]), int(steps[1])
	return e, e.check()
}

// readNumbers reads an array of one axis. A header is not trusted with memory.
func readNumbers(f *zip.File, into any) error {
	body, err := f.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	const limit = 4*maxExampleNumbers + 1<<16
	r, err := npyio.NewReader(io.LimitReader(body, limit))
	if err != nil {
		return err
	}
	shape := r.Header.Descr.Shape
	if len(shape) != 1 || shape[0] < 1 || shape[0] > maxExampleNumbers || uint64(shape[0]) > f.UncompressedSize64 {
		return fmt.Errorf("its shape is %v", shape)
	}
	want := map[string]string{"*[]uint8": "u1", "*[]int32": "i4", "*[]float32": "f4"}[fmt.Sprintf("%T", into)]
	if kind := r.Header.Descr.Type; len(kind) < 2 || kind[len(kind)-2:] != want {
		return fmt.Errorf("values of type %q, must be %s", Clip(kind), want)
	}
	return r.Read(into)
}

// check says what of the numbers can't be.
func (e *Examples) check() error {
	n := e.Len()
	if n < 1 || e.Step < 0 || e.Stop < 0 || e.Stop > e.Step {
		return fmt.Errorf("%d examples at step %d, to be stopped at %d", n, e.Step, e.Stop)
	}
	for _, labels := range [][]uint8{e.Original, e.Rival} {
		if len(labels) != n {
			return fmt.Errorf("%d labels for %d examples", len(labels), n)
		}
	}
	for name, values := range map[string][]float32{ScoreAUM: e.AUM, ScoreEL2N: e.EL2N, ScoreSelfInfluence: e.SelfInfluence,
		ScoreAlignment: e.Alignment, ScoreStop: e.MarginAtStop} {
		if len(values) != n {
			return fmt.Errorf("%s has %d numbers for %d examples", name, len(values), n)
		}
		for i, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s of example %d is %v", name, i, v)
			}
		}
	}
	for name, steps := range map[string][]int32{ScoreFirst: e.First, ScoreKept: e.Kept} {
		if len(steps) != n {
			return fmt.Errorf("%s has %d numbers for %d examples", name, len(steps), n)
		}
		for i, s := range steps {
			if s < -1 || int(s) > e.Step {
				return fmt.Errorf("%s of example %d is step %d of %d", name, i, s, e.Step)
			}
		}
	}
	return nil
}
