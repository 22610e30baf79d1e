// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// engine is the compiled world, compressed, as text, and the script that the Go toolchain brings to run it.
type engine struct{ program, runtime string }

// build compiles the engine from the checkout at root.
func build(ctx context.Context, root string) (engine, error) {
	folder, err := os.MkdirTemp("", "playground")
	if err != nil {
		return engine{}, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "engine.wasm")
	if _, err := goCommand(ctx, root, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file, "./notebooks/playground/wasm"); err != nil {
		return engine{}, fmt.Errorf("the playground's engine can't be compiled to WebAssembly: %w", err)
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return engine{}, err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return engine{}, err
	}
	if _, err := w.Write(program); err != nil {
		return engine{}, err
	}
	if err := w.Close(); err != nil {
		return engine{}, err
	}
	script, err := runtimeScript(ctx, root)
	if err != nil {
		return engine{}, err
	}
	return engine{program: base64.StdEncoding.EncodeToString(packed.Bytes()), runtime: script}, nil
}

// runtimeScript is wasm_exec.js of the toolchain that compiles the engine: the two belong together.
func runtimeScript(ctx context.Context, root string) (string, error) {
	home, err := goCommand(ctx, root, "env", "GOROOT")
	if err != nil {
		return "", fmt.Errorf("the Go toolchain's folder: %w", err)
	}
	file := filepath.Join(home, "lib", "wasm", "wasm_exec.js")
	script, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the Go toolchain has no %s, which runs WebAssembly; install Go from go.dev or by the toolchain line of go.mod", file)
	}
	return string(script), nil
}

// goCommand runs a go command in the checkout that makes programs for the browser, whatever the user's settings make, and
// returns what it prints. An error has the first line that it complained with.
func goCommand(ctx context.Context, root string, args ...string) (printed string, err error) {
	cmd := exec.CommandContext(ctx, goTool(), args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly", "GO111MODULE=on")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		first, _, _ := strings.Cut(strings.TrimSpace(complaint.String()), "\n")
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, first)
	}
	return strings.TrimSpace(out.String()), nil
}

// goTool is the go command on PATH, or the one that this program was built with.
func goTool() string {
	if path, err := exec.LookPath("go"); err == nil {
		return path
	}
	return filepath.Join(runtime.GOROOT(), "bin", "go")
}
