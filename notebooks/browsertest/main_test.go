// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// mark is in the environment of all that the tests start, so that what outlives them is found.
var mark = "BROWSERTEST=" + rand.Text()

// session is one JupyterLab and one browser, shared by all tests: to set them up takes longer than most of these.
type session struct {
	lab     *lab
	page    context.Context
	console console
	runs    string // the folder of the runs' records

	closeBrowser context.CancelFunc
}

var shared struct {
	sync.Mutex
	session *session
	failed  error
}

// start returns the session, which the first test that asks for it starts.
func start(t testing.TB) *session {
	t.Helper()
	if testing.Short() {
		t.Skip("JupyterLab in a browser is left out by -short")
	}
	path := chromium(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.failed != nil {
		t.Fatal(shared.failed)
	}
	if shared.session == nil {
		if shared.session, shared.failed = newSession(path); shared.failed != nil {
			t.Fatal(shared.failed)
		}
	}
	s := shared.session
	s.console.clear()
	t.Cleanup(func() {
		if t.Failed() {
			s.screenshot(t, "failed")
		}
		for _, line := range s.console.errors() {
			t.Errorf("on the console: %s", line)
		}
	})
	return s
}

func newSession(chromium string) (*session, error) {
	dataset := os.Getenv("CG_DATASET") // to watch it on real data
	if dataset == "" {
		dataset = "glyphs"
	}
	runs, err := os.MkdirTemp("", "browsertest-")
	if err != nil {
		return nil, err
	}
	s := &session{runs: runs}
	if s.lab, err = startLab(mark, "CG_MODE=quick", "CG_DATASET="+dataset, "CG_RUNS="+runs); err != nil {
		return nil, err
	}
	if err := s.startBrowser(chromium); err != nil {
		return nil, err
	}
	return s, nil
}

// close ends all that the session started and says what did not end.
func (s *session) close() (problems []string) {
	if s.closeBrowser != nil {
		s.closeBrowser()
	}
	if err := s.lab.stop(); err != nil {
		problems = append(problems, err.Error())
	}
	_ = os.RemoveAll(s.runs)
	left := leftOver(mark)
	for deadline := time.Now().Add(10 * time.Second); len(left) > 0 && time.Now().Before(deadline); left = leftOver(mark) {
		time.Sleep(100 * time.Millisecond)
	}
	for _, program := range left {
		problems = append(problems, "left behind: "+program)
	}
	return problems
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.session != nil {
		for _, problem := range shared.session.close() {
			fmt.Fprintln(os.Stderr, problem)
			code = 1
		}
	}
	os.Exit(code)
}
