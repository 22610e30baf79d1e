// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"coherentgradients/cgkit/run"
	"coherentgradients/notebooks/internal/picture"
	"coherentgradients/notebooks/internal/progress"
	"coherentgradients/plots"

	"github.com/dustin/go-humanize"
	"github.com/janpfeifer/gonb/gonbui"
)

// drawEvery is the least time between two pictures; one takes about a tenth of a second.
const drawEvery = 500 * time.Millisecond

// Curves are what grows. They are for one goroutine.
type Curves struct {
	title  string
	total  int
	panels []*panel
	done   int
	ended  bool

	progress run.Progress
	block    string // of the picture below the cell; "" in a terminal
	next     time.Time
	now      func() time.Time
	update   func(block, html string)
	show     func(*plots.Figure) error
}

// panel is one frame: the curves of one kind of quantity.
type panel struct {
	kind   string
	curves []*curve
}

// New begins curves of a loop of one's own, of so many steps; title names them.
func New(title string, steps int) *Curves {
	c := &Curves{now: time.Now}
	c.begin(title, steps)
	return c
}

// begin begins anew, without what was there.
func (c *Curves) begin(title string, steps int) {
	*c = Curves{title: title, total: steps, now: c.now, progress: progress.NewProgress(), update: func(string, string) {}}
	c.show = func(*plots.Figure) error { return nil }
	if gonbui.IsNotebook {
		c.block, c.update = "cg_live_"+gonbui.UniqueId(), gonbui.UpdateHTML
		c.show = func(f *plots.Figure) error { return f.Show() }
	}
	c.progress.Begin(title, 0, steps)
}

// Step says that done steps are made, and the training loss of the last one; call it after each. Loss is drawn as the
// mean over some neighbouring steps once there are many.
func (c *Curves) Step(done int, loss float64) {
	c.done = done
	c.add("loss", "train", done, loss, true)
	c.progress.Step(done, loss)
	c.draw()
}

// Add adds a point of any quantity at a step: kind is the frame that it goes to, such as "accuracy" or "loss", name the
// curve in it, such as "test". Values that are not finite are left out. Kinds that end in "accuracy" are shares.
func (c *Curves) Add(kind, name string, step int, value float64) {
	c.add(kind, name, step, value, false)
	c.draw()
}

func (c *Curves) add(kind, name string, step int, value float64, often bool) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	i := slices.IndexFunc(c.panels, func(p *panel) bool { return p.kind == kind })
	if i < 0 {
		i = len(c.panels)
		c.panels = append(c.panels, &panel{kind: kind})
	}
	p := c.panels[i]
	k := slices.IndexFunc(p.curves, func(l *curve) bool { return l.name == name })
	if k < 0 {
		k = len(p.curves)
		p.curves = append(p.curves, &curve{name: name, often: often})
	}
	p.curves[k].add(float64(step), value)
}

// draw redraws the picture, unless that was done a moment ago.
func (c *Curves) draw() {
	if c.block == "" || c.ended || c.now().Before(c.next) {
		return
	}
	f, err := c.Figure()
	if err != nil {
		return // with fewer points than a picture needs
	}
	image, err := picture.Image(f)
	if err != nil {
		return
	}
	c.update(c.block, image)
	c.next = c.now().Add(drawEvery)
}

// End ends the line and leaves the picture, and the last value of each curve as a line of text. Further calls do nothing.
func (c *Curves) End() error {
	if c.ended {
		return nil
	}
	c.ended = true
	if c.block != "" {
		c.update(c.block, "")
	}
	c.progress.End(c.Summary(), "")
	if len(c.panels) == 0 {
		return nil
	}
	f, err := c.Figure()
	if err != nil {
		return err
	}
	return c.show(f)
}

// Summary is the last value of each curve in a line.
func (c *Curves) Summary() string {
	var parts []string
	for _, p := range c.panels {
		for _, l := range p.curves {
			v := fmt.Sprintf("%.4g", l.last())
			if isShare(p.kind) {
				v = fmt.Sprintf("%.1f %%", 100*l.last()+0)
			}
			parts = append(parts, l.name+" "+p.kind+" "+v)
		}
	}
	return fmt.Sprintf("%s: %s steps, %s", c.title, humanize.Comma(int64(c.done)), strings.Join(parts, ", "))
}

func isShare(kind string) bool { return strings.HasSuffix(kind, "accuracy") }

// Figure is the picture, to be saved or exported.
func (c *Curves) Figure() (*plots.Figure, error) {
	var row []*plots.Panel
	for _, p := range c.panels {
		drawn := &plots.Panel{Title: title(p.kind), XSteps: true, Percent: isShare(p.kind), Empty: "no value yet"}
		for i, l := range p.curves {
			x, y := l.points()
			drawn.Curves = append(drawn.Curves, plots.Curve{Name: l.name, X: x, Y: y, Role: roleOf(l.name, i)})
		}
		row = append(row, drawn)
	}
	if len(row) == 0 {
		return nil, fmt.Errorf("no value was added to the curves of %q: call Step or Add", c.title)
	}
	meta := plots.Meta{Caption: c.title + ", " + humanize.Comma(int64(c.done)) + " steps."}
	if c.done < c.total {
		meta.Marks = append(meta.Marks, "unfinished run")
	}
	grid := [][]*plots.Panel{}
	for len(row) > 0 { // two beside each other
		n := min(2, len(row))
		grid = append(grid, row[:n:n])
		row = row[n:]
	}
	if last := len(grid) - 1; last > 0 && len(grid[last]) < 2 {
		grid[last] = append(grid[last], nil)
	}
	return plots.NewGrid(meta, plots.Grid{Panels: grid, XLabel: "step", ShareX: true, Aspect: 0.62, Reflow: true})
}

// roleOf gives a set the same look in every frame.
func roleOf(name string, i int) plots.Role {
	switch name {
	case "train":
		return plots.Train
	case "test":
		return plots.Test
	}
	return plots.Series(i + 2)
}

func title(kind string) string {
	text := strings.ToUpper(kind[:1]) + kind[1:]
	if isShare(kind) {
		text += " (%)"
	}
	return text
}
