// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// opens is run by the environment's Python, whose standard library knows the
// machine's browsers.
const opens = "import sys, webbrowser; sys.exit(0 if webbrowser.open(sys.argv[1]) else 1)"

// ErrNoBrowser says that no browser could be opened; the URL is to be shown instead.
var ErrNoBrowser = errors.New("no browser could be opened")

// HasScreen tells whether opening a browser makes sense: without a screen only a text
// browser would be found, in which JupyterLab doesn't work.
func HasScreen(getenv func(string) string) bool {
	if runtime.GOOS != "linux" {
		return true
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"} {
		if getenv(name) != "" {
			return true
		}
	}
	return false
}

// OpenBrowser opens the URL in the user's browser. A program's arguments can be read
// by every user of the machine, so the browser is given another URL than the one with
// the token: a page of our own that sends on whoever comes first, once.
func (s *Session) OpenBrowser(ctx context.Context, target string) error {
	if !HasScreen(os.Getenv) {
		return ErrNoBrowser
	}
	door, came, err := openDoor(ctx, target)
	if err != nil {
		return err
	}
	// The browser is the user's: it isn't bound to this program's life.
	cmd := exec.Command(s.Env.Python(), "-I", "-c", opens, door)
	if err := cmd.Start(); err != nil {
		return ErrNoBrowser
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			return ErrNoBrowser
		}
	case <-came: // a browser that stays in the foreground
	case <-time.After(30 * time.Second):
		return ErrNoBrowser
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// openDoor serves one redirect to target at a secret path for at most a minute. came
// is closed when it was used.
func openDoor(ctx context.Context, target string) (door string, came <-chan struct{}, err error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(Address, "0"))
	if err != nil {
		return "", nil, err
	}
	path, used := "/"+rand.Text(), make(chan struct{})
	var once sync.Once
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := false
		if r.Method == http.MethodGet && r.URL.Path == path {
			once.Do(func() { first = true })
		}
		if !first {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, target, http.StatusFound)
		close(used)
	})
	go func() { _ = server.Serve(listener) }()
	go func() {
		select {
		case <-ctx.Done():
		case <-used:
		case <-time.After(time.Minute):
		}
		closing, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(closing)
	}()
	return "http://" + listener.Addr().String() + path, used, nil
}
