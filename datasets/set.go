// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import "fmt"

// Set is one data set, checked: pixels and labels agree in number, every label is below Classes, no split is empty.
// Sets are plain data; whoever has one may read it from several goroutines.
type Set struct {
	Name        string // what Open was asked for
	Title       string // for captions; says so when the set is synthetic or not whole
	Attribution string // whose work it is, and its licence where one is known
	Synthetic   bool   // made up, not photographed: no claim about real data may rest on it

	Height, Width, Channels int
	// Classes is how many there are, 2 to 256; 0 for a set whose examples have a target, a number to be predicted.
	Classes int
	// ClassNames are the names of the classes; nil: their numbers.
	ClassNames []string

	Train, Test Split
	// Beyond is the training examples behind those of Train, where the set is the first ones of a larger set and the
	// files read hold more: nobody has trained on them. Empty elsewhere.
	Beyond Split

	Source string // where it was found, for provenance: a folder, "generated", …

	own      bool // of the user's own, by the name of a folder
	heldBack bool // see HeldBack
}

// HeldBack says that the set brought no test part: its test examples are some of those found, kept back by a draw.
func (s *Set) HeldBack() bool { return s.heldBack }

// Pick copies the listed training examples, in the order of the list, which may name one more than once.
func (s *Set) Pick(list []int32) Split { return s.Train.pick(list, s.Features()) }

// Features is the number of values of one example: Height·Width·Channels.
func (s *Set) Features() int { return s.Height * s.Width * s.Channels }

// Take returns the set cut to its first train and test examples, as a new Set that shares the memory of s. The training
// examples left are its Beyond. Each count must be in 1…Len of its split.
func (s *Set) Take(train, test int) (*Set, error) {
	cut := *s
	var err error
	if cut.Train, err = s.Train.Take(train); err != nil {
		return nil, fmt.Errorf("training examples of %s: %w", s.Name, err)
	}
	if train < s.Train.Len() {
		cut.Beyond = s.Train.behind(train)
	}
	if cut.Test, err = s.Test.Take(test); err != nil {
		return nil, fmt.Errorf("test examples of %s: %w", s.Name, err)
	}
	return &cut, nil
}

// Split is the training or the test part of a set.
type Split struct {
	// Pixels is [n, Features] row by row, 0…255; networks are fed pixel/255. Within an example the order is that of the
	// source: row by row, and for colour all of red, then green, then blue.
	Pixels []uint8
	// Values is [n, Features] in place of Pixels, for tables of features: networks are fed them as they are.
	Values []float32
	// Labels is [n], each below the set's Classes.
	Labels []uint8
	// Targets is [n] in place of Labels, for sets without classes (Classes is 0).
	Targets []float32
	// Files is [n], where each example is a file of its own: its path below the set's Source, with slashes. nil where
	// examples are not.
	Files []string
}

// Len is the number of examples n.
func (s Split) Len() int { return max(len(s.Labels), len(s.Targets)) }

// Take returns the first n examples, 1 ≤ n ≤ Len, sharing the memory of s.
func (s Split) Take(n int) (Split, error) {
	if n < 1 || n > s.Len() {
		return Split{}, fmt.Errorf("%d examples asked for, allowed are 1 to %d: ask for a number in that range", n, s.Len())
	}
	cut := Split{}
	if s.Pixels != nil {
		size := n * (len(s.Pixels) / s.Len())
		cut.Pixels = s.Pixels[:size:size]
	}
	if s.Values != nil {
		size := n * (len(s.Values) / s.Len())
		cut.Values = s.Values[:size:size]
	}
	if s.Labels != nil {
		cut.Labels = s.Labels[:n:n]
	}
	if s.Targets != nil {
		cut.Targets = s.Targets[:n:n]
	}
	if s.Files != nil {
		cut.Files = s.Files[:n:n]
	}
	return cut, nil
}

// behind returns the examples from number n on, 0 ≤ n ≤ Len, sharing the memory of s.
func (s Split) behind(n int) Split {
	rest := Split{}
	if s.Pixels != nil {
		rest.Pixels = s.Pixels[n*(len(s.Pixels)/s.Len()):]
	}
	if s.Values != nil {
		rest.Values = s.Values[n*(len(s.Values)/s.Len()):]
	}
	if s.Labels != nil {
		rest.Labels = s.Labels[n:]
	}
	if s.Targets != nil {
		rest.Targets = s.Targets[n:]
	}
	return rest
}

// validate checks the promises of Set; built-in readers keep them, sets of users might not.
func (s *Set) validate() error {
	if s.Height < 1 || s.Width < 1 || s.Channels < 1 {
		return fmt.Errorf("data set %s: images of %d×%d×%d, each side must be at least 1: correct the function given to Register", s.Name, s.Height, s.Width, s.Channels)
	}
	if s.Classes == 1 || s.Classes < 0 || s.Classes > 256 {
		return fmt.Errorf("data set %s: %d classes, allowed are 2 to 256, or 0 for a target: correct the function given to Register", s.Name, s.Classes)
	}
	if s.ClassNames != nil && len(s.ClassNames) != s.Classes {
		return fmt.Errorf("data set %s: %d names for %d classes: correct the function given to Register", s.Name, len(s.ClassNames), s.Classes)
	}
	for _, part := range []struct {
		name string
		Split
	}{{"training", s.Train}, {"test", s.Test}} {
		if err := part.validate(s, part.name); err != nil {
			return fmt.Errorf("data set %s: %w: correct the function given to Register", s.Name, err)
		}
	}
	return nil
}

// validate checks the promises of Split.
func (s Split) validate(set *Set, name string) error {
	if s.Len() == 0 {
		return fmt.Errorf("no %s examples, at least 1 is needed", name)
	}
	if (s.Pixels == nil) == (s.Values == nil) || (s.Values == nil) != (set.Train.Values == nil) {
		return fmt.Errorf("%s examples with %d pixels and %d values: one of both, the same in both parts, is needed", name, len(s.Pixels), len(s.Values))
	}
	if got, want := max(len(s.Pixels), len(s.Values)), s.Len()*set.Features(); got != want {
		return fmt.Errorf("%d %s pixels, %d labels of %d features need %d", got, name, s.Len(), set.Features(), want)
	}
	if set.Classes == 0 && s.Labels != nil || set.Classes > 0 && s.Targets != nil {
		return fmt.Errorf("%d %s labels and %d targets in %d classes: labels where there are classes, targets where there are none", len(s.Labels), name, len(s.Targets), set.Classes)
	}
	if s.Files != nil && len(s.Files) != s.Len() {
		return fmt.Errorf("%d files for %d %s examples: one for each, or none", len(s.Files), s.Len(), name)
	}
	for i, l := range s.Labels {
		if int(l) >= set.Classes {
			return fmt.Errorf("%s label %d is %d, allowed are 0 to %d", name, i, l, set.Classes-1)
		}
	}
	return nil
}
