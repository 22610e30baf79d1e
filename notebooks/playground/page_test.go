// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// limit is what the page may weigh, compressed.
const limit = 3 << 20

// The engine is compiled, is WebAssembly, and small enough; the page carries it whole and loads nothing.
func TestPage(t *testing.T) {
	e, err := build(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	page, err := assemble(e, []byte("still"), `a "picture" & more`, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(page) > limit {
		t.Errorf("the page has %d bytes, more than %d", len(page), limit)
	}
	text := string(page)
	carried := regexp.MustCompile(`(?s)id="engine">([A-Za-z0-9+/=]+)</script>`).FindStringSubmatch(text)
	if carried == nil {
		t.Fatal("the page has no engine that a browser can read")
	}
	unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(carried[1])))
	if err != nil {
		t.Fatal(err)
	}
	program, err := io.ReadAll(unpacked)
	if err != nil || !strings.HasPrefix(string(program), "\x00asm") {
		t.Errorf("the engine is no WebAssembly: %v", err)
	}
	if found := regexp.MustCompile(`(?i)(src|href)="(?:https?:)?//`).FindString(text); found != "" {
		t.Errorf("the page loads or links to something elsewhere: %s", found)
	}
	if !strings.Contains(text, `alt="a &#34;picture&#34; &amp; more"`) {
		t.Error("the still picture's text isn't escaped")
	}
	if strings.Contains(strings.ToLower(frame(page)[10:]), "<script") {
		t.Error("the frame's page isn't escaped")
	}
}

// What the compiler says is in the error, in one line, whatever the user's own settings are.
func TestBuildFails(t *testing.T) {
	broken := t.TempDir()
	folder := filepath.Join(broken, "notebooks", "playground", "wasm")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		filepath.Join(broken, "go.mod"):    "module broken\n\ngo 1.26\n",
		filepath.Join(folder, "broken.go"): "package main\n\nfunc main() { nothing() }\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOOS", "plan9")
	t.Setenv("GOFLAGS", "-mod=vendor")
	_, err := build(t.Context(), broken)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "WebAssembly") {
		t.Errorf("error %v, want one line on the compiler", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := build(ended, broken); err == nil {
		t.Error("a build that was called off is no error")
	}
}
