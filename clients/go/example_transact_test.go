package dynakv_test

import (
	"context"
	"fmt"
	"log"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func ExampleClient_TransactWrite() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Set(ctx, "basket:ada", []byte("apples")); err != nil {
		log.Fatal(err)
	}

	for range 2 {
		if err := order(ctx, client); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// ordered
	// not ordered: CONDITION_FAILED, CONDITION_FAILED
}

func order(ctx context.Context, client *dynakv.Client) error {
	// snippet: transaction
	transaction, err := client.TransactWrite(ctx, []dynakv.TransactOperation{
		dynakv.TransactSet{Key: "order:1", Value: []byte("apples"), Expected: dynakv.ExpectAbsent()},
		dynakv.TransactDelete{Key: "basket:ada", Expected: dynakv.ExpectValue([]byte("apples"))},
	})
	switch {
	case err != nil:
		return err
	case transaction.Committed:
		fmt.Println("ordered")
	default:
		fmt.Printf("not ordered: %s, %s\n", transaction.Operations[0].Reason, transaction.Operations[1].Reason)
	}
	// end
	return nil
}
