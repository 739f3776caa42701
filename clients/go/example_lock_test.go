package dynakv_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"time"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func ExampleClient_CompareAndDelete() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	err = withLock(ctx, client, "lock:report", time.Minute, func() error {
		fmt.Println("alone")
		nested := withLock(ctx, client, "lock:report", time.Minute, func() error { return nil })
		fmt.Println(nested)
		return nil
	})
	fmt.Println(err)
	// Output:
	// alone
	// somebody else holds the lock
	// <nil>
}

// snippet: lock

var errLocked = errors.New("somebody else holds the lock")

// withLock does the work while nobody else holds the lock. If the work outlasts the TTL, others may hold it by then; they keep
// it, since only a holder's own token releases a lock.
func withLock(ctx context.Context, client *dynakv.Client, name string, ttl time.Duration, work func() error) error {
	token := []byte(rand.Text())
	taken, err := client.CompareAndSet(ctx, name, token, dynakv.ExpectAbsent(), dynakv.TTL(ttl))
	if err != nil {
		return err // The lock may be taken after all; its TTL ends it.
	}
	if !taken.Swapped {
		return errLocked
	}
	err = work()
	_, released := client.CompareAndDelete(ctx, name, dynakv.ExpectValue(token))
	return errors.Join(err, released)
}

// end
