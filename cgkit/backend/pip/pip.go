// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pip

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// RunFunc runs a command to its end, for a caller that has manners of its own with processes. nil: as package exec
// does.
type RunFunc func(ctx context.Context, cmd *exec.Cmd) error

func (f RunFunc) do(ctx context.Context, cmd *exec.Cmd) error {
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if f != nil {
		return f(ctx, cmd)
	}
	return cmd.Run()
}

// Runner runs programs of Python, pip above all.
type Runner struct {
	// Python is the interpreter.
	Python string
	// Settings are the user's, from [ReadSettings].
	Settings Settings
	// Run runs a command; nil: package exec.
	Run RunFunc
	// Line is told every line that is printed, its end included; nil: nobody.
	Line func(line string)
	// Temp is the folder for temporary files; empty: the system's.
	Temp string
}

// Pip runs a command of pip that fetches, "install" or "download", with arguments of its own. The error is one line
// without the name of what failed.
func (r Runner) Pip(ctx context.Context, command string, args ...string) error {
	all := []string{"-m", "pip", command, "--only-binary", ":all:", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"}
	if tries := r.Settings["retries"]; tries == "" || tries == "0" { // with 0 pip doesn't say that there is no connection
		all = append(all, "--retries", "2")
	}
	return r.Do(ctx, append(all, args...)...)
}

// Do runs the interpreter with arguments, see [Runner.Pip].
func (r Runner) Do(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, r.Python, args...)
	cmd.Env = r.Settings.Environ(os.Environ())
	if r.Temp != "" {
		cmd.Env = append(cmd.Env, "TMPDIR="+r.Temp)
	}
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	said := make(chan string, 1)
	go func() { said <- r.follow(reader) }()
	err := r.Run.do(ctx, cmd)
	_ = writer.Close() // ends follow; closing a pipe of this kind can't fail
	text := <-said
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, syscall.ENOSPC):
		text += "\nNo space left on device"
	case !errors.As(err, &exit) && text == "":
		return fmt.Errorf("%s can't be started (%w): install Python 3 with pip", r.Python, err)
	}
	return cause(text, err, r.Settings)
}

// follow hands lines over and returns the last part of the text.
func (r Runner) follow(from io.Reader) string {
	const keep = 200
	var last []string
	in := bufio.NewReader(from)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			if r.Line != nil {
				r.Line(line)
			}
			if last = append(last, line); len(last) > keep {
				last = last[1:]
			}
		}
		if err != nil {
			return strings.Join(last, "")
		}
	}
}

// causes are what pip prints, in the order of being looked for, and what that means.
var causes = []struct{ says, means string }{
	{"No space left on device", "the disk is full; free about 400 MB, or set XDG_CACHE_HOME to another disk"},
	{"Disk quota exceeded", "the disk quota is used up; free about 400 MB, or set XDG_CACHE_HOME to another disk"},
	{"DO NOT MATCH THE HASHES", "what came isn't the pinned package; check the package index or proxy that pip is set to"},
	{"CERTIFICATE_VERIFY_FAILED", "the package index's certificate isn't trusted; set PIP_CERT to your proxy's certificate file"},
	{"Could not find a suitable TLS CA certificate bundle", "the certificate file that pip is set to (cert) isn't there; set PIP_CERT to one that is"},
	{"Failed to establish a new connection", noNetwork},
	{"Temporary failure in name resolution", noNetwork},
	{"NewConnectionError", noNetwork},
	{"NameResolutionError", noNetwork},
	{"ConnectTimeoutError", noNetwork},
	{"Max retries exceeded", noNetwork},
	{"Cannot connect to proxy", noNetwork},
	{"Read timed out", noNetwork},
	{"Connection broken", noNetwork},
}

const noNetwork = "the package index can't be reached; connect to the network, or set PIP_INDEX_URL or PIP_FIND_LINKS to a mirror, and run the command again"

// nothingFound is how pip says that no source has the package.
const nothingFound = "No matching distribution found"

// ErrNoVenv says that an interpreter can't make virtual environments.
var ErrNoVenv = errors.New("this Python can't make virtual environments")

// cause turns what a failed program printed into one phrase.
func cause(text string, err error, s Settings) error {
	switch {
	case strings.Contains(text, "No module named pip"):
		return ErrNoPip
	case strings.Contains(text, "ensurepip"):
		return ErrNoVenv
	}
	for _, c := range causes {
		if strings.Contains(text, c.says) {
			return errors.New(c.means)
		}
	}
	if strings.Contains(text, nothingFound) {
		return errors.New(s.source())
	}
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, "ERROR: "); found && strings.TrimSpace(rest) != "Exception:" {
			return errors.New(strings.TrimSpace(rest))
		}
	}
	if last := lastLine(text); last != "" {
		return errors.New(last)
	}
	return err
}

// lastLine is the last line with anything on it: of a Python's trace, what went wrong.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
