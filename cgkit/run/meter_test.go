// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMeterLeavesWaitingOut: 45 seconds of compiling promise no hours of training, before the first step or later.
func TestMeterLeavesWaitingOut(t *testing.T) {
	c := &clock{time.Unix(1000, 0)}
	var m Meter
	check := func(want string) {
		t.Helper()
		if got := m.Line(c.now()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	m.Begin("x", 0, 60_000, c.now())
	check("0 of 60,000 steps")
	m.Wait("compiling", c.now())
	check("0 of 60,000 steps, compiling, 0 s")
	c.pass(45 * time.Second)
	check("0 of 60,000 steps, compiling, 45 s")
	c.pass(80 * time.Second)
	check("0 of 60,000 steps, compiling, 2 min 05 s")
	m.Wait("", c.now())
	check("0 of 60,000 steps")
	c.pass(time.Second)
	m.Step(1000, 0.5, c.now())
	check("1,000 of 60,000 steps, loss 0.5, 1,000 steps/s, 59s left")
	m.Wait("compiling", c.now())
	c.pass(time.Hour)
	check("1,000 of 60,000 steps, loss 0.5, compiling, 60 min 00 s")
	if left, ok := m.Left(c.now()); !ok || left != 59*time.Second {
		t.Errorf("left while waiting: %v, %v", left, ok)
	}
	c.pass(time.Hour)
	m.Step(1000, 0.5, c.now()) // ends waiting by itself
	c.pass(time.Second)
	m.Step(2000, 0.5, c.now())
	check("2,000 of 60,000 steps, loss 0.5, 1,000 steps/s, 58s left")
	if got := m.Spent(c.now()); got != 2*time.Second {
		t.Errorf("spent %v", got)
	}
}

// listened is a writer that says when a text has come.
// compilingEngine is the fake with something to compile.
type compilingEngine struct {
	Engine
	compile func(context.Context) error
}

func (e compilingEngine) Compile(ctx context.Context) error { return e.compile(ctx) }

// waits writes down what is waited for, between the other events.
type waits struct{ events }

func (w *waits) Wait(what string) { w.add("wait %s", what) }

func TestRunCompilesFirst(t *testing.T) {
	spec := fakeSpec(2)
	log := &waits{}
	opt := fakeOptions(t, &hooks{})
	opt.Progress = log
	inner := opt.NewEngine
	failing := error(nil)
	opt.NewEngine = func(ctx context.Context, p Problem) (Engine, error) {
		e, err := inner(ctx, p)
		return compilingEngine{e, func(context.Context) error { log.add("compiles"); return failing }}, err
	}
	failing = context.DeadlineExceeded // whatever
	if _, err := Run(context.Background(), spec, opt); err == nil || !strings.Contains(err.Error(), "failed at step 0") {
		t.Errorf("a failure to compile: %v", err)
	}
	failing = nil
	log.lines = nil
	mustRun(t, spec, opt)
	if want := []string{"begin " + spec.ID() + " 0/2", "wait compiling", "compiles", "wait ", "step 1"}; len(log.lines) < 5 || !slices.Equal(log.lines[:5], want) {
		t.Errorf("%q, want %q first", log.lines, want)
	}
}

// TestMeterForgetsASlowStart has a first step that takes a minute, and then ten a second.
func TestMeterForgetsASlowStart(t *testing.T) {
	now := time.Unix(0, 0)
	var m Meter
	m.Begin("x", 0, 1000, now)
	now = now.Add(time.Minute)
	m.Step(1, math.NaN(), now)
	for step := 11; step <= 501; step += 10 {
		now = now.Add(time.Second)
		m.Step(step, math.NaN(), now)
	}
	if left, ok := m.Left(now); !ok || left.Round(time.Second) != 50*time.Second {
		t.Errorf("left %v, %v; want 50 s", left, ok)
	}
}

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }

// TestMeterWaitsForTheFirstSteps: the first steps of a run are evaluated more often than those after them, and say nothing of
// the time left; a slow run's do after some seconds.
func TestMeterWaitsForTheFirstSteps(t *testing.T) {
	start := time.Unix(0, 0)
	for _, c := range []struct {
		done, total int
		after       time.Duration
		known       bool
	}{
		{10, 60_000, 700 * time.Millisecond, false}, {300, 60_000, 1500 * time.Millisecond, true}, {10, 60_000, 6 * time.Second, false}, {10, 60_000, 16 * time.Second, true},
		{20, 400, 900 * time.Millisecond, false}, {50, 400, time.Second, true}, {1, 3, time.Second, true},
	} {
		var m Meter
		m.Begin("", 0, c.total, start)
		m.Wait("compiling", start)
		begun := start.Add(30 * time.Second)
		m.Wait("", begun)
		m.Step(c.done, 1, begun.Add(c.after))
		if left, known := m.Left(begun.Add(c.after)); known != c.known {
			t.Errorf("%d of %d steps after %v: %v left, known %v, want %v", c.done, c.total, c.after, left, known, c.known)
		}
	}
}
