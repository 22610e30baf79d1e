// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// parseEvaluations reads the text of an evaluations.jsonl. What a killed writer leaves, a last line that is half
// written, is dropped. A damaged line before the last, and steps that do not rise, are errors that name the line.
//
// ends[i] is the offset behind line i with its newline, for cutting the file there. A last line that is whole but for
// its newline counts as an evaluation and has no end: len(ends) is then one less than len(evaluations).
func parseEvaluations(text []byte) (evaluations []Evaluation, ends []int64, err error) {
	offset, lineNumber := 0, 0
	for offset < len(text) {
		lineNumber++
		line := text[offset:]
		newline := bytes.IndexByte(line, '\n')
		if newline >= 0 {
			line = line[:newline]
		}
		last := newline < 0 || offset+newline+1 == len(text)

		var e Evaluation
		if err := json.Unmarshal(line, &e); err != nil {
			if last {
				return evaluations, ends, nil
			}
			return nil, nil, fmt.Errorf("line %d: %w; the file is damaged: move the record away to train it again", lineNumber, err)
		}
		if n := len(evaluations); n > 0 && e.Step <= evaluations[n-1].Step {
			return nil, nil, fmt.Errorf("line %d: step %d after step %d, steps must rise; the file is damaged: move the record away to train it again",
				lineNumber, e.Step, evaluations[n-1].Step)
		}
		evaluations = append(evaluations, e)
		if newline < 0 {
			break
		}
		offset += newline + 1
		ends = append(ends, int64(offset))
	}
	return evaluations, ends, nil
}

// evaluationLog appends evaluations to a file, one synced line each.
type evaluationLog struct {
	file *os.File
	last int // step of the last line, −1 before the first
}

// openLog opens the log at path and cuts it at offset end, behind the lines that stay. lastStep is the step of the last
// line that stays, −1 where none does.
func openLog(path string, end int64, lastStep int) (*evaluationLog, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	l := &evaluationLog{file: file, last: lastStep}
	if err := file.Truncate(end); err != nil {
		file.Close()
		return nil, err
	}
	if _, err := file.Seek(end, 0); err != nil {
		file.Close()
		return nil, err
	}
	if err := file.Sync(); err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

// append writes one line and waits until it is on the disk. A step that is not after the last one is refused, so a
// record can never hold a step twice.
func (l *evaluationLog) append(e Evaluation) error {
	if e.Step <= l.last {
		return fmt.Errorf("step %d is already evaluated, the last one is %d", e.Step, l.last)
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return err
	}
	l.last = e.Step
	return l.file.Sync()
}

func (l *evaluationLog) close() error { return l.file.Close() }
