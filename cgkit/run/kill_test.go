// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"bufio"
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// childFolder is set where this test binary is to be the process that is killed: the folder of its record.
const childFolder = "CG_TEST_CHILD_FOLDER"

var childSpec = fakeSpec(3000)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		os.Exit(child(folder))
	}
	os.Exit(m.Run())
}

// child trains childSpec and prints a line after each chunk, so that the parent can kill it anywhere. The lines are long:
// a parent that does not read on holds the child up before it ends.
func child(folder string) int {
	say := func(what any) { fmt.Printf("%-1024v\n", what) }
	h := &hooks{chunk: 3, advance: func(e *fakeEngine) (float64, error) {
		say(e.step)
		return 1, nil
	}}
	newEngine := func(ctx context.Context, p Problem) (Engine, error) {
		say("nothing is open yet")
		return h.newEngine(ctx, p)
	}
	_, err := Run(context.Background(), childSpec, Options{NewEngine: newEngine, Store: &record.Store{Write: folder},
		Progress: Silent, OpenSet: fakeSet, CheckpointSteps: 10}) // often where an evaluation is due
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startChild runs the child and returns its lines.
func startChild(t *testing.T, folder string) (*exec.Cmd, *bufio.Scanner, *strings.Builder) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+folder)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out), &stderr
}

// TestKill kills a run with SIGKILL at random moments, again and again, and looks at what it ends with.
func TestKill(t *testing.T) {
	folder := t.TempDir()
	want := undisturbed(t, childSpec)
	random := rand.New(rand.NewPCG(rand.Uint64(), 0)) // really at random: every run of the test tries other moments
	kills := 0
	for {
		cmd, lines, stderr := startChild(t, folder)
		left := 1 + random.IntN(120)
		if random.IntN(2) == 0 {
			left = 1 + random.IntN(3) // while the record is opened
		}
		for lines.Scan() {
			if left--; left == 0 {
				cmd.Process.Kill() // and whatever it is doing at this moment stays undone
			}
		}
		err := cmd.Wait()
		if err == nil {
			break
		}
		if left > 0 {
			t.Fatalf("the child failed by itself: %v: %s", err, stderr)
		}
		kills++
		r, err := record.Load(folder + "/" + childSpec.ID())
		if errors.Is(err, fs.ErrNotExist) {
			continue // killed before there was a record
		}
		if err != nil {
			t.Fatalf("after %d kills the record can't be read: %v", kills, err)
		}
		for i, e := range r.Evaluations {
			if e.Step != record.Schedule(childSpec.Steps)[i] {
				t.Fatalf("after %d kills evaluation %d is of step %d", kills, i, e.Step)
			}
		}
	}
	if kills < 3 {
		t.Errorf("killed %d times only", kills)
	}
	r, err := record.Load(folder + "/" + childSpec.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got := evaluationsOf(t, r); got != want {
		t.Errorf("after %d kills: got\n%s\nwant\n%s", kills, got, want)
	}
	if files := filesOf(t, folder); len(files) != 4 {
		t.Errorf("left behind: %v", files)
	}
	resumed := 0
	for _, s := range r.Provenance.Sessions {
		if s.FromStep > 0 {
			resumed++
		}
	}
	t.Logf("killed %d times, went on from a checkpoint %d times", kills, resumed)
	if resumed == 0 {
		t.Error("never went on from a checkpoint")
	}
}

// TestTwoProcesses asks for a spec while another process trains it.
func TestTwoProcesses(t *testing.T) {
	folder := t.TempDir()
	cmd, lines, _ := startChild(t, folder)
	if !lines.Scan() { // from now on it holds the lock
		t.Fatal("the child says nothing")
	}
	h := &hooks{}
	opt := Options{NewEngine: h.newEngine, Store: &record.Store{Write: folder}, Progress: Silent, OpenSet: fakeSet}
	_, err := Run(context.Background(), childSpec, opt)
	recordtest.CheckError(t, err, []string{childSpec.ID(), fmt.Sprintf("(pid %d on ", cmd.Process.Pid), "wait for it"})
	if made, _ := h.counts(); made != 0 {
		t.Error("trained at the same time")
	}
	cmd.Process.Kill()
	for lines.Scan() {
	}
	cmd.Wait()
	// The lock's file is still there, its owner is not.
	r := mustRun(t, childSpec, opt)
	if got := evaluationsOf(t, r); got != undisturbed(t, childSpec) {
		t.Errorf("got\n%s", got)
	}
}
