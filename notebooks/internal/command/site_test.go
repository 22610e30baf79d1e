// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSite(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pages")
	for range 2 { // the second replaces the first
		code, stdout, errs := call("site", "--out", out)
		if index := filepath.Join(out, "index.html"); code != codeOK || stdout != index+"\n" {
			t.Fatalf("code %d, %q, %q", code, stdout, errs)
		}
	}
	for _, name := range []string{"index.html", "00_start_here.html", "style.css"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSiteRefuses(t *testing.T) {
	if code, _, errs := call("site"); code != codeFailed || !strings.Contains(errs, "no folder for the pages: name one, as --out pages") {
		t.Errorf("without a folder: code %d, %q", code, errs)
	}
	out := t.TempDir()
	mine := filepath.Join(out, "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, errs := call("site", "--out", out)
	if code != codeFailed || stdout != "" || !strings.Contains(errs, "it holds mine.txt, which this command didn't write") || strings.Count(errs, "\n") != 1 {
		t.Errorf("into a folder of another's: code %d, %q, %q", code, stdout, errs)
	}
	if text, err := os.ReadFile(mine); err != nil || string(text) != "mine" {
		t.Errorf("the file there: %q, %v", text, err)
	}
}
