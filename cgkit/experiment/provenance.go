// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets"
)

// Provenance says with what a record was computed. It is no part of the spec and never changes the id. It holds no
// user's or machine's name and no folder.
type Provenance struct {
	// Sessions are in the order of time; more than one if the run was interrupted. Of a thousand and more, only the first
	// and the last are kept.
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

// Backend names what computed. An [Engine] that has a method Backend() Backend tells it.
type Backend struct {
	Name         string `json:"name,omitempty"`          // as "xla:cpu" or "go"
	Plugin       string `json:"plugin,omitempty"`        // file name without folder
	PluginSHA256 string `json:"plugin_sha256,omitempty"` // of that file
}

// numericModules are the modules whose version may show in the numbers.
var numericModules = []string{"github.com/gomlx/", "gonum.org/v1/gonum"}

// newSession describes this process.
func newSession(fromStep int, set *datasets.Set, dataHash string, engine Engine, now time.Time) Session {
	s := Session{
		Data:     fmt.Sprintf("%s, %d + %d", set.Title, set.Train.Len(), set.Test.Len()),
		DataHash: dataHash,
		Input:    []int{set.Height, set.Width, set.Channels},
		Classes:  set.Classes,
		Made:     set.Synthetic,
		Started:  now.UTC().Format(time.RFC3339),
		FromStep: fromStep,
		XLAFlags: clipTo(withoutPaths(os.Getenv("XLA_FLAGS")), 4096),
		Threads:  runtime.GOMAXPROCS(0),
		CPU:      strings.TrimSpace(cpuid.CPU.BrandName),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Go:       runtime.Version(),
	}
	if b, ok := engine.(interface{ Backend() Backend }); ok {
		s.Backend = b.Backend()
		s.Backend.Plugin = filepath.Base(s.Backend.Plugin)
		if s.Backend.Plugin == "." {
			s.Backend.Plugin = ""
		}
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return s
	}
	for _, module := range info.Deps {
		for _, prefix := range numericModules {
			if strings.HasPrefix(module.Path, prefix) {
				if s.Modules == nil {
					s.Modules = map[string]string{}
				}
				s.Modules[module.Path] = module.Version
			}
		}
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			s.Revision = setting.Value
		}
	}
	return s
}

// DataHash is the SHA-256 of a set's training pixels, training labels, test pixels and test labels, one after the other.
// It tells whether two records named alike were made from the same data.
func DataHash(set *datasets.Set) string { return set.Sum() }

// withoutPaths replaces the folders in a list of flags: they name a user, and no number depends on them.
func withoutPaths(flags string) string {
	fields := strings.Fields(flags)
	for i, field := range fields {
		if name, value, ok := strings.Cut(field, "="); ok && strings.ContainsAny(value, `/\`) {
			fields[i] = name + "=…"
		} else if !ok && strings.ContainsAny(field, `/\`) {
			fields[i] = "…"
		}
	}
	return strings.Join(fields, " ")
}

// addSession writes the record's provenance with one more session.
func (r *Record) addSession(s Session) error {
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
			return disk.WriteBytes(filepath.Join(r.Dir, provenanceName), append(data, '\n'))
		}
		r.Provenance.Sessions = slices.Delete(r.Provenance.Sessions, 1, 2) // of more than a thousand, the second
	}
}
