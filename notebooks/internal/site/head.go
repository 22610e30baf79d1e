// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"

	"coherentgradients/plots"
)

// script is the pages' own, and the only one that a browser runs on them: the policy knows it by its hash. It stands on
// each page, because a browser doesn't compare the hash of a script that it reads from a file on disk.
var script = string(asset("pages.js")) + "\n" + plots.InteractiveScript()

// securityPolicy is what a page may load and run, whatever it holds: styles and pictures beside it, or pictures as
// data. 'self' alone is nothing to some browsers for a page opened from disk.
var securityPolicy = fmt.Sprintf("default-src 'none'; script-src 'sha256-%s'; style-src 'self' file:; img-src 'self' file: data:; "+
	"base-uri 'none'; form-action 'none'", hashOf(script))

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// functions are those of the templates. Nothing of a notebook goes through them.
var functions = template.FuncMap{
	"policy": func() template.HTML {
		return template.HTML(`<meta http-equiv="Content-Security-Policy" content="` + securityPolicy + `">`)
	},
	"script": func() template.HTML { return template.HTML("<script>" + script + "</script>") },
}

var templates = template.Must(template.New("").Funcs(functions).ParseFS(assets, "assets/*.html"))

// asset is a file that the program carries.
func asset(name string) []byte {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it was there when the program was built
	}
	return text
}
