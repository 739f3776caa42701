package dynakv

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// A BatchOperation is one operation of a [Client.BatchWrite]: a [BatchSet] or a [BatchDelete].
type BatchOperation interface {
	key() string
	wire() *dynakvpb.BatchWriteOperation
	// onceOnly: a second attempt could turn its answer into another one.
	onceOnly() bool
}

// BatchSet writes an entry, whatever was there unless Expected says otherwise.
type BatchSet struct {
	// Key is 1 to 2,048 bytes of UTF-8.
	Key string
	// Value may be empty.
	Value []byte
	// TTL lets the entry expire this long from now: 1 millisecond to 100 years. 0: it has no TTL.
	TTL time.Duration
	// KeepTTL keeps the entry's expiry time and all other attributes; TTL has no effect. Costs a call of its own.
	KeepTTL bool
	// Expected: write only if the entry is like this. Costs a call of its own.
	Expected Expected
	// ReturnCurrent answers with the entry as it is, if it is not as expected.
	ReturnCurrent bool
}

// BatchDelete deletes an entry, whatever it holds unless Expected says otherwise.
type BatchDelete struct {
	// Key is 1 to 2,048 bytes of UTF-8.
	Key string
	// Expected: delete only if the entry is like this, which cannot be [ExpectAbsent]. Costs a call of its own.
	Expected Expected
	// ReturnCurrent answers with the entry as it is, if it is not as expected.
	ReturnCurrent bool
	// ReportExisted answers whether there was an entry. Costs a call of its own.
	ReportExisted bool
}

func (s BatchSet) key() string    { return s.Key }
func (BatchSet) onceOnly() bool   { return false }
func (d BatchDelete) key() string { return d.Key }

// onceOnly: a second attempt at a conditional delete would find nothing to delete.
func (d BatchDelete) onceOnly() bool { return d.Expected.wire != nil }

func (s BatchSet) wire() *dynakvpb.BatchWriteOperation {
	set := &dynakvpb.BatchSet{Key: s.Key, Value: s.Value, Expected: s.Expected.wire, ReturnCurrent: s.ReturnCurrent}
	switch {
	case s.KeepTTL:
		set.Expiry = &dynakvpb.BatchSet_KeepTtl{KeepTtl: true}
	case s.TTL != 0:
		set.Expiry = &dynakvpb.BatchSet_Ttl{Ttl: durationpb.New(s.TTL)}
	}
	return &dynakvpb.BatchWriteOperation{Kind: &dynakvpb.BatchWriteOperation_Set{Set: set}}
}

func (d BatchDelete) wire() *dynakvpb.BatchWriteOperation {
	return &dynakvpb.BatchWriteOperation{Kind: &dynakvpb.BatchWriteOperation_Delete{Delete: &dynakvpb.BatchDelete{
		Key: d.Key, Expected: d.Expected.wire, ReturnCurrent: d.ReturnCurrent, ReportExisted: d.ReportExisted,
	}}}
}

// commonFailure is the first failure, if all failed with the same code: what a single request would have failed with.
func commonFailure(failures []*Error) *Error {
	var code codes.Code
	for i, failure := range failures {
		switch {
		case failure == nil:
			return nil
		case i == 0:
			code = failure.Code
		case failure.Code != code:
			return nil
		}
	}
	if len(failures) == 0 {
		return nil
	}
	return failures[0]
}
