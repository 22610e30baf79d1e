// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"fmt"
	"time"

	"coherentgradients/cgkit/record"
)

// Times of the loop.
const (
	tickEvery = 400 * time.Millisecond // between two looks at a run in the making
	greeting  = 45 * time.Second       // how long a page may take to answer at all
	silence   = 4 * time.Minute        // and how long it may be quiet then: browsers slow down hidden pages
	farewell  = 3 * time.Second        // how long a run may take to be saved at the end of the cell
	knockTime = 4 * time.Second        // between two attempts to open the way from the page to here
	lostTime  = 15 * time.Second       // and between two to open it again
)

// loop is one live cell, from the first picture to the last.
type loop struct {
	base    record.Spec
	choices choices
	store   *record.Store
	known   []record.Spec
	run     runner
	now     func() time.Time
	// update replaces one of the blocks below the cell.
	update func(block, html string)
	// knock asks the notebook to open the way from the page to this program, where it isn't open.
	knock func()
	id    string

	at       Controls
	seen     message // the newest
	shown    panel
	last     still            // the last picture of a run, which is what stays
	kept     []*record.Record // what was looked at, the last one last
	news     string
	training *training

	began, heard, knocked time.Time // heard is zero as long as the page was not
}

// still is a panel and the place of the controls that it was drawn for.
type still struct {
	panel
	at Controls
}

// Blocks below the cell.
const (
	controlsBlock = "controls"
	statusBlock   = "status"
	pictureBlock  = "picture"
)

// begin shows the controls and the first picture.
func (l *loop) begin() error {
	l.began = l.now()
	l.knocked = l.began
	controls, err := page(l.id, l.choices, l.at)
	if err != nil {
		return err
	}
	l.update(controlsBlock, controls)
	l.show()
	return nil
}

// show looks again at what the controls ask for, and draws it.
func (l *loop) show() {
	l.shown = look(l.store, l.base, l.at)
	l.state()
	if l.shown.evaluated() > 0 || l.last.record == nil {
		l.last = still{l.shown, l.at}
	}
	l.remember()
	f, err := l.shown.figure(l.at, l.earlier()...)
	if err != nil {
		l.news = "Not drawn: " + err.Error()
		l.state()
		return
	}
	html, err := drawn(l.id, f, l.seen.Seq)
	if err != nil {
		l.news = "Not drawn: " + err.Error()
		l.state()
		return
	}
	l.update(pictureBlock, html)
}

// state shows the status.
func (l *loop) state() {
	s := l.shown.status(l.at, l.known, l.trainsShown())
	s.News, s.Heard = l.news, !l.heard.IsZero()
	if l.training != nil {
		line, share := l.training.pace.line()
		s.Progress, s.Share = "training "+describe(l.training.spec)+": "+line, share
		if l.training.stopping {
			s.Progress, s.Stopping = "stopping, saved first: "+line, true
		}
	}
	l.update(statusBlock, s.html(l.id))
}

// trainsShown tells whether the run in the making is the one that is shown.
func (l *loop) trainsShown() bool {
	return l.training != nil && l.training.spec.ID() == l.shown.spec.ID()
}

// handle does what a message asks for. It says whether the cell is to end.
func (l *loop) handle(ctx context.Context, text string) (done bool) {
	m, at, err := parse(text, l.choices)
	first := l.heard.IsZero()
	l.heard = l.now()
	if first {
		l.state()
	}
	if err != nil {
		l.news = err.Error()
		l.state()
		return false
	}
	before := l.seen
	l.seen = m
	if m.Done > 0 {
		return true
	}
	if at != l.at {
		l.at, l.news = at, ""
		l.show()
	}
	if m.Stop > before.Stop && l.training != nil {
		l.training.stop()
		l.training.stopping = true
		l.state()
	}
	if m.Train > before.Train && l.training == nil && l.shown.wrong == "" && (l.shown.record == nil || !l.shown.record.Finished()) {
		l.news = ""
		l.training = start(ctx, l.run, l.shown.spec, l.now)
		l.state()
	}
	return false
}

// tick shows how far the run in the making is, and says whether to end because nobody looks any more.
func (l *loop) tick() (done bool) {
	now := l.now()
	if l.training != nil {
		if l.trainsShown() {
			if fresh := look(l.store, l.base, l.at); fresh.evaluated() != l.shown.evaluated() {
				l.show()
				return false
			}
		}
		l.state()
		return false // whoever started it may come back to it
	}
	quiet, wait := now.Sub(l.heard), lostTime
	if l.heard.IsZero() {
		quiet, wait = now.Sub(l.began), knockTime
	}
	if quiet >= wait && now.Sub(l.knocked) >= wait {
		l.knocked = now
		l.knock()
	}
	if l.heard.IsZero() {
		return quiet >= greeting
	}
	return quiet >= silence
}

// ended takes in how a training ended.
func (l *loop) ended(err error) {
	l.news = outcome(err)
	if !l.trainsShown() {
		l.news = fmt.Sprintf("%s: %s", describe(l.training.spec), l.news)
	}
	l.training = nil
	l.known = scan(l.store)
	l.show()
}

// live goes on until the Done button, the end of ctx, or a page that is gone. A run in the making is saved.
func (l *loop) live(ctx context.Context, mail *mailbox) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for done := false; !done; {
		var trained <-chan error
		if l.training != nil {
			trained = l.training.done
		}
		select {
		case <-ctx.Done():
			done = true
		case <-mail.ready:
			done = l.handle(ctx, mail.take())
		case err := <-trained:
			l.ended(err)
		case <-tick.C:
			done = l.tick()
		}
	}
	if l.training == nil {
		return
	}
	l.training.stop()
	select {
	case err := <-l.training.done:
		l.ended(err)
	case <-time.After(farewell): // what was saved last is there all the same
	}
}
