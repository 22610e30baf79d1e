// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
)

// A setting that states a default gives the run no other name, whoever made the model known; one that says more does.
func TestDefaultSettingsAreNoSettings(t *testing.T) {
	own := tinyConv() // known by [With] alone
	own.Name, own.Settings = "tiny-own", map[string]any{"width": 7, "rate": 0.5, "deep": true, "kind": "a"}
	With(cgtest.Go(t), own)
	own.Name = "tiny-registered"
	if err := models.Register(own); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		model       string
		given, kept map[string]string
	}{
		{"cnn", map[string]string{"cnn_hidden": "64"}, nil},
		{"cnn", map[string]string{"cnn_hidden": "064", "cnn_channels": "16,32", "cnn_dropout": "0"}, nil},
		{"cnn", map[string]string{"cnn_hidden": "032"}, map[string]string{"cnn_hidden": "32"}},
		{"cnn", map[string]string{"cnn_hidden": "64", "cnn_dropout": "5e-1"}, map[string]string{"cnn_dropout": "0.5"}},
		{"cnn", map[string]string{"cnn_hidden": "wide", "depth": "64"}, map[string]string{"cnn_hidden": "wide", "depth": "64"}}, // for Configure to refuse
		{"tiny-own", map[string]string{"width": "7", "rate": "0.50", "deep": "T", "kind": "a"}, nil},
		{"tiny-own", map[string]string{"width": "7", "deep": "F"}, map[string]string{"deep": "false"}},
		{"tiny-registered", map[string]string{"width": "+7", "kind": "b"}, map[string]string{"kind": "b"}},
		{"nobody-knows-it", map[string]string{"width": "7"}, map[string]string{"width": "7"}},
	} {
		stated, short := record.DefaultSpec(), record.DefaultSpec()
		stated.Model, stated.Settings, short.Model, short.Settings = c.model, c.given, c.model, c.kept
		if got, want := stated.Normalized().ID(), short.Normalized().ID(); got != want {
			t.Errorf("%s with %v is %s, want that of %v, %s", c.model, c.given, got, c.kept, want)
		}
		for name, text := range stated.Normalized().Settings {
			if c.kept[name] != text {
				t.Errorf("%s with %v keeps %s = %q", c.model, c.given, name, text)
			}
		}
	}
}

// Records that are there keep their names, whichever models a program knows: also one that states a default.
func TestDefaultSettingsLeaveRecordsAlone(t *testing.T) {
	s := record.DefaultSpec()
	s.Model, s.Settings = "cnn", map[string]string{"cnn_hidden": "64"}
	if got, want := s.ID(), "mnist-cnn-n0-mean-c0-s1-b2baca0a91"; got != want {
		t.Errorf("a record that states a default is called %s, and %s now", want, got)
	}
	committed := filepath.Join("..", "..", "notebooks", "results")
	entries, err := os.ReadDir(committed)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(committed, entry.Name(), "spec.json"))
		if os.IsNotExist(err) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		spec, err := record.DecodeSpec(data)
		if err != nil {
			t.Fatal(err)
		}
		if spec.ID() != entry.Name() || spec.Normalized().ID() != entry.Name() {
			t.Errorf("%s is called %s, normalized %s", entry.Name(), spec.ID(), spec.Normalized().ID())
		}
		count++
	}
	if count == 0 {
		t.Errorf("no records in %s", committed)
	}
}
