// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coherentgradients/cgkit/backend/pip"
)

// download has pip fetch the wheel into a working folder and returns its path. pip
// checks the wheel's hash; the library's own is checked when it is taken out.
func download(ctx context.Context, work, what string, w pin, o Options) (string, error) {
	requirement := filepath.Join(work, "requirements.txt")
	line := fmt.Sprintf("%s==%s --hash=sha256:%s\n", w.project, w.version, w.hash)
	if err := os.WriteFile(requirement, []byte(line), 0o644); err != nil {
		return "", fmt.Errorf("the working folder can't be written: %w", err)
	}
	into, temp := filepath.Join(work, "wheel"), filepath.Join(work, "tmp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return "", fmt.Errorf("the working folder can't be written: %w", err)
	}
	failed := func(err error) error {
		return fmt.Errorf("the %s (%s %s) can't be downloaded: %w", what, w.project, w.version, err)
	}
	settings, err := pip.ReadSettings(ctx, o.Python, o.Run)
	if err != nil {
		return "", failed(err)
	}
	// pip's part-files lie in temp, to be counted and removed.
	runner := pip.Runner{Python: o.Python, Settings: settings, Run: o.Run, Temp: temp}
	ended := make(chan error, 1)
	go func() {
		ended <- runner.Pip(ctx, "download", "--no-deps", "--require-hashes", "--no-cache-dir", "--dest", into, "--requirement", requirement)
	}()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			o.Progress(Progress{Stage: "downloading", Done: min(size(temp)+size(into), w.size), Total: w.size})
			continue
		case err = <-ended:
		}
		break
	}
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", failed(err)
	}
	return wheel(into)
}

// wheel is the one wheel in a folder.
func wheel(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	var wheels []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".whl") {
			wheels = append(wheels, filepath.Join(dir, e.Name()))
		}
	}
	if err != nil || len(wheels) != 1 {
		return "", errors.New("pip reported success, but left no wheel")
	}
	return wheels[0], nil
}

// size is the sum of the sizes of the files below a folder, which may be changing.
func size(dir string) int64 {
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
