// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
)

// TestUnreadable: a damaged record is neither found nor missing.
func TestUnreadable(t *testing.T) {
	store := &record.Store{Write: t.TempDir()}
	damaged, missing := record.DefaultSpec(), record.DefaultSpec()
	missing.Seed = 2
	dir := filepath.Join(store.Write, damaged.ID())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"spec.json": string(spec), "evaluations.jsonl": "a\nb\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, measure := range []record.Measure{"", record.MeasureGradients} {
		records, unreadable := loadAll(store, []record.Spec{damaged, missing}, measure)
		if count(records) != 0 || len(unreadable) != 1 || unreadable[0].ID != damaged.ID() {
			t.Fatalf("%v, %v", records, unreadable)
		}
		var out strings.Builder
		tell(&out, unreadable)
		if text := out.String(); !strings.HasPrefix(text, "damaged: "+dir) || strings.Count(text, "\n") != 1 {
			t.Errorf("%q", text)
		}
	}
	records, absent, unreadable := Finished(store, []record.Spec{damaged, missing})
	if count(records) != 0 || len(absent) != 1 || absent[0] != missing.ID() || len(unreadable) != 1 {
		t.Errorf("%v, %v, %v", records, absent, unreadable)
	}
}
