// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"reflect"

	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// rateOf is the learning rate that one of GoMLX's optimizers was given by a call; given is false where it was given
// none, or where it is another's and can't be known. GoMLX marks none by −1, keeps it in fields that it does not export,
// and takes 0 for none too.
func rateOf(next optimizer.Interface) (rate float64, given bool) {
	at := reflect.ValueOf(next)
	for _, step := range []string{"config", ""} { // of Adam and RMSProp, whose settings lie one deeper
		if at.Kind() == reflect.Pointer {
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct {
			return 0, false
		}
		if deeper := at.FieldByName(step); step != "" && deeper.IsValid() {
			at = deeper
		}
	}
	if at.Type().PkgPath() != reflect.TypeFor[optimizer.SGDConfig]().PkgPath() {
		return 0, false
	}
	for _, name := range []string{"initialLearningRate", "learningRate"} {
		if field := at.FieldByName(name); field.IsValid() && field.Kind() == reflect.Float64 {
			return field.Float(), field.Float() != -1
		}
	}
	return 0, false
}
