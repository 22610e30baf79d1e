// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package proc

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// GuardVariable marks, by its value, all that runs under a guard.
const GuardVariable = "CG_GUARD"

// guardName is the name a guard's process has in a list of processes; a program started under it is a guard.
const guardName = "cg-guard"

// How long a guard lets processes end by themselves after it has asked them to, how long it goes on killing, and how
// often it looks. A process may start another between two looks, so nothing is taken for gone before it was gone
// quiet times.
const (
	guardGrace = 5 * time.Second
	guardKill  = 30 * time.Second
	guardLook  = 50 * time.Millisecond
	quiet      = 5
)

// order is a line that a program writes to its guard.
type order struct {
	Group  int    `json:"group,omitempty"`  // a process group that has begun
	Ended  int    `json:"ended,omitempty"`  // one that is over
	Remove string `json:"remove,omitempty"` // a file or folder to remove after this program's death
	Keep   string `json:"keep,omitempty"`   // no longer
	End    bool   `json:"end,omitempty"`    // this program ends in order: do nothing
}

// guard is the one that this program has, if holders is not 0.
var guard struct {
	sync.Mutex
	holders int
	tag     string
	pipe    *os.File
	cmd     *exec.Cmd
}

// Guard sees to it that nothing that [Start] or [Run] starts from now on outlives this program, even if it is killed by
// SIGKILL, and that what is named to [RemoveAfter] goes with it. release ends that, and what is left of it, in order.
// Calls may be nested.
//
// A guard is a process of its own, this very program under another name, that waits for the end of a pipe, asks what is
// left to stop, and kills it some seconds later. On Linux it finds processes by a variable in their environment,
// whatever session they have put themselves into; elsewhere by the groups that were started, so that what a Jupyter
// server has started ends when the server does. Where no guard can be started there is none: it is a second line.
func Guard() (release func()) {
	guard.Lock()
	defer guard.Unlock()
	if guard.holders == 0 && !startGuard() {
		return func() {}
	}
	guard.holders++
	return sync.OnceFunc(func() {
		guard.Lock()
		defer guard.Unlock()
		if guard.holders--; guard.holders == 0 {
			_ = json.NewEncoder(guard.pipe).Encode(order{End: true})
			_ = guard.pipe.Close()
			_ = guard.cmd.Wait()
			Sweep(GuardVariable + "=" + guard.tag)
		}
	})
}

// startGuard starts the process; the caller holds the mutex.
func startGuard() bool {
	program, err := os.Executable()
	if err != nil {
		return false
	}
	read, write, err := os.Pipe()
	if err != nil {
		return false
	}
	defer read.Close()
	guard.tag = rand.Text()
	cmd := exec.Command(program, GuardVariable+"="+guard.tag)
	cmd.Args[0] = guardName
	cmd.Dir = "/"
	cmd.Stdin = read
	detach(cmd)
	if err := cmd.Start(); err != nil {
		_ = write.Close()
		return false
	}
	guard.pipe, guard.cmd = write, cmd
	return true
}

// guardVariables are what a process under the guard has in its environment.
func guardVariables() []string {
	guard.Lock()
	defer guard.Unlock()
	if guard.holders == 0 {
		return nil
	}
	return []string{GuardVariable + "=" + guard.tag}
}

func tellGuard(o order) {
	guard.Lock()
	defer guard.Unlock()
	if guard.holders > 0 {
		_ = json.NewEncoder(guard.pipe).Encode(o) // a guard that was killed guards no more
	}
}

// RemoveAfter has the guard, if there is one, remove a file or folder if this program dies before done is called.
func RemoveAfter(path string) (done func()) {
	tellGuard(order{Remove: path})
	return func() { tellGuard(order{Keep: path}) }
}

// Here the program that was started as a guard becomes one, before anything else of it runs.
func init() {
	if len(os.Args) == 2 && os.Args[0] == guardName && strings.HasPrefix(os.Args[1], GuardVariable+"=") {
		signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		watch(os.Stdin, os.Args[1])
		os.Exit(0)
	}
}

// watch is a guard's life: it follows orders until they end.
func watch(orders io.Reader, entry string) {
	var groups []int
	var doomed []string
	for in := bufio.NewScanner(orders); in.Scan(); {
		var o order
		if json.Unmarshal(in.Bytes(), &o) != nil {
			continue // cut short by death
		}
		switch {
		case o.End:
			return
		case o.Group > 1:
			groups = append(groups, o.Group)
		case o.Ended > 1:
			groups = slices.DeleteFunc(groups, func(g int) bool { return g == o.Ended })
		case o.Remove != "":
			doomed = append(doomed, o.Remove)
		case o.Keep != "":
			doomed = slices.DeleteFunc(doomed, func(p string) bool { return p == o.Keep })
		}
	}
	asked := map[int]bool{}
	if !untilQuiet(guardGrace, entry, groups, func(pid int) {
		if !asked[pid] {
			asked[pid] = true
			signalProcess(pid, syscall.SIGTERM)
		}
	}) {
		untilQuiet(guardKill, entry, groups, func(pid int) { signalProcess(pid, syscall.SIGKILL) })
	}
	for _, path := range doomed {
		_ = os.RemoveAll(path)
	}
}

// untilQuiet hands what is there to end, process by process and group by group (as a negative number), until nothing
// has been there for a while; false if that does not come in time.
func untilQuiet(limit time.Duration, entry string, groups []int, end func(pid int)) bool {
	for began, still := time.Now(), 0; time.Since(began) < limit; time.Sleep(guardLook) {
		left := Marked(entry)
		for _, g := range groups {
			if !seesEnvironments && groupLives(g) {
				left = append(left, -g)
			}
		}
		if len(left) > 0 {
			still = 0
		} else if still++; still == quiet {
			return true
		}
		for _, pid := range left {
			end(pid)
		}
	}
	return false
}
