package dynakv

import (
	"context"
	"slices"
	"time"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// A TransactRead is one read of a [Client.TransactGet], of an entry by [ReadEntry] or of an item by [ReadItem].
type TransactRead struct {
	table string
	key   string
	item  *ItemKey
}

// ReadEntry reads the entry with this key.
func ReadEntry(key string) TransactRead { return TransactRead{key: key} }

// ReadItem reads all attributes of the item with this primary key.
func ReadItem(key ItemKey) TransactRead { return TransactRead{item: &key} }

// From reads of this table, one of the server's configuration. By default it is that of the call.
func (r TransactRead) From(table string) TransactRead {
	r.table = table
	return r
}

func (r TransactRead) wire(table string) (*dynakvpb.TransactGetOperation, error) {
	operation := &dynakvpb.TransactGetOperation{Table: ownOr(r.table, table)}
	if r.item == nil {
		operation.Target = &dynakvpb.TransactGetOperation_Key{Key: r.key}
		return operation, nil
	}
	key, err := r.item.wire()
	operation.Target = &dynakvpb.TransactGetOperation_ItemKey{ItemKey: key}
	return operation, err
}

// TransactGetResult is what one read of a [Client.TransactGet] found.
type TransactGetResult struct {
	// Found: there is such an entry or item.
	Found bool
	// Entry is what [ReadEntry] found.
	Entry Entry
	// Item is what [ReadItem] found.
	Item Item
}

// TransactGet reads up to 100 entries or items, of any tables, as they are at one and the same moment. The results are in the order
// of the reads.
func (c *Client) TransactGet(ctx context.Context, reads []TransactRead, options ...CallOption) ([]TransactGetResult, error) {
	made := newRead(c, options)
	request := &dynakvpb.TransactGetRequest{}
	for _, read := range reads {
		operation, err := read.wire(made.table)
		if err != nil {
			return nil, err
		}
		request.Operations = append(request.Operations, operation)
	}
	response, err := invoke(ctx, made, c.kv.TransactGet, request)
	if err != nil {
		return nil, err
	}
	if len(response.GetResults()) != len(reads) {
		return nil, made.unreadable("another number of results than the call has reads")
	}
	results := make([]TransactGetResult, len(reads))
	for i, result := range response.GetResults() {
		switch result := result.GetResult().(type) {
		case *dynakvpb.TransactGetResult_Entry:
			results[i] = TransactGetResult{Found: true, Entry: newEntry(result.Entry)}
		case *dynakvpb.TransactGetResult_Item:
			item, err := itemFromWire(result.Item)
			if err != nil {
				return nil, err
			}
			results[i] = TransactGetResult{Found: true, Item: item}
		case *dynakvpb.TransactGetResult_Absent_:
		default:
			return nil, made.unreadable("a result that is none of the known ones")
		}
	}
	return results, nil
}

// TransactWriteResult is what became of a [Client.TransactWrite].
type TransactWriteResult struct {
	// Committed: all operations happened. Otherwise none did.
	Committed bool
	// Operations say of each operation, in their order, what it wrote or whether it is why nothing happened.
	Operations []TransactOperationResult
}

// TransactOperationResult is what became of an operation of a transaction.
type TransactOperationResult struct {
	// Version is, if committed, that of the entry or item as written. Empty for what deletes or checks.
	Version string
	// ExpireTime is when it expires, if committed and the operation gave a TTL.
	ExpireTime time.Time
	// Reason is, if not committed, why this operation cancelled the transaction, or CancelNone if it did not.
	Reason CancelReason
	// Current is, with ReturnCurrent, the entry as it is, for a set or delete whose condition failed. Nil if there is none.
	Current *Entry
	// CurrentItem is, with ReturnCurrent, the item as it is, for the other kinds. Nil if there is none.
	CurrentItem Item
}

// A CancelReason is why an operation cancelled its transaction.
type CancelReason string

const (
	// CancelNone means that it did not.
	CancelNone CancelReason = "NONE"
	// CancelConditionFailed means that its condition did not hold.
	CancelConditionFailed CancelReason = "CONDITION_FAILED"
	// CancelConflict means that another transaction or write touched the item.
	CancelConflict CancelReason = "CONFLICT"
	// CancelThrottled means that DynamoDB throttled it.
	CancelThrottled CancelReason = "THROTTLED"
	// CancelItemCollectionFull means that the item collection has reached 10 GB.
	CancelItemCollectionFull CancelReason = "ITEM_COLLECTION_FULL"
	// CancelNotApplicable means that the update does not fit the stored item.
	CancelNotApplicable CancelReason = "NOT_APPLICABLE"
)

var cancelReasons = map[dynakvpb.TransactWriteResult_Reason]CancelReason{
	dynakvpb.TransactWriteResult_REASON_NONE:                 CancelNone,
	dynakvpb.TransactWriteResult_REASON_CONDITION_FAILED:     CancelConditionFailed,
	dynakvpb.TransactWriteResult_REASON_CONFLICT:             CancelConflict,
	dynakvpb.TransactWriteResult_REASON_THROTTLED:            CancelThrottled,
	dynakvpb.TransactWriteResult_REASON_ITEM_COLLECTION_FULL: CancelItemCollectionFull,
	dynakvpb.TransactWriteResult_REASON_NOT_APPLICABLE:       CancelNotApplicable,
}

// TransactWrite carries out up to 100 operations on distinct items, of any tables, all or none. A condition that does not hold is a
// result, with a reason for each operation.
//
// A transaction of nothing but deletes and checks is never sent again by itself: it leaves no version behind by which a second
// attempt could be recognised.
func (c *Client) TransactWrite(
	ctx context.Context, operations []TransactOperation, options ...WriteOption,
) (TransactWriteResult, error) {
	made := newWrite(c, options)
	request := &dynakvpb.TransactWriteRequest{RequestId: made.requestID}
	for _, operation := range operations {
		wire, err := operation.wire(made.table)
		if err != nil {
			return TransactWriteResult{}, err
		}
		request.Operations = append(request.Operations, wire)
	}
	if !slices.ContainsFunc(operations, TransactOperation.leavesVersion) {
		made.once()
	}
	response, err := invoke(ctx, made, c.kv.TransactWrite, request)
	if err != nil {
		return TransactWriteResult{}, err
	}
	if len(response.GetResults()) != len(operations) {
		return TransactWriteResult{}, made.unreadable("another number of results than the call has operations")
	}
	return made.transactResult(response)
}

func (c *call) transactResult(response *dynakvpb.TransactWriteResponse) (TransactWriteResult, error) {
	var transaction TransactWriteResult
	switch response.GetOutcome() {
	case dynakvpb.TransactWriteResponse_OUTCOME_COMMITTED:
		transaction.Committed = true
	case dynakvpb.TransactWriteResponse_OUTCOME_CANCELLED:
	default:
		return TransactWriteResult{}, c.unreadable("no known outcome")
	}
	for _, result := range response.GetResults() {
		if transaction.Committed {
			transaction.Operations = append(transaction.Operations, TransactOperationResult{
				Version: result.GetVersion(), ExpireTime: timeOf(result.GetExpireTime()),
			})
			continue
		}
		reason, known := cancelReasons[result.GetReason()]
		current, err := itemFromWire(result.CurrentItem)
		if !known || err != nil {
			return TransactWriteResult{}, c.unreadable("a cancellation of no known kind")
		}
		transaction.Operations = append(transaction.Operations, TransactOperationResult{
			Reason: reason, Current: entryIfAny(result.Current), CurrentItem: current,
		})
	}
	return transaction, nil
}
