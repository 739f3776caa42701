package dynakv_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func ExampleError() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Set(ctx, "count:words", []byte("many")); err != nil {
		log.Fatal(err)
	}

	// snippet: errors
	_, err = client.Increment(ctx, "count:words")
	var failed *dynakv.Error
	switch {
	case dynakv.ReasonOf(err) == dynakv.ReasonNotACounter:
		fmt.Println("no counter")
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("too slow")
	case errors.As(err, &failed):
		fmt.Println(failed.Code, failed.Reason, failed.Fields, failed.RetryDelay)
	}
	// end
	// Output: no counter
}

func ExampleOutcomeUnknownError() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(countOrder(ctx, client))
	// Output: 1 <nil>
}

// snippet: outcome-unknown

// countOrder counts once, also if the answer is lost on the way.
func countOrder(ctx context.Context, client *dynakv.Client) (int64, error) {
	counter, err := client.Increment(ctx, "count:orders")
	var unknown *dynakv.OutcomeUnknownError
	if errors.As(err, &unknown) {
		// Under the same id the server recognises what has happened, unless somebody else has counted since.
		counter, err = client.Increment(ctx, "count:orders", dynakv.RequestID(unknown.RequestID))
	}
	return counter.Value, err
}

// end
