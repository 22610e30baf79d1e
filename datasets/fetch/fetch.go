// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/go-retryablehttp"
)

// DefaultMaxBytes caps a download whose Request gives no MaxBytes: 1 GiB.
const DefaultMaxBytes = 1 << 30

// Reasons for which a download fails, to be asked for with errors.Is.
var (
	// ErrHash: a mirror delivered a file, but not the one with the wanted SHA-256 sum.
	ErrHash = errors.New("wrong sha256")
	// ErrTooLarge: a mirror announced or sent more than MaxBytes.
	ErrTooLarge = errors.New("too large")
	// ErrUnreachable: every address was tried and none delivered the file.
	ErrUnreachable = errors.New("no address delivered the file")
)

// Request says what to download and where to put it.
type Request struct {
	// URLs are the mirrors, tried in order; all are expected to hold the same bytes. At least one.
	URLs []string
	// SHA256 is the sum of the whole file, 64 hexadecimal digits. Required.
	SHA256 string
	// Path is the finished file; its folder is made when missing. PATH.part is used on the way. Required.
	Path string
	// MaxBytes is the most that is ever written; 0 means DefaultMaxBytes.
	MaxBytes int64
	// Name is what progress and errors call the file; "" means the last element of Path.
	Name string
	// Progress hears how it goes; nil means silence.
	Progress Progress
}

// File downloads req.URLs to req.Path by the package's contract. A nil error means that the file lies there, verified.
// Every error is one line; errors.Is finds ErrUnreachable, ErrHash, ErrTooLarge, and the context's error.
func File(ctx context.Context, req Request) error {
	return defaultFetcher().file(ctx, req)
}

// fetcher holds what tests set to other values than users get.
type fetcher struct {
	client *retryablehttp.Client
	idle   time.Duration // an attempt that receives nothing for so long is broken off
	pause  time.Duration // between two attempts at one address
}

// maxAttempts bounds how often one address is asked; only attempts that bring new bytes get that far.
const maxAttempts = 20

// maxBarren is how many attempts at one address may bring nothing before the next address gets its turn.
const maxBarren = 2

func (f *fetcher) file(ctx context.Context, req Request) (err error) {
	if err := req.complete(); err != nil {
		return err
	}
	if len(req.URLs) == 0 {
		return fmt.Errorf("download of %s: no address given: set Request.URLs", req.Name)
	}
	if sumOf(req.Path) == req.SHA256 {
		return nil
	}
	p, err := openPart(req.Path, req.MaxBytes)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", req.Path, err)
	}
	defer p.close()
	if p.sum() == req.SHA256 { // an earlier process was stopped between the last byte and the rename
		return p.commit(req.Path)
	}
	hear := &hearing{to: req.Progress, name: req.Name}
	defer func() { hear.done(err) }()

	var failures []error
	for i, address := range req.URLs {
		err := f.from(ctx, address, req, p, hear)
		if err == nil {
			return p.commit(req.Path)
		}
		var local *localError
		if errors.As(err, &local) {
			return fmt.Errorf("cannot write %s: %w", req.Path, local.err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("download of %s stopped: %w", req.Name, context.Cause(ctx))
		}
		err = fmt.Errorf("%s: %w", site(address), err)
		failures = append(failures, err)
		if i+1 < len(req.URLs) {
			hear.retry(err)
		}
	}
	return &failure{name: req.Name, causes: failures}
}

// from gets the file from one address, resuming as often as that brings new bytes, and verifies it.
func (f *fetcher) from(ctx context.Context, address string, req Request, p *part, hear *hearing) error {
	inherited := p.size > 0 // bytes of an earlier process or mirror may be why the sum is wrong
	barren := 0
	for attempt := 1; ; attempt++ {
		before := p.size
		err := f.attempt(ctx, address, req, p, hear)
		switch {
		case err == nil:
			if got := p.sum(); got != req.SHA256 {
				if err := p.reset(); err != nil {
					return err
				}
				err = fmt.Errorf("%w: got %s, want %s", ErrHash, got, req.SHA256)
				if !inherited {
					return err
				}
				inherited = false
				hear.retry(err)
				continue
			}
			return nil
		case isFinal(err) || ctx.Err() != nil || attempt >= maxAttempts:
			return err
		}
		if p.size <= before {
			if barren++; barren >= maxBarren {
				return err
			}
		}
		hear.retry(err)
		if err := sleep(ctx, f.pause); err != nil {
			return err
		}
	}
}

// attempt makes one request and appends what it brings to p.
func (f *fetcher) attempt(ctx context.Context, address string, req Request, p *part, hear *hearing) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return &finalError{err}
	}
	// Asking for the bytes as they are: a transport that unpacks .gz files on the way would change their sum.
	r.Header.Set("Accept-Encoding", "identity")
	if p.size > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
	}
	resp, err := f.client.Do(r)
	if resp != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		return withoutURL(err)
	}
	switch resp.StatusCode {
	case http.StatusOK: // the whole file, whether asked for or not
		if err := p.reset(); err != nil {
			return err
		}
	case http.StatusPartialContent:
		if !startsAt(resp.Header.Get("Content-Range"), p.size) {
			answer := resp.Header.Get("Content-Range")
			if err := p.reset(); err != nil {
				return err
			}
			return fmt.Errorf("answered another range than asked for (%q)", answer)
		}
	case http.StatusRequestedRangeNotSatisfiable: // the .part is not the beginning of this file
		if err := p.reset(); err != nil {
			return err
		}
		return errors.New("nothing to resume")
	default:
		return &finalError{fmt.Errorf("HTTP %s", resp.Status)}
	}
	total := int64(-1)
	if resp.ContentLength >= 0 {
		total = p.size + resp.ContentLength
	}
	if total > req.MaxBytes {
		return &finalError{tooLarge(req.MaxBytes)}
	}
	hear.start(total, p.size)

	stalled := fmt.Errorf("no byte for %s", f.idle)
	watchdog := time.AfterFunc(f.idle, func() { cancel(stalled) })
	defer watchdog.Stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := resp.Body.Read(buf)
		watchdog.Reset(f.idle)
		if p.size+int64(n) > req.MaxBytes {
			if err := p.reset(); err != nil {
				return err
			}
			return &finalError{tooLarge(req.MaxBytes)}
		}
		if err := p.write(buf[:n]); err != nil {
			return err
		}
		hear.add(int64(n))
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return fmt.Errorf("connection broke after %s: %w", humanize.Bytes(uint64(p.size)), withoutURL(err))
		}
	}
}

// complete checks the request and fills in its defaults.
func (r *Request) complete() error {
	if r.Path == "" {
		return errors.New("download without a path: set Request.Path")
	}
	if r.Name == "" {
		r.Name = filepath.Base(r.Path)
	}
	r.SHA256 = strings.ToLower(r.SHA256)
	if sum, err := hex.DecodeString(r.SHA256); err != nil || len(sum) != 32 {
		return fmt.Errorf("download of %s: sha256 %q is not 64 hexadecimal digits: set Request.SHA256", r.Name, r.SHA256)
	}
	for _, address := range r.URLs {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return fmt.Errorf("download of %s: %q is not an http or https address", r.Name, redacted(address))
		}
	}
	if r.MaxBytes < 0 {
		return fmt.Errorf("download of %s: limit of %d bytes is negative: use 0 for the default or a positive number", r.Name, r.MaxBytes)
	}
	if r.MaxBytes == 0 {
		r.MaxBytes = DefaultMaxBytes
	}
	if info, err := os.Stat(r.Path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("download of %s: %s is there and is not a file: move it away", r.Name, r.Path)
	}
	return nil
}

func tooLarge(limit int64) error {
	return fmt.Errorf("%w: more than the %d bytes allowed", ErrTooLarge, limit)
}

// startsAt reports whether a Content-Range header ("bytes 5-9/10") begins at offset.
func startsAt(header string, offset int64) bool {
	var first int64
	_, err := fmt.Sscanf(header, "bytes %d-", &first)
	return err == nil && first == offset
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
