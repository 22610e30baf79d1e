// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestRegister(t *testing.T) {
	tiny := func() *Set {
		return &Set{Height: 1, Width: 2, Channels: 1, Classes: 2,
			Train: Split{Pixels: []uint8{1, 2, 3, 4}, Labels: []uint8{0, 1}}, Test: Split{Pixels: []uint8{5, 6}, Labels: []uint8{1}}}
	}
	give := func(change func(*Set)) func(context.Context, Options) (*Set, error) {
		return func(context.Context, Options) (*Set, error) {
			s := tiny()
			change(s)
			return s, nil
		}
	}
	t.Cleanup(func() { clear(registry) })

	Register("tiny", give(func(*Set) {}))
	set, err := Open(t.Context(), "tiny", Options{})
	if err != nil || set.Name != "tiny" || set.Title != "tiny" {
		t.Fatalf("got %v, %v", set, err)
	}
	if want := []string{"mnist", "fashion-mnist", "cifar-10", "glyphs", "tiny"}; !slices.Equal(Names(), want) {
		t.Errorf("names %v, want %v", Names(), want)
	}
	if s, err := Check("tiny", Options{}); err != nil || !s.Ready {
		t.Errorf("check: %v, %v", s, err)
	}

	RegisterUnlisted("derived", give(func(*Set) {}))
	if set, err := Open(t.Context(), "derived", Options{}); err != nil || set.Name != "derived" || slices.Contains(Names(), "derived") {
		t.Errorf("unlisted: %v, %v; names %v", set, err, Names())
	}

	own := errors.New("own error")
	for name, c := range map[string]struct {
		open  func(context.Context, Options) (*Set, error)
		words []string
	}{
		"mnist":     {give(func(*Set) {}), []string{"built-in"}},
		"A b":       {give(func(*Set) {}), []string{"allowed are small letters"}},
		"":          {give(func(*Set) {}), []string{"allowed are small letters"}},
		"-x":        {give(func(*Set) {}), []string{"allowed are small letters"}},
		"nil":       {nil, []string{"without a function"}},
		"nothing":   {func(context.Context, Options) (*Set, error) { return nil, nil }, []string{"neither"}},
		"failing":   {func(context.Context, Options) (*Set, error) { return nil, own }, []string{"own error"}},
		"renamed":   {give(func(s *Set) { s.Name = "other" }), []string{"other"}},
		"sides":     {give(func(s *Set) { s.Width = 0 }), []string{"1×0×1"}},
		"classes":   {give(func(s *Set) { s.Classes = 1 }), []string{"1 classes"}},
		"pixels":    {give(func(s *Set) { s.Train.Pixels = s.Train.Pixels[:3] }), []string{"3 training pixels"}},
		"labels":    {give(func(s *Set) { s.Test.Labels[0] = 2 }), []string{"test label 0 is 2", "0 to 1"}},
		"no-test":   {give(func(s *Set) { s.Test = Split{} }), []string{"no test examples"}},
		"no-train.": {give(func(s *Set) { s.Train = Split{} }), []string{"no training examples"}},
	} {
		Register(name, c.open)
		_, err := Open(t.Context(), name, Options{})
		says(t, err, nil, c.words...)
	}
	if slices.Contains(Names(), "nil") || len(Names()) != len(slices.Compact(slices.Sorted(slices.Values(Names())))) {
		t.Errorf("names %v list what can't be opened, or twice", Names())
	}
	if _, err := Check("mnist", Options{}); err == nil {
		t.Error("Check is content where Open is not")
	}
}
