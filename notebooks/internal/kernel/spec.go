// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/proc"
)

// Install puts the kernel's specification into a Jupyter data folder, that of the
// project's environment. It lets GoNB write one into a temporary folder, so that the
// format is GoNB's own, points it to the built program and moves it into place. Where
// it is installed already, nothing is written. It names no checkout, as all of them
// share it: see [Know].
func Install(ctx context.Context, t Tools, data string) error {
	folder := filepath.Join(data, "kernels", Name)
	target := filepath.Join(folder, "kernel.json")
	if Installed(t, data) {
		return nil
	}
	temp, err := os.MkdirTemp(filepath.Dir(t.Dir), "kernel.tmp-")
	if err != nil {
		return fmt.Errorf("the cache folder can't be written: %w", err)
	}
	defer proc.RemoveAfter(temp)()
	defer os.RemoveAll(temp)
	cmd := proc.Command(ctx, time.Second, t.Gonb(), "--install", "--force_deps")
	cmd.Env = append(t.Environ(os.Environ()), "JUPYTER_DATA_DIR="+temp, "TMPDIR="+temp)
	if _, err := proc.Output(ctx, cmd); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("the GoNB kernel can't be installed: %s", complaint(err))
	}
	made := filepath.Join(temp, "kernels", Name)
	text, err := os.ReadFile(filepath.Join(made, "kernel.json"))
	if err != nil {
		return fmt.Errorf("the GoNB kernel left no specification: %w", err)
	}
	if text, err = point(text, t.Gonb()); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("the kernel's folder can't be made: %w", err)
	}
	if logo, err := os.ReadFile(filepath.Join(made, logoName)); err == nil {
		if err := place.WriteFile(filepath.Join(folder, logoName), logo, 0o644); err != nil {
			return fmt.Errorf("the kernel's logo can't be written: %w", err)
		}
	}
	if err := place.WriteFile(target, text, 0o644); err != nil {
		return fmt.Errorf("the kernel's specification can't be written: %w", err)
	}
	return nil
}

// Installed tells whether a data folder's specification starts this very program as [Install] says; that of an older
// set-up does not.
func Installed(t Tools, data string) bool {
	text, err := os.ReadFile(filepath.Join(data, "kernels", Name, "kernel.json"))
	if err != nil {
		return false
	}
	var spec struct {
		Argv []string `json:"argv"`
	}
	return json.Unmarshal(text, &spec) == nil && slices.Equal(spec.Argv, []string{t.Gonb(), "--kernel", "{connection_file}"})
}

// Know writes into the data folder own the specification that is installed in data, with the checkout at root, which
// notebooks can import from without a word: each kernel starts with a workspace of its own folder and the checkout
// (GoNB's -go_work). own is one session's, so that several checkouts, and one that has moved, don't meet.
//
// GoNB takes a comma for the end of a folder's name: for a checkout with one in its path there is no such workspace,
// and the notebooks' set-up cell, [FirstCell], makes it.
func Know(data, own, root string) error {
	text, err := os.ReadFile(filepath.Join(data, "kernels", Name, "kernel.json"))
	if err != nil {
		return fmt.Errorf("the kernel's specification can't be read: %w", err)
	}
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("the kernel's specification isn't JSON: %w", err)
	}
	argv, _ := spec["argv"].([]any)
	if !strings.Contains(root, ",") {
		spec["argv"] = append(argv, "-go_work="+root)
	}
	if text, err = encode(spec); err != nil {
		return err
	}
	folder := filepath.Join(own, "kernels", Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the kernel's folder can't be made: %w", err)
	}
	if logo, err := os.ReadFile(filepath.Join(data, "kernels", Name, logoName)); err == nil {
		if err := os.WriteFile(filepath.Join(folder, logoName), logo, 0o600); err != nil {
			return fmt.Errorf("the kernel's logo can't be written: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "kernel.json"), text, 0o600); err != nil {
		return fmt.Errorf("the kernel's specification can't be written: %w", err)
	}
	return nil
}

// logoName is the file that shows the kernel in launchers.
const logoName = "logo-svg.svg"

// point makes a specification start a program, and drops the flags that only repeat
// GoNB's defaults.
func point(text []byte, program string) ([]byte, error) {
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("the GoNB kernel's specification isn't JSON: %w", err)
	}
	argv, _ := spec["argv"].([]any)
	if len(argv) < 3 {
		return nil, fmt.Errorf("the GoNB kernel's specification has %d arguments, not at least 3", len(argv))
	}
	kept := []any{program}
	for _, a := range argv[1:] {
		word := fmt.Sprint(a)
		if strings.HasPrefix(word, "--kernel") || strings.HasPrefix(word, "{") {
			kept = append(kept, a)
		}
	}
	spec["argv"] = kept
	return encode(spec)
}

// encode writes a specification as people read it.
func encode(spec map[string]any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(spec); err != nil {
		return nil, fmt.Errorf("the kernel's specification: %w", err)
	}
	return out.Bytes(), nil
}
