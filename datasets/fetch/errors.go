// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
)

// failure is the error of a download that no address delivered; it unwraps to ErrUnreachable and to each cause.
type failure struct {
	name   string
	causes []error
}

func (f *failure) Error() string {
	lines := make([]string, len(f.causes))
	for i, err := range f.causes {
		lines[i] = strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return "cannot download " + f.name + ": " + strings.Join(lines, "; ")
}

func (f *failure) Unwrap() []error { return append([]error{ErrUnreachable}, f.causes...) }

// localError is a failure of this machine's disk: another mirror would not help.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

// finalError is an answer that asking the same address again would not change.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }
func (e *finalError) Unwrap() error { return e.err }

func isFinal(err error) bool {
	var final *finalError
	var local *localError
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() { // it has kept us waiting already
		return true
	}
	return errors.As(err, &final) || errors.As(err, &local) || isDial(err) || errors.Is(err, context.Canceled)
}

// withoutURL drops the address that net/http puts in front of its errors, as ours name it already, and what the
// system's name server is called.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return &briefError{lookup.Err, err}
	}
	return err
}

// briefError says the same in fewer words.
type briefError struct {
	text string
	err  error
}

func (e *briefError) Error() string { return e.text }
func (e *briefError) Unwrap() error { return e.err }

// site is the address up to the host: an error names the file anyway.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return redacted(address)
	}
	return u.Scheme + "://" + u.Host
}

// redacted is the address without a password, fit to be printed.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return strings.ToValidUTF8(address, "?")
	}
	return u.Redacted()
}
