// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// roleVariable makes the test program a worker of that role.
const roleVariable = "CG_BENCH_TEST_ROLE"

// Roles of the test program.
const (
	roleReal = "real" // Serve
	roleFake = "fake" // answers without computing
	roleDumb = "dumb" // reads and never answers
	roleDies = "dies" // ends with a message
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case roleReal:
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case roleFake:
		fake()
	case roleDumb:
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
	case roleDies:
		fmt.Fprintln(os.Stderr, "loading\nthe library is broken")
		os.Exit(3)
	}
}

// fake answers as a worker would whose steps take 1, 2, 3 … ms, with chatter in between. It refuses the rule "median".
func fake() {
	requests := json.NewDecoder(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	steps := 0
	for {
		var r Request
		if requests.Decode(&r) != nil {
			return
		}
		fmt.Println("a library prints this")
		a := Answer{PeakRSSMB: float64(100 + steps)}
		switch {
		case r.Op == opRun:
			for range r.Steps {
				steps++
				a.TimesMS = append(a.TimesMS, float64(steps))
			}
		case r.Setup.Aggregator == "median":
			a.Error = "no median today"
		case r.Setup.Way == wayPrepare:
			if err := writeFloats(r.Setup.Dir+"/"+weightsFile, []float32{1, 2}); err != nil {
				a.Error = err.Error()
			}
			a.Versions = map[string]string{"fake": "1"}
			a.XLAFlags = "--a=1 --dump_to=/home/someone"
		default:
			if r.Setup.Check != "" {
				if err := writeFloats(r.Setup.Check, []float32{0.5, 1.5}); err != nil {
					a.Error = err.Error()
				}
			}
			a.StepMS, a.Backend, a.CompileS = 1, "fake", 0.25
		}
		_ = answers.Encode(a)
	}
}

// worker is this test program in a role.
func worker(t *testing.T, role string) Command {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Command{Args: []string{self}, Env: append(os.Environ(), roleVariable+"="+role)}
}
