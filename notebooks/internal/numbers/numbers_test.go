// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
)

func TestFill(t *testing.T) {
	lookup := func(what string) (string, error) {
		if what == "bad" {
			return "", errors.New("no such")
		}
		return "<" + what + ">", nil
	}
	for in, want := range map[string]string{
		"nothing":                       "nothing",
		"is <!--=a b-->old<!--/--> now": "is <!--=a b--><a b><!--/--> now",
		"x <!--=a--><!--/--> y <!--= b -->1\n<!--/-->": "x <!--=a--><a><!--/--> y <!--= b --><b><!--/-->",
		"| <!--=a-->1<!--/--> |":                       "| <!--=a--><a><!--/--> |",
	} {
		if got, err := Fill(in, lookup); err != nil || got != want {
			t.Errorf("Fill(%q) = %q, %v", in, got, err)
		}
		again, err := Fill(want, lookup)
		if err != nil || again != want {
			t.Errorf("filled twice: %q, %v", again, err)
		}
	}
	for in, what := range map[string]string{
		"x <!--=bad-->1<!--/-->": "no such", "x <!--=a-->1": "no end", "x <!--=a 1<!--/-->": "no end",
		"<!--=a-->1<!--/--> x": "begins a line", "x\n- <!--=a-->1<!--/-->": "begins a line", "x <!--=a-->1 <!--=b-->2<!--/-->": "no end",
	} {
		if _, err := Fill(in, lookup); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("Fill(%q): %v, want %q", in, err, what)
		}
	}
}

func TestUnmarked(t *testing.T) {
	text := "# 00 Start\n1. At 50 % noise C7 (CG §2.4, Figure 2) ends at 84.5 %, `x = 3`, $17$, [text 9](a/8.md), " +
		"<!--=a-->99.9<!--/-->, from 54.6–57.8 to −0.3.\n```\n5 6\n```\n"
	if got := Unmarked(text, []string{"50"}); !slices.Equal(got, []string{"84.5", "9", "54.6–57.8", "−0.3"}) {
		t.Errorf("%q", got)
	}
}

// made is a run whose test accuracy is a line from 0 to its end.
func made(seed int64, end float64) *record.Record {
	s := record.Figure4("mnist", 0.5, 2)
	s.Seed = seed
	r := &record.Record{Spec: s}
	for _, step := range record.Schedule(s.Steps) {
		r.Evaluations = append(r.Evaluations, record.Evaluation{Step: step, TestAccuracy: end * float64(step) / float64(s.Steps), Extra: map[string]float64{"x": -float64(step)}})
	}
	return r
}

func TestNumber(t *testing.T) {
	b := NewBook([]*record.Record{made(1, 0.5), made(3, 0.9), made(2, 0.6)})
	for what, want := range map[string]string{
		"final test figure4 n=50 c=2":                  "60.0 % (50.0–90.0)",
		"final test figure4 n=50 c=2 only=median bare": "60.0",
		"final test figure4 n=50 c=2 only=range":       "50.0–90.0 %",
		"at=6000 test figure4 n=50 c=2 digits=0":       "6 % (5–9)",
		"reach=0.55 test figure4 n=50 c=2":             "55,000 (36,667 to never)",
		"bestat test figure4 n=50 c=2":                 "60,000",
		"least x figure4 n=50 c=2 as=steps":            "−60,000",
		"best test figure4 n=50 c=2 to=30000":          "30.0 % (25.0–45.0)",
		"seeds figure4 n=50 c=2":                       "3",
		"verdicts not tested":                          strconv.Itoa(len(claims.All()) + len(claims.Later()) + len(claims.Further())), // none is of these runs
	} {
		if got, err := b.Number(what); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	one := NewBook([]*record.Record{made(1, 0.5)})
	if got, err := one.Number("final test figure4 n=50 c=2"); got != "50.0 % (one seed)" {
		t.Errorf("%q, %v", got, err)
	}
	for what, reason := range map[string]string{
		"": "nothing", "final test figure4 n=25 c=2": "no finished record", "final test figure9 n=50": "no runs", "largest test figure4 n=50 c=2": "no statistic",
		"final nothing figure4 n=50 c=2": "has no nothing", "at=7000000 test figure4 n=50 c=2": "no evaluation", "fact x": "there is no fact", "claim C1 x": "no quantity",
		"claim C99 x": "no claim", "final test figure4 n=50 c=2 as=feet": "use percent", "test figure4 size=3": "there is no", "final test figure4 n=x": "no number",
		"final": "say STATISTIC",
	} {
		if got, err := b.Number(what); err == nil || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %q, %v; want %q", what, got, err, reason)
		}
	}
}

// Numbers of the runs over which coherence is followed, α̂ included.
func TestCoherentNumbers(t *testing.T) {
	var records []*record.Record
	for i, s := range []record.Spec{record.Coherence("mnist", 0), record.Coherence("fashion-mnist", 0), record.CoherenceWhole("mnist", 0), record.CoherenceConvolutions("fashion-mnist", 0)} {
		s.Seed = 11
		a := float64(2 + i)
		r := &record.Record{Spec: s}
		for _, step := range s.Evaluated() { // of 6,000 examples: ‖ḡ‖² = A E‖g‖²/6,000
			r.Evaluations = append(r.Evaluations, record.Evaluation{Step: step, Extra: map[string]float64{"coherence": a, "example_norm2": 1, "gradient_norm2": a / 6000}})
		}
		records = append(records, r)
	}
	early := record.CoherenceWhole("mnist", 0.5) // a seed that E1 does not look at
	records = append(records, &record.Record{Spec: early, Evaluations: []record.Evaluation{{Step: early.Steps}}})
	b := NewBook(records)
	for what, want := range map[string]string{
		"fact turn_whole n=50":        "not run yet",
		"at=0 coherence coherent n=0": "2.00 (one seed)", "final coherence coherent-fashion n=0": "3.00 (one seed)", "best coherence coherent-whole n=0": "4.00 (one seed)",
		"least coherence convolutions-fashion n=0": "5.00 (one seed)", "final alpha coherent-fashion n=0 as=percent digits=3": "0.033 % (one seed)",
		"fact turn_whole n=0": "1.00 (one seed)", "fact turn_whole n=25": "not run yet",
	} {
		if got, err := b.Number(what); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	if _, err := b.Number("final coherence convolutions n=0"); err == nil {
		t.Error("a run that is not there")
	}
}
