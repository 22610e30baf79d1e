// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"bytes"
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"crypto/sha256"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func someCheckpoint() checkpoint {
	return checkpoint{ID: "mnist-x", Data: "abc", Step: 1234, Seconds: 5.5, State: map[string]Array{
		"weights_0": {Shape: []int{2, 3}, Data: []float32{1, -2, 3.5, float32(math.Inf(1)), 0, 6}},
		"scalar":    {Data: []float64{math.Pi}},
		"none":      {Shape: []int{1000, 0}, Data: []float32{}},
		"counts":    {Shape: []int{2}, Data: []int64{math.MinInt64, 7}},
		"small":     {Shape: []int{2}, Data: []int32{-1, 7}},
		"bytes":     {Shape: []int{1, 3}, Data: []uint8{0, 128, 255}},
		"random":    {Shape: []int{2}, Data: []uint64{math.MaxUint64, 7}},
		"words":     {Shape: []int{1}, Data: []uint32{math.MaxUint32}},
	}}
}

func encodeCheckpoint(t testing.TB, c checkpoint) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCheckpointRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), record.CheckpointName)
	if _, err := loadCheckpoint(path, 1<<20); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if got := checkpointStep(path); got != 0 {
		t.Errorf("absent: step %d", got)
	}
	want := someCheckpoint()
	for range 2 { // the second one replaces the first
		want.Step++
		if err := want.save(path); err != nil {
			t.Fatal(err)
		}
		got, err := loadCheckpoint(path, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Error(diff)
		}
		if got := checkpointStep(path); got != want.Step {
			t.Errorf("step = %d, want %d", got, want.Step)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestCheckpointIsDeterministic(t *testing.T) {
	if a, b := encodeCheckpoint(t, someCheckpoint()), encodeCheckpoint(t, someCheckpoint()); !bytes.Equal(a, b) {
		t.Error("one state gives two files")
	}
}

// TestCheckpointLong has arrays of several pieces, the last one not whole.
func TestCheckpointLong(t *testing.T) {
	const n = 3<<15 + 5
	want := checkpoint{State: map[string]Array{"x": {Shape: []int{n}, Data: make([]float32, n)}, "y": {Shape: []int{n}, Data: make([]uint8, n)}}}
	for i := range n {
		want.State["x"].Data.([]float32)[i] = float32(i)
		want.State["y"].Data.([]uint8)[i] = uint8(i)
	}
	got, err := parseCheckpoint(encodeCheckpoint(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}
}

// TestCheckpointDamage changes and cuts the file at every byte.
func TestCheckpointDamage(t *testing.T) {
	good := encodeCheckpoint(t, someCheckpoint())
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		if _, err := parseCheckpoint(bad); !errors.Is(err, errCorrupt) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := parseCheckpoint(good[:i]); !errors.Is(err, errCorrupt) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := parseCheckpoint(append(good, 0)); !errors.Is(err, errCorrupt) {
		t.Errorf("a byte more: %v", err)
	}
}

func TestArrayCheck(t *testing.T) {
	for _, test := range []struct {
		array Array
		want  []string
	}{
		{Array{Shape: []int{2}, Data: []float32{1}}, []string{"[2] needs 2 values, not 1"}},
		{Array{Shape: []int{-1}, Data: []float32{}}, []string{"negative"}},
		{Array{Data: []int{1}}, []string{"[]int"}},
		{Array{Data: nil}, []string{"nil"}},
		{Array{Data: []float32{1}}, nil},
	} {
		recordtest.CheckError(t, test.array.Check(), test.want)
		if err := (checkpoint{State: map[string]Array{"x": test.array}}).write(&bytes.Buffer{}); (err != nil) != (test.want != nil) {
			t.Errorf("write: %v", err)
		}
	}
}

// FuzzParseCheckpoint gives every text a right checksum, so that what lies behind it is reached.
func FuzzParseCheckpoint(f *testing.F) {
	good := encodeCheckpoint(f, someCheckpoint())
	f.Add(good[:len(good)-sha256.Size])
	f.Add([]byte(checkpointMagic + "\x02\x00\x00\x00{}"))
	header := `{"id":"","step":0,"seconds":0,"arrays":[{"name":"a","type":"float32","shape":[4611686018427387904,4]}]}`
	f.Add([]byte(checkpointMagic + string(rune(len(header))) + "\x00\x00\x00" + header))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		c, err := parseCheckpoint(append(bytes.Clone(body), sum[:]...))
		if err != nil {
			return
		}
		for name, a := range c.State {
			if err := a.Check(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}
