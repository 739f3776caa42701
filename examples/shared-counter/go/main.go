// Reader watches a counter and a log that writers in other languages keep.
//
// A writer adds 1 to the counter `shared-counter:visits` and a line to the log `shared-counter:log`, a JSON list of strings, while it
// holds the lock `shared-counter:lock`. The reader takes the same lock now and then, so that it sees both at rest, and checks that
// the log has as many lines as the counter says. It ends when the counter has come so far.
//
// It connects where DYNAKV_ADDRESS and the other variables of the client say.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"time"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

const (
	counterKey = "shared-counter:visits"
	logKey     = "shared-counter:log"
	lockKey    = "shared-counter:lock"

	// lockTTL ends the lock of a holder that died.
	lockTTL = 10 * time.Second
)

func main() {
	until := flag.Int64("until", 100, "end when the counter has come this far")
	every := flag.Duration("every", 200*time.Millisecond, "how often to look")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := read(ctx, *until, *every); err != nil {
		log.Fatal(err)
	}
}

// read looks again and again until the counter has come far enough.
func read(ctx context.Context, until int64, every time.Duration) error {
	client, err := dynakv.NewFromEnv()
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		visits, err := look(ctx, client)
		if err != nil && !errors.Is(err, errLocked) {
			return err
		}
		if visits >= until {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}

// look reads counter and log under the lock, and prints a line about them.
func look(ctx context.Context, client *dynakv.Client) (visits int64, err error) {
	err = withLock(ctx, client, func() error {
		var lines []string
		visits, lines, err = snapshot(ctx, client)
		if err != nil {
			return err
		}
		if int64(len(lines)) != visits {
			return fmt.Errorf("the counter says %d, the log has %d lines", visits, len(lines))
		}
		last := "none"
		if len(lines) > 0 {
			last = lines[len(lines)-1]
		}
		fmt.Printf("%d visits, %d lines, the last: %s\n", visits, len(lines), last)
		return nil
	})
	return visits, err
}

// snapshot reads counter and log as they are at one moment. What nobody has written yet is 0, and empty.
func snapshot(ctx context.Context, client *dynakv.Client) (visits int64, lines []string, err error) {
	results, err := client.TransactGet(ctx, []dynakv.TransactRead{
		dynakv.ReadEntry(counterKey), dynakv.ReadEntry(logKey),
	})
	if err != nil {
		return 0, nil, err
	}
	counter, logged := results[0], results[1]
	if counter.Found {
		if visits, err = strconv.ParseInt(string(counter.Entry.Value), 10, 64); err != nil {
			return 0, nil, err
		}
	}
	if logged.Found {
		err = json.Unmarshal(logged.Entry.Value, &lines)
	}
	return visits, lines, err
}

var errLocked = errors.New("somebody else holds the lock")

// withLock does the work while nobody else holds the lock, and releases it if it is still this holder's.
func withLock(ctx context.Context, client *dynakv.Client, work func() error) error {
	holder := []byte("reader " + rand.Text())
	taken, err := client.CompareAndSet(ctx, lockKey, holder, dynakv.ExpectAbsent(), dynakv.TTL(lockTTL))
	if err != nil {
		return err
	}
	if !taken.Swapped {
		return errLocked
	}
	err = work()
	_, released := client.CompareAndDelete(ctx, lockKey, dynakv.ExpectValue(holder))
	return errors.Join(err, released)
}
