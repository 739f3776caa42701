package dynakv

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The options of the calls. The type that the function of an option returns says which calls take it.
type (
	// ReadOption is an option of [Client.Get], [Client.Exists], [Client.GetTTL], [Client.BatchGet] and [Client.BatchGetStream].
	ReadOption interface {
		applier
		forReads()
	}
	// WriteOption is an option of [Client.Expire], [Client.Persist], [Client.BatchWrite], [Client.BatchWriteItems] and
	// [Client.TransactWrite].
	WriteOption interface {
		applier
		forWrites()
	}
	// DeleteOption is an option of [Client.Delete].
	DeleteOption interface {
		applier
		forDelete()
	}
	// SetOption is an option of [Client.Set].
	SetOption interface {
		applier
		forSet()
	}
	// CompareAndSetOption is an option of [Client.CompareAndSet].
	CompareAndSetOption interface {
		applier
		forCompareAndSet()
	}
	// CompareAndDeleteOption is an option of [Client.CompareAndDelete].
	CompareAndDeleteOption interface {
		applier
		forCompareAndDelete()
	}
	// IncrementOption is an option of [Client.Increment].
	IncrementOption interface {
		applier
		forIncrement()
	}
	// GetItemOption is an option of [Client.GetItem], [Client.BatchGetItems] and [Client.BatchGetItemsStream].
	GetItemOption interface {
		applier
		forGetItem()
	}
	// PutItemOption is an option of [Client.PutItem].
	PutItemOption interface {
		applier
		forPutItem()
	}
	// UpdateItemOption is an option of [Client.UpdateItem].
	UpdateItemOption interface {
		applier
		forUpdateItem()
	}
	// DeleteItemOption is an option of [Client.DeleteItem].
	DeleteItemOption interface {
		applier
		forDeleteItem()
	}
	// PageOption is an option of every call that reads in pages.
	PageOption interface {
		ListKeysOption
		QueryOption
		ScanOption
		ListTablesOption
	}
	// ListKeysOption is an option of [Client.ListKeys].
	ListKeysOption interface {
		applier
		forListKeys()
	}
	// QueryOption is an option of [Client.Query].
	QueryOption interface {
		applier
		forQuery()
	}
	// ScanOption is an option of [Client.Scan].
	ScanOption interface {
		applier
		forScan()
	}
	// ListTablesOption is an option of [Client.ListTables].
	ListTablesOption interface {
		applier
		forListTables()
	}
	// CallOption is an option of every call.
	CallOption interface {
		ReadOption
		GetItemOption
		PageOption
		AnyWriteOption
	}
	// AnyWriteOption is an option of every call that changes entries or items.
	AnyWriteOption interface {
		WriteOption
		DeleteOption
		SetOption
		CompareAndSetOption
		CompareAndDeleteOption
		IncrementOption
		PutItemOption
		UpdateItemOption
		DeleteItemOption
	}
	// AnyReadOption is an option of every call that reads entries, keys or items by itself.
	AnyReadOption interface {
		ReadOption
		GetItemOption
		ListKeysOption
		QueryOption
		ScanOption
	}
	// TTLOption is an option of every call that writes one entry or item.
	TTLOption interface {
		SetOption
		CompareAndSetOption
		IncrementOption
		PutItemOption
	}
	// ReturnCurrentOption is an option of every conditional write.
	ReturnCurrentOption interface {
		CompareAndSetOption
		CompareAndDeleteOption
		ConditionOption
	}
	// ConditionOption is an option of every write of an item.
	ConditionOption interface {
		PutItemOption
		UpdateItemOption
		DeleteItemOption
	}
)

// option is what is behind all of them.
type option func(*call)

func (o option) apply(c *call) { o(c) }

func (option) forReads()            {}
func (option) forWrites()           {}
func (option) forDelete()           {}
func (option) forSet()              {}
func (option) forCompareAndSet()    {}
func (option) forCompareAndDelete() {}
func (option) forIncrement()        {}
func (option) forGetItem()          {}
func (option) forPutItem()          {}
func (option) forUpdateItem()       {}
func (option) forDeleteItem()       {}
func (option) forListKeys()         {}
func (option) forQuery()            {}
func (option) forScan()             {}
func (option) forListTables()       {}

// Table is the table of the call: one of the server's configuration. In a transaction or a batch of items it is that of
// operations that name none.
func Table(name string) CallOption {
	return option(func(c *call) { c.table = name })
}

// Metadata adds metadata to the call, as pairs of name and value.
func Metadata(pairs ...string) CallOption {
	return option(func(c *call) { c.metadata = append(c.metadata, pairs...) })
}

// GRPC gives the call options of gRPC's own, such as [grpc.WaitForReady] or [grpc.Trailer].
func GRPC(options ...grpc.CallOption) CallOption {
	return option(func(c *call) { c.grpc = append(c.grpc, options...) })
}

// RequestID is the UUID of this write. Without it, every call has one of its own; give the id of an [OutcomeUnknownError] to
// find out whether that write has happened.
func RequestID(id string) AnyWriteOption {
	return option(func(c *call) { c.requestID = id })
}

// Consistent reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
func Consistent() AnyReadOption {
	return option(func(c *call) { c.consistent = true })
}

// TTL lets the entry or item expire this long from now: 1 millisecond to 100 years. For Increment it is that of a counter which
// this call creates.
func TTL(ttl time.Duration) TTLOption {
	return option(func(c *call) { c.ttl, c.keepTTL = durationpb.New(ttl), false })
}

// KeepTTL keeps the entry's expiry time and all other attributes.
func KeepTTL() interface {
	SetOption
	CompareAndSetOption
} {
	return option(func(c *call) { c.ttl, c.keepTTL = nil, true })
}

// ReturnPrevious answers with the entry that was replaced.
func ReturnPrevious() SetOption {
	return option(func(c *call) { c.returnPrevious = true })
}

// ReturnCurrent answers a lost race, or a condition that did not hold, with the entry or item as it is.
func ReturnCurrent() ReturnCurrentOption {
	return option(func(c *call) { c.returnCurrent = true })
}

// OmitExisted does not ask a delete whether there was an entry or item: existed is false and says nothing. The delete may then share
// a call to DynamoDB with other writes, and a lost answer of DynamoDB does not make its outcome unknown. Not with [Condition] or
// [ReturnOld].
func OmitExisted() interface {
	DeleteOption
	DeleteItemOption
} {
	return option(func(c *call) { c.omitExisted = true })
}

// By is what Increment adds; may be negative. 1 by default.
func By(delta int64) IncrementOption {
	return option(func(c *call) { c.delta = &delta })
}

// Initial is what a counter that this call creates starts from: the result is this plus what is added. 0 by default.
func Initial(value int64) IncrementOption {
	return option(func(c *call) { c.initial = value })
}
