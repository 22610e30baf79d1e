// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/status"
)

// installer runs the programs of an installation, with what they print in a log and their lines of interest in the
// step's detail.
type installer struct {
	ctx     context.Context
	step    *status.Step
	logPath string
	environ []string
}

// run runs one program to its end; the error is one line that names the log.
func (i *installer) run(what, name string, args ...string) error {
	log, err := os.OpenFile(i.logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("the log can't be written: %w", err)
	}
	defer func() { _ = log.Close() }()
	cmd := proc.Command(i.ctx, 5*time.Second, name, args...)
	cmd.Env = i.environ
	said := &tail{}
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(io.TeeReader(reader, io.MultiWriter(log, said)))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if verb, rest, ok := strings.Cut(strings.TrimSpace(lines.Text()), " "); ok && (verb == "Collecting" || verb == "Downloading" || verb == "Installing") {
				i.step.Detail("%s %s", strings.ToLower(verb), rest)
			}
		}
		_, _ = io.Copy(io.Discard, reader)
	}()
	err = proc.Run(i.ctx, cmd)
	_ = writer.Close()
	<-read
	if err == nil || i.ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%s failed: %s (log: %s)", what, said.last(), i.logPath)
}
