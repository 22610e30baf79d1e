// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Words takes a list apart: "a,b" is a and b. An empty place is an error.
func Words(field, text string) ([]string, error) {
	var words []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			return nil, fmt.Errorf("%s = %q: an empty place in the list; separate values by single commas", field, shorten(text))
		}
		words = append(words, word)
	}
	return words, nil
}

// Numbers is a list of finite numbers, as "0,0.25,0.5".
func Numbers(field, text string) ([]float64, error) {
	return parseList(field, text, "numbers separated by commas, as 0,0.25,0.5", func(word string) (float64, error) {
		v, err := strconv.ParseFloat(word, 64)
		if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			err = strconv.ErrRange
		}
		return v, err
	})
}

// Integers is a list of whole numbers in which a..b stands for all from a to b: "1..3,7" is 1, 2, 3, 7.
func Integers(field, text string) ([]int64, error) {
	words, err := Words(field, text)
	if err != nil {
		return nil, err
	}
	var values []int64
	for _, word := range words {
		first, last, isRange := strings.Cut(word, "..")
		from, err := strconv.ParseInt(first, 10, 64)
		to := from
		if err == nil && isRange {
			to, err = strconv.ParseInt(last, 10, 64)
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s = %q: must be whole numbers separated by commas, or a range from..to, as 1..3", field, shorten(text))
		case to < from:
			return nil, fmt.Errorf("%s = %q: the range %s runs backwards; write %d..%d", field, shorten(text), word, to, from)
		case uint64(to)-uint64(from) >= MaxRuns || len(values) > MaxRuns:
			return nil, fmt.Errorf("%s = %q: more than %d values; give a shorter list", field, shorten(text), MaxRuns)
		}
		for n := range uint64(to) - uint64(from) + 1 { // counted apart, so that the largest number does not overflow
			values = append(values, from+int64(n))
		}
	}
	return values, nil
}

// Ints is [Integers] as int.
func Ints(field, text string) ([]int, error) {
	values, err := Integers(field, text)
	if err != nil {
		return nil, err
	}
	list := make([]int, len(values))
	for i, v := range values {
		if list[i] = int(v); int64(list[i]) != v {
			return nil, fmt.Errorf("%s = %d: too large for this machine", field, v)
		}
	}
	return list, nil
}

// Net is the widths of hidden layers, as "256,256,256"; "none" is a linear classifier.
func Net(text string) ([]int, error) {
	if strings.TrimSpace(text) == "none" {
		return []int{}, nil
	}
	return parseList("hidden", text, "widths such as 256,256,256, or none for a linear classifier", strconv.Atoi)
}

func parseList[T any](field, text, want string, parse func(string) (T, error)) ([]T, error) {
	words, err := Words(field, text)
	if err != nil {
		return nil, err
	}
	values := make([]T, len(words))
	for i, word := range words {
		if values[i], err = parse(word); err != nil {
			return nil, fmt.Errorf("%s = %q: must be %s", field, shorten(text), want)
		}
	}
	return values, nil
}

// shorten keeps what an error quotes to a readable length.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
