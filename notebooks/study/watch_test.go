// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"slices"
	"testing"
)

// told remembers what a progress is told.
type told struct{ lines []string }

func (p *told) Begin(title string, done, total int) {
	p.lines = append(p.lines, fmt.Sprint(title, " ", done, " of ", total))
}
func (p *told) Wait(what string)            { p.lines = append(p.lines, what) }
func (p *told) Title(string)                {}
func (p *told) Step(done int, loss float64) { p.lines = append(p.lines, fmt.Sprint(done, " ", loss)) }
func (p *told) Note(string)                 {}
func (p *told) End(line, detail string)     { p.lines = append(p.lines, "end"+line+detail) }

// TestWatch: a loop's line begins with the compiling, counts, and ends once with the last step, without a word.
func TestWatch(t *testing.T) {
	var p told
	step := watch(&p, "mine", 3)
	for range 5 {
		step()
	}
	if want := []string{"mine 0 of 3", "compiling", "1 NaN", "2 NaN", "end"}; !slices.Equal(p.lines, want) {
		t.Errorf("it said %q, want %q", p.lines, want)
	}
	Watch("nothing", 0)()
}
