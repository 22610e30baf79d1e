// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package suspects

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
)

// Names of the files that [Report.Write] writes.
const (
	CSVName  = "labels.csv"
	JSONName = "labels.json"
	PageName = "labels.html"
)

// Row is an example as it is reported.
type Row struct {
	Rank     int      `json:"rank"`  // 1 is the most suspicious
	Index    int      `json:"index"` // among the training examples of the data set as it is opened, all of them where it has no test part
	File     string   `json:"file,omitempty"`
	Given    string   `json:"given"`             // the class of its label
	Believed string   `json:"believed"`          // the class that the net takes it for
	Score    *float64 `json:"score"`             // null for a step that never came
	Planted  *bool    `json:"planted,omitempty"` // the label was made wrong, in a trial

	example int
}

// Row is the example of a rank, from 0.
func (r *Report) Row(rank int) Row {
	i := r.Order[rank]
	set := r.Plan.Set
	row := Row{Rank: rank + 1, Index: i, Given: className(set, set.Train.Labels[i]), Believed: className(set, r.Believed[i]), example: i}
	if set.Train.Files != nil {
		row.File = set.Train.Files[i]
	}
	if v := r.Shown(i); !math.IsInf(v, 0) {
		v = math.Round(v*1e4)/1e4 + 0
		row.Score = &v
	}
	if r.Plan.Noise > 0 {
		planted := set.Train.Labels[i] != r.Plan.Was[i]
		row.Planted = &planted
	}
	return row
}

// Rows are the first so many.
func (r *Report) Rows(n int) []Row {
	var rows []Row
	for rank := range min(n, len(r.Order)) {
		rows = append(rows, r.Row(rank))
	}
	return rows
}

func className(set *datasets.Set, label uint8) string {
	if int(label) < len(set.ClassNames) {
		return set.ClassNames[label]
	}
	return strconv.Itoa(int(label))
}

// score is a row's score as text.
func (row Row) score() string {
	if row.Score == nil {
		return "never"
	}
	return strconv.FormatFloat(*row.Score, 'f', -1, 64)
}

func (row Row) planted() string {
	switch {
	case row.Planted == nil:
		return ""
	case *row.Planted:
		return "yes"
	}
	return "no"
}

// WriteText writes a table of the first rows for a terminal.
func (r *Report) WriteText(w io.Writer, n int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	heads := []string{"rank", "index", "file", "label", "the net says", r.Plan.Score, "planted"}
	files, trial := r.Plan.Set.Train.Files != nil, r.Plan.Noise > 0
	line := func(cells []string) {
		var kept []string
		for i, cell := range cells {
			if i == 2 && !files || i == 6 && !trial {
				continue
			}
			kept = append(kept, printable(cell))
		}
		fmt.Fprintln(t, strings.Join(kept, "\t"))
	}
	line(heads)
	for _, row := range r.Rows(n) {
		believed := row.Believed
		if believed == row.Given {
			believed = "the same"
		}
		line([]string{strconv.Itoa(row.Rank), strconv.Itoa(row.Index), row.File, row.Given, believed, row.score(), row.planted()})
	}
	return t.Flush()
}

// printable takes from a name what would do something to a terminal or to a table.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, text)
}

// Summary says in lines what was found.
func (r *Report) Summary(listed int) []string {
	n := len(r.Order)
	lines := []string{fmt.Sprintf("%d of %d examples of %s listed; the net takes %d of them all for another class than their label's",
		min(listed, n), n, printable(r.Plan.Set.Title), r.Doubted())}
	if planted, _ := r.Planted(0); r.Plan.Noise > 0 && planted > 0 {
		_, found := r.Planted(planted)
		_, top := r.Planted(listed)
		lines = append(lines, fmt.Sprintf("%d labels were made wrong: %d of them (%.1f %%) are among the %d most suspicious, %d among the %d listed",
			planted, found, 100*float64(found)/float64(planted), planted, top, min(listed, n)))
	}
	return lines
}

// WriteCSV writes all examples, the most suspicious first.
func (r *Report) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"rank", "index", "file", "given", "believed", r.Plan.Score, "planted"}); err != nil {
		return err
	}
	for rank := range r.Order {
		row := r.Row(rank)
		if err := c.Write([]string{strconv.Itoa(row.Rank), strconv.Itoa(row.Index), row.File, row.Given, row.Believed, row.score(), row.planted()}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// Write writes labels.csv with all examples, and labels.json and labels.html with the first listed ones, into a folder
// that is there. Each file is written whole or not at all.
func (r *Report) Write(dir string, listed int) error {
	var table bytes.Buffer
	if err := r.WriteCSV(&table); err != nil {
		return err
	}
	about := struct {
		Dataset  string   `json:"dataset"`
		Score    string   `json:"score"`
		Examples int      `json:"examples"`
		Doubted  int      `json:"doubted"` // the net takes them for another class
		Runs     []string `json:"runs"`
		Listed   []Row    `json:"listed"`
	}{Dataset: r.Plan.Dataset, Score: r.Plan.Score, Examples: len(r.Order), Doubted: r.Doubted(), Listed: r.Rows(listed)}
	for _, one := range r.Records {
		about.Runs = append(about.Runs, one.Spec.ID())
	}
	text, err := json.MarshalIndent(about, "", "  ")
	if err != nil {
		return err
	}
	page, err := r.Page(listed)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		data []byte
	}{{CSVName, table.Bytes()}, {JSONName, append(text, '\n')}, {PageName, page}} {
		if err := place.WriteFile(filepath.Join(dir, file.name), file.data, 0o644); err != nil {
			return fmt.Errorf("%s can't be written: %w", filepath.Join(dir, file.name), err)
		}
	}
	return nil
}
