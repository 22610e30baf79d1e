// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package ipynb reads, normalises and judges notebook files (nbformat 4).
//
// A normalised notebook is the same bytes for the same work, whoever ran it: see
// [Normalise].
package ipynb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"coherentgradients/datasets/plainfile"
)

// object is a JSON object.
type object = map[string]any

// Notebook is a notebook's JSON. What this package doesn't know of it is kept.
type Notebook struct{ root object }

// Parse reads a notebook of nbformat 4.
func Parse(text []byte) (*Notebook, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var root object
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("not a notebook: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("not a notebook: text after its end")
	}
	if format := fmt.Sprint(root["nbformat"]); format != "4" {
		return nil, fmt.Errorf("notebook format %s isn't supported, only 4: open and save it in JupyterLab", format)
	}
	list, ok := root["cells"].([]any)
	if !ok {
		return nil, fmt.Errorf("not a notebook: it has no cells")
	}
	for i, c := range list {
		if _, ok := c.(object); !ok {
			return nil, fmt.Errorf("not a notebook: cell %d is no object", i+1)
		}
	}
	return &Notebook{root: root}, nil
}

// maxNotebook is the largest file that is read as a notebook. A page of a hundred figures is some 20 MB.
const maxNotebook = 256 << 20

// Read is [Parse] of a file.
func Read(path string) (*Notebook, error) {
	text, err := plainfile.Read(path, maxNotebook)
	if err != nil {
		return nil, err
	}
	nb, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nb, nil
}

// Bytes is the notebook as Jupyter writes it, one space a level, but with sorted keys
// and always a newline at the end.
func (nb *Notebook) Bytes() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(nb.root); err != nil {
		return nil, err
	}
	// Go escapes these two for JavaScript's sake; Jupyter doesn't.
	text := bytes.ReplaceAll(out.Bytes(), []byte(`\u2028`), []byte("\u2028"))
	return bytes.ReplaceAll(text, []byte(`\u2029`), []byte("\u2029")), nil
}

// cells are the notebook's cells, in order.
func (nb *Notebook) cells() []object {
	list, _ := nb.root["cells"].([]any)
	cells := make([]object, 0, len(list))
	for _, c := range list {
		if cell, ok := c.(object); ok {
			cells = append(cells, cell)
		}
	}
	return cells
}

// FirstCode is the source of the first code cell, or "", and whether the cell is folded.
func (nb *Notebook) FirstCode() (source string, isFolded bool) {
	for _, cell := range nb.cells() {
		if cell["cell_type"] == "code" {
			return text(cell["source"]), folded(cell)
		}
	}
	return "", false
}

// EditMarkdown changes the text of every Markdown cell by edit, up to the first error.
func (nb *Notebook) EditMarkdown(edit func(source string) (string, error)) error {
	for i, cell := range nb.cells() {
		if cell["cell_type"] != "markdown" {
			continue
		}
		source, err := edit(text(cell["source"]))
		if err != nil {
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
		cell["source"] = lines(source)
	}
	return nil
}

// ownMetadata is where a notebook's metadata have what this project adds.
const ownMetadata = "coherentgradients"

// Records is what SetRecords set, or "".
func (nb *Notebook) Records() string {
	metadata, _ := nb.root["metadata"].(object)
	own, _ := metadata[ownMetadata].(object)
	s, _ := own["records"].(string)
	return s
}

// SetRecords notes which records a notebook's figures and numbers are of, by their hash.
func (nb *Notebook) SetRecords(digest string) {
	metadata, ok := nb.root["metadata"].(object)
	if !ok {
		metadata = object{}
		nb.root["metadata"] = metadata
	}
	metadata[ownMetadata] = object{"records": digest}
}

// outputs are a cell's outputs.
func outputs(cell object) []object {
	list, _ := cell["outputs"].([]any)
	var outs []object
	for _, o := range list {
		if out, ok := o.(object); ok {
			outs = append(outs, out)
		}
	}
	return outs
}

// text joins nbformat's multi-line text, which is a string or a list of them.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, _ := line.(string)
			b.WriteString(s)
		}
		return b.String()
	}
	return ""
}

// lines splits text as nbformat does: each line keeps its newline.
func lines(s string) []any {
	list := []any{}
	for line := range strings.Lines(s) {
		list = append(list, line)
	}
	return list
}
