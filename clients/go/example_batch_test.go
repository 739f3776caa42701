package dynakv_test

import (
	"context"
	"fmt"
	"log"
	"time"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func ExampleClient_BatchWrite() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	if err := carts(ctx, client); err != nil {
		log.Fatal(err)
	}
	// Output:
	// cart:1 APPLIED
	// cart:2 APPLIED
	// cart:3 CONDITION_FAILED
	// cart:1 "apples" true
	// cart:2 "pears" true
	// cart:3 "" false
}

func carts(ctx context.Context, client *dynakv.Client) error {
	// snippet: batch
	keys := []string{"cart:1", "cart:2", "cart:3"}
	results, err := client.BatchWrite(ctx, []dynakv.BatchOperation{
		dynakv.BatchSet{Key: keys[0], Value: []byte("apples"), TTL: time.Hour},
		dynakv.BatchSet{Key: keys[1], Value: []byte("pears"), Expected: dynakv.ExpectAbsent()},
		dynakv.BatchDelete{Key: keys[2], Expected: dynakv.ExpectPresent()},
	})
	if err != nil {
		return err
	}
	for i, result := range results {
		fmt.Println(keys[i], result.Outcome) // On BatchFailed and BatchOutcomeUnknown, result.Err says why.
	}

	found, err := client.BatchGet(ctx, keys, dynakv.Consistent())
	if err != nil {
		return err
	}
	for i, result := range found {
		if result.Err != nil {
			return result.Err
		}
		fmt.Printf("%s %q %v\n", keys[i], result.Entry.Value, result.Found)
	}
	// end
	return nil
}

func ExampleClient_BatchGetStream() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Set(ctx, "stream:1", []byte("one")); err != nil {
		log.Fatal(err)
	}

	// snippet: batch-stream
	keys := []string{"stream:1", "stream:2"}
	missing := 0
	for position, result := range client.BatchGetStream(ctx, keys, dynakv.Consistent()) {
		switch {
		case result.Err != nil:
			log.Print(keys[position], ": ", result.Err)
		case result.Found:
			fmt.Printf("%s is %s\n", keys[position], result.Entry.Value)
		default:
			missing++
		}
	}
	// end
	fmt.Println(missing, "missing")
	// Unordered output:
	// stream:1 is one
	// 1 missing
}
