// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/internal/settings"
	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
)

// poolSize is how many shapes a pool keeps: each holds its weights on the device.
const poolSize = 8

// Pool makes engines that use again what earlier ones have compiled: runs that differ in seed, label noise, length or
// what is saved share their updates and evaluations, and so do a run that was stopped and the same one going on. The
// results are the same to the bit. What a run with gradients measured compiles for those is its own.
//
// A pool lives within one process: XLA's compiled code is kept by no file. It is safe for concurrent use; engines in use
// at one time share nothing. The zero value is ready to use. While it lives, a model registered under a name must not be
// replaced by one that only differs in what its graph doesn't show.
type Pool struct {
	mu     sync.Mutex
	idle   []*compiled // the last used last
	closed bool
	reused int
}

// compiled is what engines hand on: computations, and the store whose variables they read and write.
type compiled struct {
	key       string
	store     *model.Store
	variables []*model.Variable

	steps, evaluate, probe *model.Exec

	limit, chunk int
}

// New is [New] with the pool.
func (p *Pool) New(ctx context.Context, problem run.Problem) (run.Engine, error) {
	b, _, err := backend.Open()
	if err != nil {
		return nil, err
	}
	return p.On(b)(ctx, problem)
}

// On is [On] with the pool.
func (p *Pool) On(b compute.Backend) run.EngineMaker {
	return func(ctx context.Context, problem run.Problem) (run.Engine, error) {
		return newNamed(ctx, b, problem, p)
	}
}

// With is [With] with the pool.
func (p *Pool) With(b compute.Backend, m models.Model) run.EngineMaker {
	settings.Declare(m.Name, m.Overrides)
	return func(ctx context.Context, problem run.Problem) (run.Engine, error) {
		return newGiven(ctx, b, m, problem, p)
	}
}

// Reused is how many engines needed no compiling of their updates.
func (p *Pool) Reused() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reused
}

// Close frees what no engine is using; what engines hand back later is freed then.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, c := range p.idle {
		c.free()
	}
	p.idle = nil
}

// take gives what fits a key, nil for none.
func (p *Pool) take(key string) *compiled {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		if c := p.idle[i]; c.key == key {
			p.idle = slices.Delete(p.idle, i, i+1)
			p.reused++
			return c
		}
	}
	return nil
}

// put takes back what an engine no longer uses.
func (p *Pool) put(c *compiled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.free()
		return
	}
	p.idle = append(p.idle, c)
	if len(p.idle) > poolSize {
		p.idle[0].free()
		p.idle = slices.Delete(p.idle, 0, 1)
	}
}

func (c *compiled) free() {
	finalizeAll(c.steps, c.evaluate, c.probe)
	c.store.Finalize()
}

// keyOf names what the computations of an engine depend on, besides whether they follow its health. graph is the text of one update's graph; as that shows
// no shape that is not in it and not every constant, what the spec, the set and the model say is named as well.
func (e *engine) keyOf(graph string) string {
	s, set := e.problem.Spec, e.problem.Set
	sum := sha256.Sum256([]byte(graph))
	s.Seed, s.Noise, s.Steps, s.Data, s.Schedule = 0, 0, 0, "", ""
	s.NoiseKind, s.Augment, s.First, s.FirstSteps = "", "", "", 0 // what is fed, and from which weights
	text, err := json.Marshal([]any{
		fmt.Sprintf("%p", e.backend), reflect.ValueOf(e.model.Output).Pointer(), s,
		e.feed.rawType().String(), e.feed.labelType().String(), e.feed.features, set.Height, set.Width, set.Channels, set.Classes,
		hex.EncodeToString(sum[:]),
	})
	if err != nil {
		panic(err) // numbers and texts
	}
	return string(text)
}

// poolKey is the key of updates that follow the run's health, or don't.
func (e *engine) poolKey(health bool) string { return fmt.Sprint(e.key, " health ", health) }

// adopt makes the engine one of computations that are there already, at the initial values of its own. It says whether
// they fit.
func (e *engine) adopt(c *compiled) (bool, error) {
	if len(c.variables) != len(e.variables) {
		return false, nil
	}
	for i, v := range e.variables {
		if old := c.variables[i]; old.Path() != v.Path() || !old.Shape().Equal(v.Shape()) {
			return false, nil
		}
	}
	for i, v := range e.variables {
		value, err := v.Value()
		if err == nil {
			value, err = value.LocalClone()
		}
		if err == nil {
			err = c.variables[i].SetValue(value)
		}
		if err != nil {
			return false, err
		}
	}
	e.store.Finalize()
	e.store, e.variables = c.store, c.variables
	e.steps, e.evaluate, e.probe = c.steps, c.evaluate, c.probe
	e.limit, e.chunk = c.limit, c.chunk
	return true, nil
}
