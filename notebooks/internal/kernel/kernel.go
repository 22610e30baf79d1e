// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package kernel builds the GoNB kernel that the module pins, with goimports, which it
// needs, and gopls, which completes; and installs it inside the project's Python
// environment. The user's own Jupyter never learns of it.
//
// A session's kernel knows the checkout, see [Know], so any notebook can import its packages.
// The committed ones have a folded cell, [FirstCell], for kernels that don't.
package kernel

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/status"
)

// Name is the kernel's name in notebooks' metadata.
const Name = "gonb"

// FirstCell is the first code cell of every committed notebook, folded, for other front ends and a GoNB of the user's
// own: where the module is not known yet, the cells' temporary one joins the checkout that the notebook lies in.
const FirstCell = `!*go list -m coherentgradients >/dev/null 2>&1 || { at="$GONB_DIR"; \
  until grep -qs "^module coherentgradients$" "$at/go.mod"; do \
  [ "$at" != / ] || { echo "$GONB_DIR is in no checkout of the project: move this notebook into one" >&2; exit 1; }; \
  at=$(dirname "$at"); done; rm -f go.work; go work init && go work use . "$at"; }
%noautoget`

// goplsVersion is the completion server's version. It is no dependency of the module:
// it is built apart, and a notebook runs without it.
const goplsVersion = "v0.21.0"

const (
	gonbPath      = "github.com/janpfeifer/gonb"
	goimportsPath = "golang.org/x/tools/cmd/goimports"
	goplsPath     = "golang.org/x/tools/gopls"
)

// Tools are the kernel's programs.
type Tools struct {
	// Dir has gonb and goimports.
	Dir string
	// Completion has gopls, or is empty.
	Completion string
	// Flags are the user's GOFLAGS, of a variable or of "go env -w", as they were found.
	Flags string
}

// Path is the folders to put before PATH.
func (t Tools) Path() []string {
	if t.Completion == "" {
		return []string{t.Dir}
	}
	return []string{t.Dir, t.Completion}
}

// Gonb is the kernel's program.
func (t Tools) Gonb() string { return filepath.Join(t.Dir, "gonb") }

// Version is the version of GoNB that a built kernel has, as the build recorded it:
// the program's own answer lags behind.
func (t Tools) Version() string {
	info, err := buildinfo.ReadFile(t.Gonb())
	if err != nil {
		return "version unknown"
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == gonbPath {
			return m.Version
		}
	}
	return "version unknown"
}

// key names a build by what decides its bytes: the go.sum lines of the modules built
// and the go command.
func key(root, goVersion string) (string, error) {
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return "", fmt.Errorf("the module's go.sum can't be read: %w", err)
	}
	lines := []string{goVersion}
	for line := range strings.Lines(string(sum)) {
		if strings.HasPrefix(line, gonbPath+" ") || strings.HasPrefix(line, "golang.org/x/tools ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) < 3 {
		return "", fmt.Errorf("go.sum in %s has no lines for %s and golang.org/x/tools: restore it from the checkout", root, gonbPath)
	}
	sort.Strings(lines)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "\n"))))[:12], nil
}

// goCommand is what the go command on PATH says of itself.
type goCommand struct {
	version string // and system: what decides a build
	flags   string // the user's GOFLAGS
}

// askGo asks the go command on PATH.
func askGo(ctx context.Context, root string) (goCommand, error) {
	path, err := proc.Find("go")
	if err != nil {
		return goCommand{}, errors.New("no go command is on PATH: " + remedy.Go())
	}
	cmd := proc.Command(ctx, time.Second, path, "env", "-json", "GOVERSION", "GOFLAGS")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOWORK=off", "GO111MODULE=on")
	out, err := proc.Output(ctx, cmd)
	if err != nil {
		return goCommand{}, fmt.Errorf("go env failed: %s", complaint(err))
	}
	var said map[string]string
	if err := json.Unmarshal(out, &said); err != nil {
		return goCommand{}, fmt.Errorf("go env answers nothing sensible: %w", err)
	}
	return goCommand{strings.Join([]string{said["GOVERSION"], runtime.GOOS, runtime.GOARCH}, " "), said["GOFLAGS"]}, nil
}

// Find returns the tools already built for the module at root, without building.
func Find(ctx context.Context, root, cache string) (Tools, bool) {
	command, err := askGo(ctx, root)
	if err != nil {
		return Tools{}, false
	}
	t, err := places(root, cache, command)
	if err != nil || !isFile(t.Gonb()) || !isFile(filepath.Join(t.Dir, "goimports")) {
		return Tools{}, false
	}
	if !isFile(filepath.Join(t.Completion, "gopls")) {
		t.Completion = ""
	}
	return t, true
}

// places is where the tools of a build belong.
func places(root, cache string, command goCommand) (Tools, error) {
	k, err := key(root, command.version)
	if err != nil {
		return Tools{}, err
	}
	goplsKey := fmt.Sprintf("%x", sha256.Sum256([]byte(goplsVersion+command.version)))[:12]
	return Tools{
		Dir:        filepath.Join(cache, "gonb-"+k),
		Completion: filepath.Join(cache, "gopls-"+goplsKey),
		Flags:      command.flags,
	}, nil
}

// Ensure returns the tools, building what is missing: gonb and goimports from the
// module's pins; gopls if completion is asked for, where a failure is noted and no
// error, since only completion needs it.
func Ensure(ctx context.Context, root, cache string, completion bool, out *status.Printer) (Tools, error) {
	command, err := askGo(ctx, root)
	if err != nil {
		return Tools{}, err
	}
	t, err := places(root, cache, command)
	if err != nil {
		return Tools{}, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Tools{}, fmt.Errorf("the cache folder can't be made: %w", err)
	}
	gonb := build{
		root: root, flags: t.Flags, into: t.Dir, title: "GoNB kernel",
		args: []string{"build", "-o"}, packages: []string{gonbPath, goimportsPath}, programs: []string{"gonb", "goimports"},
	}
	if !gonb.ready() {
		if err := gonb.run(ctx, out); err != nil {
			return Tools{}, err
		}
	}
	gopls := build{
		root: root, flags: t.Flags, into: t.Completion, title: "gopls " + goplsVersion + ", for completion",
		args: []string{"install"}, packages: []string{goplsPath + "@" + goplsVersion}, programs: []string{"gopls"},
	}
	if completion && !gopls.ready() {
		if err := gopls.run(ctx, out); err != nil {
			if ctx.Err() != nil {
				return Tools{}, err
			}
			out.Note("no completion in notebooks this time: %v", err)
			t.Completion = ""
		}
	}
	if !completion {
		t.Completion = ""
	}
	return t, nil
}

// build is one folder of programs to make.
type build struct {
	root, flags, into, title string
	args, packages, programs []string
}

// run builds into a temporary folder beside the final one and renames it.
func (b build) run(ctx context.Context, out *status.Printer) error {
	step := out.Start("%s: building", b.title)
	defer step.Fail()
	unlock, err := place.Lock(ctx, b.into+".lock", func() { step.Detail("waiting for another process that builds it") })
	if err != nil {
		return err
	}
	defer unlock()
	if b.ready() { // built while we waited
		step.Done()
		return nil
	}
	parent, prefix := filepath.Dir(b.into), filepath.Base(b.into)+".tmp-"
	left, _ := os.ReadDir(parent)
	for _, e := range left { // of builders that were killed: we hold the lock
		if strings.HasPrefix(e.Name(), prefix) {
			_ = os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
	work, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return fmt.Errorf("the cache folder can't be written: %w", err)
	}
	defer proc.RemoveAfter(work)()
	defer os.RemoveAll(work)
	temp, scratch := filepath.Join(work, "programs"), filepath.Join(work, "t")
	for _, dir := range []string{temp, scratch} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return fmt.Errorf("the cache folder can't be written: %w", err)
		}
	}

	args, environ := b.args, append(goEnviron(os.Environ(), b.flags), "GOWORK=off", "GOTMPDIR="+scratch)
	if args[0] == "build" {
		args = append(args, temp+string(filepath.Separator))
	} else {
		environ = append(environ, "GOBIN="+temp)
	}
	cmd := proc.Command(ctx, 5*time.Second, "go", append(args, b.packages...)...)
	cmd.Dir, cmd.Env = b.root, environ
	if _, err := proc.Output(ctx, cmd); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%s can't be built: %s", b.title, complaint(err))
	}
	if err := os.RemoveAll(b.into); err != nil { // an incomplete one, if any
		return fmt.Errorf("%s can't be put in its place: %w", b.title, err)
	}
	if err := os.Rename(temp, b.into); err != nil {
		return fmt.Errorf("%s can't be put in its place: %w", b.title, err)
	}
	step.Done()
	return nil
}

// ready tells whether every program is there.
func (b build) ready() bool {
	for _, name := range b.programs {
		if !isFile(filepath.Join(b.into, name)) {
			return false
		}
	}
	return true
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
