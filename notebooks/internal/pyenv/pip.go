// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pyenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/status"
)

// pip runs the steps of an installation, their output going to a log and its
// interesting lines to the step's detail.
type pip struct {
	ctx     context.Context
	step    *status.Step
	logPath string
	log     *os.File
}

func (p *pip) open() error {
	if err := os.MkdirAll(filepath.Dir(p.logPath), 0o755); err != nil {
		return fmt.Errorf("the log folder can't be made: %w", err)
	}
	f, err := os.Create(p.logPath)
	if err != nil {
		return fmt.Errorf("the log can't be written: %w", err)
	}
	p.log = f
	return nil
}

func (p *pip) close() { _ = p.log.Close() }

// run runs one program to its end; its error is explained from what it printed.
func (p *pip) run(what, name string, args ...string) error {
	cmd := proc.Command(p.ctx, 5*time.Second, name, args...)
	cmd.Env = Environ(os.Environ())
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	said := make(chan string, 1)
	go func() { said <- p.follow(reader) }()
	err := proc.Run(p.ctx, cmd)
	_ = writer.Close() // ends follow; closing a pipe of this kind can't fail
	text := <-said
	if err == nil || p.ctx.Err() != nil {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) {
		text += "\nNo space left on device"
	}
	return fmt.Errorf("%s failed: %s (log: %s)", what, explain(text, err), p.logPath)
}

// follow copies output to the log, shows what pip is at, and returns the last part.
func (p *pip) follow(r io.Reader) string {
	const keep = 200
	var last []string
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			_, _ = io.WriteString(p.log, line) // a full disk shows in pip's own words
			if now := doing(line); now != "" {
				p.step.Detail("%s", now)
			}
			last = append(last, line)
			if len(last) > keep {
				last = last[1:]
			}
		}
		if err != nil {
			return strings.Join(last, "")
		}
	}
}

var collecting = regexp.MustCompile(`^(Collecting|Downloading|Using cached) ([^\s=(]+)`)

// doing is what a line of pip says it is at, in short, or "".
func doing(line string) string {
	if m := collecting.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
		return strings.ToLower(m[1]) + " " + m[2]
	}
	if strings.HasPrefix(line, "Installing collected packages") {
		return "unpacking"
	}
	return ""
}

// causes are what pip prints, in the order of being looked for, and what that means.
var causes = []struct{ says, means string }{
	{"No space left on device", "the disk is full; free about 400 MB, or set XDG_CACHE_HOME to another disk"},
	{"Disk quota exceeded", "the disk quota is used up; free about 400 MB, or set XDG_CACHE_HOME to another disk"},
	{"DO NOT MATCH THE HASHES", "a downloaded package isn't the pinned one; check the package index or proxy that pip is set to"},
	{"ensurepip", "this Python can't make virtual environments; " + remedy.Venv()},
	{"CERTIFICATE_VERIFY_FAILED", "the package index's certificate isn't trusted; set PIP_CERT to your proxy's certificate file"},
	{"Failed to establish a new connection", noNetwork},
	{"Temporary failure in name resolution", noNetwork},
	{"NewConnectionError", noNetwork},
	{"NameResolutionError", noNetwork},
	{"ConnectTimeoutError", noNetwork},
	{"Max retries exceeded", noNetwork},
	{"Cannot connect to proxy", noNetwork},
	{"Read timed out", noNetwork},
	{"Connection broken", noNetwork},
	{"No matching distribution found", "the package index has no such wheel for this system; see the log"},
}

const noNetwork = "the package index can't be reached; connect to the network, or set PIP_INDEX_URL or PIP_FIND_LINKS to a mirror, and run the command again"

// explain turns a failed program's output into one sentence.
func explain(text string, err error) string {
	for _, c := range causes {
		if strings.Contains(text, c.says) {
			return c.means
		}
	}
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, "ERROR: "); found {
			return strings.TrimSpace(rest)
		}
	}
	return err.Error()
}

// Environ is an environment in which Python and pip see none of the user's own
// packages or install targets, while index, proxy and certificate settings stay.
func Environ(environ []string) []string {
	drop := map[string]bool{
		"PYTHONHOME": true, "PYTHONPATH": true, "PYTHONSTARTUP": true, "PYTHONUSERBASE": true,
		"PIP_TARGET": true, "PIP_PREFIX": true, "PIP_ROOT": true, "PIP_USER": true, "PIP_CONSTRAINT": true,
		"PIP_REQUIREMENT": true, "PIP_REQUIRE_VIRTUALENV": true, "PIP_NO_DEPS": true, "PIP_EDITABLE": true,
		"PIP_DRY_RUN": true, "PIP_QUIET": true, "PIP_LOG": true, "PIP_REPORT": true, "PIP_NO_BINARY": true,
		"VIRTUAL_ENV": true, "__PYVENV_LAUNCHER__": true,
	}
	kept := make([]string, 0, len(environ)+3)
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !drop[name] {
			kept = append(kept, entry)
		}
	}
	return append(kept, "PYTHONNOUSERSITE=1", "PIP_USER=0", "PYTHONUNBUFFERED=1")
}
