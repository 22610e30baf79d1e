// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"image"
	"regexp"
	"strings"

	nethtml "golang.org/x/net/html"

	"coherentgradients/plots"
)

// captionMark begins the Markdown that plots shows below a figure.
const captionMark = "*Figure.*"

// outputs is what a cell left. Of the forms of an output the picture is taken, which needs no live page; HTML is taken
// without what could run or load, and only where there is no picture. Pictures under a slider keep it. A figure's
// caption is the Markdown after it; what makes it answer may stand behind that.
func (b *builder) outputs(p *page, outs []output) (string, error) {
	var s strings.Builder
	for i := 0; i < len(outs); i++ {
		out := outs[i]
		switch out.Kind {
		case "stream":
			s.WriteString(printed(string(out.Text), "printed"))
			continue
		case "error":
			s.WriteString(printed(string(out.Error), "printed error"))
			continue
		}
		if isLive(out) {
			continue // of a figure that is none, or that can't be read
		}
		caption := ""
		if i+1 < len(outs) && strings.HasPrefix(outs[i+1].data("text/markdown"), captionMark) {
			caption = outs[i+1].data("text/markdown")
		}
		slider, err := b.frames(p, out)
		if err != nil {
			return "", err
		}
		if slider != "" {
			s.WriteString(slider)
			continue
		}
		fig, err := b.figure(p, out, caption)
		if err != nil {
			return "", err
		}
		if fig == nil {
			shown, err := b.display(p, out)
			if err != nil {
				return "", err
			}
			s.WriteString(shown)
			continue
		}
		if p.Picture == nil {
			p.Picture = fig
		}
		if next := i + 1; caption == "" && next < len(outs) && isLive(outs[next]) || caption != "" && next+1 < len(outs) && isLive(outs[next+1]) {
			if caption != "" {
				next++
			}
			fig.Live = live(outs[next])
		}
		var below template.HTML
		if caption != "" {
			i++
			if below, err = b.markdown(p, caption); err != nil {
				return "", err
			}
		}
		var shown bytes.Buffer
		if err := templates.ExecuteTemplate(&shown, "figure", struct {
			*figure
			Caption template.HTML
		}{fig, below}); err != nil {
			return "", err
		}
		s.Write(shown.Bytes())
	}
	return s.String(), nil
}

// liveClass is the class of what plots shows behind a figure, from which it answers; liveData the attribute that holds its
// data.
const (
	liveClass = "cg-plot"
	liveData  = "data-plot"
)

func isLive(out output) bool { return strings.Contains(out.data("text/html"), `class="`+liveClass+`"`) }

// live is the data of a figure that answers, with nothing in it but what the pages' own script draws; "" if they can't be
// read, which leaves the still picture.
func live(out output) string {
	doc, err := nethtml.Parse(strings.NewReader(out.data("text/html")))
	if err != nil {
		return ""
	}
	for n := range doc.Descendants() {
		if text := attribute(n, liveData); text != "" {
			data, err := plots.ReadInteractive(text)
			if err != nil {
				return ""
			}
			return data
		}
	}
	return ""
}

// display is an output that is no picture.
func (b *builder) display(p *page, out output) (string, error) {
	if text := out.data("text/html"); text != "" {
		safe, err := staticHTML(text, strings.TrimSpace(out.data("text/plain")))
		if err != nil {
			return "", err
		}
		if safe != "" {
			return `<div class="shown">` + string(safe) + "</div>\n", nil
		}
	}
	if text := out.data("text/markdown"); text != "" {
		shown, err := b.markdown(p, text)
		return `<div class="prose">` + string(shown) + "</div>\n", err
	}
	return printed(out.data("text/plain"), "printed"), nil
}

// figure writes an output's picture among the pages; nil if the output has none. Its alternative text is the output's
// plain text, or else its caption.
func (b *builder) figure(p *page, out output, caption string) (*figure, error) {
	for _, kind := range kinds {
		text := out.data(kind.mime)
		if text == "" {
			continue
		}
		content := []byte(text)
		if kind.mime != "image/svg+xml" {
			var err error
			if content, err = decode(text); err != nil {
				return nil, fmt.Errorf("a picture in %s is not base64: execute the notebook again", kind.mime)
			}
		}
		content, err := kind.checked(content)
		if err != nil {
			return nil, fmt.Errorf("a picture in %s can't be shown: %w", kind.mime, err)
		}
		f := &figure{Alt: strings.TrimSpace(out.data("text/plain"))}
		if f.Alt == "" {
			f.Alt = strings.TrimSpace(strings.NewReplacer(captionMark, "", `\`, "").Replace(caption))
		}
		if f.Alt == "" {
			return nil, errors.New("a picture has no alternative text: show it by study.Show, or with a text/plain form beside it")
		}
		f.Width, f.Height = sizeOf(content, out.Metadata[kind.mime])
		b.add(p, f, content, kind.ending)
		return f, nil
	}
	return nil, nil
}

// decode is base64, in one line or several.
func decode(text string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
}

// sizeOf is how large a picture is shown: as its metadata say, or as it is; 0 if neither tells.
func sizeOf(content []byte, metadata json.RawMessage) (width, height int) {
	var size struct{ Width, Height float64 }
	if json.Unmarshal(metadata, &size) == nil && size.Width >= 1 && size.Height >= 1 {
		return int(size.Width), int(size.Height)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}

// escape is a terminal's escape sequence, as for colours.
var escape = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// printed is a cell's printed text.
func printed(text, class string) string {
	text = strings.TrimRight(withoutControls(escape.ReplaceAllString(text, "")), " \n")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return `<pre class="` + class + `" tabindex="0"><samp>` + html.EscapeString(text) + "</samp></pre>\n"
}
