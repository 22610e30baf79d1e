// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAsk(t *testing.T) {
	w, err := dial(t.Context(), worker(t, roleFake))
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.ask(t.Context(), Request{Op: opStart, Setup: &Setup{Aggregator: "mean"}}, time.Minute)
	if err != nil || a.Backend != "fake" || a.StepMS != 1 || a.PeakRSSMB != 100 {
		t.Fatalf("start: %+v, %v", a, err)
	}
	for _, want := range []float64{1, 3} {
		a, err = w.ask(t.Context(), Request{Op: opRun, Skip: 5, Steps: 2}, time.Minute)
		if err != nil || len(a.TimesMS) != 2 || a.TimesMS[0] != want {
			t.Fatalf("run: %+v, %v", a, err)
		}
	}
	if _, err = w.ask(t.Context(), Request{Op: opStart, Setup: &Setup{Aggregator: "median"}}, time.Minute); err == nil || err.Error() != "no median today" {
		t.Errorf("a worker's error came as %v", err)
	}
	w.close()
}

func TestAskFails(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, role, want string
		ctx              context.Context
		limit            time.Duration
	}{
		{"a worker that dies", roleDies, "the worker ended: the library is broken", t.Context(), time.Minute},
		{"a worker that hangs", roleDumb, "no answer within 0 s", t.Context(), time.Millisecond},
		{"interrupted", roleDumb, "context canceled", ended, time.Minute},
	} {
		w, err := dial(t.Context(), worker(t, c.role))
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.ask(c.ctx, Request{Op: opRun}, c.limit)
		if err == nil || !strings.Contains(err.Error(), c.want) || c.ctx == ended && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		w.kill()
	}
	if _, err := dial(t.Context(), Command{Args: []string{"/no/such/worker"}}); err == nil {
		t.Error("a worker that is not there was started")
	}
}
