package dynakv

import (
	"context"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// A BatchItemRead is one read of a [Client.BatchGetItems].
type BatchItemRead struct {
	// Table is that of the call if empty.
	Table string
	// Key is the item's primary key.
	Key ItemKey
}

// BatchGetItemsResult is what became of one read of a [Client.BatchGetItems].
type BatchGetItemsResult struct {
	// Item is what was found, if Found.
	Item Item
	// Found: there is such an item.
	Found bool
	// Err is why the item could not be read: an [*Error]. Nil if it could.
	Err error
}

// BatchGetItems reads any number of items, of any tables, and says of each read, in their order, what became of it. It fails if all
// failed with the same code.
//
// They are sent in requests of up to 10,000 reads and 16 MiB, one after the other. Each has the time of a call, unless the context
// has a deadline, and is retried like one; a read that failed by itself is not asked for again.
func (c *Client) BatchGetItems(
	ctx context.Context, reads []BatchItemRead, options ...GetItemOption,
) ([]BatchGetItemsResult, error) {
	answers, err := c.BatchGetItemsStream(ctx, reads, options...)
	if err != nil {
		return nil, err
	}
	return collect(len(reads), answers, func(result BatchGetItemsResult) error { return result.Err })
}

// BatchGetItemsStream reads any number of items, of any tables, and gives the answers as they come in: each position of the reads
// exactly once, in no particular order. A request that fails for good, or breaks off, leaves its reads with an error. The error
// beside the answers says that a key cannot be sent.
//
// Whoever takes the answers slowly slows the reading; whoever leaves the loop ends it.
func (c *Client) BatchGetItemsStream(
	ctx context.Context, reads []BatchItemRead, options ...GetItemOption,
) (iter.Seq2[int, BatchGetItemsResult], error) {
	made := newRead(c, options)
	operations := make([]*dynakvpb.BatchGetItemsOperation, len(reads))
	for i, read := range reads {
		key, err := read.Key.wire()
		if err != nil {
			return nil, err
		}
		operations[i] = &dynakvpb.BatchGetItemsOperation{Table: ownOr(read.Table, made.table), Key: key}
	}
	texts, shared, err := rendered(made.projection)
	if err != nil {
		return nil, err
	}
	request := &dynakvpb.BatchGetItemsRequest{ConsistentRead: made.consistent, Projection: texts[0], Names: shared.names}
	read := batchRead[dynakvpb.BatchGetItemsResponse, BatchGetItemsResult]{
		call:  made,
		parts: split(len(operations), func(i int) int { return proto.Size(operations[i]) }, proto.Size(request)),
		open: func(ctx context.Context, part span) (grpc.ServerStreamingClient[dynakvpb.BatchGetItemsResponse], error) {
			request := proto.CloneOf(request)
			request.Operations = operations[part.start:part.end]
			return c.items.BatchGetItems(ctx, request, made.grpc...)
		},
		results: func(message *dynakvpb.BatchGetItemsResponse, yield func(uint32, BatchGetItemsResult) bool) {
			for _, result := range message.GetResults() {
				if !yield(result.GetIndex(), newBatchGetItemsResult(result)) {
					return
				}
			}
		},
		failed: func(err error) BatchGetItemsResult { return BatchGetItemsResult{Err: err} },
	}
	return read.stream(ctx), nil
}

func newBatchGetItemsResult(result *dynakvpb.BatchGetItemsResult) BatchGetItemsResult {
	switch result := result.GetResult().(type) {
	case *dynakvpb.BatchGetItemsResult_Found:
		item, err := itemFromWire(result.Found)
		if err != nil {
			return BatchGetItemsResult{Err: unreadable("an item of no known kind")}
		}
		return BatchGetItemsResult{Item: item, Found: true}
	case *dynakvpb.BatchGetItemsResult_Missing_:
		return BatchGetItemsResult{}
	case *dynakvpb.BatchGetItemsResult_Failed:
		return BatchGetItemsResult{Err: newError(status.FromProto(result.Failed))}
	default:
		return BatchGetItemsResult{Err: unreadable("a result that is none of the known ones")}
	}
}

// A BatchItemOperation is one operation of a [Client.BatchWriteItems]: a [BatchPutItem] or a [BatchDeleteItem].
type BatchItemOperation interface {
	wire(table string) (*dynakvpb.BatchWriteItemsOperation, error)
	// onceOnly: a second attempt could turn its answer into another one.
	onceOnly() bool
}

// BatchPutItem writes an item in place of what was there.
type BatchPutItem struct {
	// Table is that of the call if empty.
	Table string
	// Item is a map or a struct, as [Client.PutItem] takes it.
	Item any
	// TTL lets the item expire this long from now: 1 millisecond to 100 years. 0: it has no TTL, unless its attributes say so.
	TTL time.Duration
	// Condition must hold of the item that is there. Costs a call of its own.
	Condition Expression
	// ReturnCurrent answers with the item as it is, if the condition does not hold.
	ReturnCurrent bool
}

// BatchDeleteItem deletes an item.
type BatchDeleteItem struct {
	// Table is that of the call if empty.
	Table string
	// Key is the item's primary key.
	Key ItemKey
	// Condition must hold of the item that is there. Costs a call of its own.
	Condition Expression
	// ReturnCurrent answers with the item as it is, if the condition does not hold.
	ReturnCurrent bool
	// ReportExisted answers whether there was an item. Costs a call of its own.
	ReportExisted bool
}

func (BatchPutItem) onceOnly() bool { return false }

// onceOnly: a second attempt would find nothing to delete.
func (o BatchDeleteItem) onceOnly() bool { return o.ReportExisted || o.Condition.render != nil }

func (o BatchPutItem) wire(table string) (*dynakvpb.BatchWriteItemsOperation, error) {
	item, err := itemToWire(o.Item)
	if err != nil {
		return nil, err
	}
	texts, shared, err := rendered(o.Condition)
	if err != nil {
		return nil, err
	}
	return &dynakvpb.BatchWriteItemsOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.BatchWriteItemsOperation_PutItem{PutItem: &dynakvpb.BatchPutItem{
			Item: item, Ttl: ttlIfAny(o.TTL), Condition: texts[0], Names: shared.names, Values: shared.values,
		}},
	}, nil
}

func (o BatchDeleteItem) wire(table string) (*dynakvpb.BatchWriteItemsOperation, error) {
	key, err := o.Key.wire()
	if err != nil {
		return nil, err
	}
	texts, shared, err := rendered(o.Condition)
	if err != nil {
		return nil, err
	}
	return &dynakvpb.BatchWriteItemsOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.BatchWriteItemsOperation_DeleteItem{DeleteItem: &dynakvpb.BatchDeleteItem{
			Key: key, Condition: texts[0], Names: shared.names, Values: shared.values, ReportExisted: o.ReportExisted,
		}},
	}, nil
}

// BatchWriteItemsResult is what became of one operation of a [Client.BatchWriteItems].
type BatchWriteItemsResult = BatchResult[Item]

// BatchWriteItems carries out any number of puts and deletes of items, in any tables, and says of each, in their order, what became
// of it. There is no order among them, but of several on one item the last wins. It fails if all failed with the same code.
//
// They are sent as those of [Client.BatchWrite] are; a request with a delete that has a condition or reports what existed is not
// sent again. What an operation of a later request replaces is written all the same.
func (c *Client) BatchWriteItems(
	ctx context.Context, operations []BatchItemOperation, options ...WriteOption,
) ([]BatchWriteItemsResult, error) {
	made := newWrite(c, options)
	wire := make([]*dynakvpb.BatchWriteItemsOperation, len(operations))
	// All of them are sent: which attributes of an item are its key, only the server knows.
	positions := make([]int, len(operations))
	for i, operation := range operations {
		var err error
		if wire[i], err = operation.wire(made.table); err != nil {
			return nil, err
		}
		positions[i] = i
	}
	write := batchWrite[*dynakvpb.BatchWriteItemsOperation, Item]{
		call: made, count: len(operations), operations: wire, positions: positions,
		beside:   proto.Size(&dynakvpb.BatchWriteItemsRequest{RequestId: made.requestID}),
		onceOnly: func(position int) bool { return operations[position].onceOnly() },
		send:     sendItems,
	}
	return write.run(ctx)
}

func sendItems(
	ctx context.Context, c *call, operations []*dynakvpb.BatchWriteItemsOperation,
) ([]BatchWriteItemsResult, error) {
	response, err := c.client.items.BatchWriteItems(ctx, &dynakvpb.BatchWriteItemsRequest{
		Operations: operations, RequestId: c.requestID,
	}, c.grpc...)
	results := make([]BatchWriteItemsResult, len(response.GetResults()))
	for i, result := range response.GetResults() {
		current, unknown := itemFromWire(result.Current)
		if unknown != nil {
			results[i] = failedResult[Item](c.unreadable("an item of no known kind"))
			continue
		}
		results[i] = batchResult(c, BatchOutcome(result.GetOutcome()), result, current)
	}
	return results, err
}
