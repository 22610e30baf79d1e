// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Names of what [record.MeasureExamples] follows, in a state.
const (
	stateScores      = "examples_scores"
	stateScoresAt    = "examples_at"
	stateStopMargins = "examples_stop_margins"
	stateStopRivals  = "examples_stop_rivals"
)

// Rows of examples.totals.
const (
	totalMargin = iota
	totalEL2N
	totalNorm2
	totalCosine
	totalsOf
)

// examples is what [record.MeasureExamples] adds to an engine.
type examples struct {
	sum, score *model.Exec

	size    int     // examples of a slab
	classes []group // the examples given each class apart, so that a slab has one sum to be compared with

	// totals are, for each example, sums over the updates up to step last; before the first update the values themselves.
	totals [totalsOf][]float64
	last   int

	best    float64 // test accuracy at the step to stop at, −1 before the first update
	stop    int
	margins []float32 // there
	rivals  []uint8
}

// prepareExamples makes ready for measuring; the computations are compiled when first called.
func (e *engine) prepareExamples() (err error) {
	set := e.problem.Set
	if set.Classes == 0 {
		return fmt.Errorf("measure = %q with data set %q, which has a target and no classes: leave %[1]s out", record.MeasureExamples, set.Name)
	}
	n := set.Train.Len()
	m := &examples{margins: make([]float32, n), rivals: make([]uint8, n), best: -1}
	for i := range m.totals {
		m.totals[i] = make([]float64, n)
	}
	if m.size, err = e.measureSize(); err != nil {
		return err
	}
	counts := make([]int, set.Classes)
	for _, k := range e.feed.given.classes {
		counts[k]++
	}
	for m.size/2 >= slices.Max(counts) {
		m.size /= 2
	}
	e.examples = m
	if m.sum, err = model.NewExec(e.backend, e.store, e.classSumGraph); err != nil {
		return err
	}
	m.score, err = model.NewExec(e.backend, e.store, e.scoreGraph)
	return err
}

// measureExamples adds the evaluated step to the scores, and the columns of [record.MeasureExamples].
func (e *engine) measureExamples(ctx context.Context, evaluation *record.Evaluation) error {
	m := e.examples
	if m == nil {
		return nil
	}
	if e.step > m.last || e.step == 0 { // a second evaluation at a step changes nothing
		if err := e.scoreExamples(ctx, evaluation.TestAccuracy); err != nil {
			return err
		}
	}
	noise := e.problem.Noise
	if e.step == 0 || noise.PristineCount() == len(noise.Chosen) {
		return nil
	}
	rounded := func(x float64) float64 { return math.Round(1e5*x) / 1e5 } // they are counts among some thousands
	now := e.Examples()
	for _, score := range record.ExampleScores() {
		suspicion, err := now.Suspicion(score)
		if err != nil {
			return err
		}
		evaluation.Extra["missed_"+score] = rounded(record.Missed(suspicion, noise.Corrupt))
		if e.step < e.problem.Spec.Steps {
			continue
		}
		for percent := 10; percent <= 100; percent += 10 {
			evaluation.Extra[fmt.Sprintf("precision_%s_%d", score, percent)] = rounded(record.PrecisionAt(suspicion, noise.Corrupt, float64(percent)/100))
		}
	}
	return nil
}

// scoreExamples takes in the values at the current step.
func (e *engine) scoreExamples(ctx context.Context, testAccuracy float64) error {
	m := e.examples
	e.placeClasses()
	n := len(m.margins)
	var values [totalsOf][]float64
	for i := range values {
		values[i] = make([]float64, n)
	}
	margins, rivals := make([]float32, n), make([]uint8, n)
	for class := range m.classes {
		if err := e.scoreClass(ctx, class, &values, margins, rivals); err != nil {
			return fmt.Errorf("the scores of examples at step %d failed: %w", e.step, err)
		}
	}
	// Nothing is changed before all is there.
	updates := float64(e.step - m.last)
	for i, list := range values {
		for j, v := range list {
			switch {
			case e.step == 0:
				m.totals[i][j] = v
			case m.last == 0:
				m.totals[i][j] = updates * v
			default:
				m.totals[i][j] += updates * v
			}
		}
	}
	m.last = e.step
	if e.step == 0 || testAccuracy > m.best {
		m.stop, m.margins, m.rivals = e.step, margins, rivals
		if e.step > 0 {
			m.best = testAccuracy
		}
	}
	return nil
}

// scoreClass fills in the values of the examples given a class.
func (e *engine) scoreClass(ctx context.Context, class int, values *[totalsOf][]float64, margins []float32, rivals []uint8) error {
	m := e.examples
	if len(m.classes[class].slabs) == 0 {
		return nil
	}
	sums, err := e.sumOver(ctx, m.classes[class], m.sum, nil)
	if err != nil {
		return err
	}
	defer freeAll(sums)
	for _, s := range m.classes[class].slabs {
		if err := ctx.Err(); err != nil {
			return err
		}
		args := []any{s.inputs, s.labels}
		for _, t := range sums {
			args = append(args, t)
		}
		out, err := m.score.Call(args...)
		if err != nil {
			return err
		}
		err = takeScores(s.examples, out, values, margins, rivals)
		freeAll(out)
		if err != nil {
			return err
		}
	}
	return nil
}

// takeScores copies what scoreGraph made of a slab to its examples.
func takeScores(list []int32, out []*tensors.Tensor, values *[totalsOf][]float64, margins []float32, rivals []uint8) error {
	numbers, err := tensors.CopyFlatData[float64](out[0])
	if err != nil {
		return err
	}
	others, err := tensors.CopyFlatData[int32](out[1])
	if err != nil {
		return err
	}
	whole := tensors.ToScalar[float64](out[2])
	row := len(others)
	for i, example := range list {
		margin, el2n, norm2, inner := numbers[i], numbers[row+i], numbers[2*row+i], numbers[3*row+i]
		values[totalMargin][example], values[totalEL2N][example], values[totalNorm2][example] = margin, el2n, norm2
		values[totalCosine][example] = cosineWithOthers(norm2, inner, whole)
		margins[example], rivals[example] = float32(margin), uint8(others[i])
	}
	return nil
}

// cosineWithOthers is the cosine of g with S − g, from ‖g‖², ⟨g, S⟩ and ‖S‖², where S is a sum that g is a part of. 0 where
// either is 0, or so small that nothing is left of it.
func cosineWithOthers(norm2, inner, whole float64) float64 {
	others := whole - 2*inner + norm2
	if !(norm2 > 0) || !(others > 1e-10*whole) {
		return 0
	}
	return min(max((inner-norm2)/math.Sqrt(norm2*others), -1), 1)
}

// placeClasses puts the examples on the device, class by class, once.
func (e *engine) placeClasses() {
	m := e.examples
	if m.classes != nil {
		return
	}
	members := make([][]int32, e.problem.Set.Classes)
	for i, k := range e.feed.given.classes {
		members[k] = append(members[k], int32(i))
	}
	for _, list := range members {
		m.classes = append(m.classes, e.groupOf(list, m.size))
	}
}

// Examples are the scores up to the last evaluation; nil where none are measured.
func (e *engine) Examples() *record.Examples {
	m := e.examples
	if m == nil {
		return nil
	}
	mean := func(row int) []float32 {
		out := make([]float32, len(m.totals[row]))
		for i, v := range m.totals[row] {
			out[i] = finite(v / float64(max(m.last, 1)))
		}
		return out
	}
	margins := make([]float32, len(m.margins))
	for i, v := range m.margins {
		margins[i] = finite(float64(v))
	}
	return &record.Examples{
		Step: m.last, Stop: m.stop,
		AUM: mean(totalMargin), EL2N: mean(totalEL2N), SelfInfluence: mean(totalNorm2), Alignment: mean(totalCosine),
		First: slices.Clone(e.learned.first), Kept: slices.Clone(e.learned.kept), MarginAtStop: margins, Rival: slices.Clone(m.rivals),
		Given: slices.Clone(e.problem.Noise.Given), Original: slices.Clone(e.problem.Noise.Original),
	}
}

// finite is a number as float32, the largest ones cut to what that holds, rounded to 12 significant bits: compressed, a
// file of such numbers takes two thirds.
func finite(v float64) float32 {
	if math.IsNaN(v) {
		return 0
	}
	v = min(max(v, -math.MaxFloat32), math.MaxFloat32)
	fraction, exponent := math.Frexp(v)
	v = math.Ldexp(math.Round(fraction*(1<<12))/(1<<12), exponent)
	return float32(min(max(v, -math.MaxFloat32), math.MaxFloat32))
}

// addState adds what is followed to a state.
func (m *examples) addState(state map[string]run.Array) {
	n := len(m.margins)
	state[stateScores] = run.Array{Shape: []int{totalsOf, n}, Data: slices.Concat(m.totals[:]...)}
	state[stateScoresAt] = run.Array{Shape: []int{3}, Data: []float64{float64(m.last), float64(m.stop), m.best}}
	state[stateStopMargins] = run.Array{Shape: []int{n}, Data: slices.Clone(m.margins)}
	state[stateStopRivals] = run.Array{Shape: []int{n}, Data: slices.Clone(m.rivals)}
}

// restoreExamples takes it out of a state, as restoreContributions does.
func (e *engine) restoreExamples(state map[string]run.Array) error {
	_, ok := state[stateScoresAt]
	switch {
	case !ok && e.examples == nil:
		return nil
	case !ok:
		return fmt.Errorf("the run was begun without scores of examples")
	case e.examples == nil:
		if err := e.prepareExamples(); err != nil {
			return err
		}
	}
	m := e.examples
	n := len(m.margins)
	totals, ok1 := state[stateScores].Data.([]float64)
	at, ok2 := state[stateScoresAt].Data.([]float64)
	margins, ok3 := state[stateStopMargins].Data.([]float32)
	rivals, ok4 := state[stateStopRivals].Data.([]uint8)
	if !ok1 || !ok2 || !ok3 || !ok4 || len(totals) != totalsOf*n || len(at) != 3 || len(margins) != n || len(rivals) != n {
		return fmt.Errorf("%s of the state does not fit %d training examples", stateScores, n)
	}
	for i := range m.totals {
		m.totals[i] = slices.Clone(totals[i*n : (i+1)*n])
	}
	m.last, m.stop, m.best = int(at[0]), int(at[1]), at[2]
	m.margins, m.rivals = slices.Clone(margins), slices.Clone(rivals)
	return nil
}

func (m *examples) close() {
	if m == nil {
		return
	}
	finalizeAll(m.sum, m.score)
	for _, g := range m.classes {
		g.free()
	}
}

// numberType is the type in which scores leave the graph.
const numberType = dtypes.Float64
