package dynakv_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func Example() {
	client, err := dynakv.NewFromEnv() // 127.0.0.1:50051, unless the environment says otherwise.
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, failed := client.Set(context.Background(), "greeting", []byte("hello"))
	entry, found, err := client.Get(context.Background(), "greeting")
	fmt.Println(string(entry.Value), found, errors.Join(failed, err))
	// Output: hello true <nil>
}
