// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"

	"github.com/dustin/go-humanize"
)

// DamagedError says that a record is not as its run left it: [Load], [Store.Find] and [run.Run] return it, and change
// nothing.
type DamagedError struct {
	Dir    string // the record's folder
	File   string // the file in it that shows the damage
	Reason string // as "line 7 is of step 9, and step 6 is due"
}

// Error implements error.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s: %s; the record is damaged: move %s away to train it again", filepath.Join(e.Dir, e.File), e.Reason, e.Dir)
}

func Damaged(dir, file, format string, args ...any) error {
	return &DamagedError{Dir: dir, File: file, Reason: fmt.Sprintf(format, args...)}
}

// DamageFrom makes a damage of what is wrong with a record's file itself; other errors stay as they are.
func DamageFrom(dir, file string, err error) error {
	var odd *plainfile.NotRegularError
	var large *plainfile.TooLargeError
	switch {
	case errors.As(err, &odd):
		return Damaged(dir, file, "it is %s, not a file", plainfile.Kind(odd.Mode))
	case errors.As(err, &large):
		return Damaged(dir, file, "it is larger than %s, the most that such a file may have", humanize.IBytes(uint64(large.Limit)))
	case err != nil && strings.Contains(err.Error(), "escapes from parent"): // os.Root has no name for it
		return Damaged(dir, file, "it is a link that leads out of the record's folder")
	}
	return err
}

// Limits of what is read of a record's files, far above what is written into them. Those of files whose length follows
// from the schedule are by evaluation.
const (
	maxSpecFile       = 64 << 10
	maxProvenanceFile = 1 << 20
	maxDivergedFile   = 64 << 10
	maxLine           = 64 << 10  // of evaluations.jsonl
	maxEvaluations    = 256 << 20 // all lines
	maxSealFile       = 4 << 10
	maxExamplesFile   = 64 << 20 // a million examples
)

// fileLimit is the most bytes that a file of a record with that many evaluations may have.
func fileLimit(name string, evaluations int) int64 {
	switch name {
	case SpecName:
		return maxSpecFile
	case EvaluationsName:
		return min(int64(evaluations+1)*maxLine, maxEvaluations)
	case ProvenanceName:
		return maxProvenanceFile
	case DivergedName:
		return maxDivergedFile
	case LearnedName:
		return 4<<10 + int64(evaluations)*100 // five counts each
	case ExamplesName:
		return maxExamplesFile
	}
	return maxSealFile
}

// recordFolder is a record's folder that is being read.
type recordFolder struct {
	*disk.Folder
	dir string
}

// read reads a file of the record; an absent one is fs.ErrNotExist.
func (f recordFolder) read(name string, evaluations int) ([]byte, error) {
	data, err := f.ReadFile(name, fileLimit(name, evaluations))
	return data, DamageFrom(f.dir, name, err)
}

// readJSON decodes a file that holds one JSON object; an absent one leaves into as it is, and says so.
func (f recordFolder) readJSON(name string, evaluations int, into any) (there bool, err error) {
	data, err := f.read(name, evaluations)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := decodeObject(data, into); err != nil {
		return false, Damaged(f.dir, name, "%v", err)
	}
	return true, nil
}

// decodeObject decodes exactly one JSON object. Its errors are for people.
func decodeObject(data []byte, into any) error {
	if text := bytes.TrimLeft(data, " \t\r\n"); len(text) > 0 && text[0] != '{' {
		return fmt.Errorf("not a JSON object: it begins with %q", Clip(string(text[:min(len(text), 64)])))
	}
	if err := decodeOne(data, into, false); err != nil {
		return notJSON(err)
	}
	return nil
}

// notJSON says in words why a text is no JSON.
func notJSON(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("not a JSON object: it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input":
		return errors.New("not a JSON object: it ends in the middle")
	case errors.As(err, &syntax):
		return fmt.Errorf("not a JSON object: %v at byte %d", syntax, syntax.Offset)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// oneLine makes a text from a file fit for a line of a message.
func oneLine(text string) string {
	return Clip(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }), " "))
}
