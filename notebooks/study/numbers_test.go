// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

func TestUnits(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		unit         Unit
		values       []float64
		spread, span string
	}{
		{Percent, []float64{0.845, 0.844, 0.847}, "84.5 % (84.4–84.7)", "84.4–84.7 %"},
		{Percent, []float64{0.5}, "50.0 % (one seed)", "50.0 %"},
		{Percent, []float64{0.98, 0.98}, "98.0 %", "98.0 %"},
		{Steps, []float64{600, 5000, 500}, "600 (500–5,000)", "500–5,000"},
		{Steps, []float64{80000, inf, inf}, "never (80,000 to never)", "80,000 to never"},
		{Plain, []float64{-0.5, -0.25, -0.75}, "−0.50 (−0.75 to −0.25)", "−0.75 to −0.25"},
		{Plain, []float64{-0.001}, "0.00 (one seed)", "0.00"},
		{Plain, []float64{nan, 1, 2}, "– (1.00–2.00)", "1.00–2.00"},
		{Plain, []float64{1, 2, 3, 10}, "2.50 (1.00–10.00)", "1.00–10.00"},
	} {
		if spread, span := c.unit.Spread(c.values), c.unit.Range(c.values); spread != c.spread || span != c.span {
			t.Errorf("%v: %q, %q; want %q, %q", c.values, spread, span, c.spread, c.span)
		}
	}
	if !math.IsNaN(Median(nil)) {
		t.Error("a median of nothing")
	}
}

func TestReachAndCrossing(t *testing.T) {
	steps := []float64{0, 10, 20, 30, 40}
	if got := Reach(steps, []float64{0, 1, 0, 3, 4}, 0.5); got != 5 {
		t.Errorf("reached at %v", got)
	}
	if got := Reach(steps, []float64{0, 1, 0, 3, 4}, 5); !math.IsInf(got, 1) {
		t.Errorf("never reached, at %v", got)
	}
	if got := Crossing(steps, []float64{1, -1, -1, 1, -1}, 0); !math.IsInf(got, 1) {
		t.Errorf("two in a row cross at %v", got)
	}
	if got := Crossing(steps, []float64{1, 1, -1, -1, -1}, 0); got != 20 {
		t.Errorf("three in a row cross at %v", got)
	}
}

// TestDerive: what follows from a record's sums is what comes out of the gradients themselves; and the mean over many
// samples of 400 is what is predicted for them.
func TestDerive(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n, np, width = 3000, 2000, 5
	var gradients [][]float64
	var corrupt []bool
	sum := make([]float64, width)
	var qp, q float64
	var pristine, rest [width]float64
	for e := range n {
		g := make([]float64, width)
		for k := range g {
			g[k] = random.NormFloat64()
		}
		if e < np {
			g[0], g[1] = 0.3*g[0]+0.2, 0.3*g[1]
		} else {
			g[0] -= 0.1
		}
		gradients, corrupt = append(gradients, g), append(corrupt, e >= np)
		for k, v := range g {
			sum[k] += v
			q += v * v
			if e < np {
				qp += v * v
				pristine[k] += v
			} else {
				rest[k] += v
			}
		}
	}
	dot := func(a, b []float64) (s float64) {
		for k := range a {
			s += a[k] * b[k]
		}
		return s
	}
	ss, pp, cc := dot(sum, sum), dot(pristine[:], pristine[:]), dot(rest[:], rest[:])
	s := record.DefaultSpec()
	s.Steps, s.Noise = 1, 0.5
	dir := t.TempDir()
	r := &record.Record{Spec: s, Dir: dir, Evaluations: []record.Evaluation{{Step: 0, Extra: map[string]float64{
		"gradient_norm2": ss / n / n, "example_norm2": q / n, "fp": dot(sum, pristine[:]) / ss, "coherence": ss / q,
		"coherence_pristine": pp / qp, "coherence_corrupt": cc / (q - qp),
	}}}}
	if got := Derive([]*record.Record{r, nil}); got[0] != r || got[1] != nil {
		t.Error("something is derived of a record without counts")
	}
	if err := record.WriteLearned(dir, &record.Learned{Steps: []int{0}, Pristine: np, Corrupt: n - np, PristineFirst: []int{0}, CorruptFirst: []int{0},
		PristineKept: []int{500}, CorruptKept: []int{250}}); err != nil {
		t.Fatal(err)
	}
	got := Derive([]*record.Record{r})[0].Evaluations[0].Extra
	if len(r.Evaluations[0].Extra) != 6 {
		t.Error("the record itself is changed")
	}
	for name, want := range map[string]float64{
		"energy_share": qp / q, "group_cosine": dot(pristine[:], rest[:]) / math.Sqrt(pp*cc), "pristine_kept": 0.25, "corrupt_kept": 0.25,
		"alpha": (ss/q - 1) / (n - 1), "alpha_pristine": (pp/qp - 1) / (np - 1), "alpha_corrupt": (cc/(q-qp) - 1) / (n - np - 1),
	} {
		if math.Abs(got[name]-want) > 1e-9*(1+math.Abs(want)) {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	var up, down float64 // ⟨g, g^p⟩ and ⟨g, g⟩ of samples
	for range 400 {
		order := random.Perm(n)[:sampleExamples]
		var some [][]float64
		var wrong []bool
		for _, e := range order {
			some, wrong = append(some, gradients[e]), append(wrong, corrupt[e])
		}
		groups, err := coherence.GroupsOfRows(some, wrong)
		if err != nil {
			t.Fatal(err)
		}
		energy, err := coherence.Rows(some)
		if err != nil {
			t.Fatal(err)
		}
		fp, _ := groups.F()
		up, down = up+fp*energy.Sum2, down+energy.Sum2
	}
	if got := got["fp_predicted"]; math.Abs(got-up/down) > 0.01 || math.Abs(got-dot(sum, pristine[:])/ss) < 0.03 {
		t.Errorf("predicted of a sample %v, sampled %v, exactly %v", got, up/down, dot(sum, pristine[:])/ss)
	}
}

func TestFirstOrder(t *testing.T) {
	r := madeUpRecord(0.5, 1)
	r.Spec.LearningRate = 0.5
	for i := range r.Evaluations {
		e := &r.Evaluations[i]
		e.TrainLoss, e.Extra["gradient_norm2"], e.Extra["example_norm2"] = 3-0.1*float64(e.Step), 0.2, 20.2
		e.Extra["coherence"] = 1000 * 0.2 / 20.2
	}
	if predicted, measured := FirstOrder(r); math.Abs(predicted-1) > 1e-12 || math.Abs(measured-1) > 1e-12 {
		t.Errorf("predicted %v, measured %v", predicted, measured)
	}
	if full, added := Minibatch(r, 0); full != 0.2 || math.Abs(added-0.2*900/999) > 1e-12 {
		t.Errorf("‖∇L‖² %v, added %v", full, added)
	}
	if predicted, _ := FirstOrder(madeUpRecord(0.5, 1)); !math.IsNaN(predicted) {
		t.Errorf("predicted %v without measured gradients", predicted)
	}
	t.Setenv(place.EnvMode, "")
	t.Setenv("CG_DATASET", "")
	if specs := FirstOrderRuns(); len(specs) != 6 || specs[5].Validate() != nil || specs[5].Batch != 6000 || specs[5].LearningRate != 0.001 {
		t.Errorf("%+v", specs)
	}
}

// TestFurtherSeeds: seeds beyond those planned are drawn where the store has finished records of them.
func TestFurtherSeeds(t *testing.T) {
	dir := t.TempDir()
	store := &record.Store{Write: dir}
	spec := record.DefaultSpec()
	spec.Steps = 1
	for _, c := range []struct {
		seed int64
		last int
	}{{2, 1}, {4, 1}, {5, 0}, {6, 1}} {
		s := spec
		s.Seed = c.seed
		writeMade(t, filepath.Join(dir, s.ID()), s, c.last)
	}
	var seeds []int64
	for _, s := range withSeedsIn(store, spec, 1) {
		seeds = append(seeds, s.Seed)
	}
	if len(seeds) != 3 || seeds[0] != 1 || seeds[1] != 2 || seeds[2] != 4 {
		t.Errorf("seeds %v, want 1, 2, 4: 3 is not there, 5 not finished, 6 too many", seeds)
	}
	if n := len(withSeedsIn(nil, spec, 3)); n != 3 {
		t.Errorf("%d planned seeds", n)
	}
}

func TestCompareSeeds(t *testing.T) {
	var records []*record.Record
	for seed := int64(1); seed <= 3; seed++ {
		plain, clamped := madeUpRecord(0.5, seed), madeUpRecord(0.5, seed)
		clamped.Spec.C, clamped.Spec.Aggregator = 2, "winsorize"
		records = append(records, plain, clamped)
	}
	f, err := compare(records)
	if err != nil || !strings.Contains(f.Caption(), "median") || !strings.Contains(f.Caption(), "each curve is the median of 3 seeds") {
		t.Errorf("%v: %s", err, f.Caption())
	}
	if f, err := compare(records[:3]); err != nil || !strings.Contains(f.Caption(), "median of 2 seeds, with their range as a band, at 50 % noise (c = 0), and one seed at 50 % noise (c = 2)") {
		t.Errorf("%v: %s", err, f.Caption())
	}
	for what, draw := range map[string]func([]*record.Record) (*plots.Figure, error){
		"sampled": sampled, "cosines": cosines, "alphas": alphas, "ratios": ratios, "learned": learned,
		"first order": func(r []*record.Record) (*plots.Figure, error) { return firstOrder(r, r) },
		"runs": func(r []*record.Record) (*plots.Figure, error) {
			return runsOf(r, []string{"train_loss", "cosine", "fp"})
		},
	} {
		for name, list := range map[string][]*record.Record{"all": records, "none": {nil}, "one": records[:1]} {
			if f, err := draw(list); err != nil || f.Caption() == "" {
				t.Errorf("%s of %s: %v", what, name, err)
			}
		}
	}
}

// writeMade writes a record evaluated up to a step, with the file that the end of a run leaves.
func writeMade(t *testing.T, dir string, s record.Spec, last int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	lines := ""
	for step := range last + 1 {
		line, err := json.Marshal(record.Evaluation{Step: step, Extra: map[string]float64{}})
		if err != nil {
			t.Fatal(err)
		}
		lines += string(line) + "\n"
	}
	files := map[string]string{"spec.json": string(spec), "evaluations.jsonl": lines}
	if last == s.Steps {
		files["learned.json"] = "{}"
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
