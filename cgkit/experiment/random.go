// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strconv"
)

// Stream returns the random generator of one purpose. Each purpose of a run draws from a stream of its own, which
// follows from the seed, a name and a number alone: so the order of an epoch can be made again without its history, and
// one purpose's draws never shift another's.
//
// The generator is PCG-DXSM of math/rand/v2. Its two 64-bit seeds are the first 16 bytes, little-endian, of the SHA-256
// of the text "coherentgradients/<seed>/<purpose>/<index>", the numbers in decimal.
func Stream(seed int64, purpose string, index int) *rand.PCG {
	text := "coherentgradients/" + strconv.FormatInt(seed, 10) + "/" + purpose + "/" + strconv.Itoa(index)
	sum := sha256.Sum256([]byte(text))
	return rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:]))
}

// shuffle permutes x uniformly: for i from the last down to 1, swap x[i] with x[⌊u·(i+1)/2⁶⁴⌋], u the next 64 bits. The
// multiplication favours some places by less than one part in 2⁴⁰ for up to 2²⁴ values. Written out because the draws
// of math/rand/v2 differ between 32- and 64-bit machines and may change with the Go version.
func shuffle(source *rand.PCG, x []int32) {
	for i := len(x) - 1; i > 0; i-- {
		j, _ := bits.Mul64(source.Uint64(), uint64(i+1))
		x[i], x[j] = x[j], x[i]
	}
}
