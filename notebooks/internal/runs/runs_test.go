// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"

	"github.com/google/go-cmp/cmp"
)

// world are the five runs of testdata/world, in the order of their folders' names, which stand for their ids.
func world(t *testing.T) (rows []Row, names map[string]string) {
	t.Helper()
	names = map[string]string{}
	list, err := record.List(filepath.Join("testdata", "world"))
	if err != nil || len(list) != 5 {
		t.Fatalf("%d records, %v", len(list), err)
	}
	for _, l := range list {
		if l.Err != nil {
			t.Fatal(l.Err)
		}
		row := Row{Record: l.Record, ID: l.Record.Spec.ID(), Where: Own}
		names[row.ID] = l.Name
		rows = append(rows, row)
	}
	return rows, names
}

// The vectors are those of the page's own filter too: a browser test holds that to them.
func TestFilter(t *testing.T) {
	rows, names := world(t)
	text, err := os.ReadFile(filepath.Join("testdata", "filters.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Filter string
		IDs    []string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		f, err := ParseFilter(c.Filter)
		if err != nil {
			t.Errorf("%q: %v", c.Filter, err)
			continue
		}
		got := []string{}
		for _, r := range f.Rows(rows) {
			got = append(got, names[r.ID])
		}
		if diff := cmp.Diff(c.IDs, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", c.Filter, diff)
		}
	}
	for _, bad := range []struct{ text, want string }{
		{"=3", "no column before ="}, {"noise=", "no value after ="}, {"c>x", "a number after >"}, {"c<1,2", "one value after <"}, {"noise=1,,2", "no value"},
	} {
		if _, err := ParseFilter(bad.text); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%q: %v, want %q", bad.text, err, bad.want)
		}
	}
}

func TestSortAndBest(t *testing.T) {
	rows, names := world(t)
	order := func(by ...string) (got []string) {
		sorted := append([]Row{}, rows...)
		Sort(sorted, by)
		for _, r := range sorted {
			got = append(got, names[r.ID])
		}
		return got
	}
	for by, want := range map[string]string{
		"-best": "a1 a2 b1 u1 m1", "test": "m1 b1 u1 a2 a1", "-noise,seed,rule": "u1 a1 a2 b1 m1", "corrupt": "a2 a1 b1 m1 u1", "-corrupt": "a1 a2 b1 m1 u1",
	} {
		if got := strings.Join(order(strings.Split(by, ",")...), " "); got != want {
			t.Errorf("by %s: %s, want %s", by, got, want)
		}
	}
	if v := Column(rows[1], "best_at"); v.Number != 2 {
		t.Errorf("best at %v", v)
	}
	if v := Column(rows[1], "best_test_loss"); v.Text != "0.27" {
		t.Errorf("the best loss is the lowest: %v", v)
	}
	if v := Column(rows[1], "best_overfit_step"); v.Number != 0 {
		t.Errorf("the best overfit is the lowest, of equal ones the first: %v", v)
	}
}

func TestWrite(t *testing.T) {
	rows, _ := world(t)
	names := []string{"model", "c", "seed", "state", "test", "best_at", "corrupt"}
	var b bytes.Buffer
	if err := WriteText(&b, rows, names, true); err != nil {
		t.Fatal(err)
	}
	want := `model        c     seed       state                test      best_at              corrupt
256-256-256  2  2 seeds    finished  65.0 % (60.0–70.0)    1.5 (1–2)  65.0 % (60.0–70.0)
256-256-256  0        1    finished              30.0 %            1
conv width=8  0        1    finished              20.0 %            1
256-256-256  0        1  unfinished              30.0 %            1
`
	squeeze := func(s string) string {
		var lines []string
		for line := range strings.Lines(s) {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
		return strings.Join(lines, "\n")
	}
	if diff := cmp.Diff(squeeze(want), squeeze(b.String())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	b.Reset()
	if err := WriteCSV(&b, rows, names, true); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2", "256-256-256", "2", "finished", "0.6499999999999999", "0.6", "0.7", "1.5", "1", "2", "0.6499999999999999", "0.6", "0.7"}, lines[1]); diff != "" {
		t.Errorf("CSV by seeds: %s", diff)
	}
	if lines[0][0] != "runs" || lines[0][4] != "test_mean" || lines[3][10] != "" {
		t.Errorf("CSV by seeds: %v", lines)
	}
	b.Reset()
	if err := WriteJSON(&b, rows, names, false); err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal(b.Bytes(), &objects); err != nil || len(objects) != 5 || objects[0]["test"] != 0.7 || objects[2]["corrupt"] != nil || objects[3]["model"] != "conv width=8" {
		t.Errorf("JSON: %v, %v", err, objects)
	}
}

// A store's records are rows, each once, the finished one first; a damaged one is named and hides no other.
func TestRead(t *testing.T) {
	project, own := t.TempDir(), t.TempDir()
	rows, _ := world(t)
	done, other := rows[0].Record, rows[1].Record
	half := *done
	half.Evaluations = done.Evaluations[:1]
	write(t, own, done)
	write(t, project, &half)
	write(t, own, other)
	if err := os.MkdirAll(filepath.Join(own, "damaged"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "damaged", record.SpecName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	store := &record.Store{Folders: []string{project}, Write: own}
	rows, unreadable, err := Read(store)
	if err != nil || len(rows) != 2 || len(unreadable) != 1 || unreadable[0].Name != filepath.Join(own, "damaged") {
		t.Fatalf("%d rows, %v, %v", len(rows), unreadable, err)
	}
	for _, r := range rows {
		if r.State() != Finished || r.Where != Own {
			t.Errorf("%s: %s, %s", r.ID, r.State(), r.Where)
		}
	}
	if rows := Of(store, []record.Spec{other.Spec, record.DefaultSpec(), done.Spec}); len(rows) != 2 || rows[0].Spec.Seed != 2 {
		t.Errorf("of some specs: %v", rows)
	}
	if got := Telling(rows, []string{"dataset", "seed", "c", "test", "corrupt"}); strings.Join(got, " ") != "seed test corrupt" {
		t.Errorf("telling columns: %v", got)
	}
	if err := CheckColumns(rows, []string{"best_test_loss_step", "cosine", "test"}); err != nil {
		t.Error(err)
	}
	if err := CheckColumns(rows, []string{"best_nonsense"}); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("an unknown column: %v", err)
	}
}

// write puts a record into a folder.
func write(t *testing.T, folder string, r *record.Record) {
	t.Helper()
	dir := filepath.Join(folder, r.Spec.ID())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec, err := r.Spec.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for _, e := range r.Evaluations {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	for name, text := range map[string][]byte{record.SpecName: spec, record.EvaluationsName: lines} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Committed runs that differ in more than their seed differ in a column of their spec: a table shows what sets them apart.
func TestColumnsTellRunsApart(t *testing.T) {
	list, err := record.List(filepath.Join("..", "..", "results"))
	if err != nil || len(list) < 100 {
		t.Fatalf("%d records, %v", len(list), err)
	}
	names := []string{"dataset", "model", "noise", "rule", "c", "percentile", "init", "steps", "batch", "rate", "besides"}
	group := map[string]string{} // by what the columns say
	for _, l := range list {
		if l.Err != nil {
			t.Fatal(l.Err)
		}
		var words []string
		for _, name := range names {
			words = append(words, Column(Row{Record: l.Record}, name).Text)
		}
		says := strings.Join(words, " | ")
		if before, known := group[says]; known && before != groupID(l.Record.Spec) {
			t.Errorf("%s: its columns are those of another run: %s", l.Name, says)
		}
		group[says] = groupID(l.Record.Spec)
	}
}
