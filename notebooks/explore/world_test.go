// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// madeUp is a record of a spec with made-up numbers, at the first n evaluations of its schedule; n < 0: all.
func madeUp(spec record.Spec, n int) *record.Record {
	r := &record.Record{Spec: spec.Normalized()}
	schedule := record.Schedule(spec.Steps)
	if n < 0 || n > len(schedule) {
		n = len(schedule)
	}
	for i, step := range schedule[:n] {
		v := float64(i) / float64(len(schedule))
		e := record.Evaluation{Step: step, TrainAccuracy: v, TestAccuracy: 1 - v, TrainLoss: 2 - v, TestLoss: 2 + v, Overfit: v / 2}
		if spec.Noise > 0 {
			pristine, corrupt := v, v/3
			e.PristineAccuracy, e.CorruptAccuracy = &pristine, &corrupt
		}
		r.Evaluations = append(r.Evaluations, e)
	}
	return r
}

// write puts a record into a store's folder.
func write(t *testing.T, store *record.Store, r *record.Record) {
	t.Helper()
	dir := filepath.Join(store.Write, r.Spec.ID())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for _, e := range r.Evaluations {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	for name, text := range map[string][]byte{"spec.json": spec, "evaluations.jsonl": lines} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// small is the run that the tests begin at.
func small() record.Spec {
	s := record.DefaultSpec()
	s.Dataset, s.Hidden, s.Steps, s.Noise, s.Aggregator, s.C = "glyphs", []int{64}, 300, 0.5, record.AggregatorWinsorize, 2
	return s
}

// world is a loop whose page, clock and training are the test's.
type world struct {
	*loop
	time   time.Time
	blocks map[string]string // what was shown last
	knocks int
	// asked are the specs whose training was started; each ends when told to.
	asked chan record.Spec
	end   chan error
}

func newWorld(t *testing.T, records ...*record.Record) *world {
	t.Helper()
	dir := t.TempDir()
	store := &record.Store{Folders: []string{dir}, Write: dir}
	for _, r := range records {
		write(t, store, r)
	}
	w := &world{
		time: time.Unix(1, 0), blocks: map[string]string{}, asked: make(chan record.Spec, 10), end: make(chan error, 10),
	}
	known := scan(store)
	w.loop = &loop{
		base: small(), choices: offer(small(), known), store: store, known: known, id: "cg_explore_test", at: controlsOf(small()),
		now:    func() time.Time { return w.time },
		update: func(block, html string) { w.blocks[block] = html },
		knock:  func() { w.knocks++ },
		run: func(ctx context.Context, spec record.Spec, progress run.Progress) (*record.Record, error) {
			progress.Begin(spec.ID(), 0, spec.Steps)
			progress.Step(100, 0.5)
			w.asked <- spec
			select {
			case err := <-w.end:
				return nil, err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}
	if err := w.begin(); err != nil {
		t.Fatal(err)
	}
	return w
}

// say is a message of the page at the loop's controls, changed as asked.
func (w *world) say(seq int, changes map[string]any) string {
	state := map[string]any{
		"seq": seq, "dataset": w.at.Dataset, "model": w.at.Model, "net": w.at.Net, "rule": w.at.Rule, "percentile": w.at.Percentile,
		"length": w.at.Length, "batch": w.at.Batch, "rate": w.at.Rate, "seed": w.at.Seed, "at": w.at.At,
		"noise": slices.Index(w.choices.noises, w.at.Noise), "c": slices.Index(w.choices.cs, w.at.C),
	}
	maps.Copy(state, changes)
	text, err := json.Marshal(state)
	if err != nil {
		panic(err)
	}
	return string(text)
}
