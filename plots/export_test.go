// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSameBytes makes each figure twice, from data built twice.
func TestSameBytes(t *testing.T) {
	for _, g := range goldens {
		if g.size.Name != "textwidth" {
			continue
		}
		for _, f := range Formats() {
			var out [2][]byte
			for i := range out {
				fig, err := g.make()
				if err != nil {
					t.Fatal(err)
				}
				if f == PNG { // the encoder doesn't depend on the resolution
					out[i], err = fig.PNGImage(g.size, 60)
				} else {
					out[i], err = fig.Encode(f, g.size)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(out[0], out[1]) {
				t.Errorf("%s as %s: two different files", g.name, f)
			}
		}
	}
}

func exported(t *testing.T) *Figure {
	t.Helper()
	m := madeUpMeta("A caption with <markup> & ε.")
	m.Provenance["spec"] = "1f3a…"
	m.Provenance["version"] = "v0.0.0-test"
	fig, err := Run(RunData{m, madeUpRun(0.5, 0, 100)})
	if err != nil {
		t.Fatal(err)
	}
	return fig
}

func TestSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	paths, err := exported(t).Save(dir, "run", Column, Formats()...)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range Formats() {
		want = append(want, filepath.Join(dir, "run."+string(f)))
	}
	if !slices.Equal(paths, want) {
		t.Errorf("wrote %v, want %v", paths, want)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != len(want) {
		t.Errorf("folder holds %v", left)
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"v0.0.0-test", "made-up data"} {
			utf16 := ""
			for _, r := range text { // as PDF writes it
				utf16 += "\x00" + string(r)
			}
			if !bytes.Contains(b, []byte(text)) && !bytes.Contains(b, []byte(utf16)) {
				t.Errorf("%s does not say %q", filepath.Base(p), text)
			}
		}
	}
	// The default formats, and a second time over the first.
	for range 2 {
		if paths, err = exported(t).Save(dir, "again", Column); err != nil || len(paths) != 4 {
			t.Errorf("default formats: %v, %v", paths, err)
		}
	}
}

func TestSaveMistakes(t *testing.T) {
	fig := exported(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(dir, "blocked")
	if err := os.MkdirAll(filepath.Join(blocked, "run.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	for want, save := range map[string]func() ([]string, error){
		`unknown figure format "gif"`: func() ([]string, error) { return fig.Save(dir, "run", Column, PNG, "gif") },
		`figure name "../run"`:        func() ([]string, error) { return fig.Save(dir, "../run", Column) },
		`figure name ""`:              func() ([]string, error) { return fig.Save(dir, "", Column) },
		`not a directory`:             func() ([]string, error) { return fig.Save(filepath.Join(file, "sub"), "run", Column) },
		`can't be written`:            func() ([]string, error) { return fig.Save(blocked, "run", Column, CSV) },
	} {
		_, err := save()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line with %q", err, want)
		}
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 2 {
		t.Errorf("failed saves left %v", left)
	}
	if os.Geteuid() != 0 { // root writes anywhere
		locked := filepath.Join(dir, "locked")
		if err := os.Mkdir(locked, 0o500); err != nil {
			t.Fatal(err)
		}
		if _, err := fig.Save(locked, "run", Column, CSV); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("unwritable folder: %v", err)
		}
	}
}

func TestPNGIs300DPI(t *testing.T) {
	b, err := exported(t).Encode(PNG, Column)
	if err != nil {
		t.Fatal(err)
	}
	if w := decode(t, b).Bounds().Dx(); w != 1005 {
		t.Errorf("%d pixels wide, want 1005", w)
	}
	if !bytes.Contains(b, []byte("pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23\x01")) {
		t.Error("no resolution of 11811 dots per metre")
	}
	if !bytes.Contains(b, []byte("tEXtversion\x00v0.0.0-test")) || !bytes.Contains(b, []byte("iTXtspec\x00\x00\x00\x00\x001f3a…")) {
		t.Error("provenance chunks missing")
	}
}

func TestSVGIsWellFormedAndStandsAlone(t *testing.T) {
	for _, g := range goldens {
		fig, err := g.make()
		if err != nil {
			t.Fatal(err)
		}
		b, err := fig.Encode(SVG, g.size)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(b))
		title, desc := false, false
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", g.name, err)
			}
			if e, ok := tok.(xml.StartElement); ok {
				title = title || e.Name.Local == "title"
				desc = desc || e.Name.Local == "desc"
			}
		}
		if !title || !desc {
			t.Errorf("%s: no title or description", g.name)
		}
		if !bytes.Contains(b, []byte("@font-face")) || regexp.MustCompile(`href="https?:|url\(https?:`).Match(b) {
			t.Errorf("%s: fonts not embedded, or something loaded from elsewhere", g.name)
		}
		if len(b) > 300_000 {
			t.Errorf("%s: %d bytes", g.name, len(b))
		}
	}
}

func TestPDFHasFontsAndNoDates(t *testing.T) {
	b, err := exported(t).Encode(PDF, Column)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("CreationDate")) || bytes.Contains(b, []byte("ModDate")) {
		t.Error("the PDF holds a date")
	}
	if n := bytes.Count(b, []byte("/FontFile2")); n != 3 {
		t.Errorf("%d fonts embedded, want 3 (regular, bold, italic)", n)
	}
	if !bytes.Contains(b, []byte("/MediaBox [0 0 241.20 ")) {
		t.Error("the page isn't a column wide")
	}
}

func TestCSVReadsBack(t *testing.T) {
	sum := 0.1 // and not as a constant, which would be exact
	sum += 0.2
	fig, err := NewGrid(Meta{Provenance: map[string]string{"k": "line\nbreak"}}, Grid{
		Panels:      [][]*Panel{{{Curves: []Curve{{Name: `a,"b"`, X: []float64{0, 1}, Y: []float64{sum, nan}, Lo: []float64{0, nan}, Hi: []float64{1, nan}}}, References: []Reference{{Label: "ref", Y: 2}}}}},
		ColumnHeads: []string{"50 %"}, RowHeads: []string{"c = 1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := fig.Encode(CSV, Column)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"row", "column", "curve", "x", "y", "lo", "hi"},
		{"c = 1", "50 %", `a,"b"`, "0", "0.30000000000000004", "0", "1"},
		{"c = 1", "50 %", `a,"b"`, "1", "", "", ""},
		{"c = 1", "50 %", "ref", "", "2", "", ""},
	}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", rows, want)
	}
}

func TestTeX(t *testing.T) {
	fig, err := NewGrid(Meta{Caption: "100 % of a_b"}, Grid{Panels: [][]*Panel{{{Title: `50 % & #1_x → \end{document} ~^$ −1`, XSteps: true,
		Curves: []Curve{{Name: "tiny", X: []float64{0, 1, 1e5}, Y: []float64{1e-9, 2e-9, 3}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := fig.Encode(TeX, Column)
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	if !strings.Contains(s, `50 \% \& \#1\_x $\rightarrow$ \textbackslash{}end\{document\}`) {
		t.Error("text isn't escaped for LaTeX")
	}
	if m := regexp.MustCompile(`[0-9]e[-+][0-9]+(pt|})`).FindString(s); m != "" {
		t.Errorf("TeX can't read the number %q", m)
	}
	if strings.Contains(s, "time") || strings.Count(s, `\begin{pgfscope}`) != strings.Count(s, `\end{pgfscope}`) {
		t.Error("scopes don't match")
	}
}

func TestTeXWithPictures(t *testing.T) {
	fig, err := Digits(madeUpDigits(2))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	paths, err := fig.Save(dir, "digits", Column, TeX)
	if err != nil || len(paths) != 3 {
		t.Fatalf("wrote %v, %v; want TeX, its picture and CSV", paths, err)
	}
	b, _ := os.ReadFile(paths[0])
	if !bytes.Contains(b, []byte("{digits-1}")) || filepath.Base(paths[1]) != "digits-1.png" {
		t.Error("the picture isn't included by name")
	}
}
