// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/study"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
)

// sessionVariable is set by a Jupyter server, and not where a notebook is executed without a browser.
const sessionVariable = "JPY_SESSION_NAME"

// figureName is that of the last picture's files.
const figureName = "explore"

// Live shows sliders and menus that begin at a spec, and what the records hold for them, until the Done button, an
// interrupt, or the page's end. What stays is a picture of the last run looked at that there is a record of. It must
// be in its notebook's last cell.
func Live(spec record.Spec) {
	store, err := place.OpenStore("")
	if err != nil {
		fail(err)
	}
	spec = spec.Normalized()
	known := scan(store)
	l := &loop{
		base: spec, choices: offer(spec, known), store: store, known: known, run: trainer(store), now: time.Now,
		at: controlsOf(spec), id: "cg_explore_" + strings.ReplaceAll(gonbui.UniqueId(), "-", ""),
	}
	if gonbui.IsNotebook && os.Getenv(sessionVariable) != "" {
		if err := converse(l); err != nil {
			fail(err)
		}
	} else {
		fmt.Println("A still picture, as no browser is connected: in JupyterLab this cell shows sliders and menus.")
		l.last = still{look(store, l.base, l.at), l.at}
	}
	l.numbers()
	l.shown = l.last.panel
	f, err := l.last.figure(l.last.at, l.earlier()...)
	if err != nil {
		fail(err)
	}
	study.Show(f, figureName)
}

// converse runs the loop against the page.
func converse(l *loop) error {
	ctx, stop := run.Interruptible(context.Background())
	defer stop()
	block := func(name string) string { return l.id + "_" + name }
	l.update = func(name, html string) { gonbui.UpdateHTML(block(name), html) }
	l.knock = comms.Start
	if err := l.begin(); err != nil {
		return err
	}
	mail := newMailbox()
	// Never given up: GoNB locks up on a message to an address that nobody listens to any more.
	comms.Subscribe("/"+l.id, func(_, text string) { mail.put(text) })
	l.live(ctx, mail)
	if l.heard.IsZero() && ctx.Err() == nil {
		fmt.Println("A still picture, as the page did not answer: run the cell again in JupyterLab for sliders and menus.")
	}
	for _, name := range []string{controlsBlock, statusBlock, pictureBlock} {
		l.update(name, "")
	}
	gonbui.Sync()
	return nil
}

// fail ends the cell with one line.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "error: "+place.Explain(err))
	os.Exit(1)
}
