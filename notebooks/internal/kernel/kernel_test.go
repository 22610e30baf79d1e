// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/place"
)

func TestEnviron(t *testing.T) {
	tools := Tools{Dir: "/tools", Completion: "/more"}
	end := []string{"GO111MODULE=on", "GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH, "CGO_ENABLED=1"}
	got := tools.Environ([]string{"HOME=/h", "PATH=/usr/bin", "GOWORK=/x/go.work", "GOFLAGS=-mod=mod -buildvcs=false --modfile=y", "GOBIN=/b",
		"GO111MODULE=off", "GOOS=plan9", "CGO_ENABLED=0", "GOPROXY=mirror", "GOTMPDIR=/gone"})
	want := slices.Concat([]string{"HOME=/h", "GOPROXY=mirror"}, end, []string{"GOFLAGS=-buildvcs=false -ldflags=-w", "GOMLX_NO_AUTO_INSTALL=1", "PATH=/tools:/more:/usr/bin"})
	if !slices.Equal(got, want) {
		t.Errorf("Environ = %q, want %q", got, want)
	}
	tools.Flags = "-mod=vendor" // of "go env -w": the variable must not be empty, or the file would hold again
	if got := tools.Environ(nil); !slices.Contains(got, "GOFLAGS="+linkFlags) {
		t.Errorf("Environ with flags in Go's file: %q", got)
	}
	if got := tools.Environ([]string{"GOMLX_NO_AUTO_INSTALL="}); !slices.Contains(got, "GOMLX_NO_AUTO_INSTALL=") || slices.Contains(got, "GOMLX_NO_AUTO_INSTALL=1") {
		t.Errorf("the user's own choice was overridden: %q", got)
	}
}

func TestCleanFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"":                               linkFlags,
		"-mod=mod":                       linkFlags,
		"-n -x -json -race -overlay=o":   linkFlags,
		" -tags=netgo\t-mod=vendor -p=2": "-tags=netgo -p=2 -ldflags=-w",
		`'-ldflags=-s -w' -mod=mod`:      `'-ldflags=-s -w'`,
		`"-modfile=a b" --trimpath`:      "--trimpath -ldflags=-w",
		`'-mod=mod`:                      linkFlags,
	} {
		if got := cleanFlags(flags); got != want {
			t.Errorf("cleanFlags(%q) = %q, want %q", flags, got, want)
		}
	}
}

// TestAskGo: what "go env -w" has written is found, and bends the question itself no more than variables do.
func TestAskGo(t *testing.T) {
	root, err := place.Here()
	if err != nil {
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "an [env] file")
	if err := os.WriteFile(file, []byte("GOFLAGS=-mod=mod -tags=x\nGO111MODULE=off\nGOOS=plan9\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOENV", file)
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", filepath.Join(t.TempDir(), "none.work"))
	got, err := askGo(t.Context(), root)
	if err != nil || got.flags != "-mod=mod -tags=x" || !strings.HasPrefix(got.version, "go1.") || !strings.HasSuffix(got.version, runtime.GOARCH) {
		t.Errorf("askGo: %+v, %v", got, err)
	}
}

func TestKey(t *testing.T) {
	dir := t.TempDir()
	sum := filepath.Join(dir, "go.sum")
	write := func(text string) {
		if err := os.WriteFile(sum, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("example.com/x v1 h1:a\n")
	if _, err := key(dir, "go1.26"); err == nil || !strings.Contains(err.Error(), "go.sum") {
		t.Errorf("a go.sum without the pins: %v", err)
	}
	pins := "github.com/janpfeifer/gonb v0.11.4 h1:a\ngolang.org/x/tools v0.45.0 h1:b\n"
	write(pins)
	one, err := key(dir, "go1.26")
	if err != nil {
		t.Fatal(err)
	}
	write(pins + "example.com/x v2 h1:c\n")
	if two, _ := key(dir, "go1.26"); two != one {
		t.Error("another dependency changes the key")
	}
	if two, _ := key(dir, "go1.27"); two == one {
		t.Error("another Go doesn't change the key")
	}
	write(strings.Replace(pins, "v0.11.4 h1:a", "v0.11.5 h1:d", 1))
	if two, _ := key(dir, "go1.26"); two == one {
		t.Error("another GoNB doesn't change the key")
	}
}

// TestPins: the module this package is part of pins what is built here.
func TestPins(t *testing.T) {
	root, err := place.Here()
	if err != nil {
		t.Skip(err)
	}
	if _, err := key(root, "go"); err != nil {
		t.Error(err)
	}
}

func TestPoint(t *testing.T) {
	text, err := point([]byte(`{"argv":["/tmp/x/gonb","--kernel","{connection_file}","-v=0","-go_work="],"display_name":"Go (gonb)","interrupt_mode":"message"}`), "/a folder/gonb")
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Argv          []string `json:"argv"`
		InterruptMode string   `json:"interrupt_mode"`
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	if want := []string{"/a folder/gonb", "--kernel", "{connection_file}"}; !slices.Equal(spec.Argv, want) || spec.InterruptMode != "message" {
		t.Errorf("specification %+v", spec)
	}
	for _, bad := range []string{"", "[]", `{"argv":[]}`} {
		if _, err := point([]byte(bad), "x"); err == nil {
			t.Errorf("point(%q): no error", bad)
		}
	}
}

func TestComplaint(t *testing.T) {
	for text, want := range map[string]string{
		"go: downloading x\ngo: x: Get \"y\": dial tcp: lookup: no such host": "can't be reached",
		"# pkg\nfile.go:1: undefined: x\nmore":                                "file.go:1: undefined: x",
	} {
		if got := complaint(&exec.ExitError{Stderr: []byte(text)}); !strings.Contains(got, want) {
			t.Errorf("complaint(%q) = %q", text, got)
		}
	}
	if got := complaint(errors.New("plain")); got != "plain" {
		t.Errorf("complaint of a plain error = %q", got)
	}
}

// TestKnow: a session's specification names the checkout, whatever its path; the one that all share names none.
func TestKnow(t *testing.T) {
	tools := Tools{Dir: "/tools"}
	data := t.TempDir()
	folder := filepath.Join(data, "kernels", Name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(folder, "kernel.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// A specification that an older set-up left is renewed: other arguments, another program.
	for _, old := range []string{
		`{"argv":["/tools/gonb","--kernel","{connection_file}","-go_work=/elsewhere"]}`, `{"argv":["/tools/gonb"]}`,
		`{"argv":["/old/gonb","--kernel","{connection_file}"]}`, "{}", "",
	} {
		if write(old); Installed(tools, data) {
			t.Errorf("taken for installed: %s", old)
		}
	}
	write(`{"argv":["/tools/gonb","--kernel","{connection_file}"],"display_name":"Go (gonb)","interrupt_mode":"message"}`)
	if !Installed(tools, data) {
		t.Error("an installed kernel is not seen")
	}
	for root, want := range map[string][]string{
		"/a":                   {"-go_work=/a"},
		"/it's a \"folder\" ü": {"-go_work=/it's a \"folder\" ü"},
		"/one,two":             nil,
	} {
		own := t.TempDir()
		if err := Know(data, own, root); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(own, "kernels", Name, "kernel.json"))
		if err != nil {
			t.Fatal(err)
		}
		var spec struct {
			Argv          []string `json:"argv"`
			InterruptMode string   `json:"interrupt_mode"`
		}
		if err := json.Unmarshal(text, &spec); err != nil || spec.InterruptMode != "message" {
			t.Errorf("%s: %s, %v", root, text, err)
		}
		if want = slices.Concat([]string{"/tools/gonb", "--kernel", "{connection_file}"}, want); !slices.Equal(spec.Argv, want) {
			t.Errorf("%s: %q, want %q", root, spec.Argv, want)
		}
	}
	if !Installed(tools, data) {
		t.Error("the specification that all share was changed")
	}
}
