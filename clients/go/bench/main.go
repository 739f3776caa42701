// Bench measures how many calls a second one goroutine makes: Get and Set of 100-byte values through DynaKV, and the same through
// the AWS SDK straight at the DynamoDB endpoint. It prints one line of JSON for each.
//
// DYNAKV_ADDRESS is the server's, DYNAMODB_ENDPOINT the URL of the DynamoDB that it stands before, with the table `dynakv`.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"
)

// keys are how many entries the calls go around.
const keys = 1000

func main() {
	duration := flag.Duration("duration", 5*time.Second, "how long each case is measured")
	flag.Parse()
	if err := run(context.Background(), *duration); err != nil {
		log.Fatal(err)
	}
}

// A store is what is measured.
type store struct {
	name string
	get  func(ctx context.Context, key string) error
	set  func(ctx context.Context, key string, value []byte) error
}

func run(ctx context.Context, duration time.Duration) error {
	gateway, err := newGateway()
	if err != nil {
		return err
	}
	direct, err := newDirect(ctx, os.Getenv("DYNAMODB_ENDPOINT"))
	if err != nil {
		return err
	}
	value := []byte(strings.Repeat("x", 100))
	for _, store := range []store{gateway, direct} {
		set := func(key string) error { return store.set(ctx, key, value) }
		get := func(key string) error { return store.get(ctx, key) }
		for _, measured := range []struct {
			name string
			call func(key string) error
		}{{"set", set}, {"get", get}} {
			if err := report(store.name+"-"+measured.name, duration, measured.call); err != nil {
				return fmt.Errorf("%s: %w", store.name, err)
			}
		}
	}
	return nil
}

// report makes calls one after the other, those of the first tenth of the time for nothing.
func report(name string, duration time.Duration, call func(key string) error) error {
	if _, err := measure(duration/10, call); err != nil {
		return err
	}
	took, err := measure(duration, call)
	if err != nil {
		return err
	}
	slices.Sort(took)
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"language":         "go",
		"case":             name,
		"calls_per_second": float64(len(took)) / duration.Seconds(),
		"p50_us":           float64(took[len(took)/2].Nanoseconds()) / 1000,
	})
}

func measure(duration time.Duration, call func(key string) error) ([]time.Duration, error) {
	var took []time.Duration
	end := time.Now().Add(duration)
	for i := 0; ; i++ {
		start := time.Now()
		if start.After(end) && len(took) > 0 {
			return took, nil
		}
		if err := call(fmt.Sprintf("bench:%d", i%keys)); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
}
