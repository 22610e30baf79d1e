// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// webFigure is a grid as interactive.js draws it. Lengths are CSS pixels, y downwards.
type webFigure struct {
	W      web        `json:"w"`
	H      web        `json:"h"`
	Size   web        `json:"size"`   // of the text
	Tick   web        `json:"tick"`   // and of numbers
	Sample web        `json:"sample"` // width of a legend's line
	Alt    string     `json:"alt"`
	ShareY bool       `json:"shareY,omitempty"`
	Xs     [][]web    `json:"xs"` // lists of X values, which curves share
	Texts  []webText  `json:"texts"`
	Legend []webEntry `json:"legend"`
	Panels []webPanel `json:"panels"`
}

// web is a number of four digits; what is not finite is null.
type web float64

// MarshalJSON implements json.Marshaler.
func (v web) MarshalJSON() ([]byte, error) {
	if !finite(float64(v)) {
		return []byte("null"), nil
	}
	whole := func(v float64) bool { return v == math.Trunc(v) && math.Abs(v) < 1e15 }
	if short := strconv.FormatFloat(float64(v), 'g', 4, 64); !whole(float64(v)) {
		if rounded, err := strconv.ParseFloat(short, 64); err != nil || !whole(rounded) {
			return []byte(short), err
		} else {
			v = web(rounded)
		}
	}
	return strconv.AppendInt(nil, int64(v), 10), nil // a step keeps all its digits
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *web) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = web(math.NaN())
		return nil
	}
	x, err := strconv.ParseFloat(string(text), 64)
	*v = web(x)
	return err
}

// pieces are a text's, each with its rise: 1 for a superscript, −1 for a subscript.
type pieces []piece

type piece struct {
	text string
	rise int
}

// MarshalJSON implements json.Marshaler.
func (p piece) MarshalJSON() ([]byte, error) { return json.Marshal([]any{p.text, p.rise}) }

// UnmarshalJSON implements json.Unmarshaler.
func (p *piece) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return errors.New("a piece of text has two parts")
	}
	if err := json.Unmarshal(parts[1], &p.rise); err != nil || p.rise < -1 || p.rise > 1 {
		return errors.New("a piece of text stands on the line, above or below it")
	}
	return json.Unmarshal(parts[0], &p.text)
}

func piecesOf(txt string) pieces {
	out := pieces{}
	for _, s := range segments(font.Face{Font: font.Font{Size: 1}}, txt) {
		p := piece{text: s.text}
		if s.rise > 0 {
			p.rise = 1
		} else if s.rise < 0 {
			p.rise = -1
		}
		out = append(out, p)
	}
	return out
}

type webText struct {
	T      pieces `json:"t"`
	X      web    `json:"x"`
	Y      web    `json:"y"`
	Size   web    `json:"s"`
	Anchor int    `json:"a"` // 0 start, 1 middle, 2 end
	Bold   bool   `json:"b,omitempty"`
	Italic bool   `json:"i,omitempty"`
	Up     bool   `json:"r,omitempty"`
	Color  string `json:"c"`
}

type webEntry struct {
	T     pieces `json:"t"`
	X     web    `json:"x"`
	Y     web    `json:"y"`
	W     web    `json:"w"`
	Color string `json:"c"`
	Dash  string `json:"d,omitempty"`
	Kind  string `json:"kind,omitempty"` // box, dot, or a line
	Band  bool   `json:"band,omitempty"`
}

type webPanel struct {
	Name      string    `json:"name"`
	Box       [4]web    `json:"box"` // x, y, width, height
	Inset     web       `json:"inset,omitempty"`
	X         [2]web    `json:"x"`
	Y         [2]web    `json:"y"`
	Gap       web       `json:"gap,omitempty"`
	Steps     bool      `json:"steps,omitempty"`
	LogY      bool      `json:"logY,omitempty"`
	Percent   bool      `json:"percent,omitempty"`
	LabelX    bool      `json:"labelX,omitempty"`
	LabelY    bool      `json:"labelY,omitempty"`
	Labelled  bool      `json:"labelled,omitempty"`
	Empty     string    `json:"empty,omitempty"`
	Names     []string  `json:"names,omitempty"` // of categories
	Curves    []webLine `json:"curves"`
	Bars      []webBars `json:"bars"`
	Refs      []webRef  `json:"refs"`
	Verticals []webRef  `json:"verticals"`
	Clamp     []web     `json:"clamp,omitempty"`
	Heat      *webHeat  `json:"heat,omitempty"`
}

type webLine struct {
	Name    string `json:"name"`
	Text    pieces `json:"text"`
	Label   pieces `json:"label,omitempty"`
	Room    web    `json:"room,omitempty"` // of the label: its width in our own font
	Ink     string `json:"ink,omitempty"`  // of the label
	X       int    `json:"x"`              // which list of X values
	Y       []web  `json:"y"`
	Lo      []web  `json:"lo,omitempty"`
	Hi      []web  `json:"hi,omitempty"`
	Color   string `json:"c"`
	Dash    string `json:"d,omitempty"`
	Keys    []int  `json:"keys,omitempty"` // entries of the legend that switch it
	Marks   bool   `json:"marks,omitempty"`
	Scatter bool   `json:"scatter,omitempty"`
	Cloud   bool   `json:"cloud,omitempty"`
}

type webBars struct {
	Name  string `json:"name"`
	Text  pieces `json:"text"`
	From  []web  `json:"from"`
	To    []web  `json:"to"`
	Y     []web  `json:"y"`
	Lo    []web  `json:"lo,omitempty"`
	Hi    []web  `json:"hi,omitempty"`
	Color string `json:"c"`
	Keys  []int  `json:"keys,omitempty"`
}

type webRef struct {
	X     web    `json:"x,omitempty"`
	Y     web    `json:"y,omitempty"`
	Label pieces `json:"label,omitempty"`
	Room  web    `json:"room,omitempty"`
}

type webTick struct {
	text string
	at   web
}

// MarshalJSON implements json.Marshaler.
func (t webTick) MarshalJSON() ([]byte, error) { return json.Marshal([]any{t.text, t.at}) }

// UnmarshalJSON implements json.Unmarshaler.
func (t *webTick) UnmarshalJSON(text []byte) error {
	parts := []any{&t.text, &t.at}
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != 2 {
		return errors.New("a tick has a text and a place")
	}
	return nil
}

type webStrip struct {
	from, to web
	color    string
}

// MarshalJSON implements json.Marshaler.
func (s webStrip) MarshalJSON() ([]byte, error) { return json.Marshal([]any{s.from, s.to, s.color}) }

// UnmarshalJSON implements json.Unmarshaler.
func (s *webStrip) UnmarshalJSON(text []byte) error {
	parts := []any{&s.from, &s.to, &s.color}
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != 3 || !webColor.MatchString(s.color) {
		return errors.New("a strip has two ends and a colour")
	}
	return nil
}

type webHeat struct {
	Name   pieces     `json:"name"`
	V      [][]web    `json:"v"`
	Src    string     `json:"src"`
	Square bool       `json:"square,omitempty"`
	Names  []webTick  `json:"names"`
	Below  []webTick  `json:"below"`
	Lines  []int      `json:"lines"`
	Strips []webStrip `json:"strips"`
	Scale  []string   `json:"scale"`
	Ticks  []webTick  `json:"ticks"`
}

var (
	webColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	webDash  = regexp.MustCompile(`^[0-9. ]{0,60}$`)
	webImage = regexp.MustCompile(`^data:image/png;base64,[A-Za-z0-9+/=]*$`)
)

// check says what of it is neither number nor text nor colour, or points at nothing.
func (w *webFigure) check() error {
	var colours, dashes []string
	for _, t := range w.Texts {
		colours = append(colours, t.Color)
	}
	for _, e := range w.Legend {
		colours, dashes = append(colours, e.Color), append(dashes, e.Dash)
	}
	for _, p := range w.Panels {
		for _, c := range p.Curves {
			colours, dashes = append(colours, c.Color), append(dashes, c.Dash)
			if c.X < 0 || c.X >= len(w.Xs) || len(w.Xs[c.X]) != len(c.Y) || len(c.Lo) != len(c.Hi) || len(c.Lo) != 0 && len(c.Lo) != len(c.Y) {
				return fmt.Errorf("curve %q: its lists differ in length", c.Name)
			}
		}
		for _, b := range p.Bars {
			colours = append(colours, b.Color)
			if len(b.From) != len(b.Y) || len(b.To) != len(b.Y) || len(b.Lo) != len(b.Hi) || len(b.Lo) != 0 && len(b.Lo) != len(b.Y) {
				return fmt.Errorf("bars %q: their lists differ in length", b.Name)
			}
		}
		if h := p.Heat; h != nil {
			colours = append(colours, h.Scale...)
			if !webImage.MatchString(h.Src) || len(h.V) == 0 || slices.ContainsFunc(h.V, func(row []web) bool { return len(row) != len(h.V[0]) }) {
				return errors.New("a heat map is no picture and matrix")
			}
		}
	}
	for _, c := range colours {
		if !webColor.MatchString(c) {
			return fmt.Errorf("%q is no colour", oneLine(c, 20))
		}
	}
	for _, d := range dashes {
		if !webDash.MatchString(d) {
			return fmt.Errorf("%q are no dashes", oneLine(d, 20))
		}
	}
	return nil
}

func webHex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// cssPixels turns points into CSS pixels.
func cssPixels(l vg.Length) web { return web(math.Round(float64(l)*screenDPI/72*10) / 10) }

func (s style) webDash(d Dash) string {
	var words []string
	for _, l := range d.pattern(s) {
		words = append(words, strconv.FormatFloat(float64(cssPixels(l)), 'g', 4, 64))
	}
	return strings.Join(words, " ")
}

// webList is a list of numbers, nil for none.
func webList(v []float64) []web {
	if len(v) == 0 {
		return nil
	}
	out := make([]web, len(v))
	for i := range v {
		out[i] = web(v[i])
	}
	return out
}

// webPicture is a heat map's, one pixel a cell.
func (h *HeatMap) webPicture() (string, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, h.picture(1)); err != nil {
		return "", fmt.Errorf("encoding a heat map: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
