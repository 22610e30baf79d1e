// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/record"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Array is a named tensor of an engine's state, on its way to or from a checkpoint.
type Array struct {
	Shape []int // nil or empty for a scalar, which has one value
	Data  any   // row-major: []float32, []float64, []int32, []int64, []uint8, []uint32 or []uint64
}

// Size is the number of values that the shape asks for.
func (a Array) Size() int {
	size := 1
	for _, n := range a.Shape {
		size *= n
	}
	return size
}

// Check says whether the data is of a known type and as long as the shape asks.
func (a Array) Check() error {
	for _, n := range a.Shape {
		if n < 0 {
			return fmt.Errorf("shape %v: no size may be negative", a.Shape)
		}
	}
	length, _, known := a.lengths()
	if !known {
		return fmt.Errorf("data of type %T: use []float32, []float64, []int32, []int64, []uint8, []uint32 or []uint64", a.Data)
	}
	if length != a.Size() {
		return fmt.Errorf("shape %v needs %d values, not %d", a.Shape, a.Size(), length)
	}
	return nil
}

// lengths returns the number of values and the bytes of one.
func (a Array) lengths() (values, bytesEach int, known bool) {
	switch data := a.Data.(type) {
	case []float32:
		return len(data), 4, true
	case []float64:
		return len(data), 8, true
	case []int32:
		return len(data), 4, true
	case []int64:
		return len(data), 8, true
	case []uint8:
		return len(data), 1, true
	case []uint32:
		return len(data), 4, true
	case []uint64:
		return len(data), 8, true
	}
	return 0, 0, false
}

func (a Array) typeName() string { return fmt.Sprintf("%T", a.Data)[2:] }

// write writes the values, little-endian.
func (a Array) write(w io.Writer) error {
	switch data := a.Data.(type) {
	case []float32:
		return writeValues(w, data)
	case []float64:
		return writeValues(w, data)
	case []int32:
		return writeValues(w, data)
	case []int64:
		return writeValues(w, data)
	case []uint8:
		return writeValues(w, data)
	case []uint32:
		return writeValues(w, data)
	case []uint64:
		return writeValues(w, data)
	}
	return a.Check()
}

// writeValues writes piece by piece: encoding/binary makes a copy of all it is given, and a net may have gigabytes.
func writeValues[T any](w io.Writer, data []T) error {
	var buffer []byte
	for piece := range slices.Chunk(data, 1<<15) {
		var err error
		if buffer, err = binary.Append(buffer[:0], binary.LittleEndian, piece); err != nil {
			return err
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}

// parseArray reads the values of an array from the front of data, and says how many bytes they took. It never allocates
// more than data holds, whatever the shape claims.
func parseArray(typeName string, shape []int, data []byte) (a Array, used int, err error) {
	var bytesEach int
	switch typeName {
	case "uint8":
		bytesEach = 1
	case "float32", "int32", "uint32":
		bytesEach = 4
	case "float64", "int64", "uint64":
		bytesEach = 8
	default:
		return a, 0, fmt.Errorf("unknown type %q", record.Clip(typeName))
	}
	size := 1
	if slices.Contains(shape, 0) {
		size = 0
	}
	for _, n := range shape {
		if n < 0 || (n > 0 && size > len(data)/n) {
			return a, 0, fmt.Errorf("shape %v does not fit in %d bytes", shape, len(data))
		}
		size *= n
	}
	if size > len(data)/bytesEach {
		return a, 0, fmt.Errorf("shape %v does not fit in %d bytes", shape, len(data))
	}
	switch typeName {
	case "uint8":
		a.Data = make([]uint8, size)
	case "float32":
		a.Data = make([]float32, size)
	case "int32":
		a.Data = make([]int32, size)
	case "uint32":
		a.Data = make([]uint32, size)
	case "float64":
		a.Data = make([]float64, size)
	case "int64":
		a.Data = make([]int64, size)
	case "uint64":
		a.Data = make([]uint64, size)
	}
	a.Shape = shape
	used, err = binary.Decode(data[:size*bytesEach], binary.LittleEndian, a.Data)
	return a, used, err
}
