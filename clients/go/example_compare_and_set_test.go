package dynakv_test

import (
	"context"
	"fmt"
	"log"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func ExampleClient_CompareAndSet() {
	ctx := context.Background()
	client, err := dynakv.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	for _, guest := range []string{"ada", "grace"} {
		if err := addGuest(ctx, client, guest); err != nil {
			log.Fatal(err)
		}
	}
	entry, _, err := client.Get(ctx, "guests", dynakv.Consistent())
	fmt.Printf("%q %v\n", entry.Value, err)
	// Output: "ada\ngrace\n" <nil>
}

// snippet: compare-and-set

// addGuest adds a line to a list that others add to as well.
func addGuest(ctx context.Context, client *dynakv.Client, name string) error {
	entry, found, err := client.Get(ctx, "guests", dynakv.Consistent())
	for err == nil {
		expected := dynakv.ExpectAbsent()
		if found {
			expected = dynakv.ExpectVersion(entry.Version) // What another program wrote has none; ExpectValue does for it.
		}
		list := append(entry.Value, name+"\n"...)
		var result dynakv.CompareAndSetResult
		result, err = client.CompareAndSet(ctx, "guests", list, expected, dynakv.ReturnCurrent())
		if err != nil || result.Swapped {
			return err
		}
		// Somebody else was faster. What they wrote came with the answer.
		entry, found = dynakv.Entry{}, result.Current != nil
		if found {
			entry = *result.Current
		}
	}
	return err
}

// end
