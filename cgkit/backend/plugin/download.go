// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// download has pip fetch the wheel into a working folder and returns its path. pip
// checks the wheel's hash; the library's own is checked when it is taken out.
func download(ctx context.Context, work string, o Options) (string, error) {
	requirement := filepath.Join(work, "requirements.txt")
	line := fmt.Sprintf("%s==%s --hash=sha256:%s\n", wheelProject, wheelVersion, wheelHash)
	if err := os.WriteFile(requirement, []byte(line), 0o644); err != nil {
		return "", fmt.Errorf("the working folder can't be written: %w", err)
	}
	into, temp := filepath.Join(work, "wheel"), filepath.Join(work, "tmp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return "", fmt.Errorf("the working folder can't be written: %w", err)
	}
	cmd := exec.CommandContext(ctx, o.Python, "-m", "pip", "download",
		"--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--no-input",
		"--disable-pip-version-check", "--progress-bar", "off", "--retries", "2",
		"--dest", into, "--requirement", requirement)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), "TMPDIR="+temp) // pip's part-files lie there, to be counted and removed
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second

	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("%s can't be started (%w): install Python 3 with pip", o.Python, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			o.Progress(Progress{Stage: "downloading", Done: min(size(temp)+size(into), wheelSize), Total: wheelSize})
			continue
		case err := <-ended:
			if ctx.Err() != nil {
				return "", context.Cause(ctx)
			}
			if err != nil {
				return "", fmt.Errorf("the XLA CPU plugin (%s %s) can't be downloaded: %s", wheelProject, wheelVersion, explain(said.String(), err))
			}
		}
		break
	}
	wheels, err := filepath.Glob(filepath.Join(into, "*.whl"))
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

// explain turns what pip printed into one phrase with a remedy.
func explain(text string, err error) string {
	for _, cause := range []struct{ says, means string }{
		{"No module named pip", "this Python has no pip; install it (sudo apt install python3-pip, sudo dnf install python3-pip, or brew install python)"},
		{"No space left on device", "the disk is full; free about 400 MB, or set XDG_CACHE_HOME to another disk"},
		{"DO NOT MATCH THE HASHES", "what came isn't the pinned wheel; check the package index or proxy that pip is set to"},
		{"CERTIFICATE_VERIFY_FAILED", "the package index's certificate isn't trusted; set PIP_CERT to your proxy's certificate file"},
		{"NewConnectionError", noNetwork},
		{"NameResolutionError", noNetwork},
		{"Failed to establish a new connection", noNetwork},
		{"Max retries exceeded", noNetwork},
		{"Cannot connect to proxy", noNetwork},
		{"timed out", noNetwork},
		{"No matching distribution found", "the package index that pip is set to doesn't have it; set PIP_INDEX_URL or PIP_FIND_LINKS to one that does"},
	} {
		if strings.Contains(text, cause.says) {
			return cause.means
		}
	}
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, "ERROR: "); found {
			return strings.TrimSpace(rest)
		}
	}
	return err.Error()
}

const noNetwork = "the package index can't be reached; connect to the network, or set PIP_INDEX_URL or PIP_FIND_LINKS to a mirror"
