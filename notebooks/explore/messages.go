// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"coherentgradients/cgkit/record"
)

// message is all that the page has to say, whole each time: where the controls stand and how often each button was
// pressed. So the newest message is enough, however many were lost or came late.
type message struct {
	Seq        int     `json:"seq"` // rises with each message of a page
	Dataset    string  `json:"dataset"`
	Model      string  `json:"model"`
	Settings   string  `json:"settings"`
	Net        string  `json:"net"`
	Rule       string  `json:"rule"`
	Percentile string  `json:"percentile"`
	RuleSet    string  `json:"ruleset"`
	Optimizer  string  `json:"optimizer"`
	Momentum   float64 `json:"momentum"`
	NoiseKind  string  `json:"noisekind"`
	Augment    string  `json:"augment"`
	Length     int     `json:"length"`
	Batch      int     `json:"batch"`
	Rate       float64 `json:"rate"`
	Seed       int64   `json:"seed"`
	Noise      int     `json:"noise"` // the slider's place
	C          int     `json:"c"`
	At         int     `json:"at"`
	Train      int     `json:"train"`
	Stop       int     `json:"stop"`
	Done       int     `json:"done"`
}

// maxLength bounds the steps that a page may ask for: their schedule is listed.
const maxLength = 10_000_000

// parse reads a message. What is not among the choices of a menu is an error: it came from a page of another version.
// What stands in a field is judged with the spec that it makes.
func parse(text string, c choices) (message, Controls, error) {
	var m message
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, Controls{}, fmt.Errorf("message from the page: %w", err)
	}
	switch {
	case m.Noise < 0 || m.Noise >= len(c.noises):
		return m, Controls{}, fmt.Errorf("message from the page: noise slider at %d of %d", m.Noise, len(c.noises))
	case m.C < 0 || m.C >= len(c.cs):
		return m, Controls{}, fmt.Errorf("message from the page: c slider at %d of %d", m.C, len(c.cs))
	case !slices.Contains(c.datasets, m.Dataset) || !slices.Contains(c.models, m.Model) || !slices.Contains(c.rules, m.Rule):
		return m, Controls{}, fmt.Errorf("message from the page: %q, %q or %q is on no menu", m.Dataset, m.Model, m.Rule)
	case m.Length < 0 || m.Length > maxLength:
		return m, Controls{}, fmt.Errorf("%d steps: choose 0 to %d", m.Length, maxLength)
	}
	last := len(record.Schedule(m.Length)) - 1
	return m, Controls{
		Dataset: m.Dataset, Model: m.Model, Settings: m.Settings, Net: m.Net, Rule: m.Rule, Percentile: m.Percentile,
		RuleSettings: m.RuleSet, Optimizer: m.Optimizer, Momentum: m.Momentum, NoiseKind: m.NoiseKind, Augment: m.Augment,
		Length: m.Length, Batch: m.Batch, Rate: m.Rate, Seed: m.Seed,
		Noise: c.noises[m.Noise], C: c.cs[m.C], At: min(max(m.At, 0), last),
	}, nil
}

// mailbox keeps the newest message. GoNB delivers each on a goroutine of its own, in any order.
type mailbox struct {
	// ready has a value when there is a message that was not taken yet.
	ready chan struct{}

	mu     sync.Mutex
	newest int // its seq
	text   string
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

// put takes a message unless a newer one came before it.
func (b *mailbox) put(text string) {
	var m struct {
		Seq int `json:"seq"`
	}
	if json.Unmarshal([]byte(text), &m) != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.Seq <= b.newest {
		return
	}
	b.newest, b.text = m.Seq, text
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take returns the newest message.
func (b *mailbox) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text
}
