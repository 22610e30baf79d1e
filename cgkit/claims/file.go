// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"bytes"
	"encoding/json"
	"fmt"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"
)

// Write writes verdicts as claims.json: an array in the order given, so that the same records make the same bytes. A
// reader sees the old file or the whole new one. The folder must exist.
func Write(path string, verdicts []Verdict) error {
	text, err := encode(verdicts)
	if err != nil {
		return err
	}
	if err := disk.WriteBytes(path, text); err != nil {
		return fmt.Errorf("can't write %s: %w; free space, or name another file", path, plainfile.Reason(err))
	}
	return nil
}

// maxFile bounds a file of verdicts: fifteen claims with what they rest on.
const maxFile = 4 << 20

// Read reads what [Write] wrote.
func Read(path string) ([]Verdict, error) {
	text, err := plainfile.Read(path, maxFile)
	if err != nil {
		return nil, err
	}
	var verdicts []Verdict
	if err := json.Unmarshal(text, &verdicts); err != nil {
		return nil, fmt.Errorf("%s: %w; judge the records again", path, err)
	}
	return verdicts, nil
}

func encode(verdicts []Verdict) ([]byte, error) {
	if verdicts == nil {
		verdicts = []Verdict{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // conditions have < and > in them, and people read this
	e.SetIndent("", "  ")
	if err := e.Encode(verdicts); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
