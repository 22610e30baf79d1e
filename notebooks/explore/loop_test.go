// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coherentgradients/cgkit/run"
)

// shows fails unless a block has a text.
func (w *world) shows(t *testing.T, block, text string) {
	t.Helper()
	if !strings.Contains(w.blocks[block], text) {
		shown := w.blocks[block]
		t.Errorf("%s doesn't say %q but %.600s", block, text, shown)
	}
}

// What is there is drawn at once; what is not is said, and offered to be trained.
func TestFound(t *testing.T) {
	w := newWorld(t, madeUp(small(), -1))
	w.shows(t, statusBlock, `data-train=""`)
	w.shows(t, statusBlock, "Step 300: train ")
	w.shows(t, statusBlock, "c = 2 at 50 %")
	w.shows(t, pictureBlock, "data:image/png;base64,")
	w.shows(t, statusBlock, `data-heard="false"`)

	w.handle(t.Context(), w.say(1, map[string]any{"c": 0}))
	w.shows(t, statusBlock, `data-heard="true"`)
	w.shows(t, statusBlock, "No record of this run yet: glyphs (synthetic) at 50 % label noise, plain SGD")
	w.shows(t, statusBlock, `data-train="Train 300 steps"`)
	w.shows(t, pictureBlock, `data-seq="1"`)
	w.shows(t, pictureBlock, "no record yet")
	if w.last.evaluated() == 0 || w.last.at.C != 2 {
		t.Errorf("what stays is %+v", w.last)
	}

	w.handle(t.Context(), w.say(2, map[string]any{"c": slices.Index(w.choices.cs, 2), "at": 5}))
	w.shows(t, statusBlock, "Step 5: train ")
}

// A spec that can't be is said too, without a Train button.
func TestWrong(t *testing.T) {
	w := newWorld(t)
	for seq, c := range []struct {
		field string
		value any
		want  string
	}{
		{"net", "64,wide", `net = `}, {"net", "64,0", "hidden"}, {"rate", -1, "learning rate = -1"}, {"batch", 100_000, "No such run"},
		{"settings", "nonsense", "settings = "}, {"length", 20_000_000, "20000000 steps: choose 0 to"}, {"batch", 0, "No such run: batch = 0"},
	} {
		changes := map[string]any{c.field: c.value}
		if c.field == "settings" {
			changes["model"] = "cnn"
		}
		w.handle(t.Context(), w.say(seq-10, changes))
		if c.field == "batch" && c.value == 100_000 {
			continue // that is the data's to say
		}
		w.shows(t, statusBlock, c.want)
	}
	w.shows(t, statusBlock, `data-train=""`)
	w.handle(t.Context(), w.say(2, map[string]any{"train": 1}))
	if w.training != nil {
		t.Error("it is trained all the same")
	}
	w.handle(t.Context(), w.say(3, map[string]any{"c": 99}))
	w.shows(t, statusBlock, "c slider at 99")
}

func TestTrainAndStop(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.handle(ctx, w.say(1, map[string]any{"train": 1}))
	spec := <-w.asked
	if spec.ID() != small().ID() {
		t.Errorf("trained is %s", spec.ID())
	}
	w.handle(ctx, w.say(2, map[string]any{"train": 1}))
	w.handle(ctx, w.say(3, map[string]any{"train": 2}))
	w.time = w.time.Add(time.Second)
	w.tick()
	w.shows(t, statusBlock, "100 of 300 steps, loss 0.5, 100 steps/s, 2s left")
	w.shows(t, statusBlock, `data-training="yes"`)

	write(t, w.store, madeUp(small(), 4))
	w.tick()
	w.shows(t, statusBlock, "Step 3: train ")

	w.handle(ctx, w.say(4, map[string]any{"train": 2, "stop": 1}))
	w.shows(t, statusBlock, `data-training="stopping"`)
	if err := <-w.training.done; !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped with %v", err)
	}
	w.ended(&run.InterruptedError{ID: spec.ID(), Step: 100, Steps: 300})
	w.shows(t, statusBlock, "Stopped at step 100, saved there.")
	w.shows(t, statusBlock, `data-train="Go on to 300 steps"`)
	if len(w.asked) > 0 {
		t.Errorf("a second run was started: %v", <-w.asked)
	}

	w.handle(ctx, w.say(5, map[string]any{"train": 3, "stop": 1}))
	<-w.asked
	write(t, w.store, madeUp(small(), -1))
	w.end <- nil
	w.ended(<-w.training.done)
	w.shows(t, statusBlock, "Trained.")
	w.shows(t, statusBlock, `data-train=""`)
}

// What went wrong in training is one line, and another run can be trained.
func TestTrainingFails(t *testing.T) {
	w := newWorld(t)
	w.handle(t.Context(), w.say(1, map[string]any{"train": 1}))
	<-w.asked
	w.end <- errors.New("the disk is full; free some")
	w.ended(<-w.training.done)
	w.shows(t, statusBlock, "Not trained: the disk is full; free some")
	w.shows(t, statusBlock, `data-train="Train 300 steps"`)
}

// The cell ends by itself when no page answers, or none is left; not while it trains.
func TestNobodyLooks(t *testing.T) {
	w := newWorld(t)
	for range int(greeting / time.Second) {
		if w.tick() {
			t.Fatalf("it ends after %v", w.time.Sub(w.began))
		}
		w.time = w.time.Add(time.Second)
	}
	if !w.tick() || w.knocks < 3 {
		t.Errorf("it doesn't end when no page answers, or knocked only %d times", w.knocks)
	}

	w = newWorld(t)
	w.handle(t.Context(), w.say(1, nil))
	w.time = w.time.Add(silence - time.Second)
	if w.tick() {
		t.Error("it ends though the page was heard")
	}
	if w.knocks != 1 {
		t.Errorf("it knocked %d times at a page that was heard before", w.knocks)
	}
	w.handle(t.Context(), w.say(2, map[string]any{"train": 1}))
	<-w.asked
	w.time = w.time.Add(silence)
	if w.tick() {
		t.Error("it ends while it trains")
	}
	w.end <- nil
	w.ended(<-w.training.done)
	if !w.tick() {
		t.Error("it doesn't end though the page is gone")
	}
}

// Done, an interrupt and messages in any order end at the state of the newest.
func TestLive(t *testing.T) {
	w := newWorld(t, madeUp(small(), -1))
	mail := newMailbox()
	for _, seq := range []int{3, 1, 7, 2} {
		mail.put(w.say(seq, map[string]any{"at": seq}))
	}
	mail.put(w.say(8, map[string]any{"at": 7, "done": 1}))
	mail.put("no JSON")
	w.live(t.Context(), mail)
	if w.seen.Seq != 8 {
		t.Errorf("ended at message %d", w.seen.Seq)
	}

	w = newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.handle(ctx, w.say(1, map[string]any{"train": 1}))
	<-w.asked
	cancel()
	w.live(ctx, newMailbox())
	if w.training != nil {
		t.Error("the run goes on after the cell's end")
	}
}

// Of a burst in any order, the newest message is what is taken.
func TestMailbox(t *testing.T) {
	mail := newMailbox()
	done := make(chan struct{})
	for seq := 1; seq <= 100; seq++ {
		go func() {
			mail.put(fmt.Sprintf(`{"seq":%d}`, seq))
			done <- struct{}{}
		}()
	}
	for range 100 {
		<-done
	}
	<-mail.ready
	if got := mail.take(); got != `{"seq":100}` {
		t.Errorf("taken: %s", got)
	}
	if len(mail.ready) != 0 {
		t.Error("it says that there is more")
	}
}

// Every field is the run's: what it says is in the spec that is trained, and runs looked at before stay in the picture.
func TestFields(t *testing.T) {
	first := madeUp(small(), -1)
	w := newWorld(t, first)
	w.handle(t.Context(), w.say(1, map[string]any{"net": "32, 16", "rate": 0.03, "batch": 50, "seed": 7, "length": 77, "rule": "winsorize", "percentile": "linear"}))
	w.shows(t, statusBlock, "hidden layers 32–16, 77 steps, batch 50, rate 0.03, seed 7")
	w.shows(t, statusBlock, "winsorize, c = 2 (linear percentile)")
	w.shows(t, pictureBlock, "test, runs before")
	w.handle(t.Context(), w.say(2, map[string]any{"train": 1}))
	spec := <-w.asked
	if spec.LearningRate != 0.03 || spec.Batch != 50 || spec.Seed != 7 || spec.Steps != 77 || spec.Percentile != "linear" || netName(spec.Hidden) != "32,16" {
		t.Errorf("trained is %+v", spec)
	}
	w.end <- nil
	w.ended(<-w.training.done)
	w.handle(t.Context(), w.say(3, map[string]any{"model": "cnn", "settings": "cnn_hidden=8", "train": 2}))
	if spec := <-w.asked; spec.Model != "cnn" || spec.Settings["cnn_hidden"] != "8" || len(spec.Hidden) != 0 {
		t.Errorf("trained is %+v", spec)
	}
	w.end <- nil
	w.ended(<-w.training.done)
	w.handle(t.Context(), w.say(31, map[string]any{"rule": "krum", "ruleset": "f=5", "momentum": 0.5, "noisekind": "pair-flip", "augment": "shift", "train": 3}))
	if spec := <-w.asked; spec.RuleSettings["f"] != "5" || spec.Momentum != 0.5 || spec.NoiseKind != "pair-flip" || spec.Augment != "shift" {
		t.Errorf("trained is %+v", spec)
	}
	w.end <- nil
	w.ended(<-w.training.done)
	if len(w.kept) != 1 || w.kept[0].Spec.ID() != first.Spec.ID() {
		t.Errorf("%d runs are remembered", len(w.kept))
	}
	w.handle(t.Context(), w.say(41, map[string]any{"model": "cnn", "settings": "cnn_width=8"}))
	w.shows(t, statusBlock, "No such run: setting &#34;cnn_width&#34;")
}

// A set of one's own in $CG_DATA is on the menu, and its content is part of the run.
func TestOwnSet(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CG_DATA", dir)
	if err := os.MkdirAll(filepath.Join(dir, "flowers"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "flowers", "all.csv"), []byte("a,b,label\n"+strings.Repeat("1,0,rose\n0,1,lily\n", 50)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.handle(t.Context(), w.say(1, map[string]any{"dataset": "flowers", "batch": 10, "c": 0, "train": 1}))
	if spec := <-w.asked; spec.Dataset != "flowers" || len(spec.Data) != 16 {
		t.Errorf("trained is %+v", spec)
	}
	w.end <- nil
	w.ended(<-w.training.done)
	w.handle(t.Context(), w.say(2, map[string]any{"dataset": "nothing", "batch": 10, "c": 0}))
	w.shows(t, statusBlock, "nothing")
	w.shows(t, statusBlock, `data-train=""`)
}
