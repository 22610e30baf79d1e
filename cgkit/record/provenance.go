// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"encoding/json"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets"
)

// Provenance says with what a record was computed. It is no part of the spec and never changes the id. It holds no
// user's or machine's name and no folder.
type Provenance struct {
	// Sessions are in the order of time; more than one if the run was interrupted. Of a thousand and more, only the
	// first and the last are kept.
	Sessions []Session `json:"sessions"`
}

// Session is one process's share of a run.
type Session struct {
	Started  string            `json:"started"`             // UTC, RFC 3339
	FromStep int               `json:"from_step"`           // of the checkpoint that it went on from
	Data     string            `json:"data"`                // title and size of the data set, as "MNIST, 60000 + 10000"
	DataHash string            `json:"data_sha256"`         // see [DataHash]
	Input    []int             `json:"input,omitempty"`     // height, width and channels of an example
	Classes  int               `json:"classes,omitempty"`   // how many
	Made     bool              `json:"synthetic,omitempty"` // made up, see [datasets.Set]
	Backend  Backend           `json:"backend"`             // what computed
	XLAFlags string            `json:"xla_flags,omitempty"` // $XLA_FLAGS, folders left out
	Threads  int               `json:"threads"`             // that Go may use at once
	CPU      string            `json:"cpu,omitempty"`       // the model's name
	Platform string            `json:"platform"`            // as linux/amd64
	Go       string            `json:"go"`                  // the Go version
	Modules  map[string]string `json:"modules,omitempty"`   // versions of what the numbers depend on
	Revision string            `json:"revision,omitempty"`  // of this project, where the build knows it
}

// Backend names what computed. An [run.Engine] that has a method Backend() Backend tells it.
type Backend struct {
	Name         string `json:"name,omitempty"`          // as "xla:cpu" or "go"
	Plugin       string `json:"plugin,omitempty"`        // file name without folder
	PluginSHA256 string `json:"plugin_sha256,omitempty"` // of that file
}

// DataHash is the SHA-256 of a set's training pixels, training labels, test pixels and test labels, one after the
// other. It tells whether two records named alike were made from the same data.
func DataHash(set *datasets.Set) string { return set.Sum() }

// AddSession writes the record's provenance with one more session.
func (r *Record) AddSession(s Session) error {
	if r.Provenance == nil {
		r.Provenance = &Provenance{}
	}
	r.Provenance.Sessions = append(r.Provenance.Sessions, s)
	for {
		data, err := json.MarshalIndent(r.Provenance, "", "  ")
		if err != nil {
			return err
		}
		if n := len(r.Provenance.Sessions); len(data) < maxProvenanceFile || n < 3 {
			return disk.WriteBytes(filepath.Join(r.Dir, ProvenanceName), append(data, '\n'))
		}
		r.Provenance.Sessions = slices.Delete(r.Provenance.Sessions, 1, 2) // of more than a thousand, the second
	}
}
