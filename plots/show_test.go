// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package plots

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// TestShowInNotebook runs TestShowHelper as GoNB runs a cell: two named pipes,
// display messages one way, the acknowledgement of Sync the other.
func TestShowInNotebook(t *testing.T) {
	dir := t.TempDir()
	there, back := filepath.Join(dir, "there"), filepath.Join(dir, "back")
	for _, p := range []string{there, back} {
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Skipf("no named pipes here: %v", err)
		}
	}
	cell := exec.Command(os.Args[0], "-test.run=^TestShowHelper$")
	cell.Env = append(os.Environ(), protocol.GONB_PIPE_ENV+"="+there, protocol.GONB_PIPE_BACK_ENV+"="+back)
	var out bytes.Buffer
	cell.Stdout, cell.Stderr = &out, &out
	if err := cell.Start(); err != nil {
		t.Fatal(err)
	}
	messages := make(chan protocol.DisplayData, 16)
	go func() { // the kernel
		defer close(messages)
		in, err := os.OpenFile(there, os.O_RDONLY, 0)
		if err != nil {
			return
		}
		defer in.Close()
		reply, err := os.OpenFile(back, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer reply.Close()
		dec, enc := gob.NewDecoder(in), gob.NewEncoder(reply)
		for {
			var m protocol.DisplayData
			if err := dec.Decode(&m); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("kernel: %v", err)
				}
				return
			}
			if v, ok := m.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
				_ = enc.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: v.Value})
				continue
			}
			messages <- m
		}
	}()
	if err := cell.Wait(); err != nil {
		// The pipes of a cell that never opened them keep the kernel waiting.
		for _, p := range []string{there, back} {
			if f, err := os.OpenFile(p, os.O_RDWR, 0); err == nil {
				f.Close()
			}
		}
		t.Fatalf("cell: %v\n%s", err, out.String())
	}
	var got []protocol.DisplayData
	for m := range messages {
		got = append(got, m)
	}
	if len(got) != 3 {
		t.Fatalf("%d messages, want picture, caption and what answers\n%s", len(got), out.String())
	}
	if live, _ := got[2].Data[protocol.MIMETextHTML].(string); !strings.Contains(live, "data-plot='{") {
		t.Errorf("behind the picture: %.100s", live)
	}
	img, _ := got[0].Data[protocol.MIMEImagePNG].([]byte)
	size, _ := got[0].Metadata[string(protocol.MIMEImagePNG)].(map[string]int)
	if w := decode(t, img).Bounds().Dx(); w != 1440 || size["width"] != 720 {
		t.Errorf("picture of %d pixels shown at %v, want 1440 shown at 720", w, size)
	}
	if alt, _ := got[0].Data[protocol.MIMETextPlain].(string); !strings.Contains(alt, "line charts") {
		t.Errorf("alternative text %q", alt)
	}
	if md, _ := got[1].Data[protocol.MIMETextMarkdown].(string); md != "*Figure.* A caption with &lt;markup&gt; &amp; ε. (Made-up data.)" {
		t.Errorf("caption %q", md)
	}
}

// TestShowHelper is the cell; by itself it does nothing.
func TestShowHelper(t *testing.T) {
	if os.Getenv(protocol.GONB_PIPE_ENV) == "" {
		t.Skip("runs as a child of TestShowInNotebook")
	}
	if err := exported(t).Show(); err != nil {
		t.Fatal(err)
	}
}
