// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/place"
)

func TestExamine(t *testing.T) {
	root, err := place.Here()
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	found := map[string]Finding{}
	for _, f := range Examine(t.Context(), root) {
		if strings.Contains(f.Detail, "\n") || f.Detail == "" {
			t.Errorf("%s: not one line: %q", f.Component, f.Detail)
		}
		found[f.Component] = f
	}
	for component, want := range map[string]State{
		"Go": Ready, "C compiler": Ready, "JupyterLab": Later, "GoNB kernel": Later, "completion": Later, "backend": Ready, "data set glyphs": Ready,
	} {
		if found[component].State != want {
			t.Errorf("%s in an empty cache: %+v, want %s", component, found[component], want)
		}
	}
	if left, _ := place.Names(cache); len(left) != 0 {
		t.Error("doctor wrote into the cache")
	}
}

func TestBroken(t *testing.T) {
	if Broken([]Finding{{State: Ready}, {State: Later}, {State: Absent}}) {
		t.Error("broken without anything missing")
	}
	if !Broken([]Finding{{State: Ready}, {State: Missing}}) {
		t.Error("not broken with something missing")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if findings := Examine(t.Context(), t.TempDir()); !Broken(findings) {
		t.Errorf("not broken on an empty PATH: %+v", findings)
	}
}
