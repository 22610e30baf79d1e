// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/bench"
	"coherentgradients/notebooks/internal/place"
)

// regenVariable set, the tests of this file write what they otherwise compare.
const regenVariable = "CG_REGEN"

// checkShown compares what a file shows between two marks with what it should, or writes it there.
func checkShown(t *testing.T, file, begin, end, want string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	shown, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place between %q and %q", filepath.Base(file), begin, end)
	}
	switch {
	case shown == want:
	case os.Getenv(regenVariable) != "":
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s shows\n%s\nnot\n%s", filepath.Base(file), shown, want)
	}
}

var (
	results = filepath.Join("..", "..", "results")
	readme  = filepath.Join("..", "..", "..", "README.md")
)

// TestReadmeBench: README's table of times and the ratios below it are of one run of bench, which is committed. After
// `go run ./notebooks bench --peers --memory --json --details > notebooks/results/bench.jsonl`:
// CG_REGEN=1 go test ./notebooks/internal/command -run Readme
func TestReadmeBench(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(results, "bench.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := readBench(text)
	if err != nil {
		t.Fatal(err)
	}
	checkShown(t, readme, "<!-- bench: written by a test from notebooks/results/bench.jsonl -->\n", "<!-- end of bench -->", run.text())
}

// TestReadmeRuns: README's table of runs, and what it says of their times, is what the committed records give, over all
// seeds that there are.
func TestReadmeRuns(t *testing.T) {
	t.Setenv(place.EnvMode, "")
	text, err := runsText(results)
	if err != nil {
		t.Fatal(err)
	}
	checkShown(t, readme, "<!-- runs: written by a test from the records in notebooks/results -->\n", "<!-- end of runs -->", text)
}

// TestBenchText: the text follows from the numbers, whichever of them there are.
func TestBenchText(t *testing.T) {
	report := bench.Report{Machine: bench.Machine{CPU: "Some CPU", Cores: 4, Versions: map[string]string{"jax": "9.9", "torch": "3.1.0+cpu"}}}
	ms := func(v float64) *float64 { return &v }
	row := func(aggregator string, c, step float64, peer, routine string) bench.Row {
		return bench.Row{Aggregator: aggregator, C: c, Batch: 50, Parameters: 1234567, StepMS: ms(step), Section: "step", Peer: peer, Routine: routine}
	}
	report.Rows = []bench.Row{row("mean", 0, 2, "", ""), row("winsorize", 1, 3, "", ""), row("winsorize", 8, 5.56, "", "")}
	report.Rows[1].LoopMS = ms(0.9)
	var b bytes.Buffer
	write := func() string {
		t.Helper()
		b.Reset()
		if err := report.JSON(&b, true); err != nil {
			t.Fatal(err)
		}
		run, err := readBench(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return run.text()
	}
	text := write()
	for _, want := range []string{
		"(1,234,567 parameters), m = 50,", "on 4 cores (Some CPU)", "| **cgkit**, one step a call | 2.00 | 3.00 | | | 5.56 | |\n", "as `train` does | | 0.90 | | | | |\n",
		"So a winsorized step costs 1.50 (c = 1) to 2.78 (c = 8) times a plain one, one call a step.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("alone: no %q in\n%s", want, text)
		}
	}
	for _, not := range []string{"JAX", "PyTorch", "NumPy", "parameters a step"} {
		if strings.Contains(text, not) {
			t.Errorf("alone: %q in\n%s", not, text)
		}
	}

	report.Rows = append(report.Rows, row("mean", 0, 1.5, "jax", "plain"), row("winsorize", 1, 1234.4, "jax", "top_k"), row("winsorize", 1, 333, "jax", "sort"),
		row("mean", 0, 41.74, "torch", "vmap"), row("winsorize", 1, 60, "torch", "topk"), row("winsorize", 8, 90.04, "numpy", "row-sort"))
	failed := row("winsorize", 8, 0, "torch", "sort")
	failed.StepMS, failed.Error = nil, "out of memory"
	large := row("winsorize", 1, 222.2, "", "")
	large.Section, large.Parameters, large.PeakRSSMB = "memory", 37000000, ms(1510)
	report.Rows = append(report.Rows, failed, large)
	text = write()
	for _, want := range []string{
		"| the same selection network written in JAX 9.9 | 1.50 | | | | | |\n", "| JAX, `vmap(grad)` and `sort`, `percentile`, `top_k` | | 333 · – · 1,234 | | | | |\n",
		"| PyTorch 3.1.0, `vmap(grad)` and `topk`, `kthvalue`, `sort` | 41.7 by `vmap` | 60.0 · – · – | | | | |\n", "one thread · two | | | | | 90.0 · – | |\n",
		"costs 2.00 (c = 1) to 3.71 (c = 8) times JAX's plain step", "library routines of JAX and PyTorch take 111 and 20 times as long at c = 1.",
		"A plain\nstep, called singly, is 1.33 times JAX's.", "At 37 million parameters", "222 at c = 1", "1.51 GB",
	} {
		if !strings.Contains(strings.ReplaceAll(text, "\n", " "), strings.ReplaceAll(want, "\n", " ")) {
			t.Errorf("with others: no %q in\n%s", want, text)
		}
	}
	for name, bad := range map[string]string{"nothing": "", "no JSON": "step 3", "another line": `{"machine":{}}` + "\n" + `{"what":1}`,
		"no rows": `{"machine":{}}`, "disagreement": b.String() + `{"agreement":{"largest":1,"of":"x","allowed":0.0001}}`} {
		if _, err := readBench([]byte(bad)); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s is taken: %v", name, err)
		}
	}
}

// TestRunsText: medians and ranges are over the seeds that there are.
func TestRunsText(t *testing.T) {
	t.Setenv(place.EnvMode, "")
	folder := t.TempDir()
	for seed := range int64(4) {
		spec := record.DefaultSpec()
		spec.Noise, spec.Seed, spec.Steps = 0.25, seed+1, 60_000
		madeUp(t, folder, spec)
		if seed == 0 {
			spec.Noise = 0
			madeUp(t, folder, spec)
		}
		spec.Hidden = []int{8} // another net
		madeUp(t, folder, spec)
		path := filepath.Join(folder, spec.ID(), "evaluations.jsonl")
		if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"step":60000`) {
			t.Fatalf("the made-up record ends elsewhere (%v)", err)
		}
	}
	rewrite := func(noise float64, seed int64, test string) {
		t.Helper()
		spec := record.DefaultSpec()
		spec.Noise, spec.Seed, spec.Steps = noise, seed, 60_000
		path := filepath.Join(folder, spec.ID(), "evaluations.jsonl")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		lines[len(lines)-1] = `{"step":60000,"train_accuracy":0.5,"test_accuracy":` + test + `,"train_loss":1,"test_loss":1,"overfit":-0.01,"pristine_accuracy":null,"corrupt_accuracy":null,"seconds":` + string('1'+rune(seed)) + `0}`
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for seed, test := range []string{"0.1", "0.2", "0.4", "0.9"} {
		rewrite(0.25, int64(seed+1), test)
	}
	rewrite(0, 1, "0.95")
	text, err := runsText(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| 0 | 100 | 0 | 1 | 50.0 | 95.0 |", "| 25 | 77.5 | 0 | 4 | 50.0 (50.0–50.0) | 30.0 (10.0–90.0) |", "| −1.0 (−1.0–−1.0) |\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if !strings.Contains(strings.ReplaceAll(text, "\n", " "), "The 5 runs of that kind took 20 to 50 s, 30 in the median") {
		t.Errorf("no times of all runs of the kind in\n%s", text)
	}
	if _, err := runsText(t.TempDir()); err == nil {
		t.Error("no records: no error")
	}
}
