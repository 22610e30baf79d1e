// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
)

// idxName takes the name of an IDX file apart: which part of the set, what, and how many dimensions.
var idxName = regexp.MustCompile(`^(?:(train|t10k|test)-)?(images|labels)[-.]idx([134])-ubyte(?:\.gz)?$`)

func isIDXImages(name string) bool {
	parts := idxName.FindStringSubmatch(name)
	return parts != nil && parts[2] == "images"
}

// readOwnIDX reads IDX images of any size, and their labels.
func readOwnIDX(ctx context.Context, set *Set, dir string, files []string) error {
	// In alphabetical order a plain file comes before its .gz: the first of each kind is taken.
	find := func(what string, parts ...string) string {
		for _, name := range files {
			if p := idxName.FindStringSubmatch(name); p != nil && p[2] == what && slices.Contains(parts, p[1]) {
				return filepath.Join(dir, name)
			}
		}
		return ""
	}
	for _, part := range []struct {
		split *Split
		names []string
	}{{&set.Train, []string{"train", ""}}, {&set.Test, []string{"t10k", "test"}}} {
		images, labels := find("images", part.names...), find("labels", part.names...)
		if images == "" && labels == "" && part.split == &set.Test {
			continue
		}
		if images == "" || labels == "" {
			return &FileError{Path: dir, Problem: "images or labels alone: " + filepath.Base(images+labels), Remedy: "put the other file beside it", Err: ErrMissing}
		}
		if err := readIDXPair(ctx, set, part.split, images, labels); err != nil {
			return withRemedy(err, "replace it by a whole file")
		}
	}
	set.Classes = classesOf(set.Train.Labels, set.Test.Labels)
	return nil
}

// readIDXPair reads one part; the first one read decides the images' size.
func readIDXPair(ctx context.Context, set *Set, into *Split, images, labels string) error {
	shape, body, err := readAnyIDX(ctx, images)
	if err != nil {
		return err
	}
	channels := 1
	if len(shape) == 4 {
		channels = shape[3]
	}
	if len(shape) < 3 {
		return malformed(images, fmt.Sprintf("%d dimensions, must be 3 (count, rows, columns) or 4 (channels last)", len(shape)))
	}
	if set.Height == 0 {
		set.Height, set.Width, set.Channels = shape[1], shape[2], channels
	} else if shape[1] != set.Height || shape[2] != set.Width || channels != set.Channels {
		return malformed(images, fmt.Sprintf("images of %d×%d×%d, those of the training part are %d×%d×%d",
			shape[1], shape[2], channels, set.Height, set.Width, set.Channels))
	}
	count, given, err := readAnyIDX(ctx, labels)
	if err != nil {
		return err
	}
	if len(count) != 1 || count[0] != shape[0] {
		return malformed(labels, fmt.Sprintf("labels of shape %v, must be one for each of the %d images", count, shape[0]))
	}
	into.Pixels, into.Labels = planes(body, set.Height*set.Width, channels), given
	return nil
}

// readAnyIDX reads an IDX file of bytes of 1 to 4 dimensions.
func readAnyIDX(ctx context.Context, path string) (shape []int, body []byte, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, nil, systemError(path, err)
	}
	defer f.Close()
	r, err := unpack(path, f)
	if err != nil {
		return nil, nil, err
	}
	head := make([]byte, 4)
	if n, err := io.ReadFull(r, head); err != nil {
		return nil, nil, readError(path, eof(err), n, 4)
	}
	magic := binary.BigEndian.Uint32(head)
	if magic < 2049 || magic > 2052 {
		return nil, nil, malformed(path, fmt.Sprintf("magic number %d, must be 2049 to 2052 (IDX of bytes with 1 to 4 dimensions)", magic))
	}
	sides := make([]byte, 4*(magic-2048))
	if n, err := io.ReadFull(r, sides); err != nil {
		return nil, nil, readError(path, eof(err), 4+n, 4+len(sides))
	}
	size := 1
	for i := 0; i < len(sides); i += 4 {
		side := int(binary.BigEndian.Uint32(sides[i:]))
		limit := maxOwnSide
		if i == 0 {
			limit = maxExamples
		}
		if side < 1 || side > limit {
			return nil, nil, malformed(path, fmt.Sprintf("a dimension of %d, allowed are 1 to %d", side, limit))
		}
		shape = append(shape, side)
		if size *= side; size > maxOwnBytes {
			return nil, nil, malformed(path, fmt.Sprintf("%v values are more than the %d allowed", shape, maxOwnBytes))
		}
	}
	body, err = readPromised(ctx, path, r, size, 4+len(sides))
	return shape, body, err
}

// planes puts pixels whose channels lie side by side into the order of a Set, one channel after the other.
func planes(pixels []uint8, area, channels int) []uint8 {
	if channels == 1 {
		return pixels
	}
	out := make([]uint8, len(pixels))
	each := area * channels
	for n := 0; n < len(pixels); n += each {
		for i := range area {
			for c := range channels {
				out[n+c*area+i] = pixels[n+i*channels+c]
			}
		}
	}
	return out
}
