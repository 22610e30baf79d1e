// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package datasets finds, checks and reads the image sets that the experiments train on, and makes their label noise.
//
// [Open] gives a [Set] by name: "mnist", "fashion-mnist", "cifar-10", "glyphs", or one that the program has added with
// [Register]. What it returns is whole and checked; it never answers with another set than the one asked for.
//
// # Where files are looked for
//
// A set of files is looked for in four places, in this order, and taken from one of them as a whole:
//
//  1. DataDir/<name>, where DataDir is $CG_DATA unless Options say otherwise, or where else people have the set there (see
//     environment.md). Files there are the user's and never written to. A folder that holds only some of the files, or others,
//     is an error, not a reason to look further, and so is a DataDir that does not exist.
//  2. CacheDir/<name>, by default coherentgradients/datasets in the user's cache folder.
//  3. For mnist: a Go module that carries its files, by the user's go command.
//  4. Public mirrors.
//
// What the last two bring goes into CacheDir, each file checked against its published SHA-256 sum, under a lock, so
// that several processes download once.
//
// # A name is its bytes
//
// Under the name of a published set only its published bytes are accepted, wherever they lie: the sums of the
// unpacked files are known. [Set.Sum] is the identity of any set, [Published] that of the known names, and [Identity]
// finds it without reading more than it must, so that what was computed from a set can be held to it.
//
// The set "glyphs" needs no file: synthetic digits from the outlines of fonts, a stand-in for tests and for a first
// look without a network. It is not MNIST, and its Title says so.
//
// # Formats
//
//	set             files                                            format
//	mnist           {train,t10k}-images-idx3-ubyte[.gz]              IDX, magic 2051: count, 28, 28, pixels
//	fashion-mnist   {train,t10k}-labels-idx1-ubyte[.gz]              IDX, magic 2049: count, labels
//	cifar-10        data_batch_{1..5}.bin[.gz], test_batch.bin[.gz]  records: label, 1024 red, 1024 green, 1024 blue
//	                or cifar-10-binary.tar.gz                        the same files, packed as published
//
// Whether a file is gzipped is seen from its bytes, not from its name. Readers are strict: what a header promises
// must be there to the byte, and no more. A header is never trusted with memory: buffers grow as bytes arrive. The
// first training examples of CIFAR-10 are a set that needs no more than the batches that they lie in:
// "cifar-10-10000" opens where only the first batch and the test batch are.
//
// # Randomness
//
// Label noise and glyphs depend on their seed alone: neither on the platform nor on the number of CPUs. They draw from
// the PCG generator of math/rand/v2 by bounded draws of their own, since those of the standard library differ between
// 32 and 64 bits, and glyphs are drawn in integer arithmetic, since compilers may fuse floating-point operations.
package datasets
