// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// screenDPI is a web page's idea of an inch; figures are shown at twice that.
const screenDPI = 96

// Show displays the figure in a GoNB notebook: a PNG at twice the screen's
// resolution, with its alternative text, and the caption below it as Markdown.
// Both are shown in notebooks that aren't trusted, too. Behind them stands what
// takes the picture's place where scripts may run: the figure from the same
// numbers, which answers to pointer and keys, see [Figure.Interactive]. Outside
// a notebook it prints the caption in one line.
func (f *Figure) Show() error { return f.ShowAt(Notebook) }

// ShowAt is Show at another size.
func (f *Figure) ShowAt(s Size) error {
	if !gonbui.IsNotebook {
		return f.describeTo(os.Stdout)
	}
	img, err := f.PNGImage(s, 2*screenDPI)
	if err != nil {
		return err
	}
	cfg, err := png.DecodeConfig(bytes.NewReader(img))
	if err != nil {
		return err
	}
	gonbui.SendData(&protocol.DisplayData{
		Data: map[protocol.MIMEType]any{
			protocol.MIMEImagePNG:  img,
			protocol.MIMETextPlain: f.Alt(),
		},
		// Half the pixels: the picture is as large as on paper, and sharp.
		Metadata: map[string]any{string(protocol.MIMEImagePNG): map[string]int{"width": cfg.Width / 2, "height": cfg.Height / 2}},
	})
	if c := f.Caption(); c != "" {
		gonbui.DisplayMarkdown("*Figure.* " + markdownEscape(c))
	}
	live, err := f.interactiveHTML()
	if err != nil {
		return err
	}
	if live != "" {
		gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{protocol.MIMETextHTML: live}})
	}
	gonbui.Sync() // or a cell that ends now may lose the picture
	return gonbui.Error()
}

func (f *Figure) describeTo(w io.Writer) error {
	c := f.Caption()
	if c == "" {
		c = f.Alt()
	}
	_, err := fmt.Fprintf(w, "[figure] %s\n", c)
	return err
}

var markdownSpecial = strings.NewReplacer(`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `&lt;`, `>`, `&gt;`, `&`, `&amp;`, `$`, `\$`, `#`, `\#`, `|`, `\|`)

// markdownEscape keeps a caption from being read as markup or formula.
func markdownEscape(s string) string { return markdownSpecial.Replace(s) }
