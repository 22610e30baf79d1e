// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"encoding/base64"
	"fmt"
	"html"
	"strings"

	"coherentgradients/notebooks/internal/picture"
	"coherentgradients/plots"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"gonum.org/v1/plot/vg"
)

// Frame is one of several pictures that a slider chooses from.
type Frame struct {
	Label  string // what the slider says there
	Figure *plots.Figure
}

// frameSize is that of each frame; its picture has frameDots dots an inch, twice as many as a page, so that it is sharp on
// any screen; a palette keeps it at some 40 KB.
var frameSize = plots.Size{Name: "frame", Width: 6.25 * vg.Inch, Height: 3 * vg.Inch, Scale: 1}

const frameDots = 192

// Frames shows pictures under a slider that needs no kernel, so that it works in every page that may run a script. Where
// none may, the picture number telling is what one sees: it comes first and the others are hidden. It is also there as
// a plain PNG for viewers that know nothing else.
func Frames(name string, frames []Frame, telling int) error {
	text, image, err := framesHTML(name, frames, telling)
	if err != nil {
		return err
	}
	f := frames[telling].Figure
	if !gonbui.IsNotebook {
		fmt.Printf("[figure] %s\n", f.Caption())
		return nil
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMETextHTML: text, protocol.MIMEImagePNG: image, protocol.MIMETextPlain: f.Alt(),
	}})
	gonbui.Sync()
	return gonbui.Error()
}

// framesHTML is the frames as HTML, and the telling one as PNG.
func framesHTML(name string, frames []Frame, telling int) (text string, image []byte, err error) {
	if telling < 0 || telling >= len(frames) {
		return "", nil, fmt.Errorf("frames of %s: frame %d of %d is to come first; name one from 0 to %d", name, telling, len(frames), len(frames)-1)
	}
	var pictures strings.Builder
	order := []int{telling}
	for i := range frames {
		if i != telling {
			order = append(order, i)
		}
	}
	for _, i := range order {
		f := frames[i].Figure
		png, width, height, err := picture.Pixels(f, frameSize, frameDots)
		if err != nil {
			return "", nil, fmt.Errorf("frames of %s at %s: %w", name, frames[i].Label, err)
		}
		if png, err = smaller(png); err != nil {
			return "", nil, err
		}
		hidden := ";display:none"
		if i == telling {
			image, hidden = png, ""
		}
		fmt.Fprintf(&pictures, "<img data-at=\"%d\" data-label=\"%s\" data-caption=\"%s\" width=\"%d\" height=\"%d\" style=\"max-width:100%%;height:auto%s\" alt=\"%s\" src=\"data:image/png;base64,%s\">\n",
			i, html.EscapeString(frames[i].Label), html.EscapeString(f.Caption()), width, height, hidden, html.EscapeString(f.Alt()), base64.StdEncoding.EncodeToString(png))
	}
	return fmt.Sprintf(framesText, html.EscapeString(name), len(frames)-1, telling, html.EscapeString(frames[telling].Label),
		pictures.String(), html.EscapeString(frames[telling].Figure.Caption())), image, nil
}

// framesText holds the whole behaviour in the slider itself: no identifier to clash with, no script to be run first.
// JupyterLab takes no key as a shortcut of its own where the focused element, not one around it, forbids that.
const framesText = `<figure class="cg-frames" style="margin:0">
<div><label>%s <input type="range" data-lm-suppress-shortcuts="true" min="0" max="%d" value="%d" step="1" style="width:16em;vertical-align:middle" oninput="
const figure = this.closest('figure');
for (const image of figure.querySelectorAll('img')) {
  const here = image.dataset.at === this.value;
  image.style.display = here ? '' : 'none';
  if (!here) continue;
  figure.querySelector('output').textContent = image.dataset.label;
  figure.querySelector('figcaption em').textContent = image.dataset.caption;
  this.setAttribute('aria-valuetext', image.dataset.label);
}"></label> <output>%s</output></div>
%s<figcaption><em>%s</em></figcaption>
</figure>`
