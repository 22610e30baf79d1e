// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/setup/setuptest"
)

// hostile is a config of a user's Jupyter that would open everything, and a trace if
// it is ever read.
const hostile = `
import os
open(os.path.join(os.path.dirname(__file__), "was_read"), "w").close()
c = get_config()
c.ServerApp.ip = "0.0.0.0"
c.IdentityProvider.token = ""
c.ServerApp.token = ""
c.ServerApp.allow_unauthenticated_access = True
c.ServerApp.disable_check_xsrf = True
c.ServerApp.allow_remote_access = True
c.ServerApp.port = 8000
`

// TestLab starts the real JupyterLab beside a hostile config of the user's and knocks
// at its doors.
func TestLab(t *testing.T) {
	temp := filepath.Join(t.TempDir(), "a [temporary] folder")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	s, root := setuptest.Session(t, false)
	home := t.TempDir()
	t.Setenv("HOME", home) // after the set-up, which belongs to the real one
	for _, folder := range []string{".jupyter", ".local/etc/jupyter"} {
		for _, name := range []string{"jupyter_server_config.py", "jupyter_lab_config.py", "jupyter_config.py"} {
			path := filepath.Join(home, folder, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(hostile), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lab, err := s.StartLab(ctx, jupyter.LabOptions{Root: place.Notebooks(root)})
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(lab.URL)
	if err != nil {
		t.Fatal(err)
	}
	token := at.Query().Get("token")
	if at.Hostname() != "127.0.0.1" || len(token) < 20 {
		t.Errorf("URL %s", lab.URL)
	}
	base := "http://" + at.Host
	ask := func(method, path, authorization string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	if code, _ := ask("GET", "/api/contents", ""); code != http.StatusForbidden {
		t.Errorf("without a token: %d", code)
	}
	if code, _ := ask("GET", "/api/contents", "token wrong"); code != http.StatusForbidden {
		t.Errorf("with a wrong token: %d", code)
	}
	if code, _ := ask("POST", "/api/sessions", ""); code != http.StatusForbidden {
		t.Errorf("a POST without XSRF and token: %d", code)
	}
	code, body := ask("GET", "/api/kernelspecs", "token "+token)
	var specs struct {
		Default     string         `json:"default"`
		Kernelspecs map[string]any `json:"kernelspecs"`
	}
	if err := json.Unmarshal([]byte(body), &specs); err != nil || code != http.StatusOK || specs.Default != "gonb" || len(specs.Kernelspecs) != 1 {
		t.Errorf("kernels: %d, %.200s", code, body)
	}
	if code, body := ask("POST", "/api/kernels", "token "+token); code != http.StatusCreated {
		t.Errorf("starting a kernel: %d, %.200s", code, body)
	}

	other, _ := setuptest.Session(t, false)
	find := func(root string) string { return other.FindRunning(t.Context(), root, "00_start_here.ipynb") }
	if got, want := find(place.Notebooks(root)), base+"/lab/tree/00_start_here.ipynb?token="+token; got != want {
		t.Errorf("another session finds %q, not %q", got, want)
	}
	if got := find(t.TempDir()); got != "" {
		t.Errorf("a JupyterLab of another folder is found: %s", got)
	}
	if err := os.Chmod(s.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := find(place.Notebooks(root)); got != "" {
		t.Errorf("a session is trusted that others could have made: %s", got)
	}
	if err := os.Chmod(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}

	cancel()
	if err := lab.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait after the context's end: %v", err)
	}
	if _, err := http.Get(base + "/api"); err == nil {
		t.Error("the server still answers")
	}
	if got := find(place.Notebooks(root)); got != "" {
		t.Errorf("a JupyterLab that has ended is found: %s", got)
	}
	err = filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Base(path) == "was_read" {
			t.Errorf("the user's config was read: %s", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(home, ".local", "share")); err == nil {
		t.Error("something was written into the user's Jupyter")
	}
}
