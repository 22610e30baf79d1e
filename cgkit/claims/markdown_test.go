// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"os"
	"strings"
	"testing"
)

func TestReadme(t *testing.T) {
	want := Markdown()
	if os.Getenv("CG_REGEN") != "" {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("README.md is not what the table says; run CG_REGEN=1 go test ./cgkit/claims/ and look at the difference")
	}
}

func TestTableIsWhole(t *testing.T) {
	for i, c := range All() {
		if want := "C" + itoa(i+1); c.ID != want {
			t.Errorf("claim %d has the id %s, want %s", i, c.ID, want)
		}
		for name, text := range map[string]string{"text": c.Text, "where": c.Where, "figure": c.Figure, "runs": c.Runs,
			"quantity": c.Quantity, "steps": c.Steps, "words": c.Words, "falsified": c.Falsified} {
			if text == "" || strings.Contains(text, "\n") {
				t.Errorf("%s: %s is %q, want one line", c.ID, name, text)
			}
		}
		cores := 0
		for _, condition := range c.Conditions {
			if condition.Core {
				cores++
			}
		}
		if cores == 0 || cores == len(c.Conditions) {
			t.Errorf("%s: %d of %d conditions are core; neither none nor all may be", c.ID, cores, len(c.Conditions))
		}
		e := &evidence{claim: c, pool: newPool(Paper, nil)}
		c.judge(e)
		for j := range c.Conditions {
			if len(e.tests[j].parts) == 0 {
				t.Errorf("%s: condition %d is never decided", c.ID, j+1)
			}
		}
		if len(e.tests) != len(c.Conditions) {
			t.Errorf("%s: %d conditions decided of %d", c.ID, len(e.tests), len(c.Conditions))
		}
	}
}
