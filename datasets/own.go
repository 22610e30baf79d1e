// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/datasets/random"

	"github.com/dustin/go-humanize"
)

// Limits of a set of one's own: far above what these experiments need, they keep a wrong file from filling memory.
const (
	maxOwnBytes = 4 << 30 // of pixels or features
	maxOwnSide  = 2048    // of a picture
)

// heldBack is the share of the examples that is kept for testing where a set brings no test part: one in so many.
const heldBack = 5

// OwnForms says, for messages, what a folder of one's own may hold.
const OwnForms = "IDX files, one folder of PNG or JPEG pictures for each class, a CSV table or an NPZ file"

// openOwn reads the set of one's own in a folder. Its form is seen from what is there:
//
//	{train,t10k,test}-images-idx3-ubyte[.gz]   IDX of any size, labels beside it; [n, h, w] or, as idx4, [n, h, w, channels]
//	NAME.npz                                   x_train, y_train and perhaps x_test, y_test; or x and y
//	train.csv, perhaps test.csv; or NAME.csv   a table: see readTable
//	CLASS/*.png, or train/CLASS/*.png …        pictures of one size, a folder for each class; jpg and jpeg as well
//
// Where there is no test part, one example in five is kept for testing, by a fixed draw.
func openOwn(ctx context.Context, name, dir string) (*Set, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, systemError(dir, err)
	}
	var files, folders []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path) // through links
		if err != nil || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		switch {
		case info.Mode().IsRegular():
			files = append(files, e.Name())
		case info.IsDir():
			folders = append(folders, e.Name())
		}
	}
	set := &Set{Name: name, Title: name, Source: dir, own: true}
	switch {
	case slices.ContainsFunc(files, isIDXImages):
		err = readOwnIDX(ctx, set, dir, files)
	case len(withSuffix(files, ".npz")) > 0:
		err = readOwnNPZ(ctx, set, dir, withSuffix(files, ".npz"))
	case len(withSuffix(files, ".csv")) > 0:
		err = readOwnCSV(ctx, set, dir, withSuffix(files, ".csv"))
	case len(folders) > 0:
		err = readPictures(ctx, set, dir, folders)
	default:
		err = &FileError{Path: dir, Problem: "holds no data set", Remedy: "put " + OwnForms + " there", Err: ErrMissing}
	}
	if err != nil {
		return nil, err
	}
	if set.Test.Len() == 0 {
		holdBack(set)
	}
	if err := set.validate(); err != nil {
		return nil, &FileError{Path: dir, Problem: err.Error(), Err: ErrFormat}
	}
	return set, nil
}

// ownFolder finds the folder of a set of one's own, called by its name, or by its name and a number of training
// examples.
func (o Options) ownFolder(name string) (dir string, train int, ok bool) {
	if o.DataDir == "" || !validName(name) {
		return "", 0, false
	}
	isDir := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	}
	if dir = filepath.Join(o.DataDir, name); isDir(dir) {
		return dir, 0, true
	}
	if parts := subsetName.FindStringSubmatch(name); parts != nil {
		if dir = filepath.Join(o.DataDir, parts[1]); isDir(dir) {
			train, err := strconv.Atoi(parts[2])
			return dir, train, err == nil
		}
	}
	return "", 0, false
}

// openOwnPart is openOwn, cut to the first train training examples where that is not 0.
func openOwnPart(ctx context.Context, name, dir string, train int) (*Set, error) {
	set, err := openOwn(ctx, name, dir)
	if err != nil || train == 0 {
		return set, err
	}
	part, err := set.Take(train, set.Test.Len())
	if err != nil {
		return nil, err
	}
	part.Title = fmt.Sprintf("%s, its first %s training examples", filepath.Base(dir), humanize.Comma(int64(train)))
	return part, nil
}

// KnownByName says whether a name alone tells the data: that of a published or built-in set, or of the first examples
// of one. What other names stand for is the machine's or the program's to say.
func KnownByName(name string) bool {
	if _, own := registered(name); own {
		return false
	}
	if parts := subsetName.FindStringSubmatch(name); parts != nil && !slices.Contains(builtin, name) {
		name = parts[1]
	}
	return slices.Contains(builtin, name)
}

func withSuffix(names []string, suffix string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !strings.EqualFold(filepath.Ext(name), suffix) })
}

// holdBack moves a fifth of the training examples, at least one, into the test part. The draw depends on their number
// alone, so that the same files give the same set.
func holdBack(set *Set) {
	n := set.Train.Len()
	test := random.Distinct(random.Stream(0, "held back for testing", n), n, max(1, n/heldBack))
	if n < 2 {
		return // validate says what is missing
	}
	taken := make([]bool, n)
	for _, i := range test {
		taken[i] = true
	}
	var train []int32
	for i := range n {
		if !taken[i] {
			train = append(train, int32(i))
		}
	}
	all := set.Train
	set.heldBack = true
	set.Train, set.Test = all.pick(train, set.Features()), all.pick(test, set.Features())
	set.Title += fmt.Sprintf(" (%s of its %s examples held back for testing)", humanize.Comma(int64(len(test))), humanize.Comma(int64(n)))
}

// pick copies the listed examples.
func (s Split) pick(list []int32, features int) Split {
	var out Split
	for _, i := range list {
		at := int(i) * features
		if s.Pixels != nil {
			out.Pixels = append(out.Pixels, s.Pixels[at:at+features]...)
		}
		if s.Values != nil {
			out.Values = append(out.Values, s.Values[at:at+features]...)
		}
		if s.Labels != nil {
			out.Labels = append(out.Labels, s.Labels[i])
		}
		if s.Targets != nil {
			out.Targets = append(out.Targets, s.Targets[i])
		}
		if s.Files != nil {
			out.Files = append(out.Files, s.Files[i])
		}
	}
	return out
}

// classify numbers the classes of some words: whole numbers by their value, all else in alphabetical order. The names
// are nil where they are 0, 1, 2 … themselves.
func classify(words []string) (labels []uint8, names []string, err error) {
	names = slices.Compact(slices.Sorted(slices.Values(words)))
	numbers := make(map[string]int, len(names))
	whole := true
	for _, name := range names {
		var v int
		if n, err := fmt.Sscanf(name, "%d", &v); n != 1 || err != nil || fmt.Sprint(v) != name {
			whole = false
			break
		}
		numbers[name] = v
	}
	if whole {
		slices.SortFunc(names, func(a, b string) int { return numbers[a] - numbers[b] })
	}
	if len(names) > 256 {
		return nil, nil, fmt.Errorf("%d classes, allowed are 2 to 256", len(names))
	}
	number := make(map[string]uint8, len(names))
	counted := whole
	for i, name := range names {
		number[name] = uint8(i)
		counted = counted && numbers[name] == i
	}
	labels = make([]uint8, len(words))
	for i, word := range words {
		labels[i] = number[word]
	}
	if counted {
		names = nil
	}
	return labels, names, nil
}

// classesOf is how many classes labels of 0, 1, 2 … have.
func classesOf(labels ...[]uint8) int {
	top := 0
	for _, list := range labels {
		for _, l := range list {
			top = max(top, int(l)+1)
		}
	}
	return top
}

// shuffled are the numbers 0 … n−1 in the order of a draw.
func shuffled(source rand.Source, n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		list[i] = int32(i)
	}
	random.Shuffle(source, list)
	return list
}
