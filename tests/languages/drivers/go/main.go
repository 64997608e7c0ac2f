// Runs the program of the example with the Automation API, whose inline programs need no language host: in the
// test this file stands in place of the example's own main.go. Takes and writes what inline.js does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
)

type step struct {
	Run    string
	Config auto.ConfigMap
}

type done struct {
	Changes map[string]int      `json:"changes"`
	Changed map[string][]string `json:"changed"`
	Outputs map[string]any      `json:"outputs"`
}

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, project, text string) error {
	var steps []step
	if err := json.Unmarshal([]byte(text), &steps); err != nil {
		return err
	}
	stack, err := auto.UpsertStackInlineSource(ctx, "test", project, declare)
	if err != nil {
		return err
	}
	for _, each := range steps {
		if err := stack.SetAllConfig(ctx, each.Config); err != nil {
			return err
		}
		made, err := operate(ctx, stack, each.Run)
		if err != nil {
			return err
		}
		line, err := json.Marshal(made)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

func operate(ctx context.Context, stack auto.Stack, operation string) (*done, error) {
	made := &done{Changes: map[string]int{}, Changed: map[string][]string{}, Outputs: map[string]any{}}
	switch operation {
	case "preview":
		stream := make(chan events.EngineEvent)
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			for event := range stream {
				if event.ResourcePreEvent == nil {
					continue
				}
				name := event.ResourcePreEvent.Metadata.URN
				name = name[strings.LastIndex(name, ":")+1:]
				// A replacement has an event for each of its steps, of the same diff.
				paths := []string{}
				for path := range event.ResourcePreEvent.Metadata.DetailedDiff {
					paths = append(paths, path)
				}
				if len(paths) > 0 {
					made.Changed[name] = paths
				}
			}
		}()
		preview, err := stack.Preview(ctx, optpreview.Diff(), optpreview.EventStreams(stream))
		if err != nil {
			return nil, err
		}
		<-heard
		for operation, count := range preview.ChangeSummary {
			made.Changes[string(operation)] = count
		}
	case "up":
		up, err := stack.Up(ctx)
		if err != nil {
			return nil, err
		}
		made.Changes = *up.Summary.ResourceChanges
		for name, output := range up.Outputs {
			made.Outputs[name] = output.Value
		}
	case "destroy":
		destroyed, err := stack.Destroy(ctx, optdestroy.Remove())
		if err != nil {
			return nil, err
		}
		made.Changes = *destroyed.Summary.ResourceChanges
	default:
		return nil, fmt.Errorf("there is no operation %s", operation)
	}
	return made, nil
}
