package dynakv

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// An Entry is an entry as it is stored.
type Entry struct {
	// Key is 1 to 2,048 bytes of UTF-8.
	Key string
	// Value is the stored bytes; of a counter, its decimal text. Nil only on an item that another program wrote without one.
	Value []byte
	// Version names this state of the entry: every write that changes the entry changes it. Opaque; compare it for equality
	// only. Empty on an item that another program wrote.
	Version string
	// ExpireTime is when the entry ceases to exist, to the millisecond. Zero if it has no TTL.
	ExpireTime time.Time
}

func newEntry(entry *dynakvpb.Entry) Entry {
	return Entry{
		// A value that is there and empty is an empty slice, as optional fields are.
		Key: entry.GetKey(), Value: entry.GetValue(), Version: entry.GetVersion(), ExpireTime: timeOf(entry.GetExpireTime()),
	}
}

// entryIfAny is nil if there is none.
func entryIfAny(entry *dynakvpb.Entry) *Entry {
	if entry == nil {
		return nil
	}
	found := newEntry(entry)
	return &found
}

// timeOf is zero if there is none.
func timeOf(timestamp *timestamppb.Timestamp) time.Time {
	if timestamp == nil {
		return time.Time{}
	}
	return timestamp.AsTime()
}

// Expected is what must be true of an entry for a conditional write to happen. An entry whose expiry time has passed is absent.
// The zero value expects nothing, which only operations of batches and transactions allow.
type Expected struct{ wire *dynakvpb.Expected }

// ExpectAbsent expects that there is no such entry.
func ExpectAbsent() Expected {
	return Expected{&dynakvpb.Expected{Kind: &dynakvpb.Expected_Absent_{Absent: &dynakvpb.Expected_Absent{}}}}
}

// ExpectPresent expects that there is such an entry, whatever it holds.
func ExpectPresent() Expected {
	return Expected{&dynakvpb.Expected{Kind: &dynakvpb.Expected_Present_{Present: &dynakvpb.Expected_Present{}}}}
}

// ExpectVersion expects that the entry still has this version.
func ExpectVersion(version string) Expected {
	return Expected{&dynakvpb.Expected{Kind: &dynakvpb.Expected_Version{Version: version}}}
}

// ExpectValue expects that the entry holds exactly these bytes; of a counter, its decimal text.
func ExpectValue(value []byte) Expected {
	return Expected{&dynakvpb.Expected{Kind: &dynakvpb.Expected_Value{Value: value}}}
}
