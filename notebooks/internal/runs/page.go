// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
)

// The page is a plain table of what the seeds have in common for those who run no script; its script shows the rest.
var (
	//go:embed page.html
	pageText string
	//go:embed page.js
	pageScript string

	pageTemplate = template.Must(template.New("runs").Parse(pageText))
)

// pageColumns are those that the page shows, and pageCurves the values whose curves it has.
var (
	pageColumns = []string{"dataset", "model", "noise", "rule", "c", "steps", "batch", "rate", "seed", "state", "train", "test", "best", "best_at", "overfit", "where", "besides"}
	// stillColumns are few: a page without scripts is narrow.
	stillColumns = []string{"dataset", "model", "noise", "rule", "c", "steps", "seed", "train", "test", "best", "besides"}
	pageCurves   = []string{"test_accuracy", "train_accuracy", "overfit", "pristine_accuracy", "corrupt_accuracy",
		"test_loss", "train_loss"}
)

// pageRow is a row as the page's script has it.
type pageRow struct {
	ID    string         `json:"id"`
	Group string         `json:"group"` // of runs that differ in their seed alone
	Cells []any          `json:"cells"` // numbers, texts, or null
	Texts []string       `json:"texts"` // as they are shown
	Last  int            `json:"last"`  // the run's last step
	More  map[string]any `json:"more"`  // other columns that a filter may name
	// Curves are the values by name, at the first steps of the run's schedule.
	Curves map[string][]*value `json:"curves"`
}

// value is a number in as few digits as a picture and a filter need.
type value float64

func (v value) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%.5g", float64(v)), nil }

// Page is the table as HTML for a notebook's output or a page of its own: with a filter, sorting by a click on a column's
// name, curves of the chosen runs laid over one another, and final and best values with their spread over seeds. It
// needs no kernel, no network and nothing beside it; where scripts are off the table is there all the same. id is a word
// that no other part of the page has for its id.
func Page(id string, rows []Row) (string, error) {
	longest := 0
	data := struct {
		Columns  []string          `json:"columns"`
		Aliases  map[string]string `json:"aliases"`
		Schedule []int             `json:"schedule"` // of a run as long as the longest
		Curves   []string          `json:"curves"`   // those that some row has
		Rows     []pageRow         `json:"rows"`
	}{Columns: pageColumns, Aliases: aliases}
	has := map[string]bool{}
	for _, r := range rows {
		longest = max(longest, r.Spec.Steps)
		p := pageRow{ID: r.ID, Group: groupID(r.Spec), Last: r.Spec.Steps, More: map[string]any{}, Curves: map[string][]*value{}}
		for _, name := range pageColumns {
			v := Column(r, name)
			p.Cells, p.Texts = append(p.Cells, plain(v)), append(p.Texts, v.Text)
		}
		for _, name := range slices.Sorted(maps.Keys(columns)) {
			if name != "id" && name != "dir" && !slices.Contains(pageColumns, name) {
				p.More[name] = plain(Column(r, name))
			}
		}
		for _, name := range r.Columns() {
			if !slices.Contains(pageCurves, name) {
				p.More[name] = plain(Column(r, name))
			}
		}
		for _, name := range pageCurves {
			if curve := curveOf(r.Record, name); curve != nil {
				p.Curves[name], has[name] = curve, true
			}
		}
		data.Rows = append(data.Rows, p)
	}
	data.Schedule = record.Schedule(longest)
	data.Curves = slices.DeleteFunc(slices.Clone(pageCurves), func(name string) bool { return !has[name] })
	text, err := json.Marshal(data) // with < and > escaped, so that no text in it ends the script
	if err != nil {
		return "", fmt.Errorf("the table of runs: %w", err)
	}
	still := Telling(rows, stillColumns)
	var b strings.Builder
	err = pageTemplate.Execute(&b, struct {
		ID                    string
		Columns, StillColumns []string
		Rows                  []pageRow
		Still                 [][]string
		Data                  template.JS
		Script                template.JS
	}{id, pageColumns, still, data.Rows, stillLines(rows, still), template.JS(text), template.JS(strings.ReplaceAll(pageScript, "ID OF THE TABLE", id))})
	return b.String(), err
}

// stillLines are what the runs that differ in their seed alone have in common, and their spread.
func stillLines(rows []Row, names []string) (lines [][]string) {
	for _, g := range Compare(rows) {
		line := make([]string, len(names))
		for i, name := range names {
			line[i] = g.Text(name)
		}
		lines = append(lines, line)
	}
	return lines
}

func groupID(s record.Spec) string {
	s.Seed = 0
	return s.ID()
}

// curveOf is a value at each evaluation, null where it is not there; nil where it never is.
func curveOf(r *record.Record, name string) []*value {
	var curve []*value
	any := false
	for _, e := range r.Evaluations {
		v, ok := e.Value(name)
		if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
			curve = append(curve, nil)
			continue
		}
		any = true
		n := value(v)
		curve = append(curve, &n)
	}
	if !any {
		return nil
	}
	return curve
}

// Document is the page as a file of its own, to be opened from disk.
func Document(rows []Row) (string, error) {
	page, err := Page("runs", rows)
	return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Runs</title>\n" +
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
		"<style>:root { color-scheme: light dark; } body { font-family: system-ui, sans-serif; margin: 1.5em; }</style></head>\n<body>\n<h1>Runs</h1>\n" +
		page + "</body></html>\n", err
}
