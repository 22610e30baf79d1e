// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package datasets finds, checks and reads the image sets that the experiments train on, and makes their label noise.
//
// [Open] gives a [Set] by name: "mnist", "fashion-mnist", "cifar-10", "glyphs", or one that the program has added with
// [Register]. What it returns is whole and checked; it never answers with another set than the one asked for.
//
// # Where files are looked for
//
// A set of files is looked for in three places, in this order, and taken from one of them as a whole:
//
//  1. DataDir/<name>, where DataDir is $CG_DATA unless Options say otherwise. Files there are the user's: they are judged
//     by their structure, not refused for an unknown hash, and never written to. A folder that holds only some of the
//     files is an error, not a reason to look further.
//  2. CacheDir/<name>, by default coherentgradients/datasets in the user's cache folder.
//  3. Public mirrors, into CacheDir, each file checked against its published SHA-256 sum, under a lock, so that several
//     processes download once.
//
// The set "glyphs" needs no file: synthetic digits from the outlines of fonts, a stand-in for tests and for a first look
// without a network. It is not MNIST, and its Title says so.
//
// # Formats
//
//	set             files                                            format
//	mnist           {train,t10k}-images-idx3-ubyte[.gz]              IDX, magic 2051: count, 28, 28, pixels
//	fashion-mnist   {train,t10k}-labels-idx1-ubyte[.gz]              IDX, magic 2049: count, labels
//	cifar-10        data_batch_{1..5}.bin[.gz], test_batch.bin[.gz]  records: label, 1024 red, 1024 green, 1024 blue
//	                or cifar-10-binary.tar.gz                        the same files, packed as published
//
// Whether a file is gzipped is seen from its bytes, not from its name. Readers are strict: what a header promises must be
// there to the byte, and no more. A header is never trusted with memory: buffers grow as bytes arrive. Any of the five
// training batches of CIFAR-10 may be missing as long as one is there; Title and Source then say which were used.
//
// # Randomness
//
// Label noise and glyphs depend on their seed alone: neither on the platform nor on the number of CPUs. They draw from
// the PCG generator of math/rand/v2 by bounded draws of their own, since those of the standard library differ between
// 32 and 64 bits, and glyphs are drawn in integer arithmetic, since compilers may fuse floating-point operations.
package datasets
