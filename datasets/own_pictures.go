// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // the forms that pictures may have
	_ "image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/datasets/random"
)

// picture is a file and the name of its class.
type picture struct{ path, class string }

// readPictures reads one folder of pictures for each class, in dir or in its folders train and test. Pictures that
// are grey throughout the set make one channel, all others three.
func readPictures(ctx context.Context, set *Set, dir string, folders []string) error {
	parts := [2]string{dir, ""}
	if slices.Contains(folders, "train") {
		parts[0] = filepath.Join(dir, "train")
		for _, name := range []string{"test", "val", "valid"} {
			if slices.Contains(folders, name) {
				parts[1] = filepath.Join(dir, name)
				break
			}
		}
	}
	var lists [2][]picture
	var words []string
	for i, part := range parts {
		if part == "" {
			continue
		}
		list, err := listPictures(part)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return &FileError{Path: part, Problem: "its folders hold no PNG or JPEG picture", Remedy: "put " + OwnForms + " there", Err: ErrMissing}
		}
		lists[i] = list
		for _, p := range list {
			words = append(words, p.class)
		}
	}
	labels, names, err := classify(words)
	if err != nil {
		return &FileError{Path: dir, Problem: err.Error(), Remedy: "use fewer folders", Err: ErrFormat}
	}
	if err := sizeOf(set, lists[0][0].path); err != nil {
		return err
	}
	set.ClassNames, set.Channels = names, 1
	set.Classes = max(len(names), classesOf(labels))
	if n := len(words) * set.Height * set.Width * 3; n > maxOwnBytes {
		return &FileError{Path: dir, Problem: fmt.Sprintf("%d pictures of %d×%d pixels are more than the %d bytes allowed", len(words), set.Height, set.Width, maxOwnBytes),
			Remedy: "use fewer or smaller ones", Err: ErrFormat}
	}
	var colours [2][]uint8 // three channels of every picture
	grey := true
	for i, list := range lists {
		for _, p := range list {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("reading %s stopped: %w", dir, context.Cause(ctx))
			}
			var isGrey bool
			if colours[i], isGrey, err = appendPicture(colours[i], set, p.path); err != nil {
				return err
			}
			grey = grey && isGrey
		}
	}
	if !grey {
		set.Channels = 3
	}
	area := set.Height * set.Width
	at := 0
	for i, split := range []*Split{&set.Train, &set.Test} {
		// A folder for each class is sorted by class, and a batch of one class teaches nothing: the order is drawn
		// once.
		order := shuffled(random.Stream(0, "order of pictures", len(lists[i])), len(lists[i]))
		for _, k := range order {
			whole := colours[i][int(k)*3*area : (int(k)+1)*3*area]
			split.Pixels = append(split.Pixels, whole[:set.Channels*area]...)
			split.Labels = append(split.Labels, labels[at+int(k)])
			split.Files = append(split.Files, pathIn(dir, lists[i][k].path))
		}
		at += len(lists[i])
	}
	return nil
}

// pathIn is a picture's path in its set's folder.
func pathIn(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}

// listPictures lists the pictures in a part's folders, in the order of their names.
func listPictures(part string) ([]picture, error) {
	classes, err := os.ReadDir(part)
	if err != nil {
		return nil, systemError(part, err)
	}
	var list []picture
	for _, class := range classes {
		folder := filepath.Join(part, class.Name())
		if info, err := os.Stat(folder); err != nil || !info.IsDir() || strings.HasPrefix(class.Name(), ".") {
			continue
		}
		files, err := os.ReadDir(folder)
		if err != nil {
			return nil, systemError(folder, err)
		}
		for _, f := range files {
			switch strings.ToLower(filepath.Ext(f.Name())) {
			case ".png", ".jpg", ".jpeg":
				if !strings.HasPrefix(f.Name(), ".") {
					list = append(list, picture{filepath.Join(folder, f.Name()), class.Name()})
				}
			}
		}
		if len(list) > maxExamples {
			return nil, &FileError{Path: part, Problem: fmt.Sprintf("more than %d pictures", maxExamples), Remedy: "use fewer", Err: ErrFormat}
		}
	}
	return list, nil
}

// sizeOf takes the set's size from its first picture.
func sizeOf(set *Set, path string) error {
	f, err := openFile(path)
	if err != nil {
		return systemError(path, err)
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return notAPicture(path, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxOwnSide || c.Height > maxOwnSide {
		return tooBig(path, c.Width, c.Height)
	}
	set.Height, set.Width = c.Height, c.Width
	return nil
}

// appendPicture adds a picture's red, green and blue to pixels, and says whether they are the same.
func appendPicture(pixels []uint8, set *Set, path string) (out []uint8, grey bool, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, false, systemError(path, err)
	}
	defer f.Close()
	// The size before the pixels: a small file may promise a picture of any size.
	c, _, err := image.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return nil, false, notAPicture(path, err)
	}
	if c.Width != set.Width || c.Height != set.Height {
		return nil, false, &FileError{Path: path, Problem: fmt.Sprintf("%d×%d pixels, the set's first picture has %d×%d", c.Width, c.Height, set.Width, set.Height),
			Remedy: "make all pictures of one size", Err: ErrFormat}
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, false, systemError(path, err)
	}
	img, _, err := image.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, false, notAPicture(path, err)
	}
	area := set.Height * set.Width
	at := len(pixels)
	out = append(pixels, make([]uint8, 3*area)...)
	grey = true
	corner := img.Bounds().Min
	for y := range set.Height {
		for x := range set.Width {
			// Transparent pixels are taken for what they show, without what is behind them.
			c := color.NRGBAModel.Convert(img.At(corner.X+x, corner.Y+y)).(color.NRGBA)
			i := at + y*set.Width + x
			out[i], out[i+area], out[i+2*area] = c.R, c.G, c.B
			grey = grey && c.R == c.G && c.G == c.B
		}
	}
	return out, grey, nil
}

func notAPicture(path string, err error) error {
	return &FileError{Path: path, Problem: fmt.Sprintf("not a PNG or JPEG picture (%v)", err), Remedy: "replace it, or move it away", Err: ErrFormat}
}

func tooBig(path string, width, height int) error {
	return &FileError{Path: path, Problem: fmt.Sprintf("%d×%d pixels, allowed are 1 to %d on a side", width, height, maxOwnSide), Remedy: "make the pictures smaller", Err: ErrFormat}
}
