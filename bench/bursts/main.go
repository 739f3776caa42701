// Bursts makes bursts of Gets with deadlines so short that most of them expire, while a neighbour makes calls on the same
// connection. It prints the number of the neighbour's failed calls as JSON. It should be zero: grpc-go is a well-behaved client.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// neighbourTimeout is the deadline of the neighbour's calls.
const neighbourTimeout = 5 * time.Second

type report struct {
	NeighbourCalls  int    `json:"neighbour_calls"`
	NeighbourErrors int    `json:"neighbour_errors"`
	FirstError      string `json:"first_error"`
}

func main() {
	address := flag.String("address", "127.0.0.1:50051", "of the server")
	token := flag.String("token", "", "that the calls carry")
	bursts := flag.Int("bursts", 1000, "one after the other")
	calls := flag.Int("calls", 100, "of each burst, at the same time")
	deadline := flag.Duration("deadline", time.Millisecond, "of each call of a burst")
	flag.Parse()
	connection, err := grpc.NewClient(*address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// A retry would hide failures.
		grpc.WithDisableRetry())
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+*token)
	store := dynakvpb.NewKeyValueServiceClient(connection)

	ctx, stop := context.WithCancel(ctx)
	neighbour := make(chan report)
	go func() { neighbour <- callRepeatedly(ctx, store) }()
	for range *bursts {
		burst(ctx, store, *calls, *deadline)
	}
	stop()
	if err := json.NewEncoder(os.Stdout).Encode(<-neighbour); err != nil {
		log.Fatal(err)
	}
}

// burst makes concurrent calls and waits until all have ended, most of them by their deadline.
func burst(ctx context.Context, store dynakvpb.KeyValueServiceClient, calls int, deadline time.Duration) {
	var ended sync.WaitGroup
	for range calls {
		ended.Add(1)
		go func() {
			defer ended.Done()
			ctx, cancel := context.WithTimeout(ctx, deadline)
			defer cancel()
			// The outcome does not matter here.
			_, _ = store.Get(ctx, &dynakvpb.GetRequest{Key: "100-00001"})
		}()
	}
	ended.Wait()
}

// callRepeatedly makes one call after another until the context ends.
func callRepeatedly(ctx context.Context, store dynakvpb.KeyValueServiceClient) report {
	var made report
	for ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), neighbourTimeout)
		_, err := store.Get(ctx, &dynakvpb.GetRequest{Key: "100-00001"})
		cancel()
		made.NeighbourCalls++
		if err != nil {
			made.NeighbourErrors++
			if made.FirstError == "" {
				made.FirstError = err.Error()
			}
		}
		time.Sleep(time.Millisecond)
	}
	return made
}
