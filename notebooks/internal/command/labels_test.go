// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/suspects"
)

// A folder of pictures with wrong labels among them: most are found, the files say so, and a second call trains nothing.
func TestLabelsFindsPlantedErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains two nets")
	}
	const pictures, every = 640, 20
	set, err := datasets.NewGlyphs(t.Context(), pictures, 10, 5)
	if err != nil {
		t.Fatal(err)
	}
	classes := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", `<img src=x onerror="alert(1)">`}
	photos := filepath.Join(t.TempDir(), "photos")
	planted := map[string]bool{}
	for i, label := range set.Train.Labels {
		class := int(label)
		if i%every == 7 {
			class = (class + 3) % 10
		}
		name := fmt.Sprintf("%s/%03d.png", classes[class], i)
		planted[name] = class != int(label)
		path := filepath.Join(photos, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		area := set.Features()
		if err := png.Encode(f, &image.Gray{Pix: set.Train.Pixels[i*area : (i+1)*area], Stride: 28, Rect: image.Rect(0, 0, 28, 28)}); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{place.EnvOut, place.EnvMode, datasetVariable, datasets.DataDirVariable} {
		t.Setenv(name, "")
	}
	t.Setenv(place.EnvRuns, t.TempDir())
	out := filepath.Join(t.TempDir(), "out")
	args := []string{"labels", "--dataset", photos, "--top", "5", "--epochs", "30", "--out", out}
	code, stdout, errs := call(args...)
	if code != codeOK || !strings.Contains(stdout, "5 of 640 examples of photos listed") || !strings.HasSuffix(stdout, "labels.html\n") {
		t.Fatalf("code %d, %q, %q", code, stdout, errs)
	}
	text, err := os.ReadFile(filepath.Join(out, suspects.CSVName))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != 1+pictures {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	found, all := 0, pictures/every
	for _, row := range rows[1 : 1+2*all] {
		isPlanted, known := planted[row[2]]
		if !known {
			t.Errorf("no picture is %q", row[2])
		}
		if isPlanted {
			found++
		}
	}
	t.Logf("%d of %d planted errors are among the first %d", found, all, 2*all)
	if found*10 < 7*all {
		t.Errorf("%d of %d planted errors are among the first %d", found, all, 2*all)
	}
	var about struct {
		Listed []suspects.Row
		Runs   []string
	}
	if text, err = os.ReadFile(filepath.Join(out, suspects.JSONName)); err == nil {
		err = json.Unmarshal(text, &about)
	}
	if err != nil || len(about.Listed) != 5 || len(about.Runs) != 2 || about.Listed[0].File != rows[1][2] {
		t.Errorf("%v: %+v", err, about)
	}
	page, err := os.ReadFile(filepath.Join(out, suspects.PageName))
	if err != nil || strings.Count(string(page), "data:image/png;base64,") != 5 || strings.Contains(string(page), "<img src=x") || strings.Contains(string(page), "http") && strings.Contains(string(page), "://") {
		t.Errorf("%v: the page has %d pictures, or what it should not have", err, strings.Count(string(page), "data:image"))
	}
	code, again, _ := call(args...)
	if code != codeOK || again != stdout {
		t.Errorf("a second time: code %d, %q", code, again)
	}
	if runs, _ := filepath.Glob(filepath.Join(os.Getenv(place.EnvRuns), "*", "examples.npz")); len(runs) != 2 {
		t.Errorf("%d runs are kept", len(runs))
	}
}

// What is wrong with the flags is one line, before anything is read.
func TestLabelsRefuses(t *testing.T) {
	alone(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "My Photos")
	if err := os.Mkdir(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "which data set? add --dataset"},
		{[]string{"--dataset", "glyphs", "--top", "0"}, "top = 0: must be at least 1"},
		{[]string{"--dataset", "glyphs", "--epochs", "0"}, "epochs = 0: must be from 1"},
		{[]string{"--dataset", "glyphs", "--nets", "6"}, "nets = 6: must be from 1 to 5"},
		{[]string{"--dataset", "glyphs", "--score", "amu"}, `score = "amu": did you mean aum? use one of`},
		{[]string{"--dataset", "glyphs", "--noise-kind", "pair-flip"}, "without noise: add --noise"},
		{[]string{"--dataset", "glyphs", "--noise", "2"}, "noise = 2"},
		{[]string{"--dataset", "glyphs", "--learning-rate", "0"}, "learning rate = 0"},
		{[]string{"--dataset", "glyphs", "--model", "cn"}, "did you mean cnn?"},
		{[]string{"--dataset", "glhyps"}, `unknown data set "glhyps": did you mean glyphs?`},
		{[]string{"--dataset", "./nowhere"}, "there is no such folder"},
		{[]string{"--dataset", file}, "is not a folder"},
		{[]string{"--dataset", odd}, "rename it, or make a link"},
		{[]string{"--dataset", "glyphs", "--out", filepath.Join(file, "x")}, "name another folder"},
	} {
		refused(t, append([]string{"labels"}, c.args...), c.want)
	}
}
