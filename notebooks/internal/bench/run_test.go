// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/selection"
)

// A whole run with workers that answer without computing, one of them with an error.
func TestRunWithFakes(t *testing.T) {
	report, err := Run(t.Context(), Options{Steps: 3, Rules: []Rule{{"median", 0}}, Worker: worker(t, roleFake),
		Missing: map[string]error{"torch": os.ErrNotExist}})
	if err != nil {
		t.Fatal(err)
	}
	if report.Machine.XLAFlags != "--a=1 --dump_to=…" || report.Machine.Versions["fake"] != "1" {
		t.Errorf("machine %+v", report.Machine)
	}
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	var out bytes.Buffer
	if err := report.JSON(&out, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if !strings.HasPrefix(lines[0], `{"machine":{"cpu":`) {
		t.Errorf("first line %s", lines[0])
	}
	// 3 rounds of 3 steps that take 1 … 9 ms; its process told 100 MB and at last 109.
	want := `{"aggregator":"winsorize","c":8,"batch":100,"parameters":335114,"backend":"fake","step_ms":5,"loop_ms":5,` +
		`"peak_rss_mb":106,"compile_s":0.25,"steps":9,"section":"step"}`
	if lines[5] != want {
		t.Errorf("line of c = 8:\n%s\nwant\n%s", lines[5], want)
	}
	if !strings.Contains(lines[6], `"step_ms":null`) || !strings.Contains(lines[6], `"error":"no median today"`) {
		t.Errorf("line of the median: %s", lines[6])
	}
	if !strings.Contains(lines[7], `"peer":"torch"`) || !strings.Contains(lines[7], `"step_ms":null`) {
		t.Errorf("line of the missing peer: %s", lines[7])
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	var table bytes.Buffer
	if err := report.Table(&table); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"784–256–256–256–10, m = 100", "step ms", "not measured: median c=0, m=100, this project: no median today", "not measured: torch: file does not exist", "ratios"} {
		if !strings.Contains(table.String(), text) {
			t.Errorf("the table lacks %q:\n%s", text, table.String())
		}
	}
}

// A real run of a small net in pure Go: both ways make the same update, and every number is there.
func TestRunInPureGo(t *testing.T) {
	if underRace {
		t.Skip("GoMLX's pure-Go backend does not run under -race")
	}
	report, err := Run(t.Context(), Options{Backend: "go", Steps: 1, Net: []int{features, 8, classes}, Batch: 20,
		Rules: []Rule{{"trimmed-mean", 8}}, Worker: worker(t, roleReal)})
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Err(); err != nil || report.Agreement.Compared != 6 {
		t.Errorf("agreement %+v: %v", report.Agreement, err)
	}
	if len(report.Rows) != 6 {
		t.Fatalf("%d rows", len(report.Rows))
	}
	for _, row := range report.Rows {
		if row.Error != "" || row.StepMS == nil || row.LoopMS == nil || *row.StepMS <= 0 || row.Backend != "go" || row.Parameters != 6370 {
			t.Errorf("row %+v", row)
		}
	}
}

func TestRunTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Steps: 1, Backend: "abacus", Worker: worker(t, roleReal)}, "abacus"},
		{Options{Steps: 1, Worker: worker(t, roleDies)}, "the library is broken"},
	} {
		if _, err := Run(t.Context(), c.o); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", err, c.want)
		}
	}
}

// Contenders that do not agree get no ratios.
func TestDisagreement(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, values ...float32) string {
		path := filepath.Join(dir, name)
		if err := writeFloats(path, values); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(weightsFile, 1, 1)
	of := func(peer, check string) *contender {
		return &contender{peer: peer, section: sectionStep, samples: []sample{{0, 1}},
			setup: Setup{Way: wayCall, Aggregator: "winsorize", C: 1, Check: check}}
	}
	ours, near := of("", write("a", 0.5, 0.75)), of("jax", write("b", 0.50002, 0.75))
	if a := agreement([]*contender{ours, near}, dir); !a.OK() || a.Compared != 1 || math.Abs(a.Largest-4e-5) > 1e-6 {
		t.Errorf("near: %+v", a)
	}
	// Stored beside a weight of 1, an update of 1e-6 has three digits: one step of the last is no disagreement, four are.
	after := func(steps int) string {
		w := math.Float32frombits(math.Float32bits(0.999999) + uint32(steps))
		return write(fmt.Sprint("short", steps), w, w)
	}
	if a := agreement([]*contender{of("", after(0)), of("jax", after(1))}, dir); !a.OK() || a.Compared != 1 {
		t.Errorf("one rounding: %+v", a)
	}
	if a := agreement([]*contender{of("", after(0)), of("jax", after(4))}, dir); a.OK() {
		t.Errorf("four roundings: %+v", a)
	}
	for name, far := range map[string]*contender{
		"far": of("jax", write("c", 0.501, 0.75)), "NaN": of("jax", write("d", float32(math.NaN()), 0.75)),
		"nothing written": of("jax", filepath.Join(dir, "none")),
	} {
		r := Report{Net: []int{1, 1}, contenders: []*contender{ours, far}}
		r.finish(dir)
		if r.Err() == nil || len(r.Ratios) != 0 || len(r.Rows) != 2 {
			t.Errorf("%s: %+v, %d ratios", name, r.Agreement, len(r.Ratios))
		}
		var out bytes.Buffer
		if err := r.JSON(&out, true); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRatios(t *testing.T) {
	row := func(peer, routine, aggregator string, c, ms float64) Row {
		return Row{Aggregator: aggregator, C: c, Section: sectionStep, Peer: peer, Routine: routine, samples: []sample{{0, ms}}}
	}
	plainOurs := row("", "", "mean", 0, 2)
	plainOurs.loop = []sample{{0, 0.5}}
	c1 := row("", "", "winsorize", 1, 4)
	c1.loop = []sample{{0, 3}}
	got := map[string]Ratio{}
	for _, r := range ratios([]Row{plainOurs, c1, row("jax", "plain", "mean", 0, 1), row("jax", "network", "winsorize", 1, 5),
		row("jax", "sort", "winsorize", 1, 800), row("jax", "top_k", "winsorize", 1, 600)}) {
		got[r.Aggregator+" "+r.Of+" / "+r.Over] = r
	}
	for name, want := range map[string]Ratio{
		"mean call / p: JAX's plain step":                     {Value: 2},
		"winsorize call / p: JAX's plain step":                {Value: 4},
		"winsorize loop / p: this project's plain step, loop": {Value: 6},
		"winsorize call / jax network":                        {Value: 0.8},
		"winsorize loop / jax network":                        {Value: 0.6},
		"winsorize jax sort / this project's call":            {Value: 200},
		"winsorize jax top_k / this project's call":           {Value: 150, Best: true},
		"mean jax plain / this project's call":                {Value: 0.5},
	} {
		if r, there := got[name]; !there || r.Value != want.Value || r.Best != want.Best {
			t.Errorf("%s: %+v, want %+v", name, r, want)
		}
	}
}

func TestFits(t *testing.T) {
	var rows []Row
	for _, p := range []int{100_000, 1_000_000, 2_000_000} {
		rows = append(rows, Row{Aggregator: "mean", Section: sectionP, Parameters: p, Batch: 100, StepMS: number(1 + 2*float64(p)/1e6)})
	}
	rows = append(rows, Row{Aggregator: "mean", Section: sectionP, Parameters: 4_000_000, Error: "no memory"})
	got := fits(rows)
	if want := (Fit{"parameters", "mean", 0, 1, 2, 1, 3}); len(got) != 1 || got[0] != want {
		t.Errorf("fits %+v", got)
	}
}

func TestParseRules(t *testing.T) {
	rules, err := ParseRules("median, trimmed-mean, winsorize:2.5")
	want := []Rule{{"median", 0}, {"trimmed-mean", 1}, {"trimmed-mean", 8}, {"winsorize", 2.5}}
	if err != nil || len(rules) != len(want) {
		t.Fatalf("%v, %v", rules, err)
	}
	for i := range want {
		if rules[i] != want[i] {
			t.Errorf("rule %v, want %v", rules[i], want[i])
		}
	}
	for list, want := range map[string]string{
		"meen": `unknown aggregator "meen"`, "median:3": "takes no percentage", "winsorize:x": `"x" is no percentage`,
		"winsorize:50": "0 ≤ c < 50", ",": "unknown aggregator",
	} {
		if _, err := ParseRules(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseRules(%q): %v, want %q", list, err, want)
		}
	}
}

// The network that peers get is the one that package aggregate builds.
func TestNetworkAsData(t *testing.T) {
	const m = 100
	low, high := bounds(8, m)
	if low != 8 || high != 8 {
		t.Fatalf("bounds %d %d", low, high)
	}
	if l, h := bounds(2, 26); l != 0 || h != 1 { // halves to even, each side for itself
		t.Errorf("bounds(2, 26) = %d, %d", l, h)
	}
	n := networkFor("winsorize", 8, m)
	values := make([]int, m)
	for i, v := range rand.New(rand.NewPCG(1, 2)).Perm(m) {
		values[i] = v
	}
	for _, op := range n.Ops {
		v := min(values[op[1]], values[op[2]])
		if op[0] == int(selection.Max) {
			v = max(values[op[1]], values[op[2]])
		}
		values = append(values, v)
	}
	if values[n.LowBound] != 8 || values[n.HighBound] != 91 || len(n.Low) != 9 || len(n.High) != 9 {
		t.Errorf("bounds %d and %d of 0 … 99", values[n.LowBound], values[n.HighBound])
	}
	if networkFor("mean", 0, m) != nil {
		t.Error("the mean has a network")
	}
}

// The synthetic batch has about as many zeros as one of MNIST has.
func TestBatchIsSparse(t *testing.T) {
	p, err := problem(t.Context(), &Setup{Net: PaperNet, Batch: 100, Aggregator: "mean", LearningRate: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	images, labels, err := firstBatch(p)
	if err != nil || len(images) != 100*features || len(labels) != 100 {
		t.Fatalf("%d, %d, %v", len(images), len(labels), err)
	}
	zeros := 0
	for _, v := range images {
		if v == 0 {
			zeros++
		}
	}
	if share := float64(zeros) / float64(len(images)); share < 0.7 || share > 0.9 {
		t.Errorf("%.0f %% zeros", 100*share)
	}
}
