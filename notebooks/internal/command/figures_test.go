// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/sweep"
	"coherentgradients/notebooks/study"
	"coherentgradients/plots"
)

// madeUp writes a finished record with numbers out of the air.
func madeUp(t *testing.T, folder string, spec record.Spec) {
	t.Helper()
	text, err := json.Marshal(spec.Normalized())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(folder, spec.ID())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "spec.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for i, step := range spec.Evaluated() {
		learned := float64(i) / 50
		line, err := json.Marshal(record.Evaluation{Step: step, TrainAccuracy: 0.1 + 0.9*learned, TestAccuracy: 0.1 + 0.5*learned,
			TrainLoss: 2.3 - 2*learned, TestLoss: 2.3 + learned, Overfit: 0.4 * learned, Seconds: learned})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	if err := os.WriteFile(filepath.Join(dir, "evaluations.jsonl"), lines, 0o644); err != nil {
		t.Fatal(err)
	}
}

// figuresOf sets up a folder of records of the built-in data set, of which none is committed.
func figuresOf(t *testing.T) (runs, out string) {
	t.Helper()
	runs, out = t.TempDir(), filepath.Join(t.TempDir(), "figures")
	t.Setenv(place.EnvRuns, runs)
	t.Setenv(place.EnvOut, "")
	t.Setenv(place.EnvMode, "")
	t.Setenv(datasetVariable, "glyphs")
	return runs, out
}

func TestFigures(t *testing.T) {
	runs, out := figuresOf(t)

	// Without a record: what needs none is drawn, the rest is named, and the command fails.
	code, stdout, errs := call("figures", "--out", out, "--formats", "csv")
	if code != codeFailed || !strings.Contains(errs, "figure_4: 41 of 41 records are missing, such as glyphs-") || !strings.Contains(errs, "no figure of runs could be drawn") {
		t.Errorf("without records: code %d, %q", code, errs)
	}
	if want := filepath.Join(out, "two_examples.csv") + "\n" + filepath.Join(out, "label_noise.csv") + "\n"; stdout != want {
		t.Errorf("without records: %q, want %q", stdout, want)
	}

	// With some: figure 4 with gaps; the comparison lacks one of its two and is left out.
	madeUp(t, runs, study.Spec(0.5, 0))
	code, stdout, errs = call("figures", "--out", out, "--formats", "svg", "--size", "column")
	if code != codeOK || !strings.Contains(stdout, "figure_4.svg") || strings.Contains(stdout, "plain_and_winsorized") ||
		!strings.Contains(errs, "40 of 41 records are missing") || !strings.Contains(errs, "plain_and_winsorized: 1 of 2 records are missing") {
		t.Errorf("with one record: code %d, %q, %q", code, stdout, errs)
	}

	// At a width of one's own: 3.25 in are 234 points.
	code, stdout, errs = call("figures", "--out", out, "--formats", "svg", "--size", "3.25in")
	if drawn, err := os.ReadFile(filepath.Join(out, "figure_4.svg")); code != codeOK || err != nil || !strings.Contains(string(drawn), `width="234pt"`) {
		t.Errorf("at 3.25 in: code %d, %q, %q, %v", code, stdout, errs, err)
	}

	// With all, in all formats.
	var names []string
	for _, p := range study.Paper() {
		names = append(names, p.Name)
		for _, spec := range p.Specs {
			madeUp(t, runs, spec)
		}
	}
	code, stdout, errs = call("figures", "--out", out, "--formats", "png,svg,pdf,tex,csv", "--size", "column")
	if code != codeOK || errs != "" {
		t.Errorf("with all: code %d, %q", code, errs)
	}
	for _, name := range names {
		for _, format := range []string{"png", "svg", "pdf", "tex", "csv"} {
			path := filepath.Join(out, name+"."+format)
			if info, err := os.Stat(path); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", path, err)
			}
			if !strings.Contains(stdout, path+"\n") {
				t.Errorf("%s is not printed", path)
			}
		}
	}
}

// TestFiguresInLaTeX compiles a document of all figures of the committed records, as a paper
// would include them. Digit pictures are of the built-in set, which is everywhere.
func TestFiguresInLaTeX(t *testing.T) {
	pdflatex, err := exec.LookPath("pdflatex")
	if err != nil {
		if os.Getenv("CI") == "true" && os.Getenv("CG_NO_TEX") == "" {
			t.Fatal("no pdflatex on PATH, and CI=true: install TeX Live with the pgf package (Debian: texlive-latex-base texlive-pictures)")
		}
		t.Skip("no pdflatex on PATH: install TeX Live with the pgf package to run this test")
	}
	_, out := figuresOf(t)
	t.Setenv(datasetVariable, "")
	store := &record.Store{Folders: []string{filepath.Join("..", "..", "results")}, Write: t.TempDir()}
	figures := study.Paper()
	for i, p := range figures {
		if p.Name == "label_noise" {
			figures[i].Draw = func(ctx context.Context, records []*record.Record) (*plots.Figure, error) {
				t.Setenv(datasetVariable, "glyphs")
				defer t.Setenv(datasetVariable, "")
				return p.Draw(ctx, records)
			}
		}
	}
	doc, drawn := "\\documentclass{article}\n\\usepackage[paperwidth=12in,paperheight=10in,margin=0.5in]{geometry}\n\\usepackage{pgf}\n\\begin{document}\n", 0
	var said strings.Builder
	err = drawFigures(t.Context(), figures, store, io.Discard, &said, func(f *plots.Figure, name string) ([]string, error) {
		drawn++
		doc += "\\noindent\\input{" + name + ".tex}\\newpage\n"
		return f.Save(out, name, plots.Column, plots.TeX)
	})
	if err != nil || drawn != len(figures) {
		t.Fatalf("%d of %d figures were drawn: %v, %s", drawn, len(figures), err, said.String())
	}
	if err := os.WriteFile(filepath.Join(out, "main.tex"), []byte(doc+"\\end{document}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(pdflatex, "-interaction=nonstopmode", "-halt-on-error", "main.tex")
	cmd.Dir = out
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("pdflatex: %v\n%s", err, said[max(0, len(said)-2000):])
	}
}

func TestFiguresMistakes(t *testing.T) {
	_, out := figuresOf(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "name one, as --out"},
		{[]string{"--out", out, "--size", "poster"}, `unknown figure size "poster"`},
		{[]string{"--out", out, "--size", "50in"}, `figure width 50 in is out of range`},
		{[]string{"--out", out, "--formats", "png,gif"}, `unknown figure format "gif"`},
		{[]string{"--out", out, "--formats", ""}, `unknown figure format ""`},
	} {
		code, _, errs := call(append([]string{"figures"}, c.args...)...)
		if code != codeFailed || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q: code %d, %q; want one line with %q", c.args, code, errs, c.want)
		}
	}
	t.Setenv(datasetVariable, "letters")
	if code, _, errs := call("figures", "--out", out); code != codeFailed || !strings.Contains(errs, `there is no data set "letters" ($CG_DATASET)`) {
		t.Errorf("an unknown data set: code %d, %q", code, errs)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the folder was made")
	}
}

// TestPaperGrid: what the grids by name train is what the claims are judged by, all of it, and `sweep --paper all` what the
// paper's figures are drawn from.
func TestPaperGrid(t *testing.T) {
	t.Setenv(place.EnvMode, "")
	t.Setenv(datasetVariable, "")
	grid, err := sweep.Paper("all,collapse")
	if err != nil {
		t.Fatal(err)
	}
	specs, err := grid.Specs()
	if err != nil {
		t.Fatal(err)
	}
	// What a set of one's own is made of is filled in when a grid is run.
	id := func(s record.Spec) string {
		s.Data = ""
		return s.ID()
	}
	trained, judged, known := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range append(study.ClaimRuns("mnist"), study.LaterRuns("mnist")...) {
		judged[id(s)] = true
	}
	for _, s := range specs {
		trained[s.ID()] = true
		if !judged[id(s)] {
			t.Errorf("%s is trained, and no claim asks for it", s.ID())
		}
	}
	everything, err := sweep.Paper(strings.Join(sweep.PaperNames(), ","))
	if err != nil {
		t.Fatal(err)
	}
	all, err := everything.Specs()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		known[id(s)] = true
	}
	for _, s := range append(study.ClaimRuns("mnist"), study.LaterRuns("mnist")...) {
		if !known[id(s)] {
			t.Errorf("%s is judged, and no grid has it", s.ID())
		}
	}
	for _, p := range study.Paper() {
		for _, s := range p.Specs {
			if s.Seed > 1 && s.Seed <= study.MaxSeeds { // further seeds are drawn where there are records of them
				s.Seed = 1
			}
			if !trained[s.ID()] {
				t.Errorf("%s is drawn from %s, which is not among the paper's runs", p.Name, s.ID())
			}
		}
	}
}
