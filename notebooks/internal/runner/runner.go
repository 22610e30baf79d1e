// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package runner executes notebooks without a screen: through Jupyter's client, the
// GoNB kernel and a small driver, exactly as JupyterLab would, on copies, so that the
// checkout stays as it is.
//
// The kernel runs in the notebook's own folder, whence it reaches the module and the
// files beside the notebook; only the notebook's text is a copy. The cells' code
// writes to the folder of the variable CG_OUT.
package runner

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/mathml"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/status"

	"github.com/google/renameio/v2"
)

//go:embed driver.py
var driver []byte

// stopTime is how long the driver may take to end its kernel.
const stopTime = 15 * time.Second

// Job is one notebook to execute.
type Job struct {
	// Notebook is the file to execute, with the ending .ipynb. It is only read.
	Notebook string
	// Out is the folder that gets NAME.ipynb and NAME.html.
	Out string
	// Folder is where the kernel runs; empty: the notebook's own.
	Folder string
	// CellTimeout is what one cell may take at most; 0: any time.
	CellTimeout time.Duration
	// Extra variables of the cells' environment, as "CG_MODE=quick".
	Extra []string
	// Printer is told how it goes; nil: nobody.
	Printer *status.Printer
}

// CellError is a cell's failure.
type CellError struct {
	// Notebook is its name without ending; Cell counts code cells from 1, Of is how
	// many there are.
	Notebook string
	Cell, Of int
	// Message is the error in a few lines, without colours.
	Message string
}

// Error implements error.
func (e *CellError) Error() string {
	return fmt.Sprintf("%s: cell %d of %d failed: %s", e.Notebook, e.Cell, e.Of, e.Message)
}

// request is what the driver reads.
type request struct {
	Notebook string  `json:"notebook"`
	Folder   string  `json:"folder"`
	Executed string  `json:"executed"`
	HTML     string  `json:"html"`
	Temp     string  `json:"temp"`
	Kernel   string  `json:"kernel"`
	Timeout  float64 `json:"timeout"`
}

// event is what the driver writes.
type event struct {
	Event string   `json:"event"`
	Cells int      `json:"cells"`
	Cell  int      `json:"cell"`
	Line  string   `json:"line"`
	Text  string   `json:"text"`
	Name  string   `json:"name"`
	Value string   `json:"value"`
	Lines []string `json:"lines"`
}

// Run executes a notebook. The executed notebook is written even if a cell fails, up
// to that cell; the error is then a *[CellError]. At the context's end the kernel and
// its cell are ended.
func Run(ctx context.Context, s *jupyter.Session, job Job) error {
	name := strings.TrimSuffix(filepath.Base(job.Notebook), ".ipynb")
	if job.Folder == "" {
		job.Folder = filepath.Dir(job.Notebook)
	}
	for _, path := range []*string{&job.Notebook, &job.Folder, &job.Out} {
		abs, err := filepath.Abs(*path) // the driver runs elsewhere
		if err != nil {
			return err
		}
		*path = abs
	}
	step := job.Printer.Start("%s", name)
	defer step.Fail()
	script := filepath.Join(s.Dir, "driver.py")
	if err := renameio.WriteFile(script, driver, 0o600); err != nil { // whole, for whoever is started with it meanwhile
		return fmt.Errorf("the driver can't be written: %w", err)
	}
	temp, err := os.MkdirTemp(job.Out, ".cg-")
	if err != nil {
		return fmt.Errorf("the output folder can't be written: %w", err)
	}
	defer proc.RemoveAfter(temp)()
	defer os.RemoveAll(temp)
	page := filepath.Join(temp, "page")
	line, err := json.Marshal(request{
		Temp: temp, Notebook: job.Notebook, Folder: job.Folder, Kernel: kernel.Name, Timeout: job.CellTimeout.Seconds(),
		Executed: filepath.Join(job.Out, name+".ipynb"), HTML: page,
	})
	if err != nil {
		return err
	}
	// The driver takes the end of its input for the end of this program, which holds
	// the other end open until the driver is done.
	input, keepOpen, err := os.Pipe()
	if err != nil {
		return err
	}
	defer keepOpen.Close()
	defer input.Close()
	if _, err := keepOpen.Write(append(line, '\n')); err != nil {
		return err
	}

	events, tell := io.Pipe()
	var complaints bytes.Buffer
	cmd := proc.Command(ctx, stopTime, s.Env.Python(), "-I", script)
	cmd.Dir = job.Folder
	cmd.Env = s.Environ(os.Environ(), job.Extra...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = input, tell, &complaints
	heard := make(chan *listener, 1)
	go func() { heard <- listen(name, events, step) }()
	done, err := proc.Start(ctx, cmd)
	if err != nil {
		_ = tell.Close()
		<-heard
		return fmt.Errorf("the driver can't be started: %w", err)
	}
	err = <-done
	_ = tell.Close()
	result := <-heard
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := setFormulas(page, filepath.Join(job.Out, name+".html")); err != nil {
		return fmt.Errorf("%s: the page can't be written: %w", name, err)
	}
	switch {
	case result.failure != nil:
		return result.failure
	case result.broken != "":
		return fmt.Errorf("%s: %s%s", name, result.broken, because(complaints.String()))
	case err != nil || !result.ended:
		return fmt.Errorf("%s: the driver failed: %s", name, lastLine(complaints.String(), err))
	}
	step.Done()
	return nil
}

// setFormulas writes the driver's page with its formulas as MathML, if there is one.
func setFormulas(from, to string) error {
	text, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return renameio.WriteFile(to, []byte(mathml.Fill(string(text))), 0o644, renameio.WithTempDir(filepath.Dir(from)))
}

// listener is what was heard from the driver.
type listener struct {
	cells   int
	ended   bool
	failure *CellError
	broken  string // what failed apart from cells
}

// listen follows the driver's events to their end.
func listen(name string, r io.Reader, step *status.Step) *listener {
	l := &listener{}
	in := bufio.NewReader(r)
	at, began := "", time.Now()
	for {
		line, err := in.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			switch e.Event {
			case "start":
				l.cells = e.Cells
			case "cell":
				at = fmt.Sprintf("cell %d/%d, %s", e.Cell, l.cells, status.Elapsed(time.Since(began)))
				step.Tick("%s", at)
			case "text":
				step.Detail("%s: %s", at, e.Text)
			case "error":
				l.failure = &CellError{Notebook: name, Cell: e.Cell, Of: l.cells, Message: message(e)}
			case "fail":
				l.broken = strings.Join(strings.Fields(e.Text), " ")
			case "end":
				l.ended = true
			}
		}
		if err != nil {
			return l
		}
	}
}

// messageLines is how many lines of a cell's error are shown.
const messageLines = 6

// message is a cell's error in a few lines: what it is, then the first lines that
// say where and why.
func message(e event) string {
	said := append(strings.Split(e.Value, "\n"), e.Lines...)
	if len(e.Lines) > 0 && strings.HasPrefix(e.Value, "exit status") {
		said = e.Lines // a program that ended itself has said why
	}
	var lines []string
	for _, line := range said {
		line = strings.TrimRight(line, " \t\r")
		bare := strings.TrimSpace(line)
		if bare == "" || strings.HasPrefix(bare, "# ") || strings.HasPrefix(bare, "goroutine ") || len(lines) > 0 && bare == lines[0] {
			continue // "# package" and "goroutine 1 [running]:" say nothing
		}
		if len(lines) == 0 {
			line = bare
		} else {
			line = "    " + line
		}
		if lines = append(lines, line); len(lines) > messageLines {
			break
		}
	}
	if len(lines) == 0 {
		return e.Name
	}
	return strings.Join(lines, "\n")
}

// logged is an error as GoNB logs it: E0102 15:04:05.000000   12345 file.go:12] text.
var logged = regexp.MustCompile(`^[EF]\d{4} [\d:.]+ +\d+ [^ ]+\] (.*)`)

// because is ": REASON", the line that says best why a kernel didn't start, the go command's own before the kernel's;
// "" where nothing was said.
func because(text string) string {
	said := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "go: ") && !strings.HasPrefix(line, "go: creating new go.mod") {
			return ": " + line
		}
		if m := logged.FindStringSubmatch(line); m != nil && said == "" && m[1] != "" {
			said = ": " + strings.TrimRight(m[1], ": ")
		}
	}
	return said
}

// lastLine is the last line of what the driver complained about.
func lastLine(text string, err error) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return errors.Join(err, errors.New("it said nothing")).Error()
}
