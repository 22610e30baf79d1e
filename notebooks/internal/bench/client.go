// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"coherentgradients/notebooks/internal/proc"
)

// grace is how long a worker has to end by itself.
const grace = 3 * time.Second

// Command is a worker program.
type Command struct {
	Args []string // the program and its arguments
	Env  []string // its whole environment
	Dir  string   // its working folder; empty: this process's
}

// client is the near end of a worker.
type client struct {
	in      io.WriteCloser
	answers chan Answer // closed when the worker has gone
	done    <-chan error
	cancel  context.CancelFunc
	said    *tail
}

// dial starts a worker.
func dial(ctx context.Context, c Command) (*client, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := proc.Command(ctx, grace, c.Args[0], c.Args[1:]...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	w := &client{answers: make(chan Answer), cancel: cancel, said: &tail{}}
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, w.said
	in, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	w.in = in
	done, err := proc.Start(ctx, cmd)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("the worker can't be started: %w", err)
	}
	ended := make(chan error, 1)
	w.done = ended
	go func() {
		err := <-done
		_ = writer.Close()
		ended <- err
	}()
	go w.read(ctx, reader)
	return w, nil
}

// read hands the worker's lines on; a line that is no answer is what a library printed, and is kept for an error.
func (w *client) read(ctx context.Context, from *io.PipeReader) {
	defer func() { _ = from.Close() }() // or a worker that still writes would never end
	defer close(w.answers)
	lines := bufio.NewReaderSize(from, 1<<16)
	for {
		text, err := lines.ReadBytes('\n')
		var a Answer
		if len(bytes.TrimSpace(text)) > 0 {
			if json.Unmarshal(text, &a) == nil {
				select {
				case w.answers <- a:
				case <-ctx.Done():
					return
				}
			} else {
				_, _ = w.said.Write(text)
			}
		}
		if err != nil {
			return
		}
	}
}

// ask sends a request and waits for the answer, at most for limit. After an error the worker is of no more use.
func (w *client) ask(ctx context.Context, r Request, limit time.Duration) (Answer, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return Answer{}, err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := w.in.Write(append(data, '\n'))
		sent <- err
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return Answer{}, context.Cause(ctx)
	case <-timer.C:
		return Answer{}, fmt.Errorf("no answer within %.0f s", limit.Seconds())
	case a, there := <-w.answers:
		switch {
		case !there && ctx.Err() != nil:
			return Answer{}, context.Cause(ctx)
		case !there:
			return Answer{}, errors.New("the worker ended: " + w.said.last())
		case a.Error != "":
			return Answer{}, errors.New(a.Error)
		}
		return a, <-sent
	}
}

// close lets the worker end, and ends it if it does not.
func (w *client) close() {
	_ = w.in.Close()
	select {
	case <-w.done:
	case <-time.After(grace):
		w.cancel()
		<-w.done
	}
	w.cancel()
}

// kill ends the worker now.
func (w *client) kill() {
	w.cancel()
	_ = w.in.Close()
	<-w.done
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - 1<<14; over > 0 {
		t.text = append([]byte(nil), t.text[over:]...)
	}
	return len(p), nil
}

// last is the last line that says something.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	if text := strings.TrimSpace(lines[len(lines)-1]); text != "" {
		return text
	}
	return "it said nothing"
}
