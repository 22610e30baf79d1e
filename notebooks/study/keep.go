// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets/plainfile"
	"coherentgradients/notebooks/internal/place"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/sbinet/npyio/npz"
)

// KeepModel keeps a model's store under a name: every variable and hyperparameter, so the weights, the optimizer's state, the
// global step and the generator of random layers. Each cell is a program of its own, and what it trained ends with it
// unless it is kept; [LoadModel] gives it to another cell, today or tomorrow. What was kept under the name is replaced, whole
// or not at all.
//
// It is a GoMLX checkpoint, which package checkpoint reads as well. It lies in models/NAME of the project's cache
// folder, or of the output folder of `run`.
func KeepModel(name string, store *model.Store) { must(keep(name, store)) }

func keep(name string, store *model.Store) error {
	dir, err := keptDir(name)
	if err != nil {
		return err
	}
	if store == nil || store.NumVariables() == 0 {
		return fmt.Errorf("nothing to keep as %q: its store has no variables yet; train the model first", name)
	}
	metrics := slices.DeleteFunc(slices.Collect(store.IterVariables()), func(v *model.Variable) bool { return !isMetric(v) })
	loader := store.Loader()
	defer store.SetLoader(loader) // the handler puts itself there, and its folder is about to be renamed
	err = place.ReplaceFolder(dir, func(fresh string) error {
		handler, err := checkpoint.Build(store).Dir(fresh).ExcludeVars(metrics...).Done()
		if err != nil {
			return err
		}
		if err := handler.Save(); err != nil {
			return err
		}
		return writeFrozen(fresh, store)
	})
	if err != nil {
		return fmt.Errorf("%q can't be kept: %w", name, err)
	}
	return nil
}

// isMetric tells a trainer's moving averages, which have a random name for each trainer: kept, they would only pile up.
func isMetric(v *model.Variable) bool {
	return strings.HasPrefix(v.Path(), model.ScopeSeparator+metric.Scope+model.ScopeSeparator)
}

// LoadModel puts what [KeepModel] kept under a name into a store, and says whether there was anything. Call it before the model is
// built: each variable takes its kept value when the model, the optimizer or GetVariable asks for it, and the
// hyperparameters are set at once, so those that are to be others are set afterwards. Training goes on where it was.
//
//	store := model.NewStore()
//	if !study.LoadModel("my-net", store) { … set hyperparameters … }
//	trainer := train.NewTrainer(backend, store, modelFn, lossFn, optimizer, nil, nil)
//
// Where the model asks for a variable in another shape than the kept one, building it fails and names both.
func LoadModel(name string, store *model.Store) (found bool) {
	found, err := loadKept(name, store)
	must(err)
	return found
}

func loadKept(name string, store *model.Store) (found bool, err error) {
	dir, err := keptDir(name)
	if err != nil {
		return false, err
	}
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil || !info.IsDir() {
		return false, fmt.Errorf("%s is no folder of a kept model: move it away", dir)
	}
	if _, err := checkpoint.Load(store).Dir(dir).Done(); err != nil {
		return false, fmt.Errorf("%q can't be loaded (%w): remove %s, and train it again", name, err, dir)
	}
	if err := readFrozen(dir, store); err != nil {
		return false, fmt.Errorf("%q can't be loaded (%w): remove %s, and train it again", name, err, dir)
	}
	return true, nil
}

// frozenName is the file with the paths of the variables that training doesn't move. A GoMLX checkpoint doesn't say so,
// and what comes out of one is trainable: an optimizer would then move the state of the random generator.
const frozenName = "frozen.json"

func writeFrozen(dir string, store *model.Store) error {
	frozen := []string{}
	for v := range store.IterVariables() {
		if !v.Trainable && !isMetric(v) {
			frozen = append(frozen, v.Path())
		}
	}
	text, err := json.Marshal(frozen)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, frozenName), append(text, '\n'), 0o644)
}

func readFrozen(dir string, store *model.Store) error {
	text, err := plainfile.Read(filepath.Join(dir, frozenName), 1<<20)
	if err != nil {
		return err
	}
	var frozen []string
	if err := json.Unmarshal(text, &frozen); err != nil {
		return fmt.Errorf("%s: %w", frozenName, err)
	}
	for _, path := range frozen {
		if v := store.GetVariable(path); v != nil {
			v.Trainable = false
		}
	}
	return nil
}

// ForgetModel removes what is kept under a name, if anything is.
func ForgetModel(name string) {
	dir, err := keptDir(name)
	must(err)
	must(os.RemoveAll(dir))
}

// KeptModels lists the names under which something is kept, in alphabetical order.
func KeptModels() []string {
	folder, err := place.Kept()
	must(err)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		must(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && place.CheckKeptName(e.Name()) == nil {
			names = append(names, e.Name())
		}
	}
	return names
}

// keptDir is the folder of what is kept under a name.
func keptDir(name string) (string, error) {
	if err := place.CheckKeptName(name); err != nil {
		return "", err
	}
	folder, err := place.Kept()
	return filepath.Join(folder, name), err
}

// Trained is a store with the trained weights of a record, for the model that was trained: to look at them, to predict
// with them, to train on by a Trainer, or to [KeepModel] them. [TrainModel] leaves weights in its records, `train` and `sweep`
// do with --save-weights. What the model keeps beside its weights, a random generator for one, is as new.
func Trained(r *record.Record) *model.Store {
	store, err := trained(r)
	must(err)
	return store
}

func trained(r *record.Record) (*model.Store, error) {
	path, ok := r.WeightsPath()
	if !ok {
		return nil, fmt.Errorf("%s was recorded without its weights: move %s away, and train it again with weights saved", r.Spec.ID(), r.Dir)
	}
	archive, err := npz.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read (%w): move %s away, and train it again", path, err, r.Dir)
	}
	defer archive.Close()
	store := model.NewStore()
	for _, key := range slices.Sorted(slices.Values(archive.Keys())) {
		value, err := tensorOf(archive, key)
		if err == nil {
			_, err = store.CreateVariable(model.ScopeSeparator+strings.TrimSuffix(key, ".npy"), value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", key, path, err)
		}
	}
	return store, nil
}

// tensorOf reads one array of a file of weights, float32 or float64.
func tensorOf(archive *npz.Reader, key string) (*tensors.Tensor, error) {
	header := archive.Header(key)
	if header == nil || header.Descr.Fortran {
		return nil, errors.New("it is no array as they are written here")
	}
	if strings.HasSuffix(header.Descr.Type, "f8") {
		return tensorOfType[float64](archive, key, header.Descr.Shape)
	}
	return tensorOfType[float32](archive, key, header.Descr.Shape)
}

func tensorOfType[T float32 | float64](archive *npz.Reader, key string, shape []int) (*tensors.Tensor, error) {
	var values []T
	if err := archive.Read(key, &values); err != nil {
		return nil, err
	}
	size := 1
	for _, d := range shape {
		size *= d
	}
	if size != len(values) {
		return nil, fmt.Errorf("%d values for the shape %v", len(values), shape)
	}
	return tensors.FromFlatDataAndDimensions(values, shape...), nil
}
