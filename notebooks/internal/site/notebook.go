// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"strings"

	"coherentgradients/notebooks/internal/ipynb"
)

// joined is nbformat's text: a string, or a list of strings to be joined.
type joined string

func (j *joined) UnmarshalJSON(text []byte) error {
	var list []string
	if err := json.Unmarshal(text, &list); err == nil {
		*j = joined(strings.Join(list, ""))
		return nil
	}
	return json.Unmarshal(text, (*string)(j))
}

// cell is a notebook's cell, as far as it is shown.
type cell struct {
	Kind     string `json:"cell_type"`
	Metadata struct {
		Jupyter struct {
			SourceHidden bool `json:"source_hidden"`
		} `json:"jupyter"`
	} `json:"metadata"`
	Source  joined   `json:"source"`
	Outputs []output `json:"outputs"`
}

// output is a code cell's output.
type output struct {
	Kind     string                     `json:"output_type"`
	Text     joined                     `json:"text"`   // of a stream
	Error    joined                     `json:"evalue"` // of an error
	Data     map[string]json.RawMessage `json:"data"`
	Metadata map[string]json.RawMessage `json:"metadata"`
}

// data is the output's form in a MIME type, "" if it has none.
func (o output) data(mime string) string {
	var text joined
	if raw, ok := o.Data[mime]; !ok || json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return string(text)
}

// notebook fills a page with the cells of a notebook.
func (b *builder) notebook(p *page, nb *ipynb.Notebook) error {
	nb.Normalise(ipynb.Options{})
	text, err := nb.Bytes()
	if err != nil {
		return err
	}
	var content struct {
		Cells []cell `json:"cells"`
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return fmt.Errorf("not a notebook: %w", err)
	}
	var body strings.Builder
	for i, c := range content.Cells {
		if strings.TrimSpace(string(c.Source)) == "" {
			continue
		}
		var shown string
		switch c.Kind {
		case "markdown":
			var prose template.HTML
			if prose, err = b.markdown(p, string(c.Source)); err == nil {
				shown = `<div class="cell prose">` + string(prose) + `</div>`
			}
			if err == nil && p.Lead == "" {
				p.Lead, err = b.lead(p, string(c.Source))
			}
		case "code":
			shown, err = b.code(p, c)
		}
		if err != nil {
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
		body.WriteString(shown + "\n")
	}
	p.Body, err = sanitised(body.String())
	return err
}

// code is a code cell with its outputs.
func (b *builder) code(p *page, c cell) (string, error) {
	source := string(c.Source)
	listing := highlightCell(source)
	if c.Metadata.Jupyter.SourceHidden {
		listing = `<details class="setup"><summary>` + html.EscapeString(summary(source)) + `</summary>` + listing + `</details>`
	}
	shown, err := b.outputs(p, c.Outputs)
	return `<div class="cell code">` + listing + shown + `</div>`, err
}

// summary is what stands for a folded cell: the comment it begins with, or that it sets up.
func summary(source string) string {
	first, _, _ := strings.Cut(source, "\n")
	if comment, found := strings.CutPrefix(first, "// "); found {
		return comment
	}
	return "Set-up cell"
}
