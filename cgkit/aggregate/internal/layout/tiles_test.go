// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import "testing"

func TestTileRows(t *testing.T) {
	for _, c := range []struct {
		name                             string
		rows, row, stored, working, tile int
		want                             int
	}{
		{"nothing besides", 100, 10, 0, 0, 200, 20},
		{"as much again at work", 100, 10, 0, 10, 200, 10},
		{"a row is more than a tile", 100, 10, 0, 0, 5, 1},
		{"all fit", 100, 10, 0, 0, 5000, 0},
		{"more stored than all gradients are", 100, 10, 1001, 0, 200, 0},
		{"a row takes at work what all gradients take", 100, 10, 0, 1000, 200, 0},
	} {
		if got := tileRows(c.rows, c.row, c.stored, c.working, c.tile); got != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, got, c.want)
		}
	}
}
