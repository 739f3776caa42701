package dynakv_test

// snippet: first
import (
	"context"
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
	if _, err := client.Set(context.Background(), "greeting", []byte("hello")); err != nil {
		log.Fatal(err)
	}
	entry, found, err := client.Get(context.Background(), "greeting")
	fmt.Println(string(entry.Value), found, err)
	// end
	// Output: hello true <nil>
}
