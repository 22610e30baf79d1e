// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import "fmt"

// Method is how order statistics are found. Package aggregate, which gives it to users, says what each is.
type Method int

// The methods.
const (
	Automatic Method = iota
	Networks
	Sides
	Counting
)

var methodNames = []string{"automatic", "networks", "sides", "counting"}

// String is the method's name.
func (m Method) String() string {
	if m < 0 || int(m) >= len(methodNames) {
		return fmt.Sprintf("Method(%d)", int(m))
	}
	return methodNames[m]
}

// The limits of networks, see the constants of the same names in package aggregate.
const (
	NetworkLimit = 3990
	TunedLimit   = 8200
)

// MostOnXLA is the largest batch for which XLA compiles any network within minutes.
const MostOnXLA = 256

// perValue is how many operations it takes to make a value of a dense layer: two slices, two broadcasts, a product.
const perValue = 5
