// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"bufio"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lab is JupyterLab as the project's command starts it, in a process group of its own.
type lab struct {
	at  *url.URL
	cmd *exec.Cmd
	log strings.Builder
}

// setUpTime is how long the first start may take, in which gopls is built.
const setUpTime = 8 * time.Minute

// startLab runs the command and waits for JupyterLab's address.
func startLab(env ...string) (*lab, error) {
	l := &lab{cmd: exec.Command("go", "run", "./notebooks", "lab", "--no-browser", "--expose-app")}
	l.cmd.Dir = filepath.Join("..", "..")
	l.cmd.Env = append(os.Environ(), env...)
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	l.cmd.Stderr = &l.log
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	address := make(chan *url.URL, 1)
	go func() {
		defer close(address)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if u, err := url.Parse(strings.TrimSpace(lines.Text())); err == nil && u.Scheme == "http" {
				address <- u
			}
		}
	}()
	select {
	case u, ok := <-address:
		if !ok {
			return nil, fmt.Errorf("lab printed no address: %w:\n%s", l.cmd.Wait(), l.log.String())
		}
		l.at = u
		return l, nil
	case <-time.After(setUpTime):
		return nil, errors.Join(fmt.Errorf("lab printed no address within %v:\n%s", setUpTime, l.log.String()), l.stop())
	}
}

// stop interrupts the command as Ctrl-C does and waits for its end.
func (l *lab) stop() error {
	_ = syscall.Kill(-l.cmd.Process.Pid, syscall.SIGINT)
	done := make(chan error, 1)
	go func() { done <- l.cmd.Wait() }()
	select {
	case <-done:
		return nil
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-l.cmd.Process.Pid, syscall.SIGKILL)
		return errors.New("lab did not end within 30 s of an interrupt")
	}
}

// leftOver lists the processes whose environment holds an entry: what was started by a test and outlived it.
func leftOver(entry string) (programs []string) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	for _, folder := range folders {
		environ, err := os.ReadFile(filepath.Join(folder, "environ"))
		if err != nil || !strings.Contains("\x00"+string(environ), "\x00"+entry+"\x00") {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		programs = append(programs, strings.ReplaceAll(strings.TrimRight(string(line), "\x00"), "\x00", " "))
	}
	return programs
}
