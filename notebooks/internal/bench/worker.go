// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/support/exceptions"

	"coherentgradients/cgkit/backend"
)

// The warm-up ends after so many steps or so much time, whichever comes first.
const (
	warmUpSteps = 5
	warmUpTime  = 500 * time.Millisecond
)

// stepper makes steps in one of the ways.
type stepper interface {
	// run makes steps and returns how many: one, or those of a call of the loop. It returns when they are done.
	run(ctx context.Context) (int, error)
	// weights are the weights and biases now, in turn.
	weights() ([][]float32, error)
	// warm readies what comes after the first step; the last step's milliseconds are returned.
	warm(ctx context.Context) (float64, error)
}

// Serve is a worker for this project's code: it answers the requests on in until there are no more. Only a broken pipe
// or an ended context is an error; everything else is answered.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	requests, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	var s stepper
	for ctx.Err() == nil {
		var r Request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a Answer
		var err error
		// Graph building panics.
		if panicked := exceptions.TryCatch[error](func() { s, a, err = answer(ctx, s, r) }); panicked != nil {
			err = panicked
		}
		if err != nil {
			text, _, _ := strings.Cut(err.Error(), "\n")
			a = Answer{Error: text}
		}
		a.PeakRSSMB = peakRSSMB()
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

func answer(ctx context.Context, s stepper, r Request) (stepper, Answer, error) {
	switch {
	case r.Op == opStart && r.Setup != nil:
		return start(ctx, r.Setup)
	case r.Op == opRun && s != nil:
		var a Answer
		for i := range r.Skip + r.Steps {
			ms, err := timed(ctx, s)
			if err != nil {
				return s, Answer{}, err
			}
			if i >= r.Skip {
				a.TimesMS = append(a.TimesMS, ms)
			}
		}
		return s, a, nil
	}
	return s, Answer{}, fmt.Errorf("a request %q that makes no sense here", r.Op)
}

// timed is the milliseconds a step of one run.
func timed(ctx context.Context, s stepper) (float64, error) {
	began := time.Now()
	n, err := s.run(ctx)
	return float64(time.Since(began)) / float64(time.Millisecond) / float64(max(n, 1)), err
}

// start makes ready what a setup asks for: compiled, checked, warm.
func start(ctx context.Context, setup *Setup) (stepper, Answer, error) {
	b, kind, err := open(setup.Backend)
	if err != nil {
		return nil, Answer{}, err
	}
	a := Answer{Backend: kind, Parameters: setup.parameters(), XLAFlags: os.Getenv("XLA_FLAGS"), Versions: moduleVersions()}
	if choice := backend.Describe(); choice.Plugin != "" && kind != "go" && setup.Backend == "" {
		a.Versions["plugin"] = filepath.Base(choice.Plugin) + " sha256 " + backend.FileHash(choice.Plugin)
	}
	var s stepper
	switch {
	case setup.Way == wayPrepare:
		a.Variables, err = prepare(ctx, b, setup)
		return nil, a, err
	case setup.Way == wayLoop || setup.Model != nil:
		s, err = newLoop(ctx, b, setup)
	default:
		s, err = newCall(ctx, b, setup)
	}
	if err != nil {
		return nil, Answer{}, err
	}
	debug.FreeOSMemory() // what was only needed to start is no part of a step's peak
	first, err := timed(ctx, s)
	if err != nil {
		return nil, Answer{}, err
	}
	if setup.Check != "" {
		now, err := s.weights()
		if err != nil {
			return nil, Answer{}, err
		}
		if err := writeFloats(setup.Check, now...); err != nil {
			return nil, Answer{}, err
		}
	}
	if a.StepMS, err = s.warm(ctx); err != nil {
		return nil, Answer{}, err
	}
	a.CompileS = max(first-a.StepMS, 0) / 1e3
	if l, ok := s.(*loop); ok {
		a.Chunk = l.chunk
	}
	return s, a, nil
}

// open opens a backend and names it for the table: go, xla:cpu, xla:cuda.
func open(config string) (b compute.Backend, kind string, err error) {
	if config == "" {
		config = backend.Describe().Config
		b, _, err = backend.Open()
	} else {
		b, err = backend.OpenConfig(config)
	}
	if err != nil {
		return nil, "", err
	}
	switch {
	case backend.Choice{Config: config}.PureGo():
		return b, "go", nil
	case b.Name() == "xla" && strings.Contains(strings.ToLower(config), "cuda"):
		return b, "xla:cuda", nil
	case b.Name() == "xla":
		return b, "xla:cpu", nil
	}
	return b, b.Name(), nil
}
