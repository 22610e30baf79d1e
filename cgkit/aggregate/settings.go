// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/internal/settings"
)

// texts are the settings that can be given as texts, in specs and on command lines, by the name they have there. c and
// percentile are not among them: records have fields of their own for those.
var texts = map[string]func(p *Params) any{
	"groups":        func(p *Params) any { return &p.Groups },
	"max_norm":      func(p *Params) any { return &p.MaxNorm },
	"per_parameter": func(p *Params) any { return &p.PerParameter },
	"automatic":     func(p *Params) any { return &p.Automatic },
	"gamma":         func(p *Params) any { return &p.Gamma },
	"noise":         func(p *Params) any { return &p.Noise },
	"key":           func(p *Params) any { return &p.Key },
	"f":             func(p *Params) any { return &p.F },
	"keep":          func(p *Params) any { return &p.Keep },
	"steps":         func(p *Params) any { return &p.Steps },
	"smoothing":     func(p *Params) any { return &p.Smoothing },
	"threshold":     func(p *Params) any { return &p.Threshold },
	"sharpness":     func(p *Params) any { return &p.Sharpness },
	"rescale":       func(p *Params) any { return &p.Rescale },
}

// settingsOf lists which of them a rule has.
var settingsOf = map[string][]string{}

func init() {
	clipping := []string{"max_norm", "per_parameter", "automatic", "gamma"}
	for rule, names := range map[string][]string{
		"median-of-means": {"groups"}, "clip-norm": clipping, "noisy-clip-norm": append(slices.Clone(clipping), "noise", "key"),
		"krum": {"f"}, "multi-krum": {"f", "keep"}, "geometric-median": {"steps", "smoothing"}, "centred-clip": {"max_norm", "steps"},
		"gaf": {"groups", "threshold"}, "and-mask": {"groups", "threshold", "rescale"}, "sand-mask": {"groups", "threshold", "sharpness"},
	} {
		DeclareSettings(rule, names...)
	}
}

// DeclareSettings says which settings a rule takes as texts, by the names that [Settings] lists for the rules of this
// package: groups for Params.Groups, max_norm for Params.MaxNorm, and so on. It panics for a name that is none. Like
// [Register] it is called before rules are made.
func DeclareSettings(rule string, names ...string) {
	for _, name := range names {
		if texts[name] == nil {
			panic(fmt.Sprintf("aggregate: setting %q of rule %q is none of Params: use %s", name, rule, strings.Join(slices.Sorted(maps.Keys(texts)), ", ")))
		}
	}
	settingsOf[rule] = slices.Sorted(slices.Values(names))
	settings.Declare(ruleKey(rule), func(given map[string]string) map[string]string { return reduced(rule, given) })
}

// ruleKey keeps rules apart from models, whose names have no colon.
func ruleKey(rule string) string { return settings.OfRule + rule }

// Settings lists the settings that a rule takes as texts, in alphabetical order; none for a rule that has none.
func Settings(rule string) []string { return slices.Clone(settingsOf[rule]) }

// With is p with a rule's settings given as texts, as "0.5", "20" or "true". The error names what the rule doesn't
// have, or can't be read. 0 and false are what is left out: each rule says what that means.
func (p Params) With(rule string, given map[string]string) (Params, error) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(settingsOf[rule], name) {
			has := "it has none"
			if list := settingsOf[rule]; len(list) > 0 {
				has = "it has " + strings.Join(list, ", ")
			}
			return p, fmt.Errorf("setting %q: rule %q has none of that name; %s", name, rule, has)
		}
		if what := readInto(texts[name](&p), given[name]); what != "" {
			return p, fmt.Errorf("setting %s = %q of rule %q: must be %s", name, given[name], rule, what)
		}
	}
	return p, nil
}

// readInto sets what a pointer points to, or says what the text should have been.
func readInto(into any, text string) (want string) {
	switch into := into.(type) {
	case *int:
		if v, err := strconv.Atoi(text); err == nil {
			*into = v
			return ""
		}
		return "a whole number"
	case *int64:
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			*into = v
			return ""
		}
		return "a whole number"
	case *float64:
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			*into = v + 0 // −0 is 0
			return ""
		}
		return "a finite number"
	case *bool:
		if v, err := strconv.ParseBool(text); err == nil {
			*into = v
			return ""
		}
		return "true or false"
	}
	panic(fmt.Sprintf("aggregate: a setting of type %T", into))
}

// reduced leaves out what is 0 or false, which is what is left out, and writes the rest in one form.
func reduced(rule string, given map[string]string) map[string]string {
	kept := make(map[string]string, len(given))
	for name, text := range given {
		var p, zero Params
		if !slices.Contains(settingsOf[rule], name) || readInto(texts[name](&p), text) != "" {
			kept[name] = text // With refuses it
			continue
		}
		if value := written(texts[name](&p)); value != written(texts[name](&zero)) {
			kept[name] = value
		}
	}
	return kept
}

func written(pointer any) string {
	switch v := pointer.(type) {
	case *int:
		return strconv.Itoa(*v)
	case *int64:
		return strconv.FormatInt(*v, 10)
	case *float64:
		return strconv.FormatFloat(*v, 'g', -1, 64)
	case *bool:
		return strconv.FormatBool(*v)
	}
	panic(fmt.Sprintf("aggregate: a setting of type %T", pointer))
}
