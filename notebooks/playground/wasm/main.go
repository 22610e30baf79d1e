// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build js && wasm

// Command wasm is the playground's engine in a browser: package world, behind functions that the page's script calls. They
// are those of the object coherentPlayground, which is there once the program runs; then it calls the function
// coherentPlaygroundReady, if there is one.
package main

import (
	"syscall/js"
	"unsafe"

	"coherentgradients/notebooks/playground/world"
)

var current *world.World

func main() {
	js.Global().Set("coherentPlayground", js.ValueOf(map[string]any{
		"create":   js.FuncOf(create),
		"advance":  js.FuncOf(func(_ js.Value, args []js.Value) any { current.Advance(args[0].Int()); return current.Step }),
		"measure":  js.FuncOf(measure),
		"votes":    js.FuncOf(func(_ js.Value, args []js.Value) any { return votes(args[0].Int()) }),
		"disputed": js.FuncOf(func(js.Value, []js.Value) any { return current.Disputed() }),
		"params":   js.FuncOf(func(js.Value, []js.Value) any { return floats(current.Net.Params) }),
		"map":      js.FuncOf(plane),
		"guesses":  js.FuncOf(guesses),
	}))
	if ready := js.Global().Get("coherentPlaygroundReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	select {}
}

// create makes the world of a config. It returns what is wrong with it as a string, or what the world consists of.
func create(_ js.Value, args []js.Value) any {
	c := args[0]
	made, err := world.New(world.Config{
		Data: c.Get("data").String(), Noise: c.Get("noise").Float(), Rule: c.Get("rule").String(), C: c.Get("c").Float(),
		Width: c.Get("width").Int(), Depth: c.Get("depth").Int(), Rate: c.Get("rate").Float(), Batch: c.Get("batch").Int(),
		Seed: uint64(c.Get("seed").Int()),
	})
	if err != nil {
		return err.Error()
	}
	current = made
	var inputs []float64
	given, corrupt := make([]any, len(made.Given)), make([]any, len(made.Given))
	for i, x := range made.Train.X {
		inputs = append(inputs, x...)
		given[i], corrupt[i] = made.Given[i], made.Corrupt[i]
	}
	sizes := make([]any, len(made.Net.Sizes))
	for i, size := range made.Net.Sizes {
		sizes[i] = size
	}
	return map[string]any{"inputs": floats(inputs), "given": given, "corrupt": corrupt, "sizes": sizes, "side": world.DigitSide}
}

func measure(js.Value, []js.Value) any {
	m := current.Measure()
	return map[string]any{
		"step": m.Step, "test": m.TestAccuracy, "pristine": m.PristineLearned, "corrupt": m.CorruptLearned,
		"loss": m.TrainLoss, "share": m.PristineShare,
	}
}

func votes(parameter int) any {
	v := current.Votes(parameter)
	return map[string]any{"gradients": floats(v.Gradients), "low": v.Low, "high": v.High, "mean": v.Mean, "rule": v.Rule}
}

// plane fills an array of side² bytes with the probability of class 1.
func plane(_ js.Value, args []js.Value) any {
	side := args[1].Int()
	pixels := make([]byte, side*side)
	current.Map(pixels, side)
	js.CopyBytesToJS(args[0], pixels)
	return nil
}

// guesses are the classes that the net finds likeliest for the training examples.
func guesses(js.Value, []js.Value) any {
	all := make([]byte, len(current.Train.X))
	for i, x := range current.Train.X {
		all[i] = byte(current.Guess(x))
	}
	array := js.Global().Get("Uint8Array").New(len(all))
	js.CopyBytesToJS(array, all)
	return array
}

// floats is a Float64Array with the values.
func floats(values []float64) js.Value {
	bytes := js.Global().Get("Uint8Array").New(8 * len(values))
	if len(values) > 0 {
		js.CopyBytesToJS(bytes, unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 8*len(values)))
	}
	return js.Global().Get("Float64Array").New(bytes.Get("buffer"))
}
