// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/pyenv"
)

func newSession(t *testing.T) *Session {
	t.Helper()
	s, err := NewSession(pyenv.Env{Dir: "/env"}, kernel.Tools{Dir: "/tools"}, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(s.Dir); !os.IsNotExist(err) {
			t.Errorf("the session's folder is still there: %v", err)
		}
	})
	return s
}

func TestEnvironIsolates(t *testing.T) {
	s := newSession(t)
	got := s.Environ([]string{
		"HOME=/home/x", "PATH=/usr/bin", "JUPYTER_PATH=/evil", "JUPYTER_CONFIG_PATH=/evil", "JUPYTER_CONFIG_DIR=/evil", "JUPYTER_TOKEN=evil",
		"JPY_SESSION_NAME=evil", "JPY_PARENT_PID=1", "IPYTHONDIR=/evil", "PYTHONPATH=/evil", "GONB_DIR=/evil", "TMPDIR=/evil", "CG_MODE=evil", "CG_DATA=/data",
		"GOWORK=/evil", "JUPYTER_PREFER_ENV_PATH=evil",
	}, "CG_MODE=quick")
	for _, entry := range got {
		if strings.Contains(entry, "evil") {
			t.Errorf("kept %s", entry)
		}
	}
	for _, want := range []string{"HOME=/home/x", "CG_DATA=/data", "CG_MODE=quick", "JUPYTER_NO_CONFIG=1", "PATH=/tools:/env/bin:/usr/bin", "JUPYTER_DATA_DIR=/env/share/jupyter"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	names := map[string]int{}
	for _, entry := range got {
		name, value, _ := strings.Cut(entry, "=")
		if names[name]++; names[name] > 1 {
			t.Errorf("%s is set twice", name)
		}
		if strings.HasSuffix(name, "_DIR") && !strings.HasPrefix(value, s.Dir) && !strings.HasPrefix(value, s.cache) && !strings.HasPrefix(value, "/env") {
			t.Errorf("%s lies elsewhere", entry)
		}
	}
}

// TestStaleSessions: a killed session's folder goes, a living one's stays.
func TestStaleSessions(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	alive := newSession(t)
	dead := filepath.Join(os.TempDir(), folderPrefix+"dead")
	foreign := filepath.Join(os.TempDir(), folderPrefix+"without-lock")
	for _, dir := range []string{dead, foreign} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dead, lockName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newSession(t)
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the dead session's folder: %v", err)
	}
	for _, dir := range []string{alive.Dir, foreign} {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestStaleProcesses: what a killed session has left running, its guard killed as well, goes with its folder.
func TestStaleProcesses(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are found by their environment on Linux only")
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "a [temporary] folder*?"))
	tag, dead := rand.Text(), filepath.Join(os.TempDir(), folderPrefix+"dead")
	if err := os.MkdirAll(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{lockName: "", tagName: tag} {
		if err := os.WriteFile(filepath.Join(dead, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	left := exec.Command("sleep", "600")
	left.Env = append(os.Environ(), TagVariable+"="+tag)
	if err := left.Start(); err != nil {
		t.Skipf("sleep can't be started: %v", err)
	}
	newSession(t)
	if err := left.Wait(); err == nil {
		t.Error("the process ended by itself")
	}
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("the dead session's folder: %v", err)
	}
}

// TestRelativeFolders: what the user has named from here is found from where cells run.
func TestRelativeFolders(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	if err := os.Mkdir("tmp", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "tmp")
	s := newSession(t)
	if filepath.Dir(s.Dir) != filepath.Join(here, "tmp") {
		t.Errorf("the session's folder is %s", s.Dir)
	}
	got := s.Environ([]string{"CG_RUNS=my runs", "CG_DATA=/data", "PJRT_PLUGIN_LIBRARY_PATH=p::/q", "CG_DATASET=glyphs"})
	for _, want := range []string{"CG_RUNS=" + here + "/my runs", "CG_DATA=/data", "PJRT_PLUGIN_LIBRARY_PATH=" + here + "/p::/q", "CG_DATASET=glyphs"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
	if got := s.Environ([]string{"CG_RUNS="}); !slices.Contains(got, "CG_RUNS=") {
		t.Errorf("an empty variable: %q", got)
	}
}

// TestTempFolder: a folder in which cells would be bent or not run is passed over.
func TestTempFolder(t *testing.T) {
	good, worked, gone := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "gone")
	inside := filepath.Join(worked, "tmp")
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(worked, "go.work"), []byte("go 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := tempFolder(inside, gone, good); err != nil || got != good {
		t.Errorf("%q, %v; want %q", got, err, good)
	}
	_, err := tempFolder(inside, gone)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(worked, "go.work")) || !strings.Contains(err.Error(), gone) ||
		!strings.Contains(err.Error(), "set TMPDIR to another") || strings.Contains(err.Error(), "\n") {
		t.Errorf("no folder that does: %v", err)
	}
	if left, _ := os.ReadDir(good); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestServerURL: the server's file is found whatever its folder is called.
func TestServerURL(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [runtime] folder*?")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"jpserver-1-open.html": "x", "jpserver-1.json": `{"url": "http://here/"}`, "kernel-2.json": `{"url": "http://there/"}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, ok := readServer(dir); !ok || got.URL != "http://here/" {
		t.Errorf("%q, %v", got, ok)
	}
}

func TestConfigIsClosed(t *testing.T) {
	text, err := server{root: "/a folder", port: 8888, token: "secret"}.config()
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		ServerApp struct {
			IP                string `json:"ip"`
			DisableCheckXSRF  *bool  `json:"disable_check_xsrf"`
			AllowRemoteAccess *bool  `json:"allow_remote_access"`
			AllowRoot         bool   `json:"allow_root"`
			AllowOrigin       string `json:"allow_origin"`
		}
		IdentityProvider struct {
			Token string `json:"token"`
		}
		LabApp struct {
			Expose bool `json:"expose_app_in_browser"`
		}
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	app := c.ServerApp
	if app.IP != "127.0.0.1" || app.DisableCheckXSRF == nil || *app.DisableCheckXSRF || app.AllowRemoteAccess == nil || *app.AllowRemoteAccess ||
		app.AllowRoot || app.AllowOrigin != "" || c.IdentityProvider.Token != "secret" || c.LabApp.Expose {
		t.Errorf("config: %s", text)
	}
}

func TestFreePort(t *testing.T) {
	l, err := net.Listen("tcp", Address+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	if err := CheckPort(taken); err == nil || !strings.Contains(err.Error(), fmt.Sprint(taken)) {
		t.Errorf("CheckPort of a taken port: %v", err)
	}
	for _, wrong := range []int{-1, 0, 65536} {
		if err := CheckPort(wrong); err == nil || !strings.Contains(err.Error(), "1 to 65535") {
			t.Errorf("CheckPort(%d): %v", wrong, err)
		}
	}
	if got, err := FreePort(taken); err == nil && got == taken {
		t.Error("FreePort gave a taken port")
	}
}

// Defaults are written where JupyterLab reads the application's, not the user's, settings.
func TestSettingsAreDefaults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "defaults")
	for range 2 {
		if err := writeSettings(dir); err != nil {
			t.Fatal(err)
		}
	}
	var got map[string]map[string]any
	text, err := os.ReadFile(filepath.Join(dir, "overrides.json"))
	if err != nil || json.Unmarshal(text, &got) != nil || len(got) != len(labSettings) {
		t.Fatalf("%s, %v", text, err)
	}
	config, err := server{root: "/r", defaults: dir, port: 1, token: "t"}.config()
	if err != nil || !strings.Contains(string(config), dir) {
		t.Errorf("%s, %v", config, err)
	}
}

func TestLabURL(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "00 start.ipynb"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	base := "http://127.0.0.1:8888/"
	for open, want := range map[string]string{
		"00 start.ipynb": base + "lab/tree/00%20start.ipynb?token=t",
		"none.ipynb":     base + "lab?token=t",
		"":               base + "lab?token=t",
	} {
		if got := labURL(base, "t", LabOptions{Root: root, Open: open}); got != want {
			t.Errorf("labURL(%q) = %q, want %q", open, got, want)
		}
	}
}

func TestHasScreen(t *testing.T) {
	none := func(string) string { return "" }
	some := func(name string) string { return map[string]string{"WAYLAND_DISPLAY": "w"}[name] }
	if !HasScreen(some) {
		t.Error("no screen with a display")
	}
	_ = HasScreen(none) // depends on the system; must not panic
}

// TestDoor: the redirect works once, for who knows its path.
func TestDoor(t *testing.T) {
	door, came, err := openDoor(t.Context(), "http://127.0.0.1:1/lab?token=secret")
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(url string) (int, string) {
		resp, err := client.Get(url)
		if err != nil {
			return 0, ""
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, resp.Header.Get("Location")
	}
	if code, to := get(door + "x"); code != http.StatusNotFound || to != "" {
		t.Errorf("another path: %d, %q", code, to)
	}
	if code, to := get(door); code != http.StatusFound || !strings.HasSuffix(to, "token=secret") {
		t.Errorf("the door: %d, %q", code, to)
	}
	<-came
	if code, to := get(door); code == http.StatusFound || to != "" {
		t.Errorf("a second time: %d, %q", code, to)
	}
}

func TestLastComplaint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for text, want := range map[string]string{
		"": "it said nothing", "a\nb\n": "b", "[C 2026] bad\n[I] shutting down\n": "[C 2026] bad",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := lastComplaint(path); got != want {
			t.Errorf("lastComplaint(%q) = %q, want %q", text, got, want)
		}
	}
}
