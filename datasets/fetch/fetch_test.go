// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// payload is the file that the test servers hold.
func payload(n int) ([]byte, string) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	sum := sha256.Sum256(b)
	return b, hex.EncodeToString(sum[:])
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/file"
}

// whole serves b, ranges included.
func whole(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "file", time.Time{}, bytes.NewReader(b))
	}
}

// breaking serves b but drops the connection after each chunk of n bytes.
func breaking(b []byte, n int, requests *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		from := 0
		if header := r.Header.Get("Range"); header != "" {
			from, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(header, "bytes="), "-"))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(b)-1, len(b)))
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(b)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(b[from:min(from+n, len(b))])
		if from+n < len(b) {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
}

func status(code int, requests *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(code)
	}
}

func quick() *fetcher { return newFetcher(5*time.Second, time.Millisecond) }

// log is a Progress that remembers.
type log struct {
	events []string
	got    int64
}

func (l *log) Start(_ string, total, have int64) {
	l.events = append(l.events, fmt.Sprintf("start %d/%d", have, total))
}
func (l *log) Add(n int64)    { l.got += n }
func (l *log) Retry(error)    { l.events = append(l.events, "retry") }
func (l *log) Done(err error) { l.events = append(l.events, fmt.Sprintf("done %v", err == nil)) }

func check(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes (%v), want the %d of the file", len(got), err, len(want))
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left beside the file: %v", entries)
	}
}

func TestFile(t *testing.T) {
	b, sum := payload(300_000)
	path := filepath.Join(t.TempDir(), "f")
	hear := &log{}
	req := Request{URLs: []string{serve(t, whole(b))}, SHA256: strings.ToUpper(sum), Path: path, Progress: hear}
	if err := File(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	check(t, path, b)
	if got := strings.Join(hear.events, ", "); got != "start 0/300000, done true" || hear.got != 300_000 {
		t.Errorf("progress: %s, %d bytes", got, hear.got)
	}

	// A second call is content with what is there, network or not.
	req.URLs = []string{"http://127.0.0.1:1/none"}
	if err := File(t.Context(), req); err != nil {
		t.Errorf("a file that is there was not taken: %v", err)
	}
}

func TestBrokenConnectionResumes(t *testing.T) {
	b, sum := payload(200_000)
	var requests atomic.Int32
	path := filepath.Join(t.TempDir(), "sub", "f")
	hear := &log{}
	err := quick().file(t.Context(), Request{URLs: []string{serve(t, breaking(b, 60_000, &requests))}, SHA256: sum, Path: path, Progress: hear})
	if err != nil {
		t.Fatal(err)
	}
	check(t, path, b)
	if requests.Load() != 4 || hear.got != 200_000 {
		t.Errorf("%d requests, %d bytes; want 4 that never bring a byte twice", requests.Load(), hear.got)
	}
}

func TestResumesAnEarlierProcess(t *testing.T) {
	b, sum := payload(100_000)
	other, _ := payload(100_001)
	for _, c := range []struct {
		name string
		part []byte
		got  int64
	}{
		{"a good beginning", b[:70_000], 30_000},
		{"all of it", b, 0},
		{"a wrong beginning", bytes.Repeat([]byte{7}, 70_000), 130_000},
		{"longer than the file", other, 100_000},
		{"longer than allowed", bytes.Repeat([]byte{7}, 500_000), 100_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path+".part", c.part, 0o644); err != nil {
				t.Fatal(err)
			}
			hear := &log{}
			err := quick().file(t.Context(), Request{URLs: []string{serve(t, whole(b))}, SHA256: sum, Path: path, Progress: hear, MaxBytes: 150_000})
			if err != nil {
				t.Fatal(err)
			}
			check(t, path, b)
			if hear.got != c.got {
				t.Errorf("%d bytes came over the line, want %d", hear.got, c.got)
			}
		})
	}
}

func TestServerWithoutRanges(t *testing.T) {
	b, sum := payload(50_000)
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path+".part", b[:20_000], 0o644); err != nil {
		t.Fatal(err)
	}
	plain := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b) }
	if err := quick().file(t.Context(), Request{URLs: []string{serve(t, plain)}, SHA256: sum, Path: path}); err != nil {
		t.Fatal(err)
	}
	check(t, path, b)
}

func TestMirrors(t *testing.T) {
	b, sum := payload(10_000)
	wrong, _ := payload(9_000)
	var requests atomic.Int32
	for name, first := range map[string]http.HandlerFunc{
		"404":        status(http.StatusNotFound, &requests),
		"500":        status(http.StatusInternalServerError, &requests),
		"wrong hash": whole(wrong),
		"too large":  whole(make([]byte, 20_000)),
		"announces too much": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2147483648")
		},
		"sends without end": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
		"another range": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 3-9/10")
			w.WriteHeader(http.StatusPartialContent)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			hear := &log{}
			req := Request{URLs: []string{serve(t, first), serve(t, whole(b))}, SHA256: sum, Path: path, Progress: hear, MaxBytes: 15_000}
			if err := quick().file(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			check(t, path, b)
			if last := hear.events[len(hear.events)-1]; last != "done true" {
				t.Errorf("progress ended with %q", last)
			}
		})
	}
}

func TestNoMirrorHelps(t *testing.T) {
	b, sum := payload(10_000)
	wrong, _ := payload(9_000)
	var requests atomic.Int32
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct {
		name string
		url  string
		want error
		says string
	}{
		{"404", serve(t, status(404, &requests)), ErrUnreachable, "HTTP 404"},
		{"503", serve(t, status(503, &requests)), ErrUnreachable, "503"},
		{"wrong hash", serve(t, whole(wrong)), ErrHash, sum},
		{"too large", serve(t, whole(append(b, b...))), ErrTooLarge, "15000"},
		{"refused", closed.URL, ErrUnreachable, "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			err := quick().file(t.Context(), Request{URLs: []string{c.url}, SHA256: sum, Path: path, MaxBytes: 15_000, Name: "the file"})
			if !errors.Is(err, c.want) || !errors.Is(err, ErrUnreachable) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			for _, s := range []string{"the file", c.says} {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

func TestCancelLeavesOnlyAResumablePart(t *testing.T) {
	b, sum := payload(100_000)
	ctx, cancel := context.WithCancel(t.Context())
	sent := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		_, _ = w.Write(b[:40_000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // until the client hangs up
	})
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	stop := &stopAfter{n: 40_000, stop: cancel}
	err := quick().file(ctx, Request{URLs: []string{sent, sent}, SHA256: sum, Path: path, Progress: stop})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || entries[0].Name() != "f.part" {
		t.Fatalf("left behind: %v, want f.part alone", entries)
	}
	hear := &log{}
	if err := quick().file(t.Context(), Request{URLs: []string{serve(t, whole(b))}, SHA256: sum, Path: path, Progress: hear}); err != nil {
		t.Fatal(err)
	}
	check(t, path, b)
	if hear.got != 60_000 {
		t.Errorf("resumed with %d bytes, want 60000", hear.got)
	}
}

type stopAfter struct {
	n    int64
	stop func()
}

func (*stopAfter) Start(string, int64, int64) {}
func (s *stopAfter) Add(n int64) {
	if s.n -= n; s.n <= 0 {
		s.stop()
	}
}
func (*stopAfter) Retry(error) {}
func (*stopAfter) Done(error)  {}

func TestStalledConnectionIsLeft(t *testing.T) {
	b, sum := payload(10_000)
	stalling := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	path := filepath.Join(t.TempDir(), "f")
	f := newFetcher(20*time.Millisecond, time.Millisecond)
	f.client.HTTPClient.Transport.(*http.Transport).ResponseHeaderTimeout = 0
	if err := f.file(t.Context(), Request{URLs: []string{stalling, serve(t, whole(b))}, SHA256: sum, Path: path}); err != nil {
		t.Fatal(err)
	}
	check(t, path, b)
}

func TestRequestIsChecked(t *testing.T) {
	_, sum := payload(1)
	dir := t.TempDir()
	good := Request{URLs: []string{"https://localhost/x"}, SHA256: sum, Path: filepath.Join(dir, "f")}
	for name, spoil := range map[string]func(*Request){
		"no path":        func(r *Request) { r.Path = "" },
		"no address":     func(r *Request) { r.URLs = nil },
		"file address":   func(r *Request) { r.URLs = []string{"file:///etc/passwd"} },
		"bad address":    func(r *Request) { r.URLs = []string{"http://[::1"} },
		"no sum":         func(r *Request) { r.SHA256 = "" },
		"short sum":      func(r *Request) { r.SHA256 = sum[:62] },
		"not hex":        func(r *Request) { r.SHA256 = strings.Repeat("z", 64) },
		"negative limit": func(r *Request) { r.MaxBytes = -1 },
		"a folder":       func(r *Request) { r.Path = dir },
	} {
		req := good
		spoil(&req)
		if err := File(t.Context(), req); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want a one-line error", name, err)
		}
	}
}

func TestUnwritableFolder(t *testing.T) {
	b, sum := payload(10)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(file, "f")
	err := quick().file(t.Context(), Request{URLs: []string{serve(t, whole(b))}, SHA256: sum, Path: path})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names %s", err, path)
	}
}
