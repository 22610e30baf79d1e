// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package live

// mostPoints is how many points a curve of every step may have: a picture shows no more.
const mostPoints = 400

// curve is one line. Of a value that comes at every step the means over equally many neighbours are kept, twice as many
// each time there are too many points: so a curve of any length takes little, and shows where it moves late.
type curve struct {
	name  string
	often bool
	x, y  []float64
	width int // values in a point, 0 for 1

	sumX, sumY float64 // of the point in the making
	count      int
	latest     float64
}

func (c *curve) add(x, y float64) {
	c.latest = y
	if !c.often {
		c.x, c.y = append(c.x, x), append(c.y, y)
		return
	}
	c.sumX, c.sumY, c.count = c.sumX+x, c.sumY+y, c.count+1
	if c.count < max(c.width, 1) {
		return
	}
	c.x, c.y = append(c.x, c.sumX/float64(c.count)), append(c.y, c.sumY/float64(c.count))
	c.sumX, c.sumY, c.count = 0, 0, 0
	if len(c.x) < mostPoints {
		return
	}
	half := len(c.x) / 2
	for i := range half {
		c.x[i], c.y[i] = (c.x[2*i]+c.x[2*i+1])/2, (c.y[2*i]+c.y[2*i+1])/2
	}
	c.x, c.y, c.width = c.x[:half], c.y[:half], 2*max(c.width, 1)
}

// points are those there are, the one in the making included.
func (c *curve) points() (x, y []float64) {
	x, y = append([]float64{}, c.x...), append([]float64{}, c.y...)
	if c.count > 0 {
		x, y = append(x, c.sumX/float64(c.count)), append(y, c.sumY/float64(c.count))
	}
	return x, y
}

// last is the mean of the last point.
func (c *curve) last() float64 {
	if _, y := c.points(); len(y) > 0 {
		return y[len(y)-1]
	}
	return c.latest
}
