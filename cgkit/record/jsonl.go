// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"
)

// parseEvaluations reads an evaluations.jsonl of a run with the given schedule: line i is of the step schedule[i].
// What a killed writer leaves, a last line that is half written, is left out, and torn says so; a last line without
// its newline is one. Anything else is an error that names the line.
//
// ends[i] is the offset behind line i with its newline, for cutting the file there.
func parseEvaluations(r io.Reader, schedule []int) (evaluations []Evaluation, ends []int64, torn bool, err error) {
	lines := bufio.NewReaderSize(r, maxLine+1)
	var offset int64
	for number := 1; ; number++ {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, nil, false, fmt.Errorf("line %d is longer than %s", number, humanize.IBytes(maxLine))
		case err != nil && !errors.Is(err, io.EOF):
			return nil, nil, false, err
		case len(line) == 0:
			return evaluations, ends, false, nil
		case number > len(schedule):
			return nil, nil, false, fmt.Errorf("line %d is one too many: the run has %s evaluations", number,
				humanize.Comma(int64(len(schedule))))
		}
		offset += int64(len(line))
		if offset > maxEvaluations {
			return nil, nil, false, fmt.Errorf("it is larger than %s", humanize.IBytes(maxEvaluations))
		}
		if err != nil { // no newline: the end of the file
			return evaluations, ends, true, nil
		}
		var e Evaluation
		if err := json.Unmarshal(line, &e); err != nil {
			if _, end := lines.Peek(1); end != nil {
				return evaluations, ends, true, nil
			}
			return nil, nil, false, fmt.Errorf("line %d: %w", number, notJSON(err))
		}
		if due := schedule[number-1]; e.Step != due {
			return nil, nil, false, fmt.Errorf("line %d is of step %s, and step %s is due", number,
				humanize.Comma(int64(e.Step)), humanize.Comma(int64(due)))
		}
		evaluations = append(evaluations, e)
		ends = append(ends, offset)
	}
}

// readEvaluations is [parseEvaluations] of the file in a record's folder; an absent one has none.
func readEvaluations(f recordFolder, schedule []int) (evaluations []Evaluation, ends []int64, torn bool, err error) {
	file, err := f.Open(EvaluationsName)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, false, nil
	}
	if err != nil {
		return nil, nil, false, DamageFrom(f.dir, EvaluationsName, err)
	}
	defer file.Close()
	evaluations, ends, torn, err = parseEvaluations(file, schedule)
	if system := (*os.PathError)(nil); err != nil && !errors.As(err, &system) {
		err = Damaged(f.dir, EvaluationsName, "%v", err)
	}
	return evaluations, ends, torn, err
}

// Log appends evaluations to a file, one synced line each.
type Log struct {
	file disk.File
	end  int64 // behind the last whole line
	Last int   // step of the last line, −1 before the first
}

// OpenLog opens the log at path with what is before offset end: the lines that stay. lastStep is the step of the last
// of them, −1 where none does. A file with more in it, or with a second name under which a change would show too, is
// replaced by a copy of those lines.
func OpenLog(path string, end int64, lastStep int) (*Log, error) {
	if err := disk.Replaceable(path); err != nil {
		return nil, err
	}
	if info, err := os.Lstat(path); err == nil && (info.Size() != end || plainfile.Shared(info)) {
		old, err := plainfile.Open(path)
		if err != nil {
			return nil, err
		}
		defer old.Close()
		err = disk.WriteAtomic(path, func(w io.Writer) error {
			_, err := io.CopyN(w, old, end)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	file, err := disk.OpenAppend(path)
	if err != nil {
		return nil, err
	}
	if err := file.Sync(); err != nil {
		file.Close()
		return nil, err
	}
	return &Log{file: file, end: end, Last: lastStep}, nil
}

// Append writes one line and waits until it is on the disk. A step that is not after the last one is refused, so a
// record can never hold a step twice.
func (l *Log) Append(e Evaluation) error {
	if e.Step <= l.Last {
		return fmt.Errorf("step %d is already evaluated, the last one is %d", e.Step, l.Last)
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	switch size := int64(len(line)); {
	case size > maxLine:
		return fmt.Errorf("the evaluation of step %d takes %s, and a line may take %s: measure less at once", e.Step,
			humanize.IBytes(uint64(size)), humanize.IBytes(maxLine))
	case l.end+size > maxEvaluations:
		return fmt.Errorf("the evaluations take more than %s: measure less at once", humanize.IBytes(maxEvaluations))
	}
	if _, err := l.file.Write(line); err != nil {
		_ = l.file.Truncate(l.end) // on a full disk a part of it may be there
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.end += int64(len(line))
	l.Last = e.Step
	return nil
}

func (l *Log) Close() error { return l.file.Close() }

// ReadEvaluations reads the evaluations in a record's folder, as far as they are those of the schedule, one after the
// other, and where each ends in its file. torn says that what follows is the beginning of a line.
func ReadEvaluations(dir string, schedule []int) (evaluations []Evaluation, ends []int64, torn bool, err error) {
	folder, err := disk.OpenFolder(dir)
	if err != nil {
		return nil, nil, false, err
	}
	defer folder.Close()
	return readEvaluations(recordFolder{folder, dir}, schedule)
}
