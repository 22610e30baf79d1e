// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/cgkit/record"
	"coherentgradients/datasets/plainfile"
)

// checkpoint is everything that the future of a run depends on.
type checkpoint struct {
	ID        string           // of the spec
	Data      string           // [record.DataHash] of the set trained on
	Step      int              // updates made
	Evaluated int              // the last step evaluated before it was saved, −1 for none; State may know of no later one
	Seconds   float64          // of training and evaluating so far
	State     map[string]Array // see [Engine]
}

// Checkpoints are in a format of their own, and not .npz files as weights are: those took 5 times as long to write at
// 335,114 parameters and 14 times at 10 million (BenchmarkSaving), as npyio compresses and goes through reflection, and
// hold no sum over the whole file.
//
// The file: the magic; the length of the header, 4 bytes; the header, JSON; the arrays one after the other in the
// header's order, little-endian; the SHA-256 of all that.
const (
	checkpointMagic     = "CGCKPT1\n"
	maxCheckpointHeader = 1 << 20
)

type checkpointHeader struct {
	ID        string            `json:"id"`
	Data      string            `json:"data_sha256"`
	Step      int               `json:"step"`
	Evaluated int               `json:"evaluated"`
	Seconds   float64           `json:"seconds"`
	Arrays    []checkpointArray `json:"arrays"`
}

type checkpointArray struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Shape []int  `json:"shape"`
}

// errCorrupt says that a checkpoint's bytes are not what was written.
var errCorrupt = errors.New("its checksum or its form is wrong")

// checkpointLimit is the most bytes that a checkpoint with arrays like those of a state may have: twice as many, as a
// rule may come to remember more, and some to spare.
func checkpointLimit(state map[string]Array) int64 {
	limit := int64(16 << 20)
	for _, a := range state {
		values, bytesEach, _ := a.lengths()
		limit += 2 * int64(values) * int64(bytesEach)
	}
	return limit
}

// save replaces the checkpoint at path.
func (c checkpoint) save(path string) error {
	return disk.WriteAtomic(path, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 1<<20)
		if err := c.write(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

func (c checkpoint) write(w io.Writer) error {
	header := checkpointHeader{ID: c.ID, Data: c.Data, Step: c.Step, Evaluated: c.Evaluated, Seconds: c.Seconds}
	names := slices.Sorted(maps.Keys(c.State))
	for _, name := range names {
		a := c.State[name]
		if err := a.Check(); err != nil {
			return fmt.Errorf("state %q: %w", name, err)
		}
		header.Arrays = append(header.Arrays, checkpointArray{name, a.typeName(), a.Shape})
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	if len(text) > maxCheckpointHeader {
		return fmt.Errorf("%d arrays are too many for a checkpoint", len(names))
	}
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	if _, err := io.WriteString(out, checkpointMagic); err != nil {
		return err
	}
	if err := binary.Write(out, binary.LittleEndian, uint32(len(text))); err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	for _, name := range names {
		if err := c.State[name].write(out); err != nil {
			return err
		}
	}
	_, err = w.Write(sum.Sum(nil))
	return err
}

// loadCheckpoint reads the checkpoint at path, of at most limit bytes. Errors: fs.ErrNotExist where there is none,
// errCorrupt where it is damaged, those of the package disk.
func loadCheckpoint(path string, limit int64) (*checkpoint, error) {
	data, err := plainfile.Read(path, limit)
	if err != nil {
		return nil, err
	}
	return parseCheckpoint(data)
}

func parseCheckpoint(data []byte) (*checkpoint, error) {
	const fixed = len(checkpointMagic) + 4
	if len(data) < fixed+sha256.Size || string(data[:len(checkpointMagic)]) != checkpointMagic {
		return nil, errCorrupt
	}
	body, want := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], want) {
		return nil, errCorrupt
	}
	// From here on the bytes are as some writer meant them, though not surely this one: every length is still checked.
	length := binary.LittleEndian.Uint32(body[len(checkpointMagic):])
	rest := body[fixed:]
	if uint64(length) > uint64(len(rest)) || length > maxCheckpointHeader {
		return nil, errCorrupt
	}
	var header checkpointHeader
	if err := json.Unmarshal(rest[:length], &header); err != nil {
		return nil, errCorrupt
	}
	rest = rest[length:]
	if header.Step < 0 || header.Evaluated > header.Step || header.Seconds < 0 || math.IsNaN(header.Seconds) {
		return nil, errCorrupt
	}
	c := &checkpoint{ID: header.ID, Data: header.Data, Step: header.Step, Evaluated: header.Evaluated, Seconds: header.Seconds,
		State: map[string]Array{}}
	for _, h := range header.Arrays {
		a, used, err := parseArray(h.Type, h.Shape, rest)
		if err != nil {
			return nil, errCorrupt
		}
		if _, twice := c.State[h.Name]; twice {
			return nil, errCorrupt
		}
		c.State[h.Name] = a
		rest = rest[used:]
	}
	if len(rest) != 0 {
		return nil, errCorrupt
	}
	return c, nil
}

// checkpointStep is the step of the checkpoint at path, by its header alone; 0 where there is none or it can't be read.
func checkpointStep(path string) int {
	file, err := plainfile.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	fixed := make([]byte, len(checkpointMagic)+4)
	if _, err := io.ReadFull(file, fixed); err != nil || string(fixed[:len(checkpointMagic)]) != checkpointMagic {
		return 0
	}
	length := binary.LittleEndian.Uint32(fixed[len(checkpointMagic):])
	if length > maxCheckpointHeader {
		return 0
	}
	text := make([]byte, length)
	var header checkpointHeader
	if _, err := io.ReadFull(file, text); err != nil || json.Unmarshal(text, &header) != nil {
		return 0
	}
	return max(header.Step, 0)
}

// SavedStepOf is the step that an unfinished record goes on from; 0 where it has no checkpoint.
func SavedStepOf(r *record.Record) int {
	return checkpointStep(filepath.Join(r.Dir, record.CheckpointName))
}
