// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package random makes the draws that data, label noise, initial weights and the order of examples are made of.
//
// They depend on seeds alone: neither on the platform nor on the number of CPUs, nor on the version of Go. The
// generator is PCG-DXSM of math/rand/v2; the bounded draws are written here, because those of the standard library
// differ between 32- and 64-bit machines.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Stream is the generator of one purpose. Each purpose of a run draws from a stream of its own, which follows from the
// seed, a name and a number alone: so the order of an epoch can be made again without its history, and one purpose's
// draws never shift another's.
//
// Its two 64-bit seeds are the first 16 bytes, little-endian, of the SHA-256 of the text
// "coherentgradients/<seed>/<purpose>/<index>", the numbers in decimal.
func Stream(seed int64, purpose string, index int) *rand.PCG {
	text := "coherentgradients/" + strconv.FormatInt(seed, 10) + "/" + purpose + "/" + strconv.Itoa(index)
	sum := sha256.Sum256([]byte(text))
	return rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:]))
}

// Below returns a uniform integer in [0, n), n > 0 (Lemire's multiplication, with rejection, so exactly uniform).
func Below(source rand.Source, n uint64) uint64 {
	hi, lo := bits.Mul64(source.Uint64(), n)
	if lo < n {
		for least := -n % n; lo < least; {
			hi, lo = bits.Mul64(source.Uint64(), n)
		}
	}
	return hi
}

// Unit returns a uniform multiple of 2⁻⁵³ in [0, 1).
func Unit(source rand.Source) float64 { return float64(source.Uint64()>>11) / (1 << 53) }

// Shuffle permutes x uniformly (Fisher and Yates): for i from the last down to 1, x[i] changes places with one of
// x[0] … x[i].
func Shuffle[T any](source rand.Source, x []T) {
	for i := len(x) - 1; i > 0; i-- {
		j := Below(source, uint64(i+1))
		x[i], x[j] = x[j], x[i]
	}
}

// Distinct draws k of the numbers 0 … n−1 without replacement, in rising order; all of them if there are no more than
// k.
func Distinct(source rand.Source, n, k int) []int32 {
	list := make([]int32, 0, min(n, k))
	if n <= k {
		for i := range n {
			list = append(list, int32(i))
		}
		return list
	}
	taken := make(map[uint64]bool, k)
	for len(list) < k {
		i := Below(source, uint64(n))
		if !taken[i] {
			taken[i] = true
			list = append(list, int32(i))
		}
	}
	slices.Sort(list)
	return list
}
