// Gosdk is a load generator for one run of `make bench`: callers that each make one call after another, through the AWS SDK
// for Go at the endpoint of DynamoDB, or through a generated gRPC stub at DynaKV or at the no-op server.
//
// It prints a line when the warm-up is over and the measurement begins, and a line of JSON with the result when it is over. It checks
// every value that it reads; a single wrong answer or error ends it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

type settings struct {
	target      string
	address     string
	operation   string
	keys        int
	callers     int
	connections int
	valueBytes  int
	valuesFile  string
	seed        uint64
	warmUp      time.Duration
	duration    time.Duration
}

// A call is one call of the measured operation, with this entry or with a batch that starts with it.
type call func(ctx context.Context, first entry) error

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), parse()); err != nil {
		log.Fatal("gosdk: ", err)
	}
}

func parse() settings {
	var s settings
	flag.StringVar(&s.target, "target", "sdk", "what is called: sdk, dynakv or noop")
	flag.StringVar(&s.address, "address", "", "of the target, HOST:PORT")
	flag.StringVar(&s.operation, "operation", "get", "what is measured")
	flag.IntVar(&s.keys, "keys", 1, "of a call, if it is a batch, a transaction or a page")
	flag.IntVar(&s.callers, "callers", 1, "that call at the same time")
	flag.IntVar(&s.connections, "connections", 4, "of gRPC; the SDK has one for each call in flight")
	flag.IntVar(&s.valueBytes, "value-bytes", 100, "of each value")
	flag.StringVar(&s.valuesFile, "values", "", "file with the bytes of which every value is a part")
	flag.Uint64Var(&s.seed, "seed", 0, "of the sequence of keys")
	flag.DurationVar(&s.warmUp, "warm-up", 400*time.Millisecond, "before the measurement")
	flag.DurationVar(&s.duration, "duration", 2*time.Second, "of the measurement")
	flag.Parse()
	return s
}

func run(ctx context.Context, s settings) error {
	if s.operation == "export" {
		copied, err := export(ctx, s)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(copied)
	}
	values, err := readValues(s.valuesFile)
	if err != nil {
		return err
	}
	calls, stop, err := connect(s, values)
	if err != nil {
		return err
	}
	defer stop()
	measured, err := load(ctx, s, calls)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(measured)
}

// connect returns the call for each connection. Callers are spread over them.
func connect(s settings, values values) (calls []call, stop func(), err error) {
	switch s.target {
	case "sdk":
		one, err := newDirect(s, values)
		return []call{one}, func() {}, err
	case "dynakv":
		return newGateways(s, values)
	case "noop":
		return newNoops(s, values)
	default:
		return nil, nil, fmt.Errorf("there is no target %q", s.target)
	}
}
