// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package world

import (
	"math"
	"math/rand/v2"
)

// DataSets are the names of the data sets. All but digits are points in the plane of two classes.
var DataSets = []string{"circles", "halves", "xor", "spirals", "digits"}

// Sizes of the two parts.
const (
	trainSize = 500
	testSize  = 500
)

// Examples are inputs with labels.
type Examples struct {
	X      [][]float64 // [n][features]; points lie within [−1, 1]²
	Labels []int
}

// draw makes n examples, classes in turns.
func draw(random *rand.Rand, name string, n int) Examples {
	var e Examples
	classes := classesOf(name)
	for i := range n {
		label := i % classes
		var x []float64
		if name == "digits" {
			x = drawDigit(random, label)
		} else {
			x = drawPoint(random, name, label)
		}
		e.X, e.Labels = append(e.X, x), append(e.Labels, label)
	}
	return e
}

func classesOf(name string) int {
	if name == "digits" {
		return 10
	}
	return 2
}

// drawPoint draws a point of a class; classes have a gap between them.
func drawPoint(random *rand.Rand, name string, label int) []float64 {
	side := float64(2*label - 1)
	switch name {
	case "halves":
		along, off := 2*random.Float64()-1, 0.08+0.62*random.Float64()
		return turned(along*0.7, side*off, math.Pi/5)
	case "xor":
		x, y := 0.08+0.85*random.Float64(), 0.08+0.85*random.Float64()
		if random.IntN(2) == 0 {
			return []float64{x, side * y}
		}
		return []float64{-x, -side * y}
	case "spirals":
		t := math.Sqrt(random.Float64()) // as many points on each length of arm
		angle := 3.2*t*math.Pi/1.2 + float64(label)*math.Pi
		return []float64{0.95*t*math.Cos(angle) + 0.025*random.NormFloat64(), 0.95*t*math.Sin(angle) + 0.025*random.NormFloat64()}
	default: // circles
		radius := 0.45 * math.Sqrt(random.Float64())
		if label == 1 {
			radius = 0.6 + 0.35*random.Float64()
		}
		angle := 2 * math.Pi * random.Float64()
		return []float64{radius * math.Cos(angle), radius * math.Sin(angle)}
	}
}

func turned(x, y, angle float64) []float64 {
	sin, cos := math.Sincos(angle)
	return []float64{x*cos - y*sin, x*sin + y*cos}
}

// font are the ten digits on 5 × 7 dots, rows from the top, the leftmost dot in the highest of five bits.
var font = [10][7]uint8{
	{14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14}, {14, 17, 1, 2, 4, 8, 31}, {31, 2, 4, 2, 1, 17, 14}, {2, 6, 10, 18, 31, 2, 2},
	{31, 16, 30, 1, 1, 17, 14}, {6, 8, 16, 30, 17, 17, 14}, {31, 1, 2, 4, 8, 8, 8}, {14, 17, 17, 14, 17, 17, 14}, {14, 17, 17, 15, 1, 2, 12},
}

// DigitSide is the height and width of a picture of digits.
const DigitSide = 9

// drawDigit draws a digit of uneven size, slant, place and ink, with noise: DigitSide² pixels from 0 to 1.
func drawDigit(random *rand.Rand, digit int) []float64 {
	between := func(low, high float64) float64 { return low + (high-low)*random.Float64() }
	wide, high, slant := between(0.85, 1.15), between(0.9, 1.15), between(-0.15, 0.15)
	left, top, ink := between(-0.8, 0.8), between(-0.6, 0.6), between(0.7, 1)
	x := make([]float64, DigitSide*DigitSide)
	for row := range DigitSide {
		for column := range DigitSide {
			// The place in the font that this pixel shows, between four dots.
			v := (float64(row)-4-top)/high + 3
			u := (float64(column)-4-left)/wide - slant*(v-3) + 2
			value := ink*dots(digit, u, v) + 0.12*random.NormFloat64()
			x[row*DigitSide+column] = min(max(value, 0), 1)
		}
	}
	return x
}

// dots is the ink at a place of the font, column u and row v, linear between dots.
func dots(digit int, u, v float64) (ink float64) {
	column, row := math.Floor(u), math.Floor(v)
	for _, r := range []float64{row, row + 1} {
		for _, c := range []float64{column, column + 1} {
			if r >= 0 && r < 7 && c >= 0 && c < 5 && font[digit][int(r)]>>(4-int(c))&1 == 1 {
				ink += (1 - math.Abs(u-c)) * (1 - math.Abs(v-r))
			}
		}
	}
	return ink
}

// permute gives the chosen labels to each other, each label being chosen with probability share: the paper's noise. What
// a label's owner gets may be its own label.
func permute(random *rand.Rand, labels []int, share float64) []int {
	given := append([]int(nil), labels...)
	var chosen []int
	for i := range labels {
		if random.Float64() < share {
			chosen = append(chosen, i)
		}
	}
	for i, j := range random.Perm(len(chosen)) {
		given[chosen[i]] = labels[chosen[j]]
	}
	return given
}
