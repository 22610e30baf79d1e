// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"context"
	"fmt"
	"html"
	"os"

	"coherentgradients/notebooks/internal/place"

	"github.com/janpfeifer/gonb/gonbui"
)

// sessionVariable is set by a Jupyter server for the kernels of its pages, and by nothing that executes notebooks
// without one.
const sessionVariable = "JPY_SESSION_NAME"

// frameHeight is that of the frame below a cell, in pixels of the page.
const frameHeight = 900

// Show puts the playground below the cell that calls it: a frame of its own, which goes on after the cell has ended and
// needs no kernel. A notebook that is executed without a page gets the still picture, so that committed outputs stay
// small.
func Show() error {
	if !gonbui.IsNotebook || os.Getenv(sessionVariable) == "" {
		f, err := stillFigure()
		if err != nil {
			return err
		}
		return f.Show()
	}
	root, err := place.Here()
	if err != nil {
		return err
	}
	page, err := Page(context.Background(), root, false)
	if err != nil {
		return err
	}
	gonbui.DisplayHTML(frame(page))
	gonbui.Sync()
	return gonbui.Error()
}

// frame is an element that shows the page and keeps it to itself: it may run its scripts and reach nothing around it.
func frame(page []byte) string {
	return fmt.Sprintf(`<iframe title="Playground" sandbox="allow-scripts" style="width:100%%;height:%dpx;border:0" `+
		`data-lm-suppress-shortcuts="true" srcdoc="%s"></iframe>`, frameHeight, html.EscapeString(string(page)))
}
