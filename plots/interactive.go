// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// interactiveText is the script of figures that answer, as it is written.
//
//go:embed interactive.js
var interactiveText string

// InteractiveScript is the script that makes a figure answer: it wakes every
// element with the attribute data-plot, which holds what [Figure.Interactive]
// returns, and draws with SVG shapes and text alone. It loads nothing, and
// leaves the still picture where it can't read the data.
func InteractiveScript() string {
	var b strings.Builder
	for line := range strings.Lines(interactiveText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// maxInteractive is how many bytes of data a figure may bring into a page.
const maxInteractive = 300_000

// Interactive is the figure as data for [InteractiveScript]: the same numbers as
// drawn, to four digits, laid out as [Figure.Show] shows them. It is empty where
// the figure is no [Grid], or has more than 300 kB of data: such a figure stays
// still.
func (f *Figure) Interactive() (string, error) {
	if f.grid == nil {
		return "", nil
	}
	w, err := f.web()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(w)
	if err != nil {
		return "", fmt.Errorf("encoding an interactive figure: %w", err)
	}
	if len(text) > maxInteractive {
		return "", nil
	}
	return string(text), nil
}

// asleep is what a figure says where no script may run.
const asleep = "A still picture: where scripts may run (in JupyterLab, run its cell, or “Trust Notebook” from the command palette) " +
	"it shows values under the pointer, switches curves and axes, and takes arrow keys."

// interactiveHTML is the data, the sentence and the script, to stand behind the
// still picture; empty for a figure that stays still.
func (f *Figure) interactiveHTML() (string, error) {
	data, err := f.Interactive()
	if err != nil || data == "" {
		return "", err
	}
	// In single quotes: JSON is full of double ones.
	data = strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;").Replace(data)
	return fmt.Sprintf(`<div class="cg-plot" data-plot='%s'><p class="cg-asleep"><small>%s</small></p></div>`+"\n<script>\n%s</script>", data, asleep, InteractiveScript()), nil
}

// ReadInteractive takes what [Figure.Interactive] returned and returns it again
// with nothing in it but what the script draws: whoever wrote it, it is numbers,
// texts and colours. An error says that it is something else.
func ReadInteractive(data string) (string, error) {
	if len(data) > 2*maxInteractive {
		return "", fmt.Errorf("an interactive figure of %d bytes: at most %d are taken", len(data), 2*maxInteractive)
	}
	dec := json.NewDecoder(strings.NewReader(data))
	dec.DisallowUnknownFields()
	var w webFigure
	if err := dec.Decode(&w); err != nil {
		return "", fmt.Errorf("the data of an interactive figure: %w", err)
	}
	if err := w.check(); err != nil {
		return "", fmt.Errorf("the data of an interactive figure: %w", err)
	}
	text, err := json.Marshal(w)
	return string(text), err
}
