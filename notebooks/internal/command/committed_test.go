// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// TestCommittedClaims: the committed file of verdicts is what the committed records give, and the README shows it. After
// new records: CG_REGEN=1 go test ./notebooks/internal/command -run CommittedClaims
func TestCommittedClaims(t *testing.T) {
	verdicts, found, asked, unreadable := study.Judge(&record.Store{Folders: []string{results}, Write: t.TempDir()}, "mnist")
	if len(unreadable) > 0 {
		t.Fatal(unreadable)
	}
	t.Logf("%d of %d records", found, asked)
	fresh := filepath.Join(t.TempDir(), "claims.json")
	if err := claims.Write(fresh, verdicts); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(results, study.CommittedClaims)
	if os.Getenv(regenVariable) != "" {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("notebooks/results/claims.json is not what the committed records give (%v)", err)
	}
	checkShown(t, filepath.Join("..", "..", "summary.md"), "<!-- claims: written by a test from notebooks/results/claims.json -->\n", "<!-- end of claims -->", study.Summary(verdicts))
	checkShown(t, readme, "<!-- claims: written by a test from notebooks/results/claims.json -->\n", "<!-- end of claims -->", study.ClaimsTable(verdicts))
}
