// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"fmt"
	"net"
	"strconv"
)

// FirstPort is where the search for a free port begins, Jupyter's usual one.
const FirstPort = 8888

// portTries is how many ports are tried.
const portTries = 100

// FreePort returns the first port from start on that can be listened on at [Address].
func FreePort(start int) (int, error) {
	last := min(start+portTries-1, 65535)
	for port := start; port <= last; port++ {
		if portIsFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no port from %d to %d is free: name one with --port", start, last)
}

// CheckPort says whether a port asked for by a user can be had.
func CheckPort(port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("port %d is out of range: 1 to 65535", port)
	}
	if !portIsFree(port) {
		return fmt.Errorf("port %d is in use or not allowed: leave --port out for the next free one", port)
	}
	return nil
}

func portIsFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(Address, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
