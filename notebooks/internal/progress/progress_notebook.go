// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package progress

import (
	"coherentgradients/cgkit/run"
	"fmt"
	"html"
	"io"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// notebookEvery is the least time between two redraws in a notebook: each one is a message through kernel and browser.
const notebookEvery = 250 * time.Millisecond

// notebookProgress shows a bar in one output block of the cell, which is empty at the end, so that a saved notebook
// keeps the printed lines only.
type notebookProgress struct {
	out    io.Writer
	now    func() time.Time
	update func(id, html string)
	sync   func()
	block  string // id of the output block, "" while there is none
	meter  run.Meter
	next   time.Time
	ticker ticker
}

func newNotebookProgress() *notebookProgress {
	return &notebookProgress{out: os.Stdout, now: time.Now, update: gonbui.UpdateHTML, sync: gonbui.Sync}
}

func (p *notebookProgress) Begin(title string, done, total int) {
	p.ticker.run(false, nil)
	p.meter.Begin(title, done, total, p.now())
	if p.block == "" {
		p.block = "cg_progress_" + gonbui.UniqueId()
	}
	p.draw()
}

func (p *notebookProgress) Title(title string) {
	p.ticker.Lock()
	defer p.ticker.Unlock()
	p.meter.Title = title
}

// Wait implements [run.Waiter].
func (p *notebookProgress) Wait(what string) {
	p.ticker.run(false, nil)
	p.meter.Wait(what, p.now())
	if p.block != "" {
		p.draw()
		p.ticker.run(what != "", p.draw)
	}
}

func (p *notebookProgress) Step(done int, loss float64) {
	p.ticker.run(false, nil)
	p.meter.Step(done, loss, p.now())
	if p.block != "" && !p.now().Before(p.next) {
		p.draw()
	}
}

func (p *notebookProgress) draw() {
	now := p.now()
	p.next = now.Add(notebookEvery)
	p.update(p.block, fmt.Sprintf(
		`<div><b>%s</b><br><progress value="%d" max="%d" style="width:24em"></progress> %s</div>`,
		html.EscapeString(p.meter.Title), p.meter.Done, max(p.meter.Total, 1), html.EscapeString(p.meter.Line(now))))
}

func (p *notebookProgress) Note(line string) { fmt.Fprintln(p.out, line) }

func (p *notebookProgress) End(line, _ string) {
	p.ticker.run(false, nil)
	if p.block != "" {
		p.update(p.block, "")
		p.sync() // the block must be empty before the cell's process ends
		p.block = ""
	}
	printEnd(p.out, line, "")
}
