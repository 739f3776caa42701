package tests

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// vectorFiles are what the runners of all languages run. DYNAKV_VECTORS names another folder.
const vectorFiles = "../../vectors"

type vector struct {
	Name  string
	About string
	Steps []step
}

type step struct {
	Call    string
	Args    map[string]any
	Timeout string
	Fault   []map[string]any
	Expect  any
	Error   any
	Capture map[string]string
}

func TestVectors(t *testing.T) {
	vectors := readVectors(t)
	var passed atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, vector := range vectors {
			t.Run(vector.Name, func(t *testing.T) {
				t.Parallel()
				if err := vector.run(t.Context()); err != nil {
					t.Fatalf("%s: %v", vector.About, err)
				}
				passed.Add(1)
			})
		}
	})
	if int(passed.Load()) != len(vectors) {
		t.Fatalf("%d of %d vectors passed", passed.Load(), len(vectors))
	}
	// To the standard output itself, so that it is seen without -v, too.
	fmt.Printf("vectors: %d passed\n", passed.Load())
}

func readVectors(t *testing.T) []vector {
	folder := vectorFiles
	if other := os.Getenv("DYNAKV_VECTORS"); other != "" {
		folder = other
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors in %s: %v", folder, err)
	}
	var vectors []vector
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Vectors []vector }
		decoder := yaml.NewDecoder(strings.NewReader(string(text)))
		decoder.KnownFields(true)
		if err := decoder.Decode(&file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		vectors = append(vectors, file.Vectors...)
	}
	return vectors
}

// run carries out the steps with a client of its own, as retries are throttled for each client.
func (v vector) run(ctx context.Context) error {
	client, err := dynakv.New(server.Address)
	if err != nil {
		return err
	}
	defer client.Close()
	captured := map[string]any{}
	for number, step := range v.Steps {
		if err := step.run(ctx, client, captured); err != nil {
			return fmt.Errorf("step %d, %s: %w", number, step.Call, err)
		}
	}
	return nil
}

func (s step) run(ctx context.Context, client *dynakv.Client, captured map[string]any) (err error) {
	defer func() {
		// The arguments are read without a thought for what is malformed.
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("the step cannot be run: %v", panicked)
		}
	}()
	call, known := calls[s.Call]
	if !known {
		return fmt.Errorf("there is no call %q", s.Call)
	}
	if (s.Expect == nil) == (s.Error == nil) {
		return fmt.Errorf("a step has one of expect and error")
	}
	given, _ := resolve(s.Args, captured).(map[string]any)
	arguments := args{values: given, fault: s.faults()}
	if s.Timeout != "" {
		timeout, err := time.ParseDuration(s.Timeout)
		if err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		ctx = limited
	}

	result, failure := call(ctx, client, arguments)
	expected := s.Expect
	if failure != nil {
		result, expected = errorDocument(failure), s.Error
	}
	if expected == nil {
		return fmt.Errorf("got %v, %v", result, failure)
	}
	if err := match(result, resolve(expected, captured)); err != nil {
		return fmt.Errorf("%w\nin %s", err, show(result))
	}
	for name, path := range s.Capture {
		found, err := at(result, path)
		if err != nil {
			return err
		}
		captured[name] = found
	}
	return nil
}

// faults is the metadata that asks the server for them; empty if there are none.
func (s step) faults() string {
	if len(s.Fault) == 0 {
		return ""
	}
	parts := []string{"id=" + uuid.NewString()}
	for _, fault := range s.Fault {
		var pairs []string
		for key, value := range fault {
			pairs = append(pairs, fmt.Sprintf("%s=%v", key, value))
		}
		parts = append(parts, strings.Join(pairs, ";"))
	}
	return strings.Join(parts, "|")
}
