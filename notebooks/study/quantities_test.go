// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"testing"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
)

// What is worked out from older records is what is written down now; α̂ and the predicted f^p are those of package coherence.
func TestQuantitiesOfRecords(t *testing.T) {
	groups := coherence.Groups{PP: 9, PC: -4, CC: 7}
	energy := [2]float64{0.5, 1.5}
	total := energy[0] + energy[1]
	fp, fc := groups.F()
	whole := map[string]float64{
		"coherence": groups.Norm2() / total, "coherence_pristine": groups.PP / energy[0], "coherence_corrupt": groups.CC / energy[1],
		"fp": fp, "fc": fc, "example_norm2": total / 200, "gradient_norm2": groups.Norm2() / 200 / 200,
	}
	spec := record.DefaultSpec()
	spec.Hidden = []int{8}
	r := &record.Record{Spec: spec, Dir: t.TempDir(), Evaluations: []record.Evaluation{{Step: 3, Extra: whole}}}
	r.Spec.Noise = 0.5
	if err := record.WriteLearned(r.Dir, &record.Learned{Pristine: 150, Corrupt: 50}); err != nil {
		t.Fatal(err)
	}
	near := func(name string, c Curve, want float64) {
		t.Helper()
		if len(c.Values) != 1 || len(c.Steps) != 1 || c.Steps[0] != 3 || !(math.Abs(c.Values[0]-want) < 1e-9) {
			t.Errorf("%s: %v, want %v at step 3", name, c, want)
		}
	}
	near("the pristine share of the energy", Quantity(r, "energy_share_pristine"), 0.25)
	near("the groups' cosine", Quantity(r, "cosine_groups"), groups.Cosine())
	near("α̂", Agreement(r, ""), (groups.Norm2()/total-1)/199)
	near("α̂ of the pristine ones", Agreement(r, "pristine"), (groups.PP/energy[0]-1)/149)
	near("α̂ of the corrupt ones", Agreement(r, "corrupt"), (groups.CC/energy[1]-1)/49)
	predicted, byLayer := PredictedF(r)
	near("f^p of a sample of all", predicted, fp) // 400 are more than the 200 there are
	if byLayer {
		t.Error("a record without layers is taken by layer")
	}
	for l, scale := range []float64{3, 1} {
		for name, v := range map[string]float64{"fp": fp / scale, "energy_share_pristine": 0.25, "coherence": 2 * scale, "example_norm2": scale} {
			whole[fmt.Sprintf("%s_layer_%d", name, l)] = v
		}
		whole[fmt.Sprintf("coherence_pristine_layer_%d", l)] = 5
	}
	predicted, byLayer = PredictedF(r)
	kept := []float64{300. / (784 * 8), 1}
	want := coherence.ExpectedOfLayers([]coherence.Sampling{
		{FP: fp / 3, Share: 0.25, Coherence: 6, Energy: 3}, {FP: fp, Share: 0.25, Coherence: 2, Energy: 1}}, kept, 200, 200)
	near("f^p of a sample by layer", predicted, want)
	near("α̂ of a layer", Agreement(r, "pristine_layer_1"), 4./149)
	if !byLayer {
		t.Error("a record with layers is not taken by layer")
	}
	delete(whole, "fp")
	if c := Quantity(r, "cosine_groups"); len(c.Values) != 0 {
		t.Errorf("worked out from nothing: %v", c)
	}
	r.Dir = t.TempDir()
	if c := Agreement(r, ""); len(c.Values) != 0 {
		t.Errorf("α̂ of groups of unknown size: %v", c)
	}
	r.Spec.Noise = 0
	near("α̂ where N follows from the record", Agreement(r, ""), (groups.Norm2()/total-1)/199)
}

func TestRunningMedian(t *testing.T) {
	c := RunningMedian(Curve{Steps: []float64{1, 2, 3, 4, 5}, Values: []float64{5, 1, 9, 2, 7}}, 3)
	for i, want := range []float64{5, 5, 2, 7, 7} {
		if c.Values[i] != want || c.Steps[i] != float64(i+1) {
			t.Errorf("at step %v: %v, want %v", c.Steps[i], c.Values[i], want)
		}
	}
}
