// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/runs"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// stableVariable is "1" where the executed notebook is to be kept: then it shows what every machine has.
const stableVariable = "CG_STABLE"

// Runs shows all records as a table, those committed with the project and one's own: type a condition to filter, click a
// column's name to sort, click rows to lay their curves over one another and to compare final and best values with their
// spread over seeds. It needs no kernel once it is shown. Conditions given here pick the rows beforehand, in the manner
// of the command `go run ./notebooks runs`, as "dataset=mnist noise=0.5".
func Runs(conditions ...string) {
	rows, err := tableRows(conditions)
	if err == nil {
		err = showTable(rows)
	}
	if err != nil {
		fail(err)
	}
}

func tableRows(conditions []string) ([]runs.Row, error) {
	filter, err := runs.ParseFilter(strings.Join(conditions, " "))
	if err != nil {
		return nil, err
	}
	store, err := place.OpenStore("")
	if err != nil {
		return nil, err
	}
	rows, unreadable, err := runs.Read(store)
	if err != nil {
		return nil, err
	}
	if os.Getenv(stableVariable) == "1" {
		rows = slices.DeleteFunc(rows, func(r runs.Row) bool { return r.Where == runs.Own })
	} else {
		for _, u := range unreadable {
			fmt.Printf("left out: %s: %v\n", u.Name, u.Err)
		}
	}
	if err := runs.CheckColumns(rows, filter.Columns()); err != nil {
		return nil, err
	}
	rows = filter.Rows(rows)
	if len(rows) == 0 {
		return nil, fmt.Errorf("no run to show: train some, or ask for others by `go run ./notebooks runs`")
	}
	runs.Sort(rows, []string{"dataset", "model", "steps", "noise", "c", "seed"})
	return rows, nil
}

func showTable(rows []runs.Row) error {
	if !gonbui.IsNotebook {
		return runs.WriteText(os.Stdout, rows, runs.Shown(rows), true)
	}
	id := "cg_runs_" + strings.ReplaceAll(gonbui.UniqueId(), "-", "")
	if os.Getenv(stableVariable) == "1" {
		id = "cg_runs" // the same in every execution
	}
	page, err := runs.Page(id, rows)
	if err != nil {
		return err
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMETextHTML: page, protocol.MIMETextPlain: fmt.Sprintf("a table of %d runs", len(rows)),
	}})
	gonbui.Sync()
	return gonbui.Error()
}
