package dynakv_test

import (
	"context"
	"fmt"
	"log"
	"time"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func ExampleTTL() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	if err := session(ctx, client); err != nil {
		log.Fatal(err)
	}
	// Output:
	// expires: true
	// kept for good: TTL_REMOVED
}

func session(ctx context.Context, client *dynakv.Client) error {
	// snippet: ttl
	_, err := client.Set(ctx, "session:42", []byte("ada"), dynakv.TTL(30*time.Minute))
	if err != nil {
		return err
	}
	// Every write without a TTL takes it off; KeepTTL keeps it.
	_, err = client.Set(ctx, "session:42", []byte("ada, logged in"), dynakv.KeepTTL())
	if err != nil {
		return err
	}
	left, err := client.GetTTL(ctx, "session:42")
	if err != nil {
		return err
	}
	fmt.Println("expires:", left.Outcome == dynakv.HasTTL && left.TTL <= 30*time.Minute)

	kept, err := client.Persist(ctx, "session:42") // Expire gives it another one.
	if err != nil {
		return err
	}
	fmt.Println("kept for good:", kept.Outcome)
	// end
	return nil
}
