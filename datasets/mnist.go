// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"path/filepath"
	"strings"
)

// idxFiles are the four files of MNIST and of what was made in its likeness.
var idxFiles = []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}

func mnist() *collection {
	return idxCollection(Set{
		Name:        "mnist",
		Title:       "MNIST",
		Attribution: "MNIST (Y. LeCun, C. Cortes, C. J. C. Burges), CC BY-SA 3.0",
	}, []string{
		"https://ossci-datasets.s3.amazonaws.com/mnist",
		"https://storage.googleapis.com/cvdf-datasets/mnist",
	}, []remoteFile{
		{idxFiles[0] + ".gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422},
		{idxFiles[1] + ".gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881},
		{idxFiles[2] + ".gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877},
		{idxFiles[3] + ".gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542},
	})
}

func fashionMNIST() *collection {
	return idxCollection(Set{
		Name:        "fashion-mnist",
		Title:       "Fashion-MNIST",
		Attribution: "Fashion-MNIST (Zalando SE), MIT",
	}, []string{
		"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion",
		// Plain http, as its publishers give it; the sums below make up for that.
		"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
	}, []remoteFile{
		{idxFiles[0] + ".gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880},
		{idxFiles[1] + ".gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515},
		{idxFiles[2] + ".gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102},
		{idxFiles[3] + ".gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148},
	})
}

// idxCollection is a set of 28×28 grey images in ten classes, in four IDX files.
func idxCollection(blank Set, mirrors []string, remote []remoteFile) *collection {
	blank.Height, blank.Width, blank.Channels, blank.Classes = 28, 28, 1, 10
	return &collection{
		blank:   blank,
		wanted:  "the four files {train,t10k}-{images-idx3,labels-idx1}-ubyte, gzipped or not",
		remote:  remote,
		mirrors: mirrors,
		find:    findIDX,
		load:    loadIDX,
	}
}

func findIDX(dir string) listing {
	l := listing{dir: dir, paths: map[string]string{}}
	for _, name := range idxFiles {
		// Some unpackers turn the hyphen before idx into a dot.
		dotted := strings.Replace(name, "-idx", ".idx", 1)
		if path, ok := firstFile(dir, name+".gz", name, dotted+".gz", dotted); ok {
			l.paths[name] = path
		} else {
			l.missing = append(l.missing, name+"[.gz]")
		}
	}
	return l
}

func loadIDX(ctx context.Context, blank Set, l listing) (*Set, error) {
	set := blank
	set.Source = l.dir
	var err error
	if set.Train, err = loadIDXPair(ctx, &set, l.paths[idxFiles[0]], l.paths[idxFiles[1]]); err != nil {
		return nil, err
	}
	if set.Test, err = loadIDXPair(ctx, &set, l.paths[idxFiles[2]], l.paths[idxFiles[3]]); err != nil {
		return nil, err
	}
	return sized(&set, 60_000, 10_000), nil
}

func loadIDXPair(ctx context.Context, set *Set, images, labels string) (Split, error) {
	// The labels first: they are small, and often where a mistake shows.
	n, given, err := readIDXFile(ctx, labels, idxWant{magic: idxLabels, classes: set.Classes})
	if err != nil {
		return Split{}, err
	}
	_, pixels, err := readIDXFile(ctx, images, idxWant{
		magic: idxImages, sides: []uint32{uint32(set.Height), uint32(set.Width)},
		count: n, labels: filepath.Base(labels),
	})
	if err != nil {
		return Split{}, err
	}
	return Split{Pixels: pixels, Labels: given}, nil
}
