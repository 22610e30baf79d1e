// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// optionalFields may be left out of a spec.json.
var optionalFields = []string{"model", "settings", "data", "weights", "max_update", "weight_decay", "schedule", "rule_settings",
	"momentum", "optimizer", "noise_kind", "augment", "first", "first_steps"}

// specFields are the names of a spec.json that are needed; besides them only optionalFields are allowed.
var specFields = []string{"format", "dataset", "noise", "hidden", "aggregator", "c", "percentile", "init", "steps",
	"batch", "learning_rate", "seed"}

// DecodeSpec reads a spec.json. An unknown format version, an unknown or missing field, and anything after the object
// are errors that name it. The result is not validated; see [Spec.Validate].
func DecodeSpec(data []byte) (Spec, error) {
	var fields map[string]json.RawMessage
	if err := decodeObject(data, &fields); err != nil {
		return Spec{}, &specError{err}
	}
	var format int
	if raw, ok := fields["format"]; !ok {
		return Spec{}, specErrorf("no field \"format\"; this version reads format %d", Format)
	} else if err := json.Unmarshal(raw, &format); err != nil || format != Format {
		return Spec{}, fmt.Errorf("format %s is unknown, this version reads format %d; update the project, or move the record away",
			Clip(string(raw)), Format)
	}
	for name := range fields {
		if !slices.Contains(specFields, name) && !slices.Contains(optionalFields, name) {
			return Spec{}, specErrorf("unknown field %q; format %d knows %s", Clip(name), Format, strings.Join(slices.Concat(specFields, optionalFields), ", "))
		}
	}
	for _, name := range specFields {
		if raw, ok := fields[name]; !ok || string(raw) == "null" {
			return Spec{}, specErrorf("no value for field %q; format %d needs %s", name, Format, strings.Join(specFields, ", "))
		}
	}
	var s Spec
	if err := decodeOne(data, &s, true); err != nil {
		return Spec{}, &specError{notJSON(err)}
	}
	return s, nil
}

// specError says that a text is no spec of the version that it claims, or of any.
type specError struct{ reason error }

func (e *specError) Error() string { return e.reason.Error() }

func specErrorf(format string, args ...any) error { return &specError{fmt.Errorf(format, args...)} }

// Encode is the text of spec.json: indented, because people read it.
func (s Spec) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// decodeOne decodes exactly one JSON value.
func decodeOne(data []byte, into any, strict bool) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text after the JSON object")
	}
	return nil
}

// Clip keeps what an error quotes from a file to a readable length.
func Clip(s string) string { return ClipTo(s, 60) }

func ClipTo(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
