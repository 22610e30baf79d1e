// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/numbers"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/study"
	"coherentgradients/plots"
)

// committedNotebooks are the files of the committed notebooks.
func committedNotebooks(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "*.ipynb"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	return files
}

// TestNumbersInProse: each number that is marked in the text of a notebook, of the README, and of the records' own
// README is what the committed records give. After new records: CG_REGEN=1 go test ./notebooks/internal/command -run
// Prose
func TestNumbersInProse(t *testing.T) {
	t.Setenv(place.EnvMode, "")
	t.Setenv(datasetVariable, "")
	book, err := numbers.Open(results)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{readme, filepath.Join(results, "README.md"), filepath.Join("..", "..", "solutions.md"), filepath.Join("..", "..", "summary.md")} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := numbers.Fill(string(text), book.Number)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		compareOrWrite(t, file, text, []byte(want))
	}
	for _, file := range committedNotebooks(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := ipynb.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := nb.EditMarkdown(func(s string) (string, error) { return numbers.Fill(s, book.Number) }); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		want, err := nb.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		compareOrWrite(t, file, text, want)
	}
}

// compareOrWrite compares a file with what it should be, line by line, or writes it.
func compareOrWrite(t *testing.T, file string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	if os.Getenv(regenVariable) != "" {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	was, is := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			t.Errorf("%s, line %d, does not say what the records do:\n%s\n%s", filepath.Base(file), i+1, was[i], is[i])
		}
	}
}

// TestNoUnmarkedNumbers: a number in prose is marked, a setting, or part of a worked example; the latter two are
// listed here, by notebook.
func TestNoUnmarkedNumbers(t *testing.T) {
	for _, file := range committedNotebooks(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".ipynb")
		allowed, listed := given[name]
		if !listed {
			continue
		}
		nb, err := ipynb.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		err = nb.EditMarkdown(func(text string) (string, error) {
			for _, n := range numbers.Unmarked(text, append(strings.Fields(settingsOfRuns), strings.Fields(allowed)...)) {
				t.Errorf("%s: %q is neither marked nor among the settings, in %q", name, n, numbers.FirstWords(text))
			}
			return text, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestDrawnFromTheseRecords: the committed notebooks' figures and printed numbers are of the committed records. After
// new ones: go run ./notebooks run --update
func TestDrawnFromTheseRecords(t *testing.T) {
	digest, err := numbers.Digest(results)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range committedNotebooks(t) {
		nb, err := ipynb.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := nb.Records(); got != digest && got != "" { // "": not redrawn since this is noted
			t.Errorf("%s was drawn from the records %q, not from those that are committed, %q: go run ./notebooks run --update", filepath.Base(file), got, digest)
		}
	}
}

// TestReadmePicture: the README's picture is drawn from the committed records, all seeds that there are.
func TestReadmePicture(t *testing.T) {
	t.Setenv(place.EnvMode, "")
	t.Setenv(datasetVariable, "")
	t.Setenv("CG_RUNS", t.TempDir())
	const name = "plain_and_winsorized"
	for _, p := range study.Paper() {
		if p.Name != name {
			continue
		}
		records, missing, unreadable := study.Finished(&record.Store{Folders: []string{results}, Write: t.TempDir()}, p.Specs)
		if len(missing)+len(unreadable) > 0 {
			t.Fatal(missing, unreadable)
		}
		f, err := p.Draw(t.Context(), records)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err := f.Save(dir, name, plots.TextWidth, plots.PNG); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(dir, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "..", "figures", name+".png")
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case bytes.Equal(got, want):
		case os.Getenv(regenVariable) != "":
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Error("the README's picture is not of the committed records: CG_REGEN=1 go test ./notebooks/internal/command -run Readme")
		}
	}
}

// settingsOfRuns are numbers that any notebook may name: noise levels and c of the paper's grids, its nets, steps,
// batch and rate, sizes of sets.
const settingsOfRuns = `0 1 2 4 8 10 25 50 75 100 256 784 2048 400 300 0.1 1,000 10,000 60,000 100,000 6,000 1,500 3,000`

// given are the other numbers that a notebook defines or works out before the reader's eyes.
var given = map[string]string{
	// nets, epochs, levels of accuracy asked for, the 5 % of C5
	"01_label_noise": "−1 784–2048–10 784–256–10 167 70 90 99 5 20,000",
	// the smallest case, proper accuracies and group sizes, shares of parameters, steps looked at
	"02_strong_and_weak_gradients": "784–2048–10 0.775 55 45 0.55 600 64 77.5 22.5 32.5 67.5 80 9 54,000 20,000",
	// parameters, proper accuracy, what counts as collapsed, ln 10, the runs of W1 and W2 and their changes
	"03_winsorized_sgd": "335,114 32.5 20 2.30 15,000 2,000 64 200 0.2 8,000 40,000 12",
	// levels of accuracy asked for, proper accuracy
	"04_paper_against_runs": "90 99 55",
	// papers, nets and sizes of the runs, the smallest case, a trial's share
	"10_easy_hard_wrong": "2003.07422 2025 11 125 250 784–256–256–256–10 5 0.05 64",
	// proper accuracy, what counts as collapsed, an exercise's setting
	"05_explore": "20 32.5 3 35 0.9",
	// the rules' settings, the claims' limits, epochs, the smallest case, the share of pristine examples at which rules are compared
	"08_which_rule_forgets": "784–256–256–256–10 335,114 2003.07422 2203.10036 3 6 11 12 13 0.5 0.9 0.01 0.03 600 18,000 94 90 2,000",
	// nets, numbers of the papers and their shares, sizes and epochs
	"07_coherence": "784–256–256–256–10 784–64–10 2008.01217 2203.10036 1706.05699 1812.06162 2107.06665 2020 11 20,000 2,000 50,000 40,356 0.0223 0.008 30 500 200 3",
	// claims' and notebooks' numbers, widths, starts, epochs and directions of the runs, limits asked for, two papers
	"11_open_observations": "3 11 12 32 4,096 1,024 5,000 4,000 600 0.01 90 784–256–256–256–10 51 40 20 0.5 1906.02613 2006.10455 9 97 98 89",
	// claims' and notebooks' numbers, nets, examples, epochs and forms of an image, shares of kinds
	"12_does_it_carry_over": "3 11 12 16 64 2,000 150 162 784–256–256–256–10 784–2048–10 0.05 55",
	// the smallest case and an exercise on it, numbers of the rules and of the claim, the split, the loop; the study cited
	"09_when_to_stop": "0.25 3 5 15 20 300 480 600 784–256–256–256–10 2,000 2021 2024 2017 960 40 128",
}
