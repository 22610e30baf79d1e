// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"
)

// Store is an ordered list of folders with records, each DIR/<id>.
type Store struct {
	// Folders are searched in order.
	Folders []string
	// Write is where new records go. It is searched too, last unless Folders name it.
	Write string
	// Collect, if not empty, is a folder into which every record that was asked for is copied once it is finished, so
	// that it ends up with all that was used. It is not searched.
	Collect string
}

// Clean returns the store with clean paths, each once, Write among them.
func (s *Store) Clean() *Store {
	c := &Store{Write: filepath.Clean(s.Write), Collect: s.Collect}
	if c.Collect != "" {
		c.Collect = filepath.Clean(c.Collect)
	}
	for _, folder := range append(slices.Clone(s.Folders), s.Write) {
		if folder = filepath.Clean(folder); !slices.Contains(c.Folders, folder) {
			c.Folders = append(c.Folders, folder)
		}
	}
	return c
}

// Find returns the record of a spec: the first finished one in the order of the folders, else the unfinished one in
// Write, else nil without an error. A damaged record, one of another format version, one whose spec is not what its
// name says, and one that was trained on other bytes than those of the published set that it names are errors.
func (s *Store) Find(spec Spec) (*Record, error) { return s.FindMeasured(spec, "") }

// FindMeasured is Find that goes on searching for a finished record with a measure, and takes one without it for want
// of that; see [Measure.In].
func (s *Store) FindMeasured(spec Spec, measure Measure) (*Record, error) {
	s = s.Clean()
	id := spec.ID()
	var unfinished, finished *Record
	for _, folder := range s.Folders {
		r, err := FindIn(folder, id)
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, disk.ErrNotDir):
			continue
		case err != nil:
			return nil, err
		case r.Finished() && r.checkPublished() != nil:
			return nil, r.checkPublished()
		case r.Finished() && measure.In(r):
			return r, nil
		case r.Finished() && finished == nil:
			finished = r
		case !r.Finished() && folder == s.Write:
			unfinished = r
		}
	}
	if finished != nil {
		return finished, nil
	}
	return unfinished, nil
}

// Check says early what would keep [run.Run] from training a spec: a record that can't be read, or a folder that
// can't be written. finished says that nothing has to be written, because there is a finished record. Nothing is
// changed.
func (s *Store) Check(spec Spec) (finished bool, err error) {
	r, err := s.Find(spec)
	if err == nil && r != nil && r.Finished() {
		return true, nil
	}
	if unwritable := disk.CheckWritable(s.Clean().Write); unwritable != nil {
		return false, unwritable
	}
	return false, err
}

// FindIn reads the record of that name in a folder. While one that was trained again takes its place, it may be where
// that was done.
func FindIn(folder, id string) (*Record, error) {
	r, err := LoadNamed(filepath.Join(folder, id), id)
	if errors.Is(err, fs.ErrNotExist) {
		if again, other := LoadNamed(AgainDir(folder, id), id); other == nil && again.Finished() {
			return again, nil
		}
	}
	return r, err
}

// LoadNamed is Load for a folder whose spec must have that id.
func LoadNamed(dir, want string) (*Record, error) {
	r, err := Load(dir)
	if err != nil {
		return nil, err
	}
	if id := r.Spec.ID(); id != want {
		return nil, fmt.Errorf("%s: this spec's record is named %s, so the file was changed or the folder renamed; undo that, or move it away",
			filepath.Join(dir, SpecName), id)
	}
	return r, nil
}

// CopyFinished copies a finished record into the store's Collect, if it has one.
func (s *Store) CopyFinished(r *Record) error {
	if s.Collect == "" || !r.Finished() || filepath.Dir(r.Dir) == s.Collect {
		return nil
	}
	if err := s.copyInto(filepath.Join(s.Collect, r.Spec.ID()), r); err != nil {
		return fmt.Errorf("can't copy %s to %s: %w", r.Spec.ID(), s.Collect, err)
	}
	return nil
}

// copyInto copies a finished record, its weights left out, into a folder that is that record's own.
func (s *Store) copyInto(into string, r *Record) error {
	if err := disk.OwnFolder(into); err != nil {
		return err
	}
	if _, err := disk.MakeFolder(into); err != nil {
		return err
	}
	folder, err := disk.OpenFolder(r.Dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	from := recordFolder{folder, r.Dir}
	evaluations := len(r.Spec.Evaluated())
	texts := map[string][]byte{}
	same := true
	names := []string{ProvenanceName, DivergedName, LearnedName, ExamplesName, EvaluationsName, SealName, SpecName}
	for _, name := range names {
		text, err := from.read(name, evaluations)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil {
			texts[name] = text
		}
		there, err := plainfile.Read(filepath.Join(into, name), fileLimit(name, evaluations))
		same = same && (err == nil) == (texts[name] != nil) && bytes.Equal(there, texts[name])
	}
	if same {
		return nil
	}
	// The spec goes first and comes last: a folder without it holds no record, so neither does a copy that was cut
	// short.
	if err := disk.Remove(filepath.Join(into, SpecName)); err != nil {
		return err
	}
	if err := disk.SyncDir(into); err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(into, name)
		if texts[name] == nil {
			err = disk.Remove(path)
		} else {
			err = disk.WriteBytes(path, texts[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}
