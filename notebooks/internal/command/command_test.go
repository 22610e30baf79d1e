// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// call runs the command and returns its exit code and what it printed.
func call(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Main(args, &out, &errs)
	return code, out.String(), errs.String()
}

// TestMistakes: each is one line that names what was wrong, and nothing is set up.
func TestMistakes(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv(datasetVariable, "")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"nonsense"}, `no command "nonsense": use one of bench, claims, completion, doctor, figures, lab, labels, new, playground, run, runs, site, sweep, train`},
		{[]string{"figure"}, `no command "figure": did you mean figures? use one of`},
		{[]string{"tarin"}, `no command "tarin": did you mean train? use one of`},
		{[]string{"train", "--agregator", "mean"}, "unknown flag: --agregator: did you mean --aggregator? see go run ./notebooks train --help"},
		{[]string{"run", "--quikc"}, "did you mean --quick? see"},
		{[]string{"run", "04_paper_against_run"}, "did you mean 04_paper_against_runs? use one of"},
		{[]string{"sweep", "--aggregator", "winsorize", "--dry-run"}, `aggregator "winsorize" without c`},
		{[]string{"sweep", "--percentile", "linear", "--dry-run"}, "no run has a use for it"},
		{[]string{"sweep", "--c", "2", "--batch", "20", "--dry-run"}, "clamps none of the 20 examples"},
		{[]string{"runs", "c>x"}, `filter "c>x": a number after >, such as 0.5 or 80%`},
		{[]string{"runs", "--columns", "a,,b"}, "an empty place in the list"},
		{[]string{"runs", "--csv", "--json"}, "csv"},
		{[]string{"train", "--dataset", "fashion-mist"}, `unknown data set "fashion-mist": did you mean fashion-mnist? use one of`},
		{[]string{"sweep", "--dataset", "mnist,glyhps", "--dry-run"}, `unknown data set "glyhps": did you mean glyphs? use one of`},
		{[]string{"run", "--dataset", "fashion-mnits"}, "did you mean fashion-mnist? use one of"},
		{[]string{"train", "--model", "cn"}, `model = "cn": did you mean cnn? use one of`},
		{[]string{"sweep", "--aggregator", "trimed-mean", "--c", "2", "--dry-run"}, `"trimed-mean": did you mean trimmed-mean? use one of`},
		{[]string{"train", "--aggregator", "winsorise", "--c", "2"}, `"winsorise": did you mean winsorize? use one of`},
		{[]string{"completion", "basch"}, `completion "basch": did you mean bash? name one shell`},
		{[]string{"completion"}, "name one shell, bash, zsh, fish or powershell"},
		{[]string{"--nonsense"}, "unknown flag: --nonsense: see go run ./notebooks --help"},
		{[]string{"run", "--nonsense"}, "see go run ./notebooks run --help"},
		{[]string{"run", "--quick", "--full"}, "quick"},
		{[]string{"run", "no_such_notebook"}, "notebook"},
		{[]string{"run", "--dataset", "letters"}, `no data set "letters": use one of mnist`},
		{[]string{"run", "--cell-timeout", "-1s"}, "negative"},
		{[]string{"run", "--jobs", "0"}, "jobs = 0: must be from 1 to"},
		{[]string{"run", "--jobs", "two"}, `jobs = "two": must be a number from 1 to`},
		{[]string{"lab", "--port", "70000"}, "port 70000 is out of range: 1 to 65535"},
		{[]string{"lab", "--port", "0"}, "port 0 is out of range"},
		{[]string{"lab", "--port", "x"}, "x"},
		{[]string{"lab", "extra"}, "extra"},
		{[]string{"doctor", "extra"}, "extra"},
	} {
		code, _, errs := call(c.args...)
		if code != codeFailed || !strings.HasPrefix(errs, "error: ") || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q: code %d, %q; want one line with %q", c.args, code, errs, c.want)
		}
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("something was set up: %v", left)
	}
}

func TestCheckRefusesOut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module coherentgradients\n", "notebooks/a.ipynb": "{}"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	if _, err := (runFlags{jobs: autoJobs, out: file}).check(nil); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("--out at a file: %v", err)
	}
	p, err := runFlags{quick: true, jobs: autoJobs, out: filepath.Join(root, "out")}.check([]string{"a"})
	if err != nil || !slices.Equal(p.names, []string{"a"}) || p.out != filepath.Join(root, "out") {
		t.Errorf("a good plan: %+v, %v", p, err)
	}
}

func TestChooseNames(t *testing.T) {
	there := []string{"00_a", "01_b", "02_c"}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "00_a 01_b 02_c"},
		{[]string{"02_c", "00_a.ipynb", "02_c"}, "00_a 02_c"},
		{[]string{"./00_a"}, "is a path"},
		{[]string{"../x"}, "is a path"},
		{[]string{`a\b`}, "is a path"},
		{[]string{"nine"}, "use one of 00_a, 01_b, 02_c"},
		{[]string{""}, "there is no notebook"},
	} {
		names, err := chooseNames(c.args, there)
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("chooseNames(%q) = %q, want %q", c.args, got, c.want)
		}
	}
	if _, err := chooseNames(nil, nil); err == nil {
		t.Error("an empty folder: no error")
	}
}

func TestVariables(t *testing.T) {
	for _, c := range []struct {
		f    runFlags
		want []string
	}{
		{runFlags{}, []string{"CG_OUT=/o", "CG_MODE=redraw"}},
		{runFlags{quick: true, dataset: "glyphs"}, []string{"CG_OUT=/o", "CG_MODE=quick", "CG_DATASET=glyphs"}},
		{runFlags{full: true, update: true}, []string{"CG_OUT=/o", "CG_MODE=full", "CG_STABLE=1"}},
	} {
		if got := c.f.variables("/o"); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.f, got, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"run", "--help"}} {
		code, out, errs := call(args...)
		if code != codeOK || !strings.Contains(out, "Usage:") || errs != "" {
			t.Errorf("%q: code %d, %q, %q", args, code, out, errs)
		}
	}
	if _, out, _ := call("lab", "--help"); strings.Contains(out, "expose-app") {
		t.Error("the tests' flag isn't hidden")
	}
}

// The version names the revision and what numbers depend on; a shell's script knows the flags' values.
func TestVersionAndCompletion(t *testing.T) {
	if code, out, _ := call("--version"); code != codeOK || !strings.HasPrefix(out, "coherentgradients ") || !strings.Contains(out, "(go1") || strings.Count(out, "\n") != 1 {
		t.Errorf("--version: code %d, %q", code, out)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, out, _ := call("completion", shell); code != codeOK || !strings.Contains(out, "notebooks") {
			t.Errorf("completion %s: code %d, %.60q", shell, code, out)
		}
	}
	if _, out, _ := call("__complete", "train", "--dataset", ""); !strings.Contains(out, "fashion-mnist\n") {
		t.Errorf("data sets are not completed: %q", out)
	}
}
