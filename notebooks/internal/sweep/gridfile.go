// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"coherentgradients/datasets/plainfile"
)

// maxGridFile bounds the file that is read; a grid is a few lines.
const maxGridFile = 1 << 20

// fields are the keys of a block in a file, those of a spec.json, and how each is read.
var fields = map[string]func(*Block, json.RawMessage) error{
	"dataset":       func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Dataset) },
	"noise":         func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Noise) },
	"model":         func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Model) },
	"settings":      func(b *Block, raw json.RawMessage) error { return json.Unmarshal(raw, &b.Settings) },
	"hidden":        decodeHidden,
	"aggregator":    func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Aggregator) },
	"rule_settings": func(b *Block, raw json.RawMessage) error { return json.Unmarshal(raw, &b.RuleSettings) },
	"c":             func(b *Block, raw json.RawMessage) error { return decode(raw, &b.C) },
	"percentile":    func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Percentile) },
	"init":          func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Init) },
	"steps":         func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Steps) },
	"batch":         func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Batch) },
	"learning_rate": func(b *Block, raw json.RawMessage) error { return decode(raw, &b.LearningRate) },
	"weights":       func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Weights) },
	"max_update":    func(b *Block, raw json.RawMessage) error { return decode(raw, &b.MaxUpdate) },
	"weight_decay":  func(b *Block, raw json.RawMessage) error { return decode(raw, &b.WeightDecay) },
	"schedule":      func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Schedule) },
	"momentum":      func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Momentum) },
	"optimizer":     func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Optimizer) },
	"noise_kind":    func(b *Block, raw json.RawMessage) error { return decode(raw, &b.NoiseKind) },
	"augment":       func(b *Block, raw json.RawMessage) error { return decode(raw, &b.Augment) },
	"first":         func(b *Block, raw json.RawMessage) error { return decode(raw, &b.First) },
	"first_steps":   func(b *Block, raw json.RawMessage) error { return decode(raw, &b.FirstSteps) },
	"seed":          decodeSeed,
}

// want says in an error what a field takes.
var want = map[string]string{
	"dataset": `a name or a list of names, as "mnist"`, "aggregator": `a name or a list of names, as "winsorize"`,
	"model": `a name or a list of names, as "cnn"`, "settings": `names and texts, as {"cnn_hidden": "32"}`,
	"rule_settings": `names and texts, as {"f": "20"}`,
	"percentile":    `"nearest", "linear" or a list of them`, "init": `"authors", "xavier" or a list of them`,
	"noise": "a number or a list of numbers, as [0, 0.5]", "c": "a number or a list of numbers, as [0, 2]",
	"learning_rate": "a number or a list of numbers, as 0.1", "weights": `"float64" or a list, "" being the model's own precision`,
	"max_update": "a number or a list of numbers, as [0, 0.1]", "weight_decay": "a number or a list of numbers, as [0, 0.0001]",
	"schedule": `"dense", "even" or a list, "" being the paper's steps`,
	"momentum": "a number or a list of numbers, as [0, 0.9]", "optimizer": `"adam" or a list, "" being plain steps`,
	"noise_kind":  `"pair-flip" or a list, "" being permuted labels`,
	"augment":     `"shift", "flip-shift" or a list, "" being none`,
	"first":       `"random-labels", "random-labels-elsewhere", "random-labels-norms" or a list, "" being nothing`,
	"first_steps": "a whole number or a list of them",
	"steps":       "a whole number or a list of them", "batch": "a whole number or a list of them",
	"hidden": "a list of widths, as [256, 256, 256], or a list of such lists; [] is a linear classifier",
	"seed":   `a whole number, a list of them or a range, as "1..3"`,
}

// ReadGrid is [ParseGrid] of a file.
func ReadGrid(path string) (Grid, error) {
	data, err := plainfile.Read(path, maxGridFile)
	var odd *plainfile.NotRegularError
	var large *plainfile.TooLargeError
	switch {
	case errors.As(err, &odd):
		return nil, fmt.Errorf("grid %s: it is not a file: write the grid to one, and name that", path)
	case errors.As(err, &large):
		return nil, fmt.Errorf("grid %s: larger than %d bytes; is it the right file?", path, maxGridFile)
	case err != nil:
		return nil, fmt.Errorf("the grid can't be read: %w", err)
	}
	g, err := ParseGrid(data)
	if err != nil {
		return nil, fmt.Errorf("grid %s: %w", path, err)
	}
	return g, nil
}

// ParseGrid reads a grid from JSON: a list of blocks, each an object whose keys are fields of a spec, with a value or a
// list of values; what is left out is the paper's. A seed may be a range:
//
//	[
//	  {"noise": [0, 0.5], "c": [0, 1, 2, 4, 8], "seed": "1..3"},
//	  {"hidden": [2048], "steps": 100000, "noise": [0, 0.25, 0.5]}
//	]
//
// Anything else is an error that names it: an unknown key, one given twice, a value of another type, more text.
func ParseGrid(data []byte) (Grid, error) {
	var blocks []json.RawMessage
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&blocks); err != nil {
		return nil, fmt.Errorf(`not a JSON list of blocks, as [{"noise": [0, 0.5], "c": [0, 2]}]: %s`, strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text after the list of blocks: remove it")
	}
	if len(blocks) == 0 {
		return nil, errors.New("an empty list: give it at least one block; {} is the paper's run")
	}
	g := make(Grid, len(blocks))
	for i, raw := range blocks {
		if err := g[i].parse(raw); err != nil {
			return nil, fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	return g, nil
}

// parse reads one block, key by key, since the library lets a key given twice pass.
func (b *Block) parse(raw json.RawMessage) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf(`%s is no block: write one as {"noise": 0.5, "c": [0, 2]}`, shorten(string(raw)))
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // the decoder lets nothing else stand there
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		read, known := fields[key]
		switch {
		case !known:
			return fmt.Errorf("unknown key %q: use %s", shorten(key), strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		case seen[key]:
			return fmt.Errorf("key %q is given twice: give it once, with a list", key)
		}
		seen[key] = true
		if err := read(b, value); err != nil {
			return fmt.Errorf("%s = %s: must be %s", key, shorten(string(value)), want[key])
		}
	}
	return nil
}

var errType = errors.New("of another type")

// decode reads a value or a list of values. null is neither.
func decode[T any](raw json.RawMessage, list *[]T) error {
	var values []*T
	if bytes.HasPrefix(raw, []byte("[")) {
		if err := json.Unmarshal(raw, &values); err != nil {
			return err
		}
	} else {
		values = make([]*T, 1)
		if err := json.Unmarshal(raw, &values[0]); err != nil {
			return err
		}
	}
	*list = make([]T, len(values)) // an empty list stays one: it is refused with the others
	for i, v := range values {
		if v == nil {
			return errType
		}
		(*list)[i] = *v
	}
	return nil
}

// decodeHidden reads one net or a list of nets.
func decodeHidden(b *Block, raw json.RawMessage) error {
	if !bytes.HasPrefix(raw, []byte("[")) {
		return errType
	}
	var net []int
	if err := decode(raw, &net); err == nil {
		b.Hidden = [][]int{net}
		return nil
	}
	var nets []json.RawMessage
	if err := json.Unmarshal(raw, &nets); err != nil {
		return err
	}
	b.Hidden = nil
	for _, one := range nets {
		if !bytes.HasPrefix(one, []byte("[")) {
			return errType
		}
		net = nil
		if err := decode(one, &net); err != nil {
			return err
		}
		b.Hidden = append(b.Hidden, net)
	}
	return nil
}

// decodeSeed reads numbers, or the text of a list with ranges.
func decodeSeed(b *Block, raw json.RawMessage) error {
	var text string
	if json.Unmarshal(raw, &text) == nil && bytes.HasPrefix(raw, []byte(`"`)) {
		var err error
		b.Seed, err = Integers("seed", text)
		return err
	}
	return decode(raw, &b.Seed)
}
