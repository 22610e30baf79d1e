// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package command

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
)

// asCommand is set where this test binary is to be the command itself: a sweep, and its children.
const asCommand = "CG_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// tinySweep is four runs of a second or less each.
var tinySweep = []string{"sweep", "--dataset", "glyphs-400", "--batch", "20", "--hidden", "8", "--steps", "20", "--noise", "0,0.5", "--c", "0,5", "--jobs", "2"}

// startSweep starts a sweep into a folder in a process of its own.
func startSweep(t *testing.T, folder string, more ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append(append(slices.Clone(tinySweep), "--out", folder), more...)...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "GOMLX_BACKEND=go", place.EnvMode+"=", place.EnvOut+"=", "XDG_CACHE_HOME="+t.TempDir())
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd, &out
}

// recordsIn are the records of a folder as they must be whatever happened: without times.
func recordsIn(t *testing.T, folder string) map[string][]record.Evaluation {
	t.Helper()
	records, err := record.LoadAll(folder)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]record.Evaluation{}
	for _, r := range records {
		if !r.Complete() {
			t.Errorf("%s is not complete", r.Spec.ID())
		}
		for i := range r.Evaluations {
			r.Evaluations[i].Seconds = 0
		}
		all[r.Spec.ID()] = r.Evaluations
	}
	return all
}

// children are the processes that a process has started, as far as the system says.
func children(pid int) (pids []int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, path := range threads {
		more, _ := os.ReadFile(path)
		text = append(append(text, ' '), more...)
	}
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil && !slices.Contains(pids, child) {
			pids = append(pids, child)
		}
	}
	return pids
}

// TestSweepKilled kills a sweep at up to ten random moments, every other time its children too, and repeats it until it is
// through: the records are those of a sweep left alone.
func TestSweepKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for about half a minute")
	}
	alone := t.TempDir()
	started := time.Now()
	cmd, out := startSweep(t, alone, "--save-weights")
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "4 of 4 runs ready: 0 found, 4 trained") {
		t.Fatalf("left alone: %v\n%s", err, out)
	}
	took := time.Since(started)
	want := recordsIn(t, alone)
	if len(want) != 4 {
		t.Fatalf("%d records", len(want))
	}
	for id := range want {
		if _, err := os.Stat(filepath.Join(alone, id, "weights.npz")); err != nil {
			t.Error(err)
		}
	}

	folder := t.TempDir()
	kills, done := 0, false
	for !done {
		cmd, out := startSweep(t, folder)
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var moment <-chan time.Time // none after ten kills: then it may come to its end
		if kills < 10 {
			moment = time.After(time.Duration(rand.Int64N(int64(took) * 2 / 3)))
		}
		select {
		case <-moment:
			kills++
			if kills%2 == 0 {
				for _, pid := range children(cmd.Process.Pid) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			_ = cmd.Process.Kill()
			<-ended
		case err := <-ended:
			if err != nil && !stillHeld(err) { // by a child of a killed sweep, which saves and ends
				t.Fatalf("after %d kills: %v\n%s", kills, err, out)
			}
			done = err == nil
			if done && !strings.Contains(out.String(), "4 of 4 runs ready") {
				t.Fatalf("it ended well without all runs:\n%s", out)
			}
		}
	}
	t.Logf("killed %d times; alone it took %v", kills, took)
	if diff := cmp.Diff(want, recordsIn(t, folder)); diff != "" {
		t.Errorf("after %d kills (-alone +killed):\n%s", kills, diff)
	}
	var left []string
	for _, pattern := range []string{"*.lock", ".*", "*/checkpoint.bin", "*/.*"} {
		found, _ := filepath.Glob(filepath.Join(folder, pattern))
		left = append(left, found...)
	}
	if len(left) > 0 {
		t.Errorf("left beside finished records: %v", left)
	}
}

// stillHeld says whether a sweep ended because other processes train what is left.
func stillHeld(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == codeHeld
}

// TestTwoSweeps: on one folder they share the work, and no run is trained twice.
func TestTwoSweeps(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds")
	}
	folder := t.TempDir()
	first, out1 := startSweep(t, folder)
	second, out2 := startSweep(t, folder)
	for cmd, out := range map[*exec.Cmd]*strings.Builder{first: out1, second: out2} {
		if err := cmd.Wait(); err != nil && !stillHeld(err) {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if n := len(recordsIn(t, folder)); n != 4 {
		t.Errorf("%d records", n)
	}
	records, err := record.LoadAll(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if n := len(r.Provenance.Sessions); n != 1 {
			t.Errorf("%s was trained in %d sessions", r.Spec.ID(), n)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*.lock")); len(left) > 0 {
		t.Errorf("locks are left: %v", left)
	}

	// Everything is there now: a dry run says so, and a shard lists its part.
	code, stdout, errs := call(append(slices.Clone(tinySweep), "--out", folder, "--dry-run")...)
	if code != codeOK || errs != "" || strings.Count(stdout, "  finished\n") != 4 || !strings.Contains(stdout, "4 runs, 4 finished; about 0 % of the work is left") {
		t.Errorf("dry run: code %d, %q, %q", code, stdout, errs)
	}
	code, stdout, _ = call(append(slices.Clone(tinySweep), "--out", folder, "--dry-run", "--shard", "2/4")...)
	if code != codeOK || !strings.Contains(stdout, "1 runs, 1 finished") {
		t.Errorf("dry run of a shard: code %d, %q", code, stdout)
	}
}

// TestSweepHeld: where another process holds a run to the end, the sweep says which, with an exit code of its own.
func TestSweepHeld(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for some seconds")
	}
	folder := t.TempDir()
	_, list, _ := call(append(slices.Clone(tinySweep), "--out", folder, "--dry-run")...)
	id, _, _ := strings.Cut(list, " ")
	lock := flock.New(filepath.Join(folder, id+".lock"))
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Fatal(err)
	}
	cmd, out := startSweep(t, folder)
	err := cmd.Wait()
	if !stillHeld(err) || !strings.Contains(out.String(), "3 of 4 runs ready") ||
		!strings.Contains(out.String(), "error: 1 runs are still trained by other processes: "+id+"; the same command looks at them again\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	// The lock's file is still there, as a killed process leaves it; so is a checkpoint in a finished record.
	for _, line := range strings.Split(strings.TrimSpace(list), "\n")[1:3] {
		other, _, _ := strings.Cut(line, " ")
		if err := os.WriteFile(filepath.Join(folder, other, "checkpoint.bin"), []byte("left"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd, out = startSweep(t, folder)
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "4 of 4 runs ready: 3 found, 1 trained") {
		t.Errorf("%v\n%s", err, out)
	}
	locks, _ := filepath.Glob(filepath.Join(folder, "*.lock"))
	checkpoints, _ := filepath.Glob(filepath.Join(folder, "*", "checkpoint.bin"))
	if left := append(locks, checkpoints...); len(left) > 0 {
		t.Errorf("left beside finished records: %v", left)
	}
}

// TestSweepDryRun: nothing is trained, made or set up.
func TestSweepDryRun(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	folder := filepath.Join(t.TempDir(), "runs")
	code, stdout, errs := call("sweep", "--paper", "figure4", "--dry-run", "--out", folder)
	if code != codeOK || errs != "" || strings.Count(stdout, "  missing\n") != 25 || !strings.HasSuffix(stdout, "25 runs, 25 missing; about 100 % of the work is left\n") {
		t.Errorf("code %d, %q, %q", code, stdout, errs)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder was made")
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("something was set up: %v", left)
	}
}

// TestSweepMeasures: runs that are there to be measured are, also beside others, unless something else is said.
func TestSweepMeasures(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		args []string
		note string
	}{
		{[]string{"--paper", "coherence-whole"}, "by coherence; --measure says otherwise"},
		{[]string{"--paper", "carry-over-wide,open-patterns,figure4"}, "by alignment, gradients; --measure"},
		{[]string{"--paper", "collapse"}, "by clamping and health;"},
		{[]string{"--paper", "figure1,figure4"}, ""},
		{[]string{"--paper", "coherence-whole", "--measure", ""}, ""},
		{[]string{"--paper", "coherence-whole", "--measure", "gradients"}, ""},
	} {
		code, _, errs := call(append([]string{"sweep", "--dry-run", "--out", folder}, c.args...)...)
		if code != codeOK || !strings.Contains(errs, c.note) || (c.note == "") != (errs == "") {
			t.Errorf("%v: code %d, %q; want %q", c.args, code, errs, c.note)
		}
	}
	f := sweepFlags{paper: "carry-over-wide,carry-over-whole"}
	specs, err := f.specs()
	if err != nil {
		t.Fatal(err)
	}
	measures, err := f.paperMeasures(specs)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range specs {
		if wide := slices.Equal(s.Hidden, []int{2048}); wide != (measures[i] == record.MeasureGradients) || !wide && measures[i] != "" {
			t.Errorf("%s is measured by %q", s.ID(), measures[i])
		}
	}
}

// TestSweepMistakes: each is one line that names what was wrong, before anything is made.
func TestSweepMistakes(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	grid := filepath.Join(t.TempDir(), "grid.json")
	if err := os.WriteFile(grid, []byte(`[{"sed": 1}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--grid", grid}, `block 1: unknown key "sed"`},
		{[]string{"--grid", grid, "--paper", "figure4"}, "paper"},
		{[]string{"--paper", "figure9"}, "use one or more of "},
		{[]string{"--noise", "0,2"}, "noise = 2"},
		{[]string{"--c", "1,,2"}, "an empty place"},
		{[]string{"--weights", "half"}, `weights = "half": unknown`},
		{[]string{"--max-update", "0,x"}, "max update"},
		{[]string{"--weight-decay", "2"}, "weight decay = 2"},
		{[]string{"--schedule", "often"}, `schedule = "often": unknown`},
		{[]string{"--seeds", "3..1"}, "runs backwards"},
		{[]string{"--hidden", "2x2"}, "must be widths"},
		{[]string{"--shard", "0/4"}, "i must be from 1 to 4"},
		{[]string{"--jobs", "0"}, "jobs = 0: must be from 1"},
		{[]string{"--jobs", "many"}, "or auto"},
		{[]string{"--dataset", "letters"}, "unknown data set"},
		{[]string{"--dataset", "glyphs", "--batch", "7"}, "batch = 7"},
		{[]string{"--dataset", "glyphs", "--out", grid}, "is a file"},
		{[]string{"extra"}, "extra"},
	} {
		code, _, errs := call(append([]string{"sweep"}, c.args...)...)
		if code != codeFailed || !strings.HasPrefix(errs, "error: ") || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q: code %d, %q; want one line with %q", c.args, code, errs, c.want)
		}
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("something was set up: %v", left)
	}
}
