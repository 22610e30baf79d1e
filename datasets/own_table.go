// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Names of the column that is no feature, in a table's header: of classes, and of a number to be predicted.
var (
	classColumns  = []string{"label", "class"}
	targetColumns = []string{"target", "y"}
)

// readOwnCSV reads train.csv and perhaps test.csv, or one table of any name.
func readOwnCSV(ctx context.Context, set *Set, dir string, names []string) error {
	train, test := "", ""
	for _, name := range names {
		switch strings.ToLower(name) {
		case "train.csv":
			train = name
		case "test.csv":
			test = name
		}
	}
	if train == "" {
		if len(names) > 1 {
			return &FileError{Path: dir, Problem: "several tables: " + strings.Join(names, ", "), Remedy: "name them train.csv and test.csv, or leave one", Err: ErrFormat}
		}
		train, test = names[0], ""
	}
	table, err := readTable(ctx, filepath.Join(dir, train))
	if err != nil {
		return err
	}
	words := table.last
	n := len(words)
	all := table
	if test != "" {
		second, err := readTable(ctx, filepath.Join(dir, test))
		if err != nil {
			return err
		}
		if !slices.Equal(second.header, table.header) || second.features != table.features {
			return &FileError{Path: filepath.Join(dir, test), Problem: fmt.Sprintf("columns %v, those of %s are %v", second.columns(), train, table.columns()),
				Remedy: "give both the same columns", Err: ErrFormat}
		}
		all.values = append(all.values, second.values...)
		words = append(words, second.last...)
	}
	set.Height, set.Width, set.Channels = 1, table.features, 1
	cut := n * table.features
	set.Train.Values, set.Test.Values = all.values[:cut:cut], all.values[cut:]
	if table.isTarget(words) {
		targets := make([]float32, len(words))
		for i, word := range words {
			v, err := strconv.ParseFloat(word, 32)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return table.wrong(i, "its target %q is no finite number", clipped(word))
			}
			targets[i] = float32(v)
		}
		set.Train.Targets, set.Test.Targets = targets[:n:n], targets[n:]
	} else {
		labels, classNames, err := classify(words)
		if err != nil {
			return &FileError{Path: table.path, Problem: err.Error(), Remedy: `call the last column "target" if it is a number to be predicted`, Err: ErrFormat}
		}
		set.Train.Labels, set.Test.Labels = labels[:n:n], labels[n:]
		set.ClassNames, set.Classes = classNames, max(len(classNames), classesOf(labels))
	}
	if test == "" {
		set.Test = Split{}
	}
	return nil
}

// table is a CSV file: features, and one column that is a class or a target.
type table struct {
	path     string
	header   []string // nil where there is none
	features int
	values   []float32
	last     []string // the words of the column that is no feature
	role     string   // its name in the header
}

func (t table) columns() any {
	if t.header != nil {
		return t.header
	}
	return t.features + 1
}

func (t table) wrong(row int, format string, args ...any) error {
	if t.header != nil {
		row++
	}
	return &FileError{Path: t.path, Problem: fmt.Sprintf("line %d: ", row+1) + fmt.Sprintf(format, args...), Remedy: "correct it, or leave the line out", Err: ErrFormat}
}

// isTarget says whether the last column is a number to be predicted: its name says so, or, where it has none of the
// known names, its words are numbers of which one is not whole.
func (t table) isTarget(words []string) bool {
	name := strings.ToLower(t.role)
	switch {
	case slices.Contains(classColumns, name):
		return false
	case slices.Contains(targetColumns, name):
		return true
	}
	fraction := false
	for _, word := range words {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return false
		}
		fraction = fraction || v != math.Trunc(v)
	}
	return fraction
}

// readTable reads a CSV file. The first line is a header unless all its words are numbers. The column called label,
// class, target or y is what is to be learned, or else the last one; all others are features, which must be finite
// numbers.
func readTable(ctx context.Context, path string) (table, error) {
	t := table{path: path}
	f, err := openFile(path)
	if err != nil {
		return t, systemError(path, err)
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	r.ReuseRecord, r.TrimLeadingSpace = true, true
	what := -1 // the column to be learned
	for row := 0; ; row++ {
		if row%4096 == 0 && ctx.Err() != nil {
			return t, fmt.Errorf("reading %s stopped: %w", path, context.Cause(ctx))
		}
		words, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t, &FileError{Path: path, Problem: fmt.Sprintf("not a table of comma-separated values (%v)", err), Remedy: "give every line the same columns", Err: ErrFormat}
		}
		if row == 0 {
			if len(words) < 2 || len(words) > 100_000 {
				return t, &FileError{Path: path, Problem: fmt.Sprintf("%d columns, allowed are 2 to 100000", len(words)), Remedy: "use at least one feature and a label", Err: ErrFormat}
			}
			what = len(words) - 1
			t.features = what
			if !allNumbers(words) && !(allNumbers(words[:what])) {
				for i, word := range words {
					words[i] = strings.TrimSpace(strings.TrimPrefix(word, "\ufeff"))
				}
				t.header = slices.Clone(words)
				if i := slices.IndexFunc(words, func(w string) bool {
					return slices.Contains(slices.Concat(classColumns, targetColumns), strings.ToLower(w))
				}); i >= 0 {
					what = i
				}
				t.role = words[what]
				continue
			}
		}
		n := len(t.last)
		for i, word := range words {
			word = strings.TrimSpace(word)
			if i == what {
				if word == "" {
					return t, t.wrong(n, "no label")
				}
				t.last = append(t.last, strings.Clone(word))
				continue
			}
			v, err := strconv.ParseFloat(word, 32)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return t, t.wrong(n, "column %d is %q, must be a finite number", i+1, clipped(word))
			}
			t.values = append(t.values, float32(v))
		}
		if len(t.last) > maxExamples || 4*len(t.values) > maxOwnBytes {
			return t, &FileError{Path: path, Problem: fmt.Sprintf("more than %d lines or %d bytes of features", maxExamples, maxOwnBytes), Remedy: "use fewer lines", Err: ErrFormat}
		}
	}
	if len(t.last) == 0 {
		return t, &FileError{Path: path, Problem: "no line of data", Remedy: "put one example on each line", Err: ErrFormat}
	}
	return t, nil
}

func allNumbers(words []string) bool {
	for _, word := range words {
		if _, err := strconv.ParseFloat(strings.TrimSpace(word), 64); err != nil {
			return false
		}
	}
	return true
}

// clipped keeps what an error quotes to a readable length.
func clipped(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
