// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"text/template"
)

//go:embed assets
var assets embed.FS

// pageTemplate is of plain text: all that goes into it is this package's own, and what is data is escaped where it is put
// in, since an escaping template has no way to leave a block of data in a script element as it is.
var pageTemplate = template.Must(template.ParseFS(assets, "assets/page.html"))

// Page makes the page as one file of HTML, from the checkout at root. site says that it stands beside the static site's
// index, which it then links to. It takes as long as the Go compiler does: seconds at first, then one.
func Page(ctx context.Context, root string, site bool) ([]byte, error) {
	e, err := build(ctx, root)
	if err != nil {
		return nil, err
	}
	still, alt, err := Still()
	if err != nil {
		return nil, err
	}
	return assemble(e, still, alt, site)
}

func assemble(e engine, still []byte, alt string, site bool) ([]byte, error) {
	style, script := asset("page.css"), asset("page.js")
	guides, err := json.Marshal(Guides)
	if err != nil {
		return nil, err
	}
	if strings.Contains(strings.ToLower(e.runtime+script), "</script") {
		return nil, fmt.Errorf("a script of the playground closes its own element")
	}
	policy := "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src " + hash(style) +
		"; script-src 'wasm-unsafe-eval' " + hash(e.runtime) + " " + hash(script)
	var out bytes.Buffer
	err = pageTemplate.Execute(&out, map[string]any{
		"Policy": policy, "Style": style, "Runtime": e.runtime, "Script": script, "Engine": e.program,
		"Guides":   string(guides), // json.Marshal escapes what could close the element
		"Still":    "data:image/png;base64," + base64.StdEncoding.EncodeToString(still),
		"StillAlt": html.EscapeString(alt),
		"Home":     site,
	})
	return out.Bytes(), err
}

// hash names a script or a style in a page's policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it was there when the program was built
	}
	return string(text)
}
