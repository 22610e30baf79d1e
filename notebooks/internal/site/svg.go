// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Limits of a drawing.
const (
	maxDepth    = 64
	maxElements = 200_000
)

// svgElements are the elements that draw. All others are left out with what is in them, but for links, of which the
// content stays.
var svgElements = strings.Fields(`svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan image clipPath
	mask linearGradient radialGradient stop pattern marker`)

// svgAttributes are the attributes that say where and how. Neither a handler nor an address is among them.
var svgAttributes = strings.Fields(`id version viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy
	width height d points transform pathLength textLength lengthAdjust rotate
	offset gradientUnits gradientTransform spreadMethod patternUnits
	patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits
	markerWidth markerHeight markerUnits orient refX refY
	` + svgProperties)

// svgProperties are what may be said in an attribute as in a style.
const svgProperties = `fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
	stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility clip-path clip-rule mask
	marker-start marker-mid marker-end font-family font-size font-style font-weight font-variant font-stretch
	text-anchor text-decoration letter-spacing word-spacing dominant-baseline alignment-baseline baseline-shift
	stop-color stop-opacity paint-order vector-effect shape-rendering text-rendering image-rendering
	writing-mode direction`

var (
	svgValue    = regexp.MustCompile(`^[\p{L}\p{N}\s.,;:%#()+'"/_-]*$`)
	svgCall     = regexp.MustCompile(`([\w-]*)\s*\(`)
	svgLocal    = regexp.MustCompile(`(?i)url\(\s*['"]?#[\w.-]+['"]?\s*\)`)
	svgTarget   = regexp.MustCompile(`^#[\w.-]+$`)
	svgPicture  = regexp.MustCompile(`^data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*$`)
	svgProperty = strings.Fields(svgProperties)
)

// svgFunctions are the functions that a value may call, beside url with a place in the drawing. Others load pictures.
var svgFunctions = strings.Fields("rgb rgba hsl hsla matrix translate scale rotate skewX skewY")

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
)

// element is a part of a drawing; without a name it is text.
type element struct {
	name       string
	attributes []xml.Attr
	text       string
	children   []*element
	uses       bool // something is drawn again by it or below it
}

// drawing is an SVG picture with nothing in it but shapes, text and pictures as data: no script or handler, no style
// sheet, no animation, no HTML, and nothing from elsewhere.
func drawing(content []byte) ([]byte, error) {
	root, err := parseDrawing(content)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	root.write(&b, true)
	return b.Bytes(), nil
}

// parseDrawing reads what is allowed of a drawing. Instructions, comments and document types, and what stands in other
// name spaces, are passed over.
func parseDrawing(content []byte) (*element, error) {
	top := &element{}
	open := []*element{top}
	decoder := xml.NewDecoder(bytes.NewReader(content))
	for count := 0; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no drawing in SVG: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if count++; count > maxElements || len(open) > maxDepth {
				return nil, fmt.Errorf("it is too much for a drawing: more than %d elements, or %d in each other", maxElements, maxDepth)
			}
			switch {
			case t.Name.Space == svgSpace && t.Name.Local == "a":
				open = append(open, open[len(open)-1])
			case t.Name.Space != svgSpace || !slices.Contains(svgElements, t.Name.Local):
				if err := decoder.Skip(); err != nil {
					return nil, fmt.Errorf("it is no drawing in SVG: %w", err)
				}
			default:
				e := &element{name: t.Name.Local, attributes: drawn(t), uses: t.Name.Local == "use"}
				open[len(open)-1].children = append(open[len(open)-1].children, e)
				open = append(open, e)
			}
		case xml.EndElement:
			closed := open[len(open)-1]
			open = open[:len(open)-1]
			open[len(open)-1].uses = open[len(open)-1].uses || closed.uses
		case xml.CharData:
			e := open[len(open)-1]
			e.children = append(e.children, &element{text: string(t)})
		}
	}
	i := slices.IndexFunc(top.children, func(e *element) bool { return e.name == "svg" })
	if i < 0 {
		return nil, errors.New("it is no drawing in SVG: it has no element svg of its name space")
	}
	return top.children[i], nil
}

// drawn are the attributes of an element that are allowed.
func drawn(t xml.StartElement) (kept []xml.Attr) {
	for _, a := range t.Attr {
		switch name := a.Name.Local; {
		case name == "href" && (a.Name.Space == "" || a.Name.Space == xlinkSpace):
			again := t.Name.Local == "use" || strings.HasSuffix(t.Name.Local, "Gradient")
			if again && svgTarget.MatchString(a.Value) || t.Name.Local == "image" && svgPicture.MatchString(a.Value) {
				kept = append(kept, xml.Attr{Name: xml.Name{Local: name}, Value: a.Value})
			}
		case a.Name.Space != "":
		case name == "style":
			if value := drawnStyle(a.Value); value != "" {
				kept = append(kept, xml.Attr{Name: xml.Name{Local: name}, Value: value})
			}
		case slices.Contains(svgAttributes, name) && harmless(a.Value):
			kept = append(kept, xml.Attr{Name: xml.Name{Local: name}, Value: a.Value})
		}
	}
	return kept
}

// drawnStyle is what is allowed of a style attribute.
func drawnStyle(style string) string {
	var kept []string
	for declaration := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(declaration, ":")
		if name = strings.TrimSpace(name); ok && slices.Contains(svgProperty, name) && harmless(value) {
			kept = append(kept, name+":"+strings.TrimSpace(value))
		}
	}
	return strings.Join(kept, ";")
}

// harmless says whether a value reaches nothing beyond its own drawing.
func harmless(value string) bool {
	if !svgValue.MatchString(value) {
		return false
	}
	for _, call := range svgCall.FindAllStringSubmatch(svgLocal.ReplaceAllString(value, ""), -1) {
		if !slices.Contains(svgFunctions, call[1]) {
			return false
		}
	}
	return true
}

// write writes the element. What draws something again has no id, so that nothing can draw it again in its turn: a few
// lines could otherwise draw a billion shapes.
func (e *element) write(b *bytes.Buffer, outermost bool) {
	if e.name == "" {
		_ = xml.EscapeText(b, []byte(withoutControls(e.text))) // a buffer takes everything
		return
	}
	b.WriteString("<" + e.name)
	if outermost {
		b.WriteString(` xmlns="` + svgSpace + `"`)
	}
	for _, a := range e.attributes {
		if a.Name.Local == "id" && e.uses {
			continue
		}
		b.WriteString(" " + a.Name.Local + `="`)
		_ = xml.EscapeText(b, []byte(withoutControls(a.Value)))
		b.WriteByte('"')
	}
	b.WriteByte('>')
	for _, child := range e.children {
		child.write(b, false)
	}
	b.WriteString("</" + e.name + ">")
}
