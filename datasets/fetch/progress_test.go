// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func TestLines(t *testing.T) {
	var w bytes.Buffer
	clock := time.Unix(0, 0)
	l := &lines{w: &w, now: func() time.Time { return clock }}
	l.Start("mnist", 4_000_000, 0)
	l.Add(500_000)
	clock = clock.Add(10 * time.Second)
	l.Add(500_000)
	l.Add(500_000) // too soon for a line
	l.Retry(errors.New("connection broke"))
	l.Start("mnist", 4_000_000, 1_500_000)
	l.Add(2_500_000)
	l.Done(nil)
	want := "downloading mnist, 4.0 MB\n" +
		"mnist: 25 %, 30s left\n" +
		"connection broke; trying again\n" +
		"downloading mnist, 4.0 MB, from 1.5 MB on\n" +
		"downloaded mnist\n"
	if got := w.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTerminalIsPlainOffATerminal(t *testing.T) {
	if _, ok := Terminal(&bytes.Buffer{}).(*lines); !ok {
		t.Error("a buffer got a progress bar")
	}
}

func TestBar(t *testing.T) {
	var w bytes.Buffer
	b := &bar{w: &w}
	b.Start("mnist", 1000, 0)
	b.Add(1000)
	b.Retry(errors.New("wrong sha256"))
	b.Start("mnist", -1, 10)
	b.Add(5)
	b.Done(nil)
	for _, s := range []string{"wrong sha256; trying again\n", "downloaded mnist\n"} {
		if !bytes.Contains(w.Bytes(), []byte(s)) {
			t.Errorf("%q lacks %q", w.String(), s)
		}
	}
}
