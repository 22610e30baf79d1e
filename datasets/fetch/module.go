// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// ModuleRequest says which Go module to get.
type ModuleRequest struct {
	// Path and Version name it, as in a go.mod. Required.
	Path, Version string
	// Sum and GoMod are its lines in a go.sum (h1:…). Without them Go asks its checksum database.
	Sum, GoMod string
	// Bytes is about how large its zip file is, for progress; 0 where that is not known.
	Bytes int64
	// Name is what progress and errors call it; "" means Path.
	Name string
	// Progress hears how it goes; nil means silence.
	Progress Progress
}

// Limits of a go command at work.
const (
	moduleIdle  = time.Minute      // it receives nothing for so long
	moduleLimit = 10 * time.Minute // in all
)

// Module has the user's go command bring a module into its module cache, by way of the user's own module proxy and
// settings, and returns the folder where it lies, which is read-only. Nothing of it is compiled or run, and no
// go.mod, go.work or GOFLAGS of the user plays a part. What is already in the module cache needs no network.
//
// Errors are one line. Cancelling ctx ends the go command.
func Module(ctx context.Context, req ModuleRequest) (dir string, err error) {
	if req.Name == "" {
		req.Name = "Go module " + req.Path
	}
	if req.Path == "" || req.Version == "" {
		return "", fmt.Errorf("%s: no path or version given: set both in the ModuleRequest", req.Name)
	}
	program, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("module %s: there is no go command on PATH to fetch it by", req.Path)
	}
	work, err := os.MkdirTemp("", "cg-module-*")
	if err != nil {
		return "", fmt.Errorf("module %s: no temporary folder: %w", req.Path, err)
	}
	defer os.RemoveAll(work)
	if err := req.writeModule(work); err != nil {
		return "", fmt.Errorf("module %s: the temporary folder can't be written: %w", req.Path, err)
	}
	hear := &hearing{to: req.Progress, name: req.Name}
	defer func() { hear.done(err) }()

	ended := errors.New("ended")
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(ended)
	lifetime := time.AfterFunc(moduleLimit, func() { cancel(fmt.Errorf("not done after %s", moduleLimit)) })
	defer lifetime.Stop()

	cache := moduleCache(limited, program, work)
	out, err := req.download(limited, program, work, cache, cancel, hear)
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("download of %s stopped: %w", req.Name, context.Cause(ctx))
	case limited.Err() != nil:
		return "", fmt.Errorf("module %s: %w", req.Path, context.Cause(limited))
	}
	return req.result(out, err)
}

// download runs go mod download and tells how it goes by the size of the zip in the making.
func (r ModuleRequest) download(ctx context.Context, program, work, cache string, cancel context.CancelCauseFunc, hear *hearing) (*output, error) {
	cmd := goCommand(ctx, program, work, "mod", "download", "-json", r.Path+"@"+r.Version)
	var out output
	cmd.Stdout, cmd.Stderr = &out.stdout, &out.stderr
	if err := cmd.Start(); err != nil {
		return &out, err
	}
	done := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		endGroup(cmd) // a git that it started, say
		done <- err
	}()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var size int64
	grown := time.Now()
	for {
		select {
		case err := <-done:
			return &out, err
		case <-tick.C:
			if now := r.inTheMaking(cache); now > size {
				if size == 0 {
					total := r.Bytes
					if total == 0 {
						total = -1
					}
					hear.start(total, 0)
				}
				hear.add(now - size)
				size, grown = now, time.Now()
			} else if time.Since(grown) > moduleIdle {
				cancel(fmt.Errorf("no byte for %s", moduleIdle))
			}
		}
	}
}

// output is what a go command printed.
type output struct{ stdout, stderr bytes.Buffer }

// result reads what go mod download printed.
func (r ModuleRequest) result(out *output, err error) (string, error) {
	var answer struct{ Dir, Error string }
	if json.Unmarshal(out.stdout.Bytes(), &answer) == nil && answer.Error == "" && err == nil && filepath.IsAbs(answer.Dir) {
		return answer.Dir, nil
	}
	why := answer.Error
	if why == "" {
		why = out.stderr.String()
	}
	if strings.TrimSpace(why) == "" {
		why = "the go command printed nothing of use"
		if err != nil {
			why = "the go command failed: " + err.Error()
		}
	}
	return "", fmt.Errorf("module %s: %s", r.Path, r.brief(why))
}

// getting is how the go command begins when an address fails; the address may be long, and hold a password.
var getting = regexp.MustCompile(`(Get|reading) "?(https?://)([^/@\s]*@)?([^/"\s]+)[^:"\s]*"?: `)

// brief makes one short line of what the go command says.
func (r ModuleRequest) brief(text string) string {
	if strings.Contains(text, "SECURITY ERROR") {
		return "what the module proxy sent is not the module (SECURITY ERROR: checksum mismatch)"
	}
	var telling string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "go: downloading") && !strings.HasPrefix(line, "#") {
			telling = line
			break
		}
	}
	telling = strings.TrimPrefix(telling, "go: ")
	for _, prefix := range []string{r.Path + "@" + r.Version + ": ", "module " + r.Path + ": ", "verifying module: "} {
		telling = strings.TrimPrefix(telling, prefix)
	}
	telling = getting.ReplaceAllString(telling, "$4: ")
	const longest = 200
	if runes := []rune(strings.ToValidUTF8(telling, "?")); len(runes) > longest {
		telling = string(runes[:longest]) + "…"
	}
	return telling
}

// writeModule makes the folder a module of its own, which expects the sums.
func (r ModuleRequest) writeModule(work string) error {
	if err := os.WriteFile(filepath.Join(work, "go.mod"), []byte("module download\n"), 0o644); err != nil {
		return err
	}
	var sums string
	if r.Sum != "" {
		sums = fmt.Sprintf("%s %s %s\n", r.Path, r.Version, r.Sum)
	}
	if r.GoMod != "" {
		sums += fmt.Sprintf("%s %s/go.mod %s\n", r.Path, r.Version, r.GoMod)
	}
	return os.WriteFile(filepath.Join(work, "go.sum"), []byte(sums), 0o644)
}

// goCommand is the user's go command in a folder, with the user's proxy, certificates and caches, and without what
// would change which module it works in.
func goCommand(ctx context.Context, program, work string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = work
	for _, entry := range os.Environ() {
		switch name, _, _ := strings.Cut(entry, "="); name {
		case "GOFLAGS", "GO111MODULE", "GOWORK", "GOTOOLCHAIN", "GOOS", "GOARCH", "PWD":
		default:
			cmd.Env = append(cmd.Env, entry)
		}
	}
	// Set, not left out: an empty variable gives way to what `go env -w` has set.
	cmd.Env = append(cmd.Env, "GOFLAGS=-mod=mod", "GO111MODULE=on", "GOWORK=off", "GOTOOLCHAIN=local", "PWD="+work,
		"GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never") // a proxy list may end in "direct": nobody is there to answer git
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// moduleCache is the user's module cache, "" where the go command knows none.
func moduleCache(ctx context.Context, program, work string) string {
	out, err := goCommand(ctx, program, work, "env", "GOMODCACHE").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// capital is a letter that the module cache writes as ! and the small one.
var capital = regexp.MustCompile(`[A-Z]`)

// inTheMaking is the size of the zip that the go command is downloading.
func (r ModuleRequest) inTheMaking(cache string) int64 {
	if cache == "" {
		return 0
	}
	escaped := capital.ReplaceAllStringFunc(r.Path, func(c string) string { return "!" + strings.ToLower(c) })
	entries, _ := os.ReadDir(filepath.Join(cache, "cache", "download", filepath.FromSlash(escaped), "@v"))
	var size int64
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), r.Version+".zip") && strings.HasSuffix(entry.Name(), ".tmp") {
			if info, err := entry.Info(); err == nil {
				size += info.Size()
			}
		}
	}
	return size
}
