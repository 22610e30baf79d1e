// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// fakeChild is set where this test binary is to be a sweep's child.
const fakeChild = "CG_TEST_FAKE_CHILD"

func TestMain(m *testing.M) {
	if folder := os.Getenv(fakeChild); folder != "" {
		os.Exit(child(folder, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// child behaves as the seed of its spec says.
func child(folder string, args []string) int {
	text, ok := strings.CutPrefix(args[1], "--"+ChildFlag+"=")
	spec, err := record.DecodeSpec([]byte(text))
	if args[0] != "train" || !ok || err != nil {
		fmt.Fprintf(os.Stderr, "error: called as %q: %v\n", args, err)
		return 1
	}
	r := NewReporter(os.Stdout)
	fmt.Println("a library says hello", strings.Repeat("x", maxLine))
	r.Begin("", 0, spec.Steps)
	r.Step(3, 0.5)
	switch spec.Seed {
	case 1:
		r.Note("a note")
		r.Result(&record.Record{Spec: spec}, nil)
	case 2:
		fmt.Fprintln(os.Stderr, "error: no space left\nand more")
		return 3
	case 3:
		d := record.Divergence{Step: 4, Reason: "the loss is NaN"}
		r.Result(&record.Record{Spec: spec, Diverged: &d}, &record.DivergedError{Divergence: d})
	case 4:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case 5: // held at the first look, there at the second
		mark := filepath.Join(folder, "looked")
		if _, err := os.Stat(mark); err == nil {
			r.Result(&record.Record{Spec: spec}, nil)
			return 0
		}
		_ = os.WriteFile(mark, nil, 0o644)
		r.Result(nil, &run.HeldError{ID: spec.ID(), Owner: " (pid 1 on elsewhere)"})
	case 6: // always held
		r.Result(nil, &run.HeldError{ID: spec.ID()})
	case 7: // until asked to stop
		ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer cancel()
		r.Note("waiting")
		<-ctx.Done()
		r.Result(nil, &run.InterruptedError{ID: spec.ID(), Step: 3, Steps: spec.Steps})
		return 1
	case 10, 11, 12: // goes on with what comes next, and says who it is
		_, specs, cancel := UntilParentGone(context.Background(), os.Stdin)
		defer cancel()
		for more := true; more; {
			r.Note(fmt.Sprint("seed ", spec.Seed, " in ", os.Getpid()))
			r.Result(&record.Record{Spec: spec}, nil)
			if text, more = <-specs; more {
				if spec, err = record.DecodeSpec([]byte(text)); err != nil {
					return 1
				}
			}
		}
	case 9:
		r.Result(nil, errors.New("two\nlines"))
		return 1
	}
	return 0
}

// screen is a board that keeps what it is shown.
type screen struct {
	mu     sync.Mutex
	notes  []string
	drawn  [][]string
	onNote func(string)
}

func (s *screen) Note(line string) {
	s.mu.Lock()
	s.notes = append(s.notes, line)
	s.mu.Unlock()
	if s.onNote != nil {
		s.onNote(line)
	}
}
func (s *screen) Draw(lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = append(s.drawn, slices.Clone(lines))
}
func (s *screen) Close() {}

// fake is a sweep of the seeds.
func fake(t *testing.T, seeds ...int64) ([]*Run, Options, *screen) {
	t.Helper()
	folder := t.TempDir()
	t.Setenv(fakeChild, folder)
	pause := heldPause
	heldPause = time.Millisecond
	t.Cleanup(func() { heldPause = pause })
	specs, err := Grid{{Dataset: []string{"glyphs"}, Steps: []int{10}, Seed: seeds}}.Specs()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	store := &record.Store{Write: filepath.Join(folder, "runs")}
	board := &screen{}
	return Plan(store, specs, ""), Options{Store: store, Out: "o", Jobs: 3, Program: program, Board: board}, board
}

func TestTrain(t *testing.T) {
	runs, opt, board := fake(t, 1, 2, 3, 4, 5, 6, 9)
	Train(t.Context(), runs, opt)
	for i, want := range []struct {
		state State
		text  string
	}{
		{Finished, runs[0].ID},
		{Failed, "exit status 3: no space left"},
		{Diverged, "diverged by step 4"},
		{Failed, "signal: killed, as the system does for want of memory"},
		{Finished, runs[4].ID},
		{Held, "is being trained by another process"},
		{Failed, "two; lines"},
	} {
		if r := runs[i]; r.State != want.state || !strings.Contains(r.Text, want.text) {
			t.Errorf("seed %d: %s, %q; want %s, %q", r.Spec.Seed, r.State, r.Text, want.state, want.text)
		}
	}
	if !slices.Contains(board.notes, "a note") {
		t.Errorf("the child's note is lost: %q", board.notes)
	}
	var out strings.Builder
	err := Report(&out, runs, 65*time.Second, true)
	if !says(err, "3 of 7 runs failed") {
		t.Error(err)
	}
	for _, want := range []string{"3 of 7 runs ready: 0 found, 3 trained in 1m05s, 1 diverged, 1 held, 3 failed\n", "\n  failed: glyphs-n0-mean-c0-s2-", "\n  diverged: glyphs-n0-mean-c0-s3-", "\n  held: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &out)
		}
	}
	// One that diverged is no failure; one that another process trains is not done.
	if err := Report(io.Discard, []*Run{runs[0], runs[2]}, 0, false); err != nil {
		t.Error(err)
	}
	var held *HeldError
	if err := Report(io.Discard, []*Run{runs[0], runs[2], runs[5]}, 0, false); !errors.As(err, &held) || !says(err, "1 runs are still trained by other processes: "+runs[5].ID) {
		t.Error(err)
	}
	if err := Report(io.Discard, runs, 0, false); errors.As(err, &held) {
		t.Errorf("failures are more than held ones: %v", err)
	}
	if text := (&HeldError{IDs: []string{"a", "b", "c", "d", "e"}}).Error(); !strings.HasPrefix(text, "5 runs are still trained by other processes: a, b, c and 2 more;") {
		t.Error(text)
	}
}

func TestTrainStops(t *testing.T) {
	runs, opt, board := fake(t, 7, 17)
	runs[1].Spec.Seed = 7
	opt.Jobs = 1
	ctx, cancel := context.WithCancel(t.Context())
	board.onNote = func(line string) {
		if line == "waiting" {
			cancel()
		}
	}
	Train(ctx, runs, opt)
	if r := runs[0]; r.State != Interrupted || r.Step != 3 {
		t.Errorf("the running one: %+v", r)
	}
	if r := runs[1]; r.State != Missing {
		t.Errorf("the next one was begun: %+v", r)
	}
}

// Seeds of one setting are trained one after the other in one process, which has compiled them; one that dies is replaced.
func TestTrainSharesChildren(t *testing.T) {
	runs, opt, board := fake(t, 10, 11, 4, 12)
	opt.Jobs = 1
	Train(t.Context(), runs, opt)
	pids := map[string][]string{}
	for _, note := range board.notes {
		if seed, pid, ok := strings.Cut(note, " in "); ok && strings.HasPrefix(seed, "seed ") {
			pids[pid] = append(pids[pid], seed)
		}
	}
	// The child that seed 10 was begun in takes 11 and, as it is a child of that kind, 4 and 12 as well.
	if len(pids) != 1 {
		t.Errorf("%d processes: %v", len(pids), pids)
	}
	for _, r := range runs {
		if r.State != Finished {
			t.Errorf("seed %d: %s, %s", r.Spec.Seed, r.State, r.Text)
		}
	}

	runs, opt, _ = fake(t, 1, 2, 4, 1_000)
	opt.Jobs = 1 // each of these ends after its first run, whatever comes
	Train(t.Context(), runs, opt)
	for i, want := range []State{Finished, Failed, Failed, Failed} {
		if runs[i].State != want {
			t.Errorf("seed %d: %s, want %s (%s)", runs[i].Spec.Seed, runs[i].State, want, runs[i].Text)
		}
	}
}

func TestUntilParentGone(t *testing.T) {
	in, hold := io.Pipe()
	ctx, specs, cancel := UntilParentGone(t.Context(), in)
	defer cancel()
	if ctx.Err() != nil {
		t.Error("ended at once")
	}
	if _, err := hold.Write([]byte("one\ntwo\n")); err != nil || <-specs != "one" || <-specs != "two" {
		t.Errorf("specs don't come through: %v", err)
	}
	hold.Close()
	<-ctx.Done()
}

func TestOverview(t *testing.T) {
	runs, _, _ := fake(t, 1, 2, 3)
	start := time.Unix(1000, 0)
	s := &sweep{runs: runs, labels: labels(runs), queue: runs[2:]}
	a := &active{run: runs[1]}
	s.active = []*active{a}
	runs[0].State, runs[1].State = Finished, Running
	got := s.overview(start)
	if want := []string{"glyphs-n0-mean-c0-s2  starting", "1 of 3 runs ready, time left not known yet"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	loss := 0.25
	a.take(event{Kind: kindBegin, Done: 2, Total: 10}, start.Add(-45*time.Second))
	a.take(event{Kind: kindWait, Text: "compiling"}, start.Add(-45*time.Second))
	got = s.overview(start)
	if want := []string{"glyphs-n0-mean-c0-s2  2/10, compiling, 45 s", "1 of 3 runs ready, time left not known yet"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	a.take(event{Kind: kindWait}, start)
	a.take(event{Kind: kindStep, Done: 6, Loss: &loss}, start.Add(time.Second))
	s.meter.cost += runs[1].remaining(2) - runs[1].remaining(6) // 0.4 runs a second, 1.4 are left
	got = s.overview(start.Add(time.Second))
	if want := []string{"glyphs-n0-mean-c0-s2  6/10, loss 0.25, 4 steps/s, 1s left", "1 of 3 runs ready, about 4s left"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBoards(t *testing.T) {
	var out strings.Builder
	b := &terminalBoard{out: &out, width: func() int { return 10 }}
	b.Draw([]string{"one", "a line that is too long"})
	b.Note("note")
	b.Close()
	want := "\r\x1b[Jone\na line t…\n" + "\x1b[2A\r\x1b[Jnote\none\na line t…\n" + "\x1b[2A\r\x1b[J"
	if out.String() != want {
		t.Errorf("terminal: %q, want %q", out.String(), want)
	}
	out.Reset()
	now := time.Unix(1000, 0)
	p := &plainBoard{out: &out, now: func() time.Time { return now }}
	for range 3 {
		p.Draw([]string{"run", "total"})
		now = now.Add(plainEvery)
	}
	p.Note("note")
	if want := "total | run\ntotal | run\nnote\n"; out.String() != want {
		t.Errorf("plain: %q, want %q", out.String(), want)
	}
}

func TestDefaultJobs(t *testing.T) {
	const gigabyte = 1 << 30
	for _, c := range []struct {
		backend string
		cores   int
		free    float64
		want    int
	}{
		{"XLA on CPU", 1, 8 * gigabyte, 1}, {"XLA on CPU", 2, 8 * gigabyte, 2}, {"XLA on CPU", 16, 64 * gigabyte, 8},
		{"pure Go", 5, 64 * gigabyte, 2}, {"XLA on NVIDIA GPU", 64, 64 * gigabyte, 1}, {"XLA on CPU", 4096, math.Inf(1), MaxJobs},
		{"XLA on CPU", 16, 7 * gigabyte, 3}, {"XLA on CPU", 16, gigabyte, 1},
	} {
		if got := defaultJobs(c.backend, c.cores, c.free); got != c.want {
			t.Errorf("%s, %d cores, %.0f GB: %d, want %d", c.backend, c.cores, c.free/gigabyte, got, c.want)
		}
	}
	if free := freeMemory(); !(free > 0) {
		t.Errorf("%v bytes of memory are free", free)
	}
	if err := CheckJobs(0); !says(err, "jobs = 0: must be from 1 to 256") {
		t.Error(err)
	}
}

// TestEvent: what a child tells survives the way, also where JSON knows no word for it.
func TestEvent(t *testing.T) {
	var out strings.Builder
	r := NewReporter(&out)
	r.Step(1, math.NaN())
	var e event
	if err := json.Unmarshal([]byte(out.String()), &e); err != nil || e.Loss != nil || e.Done != 1 {
		t.Errorf("%q: %+v, %v", out.String(), e, err)
	}
}

// TestReadGridWaitsForNobody: a FIFO that nobody writes to is refused at once.
func TestReadGridWaitsForNobody(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadGrid(fifo); !says(err, fifo+": it is not a file") {
		t.Error(err)
	}
}
