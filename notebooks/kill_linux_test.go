// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/setup/setuptest"
)

// killsVariable asks [TestKilledAnywhere] for so many kills of commands that set everything up first.
const killsVariable = "CG_TEST_KILLS"

// killed is a command to be killed, marked with all it starts.
type killed struct {
	*exec.Cmd
	mark, temp string
	lines      chan string // of both outputs
}

// program is this module's command, built once a test.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cg")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("the command can't be built: %v\n%s", err, out)
	}
	return path
}

// start starts the command with a temporary folder of its own; the environment is added to this one's.
func start(t *testing.T, program string, args []string, env ...string) *killed {
	t.Helper()
	k := &killed{Cmd: exec.Command(program, args...), temp: t.TempDir(), lines: make(chan string, 1000)}
	k.mark = "CG_TEST_MARK=" + k.temp
	k.Env = append(append(os.Environ(), "TMPDIR="+k.temp, k.mark), env...)
	k.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	k.Stdout, k.Stderr = write, write
	if err := k.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	go func() {
		defer close(k.lines)
		for in := bufio.NewScanner(read); in.Scan(); {
			k.lines <- in.Text()
		}
	}()
	return k
}

// await returns the first line with a text.
func (k *killed) await(t *testing.T, text string) string {
	t.Helper()
	var last string
	for line := range k.lines {
		if last = line; strings.Contains(line, text) {
			return line
		}
	}
	t.Fatalf("the command ended before it said %q; its last line was %q", text, last)
	return ""
}

// kill kills the command, not what it has started, and wants all of that gone within seconds, and nothing in the temporary
// folder.
func (k *killed) kill(t *testing.T) {
	t.Helper()
	before := len(proc.Marked(k.mark))
	_ = k.Process.Signal(syscall.SIGKILL)
	_ = k.Wait()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		left := proc.Marked(k.mark)
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			for _, pid := range left {
				name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				t.Errorf("of %d processes is left: %d %s", before, pid, strings.ReplaceAll(string(name), "\x00", " "))
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			break
		}
	}
	if left, err := os.ReadDir(k.temp); err != nil || len(left) != 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
}

// wholeOutputs wants every file of run's output folder whole.
func wholeOutputs(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(out, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
			t.Errorf("left behind: %s", path)
		case filepath.Ext(path) == ".ipynb":
			if _, err := ipynb.Read(path); err != nil {
				t.Errorf("half a notebook: %v", err)
			}
		case filepath.Ext(path) == ".html":
			if text, err := os.ReadFile(path); err != nil || !strings.HasSuffix(strings.TrimSpace(string(text)), "</html>") {
				t.Errorf("half a page: %s, %v", path, err)
			}
		}
	}
}

// TestKilled kills run and lab at several moments. No kernel, cell, server, compiler or folder outlives them.
func TestKilled(t *testing.T) {
	setuptest.Session(t, true)
	bin := program(t)
	for _, at := range []string{"", "00_start_here …", "cell 1/", "cell 3/"} {
		t.Run("run at "+at, func(t *testing.T) {
			out := t.TempDir()
			k := start(t, bin, []string{"run", "00_start_here", "--quick", "--dataset", "glyphs", "--out", out})
			if at == "" {
				time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // before it says anything
			} else {
				k.await(t, at)
			}
			k.kill(t)
			wholeOutputs(t, out)
		})
	}
	for _, at := range []string{"JupyterLab: starting …", "http://", "a kernel"} {
		t.Run("lab at "+at, func(t *testing.T) {
			k := start(t, bin, []string{"lab", "--no-browser", "--no-completion"})
			if at == "a kernel" {
				startKernel(t, k.await(t, "http://"))
			} else {
				k.await(t, at)
			}
			k.kill(t)
		})
	}
}

// startKernel has a server start a kernel.
func startKernel(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+u.Host+"/api/kernels", strings.NewReader(`{"name":"gonb"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "token "+u.Query().Get("token"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var kernel struct {
		ID string `json:"id"`
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil || json.Unmarshal(text, &kernel) != nil || kernel.ID == "" {
		t.Fatalf("no kernel: %s, %v", text, err)
	}
}

// TestKilledAnywhere kills commands at random moments of a set-up from nothing, in one cache folder, and then wants the
// command to work: whatever was half-made is made anew. It takes minutes and a package index, so it has to be asked for.
func TestKilledAnywhere(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv(killsVariable))
	if err != nil {
		t.Skipf("set %s to a number of kills", killsVariable)
	}
	bin, cache, out := program(t), t.TempDir(), t.TempDir()
	args := []string{"run", "00_start_here", "--quick", "--dataset", "glyphs", "--out", out}
	env := []string{"XDG_CACHE_HOME=" + cache}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} { // not to be downloaded and compiled again
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(value)))
	}
	for i := range kills {
		k := start(t, bin, args, env...)
		time.Sleep(time.Duration(rand.ExpFloat64() * float64(20*time.Second)))
		k.kill(t)
		wholeOutputs(t, out)
		if t.Failed() {
			t.Fatalf("at kill %d", i+1)
		}
	}
	k := start(t, bin, args, env...)
	for line := range k.lines {
		t.Log(line)
	}
	if err := k.Wait(); err != nil {
		t.Errorf("after %d kills: %v", kills, err)
	}
	wholeOutputs(t, out)
	entries, err := os.ReadDir(filepath.Join(cache, "coherentgradients"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), ".tmp-") {
			t.Errorf("left in the cache: %s", e.Name())
		}
	}
}
