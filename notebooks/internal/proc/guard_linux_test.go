// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package proc

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// guardedVariable makes this test's program one that has a guard and a child, for the test to kill.
const guardedVariable = "CG_TEST_GUARDED"

// TestGuarded is the program that is killed.
func TestGuarded(t *testing.T) {
	doomed := os.Getenv(guardedVariable)
	if doomed == "" {
		t.Skip("for TestGuard to start")
	}
	release := Guard()
	defer release()
	RemoveAfter(doomed)
	kept := RemoveAfter(doomed + "-kept")
	kept()
	// A grandchild in a session of its own, deaf to SIGTERM, as nothing but its environment finds it.
	cmd := Command(t.Context(), time.Second, "sh", "-c", "setsid sh -c 'trap \"\" TERM; echo started; sleep 600; sleep 600' & sleep 600")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	done, err := Start(t.Context(), cmd)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	fmt.Println("started")
	if strings.HasSuffix(doomed, "orderly") {
		return // the test's context ends the child, release the guard
	}
	<-done
}

// TestGuard kills a program in the middle: everything that it has started ends, and what is doomed goes.
func TestGuard(t *testing.T) {
	for _, c := range []struct {
		name string
		kill bool
	}{{"killed", true}, {"orderly", false}} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "a [folder] of "+c.name)
			for _, path := range []string{dir, dir + "-kept"} {
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			mark := "CG_TEST_MARK=" + dir
			cmd := exec.Command(os.Args[0], "-test.run=^TestGuarded$", "-test.v")
			cmd.Env = append(os.Environ(), guardedVariable+"="+dir, mark)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for in := bufio.NewScanner(out); in.Scan() && in.Text() != "started"; {
			}
			if c.kill {
				if n := len(Marked(mark)); n < 4 { // the program, its guard, the child, and the grandchild soon
					t.Errorf("%d processes before the kill", n)
				}
				_ = cmd.Process.Kill()
			}
			_ = cmd.Wait()
			for deadline := time.Now().Add(guardGrace + 10*time.Second); len(Marked(mark)) > 0; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("still there: %v", Marked(mark))
				}
			}
			if _, err := os.Stat(dir); (err == nil) == c.kill {
				t.Errorf("the doomed folder: %v", err)
			}
			if _, err := os.Stat(dir + "-kept"); err != nil {
				t.Errorf("the kept folder: %v", err)
			}
		})
	}
}
